//! The configuration: what `app-config.yml` says, with its defaults.
//!
//! [`Config`] is what a [`crate::Backend`] needs wherever it runs; [`DaemonConfig`] adds what only
//! the process of its own has: listeners and logs.

mod room;

use placement::OnRouterLoss;
use protocol::limits::{FIRST_FRAME_MS, HEARTBEAT_MS, IDLE_MS};
use serde::{Deserialize, Serialize};
use service::daemon::{Configuration, ProcessConfig};
use service::rate::{ADDRESSES_MAX, Rate};
use service::traces::TracesConfig;

pub use room::RoomConfig;

/// What a backend does and how much of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Config {
    /// The name by which operators call this backend.
    pub name: String,
    /// Origins beside the site's own whose pages may open sockets, exactly.
    pub allowed_origins: Vec<String>,
    /// All rooms together.
    pub rooms: RoomsConfig,
    /// Each room.
    pub room: RoomConfig,
    /// Each connection.
    pub peers: PeersConfig,
    /// Each client address.
    pub addresses: AddressesConfig,
    /// Passwords of rooms.
    pub passwords: PasswordsConfig,
}

/// What becomes of the rooms when nothing listens at the router's address. While it is merely silent,
/// they wait in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RouterLoss {
    /// They go on.
    Continue,
    /// They wait until a router is there.
    Stop,
}

impl From<RouterLoss> for OnRouterLoss {
    fn from(loss: RouterLoss) -> Self {
        match loss {
            RouterLoss::Continue => Self::Continue,
            RouterLoss::Stop => Self::Stop,
        }
    }
}

/// All rooms together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RoomsConfig {
    /// Rooms at once.
    pub max: usize,
    /// Bytes of all rooms; 0 for 60 % of the memory that the process may use.
    pub bytes_max: usize,
    /// Inputs that wait for one room; whoever brings more waits itself.
    pub inbox_max: usize,
    /// Inputs that are applied between two appends to the log.
    pub batch_max: usize,
    /// Records in a room's log after which a snapshot replaces them.
    pub roll_up_records: usize,
    /// Milliseconds between two words to the file server that the rooms are alive.
    pub files_renewed_every_ms: u64,
}

/// Each connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PeersConfig {
    /// Connections at once; 0 for the limit of descriptors less 256.
    pub sockets_max: usize,
    /// Frames that wait for a peer; more make it a slow reader.
    pub outbox_frames_max: usize,
    /// Bytes that wait for a peer; more make it a slow reader.
    pub outbox_bytes_max: usize,
    /// Bytes that wait for all peers together; above it whoever is far behind is a slow reader.
    pub outboxes_bytes_max: usize,
    /// Frames of a peer, control frames included.
    pub frames: Rate,
    /// What a request for history costs, in frames.
    pub history_cost: u32,
    /// Milliseconds until the first frame must have come.
    pub first_frame_ms: u64,
    /// Milliseconds between two heartbeats.
    pub heartbeat_ms: u64,
    /// Milliseconds of silence after which a peer is closed.
    pub idle_ms: u64,
    /// Milliseconds for which a resuming peer may take nothing of what waits.
    pub stall_ms: u64,
    /// Bytes of one upload that a grant allows.
    pub upload_bytes_max: u64,
}

/// Each client address: IPv4, or IPv6 /64 with four times as much per /48.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct AddressesConfig {
    /// Addresses remembered per limit.
    pub table_max: usize,
    /// Connections opened.
    pub connects: Rate,
    /// Connections open at once.
    pub sockets_max: u32,
    /// Posts.
    pub posts: Rate,
    /// Rooms created.
    pub rooms_created: Rate,
}

/// Passwords of rooms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PasswordsConfig {
    /// Hashes that wait for a thread.
    pub waiting_max: usize,
    /// Those of them that are of one address.
    pub waiting_per_address_max: u32,
    /// Wrong passwords of one address for one room.
    pub wrong_per_address_and_room: Rate,
    /// Wrong passwords of one address.
    pub wrong_per_address: Rate,
    /// Wrong passwords for one room of addresses that never entered it.
    pub wrong_per_room: Rate,
}

/// The process of its own: a backend in its fleet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DaemonConfig {
    /// Listeners, logs and the end. Unknown keys are found by `service::config`, since `flatten`
    /// finds none.
    #[serde(flatten)]
    pub process: ProcessConfig,
    /// The fleet addresses of the router, as host:port.
    pub aux_instances: Vec<String>,
    /// What becomes of the rooms when nothing listens at the router's address.
    pub on_router_loss: RouterLoss,
    /// Where browsers reach the doors by wss in direct mode, as host or host:port; empty without.
    pub direct_host: String,
    /// Where traces of posts go, and how many.
    pub traces: TracesConfig,
    /// The backend.
    #[serde(flatten)]
    pub backend: Config,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            name: "backend-1".into(),
            allowed_origins: Vec::new(),
            rooms: RoomsConfig::default(),
            room: RoomConfig::default(),
            peers: PeersConfig::default(),
            addresses: AddressesConfig::default(),
            passwords: PasswordsConfig::default(),
        }
    }
}

impl Default for RoomsConfig {
    fn default() -> Self {
        Self {
            max: 20_000,
            bytes_max: 0,
            inbox_max: 256,
            batch_max: 256,
            roll_up_records: 1_000,
            files_renewed_every_ms: 10 * 60_000,
        }
    }
}

impl Default for PeersConfig {
    fn default() -> Self {
        Self {
            sockets_max: 0,
            outbox_frames_max: 1_000,
            outbox_bytes_max: 1 << 20,
            outboxes_bytes_max: 256 << 20,
            frames: Rate { burst: 40, refill_ms: 50 },
            history_cost: 10,
            first_frame_ms: FIRST_FRAME_MS,
            heartbeat_ms: HEARTBEAT_MS,
            idle_ms: IDLE_MS,
            stall_ms: 10_000,
            upload_bytes_max: 25 << 20,
        }
    }
}

impl Default for AddressesConfig {
    fn default() -> Self {
        Self {
            table_max: ADDRESSES_MAX,
            connects: Rate { burst: 300, refill_ms: 50 },
            sockets_max: 1_000,
            posts: Rate { burst: 100, refill_ms: 20 },
            rooms_created: Rate { burst: 20, refill_ms: 60_000 },
        }
    }
}

impl Default for PasswordsConfig {
    fn default() -> Self {
        Self {
            waiting_max: 64,
            waiting_per_address_max: 4,
            wrong_per_address_and_room: Rate { burst: 5, refill_ms: 12_000 },
            wrong_per_address: Rate { burst: 20, refill_ms: 3_000 },
            wrong_per_room: Rate { burst: 60, refill_ms: 1_000 },
        }
    }
}

impl Default for DaemonConfig {
    fn default() -> Self {
        Self {
            process: ProcessConfig::at(8_110),
            aux_instances: vec!["127.0.0.1:8102".into()],
            on_router_loss: RouterLoss::Continue,
            direct_host: String::new(),
            traces: TracesConfig::default(),
            backend: Config::default(),
        }
    }
}

impl Configuration for DaemonConfig {
    fn of_process(&self) -> &ProcessConfig {
        &self.process
    }
}

#[cfg(test)]
mod tests;
