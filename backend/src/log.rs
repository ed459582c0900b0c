//! Where rooms' events are kept: records in their order, and now and then a snapshot in place of
//! those before it. One suite of tests holds for every implementation.

mod memory;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use room::{Incarnation, Record, Snapshot};

pub use memory::MemoryLog;

/// How far a room's log goes: the number of its newest entry, 0 before the first. Numbers grow,
/// not always by one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position(pub u64);

/// What a log holds of one room: a snapshot, if there is one, and the records since.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Logged {
    /// The state at the last roll-up.
    pub snapshot: Option<Arc<Snapshot>>,
    /// What happened since, in order. Without a snapshot the first one is `Created`.
    pub records: Vec<Record>,
    /// Where the log ends.
    pub position: Position,
}

/// Why a log did not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// Somebody else wrote to the room's log: whoever gets this is no longer its owner.
    #[error("the log of the room has moved on under another owner")]
    Fenced,
    /// The log cannot be reached; nothing was written as far as is known.
    #[error("the log cannot be reached")]
    Unavailable,
}

/// The logs of all rooms, each named by the room's incarnation.
///
/// Writes name the position that the writer believes to be the last. If it is not, they change
/// nothing and are refused with [`LogError::Fenced`]: so an owner that lost its room cannot write.
pub trait Log: Send + Sync + 'static {
    /// Appends records after `last` and tells the new end. All or none.
    fn append(
        &self,
        room: Incarnation,
        last: Position,
        records: Vec<Record>,
    ) -> BoxFuture<'_, Result<Position, LogError>>;

    /// Puts a snapshot in place of everything up to `last` and tells the new end.
    fn roll_up(
        &self,
        room: Incarnation,
        last: Position,
        snapshot: Snapshot,
    ) -> BoxFuture<'_, Result<Position, LogError>>;

    /// Everything of a room; empty for one that it does not know.
    fn read(&self, room: Incarnation) -> BoxFuture<'_, Result<Logged, LogError>>;

    /// Forgets a room. Again, or for an unknown one, it does nothing.
    fn delete(&self, room: Incarnation) -> BoxFuture<'_, Result<(), LogError>>;
}
