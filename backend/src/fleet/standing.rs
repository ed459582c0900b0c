//! What this process may do with its rooms: its term and its holdings, behind one lock. The right
//! to acknowledge is mirrored beside it, as every batch of every room asks for it.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use placement::{Holdings, Now, RunId, Term};
use service::Clock;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

/// The term and the holdings. Whoever locks the rooms too locks them first.
#[derive(Debug)]
pub(crate) struct Standing {
    state: Mutex<State>,
    run: RunId,
    /// When the right to acknowledge ends: as in the term.
    until: AtomicU64,
    /// The right was renewed.
    renewed: Notify,
    /// Milliseconds that the router's clock is ahead of ours.
    ahead_ms: AtomicI64,
}

/// What is behind the lock.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) term: Term,
    pub(crate) holdings: Holdings,
}

/// A reading of both clocks.
pub(crate) fn now(clock: &Clock) -> Now {
    Now { mono: clock.mono(), unix: clock.unix() }
}

impl Standing {
    /// A process without rooms.
    pub(crate) fn new(term: Term) -> Self {
        Self {
            run: term.run(),
            until: AtomicU64::new(term.until()),
            state: Mutex::new(State { term, holdings: Holdings::new() }),
            renewed: Notify::new(),
            ahead_ms: AtomicI64::new(0),
        }
    }

    /// The term and the holdings.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        // No change under the lock panics half-way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Which run of the backend this is.
    pub(crate) fn run(&self) -> RunId {
        self.run
    }

    /// Whether what a room has to say may leave at this time of the monotonic clock.
    pub(crate) fn may_release(&self, mono: u64) -> bool {
        mono < self.until.load(Ordering::Acquire)
    }

    /// Completes when the right is next renewed.
    pub(crate) fn renewed(&self) -> Notified<'_> {
        self.renewed.notified()
    }

    /// The term has changed: rooms that wait look again.
    pub(crate) fn tell_rooms(&self, term: &Term) {
        let before = self.until.swap(term.until(), Ordering::AcqRel);
        if before != term.until() {
            self.renewed.notify_waiters();
        }
    }

    /// The router's clock shows this while ours shows `now`.
    pub(crate) fn hear_time(&self, router: u64, now: u64) {
        let ahead = i128::from(router) - i128::from(now);
        let ahead = ahead.clamp(i64::MIN.into(), i64::MAX.into());
        self.ahead_ms.store(i64::try_from(ahead).unwrap_or_default(), Ordering::Relaxed);
    }

    /// The router's time, by which its tickets are judged.
    pub(crate) fn router_time(&self, now: u64) -> u64 {
        now.saturating_add_signed(self.ahead_ms.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests;
