//! What may be known of a backend and of its rooms from outside.

pub use crate::capacity::Capacity;

/// A room as a lookup shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoomSummary {
    /// Whether it has a password.
    pub protected: bool,
    /// Members online.
    pub members: usize,
}

/// How a backend is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// Whether it takes rooms.
    pub phase: Phase,
    /// Rooms that it owns.
    pub rooms: usize,
    /// Members online in all of them.
    pub members: usize,
    /// Connections.
    pub sockets: usize,
    /// Bytes of all rooms, estimated.
    pub bytes: usize,
    /// How much there may be.
    pub limits: Capacity,
}

/// The phase of a backend's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It takes rooms and peers.
    Running,
    /// It takes nothing new, and closes what there is.
    Stopping,
}
