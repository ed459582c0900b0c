//! What the server says.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::client::VoteValue;
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

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// Its number: 1, 2, 3 … without gaps.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Who did it; null for `trimmed` and `voted`.
    pub by: Option<Member>,
    /// The name of `by` at that time; empty without one.
    pub name: Arc<str>,
    /// What.
    pub event: EventKind,
}

/// The kinds of events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(clippy::large_enum_variant, reason = "made to be encoded at once, never kept in numbers")]
pub enum EventKind {
    /// A message; its name is the event's `seq`.
    Posted {
        /// The client's key of the post.
        key: Arc<str>,
        /// The text; empty only with a file.
        text: Arc<str>,
        /// The message that it answers.
        reply_to: Option<u64>,
        /// Its file.
        file: Option<File>,
        /// Its preview.
        preview: Option<Preview>,
    },
    /// A message has another text.
    Edited {
        /// The message.
        message: u64,
        /// Its text from now on.
        text: Arc<str>,
    },
    /// A message keeps its place without its text.
    Deleted {
        /// The message.
        message: u64,
    },
    /// A message has other votes.
    Voted {
        /// The message.
        message: u64,
        /// Votes for it, in total.
        up: u32,
        /// Votes against it, in total.
        down: u32,
    },
    /// A member has another name.
    Renamed {
        /// The member.
        member: Member,
        /// Its name from now on.
        name: Arc<str>,
    },
    /// The room has another description.
    Described {
        /// The description; may be empty.
        text: Arc<str>,
    },
    /// The oldest messages are gone.
    Trimmed {
        /// The lowest message still kept.
        before: u64,
    },
}

/// A message as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// Its name: the `seq` of the event that posted it.
    pub seq: u64,
    /// When it was posted.
    pub at: Timestamp,
    /// Its author.
    pub by: Member,
    /// The author's present name.
    pub name: Arc<str>,
    /// Its present text; empty when deleted.
    pub text: Arc<str>,
    /// The message that it answers.
    pub reply_to: Option<u64>,
    /// Its file.
    pub file: Option<File>,
    /// Its preview.
    pub preview: Option<Preview>,
    /// Votes for it.
    pub up: u32,
    /// Votes against it.
    pub down: u32,
    /// Your vote.
    pub mine: VoteValue,
    /// The `seq` of its last change.
    pub rev: u64,
    /// When its text was last replaced.
    pub edited_at: Option<Timestamp>,
    /// Whether it was deleted.
    pub deleted: bool,
}

/// A file of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct File {
    /// Its id.
    pub id: Arc<str>,
    /// Where it is read: a path of this site.
    pub url: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// Its media type.
    #[serde(rename = "type")]
    pub media_type: Arc<str>,
    /// Its size in bytes.
    pub size: u64,
    /// Width in pixels, of an image.
    pub width: Option<u32>,
    /// Height in pixels, of an image.
    pub height: Option<u32>,
    /// Where its thumbnail is read, of an image.
    pub thumbnail: Option<Arc<str>>,
    /// Whether it was drawn in the room.
    pub drawing: bool,
}

/// A link preview of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Preview {
    /// Its id.
    pub id: Arc<str>,
    /// The address that was previewed.
    pub url: Arc<str>,
    /// The page's title.
    pub title: Arc<str>,
    /// The page's description; may be empty.
    pub description: Arc<str>,
    /// Its picture.
    pub image: Option<Image>,
}

/// A picture of a preview, on this site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Image {
    /// Where it is read: a path of this site.
    pub url: Arc<str>,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}
