//! The report as a page that needs nothing beside itself: it can be mailed.

mod chart;
mod terminal;

use std::fmt::Write;

use crate::summary::{Quantiles, Summary};
use chart::{Chart, Line};

pub use terminal::words;

/// What is said of latencies that are the generator's as well.
const LATE: &str = "The generator was short of processor and sent posts late: these latencies are \
                    its own as much as the server's.";
/// The page's style: the colours of the chat.
const STYLE: &str = include_str!("report.css");

/// The page.
pub fn page(summary: &Summary) -> String {
    let mut page = String::new();
    let verdict = if summary.passed { "Passed" } else { "Failed" };
    let class = if summary.passed { "good" } else { "bad" };
    let parts = [
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">".to_owned(),
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">".to_owned(),
        format!(
            "<title>{}: {verdict}</title><style>{STYLE}</style></head><body>",
            text(&summary.name)
        ),
        format!("<h1>{} <span class=\"{class}\">{verdict}</span></h1>", text(&summary.name)),
        format!("<p class=\"quiet\">{}</p>", text(&summary.about)),
        facts(summary),
        verdict_of(summary),
        thresholds(summary),
        latencies(summary),
        charts(summary),
        counts(summary),
        "</body></html>\n".to_owned(),
    ];
    for part in parts {
        page.push_str(&part);
    }
    page
}

fn facts(summary: &Summary) -> String {
    let facts = [
        ("Members", number(summary.members)),
        ("Rooms", number(summary.rooms)),
        ("Posts", number(summary.counts.posts)),
        ("Deliveries", number(summary.counts.deliveries)),
        ("Post to sight, half", delivered(summary, 50.0)),
        ("Post to sight, 99 %", delivered(summary, 99.0)),
        ("Lasted", format!("{} s", summary.lasts_sec)),
    ];
    let cells: String = facts
        .iter()
        .map(|(name, value)| format!("<div><dt>{name}</dt><dd>{value}</dd></div>"))
        .collect();
    format!("<dl class=\"facts\">{cells}</dl>")
}

fn delivered(summary: &Summary, percent: f64) -> String {
    let of = summary.latencies.get("delivery").filter(|of| of.count > 0);
    of.map_or_else(|| "–".into(), |of| format!("{:.1} ms", of.at(percent)))
}

fn verdict_of(summary: &Summary) -> String {
    if summary.findings.is_empty() {
        let sentence = match summary.peer {
            None => {
                "Every member got every event once, in order and alike; every answer holds; every \
                 gap is what was missed."
            }
            Some(_) => "Every member got every text of every author once, in order and alike.",
        };
        return format!("<h2>Verdict</h2><p>{sentence}</p>");
    }
    let mut out =
        "<h2>Verdict</h2><table><tr><th>What was wrong</th><th>Times</th></tr>".to_owned();
    for (kind, count) in &summary.findings.counts {
        let _ = write!(
            out,
            "<tr class=\"bad\"><td>{}</td><td>{}</td></tr>",
            text(kind),
            number(*count)
        );
    }
    out.push_str("</table><h3>The first of them</h3><ul>");
    for finding in &summary.findings.examples {
        let member = finding.member.as_deref().unwrap_or("all members");
        let _ = write!(
            out,
            "<li>{} <span class=\"quiet\">{}, {}</span></li>",
            text(&finding.fault.to_string()),
            text(&finding.room),
            text(member)
        );
    }
    out.push_str("</ul>");
    out
}

fn thresholds(summary: &Summary) -> String {
    if summary.thresholds.is_empty() {
        return String::new();
    }
    let mut out =
        "<h2>Thresholds</h2><table><tr><th></th><th>Measured</th><th>Threshold</th><th></th></tr>"
            .to_owned();
    for judged in &summary.thresholds {
        let (class, word) = if judged.holds { ("", "holds") } else { ("bad", "broken") };
        let _ = write!(
            out,
            "<tr class=\"{class}\"><td>{}</td><td>{}</td><td>{}</td><td>{word}</td></tr>",
            text(&judged.name),
            text(&judged.measured),
            text(&judged.limit)
        );
    }
    out + "</table>"
}

fn latencies(summary: &Summary) -> String {
    let rows = [
        (
            "delivery",
            "Post to sight",
            "from the moment that a post was due to each member that reads it",
        ),
        ("ack", "Post to answer", "from the moment that a post was due to its answer"),
        ("join", "Join", "from the moment that a member was to come to its being in the room"),
        ("resume", "Coming back", "the same, after a lost connection"),
        (
            "lag",
            "Generator",
            "from the moment that a post was due to its being sent, which is in the others",
        ),
    ];
    let mut out =
        "<h2>Latencies, ms</h2><div class=\"wide\"><table><tr><th></th><th>Count</th><th>Mean</th>"
            .to_owned();
    for percent in crate::summary::PERCENTILES {
        let _ = write!(out, "<th>{percent} %</th>");
    }
    out.push_str("<th>Slowest</th></tr>");
    let none = Quantiles::default();
    for (key, name, what) in rows {
        let of = summary.latencies.get(key).unwrap_or(&none);
        if of.count == 0 {
            continue;
        }
        row(&mut out, &format!("{name}<br><span class=\"quiet\">{what}</span>"), of);
        for group in &summary.groups {
            let of = match key {
                "delivery" => &group.delivery,
                "ack" => &group.ack,
                _ => continue,
            };
            row(&mut out, &format!("<span class=\"part\">{}</span>", text(&group.name)), of);
        }
    }
    out.push_str("</table></div>");
    if summary.is_late() {
        let _ = write!(out, "<p class=\"bad\">{LATE}</p>");
    }
    out
}

fn row(out: &mut String, name: &str, of: &Quantiles) {
    let (count, mean) = (number(of.count), of.mean_ms);
    let _ = write!(out, "<tr><td>{name}</td><td>{count}</td><td>{mean:.2}</td>");
    for (_, ms) in &of.ms {
        let _ = write!(out, "<td>{ms:.2}</td>");
    }
    let _ = write!(out, "<td>{:.2}</td></tr>", of.max_ms);
}

fn charts(summary: &Summary) -> String {
    let line =
        |name: &'static str, class: &'static str, of: fn(&crate::summary::Moment) -> f64| Line {
            name,
            class,
            points: summary.timeline.iter().map(|moment| (moment.at_sec, of(moment))).collect(),
        };
    let lasts_sec = summary.timeline.last().map_or(0.0, |moment| moment.at_sec);
    // A second without a post has no latency, which is not one of 0.
    let latency = |name, class, of| {
        let mut line = line(name, class, of);
        line.points.retain(|(_, ms)| *ms > 0.0);
        line
    };
    let charts = [
        Chart {
            title: "Members in their rooms",
            unit: "",
            lasts_sec,
            lines: vec![line("members", "one", |moment| moment.members as f64)],
        },
        Chart {
            title: "Posts per second",
            unit: "/s",
            lasts_sec,
            lines: vec![line("posts", "one", |moment| moment.posts_per_sec)],
        },
        Chart {
            title: "Deliveries per second",
            unit: "/s",
            lasts_sec,
            lines: vec![line("deliveries", "one", |moment| moment.deliveries_per_sec)],
        },
        Chart {
            title: "Post to sight",
            unit: "ms",
            lasts_sec,
            lines: vec![
                latency("99 %", "two", |moment| moment.delivery_ms[1]),
                latency("half", "one", |moment| moment.delivery_ms[0]),
            ],
        },
        Chart {
            title: "Post to answer",
            unit: "ms",
            lasts_sec,
            lines: vec![
                latency("99 %", "two", |moment| moment.ack_ms[1]),
                latency("half", "one", |moment| moment.ack_ms[0]),
            ],
        },
        Chart {
            title: "Refusals and lost connections",
            unit: "",
            lasts_sec,
            lines: vec![
                line("refused", "one", |moment| moment.refused as f64),
                line("lost", "two", |moment| moment.lost as f64),
            ],
        },
    ];
    let figures: String = charts.iter().map(Chart::svg).collect();
    format!("<h2>Over time</h2><div class=\"charts\">{figures}</div>")
}

fn counts(summary: &Summary) -> String {
    let counts = &summary.counts;
    let rows = [
        ("Members that came", counts.joins),
        ("Connections lost on purpose or not, and back", counts.resumes),
        ("Back with exactly the missing events", counts.resumed),
        ("Back with a gap", counts.gaps),
        ("Rooms begun anew, as members saw it", counts.restarts),
        ("Posts sent", counts.posts),
        ("Posts answered", counts.acks),
        ("Edits and votes done", counts.others),
        ("Posts due and not sent", counts.unsent),
        ("Events delivered", counts.deliveries),
        ("Bytes of their texts", counts.text_bytes),
        ("Slow readers closed", counts.slow_closed),
        ("Connections that failed", counts.failed_connects),
        ("Connections that ended unasked", counts.disconnects),
        ("Refusals", counts.refused),
    ];
    let mut out = "<h2>Counts</h2><table>".to_owned();
    for (name, count) in rows.iter().filter(|(_, count)| *count > 0) {
        let _ = write!(out, "<tr><td>{name}</td><td>{}</td></tr>", number(*count));
    }
    for (code, count) in &summary.refusals {
        let _ = write!(out, "<tr><td>refused: {}</td><td>{}</td></tr>", text(code), number(*count));
    }
    for (code, count) in &summary.disconnects {
        let _ = write!(out, "<tr><td>closed with {code}</td><td>{}</td></tr>", number(*count));
    }
    out.push_str("</table>");
    let none = rows.iter().filter(|(_, count)| *count == 0).map(|(name, _)| name.to_lowercase());
    let none: Vec<_> = none.collect();
    if !none.is_empty() {
        let _ = write!(out, "<p class=\"quiet\">Not once: {}.</p>", none.join("; "));
    }
    out + &origin(summary)
}

/// Where and when it was made.
fn origin(summary: &Summary) -> String {
    let machine = &summary.machine;
    format!(
        "<p class=\"quiet origin\">{} · {}{} · seed {} · {} · made by {} on {}, {}, Linux {}</p>",
        text(&summary.began),
        text(&summary.target),
        summary.peer.map_or_else(String::new, |peer| format!(" ({peer})")),
        summary.seed,
        env!("CARGO_PKG_VERSION"),
        if summary.processes == 1 {
            "1 process".into()
        } else {
            format!("{} processes", summary.processes)
        },
        text(&machine.processor),
        if machine.cores == 1 { "1 core".into() } else { format!("{} cores", machine.cores) },
        text(&machine.kernel),
    )
}

/// A text that is no markup.
fn text(of: &str) -> String {
    of.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A number with its thousands apart.
pub(crate) fn number(of: u64) -> String {
    let digits = of.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_thousands_apart() {
        let shown = [0, 999, 1_000, 1_234_567].map(number);
        assert_eq!(shown, ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn markup_of_others_is_text() {
        assert_eq!(text("<script>\"&"), "&lt;script&gt;&quot;&amp;");
    }
}
