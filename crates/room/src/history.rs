//! The messages that are kept, oldest first, and what they weigh.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::event::{File, Preview};
use crate::ids::{MemberId, Seq, UnixMillis};
use crate::input::Vote;
use crate::size;
use crate::votes::Votes;

/// A message as it is now.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) seq: Seq,
    pub(crate) at: UnixMillis,
    pub(crate) by: MemberId,
    pub(crate) text: Arc<str>,
    pub(crate) reply_to: Option<Seq>,
    pub(crate) file: Option<Arc<File>>,
    pub(crate) preview: Option<Arc<Preview>>,
    pub(crate) votes: Votes,
    /// The `seq` of its last change.
    pub(crate) rev: Seq,
    pub(crate) edited_at: Option<UnixMillis>,
    pub(crate) deleted: bool,
}

impl Message {
    /// The memory that it takes.
    pub(crate) fn bytes(&self) -> usize {
        size::MESSAGE_BYTES
            + self.text.len()
            + size::attachments(self.file.as_deref(), self.preview.as_deref())
            + self.votes.voters() * size::VOTE_BYTES
    }
}

/// The kept messages.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    messages: VecDeque<Message>,
    bytes: usize,
    /// The newest message that is no longer kept; 0 when every one is.
    trimmed_to: Seq,
    /// Messages dropped since the last `trimmed` event.
    untold: usize,
}

impl History {
    /// A history that continues.
    pub(crate) fn continued(
        messages: impl Iterator<Item = Message>,
        trimmed_to: Seq,
        untold: usize,
    ) -> Self {
        let messages: VecDeque<_> = messages.collect();
        let bytes = messages.iter().map(Message::bytes).sum();
        Self { messages, bytes, trimmed_to, untold }
    }

    /// Adds the newest message.
    pub(crate) fn push(&mut self, message: Message) {
        self.bytes += message.bytes();
        self.messages.push_back(message);
    }

    /// The message of that number, if it is kept.
    pub(crate) fn get(&self, seq: Seq) -> Option<&Message> {
        self.index(seq).and_then(|index| self.messages.get(index))
    }

    /// Changes a message; nothing happens when it is not kept.
    pub(crate) fn change(&mut self, seq: Seq, rev: Seq, change: impl FnOnce(&mut Message)) {
        let Some(index) = self.index(seq) else { return };
        let message = &mut self.messages[index];
        self.bytes -= message.bytes();
        message.rev = rev;
        change(message);
        self.bytes += message.bytes();
    }

    /// Replaces a vote.
    pub(crate) fn vote(&mut self, seq: Seq, rev: Seq, member: MemberId, value: Vote) {
        self.change(seq, rev, |message| message.votes.set(member, value));
    }

    /// Drops the oldest message and returns it.
    pub(crate) fn drop_oldest(&mut self) -> Option<Message> {
        let message = self.messages.pop_front()?;
        self.bytes -= message.bytes();
        self.trimmed_to = message.seq;
        self.untold += 1;
        Some(message)
    }

    /// Messages dropped since they were last told of.
    pub(crate) fn untold(&self) -> usize {
        self.untold
    }

    /// Every dropped message has been told of.
    pub(crate) fn told(&mut self) {
        self.untold = 0;
    }

    /// The newest message that is no longer kept; 0 when every one is.
    pub(crate) fn trimmed_to(&self) -> Seq {
        self.trimmed_to
    }

    /// The lowest number that a kept message can have.
    pub(crate) fn first_kept(&self) -> Seq {
        self.trimmed_to.next()
    }

    /// The oldest kept message.
    pub(crate) fn oldest(&self) -> Option<&Message> {
        self.messages.front()
    }

    /// How many are kept.
    pub(crate) fn len(&self) -> usize {
        self.messages.len()
    }

    /// The memory that they take.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The messages, oldest first.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Message> {
        self.messages.iter()
    }

    /// Messages below `before`, newest first.
    pub(crate) fn backwards(&self, before: Option<Seq>) -> impl Iterator<Item = &Message> {
        let end = before.map_or(self.messages.len(), |before| {
            self.messages.partition_point(|message| message.seq < before)
        });
        self.messages.range(..end).rev()
    }

    fn index(&self, seq: Seq) -> Option<usize> {
        self.messages.binary_search_by_key(&seq, |message| message.seq).ok()
    }
}
