//! The encoding of the WebSocket door: a room's nouns as frames of JSON. Pure: it holds no state
//! and knows no peers.

mod event;
mod joined;
mod refusal;
mod reply;
mod request;
mod view;

use bytes::Bytes;
use protocol::ErrorCode;
use protocol::frame::ServerFrame;
use protocol::wire::Member;
use room::{Event, MemberId, Presence};

use super::websocket::frame;
use crate::refused::Refused;

pub(crate) use joined::{Keeping, joined};
pub(crate) use refusal::{error_of, outcome_of};
pub(crate) use reply::reply;
pub(crate) use request::{Asked, asked};

/// Milliseconds until a peer of a room that was lost to another owner comes back.
const MOVED_RETRY_MS: u64 = 500;

/// Appends one frame to a batch.
pub(crate) fn append(batch: &mut Vec<u8>, frame: &ServerFrame) {
    frame::append_text(batch, |payload| frame.encode(payload));
}

/// One frame by itself.
pub(crate) fn single(frame: &ServerFrame) -> Bytes {
    let mut batch = Vec::new();
    append(&mut batch, frame);
    batch.into()
}

/// Appends an event.
pub(crate) fn append_event(batch: &mut Vec<u8>, event: &Event) {
    append(batch, &ServerFrame::Event(event::event(event)));
}

/// Appends a change of presence.
pub(crate) fn append_presence(batch: &mut Vec<u8>, presence: &Presence) {
    append(batch, &view::presence(presence));
}

/// Appends who is writing.
pub(crate) fn append_typing(batch: &mut Vec<u8>, members: &[MemberId]) {
    let members = members.iter().map(|member| Member(member.0)).collect();
    append(batch, &ServerFrame::Typing { members });
}

/// A refusal of a request.
pub(crate) fn refusal(id: Option<u64>, refused: &Refused) -> Bytes {
    let Refused { code, detail, retry_after_ms } = *refused;
    error(id, code, detail, retry_after_ms)
}

/// An error.
pub(crate) fn error(
    id: Option<u64>,
    code: ErrorCode,
    detail: &str,
    retry_after_ms: Option<u64>,
) -> Bytes {
    single(&ServerFrame::Error { id, code, detail: detail.into(), retry_after_ms })
}

/// A ping with a heartbeat, for a live peer, and a ping alone, for one that is catching up.
pub(crate) fn heartbeats(epoch: u64, seq: u64) -> (Bytes, Bytes) {
    let ping = frame::ping(&[]);
    let mut batch = ping.to_vec();
    append(&mut batch, &ServerFrame::Heartbeat { epoch, seq });
    (batch.into(), ping)
}

/// What an operator has to say to everybody.
pub(crate) fn notice(text: &str) -> Bytes {
    single(&ServerFrame::Notice { text: text.into() })
}

/// The room has another owner now: come back.
pub(crate) fn moving() -> Bytes {
    single(&ServerFrame::Moving { retry_after_ms: MOVED_RETRY_MS })
}
