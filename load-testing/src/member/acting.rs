//! What a member does when it is due.

use client::Error;
use protocol::frame::ClientFrame;
use tokio::time::{Duration, timeout};

use super::{ANSWERS_US, Asked, Drawing, MemberLife, Parted, Pending};
use crate::time::{now, sleep_until};

/// Posts that wait for a connection or an answer.
const PENDING_MAX: usize = 1_000;
/// How long the server may take nothing of what is sent.
const SEND_MAX: Duration = Duration::from_secs(10);
/// Between two looks whether a member that leaves has its answers.
const LOOK_US: u64 = 50_000;
/// A post older than this is not sent again: its key may be forgotten.
const KEY_US: u64 = 60_000_000;

impl MemberLife {
    /// When something is due next.
    pub(super) fn next_due(&self) -> u64 {
        let edit = self.edits.front().map_or(u64::MAX, |(at, _)| *at);
        let leave = if self.when.leave <= now() { now() + LOOK_US } else { self.when.leave };
        let before_over =
            self.when.post.min(self.when.loss).min(self.when.stall).min(edit).min(leave);
        let due = if before_over < self.when.over {
            before_over
        } else {
            self.when.end.max(self.when.end_look)
        };
        due.min(self.when.page)
    }

    /// Does what is due.
    pub(super) async fn act(&mut self, now: u64) -> Result<Option<Parted>, Error> {
        if now >= self.when.page {
            self.want_pages().await?;
        }
        if now >= self.when.end {
            // Whoever reads slowly, was away, or waits for an answer has the time to come to the end.
            let is_behind = self
                .sight
                .incarnation()
                .is_some_and(|life| self.sight.held() < self.ledger().newest(life));
            let is_done =
                !is_behind && self.pending.is_empty() && self.sight.wants_page().is_none();
            if is_done || now >= self.when.end + self.world.scenario.catches_up.micros() {
                return Ok(Some(Parted::Over));
            }
            self.when.end_look = now + LOOK_US;
            return Ok(None);
        }
        if now >= self.when.over {
            return Ok(None);
        }
        if now >= self.when.leave {
            self.when.post = u64::MAX;
            if self.pending.is_empty() || now >= self.when.leave + ANSWERS_US {
                return Ok(Some(Parted::Leaves));
            }
        }
        while self.when.post <= now {
            self.post_due(now).await?;
        }
        while self.edits.front().is_some_and(|(at, _)| *at <= now) {
            if let Some((at, message)) = self.edits.pop_front() {
                let text = format!("{at:x} edited");
                self.ask(ClientFrame::Edit { id: None, message, text }, Asked::Other).await?;
            }
        }
        if now >= self.when.stall {
            self.stall(now).await;
        }
        if now >= self.when.loss {
            return Ok(Some(self.lose(now).await));
        }
        Ok(None)
    }

    /// Sends what was not answered before the connection ended, under the same keys.
    pub(super) async fn say_again(&mut self) -> Result<(), Error> {
        let (oldest, before) = (now().saturating_sub(KEY_US), self.pending.len());
        self.pending.retain(|post| post.due >= oldest);
        let count = (before - self.pending.len()) as u64;
        if count > 0 {
            self.fault(crate::fault::Fault::Unanswered { count });
        }
        self.want_pages().await?;
        for index in 0..self.pending.len() {
            if let Some(post) = self.pending.get_mut(index)
                && post.due < self.excused_until
            {
                // The server is not to blame for where its author was.
                post.due = self.excused_until;
                post.text = text_of(post.due, post.text.len());
            }
            self.send_post(index).await?;
        }
        Ok(())
    }

    /// Asks for what the newest history lacks.
    pub(super) async fn want_pages(&mut self) -> Result<(), Error> {
        self.when.page = u64::MAX;
        let Some(before) = self.sight.wants_page() else { return Ok(()) };
        let frame = ClientFrame::History { id: None, before: Some(before), limit: None };
        self.ask(frame, Asked::Page).await
    }

    /// Sends a request under a number of its own.
    pub(super) async fn ask(&mut self, frame: ClientFrame, asked: Asked) -> Result<(), Error> {
        let Some(client) = &mut self.client else { return Ok(()) };
        let id = self.next_id;
        self.next_id += 1;
        self.asked.insert(id, asked);
        timeout(SEND_MAX, client.send(&frame.with_id(id)))
            .await
            .map_err(|_| Error::Timeout("sending"))?
    }

    /// Sends a post, or first gets what it is to carry.
    pub(super) async fn send_post(&mut self, index: usize) -> Result<(), Error> {
        let Some(post) = self.pending.get(index) else { return Ok(()) };
        let file = match &post.drawing {
            Drawing::None => None,
            Drawing::Wanted => {
                return self.ask(ClientFrame::Grant { id: None }, Asked::Grant).await;
            }
            Drawing::Uploaded(descriptor) => Some(descriptor.clone()),
        };
        let key = post.key.clone();
        let text = post.text.clone();
        let asked = Asked::Post(key.clone());
        let frame = ClientFrame::Post { id: None, key, text, reply_to: None, file, preview: None };
        self.ask(frame, asked).await
    }

    /// The post that is due: made whatever the server does, and measured from when it was due.
    async fn post_due(&mut self, now: u64) -> Result<(), Error> {
        let due = self.when.post.max(self.excused_until);
        let Some(speech) = &self.plan.speaks else { return Ok(()) };
        self.when.post = self.when.post.saturating_add(speech.step(&mut self.post_dice));
        let drawing = if self.dice.happens(speech.posts.drawings.0) {
            Drawing::Wanted
        } else {
            Drawing::None
        };
        let bytes = speech.posts.bytes.0 as usize;
        if self.pending.len() >= PENDING_MAX {
            self.world.measures.note(now, |all, _| all.counts.unsent += 1);
            return Ok(());
        }
        self.posts += 1;
        let key = format!("{}-{}", self.name(), self.posts);
        let text = text_of(due, bytes);
        self.pending.push_back(Pending { due, key, text, drawing });
        self.send_post(self.pending.len() - 1).await?;
        let lag = now.saturating_sub(due.max(self.entered_at));
        self.world.measures.note(now, |all, window| {
            all.counts.posts += 1;
            window.posts += 1;
            all.lag.record(lag);
        });
        Ok(())
    }

    /// Reads nothing for a while.
    async fn stall(&mut self, now: u64) {
        let Some((stops, every)) = self.plan.stalls else { return };
        sleep_until((now + stops.micros()).min(self.when.over)).await;
        self.when.stall = crate::time::now().saturating_add(every.micros());
    }

    /// Loses its connection, with or without a word.
    async fn lose(&mut self, now: u64) -> Parted {
        let (Some(reconnects), Some(client)) = (&self.plan.reconnects, &mut self.client) else {
            return Parted::Leaves;
        };
        let next = self.dice.wait(60e6 / reconnects.per_minute.0);
        let back = now + reconnects.away.micros();
        self.when.loss = back.saturating_add(next);
        if self.dice.happens(reconnects.resets.0) {
            client.abort();
        } else {
            // It leaves either way.
            let _ = client.farewell().await;
        }
        Parted::Until(back)
    }
}

/// A text of this length that says when it was due.
fn text_of(due: u64, bytes: usize) -> String {
    let mut text = format!("{due:x} ");
    text.extend(std::iter::repeat_n('.', bytes.saturating_sub(text.len())));
    text
}
