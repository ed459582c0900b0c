//! Single values of a scenario, each within bounds that make sense.

use std::time::Duration;

use serde::Deserialize;

/// The longest span: a day.
const SPAN_MAX: Duration = Duration::from_secs(24 * 60 * 60);
/// Events in a second.
const RATE_MAX: f64 = 100_000.0;

/// A span of time: `500ms`, `10s`, `2m`, `1h`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Span(pub Duration);

impl Span {
    /// So many milliseconds.
    pub const fn ms(ms: u64) -> Self {
        Self(Duration::from_millis(ms))
    }

    /// In microseconds, in which plans are made.
    pub fn micros(self) -> u64 {
        u64::try_from(self.0.as_micros()).unwrap_or(u64::MAX)
    }
}

impl TryFrom<String> for Span {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a span of time like 500ms, 10s, 2m or 1h");
        let digits = text.find(|letter: char| !letter.is_ascii_digit()).ok_or_else(wrong)?;
        let (number, unit) = text.split_at(digits);
        let number: u64 = number.parse().map_err(|_| wrong())?;
        let ms = match unit.trim() {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            _ => return Err(wrong()),
        };
        let span = Duration::from_millis(number.saturating_mul(ms));
        if span > SPAN_MAX {
            return Err(format!("`{text}` is longer than a day"));
        }
        Ok(Self(span))
    }
}

/// A part of a whole, from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Deserialize)]
#[serde(try_from = "f64")]
pub struct Share(pub f64);

impl TryFrom<f64> for Share {
    type Error = String;

    fn try_from(share: f64) -> Result<Self, String> {
        if (0.0..=1.0).contains(&share) {
            return Ok(Self(share));
        }
        Err(format!("{share} is not a share from 0 to 1"))
    }
}

/// How often something happens, in events per second or per minute, as the key says.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Deserialize)]
#[serde(try_from = "f64")]
pub struct Frequency(pub f64);

impl TryFrom<f64> for Frequency {
    type Error = String;

    fn try_from(rate: f64) -> Result<Self, String> {
        if rate > 0.0 && rate <= RATE_MAX {
            return Ok(Self(rate));
        }
        Err(format!("{rate} is not a rate above 0 and up to {RATE_MAX}"))
    }
}

/// A whole number from 1 to `MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "u64")]
pub struct Count<const MAX: u64>(pub u32);

impl<const MAX: u64> TryFrom<u64> for Count<MAX> {
    type Error = String;

    fn try_from(count: u64) -> Result<Self, String> {
        match u32::try_from(count) {
            Ok(small) if count >= 1 && count <= MAX => Ok(Self(small)),
            _ => Err(format!("{count} is not from 1 to {MAX}")),
        }
    }
}
