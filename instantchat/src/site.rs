//! The three parts, joined behind one listener.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use aux_srv::admin::AdminToken;
use aux_srv::{AuxServer, FileInstance, Parts, Roster, discovery};
use axum::Router;
use backend::{Backend, Links};
use file_srv::{FileServer, FleetAnswers, Number};
use placement::BackendName;
use prometheus_client::registry::Registry;
use protocol::token::Keyring;
use service::http::{ServeOptions, TrustedProxies, security_headers, serve};
use service::lifecycle::Signals;
use service::traces::{Origin, Traces};
use service::{Clock, Lifecycle, admin, process_metrics, secret};
use tokio::net::TcpListener;

use crate::config::Config;
use crate::links::{OneFileServer, OneOfEach, OneRouter};

/// Every metric's first word.
const METRICS_PREFIX: &str = "instantchat";
/// What stands for an address where nobody is far.
const HERE: &str = "here";

/// A running instantchat.
pub struct Instantchat {
    /// Where it serves.
    pub address: SocketAddr,
    /// Where it is watched.
    pub admin_address: SocketAddr,
    /// Its life.
    pub lifecycle: Lifecycle,
    deadline: Duration,
}

/// Binds both listeners and begins to serve.
///
/// # Errors
/// An address is taken, the data folder cannot be used, or a part refuses its configuration.
pub async fn start(config: &Config) -> anyhow::Result<Instantchat> {
    let keys = secret::from_environment_or_folder(&config.data_dir)?;
    let token = AdminToken::from_environment()?;
    let listener = bind(config.http.listen).await?;
    let admin_listener = bind(config.admin.listen).await?;
    let lifecycle = Lifecycle::new();
    let mut registry = Registry::with_prefix(METRICS_PREFIX);
    process_metrics::register(&mut registry, env!("CARGO_PKG_VERSION"), &lifecycle);
    let parts = join(config, &keys, &lifecycle, &mut registry)?;
    parts.aux.introduce().await;
    parts.aux.watch(&lifecycle);
    let running = Instantchat {
        address: listener.local_addr()?,
        admin_address: admin_listener.local_addr()?,
        lifecycle: lifecycle.clone(),
        deadline: Duration::from_secs(config.shutdown_wait_timeout_sec),
    };
    let Joined { router, aux, backend, files } = parts;
    let door = aux.admin_router(token);
    let ready: admin::ReadyCheck = Arc::new(move || {
        let (aux, backend, files) = (Arc::clone(&aux), Arc::clone(&backend), Arc::clone(&files));
        Box::pin(async move {
            aux.ready()?;
            backend.ready().await?;
            files.writable().await
        })
    });
    let watched = admin::router(registry, lifecycle.clone(), ready)
        .merge(discovery::routes_of_one_process(running.admin_address))
        .merge(door);
    let life = lifecycle.clone();
    lifecycle.spawn(serve(admin_listener, watched, ServeOptions::default(), life.clone()));
    lifecycle.spawn(serve(listener, router, config.public(), life));
    Ok(running)
}

impl Instantchat {
    /// Serves until a signal, then stops. Tells whether everything ended by itself.
    pub async fn run(self, signals: Signals) -> bool {
        service::lifecycle::run_until_signal(signals, &self.lifecycle, self.deadline).await
    }
}

async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))
}

/// The parts that the listeners need.
struct Joined {
    router: Router,
    aux: Arc<AuxServer>,
    backend: Arc<Backend>,
    files: Arc<FileServer>,
}

fn join(
    config: &Config,
    keys: &Keyring,
    lifecycle: &Lifecycle,
    registry: &mut Registry,
) -> anyhow::Result<Joined> {
    let clock = Clock::system();
    let files = FileServer::new(
        config.file_srv(),
        Number::FIRST,
        keys.clone(),
        clock.clone(),
        lifecycle.clone(),
        registry,
    )?;
    let router = Arc::new(OneRouter::default());
    let (service, version) = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    let origin = Origin { service, version, instance: &config.backend.name };
    let traces = Traces::start(&config.traces, origin, &clock, lifecycle, registry)
        .context("traces.endpoint")?;
    let links = Links {
        traces,
        files: Arc::new(OneFileServer(Arc::clone(&files))),
        aux: vec![Arc::clone(&router) as _],
        ..Links::default()
    };
    let backend = Backend::new(
        config.backend(),
        keys.clone(),
        clock.clone(),
        lifecycle.clone(),
        registry,
        links,
    );
    let answers = FleetAnswers::new(Arc::clone(&files), config.admin.listen.port());
    let reach = OneOfEach { backend: backend.fleet(), files: Arc::new(answers) };
    let parts = Parts {
        config: config.aux_srv(),
        keys: keys.clone(),
        clock,
        data_dir: config.data_dir.clone(),
        roster: Roster::OneProcess(BackendName::new(HERE)),
        files: vec![FileInstance {
            number: Number::FIRST.into(),
            fleet: HERE.into(),
            http: HERE.into(),
        }],
        reach: Arc::new(reach),
        direct_domain: String::new(),
        edges: TrustedProxies::default(),
    };
    let aux = AuxServer::new(parts, lifecycle, registry)?;
    router.is(&aux);
    let routes =
        Router::new().merge(aux.before(backend.router())).merge(files.router()).merge(aux.router());
    Ok(Joined { router: security_headers(routes), aux, backend, files })
}
