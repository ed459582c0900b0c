//! How much memory things take, and how many bytes they take in a frame. Estimates: the limits on
//! bytes are kept by them, not by an allocator.

use crate::event::{Event, EventKind, File, Preview};

/// A room without anything in it.
pub(crate) const ROOM_BYTES: usize = 1_024;
/// A message beside its texts, in the history.
pub(crate) const MESSAGE_BYTES: usize = 256;
/// One vote.
pub(crate) const VOTE_BYTES: usize = 24;
/// A record beside its texts.
pub(crate) const RECORD_BYTES: usize = 128;
/// An event beside its texts, for resume.
pub(crate) const EVENT_BYTES: usize = 192;
/// A member beside its names, with its places in three indexes.
pub(crate) const MEMBER_BYTES: usize = 288;
/// A name's entry in the register of names, beside its skeleton.
pub(crate) const NAME_BYTES: usize = 32;
/// A remembered key beside its text, in its three indexes.
pub(crate) const KEY_BYTES: usize = 160;
/// An id of a file or preview beside its text.
pub(crate) const FILE_ID_BYTES: usize = 80;
/// A connection.
pub(crate) const PEER_BYTES: usize = 96;

/// A message in a frame, beside its texts.
const MESSAGE_FRAME_BYTES: usize = 320;
/// A member in a frame, beside its name.
const MEMBER_FRAME_BYTES: usize = 128;
/// A file or a preview in a frame, beside its texts.
const ATTACHMENT_FRAME_BYTES: usize = 224;

/// The memory of an event.
pub(crate) fn event(event: &Event) -> usize {
    let own = match &event.kind {
        EventKind::Posted { key, text, file, preview, .. } => {
            key.as_str().len() + text.len() + attachments(file.as_deref(), preview.as_deref())
        }
        EventKind::Edited { text, .. } | EventKind::Described { text } => text.len(),
        EventKind::Renamed { name, .. } => name.len(),
        EventKind::Deleted { .. } | EventKind::Voted { .. } | EventKind::Trimmed { .. } => 0,
    };
    EVENT_BYTES + event.name.len() + own
}

/// The memory of what a message carries.
pub(crate) fn attachments(file: Option<&File>, preview: Option<&Preview>) -> usize {
    texts_of(file, preview).map(|text| text.len() + 16).sum()
}

/// The bytes of a message in a frame.
pub(crate) fn message_frame(
    name: &str,
    text: &str,
    file: Option<&File>,
    preview: Option<&Preview>,
) -> usize {
    let count = usize::from(file.is_some()) + usize::from(preview.is_some());
    MESSAGE_FRAME_BYTES
        + quoted(name)
        + quoted(text)
        + count * ATTACHMENT_FRAME_BYTES
        + texts_of(file, preview).map(quoted).sum::<usize>()
}

/// The bytes of a member in a frame.
pub(crate) fn member_frame(name: &str) -> usize {
    MEMBER_FRAME_BYTES + quoted(name)
}

/// The bytes of a text in JSON: quotes and backslashes take two, line feeds and tabs two, other
/// controls six.
pub(crate) fn quoted(text: &str) -> usize {
    let escapes = text.bytes().map(|byte| match byte {
        b'"' | b'\\' | b'\n' | b'\t' => 1,
        0..0x20 => 5,
        _ => 0,
    });
    text.len() + escapes.sum::<usize>()
}

/// Every text of what a message carries.
fn texts_of<'a>(
    file: Option<&'a File>,
    preview: Option<&'a Preview>,
) -> impl Iterator<Item = &'a str> {
    let file = file.into_iter().flat_map(|file| {
        [Some(&file.id), Some(&file.name), Some(&file.media_type), file.thumbnail.as_ref()]
    });
    let preview = preview.into_iter().flat_map(|preview| {
        let image = preview.image.as_ref().map(|(id, _, _)| id);
        [
            Some(&preview.id),
            Some(&preview.url),
            Some(&preview.title),
            Some(&preview.description),
            image,
        ]
    });
    file.flatten().chain(preview.flatten()).map(|text| &**text)
}
