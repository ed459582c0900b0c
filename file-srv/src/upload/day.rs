//! How much one address uploads in a day: a bucket that holds a day's bytes and fills in a day.

use std::net::IpAddr;

use service::rate::{ADDRESSES_MAX, AddressBuckets, Rate};

use super::error::UploadError;

/// Bytes of one token: a bucket counts in tokens of 32 bits.
const TOKEN_BYTES: u64 = 1 << 10;
const DAY_MS: u64 = 24 * 60 * 60_000;

/// The buckets of all addresses.
pub(super) struct Days(AddressBuckets);

/// What one upload takes of its address's day.
pub(super) struct Day<'d> {
    days: &'d Days,
    address: IpAddr,
    /// Bytes that came and are not a whole token yet.
    rest: u64,
}

impl Days {
    pub(super) fn new(bytes_max: u64) -> Self {
        let burst = u32::try_from(bytes_max / TOKEN_BYTES).unwrap_or(u32::MAX).max(1);
        let refill_ms = (DAY_MS / u64::from(burst)).max(1);
        Self(AddressBuckets::new(Rate { burst, refill_ms }, ADDRESSES_MAX))
    }

    pub(super) fn of(&self, address: IpAddr) -> Day<'_> {
        Day { days: self, address, rest: 0 }
    }
}

impl Day<'_> {
    /// Takes bytes. What an upload has taken stays taken when it fails: it was carried.
    pub(super) fn take(&mut self, bytes: u64, now: u64) -> Result<(), UploadError> {
        self.rest += bytes;
        let tokens = u32::try_from(self.rest / TOKEN_BYTES).unwrap_or(u32::MAX);
        self.rest %= TOKEN_BYTES;
        if tokens == 0 {
            return Ok(());
        }
        self.days.0.take(self.address, now, tokens).map_err(UploadError::AddressDay)
    }
}
