//! The exporter's task: it gathers traces that have ended, and posts them to the collector. It alone
//! waits for the collector, and for a bounded time.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use opentelemetry::trace::{
    SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState,
};
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_otlp::{Protocol, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanExporter, SpanLinks};
use prometheus_client::metrics::counter::Counter;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use tokio_rustls::rustls::RootCertStore;
use tokio_util::sync::CancellationToken;

use super::trace::Span;
use super::{Endpoint, Origin, Trace, TracesError};
use crate::{Clock, Lifecycle, random, tls};

/// Traces in one request, some 200 KB.
pub(super) const BATCH_MAX: usize = 256;
/// How long the first trace of a request waits for others.
const GATHER_MAX: Duration = Duration::from_secs(1);
/// How long one request may take, tried again up to three times.
pub(super) const EXPORT_MAX: Duration = Duration::from_secs(5);
/// How long what waits at the end is exported. The end comes when the rooms are over, 5 s after the
/// signal at most, so that this is within the 10 s that a stop has by default.
pub(super) const FLUSH_MAX: Duration = Duration::from_secs(1);
const NANOS_PER_MS: u64 = 1_000_000;

/// Sends traces until the process stops.
pub(super) struct Exporter {
    pub(super) sender: opentelemetry_otlp::SpanExporter,
    pub(super) scope: InstrumentationScope,
    pub(super) clock: Clock,
    pub(super) waiting: mpsc::Receiver<Trace>,
    /// What is being exported.
    pub(super) batch: Vec<Trace>,
    pub(super) exported: Counter,
    pub(super) dropped: Counter,
    pub(super) closing: CancellationToken,
    /// Whether the last request failed: only a change is logged.
    pub(super) failing: bool,
}

/// What posts spans to an endpoint. It connects when there is something to post.
pub(super) fn sender(
    endpoint: &Endpoint,
    origin: Origin<'_>,
) -> Result<opentelemetry_otlp::SpanExporter, TracesError> {
    let mut client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .pool_max_idle_per_host(1)
        .timeout(EXPORT_MAX);
    if !endpoint.is_encrypted() {
        // Otherwise a machine without authorities of its own could not speak to a plain collector.
        client = client.tls_backend_preconfigured(tls::client(RootCertStore::empty())?);
    }
    let mut sender = opentelemetry_otlp::SpanExporter::builder()
        .with_http()
        .with_http_client(client.build()?)
        .with_endpoint(endpoint.traces())
        .with_protocol(Protocol::HttpBinary)
        .with_timeout(EXPORT_MAX)
        .build()?;
    let Origin { service, version, instance } = origin;
    let resource = Resource::builder_empty().with_service_name(service).with_attributes([
        KeyValue::new("service.namespace", "instantchat"),
        KeyValue::new("service.version", version),
        KeyValue::new("service.instance.id", instance.to_owned()),
    ]);
    sender.set_resource(&resource.build());
    Ok(sender)
}

/// Which code made the spans.
pub(super) fn scope(version: &'static str) -> InstrumentationScope {
    InstrumentationScope::builder("instantchat").with_version(version).build()
}

impl Exporter {
    /// Exports until there will be no more, or until the end can wait no longer.
    pub(super) async fn live(mut self, lifecycle: Lifecycle) {
        let closing = self.closing.clone();
        let at_last = async {
            closing.cancelled().await;
            sleep(FLUSH_MAX).await;
        };
        tokio::select! {
            () = self.export_all() => {}
            () = at_last => {}
            () = lifecycle.hard_stopped() => {}
        }
        self.waiting.close();
        let lost = self.batch.len() + self.waiting.len();
        self.dropped.inc_by(lost as u64);
        if lost > 0 {
            tracing::warn!(lost, "traces were not exported before the end");
        }
    }

    async fn export_all(&mut self) {
        loop {
            self.gather().await;
            if self.batch.is_empty() {
                return;
            }
            self.export().await;
        }
    }

    /// Waits for traces: for the first as long as it takes, for others as long as they make one
    /// request of many. None when the queue is closed and empty.
    async fn gather(&mut self) {
        let Self { waiting, batch, closing, .. } = self;
        tokio::select! {
            biased;
            _ = waiting.recv_many(batch, BATCH_MAX) => {}
            () = closing.cancelled() => {
                waiting.close();
                waiting.recv_many(batch, BATCH_MAX).await;
            }
        }
        let full = async {
            while batch.len() < BATCH_MAX
                && waiting.recv_many(batch, BATCH_MAX - batch.len()).await > 0
            {}
        };
        tokio::select! {
            _ = timeout(GATHER_MAX, full) => {}
            () = closing.cancelled() => {}
        }
    }

    async fn export(&mut self) {
        // The clock never goes back; the collector's time is the system's, steps of it included.
        let ahead = i128::from(self.clock.unix()) - i128::from(self.clock.now());
        let shift_ns = ahead * i128::from(NANOS_PER_MS);
        let spans = self.batch.iter().flat_map(|trace| spans(trace, shift_ns, &self.scope));
        let exported = timeout(EXPORT_MAX, self.sender.export(spans.collect())).await;
        let count = self.batch.len() as u64;
        self.batch.clear();
        let failure = match exported {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some("no answer in time".to_owned()),
        };
        if failure.is_none() { &self.exported } else { &self.dropped }.inc_by(count);
        match (&failure, self.failing) {
            (Some(error), false) => tracing::warn!(%error, "traces are not exported"),
            (None, true) => tracing::info!("traces are exported again"),
            _ => {}
        }
        self.failing = failure.is_some();
    }
}

/// A trace as the collector knows one. Its ids are made here, far from the work that is traced.
fn spans(trace: &Trace, shift_ns: i128, scope: &InstrumentationScope) -> Vec<SpanData> {
    let trace_id = TraceId::from_bytes(random::bytes());
    let span = |span: &Span, id, parent_span_id, span_kind| SpanData {
        span_context: SpanContext::new(
            trace_id,
            id,
            TraceFlags::SAMPLED,
            false,
            TraceState::default(),
        ),
        parent_span_id,
        parent_span_is_remote: false,
        span_kind,
        name: span.name.into(),
        start_time: time(span.began_ns, shift_ns),
        end_time: time(span.ended_ns, shift_ns),
        attributes: span.counts.iter().map(|(name, count)| number(name, *count)).collect(),
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status: Status::Unset,
        instrumentation_scope: scope.clone(),
    };
    let id = || SpanId::from_bytes(random::bytes());
    let root = id();
    let (whole, parts) = trace.spans();
    let whole = span(whole, root, SpanId::INVALID, SpanKind::Server);
    let parts = parts.iter().map(|part| span(part, id(), root, SpanKind::Internal));
    std::iter::once(whole).chain(parts).collect()
}

fn number(name: &'static str, count: u64) -> KeyValue {
    KeyValue::new(name, i64::try_from(count).unwrap_or(i64::MAX))
}

fn time(ns: u64, shift_ns: i128) -> SystemTime {
    let ns = u64::try_from(i128::from(ns) + shift_ns).unwrap_or_default();
    UNIX_EPOCH + Duration::from_nanos(ns)
}
