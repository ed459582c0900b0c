//! One running `instantchat` with a folder of its own, stopped when it is dropped.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex};

use client::{Client, Options};
use protocol::frame::{Join, Joined};
use tempfile::TempDir;
use tokio::net::TcpSocket;

use super::http::{self, Answer};
use super::until;

/// The binary under test.
pub(super) fn binary() -> PathBuf {
    std::env::var_os("INSTANTCHAT_BIN")
        .expect("INSTANTCHAT_BIN names the instantchat to test; `tests/run build binary` sets it")
        .into()
}

/// Runs the binary to its end, for flags that make it print and leave.
pub(super) fn run(arguments: &[&str]) -> Output {
    Command::new(binary()).args(arguments).output().expect("the binary runs")
}

/// One running process.
pub(super) struct Program {
    child: Child,
    said: Arc<Mutex<String>>,
    data: Arc<TempDir>,
    pub(super) public: SocketAddr,
    pub(super) admin: SocketAddr,
}

impl Program {
    /// Starts one in a folder of its own, and waits until it is ready.
    pub(super) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Starts one with variables of the environment that configure it.
    pub(super) async fn start_with(variables: &[(&str, String)]) -> Self {
        let data = Arc::new(TempDir::new().expect("a folder for the data"));
        Self::start_in(data, variables).await
    }

    /// The same, with variables whose names were put together.
    pub(super) async fn start_with_all(variables: &[(String, String)]) -> Self {
        let variables: Vec<_> =
            variables.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        Self::start_with(&variables).await
    }

    pub(super) async fn start_in(data: Arc<TempDir>, variables: &[(&str, String)]) -> Self {
        let mut child = Command::new(binary())
            .args(["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--data-dir"])
            .arg(data.path())
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .current_dir(data.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let said = Arc::new(Mutex::new(String::new()));
        collect(child.stdout.take().expect("its output is piped"), &said);
        collect(child.stderr.take().expect("its output is piped"), &said);
        let nowhere = SocketAddr::from(([0, 0, 0, 0], 0));
        let mut program = Self { child, said, data, public: nowhere, admin: nowhere };
        until("it prints both addresses", async || {
            let ended = program.child.try_wait().expect("its state is known");
            assert!(ended.is_none(), "it ended at once: {}", program.said());
            addresses(&program.said()).is_some_and(|(public, admin)| {
                (program.public, program.admin) = (public, admin);
                true
            })
        })
        .await;
        let admin = program.admin;
        until("it is ready", async || http::get(admin, "/readyz", &[]).await.status == 200).await;
        program
    }

    /// Everything that it has written to its two outputs.
    pub(super) fn said(&self) -> String {
        self.said.lock().expect("no reader panics").clone()
    }

    pub(super) fn data(&self) -> &Path {
        self.data.path()
    }

    /// The folder, to start another one in it.
    pub(super) fn keep_data(&self) -> Arc<TempDir> {
        Arc::clone(&self.data)
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        http::get(self.public, path, &[]).await
    }

    /// A member of `room` that comes from the loopback address `from`.
    pub(super) async fn member(
        &self,
        from: [u8; 4],
        room: &str,
        join: Join,
    ) -> Result<(Client, Joined), client::Error> {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind(SocketAddr::from((from, 0))).expect("a loopback address");
        let stream = socket.connect(self.public).await.expect("the server accepts");
        let url = format!("ws://{}/api/rooms/{room}/ws", self.public);
        let mut client = Client::connect_over(stream, &url, Options::default()).await?;
        let joined = client.join(join).await?;
        Ok((client, joined))
    }

    pub(super) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status().expect("kill runs");
        assert!(sent.success(), "the process is gone");
    }

    /// Waits until it has ended by itself.
    pub(super) async fn ended(&mut self) -> ExitStatus {
        let mut status = None;
        let child = &mut self.child;
        until("it ends", async || {
            status = child.try_wait().expect("its state is known");
            status.is_some()
        })
        .await;
        status.expect("it has ended")
    }

    /// Resident memory in bytes.
    pub(super) fn memory(&self) -> u64 {
        self.kilobytes("VmRSS:") << 10
    }

    /// The most that it ever was.
    pub(super) fn most_memory(&self) -> u64 {
        self.kilobytes("VmHWM:") << 10
    }

    fn kilobytes(&self, key: &str) -> u64 {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).expect("the process runs");
        let line = status.lines().find_map(|line| line.strip_prefix(key)).expect("its memory");
        line.trim().trim_end_matches(" kB").parse().expect("a number")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads an output to its end, so that the process never waits for a full pipe.
fn collect(output: impl Read + Send + 'static, said: &Arc<Mutex<String>>) {
    let said = Arc::clone(said);
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            let mut said = said.lock().expect("no reader panics");
            said.push_str(&line);
            said.push('\n');
        }
    });
}

/// The public and the admin address, once both are printed.
fn addresses(said: &str) -> Option<(SocketAddr, SocketAddr)> {
    let of = |line: &str| {
        let rest = line.split("http://").nth(1)?;
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ':');
        rest[..end.unwrap_or(rest.len())].parse().ok()
    };
    let is_admin = |line: &&str| line.to_lowercase().contains("admin");
    let public = said.lines().filter(|line| !is_admin(line)).find_map(of)?;
    let admin = said.lines().filter(is_admin).find_map(of)?;
    Some((public, admin))
}
