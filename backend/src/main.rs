//! The backend as a process of its own.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use backend::{Backend, DaemonConfig, FileNotices, Links, Place};
use fleet::limits::BACKEND_ROOMS_MAX;
use fleet::{Caller, Guard};
use service::admin::ReadyCheck;
use service::daemon::{Process, Program, Routes, run};
use service::traces::{Origin, Traces};
use tikv_jemallocator::Jemalloc;

/// A connection is some dozens of small allocations, and an event a dozen more.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

const PROGRAM: Program = Program {
    name: "backend",
    version: env!("CARGO_PKG_VERSION"),
    about: "Owns rooms of an instantchat fleet.",
    prefix: "BACKEND",
    config_variable: "BACKEND_CONFIG",
};

fn main() -> ExitCode {
    run(PROGRAM, start)
}

async fn start(config: DaemonConfig, it: &mut Process) -> anyhow::Result<Routes> {
    let (keys, clock, lifecycle) = (it.keys.clone(), it.clock.clone(), it.lifecycle.clone());
    let aux = placement::roster(&config.aux_instances).context("auxInstances")?;
    anyhow::ensure!(!aux.is_empty(), "auxInstances: without a router nobody comes");
    let rooms_max = config.backend.rooms.max;
    anyhow::ensure!(
        rooms_max <= BACKEND_ROOMS_MAX,
        "rooms.max: {rooms_max} is above {BACKEND_ROOMS_MAX}, which is what a router can be told of; \
         add a backend instead",
    );
    let caller = Arc::new(Caller::new(keys.clone(), clock.clone(), it.tls.as_ref())?);
    let aux = aux.iter().map(|address| caller.aux(address.as_str())).collect();
    let reach = Arc::new(move |address: &str| caller.files(address));
    let (service, version) = (PROGRAM.name, PROGRAM.version);
    let origin = Origin { service, version, instance: &config.backend.name };
    let traces = Traces::start(&config.traces, origin, &clock, &lifecycle, &mut it.registry)
        .context("traces.endpoint")?;
    let links = Links {
        traces,
        files: FileNotices::new(reach, clock.clone(), lifecycle.clone(), &mut it.registry),
        aux,
        place: Some(Place {
            address: it.advertised.clone(),
            door_port: it.http.port(),
            admin_port: it.admin.port(),
            direct_host: config.direct_host,
            on_router_loss: config.on_router_loss.into(),
        }),
        ..Links::default()
    };
    let guard = Guard::new(keys.clone(), clock.clone());
    let backend = Backend::new(config.backend, keys, clock, lifecycle, &mut it.registry, links);
    let own = Arc::clone(&backend);
    let ready: ReadyCheck = Arc::new(move || {
        let backend = Arc::clone(&own);
        Box::pin(async move { backend.ready().await })
    });
    Ok(Routes {
        http: backend.router(),
        admin: axum::Router::new(),
        fleet: fleet::backend_routes(backend.fleet(), guard),
        ready,
    })
}
