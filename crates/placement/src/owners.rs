//! The record of owners: one per room, each with an epoch above every epoch seen before.

use std::collections::HashMap;
use std::sync::Arc;

use crate::fleet::{BackendName, Fleet, Phase};

/// Rooms in the record at most.
const ROOMS_MAX: usize = 1_000_000;

/// Who owns a room, and in which term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The backend.
    pub backend: BackendName,
    /// Its term.
    pub epoch: u64,
}

/// Why a room has no owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// No backend is up with room for one more.
    #[error("no backend can take the room")]
    NoBackend,
    /// The record is full.
    #[error("too many rooms")]
    TooManyRooms,
}

/// The owners of all rooms.
#[derive(Debug, Default)]
pub struct Owners {
    rooms: HashMap<Arc<str>, Placed>,
    /// The highest epoch given or seen.
    highest: u64,
}

#[derive(Debug)]
struct Placed {
    owner: Owner,
    /// When somebody last asked for it.
    asked_at: u64,
}

impl Owners {
    /// A record without rooms.
    pub fn new() -> Self {
        Self::default()
    }

    /// The owner of a room: the one on record while it serves, or else the backend that the
    /// fleet chooses, with a new epoch.
    ///
    /// # Errors
    /// The room has no owner and none can be found.
    pub fn place(
        &mut self,
        fleet: &mut Fleet,
        room: &Arc<str>,
        now: u64,
    ) -> Result<Owner, PlaceError> {
        if let Some(placed) = self.rooms.get_mut(room)
            && fleet.phase(&placed.owner.backend) != Phase::Down
        {
            placed.asked_at = now;
            return Ok(placed.owner.clone());
        }
        if self.rooms.len() >= ROOMS_MAX && !self.rooms.contains_key(room) {
            return Err(PlaceError::TooManyRooms);
        }
        let backend = fleet.choose(room).ok_or(PlaceError::NoBackend)?;
        self.highest = now.max(self.highest + 1);
        let owner = Owner { backend, epoch: self.highest };
        self.rooms.insert(Arc::clone(room), Placed { owner: owner.clone(), asked_at: now });
        Ok(owner)
    }

    /// The owner on record.
    pub fn get(&self, room: &str) -> Option<&Owner> {
        self.rooms.get(room).map(|placed| &placed.owner)
    }

    /// An owner has let go of its room. A later term is not touched by it.
    pub fn release(&mut self, room: &str, epoch: u64) {
        self.highest = self.highest.max(epoch);
        if self.get(room).is_some_and(|owner| owner.epoch <= epoch) {
            self.rooms.remove(room);
        }
    }

    /// The rooms that nobody asked for since `before`. One whose owner does not have it is a
    /// ticket that was never used.
    pub fn unused_since(&self, before: u64) -> Vec<(Arc<str>, Owner)> {
        let unused = self.rooms.iter().filter(|(_, placed)| placed.asked_at < before);
        unused.map(|(room, placed)| (Arc::clone(room), placed.owner.clone())).collect()
    }

    /// Forgets a room unless somebody has asked for it since `before`.
    pub fn forget_unused(&mut self, room: &str, before: u64) {
        if self.rooms.get(room).is_some_and(|placed| placed.asked_at < before) {
            self.rooms.remove(room);
        }
    }

    /// Rooms on record.
    pub fn len(&self) -> usize {
        self.rooms.len()
    }

    /// Whether no room is on record.
    pub fn is_empty(&self) -> bool {
        self.rooms.is_empty()
    }
}
