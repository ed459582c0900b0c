//! A browser's anonymous identity.

use std::fmt;

use super::keyring::{Keyring, Purpose, TokenError};
use crate::wire::Id128;

/// 128 random bits that stand for one browser. Whoever knows them is that browser, so they stand
/// in a signed HttpOnly cookie only and appear in no log.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Session(pub [u8; 16]);

/// A session's keyed hash, which other processes may see.
pub type SessionHash = Id128;

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Session(…)")
    }
}

impl Session {
    /// The cookie's value.
    pub fn sign(&self, keys: &Keyring) -> String {
        keys.sign_bytes(Purpose::Session, &self.0)
    }

    /// The session of a cookie's value.
    ///
    /// # Errors
    /// The value is malformed or forged.
    pub fn verify(keys: &Keyring, token: &str) -> Result<Self, TokenError> {
        let bytes = keys.verify_bytes(Purpose::Session, token)?;
        bytes.try_into().map(Self).map_err(|_| TokenError::Malformed)
    }

    /// The value of a cookie that is sent under TLS only. It is no value of the other cookie, which
    /// a neighbouring site could set: nobody is made to be somebody else.
    pub fn sign_secure(&self, keys: &Keyring) -> String {
        keys.sign_bytes(Purpose::SecureSession, &self.0)
    }

    /// The session of a cookie's value that was given under TLS.
    ///
    /// # Errors
    /// The value is malformed or forged.
    pub fn verify_secure(keys: &Keyring, token: &str) -> Result<Self, TokenError> {
        let bytes = keys.verify_bytes(Purpose::SecureSession, token)?;
        bytes.try_into().map(Self).map_err(|_| TokenError::Malformed)
    }

    /// What other tokens say instead of the session.
    pub fn hash(&self, keys: &Keyring) -> SessionHash {
        Id128(keys.hash(Purpose::SessionHash, &self.0))
    }

    /// Whether the hash is this session's, under the present secret or the one before.
    pub fn matches(&self, keys: &Keyring, hash: SessionHash) -> bool {
        keys.hash_matches(Purpose::SessionHash, &self.0, &hash.0)
    }
}
