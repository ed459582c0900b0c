//! What a backend counts. Labels are of bounded sets only: never a room, a name or an address.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use protocol::CloseCode;
use room::{EventKind, Gap};

use crate::labels::{Counters, Label, label};

label!(
    /// What happened in a room.
    Kind, "kind",
    Posted = "posted", Edited = "edited", Deleted = "deleted", Voted = "voted",
    Renamed = "renamed", Described = "described", Trimmed = "trimmed",
);

label!(
    /// How a join ended.
    JoinOutcome, "outcome",
    Joined = "joined", Created = "created", Restored = "restored",
    WrongPassword = "wrong_password", RoomFull = "room_full", BadName = "bad_name",
    RateLimited = "rate_limited", NotFound = "not_found", Unavailable = "unavailable",
    Moved = "moved", Refused = "refused",
);

label!(
    /// How a resume ended.
    ResumeOutcome, "outcome",
    Exact = "exact", Whole = "whole", Gap = "gap", FellBehind = "fell_behind",
);

label!(
    /// Why something is missing from a resume.
    GapReason, "reason",
    Trimmed = "trimmed", Restarted = "restarted",
);

label!(
    /// What there was too much of.
    Limited, "kind",
    Connects = "connects", Sockets = "sockets", Frames = "frames", Posts = "posts",
    Room = "room", Rooms = "rooms", Passwords = "passwords", Hashes = "hashes",
);

label!(
    /// Why a connection that nobody limits finds no place.
    SocketsRefused, "reason",
    ServerFull = "server_full", Stopping = "stopping",
);

/// The metrics of one backend.
#[derive(Debug)]
pub(crate) struct Metrics {
    pub(crate) peers: Gauge,
    pub(crate) rooms: Gauge,
    pub(crate) members: Gauge,
    pub(crate) room_bytes: Gauge,
    pub(crate) outbox_bytes: Gauge,
    pub(crate) events: Counters<Kind>,
    pub(crate) deliveries: Counter,
    pub(crate) delivery_bytes: Counter,
    pub(crate) append_seconds: Histogram,
    pub(crate) fan_out_seconds: Histogram,
    pub(crate) delivery_seconds: Histogram,
    pub(crate) slow_readers: Counter,
    pub(crate) joins: Counters<JoinOutcome>,
    pub(crate) resumes: Counters<ResumeOutcome>,
    pub(crate) gaps: Counters<GapReason>,
    pub(crate) rate_limited: Counters<Limited>,
    pub(crate) sockets_refused: Counters<SocketsRefused>,
    pub(crate) closes: Counters<CloseCode>,
    pub(crate) hashes_waiting: Gauge,
    pub(crate) room_panics: Counter,
    pub(crate) rooms_dropped: Counter,
    pub(crate) rooms_waiting: Gauge,
    pub(crate) rooms_releasing: Gauge,
    pub(crate) held_back: Counter,
    pub(crate) reports: Counter,
    pub(crate) right_lapsed: Gauge,
}

impl Metrics {
    /// Registers everything.
    pub(crate) fn register(registry: &mut Registry) -> Self {
        Self {
            peers: gauge(registry, "peers", "Connections open"),
            rooms: gauge(registry, "rooms", "Rooms owned"),
            members: gauge(registry, "members", "Members online"),
            room_bytes: gauge(registry, "room_bytes", "Bytes of all rooms, estimated"),
            outbox_bytes: gauge(registry, "outbox_bytes", "Bytes that wait for slow peers"),
            events: Counters::register(registry, "events", "Events by kind"),
            deliveries: counter(registry, "deliveries", "Frames given to live peers"),
            delivery_bytes: counter(registry, "delivery_bytes", "Bytes given to live peers"),
            append_seconds: histogram(registry, "append_seconds", "Appends of a batch to the log"),
            fan_out_seconds: histogram(registry, "fan_out_seconds", "Fan-out of a batch"),
            delivery_seconds: histogram(
                registry,
                "delivery_seconds",
                "From the first request of a batch to the last socket that hears of it",
            ),
            slow_readers: counter(registry, "slow_readers", "Peers cut off as slow readers"),
            joins: Counters::register(registry, "joins", "Joins by outcome"),
            resumes: Counters::register(registry, "resumes", "Resumes by outcome"),
            gaps: Counters::register(registry, "gaps", "Resumes with a gap by reason"),
            rate_limited: Counters::register(registry, "rate_limited", "Refusals by kind"),
            sockets_refused: Counters::register(
                registry,
                "sockets_refused",
                "Connections for which the backend had no place, by reason",
            ),
            closes: Counters::register(registry, "closes", "Connections closed by code"),
            hashes_waiting: gauge(registry, "password_hashes_waiting", "Hashes that wait"),
            room_panics: counter(registry, "room_panics", "Rooms whose invariant failed"),
            rooms_dropped: counter(registry, "rooms_dropped", "Rooms that another owner has"),
            rooms_waiting: gauge(registry, "rooms_waiting", "Rooms that wait for the router"),
            rooms_releasing: gauge(registry, "rooms_releasing", "Rooms over, not given back yet"),
            right_lapsed: gauge(
                registry,
                "right_lapsed",
                "Whether no router confirms this backend",
            ),
            reports: counter(registry, "reports", "Reports of a backend that nobody asked"),
            held_back: counter(registry, "held_back", "Batches that waited for the router"),
        }
    }
}

impl From<&EventKind> for Kind {
    fn from(kind: &EventKind) -> Self {
        match kind {
            EventKind::Posted { .. } => Self::Posted,
            EventKind::Edited { .. } => Self::Edited,
            EventKind::Deleted { .. } => Self::Deleted,
            EventKind::Voted { .. } => Self::Voted,
            EventKind::Renamed { .. } => Self::Renamed,
            EventKind::Described { .. } => Self::Described,
            EventKind::Trimmed { .. } => Self::Trimmed,
        }
    }
}

impl From<Gap> for GapReason {
    fn from(gap: Gap) -> Self {
        match gap {
            Gap::Trimmed { .. } => Self::Trimmed,
            Gap::Restarted => Self::Restarted,
        }
    }
}

impl Label for CloseCode {
    const NAME: &'static str = "code";
    const ALL: &'static [Self] = &Self::ALL;

    fn value(self) -> &'static str {
        self.as_str()
    }

    fn place(self) -> usize {
        Self::ALL.iter().position(|code| *code == self).unwrap_or_default()
    }
}

fn gauge(registry: &mut Registry, name: &str, help: &str) -> Gauge {
    let gauge = Gauge::default();
    registry.register(name, help, gauge.clone());
    gauge
}

fn counter(registry: &mut Registry, name: &str, help: &str) -> Counter {
    let counter = Counter::default();
    registry.register(name, help, counter.clone());
    counter
}

/// From 10 µs, which an append to memory takes, to 3.7 s.
fn histogram(registry: &mut Registry, name: &str, help: &str) -> Histogram {
    let histogram = Histogram::new(exponential_buckets(0.000_01, 2.5, 15));
    registry.register(name, help, histogram.clone());
    histogram
}
