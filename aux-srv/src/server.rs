//! The server: its state and its routes.

use std::collections::HashSet;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{any, get, post};
use http::HeaderValue;
use placement::BackendName;
use prometheus_client::registry::Registry;
use protocol::token::Keyring;
use protocol::{NameError, RoomName};
use service::http::{Origins, TrustedProxies};
use service::rate::AddressBuckets;
use service::{Clock, Lifecycle};

use crate::assets::Assets;
use crate::config::Config;
use crate::direct::{BadDomain, DirectDomain};
use crate::metrics::Metrics;
use crate::refusal::Refusals;
use crate::router::{
    DiskError, DrainError, FileInstance, FleetRouter, FleetView, Reach, Roster, RouterParts,
};
use crate::{admin, edge, lookup, pages, room_traffic, sessions, site, tickets};

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
    /// The folder cannot be used.
    #[error("dataDir: {0}")]
    Disk(#[from] DiskError),
    /// The domain of direct mode is none.
    #[error(transparent)]
    DirectDomain(#[from] BadDomain),
}

/// The router of the fleet.
pub struct AuxServer {
    pub(crate) config: Config,
    pub(crate) keys: Keyring,
    pub(crate) clock: Clock,
    pub(crate) assets: Assets,
    pub(crate) metrics: Metrics,
    pub(crate) lookups: AddressBuckets,
    pub(crate) places: AddressBuckets,
    pub(crate) forbidden: HashSet<RoomName>,
    pub(crate) origins: Origins,
    pub(crate) refusals: Refusals,
    pub(crate) direct: Option<DirectDomain>,
    /// What pages may load in direct mode.
    pub(crate) direct_policy: Option<HeaderValue>,
    pub(crate) fleet: Arc<FleetRouter>,
    edges: TrustedProxies,
}

/// What aux-srv is made of.
pub struct Parts {
    /// Its configuration.
    pub config: Config,
    /// The fleet's secrets.
    pub keys: Keyring,
    /// The time.
    pub clock: Clock,
    /// The folder of what the router must know after a restart.
    pub data_dir: PathBuf,
    /// The backends.
    pub roster: Roster,
    /// The file servers.
    pub files: Vec<FileInstance>,
    /// The way to both.
    pub reach: Arc<dyn Reach>,
    /// The wildcard name of direct mode; empty without.
    pub direct_domain: String,
    /// Who may ask what the edge asks, beside this machine.
    pub edges: TrustedProxies,
}

impl AuxServer {
    /// A server that knows nothing of its fleet yet.
    ///
    /// # Errors
    /// The web app is missing, a forbidden name is none, or the folder cannot be used.
    pub fn new(
        parts: Parts,
        lifecycle: &Lifecycle,
        registry: &mut Registry,
    ) -> Result<Arc<Self>, AuxError> {
        let direct = DirectDomain::parse(&parts.direct_domain)?;
        let assets = Assets::load(direct.is_some()).ok_or(AuxError::NoWebApp)?;
        let forbidden = parts.config.forbidden_room_names.iter().map(|name| {
            RoomName::parse(name)
                .map_err(|source| AuxError::ForbiddenName { name: name.clone(), source })
        });
        let forbidden = forbidden.collect::<Result<_, _>>()?;
        let router = RouterParts {
            clock: parts.clock.clone(),
            data_dir: &parts.data_dir,
            roster: parts.roster,
            files: parts.files,
            reach: parts.reach,
            direct: direct.clone(),
        };
        let fleet = Arc::new(FleetRouter::new(router, registry)?);
        Ok(Arc::new(Self {
            forbidden,
            lookups: AddressBuckets::new(parts.config.lookups, parts.config.addresses_max),
            places: AddressBuckets::new(parts.config.places, parts.config.addresses_max),
            origins: Origins::new(&parts.config.allowed_origins),
            config: parts.config,
            keys: parts.keys,
            clock: parts.clock,
            assets,
            metrics: Metrics::register(registry),
            refusals: Refusals::new(lifecycle.clone()),
            direct_policy: direct.as_ref().and_then(DirectDomain::policy),
            direct,
            fleet,
            edges: parts.edges,
        }))
    }

    /// Asks everybody once, before it watches, so that a process that is its own fleet knows itself
    /// when it begins to serve.
    pub async fn introduce(&self) {
        self.fleet.introduce().await;
    }

    /// Watches the fleet until the soft stop.
    pub fn watch(&self, lifecycle: &Lifecycle) {
        self.fleet.watch(lifecycle);
    }

    /// The public routes, but for room traffic: pages, assets, lookups.
    pub fn router(self: &Arc<Self>) -> Router {
        let pages = Router::new()
            .route("/api/rooms/{room}", get(lookup::lookup))
            .route("/api/site", get(site::site))
            .fallback(pages::page)
            .layer(from_fn_with_state(Arc::clone(self), sessions::give_session));
        Router::new()
            .route("/api/rooms/{room}/ticket", post(tickets::ticket))
            .merge(pages)
            .with_state(Arc::clone(self))
    }

    /// What the edge asks, and what it sends here because nobody else can take it. Beside `router`
    /// where the backends are processes of their own.
    pub fn edge_router(self: &Arc<Self>) -> Router {
        let asked = Router::new()
            .route("/edge/room", get(edge::room))
            .route("/edge/files", get(edge::files))
            .layer(from_fn_with_state(Arc::clone(self), edge::guard));
        Router::new()
            .route("/api/rooms/{room}/ws", any(edge::refuse))
            .merge(asked)
            .with_state(Arc::clone(self))
    }

    /// Puts this server's part before a backend's routes: owner, session, ticket.
    pub fn before(self: &Arc<Self>, backend: Router) -> Router {
        backend.layer(from_fn_with_state(Arc::clone(self), room_traffic::route))
    }

    /// This server as backends call it.
    pub fn calls(&self) -> Arc<dyn fleet::Aux> {
        Arc::clone(&self.fleet) as _
    }

    /// The fleet as it is now.
    pub fn fleet_view(&self) -> FleetView {
        self.fleet.view()
    }

    /// Whether this server can do its work; the error says what is in the way.
    ///
    /// # Errors
    /// No backend is up, another router is at work, or the disk cannot be written.
    pub fn ready(&self) -> Result<(), String> {
        self.fleet.ready()
    }

    pub(crate) fn is_edge(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        peer.is_loopback() || self.edges.trusts(peer)
    }
}

impl admin::Fleet for AuxServer {
    fn view(&self) -> FleetView {
        self.fleet.view()
    }

    fn backend(&self, name: &BackendName) -> Option<Arc<dyn fleet::Backend>> {
        self.fleet.backend(name)
    }

    fn drain(&self, name: &BackendName, drain: bool) -> Result<(), DrainError> {
        self.fleet.drain(name, drain)
    }
}
