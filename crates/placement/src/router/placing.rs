//! Where a room is, and where it goes when it is nowhere.

use std::sync::Arc;

use crate::health::Phase;
use crate::names::{BackendName, Now, RouterId, RunId};
use crate::owners::{Owner, PlaceError, Placed};
use crate::router::Router;
use crate::status::{Admission, Verdict};
use crate::tenures::Tenures;

/// Where a client is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// The owner of the room.
    pub owner: Owner,
    /// The run of the owner: a ticket for it is good for no other.
    pub run: RunId,
    /// Who placed it.
    pub router: RouterId,
}

impl Placement {
    /// What a ticket says.
    pub fn admission(&self, room: &Arc<str>) -> Admission {
        let Self { owner, run, router } = self;
        Admission { router: *router, run: *run, room: Arc::clone(room), epoch: owner.epoch }
    }
}

impl Router {
    /// The owner of a room, which is placed now if it has none.
    ///
    /// A room on record whose owner has lost it may be placed anew at once. One that is not on record
    /// may live on a backend that was not heard yet, so that it waits until the router is settled.
    ///
    /// # Errors
    /// The room has no owner and none can be found now.
    pub fn lookup(&mut self, now: Now, room: &Arc<str>) -> Result<Placement, PlaceError> {
        self.check_at_work()?;
        if let Some(owner) = self.owners.serving(&self.fleet, room, now.unix) {
            return self.placement(owner);
        }
        let known = self.owners.rooms.get(room).map(|placed| placed.tenure);
        let is_known = known.is_some();
        if !is_known && !self.is_settled(now) {
            return Err(PlaceError::NotSettled);
        }
        if let Some(owner) = self.take_import(now, room) {
            self.counts.imported += 1;
            return self.placement(owner);
        }
        let owner = self.owners.place(&mut self.fleet, &mut self.epochs, room, now.unix)?;
        let is_replaced = known.is_some_and(|tenure| tenure != Tenures::NONE);
        self.counts.replaced += u64::from(is_replaced);
        self.counts.placed += u64::from(!is_replaced);
        self.placement(owner)
    }

    /// The owner on record, if it serves. Asking places nothing and keeps nothing.
    pub fn owner(&self, room: &str) -> Option<Owner> {
        let owner = self.owners.get(&self.fleet, room)?;
        (self.fleet.phase(&owner.backend) != Phase::Down).then_some(owner)
    }

    /// An owner has let go of its room, and may forget it when this returns.
    pub fn release(&mut self, now: Now, name: &BackendName, room: &str, epoch: u64) {
        if self.owners.get(&self.fleet, room).is_some_and(|owner| owner.backend == *name) {
            // Answers that list it may be under way. It is forgotten when one no longer does.
            self.owners.bury(room, epoch, now.unix);
        }
    }

    /// Forgets a room that has ended. Its epoch is kept while a backend is away that may hold an
    /// older one, or if an import of it was made void that may still wait somewhere.
    pub(super) fn let_go(&mut self, now: Now, room: &str, epoch: u64) {
        let is_plain = |placed: &Placed| placed.rank == placed.epoch;
        if self.are_all_here() && self.owners.rooms.get(room).is_some_and(is_plain) {
            self.owners.release(room, epoch);
        } else {
            self.owners.bury(room, epoch, now.unix);
        }
    }

    /// Forgets rooms that no backend has and nobody asked for since `before`. Returns how many. A
    /// backend that was silent for longer than that may bring back an older life of a room.
    ///
    /// While all backends are here, a place that none of them told of is forgotten when nobody asked
    /// for it since `unused_before`: the last ticket for it must be worth nothing by then. Whoever only
    /// asks for places would fill the record, and the backends with rooms that are expected, otherwise.
    pub fn sweep(&mut self, before: u64, unused_before: u64) -> usize {
        let unused_before = if self.are_all_here() { unused_before } else { before };
        self.owners.sweep(before, unused_before)
    }

    /// Whether the rooms of every backend are known.
    fn are_all_here(&self) -> bool {
        self.links.values().all(|link| link.is_acquainted)
    }

    /// A room whose owner is gone may have been on its way: what the import holds is all that was
    /// ever acknowledged, since the owner had frozen it and only a verdict of ours ends that.
    fn take_import(&mut self, now: Now, room: &Arc<str>) -> Option<Owner> {
        let (number, epoch) = self.imports.get(room).copied()?;
        if self.owners.rooms.get(room).is_some_and(|placed| placed.rank >= epoch) {
            return None;
        }
        let backend = self.fleet.name(number)?.clone();
        let tenure = self.owners.tenures.of(number);
        self.owners.record(room, tenure, epoch, now.unix);
        self.imports.remove(room);
        self.tell(number, number, Verdict::Activate { room: Arc::clone(room), epoch });
        Some(Owner { backend, epoch })
    }

    fn placement(&self, owner: Owner) -> Result<Placement, PlaceError> {
        let number = self.fleet.number(&owner.backend);
        let link = number.and_then(|number| self.links.get(&number));
        let run = link.and_then(|link| link.run).ok_or(PlaceError::NoBackend)?;
        Ok(Placement { owner, run, router: self.id })
    }
}
