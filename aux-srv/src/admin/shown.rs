//! How everything stands, as `GET /api/admin/fleet` says it. No room is named here.

use placement::{Load, Phase};
use serde::Serialize;

use crate::router::{BackendView, Drain, FilesView, FleetView, Trouble, Why};

/// The fleet. Times are milliseconds since 1970.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Shown {
    /// The router's time.
    now: u64,
    /// The router's version.
    version: &'static str,
    /// The public name of the key that the router signs with.
    key_id: String,
    superseded: bool,
    settled: bool,
    rooms_known: usize,
    conflicts: u64,
    roster_problem: Option<Problem>,
    disk_problem: Option<Problem>,
    backends: Vec<Backend>,
    files: Vec<Files>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Problem {
    text: String,
    since: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Backend {
    name: String,
    display_name: String,
    phase: &'static str,
    since: u64,
    listed: bool,
    /// Whether an operator has asked that it be drained.
    drain: bool,
    /// Why it takes no new rooms, if it is being emptied.
    draining: Option<&'static str>,
    /// Whether stopping it loses nothing.
    drained: bool,
    load: Amounts,
    /// How full it is with what was placed there since, in ten-thousandths; none if it takes no room.
    projected: Option<u64>,
    members: u64,
    version: String,
    key_id: String,
    started: Option<u64>,
    clock_difference_ms: Option<i64>,
    clock_off: bool,
    lag_ms: u64,
    direct_host: String,
    twin_of: Option<String>,
    problem: Option<Problem>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Amounts {
    rooms: Amount,
    sockets: Amount,
    bytes: Amount,
    /// In thousandths of a core.
    cpu: Amount,
    memory: Amount,
}

/// How much there is, and how much there may be; a maximum of 0 is none.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Amount {
    used: u64,
    max: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Files {
    number: u8,
    fleet: String,
    http: String,
    up: bool,
    since: u64,
    version: String,
    key_id: String,
    problem: Option<Problem>,
}

impl Shown {
    /// What is shown of a view that was taken at `now`.
    pub(super) fn of(view: FleetView, now: u64, key_id: &str) -> Self {
        Self {
            now,
            version: env!("CARGO_PKG_VERSION"),
            key_id: key_id.to_owned(),
            superseded: view.is_superseded,
            settled: view.is_settled,
            rooms_known: view.rooms_known,
            conflicts: view.conflicts,
            roster_problem: view.roster_problem.map(Problem::of),
            disk_problem: view.disk_problem.map(Problem::of),
            backends: view.backends.into_iter().map(Backend::of).collect(),
            files: view.files.into_iter().map(Files::of).collect(),
        }
    }
}

impl Backend {
    fn of(view: BackendView) -> Self {
        let why = match view.drain {
            Drain::No => None,
            Drain::Draining(why) | Drain::Drained(why) => Some(why),
        };
        Self {
            name: view.name.as_str().to_owned(),
            display_name: view.display_name,
            phase: phase(view.phase),
            since: view.since,
            listed: view.is_listed,
            drain: why == Some(Why::Asked),
            draining: why.map(reason),
            drained: matches!(view.drain, Drain::Drained(_)),
            load: Amounts::of(&view.load),
            projected: view.projected,
            members: view.members,
            version: view.version,
            key_id: view.key_id,
            started: view.started,
            clock_difference_ms: view.clock_difference_ms,
            clock_off: view.is_clock_off,
            lag_ms: view.lag_ms,
            direct_host: view.direct_host,
            twin_of: view.twin_of.map(|name| name.as_str().to_owned()),
            problem: view.trouble.map(Problem::of),
        }
    }
}

impl Amounts {
    fn of(load: &Load) -> Self {
        let amount = |used, max| Amount { used, max };
        Self {
            rooms: amount(load.rooms, load.rooms_max),
            sockets: amount(load.sockets, load.sockets_max),
            bytes: amount(load.bytes, load.bytes_max),
            cpu: amount(load.cpu, load.cpu_max),
            memory: amount(load.memory, load.memory_max),
        }
    }
}

impl Files {
    fn of(view: FilesView) -> Self {
        let (version, key_id) =
            view.facts.map_or_else(Default::default, |facts| (facts.version, facts.key_id));
        Self {
            number: view.number,
            fleet: view.fleet,
            http: view.http,
            up: view.is_up,
            since: view.since,
            version,
            key_id,
            problem: view.trouble.map(Problem::of),
        }
    }
}

impl Problem {
    fn of(trouble: Trouble) -> Self {
        Self { text: trouble.text, since: trouble.since }
    }
}

fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Unheard => "unheard",
        Phase::Up => "up",
        Phase::Suspected => "suspected",
        Phase::Draining => "draining",
        Phase::Down => "down",
    }
}

fn reason(why: Why) -> &'static str {
    match why {
        Why::Asked => "asked",
        Why::Unlisted => "unlisted",
        Why::Leaving => "leaving",
    }
}
