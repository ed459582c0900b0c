//! How long what is under way may go on once the process stops.

use std::time::Duration;

use service::Lifecycle;

/// A soft stop that leaves some time.
#[derive(Clone)]
pub(crate) struct Stopping {
    lifecycle: Lifecycle,
    patience: Duration,
}

impl Stopping {
    /// A stop that leaves `patience_ms` to what is under way.
    pub(crate) fn new(lifecycle: Lifecycle, patience_ms: u64) -> Self {
        Self { lifecycle, patience: Duration::from_millis(patience_ms) }
    }

    /// Waits until the time that the stop leaves is over.
    pub(crate) async fn over(self) {
        self.lifecycle.soft_stopped().await;
        tokio::time::sleep(self.patience).await;
    }
}
