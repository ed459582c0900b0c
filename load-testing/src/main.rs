//! The command line of `load`. Exit code 0: everything was right and every threshold holds; 1: not
//! so; 2: it could not be run.

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};
use load_testing::dialect::Peer;
use load_testing::report;
use load_testing::run::{self, Word};
use load_testing::scenario::Scenario;
use load_testing::summary::{Run, Summary};
use load_testing::target::Target;
use load_testing::time::{now, unix_ms};
use load_testing::world::Share;

/// Swarms of real clients that check what they receive.
#[derive(Debug, Parser)]
#[command(version)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a scenario.
    Run(Running),
    /// Read a scenario and say what is wrong with it, without a single connection.
    Check {
        /// The scenario.
        scenario: PathBuf,
    },
    /// One process's part of a run, which `run` starts.
    #[command(hide = true)]
    Part(Parting),
}

#[derive(Debug, clap::Args)]
struct Running {
    /// The scenario.
    scenario: PathBuf,
    /// The server, instead of the scenario's: ws://host:port.
    #[arg(long, value_name = "URL")]
    target: Option<String>,
    /// A host beside this machine that you may put under load, for it is yours.
    #[arg(long, value_name = "HOST")]
    allow_host: Option<String>,
    /// A peer of the benchmark that listens there instead of this product.
    #[arg(long, value_name = "PEER")]
    dialect: Option<Peer>,
    /// Processes that share the run.
    #[arg(long, value_name = "COUNT", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=64))]
    processes: u64,
    /// Where the report goes, as a page that needs nothing else.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Where the report goes, as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct Parting {
    scenario: PathBuf,
    #[arg(long)]
    address: SocketAddr,
    #[arg(long)]
    authority: String,
    #[arg(long)]
    dialect: Option<Peer>,
    #[arg(long)]
    run: String,
    #[arg(long)]
    start: u64,
    #[arg(long)]
    index: u64,
    #[arg(long)]
    count: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    let outcome = match Args::parse().command {
        Command::Run(running) => run(&running).await,
        Command::Check { scenario } => check(&scenario),
        Command::Part(parting) => part(parting).await,
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            // Standard error may be gone, and then nobody reads this anyway.
            let _ = writeln!(std::io::stderr(), "load: {error:#}");
            ExitCode::from(2)
        }
    }
}

async fn run(running: &Running) -> anyhow::Result<bool> {
    let scenario = Scenario::load(&running.scenario)?;
    if running.dialect.is_some() {
        scenario.suits_peers(&running.scenario)?;
    }
    let aim = running.target.as_deref().unwrap_or(&scenario.target);
    let target = Target::find(aim, running.allow_host.as_deref()).await;
    let mut target = target.map_err(|reason| match running.target {
        Some(_) => anyhow::anyhow!("--target: {reason}"),
        None => anyhow::anyhow!("{}: {reason}", scenario.place_of_target(&running.scenario)),
    })?;
    target.peer = running.dialect;
    let began = unix_ms();
    let name = format!("{:x}", now());
    let part = if running.processes == 1 {
        run::alone(scenario.clone(), target, name).await?
    } else {
        run::shared(&running.scenario, &scenario, &target, &name, running.processes).await?
    };
    let (measured, findings) = part.judge();
    let (target, peer) = (aim.to_owned(), running.dialect);
    let ran = Run { target, peer, began, processes: running.processes };
    let summary = Summary::new(&scenario, &ran, &measured, findings);
    if let Some(path) = &running.json {
        let json = serde_json::to_vec_pretty(&summary)?;
        std::fs::write(path, json).with_context(|| path.display().to_string())?;
    }
    if let Some(path) = &running.html {
        std::fs::write(path, report::page(&summary)).with_context(|| path.display().to_string())?;
    }
    std::io::stdout().write_all(report::words(&summary).as_bytes())?;
    Ok(summary.passed)
}

fn check(path: &Path) -> anyhow::Result<bool> {
    let scenario = Scenario::load(path)?;
    let (members, rooms) = (scenario.members(), scenario.rooms());
    let seconds = scenario.lasts.0.as_secs_f64();
    let text = format!("{}: {members} members in {rooms} rooms for {seconds} s\n", scenario.name);
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(true)
}

async fn part(parting: Parting) -> anyhow::Result<bool> {
    let Parting { scenario, address, authority, dialect, run, start, index, count } = parting;
    let scenario = Scenario::load(&scenario)?;
    let target = Target { authority, address, peer: dialect };
    let share = Share { run, start, index, count };
    let part = run::part(scenario, target, share, |progress| say(&Word::Progress(*progress)));
    say(&Word::Part(Box::new(part.await?)));
    Ok(true)
}

fn say(word: &Word) {
    let mut line = serde_json::to_vec(word).expect("a word has string keys only");
    line.push(b'\n');
    // Whoever started this is gone, and with it the run.
    if std::io::stdout().write_all(&line).is_err() {
        std::process::exit(2);
    }
}
