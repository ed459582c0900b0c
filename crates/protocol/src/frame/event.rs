//! What happens in a room, as its members are told.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::message::{File, Preview};
use crate::wire::{Member, Timestamp};

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
