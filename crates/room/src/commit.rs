//! An event takes its number and changes the room. A restoration absorbs recorded events through
//! the same lines, so that it cannot come out differently.

use std::sync::Arc;

use crate::effect::Effect;
use crate::event::{Event, EventKind};
use crate::history::Message;
use crate::ids::{MemberId, Seq, UnixMillis};
use crate::input::Vote;
use crate::record::Record;
use crate::room::Room;
use crate::trim::push_released;

/// Files that an event attached, and files that it released.
#[derive(Default)]
pub(crate) struct FileChanges {
    pub(crate) attached: Vec<Arc<str>>,
    pub(crate) released: Vec<Arc<str>>,
}

impl Room {
    /// Makes the next event. Everything has been checked; this cannot fail.
    pub(crate) fn commit(
        &mut self,
        now: UnixMillis,
        by: Option<MemberId>,
        voter: Option<(MemberId, Vote)>,
        kind: EventKind,
        effects: &mut Vec<Effect>,
    ) -> Seq {
        let seq = self.journal.seq().next();
        let name = by.and_then(|by| self.members.get(by)).map(|member| Arc::clone(&member.name));
        let name = name.unwrap_or_else(|| "".into());
        let event = Arc::new(Event { seq, at: now, by, name, kind });
        let FileChanges { attached, mut released } = self.absorb(&event, voter);
        self.make_room(&mut released);
        let first_kept = self.history.first_kept();
        effects.push(Effect::Record(Record::Event {
            event: Arc::clone(&event),
            voter,
            first_kept,
        }));
        effects.push(Effect::Event(event));
        if !attached.is_empty() {
            effects.push(Effect::Attached(attached));
        }
        push_released(released, effects);
        self.tell_trimmed_if_due(now, effects);
        seq
    }

    /// Changes the room as an event says.
    pub(crate) fn absorb(
        &mut self,
        event: &Arc<Event>,
        voter: Option<(MemberId, Vote)>,
    ) -> FileChanges {
        let mut changes = FileChanges::default();
        let (seq, at) = (event.seq, event.at);
        self.journal.push(Arc::clone(event), &self.limits);
        if let Some(actor) = event.by.or(voter.map(|(member, _)| member)) {
            self.used_at = at;
            // Renames have a rate of their own.
            if !matches!(event.kind, EventKind::Renamed { .. }) {
                self.spend_post(actor, at);
            }
        }
        match &event.kind {
            EventKind::Posted { .. } => self.absorb_post(event, &mut changes),
            EventKind::Edited { message, text } => {
                self.history.change(*message, seq, |message| {
                    message.text = Arc::clone(text);
                    message.edited_at = Some(at);
                });
            }
            EventKind::Deleted { message } => self.absorb_delete(*message, seq, &mut changes),
            EventKind::Voted { message, .. } => {
                if let Some((member, value)) = voter {
                    self.history.vote(*message, seq, member, value);
                }
            }
            EventKind::Renamed { member, name } => self.absorb_rename(*member, name, at),
            EventKind::Described { text } => self.description = Arc::clone(text),
            EventKind::Trimmed { before } => {
                self.drop_below(*before, &mut changes.released);
                self.history.told();
            }
        }
        changes
    }

    fn absorb_post(&mut self, event: &Event, changes: &mut FileChanges) {
        let EventKind::Posted { key, text, reply_to, file, preview } = &event.kind else { return };
        let Some(by) = event.by else { return };
        let (seq, at) = (event.seq, event.at);
        changes.attached = self.files.attach(file.as_deref(), preview.as_deref());
        self.history.push(Message {
            seq,
            at,
            by,
            text: Arc::clone(text),
            reply_to: *reply_to,
            file: file.clone(),
            preview: preview.clone(),
            votes: Default::default(),
            rev: seq,
            edited_at: None,
            deleted: false,
        });
        self.members.change(by, |author| {
            author.kept += 1;
            author.last_post_at = Some(at);
        });
        self.keys.remember(by, key.clone(), seq, at, &self.limits);
        self.fit_keys(at);
    }

    fn absorb_delete(&mut self, message: Seq, rev: Seq, changes: &mut FileChanges) {
        let mut carried = (None, None);
        self.history.change(message, rev, |message| {
            carried = (message.file.take(), message.preview.take());
            message.text = "".into();
            message.votes = Default::default();
            message.deleted = true;
        });
        self.journal.redact(message);
        let (file, preview) = carried;
        let released = &mut changes.released;
        self.files.release(file.as_deref(), preview.as_deref(), released, &self.limits);
    }

    /// What goes to everybody costs a token of who did it and one of the room.
    fn spend_post(&mut self, by: MemberId, at: UnixMillis) {
        self.posts.take(at, self.limits.room_posts);
        let rate = self.limits.member_posts;
        self.members.change(by, |author| author.posts.take(at, rate));
    }
}
