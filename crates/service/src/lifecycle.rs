//! The life of a process: running, soft stop, hard stop.
//!
//! A soft stop takes no new work and tells the peers; a hard stop, at the deadline or at a second
//! signal, ends whatever is left.

use std::future::Future;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The phase of a process and the tasks that it waits for. Clones share both.
#[derive(Clone, Debug, Default)]
pub struct Lifecycle {
    soft: CancellationToken,
    hard: CancellationToken,
    tasks: TaskTracker,
}

impl Lifecycle {
    /// A running process without tasks.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts a task that the stop waits for.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(task);
    }

    /// Begins the soft stop. Again, it does nothing.
    pub fn soft_stop(&self) {
        self.soft.cancel();
    }

    /// Whether the soft stop has begun.
    pub fn stopping(&self) -> bool {
        self.soft.is_cancelled()
    }

    /// Waits until the soft stop begins.
    pub async fn soft_stopped(&self) {
        self.soft.cancelled().await;
    }

    /// Begins the hard stop, and the soft one with it.
    pub fn hard_stop(&self) {
        self.soft.cancel();
        self.hard.cancel();
    }

    /// Waits until the hard stop begins.
    pub async fn hard_stopped(&self) {
        self.hard.cancelled().await;
    }

    /// Waits for the tasks; at the deadline the hard stop begins, and they get a second more.
    /// Tells whether every task ended by itself, without the hard stop.
    pub async fn finish(&self, deadline: Duration) -> bool {
        const HARD_STOP: Duration = Duration::from_secs(1);
        self.soft_stop();
        self.tasks.close();
        if tokio::time::timeout(deadline, self.tasks.wait()).await.is_ok() {
            return true;
        }
        self.hard_stop();
        if tokio::time::timeout(HARD_STOP, self.tasks.wait()).await.is_err() {
            tracing::warn!(tasks = self.tasks.len(), "tasks outlive the hard stop");
        }
        false
    }

    /// The number of tasks under way.
    pub fn tasks(&self) -> usize {
        self.tasks.len()
    }
}

/// Waits for SIGTERM or SIGINT.
///
/// # Errors
/// The process may not install signal handlers.
pub async fn until_signal() -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// Serves until a signal, then stops softly; a second signal or the deadline ends it hard.
/// Tells whether everything ended by itself.
///
/// # Errors
/// The process may not install signal handlers.
pub async fn run_until_signal(lifecycle: &Lifecycle, deadline: Duration) -> std::io::Result<bool> {
    until_signal().await?;
    tracing::info!(tasks = lifecycle.tasks(), "soft stop");
    let second = lifecycle.clone();
    tokio::select! {
        finished = lifecycle.finish(deadline) => Ok(finished),
        signal = until_signal() => {
            second.hard_stop();
            signal.map(|()| false)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn finish_waits_for_tasks_that_end_at_the_soft_stop() {
        let lifecycle = Lifecycle::new();
        let own = lifecycle.clone();
        lifecycle.spawn(async move { own.soft_stopped().await });
        assert!(lifecycle.finish(Duration::from_secs(10)).await);
    }

    #[tokio::test(start_paused = true)]
    async fn finish_begins_the_hard_stop_at_the_deadline() {
        let lifecycle = Lifecycle::new();
        let own = lifecycle.clone();
        lifecycle.spawn(async move { own.hard_stopped().await });
        assert!(!lifecycle.finish(Duration::from_secs(3)).await, "it did not end by itself");
        assert_eq!(lifecycle.tasks(), 0);
        let stubborn = Lifecycle::new();
        stubborn.spawn(std::future::pending());
        assert!(!stubborn.finish(Duration::from_secs(3)).await);
    }
}
