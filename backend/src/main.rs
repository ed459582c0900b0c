//! The backend as a process of its own: flags, configuration, listeners, signal, stop.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use backend::{Backend, DaemonConfig, Links};
use clap::Parser;
use prometheus_client::registry::Registry;
use service::http::{ServeOptions, serve};
use service::{Clock, Lifecycle, admin, config, lifecycle, secret, telemetry};
use tokio::net::TcpListener;

/// Owns rooms of instantchat.
#[derive(Debug, Parser)]
#[command(version)]
struct Flags {
    /// The configuration file; without it, the defaults.
    #[arg(long, env = "BACKEND_CONFIG")]
    config: Option<PathBuf>,
    /// Prints the configuration in force, and ends.
    #[arg(long)]
    print_config: bool,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let flags = Flags::parse();
    let config: DaemonConfig = config::load(flags.config.as_deref(), "BACKEND", std::env::vars())?;
    if flags.print_config {
        use std::io::Write;
        write!(std::io::stdout(), "{}", config::print(&config)?)?;
        return Ok(());
    }
    telemetry::init(&config.log)?;
    let keys = secret::from_environment()?;
    let stopping = Duration::from_secs(config.shutdown_wait_timeout_sec);
    let lifecycle = Lifecycle::new();
    start(config, keys, &lifecycle).await?;
    let clean = lifecycle::run_until_signal(&lifecycle, stopping).await?;
    anyhow::ensure!(clean, "some tasks did not end in time");
    Ok(())
}

/// Binds both listeners and serves them.
async fn start(
    config: DaemonConfig,
    keys: protocol::token::Keyring,
    lifecycle: &Lifecycle,
) -> anyhow::Result<()> {
    let bind = async |address| {
        let bound = TcpListener::bind(address).await;
        bound.with_context(|| format!("cannot listen on {address}"))
    };
    let doors = bind(config.http.listen).await?;
    let internal = bind(config.admin.listen).await?;
    let mut registry = Registry::with_prefix("instantchat");
    let (clock, links) = (Clock::system(), Links::default());
    let backend =
        Backend::new(config.backend, keys, clock, lifecycle.clone(), &mut registry, links);
    tracing::info!(doors = %doors.local_addr()?, admin = %internal.local_addr()?, "listening");
    let ready: admin::ReadyCheck = Arc::new(|| Box::pin(async { Ok(()) }));
    let internal_routes = admin::router(Arc::new(registry), lifecycle.clone(), ready);
    let internal_options = ServeOptions::default();
    lifecycle.spawn(serve(internal, internal_routes, internal_options, lifecycle.clone()));
    let options =
        ServeOptions { limits: config.http.limits, trusted_proxies: config.trusted_proxies };
    lifecycle.spawn(serve(doors, backend.router(), options, lifecycle.clone()));
    Ok(())
}
