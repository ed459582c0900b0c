//! A client's copy of the room, kept from what it is told and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use room::{
    Cursor, Event, EventKind, Joined, KeptMessage, MemberId, MessageView, Presence, Room, Seq,
};

/// A message as the client knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Copied {
    by: MemberId,
    text: Arc<str>,
    reply_to: Option<Seq>,
    up: u32,
    down: u32,
    deleted: bool,
    rev: Seq,
}

/// The copy. It lives on through reconnects.
#[derive(Clone, Debug, Default)]
pub(crate) struct Replica {
    pub(crate) cursor: Option<Cursor>,
    messages: BTreeMap<Seq, Copied>,
    /// Changes by message: a page that comes late may be older than some of them.
    changes: BTreeMap<Seq, BTreeMap<Seq, EventKind>>,
    names: BTreeMap<MemberId, Arc<str>>,
    description: Arc<str>,
    online: BTreeSet<MemberId>,
    count: usize,
}

impl Replica {
    /// Takes what a join brought. Without a resume it begins anew.
    pub(crate) fn enter(&mut self, joined: &Joined) {
        if !joined.resumed {
            *self = Self::default();
            joined.history.iter().for_each(|view| self.merge(view));
        }
        let missing = if joined.catching_up { self.cursor.map(|cursor| cursor.seq) } else { None };
        self.cursor = Some(Cursor {
            incarnation: joined.incarnation,
            epoch: joined.epoch,
            seq: missing.unwrap_or(joined.seq),
        });
        if !joined.catching_up {
            self.description = joined.room.description.clone();
        }
        for view in &joined.members {
            self.names.insert(view.member, view.name.clone());
        }
        let online = joined.members.iter().filter(|view| view.online);
        self.online = online.map(|view| view.member).collect();
        self.count = joined.online;
    }

    /// Takes the next event.
    pub(crate) fn take(&mut self, event: &Event) {
        let cursor = self.cursor.as_mut().expect("a joined client");
        assert_eq!(event.seq, cursor.seq.next(), "no gap and no double");
        cursor.seq = event.seq;
        match &event.kind {
            EventKind::Posted { text, reply_to, .. } => {
                let by = event.by.expect("an author");
                self.names.insert(by, event.name.clone());
                let message = Copied {
                    by,
                    text: text.clone(),
                    reply_to: *reply_to,
                    up: 0,
                    down: 0,
                    deleted: false,
                    rev: event.seq,
                };
                // Who is catching up may have it already, from a page, and newer.
                self.messages.entry(event.seq).or_insert(message);
            }
            EventKind::Edited { message, .. }
            | EventKind::Deleted { message }
            | EventKind::Voted { message, .. } => {
                let changes = self.changes.entry(*message).or_default();
                changes.insert(event.seq, event.kind.clone());
                self.settle(*message);
            }
            EventKind::Renamed { member, name } => {
                self.names.insert(*member, name.clone());
            }
            EventKind::Described { text } => self.description = text.clone(),
            EventKind::Trimmed { before } => self.messages.retain(|seq, _| seq >= before),
        }
    }

    /// Takes a message of a page, whenever it comes.
    pub(crate) fn merge(&mut self, view: &MessageView) {
        self.names.entry(view.by).or_insert_with(|| view.name.clone());
        if self.messages.get(&view.seq).is_some_and(|known| known.rev >= view.rev) {
            return;
        }
        let message = Copied {
            by: view.by,
            text: view.text.clone(),
            reply_to: view.reply_to,
            up: view.up,
            down: view.down,
            deleted: view.deleted,
            rev: view.rev,
        };
        self.messages.insert(view.seq, message);
        self.settle(view.seq);
    }

    pub(crate) fn hear(&mut self, presence: &Presence) {
        match presence {
            Presence::Count { online } => {
                self.online.clear();
                self.count = *online;
            }
            Presence::Change { joined, left, online, snapshot } => {
                if *snapshot {
                    self.online.clear();
                }
                for view in joined {
                    self.online.insert(view.member);
                    self.names.insert(view.member, view.name.clone());
                }
                left.iter().for_each(|member| assert!(!joined.iter().any(|v| v.member == *member)));
                self.online.retain(|member| !left.contains(member));
                self.count = *online;
            }
        }
    }

    /// The copy equals the room, but for old messages whose end is yet to be told.
    pub(crate) fn assert_equals(&self, room: &Room) {
        let snapshot = room.snapshot();
        assert_eq!(self.cursor.map(|cursor| cursor.seq), Some(room.seq()));
        assert_eq!(self.description, snapshot.description);
        let kept: BTreeMap<_, _> = snapshot.messages.iter().map(|m| (m.seq, copied(m))).collect();
        let copy = self.messages.iter().filter(|(seq, _)| **seq > snapshot.trimmed_to);
        assert_eq!(copy.map(|(seq, m)| (*seq, m.clone())).collect::<BTreeMap<_, _>>(), kept);
        for message in kept.values() {
            let author = snapshot.members.iter().find(|kept| kept.member == message.by);
            let name = author.map(|author| &author.name);
            assert_eq!(self.names.get(&message.by), name, "an author's present name");
        }
    }

    /// Once all is told: who is here, or in a crowd how many.
    pub(crate) fn assert_sees_who_is_here(&self, room: &Room, crowded: bool) {
        assert_eq!(self.count, room.online());
        let here = room.snapshot().members.into_iter().filter(|kept| kept.online);
        let here: BTreeSet<_> = here.map(|kept| kept.member).collect();
        assert!(crowded || self.online == here, "{:?} but {here:?}", self.online);
    }

    /// Applies the changes that are newer than the message is known to be.
    fn settle(&mut self, seq: Seq) {
        let Some(message) = self.messages.get_mut(&seq) else { return };
        for (&rev, change) in self.changes.entry(seq).or_default().range(message.rev.next()..) {
            match change {
                EventKind::Edited { text, .. } => message.text = text.clone(),
                EventKind::Deleted { .. } => {
                    (message.text, message.deleted) = ("".into(), true);
                    (message.up, message.down) = (0, 0);
                }
                EventKind::Voted { up, down, .. } => (message.up, message.down) = (*up, *down),
                _ => {}
            }
            message.rev = rev;
        }
    }
}

fn copied(kept: &KeptMessage) -> Copied {
    let count = |value| kept.votes.iter().filter(|(_, vote)| *vote == value).count() as u32;
    Copied {
        by: kept.by,
        text: kept.text.clone(),
        reply_to: kept.reply_to,
        up: count(room::Vote::Up),
        down: count(room::Vote::Down),
        deleted: kept.deleted,
        rev: kept.rev,
    }
}
