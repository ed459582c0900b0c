//! nginx as it is shipped: rendered from the environment by `nginx`.

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::certificates::Certificates;
use super::configuration::direct_host;
use super::{HOST, Process, ports, tunnel};

/// nginx's own variables that a test may set.
const OVER: [&str; 6] = [
    "CONNECTIONS_PER_ADDRESS",
    "REQUESTS_PER_SECOND",
    "REQUESTS_BURST",
    "UPLOAD_BODY_MAX",
    "WORKER_CONNECTIONS",
    "REAL_IP_FROM",
];

/// A gateway: nginx with its certificate, and the ways in.
pub struct Edge {
    nginx: Process,
    certificates: Certificates,
    https: SocketAddr,
    http: SocketAddr,
    status: SocketAddr,
    plain: SocketAddr,
}

impl Edge {
    /// Starts nginx in front of an aux-srv and file servers, or what stands for them, with
    /// variables of its own. Everything of it is in `folder`.
    ///
    /// # Panics
    /// It does not listen in time.
    pub async fn before(
        folder: &Path,
        aux: SocketAddr,
        files: &[SocketAddr],
        variables: &[(String, String)],
    ) -> Self {
        let certificates = Certificates::make(&folder.join("tls"));
        let ports = ports::free(3);
        let on = |index: usize| SocketAddr::from(([127, 0, 0, 1], ports[index]));
        let (https, http, status) = (on(0), on(1), on(2));
        let plain = tunnel::open(https, HOST, certificates.authority()).await;
        let root = folder.join("nginx");
        let mut nginx = Process::new("nginx", shipped("run"), &root);
        prepare(&mut nginx, "gateway", &root, certificates.folder());
        let files = (1..).zip(files).map(|(number, files)| format!("{number:02}={files}"));
        for (name, value) in [
            ("PUBLIC_HOSTS", format!("{HOST} localhost 127.0.0.1")),
            ("PUBLIC_HTTPS_PORT", https.port().to_string()),
            ("HTTPS_LISTEN", https.to_string()),
            ("HTTP_LISTEN", http.to_string()),
            ("AUX_HTTP", aux.to_string()),
            ("FILE_SERVERS", files.collect::<Vec<_>>().join(" ")),
            ("HSTS_SECONDS", "0".into()),
            ("ASSETS_FROM", assets().unwrap_or_else(|| "none".into())),
            ("ASSETS_ROOT", root.join("web").display().to_string()),
            ("ACME_ROOT", root.join("acme").display().to_string()),
        ] {
            nginx.variable(name, value);
        }
        for (name, value) in variables.iter().filter(|(name, _)| OVER.contains(&name.as_str())) {
            nginx.variable(name, value);
        }
        nginx.tells_at(status);
        nginx.spawn();
        nginx.serves().await;
        Self { nginx, certificates, https, http, status, plain }
    }

    /// The port of TLS. Its names are [`HOST`], `localhost` and `127.0.0.1`.
    pub fn https(&self) -> SocketAddr {
        self.https
    }

    /// Port 80, as it were.
    pub fn http(&self) -> SocketAddr {
        self.http
    }

    /// Where nginx tells of its health and its connections.
    pub fn status(&self) -> SocketAddr {
        self.status
    }

    /// A tunnel: bytes go in plainly and come to nginx by TLS, from the same address.
    pub fn plain(&self) -> SocketAddr {
        self.plain
    }

    /// The authority that signed the certificate.
    pub fn authority(&self) -> &Path {
        self.certificates.authority()
    }

    /// The folder of the key and the certificate that nginx reads for each handshake.
    pub fn certificates(&self) -> &Path {
        self.certificates.folder()
    }

    /// The SHA-256 of the public key in base64, by which Chromium can be told to trust it.
    pub fn key_pin(&self) -> String {
        self.certificates.key_pin()
    }

    /// Takes the place of the certificate and its key, as a renewal does.
    ///
    /// # Panics
    /// openssl fails.
    pub fn renew_certificate(&self) {
        self.certificates.renew();
    }

    /// nginx.
    pub fn nginx(&mut self) -> &mut Process {
        &mut self.nginx
    }

    pub(super) fn gateway(&self) -> &Process {
        &self.nginx
    }
}

/// A file of `nginx`.
pub fn shipped(file: &str) -> PathBuf {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    repository.expect("tests/ is in the repository").join("nginx").join(file)
}

/// The small nginx on a backend's own node.
pub(super) fn door(
    number: usize,
    port: u16,
    backend: SocketAddr,
    fleet: &Path,
    tls: &Path,
) -> Process {
    let address = door_address(number, port);
    let name = direct_host(number, port);
    let root = fleet.join(format!("door-{number}"));
    let mut door = Process::new(&format!("door-{number}"), shipped("run"), &root);
    prepare(&mut door, "direct", &root, tls);
    door.variable("DIRECT_HOST", name.split(':').next().unwrap_or_default());
    door.variable("BACKEND_HTTP", backend.to_string());
    door.variable("PUBLIC_HTTPS_PORT", port.to_string());
    door.variable("HTTPS_LISTEN", address.to_string());
    door.tells_at(SocketAddr::from(([127, 0, 0, 1], ports::free(1)[0])));
    door
}

/// Each node has an address of its own, and the same port: so do the names of direct mode.
pub(super) fn door_address(number: usize, port: u16) -> SocketAddr {
    let number = u8::try_from(number).expect("fewer nodes than addresses");
    SocketAddr::from(([127, 0, 1, number], port))
}

fn prepare(nginx: &mut Process, kind: &str, root: &Path, tls: &Path) {
    nginx.argument(kind);
    nginx.variable("NGINX", program());
    nginx.variable("RUNTIME_ROOT", root.join("runtime"));
    nginx.variable("ACCESS_LOG", root.join("access.log"));
    nginx.variable("TLS_CERTIFICATE", tls.join("certificate.pem"));
    nginx.variable("TLS_KEY", tls.join("key.pem"));
    nginx.variable("WORKER_PROCESSES", "2");
    if is_root() {
        nginx.variable("NGINX_USER", "root");
    }
}

/// The nginx to test: `NGINX`, or the system's, which may be where only root's PATH leads.
fn program() -> String {
    std::env::var("NGINX").unwrap_or_else(|_| {
        let places = ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx"];
        let found = places.into_iter().find(|place| Path::new(place).is_file());
        found.expect("no nginx: tests/setup/nginx installs it").into()
    })
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().expect("id runs");
    output.stdout == b"0\n"
}

/// The web app's hashed files, where it has been built.
fn assets() -> Option<String> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent()?;
    let assets = repository.join("web/dist/assets");
    assets.is_dir().then(|| assets.display().to_string())
}

/// Runs `nginx/render` with these variables and nothing else of ours.
///
/// # Panics
/// It cannot be run.
pub fn rendered(kind: &str, variables: &[(&str, &str)]) -> Output {
    Command::new(shipped("render"))
        .arg(kind)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("NGINX", program())
        .envs(variables.iter().copied())
        .output()
        .expect("it runs")
}

/// The configuration for these variables, once nginx itself has found it good.
///
/// # Panics
/// It is refused by `render` or by nginx.
pub fn render(kind: &str, variables: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = folder.path().join("runtime");
    for below in ["body", "proxy", "fastcgi", "uwsgi", "scgi"] {
        std::fs::create_dir_all(runtime.join(below)).expect("a folder below it");
    }
    let root = runtime.display().to_string();
    let mut all = vec![("RUNTIME_ROOT", root.as_str())];
    all.extend_from_slice(variables);
    let output = rendered(kind, &all);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{variables:?}: {error}");
    let config = folder.path().join("nginx.conf");
    std::fs::write(&config, &output.stdout).expect("it is written");
    let test = [OsStr::new("-t"), OsStr::new("-q"), OsStr::new("-c"), config.as_os_str()];
    // To nginx itself the variable names sockets that it inherits.
    let judged = Command::new(program()).args(test).env_remove("NGINX").output();
    let judged = judged.expect("nginx runs");
    let error = String::from_utf8_lossy(&judged.stderr);
    assert!(judged.status.success() && error.is_empty(), "{variables:?}: {error}");
    String::from_utf8(output.stdout).expect("a configuration is text")
}
