//! Waiting for a condition, with a deadline.

use std::time::Duration;

use tokio::time::Instant;

/// How long anything may take that is not itself about time, on a machine that has much to
/// do beside.
pub const DEADLINE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(20);

/// Waits until `condition` holds.
///
/// # Panics
/// It does not within [`DEADLINE`]; `what` is told.
pub async fn until(what: &str, condition: impl AsyncFnMut() -> bool) {
    within(DEADLINE, what, condition).await;
}

/// Waits until `condition` holds, for what takes its time by design.
///
/// # Panics
/// It does not within `deadline`; `what` is told.
pub async fn within(deadline: Duration, what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let end = Instant::now() + deadline;
    while !condition().await {
        assert!(Instant::now() < end, "not within {deadline:?}: {what}");
        tokio::time::sleep(POLL).await;
    }
}
