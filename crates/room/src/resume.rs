//! What somebody who returns still needs, and whether the room still has it.

use std::sync::Arc;

use crate::effect::{CloseReason, Effect, Gap};
use crate::ids::{Epoch, PeerId, Seq, UnixMillis};
use crate::input::Cursor;
use crate::room::Room;

/// Terms that are remembered. A cursor of an older one counts as of another branch.
pub(crate) const BRANCHES_MAX: usize = 64;

/// The events of one owner's term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Branch {
    /// The term.
    pub epoch: Epoch,
    /// The number of its first event; the next one's while it has none.
    pub first: Seq,
}

/// How a join can be served.
pub(crate) enum Return {
    /// The client holds nothing: a history.
    Anew,
    /// Exactly the missing events follow.
    Exactly,
    /// The events are gone but no message is: a history that leaves nothing out.
    Whole,
    /// Something is missing.
    Gap(Gap),
}

impl Room {
    /// How a client with this cursor can be served.
    pub(crate) fn return_of(&self, cursor: Option<Cursor>) -> Return {
        let Some(cursor) = cursor else { return Return::Anew };
        if cursor.incarnation != self.creation.incarnation || !self.is_on_branch(&cursor) {
            return Return::Gap(Gap::Restarted);
        }
        let trimmed_to = self.history.trimmed_to();
        if cursor.seq.next() >= self.journal.first() {
            Return::Exactly
        } else if trimmed_to <= cursor.seq {
            Return::Whole
        } else {
            Return::Gap(Gap::Trimmed { from: cursor.seq.next(), to: trimmed_to })
        }
    }

    /// Begins a term: its branch starts with the next event.
    pub(crate) fn begin_term(&mut self, epoch: Epoch) {
        if epoch > self.epoch() {
            self.branches.push(Branch { epoch, first: self.seq().next() });
            let excess = self.branches.len().saturating_sub(BRANCHES_MAX);
            self.branches.drain(..excess);
        }
    }

    /// Gives a peer that is catching up its next events.
    pub(crate) fn catch_up(&mut self, now: UnixMillis, peer: PeerId, effects: &mut Vec<Effect>) {
        let Some(entry) = self.peers.get_mut(&peer) else { return };
        let Some(next) = entry.catching_up else { return };
        let Some(events) = self.journal.chunk(next, self.limits.resume_chunk_bytes_max) else {
            effects.push(Effect::Close { peer, reason: CloseReason::FellBehind });
            self.leave(now, peer);
            return;
        };
        let next = events.last().map_or(next, |event: &Arc<_>| event.seq.next());
        let live = next > self.journal.seq();
        entry.catching_up = (!live).then_some(next);
        // It was not live while presence was told, so that it needs to hear it again.
        if live && entry.told != self.presence.told() {
            self.presence.ask_snapshot(now, &self.limits);
        }
        effects.push(Effect::Resumed { peer, events, live });
    }

    /// Whether the room's line of events leads through the cursor.
    fn is_on_branch(&self, cursor: &Cursor) -> bool {
        let Some(index) = self.branches.iter().position(|branch| branch.epoch == cursor.epoch)
        else {
            return false;
        };
        let end = self.branches.get(index + 1).map_or(self.seq().next(), |next| next.first);
        cursor.seq < end
    }
}
