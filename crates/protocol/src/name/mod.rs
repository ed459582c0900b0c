//! Names of rooms: one function normalises and checks them, everywhere.

mod characters;
mod reserved;
mod scripts;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization;

use characters::Class;

pub use reserved::RESERVED;

/// The name of a room in its normal form: NFC, lower case, trimmed, white space as `-`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoomName(Arc<str>);

/// Why a text is no room's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Fewer than 3 characters.
    #[error("a room's name has at least 3 characters")]
    TooShort,
    /// More than 100 characters.
    #[error("a room's name has at most 100 characters")]
    TooLong,
    /// A character that is no letter, no digit and none of the allowed signs.
    #[error("a room's name has letters, digits and ! @ $ * ( ) _ - , . ~ [ ] only")]
    BadCharacter,
    /// More than three marks on one letter, or a mark without one.
    #[error("a letter has at most three combining marks")]
    TooManyMarks,
    /// Letters of scripts that are not written together (UTS #39).
    #[error("the letters are of scripts that are not written together")]
    MixedScripts,
    /// A path of the site itself.
    #[error("the name is taken by the site itself")]
    Reserved,
}

/// Rounds of normalisation.
const ROUNDS_MAX: usize = 4;
/// Combining marks on one letter.
const MARKS_MAX: usize = 3;
/// Bytes of a text that is looked at at all: 100 characters, decomposed, fit well.
const INPUT_BYTES_MAX: usize = 2 << 10;

impl RoomName {
    /// The fewest characters of a name.
    pub const CHARS_MIN: usize = 3;
    /// The most characters of a name.
    pub const CHARS_MAX: usize = 100;

    /// The name that a text means.
    ///
    /// # Errors
    /// The text, after normalisation, breaks one of the rules of [`NameError`].
    pub fn parse(text: &str) -> Result<Self, NameError> {
        if text.len() > INPUT_BYTES_MAX {
            return Err(NameError::TooLong);
        }
        let name = normalise(text);
        let chars = name.chars().count();
        if chars < Self::CHARS_MIN {
            return Err(NameError::TooShort);
        }
        if chars > Self::CHARS_MAX {
            return Err(NameError::TooLong);
        }
        check_characters(&name)?;
        if !scripts::highly_restrictive(&name) {
            return Err(NameError::MixedScripts);
        }
        if reserved::is_reserved(&name) {
            return Err(NameError::Reserved);
        }
        Ok(Self(name.into()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name, shared.
    pub fn shared(&self) -> Arc<str> {
        Arc::clone(&self.0)
    }
}

impl fmt::Display for RoomName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The normal form: white space as `-`, full-width forms as ASCII, lower case, NFC. Lower case can
/// undo NFC, and NFC can bring back a letter that has a lower case, so both are repeated until
/// nothing changes, which takes two rounds.
fn normalise(text: &str) -> String {
    let mut name = text.split_whitespace().collect::<Vec<_>>().join("-");
    for _ in 0..ROUNDS_MAX {
        let narrow: String = name.nfc().map(characters::narrow).collect();
        let lower = without_second_dots(&narrow.to_lowercase());
        let next: String = lower.nfc().collect();
        if next == name {
            break;
        }
        name = next;
    }
    name
}

/// The lower case of the Turkish İ is an i with a second dot, which nobody sees or types. All
/// dots go at once, so that rounds of normalisation do not peel them off one by one.
fn without_second_dots(name: &str) -> String {
    let mut after_i = false;
    let is_kept = |c: &char| {
        let is_second_dot = after_i && *c == '\u{307}';
        after_i = *c == 'i' || is_second_dot;
        !is_second_dot
    };
    name.chars().filter(is_kept).collect()
}

/// Letters with up to three marks, digits, and the allowed signs.
fn check_characters(name: &str) -> Result<(), NameError> {
    // Marks that the next position may still have: none at the start or after a digit or a sign.
    let mut marks_left = 0;
    for c in name.chars() {
        match characters::class(c) {
            Class::Letter => marks_left = MARKS_MAX,
            Class::DigitOrSign => marks_left = 0,
            Class::Mark if marks_left > 0 => marks_left -= 1,
            Class::Mark => return Err(NameError::TooManyMarks),
            Class::Refused => return Err(NameError::BadCharacter),
        }
    }
    Ok(())
}
