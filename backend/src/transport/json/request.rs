//! What a client's frame asks for, in the room's nouns.

use protocol::ErrorCode;
use protocol::frame::{ClientFrame, VoteValue};
use room::{Key, Post, Request, RequestId, Seq, Vote};

use crate::descriptors::Descriptors;
use crate::refused::Refused;

/// What a frame asks for.
pub(crate) enum Asked {
    /// Something of the room.
    Request(Option<RequestId>, Request),
    /// The right to upload and to preview.
    Grant(Option<u64>),
}

/// Translates a frame. Files and previews become the room's nouns here, after their signatures
/// were checked.
pub(crate) fn asked(frame: ClientFrame, descriptors: &Descriptors<'_>) -> Result<Asked, Refused> {
    let id = frame.id().map(RequestId);
    let request = match frame {
        ClientFrame::Join(_) => return Err(NOT_A_REQUEST),
        ClientFrame::Grant { id } => return Ok(Asked::Grant(id)),
        ClientFrame::Post { key, text, reply_to, file, preview, .. } => Request::Post(Post {
            key: Key::new(&key).ok_or(BAD_KEY)?,
            text,
            reply_to: reply_to.map(Seq),
            file: file.map(|token| descriptors.file(&token)).transpose()?,
            preview: preview.map(|token| descriptors.preview(&token)).transpose()?,
        }),
        ClientFrame::Edit { message, text, .. } => Request::Edit { message: Seq(message), text },
        ClientFrame::Delete { message, .. } => Request::Delete { message: Seq(message) },
        ClientFrame::Vote { message, value, .. } => {
            Request::Vote { message: Seq(message), value: vote(value) }
        }
        ClientFrame::Rename { name, .. } => Request::Rename { name },
        ClientFrame::Describe { text, .. } => Request::Describe { text },
        ClientFrame::Typing {} => Request::Typing,
        ClientFrame::History { before, limit, .. } => {
            Request::History { before: before.map(Seq), limit }
        }
        ClientFrame::Members { prefix, .. } => Request::Members { prefix },
    };
    Ok(Asked::Request(id, request))
}

/// Members do not ask to enter.
const NOT_A_REQUEST: Refused = Refused::new(ErrorCode::BadFrame, "joined already");
/// A key of other characters, or none or too many of them.
const BAD_KEY: Refused = Refused::new(ErrorCode::BadFrame, "a key is 1 to 64 of A-Z a-z 0-9 _ -");

fn vote(value: VoteValue) -> Vote {
    match value {
        VoteValue::Up => Vote::Up,
        VoteValue::Down => Vote::Down,
        VoteValue::None => Vote::Neither,
    }
}
