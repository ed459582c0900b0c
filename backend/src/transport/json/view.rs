//! What members see of members, messages, files and presence.

use std::sync::Arc;

use protocol::frame::{File, Image, MemberState, Message, Preview, ServerFrame, VoteValue};
use protocol::wire::{Member, Timestamp};
use room::{MemberView, MessageView, Presence, Vote};

/// A number of things as the wire counts them.
pub(super) fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// A member.
pub(super) fn member(view: &MemberView) -> MemberState {
    MemberState {
        member: Member(view.member.0),
        name: view.name.clone(),
        online: view.online,
        creator: view.creator,
        last_post_at: view.last_post_at.map(|at| Timestamp(at.0)),
    }
}

/// A message.
pub(super) fn message(view: &MessageView) -> Message {
    Message {
        seq: view.seq.0,
        at: Timestamp(view.at.0),
        by: Member(view.by.0),
        name: view.name.clone(),
        text: view.text.clone(),
        reply_to: view.reply_to.map(|seq| seq.0),
        file: view.file.as_deref().map(file),
        preview: view.preview.as_deref().map(preview),
        up: view.up,
        down: view.down,
        mine: match view.mine {
            Vote::Up => VoteValue::Up,
            Vote::Down => VoteValue::Down,
            Vote::Neither => VoteValue::None,
        },
        rev: view.rev.0,
        edited_at: view.edited_at.map(|at| Timestamp(at.0)),
        deleted: view.deleted,
    }
}

/// A file.
pub(super) fn file(file: &room::File) -> File {
    File {
        id: file.id.clone(),
        url: url(&file.id),
        name: file.name.clone(),
        media_type: file.media_type.clone(),
        size: file.size,
        width: file.dimensions.map(|(width, _)| width),
        height: file.dimensions.map(|(_, height)| height),
        thumbnail: file.thumbnail.as_deref().map(url),
        drawing: file.drawing,
    }
}

/// A link preview.
pub(super) fn preview(preview: &room::Preview) -> Preview {
    Preview {
        id: preview.id.clone(),
        url: preview.url.clone(),
        title: preview.title.clone(),
        description: preview.description.clone(),
        image: preview.image.as_ref().map(|(id, width, height)| Image {
            url: url(id),
            width: *width,
            height: *height,
        }),
    }
}

/// A change of presence.
pub(super) fn presence(presence: &Presence) -> ServerFrame {
    match presence {
        Presence::Change { joined, left, online, snapshot } => ServerFrame::Presence {
            joined: joined.iter().map(member).collect(),
            left: left.iter().map(|member| Member(member.0)).collect(),
            online: count(*online),
            snapshot: *snapshot,
            crowded: false,
        },
        Presence::Count { online } => ServerFrame::Presence {
            joined: Vec::new(),
            left: Vec::new(),
            online: count(*online),
            snapshot: false,
            crowded: true,
        },
    }
}

/// Where a file is read: a path of this site.
fn url(id: &str) -> Arc<str> {
    format!("/files/{id}").into()
}
