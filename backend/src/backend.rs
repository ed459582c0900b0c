//! A backend: what all its rooms, peers and doors share.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use axum::Router;
use placement::{RunId, Term};
use prometheus_client::registry::Registry as MetricsRegistry;
use protocol::fleet::FileNotice;
use protocol::token::Keyring;
use service::http::Origins;
use service::rate::{AddressBuckets, AddressCounts};
use service::{Clock, Lifecycle};

use crate::capacity::Capacity;
use crate::config::Config;
use crate::fleet::meter::{self, Meter};
use crate::fleet::releases::{self, Releases};
use crate::fleet::standing::{self, Standing, State};
use crate::fleet::{Calls, reports};
use crate::links::Links;
use crate::metrics::Metrics;
use crate::passwords::Hasher;
use crate::places::Count;
use crate::rooms::{Canary, Registry};
use crate::transport::door::{self, Nonces, Refusals};

/// Milliseconds between two looks at all rooms.
const LOOK_EVERY_MS: u64 = 500;
/// Milliseconds that a stop waits for the router to hear that it is one, for the rooms to be over, and
/// for the router to know that.
const LEAVING_MS: u64 = 1_000;
const STOP_MS: u64 = 4_000;
const RELEASING_MS: u64 = 2_000;
/// Rooms named in one notice to the file server.
const OWNERS_PER_NOTICE: usize = 1_000;

/// The owner of rooms.
pub struct Backend {
    pub(crate) config: Config,
    pub(crate) keys: Keyring,
    pub(crate) clock: Clock,
    pub(crate) lifecycle: Lifecycle,
    pub(crate) metrics: Metrics,
    pub(crate) links: Links,
    pub(crate) capacity: Capacity,
    pub(crate) standing: Standing,
    pub(crate) releases: Releases,
    pub(crate) meter: Meter,
    /// Lives until the rooms are over and the router knows, or cannot be told.
    pub(crate) outward: Lifecycle,
    pub(crate) started: u64,
    pub(crate) rooms: Registry,
    canary: OnceLock<Canary>,
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
        capacity.register(registry);
        let buckets = |rate| AddressBuckets::new(rate, config.addresses.table_max);
        let backend = Arc::new(Self {
            standing: Standing::new(term(&clock, &links)),
            releases: Releases::new(metrics.rooms_releasing.clone()),
            meter: Meter::new(),
            outward: Lifecycle::new(),
            started: clock.unix(),
            rooms: Registry::default(),
            canary: OnceLock::new(),
            hasher: Hasher::new(&config.passwords, metrics.hashes_waiting.clone()),
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
        backend.lifecycle.spawn(Arc::clone(&backend).look_after());
        backend.lifecycle.spawn(releases::give_back(Arc::clone(&backend)));
        backend.lifecycle.spawn(meter::measure(Arc::clone(&backend)));
        if backend.links.place.is_some() {
            backend.lifecycle.spawn(reports::report(Arc::clone(&backend)));
        }
        backend
    }

    /// What the fleet may ask of this backend.
    pub fn fleet(self: &Arc<Self>) -> Arc<dyn ::fleet::Backend> {
        Arc::new(Calls(Arc::clone(self)))
    }

    /// The doors.
    pub fn router(self: &Arc<Self>) -> Router {
        door::router(Arc::clone(self))
    }

    /// Whether rooms work: a post in a room of the process's own comes back in time.
    ///
    /// # Errors
    /// What is in the way.
    pub async fn ready(self: &Arc<Self>) -> Result<(), String> {
        if self.lifecycle.stopping() {
            return Err("stopping".into());
        }
        if self.canary.get().is_none() {
            let canary = Canary::begin(self).map_err(|error| error.to_string())?;
            if let Err(second) = self.canary.set(canary) {
                second.stop();
            }
        }
        match self.canary.get() {
            Some(canary) if canary.sings(self).await => Ok(()),
            _ => Err("no post comes back from the process's own room".into()),
        }
    }

    /// Whether what waits for all peers together is too much.
    pub(crate) fn outboxes_are_short(&self) -> bool {
        let waiting = usize::try_from(self.metrics.outbox_bytes.get()).unwrap_or_default();
        waiting > self.capacity.outbox_bytes
    }

    /// A number for a new connection.
    pub(crate) fn next_peer(&self) -> u64 {
        self.peers.fetch_add(1, Ordering::Relaxed)
    }

    /// Ends every room at the soft stop: the router hears of it first, so that it places nothing
    /// here, and last, when the rooms are over.
    async fn stop(self: Arc<Self>) {
        self.lifecycle.soft_stopped().await;
        tracing::info!(rooms = self.rooms.len(), sockets = self.sockets.taken(), "rooms stop");
        self.within(LEAVING_MS, reports::nobody_listens(&self, true)).await;
        self.rooms.stop().await;
        if let Some(canary) = self.canary.get() {
            canary.stop();
        }
        self.within(STOP_MS, self.rooms.all_over()).await;
        self.links.traces.close();
        let all_know = self.within(RELEASING_MS, self.releases.all_known()).await;
        if all_know.is_none() {
            tracing::warn!("the router does not know of all rooms that are over");
        }
        self.links.files.finish().await;
        self.outward.soft_stop();
    }

    /// Waits for something for a bounded time.
    pub(crate) async fn within<T>(&self, ms: u64, what: impl Future<Output = T>) -> Option<T> {
        let deadline = self.clock.now().saturating_add(ms);
        tokio::select! {
            done = what => Some(done),
            () = self.clock.sleep_until(deadline) => None,
            () = self.lifecycle.hard_stopped() => None,
        }
    }

    /// Looks now and then whether the rooms leave each other memory, and what of them is old news.
    async fn look_after(self: Arc<Self>) {
        loop {
            let next = self.clock.now().saturating_add(LOOK_EVERY_MS);
            tokio::select! {
                () = self.clock.sleep_until(next) => {}
                () = self.lifecycle.soft_stopped() => return,
            }
            self.rooms.share_out(&self);
            let now = standing::now(&self.clock);
            self.metrics.right_lapsed.set(i64::from(!self.standing.may_release(now.mono)));
            let mut state = self.standing.lock();
            let State { term, holdings } = &mut *state;
            holdings.expire(now, term);
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
                let owners = some.iter().map(|room| room.facts.owner).collect();
                self.links.files.tell(FileNotice::Renewed { owners });
            }
        }
    }
}

/// The right of a process to its rooms, as far as its place asks for one.
fn term(clock: &Clock, links: &Links) -> Term {
    let (run, now) = (RunId(service::random::number()), standing::now(clock));
    match &links.place {
        None => Term::unfenced(run, now),
        Some(place) => Term::new(run, place.on_router_loss, now),
    }
}
