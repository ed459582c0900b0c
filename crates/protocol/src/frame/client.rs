//! What a client says. Decoding survives any bytes and checks the form only; meaning and limits
//! are the room's.

use serde::{Deserialize, Serialize};

use crate::limits::{FRAME_VALUES_MAX, INTEGER_MAX};
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

/// A frame that could not be decoded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct BadFrame {
    /// The frame's `id`, where one could be read.
    pub id: Option<u64>,
    /// What is wrong with it, without anything that the client wrote.
    pub detail: &'static str,
}

/// What is wrong with JSON that is no frame.
const NO_FRAME: &str = "unknown type, or a field is missing or of a wrong type";
/// White space of RFC 8259.
const JSON_SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

impl ClientFrame {
    /// Reads one frame.
    ///
    /// # Errors
    /// A text that is not one JSON object of a known `type` with the fields of that type.
    pub fn decode(text: &str) -> Result<Self, BadFrame> {
        // Serde reads an array of a frame's fields as the frame, which version 1 does not.
        if text.trim_start_matches(JSON_SPACE).starts_with('[') {
            return Err(BadFrame { id: None, detail: NO_FRAME });
        }
        if values_exceed(text, FRAME_VALUES_MAX) {
            return Err(BadFrame { id: id_of(text), detail: "the frame has too many values" });
        }
        match serde_json::from_str::<Self>(text) {
            Ok(frame) if frame.largest_number() > INTEGER_MAX => {
                let id = frame.id().filter(|id| *id <= INTEGER_MAX);
                Err(BadFrame { id, detail: "a number is larger than 2^53-1" })
            }
            Ok(frame) => Ok(frame),
            Err(error) => Err(BadFrame { id: id_of(text), detail: reason(&error) }),
        }
    }

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

    /// The largest of the frame's numbers, so that one check holds for all of them.
    fn largest_number(&self) -> u64 {
        let number = match self {
            Self::Join(Join { resume: Some(resume), .. }) => resume.epoch.max(resume.seq),
            Self::Post { reply_to: Some(message), .. }
            | Self::Edit { message, .. }
            | Self::Delete { message, .. }
            | Self::Vote { message, .. }
            | Self::History { before: Some(message), .. } => *message,
            _ => 0,
        };
        number.max(self.id().unwrap_or(0))
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

/// Whether the text opens or separates more values than a frame may have. Finding the `type` takes
/// the other values along, and a value of two bytes takes sixteen times as much memory.
fn values_exceed(text: &str, max: usize) -> bool {
    let mut bytes = text.bytes();
    let mut values = 0;
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => skip_string(&mut bytes),
            b'[' | b'{' | b',' => values += 1,
            _ => {}
        }
        if values > max {
            return true;
        }
    }
    false
}

/// Goes to the end of a string that has begun.
fn skip_string(bytes: &mut std::str::Bytes<'_>) {
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => return,
            b'\\' => {
                bytes.next();
            }
            _ => {}
        }
    }
}

/// The `id` of a frame whose rest cannot be read.
fn id_of(text: &str) -> Option<u64> {
    #[derive(Deserialize)]
    struct Envelope {
        id: Option<u64>,
    }
    let envelope = serde_json::from_str::<Envelope>(text).ok()?;
    envelope.id.filter(|id| *id <= INTEGER_MAX)
}

/// What is wrong, in words that repeat nothing of the client's.
fn reason(error: &serde_json::Error) -> &'static str {
    match error.classify() {
        serde_json::error::Category::Data => NO_FRAME,
        serde_json::error::Category::Eof => "the JSON ends too early",
        _ => "not JSON",
    }
}
