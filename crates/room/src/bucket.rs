//! A token bucket in one number: the moment at which it will be full again.
//!
//! A refused attempt changes nothing, so replaying only what was accepted gives the same bucket.

use crate::ids::UnixMillis;
use crate::limits::Rate;

/// Tokens of one kind. The default is a full bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bucket {
    /// When it is full again; any time in the past means full.
    pub(crate) full_at: UnixMillis,
}

impl Bucket {
    /// Milliseconds until a token can be taken; 0 when one is there.
    pub(crate) fn wait_ms(self, now: UnixMillis, rate: Rate) -> u64 {
        let capacity = capacity_ms(rate);
        // More than a whole bucket is owed only if the clock went back.
        let owed = self.full_at.since(now).min(capacity);
        owed.saturating_add(rate.refill_ms).saturating_sub(capacity)
    }

    /// Takes a token, or what is left of one.
    pub(crate) fn take(&mut self, now: UnixMillis, rate: Rate) {
        let owed = self.full_at.since(now).saturating_add(rate.refill_ms);
        self.full_at = now.plus(owed.min(capacity_ms(rate)));
    }
}

/// Milliseconds in which an empty bucket fills.
fn capacity_ms(rate: Rate) -> u64 {
    rate.refill_ms.saturating_mul(u64::from(rate.burst))
}
