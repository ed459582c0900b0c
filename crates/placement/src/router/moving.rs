//! Moves of rooms: the record is the commit.

use std::sync::Arc;

use crate::health::Phase;
use crate::names::{BackendName, Now, RunId};
use crate::router::{Link, Router};
use crate::status::{MoveTarget, Settlement, Verdict};

/// Milliseconds for which a target is kept for a room that was to move there.
const MOVE_MS: u64 = 30_000;

/// A move that was begun and is not on record yet.
#[derive(Clone, Debug)]
pub(super) struct Move {
    from_epoch: u64,
    to: u32,
    run: RunId,
    epoch: u64,
    begun_at: u64,
}

impl Router {
    /// An owner wants to hand a room over: where to, and with which epoch. Asking again gives the
    /// same answer while the target lives.
    pub fn begin_move(
        &mut self,
        now: Now,
        name: &BackendName,
        room: &Arc<str>,
        epoch: u64,
    ) -> Option<MoveTarget> {
        let from = self.owning(name, room, epoch)?;
        self.check_at_work().ok()?;
        let begun = self.moves.get(room).filter(|known| known.from_epoch == epoch);
        if let Some(known) = begun.filter(|known| self.can_take(known)) {
            return self.target(known);
        }
        self.epochs.check(now.unix).ok()?;
        let to = self.fleet.choose_other_than(room, Some(from))?;
        let run = self.links.get(&to).and_then(|link| link.run)?;
        let new_epoch = self.epochs.next(now.unix).ok()?;
        let begun = Move { from_epoch: epoch, to, run, epoch: new_epoch, begun_at: now.mono };
        let target = self.target(&begun);
        self.moves.insert(Arc::clone(room), begun);
        target
    }

    /// An owner asks what is to become of a room that it froze for a move to `new_epoch`: it was
    /// imported there, or else the owner has given up. The answer is the same however often it asks.
    pub fn settle_move(
        &mut self,
        now: Now,
        name: &BackendName,
        room: &Arc<str>,
        epoch: u64,
        new_epoch: u64,
        imported: bool,
    ) -> Settlement {
        let Some(placed) = self.owners.rooms.get(room).copied() else { return Settlement::NotYet };
        if placed.epoch > epoch {
            return Settlement::Moved;
        }
        if self.superseded || self.owning(name, room, epoch).is_none() {
            return Settlement::NotYet;
        }
        let is_this = |known: &&Move| known.from_epoch == epoch && known.epoch == new_epoch;
        let begun = self.moves.get(room).filter(is_this).cloned();
        if let Some(begun) = begun.as_ref().filter(|begun| imported && self.can_take(begun)) {
            self.commit(now, room, begun);
            return Settlement::Moved;
        }
        // A move that this run did not begin may have been committed by the run before.
        if begun.is_none() && !self.is_settled(now) {
            return Settlement::NotYet;
        }
        self.make_void(room, new_epoch);
        Settlement::Void
    }

    pub(super) fn forget_old_moves(&mut self, now: Now) {
        self.moves.retain(|_, begun| now.mono.saturating_sub(begun.begun_at) < MOVE_MS);
    }

    /// The new owner is on record, and will be told; the old one may tell its peers `moving`.
    fn commit(&mut self, now: Now, room: &Arc<str>, begun: &Move) {
        let tenure = self.owners.tenures.of(begun.to);
        let line = self.owners.rooms.get(room).map(|placed| placed.line);
        self.owners.record(room, tenure, begun.epoch, now.unix);
        if let (Some(placed), Some(line)) = (self.owners.rooms.get_mut(room), line) {
            placed.line = line;
        }
        self.moves.remove(room);
        self.imports.remove(room);
        let activate = Verdict::Activate { room: Arc::clone(room), epoch: begun.epoch };
        self.tell(begun.to, begun.to, activate);
        self.counts.moved += 1;
    }

    /// No claim with this epoch or a lower one will win from now on, but the present owner's.
    fn make_void(&mut self, room: &Arc<str>, new_epoch: u64) {
        self.counts.voided += 1;
        if let Some(begun) = self.moves.remove(room) {
            let void = Verdict::Drop { room: Arc::clone(room), epoch: new_epoch };
            self.tell(begun.to, begun.to, void);
        }
        if let Some(placed) = self.owners.rooms.get_mut(room) {
            placed.rank = placed.rank.max(new_epoch);
        }
    }

    /// The number of the backend, if it is on record as this room's owner.
    fn owning(&self, name: &BackendName, room: &str, epoch: u64) -> Option<u32> {
        let number = self.fleet.number(name)?;
        let placed = self.owners.rooms.get(room).filter(|placed| placed.epoch == epoch)?;
        (self.owners.tenures.backend(placed.tenure) == Some(number)).then_some(number)
    }

    /// Whether the target is still the process that it was, and serves.
    fn can_take(&self, begun: &Move) -> bool {
        let lives = |link: &Link| {
            link.run == Some(begun.run) && link.is_acquainted && link.phase() != Phase::Down
        };
        self.links.get(&begun.to).is_some_and(lives)
    }

    fn target(&self, begun: &Move) -> Option<MoveTarget> {
        let backend = self.fleet.name(begun.to)?.clone();
        Some(MoveTarget { backend, run: begun.run, epoch: begun.epoch })
    }
}
