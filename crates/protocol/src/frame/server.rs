//! What the server says.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::event::Event;
use super::message::Message;
use crate::error_code::ErrorCode;
use crate::wire::{Id128, Member, Timestamp};

/// A frame of the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(clippy::large_enum_variant, reason = "made to be encoded at once, never kept in numbers")]
pub enum ServerFrame {
    /// You are in the room.
    Joined(Box<Joined>),
    /// Something happened in the room.
    Event(Event),
    /// A page of older messages, oldest first.
    History {
        /// The request's.
        id: Option<u64>,
        /// The messages.
        messages: Vec<Message>,
        /// Whether older ones are kept.
        more: bool,
    },
    /// The right to upload and to preview, for 10 minutes.
    Grant {
        /// The request's.
        id: Option<u64>,
        /// The value of the `Instantchat-Grant` header.
        grant: String,
    },
    /// Members whose name begins as was asked.
    Members {
        /// The request's.
        id: Option<u64>,
        /// The members.
        members: Vec<MemberState>,
    },
    /// How the people in the room changed.
    Presence {
        /// Who came, or everybody who is here with `snapshot`.
        joined: Vec<MemberState>,
        /// Who left.
        left: Vec<Member>,
        /// Members online.
        online: u32,
        /// Whether `joined` is everybody who is here.
        snapshot: bool,
        /// Whether there are so many that only the count is told.
        crowded: bool,
    },
    /// It is done.
    Ok {
        /// The request's.
        id: Option<u64>,
        /// The event that it made; null when nothing had to change.
        seq: Option<u64>,
    },
    /// It is not done.
    Error {
        /// The request's.
        id: Option<u64>,
        /// Why, for programs.
        code: ErrorCode,
        /// Why, for developers.
        detail: String,
        /// Milliseconds until it may work.
        retry_after_ms: Option<u64>,
    },
    /// The connection lives, and this is the newest event.
    Heartbeat {
        /// The owner's term.
        epoch: u64,
        /// The newest event.
        seq: u64,
    },
    /// These members are writing.
    Typing {
        /// Three at most.
        members: Vec<Member>,
    },
    /// The operator has something to say to everybody. It is no event, and not kept.
    Notice {
        /// What.
        text: String,
    },
    /// The room goes to another owner; close 1012 follows.
    Moving {
        /// Come back after this many milliseconds, without jitter.
        retry_after_ms: u64,
    },
}

impl ServerFrame {
    /// Writes the frame to the end of `buffer`.
    pub fn encode(&self, buffer: &mut Vec<u8>) {
        serde_json::to_writer(buffer, self)
            .expect("a frame has no map with other keys than strings, and memory does not fail");
    }

    /// Reads a frame, for clients.
    ///
    /// # Errors
    /// A text that is no frame of version 1.
    pub fn decode(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// The `id` of the request that it answers.
    pub fn id(&self) -> Option<u64> {
        match self {
            Self::History { id, .. }
            | Self::Grant { id, .. }
            | Self::Members { id, .. }
            | Self::Ok { id, .. }
            | Self::Error { id, .. } => *id,
            _ => None,
        }
    }
}

/// The answer to `join`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Joined {
    /// The room.
    pub room: Room,
    /// Who you are in it.
    pub you: You,
    /// The life of the room.
    pub incarnation: Id128,
    /// The owner's term.
    pub epoch: u64,
    /// The newest event there is.
    pub seq: u64,
    /// Who is here and who was; the newest 50 writers of a crowded room.
    pub members: Vec<MemberState>,
    /// Members online.
    pub online: u32,
    /// Whether there are so many that presence is counts.
    pub crowded: bool,
    /// The newest messages, oldest first; empty when `resumed`.
    pub history: Vec<Message>,
    /// Whether older ones are kept.
    pub more: bool,
    /// Whether exactly the missing events follow.
    pub resumed: bool,
    /// What is missing, and why.
    pub gap: Option<Gap>,
    /// Hand this back with `resume`.
    pub keep: String,
}

/// A room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Room {
    /// Its name.
    pub name: Arc<str>,
    /// Its description; may be empty.
    pub description: Arc<str>,
    /// Whether it has a password.
    pub protected: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// Who made it.
    pub creator: Option<Member>,
    /// Messages kept now.
    pub kept: u32,
    /// Messages kept at most.
    pub kept_max: u32,
    /// Milliseconds from the last use to the end.
    pub expires_after_ms: u64,
}

/// The one who joined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct You {
    /// Its number in this room.
    pub member: Member,
    /// Its name.
    pub name: Arc<str>,
    /// Whether it made the room.
    pub creator: bool,
}

/// A member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct MemberState {
    /// Its number in this room.
    pub member: Member,
    /// Its name.
    pub name: Arc<str>,
    /// Whether it is here now.
    pub online: bool,
    /// Whether it made the room.
    pub creator: bool,
    /// When it last posted.
    pub last_post_at: Option<Timestamp>,
}

/// What a returning client will never get.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Gap {
    /// The first missing event; null when everything is.
    pub from: Option<u64>,
    /// The last missing event; null when everything is.
    pub to: Option<u64>,
    /// Why.
    pub reason: GapReason,
}

/// Why something is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum GapReason {
    /// The room keeps only so many messages.
    Trimmed,
    /// The room began anew: discard what you hold.
    Restarted,
}
