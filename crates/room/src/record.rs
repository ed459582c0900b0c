//! What a room's log keeps: its events, and the facts that have no number.
//!
//! A room that is restored from its `Created` record and all later ones equals the original in
//! everything but what only presence knows; `Snapshot::without_presence` says exactly what.

use std::sync::Arc;

use crate::event::Event;
use crate::ids::{Epoch, MemberId, Seq, SessionId, UnixMillis};
use crate::input::{Creation, Vote};
use crate::size;

/// One entry of the log, in the order in which the room made them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// The room began.
    Created {
        /// Its life, first term, creator and password.
        creation: Creation,
        /// When.
        at: UnixMillis,
    },
    /// Another owner's term began: a new branch, from the next event on. The new owner appends it
    /// after `Room::restore`.
    EpochBegan {
        /// The term.
        epoch: Epoch,
        /// When.
        at: UnixMillis,
    },
    /// A session became a member, or came back to a name that others had had meanwhile.
    Admitted {
        /// The member.
        member: MemberId,
        /// Its session, which is not asked for the password again.
        session: SessionId,
        /// Its name.
        name: Arc<str>,
        /// When.
        at: UnixMillis,
        /// The lowest message that is kept after it.
        first_kept: Seq,
    },
    /// A member was away for so long that the room no longer knows it.
    Forgotten {
        /// The member.
        member: MemberId,
    },
    /// An event.
    Event {
        /// The event, with the key of a post.
        event: Arc<Event>,
        /// Who voted, and how: `Voted` itself carries totals only.
        voter: Option<(MemberId, Vote)>,
        /// The lowest message that is kept after it.
        first_kept: Seq,
    },
    /// The room ended; nothing follows.
    Closed {
        /// When.
        at: UnixMillis,
    },
}

impl Record {
    /// The memory of the record; an estimate.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Event { event, .. } => size::event(event),
            Self::Admitted { name, .. } => size::RECORD_BYTES + name.len(),
            Self::Created { .. }
            | Self::EpochBegan { .. }
            | Self::Forgotten { .. }
            | Self::Closed { .. } => size::RECORD_BYTES,
        }
    }
}
