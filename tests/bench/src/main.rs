//! `make bench`: this product and what it is compared with, side by side in one run, one core for
//! the server and one for the clients. It prints the table of the README.

#![expect(clippy::disallowed_methods, reason = "what it does is to measure time")]

mod case;
mod dialect;
mod floor;
mod frames;
mod machine;
mod peer;
mod report;
mod run;
mod server;
mod swarm;

use std::path::PathBuf;

use clap::Parser;

use crate::case::Case;
use crate::peer::Peer;

/// Compares this product with its peers.
#[derive(Debug, Parser)]
struct Args {
    /// The binary of this product.
    #[arg(long, default_value = "instantchat")]
    instantchat: PathBuf,
    /// The folder into which `peers/install` put the others.
    #[arg(long)]
    peers: PathBuf,
    /// Runs of each case and peer; the median counts.
    #[arg(long, default_value_t = 5)]
    runs: u32,
    /// Only cases whose name contains this.
    #[arg(long)]
    case: Option<String>,
    /// Only these peers.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Serves as a peer instead: what the bare floor and the axum peer are.
    #[arg(long, hide = true, value_name = "KIND")]
    serve: Option<String>,
    /// What the served peer does.
    #[arg(long, hide = true, default_value_t = 0)]
    pace: u32,
    /// Rooms of the served peer.
    #[arg(long, hide = true, default_value_t = 1)]
    rooms: u32,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    match args.serve.as_deref() {
        Some("axum") => return floor::broadcast::serve(),
        Some("floor") => return floor::physical::serve(args.rooms, args.pace),
        Some(other) => anyhow::bail!("nothing serves as {other}"),
        None => {}
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut results = report::Results::default();
    let wanted = |case: &&Case| args.case.as_ref().is_none_or(|part| case.name.contains(part));
    for case in case::CASES.iter().filter(wanted) {
        for number in 0..args.runs {
            for peer in Peer::ALL {
                let chosen = args.only.is_empty() || args.only.iter().any(|one| one == peer.name());
                if chosen && case.suits(peer) {
                    let setting =
                        server::Setting { instantchat: &args.instantchat, peers: &args.peers };
                    let measured = runtime.block_on(run::quiet(case, peer, &setting))?;
                    report::progress(case, peer, number, &measured)?;
                    results.add(case, peer, measured);
                }
            }
        }
    }
    results.print()
}
