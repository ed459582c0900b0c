//! The life of the process: flags, configuration, listeners, signal, stop.

use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use instantchat::{Args, Config, Instantchat};
use service::Clock;
use service::lifecycle::Signals;
use tikv_jemallocator::Jemalloc;

/// A connection is some dozens of small allocations, and an event a dozen more.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    let clock = Clock::system();
    match run(&clock) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(2),
        Err(error) => {
            // Standard error may be gone, and then nobody reads this anyway.
            let _ = writeln!(std::io::stderr(), "instantchat: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(clock: &Clock) -> anyhow::Result<bool> {
    let started = clock.now();
    let args = Args::parse();
    let config = args.configuration()?;
    if args.print_config {
        say(&service::config::print(&config)?)?;
        return Ok(true);
    }
    if args.healthcheck {
        service::healthcheck::ask(config.admin.listen)?;
        return Ok(true);
    }
    service::telemetry::init(&config.log).context("log.level")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let ended = runtime.block_on(async {
        let signals = Signals::take()?;
        let instantchat = instantchat::start(&config).await?;
        say(&greeting(&config, &instantchat, clock.now() - started))?;
        anyhow::Ok(instantchat.run(signals).await)
    });
    // Threads that hash or decode may be in the middle of something that nobody waits for.
    runtime.shutdown_timeout(Duration::from_millis(100));
    ended
}

fn greeting(config: &Config, running: &Instantchat, ready_ms: u64) -> String {
    let hours = config.backend.room.expires_after_ms / 3_600_000;
    format!(
        "instantchat {version}, ready in {ready_ms} ms\n\
         open      http://{address}\n\
         admin     http://{admin} (/livez, /readyz, /metrics)\n\
         messages  in memory only: gone when this process ends, or {hours} h after a room's last use\n\
         files     in {folder}, gone with their room\n\
         stop      Ctrl-C\n",
        version = env!("CARGO_PKG_VERSION"),
        address = running.address,
        admin = running.admin_address,
        folder = config.data_dir.display(),
    )
}

fn say(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}
