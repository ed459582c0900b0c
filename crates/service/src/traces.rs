//! Traces: which part of some piece of work took how long, for a collector that speaks OTLP.
//!
//! Off unless an endpoint is configured. Then some of what could be traced is, by chance, and an
//! exporter's task sends what is known of it in the background. Whoever works waits for none of
//! this: what finds the queue full is dropped, and counted. A trace holds names from the source
//! code, times and numbers, and has no place for anything that a person wrote.

mod config;
mod exporter;
mod sampler;
mod trace;

use std::sync::Arc;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::registry::Registry;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{Clock, Lifecycle};
use exporter::Exporter;
use sampler::Sampler;

pub use config::{Endpoint, InvalidTraces, Ratio, TracesConfig};
pub use trace::Trace;

/// Traces that wait for the exporter, a kilobyte each; one more is dropped.
const WAITING_MAX: usize = 2_048;

/// Where traces go, or nowhere. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Traces(Option<Arc<Outlet>>);

/// Whose traces they are, as the collector shows it.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// The program.
    pub service: &'static str,
    /// Its version.
    pub version: &'static str,
    /// What operators call this process.
    pub instance: &'a str,
}

/// Why there are no traces although there is an endpoint.
#[derive(Debug, thiserror::Error)]
pub enum TracesError {
    /// There is no TLS as it should be.
    #[error("no TLS towards the collector: {0}")]
    Tls(#[from] tokio_rustls::rustls::Error),
    /// There is no HTTP client as it should be.
    #[error("no HTTP client for the collector: {0}")]
    Client(#[from] reqwest::Error),
    /// The variables of the environment that every OTLP exporter reads are wrong.
    #[error("{0}")]
    Exporter(#[from] opentelemetry_otlp::ExporterBuildError),
}

/// What all traces of a process share.
#[derive(Debug)]
struct Outlet {
    sampler: Sampler,
    clock: Clock,
    queue: mpsc::Sender<Trace>,
    dropped: Counter,
    closing: CancellationToken,
}

impl Traces {
    /// Begins to export what will be traced, if there is an endpoint; otherwise nothing is begun.
    /// The exporter's task lives until [`Traces::close`], and must be started inside of a runtime.
    ///
    /// # Errors
    /// The exporter cannot be made.
    pub fn start(
        config: &TracesConfig,
        origin: Origin<'_>,
        clock: &Clock,
        lifecycle: &Lifecycle,
        registry: &mut Registry,
    ) -> Result<Self, TracesError> {
        let counter = |registry: &mut Registry, name: &str, help: &str| {
            let counter = Counter::default();
            registry.register(name, help, counter.clone());
            counter
        };
        let exported = counter(registry, "traces_exported", "Traces that a collector took");
        let dropped = counter(registry, "traces_dropped", "Traces that no collector took");
        if config.endpoint.is_empty() {
            return Ok(Self::default());
        }
        let (queue, waiting) = mpsc::channel(WAITING_MAX);
        let closing = CancellationToken::new();
        let exporter = Exporter {
            sender: exporter::sender(&config.endpoint, origin)?,
            scope: exporter::scope(origin.version),
            clock: clock.clone(),
            waiting,
            batch: Vec::new(),
            exported,
            dropped: dropped.clone(),
            closing: closing.clone(),
            failing: false,
        };
        lifecycle.spawn(exporter.live(lifecycle.clone()));
        let sampler = Sampler::new(config.ratio);
        Ok(Self(Some(Arc::new(Outlet { sampler, clock: clock.clone(), queue, dropped, closing }))))
    }

    /// The time in nanoseconds, for work that begins and may turn out to be traced; none where
    /// nothing is, which is all that tracing costs there.
    #[inline]
    pub fn now_ns(&self) -> Option<u64> {
        self.0.as_ref().map(|outlet| outlet.clock.nanos())
    }

    /// A trace of work that began then, if this is among those that are traced.
    pub fn begin(&self, name: &'static str, began_ns: u64) -> Option<Trace> {
        let outlet = self.0.as_ref().filter(|outlet| outlet.sampler.takes())?;
        Some(Trace::new(Arc::clone(outlet), name, began_ns))
    }

    /// No more work is traced: what waits is exported within a bounded time, and the exporter ends.
    pub fn close(&self) {
        if let Some(outlet) = &self.0 {
            outlet.closing.cancel();
        }
    }
}

impl Outlet {
    /// Takes a trace that has ended. It must not wait.
    fn take(&self, trace: Trace) {
        if self.queue.try_send(trace).is_err() {
            self.dropped.inc();
        }
    }
}

#[cfg(test)]
mod tests;
