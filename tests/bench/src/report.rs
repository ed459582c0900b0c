//! The table.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write;

use crate::case::{CASES, Case, Load};
use crate::peer::Peer;
use crate::run::Measured;

/// All runs so far, by case and peer.
#[derive(Debug, Default)]
pub(crate) struct Results(BTreeMap<&'static str, BTreeMap<Peer, Vec<Measured>>>);

/// Says what one run gave.
pub(crate) fn progress(
    case: &Case,
    peer: Peer,
    number: u32,
    measured: &Measured,
) -> anyhow::Result<()> {
    let line = serde_json::to_string(measured)?;
    writeln!(std::io::stderr(), "{} · {} · {}: {line}", case.name, peer.name(), number + 1)?;
    Ok(())
}

impl Results {
    /// One more run.
    pub(crate) fn add(&mut self, case: &Case, peer: Peer, measured: Measured) {
        self.0.entry(case.name).or_default().entry(peer).or_default().push(measured);
    }

    /// The medians, as Markdown.
    pub(crate) fn print(&self) -> anyhow::Result<()> {
        let mut text = String::from("| case |");
        Peer::ALL.iter().for_each(|peer| {
            let _ = write!(text, " {} |", peer.name());
        });
        text.push_str("\n|---|");
        Peer::ALL.iter().for_each(|_| text.push_str("---:|"));
        for case in &CASES {
            let Some(peers) = self.0.get(case.name) else { continue };
            write!(text, "\n| {}{} |", case.name, unit(case))?;
            for peer in Peer::ALL {
                let cell = peers.get(&peer).and_then(|runs| cell(case, runs));
                write!(text, " {} |", cell.unwrap_or_else(|| "—".into()))?;
            }
        }
        writeln!(std::io::stdout(), "{text}")?;
        Ok(())
    }
}

fn unit(case: &Case) -> &'static str {
    match case.load {
        Load::UnderWay(_) => ": CPU-s per million deliveries",
        Load::Paced(_) => ": CPU-s per million; 99th percentile",
        Load::Idle => ": bytes per member",
        Load::Storm => ": until quiet; to the first member",
    }
}

fn cell(case: &Case, runs: &[Measured]) -> Option<String> {
    let median = |of: fn(&Measured) -> Option<f64>| median(runs.iter().filter_map(of).collect());
    let cpu = || median(|one| one.cpu_seconds_per_million);
    Some(match case.load {
        Load::UnderWay(_) => format!("{:.2}", cpu()?),
        Load::Paced(_) => match median(|one| one.p99_ms) {
            Some(p99) => format!("{:.2}; {p99:.1} ms", cpu()?),
            None => format!("{:.2}", cpu()?),
        },
        Load::Idle => format!("{:.0}", median(|one| one.bytes_per_member)?),
        Load::Storm => format!(
            "{:.2} s; {:.0} kB",
            median(|one| one.storm_seconds)?,
            median(|one| one.storm_kilobytes)?
        ),
    })
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}
