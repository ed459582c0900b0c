//! Reading what a client says. It survives any bytes and checks the form only; meaning and limits
//! of what is said are the room's.

use serde::Deserialize;

use super::client::{ClientFrame, Join};
use crate::limits::{FRAME_VALUES_MAX, INTEGER_MAX};

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
