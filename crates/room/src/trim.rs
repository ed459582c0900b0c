//! Keeping the room within its limits: the oldest messages go, one by one.

use std::sync::Arc;

use crate::effect::Effect;
use crate::event::EventKind;
use crate::history::Message;
use crate::ids::{Seq, UnixMillis};
use crate::room::Room;
use crate::size;

/// Members and their names take at most seven of these parts of all state: 7 MiB of 8. Beyond it
/// nobody new is let in.
const MEMBERS_SHARE: usize = 8;

impl Room {
    /// The memory that counts against the cap: all state but the connections, whose number has a
    /// limit of its own. Records restore all of it, so that an owner and its successor agree.
    pub(crate) fn state_bytes(&self) -> usize {
        size::ROOM_BYTES
            + self.description.len()
            + self.history.bytes()
            + self.journal.bytes()
            + self.keys.bytes()
            + self.files.bytes()
            + self.member_bytes()
    }

    /// The memory of members and names.
    pub(crate) fn member_bytes(&self) -> usize {
        self.members.bytes() + self.names.bytes()
    }

    /// How much memory members and names may take.
    pub(crate) fn member_bytes_max(&self) -> usize {
        let share = self.limits.state_bytes_max / MEMBERS_SHARE * (MEMBERS_SHARE - 1);
        // The room itself, with the longest description, is no member's.
        share.saturating_sub(size::ROOM_BYTES + 4 * self.limits.description_chars_max)
    }

    /// Forgets the oldest keys if they take more than their share, or than members leave.
    pub(crate) fn fit_keys(&mut self, at: UnixMillis) {
        let others =
            size::ROOM_BYTES + self.description.len() + self.files.bytes() + self.member_bytes();
        let left = self.limits.state_bytes_max.saturating_sub(others);
        self.keys.fit(left, at, &self.limits);
    }

    /// Drops what no longer fits, oldest messages first; the newest message always stays. Adds the
    /// ids of files that nothing carries any more.
    pub(crate) fn make_room(&mut self, released: &mut Vec<Arc<str>>) {
        while self.has_too_much() {
            self.drop_oldest_message(released);
        }
        self.shorten_journal();
    }

    /// Where messages alone do not suffice, events for resume go too.
    pub(crate) fn shorten_journal(&mut self) {
        while self.history.len() <= 1
            && self.state_bytes() > self.limits.state_bytes_max
            && self.journal.drop_oldest()
        {}
    }

    /// Drops the messages below a number.
    pub(crate) fn drop_below(&mut self, first_kept: Seq, released: &mut Vec<Arc<str>>) {
        while self.history.oldest().is_some_and(|message| message.seq < first_kept) {
            self.drop_oldest_message(released);
        }
    }

    /// Makes the room fit into limits that are tighter than those it was made under.
    pub(crate) fn fit(&mut self, now: UnixMillis, effects: &mut Vec<Effect>) {
        if self.has_too_much() {
            let mut released = Vec::new();
            self.make_room(&mut released);
            self.tell_trimmed(now, effects);
            push_released(released, effects);
        }
    }

    /// Tells of dropped messages, once per so many.
    pub(crate) fn tell_trimmed_if_due(&mut self, now: UnixMillis, effects: &mut Vec<Effect>) {
        if self.history.untold() >= self.limits.trimmed_every.max(1) {
            self.tell_trimmed(now, effects);
        }
    }

    fn tell_trimmed(&mut self, now: UnixMillis, effects: &mut Vec<Effect>) {
        // Without any message the event's own successor is the next number there can be.
        let after = self.journal.seq().next().next();
        let before = self.history.oldest().map_or(after, |message| message.seq);
        self.commit(now, None, None, EventKind::Trimmed { before }, effects);
    }

    fn has_too_much(&self) -> bool {
        let count = self.history.len();
        count > self.limits.messages_max.max(1)
            || (count > 1 && self.state_bytes() > self.limits.state_bytes_max)
    }

    fn drop_oldest_message(&mut self, released: &mut Vec<Arc<str>>) {
        let Some(message) = self.history.drop_oldest() else { return };
        let Message { by, file, preview, .. } = message;
        self.files.release(file.as_deref(), preview.as_deref(), released, &self.limits);
        self.members.change(by, |author| author.kept = author.kept.saturating_sub(1));
    }
}

/// Says which files may be deleted, if any.
pub(crate) fn push_released(released: Vec<Arc<str>>, effects: &mut Vec<Effect>) {
    if !released.is_empty() {
        effects.push(Effect::Released(released));
    }
}
