//! What backends answer: their lists, claims of rooms, and who wins where two claim one.

use std::collections::HashMap;
use std::sync::Arc;

use crate::list::{Change, Held};
use crate::names::{BackendName, Now};
use crate::owners::Placed;
use crate::router::{Delivery, Link, Router};
use crate::status::{StatusAnswer, Verdict};
use crate::tenures::Tenures;

/// Milliseconds between the clocks of router and backend above which the backend gets no rooms.
const CLOCKS_APART_MAX_MS: u64 = 20_000;

impl Router {
    /// A backend answered. Whether the answer is accepted; one that is not changes nothing.
    pub fn answered(&mut self, now: Now, name: &BackendName, answer: &StatusAnswer) -> bool {
        let Some(number) = self.fleet.number(name) else { return false };
        let Some(link) = self.links.get_mut(&number) else { return false };
        let is_of_now = (link.accept_from..link.next).contains(&answer.number);
        if answer.router != self.id || !is_of_now || link.accepted >= Some(answer.number) {
            return false;
        }
        if link.is_acquainted && link.run != Some(answer.run) {
            link.run = Some(answer.run);
            self.lose(number);
            return false;
        }
        link.run = Some(answer.run);
        if !link.accepts(answer) {
            // Its list and ours disagree. From here on only a whole list counts.
            if link.is_acquainted && answer.rooms.from == link.generation {
                link.estrange();
                self.show_phase(number);
            }
            return false;
        }
        self.accept(now, number, answer);
        true
    }

    /// A connection to a backend was refused or reset.
    pub fn refused(&mut self, name: &BackendName) {
        let Some(number) = self.fleet.number(name) else { return };
        let Some(link) = self.links.get_mut(&number) else { return };
        link.is_answered = true;
        if link.health.refused() {
            self.lose(number);
        }
        self.show_phase(number);
    }

    fn accept(&mut self, now: Now, number: u32, answer: &StatusAnswer) {
        let Some(link) = self.links.get_mut(&number) else { return };
        link.health.answered(now.mono);
        link.is_answered |= answer.number + 1 == link.next;
        link.accepted = Some(answer.number);
        link.generation = Some(answer.rooms.to);
        link.digest = answer.rooms.digest;
        link.has_lapsed = answer.lapsed;
        link.is_leaving = answer.draining;
        link.is_clock_off = now.unix.abs_diff(answer.unix) > CLOCKS_APART_MAX_MS;
        link.verdicts.retain(|_, delivery| delivery.sent.is_none_or(|n| n > answer.number));
        link.is_acquainted = true;
        if answer.rooms.from.is_none() {
            link.rooms = 0;
            self.owners.tenures.end(number);
            self.imports.retain(|_, (holder, _)| *holder != number);
        }
        self.epochs.see(answer.epoch_max);
        let changes = &answer.rooms.changes;
        let last: HashMap<_, _> = changes.iter().map(|c| &c.room).zip(0_usize..).collect();
        for (change, place) in changes.iter().zip(0..) {
            self.take(now, number, change, last.get(&change.room) == Some(&place));
        }
        let uncounted = self.owners.tenures.expected(number);
        if let (Some(name), Some(link)) = (self.fleet.name(number), self.links.get(&number)) {
            self.fleet.report(name.clone(), link.phase(), answer.load, uncounted);
        }
    }

    /// One room of a backend is held otherwise than before. What was not the last change of the room
    /// claims nothing any more.
    fn take(&mut self, now: Now, number: u32, change: &Change, is_last: bool) {
        if let Some(link) = self.links.get_mut(&number) {
            link.rooms += u64::from(change.is.is_some());
            link.rooms = link.rooms.saturating_sub(u64::from(change.was.is_some()));
        }
        if self.imports.get(&change.room).is_some_and(|(holder, _)| *holder == number) {
            self.imports.remove(&change.room);
        }
        match change.is {
            None => self.unclaim(now, number, change),
            Some(_) if !is_last => {}
            Some(Held { epoch, import: true }) => self.offer(number, &change.room, epoch),
            Some(Held { epoch, import: false }) => self.claim(now, number, &change.room, epoch),
        }
    }

    /// The backend no longer has the room.
    fn unclaim(&mut self, now: Now, number: u32, change: &Change) {
        let tenure = self.owners.tenures.of(number);
        let Some(was) = change.was else { return };
        let is_its_own = |placed: &Placed| {
            placed.tenure == Tenures::NONE || placed.tenure == tenure && placed.seen
        };
        let owned = |placed: &Placed| is_its_own(placed) && placed.epoch == was.epoch;
        if self.owners.rooms.get(&change.room).is_some_and(owned) {
            self.let_go(now, &change.room, was.epoch);
        }
    }

    /// The backend holds an import. If its move is on record, it is to be activated.
    fn offer(&mut self, number: u32, room: &Arc<str>, epoch: u64) {
        self.epochs.see(epoch);
        let tenure = self.owners.tenures.of(number);
        match self.owners.rooms.get_mut(room) {
            Some(placed) if placed.epoch == epoch => {
                placed.tenure = tenure;
                self.tell(number, number, Verdict::Activate { room: Arc::clone(room), epoch });
            }
            Some(placed) if placed.rank >= epoch => {
                self.tell(number, number, Verdict::Drop { room: Arc::clone(room), epoch });
            }
            _ => self.keep_newest_import(number, room, epoch),
        }
    }

    /// Of several imports the one with the highest epoch is the room as it was last: the move that
    /// made another was given up.
    fn keep_newest_import(&mut self, number: u32, room: &Arc<str>, epoch: u64) {
        let known = self.imports.get(room).copied().unwrap_or((number, 0));
        let (newest, older) =
            if epoch > known.1 { ((number, epoch), known) } else { (known, (number, epoch)) };
        self.imports.insert(Arc::clone(room), newest);
        if older.0 != newest.0 {
            self.tell(older.0, newest.0, Verdict::Drop { room: Arc::clone(room), epoch: older.1 });
        }
    }

    /// The backend says that it owns the room.
    fn claim(&mut self, now: Now, number: u32, room: &Arc<str>, epoch: u64) {
        self.epochs.see(epoch);
        let tenure = self.owners.tenures.of(number);
        let placed = self.owners.rooms.get(room).copied();
        let holder = placed.and_then(|placed| self.owners.tenures.backend(placed.tenure));
        let rival = holder.filter(|holder| *holder != number);
        // The answer was under way while the room was handed over: no claim, but old news.
        if placed.is_some_and(|placed| (placed.line..placed.epoch).contains(&epoch)) {
            return;
        }
        if placed.is_none_or(|placed| self.wins(number, epoch, &placed, rival)) {
            self.owners.record(room, tenure, epoch, now.unix);
            if let (Some(loser), Some(placed)) = (rival, placed) {
                self.counts.conflicts += 1;
                let lost = Verdict::Drop { room: Arc::clone(room), epoch: placed.epoch };
                self.tell(loser, number, lost);
            }
            self.mark_seen(room);
        } else {
            self.counts.conflicts += u64::from(rival.is_some());
            let winner = holder.unwrap_or(number);
            self.tell(number, winner, Verdict::Drop { room: Arc::clone(room), epoch });
        }
    }

    /// Whether a claim stands against what is on record. Equal epochs, which only two routers at
    /// once can make, are decided by the backends' names.
    fn wins(&self, number: u32, epoch: u64, placed: &Placed, rival: Option<u32>) -> bool {
        let is_later = epoch > placed.rank;
        let is_same = epoch == placed.epoch;
        let name_wins = |rival| self.fleet.name(number) > self.fleet.name(rival);
        is_later || is_same && rival.is_none_or(name_wins)
    }

    fn mark_seen(&mut self, room: &Arc<str>) {
        if let Some(placed) = self.owners.rooms.get_mut(room) {
            self.owners.tenures.settle(placed);
            placed.seen = true;
        }
    }

    /// Gives a backend a verdict, again and again until an answer shows that it has it.
    pub(super) fn tell(&mut self, number: u32, winner: u32, verdict: Verdict) {
        if let Some(link) = self.links.get_mut(&number) {
            link.verdicts.insert(verdict, Delivery { sent: None, winner });
        }
    }
}

impl Link {
    /// Whether the answer's list follows from what is known, or is the whole list.
    fn accepts(&self, answer: &StatusAnswer) -> bool {
        let known = match answer.rooms.from {
            None => 0,
            Some(from) if self.is_acquainted && self.generation == Some(from) => self.digest,
            Some(_) => return false,
        };
        let digest = answer.rooms.changes.iter().fold(known, |d, change| d ^ change.digest());
        digest == answer.rooms.digest
    }
}
