//! What proves that a question and its answer are of this fleet: both are signed, and the answer
//! names the question.

use protocol::token::{Keyring, Purpose, TokenError};
use protocol::wire::{Id128, bytes64};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The header of a question.
pub(crate) const QUESTION_HEADER: &str = "instantchat-fleet";
/// The header of its answer.
pub(crate) const ANSWER_HEADER: &str = "instantchat-fleet-answer";

/// What is signed of a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Question {
    /// The method of HTTP.
    pub(crate) method: String,
    /// The path.
    pub(crate) path: String,
    /// SHA-256 of the body.
    #[serde(with = "bytes64")]
    pub(crate) digest: [u8; 32],
    /// When it was signed, in milliseconds since 1970.
    pub(crate) unix: u64,
    /// Makes it unique.
    pub(crate) nonce: Id128,
}

/// What is signed of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sealed {
    /// The question's nonce.
    pub(crate) nonce: Id128,
    /// The status of HTTP.
    pub(crate) status: u16,
    /// SHA-256 of the body.
    #[serde(with = "bytes64")]
    pub(crate) digest: [u8; 32],
}

impl Question {
    /// The value of the header.
    pub(crate) fn sign(&self, keys: &Keyring) -> String {
        keys.sign(Purpose::Fleet, self)
    }

    /// What a header says.
    pub(crate) fn verify(keys: &Keyring, header: &str) -> Result<Self, TokenError> {
        keys.verify(Purpose::Fleet, header)
    }
}

impl Sealed {
    /// The value of the header.
    pub(crate) fn sign(&self, keys: &Keyring) -> String {
        keys.sign(Purpose::FleetAnswer, self)
    }

    /// What a header says.
    pub(crate) fn verify(keys: &Keyring, header: &str) -> Result<Self, TokenError> {
        keys.verify(Purpose::FleetAnswer, header)
    }
}

/// SHA-256 of a body.
pub(crate) fn digest(body: &[u8]) -> [u8; 32] {
    Sha256::digest(body).into()
}
