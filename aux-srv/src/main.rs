//! The router of a fleet as a process of its own.

use std::process::ExitCode;
use std::sync::Arc;

use aux_srv::{AuxServer, DaemonConfig, NoBackends, Parts, SiteFacts, plain_refusal};
use axum::Router;
use protocol::http::FilesIn;
use service::daemon::{Process, Program, Routes, run};
use service::http::security_headers;

const PROGRAM: Program = Program {
    name: "aux-srv",
    version: env!("CARGO_PKG_VERSION"),
    about: "The router of an instantchat fleet.",
    prefix: "AUX_SRV",
    config_variable: "AUX_SRV_CONFIG",
};

fn main() -> ExitCode {
    run(PROGRAM, start)
}

async fn start(config: DaemonConfig, it: &mut Process) -> anyhow::Result<Routes> {
    let parts = Parts {
        config: config.aux,
        keys: it.keys.clone(),
        clock: it.clock.clone(),
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
    let aux = AuxServer::new(parts, &it.lifecycle, &mut it.registry)?;
    Ok(Routes {
        http: security_headers(aux.router()),
        admin: Router::new(),
        fleet: Router::new(),
        ready: Arc::new(|| Box::pin(async { Ok(()) })),
    })
}
