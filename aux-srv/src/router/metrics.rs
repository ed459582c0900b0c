//! What the router counts. Labels are of bounded sets; the one by backend loses those that leave.

use std::sync::atomic::AtomicU64;

use fleet::CallError;
use placement::{BackendName, Counts, Phase};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// The counters of the router.
#[derive(Clone, Debug, Default)]
pub(crate) struct RouterMetrics {
    placements: Family<PlacementLabels, Counter>,
    conflicts: Counter,
    superseded: Gauge,
    backends: Family<PhaseLabels, Gauge>,
    backend_up: Family<BackendLabels, Gauge>,
    file_servers: Family<PhaseLabels, Gauge>,
    polls: Family<PollLabels, Counter>,
    rooms_known: Gauge,
    rooms_swept: Counter,
    pub(crate) roster_errors: Counter,
    pub(crate) roster_is_broken: Gauge,
    clock_difference: Family<BackendLabels, Gauge<f64, AtomicU64>>,
}

/// What became of a question to a backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Polled {
    /// The answer was accepted.
    Accepted,
    /// The answer was of an earlier time, or disagreed with what is known.
    Unaccepted,
    /// The process answers under another name already.
    Twin,
    /// So many questions were under way that it was not sent.
    Skipped,
    Refused,
    Reset,
    Unresolved,
    Timeout,
    Stale,
    Rejected,
    Bad,
}

impl Polled {
    const ALL: [Self; 11] = [
        Self::Accepted,
        Self::Unaccepted,
        Self::Twin,
        Self::Skipped,
        Self::Refused,
        Self::Reset,
        Self::Unresolved,
        Self::Timeout,
        Self::Stale,
        Self::Rejected,
        Self::Bad,
    ];

    fn label(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Unaccepted => "unaccepted",
            Self::Twin => "twin",
            Self::Skipped => "skipped",
            Self::Refused => "refused",
            Self::Reset => "reset",
            Self::Unresolved => "unresolved",
            Self::Timeout => "timeout",
            Self::Stale => "stale",
            Self::Rejected => "rejected",
            Self::Bad => "bad",
        }
    }
}

impl From<&CallError> for Polled {
    fn from(error: &CallError) -> Self {
        match error {
            CallError::Refused => Self::Refused,
            CallError::Reset => Self::Reset,
            CallError::Unresolved => Self::Unresolved,
            CallError::Timeout => Self::Timeout,
            CallError::Stale { .. } => Self::Stale,
            CallError::Rejected { .. } => Self::Rejected,
            CallError::Bad(_) => Self::Bad,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PlacementLabels {
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PhaseLabels {
    phase: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PollLabels {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct BackendLabels {
    backend: String,
}

const PHASES: [Phase; 5] =
    [Phase::Unheard, Phase::Up, Phase::Suspected, Phase::Draining, Phase::Down];

impl RouterMetrics {
    /// Registers the counters; every label value but the backends' is there from the start.
    pub(crate) fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        let own = &metrics;
        registry.register("placements", "Rooms placed, by reason", own.placements.clone());
        let help = "Rooms that two backends claimed";
        registry.register("epoch_conflicts", help, own.conflicts.clone());
        let help = "Whether a later run of the router is at work";
        registry.register("router_superseded", help, own.superseded.clone());
        registry.register("backends", "Backends by phase", own.backends.clone());
        let help = "Whether a backend serves its rooms, which it does unless it is down or unheard";
        registry.register("backend_up", help, own.backend_up.clone());
        registry.register("file_servers", "File servers by phase", own.file_servers.clone());
        registry.register("polls", "Questions to backends, by outcome", own.polls.clone());
        registry.register("rooms_known", "Rooms on record", own.rooms_known.clone());
        let help = "Rooms forgotten because nobody has them and nobody asks";
        registry.register("rooms_swept", help, own.rooms_swept.clone());
        let help = "Edits of the list of backends that were refused";
        registry.register("roster_errors", help, own.roster_errors.clone());
        let help = "Whether the list of backends in the file is broken";
        registry.register("roster_broken", help, own.roster_is_broken.clone());
        let help = "Seconds by which a backend's clock is ahead of the router's";
        registry.register("clock_difference_seconds", help, own.clock_difference.clone());
        Polled::ALL.into_iter().for_each(|outcome| metrics.polled(outcome, 0));
        metrics.counted(&Counts::default(), &Counts::default());
        metrics.phases(&[]);
        metrics.file_servers(0, 0);
        metrics
    }

    pub(crate) fn polled(&self, outcome: Polled, count: u64) {
        self.polls.get_or_create(&PollLabels { outcome: outcome.label() }).inc_by(count);
    }

    /// What the record has counted since it was read last.
    pub(crate) fn counted(&self, before: &Counts, now: &Counts) {
        for (reason, before, now) in [
            ("new", before.placed, now.placed),
            ("replaced", before.replaced, now.replaced),
            ("import", before.imported, now.imported),
        ] {
            self.placements.get_or_create(&PlacementLabels { reason }).inc_by(now - before);
        }
        self.conflicts.inc_by(now.conflicts - before.conflicts);
    }

    pub(crate) fn phases(&self, all: &[Phase]) {
        for phase in PHASES {
            let count = all.iter().filter(|one| **one == phase).count();
            let labels = PhaseLabels { phase: phase_name(phase) };
            self.backends.get_or_create(&labels).set(i64::try_from(count).unwrap_or(i64::MAX));
        }
    }

    pub(crate) fn record(&self, rooms: usize, is_superseded: bool) {
        self.rooms_known.set(i64::try_from(rooms).unwrap_or(i64::MAX));
        self.superseded.set(i64::from(is_superseded));
    }

    pub(crate) fn swept(&self, rooms: usize) {
        self.rooms_swept.inc_by(rooms as u64);
    }

    /// How many file servers of the configuration answer, and how many do not.
    pub(crate) fn file_servers(&self, up: usize, down: usize) {
        for (phase, count) in [(Phase::Up, up), (Phase::Down, down)] {
            let labels = PhaseLabels { phase: phase_name(phase) };
            self.file_servers.get_or_create(&labels).set(i64::try_from(count).unwrap_or(i64::MAX));
        }
    }

    pub(crate) fn backend(&self, name: &BackendName, phase: Phase) {
        let is_up = !matches!(phase, Phase::Unheard | Phase::Down);
        self.backend_up.get_or_create(&backend_labels(name)).set(i64::from(is_up));
    }

    pub(crate) fn clock(&self, backend: &BackendName, difference_ms: i64) {
        let seconds = difference_ms as f64 / 1_000.0;
        self.clock_difference.get_or_create(&backend_labels(backend)).set(seconds);
    }

    /// This backend is no longer of the fleet, or known by another name.
    pub(crate) fn forget(&self, backend: &BackendName) {
        let labels = backend_labels(backend);
        self.backend_up.remove(&labels);
        self.clock_difference.remove(&labels);
    }
}

fn backend_labels(name: &BackendName) -> BackendLabels {
    BackendLabels { backend: name.as_str().to_owned() }
}

/// A phase in metrics and on pages.
pub(crate) fn phase_name(phase: Phase) -> &'static str {
    match phase {
        Phase::Unheard => "unheard",
        Phase::Up => "up",
        Phase::Suspected => "suspected",
        Phase::Draining => "draining",
        Phase::Down => "down",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Metrics;

    #[test]
    fn every_label_value_is_there_from_the_start_and_spelt_in_one_way() {
        let mut registry = Registry::with_prefix("instantchat");
        Metrics::register(&mut registry);
        RouterMetrics::register(&mut registry);
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
        let values: Vec<&str> = text.split('"').skip(1).step_by(2).collect();
        // Lookups, tickets, placements, backends, file servers, polls.
        assert_eq!(values.len(), 5 + 4 + 3 + 5 + 2 + 11, "{text}");
        for value in values {
            let is_snake = value.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            assert!(is_snake, "{value} in\n{text}");
        }
    }
}
