//! Places that are limited: connections of the process and of an address.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use prometheus_client::metrics::gauge::Gauge;
use service::http::ConnectionPlace;
use service::rate::Held;

/// A number of things of which there may be only so many.
#[derive(Debug)]
pub(crate) struct Count {
    taken: AtomicUsize,
    max: usize,
    gauge: Gauge,
}

/// One of them, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place(Arc<Count>);

impl Count {
    /// None taken of `max`.
    pub(crate) fn new(max: usize, gauge: Gauge) -> Arc<Self> {
        Arc::new(Self { taken: AtomicUsize::new(0), max, gauge })
    }

    /// One more, if there is one.
    pub(crate) fn enter(self: &Arc<Self>) -> Option<Place> {
        let more = |taken| (taken < self.max).then_some(taken + 1);
        self.taken.fetch_update(Ordering::AcqRel, Ordering::Acquire, more).ok()?;
        self.gauge.inc();
        Some(Place(Arc::clone(self)))
    }

    /// How many are taken.
    pub(crate) fn taken(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.taken.fetch_sub(1, Ordering::AcqRel);
        self.0.gauge.dec();
    }
}

/// The places of one connection.
#[derive(Debug)]
#[expect(dead_code, reason = "held for their drop")]
pub(crate) struct Places {
    /// Among those of the process.
    pub(crate) socket: Place,
    /// Among those of its address.
    pub(crate) address: Held,
    /// Among those of the listener, when it came through one of ours.
    pub(crate) listener: Option<ConnectionPlace>,
}
