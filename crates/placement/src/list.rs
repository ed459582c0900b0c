//! The list of a backend's rooms, which travels as changes since a generation.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use consistent_hash::{DefaultHash, RingHash};

/// Changes that are kept for a router that knows an older list.
const CHANGES_MAX: usize = 4_096;

/// How a backend holds a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// The term.
    pub epoch: u64,
    /// Whether it is an import that is not active yet.
    pub import: bool,
}

/// One change of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The room.
    pub room: Arc<str>,
    /// How it was held.
    pub was: Option<Held>,
    /// How it is held.
    pub is: Option<Held>,
}

/// What a router needs to know the list of a generation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// The generation that they begin at; none for the whole list.
    pub from: Option<u64>,
    /// The generation that they lead to.
    pub to: u64,
    /// The digest of the list then.
    pub digest: u64,
    /// The changes in their order.
    pub changes: Vec<Change>,
}

/// A backend's list.
#[derive(Debug, Default)]
pub(crate) struct List {
    rooms: BTreeMap<Arc<str>, Held>,
    generation: u64,
    digest: u64,
    /// The newest changes; the last leads to `generation`.
    recent: VecDeque<Change>,
}

impl List {
    /// How a room is held.
    pub(crate) fn get(&self, room: &str) -> Option<Held> {
        self.rooms.get(room).copied()
    }

    /// Holds a room like this from now on, or no more.
    pub(crate) fn set(&mut self, room: &Arc<str>, is: Option<Held>) {
        let was = match is {
            Some(held) => self.rooms.insert(Arc::clone(room), held),
            None => self.rooms.remove(room),
        };
        if was == is {
            return;
        }
        let change = Change { room: Arc::clone(room), was, is };
        self.digest ^= change.digest();
        self.generation += 1;
        if self.recent.len() == CHANGES_MAX {
            self.recent.pop_front();
        }
        self.recent.push_back(change);
    }

    /// The changes since a generation, or the whole list when they are no longer kept.
    pub(crate) fn since(&self, generation: Option<u64>) -> Changes {
        let behind = generation.and_then(|known| self.generation.checked_sub(known));
        let kept = behind.filter(|behind| *behind <= self.recent.len() as u64);
        let changes = match kept {
            Some(behind) => {
                self.recent.iter().skip(self.recent.len() - behind as usize).cloned().collect()
            }
            None => self.whole(),
        };
        let from = kept.and(generation);
        Changes { from, to: self.generation, digest: self.digest, changes }
    }

    /// Every room.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Arc<str>, Held)> {
        self.rooms.iter().map(|(room, held)| (room, *held))
    }

    /// Rooms.
    pub(crate) fn len(&self) -> usize {
        self.rooms.len()
    }

    fn whole(&self) -> Vec<Change> {
        let added = |(room, held): (&Arc<str>, Held)| Change {
            room: Arc::clone(room),
            was: None,
            is: Some(held),
        };
        self.iter().map(added).collect()
    }
}

impl Change {
    /// What the change does to the digest of the list, which is the exclusive or of all that is held.
    pub(crate) fn digest(&self) -> u64 {
        let of = |held: Option<Held>| {
            held.map_or(0, |held| {
                DefaultHash.hash_item(&(self.room.as_ref(), held.epoch, held.import))
            })
        };
        of(self.was) ^ of(self.is)
    }
}
