//! How single values stand on the wire: members, times, random ids.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

/// A member: `m` and its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(test, derive(ts_rs::TS), ts(type = "string"))]
pub struct Member(pub u64);

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "m{}", self.0)
    }
}

impl Serialize for Member {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer, "a member: m and a number", |s| {
            let member = s.strip_prefix('m')?.parse().ok().map(Self)?;
            (member.to_string() == s).then_some(member)
        })
    }
}

/// A time: RFC 3339 in UTC with milliseconds. On the wire it ends with the year 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(test, derive(ts_rs::TS), ts(type = "string"))]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// The last millisecond of the year 9999, the last that RFC 3339 can say.
    pub const MAX: Self = Self(253_402_300_799_999);

    fn digits(self) -> [u8; 24] {
        let ms = self.min(Self::MAX).0;
        let at = OffsetDateTime::UNIX_EPOCH + Duration::milliseconds(ms.cast_signed());
        let (year, month, day) = at.to_calendar_date();
        let (hour, minute, second, ms) = at.to_hms_milli();
        let mut text = *b"0000-00-00T00:00:00.000Z";
        put(&mut text[..4], year.unsigned_abs());
        put(&mut text[5..7], u8::from(month).into());
        put(&mut text[8..10], day.into());
        put(&mut text[11..13], hour.into());
        put(&mut text[14..16], minute.into());
        put(&mut text[17..19], second.into());
        put(&mut text[20..23], ms.into());
        text
    }
}

impl fmt::Display for Timestamp {
    /// Never fails, as encoding a frame must not.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.digits()).unwrap_or_default())
    }
}

impl Serialize for Timestamp {
    /// Every event has one: without the machinery of formatting it costs a fifth.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(std::str::from_utf8(&self.digits()).unwrap_or_default())
    }
}

/// Writes a number into all of a place, with leading zeros.
fn put(place: &mut [u8], mut number: u32) {
    for digit in place.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer, "a time of RFC 3339", |s| {
            let at = OffsetDateTime::parse(s, &Rfc3339).ok()?;
            u64::try_from(at.unix_timestamp_nanos() / 1_000_000).ok().map(Self)
        })
    }
}

/// 128 bits in base64url without padding: an incarnation, a session's hash, an owner's id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(test, derive(ts_rs::TS), ts(type = "string"))]
pub struct Id128(pub [u8; 16]);

impl fmt::Display for Id128 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for Id128 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for Id128 {
    type Err = NotAnId;

    fn from_str(s: &str) -> Result<Self, NotAnId> {
        if s.len() != 22 {
            return Err(NotAnId);
        }
        let bytes = URL_SAFE_NO_PAD.decode(s).map_err(|_| NotAnId)?;
        bytes.try_into().map(Self).map_err(|_| NotAnId)
    }
}

/// A text is not 22 characters of base64url.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not 22 characters of base64url")]
pub struct NotAnId;

impl Serialize for Id128 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Id128 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer, "22 characters of base64url", |s| s.parse().ok())
    }
}

/// A fixed number of bytes in base64url without padding.
pub mod bytes64 {
    use super::*;

    /// Writes the bytes.
    pub fn serialize<S: Serializer>(
        bytes: &impl AsRef<[u8]>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(bytes.as_ref()))
    }

    /// Reads the bytes of a fixed length.
    pub fn deserialize<'de, D: Deserializer<'de>, const N: usize>(
        deserializer: D,
    ) -> Result<[u8; N], D::Error> {
        text(deserializer, "base64url of the right length", |s| {
            URL_SAFE_NO_PAD.decode(s).ok()?.try_into().ok()
        })
    }
}

/// Reads a value from a string.
fn text<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    expected: &'static str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<T, D::Error> {
    struct Text<F>(&'static str, F);
    impl<T, F: Fn(&str) -> Option<T>> Visitor<'_> for Text<F> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }

        fn visit_str<E: Error>(self, s: &str) -> Result<T, E> {
            (self.1)(s).ok_or_else(|| E::invalid_value(serde::de::Unexpected::Other("text"), &self))
        }
    }
    deserializer.deserialize_str(Text(expected, parse))
}

#[cfg(test)]
mod tests;
