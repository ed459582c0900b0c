//! What aux-srv counts.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

/// The counters of aux-srv.
#[derive(Clone, Debug, Default)]
pub(crate) struct Metrics {
    lookups: Family<OutcomeLabels, Counter>,
    tickets: Family<OutcomeLabels, Counter>,
    pub(crate) sessions: Counter,
    pub(crate) pages: Counter,
}

/// How a lookup ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lookup {
    Exists,
    Free,
    BadName,
    RateLimited,
    Unavailable,
}

impl Lookup {
    const ALL: [Self; 5] =
        [Self::Exists, Self::Free, Self::BadName, Self::RateLimited, Self::Unavailable];

    fn label(self) -> &'static str {
        match self {
            Self::Exists => "exists",
            Self::Free => "free",
            Self::BadName => "bad_name",
            Self::RateLimited => "rate_limited",
            Self::Unavailable => "unavailable",
        }
    }
}

/// How a request for a room's WebSocket was routed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Routed {
    Ticketed,
    BadName,
    Unavailable,
    RateLimited,
}

impl Routed {
    const ALL: [Self; 4] = [Self::Ticketed, Self::BadName, Self::Unavailable, Self::RateLimited];

    fn label(self) -> &'static str {
        match self {
            Self::Ticketed => "ticketed",
            Self::BadName => "bad_name",
            Self::Unavailable => "unavailable",
            Self::RateLimited => "rate_limited",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabels {
    outcome: &'static str,
}

impl Metrics {
    /// Registers the counters; every label value is there from the start.
    pub(crate) fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        registry.register("lookups", "Lookups of rooms by outcome", metrics.lookups.clone());
        registry.register(
            "tickets",
            "Room connections routed, by outcome",
            metrics.tickets.clone(),
        );
        registry.register("sessions", "Sessions given to new visitors", metrics.sessions.clone());
        registry.register("pages", "Pages served", metrics.pages.clone());
        Lookup::ALL.into_iter().for_each(|outcome| metrics.lookup(outcome, 0));
        Routed::ALL.into_iter().for_each(|outcome| metrics.routed(outcome, 0));
        metrics
    }

    pub(crate) fn lookup(&self, outcome: Lookup, count: u64) {
        let labels = OutcomeLabels { outcome: outcome.label() };
        self.lookups.get_or_create(&labels).inc_by(count);
    }

    pub(crate) fn routed(&self, outcome: Routed, count: u64) {
        let labels = OutcomeLabels { outcome: outcome.label() };
        self.tickets.get_or_create(&labels).inc_by(count);
    }
}
