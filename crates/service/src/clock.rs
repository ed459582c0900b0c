//! The time: of the system, or of a test.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rustix::time::{ClockId, clock_gettime};
use tokio::sync::watch;

const NANOS_PER_MS: u64 = 1_000_000;

/// Milliseconds since 1970 that never go back: the system's time at the start, carried on by the
/// monotonic clock, so that a step of the system's time disturbs no order and no deadline.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System { start_ms: u64, started: Instant },
    Manual(Arc<watch::Sender<u64>>),
}

/// The hand on a test's clock.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<watch::Sender<u64>>);

impl Clock {
    /// The system's clock.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the time")]
    pub fn system() -> Self {
        Self(Source::System { start_ms: system_unix(), started: Instant::now() })
    }

    /// A clock that stands still until its hand is moved.
    pub fn manual(start_ms: u64) -> (Self, ManualClock) {
        let now = Arc::new(watch::Sender::new(start_ms));
        (Self(Source::Manual(Arc::clone(&now))), ManualClock(now))
    }

    /// The present time in milliseconds since 1970.
    pub fn now(&self) -> u64 {
        match &self.0 {
            Source::System { start_ms, started } => {
                let elapsed = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
                start_ms.saturating_add(elapsed)
            }
            Source::Manual(now) => *now.borrow(),
        }
    }

    /// The same in nanoseconds, for what is shorter.
    pub fn nanos(&self) -> u64 {
        match &self.0 {
            Source::System { start_ms, started } => {
                let elapsed = u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX);
                start_ms.saturating_mul(NANOS_PER_MS).saturating_add(elapsed)
            }
            Source::Manual(now) => now.borrow().saturating_mul(NANOS_PER_MS),
        }
    }

    /// Milliseconds since 1970 by the system's time as it is now, steps of it included: what other
    /// machines compare theirs with. Nothing may be ordered or awaited by it.
    pub fn unix(&self) -> u64 {
        match &self.0 {
            Source::System { .. } => system_unix(),
            Source::Manual(now) => *now.borrow(),
        }
    }

    /// Milliseconds that never go back and that go on while the machine is asleep, unlike those of
    /// [`Clock::now`]: a right that others have lent for a while ends in their time too.
    pub fn mono(&self) -> u64 {
        match &self.0 {
            Source::System { .. } => {
                let time = clock_gettime(ClockId::Boottime);
                let ms = time.tv_sec.saturating_mul(1_000) + time.tv_nsec / 1_000_000;
                u64::try_from(ms).unwrap_or_default()
            }
            Source::Manual(now) => *now.borrow(),
        }
    }

    /// A number of seconds whose differences are durations, for measurements.
    pub fn seconds(&self) -> f64 {
        match &self.0 {
            Source::System { started, .. } => started.elapsed().as_secs_f64(),
            Source::Manual(now) => Duration::from_millis(*now.borrow()).as_secs_f64(),
        }
    }

    /// Waits until [`Clock::now`] is `at` or later.
    pub async fn sleep_until(&self, at: u64) {
        match &self.0 {
            Source::System { .. } => {
                tokio::time::sleep(Duration::from_millis(at.saturating_sub(self.now()))).await;
            }
            Source::Manual(now) => {
                // The sender is this clock's own, so that it cannot be gone.
                let _ = now.subscribe().wait_for(|now| *now >= at).await;
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the time")]
fn system_unix() -> u64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX)
}

impl ManualClock {
    /// Moves the hand forward.
    pub fn advance(&self, ms: u64) {
        self.0.send_modify(|now| *now += ms);
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

    #[tokio::test]
    async fn a_sleep_ends_when_the_hand_comes_by() {
        let (clock, hand) = Clock::manual(1_000);
        let mut sleep = std::pin::pin!(clock.sleep_until(2_000));
        tokio::select! {
            biased;
            () = &mut sleep => panic!("the hand stood still"),
            () = std::future::ready(()) => hand.advance(999),
        }
        hand.advance(1);
        sleep.await;
        assert_eq!(clock.now(), 2_000);
    }

    #[test]
    fn the_system_clock_is_after_2025_and_never_goes_back() {
        let clock = Clock::system();
        let first = clock.now();
        assert!(first > 1_735_000_000_000);
        assert!(clock.now() >= first);
        let nanos = clock.nanos();
        assert!(clock.nanos() >= nanos && clock.now() >= nanos / 1_000_000);
        assert_eq!(Clock::manual(1_000).0.nanos(), 1_000_000_000);
    }

    #[test]
    fn the_system_time_and_the_time_since_boot_are_in_milliseconds() {
        let clock = Clock::system();
        assert!(clock.unix().abs_diff(clock.now()) < 10_000);
        let before = clock.mono();
        std::thread::sleep(Duration::from_millis(5));
        let passed = clock.mono() - before;
        assert!((5..10_000).contains(&passed), "{passed} ms");
    }
}
