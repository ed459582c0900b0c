//! The answer to a join.

use std::sync::Arc;

use protocol::frame::{Gap, GapReason, Joined, Room, ServerFrame, You};
use protocol::limits::KEEP_MS;
use protocol::token::{Keep, Keyring, Proof};
use protocol::wire::{Id128, Member, Timestamp};
use room::{Incarnation, RoomView, SessionId, UnixMillis, Verifier};

use super::view;

/// What the `keep` of a `joined` is made of.
pub(crate) struct Keeping<'a> {
    /// The fleet's secrets.
    pub(crate) keys: &'a Keyring,
    /// The room's name.
    pub(crate) name: &'a Arc<str>,
    /// Its life.
    pub(crate) incarnation: Incarnation,
    /// Its creator.
    pub(crate) creator: SessionId,
    /// Its password.
    pub(crate) verifier: Option<&'a Verifier>,
    /// The present time.
    pub(crate) now: UnixMillis,
    /// Random, for one use.
    pub(crate) nonce: [u8; 12],
}

/// The frame. The room has cut members and history to what fits.
pub(crate) fn joined(joined: &room::Joined, keeping: &Keeping<'_>) -> ServerFrame {
    ServerFrame::Joined(Box::new(Joined {
        room: room(keeping.name, &joined.room),
        you: You {
            member: Member(joined.member.0),
            name: joined.name.clone(),
            creator: joined.creator,
        },
        incarnation: Id128(joined.incarnation.0),
        epoch: joined.epoch.0,
        seq: joined.seq.0,
        members: joined.members.iter().map(view::member).collect(),
        online: view::count(joined.online),
        crowded: joined.crowded,
        history: joined.history.iter().map(view::message).collect(),
        more: joined.more,
        resumed: joined.resumed,
        gap: joined.gap.map(gap),
        keep: keeping.seal(),
    }))
}

impl Keeping<'_> {
    /// What restores the room's protection at an owner that has lost it.
    fn seal(&self) -> String {
        Keep {
            room: self.name.to_string(),
            incarnation: Id128(self.incarnation.0),
            creator: self.creator.0,
            proof: self.verifier.map(|verifier| Proof { salt: verifier.salt, hash: verifier.hash }),
            expires: self.now.plus(KEEP_MS).0,
        }
        .seal(self.keys, self.nonce)
    }
}

fn room(name: &Arc<str>, room: &RoomView) -> Room {
    Room {
        name: name.clone(),
        description: room.description.clone(),
        protected: room.protected,
        created_at: Timestamp(room.created_at.0),
        creator: room.creator.map(|member| Member(member.0)),
        kept: view::count(room.kept),
        kept_max: view::count(room.kept_max),
        expires_after_ms: room.expires_after_ms,
    }
}

fn gap(gap: room::Gap) -> Gap {
    match gap {
        room::Gap::Trimmed { from, to } => {
            Gap { from: Some(from.0), to: Some(to.0), reason: GapReason::Trimmed }
        }
        room::Gap::Restarted => Gap { from: None, to: None, reason: GapReason::Restarted },
    }
}
