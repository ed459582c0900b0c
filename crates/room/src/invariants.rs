//! What is true of every room between two inputs.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::files::ids_of;
use crate::history::Message;
use crate::ids::MemberId;
use crate::input::Vote;
use crate::room::Room;
use crate::size;

impl Room {
    /// Recounts everything that the room counts as it goes, and checks its caps; for tests. The
    /// error says which invariant is broken. Takes time in proportion to the room.
    pub fn check_invariants(&self) -> Result<(), &'static str> {
        self.check_caps()?;
        self.check_order()?;
        self.check_members()?;
        self.check_votes()?;
        self.check_bytes()
    }

    /// The caps, in constant time; `apply` asserts them in debug builds.
    pub(crate) fn check_caps(&self) -> Result<(), &'static str> {
        let limits = &self.limits;
        let messages = self.history.len();
        expect(messages <= limits.messages_max.max(1), "more messages than may be kept")?;
        expect(self.peers.len() <= limits.online_max, "more members online than may be")?;
        expect(self.history.untold() < limits.trimmed_every.max(1), "trimmed is not told")?;
        // The newest message stays, and an empty room takes something too.
        let bytes = self.state_bytes();
        let bytes = if messages <= 1 {
            bytes - self.history.bytes() - self.files.used_bytes()
        } else {
            bytes
        };
        let bytes_max = limits.state_bytes_max.max(size::ROOM_BYTES);
        expect(bytes <= bytes_max, "more bytes than may be kept")
    }

    /// Numbers grow without gaps, and the newest is the room's.
    fn check_order(&self) -> Result<(), &'static str> {
        let first = self.journal.first().0;
        let contiguous =
            self.journal.iter().zip(first..).all(|(event, number)| event.seq.0 == number);
        let next = first + self.journal.iter().len() as u64;
        expect(contiguous && next == self.seq().0 + 1, "events have gaps")?;
        let ordered = self.history.iter().map(|message| message.seq).is_sorted_by(|a, b| a < b);
        expect(ordered, "messages out of order")?;
        let sound = |m: &Message| m.seq > self.history.trimmed_to() && m.rev <= self.seq();
        expect(self.history.iter().all(sound), "a message's numbers are out of range")?;
        let terms = self.branches.is_sorted_by(|a, b| a.epoch < b.epoch && a.first <= b.first);
        expect(terms && !self.branches.is_empty(), "terms out of order")
    }

    /// Members, peers, kept messages and names agree.
    fn check_members(&self) -> Result<(), &'static str> {
        let mut kept = BTreeMap::<MemberId, usize>::new();
        for message in self.history.iter() {
            *kept.entry(message.by).or_default() += 1;
        }
        for (id, member) in self.members.iter() {
            let own = kept.remove(&id).unwrap_or(0);
            expect(member.kept == own, "a member's kept messages are miscounted")?;
            expect(self.members.of(member.session) == Some(id), "a session lost its member")?;
            let peer = member.peer.map(|peer| self.peers.get(&peer).map(|entry| entry.member));
            expect(peer.is_none_or(|member| member == Some(id)), "a member's peer is unknown")?;
            let holds = member.is_idle() || self.names.owns(id, &member.looks);
            expect(holds, "a member does not hold its name")?;
        }
        expect(kept.is_empty(), "a message has no author")?;
        let online = self.members.iter().filter(|(_, member)| member.peer.is_some()).count();
        expect(online == self.peers.len(), "peers without a member")?;
        let idle = self.members.iter().filter(|(_, member)| member.is_idle()).count();
        expect(idle == self.members.idle(), "idle members are miscounted")?;
        expect(self.members.len() <= self.limits.members_max, "more members than may be")
    }

    /// Totals equal a recount, and there are no more voters than may be.
    fn check_votes(&self) -> Result<(), &'static str> {
        for Message { votes, .. } in self.history.iter() {
            let count = |value| votes.iter().filter(|&(_, vote)| vote == value).count() as u32;
            expect(votes.totals() == (count(Vote::Up), count(Vote::Down)), "votes miscounted")?;
            expect(votes.voters() <= self.limits.voters_max, "more voters than may be")?;
        }
        Ok(())
    }

    /// The books about memory and files equal a recount.
    fn check_bytes(&self) -> Result<(), &'static str> {
        let messages: usize = self.history.iter().map(Message::bytes).sum();
        expect(messages == self.history.bytes(), "bytes of messages miscounted")?;
        let events: usize = self.journal.iter().map(|event| size::event(event)).sum();
        expect(events == self.journal.bytes(), "bytes of events miscounted")?;
        let members: usize = self.members.iter().map(|(_, member)| member.bytes()).sum();
        expect(members == self.members.bytes(), "bytes of members miscounted")?;
        let names: usize = self.names.iter().map(|(look, _)| size::NAME_BYTES + look.len()).sum();
        expect(names == self.names.bytes(), "bytes of names miscounted")?;
        let key_bytes = self.keys.iter().map(|(_, _, key, _)| size::KEY_BYTES + key.as_str().len());
        expect(key_bytes.sum::<usize>() == self.keys.bytes(), "bytes of keys miscounted")?;
        self.check_files()
    }

    fn check_files(&self) -> Result<(), &'static str> {
        let mut used = BTreeMap::<Arc<str>, usize>::new();
        for Message { file, preview, .. } in self.history.iter() {
            for id in ids_of(file.as_deref(), preview.as_deref()) {
                *used.entry(id).or_default() += 1;
            }
        }
        let counted = self.files.used().map(|(id, count)| (Arc::clone(id), count));
        expect(counted.eq(used), "files in use miscounted")?;
        let ids = self.files.used().map(|(id, _)| id).chain(self.files.spent());
        let bytes: usize = ids.map(|id| size::FILE_ID_BYTES + id.len()).sum();
        expect(bytes == self.files.bytes(), "bytes of file ids miscounted")
    }
}

fn expect(holds: bool, invariant: &'static str) -> Result<(), &'static str> {
    if holds { Ok(()) } else { Err(invariant) }
}
