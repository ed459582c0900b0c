//! Entering the room: the proof, the name, the place, and what the new peer is told.

use std::sync::Arc;

use subtle::ConstantTimeEq;

use crate::effect::{CloseReason, Effect, Joined, Refusal, Reply};
use crate::event::EventKind;
use crate::ids::{MemberId, SessionId, UnixMillis};
use crate::input::{Join, Verifier};
use crate::members::Member;
use crate::record::Record;
use crate::rename::Name;
use crate::resume::Return;
use crate::room::{Peer, Room};
use crate::size;
use crate::trim::push_released;

impl Room {
    /// Lets a connection in, or answers why not.
    pub(crate) fn join(&mut self, now: UnixMillis, join: Join, effects: &mut Vec<Effect>) {
        if let Err(reply) = self.try_join(now, &join, effects) {
            effects.push(Effect::Reply { peer: join.peer, id: None, reply });
        }
    }

    fn try_join(
        &mut self,
        now: UnixMillis,
        join: &Join,
        effects: &mut Vec<Effect>,
    ) -> Result<(), Reply> {
        if self.peers.contains_key(&join.peer) {
            return Err(Reply::Refused(Refusal::AlreadyJoined));
        }
        let known = self.members.of(join.session);
        if known.is_none() && join.session != self.creation.creator {
            self.check_proof(join.proof.as_ref())?;
        }
        let is_online = known.and_then(|id| self.members.get(id)).is_some_and(|m| m.peer.is_some());
        if !is_online && self.peers.len() >= self.limits.online_max {
            return Err(Reply::Refused(Refusal::RoomFull));
        }
        let name = self.choose_name(now, known, join).map_err(Reply::Refused)?;
        let member = match known {
            Some(id) => {
                self.put_out_older_peer(id, effects);
                self.welcome_back(now, id, name, effects);
                id
            }
            None => {
                let name = name.unwrap_or_else(|| self.friendly_name(join.entropy, now));
                self.make_room_for_member(&name, effects).map_err(Reply::Refused)?;
                self.admit_new(now, join.session, name, effects)
            }
        };
        self.enter(now, member, join, is_online);
        self.tell_joined(now, member, join, effects);
        Ok(())
    }

    /// A protected room asks those it does not know for a proof, and compares it in constant time.
    fn check_proof(&self, proof: Option<&Verifier>) -> Result<(), Reply> {
        let Some(verifier) = &self.creation.verifier else { return Ok(()) };
        let Some(proof) = proof else { return Err(Reply::ProofNeeded { salt: verifier.salt }) };
        let equal = proof.salt.ct_eq(&verifier.salt) & proof.hash.ct_eq(&verifier.hash);
        if bool::from(equal) { Ok(()) } else { Err(Reply::Refused(Refusal::WrongPassword)) }
    }

    /// The name to be taken; none keeps the present one.
    fn choose_name(
        &self,
        now: UnixMillis,
        known: Option<MemberId>,
        join: &Join,
    ) -> Result<Option<Name>, Refusal> {
        let chosen = join.name.as_deref().map(|name| self.check_name(name)).transpose()?;
        let Some((id, member)) = known.and_then(|id| Some((id, self.members.get(id)?))) else {
            let is_free = |name: &Name| self.is_name_free(&name.looks, None, now);
            let free = chosen.filter(is_free);
            // Who resumes did not choose it now: the room lost them, and another was quicker.
            if free.is_none() && join.name.is_some() && join.resume.is_none() {
                return Err(Refusal::NameTaken);
            }
            return Ok(Some(free.unwrap_or_else(|| self.friendly_name(join.entropy, now))));
        };
        if let Some(name) = chosen.as_ref().filter(|name| name.text != member.name) {
            self.check_rename(id, name, now)?;
            return Ok(chosen);
        }
        if self.is_name_free(&member.looks, Some(id), now) {
            return Ok(None);
        }
        // Its name was taken while it was away. Only a name chosen now is refused for that.
        if chosen.is_some() && join.resume.is_none() {
            return Err(Refusal::NameTaken);
        }
        Ok(Some(self.friendly_name(join.entropy, now)))
    }

    /// One session has one active peer in the room: the older one goes.
    fn put_out_older_peer(&mut self, id: MemberId, effects: &mut Vec<Effect>) {
        if let Some(peer) = self.members.get(id).and_then(|member| member.peer) {
            self.peers.remove(&peer);
            effects.push(Effect::Close { peer, reason: CloseReason::Replaced });
        }
    }

    /// A member returns, perhaps under another name.
    fn welcome_back(
        &mut self,
        now: UnixMillis,
        id: MemberId,
        name: Option<Name>,
        effects: &mut Vec<Effect>,
    ) {
        if let Some(name) = name {
            let kind = EventKind::Renamed { member: id, name: name.text };
            self.commit(now, Some(id), None, kind, effects);
            return;
        }
        let Some(member) = self.members.get(id) else { return };
        if !self.names.owns(id, &member.looks) {
            let (session, name) = (member.session, Arc::clone(&member.name));
            self.names.claim(id, &member.looks.clone(), now);
            self.record_admission(now, id, session, name, effects);
        }
    }

    /// Forgets those who are away the longest, until one more member fits.
    fn make_room_for_member(
        &mut self,
        name: &Name,
        effects: &mut Vec<Effect>,
    ) -> Result<(), Refusal> {
        let bytes = size::MEMBER_BYTES + name.bytes();
        while self.members.len() >= self.limits.members_max
            || self.member_bytes() + bytes > self.member_bytes_max()
        {
            let member = self.members.longest_away().ok_or(Refusal::RoomFull)?;
            self.forget(member);
            effects.push(Effect::Record(Record::Forgotten { member }));
        }
        Ok(())
    }

    fn admit_new(
        &mut self,
        now: UnixMillis,
        session: SessionId,
        name: Name,
        effects: &mut Vec<Effect>,
    ) -> MemberId {
        let id = self.members.next_id();
        let text = Arc::clone(&name.text);
        self.admit(now, id, session, name);
        self.record_admission(now, id, session, text, effects);
        id
    }

    /// Makes a session a member, as the room does and as its records say.
    pub(crate) fn admit(&mut self, at: UnixMillis, id: MemberId, session: SessionId, name: Name) {
        self.names.claim(id, &name.looks, at);
        self.members.insert(id, Member::new(session, name.text, name.looks, at));
        self.fit_keys(at);
    }

    /// A member is known no more, as the room decides and as its records say.
    pub(crate) fn forget(&mut self, id: MemberId) {
        if let Some(member) = self.members.forget(id) {
            self.names.forget(id, &member.looks);
            self.keys.forget_member(id);
        }
    }

    fn record_admission(
        &mut self,
        at: UnixMillis,
        member: MemberId,
        session: SessionId,
        name: Arc<str>,
        effects: &mut Vec<Effect>,
    ) {
        let mut released = Vec::new();
        self.make_room(&mut released);
        let first_kept = self.history.first_kept();
        effects.push(Effect::Record(Record::Admitted { member, session, name, at, first_kept }));
        push_released(released, effects);
        self.tell_trimmed_if_due(at, effects);
    }

    /// The peer is in the room from here on.
    fn enter(&mut self, now: UnixMillis, member: MemberId, join: &Join, was_online: bool) {
        self.presence.shown_to(member);
        let catching_up = match (self.return_of(join.resume), join.resume) {
            (Return::Exactly, Some(cursor)) if cursor.seq < self.seq() => Some(cursor.seq.next()),
            _ => None,
        };
        if !was_online && self.peers.is_empty() {
            self.used_at = now;
        }
        let told = self.presence.told();
        self.peers.insert(join.peer, Peer { member, catching_up, told });
        self.members.change(member, |entry| {
            entry.peer = Some(join.peer);
            entry.seen_at = now;
        });
        if !was_online {
            self.presence_changed(now, member, true);
        }
    }

    fn tell_joined(
        &mut self,
        now: UnixMillis,
        id: MemberId,
        join: &Join,
        effects: &mut Vec<Effect>,
    ) {
        let Some(member) = self.members.get(id) else { return };
        let (resumed, gap) = match self.return_of(join.resume) {
            Return::Anew | Return::Whole => (false, None),
            Return::Exactly => (true, None),
            Return::Gap(gap) => (false, Some(gap)),
        };
        let members = self.members_for_joined();
        let member_bytes: usize = members.iter().map(|view| size::member_frame(&view.name)).sum();
        let bytes_max = self.limits.joined_bytes_max.saturating_sub(member_bytes);
        let limit = resumed.then_some(0);
        let (history, more) = self.page(id, None, limit, bytes_max.min(self.limits.page_bytes_max));
        let peer = join.peer;
        let catching_up = self.peers.get(&peer).is_some_and(|peer| peer.catching_up.is_some());
        effects.push(Effect::Joined(Box::new(Joined {
            peer,
            member: id,
            name: Arc::clone(&member.name),
            creator: self.is_creator(member),
            room: self.room_view(),
            incarnation: self.creation.incarnation,
            epoch: self.epoch(),
            seq: self.seq(),
            members,
            online: self.online(),
            crowded: self.presence.is_crowded(),
            history,
            more,
            resumed,
            catching_up,
            gap,
        })));
        self.catch_up(now, peer, effects);
    }
}
