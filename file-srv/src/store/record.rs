//! What is known of a file. It lies beside the file as `<id>.json`, so that a restarted process,
//! or another one that shares the store, knows the file too.

use protocol::wire::Id128;
use serde::{Deserialize, Serialize};

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Record {
    /// The room whose file it is.
    pub(crate) owner: Id128,
    /// What it is.
    pub(crate) kind: FileKind,
    /// Its name.
    pub(crate) name: String,
    /// The media type that it is served as.
    pub(crate) media_type: String,
    /// Its size in bytes.
    pub(crate) size: u64,
    /// When it came, in milliseconds since 1970.
    pub(crate) created: u64,
    /// Whether a message carries it.
    pub(crate) attached: bool,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum FileKind {
    /// Drawn in the room, encoded by us.
    Drawing,
    /// An image, encoded by us.
    Image,
    /// A smaller copy of an image.
    Thumbnail,
    /// The picture of a preview.
    Preview,
    /// Anything else, as it came.
    Other,
}

impl FileKind {
    /// Whether a browser may show it inside a page: only what our own encoders wrote.
    pub(crate) fn is_inline(self) -> bool {
        self != Self::Other
    }
}
