//! A refusal on its way to a client, whatever refused.

use protocol::ErrorCode;

/// Why something is not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    /// Why, for programs.
    pub(crate) code: ErrorCode,
    /// Why, for developers, without anything that the client wrote.
    pub(crate) detail: &'static str,
    /// Milliseconds until it may work.
    pub(crate) retry_after_ms: Option<u64>,
}

impl Refused {
    /// A refusal that waiting does not lift.
    pub(crate) const fn new(code: ErrorCode, detail: &'static str) -> Self {
        Self { code, detail, retry_after_ms: None }
    }

    /// Too much in too short a time.
    pub(crate) const fn rate_limited(retry_after_ms: u64) -> Self {
        Self {
            code: ErrorCode::RateLimited,
            detail: "too much in too short a time",
            retry_after_ms: Some(retry_after_ms),
        }
    }
}
