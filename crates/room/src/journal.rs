//! The newest events, kept for those who return, and the number of the newest one. What was deleted
//! is not kept: whoever returns sees that a message was posted and deleted, but not its text.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::event::{Event, EventKind};
use crate::ids::Seq;
use crate::limits::Limits;
use crate::size;

/// Events without gaps up to the newest.
#[derive(Clone, Debug, Default)]
pub(crate) struct Journal {
    events: VecDeque<Arc<Event>>,
    seq: Seq,
    bytes: usize,
}

impl Journal {
    /// A journal whose newest event is `seq`.
    pub(crate) fn continued(events: &[Arc<Event>], seq: Seq) -> Self {
        let bytes = events.iter().map(|event| size::event(event)).sum();
        Self { events: events.iter().cloned().collect(), seq, bytes }
    }

    /// Adds the next event, and drops the oldest ones above the limits.
    pub(crate) fn push(&mut self, event: Arc<Event>, limits: &Limits) {
        self.seq = event.seq;
        self.bytes += size::event(&event);
        self.events.push_back(event);
        self.fit(limits);
    }

    /// Drops the oldest events above the limits.
    pub(crate) fn fit(&mut self, limits: &Limits) {
        while self.events.len() > limits.resume_events_max || self.bytes > limits.resume_bytes_max {
            self.drop_oldest();
        }
    }

    /// Drops the oldest event; false when there is none.
    pub(crate) fn drop_oldest(&mut self) -> bool {
        let Some(event) = self.events.pop_front() else { return false };
        self.bytes -= size::event(&event);
        true
    }

    /// Forgets the texts of a message that was deleted, and what it carried.
    pub(crate) fn redact(&mut self, message: Seq) {
        let concerns = |event: &Event| match &event.kind {
            EventKind::Posted { .. } => event.seq == message,
            EventKind::Edited { message: edited, .. } => *edited == message,
            _ => false,
        };
        let start = self.events.partition_point(|event| event.seq < message);
        for event in self.events.range_mut(start..).filter(|event| concerns(event)) {
            self.bytes -= size::event(event);
            // Peers that are being sent the event keep the one that they have.
            let redacted = Arc::make_mut(event);
            match &mut redacted.kind {
                EventKind::Posted { text, file, preview, .. } => {
                    (*text, *file, *preview) = ("".into(), None, None);
                }
                EventKind::Edited { text, .. } => *text = "".into(),
                _ => {}
            }
            self.bytes += size::event(event);
        }
    }

    /// The newest event's number.
    pub(crate) fn seq(&self) -> Seq {
        self.seq
    }

    /// The number of the oldest kept event; the next number when none is kept.
    pub(crate) fn first(&self) -> Seq {
        self.events.front().map_or(self.seq.next(), |event| event.seq)
    }

    /// Events from `first` on, as many as fit into `bytes_max` but at least one. None when some of
    /// them are no longer kept.
    pub(crate) fn chunk(&self, first: Seq, bytes_max: usize) -> Option<Vec<Arc<Event>>> {
        let skip = first.0.checked_sub(self.first().0)?;
        let skip = usize::try_from(skip).ok()?;
        let mut bytes = 0;
        let fits = |event: &&Arc<Event>| {
            let empty = bytes == 0;
            bytes += size::event(event);
            empty || bytes <= bytes_max
        };
        Some(self.events.iter().skip(skip).take_while(fits).cloned().collect())
    }

    /// The kept events, oldest first.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = &Arc<Event>> {
        self.events.iter()
    }

    /// The memory that they take.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }
}
