//! The process `file-srv`.

use std::process::ExitCode;
use std::sync::Arc;

use file_srv::{DaemonConfig, FileServer, FleetAnswers};
use fleet::{Guard, files_routes};
use service::admin::ReadyCheck;
use service::daemon::{self, Process, Program, Routes};
use service::http::security_headers;

const PROGRAM: Program = Program {
    name: "file-srv",
    version: env!("CARGO_PKG_VERSION"),
    about: "Keeps the drawings and files of instantchat, and fetches link previews",
    prefix: "FILE_SRV",
    config_variable: "FILE_SRV_CONFIG",
};

fn main() -> ExitCode {
    daemon::run(PROGRAM, start)
}

async fn start(config: DaemonConfig, process: &mut Process) -> anyhow::Result<Routes> {
    let (keys, clock, lifecycle) =
        (process.keys.clone(), process.clock.clone(), process.lifecycle.clone());
    let guard = Guard::new(keys.clone(), clock.clone());
    let registry = &mut process.registry;
    let files = FileServer::new(config.files, config.number, keys, clock, lifecycle, registry)?;
    let answers = FleetAnswers::new(Arc::clone(&files), process.admin.port());
    let checked = Arc::clone(&files);
    let ready: ReadyCheck = Arc::new(move || {
        let files = Arc::clone(&checked);
        Box::pin(async move { files.writable().await })
    });
    Ok(Routes {
        http: security_headers(files.router()),
        admin: axum::Router::new(),
        fleet: files_routes(Arc::new(answers), guard),
        ready,
    })
}
