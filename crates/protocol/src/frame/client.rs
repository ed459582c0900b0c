//! What a client says.

use serde::{Deserialize, Serialize};

use crate::wire::Id128;

/// A frame of a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ClientFrame {
    /// The first frame: enter the room.
    Join(Join),
    /// Say something.
    Post {
        /// Comes back with the answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<u64>,
        /// The client's own name for the post, 1 to 64 of `A-Z a-z 0-9 _ -`: sent again, it gets the first answer.
        key: String,
        /// The text; may be left out with a file.
        #[serde(default)]
        #[cfg_attr(test, ts(as = "Option<String>", optional))]
        text: String,
        /// The message that it answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<u64>,
        /// The `descriptor` of an upload.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file: Option<String>,
        /// The `descriptor` of a preview.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        preview: Option<String>,
    },
    /// Replace the text of one's own message.
    Edit {
        /// Comes back with the answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<u64>,
        /// The message.
        message: u64,
        /// Its text from now on.
        text: String,
    },
    /// Delete one's own message.
    Delete {
        /// Comes back with the answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<u64>,
        /// The message.
        message: u64,
    },
    /// Vote for or against a message, or take the vote back.
    Vote {
        /// Comes back with the answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<u64>,
        /// The message.
        message: u64,
        /// The vote from now on.
        value: VoteValue,
    },
    /// Take another name.
    Rename {
        /// Comes back with the answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<u64>,
        /// The name.
        name: String,
    },
    /// Describe the room; its creator only.
    Describe {
        /// Comes back with the answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<u64>,
        /// The description; may be empty.
        text: String,
    },
    /// Somebody is writing. Never answered.
    Typing {},
    /// A page of older messages.
    History {
        /// Comes back with the answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<u64>,
        /// Messages below this one; the newest without it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<u64>,
        /// How many at most; 100 without it, and never more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit: Option<u32>,
    },
    /// Ask for the right to upload and to preview.
    Grant {
        /// Comes back with the answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<u64>,
    },
    /// Members whose name begins like this.
    Members {
        /// Comes back with the answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<u64>,
        /// The beginning; may be empty.
        #[serde(default)]
        #[cfg_attr(test, ts(as = "Option<String>", optional))]
        prefix: String,
    },
}

/// A request to enter a room.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
#[serde(rename_all = "camelCase")]
pub struct Join {
    /// Comes back with a refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<u64>,
    /// The name chosen now; without it the old one, or a friendly one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The room's password, or that of a room to be made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// What the client holds from before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resume: Option<Resume>,
}

/// Where a client's copy of the room ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[cfg_attr(test, ts(optional_fields))]
#[serde(rename_all = "camelCase")]
pub struct Resume {
    /// The life of the room that it knows.
    pub incarnation: Id128,
    /// The owner's term in which its newest event came.
    pub epoch: u64,
    /// Its newest event.
    pub seq: u64,
    /// The newest `keep` that it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<String>,
}

/// A vote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum VoteValue {
    /// For the message.
    Up,
    /// Against it.
    Down,
    /// No opinion.
    None,
}

impl ClientFrame {
    /// Writes the frame, for clients.
    pub fn encode(&self) -> String {
        serde_json::to_string(self).expect("a frame has no map with other keys than strings")
    }

    /// What the answer carries again.
    pub fn id(&self) -> Option<u64> {
        match self {
            Self::Join(join) => join.id,
            Self::Typing {} => None,
            Self::Post { id, .. }
            | Self::Edit { id, .. }
            | Self::Delete { id, .. }
            | Self::Vote { id, .. }
            | Self::Rename { id, .. }
            | Self::Describe { id, .. }
            | Self::History { id, .. }
            | Self::Grant { id }
            | Self::Members { id, .. } => *id,
        }
    }

    /// The frame with this `id`; `typing` has none, as it is never answered.
    pub fn with_id(mut self, id: u64) -> Self {
        match &mut self {
            Self::Join(join) => join.id = Some(id),
            Self::Typing {} => {}
            Self::Post { id: place, .. }
            | Self::Edit { id: place, .. }
            | Self::Delete { id: place, .. }
            | Self::Vote { id: place, .. }
            | Self::Rename { id: place, .. }
            | Self::Describe { id: place, .. }
            | Self::History { id: place, .. }
            | Self::Grant { id: place }
            | Self::Members { id: place, .. } => *place = Some(id),
        }
        self
    }
}
