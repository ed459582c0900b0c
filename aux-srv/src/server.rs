//! The server: its state, its routes, and the fleet that it knows.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use placement::{Epochs, Fleet, Owner, Owners};
use prometheus_client::registry::Registry;
use protocol::http::SiteInfo;
use protocol::limits::{TICKET_LEEWAY_MS, TICKET_MS};
use protocol::token::Keyring;
use protocol::{NameError, RoomName};
use service::rate::AddressBuckets;
use service::{Clock, Lifecycle};

use crate::assets::Assets;
use crate::config::Config;
use crate::link::{BackendLink, RoomSummary};
use crate::metrics::Metrics;
use crate::refusal::Refuse;
use crate::site::{self, SiteFacts};
use crate::{lookup, pages, room_traffic, sessions};

/// Between two looks at the backends.
const REPORT_EVERY: Duration = Duration::from_millis(500);
/// A placement whose ticket can no longer be used, doubled to be on the safe side.
const UNUSED_AFTER_MS: u64 = 2 * (TICKET_MS + TICKET_LEEWAY_MS);

/// Why aux-srv does not start.
#[derive(Debug, thiserror::Error)]
pub enum AuxError {
    /// The binary was compiled without the web app.
    #[error("this binary has no web app inside: build it with `make build`")]
    NoWebApp,
    /// A forbidden name could be no room's name anyway.
    #[error("forbiddenRoomNames: `{name}`: {source}")]
    ForbiddenName {
        /// The name.
        name: String,
        /// What is wrong with it.
        source: NameError,
    },
}

/// The router of the fleet.
pub struct AuxServer {
    pub(crate) config: Config,
    pub(crate) keys: Keyring,
    pub(crate) clock: Clock,
    pub(crate) assets: Assets,
    pub(crate) metrics: Metrics,
    pub(crate) lookups: AddressBuckets,
    pub(crate) forbidden: HashSet<RoomName>,
    pub(crate) refuse: Refuse,
    facts: SiteFacts,
    link: Arc<dyn BackendLink>,
    directory: Mutex<Directory>,
}

/// The backends and who owns what. Never held across a wait.
struct Directory {
    fleet: Fleet,
    owners: Owners,
    epochs: Epochs,
}

/// What aux-srv is made of.
pub struct Parts {
    /// Its configuration.
    pub config: Config,
    /// The fleet's secrets.
    pub keys: Keyring,
    /// The time.
    pub clock: Clock,
    /// What pages tell of the other processes.
    pub facts: SiteFacts,
    /// The way to the backends.
    pub link: Arc<dyn BackendLink>,
    /// How room traffic is refused.
    pub refuse: Refuse,
}

impl AuxServer {
    /// A server that watches the backends until the soft stop.
    ///
    /// # Errors
    /// The web app is missing, or a forbidden name is none.
    pub fn new(
        parts: Parts,
        lifecycle: &Lifecycle,
        registry: &mut Registry,
    ) -> Result<Arc<Self>, AuxError> {
        let assets = Assets::load().ok_or(AuxError::NoWebApp)?;
        let forbidden = parts.config.forbidden_room_names.iter().map(|name| {
            RoomName::parse(name)
                .map_err(|source| AuxError::ForbiddenName { name: name.clone(), source })
        });
        let aux = Arc::new(Self {
            forbidden: forbidden.collect::<Result<_, _>>()?,
            lookups: AddressBuckets::new(parts.config.lookups, parts.config.addresses_max),
            config: parts.config,
            keys: parts.keys,
            clock: parts.clock,
            assets,
            metrics: Metrics::register(registry),
            refuse: parts.refuse,
            facts: parts.facts,
            link: parts.link,
            directory: Mutex::new(Directory {
                fleet: Fleet::new(),
                owners: Owners::new(),
                epochs: Epochs::in_memory(),
            }),
        });
        aux.take_reports();
        lifecycle.spawn(watch(Arc::clone(&aux), lifecycle.clone()));
        Ok(aux)
    }

    /// The public routes, but for room traffic: pages, assets, lookups.
    pub fn router(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/api/rooms/{room}", get(lookup::lookup))
            .route("/api/site", get(site::site))
            .fallback(pages::page)
            .layer(from_fn_with_state(Arc::clone(self), sessions::give_session))
            .with_state(Arc::clone(self))
    }

    /// Puts this server's part before a backend's routes: owner, session, ticket.
    pub fn before(self: &Arc<Self>, backend: Router) -> Router {
        backend.layer(from_fn_with_state(Arc::clone(self), room_traffic::route))
    }

    /// An owner has let go of its room.
    pub fn released(&self, room: &RoomName, epoch: u64) {
        self.directory().owners.release(room.as_str(), epoch);
    }

    pub(crate) fn place(&self, room: &RoomName, now: u64) -> Option<Owner> {
        let mut directory = self.directory();
        let Directory { fleet, owners, epochs } = &mut *directory;
        owners.place(fleet, epochs, &room.shared(), now).ok()
    }

    /// Whether the room has an owner on record, so that placing it takes nothing.
    pub(crate) fn is_placed(&self, room: &RoomName) -> bool {
        let directory = self.directory();
        directory.owners.get(&directory.fleet, room.as_str()).is_some()
    }

    /// The room, as its owner sees it.
    pub(crate) fn summary(&self, room: &RoomName) -> Option<RoomSummary> {
        let directory = self.directory();
        let owner = directory.owners.get(&directory.fleet, room.as_str())?;
        drop(directory);
        self.link.summary(&owner.backend, room)
    }

    pub(crate) fn site_info(&self) -> SiteInfo {
        let facts = &self.facts;
        SiteInfo {
            version: env!("CARGO_PKG_VERSION").into(),
            build: self.assets.build().into(),
            operator: self.config.operator.clone(),
            room_expires_after_ms: facts.room_expires_after_ms,
            messages_max: facts.messages_max,
            text_chars_max: facts.text_chars_max,
            file_bytes_max: facts.file_bytes_max,
            drawing_bytes_max: facts.drawing_bytes_max,
            files_in: facts.files_in,
            session_days: self.config.session_days,
            addresses_logged: facts.addresses_logged,
        }
    }

    fn take_reports(&self) {
        let reports = self.link.reports();
        let mut directory = self.directory();
        for (name, phase, load) in reports {
            directory.fleet.report(name, phase, load, 0);
        }
    }

    /// Forgets placements whose ticket was never used.
    fn forget_unused(&self) {
        let before = self.clock.now().saturating_sub(UNUSED_AFTER_MS);
        // The backends are asked without the lock: an owner may be releasing a room just now.
        let directory = self.directory();
        let unused = directory.owners.unused_since(&directory.fleet, before);
        drop(directory);
        for (room, owner) in unused {
            let lives = RoomName::parse(&room)
                .is_ok_and(|name| self.link.summary(&owner.backend, &name).is_some());
            if !lives {
                self.directory().owners.forget_unused(&room, before);
            }
        }
    }

    fn directory(&self) -> MutexGuard<'_, Directory> {
        self.directory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes the backends' reports until the soft stop, and now and then forgets what was not used.
async fn watch(aux: Arc<AuxServer>, lifecycle: Lifecycle) {
    const FORGET_EVERY: u32 = 60;
    let mut round = 0_u32;
    let mut ticks = tokio::time::interval(REPORT_EVERY);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = lifecycle.soft_stopped() => return,
        }
        aux.take_reports();
        round = round.wrapping_add(1);
        if round.is_multiple_of(FORGET_EVERY) {
            aux.forget_unused();
        }
    }
}
