//! Answers to requests.

use protocol::frame::ServerFrame;
use room::{Reply, RequestId};

use super::{refusal, view};

/// An answer as a frame. A room asks for a proof only of those who join, which the peer's task
/// answers by itself.
pub(crate) fn reply(id: Option<RequestId>, reply: &Reply) -> Option<ServerFrame> {
    let id = id.map(|id| id.0);
    Some(match reply {
        Reply::Done { seq, .. } => ServerFrame::Ok { id, seq: seq.map(|seq| seq.0) },
        Reply::History { messages, more } => ServerFrame::History {
            id,
            messages: messages.iter().map(view::message).collect(),
            more: *more,
        },
        Reply::Members(members) => {
            ServerFrame::Members { id, members: members.iter().map(view::member).collect() }
        }
        Reply::Refused(refusal) => {
            let error = refusal::error_of(refusal);
            ServerFrame::Error {
                id,
                code: error.code,
                detail: error.detail.into(),
                retry_after_ms: error.retry_after_ms,
            }
        }
        Reply::ProofNeeded { .. } => return None,
    })
}
