//! The fleet's secrets: one signs, the one before it still verifies.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use hmac::{Hmac, Mac};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::limits::TOKEN_BYTES_MAX;

/// What a token is for. Each purpose has a key of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A browser's identity.
    Session,
    /// A browser's identity that was given under TLS.
    SecureSession,
    /// Entry to one room on one backend.
    Ticket,
    /// The right to upload and to preview.
    Grant,
    /// The content of an upload.
    File,
    /// The content of a preview.
    Preview,
    /// What restores a lost room.
    Keep,
    /// A session's hash.
    SessionHash,
    /// A ticket on its way through a browser.
    Pass,
    /// A call of one process of the fleet to another.
    Fleet,
    /// The answer to such a call.
    FleetAnswer,
}

impl Purpose {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Session => b"instantchat/1/session",
            Self::SecureSession => b"instantchat/1/secure-session",
            Self::Ticket => b"instantchat/1/ticket",
            Self::Grant => b"instantchat/1/grant",
            Self::File => b"instantchat/1/file",
            Self::Preview => b"instantchat/1/preview",
            Self::Keep => b"instantchat/1/keep",
            Self::SessionHash => b"instantchat/1/session-hash",
            Self::Pass => b"instantchat/1/pass",
            Self::Fleet => b"instantchat/1/fleet",
            Self::FleetAnswer => b"instantchat/1/fleet-answer",
        }
    }
}

/// A fleet secret is too short to be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a fleet secret has at least {} characters", Keyring::SECRET_BYTES_MIN)]
pub struct WeakSecret;

/// Why a token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is not of the form of a token, or signed with an unknown key.
    #[error("malformed or of an unknown key")]
    Malformed,
    /// The signature does not verify.
    #[error("the signature does not verify")]
    Forged,
    /// Its time is over.
    #[error("expired")]
    Expired,
}

/// The secrets in force.
#[derive(Clone)]
pub struct Keyring {
    signing: Secret,
    previous: Option<Secret>,
}

#[derive(Clone)]
struct Secret {
    id: String,
    bytes: Vec<u8>,
}

impl Keyring {
    /// The fewest bytes of a secret.
    pub const SECRET_BYTES_MIN: usize = 32;

    /// A keyring of the secret that signs and of the one before it.
    ///
    /// # Errors
    /// A secret of fewer than 32 bytes.
    pub fn new(secret: &[u8], previous: Option<&[u8]>) -> Result<Self, WeakSecret> {
        let previous = previous.map(Secret::new).transpose()?;
        Ok(Self { signing: Secret::new(secret)?, previous })
    }

    /// The public name of the key that signs.
    pub fn key_id(&self) -> &str {
        &self.signing.id
    }

    /// A token of these bytes.
    pub fn sign_bytes(&self, purpose: Purpose, payload: &[u8]) -> String {
        let body = URL_SAFE_NO_PAD.encode(payload);
        let mac = self.signing.mac(purpose, payload).finalize().into_bytes();
        format!("{}.{body}.{}", self.signing.id, URL_SAFE_NO_PAD.encode(mac))
    }

    /// The bytes of a token.
    ///
    /// # Errors
    /// The token is malformed or forged.
    pub fn verify_bytes(&self, purpose: Purpose, token: &str) -> Result<Vec<u8>, TokenError> {
        let (secret, body, mac) = self.split(token)?;
        let payload = decode(body)?;
        secret
            .mac(purpose, &payload)
            .verify_slice(&decode(mac)?)
            .map_err(|_| TokenError::Forged)?;
        Ok(payload)
    }

    /// A token of this value.
    pub fn sign(&self, purpose: Purpose, value: &impl Serialize) -> String {
        let payload = serde_json::to_vec(value).expect("a token has string keys only");
        self.sign_bytes(purpose, &payload)
    }

    /// The value of a token.
    ///
    /// # Errors
    /// The token is malformed or forged.
    pub fn verify<T: DeserializeOwned>(
        &self,
        purpose: Purpose,
        token: &str,
    ) -> Result<T, TokenError> {
        let payload = self.verify_bytes(purpose, token)?;
        serde_json::from_slice(&payload).map_err(|_| TokenError::Malformed)
    }

    /// A token that only the fleet can read. `nonce` is random and never used twice.
    pub fn seal(&self, purpose: Purpose, nonce: [u8; 12], value: &impl Serialize) -> String {
        let plain = serde_json::to_vec(value).expect("a token has string keys only");
        let sealed = self
            .signing
            .cipher(purpose)
            .encrypt(&Nonce::from(nonce), Payload { msg: &plain, aad: purpose.label() })
            .expect("a token is far smaller than the cipher's limit");
        let (nonce, body) = (URL_SAFE_NO_PAD.encode(nonce), URL_SAFE_NO_PAD.encode(sealed));
        format!("{}.{nonce}.{body}", self.signing.id)
    }

    /// The value of a sealed token.
    ///
    /// # Errors
    /// The token is malformed or forged.
    pub fn open<T: DeserializeOwned>(
        &self,
        purpose: Purpose,
        token: &str,
    ) -> Result<T, TokenError> {
        let (secret, nonce, body) = self.split(token)?;
        let nonce: [u8; 12] = decode(nonce)?.try_into().map_err(|_| TokenError::Malformed)?;
        let sealed = decode(body)?;
        let plain = secret
            .cipher(purpose)
            .decrypt(&Nonce::from(nonce), Payload { msg: &sealed, aad: purpose.label() })
            .map_err(|_| TokenError::Forged)?;
        serde_json::from_slice(&plain).map_err(|_| TokenError::Malformed)
    }

    /// A keyed hash that says nothing about the bytes. It is the signing key's: after a rotation
    /// the hashes of living tokens differ, so [`Keyring::hash_matches`] asks both keys.
    pub(super) fn hash(&self, purpose: Purpose, bytes: &[u8]) -> [u8; 16] {
        self.signing.hash(purpose, bytes)
    }

    /// Whether one of the keys hashes the bytes to this value.
    pub(super) fn hash_matches(&self, purpose: Purpose, bytes: &[u8], hash: &[u8; 16]) -> bool {
        let matches = |secret: &Secret| {
            bool::from(subtle::ConstantTimeEq::ct_eq(&secret.hash(purpose, bytes)[..], &hash[..]))
        };
        matches(&self.signing) || self.previous.as_ref().is_some_and(matches)
    }

    /// The key of a token and its two parts.
    fn split<'t>(&self, token: &'t str) -> Result<(&Secret, &'t str, &'t str), TokenError> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(TokenError::Malformed);
        }
        let mut parts = token.split('.');
        let (Some(id), Some(first), Some(second), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(TokenError::Malformed);
        };
        let known = [Some(&self.signing), self.previous.as_ref()];
        let secret = known.into_iter().flatten().find(|secret| secret.id == id);
        Ok((secret.ok_or(TokenError::Malformed)?, first, second))
    }
}

impl Secret {
    fn new(bytes: &[u8]) -> Result<Self, WeakSecret> {
        if bytes.len() < Keyring::SECRET_BYTES_MIN {
            return Err(WeakSecret);
        }
        let digest = Sha256::new().chain_update(b"instantchat/1/key-id").chain_update(bytes);
        let id = URL_SAFE_NO_PAD.encode(&digest.finalize()[..4]);
        Ok(Self { id, bytes: bytes.to_vec() })
    }

    /// The key of one purpose.
    fn key(&self, purpose: Purpose) -> [u8; 32] {
        let mut mac = hmac_of(&self.bytes);
        mac.update(purpose.label());
        mac.finalize().into_bytes().into()
    }

    fn mac(&self, purpose: Purpose, payload: &[u8]) -> Hmac<Sha256> {
        let mut mac = hmac_of(&self.key(purpose));
        mac.update(payload);
        mac
    }

    fn hash(&self, purpose: Purpose, bytes: &[u8]) -> [u8; 16] {
        let full: [u8; 32] = self.mac(purpose, bytes).finalize().into_bytes().into();
        let mut hash = [0; 16];
        hash.copy_from_slice(&full[..16]);
        hash
    }

    fn cipher(&self, purpose: Purpose) -> ChaCha20Poly1305 {
        ChaCha20Poly1305::new(&self.key(purpose).into())
    }
}

fn hmac_of(key: &[u8]) -> Hmac<Sha256> {
    <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length")
}

fn decode(part: &str) -> Result<Vec<u8>, TokenError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenError::Malformed)
}
