//! The time: of the system, or of a test.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970 that never go back: the system's time at the start, carried on by the
/// monotonic clock, so that a step of the system's time disturbs no order and no deadline.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System { start_ms: u64, started: Instant },
    Manual(Arc<AtomicU64>),
}

/// The hand on a test's clock.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<AtomicU64>);

impl Clock {
    /// The system's clock.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the time")]
    pub fn system() -> Self {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let start_ms = u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX);
        Self(Source::System { start_ms, started: Instant::now() })
    }

    /// A clock that stands still until its hand is moved.
    pub fn manual(start_ms: u64) -> (Self, ManualClock) {
        let now = Arc::new(AtomicU64::new(start_ms));
        (Self(Source::Manual(Arc::clone(&now))), ManualClock(now))
    }

    /// The present time in milliseconds since 1970.
    pub fn now(&self) -> u64 {
        match &self.0 {
            Source::System { start_ms, started } => {
                let elapsed = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
                start_ms.saturating_add(elapsed)
            }
            Source::Manual(now) => now.load(Ordering::Acquire),
        }
    }
}

impl ManualClock {
    /// Moves the hand forward.
    pub fn advance(&self, ms: u64) {
        self.0.fetch_add(ms, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_by_its_hand() {
        let (clock, hand) = Clock::manual(1_000);
        assert_eq!(clock.now(), 1_000);
        hand.advance(250);
        assert_eq!(clock.clone().now(), 1_250);
    }

    #[test]
    fn the_system_clock_is_after_2025_and_never_goes_back() {
        let clock = Clock::system();
        let first = clock.now();
        assert!(first > 1_735_000_000_000);
        assert!(clock.now() >= first);
    }
}
