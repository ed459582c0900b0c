//! One process of a fleet: started, watched, signalled, ended.

use std::ffi::{OsStr, OsString};
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::http;
use crate::waiting::until;

/// How often it is looked whether a process that was asked to end has done so, before it is
/// made to: for three seconds.
const PATIENCE_LOOKS: u32 = 300;
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// A process with a folder of its own. What it says goes to `log` in there.
pub struct Process {
    name: String,
    program: PathBuf,
    arguments: Vec<OsString>,
    variables: Vec<(String, OsString)>,
    folder: PathBuf,
    /// Where nginx, which has no admin listener, tells of its health.
    status: Option<SocketAddr>,
    child: Option<Child>,
    said: Arc<Mutex<String>>,
}

impl Process {
    pub(super) fn new(name: &str, program: PathBuf, folder: &Path) -> Self {
        std::fs::create_dir_all(folder).expect("a folder for the process");
        Self {
            name: name.into(),
            program,
            arguments: Vec::new(),
            variables: Vec::new(),
            folder: folder.into(),
            status: None,
            child: None,
            said: Arc::default(),
        }
    }

    /// Another one with the same program and environment, in its own folder.
    pub(super) fn like(&self, name: &str, folder: &Path) -> Self {
        let mut other = Self::new(name, self.program.clone(), folder);
        other.variables = self.variables.clone();
        other.argument("--config").argument(folder.join("config/app-config.yml"));
        other
    }

    pub(super) fn argument(&mut self, argument: impl AsRef<OsStr>) -> &mut Self {
        self.arguments.push(argument.as_ref().into());
        self
    }

    /// A variable of its environment, from its next start on.
    pub fn variable(&mut self, name: &str, value: impl AsRef<OsStr>) -> &mut Self {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.into(), value.as_ref().into()));
        self
    }

    /// Makes nginx tell of its health there.
    pub(super) fn tells_at(&mut self, status: SocketAddr) {
        self.variable("STATUS_LISTEN", status.to_string());
        self.status = Some(status);
    }

    /// Starts it, without waiting until it is ready.
    ///
    /// # Panics
    /// The program does not start, or runs already.
    pub fn spawn(&mut self) {
        assert!(!self.runs(), "{} runs already", self.name);
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", self.program.display()));
        self.said = Arc::default();
        let log = OpenOptions::new().append(true).create(true).open(self.log());
        let log = Arc::new(log.expect("a log in the folder"));
        collect(child.stdout.take().expect("its output is piped"), &self.said, &log);
        collect(child.stderr.take().expect("its output is piped"), &self.said, &log);
        self.child = Some(child);
    }

    /// Waits until it has said that it is ready, and its admin listener says so too.
    pub(super) async fn ready(&self, admin: SocketAddr) {
        until(&format!("{} says that it is ready", self.name), async || {
            assert!(self.runs(), "{} ended at once: {}", self.name, self.said());
            self.said().lines().any(|line| line == "ready")
        })
        .await;
        until(&format!("{} is ready", self.name), async || {
            assert!(self.runs(), "{} ended: {}", self.name, self.said());
            http::is_well(admin, "/readyz").await
        })
        .await;
    }

    /// Waits until nginx serves. That something accepts proves nothing: nginx that only tests
    /// its configuration listens too, for a moment.
    pub(super) async fn serves(&self) {
        let status = self.status.expect("an address to wait for");
        until(&format!("{} serves", self.name), async || {
            assert!(self.runs(), "{} ended at once: {}", self.name, self.said());
            http::is_well(status, "/health").await
        })
        .await;
    }

    /// Its name in this fleet.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Everything that it has said since it was last started.
    pub fn said(&self) -> String {
        self.said.lock().expect("no reader panics").clone()
    }

    /// The file with everything that it has ever said.
    pub fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// Its id.
    ///
    /// # Panics
    /// It was never started.
    pub fn id(&self) -> u32 {
        self.child.as_ref().expect("it was started").id()
    }

    /// Whether it has been started and has not ended.
    pub fn runs(&self) -> bool {
        let Some(child) = &self.child else { return false };
        // A zombie has ended; nobody has asked for its status yet.
        let status = std::fs::read_to_string(format!("/proc/{}/stat", child.id()));
        status.is_ok_and(|text| !text.rsplit(") ").next().unwrap_or("Z").starts_with('Z'))
    }

    /// Resident memory in bytes, its children's included.
    pub fn memory(&self) -> u64 {
        let of = |id: u32| {
            let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
            let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
            let kib = line.map(|line| line.trim().trim_end_matches(" kB").parse::<u64>());
            kib.and_then(Result::ok).unwrap_or(0) << 10
        };
        of(self.id()) + self.children().into_iter().map(of).sum::<u64>()
    }

    /// Sends it a signal, such as `TERM`, `STOP` or `CONT`.
    ///
    /// # Panics
    /// It has ended.
    pub fn signal(&self, name: &str) {
        assert!(send(name, self.id()), "{} has ended", self.name);
    }

    /// Ends it at once, as the kernel does: it can do nothing about it.
    pub fn kill(&mut self) {
        let children = self.children();
        if let Some(child) = &mut self.child {
            // It may have ended by itself, which is as good.
            let _ = child.kill();
            let _ = child.wait();
        }
        for id in children {
            send("KILL", id);
        }
    }

    /// Waits until it has ended by itself.
    ///
    /// # Panics
    /// It does not in time, or was never started.
    pub async fn ended(&mut self) -> ExitStatus {
        let what = format!("{} ends", self.name);
        let child = self.child.as_mut().expect("it was started");
        let mut status = None;
        until(&what, async || {
            status = child.try_wait().expect("its state is known");
            status.is_some()
        })
        .await;
        status.expect("it has ended")
    }

    fn children(&self) -> Vec<u32> {
        let Some(child) = &self.child else { return Vec::new() };
        let path = format!("/proc/{0}/task/{0}/children", child.id());
        let listed = std::fs::read_to_string(path).unwrap_or_default();
        listed.split_whitespace().filter_map(|id| id.parse().ok()).collect()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // nginx's workers end only if their master tells them; a daemon needs no time here.
        if self.status.is_some() && self.runs() {
            send("TERM", self.id());
            for _ in 0..PATIENCE_LOOKS {
                if !self.runs() {
                    break;
                }
                std::thread::sleep(LOOK_EVERY);
            }
        }
        self.kill();
    }
}

fn send(signal: &str, id: u32) -> bool {
    Command::new("kill")
        .args(["-s", signal, &id.to_string()])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Reads an output to its end, so that the process never waits for a full pipe.
fn collect(output: impl Read + Send + 'static, said: &Arc<Mutex<String>>, log: &Arc<File>) {
    let (said, log) = (Arc::clone(said), Arc::clone(log));
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            // A test that cannot write its log has other worries.
            let _ = writeln!(&*log, "{line}");
            let mut said = said.lock().expect("no reader panics");
            said.push_str(&line);
            said.push('\n');
        }
    });
}
