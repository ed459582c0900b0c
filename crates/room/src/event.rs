//! What happens in a room: events, and what a message carries.

use std::sync::Arc;

use crate::ids::{Key, MemberId, Seq, UnixMillis};

/// One numbered happening. The same value goes to every member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its number.
    pub seq: Seq,
    /// When the owner applied it.
    pub at: UnixMillis,
    /// Who did it; none for `Trimmed`, which the room did, and for `Voted`, as votes are secret.
    pub by: Option<MemberId>,
    /// The name of `by` at that time; empty without `by`.
    pub name: Arc<str>,
    /// What happened.
    pub kind: EventKind,
}

/// The kinds of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// A message was posted; the event's `seq` is the message's name from now on.
    Posted {
        /// The client's key of the post.
        key: Key,
        /// The text, as it was written. Empty only with a file, and in a resume if the message was
        /// deleted since.
        text: Arc<str>,
        /// The message that it answers.
        reply_to: Option<Seq>,
        /// A file or a drawing.
        file: Option<Arc<File>>,
        /// A link preview.
        preview: Option<Arc<Preview>>,
    },
    /// The text of a message was replaced.
    Edited {
        /// The message.
        message: Seq,
        /// Its text from now on.
        text: Arc<str>,
    },
    /// A message was deleted: it keeps its place without its text, file and preview.
    Deleted {
        /// The message.
        message: Seq,
    },
    /// The votes for a message changed.
    Voted {
        /// The message.
        message: Seq,
        /// Votes for it, in total.
        up: u32,
        /// Votes against it, in total.
        down: u32,
    },
    /// A member took another name.
    Renamed {
        /// The member.
        member: MemberId,
        /// Its name from now on.
        name: Arc<str>,
    },
    /// The room's description changed.
    Described {
        /// The description from now on; may be empty.
        text: Arc<str>,
    },
    /// The oldest messages are gone.
    Trimmed {
        /// The lowest `seq` of a message still kept; the room's next `seq` when none is.
        before: Seq,
    },
}

/// A file that a message carries. The owner has checked its signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The unguessable id under which it is read.
    pub id: Arc<str>,
    /// Its name, as the uploader called it.
    pub name: Arc<str>,
    /// Its media type, sniffed by the file server.
    pub media_type: Arc<str>,
    /// Its size in bytes.
    pub size: u64,
    /// Width and height in pixels, of an image.
    pub dimensions: Option<(u32, u32)>,
    /// The id of its thumbnail, of an image.
    pub thumbnail: Option<Arc<str>>,
    /// Whether it was drawn in the room.
    pub drawing: bool,
}

/// A link preview that a message carries. The owner has checked its signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// Its unguessable id.
    pub id: Arc<str>,
    /// The address that was previewed.
    pub url: Arc<str>,
    /// The page's title.
    pub title: Arc<str>,
    /// The page's description; may be empty.
    pub description: Arc<str>,
    /// The id under which its picture is read, and the picture's width and height in pixels.
    pub image: Option<(Arc<str>, u32, u32)>,
}
