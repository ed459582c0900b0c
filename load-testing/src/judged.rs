//! The thresholds of a scenario against what was measured.

use serde::Serialize;

use crate::measures::{Grouped, Latencies, Measured};
use crate::report::number;
use crate::scenario::{GroupThresholds, Scenario, Span, Thresholds};
use crate::summary::ms;

/// A threshold and what was measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Judged {
    /// What.
    pub name: String,
    /// The threshold.
    pub limit: String,
    /// What was measured.
    pub measured: String,
    /// Whether it holds.
    pub holds: bool,
}

/// Every threshold that is set, and whether the run was what the scenario says.
pub(crate) fn judge(scenario: &Scenario, measured: &Measured) -> Vec<Judged> {
    let Thresholds {
        ack_p99,
        delivery_p50,
        delivery_p99,
        delivery_max,
        join_p99,
        refused,
        disconnects,
        restarts,
        deliveries_at_least,
    } = scenario.thresholds.clone();
    let counted = |name: &str, limit: Option<u64>, count: u64| {
        let limit = limit?;
        let (text, shown) = (number(limit), number(count));
        Some(Judged { name: name.into(), limit: text, measured: shown, holds: count <= limit })
    };
    let counts = &measured.counts;
    let least = |name: &str, limit: Option<u64>, count: u64| {
        let limit = limit?;
        let (text, shown) = (number(limit), number(count));
        Some(Judged { name: name.into(), limit: text, measured: shown, holds: count >= limit })
    };
    let judged = [
        span("Answer, 99 %", ack_p99, &measured.ack, 99.0),
        span("Delivery, half", delivery_p50, &measured.delivery, 50.0),
        span("Delivery, 99 %", delivery_p99, &measured.delivery, 99.0),
        span("Delivery, slowest", delivery_max, &measured.delivery, 100.0),
        span("Join, 99 %", join_p99, &measured.join, 99.0),
        counted("Refused", refused, counts.refused),
        counted("Connections lost", disconnects, counts.disconnects + counts.failed_connects),
        counted("Rooms begun anew", restarts, counts.restarts),
        least("Deliveries, at least", deliveries_at_least, counts.deliveries),
        // Whoever did not come, and what was not said, has broken no threshold: the run was not
        // the scenario's.
        least("Members that came, at least", Some(scenario.members()), counts.joins),
        counted("Posts due and not sent", Some(0), counts.unsent),
    ];
    let none = Grouped::default();
    let of_groups = scenario.groups.iter().enumerate().flat_map(|(index, group)| {
        let (own, name) = (measured.groups.get(index).unwrap_or(&none), &group.name);
        let GroupThresholds { ack_p99, delivery_p99 } = group.thresholds;
        [
            span(&format!("{name}: answer, 99 %"), ack_p99, &own.ack, 99.0),
            span(&format!("{name}: delivery, 99 %"), delivery_p99, &own.delivery, 99.0),
        ]
    });
    judged.into_iter().chain(of_groups).flatten().collect()
}

/// A percentile of nothing holds no limit.
fn span(name: &str, limit: Option<Span>, of: &Latencies, percent: f64) -> Option<Judged> {
    let limit = limit?.micros();
    let us = (of.count() > 0).then(|| of.at(percent));
    Some(Judged {
        name: name.into(),
        limit: told(limit),
        measured: us.map_or_else(|| "nothing".into(), told),
        holds: us.is_some_and(|us| us <= limit),
    })
}

/// In words: a whole number of milliseconds has its thousands apart.
fn told(us: u64) -> String {
    if us.is_multiple_of(1_000) {
        return format!("{} ms", number(us / 1_000));
    }
    format!("{} ms", ms(us))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Fault;
    use crate::findings::Findings;
    use crate::measures::Measures;
    use crate::summary::{Run, Summary};

    fn measured() -> Measured {
        let measures = Measures::new(0, 10_000_000);
        measures.note(0, |all, _| {
            for us in 1..=100 {
                all.answered(0, us * 1_000);
                all.delivered(0, us * 2_000);
            }
            all.counts.joins = 1;
            all.counts.deliveries = 100;
            all.counts.disconnects = 1;
        });
        measures.snapshot()
    }

    fn summary(thresholds: &str, of_group: &str, findings: Findings) -> Summary {
        let text = format!(
            "name: x\nlasts: 10s\ngroups: [{{ name: a, members: 1, thresholds: {{ {of_group} }} }}]\n\
             thresholds: {{ {thresholds} }}"
        );
        let scenario = Scenario::parse(&text, "x.yml").unwrap();
        let run = Run { target: String::new(), peer: None, began: 0, processes: 1 };
        Summary::new(&scenario, &run, &measured(), findings)
    }

    #[test]
    fn a_threshold_holds_up_to_itself() {
        for (thresholds, passed) in [
            ("", true),
            ("ackP99: 100ms", true),
            ("ackP99: 98ms", false),
            ("deliveryP50: 101ms, deliveryMax: 1s", true),
            ("deliveryMax: 199ms", false),
            ("disconnects: 1", true),
            ("disconnects: 0", false),
            ("deliveriesAtLeast: 101", false),
            // Nobody's join was measured.
            ("joinP99: 1h", false),
        ] {
            let summary = summary(thresholds, "", Findings::default());
            assert_eq!(summary.passed, passed, "{thresholds}");
        }
        for (of_group, passed) in
            [("ackP99: 100ms, deliveryP99: 199ms", true), ("deliveryP99: 190ms", false)]
        {
            assert_eq!(summary("", of_group, Findings::default()).passed, passed, "{of_group}");
        }
    }

    #[test]
    fn a_run_that_was_not_the_scenarios_does_not_pass() {
        let scenario =
            "name: x\nlasts: 10s\ngroups: [{ name: a, members: 2, posts: { perSecond: 1 } }]";
        let scenario = Scenario::parse(scenario, "x.yml").unwrap();
        let passed = |joins, unsent| {
            let mut measured = measured();
            (measured.counts.joins, measured.counts.unsent) = (joins, unsent);
            judge(&scenario, &measured).iter().all(|judged| judged.holds)
        };
        assert!(passed(2, 0) && passed(3, 0));
        assert!(!passed(1, 0), "one of two did not come");
        assert!(!passed(2, 1), "a post was not sent");
    }

    #[test]
    fn one_fault_is_enough() {
        let mut findings = Findings::default();
        findings.add("room", None, Fault::Doubled { seq: 1 });
        assert!(!summary("", "", findings).passed);
    }
}
