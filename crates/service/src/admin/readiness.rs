//! Whether the process can do its work: asked by whoever reads `/readyz`, and now and then by the
//! process itself, so that the metric `ready` says it where nobody asks.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use tokio::time::MissedTickBehavior;

use crate::lifecycle::Lifecycle;

/// Whether the process can do its work; the error says what is in the way.
pub type ReadyCheck =
    Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> + Send + Sync>;

/// How often the metric is brought up to date.
const LOOKED_EVERY: Duration = Duration::from_secs(2);
/// How long a check may take: longer than any part of one waits, and so short that a process whose
/// work is stuck is seen within 5 s.
const ANSWER_MAX: Duration = Duration::from_secs(3);

/// The check of a process that may be stopping.
#[derive(Clone)]
pub(super) struct Readiness {
    lifecycle: Lifecycle,
    check: ReadyCheck,
}

impl Readiness {
    /// Registers the metric, and keeps it up to date until the soft stop.
    pub(super) fn watch(registry: &mut Registry, lifecycle: Lifecycle, check: ReadyCheck) -> Self {
        let gauge = Gauge::default();
        let help = "Whether the process can do its work, as /readyz tells";
        registry.register("ready", help, gauge.clone());
        let readiness = Self { lifecycle, check };
        let (own, life) = (readiness.clone(), readiness.lifecycle.clone());
        readiness.lifecycle.spawn(async move {
            tokio::select! {
                () = own.look(&gauge) => {}
                () = life.soft_stopped() => {}
            }
            gauge.set(0);
        });
        readiness
    }

    /// The answer, in time. A process that stops is alive, but takes no new work.
    pub(super) async fn ask(&self) -> Result<(), String> {
        if self.lifecycle.stopping() {
            return Err("stopping".into());
        }
        match tokio::time::timeout(ANSWER_MAX, (self.check)()).await {
            Ok(answer) => answer,
            Err(_) => Err(format!("no answer within {} s", ANSWER_MAX.as_secs())),
        }
    }

    async fn look(&self, gauge: &Gauge) {
        let mut looks = tokio::time::interval(LOOKED_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            looks.tick().await;
            let answer = self.ask().await;
            let is_ready = answer.is_ok();
            if gauge.set(i64::from(is_ready)) != i64::from(is_ready) {
                let reason = answer.err().unwrap_or_default();
                tracing::info!(is_ready, reason, "the process stands otherwise");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::*;

    const READY: u8 = 0;
    const BROKEN: u8 = 1;
    const STUCK: u8 = 2;

    /// How far the time of a test moves between two looks at the metric.
    const STEP: Duration = Duration::from_millis(10);
    /// What is lost to steps and to the timer's own.
    const SLACK: Duration = Duration::from_millis(50);

    /// A process that stands as it is told, and what it tells.
    struct Told {
        stands: Arc<AtomicU8>,
        readiness: Readiness,
        registry: Registry,
    }

    impl Told {
        fn begin() -> Self {
            let stands = Arc::new(AtomicU8::new(READY));
            let own = Arc::clone(&stands);
            let check: ReadyCheck = Arc::new(move || match own.load(Ordering::Relaxed) {
                READY => Box::pin(async { Ok(()) }),
                BROKEN => Box::pin(async { Err("a disk is full".into()) }),
                _ => Box::pin(std::future::pending()),
            });
            let mut registry = Registry::with_prefix("instantchat");
            let readiness = Readiness::watch(&mut registry, Lifecycle::new(), check);
            Self { stands, readiness, registry }
        }

        fn gauge(&self) -> i64 {
            let mut text = String::new();
            prometheus_client::encoding::text::encode(&mut text, &self.registry).unwrap();
            let line = text.lines().find_map(|line| line.strip_prefix("instantchat_ready "));
            line.unwrap_or_else(|| panic!("no gauge in\n{text}")).parse().unwrap()
        }

        /// How long it takes until the metric has the value, of the time in the test.
        async fn until(&self, value: i64) -> Duration {
            let begun = tokio::time::Instant::now();
            while self.gauge() != value {
                tokio::time::advance(STEP).await;
                assert!(begun.elapsed() < Duration::from_secs(60), "never {value}");
            }
            begun.elapsed()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_readyz_says_is_a_metric_soon_after() {
        let told = Told::begin();
        assert_eq!(told.gauge(), 0, "it is not known yet");
        assert!(told.until(1).await < Duration::from_secs(1));
        told.stands.store(BROKEN, Ordering::Relaxed);
        assert_eq!(told.readiness.ask().await, Err("a disk is full".into()));
        assert!(told.until(0).await <= LOOKED_EVERY + SLACK);
        told.stands.store(READY, Ordering::Relaxed);
        assert!(told.until(1).await <= LOOKED_EVERY + SLACK);
    }

    #[tokio::test(start_paused = true)]
    async fn a_check_that_is_stuck_is_not_waited_for() {
        let told = Told::begin();
        told.until(1).await;
        told.stands.store(STUCK, Ordering::Relaxed);
        assert!(told.until(0).await <= Duration::from_secs(5) + SLACK);
        let reason = told.readiness.ask().await.unwrap_err();
        assert!(reason.contains("3 s"), "{reason}");
        told.stands.store(READY, Ordering::Relaxed);
        told.until(1).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_process_that_stops_is_not_ready_and_looks_no_more() {
        let told = Told::begin();
        told.until(1).await;
        assert!(told.readiness.lifecycle.finish(Duration::from_secs(1)).await, "the look ends");
        assert_eq!(told.gauge(), 0);
        assert_eq!(told.readiness.ask().await, Err("stopping".into()));
    }
}
