//! The life of a process of a fleet, the same for all kinds: flags, configuration, secret,
//! listeners, start-up lines, signal, stop.
//!
//! What a process does it says itself, in the function that [`run`] is given.

mod config;
mod flags;
mod listeners;

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use prometheus_client::registry::Registry;
use protocol::token::Keyring;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::admin::ReadyCheck;
use crate::lifecycle::Signals;
use crate::tls::Tls;
use crate::{
    Clock, Lifecycle, config as configuration, descriptors, healthcheck, lifecycle,
    process_metrics, secret, telemetry,
};
use listeners::Listeners;

pub use config::{AdminConfig, FleetConfig, HttpConfig, ProcessConfig};

/// Every metric's first word.
const METRICS_PREFIX: &str = "instantchat";
/// How long threads that compute something nobody waits for may hold up the end.
const THREADS_PATIENCE: Duration = Duration::from_millis(100);

/// Which program it is.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
    /// What it is for, in a sentence.
    pub about: &'static str,
    /// What its variables of the environment begin with.
    pub prefix: &'static str,
    /// The variable that names its configuration file.
    pub config_variable: &'static str,
}

/// The configuration of a program.
pub trait Configuration: Default + Serialize + DeserializeOwned {
    /// The part that all have.
    fn of_process(&self) -> &ProcessConfig;
}

/// What a process has when it begins its own work.
pub struct Process {
    /// The fleet's secrets.
    pub keys: Keyring,
    /// The time.
    pub clock: Clock,
    /// Its life.
    pub lifecycle: Lifecycle,
    /// Its metrics.
    pub registry: Registry,
    /// TLS between processes, if the fleet has it.
    pub tls: Option<Tls>,
    /// The file that its configuration came from.
    pub config_file: Option<PathBuf>,
    /// Where its public listener is.
    pub http: SocketAddr,
    /// Where its admin listener is.
    pub admin: SocketAddr,
    /// Under which address the others reach its fleet listener.
    pub advertised: String,
}

/// What its listeners serve.
pub struct Routes {
    /// To browsers and the edge.
    pub http: Router,
    /// To operators, beside liveness, readiness and metrics.
    pub admin: Router,
    /// To the other processes.
    pub fleet: Router,
    /// Whether it can do its work.
    pub ready: ReadyCheck,
}

/// Runs a program from its flags to its end. `start` begins its work once all listeners are bound.
/// The exit code is 0 after a clean stop, 2 after a hard one, 1 after an error.
pub fn run<C: Configuration>(
    program: Program,
    start: impl AsyncFnOnce(C, &mut Process) -> anyhow::Result<Routes>,
) -> ExitCode {
    match lived(program, start) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(2),
        Err(error) => {
            // Standard error may be gone, and then nobody reads this anyway.
            let _ = writeln!(std::io::stderr(), "{}: {error:#}", program.name);
            ExitCode::FAILURE
        }
    }
}

/// Whether everything ended by itself.
fn lived<C: Configuration>(
    program: Program,
    start: impl AsyncFnOnce(C, &mut Process) -> anyhow::Result<Routes>,
) -> anyhow::Result<bool> {
    let flags = flags::of(program);
    let config: C =
        configuration::load(flags.config.as_deref(), program.prefix, configuration::environment())?;
    if flags.print_config {
        say(&configuration::print(&config)?)?;
        return Ok(true);
    }
    if flags.healthcheck {
        healthcheck::ask(config.of_process().admin.listen)?;
        return Ok(true);
    }
    telemetry::init(&config.of_process().log).context("log.level")?;
    let keys = secret::from_environment()?;
    let tls = Tls::load(&config.of_process().fleet.tls).context("fleet.tls")?;
    config.of_process().check()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let ended = runtime.block_on(async {
        let signals = Signals::take()?;
        let process = config.of_process().clone();
        let listeners = Listeners::bind(&process).await?;
        let mut it = Process {
            keys,
            clock: Clock::system(),
            lifecycle: Lifecycle::new(),
            registry: Registry::with_prefix(METRICS_PREFIX),
            tls,
            config_file: flags.config,
            http: listeners.http.local_addr()?,
            admin: listeners.admin.local_addr()?,
            advertised: listeners.advertised(&process)?,
        };
        process_metrics::register(&mut it.registry, program.version, &it.lifecycle);
        if let Some(tls) = &it.tls {
            tls.register(&mut it.registry);
        }
        let greeting = greeting(program, &process, &listeners)?;
        let routes = start(config, &mut it).await?;
        let deadline = Duration::from_secs(process.shutdown_wait_timeout_sec);
        let lifecycle = it.lifecycle.clone();
        let last = listeners.serve(process, it, routes);
        say(&greeting)?;
        let clean = lifecycle::run_until_signal(signals, &lifecycle, deadline).await;
        // Who is to end at once waits for nobody.
        if clean {
            last.end().await;
        }
        anyhow::Ok(clean)
    });
    runtime.shutdown_timeout(THREADS_PATIENCE);
    ended
}

/// The lines that tell who has started, and where it is; the last one is `ready`.
fn greeting(
    program: Program,
    process: &ProcessConfig,
    listeners: &Listeners,
) -> anyhow::Result<String> {
    let accepted = descriptors::for_connections().min(process.http.limits.connections_max);
    let soft = descriptors::soft_limit();
    tracing::info!(
        version = program.version,
        connections_max = accepted,
        descriptors = soft,
        "start"
    );
    Ok(format!(
        "{name} {version}\nhttp {http}\nadmin {admin}\nfleet {fleet}\n\
         connections {accepted} at most, of {soft} descriptors\nready\n",
        name = program.name,
        version = program.version,
        http = listeners.http.local_addr()?,
        admin = listeners.admin.local_addr()?,
        fleet = listeners.fleet.local_addr()?,
    ))
}

fn say(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}
