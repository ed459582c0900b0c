//! The report in a few lines, for the terminal.

use std::fmt::Write;

use super::{LATE, number};
use crate::summary::{Quantiles, Summary};

/// Examples of faults.
const EXAMPLES: usize = 5;

/// The report.
pub fn words(summary: &Summary) -> String {
    let counts = &summary.counts;
    let mut out = format!(
        "{}: {} members in {} rooms, {} posts, {} deliveries\n",
        summary.name,
        number(summary.members),
        number(summary.rooms),
        number(counts.posts),
        number(counts.deliveries)
    );
    for (name, of) in &summary.latencies {
        if of.count == 0 {
            continue;
        }
        line(&mut out, &format!("  {name:9}"), of);
        for group in &summary.groups {
            match *name {
                "delivery" => line(&mut out, &format!("    of {}:", group.name), &group.delivery),
                "ack" => line(&mut out, &format!("    of {}:", group.name), &group.ack),
                _ => {}
            }
        }
    }
    if summary.is_late() {
        let _ = writeln!(out, "  {LATE}");
    }
    for judged in summary.thresholds.iter().filter(|judged| !judged.holds) {
        let _ =
            writeln!(out, "  broken: {} {}, not {}", judged.name, judged.measured, judged.limit);
    }
    for (code, count) in &summary.refusals {
        let _ = writeln!(out, "  refused: {code} {}", number(*count));
    }
    for (kind, count) in &summary.findings.counts {
        let _ = writeln!(out, "  wrong: {kind} {}", number(*count));
    }
    for finding in summary.findings.examples.iter().take(EXAMPLES) {
        let member = finding.member.as_deref().unwrap_or("all");
        let _ = writeln!(out, "    {} ({}, {member})", finding.fault, finding.room);
    }
    out.push_str(if summary.passed { "passed\n" } else { "failed\n" });
    out
}

fn line(out: &mut String, name: &str, of: &Quantiles) {
    let _ = writeln!(
        out,
        "{name} half {:.2} ms, 99 % {:.2} ms, 99.9 % {:.2} ms, slowest {:.2} ms",
        of.at(50.0),
        of.at(99.0),
        of.at(99.9),
        of.max_ms
    );
}
