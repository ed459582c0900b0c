//! Uploads and previews on their way into a message: what the file server signed, checked
//! without asking it.

use std::sync::Arc;

use protocol::ErrorCode;
use protocol::token::{FileDescriptor, Keyring, PreviewDescriptor, TokenError};
use protocol::wire::Id128;
use room::{File, Preview};

use crate::refused::Refused;

/// The check of one room's descriptors at one time.
pub(crate) struct Descriptors<'a> {
    /// The fleet's secrets.
    pub(crate) keys: &'a Keyring,
    /// The room as the file server knows it.
    pub(crate) owner: Id128,
    /// Milliseconds since 1970.
    pub(crate) now: u64,
}

const NO_FILE: Refused =
    Refused::new(ErrorCode::NoFile, "the descriptor is forged, expired, or of another room");

impl Descriptors<'_> {
    /// The file of a descriptor.
    pub(crate) fn file(&self, token: &str) -> Result<Arc<File>, Refused> {
        let of = FileDescriptor::verify(self.keys, token, self.now);
        let of = self.own(of, |file| file.owner)?;
        Ok(Arc::new(File {
            id: of.id,
            name: of.name,
            media_type: of.media_type,
            size: of.size,
            dimensions: of.dimensions,
            thumbnail: of.thumbnail,
            drawing: of.drawing,
        }))
    }

    /// The preview of a descriptor.
    pub(crate) fn preview(&self, token: &str) -> Result<Arc<Preview>, Refused> {
        let of = PreviewDescriptor::verify(self.keys, token, self.now);
        let of = self.own(of, |preview| preview.owner)?;
        Ok(Arc::new(Preview {
            id: of.id,
            url: of.url,
            title: of.title,
            description: of.description,
            image: of.image.map(|image| (image.id, image.width, image.height)),
        }))
    }

    fn own<T>(
        &self,
        verified: Result<T, TokenError>,
        owner: impl Fn(&T) -> Id128,
    ) -> Result<T, Refused> {
        verified.ok().filter(|value| owner(value) == self.owner).ok_or(NO_FILE)
    }
}
