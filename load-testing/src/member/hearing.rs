//! What a member hears, judged as it comes.

use client::Error;
use protocol::frame::{ClientFrame, Event, EventKind, ServerFrame, VoteValue};

use super::{Asked, MemberLife};
use crate::fault::Fault;
use crate::time::now;

/// From a post's answer to its edit.
const EDIT_AFTER_US: u64 = 1_000_000;

impl MemberLife {
    /// A frame came.
    pub(super) async fn hear(&mut self, frame: ServerFrame) -> Result<(), Error> {
        match frame {
            ServerFrame::Event(event) => self.event(&event).await,
            ServerFrame::Ok { id, seq } => {
                self.answered(id, seq);
                Ok(())
            }
            ServerFrame::Error { id, code, retry_after_ms, .. } => {
                self.refused(id, code.as_str(), retry_after_ms);
                Ok(())
            }
            ServerFrame::History { id, messages, more } => {
                if self.take_asked(id) == Some(Asked::Page) {
                    self.sight.page(messages.iter().map(|message| message.seq), more);
                    self.want_pages().await?;
                }
                Ok(())
            }
            ServerFrame::Grant { id, grant } => {
                if self.take_asked(id) == Some(Asked::Grant) {
                    self.upload(&grant);
                }
                Ok(())
            }
            ServerFrame::Heartbeat { seq, .. } => {
                self.sight.heartbeat(seq);
                Ok(())
            }
            ServerFrame::Joined(_) => {
                self.fault(Fault::Protocol { text: "a second `joined` came".into() });
                Ok(())
            }
            ServerFrame::Members { .. }
            | ServerFrame::Presence { .. }
            | ServerFrame::Typing { .. }
            | ServerFrame::Notice { .. }
            | ServerFrame::Moving { .. } => Ok(()),
        }
    }

    async fn event(&mut self, event: &Event) -> Result<(), Error> {
        let is_new = self.sight.event(event.seq);
        if let Some(incarnation) = self.sight.incarnation()
            && let Some(fault) = self.ledger().saw(incarnation, event)
        {
            self.fault(fault);
        }
        if !is_new {
            return Ok(());
        }
        let text = match &event.event {
            EventKind::Posted { text, .. } | EventKind::Edited { text, .. } => Some(text),
            _ => None,
        };
        // What came while it was away or stopped reading says nothing about the server.
        let is_fresh = event.seq > self.old_until && self.plan.stalls.is_none();
        let now = now();
        let due = text.filter(|_| is_fresh).and_then(|text| due_of(text));
        let bytes = text.map_or(0, |text| text.len() as u64);
        let group = self.plan.group;
        self.world.measures.note(now, |all, window| {
            all.counts.deliveries += 1;
            all.counts.text_bytes += bytes;
            window.deliveries += 1;
            if let Some(due) = due {
                all.delivered(group, now.saturating_sub(due));
                window.delivery.record(now.saturating_sub(due));
            }
        });
        self.maybe_vote(event).await
    }

    /// Of those who speak, one or another votes.
    async fn maybe_vote(&mut self, event: &Event) -> Result<(), Error> {
        let Some(speech) = &self.plan.speaks else { return Ok(()) };
        let EventKind::Posted { key, .. } = &event.event else { return Ok(()) };
        let likelihood = speech.posts.votes.0 / f64::from(speech.speakers.max(2) - 1);
        let is_own = key.rsplit_once('-').is_some_and(|(author, _)| author == self.name());
        if is_own || now() >= self.when.over || !self.dice.happens(likelihood) {
            return Ok(());
        }
        let frame = ClientFrame::Vote { id: None, message: event.seq, value: VoteValue::Up };
        self.ask(frame, Asked::Other).await
    }

    fn answered(&mut self, id: Option<u64>, seq: Option<u64>) {
        match self.take_asked(id) {
            Some(Asked::Post(key)) => self.acked(&key, seq),
            Some(Asked::Other) => {
                self.world.measures.note(now(), |all, _| all.counts.others += 1);
            }
            Some(Asked::Page | Asked::Grant) | None => {
                let text = format!("an `ok` to nothing that was asked: {id:?}");
                self.fault(Fault::Protocol { text });
            }
        }
    }

    fn acked(&mut self, key: &str, seq: Option<u64>) {
        let Some(index) = self.pending.iter().position(|post| post.key == key) else { return };
        let Some(post) = self.pending.remove(index) else { return };
        let Some(seq) = seq else {
            self.fault(Fault::Protocol { text: "a post was answered without its number".into() });
            return;
        };
        if let Some(incarnation) = self.sight.incarnation() {
            self.ledger().acked(incarnation, key, seq);
        }
        let now = now();
        let (group, latency) = (self.plan.group, now.saturating_sub(post.due));
        self.world.measures.note(now, |all, window| {
            all.counts.acks += 1;
            all.answered(group, latency);
            window.ack.record(latency);
        });
        let edits = self.plan.speaks.as_ref().map_or(0.0, |speech| speech.posts.edits.0);
        if self.dice.happens(edits) {
            self.edits.push_back((now + EDIT_AFTER_US, seq));
        }
    }

    fn refused(&mut self, id: Option<u64>, code: &str, retry_after_ms: Option<u64>) {
        match (self.take_asked(id), retry_after_ms) {
            // Whoever reads back a long way waits between pages, and misses nothing by it.
            (Some(Asked::Page), Some(ms)) => {
                self.when.page = now() + 1_000 * ms;
                return;
            }
            (Some(Asked::Post(key)), _) => self.pending.retain(|post| post.key != key),
            // Without a grant the drawing is not made, and its post neither.
            (Some(Asked::Grant), _) => self.forget_drawing(),
            (Some(Asked::Page | Asked::Other) | None, _) => {}
        }
        self.note_refusal(code);
    }

    fn take_asked(&mut self, id: Option<u64>) -> Option<Asked> {
        self.asked.remove(&id?)
    }
}

/// When a text was due, which it says itself.
fn due_of(text: &str) -> Option<u64> {
    u64::from_str_radix(text.split(' ').next()?, 16).ok()
}
