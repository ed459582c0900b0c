//! What the tokens say.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::keyring::{Keyring, Purpose, TokenError};
use super::session::SessionHash;
use crate::limits::TICKET_LEEWAY_MS;
use crate::wire::{Id128, bytes64};

/// Entry to one room on one backend, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// The room, in its normal form.
    pub room: String,
    /// The run of the backend that it is for: another process does not know the room.
    pub run: u64,
    /// The run of the router that issued it.
    pub router: u64,
    /// The owner's term.
    pub epoch: u64,
    /// Whose it is.
    pub session: SessionHash,
    /// Makes the ticket unique, so that it is accepted once.
    pub nonce: Id128,
    /// When it ends, in milliseconds since 1970.
    pub expires: u64,
}

/// A ticket on its way through a browser to a backend of another host, which gets no cookie of the
/// site. Sealed: it names the session, which no script may read.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pass {
    /// The ticket.
    pub ticket: Ticket,
    /// Whose it is.
    #[serde(with = "bytes64")]
    pub session: [u8; 16],
    /// The page's origin, which the router has checked; none of a client that is no browser.
    pub origin: Option<String>,
}

/// The right to upload to one room's files and to preview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The room, as the file server knows it.
    pub owner: Id128,
    /// Whose it is.
    pub session: SessionHash,
    /// Bytes of one upload.
    pub bytes_max: u64,
    /// When it ends, in milliseconds since 1970.
    pub expires: u64,
}

/// What the file server says of an upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileDescriptor {
    /// The room whose file it is.
    pub owner: Id128,
    /// Its unguessable id.
    pub id: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// Its sniffed media type.
    pub media_type: Arc<str>,
    /// Its size in bytes.
    pub size: u64,
    /// Width and height in pixels, of an image.
    pub dimensions: Option<(u32, u32)>,
    /// The id of its thumbnail, of an image.
    pub thumbnail: Option<Arc<str>>,
    /// Whether it was drawn in the room.
    pub drawing: bool,
    /// Until when it may be posted, in milliseconds since 1970.
    pub expires: u64,
}

/// What the file server says of a preview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewDescriptor {
    /// The room whose preview it is.
    pub owner: Id128,
    /// Its unguessable id.
    pub id: Arc<str>,
    /// The address.
    pub url: Arc<str>,
    /// The page's title.
    pub title: Arc<str>,
    /// The page's description; may be empty.
    pub description: Arc<str>,
    /// Its picture.
    pub image: Option<ImageDescriptor>,
    /// Until when it may be posted, in milliseconds since 1970.
    pub expires: u64,
}

/// The picture of a preview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageDescriptor {
    /// Its unguessable id.
    pub id: Arc<str>,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
}

/// What restores a room whose owner has lost it. Sealed: it names the creator's session.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keep {
    /// The room, in its normal form.
    pub room: String,
    /// The life that it was given in.
    pub incarnation: Id128,
    /// The creator's session.
    #[serde(with = "bytes64")]
    pub creator: [u8; 16],
    /// The password's verifier.
    pub proof: Option<Proof>,
    /// When it ends, in milliseconds since 1970.
    pub expires: u64,
}

/// A salted password hash.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// The salt.
    #[serde(with = "bytes64")]
    pub salt: [u8; 16],
    /// The hash.
    #[serde(with = "bytes64")]
    pub hash: [u8; 32],
}

/// Implements signing and verification with an expiry.
macro_rules! signed {
    ($type:ty, $purpose:expr, $leeway:expr) => {
        impl $type {
            /// The token.
            pub fn sign(&self, keys: &Keyring) -> String {
                keys.sign($purpose, self)
            }

            /// What a token says, at `now` milliseconds since 1970.
            ///
            /// # Errors
            /// The token is malformed, forged or expired.
            pub fn verify(keys: &Keyring, token: &str, now: u64) -> Result<Self, TokenError> {
                let value: Self = keys.verify($purpose, token)?;
                if value.expires.saturating_add($leeway) < now {
                    return Err(TokenError::Expired);
                }
                Ok(value)
            }
        }
    };
}

signed!(Ticket, Purpose::Ticket, TICKET_LEEWAY_MS);
signed!(Grant, Purpose::Grant, TICKET_LEEWAY_MS);
signed!(FileDescriptor, Purpose::File, 0);
signed!(PreviewDescriptor, Purpose::Preview, 0);

impl Pass {
    /// The sealed value. `nonce` is random and never used twice.
    pub fn seal(&self, keys: &Keyring, nonce: [u8; 12]) -> String {
        keys.seal(Purpose::Pass, nonce, self)
    }

    /// What a sealed value says, at `now` milliseconds since 1970.
    ///
    /// # Errors
    /// The value is malformed, forged or expired.
    pub fn open(keys: &Keyring, token: &str, now: u64) -> Result<Self, TokenError> {
        let pass: Self = keys.open(Purpose::Pass, token)?;
        if pass.ticket.expires.saturating_add(TICKET_LEEWAY_MS) < now {
            return Err(TokenError::Expired);
        }
        Ok(pass)
    }
}

impl Keep {
    /// The sealed value. `nonce` is random and never used twice.
    pub fn seal(&self, keys: &Keyring, nonce: [u8; 12]) -> String {
        keys.seal(Purpose::Keep, nonce, self)
    }

    /// What a sealed value says, at `now` milliseconds since 1970.
    ///
    /// # Errors
    /// The value is malformed, forged or expired.
    pub fn open(keys: &Keyring, token: &str, now: u64) -> Result<Self, TokenError> {
        let keep: Self = keys.open(Purpose::Keep, token)?;
        if keep.expires < now {
            return Err(TokenError::Expired);
        }
        Ok(keep)
    }
}
