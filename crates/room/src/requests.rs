//! What members ask for: each request is checked, then committed, then answered.

use std::sync::Arc;

use crate::effect::{Effect, Refusal, Reply};
use crate::event::EventKind;
use crate::history::Message;
use crate::ids::{MemberId, PeerId, RequestId, Seq, UnixMillis};
use crate::input::{Post, Request, Vote};
use crate::room::Room;
use crate::text;

/// Nothing had to change.
const UNCHANGED: Reply = Reply::Done { seq: None, repeated: false };

/// The answer to what made an event.
fn done(seq: Seq) -> Reply {
    Reply::Done { seq: Some(seq), repeated: false }
}

impl Room {
    /// Serves one request of a peer.
    pub(crate) fn request(
        &mut self,
        now: UnixMillis,
        peer: PeerId,
        id: Option<RequestId>,
        request: Request,
        effects: &mut Vec<Effect>,
    ) {
        let member = self.peers.get(&peer).map(|entry| entry.member);
        if matches!(request, Request::Typing) {
            if let Some(member) = member.filter(|_| !self.presence.is_crowded()) {
                self.typing.add(member, &self.limits);
            }
            return;
        }
        let reply = member
            .ok_or(Refusal::NotJoined)
            .and_then(|member| self.serve(now, member, request, effects))
            .unwrap_or_else(Reply::Refused);
        if id.is_some() || matches!(reply, Reply::Refused(_)) {
            effects.push(Effect::Reply { peer, id, reply });
        }
    }

    fn serve(
        &mut self,
        now: UnixMillis,
        member: MemberId,
        request: Request,
        effects: &mut Vec<Effect>,
    ) -> Result<Reply, Refusal> {
        match request {
            Request::Post(post) => self.post(now, member, post, effects),
            Request::Edit { message, text } => self.edit(now, member, message, &text, effects),
            Request::Delete { message } => self.delete(now, member, message, effects),
            Request::Vote { message, value } => self.vote(now, member, message, value, effects),
            Request::Rename { name } => self.rename(now, member, &name, effects),
            Request::Describe { text } => self.describe(now, member, &text, effects),
            Request::Typing => Ok(UNCHANGED),
            Request::History { before, limit } => {
                let bytes_max = self.limits.page_bytes_max;
                let (messages, more) = self.page(member, before, limit, bytes_max);
                Ok(Reply::History { messages, more })
            }
            Request::Members { prefix } => Ok(Reply::Members(self.members_by_prefix(&prefix))),
        }
    }

    fn post(
        &mut self,
        now: UnixMillis,
        by: MemberId,
        post: Post,
        effects: &mut Vec<Effect>,
    ) -> Result<Reply, Refusal> {
        let Post { key, text, reply_to, file, preview } = post;
        // First of all: what was accepted once is not checked, counted or limited again.
        if let Some(seq) = self.keys.answer(by, &key) {
            return Ok(Reply::Done { seq: Some(seq), repeated: true });
        }
        text::check(&text, self.limits.text_chars_max)?;
        if file.is_none() && text::is_blank(&text) {
            return Err(Refusal::Empty);
        }
        if reply_to.is_some_and(|message| self.history.get(message).is_none()) {
            return Err(Refusal::NotFound);
        }
        let file_id = file.as_ref().map(|file| &file.id);
        let preview_id = preview.as_ref().map(|preview| &preview.id);
        if file_id.into_iter().chain(preview_id).any(|id| !self.files.is_fresh(id)) {
            return Err(Refusal::NoFile);
        }
        self.check_post_rate(by, now)?;
        self.typing.remove(by);
        let kind = EventKind::Posted { key, text: text.into(), reply_to, file, preview };
        Ok(done(self.commit(now, Some(by), None, kind, effects)))
    }

    fn edit(
        &mut self,
        now: UnixMillis,
        by: MemberId,
        message: Seq,
        text: &str,
        effects: &mut Vec<Effect>,
    ) -> Result<Reply, Refusal> {
        let present = self.present(message)?;
        if present.by != by {
            return Err(Refusal::NotAuthor);
        }
        text::check(text, self.limits.text_chars_max)?;
        if present.file.is_none() && text::is_blank(text) {
            return Err(Refusal::Empty);
        }
        if *present.text == *text {
            return Ok(UNCHANGED);
        }
        self.check_post_rate(by, now)?;
        let kind = EventKind::Edited { message, text: text.into() };
        Ok(done(self.commit(now, Some(by), None, kind, effects)))
    }

    fn delete(
        &mut self,
        now: UnixMillis,
        by: MemberId,
        message: Seq,
        effects: &mut Vec<Effect>,
    ) -> Result<Reply, Refusal> {
        let kept = self.history.get(message).ok_or(Refusal::NotFound)?;
        if kept.by != by {
            return Err(Refusal::NotAuthor);
        }
        if kept.deleted {
            return Ok(UNCHANGED);
        }
        self.check_post_rate(by, now)?;
        Ok(done(self.commit(now, Some(by), None, EventKind::Deleted { message }, effects)))
    }

    fn vote(
        &mut self,
        now: UnixMillis,
        by: MemberId,
        message: Seq,
        value: Vote,
        effects: &mut Vec<Effect>,
    ) -> Result<Reply, Refusal> {
        let present = self.present(message)?;
        if present.by == by && self.creator() != Some(by) {
            return Err(Refusal::OwnVote);
        }
        let old = present.votes.of(by);
        if old == value {
            return Ok(UNCHANGED);
        }
        if old == Vote::Neither && present.votes.voters() >= self.limits.voters_max {
            return Err(Refusal::RateLimited { retry_after_ms: None });
        }
        self.check_post_rate(by, now)?;
        let (up, down) = present.votes.totals_with(by, value);
        let kind = EventKind::Voted { message, up, down };
        Ok(done(self.commit(now, None, Some((by, value)), kind, effects)))
    }

    fn rename(
        &mut self,
        now: UnixMillis,
        by: MemberId,
        name: &str,
        effects: &mut Vec<Effect>,
    ) -> Result<Reply, Refusal> {
        let name = self.check_name(name)?;
        if self.members.get(by).is_some_and(|member| member.name == name.text) {
            return Ok(UNCHANGED);
        }
        self.check_rename(by, &name, now)?;
        let kind = EventKind::Renamed { member: by, name: name.text };
        Ok(done(self.commit(now, Some(by), None, kind, effects)))
    }

    fn describe(
        &mut self,
        now: UnixMillis,
        by: MemberId,
        text: &str,
        effects: &mut Vec<Effect>,
    ) -> Result<Reply, Refusal> {
        if self.creator() != Some(by) {
            return Err(Refusal::NotCreator);
        }
        text::check(text, self.limits.description_chars_max)?;
        if *self.description == *text {
            return Ok(UNCHANGED);
        }
        self.check_post_rate(by, now)?;
        let kind = EventKind::Described { text: Arc::from(text) };
        Ok(done(self.commit(now, Some(by), None, kind, effects)))
    }

    /// A message that is kept and not deleted.
    fn present(&self, message: Seq) -> Result<&Message, Refusal> {
        self.history.get(message).filter(|message| !message.deleted).ok_or(Refusal::NotFound)
    }

    /// Whether a member may make an event now that everybody gets.
    fn check_post_rate(&self, by: MemberId, now: UnixMillis) -> Result<(), Refusal> {
        let member = self.members.get(by).ok_or(Refusal::NotJoined)?;
        let wait_ms = member.posts.wait_ms(now, self.limits.member_posts);
        match wait_ms.max(self.posts.wait_ms(now, self.limits.room_posts)) {
            0 => Ok(()),
            wait_ms => Err(Refusal::RateLimited { retry_after_ms: Some(wait_ms) }),
        }
    }
}
