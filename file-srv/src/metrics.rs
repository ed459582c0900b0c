//! What is counted. Labels are of bounded sets; none names a room, a file or an address. Every
//! label value has its counter from the start, so that a dashboard sees zeros, not nothing.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use protocol::fleet::FileNotice;

use crate::config::QuotaConfig;
use crate::preview::Refusal;

/// The metrics of the file server.
#[derive(Clone)]
pub(crate) struct Metrics {
    uploads: Family<UploadLabels, Counter>,
    pub(crate) upload_bytes: Counter,
    pub(crate) uploads_under_way: Gauge,
    downloads: Family<OutcomeLabels, Counter>,
    pub(crate) download_bytes: Counter,
    previews: Family<OutcomeLabels, Counter>,
    pub(crate) preview_seconds: Histogram,
    notices: Family<NoticeLabels, Counter>,
    stored_bytes: Gauge<u64, AtomicU64>,
    stored_files: Gauge<u64, AtomicU64>,
    swept: Counter,
    pub(crate) store_errors: Counter,
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

/// How a download was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DownloadOutcome {
    Whole,
    Part,
    /// The browser has it.
    Known,
    NotFound,
    OutsideRange,
    RateLimited,
    Unavailable,
}

/// What a request for a preview came to, beside the reasons of [`Refusal`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PreviewOutcome {
    Shown,
    Forbidden,
    Malformed,
    BadUrl,
    RateLimited,
    Refused(Refusal),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct UploadLabels {
    kind: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabels {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct NoticeLabels {
    notice: &'static str,
}

impl Metrics {
    /// The metrics, in the registry, and beside them how much may be kept.
    pub(crate) fn register(registry: &mut Registry, quotas: &QuotaConfig) -> Self {
        let preview_seconds = Histogram::new(exponential_buckets(0.01, 2.0, 11));
        let metrics = Self {
            uploads: family(registry, "uploads", "Uploads by kind and outcome"),
            upload_bytes: counter(registry, "upload_bytes", "Bytes of files that were stored"),
            uploads_under_way: Gauge::default(),
            downloads: family(registry, "downloads", "Reads of files by outcome"),
            download_bytes: counter(registry, "download_bytes", "Bytes of files that were read"),
            previews: family(registry, "previews", "Previews by outcome"),
            preview_seconds,
            notices: family(registry, "file_notices", "What owners of rooms said of their files"),
            stored_bytes: Gauge::default(),
            stored_files: Gauge::default(),
            swept: counter(registry, "files_swept", "Files that no message or no owner had"),
            store_errors: counter(registry, "store_errors", "What the store failed to do"),
        };
        metrics.register_gauges(registry, quotas);
        metrics.begin_at_zero();
        metrics
    }

    fn register_gauges(&self, registry: &mut Registry, quotas: &QuotaConfig) {
        let limit = |limit: u64| {
            let gauge = Gauge::<u64, AtomicU64>::default();
            gauge.set(limit);
            gauge
        };
        let under_way = self.uploads_under_way.clone();
        registry.register("uploads_under_way", "Uploads under way", under_way);
        let seconds = self.preview_seconds.clone();
        registry.register("preview_seconds", "From a request for a preview to its answer", seconds);
        let files_max = limit(quotas.store_files_max as u64);
        let bytes_max = limit(quotas.store_bytes_max);
        for (name, help, gauge) in [
            ("stored_bytes", "Bytes of files, and of uploads under way", self.stored_bytes.clone()),
            ("stored_bytes_max", "Bytes that may be stored", bytes_max),
            ("stored_files", "Files that can be read", self.stored_files.clone()),
            ("stored_files_max", "Files that may be stored", files_max),
        ] {
            registry.register(name, help, gauge);
        }
    }

    fn begin_at_zero(&self) {
        for kind in UploadKind::ALL {
            for outcome in UploadOutcome::ALL {
                self.uploads_of(kind, outcome, |_| {});
            }
        }
        for outcome in DownloadOutcome::ALL {
            let labels = OutcomeLabels { outcome: outcome.label() };
            drop(self.downloads.get_or_create(&labels));
        }
        let refusals = Refusal::ALL.map(PreviewOutcome::Refused);
        for outcome in PreviewOutcome::OWN.into_iter().chain(refusals) {
            drop(self.previews.get_or_create(&OutcomeLabels { outcome: outcome.label() }));
        }
        for notice in NOTICES {
            drop(self.notices.get_or_create(&NoticeLabels { notice }));
        }
    }

    /// An upload ended.
    pub(crate) fn uploaded(&self, kind: UploadKind, outcome: UploadOutcome) {
        self.uploads_of(kind, outcome, |counter| {
            counter.inc();
        });
    }

    fn uploads_of(&self, kind: UploadKind, outcome: UploadOutcome, then: impl FnOnce(&Counter)) {
        let labels = UploadLabels { kind: kind.label(), outcome: outcome.label() };
        then(&self.uploads.get_or_create(&labels));
    }

    /// A file was asked for.
    pub(crate) fn downloaded(&self, outcome: DownloadOutcome) {
        self.downloads.get_or_create(&OutcomeLabels { outcome: outcome.label() }).inc();
    }

    /// A preview was asked for.
    pub(crate) fn previewed(&self, outcome: PreviewOutcome) {
        self.previews.get_or_create(&OutcomeLabels { outcome: outcome.label() }).inc();
    }

    /// An owner said something.
    pub(crate) fn noticed(&self, notice: &FileNotice) {
        self.notices.get_or_create(&NoticeLabels { notice: label_of(notice) }).inc();
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

fn counter(registry: &mut Registry, name: &str, help: &str) -> Counter {
    let counter = Counter::default();
    registry.register(name, help, counter.clone());
    counter
}

fn family<L>(registry: &mut Registry, name: &str, help: &str) -> Family<L, Counter>
where
    L: EncodeLabelSet + Clone + std::hash::Hash + Eq + std::fmt::Debug + Send + Sync + 'static,
{
    let family = Family::default();
    registry.register(name, help, family.clone());
    family
}

/// The labels of what owners say.
const NOTICES: [&str; 4] = ["renewed", "attached", "released", "ended"];

fn label_of(notice: &FileNotice) -> &'static str {
    let [renewed, attached, released, ended] = NOTICES;
    match notice {
        FileNotice::Renewed { .. } => renewed,
        FileNotice::Attached { .. } => attached,
        FileNotice::Released { .. } => released,
        FileNotice::Ended { .. } => ended,
    }
}

impl UploadKind {
    const ALL: [Self; 3] = [Self::Drawing, Self::File, Self::Unknown];

    fn label(self) -> &'static str {
        match self {
            Self::Drawing => "drawing",
            Self::File => "file",
            Self::Unknown => "unknown",
        }
    }
}

impl UploadOutcome {
    const ALL: [Self; 10] = [
        Self::Stored,
        Self::Forbidden,
        Self::Malformed,
        Self::TooLarge,
        Self::Slow,
        Self::BrokenOff,
        Self::RateLimited,
        Self::QuotaExceeded,
        Self::Unavailable,
        Self::Failed,
    ];

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

impl DownloadOutcome {
    const ALL: [Self; 7] = [
        Self::Whole,
        Self::Part,
        Self::Known,
        Self::NotFound,
        Self::OutsideRange,
        Self::RateLimited,
        Self::Unavailable,
    ];

    fn label(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Part => "part",
            Self::Known => "known",
            Self::NotFound => "not_found",
            Self::OutsideRange => "outside_range",
            Self::RateLimited => "rate_limited",
            Self::Unavailable => "unavailable",
        }
    }

    /// The outcome by the status of the answer.
    pub(crate) fn of(status: http::StatusCode) -> Self {
        match status.as_u16() {
            200 => Self::Whole,
            206 => Self::Part,
            304 => Self::Known,
            416 => Self::OutsideRange,
            429 => Self::RateLimited,
            404 => Self::NotFound,
            _ => Self::Unavailable,
        }
    }
}

impl PreviewOutcome {
    const OWN: [Self; 5] =
        [Self::Shown, Self::Forbidden, Self::Malformed, Self::BadUrl, Self::RateLimited];

    fn label(self) -> &'static str {
        match self {
            Self::Shown => "shown",
            Self::Forbidden => "forbidden",
            Self::Malformed => "malformed",
            Self::BadUrl => "bad_url",
            Self::RateLimited => "rate_limited",
            Self::Refused(refusal) => refusal.label(),
        }
    }
}
