//! The log in the memory of the process: it survives what happens to a room's task, and nothing
//! that happens to the process.

use std::collections::HashMap;
use std::future::ready;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use room::{Incarnation, Record, Snapshot};

use super::{Log, LogError, Logged, Position};

/// The logs of all rooms of this process. What it holds is bounded by the roll-ups of its rooms
/// and by their end.
#[derive(Debug, Default)]
pub struct MemoryLog {
    rooms: Mutex<HashMap<Incarnation, Logged>>,
}

impl MemoryLog {
    /// An empty log.
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Incarnation, Logged>> {
        // Each change under the lock is one that cannot panic half-way.
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the log of one room, if it ends where the writer believes.
    fn write(
        &self,
        room: Incarnation,
        last: Position,
        change: impl FnOnce(&mut Logged),
    ) -> Result<Position, LogError> {
        let mut rooms = self.lock();
        let position = rooms.get(&room).map_or_else(Position::default, |logged| logged.position);
        if position != last {
            return Err(LogError::Fenced);
        }
        let logged = rooms.entry(room).or_default();
        change(logged);
        Ok(logged.position)
    }
}

impl Log for MemoryLog {
    fn append(
        &self,
        room: Incarnation,
        last: Position,
        records: Vec<Record>,
    ) -> BoxFuture<'_, Result<Position, LogError>> {
        let written = self.write(room, last, |logged| {
            logged.position.0 += records.len() as u64;
            logged.records.extend(records);
        });
        ready(written).boxed()
    }

    fn roll_up(
        &self,
        room: Incarnation,
        last: Position,
        snapshot: Snapshot,
    ) -> BoxFuture<'_, Result<Position, LogError>> {
        let written = self.write(room, last, |logged| {
            logged.position.0 += 1;
            logged.records = Vec::new();
            logged.snapshot = Some(Arc::new(snapshot));
        });
        ready(written).boxed()
    }

    fn read(&self, room: Incarnation) -> BoxFuture<'_, Result<Logged, LogError>> {
        ready(Ok(self.lock().get(&room).cloned().unwrap_or_default())).boxed()
    }

    fn delete(&self, room: Incarnation) -> BoxFuture<'_, Result<(), LogError>> {
        self.lock().remove(&room);
        ready(Ok(())).boxed()
    }
}
