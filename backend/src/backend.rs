//! A backend: what all its rooms, peers and doors share.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use prometheus_client::registry::Registry as MetricsRegistry;
use protocol::fleet::FileNotice;
use protocol::token::Keyring;
use protocol::{ErrorCode, RoomName};
use service::http::Origins;
use service::rate::{AddressBuckets, AddressCounts};
use service::{Clock, Lifecycle};

use crate::capacity::Capacity;
use crate::config::Config;
use crate::links::{Alone, FileLink, RouterLink};
use crate::log::{Log, MemoryLog};
use crate::metrics::Metrics;
use crate::passwords::Hasher;
use crate::places::Count;
use crate::rooms::Registry;
use crate::status::{Phase, RoomSummary, Status};
use crate::transport::door::{self, Nonces, Refusals};

/// Milliseconds between two looks at the memory of all rooms.
const MEMORY_EVERY_MS: u64 = 500;
/// Rooms named in one notice to the file server.
const OWNERS_PER_NOTICE: usize = 1_000;

/// Whom a backend tells of its rooms, and where it keeps their records.
pub struct Links {
    /// The file server.
    pub files: Arc<dyn FileLink>,
    /// The router.
    pub router: Arc<dyn RouterLink>,
    /// The log.
    pub log: Arc<dyn Log>,
}

impl Default for Links {
    /// Nobody, and the memory.
    fn default() -> Self {
        Self { files: Arc::new(Alone), router: Arc::new(Alone), log: Arc::new(MemoryLog::new()) }
    }
}

/// The owner of rooms.
pub struct Backend {
    pub(crate) config: Config,
    pub(crate) keys: Keyring,
    pub(crate) clock: Clock,
    pub(crate) lifecycle: Lifecycle,
    pub(crate) metrics: Metrics,
    pub(crate) links: Links,
    pub(crate) capacity: Capacity,
    pub(crate) rooms: Registry,
    pub(crate) hasher: Hasher,
    pub(crate) origins: Origins,
    pub(crate) nonces: Nonces,
    pub(crate) refusals: Refusals,
    pub(crate) sockets: Arc<Count>,
    pub(crate) sockets_of_address: Arc<AddressCounts>,
    pub(crate) connects: AddressBuckets,
    pub(crate) posts: AddressBuckets,
    pub(crate) rooms_created: AddressBuckets,
    pub(crate) wrong_passwords: AddressBuckets,
    peers: AtomicU64,
}

impl Backend {
    /// A backend without rooms. It lives until the lifecycle's soft stop, and must be made inside
    /// of a runtime.
    pub fn new(
        config: Config,
        keys: Keyring,
        clock: Clock,
        lifecycle: Lifecycle,
        registry: &mut MetricsRegistry,
        links: Links,
    ) -> Arc<Self> {
        let metrics = Metrics::register(registry);
        let capacity = Capacity::of(&config);
        let buckets = |rate| AddressBuckets::new(rate, config.addresses.table_max);
        let backend = Arc::new(Self {
            rooms: Registry::default(),
            hasher: Hasher::new(config.passwords.waiting_max, metrics.hashes_waiting.clone()),
            origins: Origins::new(&config.allowed_origins),
            nonces: Nonces::default(),
            refusals: Refusals::new(),
            sockets: Count::new(capacity.sockets, metrics.peers.clone()),
            sockets_of_address: AddressCounts::new(
                config.addresses.sockets_max,
                config.addresses.table_max,
            ),
            connects: buckets(config.addresses.connects),
            posts: buckets(config.addresses.posts),
            rooms_created: buckets(config.addresses.rooms_created),
            wrong_passwords: buckets(config.passwords.wrong_per_address),
            peers: AtomicU64::new(0),
            config,
            keys,
            clock,
            lifecycle,
            metrics,
            links,
            capacity,
        });
        backend.lifecycle.spawn(Arc::clone(&backend).stop());
        backend.lifecycle.spawn(Arc::clone(&backend).renew_files());
        backend.lifecycle.spawn(Arc::clone(&backend).share_memory());
        backend
    }

    /// The doors.
    pub fn router(self: &Arc<Self>) -> Router {
        door::router(Arc::clone(self))
    }

    /// Refuses a connection to a room for a reason that the router knows: the upgrade is
    /// completed, so that a browser can read the error frame.
    pub fn refuse(self: &Arc<Self>, request: Request, code: ErrorCode) -> Response {
        door::refuse(self, request, code)
    }

    /// What may be known of a room from outside; none when it does not exist.
    pub fn summary(&self, name: &RoomName) -> Option<RoomSummary> {
        let room = self.rooms.find(name)?;
        Some(RoomSummary { protected: room.protected, members: room.online() })
    }

    /// How much there is of everything, against the limits.
    pub fn status(&self) -> Status {
        Status {
            phase: if self.lifecycle.stopping() { Phase::Stopping } else { Phase::Running },
            rooms: self.rooms.len(),
            members: usize::try_from(self.metrics.members.get()).unwrap_or_default(),
            sockets: self.sockets.taken(),
            bytes: self.rooms.bytes(),
            limits: self.capacity,
        }
    }

    /// The configuration in force.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Whether what waits for all peers together is too much.
    pub(crate) fn outboxes_are_short(&self) -> bool {
        let waiting = usize::try_from(self.metrics.outbox_bytes.get()).unwrap_or_default();
        waiting > self.config.peers.outboxes_bytes_max
    }

    /// A number for a new connection.
    pub(crate) fn next_peer(&self) -> u64 {
        self.peers.fetch_add(1, Ordering::Relaxed)
    }

    /// Ends every room at the soft stop.
    async fn stop(self: Arc<Self>) {
        self.lifecycle.soft_stopped().await;
        tracing::info!(rooms = self.rooms.len(), sockets = self.sockets.taken(), "rooms stop");
        self.rooms.stop().await;
    }

    /// Looks now and then whether the rooms leave each other memory.
    async fn share_memory(self: Arc<Self>) {
        loop {
            let next = self.clock.now().saturating_add(MEMORY_EVERY_MS);
            tokio::select! {
                () = self.clock.sleep_until(next) => self.rooms.share_out(&self),
                () = self.lifecycle.soft_stopped() => return,
            }
        }
    }

    /// Tells the file server now and then which rooms are alive.
    async fn renew_files(self: Arc<Self>) {
        let every_ms = self.config.rooms.files_renewed_every_ms;
        loop {
            let next = self.clock.now().saturating_add(every_ms);
            tokio::select! {
                () = self.clock.sleep_until(next) => {}
                () = self.lifecycle.soft_stopped() => return,
            }
            let rooms = self.rooms.all();
            for some in rooms.chunks(OWNERS_PER_NOTICE) {
                let owners = some.iter().map(|room| room.owner).collect();
                self.links.files.tell(FileNotice::Renewed { owners });
            }
        }
    }
}
