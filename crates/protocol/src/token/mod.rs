//! Signed and sealed values: sessions, tickets, grants, descriptors, keeps.
//!
//! Every token is `key-id.payload.mac` in base64url, signed for one purpose, so that no token can
//! be used as another. A sealed value is encrypted besides, as its content is secret.

mod contents;
mod keyring;
mod session;

#[cfg(test)]
mod tests;

pub use contents::{
    FileDescriptor, Grant, ImageDescriptor, Keep, Pass, PreviewDescriptor, Proof, Ticket,
};
pub use keyring::{Keyring, Purpose, TokenError, WeakSecret};
pub use session::{Session, SessionHash};
