//! Rooms that are over on their way back to the router. Until it knows, their names are held here:
//! whoever asks for one is told to come back.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ::fleet::limits::RELEASED_ROOMS_MAX;
use ::fleet::{Release, ReleasedRoom};
use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::Notify;

use super::standing;
use crate::backend::Backend;

/// Milliseconds after a first failure, and at most, until rooms are given back once more.
const RETRY_MS: u64 = 100;
const RETRY_MS_MAX: u64 = 2_000;

/// The rooms that the router is still to hear of. They are as many as rooms may be, since each counts
/// as one until then.
#[derive(Debug)]
pub(crate) struct Releases {
    waiting: Mutex<VecDeque<ReleasedRoom>>,
    changed: Notify,
    gauge: Gauge,
}

impl Releases {
    /// None.
    pub(crate) fn new(gauge: Gauge) -> Self {
        Self { waiting: Mutex::default(), changed: Notify::new(), gauge }
    }

    /// One more.
    pub(crate) fn add(&self, room: Arc<str>, epoch: u64) {
        let mut waiting = self.lock();
        waiting.push_back(ReleasedRoom { room, epoch });
        self.tell(&waiting);
    }

    /// Waits until the router knows of all.
    pub(crate) async fn all_known(&self) {
        loop {
            let changed = self.changed.notified();
            if self.lock().is_empty() {
                return;
            }
            changed.await;
        }
    }

    async fn some(&self) -> Vec<ReleasedRoom> {
        loop {
            let changed = self.changed.notified();
            let some: Vec<_> = self.lock().iter().take(RELEASED_ROOMS_MAX).cloned().collect();
            if !some.is_empty() {
                return some;
            }
            changed.await;
        }
    }

    /// The oldest so many are known.
    fn known(&self, count: usize) {
        let mut waiting = self.lock();
        waiting.drain(..count);
        self.tell(&waiting);
    }

    fn tell(&self, waiting: &VecDeque<ReleasedRoom>) {
        self.gauge.set(i64::try_from(waiting.len()).unwrap_or(i64::MAX));
        self.changed.notify_waiters();
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<ReleasedRoom>> {
        // No change under the lock panics half-way.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives rooms back as they end, until the backend has ended.
pub(crate) async fn give_back(backend: Arc<Backend>) {
    let giving = async {
        loop {
            let rooms = backend.releases.some().await;
            let count = rooms.len();
            tell_router(&backend, &rooms).await;
            let now = standing::now(&backend.clock);
            {
                let mut state = backend.standing.lock();
                for ReleasedRoom { room, epoch } in &rooms {
                    state.holdings.released(now, room, *epoch);
                }
            }
            backend.releases.known(count);
        }
    };
    tokio::select! {
        () = giving => {}
        () = backend.outward.soft_stopped() => {}
    }
}

/// Tells until somebody has heard it. A backend without a router has nobody to tell.
async fn tell_router(backend: &Backend, rooms: &[ReleasedRoom]) {
    let mut pause_ms = RETRY_MS;
    while !backend.links.aux.is_empty() {
        for aux in &backend.links.aux {
            let release = Release { run: backend.standing.run(), rooms: rooms.to_vec() };
            match aux.release(release).await {
                Ok(()) => return,
                Err(error) => tracing::debug!(%error, rooms = rooms.len(), "not given back yet"),
            }
        }
        backend.clock.sleep_until(backend.clock.now().saturating_add(pause_ms)).await;
        pause_ms = (pause_ms * 2).min(RETRY_MS_MAX);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn rooms_are_given_back_in_their_order_and_so_many_at_once() {
        let releases = Releases::new(Gauge::default());
        let count = RELEASED_ROOMS_MAX as u64 + 1;
        for epoch in 0..count {
            releases.add(format!("room-{epoch}").into(), epoch);
        }
        let some = releases.some().await;
        assert_eq!((some.len(), some[0].epoch), (RELEASED_ROOMS_MAX, 0));
        releases.known(some.len());
        assert_eq!(releases.gauge.get(), 1);
        assert!(releases.all_known().now_or_never().is_none());
        assert_eq!(releases.some().await[0].epoch, count - 1);
        releases.known(1);
        releases.all_known().await;
    }
}
