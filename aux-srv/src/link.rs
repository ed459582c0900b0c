//! What aux-srv asks of the backends.

use placement::{BackendName, Load, Phase};
use protocol::RoomName;

/// A room as its owner sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoomSummary {
    /// Whether it has a password.
    pub protected: bool,
    /// Members online.
    pub members: u32,
}

/// The way to the backends.
pub trait BackendLink: Send + Sync {
    /// The present state of every backend.
    fn reports(&self) -> Vec<(BackendName, Phase, Load)>;

    /// A room of a backend, if it has it.
    fn summary(&self, backend: &BackendName, room: &RoomName) -> Option<RoomSummary>;
}

/// A fleet that has no backend yet: every room is answered with `unavailable`.
#[derive(Clone, Copy, Debug)]
pub struct NoBackends;

impl BackendLink for NoBackends {
    fn reports(&self) -> Vec<(BackendName, Phase, Load)> {
        Vec::new()
    }

    fn summary(&self, _: &BackendName, _: &RoomName) -> Option<RoomSummary> {
        None
    }
}
