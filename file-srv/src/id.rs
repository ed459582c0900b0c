//! What a file is called: the number of the server that took it, and 128 random bits.

use std::fmt;
use std::str::FromStr;

use protocol::wire::Id128;
use serde::{Deserialize, Serialize};

/// The number of a file server, 1 to 99. No two of a fleet have the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Number(u8);

impl Number {
    /// The first, which is also the only one where there is one file server.
    pub const FIRST: Self = Self(1);
}

impl Default for Number {
    fn default() -> Self {
        Self::FIRST
    }
}

/// A number that no file server has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the number of a file server is 1 to 99")]
pub struct NotANumber;

impl TryFrom<u8> for Number {
    type Error = NotANumber;

    fn try_from(number: u8) -> Result<Self, NotANumber> {
        if (1..=99).contains(&number) { Ok(Self(number)) } else { Err(NotANumber) }
    }
}

impl From<Number> for u8 {
    fn from(number: Number) -> Self {
        number.0
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}", self.0)
    }
}

/// The id of a file: two digits and 22 characters of base64url, by which the edge finds the
/// server that has it. Files of the first version have no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FileId {
    number: Option<Number>,
    random: Id128,
}

impl FileId {
    /// An id for a new file.
    pub(crate) fn new(number: Number, random: Id128) -> Self {
        Self { number: Some(number), random }
    }

    /// Whose file it is; none where the id is of the first version.
    pub(crate) fn number(self) -> Option<Number> {
        self.number
    }
}

impl fmt::Display for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number.map_or(Ok(()), |number| number.fmt(f))?;
        self.random.fmt(f)
    }
}

/// A text is no id of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the id of a file")]
pub(crate) struct NotAFileId;

impl FromStr for FileId {
    type Err = NotAFileId;

    fn from_str(text: &str) -> Result<Self, NotAFileId> {
        if let Ok(random) = text.parse() {
            return Ok(Self { number: None, random });
        }
        let (digits, random) = text.split_at_checked(2).ok_or(NotAFileId)?;
        let digits = Some(digits).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        let number = digits.and_then(|digits| digits.parse::<u8>().ok()).ok_or(NotAFileId)?;
        let number = Number::try_from(number).map_err(|_| NotAFileId)?;
        Ok(Self { number: Some(number), random: random.parse().map_err(|_| NotAFileId)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_begins_with_two_digits() {
        let id = FileId::new(Number(7), Id128([1; 16]));
        assert_eq!(id.to_string(), "07AQEBAQEBAQEBAQEBAQEBAQ");
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn an_id_of_the_first_version_has_no_number() {
        // It may begin with digits all the same: its length tells.
        let text = "42EBAQEBAQEBAQEBAQEBAQ";
        let id: FileId = text.parse().unwrap();
        assert_eq!((id.number(), id.to_string().as_str()), (None, text));
    }

    #[test]
    fn nothing_else_is_an_id() {
        for text in [
            "",
            "0",
            "€",
            "00AQEBAQEBAQEBAQEBAQEBAQ",
            "+1AQEBAQEBAQEBAQEBAQEBAQ",
            "7AQEBAQEBAQEBAQEBAQEBAQ",
            "007AQEBAQEBAQEBAQEBAQEBAQ",
            "07AQEBAQEBAQEBAQEBAQEBA!",
            "07AQEBAQEBAQEBAQEBAQEBAR",
        ] {
            assert_eq!(text.parse::<FileId>(), Err(NotAFileId), "{text}");
        }
        assert!(Number::try_from(0).is_err() && Number::try_from(100).is_err());
    }
}
