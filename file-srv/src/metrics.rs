//! What is counted. Labels are of bounded sets; none names a room, a file or an address.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// The metrics of the file server.
#[derive(Clone, Default)]
pub(crate) struct Metrics {
    uploads: Family<UploadLabels, Counter>,
    previews: Family<PreviewLabels, Counter>,
    stored_bytes: Gauge<u64, AtomicU64>,
    stored_files: Gauge<u64, AtomicU64>,
    swept: Counter,
}

/// What was uploaded, by what the client said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UploadKind {
    Drawing,
    File,
    Unknown,
}

/// How an upload ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UploadOutcome {
    Stored,
    Forbidden,
    Malformed,
    TooLarge,
    Slow,
    BrokenOff,
    RateLimited,
    QuotaExceeded,
    Unavailable,
    Failed,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct UploadLabels {
    kind: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PreviewLabels {
    outcome: &'static str,
}

impl Metrics {
    /// The metrics, in the registry.
    pub(crate) fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        registry.register("uploads", "Uploads by kind and outcome", metrics.uploads.clone());
        registry.register("previews", "Previews by outcome", metrics.previews.clone());
        registry.register(
            "stored_bytes",
            "Bytes of files, and of uploads under way",
            metrics.stored_bytes.clone(),
        );
        registry.register("stored_files", "Files that can be read", metrics.stored_files.clone());
        registry.register(
            "files_swept",
            "Files deleted because no message or no owner had them",
            metrics.swept.clone(),
        );
        metrics
    }

    /// An upload ended.
    pub(crate) fn uploaded(&self, kind: UploadKind, outcome: UploadOutcome) {
        let labels = UploadLabels { kind: kind.label(), outcome: outcome.label() };
        self.uploads.get_or_create(&labels).inc();
    }

    /// A preview was asked for. The outcome is one of a fixed set of words.
    pub(crate) fn previewed(&self, outcome: &'static str) {
        self.previews.get_or_create(&PreviewLabels { outcome }).inc();
    }

    /// Files were swept.
    pub(crate) fn swept(&self, files: usize) {
        self.swept.inc_by(files as u64);
    }

    /// The store has so many files and bytes.
    pub(crate) fn stored(&self, files: usize, bytes: u64) {
        self.stored_files.set(files as u64);
        self.stored_bytes.set(bytes);
    }
}

impl UploadKind {
    fn label(self) -> &'static str {
        match self {
            Self::Drawing => "drawing",
            Self::File => "file",
            Self::Unknown => "unknown",
        }
    }
}

impl UploadOutcome {
    fn label(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Forbidden => "forbidden",
            Self::Malformed => "malformed",
            Self::TooLarge => "too_large",
            Self::Slow => "slow",
            Self::BrokenOff => "broken_off",
            Self::RateLimited => "rate_limited",
            Self::QuotaExceeded => "quota_exceeded",
            Self::Unavailable => "unavailable",
            Self::Failed => "failed",
        }
    }
}
