//! The rooms of one backend: which it owns, which are moving, which it must not create again.
//!
//! It decides; the rooms themselves are the caller's. Drives nothing and waits for nothing.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::list::{Changes, Held, List};
use crate::names::Now;
use crate::status::{Admission, Settlement, Verdict};
use crate::term::Term;

/// Milliseconds for which an import may wait to be activated, while a router could do it.
pub const IMPORT_MS: u64 = 10_000;
/// Milliseconds for which a room that was let go is remembered: longer than any ticket is good.
pub const REMEMBERED_MS: u64 = 120_000;
/// Rooms remembered at most; the oldest go.
const REMEMBERED_MAX: usize = 100_000;

/// What to do with somebody who brings a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entrance {
    /// The room is here: let them in.
    Enter,
    /// The room is here, and moving: tell them `moving`.
    Moving,
    /// Create the room with the ticket's epoch. An import of it with a lower one is void.
    Create,
    /// The room was here with a lower epoch, which is void: drop that, and create it anew.
    Replace,
    /// The import with the ticket's epoch is the room now: let them in.
    Activate,
    /// The ticket is not for this, or no longer: tell them `moved`, so that they ask again.
    Refuse,
}

/// What a verdict means for the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Consequence {
    /// Tell the room's peers `moving`, and drop it.
    Drop(Arc<str>),
    /// The import is the room now.
    Activate(Arc<str>),
}

/// The rooms of one run of a backend.
#[derive(Debug, Default)]
pub struct Holdings {
    list: List,
    /// Rooms that are frozen, with the epoch that they are to move to, if they are to move.
    frozen: HashMap<Arc<str>, Option<u64>>,
    /// When imports came.
    imported: HashMap<Arc<str>, u64>,
    /// The highest epoch of rooms that were let go.
    remembered: HashMap<Arc<str>, u64>,
    /// When they were let go, oldest first.
    let_go: VecDeque<(u64, Arc<str>, u64)>,
    epoch_max: u64,
}

impl Holdings {
    /// A process that has no rooms.
    pub fn new() -> Self {
        Self::default()
    }

    /// What `admit` would say now. It changes nothing.
    pub fn judge(&self, term: &Term, ticket: &Admission) -> Entrance {
        if ticket.run != term.run() {
            return Entrance::Refuse;
        }
        let (room, epoch) = (&ticket.room, ticket.epoch);
        let held = self.list.get(room);
        match held {
            Some(held) if held.epoch > epoch => return Entrance::Refuse,
            Some(held) if held.epoch == epoch && !held.import => {
                let moving = self.frozen.contains_key(room);
                return if moving { Entrance::Moving } else { Entrance::Enter };
            }
            // The ticket proves that the move is on record, if it is of the router that counts.
            Some(held) if held.epoch == epoch => {
                let counts = ticket.router == term.router();
                return if counts { Entrance::Activate } else { Entrance::Refuse };
            }
            _ => {}
        }
        let forgotten = self.remembered.get(room).is_some_and(|released| *released >= epoch);
        if forgotten || !term.may_create(ticket.router, epoch) {
            return Entrance::Refuse;
        }
        if held.is_some_and(|held| !held.import) { Entrance::Replace } else { Entrance::Create }
    }

    /// Somebody brings a ticket that is genuine and in time.
    pub fn admit(&mut self, now: Now, term: &Term, ticket: &Admission) -> Entrance {
        let entrance = self.judge(term, ticket);
        match entrance {
            Entrance::Enter | Entrance::Moving | Entrance::Refuse => {}
            Entrance::Activate => self.hold(&ticket.room, ticket.epoch),
            Entrance::Create | Entrance::Replace => {
                self.let_go(now, &ticket.room);
                self.hold(&ticket.room, ticket.epoch);
            }
        }
        entrance
    }

    /// Whether the owner of this room may release an acknowledgement: its term holds, and the room
    /// is not frozen.
    pub fn may_acknowledge(&self, now: Now, term: &Term, room: &str) -> bool {
        self.owned(room).is_some() && !self.frozen.contains_key(room) && term.may_acknowledge(now)
    }

    /// The epoch of a room that is owned here.
    pub fn owned(&self, room: &str) -> Option<u64> {
        self.list.get(room).filter(|held| !held.import).map(|held| held.epoch)
    }

    /// Carries out what the router decided. What it says of other epochs than those here is old.
    pub fn carry_out(&mut self, now: Now, verdict: &Verdict) -> Option<Consequence> {
        let held = self.list.get(verdict.room());
        match verdict {
            Verdict::Drop { room, epoch } => {
                if held.is_some_and(|held| held.epoch > *epoch) {
                    return None;
                }
                self.let_go(now, room);
                // Also what is not here: a ticket for it may still come.
                self.remember(now, room, *epoch);
                held.map(|_| Consequence::Drop(Arc::clone(room)))
            }
            Verdict::Activate { room, epoch } => {
                if held != Some(Held { epoch: *epoch, import: true }) {
                    return None;
                }
                self.hold(room, *epoch);
                Some(Consequence::Activate(Arc::clone(room)))
            }
        }
    }

    /// Freezes a room that is to move, or to be released: nothing of it is acknowledged from now
    /// on. Its epoch, unless it is not here or frozen already.
    pub fn freeze(&mut self, room: &Arc<str>, to: Option<u64>) -> Option<u64> {
        let epoch = self.owned(room)?;
        if self.frozen.contains_key(room) {
            return None;
        }
        self.frozen.insert(Arc::clone(room), to);
        self.epoch_max = self.epoch_max.max(to.unwrap_or(0));
        Some(epoch)
    }

    /// Takes an import, which stays inactive. Not if the room is here, or was, with such an epoch.
    pub fn import(&mut self, now: Now, room: &Arc<str>, epoch: u64) -> bool {
        let newest = self.list.get(room).map(|held| held.epoch);
        let newest = newest.max(self.remembered.get(room).copied());
        if newest.is_some_and(|newest| newest >= epoch) || self.owned(room).is_some() {
            return false;
        }
        self.epoch_max = self.epoch_max.max(epoch);
        self.list.set(room, Some(Held { epoch, import: true }));
        self.imported.insert(Arc::clone(room), now.mono);
        true
    }

    /// The router told what became of a room that was to move to `epoch`. Whether the room is to be
    /// dropped now.
    pub fn settled(
        &mut self,
        now: Now,
        room: &Arc<str>,
        epoch: u64,
        settlement: Settlement,
    ) -> bool {
        if self.frozen.get(room) != Some(&Some(epoch)) {
            return false;
        }
        match settlement {
            Settlement::NotYet => false,
            Settlement::Void => {
                self.frozen.remove(room);
                false
            }
            Settlement::Moved => {
                self.let_go(now, room);
                true
            }
        }
    }

    /// The router knows that this room, frozen for no move, is let go. Whether it is to be dropped.
    pub fn released(&mut self, now: Now, room: &Arc<str>, epoch: u64) -> bool {
        let known = self.owned(room) == Some(epoch) && self.frozen.get(room) == Some(&None);
        if known {
            self.let_go(now, room);
        }
        known
    }

    /// Forgets what is old. Returns the imports that nobody activated, which are to be dropped.
    pub fn expire(&mut self, now: Now, term: &Term) -> Vec<Arc<str>> {
        let too_old = |at: u64| now.mono.saturating_sub(at) >= REMEMBERED_MS;
        while let Some((at, room, epoch)) = self.let_go.front() {
            if !too_old(*at) && self.let_go.len() <= REMEMBERED_MAX {
                break;
            }
            if self.remembered.get(room) == Some(epoch) {
                self.remembered.remove(room);
            }
            self.let_go.pop_front();
        }
        // While no router could activate it, an import may be the only copy of its room.
        let could_be = term.confirmed_ms(now) >= IMPORT_MS;
        let waited = |at: &u64| could_be && now.mono.saturating_sub(*at) >= IMPORT_MS;
        let late = self.imported.iter().filter(|(_, at)| waited(at));
        let late: Vec<_> = late.map(|(room, _)| Arc::clone(room)).collect();
        for room in &late {
            self.let_go(now, room);
        }
        late
    }

    /// The list for a router that knows a generation of it.
    pub fn since(&self, generation: Option<u64>) -> Changes {
        self.list.since(generation)
    }

    /// Every room that is owned here, with its epoch, frozen ones included.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, u64)> {
        self.list.iter().filter(|(_, held)| !held.import).map(|(room, held)| (room, held.epoch))
    }

    /// Whether a room is frozen.
    pub fn is_frozen(&self, room: &str) -> bool {
        self.frozen.contains_key(room)
    }

    /// Rooms, imports included.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The highest epoch that was seen here.
    pub fn epoch_max(&self) -> u64 {
        self.epoch_max
    }

    fn hold(&mut self, room: &Arc<str>, epoch: u64) {
        self.epoch_max = self.epoch_max.max(epoch);
        self.imported.remove(room);
        self.frozen.remove(room);
        self.list.set(room, Some(Held { epoch, import: false }));
    }

    /// Forgets a room and remembers its epoch.
    fn let_go(&mut self, now: Now, room: &Arc<str>) {
        let Some(held) = self.list.get(room) else { return };
        self.list.set(room, None);
        self.frozen.remove(room);
        self.imported.remove(room);
        self.remember(now, room, held.epoch);
    }

    fn remember(&mut self, now: Now, room: &Arc<str>, epoch: u64) {
        let highest = self.remembered.entry(Arc::clone(room)).or_default();
        *highest = (*highest).max(epoch);
        self.let_go.push_back((now.mono, Arc::clone(room), *highest));
    }
}
