//! A room as plain data: out at one owner, in at the next, without loss. Texts are shared, not
//! copied.

use std::sync::Arc;

use crate::bucket::Bucket;
use crate::event::{Event, File, Preview};
use crate::history::{History, Message};
use crate::ids::{Epoch, Key, MemberId, Seq, SessionId, UnixMillis};
use crate::input::{Creation, Vote};
use crate::journal::Journal;
use crate::limits::Limits;
use crate::members::{Member, Members};
use crate::names::{Looks, Owner, Register};
use crate::record::Record;
use crate::rename::Name;
use crate::resume::Branch;
use crate::room::Room;
use crate::votes::Votes;

/// Everything that outlives an owner. Connections do not: whoever was online joins again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The room's life, its first term, its creator, and its password's verifier.
    pub creation: Creation,
    /// When it was created.
    pub created_at: UnixMillis,
    /// The owners' terms, oldest first.
    pub branches: Vec<Branch>,
    /// The newest event's number.
    pub seq: Seq,
    /// The description.
    pub description: Arc<str>,
    /// When it was last used: the expiry clock.
    pub used_at: UnixMillis,
    /// Members, by number.
    pub members: Vec<KeptMember>,
    /// The highest member number ever given.
    pub last_member: u64,
    /// Whose the names are, by skeleton.
    pub names: Vec<KeptName>,
    /// Messages, oldest first.
    pub messages: Vec<KeptMessage>,
    /// The newest message that is no longer kept; 0 when every one is.
    pub trimmed_to: Seq,
    /// Messages dropped since the last `trimmed` event.
    pub untold: usize,
    /// Events kept for resume, oldest first, the newest one last.
    pub events: Vec<Arc<Event>>,
    /// Keys of accepted posts, in the order of posts.
    pub keys: Vec<KeptKey>,
    /// When the room's bucket of posts is full again.
    pub posts_full_at: UnixMillis,
    /// Ids of files and previews that must not be posted again, oldest first.
    pub spent_files: Vec<Arc<str>>,
}

/// A member in a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptMember {
    /// Who.
    pub member: MemberId,
    /// Its session.
    pub session: SessionId,
    /// Its name.
    pub name: Arc<str>,
    /// When its bucket of posts is full again.
    pub posts_full_at: UnixMillis,
    /// When its bucket of renames is full again.
    pub renames_full_at: UnixMillis,
    /// When it last posted.
    pub last_post_at: Option<UnixMillis>,
    /// When it last came or left.
    pub seen_at: UnixMillis,
    /// Whether it was here.
    pub online: bool,
}

/// Whose a name is, in a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptName {
    /// The name's skeleton.
    pub skeleton: Arc<str>,
    /// The member that it belongs to.
    pub member: MemberId,
    /// Until when, if the member goes by another name.
    pub until: Option<UnixMillis>,
}

/// A message in a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptMessage {
    /// Its number.
    pub seq: Seq,
    /// When it was posted.
    pub at: UnixMillis,
    /// Its author.
    pub by: MemberId,
    /// Its present text.
    pub text: Arc<str>,
    /// The message that it answers.
    pub reply_to: Option<Seq>,
    /// Its file.
    pub file: Option<Arc<File>>,
    /// Its preview.
    pub preview: Option<Arc<Preview>>,
    /// Who voted how, by member.
    pub votes: Vec<(MemberId, Vote)>,
    /// The `seq` of its last change.
    pub rev: Seq,
    /// When its text was last replaced.
    pub edited_at: Option<UnixMillis>,
    /// Whether it was deleted.
    pub deleted: bool,
}

/// The key of an accepted post, in a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptKey {
    /// Whose post it was.
    pub member: MemberId,
    /// The key.
    pub key: Key,
    /// The answer that it got.
    pub seq: Seq,
    /// When.
    pub at: UnixMillis,
}

impl Snapshot {
    /// A room of which nothing is known but its first record.
    pub fn of_creation(creation: Creation, at: UnixMillis) -> Self {
        Room::create(at, creation, Limits::default()).0.snapshot()
    }

    /// The snapshot without what only presence knows, which no record keeps: who is online, when
    /// members last came or left, and when the room was last used. Two rooms are equal as far as
    /// records can make them if these are.
    pub fn without_presence(mut self) -> Self {
        self.used_at = UnixMillis(0);
        for member in &mut self.members {
            member.seen_at = UnixMillis(0);
            member.online = false;
        }
        self
    }
}

impl Room {
    /// The room as plain data.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            creation: self.creation,
            created_at: self.created_at,
            branches: self.branches.clone(),
            seq: self.seq(),
            description: Arc::clone(&self.description),
            used_at: self.used_at,
            members: self.members.iter().map(|(id, member)| kept_member(id, member)).collect(),
            last_member: self.members.last(),
            names: self.names.iter().map(|(look, owner)| kept_name(look, *owner)).collect(),
            messages: self.history.iter().map(kept_message).collect(),
            trimmed_to: self.history.trimmed_to(),
            untold: self.history.untold(),
            events: self.journal.iter().cloned().collect(),
            keys: self
                .keys
                .iter()
                .map(|(seq, member, key, at)| KeptKey { member, key: key.clone(), seq, at })
                .collect(),
            posts_full_at: self.posts.full_at,
            spent_files: self.files.spent().cloned().collect(),
        }
    }

    /// The room under an owner whose term is `epoch`: as in the snapshot and then as the records
    /// after it say. Records that the snapshot holds already change nothing. Nobody is online;
    /// those who were are away since now. If the term is a new one it opens a branch, and the owner
    /// appends `Record::EpochBegan` to the log.
    pub fn restore(
        now: UnixMillis,
        snapshot: Snapshot,
        records: Vec<Record>,
        epoch: Epoch,
        limits: Limits,
    ) -> Self {
        let mut room = Self::of_snapshot(now, snapshot, limits);
        for record in records {
            room.replay(record);
        }
        room.begin_term(epoch);
        room
    }

    fn of_snapshot(now: UnixMillis, snapshot: Snapshot, limits: Limits) -> Self {
        let (mut room, _) = Self::create(snapshot.created_at, snapshot.creation, limits);
        if !snapshot.branches.is_empty() {
            room.branches = snapshot.branches;
        }
        room.description = snapshot.description;
        room.used_at = snapshot.used_at;
        room.posts = Bucket { full_at: snapshot.posts_full_at };
        room.members = Members::after(snapshot.last_member);
        for member in snapshot.members {
            room.members.insert(member.member, restored_member(now, member));
        }
        room.names = Register::default();
        for KeptName { skeleton, member, until } in snapshot.names {
            room.names.insert(skeleton, Owner { member, until });
        }
        for id in snapshot.spent_files {
            room.files.spend(id, &room.limits);
        }
        for message in &snapshot.messages {
            room.files.attach(message.file.as_deref(), message.preview.as_deref());
            room.members.change(message.by, |author| author.kept += 1);
        }
        let messages = snapshot.messages.into_iter().map(restored_message);
        room.history = History::continued(messages, snapshot.trimmed_to, snapshot.untold);
        room.journal = Journal::continued(&snapshot.events, snapshot.seq);
        for KeptKey { member, key, seq, at } in snapshot.keys {
            room.keys.insert(member, key, seq, at);
        }
        room
    }

    /// Does what a record says was done.
    fn replay(&mut self, record: Record) {
        let mut released = Vec::new();
        match record {
            Record::Created { .. } => {}
            Record::EpochBegan { epoch, .. } => self.begin_term(epoch),
            Record::Admitted { member, session, name, at, first_kept } => {
                self.replay_admission(member, session, &name, at);
                self.drop_below(first_kept, &mut released);
                self.shorten_journal();
            }
            Record::Forgotten { member } => self.forget(member),
            Record::Event { event, voter, first_kept } => {
                if event.seq == self.seq().next() {
                    self.absorb(&event, voter);
                    self.drop_below(first_kept, &mut released);
                    self.shorten_journal();
                }
            }
            Record::Closed { .. } => self.ended = true,
        }
    }

    fn replay_admission(
        &mut self,
        member: MemberId,
        session: SessionId,
        name: &str,
        at: UnixMillis,
    ) {
        let name = Name::of(name);
        match self.members.get(member) {
            // It came back to the name that it had.
            Some(known) if known.name == name.text => self.names.claim(member, &name.looks, at),
            // The snapshot knows it under a later name.
            Some(_) => {}
            None => self.admit(at, member, session, name),
        }
    }
}

fn kept_member(id: MemberId, member: &Member) -> KeptMember {
    KeptMember {
        member: id,
        session: member.session,
        name: Arc::clone(&member.name),
        posts_full_at: member.posts.full_at,
        renames_full_at: member.renames.full_at,
        last_post_at: member.last_post_at,
        seen_at: member.seen_at,
        online: member.peer.is_some(),
    }
}

fn restored_member(now: UnixMillis, kept: KeptMember) -> Member {
    let looks = Looks::of(&kept.name);
    let seen_at = if kept.online { now } else { kept.seen_at };
    let mut member = Member::new(kept.session, kept.name, looks, seen_at);
    member.posts = Bucket { full_at: kept.posts_full_at };
    member.renames = Bucket { full_at: kept.renames_full_at };
    member.last_post_at = kept.last_post_at;
    member
}

fn kept_name(skeleton: &Arc<str>, owner: Owner) -> KeptName {
    KeptName { skeleton: Arc::clone(skeleton), member: owner.member, until: owner.until }
}

fn kept_message(message: &Message) -> KeptMessage {
    KeptMessage {
        seq: message.seq,
        at: message.at,
        by: message.by,
        text: Arc::clone(&message.text),
        reply_to: message.reply_to,
        file: message.file.clone(),
        preview: message.preview.clone(),
        votes: message.votes.iter().collect(),
        rev: message.rev,
        edited_at: message.edited_at,
        deleted: message.deleted,
    }
}

fn restored_message(kept: KeptMessage) -> Message {
    let mut votes = Votes::default();
    for (member, value) in kept.votes {
        votes.set(member, value);
    }
    Message {
        seq: kept.seq,
        at: kept.at,
        by: kept.by,
        text: kept.text,
        reply_to: kept.reply_to,
        file: kept.file,
        preview: kept.preview,
        votes,
        rev: kept.rev,
        edited_at: kept.edited_at,
        deleted: kept.deleted,
    }
}
