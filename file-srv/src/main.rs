//! The life of the process: flags, configuration, listeners, signal, stop.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use file_srv::{DaemonConfig, FileServer};
use prometheus_client::registry::Registry;
use protocol::token::Keyring;
use service::http::{ServeOptions, security_headers, serve};
use service::{Clock, Lifecycle, admin, config, lifecycle, secret, telemetry};
use tokio::net::TcpListener;

/// Keeps the drawings and files of instantchat, and fetches link previews.
#[derive(Debug, Parser)]
#[command(version)]
struct Flags {
    /// The configuration file; without it, the defaults.
    #[arg(long, value_name = "FILE", env = "FILE_SRV_CONFIG")]
    config: Option<PathBuf>,
    /// Prints the configuration in force, without secrets, and ends.
    #[arg(long)]
    print_config: bool,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let flags = Flags::parse();
    let config: DaemonConfig = config::load(flags.config.as_deref(), "FILE_SRV", std::env::vars())?;
    if flags.print_config {
        std::io::stdout().write_all(config::print(&config)?.as_bytes())?;
        return Ok(());
    }
    telemetry::init(&config.log)?;
    let keys = secret::from_environment()?;
    let deadline = Duration::from_secs(config.shutdown_wait_timeout_sec);
    let lifecycle = Lifecycle::new();
    start(config, keys, &lifecycle).await?;
    let clean = lifecycle::run_until_signal(&lifecycle, deadline).await?;
    anyhow::ensure!(clean, "some tasks did not end in time");
    Ok(())
}

/// Binds both listeners and serves them.
async fn start(config: DaemonConfig, keys: Keyring, lifecycle: &Lifecycle) -> anyhow::Result<()> {
    let public = bound(config.http.listen).await?;
    let watched = bound(config.admin.listen).await?;
    let mut registry = Registry::with_prefix("instantchat");
    let clock = Clock::system();
    let files = FileServer::new(
        config.files,
        config.number,
        keys,
        clock,
        lifecycle.clone(),
        &mut registry,
    )?;
    tracing::info!(http = %public.local_addr()?, admin = %watched.local_addr()?, "listening");

    let checked = Arc::clone(&files);
    let ready: admin::ReadyCheck = Arc::new(move || {
        let files = Arc::clone(&checked);
        Box::pin(async move { files.writable().await })
    });
    let watch = admin::router(Arc::new(registry), lifecycle.clone(), ready);
    lifecycle.spawn(serve(watched, watch, ServeOptions::default(), lifecycle.clone()));
    let options = ServeOptions {
        limits: config.http.limits,
        trusted_proxies: config.trusted_proxies,
        ..ServeOptions::default()
    };
    lifecycle.spawn(serve(public, security_headers(files.router()), options, lifecycle.clone()));
    Ok(())
}

async fn bound(address: std::net::SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))
}
