//! What may be asked of a room. Everything that a client sent arrives unchecked.

use std::sync::Arc;

use crate::event::{File, Preview};
use crate::ids::{Epoch, Incarnation, Key, PeerId, RequestId, Seq, SessionId};

/// One thing for `Room::apply`.
#[derive(Clone, Debug)]
pub enum Input {
    /// A connection asks to enter. The peer is new to the room, or was left.
    Join(Join),
    /// A connection has ended, whatever the reason.
    Leave {
        /// The connection.
        peer: PeerId,
    },
    /// A peer that is catching up has taken what it was given and wants more.
    Continue {
        /// The connection.
        peer: PeerId,
    },
    /// A member asks for something.
    Request {
        /// Its connection; one that has not joined is refused with `NotJoined`.
        peer: PeerId,
        /// What the answer carries again; without it only refusals are answered.
        id: Option<RequestId>,
        /// What it asks for.
        request: Request,
    },
    /// The time of `Room::deadline` has come; harmless at any time.
    Tick,
    /// The room ends now: an operator deleted it.
    End,
}

/// A request to enter.
#[derive(Clone, Debug)]
pub struct Join {
    /// The connection.
    pub peer: PeerId,
    /// Whose it is.
    pub session: SessionId,
    /// The name chosen now; none keeps the member's name or draws a friendly one.
    pub name: Option<String>,
    /// The hash of the password that the client gave, if one was computed.
    pub proof: Option<Verifier>,
    /// What the client holds from before.
    pub resume: Option<Cursor>,
    /// Random bits for a friendly name.
    pub entropy: u64,
}

/// Where a client's copy of the room ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The life of the room that it knows.
    pub incarnation: Incarnation,
    /// The term in which it received its newest event.
    pub epoch: Epoch,
    /// Its newest event.
    pub seq: Seq,
}

/// A salted password hash: what the room keeps, and what a join proves itself with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Verifier {
    /// The salt.
    pub salt: [u8; 16],
    /// The hash of the password under that salt.
    pub hash: [u8; 32],
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Verifier(…)")
    }
}

/// What a member may ask for.
#[derive(Clone, Debug)]
pub enum Request {
    /// Say something.
    Post(Post),
    /// Replace the text of one's own message.
    Edit {
        /// The message.
        message: Seq,
        /// Its new text.
        text: String,
    },
    /// Delete one's own message.
    Delete {
        /// The message.
        message: Seq,
    },
    /// Vote for or against a message, or take the vote back.
    Vote {
        /// The message.
        message: Seq,
        /// The vote from now on.
        value: Vote,
    },
    /// Take another name.
    Rename {
        /// The name.
        name: String,
    },
    /// Describe the room; its creator only.
    Describe {
        /// The description; may be empty.
        text: String,
    },
    /// Somebody is writing. Never answered.
    Typing,
    /// A page of older messages.
    History {
        /// Messages below this `seq`; none for the newest.
        before: Option<Seq>,
        /// How many at most; none or more than a page for a page.
        limit: Option<u32>,
    },
    /// Members whose name begins like this, for completion and search.
    Members {
        /// The beginning, compared as names are; may be empty.
        prefix: String,
    },
}

/// A message to be posted.
#[derive(Clone, Debug)]
pub struct Post {
    /// The client's key.
    pub key: Key,
    /// The text; empty only with a file.
    pub text: String,
    /// The message that it answers.
    pub reply_to: Option<Seq>,
    /// A file, already verified; one file serves one message.
    pub file: Option<Arc<File>>,
    /// A preview, already verified; one preview serves one message.
    pub preview: Option<Arc<Preview>>,
}

/// A member's opinion of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vote {
    /// For it.
    Up,
    /// Against it.
    Down,
    /// No opinion.
    Neither,
}

/// How a room begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Creation {
    /// The life that begins.
    pub incarnation: Incarnation,
    /// The term of its first owner.
    pub epoch: Epoch,
    /// Who becomes its creator at the first join.
    pub creator: SessionId,
    /// Its password's verifier.
    pub verifier: Option<Verifier>,
}
