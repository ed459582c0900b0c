//! Each daemon as an operator meets it: what it says at its start, what it does not start with, and
//! how it ends.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tests::fleet::Options;
use tests::http;
use tests::waiting::until;

const DAEMONS: [&str; 3] = ["aux-srv", "backend", "file-srv"];
const SECRET: &str = "the secret of processes of these tests";
/// How long a start or an end may take.
const DEADLINE: Duration = Duration::from_secs(20);

/// A daemon on ports of its own, with nothing in its environment but this.
fn command(daemon: &str, folder: &Path, variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(Options::default().binaries.join(daemon));
    prepare(&mut command, daemon, folder, variables);
    command
}

fn prepare(command: &mut Command, daemon: &str, folder: &Path, variables: &[(&str, &str)]) {
    let prefix = daemon.to_uppercase().replace('-', "_");
    command.env_clear().current_dir(folder).env("FLEET_SECRET", SECRET);
    for listener in ["HTTP", "ADMIN", "FLEET"] {
        command.env(format!("{prefix}__{listener}__LISTEN"), "127.0.0.1:0");
    }
    for (name, value) in variables {
        command.env(name.replace("DAEMON", &prefix), value);
    }
}

/// A daemon that is ready, and what it said until then.
struct Running {
    child: Child,
    lines: Vec<String>,
}

impl Running {
    fn start(mut command: Command) -> Self {
        let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut running = Self { child: child.expect("the daemon starts"), lines: Vec::new() };
        let output = running.child.stdout.take().expect("its output is piped");
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            running.lines.push(line);
            if running.lines.last().is_some_and(|line| line == "ready") {
                return running;
            }
        }
        panic!("it ended after {:?}", running.lines);
    }

    /// Where a listener is, by its start-up line.
    fn address(&self, listener: &str) -> SocketAddr {
        let mut lines = self.lines.iter().filter_map(|line| line.split_once(' '));
        let address = lines.find(|(name, _)| *name == listener).map(|(_, address)| address);
        address.expect("a line a listener").parse().expect("an address")
    }

    fn signal(&self) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", "TERM", &id]).status();
        assert!(sent.expect("kill runs").success());
    }

    /// The exit code, in time.
    #[expect(clippy::disallowed_methods, reason = "a deadline needs a clock")]
    fn code(&mut self) -> Option<i32> {
        let end = Instant::now() + DEADLINE;
        loop {
            if let Some(status) = self.child.try_wait().expect("its state is known") {
                return status.code();
            }
            assert!(Instant::now() < end, "it does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already when the test went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a daemon says that does not start.
fn refused(daemon: &str, variables: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let Output { status, stderr, .. } =
        command(daemon, folder.path(), variables).output().expect("it runs");
    let said = String::from_utf8_lossy(&stderr).into_owned();
    assert_eq!(status.code(), Some(1), "{daemon} with {variables:?}: {said}");
    assert!(said.starts_with(&format!("{daemon}: ")) || said.contains(&format!("\n{daemon}: ")));
    said
}

#[test]
fn each_says_who_it_is_and_where_and_ends_at_a_signal() {
    for daemon in DAEMONS {
        let folder = tempfile::tempdir().expect("a folder");
        let mut running = Running::start(command(daemon, folder.path(), &[]));
        let lines = running.lines.clone();
        assert_eq!(lines[0], format!("{daemon} {}", env!("CARGO_PKG_VERSION")));
        for (line, name) in lines[1..].iter().zip(["http", "admin", "fleet"]) {
            let address = line.strip_prefix(&format!("{name} ")).expect("a line a listener");
            let port = address.strip_prefix("127.0.0.1:").and_then(|port| port.parse::<u16>().ok());
            assert!(port.is_some_and(|port| port > 0), "{line}");
        }
        running.signal();
        assert_eq!(running.code(), Some(0), "{daemon}");
    }
}

#[test]
fn each_says_what_it_accepts_by_its_real_limit() {
    for daemon in DAEMONS {
        let folder = tempfile::tempdir().expect("a folder");
        let binary = Options::default().binaries.join(daemon);
        let mut shell = Command::new("sh");
        shell.args(["-c", "ulimit -n 600 && exec \"$0\""]).arg(binary);
        prepare(&mut shell, daemon, folder.path(), &[]);
        let running = Running::start(shell);
        let told = "connections 344 at most, of 600 descriptors";
        assert!(running.lines.iter().any(|line| line == told), "{:?}", running.lines);
    }
}

#[test]
fn none_starts_with_a_missing_short_or_shipped_secret() {
    for daemon in DAEMONS {
        for secret in ["", "short", "change-me-change-me-change-me-change-me-change-me"] {
            let said = refused(daemon, &[("FLEET_SECRET", secret)]);
            assert!(said.contains("FLEET_SECRET"), "{said}");
        }
        let said =
            refused(daemon, &[("FLEET_SECRET_PREVIOUS", "change-me-change-me-change-me-cha")]);
        assert!(said.contains("FLEET_SECRET_PREVIOUS"), "{said}");
    }
}

#[test]
fn none_calls_in_the_clear_on_a_network_that_is_not_said_to_be_private() {
    for daemon in DAEMONS {
        let open = ("DAEMON__FLEET__LISTEN", "0.0.0.0:0");
        let said = refused(daemon, &[open]);
        assert!(said.contains("fleetNetworkIsPrivate"), "{said}");
        let folder = tempfile::tempdir().expect("a folder");
        let private = ("DAEMON__FLEET_NETWORK_IS_PRIVATE", "true");
        let said = refused(daemon, &[open, private]);
        assert!(said.contains("fleet.advertise"), "{said}");
        let private = [open, private, ("DAEMON__FLEET__ADVERTISE", "localhost:1")];
        Running::start(command(daemon, folder.path(), &private));
    }
}

#[test]
fn a_wrong_configuration_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = taken.local_addr().expect("its address").to_string();
    // Held until the end of the test: nobody else gets it.
    let _held = TcpListener::bind(&taken);
    for daemon in DAEMONS {
        for (variable, value, told) in [
            ("DAEMON__FLEET__TLS__CA", "/nowhere/ca.pem", "named together"),
            ("DAEMON__FLEET__ADVERTISE", "nowhere", "fleet.advertise"),
            ("DAEMON__FLEET__LISTN", "127.0.0.1:0", "did you mean `fleet.listen`?"),
            ("DAEMON__LOG__LEVEL", "=[", "log.level"),
            ("DAEMON__ADMIN__LISTEN", taken.as_str(), "admin.listen: cannot listen on"),
        ] {
            let said = refused(daemon, &[(variable, value)]);
            assert!(said.contains(told), "{said}");
        }
    }
}

#[test]
fn a_backend_has_no_more_rooms_than_a_router_can_be_told_of() {
    let said = refused("backend", &[("DAEMON__ROOMS__MAX", "100001")]);
    assert!(said.contains("rooms.max: 100001 is above 100000"), "{said}");
}

#[test]
fn the_configuration_in_force_is_printed_without_secrets() {
    for daemon in DAEMONS {
        let folder = tempfile::tempdir().expect("a folder");
        let variables = [("DAEMON__SHUTDOWN_WAIT_TIMEOUT_SEC", "7")];
        let mut command = command(daemon, folder.path(), &variables);
        let output = command.arg("--print-config").output().expect("it runs");
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && printed.contains("shutdownWaitTimeoutSec: 7\n"));
        assert!(!printed.contains(SECRET));
    }
}

#[tokio::test]
async fn a_stop_that_takes_its_time_can_be_asked_about_and_ends_at_a_second_signal() {
    let folder = tempfile::tempdir().expect("a folder");
    // A router that accepts and never answers: the stop waits for it to hear that it is one.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let router = format!("[\"{}\"]", silent.local_addr().expect("its address"));
    let variables = [("DAEMON__AUX_INSTANCES", router.as_str())];
    let mut running = Running::start(command("backend", folder.path(), &variables));
    running.signal();
    let (admin, fleet) = (running.address("admin"), running.address("fleet"));
    until("it says that it stops", async || {
        let ready = http::get(admin, "/readyz", &[]).await;
        ready.status == 503 && ready.text() == "stopping\n"
    })
    .await;
    // Its router must not take it for dead while it still has rooms.
    assert_eq!(http::get(fleet, "/fleet/status", &[]).await.status, 405);
    running.signal();
    assert_eq!(running.code(), Some(2));
}
