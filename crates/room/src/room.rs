//! The room: its state, and the one function that changes it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::bucket::Bucket;
use crate::effect::{CloseReason, Effect};
use crate::files::Files;
use crate::history::History;
use crate::ids::{Epoch, Incarnation, MemberId, PeerId, Seq, SessionId, UnixMillis};
use crate::input::{Creation, Input, Verifier};
use crate::journal::Journal;
use crate::keys::Keys;
use crate::limits::Limits;
use crate::members::{Member, Members};
use crate::names::Register;
use crate::presence::PresenceNews;
use crate::record::Record;
use crate::resume::Branch;
use crate::size;
use crate::trim::push_released;
use crate::typing::Typing;

/// One room under one owner.
#[derive(Clone)]
pub struct Room {
    pub(crate) limits: Limits,
    pub(crate) creation: Creation,
    pub(crate) created_at: UnixMillis,
    /// The owners' terms, oldest first; never empty.
    pub(crate) branches: Vec<Branch>,
    pub(crate) description: Arc<str>,
    /// When somebody last did something, came into the empty room, or left it empty.
    pub(crate) used_at: UnixMillis,
    pub(crate) members: Members,
    pub(crate) names: Register,
    pub(crate) history: History,
    pub(crate) journal: Journal,
    pub(crate) keys: Keys,
    pub(crate) files: Files,
    /// The tokens of all members' posts together.
    pub(crate) posts: Bucket,
    pub(crate) peers: BTreeMap<PeerId, Peer>,
    pub(crate) presence: PresenceNews,
    pub(crate) typing: Typing,
    pub(crate) ended: bool,
}

/// A connection that is in the room.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer {
    pub(crate) member: MemberId,
    /// The next event that it needs, until it is live.
    pub(crate) catching_up: Option<Seq>,
    /// How much news of presence there had been when it was shown who is here.
    pub(crate) told: u64,
}

impl Room {
    /// Begins a room. The record is the first of its log.
    pub fn create(now: UnixMillis, creation: Creation, limits: Limits) -> (Self, Record) {
        let room = Self {
            limits,
            creation,
            created_at: now,
            branches: vec![Branch { epoch: creation.epoch, first: Seq(1) }],
            description: "".into(),
            used_at: now,
            members: Members::default(),
            names: Register::default(),
            history: History::default(),
            journal: Journal::default(),
            keys: Keys::default(),
            files: Files::default(),
            posts: Bucket::default(),
            peers: BTreeMap::new(),
            presence: PresenceNews::default(),
            typing: Typing::default(),
            ended: false,
        };
        (room, Record::Created { creation, at: now })
    }

    /// Does one thing, and adds what follows from it to `effects`. Total: whatever is asked, in
    /// whatever order and at whatever time, is done or refused. An ended room does nothing.
    pub fn apply(&mut self, now: UnixMillis, input: Input, effects: &mut Vec<Effect>) {
        if self.ended {
            return;
        }
        self.fit(now, effects);
        match input {
            Input::Join(join) => self.join(now, join, effects),
            Input::Leave { peer } => self.leave(now, peer),
            Input::Continue { peer } => self.catch_up(now, peer, effects),
            Input::Request { peer, id, request } => self.request(now, peer, id, request, effects),
            Input::Tick => {}
            Input::End => self.end(now, effects),
        }
        self.settle(now, effects);
        debug_assert_eq!(self.check_caps(), Ok(()));
    }

    /// Says how much state the room may hold from the next input on, and how much of it events
    /// for resume: an owner that is short of memory tightens both, and loosens them again. Those
    /// who are in the room do not count: twice their memory is always allowed.
    pub fn limit_bytes(&mut self, state_bytes_max: usize, resume_bytes_max: usize) {
        self.limits.state_bytes_max = state_bytes_max.max(2 * self.member_bytes());
        self.limits.resume_bytes_max = resume_bytes_max;
        self.journal.fit(&self.limits);
    }

    /// When the room wants a `Tick`, unless something else is applied before; none when it ended.
    /// It may be in the past.
    pub fn deadline(&self) -> Option<UnixMillis> {
        if self.ended {
            return None;
        }
        let expiry = self.used_at.plus(self.limits.expires_after_ms);
        let sooner = self.presence.due().into_iter().chain(self.typing.due(&self.limits));
        Some(sooner.fold(expiry, UnixMillis::min))
    }

    /// Members online now.
    pub fn online(&self) -> usize {
        self.peers.len()
    }

    /// Members remembered, those online included.
    pub fn members(&self) -> usize {
        self.members.len()
    }

    /// Messages kept.
    pub fn messages(&self) -> usize {
        self.history.len()
    }

    /// The memory of all state, connections included; an estimate.
    pub fn bytes(&self) -> usize {
        self.state_bytes() + self.peers.len() * size::PEER_BYTES
    }

    /// What a password is checked against, in a protected room.
    pub fn verifier(&self) -> Option<&Verifier> {
        self.creation.verifier.as_ref()
    }

    /// The room's life.
    pub fn incarnation(&self) -> Incarnation {
        self.creation.incarnation
    }

    /// The present owner's term.
    pub fn epoch(&self) -> Epoch {
        self.branches.last().map_or(self.creation.epoch, |branch| branch.epoch)
    }

    /// The newest event's number.
    pub fn seq(&self) -> Seq {
        self.journal.seq()
    }

    /// The session that made the room, whether or not it has joined.
    pub fn creator_session(&self) -> SessionId {
        self.creation.creator
    }

    /// When the room was created.
    pub fn created_at(&self) -> UnixMillis {
        self.created_at
    }

    /// Whether the room is over. Nothing may be applied to it any more.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// The member who made the room, once it has joined.
    pub(crate) fn creator(&self) -> Option<MemberId> {
        self.members.of(self.creation.creator)
    }

    /// Whether a member made the room.
    pub(crate) fn is_creator(&self, member: &Member) -> bool {
        member.session == self.creation.creator
    }

    /// Takes a peer out of the room; harmless for one that is not in it.
    pub(crate) fn leave(&mut self, now: UnixMillis, peer: PeerId) {
        let Some(Peer { member, .. }) = self.peers.remove(&peer) else { return };
        self.members.change(member, |entry| {
            entry.peer = None;
            entry.seen_at = now;
        });
        self.typing.remove(member);
        self.presence_changed(now, member, false);
        if self.peers.is_empty() {
            self.used_at = now;
        }
    }

    /// A member came or left.
    pub(crate) fn presence_changed(&mut self, now: UnixMillis, member: MemberId, online: bool) {
        let count = self.online();
        self.presence.changed(member, online, count, now, &self.limits);
        if self.presence.is_crowded() {
            self.typing.clear();
        }
    }

    /// Does what is due by now.
    fn settle(&mut self, now: UnixMillis, effects: &mut Vec<Effect>) {
        if self.ended {
            return;
        }
        if now.since(self.used_at) >= self.limits.expires_after_ms {
            self.end(now, effects);
            return;
        }
        let news = self.presence.take(now, &self.limits);
        let presence = news.and_then(|news| self.presence_view(news));
        let typing = self.typing.take(now, &self.limits);
        if !self.peers.is_empty() {
            effects.extend(presence.map(Effect::Presence));
            effects.extend(typing.map(Effect::Typing));
        }
    }

    /// Ends the room. Its files may go, and whoever is here is told.
    fn end(&mut self, now: UnixMillis, effects: &mut Vec<Effect>) {
        effects.push(Effect::Record(Record::Closed { at: now }));
        while let Some((&peer, _)) = self.peers.first_key_value() {
            effects.push(Effect::Close { peer, reason: CloseReason::Ended });
            self.leave(now, peer);
        }
        let used = self.files.used().map(|(id, _)| Arc::clone(id)).collect();
        push_released(used, effects);
        effects.push(Effect::Ended);
        self.ended = true;
    }
}
