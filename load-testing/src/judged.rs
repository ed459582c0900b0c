//! The thresholds of a scenario against what was measured.

use serde::Serialize;

use crate::measures::{Grouped, Measured};
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

/// Every threshold that is set.
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
    let number = |name: &str, limit: Option<u64>, count: u64| {
        let limit = limit?;
        let (text, shown) = (limit.to_string(), count.to_string());
        Some(Judged { name: name.into(), limit: text, measured: shown, holds: count <= limit })
    };
    let counts = &measured.counts;
    let least = deliveries_at_least.map(|least| Judged {
        name: "Deliveries, at least".into(),
        limit: least.to_string(),
        measured: counts.deliveries.to_string(),
        holds: counts.deliveries >= least,
    });
    let judged = [
        span("Answer, 99 %", ack_p99, measured.ack.at(99.0)),
        span("Delivery, half", delivery_p50, measured.delivery.at(50.0)),
        span("Delivery, 99 %", delivery_p99, measured.delivery.at(99.0)),
        span("Delivery, slowest", delivery_max, measured.delivery.max()),
        span("Join, 99 %", join_p99, measured.join.at(99.0)),
        number("Refused", refused, counts.refused),
        number("Connections lost", disconnects, counts.disconnects + counts.failed_connects),
        number("Rooms begun anew", restarts, counts.restarts),
        least,
    ];
    let none = Grouped::default();
    let of_groups = scenario.groups.iter().enumerate().flat_map(|(index, group)| {
        let (own, name) = (measured.groups.get(index).unwrap_or(&none), &group.name);
        let GroupThresholds { ack_p99, delivery_p99 } = group.thresholds;
        [
            span(&format!("{name}: answer, 99 %"), ack_p99, own.ack.at(99.0)),
            span(&format!("{name}: delivery, 99 %"), delivery_p99, own.delivery.at(99.0)),
        ]
    });
    judged.into_iter().chain(of_groups).flatten().collect()
}

fn span(name: &str, limit: Option<Span>, us: u64) -> Option<Judged> {
    let limit = limit?.micros();
    let (text, shown) = (format!("{} ms", ms(limit)), format!("{} ms", ms(us)));
    Some(Judged { name: name.into(), limit: text, measured: shown, holds: us <= limit })
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
    fn one_fault_is_enough() {
        let mut findings = Findings::default();
        findings.add("room", None, Fault::Doubled { seq: 1 });
        assert!(!summary("", "", findings).passed);
    }
}
