//! What one address may do: token buckets and counts, in tables of bounded size.
//!
//! An IPv4 address stands for itself, an IPv6 address for its /64, with a second bucket, four
//! times as large, for its /48, since whoever has one /64 often has many.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// Addresses in one table at most.
pub const ADDRESSES_MAX: usize = 100_000;
/// How much larger the bucket of a /48 is.
const SITE_FACTOR: u32 = 4;

/// A token bucket: `burst` tokens at most, one more every `refillMs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rate {
    /// Tokens of a full bucket.
    pub burst: u32,
    /// Milliseconds until a token is back.
    pub refill_ms: u64,
}

/// One bucket. A new one is full.
#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    /// The time at which the bucket will be full again, which is all there is to know.
    full_at: u64,
}

impl Bucket {
    /// A full bucket.
    pub fn full() -> Self {
        Self { full_at: 0 }
    }

    /// Takes tokens, or says in how many milliseconds there will be enough. More tokens than
    /// the bucket holds are never there: the time until it is full is told.
    ///
    /// # Errors
    /// There are not enough tokens.
    pub fn take(&mut self, rate: Rate, now: u64, tokens: u32) -> Result<(), u64> {
        let span = rate.refill_ms.saturating_mul(u64::from(rate.burst));
        let cost = rate.refill_ms.saturating_mul(u64::from(tokens));
        let full_at = self.full_at.max(now).saturating_add(cost);
        let latest = now.saturating_add(span);
        if full_at > latest {
            return Err(full_at - latest);
        }
        self.full_at = full_at;
        Ok(())
    }

    /// Gives tokens back.
    pub fn give_back(&mut self, rate: Rate, tokens: u32) {
        let cost = rate.refill_ms.saturating_mul(u64::from(tokens));
        self.full_at = self.full_at.saturating_sub(cost);
    }

    /// Whether the bucket is full, so that forgetting it changes nothing.
    pub fn is_full(&self, now: u64) -> bool {
        self.full_at <= now
    }
}

/// A bucket per address.
#[derive(Debug)]
pub struct AddressBuckets {
    rate: Rate,
    addresses_max: usize,
    buckets: Mutex<HashMap<Network, Bucket>>,
}

/// What shares a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Network {
    /// An IPv4 address, or the /64 of an IPv6 address.
    Line(IpAddr),
    /// The /48 of an IPv6 address.
    Site(Ipv6Addr),
}

impl AddressBuckets {
    /// An empty table.
    pub fn new(rate: Rate, addresses_max: usize) -> Self {
        Self { rate, addresses_max, buckets: Mutex::default() }
    }

    /// Takes tokens of an address. A full table refuses addresses that it does not know: an
    /// attacker who owns that many addresses does not get free rein by filling it.
    ///
    /// # Errors
    /// There are not enough tokens; the value is the milliseconds until there are.
    pub fn take(&self, address: IpAddr, now: u64, tokens: u32) -> Result<(), u64> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let (line, site) = networks(address);
        let wanted = 1 + usize::from(site.is_some());
        if buckets.len() + wanted > self.addresses_max && !buckets.contains_key(&line) {
            buckets.retain(|_, bucket| !bucket.is_full(now));
            if buckets.len() + wanted > self.addresses_max {
                return Err(self.rate.refill_ms.max(1_000));
            }
        }
        buckets.entry(line).or_insert_with(Bucket::full).take(self.rate, now, tokens)?;
        let Some(site) = site else { return Ok(()) };
        let taken =
            buckets.entry(site).or_insert_with(Bucket::full).take(self.site_rate(), now, tokens);
        if taken.is_err() {
            buckets.entry(line).and_modify(|bucket| bucket.give_back(self.rate, tokens));
        }
        taken
    }

    /// Gives tokens back, for what turned out to cost nothing.
    pub fn give_back(&self, address: IpAddr, tokens: u32) {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let (line, site) = networks(address);
        buckets.entry(line).and_modify(|bucket| bucket.give_back(self.rate, tokens));
        if let Some(site) = site {
            buckets.entry(site).and_modify(|bucket| bucket.give_back(self.site_rate(), tokens));
        }
    }

    /// Addresses in the table.
    pub fn len(&self) -> usize {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Whether the table is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn site_rate(&self) -> Rate {
        Rate {
            burst: self.rate.burst.saturating_mul(SITE_FACTOR),
            refill_ms: (self.rate.refill_ms / u64::from(SITE_FACTOR)).max(1),
        }
    }
}

/// How many of something an address has at once.
#[derive(Debug)]
pub struct AddressCounts {
    each_max: u32,
    addresses_max: usize,
    counts: Mutex<HashMap<Network, u32>>,
}

/// One of them, until it is dropped.
#[derive(Debug)]
pub struct Held {
    counts: Arc<AddressCounts>,
    address: IpAddr,
}

impl AddressCounts {
    /// An empty table.
    pub fn new(each_max: u32, addresses_max: usize) -> Arc<Self> {
        Arc::new(Self { each_max, addresses_max, counts: Mutex::default() })
    }

    /// One more of an address, unless it has as many as it may.
    pub fn enter(self: &Arc<Self>, address: IpAddr) -> Option<Held> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let (line, site) = networks(address);
        if counts.len() >= self.addresses_max && !counts.contains_key(&line) {
            return None;
        }
        let below = |network: Option<&Network>, max: u32| {
            network.is_none_or(|network| counts.get(network).is_none_or(|count| *count < max))
        };
        if !below(Some(&line), self.each_max)
            || !below(site.as_ref(), self.each_max.saturating_mul(SITE_FACTOR))
        {
            return None;
        }
        for network in [Some(line), site].into_iter().flatten() {
            *counts.entry(network).or_default() += 1;
        }
        Some(Held { counts: Arc::clone(self), address })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut counts = self.counts.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let (line, site) = networks(self.address);
        for network in [Some(line), site].into_iter().flatten() {
            if let Some(count) = counts.get_mut(&network) {
                *count -= 1;
                if *count == 0 {
                    counts.remove(&network);
                }
            }
        }
    }
}

/// The networks that an address belongs to. IPv4 in IPv6 notation is IPv4.
fn networks(address: IpAddr) -> (Network, Option<Network>) {
    let IpAddr::V6(v6) = address.to_canonical() else {
        return (Network::Line(address.to_canonical()), None);
    };
    let bits = v6.to_bits();
    let line = Ipv6Addr::from_bits(bits & (u128::MAX << 64));
    let site = Ipv6Addr::from_bits(bits & (u128::MAX << 80));
    (Network::Line(IpAddr::V6(line)), Some(Network::Site(site)))
}

#[cfg(test)]
mod tests;
