//! The slow work beside the questions: addresses behind names, and rooms that nobody has.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use placement::REMEMBERED_MS;
use service::Lifecycle;
use tokio::task::JoinSet;

use super::FleetRouter;
use super::resolver::host_of;

/// Between two looks at which names are to be resolved.
const RESOLVE_EVERY: Duration = Duration::from_millis(250);
/// Between two walks over the record.
const SWEEP_EVERY: Duration = Duration::from_secs(30);
/// Milliseconds for which a room that nobody has is kept on record: longer than any backend is away
/// that may still hold an older life of it.
const SWEEP_AFTER_MS: u64 = 60 * 60 * 1_000;
/// Milliseconds for which a place that nobody took is kept while all backends are here: longer than
/// any ticket for it is good.
const UNUSED_AFTER_MS: u64 = REMEMBERED_MS;

/// Resolves names until the soft stop.
pub(crate) async fn resolve(router: Arc<FleetRouter>, lifecycle: Lifecycle) {
    let mut lookups = JoinSet::new();
    let mut looks = tokio::time::interval(RESOLVE_EVERY);
    loop {
        tokio::select! {
            _ = looks.tick() => {
                router.resolver.begin(&mut lookups, &router.hosts(), router.clock.mono());
            }
            Some(Ok(found)) = lookups.join_next() => {
                router.resolver.end(&found, router.clock.mono());
            }
            () = lifecycle.soft_stopped() => return,
        }
    }
}

/// Forgets what nobody has and nobody asks for, until the soft stop.
pub(crate) async fn sweep(router: Arc<FleetRouter>, lifecycle: Lifecycle) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(SWEEP_EVERY) => router.sweep_now(),
            () = lifecycle.soft_stopped() => return,
        }
    }
}

impl FleetRouter {
    /// Forgets what nobody has had or asked for of late.
    pub(crate) fn sweep_now(&self) {
        let ago = |ms| self.clock.unix().saturating_sub(ms);
        let swept = self.state().router.sweep(ago(SWEEP_AFTER_MS), ago(UNUSED_AFTER_MS));
        self.metrics.swept(swept);
    }

    /// The hosts of all that the edge may be sent to.
    fn hosts(&self) -> BTreeSet<String> {
        let mut hosts: BTreeSet<_> =
            self.state().known.keys().map(|name| host_of(name.as_str())).collect();
        hosts.extend(self.files.http_addresses().map(host_of));
        hosts
    }
}
