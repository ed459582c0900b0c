//! When each peer is due for a heartbeat or for its end by silence: one order per room instead of
//! a timer per peer.

use std::collections::BTreeSet;

use room::PeerId;

/// Milliseconds to which times are rounded up, so that a large room wakes a few times a second
/// rather than once per peer.
const GRAIN_MS: u64 = 250;
/// An odd number that spreads consecutive peers over the interval.
const SPREAD: u64 = 0x9E37_79B9;

/// Peers by the time at which they are due.
#[derive(Debug, Default)]
pub(crate) struct Beats {
    due: BTreeSet<(u64, PeerId)>,
}

impl Beats {
    /// A new peer, due for the first time within one interval.
    pub(crate) fn enter(&mut self, peer: PeerId, now: u64, every_ms: u64) {
        let offset = peer.0.wrapping_mul(SPREAD) % every_ms.max(1);
        self.schedule(peer, now.saturating_add(offset));
    }

    /// A peer is due again.
    pub(crate) fn schedule(&mut self, peer: PeerId, at: u64) {
        self.due.insert((at.div_ceil(GRAIN_MS) * GRAIN_MS, peer));
    }

    /// The next time at which somebody is due.
    pub(crate) fn next(&self) -> Option<u64> {
        self.due.first().map(|(at, _)| *at)
    }

    /// Takes somebody who is due.
    pub(crate) fn take(&mut self, now: u64) -> Option<PeerId> {
        let (at, peer) = *self.due.first()?;
        if at > now {
            return None;
        }
        self.due.pop_first();
        Some(peer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peers_are_spread_over_the_first_interval_and_none_is_later() {
        let mut beats = Beats::default();
        for peer in 0..1_000 {
            beats.enter(PeerId(peer), 1_000_000, 25_000);
        }
        let mut busiest = 0;
        for at in (1_000_000..=1_025_000).step_by(250) {
            let due = std::iter::from_fn(|| beats.take(at)).count();
            busiest = busiest.max(due);
        }
        assert_eq!(beats.next(), None);
        assert!(busiest < 40, "{busiest} of 1,000 peers at once");
    }

    #[test]
    fn nobody_is_due_before_the_time() {
        let mut beats = Beats::default();
        beats.schedule(PeerId(1), 2_001);
        assert_eq!(beats.next(), Some(2_250));
        assert_eq!(beats.take(2_249), None);
        assert_eq!(beats.take(2_250), Some(PeerId(1)));
    }
}
