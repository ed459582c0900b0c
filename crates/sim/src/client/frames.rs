//! What a client makes of what it is told, and which of it may not be.

use room::{Cursor, Event, EventKind, Gap, Joined, Key, Reply, Seq};

use crate::client::{ClientProcess, LOWER_MAX, Stage};
use crate::message::{Connection, Frame, Keep};
use crate::step::Step;

impl ClientProcess {
    pub(super) fn hear_entering(
        &mut self,
        step: &mut Step<'_>,
        connection: Connection,
        frame: Frame,
    ) {
        match frame {
            Frame::Joined { joined, keep } => self.enter(step, connection, &joined, keep),
            _ => {
                self.last = None;
                self.back_off(step);
            }
        }
    }

    pub(super) fn hear_inside(&mut self, step: &mut Step<'_>, frame: Frame) {
        match frame {
            Frame::Event(event) => self.take(step, &event),
            Frame::Answer { key, reply } => self.answered(step, key, &reply),
            Frame::Heartbeat { epoch, seq } => {
                let known = self.cursor.map_or(0, |cursor| cursor.seq.0);
                self.epoch_max = self.epoch_max.max(epoch);
                if seq > known {
                    let room = &self.room;
                    let what = format!("{} has {known} of {seq} in {room}", self.node);
                    step.ledger.violate("G5", what);
                    self.hang_up(step, 0);
                }
            }
            Frame::Closed => {
                // The room ended, or another connection of the session took over.
                self.last = None;
                self.back_off(step);
            }
            Frame::Moving | Frame::Moved | Frame::Joined { .. } => {
                self.last = None;
                self.back_off(step);
            }
        }
    }

    fn enter(&mut self, step: &mut Step<'_>, connection: Connection, joined: &Joined, keep: Keep) {
        if joined.epoch.0 < self.epoch_max {
            self.meet_lower(step);
            return;
        }
        self.epoch_max = joined.epoch.0;
        self.lower_met = 0;
        self.keep = Some(keep);
        let stay_ms = step.dice.between(1_500, if self.visits { 3_000 } else { 25_000 });
        let (heard_at, leave_at) = (step.now.mono, step.now.mono + stay_ms);
        self.stage = Stage::In { connection, heard_at, leave_at };
        self.unanswered.values_mut().for_each(|sent_at| *sent_at = 0);
        let (incarnation, epoch) = (joined.incarnation, joined.epoch);
        let known = self.cursor.filter(|_| joined.resumed).map(|cursor| cursor.seq);
        let is_catching_up = joined.catching_up;
        let seq = known.filter(|_| is_catching_up).unwrap_or(joined.seq);
        if joined.resumed && !is_catching_up && known != Some(joined.seq) {
            let what = format!("{} resumed at {known:?} of {:?}", self.node, joined.seq);
            step.ledger.violate("G5", what);
        }
        if !joined.resumed {
            self.begin_anew(step, joined);
        }
        self.cursor = Some(Cursor { incarnation, epoch, seq });
    }

    /// A history instead of what was missed: whatever the client holds must be in it, or it is told
    /// that it is gone.
    fn begin_anew(&mut self, step: &mut Step<'_>, joined: &Joined) {
        let history = joined.history.iter();
        let fresh = history.filter_map(|view| Some((view.seq, Key::new(&view.text)?))).collect();
        let held = std::mem::replace(&mut self.copy, fresh);
        if joined.gap == Some(Gap::Restarted) {
            self.told_gone_at = Some(step.ledger.now);
            return;
        }
        let is_missing = |(seq, key): (&Seq, &Key)| self.copy.get(seq) != Some(key);
        if held.iter().any(is_missing) {
            let what = format!("{} lost what it held, and was not told", self.node);
            step.ledger.violate("G5", what);
        }
    }

    /// Another owner than the newest: after three fresh lookups it must be the one that there is.
    fn meet_lower(&mut self, step: &mut Step<'_>) {
        self.lower_met += 1;
        self.last = None;
        if self.lower_met >= LOWER_MAX {
            self.epoch_max = 0;
            self.cursor = None;
            self.copy.clear();
            self.told_gone_at = Some(step.ledger.now);
        }
        self.back_off(step);
    }

    fn take(&mut self, step: &mut Step<'_>, event: &Event) {
        let Some(cursor) = self.cursor.as_mut() else { return };
        if event.seq != cursor.seq.next() {
            let (expected, node) = (cursor.seq.next().0, self.node);
            let what = format!("{node} got {} instead of {expected}", event.seq.0);
            step.ledger.violate("G2", what);
        }
        cursor.seq = event.seq;
        step.ledger.received(&self.room, cursor.incarnation, event);
        if let EventKind::Posted { key, .. } = &event.kind {
            self.copy.insert(event.seq, key.clone());
        }
    }

    fn answered(&mut self, step: &mut Step<'_>, key: Key, reply: &Reply) {
        let Reply::Done { seq: Some(seq), .. } = reply else { return };
        self.unanswered.remove(&key);
        let now = step.ledger.now;
        match self.acked.get(&key) {
            Some((at, first)) if first != seq && self.told_gone_at < Some(*at) => {
                let what = format!("{key:?} of {} is {first:?} and {seq:?}", self.node);
                step.ledger.violate("G4", what);
            }
            _ => {}
        }
        self.acked.insert(key, (now, *seq));
    }
}
