//! What came of a run, in the numbers that a report shows: the JSON report, and what the page and
//! the terminal are written from.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::dialect::Peer;
use crate::findings::Findings;
use crate::judged::{Judged, judge};
use crate::measures::{Counts, Latencies, Measured};
use crate::scenario::Scenario;

/// Percentiles that are told.
pub const PERCENTILES: [f64; 6] = [50.0, 75.0, 90.0, 99.0, 99.9, 99.99];

/// A generator that is later than this with one post in a hundred measures itself.
const LAG_MAX_MS: f64 = 50.0;

/// A whole report.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// The scenario's name.
    pub name: String,
    /// What it is like.
    pub about: String,
    /// The server.
    pub target: String,
    /// The peer that it is, if it is not this product.
    pub peer: Option<&'static str>,
    /// When it began: RFC 3339.
    pub began: String,
    /// Seconds from the first arrival to the last post.
    pub lasts_sec: f64,
    /// Members at one time.
    pub members: u64,
    /// Rooms.
    pub rooms: u64,
    /// Processes that made the load.
    pub processes: u64,
    /// Seed of the plan.
    pub seed: u64,
    /// The machine.
    pub machine: Machine,
    /// Whether nothing was wrong and every threshold holds.
    pub passed: bool,
    /// What was wrong.
    pub findings: Findings,
    /// The thresholds.
    pub thresholds: Vec<Judged>,
    /// What was counted.
    pub counts: Counts,
    /// Refusals by code.
    pub refusals: BTreeMap<String, u64>,
    /// Connections that ended unasked, by close code.
    pub disconnects: BTreeMap<u16, u64>,
    /// Latencies.
    pub latencies: BTreeMap<&'static str, Quantiles>,
    /// Latencies of each group, where there is more than one.
    pub groups: Vec<GroupSummary>,
    /// The timeline.
    pub timeline: Vec<Moment>,
}

/// The machine that made the load.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Machine {
    /// Its processor.
    pub processor: String,
    /// Cores.
    pub cores: usize,
    /// Its kernel.
    pub kernel: String,
}

/// Latencies in milliseconds.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Quantiles {
    /// How many.
    pub count: u64,
    /// Their mean.
    pub mean_ms: f64,
    /// By percentile.
    pub ms: Vec<(f64, f64)>,
    /// The longest.
    pub max_ms: f64,
}

/// What one group measured.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupSummary {
    /// Its name.
    pub name: String,
    /// From post to sight.
    pub delivery: Quantiles,
    /// From post to answer.
    pub ack: Quantiles,
}

/// One window of the timeline.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Moment {
    /// Seconds from the begin to its end.
    pub at_sec: f64,
    /// Members in their rooms.
    pub members: u64,
    /// Posts per second.
    pub posts_per_sec: f64,
    /// Deliveries per second.
    pub deliveries_per_sec: f64,
    /// Refusals.
    pub refused: u64,
    /// Connections lost.
    pub lost: u64,
    /// From due to answer, median and 99th percentile, in milliseconds.
    pub ack_ms: [f64; 2],
    /// From due to sight, the same.
    pub delivery_ms: [f64; 2],
}

/// What a run was, beside what came of it.
#[derive(Clone, Debug)]
pub struct Run {
    /// The target.
    pub target: String,
    /// Who it is, if not this product.
    pub peer: Option<Peer>,
    /// When it began, in milliseconds since 1970.
    pub began: u64,
    /// Processes that made the load.
    pub processes: u64,
}

impl Summary {
    /// The report of a run.
    pub fn new(scenario: &Scenario, run: &Run, measured: &Measured, findings: Findings) -> Self {
        let thresholds = judge(scenario, measured);
        let window = measured.window_us as f64 / 1e6;
        let moment = |(index, of): (usize, &crate::measures::Window)| Moment {
            at_sec: window * (index + 1) as f64,
            members: of.members,
            posts_per_sec: of.posts as f64 / window,
            deliveries_per_sec: of.deliveries as f64 / window,
            refused: of.refused,
            lost: of.lost,
            ack_ms: [ms(of.ack.at(50.0)), ms(of.ack.at(99.0))],
            delivery_ms: [ms(of.delivery.at(50.0)), ms(of.delivery.at(99.0))],
        };
        Self {
            name: scenario.name.clone(),
            about: scenario.about.clone(),
            target: run.target.clone(),
            peer: run.peer.map(|peer| peer.name),
            began: protocol::wire::Timestamp(run.began).to_string(),
            lasts_sec: scenario.lasts.0.as_secs_f64(),
            members: scenario.members(),
            rooms: scenario.rooms(),
            processes: run.processes,
            seed: scenario.seed,
            machine: Machine::this(),
            passed: findings.is_empty() && thresholds.iter().all(|judged| judged.holds),
            findings,
            thresholds,
            counts: measured.counts,
            refusals: measured.refusals.clone(),
            disconnects: measured.disconnects.clone(),
            latencies: BTreeMap::from([
                ("ack", Quantiles::of(&measured.ack)),
                ("delivery", Quantiles::of(&measured.delivery)),
                ("join", Quantiles::of(&measured.join)),
                ("resume", Quantiles::of(&measured.resume)),
                ("lag", Quantiles::of(&measured.lag)),
            ]),
            groups: groups(scenario, measured),
            timeline: measured.windows.iter().enumerate().map(moment).collect(),
        }
    }
}

impl Summary {
    /// Whether the generator was so late that the latencies are its own as well.
    pub fn is_late(&self) -> bool {
        self.latencies.get("lag").is_some_and(|lag| lag.at(99.0) > LAG_MAX_MS)
    }
}

impl Quantiles {
    /// The latency of a percentile that is told.
    pub fn at(&self, percent: f64) -> f64 {
        self.ms.iter().find(|(at, _)| *at == percent).map_or(0.0, |(_, ms)| *ms)
    }

    fn of(latencies: &Latencies) -> Self {
        Self {
            count: latencies.count(),
            mean_ms: latencies.mean() / 1e3,
            ms: PERCENTILES.map(|percent| (percent, ms(latencies.at(percent)))).into(),
            max_ms: ms(latencies.max()),
        }
    }
}

impl Machine {
    fn this() -> Self {
        let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let cpuinfo = read("/proc/cpuinfo");
        let model = cpuinfo.lines().find(|line| line.starts_with("model name"));
        Self {
            processor: model
                .and_then(|line| line.split_once(':'))
                .map_or_else(|| "unknown".into(), |(_, name)| name.trim().to_owned()),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
        }
    }
}

fn groups(scenario: &Scenario, measured: &Measured) -> Vec<GroupSummary> {
    if scenario.groups.len() < 2 {
        return Vec::new();
    }
    let groups = scenario.groups.iter().zip(&measured.groups);
    let summary = |(group, of): (&crate::scenario::Group, &crate::measures::Grouped)| {
        let (delivery, ack) = (Quantiles::of(&of.delivery), Quantiles::of(&of.ack));
        GroupSummary { name: group.name.clone(), delivery, ack }
    };
    groups.map(summary).collect()
}

/// In milliseconds, to the hundredth.
pub(crate) fn ms(us: u64) -> f64 {
    (us as f64 / 10.0).round() / 100.0
}
