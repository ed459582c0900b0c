//! Events as frames.

use protocol::frame;
use protocol::wire::{Member, Timestamp};
use room::{Event, EventKind};

use super::view;

/// An event as it stands on the wire.
pub(super) fn event(event: &Event) -> frame::Event {
    frame::Event {
        seq: event.seq.0,
        at: Timestamp(event.at.0),
        by: event.by.map(|member| Member(member.0)),
        name: event.name.clone(),
        event: kind(&event.kind),
    }
}

fn kind(kind: &EventKind) -> frame::EventKind {
    match kind {
        EventKind::Posted { key, text, reply_to, file, preview } => frame::EventKind::Posted {
            key: key.as_str().into(),
            text: text.clone(),
            reply_to: reply_to.map(|seq| seq.0),
            file: file.as_deref().map(view::file),
            preview: preview.as_deref().map(view::preview),
        },
        EventKind::Edited { message, text } => {
            frame::EventKind::Edited { message: message.0, text: text.clone() }
        }
        EventKind::Deleted { message } => frame::EventKind::Deleted { message: message.0 },
        EventKind::Voted { message, up, down } => {
            frame::EventKind::Voted { message: message.0, up: *up, down: *down }
        }
        EventKind::Renamed { member, name } => {
            frame::EventKind::Renamed { member: Member(member.0), name: name.clone() }
        }
        EventKind::Described { text } => frame::EventKind::Described { text: text.clone() },
        EventKind::Trimmed { before } => frame::EventKind::Trimmed { before: before.0 },
    }
}
