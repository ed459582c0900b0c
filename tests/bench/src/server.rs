//! A peer's process: started for a case, pinned to one core, ended with it.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::case::{Case, Load};
use crate::machine::SERVER_CORE;
use crate::peer::Peer;

/// Until a server must listen.
const START_DEADLINE: Duration = Duration::from_secs(20);

/// Where the peers are.
pub(crate) struct Setting<'a> {
    /// This product's binary.
    pub(crate) instantchat: &'a Path,
    /// The folder of the others.
    pub(crate) peers: &'a Path,
}

/// A running server.
pub(crate) struct Server {
    process: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    folder: std::path::PathBuf,
}

impl Server {
    /// Starts a peer for a case.
    pub(crate) fn start(case: &Case, peer: Peer, setting: &Setting<'_>) -> anyhow::Result<Self> {
        let address = free_address()?;
        let folder = std::env::temp_dir().join(format!("instantchat-bench-{}", address.port()));
        std::fs::create_dir_all(&folder)?;
        let mut command = command(case, peer, setting, address, &folder)?;
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let process = command.spawn().with_context(|| format!("{} does not start", peer.name()))?;
        let mut server = Self { process, address, folder };
        server.wait(peer)?;
        Ok(server)
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    fn wait(&mut self, peer: Peer) -> anyhow::Result<()> {
        let deadline = Instant::now() + START_DEADLINE;
        while TcpStream::connect(self.address).is_err() {
            if let Some(status) = self.process.try_wait()? {
                bail!("{} has ended with {status}", peer.name());
            }
            if Instant::now() > deadline {
                bail!("{} does not listen", peer.name());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // One that has ended by itself was noticed by its clients.
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn command(
    case: &Case,
    peer: Peer,
    setting: &Setting<'_>,
    address: SocketAddr,
    folder: &Path,
) -> anyhow::Result<Command> {
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", &SERVER_CORE.to_string()]);
    let peers = setting.peers;
    let port = address.port().to_string();
    match peer {
        Peer::Instantchat => {
            command.arg(setting.instantchat).env_clear();
            command.args(["--listen", &address.to_string(), "--admin-listen", "127.0.0.1:0"]);
            command.arg("--data-dir").arg(folder);
            // The rate limits alone: everything else is as shipped.
            let plenty = "{ burst: 1000000000, refillMs: 1 }";
            for key in [
                "ROOM__MEMBER_POSTS",
                "ROOM__ROOM_POSTS",
                "PEERS__FRAMES",
                "ADDRESSES__CONNECTS",
                "ADDRESSES__POSTS",
                "ADDRESSES__ROOMS_CREATED",
            ] {
                command.env(format!("INSTANTCHAT__BACKEND__{key}"), plenty);
            }
            command.env("INSTANTCHAT__BACKEND__ADDRESSES__SOCKETS_MAX", "1000000");
            command.env("INSTANTCHAT__AUX_SRV__PLACES", plenty);
            // All clients are one address here, which a proxy's may be.
            command.env("INSTANTCHAT__TRUSTED_PROXIES", "[127.0.0.0/8]");
        }
        Peer::UWebSockets => {
            command.arg(peers.join("venv/bin/python")).arg(peers.join("uwebsockets.py")).arg(port);
        }
        Peer::Nats => {
            let file = folder.join("nats.conf");
            std::fs::write(
                &file,
                format!(
                    "listen: 127.0.0.1:-1\nmax_connections: 100000\nwebsocket {{ listen: \"{address}\"\n no_tls: true }}\n"
                ),
            )?;
            command
                .arg(peers.join("venv/bin/nats-server"))
                .arg("--config")
                .arg(file)
                .stderr(Stdio::null());
        }
        Peer::Ws => {
            command.arg("node").arg(peers.join("ws.mjs")).arg(port);
        }
        Peer::SocketIo => {
            command.arg("node").arg(peers.join("socketio.mjs")).arg(port);
        }
        Peer::Axum | Peer::Floor => {
            command.arg(std::env::current_exe()?).env("BENCH_LISTEN", address.to_string());
            command.arg("--peers").arg(peers);
            command.args(["--serve", if peer == Peer::Axum { "axum" } else { "floor" }]);
            if let Load::Paced(pace) = case.load {
                command.args(["--pace", &pace.to_string(), "--rooms", &case.rooms.to_string()]);
            }
        }
    }
    Ok(command)
}

/// An address that was free a moment ago.
fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}
