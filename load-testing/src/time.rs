//! The time that all processes of one run share: the machine's monotonic clock, in microseconds.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Microseconds of the monotonic clock.
pub fn now() -> u64 {
    micros(ClockId::Monotonic)
}

/// Milliseconds since 1970, for the report.
pub fn unix_ms() -> u64 {
    micros(ClockId::Realtime) / 1_000
}

/// Waits until [`now`] is `at`.
pub async fn sleep_until(at: u64) {
    tokio::time::sleep(Duration::from_micros(at.saturating_sub(now()))).await;
}

fn micros(clock: ClockId) -> u64 {
    let time = clock_gettime(clock);
    let (seconds, nanos) = (time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs());
    seconds * 1_000_000 + nanos / 1_000
}
