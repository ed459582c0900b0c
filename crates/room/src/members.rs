//! Everybody whom the room remembers: who has been in it, and who is in it now.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::bucket::Bucket;
use crate::ids::{MemberId, PeerId, SessionId, UnixMillis};
use crate::names::Looks;
use crate::size;

/// A person in the room.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) session: SessionId,
    pub(crate) name: Arc<str>,
    pub(crate) looks: Looks,
    pub(crate) posts: Bucket,
    pub(crate) renames: Bucket,
    /// Its messages that are kept.
    pub(crate) kept: usize,
    pub(crate) last_post_at: Option<UnixMillis>,
    /// When it last came or left.
    pub(crate) seen_at: UnixMillis,
    /// Its connection while it is online.
    pub(crate) peer: Option<PeerId>,
}

impl Member {
    /// A member that has done nothing yet.
    pub(crate) fn new(session: SessionId, name: Arc<str>, looks: Looks, at: UnixMillis) -> Self {
        Self {
            session,
            name,
            looks,
            posts: Bucket::default(),
            renames: Bucket::default(),
            kept: 0,
            last_post_at: None,
            seen_at: at,
            peer: None,
        }
    }

    /// The memory that it takes.
    pub(crate) fn bytes(&self) -> usize {
        size::MEMBER_BYTES + self.name.len()
    }

    /// Whether it is away and has no kept message: it may be forgotten, and its name taken.
    pub(crate) fn is_idle(&self) -> bool {
        self.peer.is_none() && self.kept == 0
    }
}

/// The members, by number and by session, and the idle ones by the time they left.
#[derive(Clone, Debug, Default)]
pub(crate) struct Members {
    by_id: BTreeMap<MemberId, Member>,
    by_session: BTreeMap<SessionId, MemberId>,
    idle: BTreeSet<(UnixMillis, MemberId)>,
    /// The highest number ever given.
    last: u64,
    bytes: usize,
}

impl Members {
    /// No members, but numbers up to `last` were given.
    pub(crate) fn after(last: u64) -> Self {
        Self { last, ..Self::default() }
    }

    /// The number of the next new member.
    pub(crate) fn next_id(&self) -> MemberId {
        MemberId(self.last.saturating_add(1))
    }

    /// Adds a member.
    pub(crate) fn insert(&mut self, id: MemberId, member: Member) {
        self.forget(id);
        self.last = self.last.max(id.0);
        self.bytes += member.bytes();
        self.by_session.insert(member.session, id);
        if member.is_idle() {
            self.idle.insert((member.seen_at, id));
        }
        self.by_id.insert(id, member);
    }

    /// Forgets a member.
    pub(crate) fn forget(&mut self, id: MemberId) -> Option<Member> {
        let member = self.by_id.remove(&id)?;
        self.bytes -= member.bytes();
        self.by_session.remove(&member.session);
        self.idle.remove(&(member.seen_at, id));
        Some(member)
    }

    /// Changes a member and keeps the books about it; nothing happens to an unknown one.
    pub(crate) fn change(&mut self, id: MemberId, change: impl FnOnce(&mut Member)) {
        let Some(member) = self.by_id.get_mut(&id) else { return };
        self.bytes -= member.bytes();
        if member.is_idle() {
            self.idle.remove(&(member.seen_at, id));
        }
        change(member);
        self.bytes += member.bytes();
        if member.is_idle() {
            self.idle.insert((member.seen_at, id));
        }
    }

    /// A member.
    pub(crate) fn get(&self, id: MemberId) -> Option<&Member> {
        self.by_id.get(&id)
    }

    /// The member of a session.
    pub(crate) fn of(&self, session: SessionId) -> Option<MemberId> {
        self.by_session.get(&session).copied()
    }

    /// The member that may be forgotten first: away the longest, and without a kept message.
    pub(crate) fn longest_away(&self) -> Option<MemberId> {
        self.idle.first().map(|&(_, id)| id)
    }

    /// Members, by number.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (MemberId, &Member)> {
        self.by_id.iter().map(|(&id, member)| (id, member))
    }

    /// How many are remembered.
    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// How many of them may be forgotten.
    pub(crate) fn idle(&self) -> usize {
        self.idle.len()
    }

    /// The highest number ever given.
    pub(crate) fn last(&self) -> u64 {
        self.last
    }

    /// The memory that they take.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }
}
