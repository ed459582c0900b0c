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
        let needed = self.owed_ms(now, rate).saturating_add(rate.refill_ms);
        needed.saturating_sub(capacity_ms(rate))
    }

    /// Takes a token, or what is left of one.
    pub(crate) fn take(&mut self, now: UnixMillis, rate: Rate) {
        let owed = self.owed_ms(now, rate).saturating_add(rate.refill_ms);
        self.full_at = now.plus(owed.min(capacity_ms(rate)));
    }

    /// Milliseconds until it is full. More than a whole bucket is owed only if the clock went back;
    /// nobody is to wait until it has caught up, so that counts as full.
    fn owed_ms(self, now: UnixMillis, rate: Rate) -> u64 {
        let owed = self.full_at.since(now);
        if owed > capacity_ms(rate) { 0 } else { owed }
    }
}

/// Milliseconds in which an empty bucket fills.
fn capacity_ms(rate: Rate) -> u64 {
    rate.refill_ms.saturating_mul(u64::from(rate.burst))
}
