//! The life of the process: flags, configuration, listeners, signal, stop.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use aux_srv::{AuxServer, DaemonConfig, NoBackends, Parts, SiteFacts, plain_refusal};
use clap::Parser;
use prometheus_client::registry::Registry;
use protocol::http::FilesIn;
use service::http::{ServeOptions, security_headers, serve};
use service::{Clock, Lifecycle, admin, secret, telemetry};
use tokio::net::TcpListener;

/// The router of an instantchat fleet.
#[derive(Debug, Parser)]
#[command(version)]
struct Args {
    /// The configuration file.
    #[arg(long, value_name = "FILE", env = "AUX_SRV_CONFIG")]
    config: Option<PathBuf>,
    /// Print the configuration in force, without secrets, and exit.
    #[arg(long)]
    print_config: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(2),
        Err(error) => {
            // Standard error may be gone, and then nobody reads this anyway.
            let _ = writeln!(std::io::stderr(), "aux-srv: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> anyhow::Result<bool> {
    let args = Args::parse();
    let config: DaemonConfig =
        service::config::load(args.config.as_deref(), "AUX_SRV", std::env::vars())?;
    if args.print_config {
        std::io::stdout().write_all(service::config::print(&config)?.as_bytes())?;
        return Ok(true);
    }
    telemetry::init(&config.log)?;
    let lifecycle = Lifecycle::new();
    let mut registry = Registry::with_prefix("instantchat");
    let parts = Parts {
        config: config.aux.clone(),
        keys: secret::from_environment()?,
        clock: Clock::system(),
        facts: SiteFacts {
            room_expires_after_ms: 12 * 60 * 60 * 1_000,
            messages_max: 1_000,
            text_chars_max: 10_000,
            file_bytes_max: 25 << 20,
            drawing_bytes_max: 8 << 20,
            files_in: FilesIn::Folder,
            addresses_logged: false,
        },
        link: Arc::new(NoBackends),
        refuse: plain_refusal(),
    };
    let aux = AuxServer::new(parts, &lifecycle, &mut registry)?;
    let public = TcpListener::bind(config.http.listen).await?;
    let watched = TcpListener::bind(config.admin.listen).await?;
    tracing::info!(http = %public.local_addr()?, admin = %watched.local_addr()?, "listening");
    let options =
        ServeOptions { limits: config.http.limits, trusted_proxies: config.trusted_proxies };
    let ready: admin::ReadyCheck = Arc::new(|| Box::pin(async { Ok(()) }));
    let watch = admin::router(Arc::new(registry), lifecycle.clone(), ready);
    lifecycle.spawn(serve(watched, watch, ServeOptions::default(), lifecycle.clone()));
    lifecycle.spawn(serve(public, security_headers(aux.router()), options, lifecycle.clone()));
    let deadline = Duration::from_secs(config.shutdown_wait_timeout_sec);
    Ok(service::lifecycle::run_until_signal(&lifecycle, deadline).await?)
}
