//! The shipped `instantchat` as a process: what only a process has, such as signals, files
//! and memory. `tests/run` builds it and names it in `INSTANTCHAT_BIN`.

mod configuration;
mod hostile;
mod http;
mod pages;
mod privacy;
mod program;
mod starting;
mod stopping;
mod storm;

use std::time::Duration;

use tokio::time::Instant;

/// How long anything may take that is not itself about time.
const DEADLINE: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(20);

/// Waits until `condition` holds; fails with `what` after the deadline.
async fn until(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let end = Instant::now() + DEADLINE;
    while !condition().await {
        assert!(Instant::now() < end, "not within {DEADLINE:?}: {what}");
        tokio::time::sleep(POLL).await;
    }
}
