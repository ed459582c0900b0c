//! The configuration file of each daemon, and the edits that an operator makes.

use std::net::SocketAddr;
use std::path::Path;

use super::{DIRECT_DOMAIN, ports};

/// The three listeners of a daemon.
#[derive(Clone, Debug)]
pub(super) struct Listeners {
    pub(super) http: SocketAddr,
    pub(super) admin: SocketAddr,
    pub(super) fleet: SocketAddr,
}

impl Listeners {
    /// Ports that stay the daemon's own over its restarts.
    pub(super) fn free() -> Self {
        let ports = ports::free(3);
        let on = |index: usize| SocketAddr::from(([127, 0, 0, 1], ports[index]));
        Self { http: on(0), admin: on(1), fleet: on(2) }
    }

    pub(super) fn all(&self) -> [SocketAddr; 3] {
        [self.http, self.admin, self.fleet]
    }

    fn yaml(&self) -> String {
        format!(
            "http:\n  listen: {}\nadmin:\n  listen: {}\nfleet:\n  listen: {}\n\
             trustedProxies: [127.0.0.1/32]\n",
            self.http, self.admin, self.fleet
        )
    }
}

pub(super) fn aux(
    folder: &Path,
    listeners: &Listeners,
    backends: &[Listeners],
    files: &[Listeners],
    direct_port: Option<u16>,
) {
    let data = folder.join("state");
    std::fs::create_dir_all(&data).expect("a folder for its marks");
    let direct = direct_port.map_or(String::new(), |port| format!("{DIRECT_DOMAIN}:{port}"));
    let files = (1..).zip(files).map(|(number, files)| {
        format!(
            "  - {{ number: {number}, fleet: \"{}\", http: \"{}\" }}\n",
            files.fleet, files.http
        )
    });
    let text = format!(
        "{}https: true\ndataDir: {}\ndirectDomain: \"{direct}\"\nfileInstances:\n{}{}",
        listeners.yaml(),
        data.display(),
        files.collect::<String>(),
        instances(backends.iter().map(|backend| backend.fleet.to_string())),
    );
    write(folder, &text);
}

pub(super) fn backend(
    folder: &Path,
    number: usize,
    listeners: &Listeners,
    aux: &Listeners,
    direct_port: Option<u16>,
) {
    let direct = direct_port.map_or(String::new(), |port| direct_host(number, port));
    let text = format!(
        "{}name: backend-{number}\nauxInstances: [\"{}\"]\ndirectHost: \"{direct}\"\n",
        listeners.yaml(),
        aux.fleet,
    );
    write(folder, &text);
}

pub(super) fn file_server(folder: &Path, number: usize, listeners: &Listeners) {
    let data = folder.join("files");
    std::fs::create_dir_all(&data).expect("a folder for files");
    let text =
        format!("{}number: {number}\nfiles:\n  dataDir: {}\n", listeners.yaml(), data.display(),);
    write(folder, &text);
}

/// A backend's name under the direct domain, with the port.
pub(super) fn direct_host(number: usize, port: u16) -> String {
    format!("b{number}.{DIRECT_DOMAIN}:{port}")
}

/// Replaces `backendInstances`, the last key of the file, and nothing else.
pub(super) fn list_backends(config: &Path, addresses: &[String]) {
    let text = std::fs::read_to_string(config).expect("the file is there");
    let kept = text.split("backendInstances:").next().unwrap_or_default();
    // As editors do: another file takes its place.
    let edited = config.with_extension("edited");
    let text = format!("{kept}{}", instances(addresses.iter().cloned()));
    std::fs::write(&edited, text).expect("it is written");
    std::fs::rename(&edited, config).expect("it takes the old one's place");
}

fn instances(addresses: impl Iterator<Item = String>) -> String {
    let lines: String = addresses.map(|address| format!("  - \"{address}\"\n")).collect();
    if lines.is_empty() {
        "backendInstances: []\n".into()
    } else {
        format!("backendInstances:\n{lines}")
    }
}

fn write(folder: &Path, text: &str) {
    let config = folder.join("config");
    std::fs::create_dir_all(&config).expect("a folder for the configuration");
    std::fs::write(config.join("app-config.yml"), text).expect("it is written");
}
