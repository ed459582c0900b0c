//! The router of the fleet as a process of its own.

use std::process::ExitCode;
use std::sync::Arc;

use aux_srv::admin::AdminToken;
use aux_srv::{AuxServer, DaemonConfig, PREFIX, Parts, Roster, RosterFile, discovery};
use fleet::{Caller, Guard};
use service::admin::ReadyCheck;
use service::daemon::{Process, Program, Routes, run};
use service::http::security_headers;

const PROGRAM: Program = Program {
    name: "aux-srv",
    version: env!("CARGO_PKG_VERSION"),
    about: "Serves the pages of an instantchat fleet and places its rooms.",
    prefix: PREFIX,
    config_variable: "AUX_SRV_CONFIG",
};

fn main() -> ExitCode {
    run(PROGRAM, start)
}

async fn start(config: DaemonConfig, it: &mut Process) -> anyhow::Result<Routes> {
    let file = it
        .config_file
        .clone()
        .map(|path| RosterFile { path, environment: service::config::environment().collect() });
    let parts = Parts {
        roster: Roster::Processes { backends: config.backends()?, file },
        files: config.files()?,
        config: config.aux,
        keys: it.keys.clone(),
        clock: it.clock.clone(),
        data_dir: config.data_dir,
        reach: Arc::new(Caller::new(it.keys.clone(), it.clock.clone(), it.tls.as_ref())?),
        direct_domain: config.direct_domain,
        edges: config.process.trusted_proxies,
    };
    let aux = AuxServer::new(parts, &it.lifecycle, &mut it.registry)?;
    aux.watch(&it.lifecycle);
    let own = discovery::admin_address(&it.advertised, it.admin.port());
    let guard = Guard::new(it.keys.clone(), it.clock.clone());
    let door = aux.admin_router(AdminToken::from_environment()?);
    Ok(Routes {
        http: security_headers(aux.edge_router().merge(aux.router())),
        admin: discovery::routes(Arc::clone(&aux), own).merge(door),
        fleet: fleet::aux_routes(aux.calls(), guard),
        ready: ready(aux),
    })
}

fn ready(aux: Arc<AuxServer>) -> ReadyCheck {
    Arc::new(move || {
        let ready = aux.ready();
        Box::pin(std::future::ready(ready))
    })
}
