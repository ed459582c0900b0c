//! The life of a process: running, soft stop, hard stop.
//!
//! A soft stop takes no new work and tells the peers; a hard stop, at the deadline or at a second
//! signal, ends whatever is left.

use std::future::Future;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
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

/// SIGTERM and SIGINT, which end nothing by themselves from here on.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Takes the signals over. Before the process says that it is ready: whoever reads that may
    /// end it at once.
    ///
    /// # Errors
    /// The process may not install signal handlers.
    pub fn take() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Waits for the next one.
    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Serves until a signal, then stops softly; a second signal or the deadline ends it hard.
/// Tells whether everything ended by itself.
pub async fn run_until_signal(
    mut signals: Signals,
    lifecycle: &Lifecycle,
    deadline: Duration,
) -> bool {
    signals.next().await;
    tracing::info!(tasks = lifecycle.tasks(), "soft stop");
    tokio::select! {
        finished = lifecycle.finish(deadline) => finished,
        () = signals.next() => {
            lifecycle.hard_stop();
            false
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
