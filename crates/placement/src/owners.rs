//! The record of owners: one per room, each with an epoch above every epoch seen before.
//!
//! A record names a *tenure*, not a backend: the time for which a backend surely keeps what it was
//! given. A backend that went down, or came back as another process, begins a new tenure, and all
//! its rooms are without an owner at once, however many they are.

use std::collections::HashMap;
use std::sync::Arc;

use crate::epochs::{EpochError, Epochs};
use crate::fleet::Fleet;
use crate::health::Phase;
use crate::names::BackendName;
use crate::tenures::Tenures;

/// Rooms in the record at most.
pub const ROOMS_MAX: usize = 1_000_000;
/// What a record costs beside the room's name.
pub const ROOM_BYTES_MAX: usize = 200;

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
    /// The router has just started, or a backend that may own the room was not heard yet.
    #[error("a backend that may own the room was not heard yet")]
    NotSettled,
    /// No epoch can be given.
    #[error(transparent)]
    Epoch(#[from] EpochError),
    /// A later run of the router is at work.
    #[error("a later router is at work")]
    Superseded,
}

/// The owners of all rooms.
#[derive(Debug)]
pub struct Owners {
    rooms_max: usize,
    pub(crate) rooms: HashMap<Arc<str>, Placed>,
    pub(crate) tenures: Tenures,
}

impl Default for Owners {
    fn default() -> Self {
        Self::new()
    }
}

/// One room's record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Placed {
    pub(crate) epoch: u64,
    /// What claims less or the same has lost: the epoch, or that of a move that was made void.
    pub(crate) rank: u64,
    /// The epoch since which the room only moved: whoever owned it from then on has handed it over.
    pub(crate) line: u64,
    /// When somebody last asked for it.
    pub(crate) asked_at: u64,
    pub(crate) tenure: u32,
    /// Whether its owner has told of it; until then it is a placement that nobody may have used.
    pub(crate) seen: bool,
}

impl Owners {
    /// A record without rooms, for as many as a router can keep.
    pub fn new() -> Self {
        Self::limited(ROOMS_MAX)
    }

    /// A record without rooms, for so many at most.
    pub fn limited(rooms_max: usize) -> Self {
        Self { rooms_max, rooms: HashMap::new(), tenures: Tenures::default() }
    }

    /// The owner of a room: the one on record while it serves, or else the backend that the fleet
    /// chooses, with a new epoch.
    ///
    /// # Errors
    /// The room has no owner and none can be found.
    pub fn place(
        &mut self,
        fleet: &mut Fleet,
        epochs: &mut Epochs,
        room: &Arc<str>,
        unix: u64,
    ) -> Result<Owner, PlaceError> {
        if let Some(owner) = self.serving(fleet, room, unix) {
            return Ok(owner);
        }
        if self.rooms.len() >= self.rooms_max && !self.rooms.contains_key(room) {
            return Err(PlaceError::TooManyRooms);
        }
        epochs.check(unix)?;
        let number = fleet.choose_other_than(room, None).ok_or(PlaceError::NoBackend)?;
        let epoch = epochs.next(unix)?;
        let tenure = self.tenures.of(number);
        self.record(room, tenure, epoch, unix);
        let backend = fleet.name(number).cloned().ok_or(PlaceError::NoBackend)?;
        Ok(Owner { backend, epoch })
    }

    /// The owner on record, if it serves: the room was asked for.
    pub(crate) fn serving(&mut self, fleet: &Fleet, room: &str, unix: u64) -> Option<Owner> {
        let placed = self.rooms.get_mut(room)?;
        let backend = fleet.name(self.tenures.backend(placed.tenure)?)?;
        if fleet.phase(backend) == Phase::Down {
            return None;
        }
        placed.asked_at = unix;
        Some(Owner { backend: backend.clone(), epoch: placed.epoch })
    }

    /// The owner on record, whether it serves or not.
    pub fn get(&self, fleet: &Fleet, room: &str) -> Option<Owner> {
        let placed = self.rooms.get(room)?;
        let backend = fleet.name(self.tenures.backend(placed.tenure)?)?.clone();
        Some(Owner { backend, epoch: placed.epoch })
    }

    /// Records that a tenure has the room now. It has not told of it yet.
    pub(crate) fn record(&mut self, room: &Arc<str>, tenure: u32, epoch: u64, unix: u64) {
        let mut placed =
            Placed { epoch, rank: epoch, line: epoch, asked_at: unix, tenure, seen: false };
        if let Some(old) = self.rooms.get(room) {
            self.tenures.settle(old);
            placed.rank = epoch.max(old.rank);
            let follows = old.epoch == epoch || old.tenure == Tenures::NONE;
            placed.line = if follows { old.line } else { epoch };
        }
        self.rooms.insert(Arc::clone(room), placed);
        self.tenures.expect(tenure);
    }

    /// An owner has let go of its room. A later term is not touched by it.
    pub fn release(&mut self, room: &str, epoch: u64) {
        if self.rooms.get(room).is_some_and(|placed| placed.epoch <= epoch) {
            self.forget(room);
        }
    }

    /// Forgets every room that no backend has any more and that nobody has asked for since `before`,
    /// and every place that no backend told of and nobody asked for since `unused_before`. Returns how
    /// many. One walk over the record: for once in a while.
    pub fn sweep(&mut self, before: u64, unused_before: u64) -> usize {
        let rooms_before = self.rooms.len();
        let tenures = &mut self.tenures;
        self.rooms.retain(|_, placed| {
            let lives = placed.seen && tenures.backend(placed.tenure).is_some();
            let is_unused = !placed.seen && placed.rank == placed.epoch;
            let before = if is_unused { unused_before } else { before };
            let keep = lives || placed.asked_at >= before;
            if !keep {
                tenures.settle(placed);
            }
            keep
        });
        rooms_before - self.rooms.len()
    }

    /// Rooms on record.
    pub fn len(&self) -> usize {
        self.rooms.len()
    }

    /// Whether no room is on record.
    pub fn is_empty(&self) -> bool {
        self.rooms.is_empty()
    }

    /// As `release`, but what was known of the room's epochs is kept: a backend that sleeps may hold
    /// an older one, and must not bring it back.
    pub(crate) fn bury(&mut self, room: &str, epoch: u64, unix: u64) {
        let placed = self.rooms.get_mut(room).filter(|placed| placed.epoch <= epoch);
        if let Some(placed) = placed {
            self.tenures.settle(placed);
            (placed.tenure, placed.asked_at, placed.seen) = (Tenures::NONE, unix, true);
        }
    }

    pub(crate) fn forget(&mut self, room: &str) {
        if let Some(placed) = self.rooms.remove(room) {
            self.tenures.settle(&placed);
        }
    }
}

#[cfg(test)]
mod tests;
