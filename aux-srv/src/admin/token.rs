//! The operator's token: from the environment, never a placeholder, compared in constant time.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The variable with the token.
pub const TOKEN_VARIABLE: &str = "ADMIN_TOKEN";
/// The fewest characters of a token.
const TOKEN_CHARS_MIN: usize = 32;
/// What the shipped placeholders contain.
const PLACEHOLDER: &str = "change-me";

/// Why a token is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakToken {
    /// It is too short.
    #[error("{TOKEN_VARIABLE} has fewer than {TOKEN_CHARS_MIN} characters")]
    Short,
    /// It is the one that the shipped files show.
    #[error("{TOKEN_VARIABLE} is the placeholder of the shipped files: make one of your own")]
    Placeholder,
}

/// What opens the door. Only its hash is kept.
#[derive(Clone)]
pub struct AdminToken([u8; 32]);

impl AdminToken {
    /// A token of this text.
    ///
    /// # Errors
    /// It is short, or a placeholder.
    pub fn new(text: &str) -> Result<Self, WeakToken> {
        if text.to_lowercase().contains(PLACEHOLDER) {
            return Err(WeakToken::Placeholder);
        }
        if text.chars().count() < TOKEN_CHARS_MIN {
            return Err(WeakToken::Short);
        }
        Ok(Self(hash(text)))
    }

    /// The token of the environment; none when the variable is not set or empty.
    ///
    /// # Errors
    /// It is short, or a placeholder.
    pub fn from_environment() -> Result<Option<Self>, WeakToken> {
        let text = std::env::var(TOKEN_VARIABLE).ok().filter(|text| !text.is_empty());
        text.as_deref().map(Self::new).transpose()
    }

    /// Whether this is the token. The time tells nothing of how much of it is right.
    pub(super) fn is(&self, text: &str) -> bool {
        self.0.ct_eq(&hash(text)).into()
    }
}

fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_tokens_and_placeholders_are_refused() {
        assert_eq!(AdminToken::new(&"x".repeat(31)).err(), Some(WeakToken::Short));
        assert_eq!(AdminToken::new("").err(), Some(WeakToken::Short));
        let placeholder = "Change-Me-to-a-long-random-text-of-your-own";
        assert_eq!(AdminToken::new(placeholder).err(), Some(WeakToken::Placeholder));
        assert!(AdminToken::new(&"x".repeat(32)).is_ok());
    }

    #[test]
    fn only_the_token_is_the_token() {
        let token = AdminToken::new(&"x".repeat(40)).unwrap();
        assert!(token.is(&"x".repeat(40)));
        for wrong in ["", "x", &"x".repeat(39), &"x".repeat(41), &"X".repeat(40)] {
            assert!(!token.is(wrong), "{wrong}");
        }
    }
}
