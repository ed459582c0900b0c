//! A fleet of real processes on loopback: nginx, aux-srv, backends and file servers, each
//! with a folder, free ports and a log of its own, all ended when it is dropped.
//!
//! Visitors come by TLS at [`Fleet::https`], or, where a test wants to write its own bytes,
//! through [`Fleet::plain`], which puts TLS around them.

mod certificates;
mod configuration;
mod edge;
mod options;
mod ports;
mod process;
mod tunnel;
mod visitors;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::http;
use crate::waiting::until;

use configuration::Listeners;

pub use edge::{Edge, render, rendered, shipped};
pub use options::{Mode, Options};
pub use process::Process;

/// The name under which visitors come.
pub const HOST: &str = "chat.test";
/// The name under which backends are reached in direct mode.
pub const DIRECT_DOMAIN: &str = "direct.test";

/// A running fleet.
pub struct Fleet {
    options: Options,
    secrets: Secrets,
    edge: Edge,
    aux: Member,
    backends: Vec<Member>,
    files: Vec<Member>,
    direct_port: u16,
    /// The small nginx of each backend, in direct mode.
    doors: Vec<Process>,
    /// Last, so that it vanishes when nobody writes to it any more.
    folder: TempDir,
}

/// A daemon with its addresses.
struct Member {
    listeners: Listeners,
    process: Process,
}

/// What processes and operators know.
struct Secrets {
    fleet: String,
    admin: String,
}

impl Fleet {
    /// Starts one and waits until every process is ready.
    ///
    /// # Panics
    /// A process is missing, ends, or is not ready in time.
    pub async fn start(options: Options) -> Self {
        let folder = TempDir::new().expect("a folder for the fleet");
        let direct_port = ports::free(1)[0];
        let secrets = Secrets { fleet: random_hex(), admin: random_hex() };

        let aux = Listeners::free();
        let place = |name: String| folder.path().join(name);
        let backends: Vec<_> = (1..=options.backends).map(|_| Listeners::free()).collect();
        let files: Vec<_> = (1..=options.file_servers).map(|_| Listeners::free()).collect();
        let direct = (options.mode == Mode::Direct).then_some(direct_port);
        configuration::aux(&place("aux-srv".into()), &aux, &backends, &files, direct);
        let started = |name: String, program: &str, listeners: &Listeners| {
            let mut process = Process::new(&name, options.binary(program), &place(name.clone()));
            let config = place(name).join("config/app-config.yml");
            process.argument("--config").argument(config);
            process.variable("FLEET_SECRET", &secrets.fleet);
            process.variable("ADMIN_TOKEN", &secrets.admin);
            for (key, value) in options.variables.iter().filter(|(key, _)| belongs(key, program)) {
                process.variable(key, value);
            }
            process.spawn();
            Member { listeners: listeners.clone(), process }
        };
        let files: Vec<_> = (1..)
            .zip(&files)
            .map(|(number, listeners)| {
                let name = format!("file-srv-{number}");
                configuration::file_server(&place(name.clone()), number, listeners);
                started(name, "file-srv", listeners)
            })
            .collect();
        let backends: Vec<_> = (1..)
            .zip(&backends)
            .map(|(number, listeners)| {
                let name = format!("backend-{number}");
                configuration::backend(&place(name.clone()), number, listeners, &aux, direct);
                started(name, "backend", listeners)
            })
            .collect();
        let aux = started("aux-srv".into(), "aux-srv", &aux);
        let doors_of_files: Vec<_> = files.iter().map(|files| files.listeners.http).collect();
        let edge =
            Edge::before(folder.path(), aux.listeners.http, &doors_of_files, &options.variables);
        let edge = edge.await;
        let doors = Vec::new();
        let mut fleet =
            Self { options, secrets, edge, aux, backends, files, direct_port, doors, folder };
        if fleet.options.mode == Mode::Direct {
            for number in 1..=fleet.backends.len() {
                fleet.open_door(number).await;
            }
        }
        fleet.ready().await;
        fleet.places_rooms().await;
        fleet
    }

    /// Waits until the router is over the time in which it places no new rooms.
    async fn places_rooms(&self) {
        let aux = self.aux.listeners.http;
        let probe = [("instantchat-uri", "/api/rooms/first-of-all/ws")];
        until("aux-srv places rooms", async || {
            let answer = http::get(aux, "/edge/room", &probe).await;
            !answer.header("instantchat-upstream").is_empty()
        })
        .await;
    }

    /// Starts the small nginx of a backend's own node.
    async fn open_door(&mut self, number: usize) {
        let backend = self.backends[number - 1].listeners.http;
        let (folder, tls) = (self.folder.path(), self.edge.certificates());
        let mut door = edge::door(number, self.direct_port, backend, folder, tls);
        door.spawn();
        door.serves().await;
        self.doors.push(door);
    }

    /// Waits until every process that runs is ready.
    async fn ready(&self) {
        for member in self.members().filter(|member| member.process.runs()) {
            member.process.ready(member.listeners.admin).await;
        }
    }

    fn members(&self) -> impl Iterator<Item = &Member> {
        std::iter::once(&self.aux).chain(&self.backends).chain(&self.files)
    }

    /// Starts another backend, and lists it in aux-srv's file; its number.
    ///
    /// # Panics
    /// It is not ready in time.
    pub async fn add_backend(&mut self) -> usize {
        let number = self.start_backend().await;
        self.list_backends(&(1..=number).collect::<Vec<_>>());
        number
    }

    /// Starts another backend that aux-srv's file does not list; its number.
    ///
    /// # Panics
    /// It is not ready in time.
    pub async fn start_backend(&mut self) -> usize {
        let number = self.backends.len() + 1;
        let listeners = Listeners::free();
        let folder = self.folder.path().join(format!("backend-{number}"));
        let direct = (self.options.mode == Mode::Direct).then_some(self.direct_port);
        configuration::backend(&folder, number, &listeners, &self.aux.listeners, direct);
        let mut process = self.backends.first().map_or_else(
            || panic!("a fleet without backends has no example of one"),
            |first| first.process.like(&format!("backend-{number}"), &folder),
        );
        process.spawn();
        process.ready(listeners.admin).await;
        self.backends.push(Member { listeners, process });
        if self.options.mode == Mode::Direct {
            self.open_door(number).await;
        }
        number
    }

    /// Writes these backends, by number, into aux-srv's file, as an operator would.
    ///
    /// # Panics
    /// There is no such backend.
    pub fn list_backends(&self, numbers: &[usize]) {
        let addresses = numbers.iter().map(|number| self.backend_address(*number).to_string());
        self.list_addresses(&addresses.collect::<Vec<_>>());
    }

    /// Writes these texts into `backendInstances` of aux-srv's file, whatever they are.
    ///
    /// # Panics
    /// The file cannot be written.
    pub fn list_addresses(&self, addresses: &[String]) {
        configuration::list_backends(&self.aux_config(), addresses);
    }

    /// aux-srv's `app-config.yml`.
    pub fn aux_config(&self) -> PathBuf {
        self.folder.path().join("aux-srv/config/app-config.yml")
    }

    /// The gateway's port of TLS. Its names are [`HOST`], `localhost` and `127.0.0.1`.
    pub fn https(&self) -> SocketAddr {
        self.edge.https()
    }

    /// The gateway's port 80.
    pub fn http(&self) -> SocketAddr {
        self.edge.http()
    }

    /// Where nginx tells of its health and its connections.
    pub fn status(&self) -> SocketAddr {
        self.edge.status()
    }

    /// A tunnel to the gateway: bytes go in plainly and come to nginx by TLS, from the same
    /// loopback address.
    pub fn plain(&self) -> SocketAddr {
        self.edge.plain()
    }

    /// Where a browser finds a backend's own node in direct mode: its name with the port,
    /// and the address that the name means.
    pub fn direct_host(&self, number: usize) -> (String, SocketAddr) {
        let port = self.direct_port;
        (configuration::direct_host(number, port), edge::door_address(number, port))
    }

    /// The authority that signed nginx's certificate.
    pub fn authority(&self) -> &Path {
        self.edge.authority()
    }

    /// The folder of the key and the certificate that nginx reads for each handshake.
    pub fn certificates(&self) -> &Path {
        self.edge.certificates()
    }

    /// The SHA-256 of nginx's public key in base64, by which Chromium can be told to trust it.
    pub fn key_pin(&self) -> String {
        self.edge.key_pin()
    }

    /// Where everything of this fleet is: `aux-srv`, `backend-1`, … with `config` and `log`.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The token of aux-srv's admin page.
    pub fn admin_token(&self) -> &str {
        &self.secrets.admin
    }

    /// The secret that its processes share.
    pub fn secret(&self) -> &str {
        &self.secrets.fleet
    }

    /// Takes the place of nginx's certificate and its key, as a renewal does.
    pub fn renew_certificate(&self) {
        self.edge.renew_certificate();
    }

    /// How it was asked for.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// aux-srv.
    pub fn aux(&mut self) -> &mut Process {
        &mut self.aux.process
    }

    /// The addresses of aux-srv: `http`, `admin`, `fleet`.
    pub fn aux_listeners(&self) -> [SocketAddr; 3] {
        self.aux.listeners.all()
    }

    /// How many backends there are.
    pub fn backends(&self) -> usize {
        self.backends.len()
    }

    /// A backend, by its number from 1.
    pub fn backend(&mut self, number: usize) -> &mut Process {
        &mut self.backends[number - 1].process
    }

    /// The fleet address of a backend, which is its name.
    pub fn backend_address(&self, number: usize) -> SocketAddr {
        self.backends[number - 1].listeners.fleet
    }

    /// The addresses of a backend: `http`, `admin`, `fleet`.
    pub fn backend_listeners(&self, number: usize) -> [SocketAddr; 3] {
        self.backends[number - 1].listeners.all()
    }

    /// How many file servers there are.
    pub fn file_servers(&self) -> usize {
        self.files.len()
    }

    /// A file server, by its number from 1.
    pub fn files(&mut self, number: usize) -> &mut Process {
        &mut self.files[number - 1].process
    }

    /// The addresses of a file server: `http`, `admin`, `fleet`.
    pub fn files_listeners(&self, number: usize) -> [SocketAddr; 3] {
        self.files[number - 1].listeners.all()
    }

    /// nginx.
    pub fn nginx(&mut self) -> &mut Process {
        self.edge.nginx()
    }

    /// A process by its name: `nginx`, `aux-srv`, `backend-1`, `file-srv-1`, `door-1`.
    pub fn named(&mut self, name: &str) -> Option<&mut Process> {
        self.processes_mut().find(|process| process.name() == name)
    }

    /// Every process, the ended ones too.
    pub fn processes(&self) -> impl Iterator<Item = &Process> {
        let daemons = self.members().map(|member| &member.process);
        std::iter::once(self.edge.gateway()).chain(daemons).chain(&self.doors)
    }

    fn processes_mut(&mut self) -> impl Iterator<Item = &mut Process> {
        let daemons = std::iter::once(&mut self.aux).chain(&mut self.backends);
        let daemons = daemons.chain(&mut self.files).map(|member| &mut member.process);
        std::iter::once(self.edge.nginx()).chain(daemons).chain(&mut self.doors)
    }

    /// The admin address of a daemon.
    pub fn admin(&self, name: &str) -> Option<SocketAddr> {
        let member = self.members().find(|member| member.process.name() == name)?;
        Some(member.listeners.admin)
    }

    /// Waits until all that were started again are ready.
    ///
    /// # Panics
    /// One is not in time.
    pub async fn start_again_all(&self) {
        self.ready().await;
    }

    /// Starts a process again that has ended, and waits until it is ready.
    ///
    /// # Panics
    /// There is no such process, or it is not ready in time.
    pub async fn start_again(&mut self, name: &str) {
        let process = self.named(name).expect("a process of this name");
        process.spawn();
        if name.starts_with("nginx") || name.starts_with("door") {
            process.serves().await;
        } else {
            self.ready().await;
        }
    }
}

/// Whether a variable of the environment is for the program: `AUX_SRV__…` for aux-srv.
fn belongs(variable: &str, program: &str) -> bool {
    let prefix = format!("{}__", program.to_uppercase().replace('-', "_"));
    variable.starts_with(&prefix)
}

/// 256 random bits.
fn random_hex() -> String {
    use std::io::Read;
    let mut bytes = [0; 32];
    let mut random = std::fs::File::open("/dev/urandom").expect("the system's randomness");
    random.read_exact(&mut bytes).expect("the system's randomness");
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
