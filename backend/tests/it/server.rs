//! A backend on a port of its own, and the clients of the tests.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::middleware::from_fn_with_state;
use backend::log::Log;
use backend::{Backend, Config, Links, Place};
use client::{Client, Options};
use fleet::{Aux, RoomSummary};
use futures_util::FutureExt;
use placement::OnRouterLoss;
use prometheus_client::registry::Registry;
use protocol::frame::{Join, Joined};
use protocol::token::Keyring;
use service::clock::ManualClock;
use service::http::{ServeOptions, serve};
use service::traces::Traces;
use service::{Clock, Lifecycle};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::router::{TestRouter, Told, route};

/// How long a test waits for what must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// The secrets of every test.
pub(crate) fn keys() -> Keyring {
    Keyring::new(b"a fleet secret of thirty-two bytes", None).unwrap()
}

/// A backend that serves until it is dropped.
pub(crate) struct TestServer {
    pub(crate) backend: Arc<Backend>,
    pub(crate) address: SocketAddr,
    pub(crate) lifecycle: Lifecycle,
    pub(crate) told: Arc<Told>,
    pub(crate) router: Arc<TestRouter>,
    registry: Arc<Registry>,
}

/// What a test changes about its server.
pub(crate) struct Setting {
    pub(crate) config: Config,
    pub(crate) clock: Clock,
    pub(crate) log: Arc<dyn Log>,
    /// Whether the backend is one of a fleet, whose router is asked for by the test.
    pub(crate) fenced: bool,
    /// The router's addresses, where the test's own does not hear.
    pub(crate) aux: Vec<Arc<dyn Aux>>,
}

impl Default for Setting {
    fn default() -> Self {
        let log = Arc::new(backend::log::MemoryLog::new());
        let (config, clock) = (Config::default(), Clock::system());
        Self { config, clock, log, fenced: false, aux: Vec::new() }
    }
}

impl TestServer {
    /// A server with every limit at its default.
    pub(crate) async fn start() -> Self {
        Self::with(Setting::default()).await
    }

    /// A server whose clock stands still, so that no bucket refills by itself.
    pub(crate) async fn at_a_standstill() -> (Self, ManualClock) {
        let (clock, hand) = Clock::manual(1_800_000_000_000);
        (Self::with(Setting { clock, ..Setting::default() }).await, hand)
    }

    /// A server with a changed configuration.
    pub(crate) async fn configured(change: impl FnOnce(&mut Config)) -> Self {
        let mut setting = Setting::default();
        change(&mut setting.config);
        Self::with(setting).await
    }

    /// A server with another setting.
    pub(crate) async fn with(setting: Setting) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let lifecycle = Lifecycle::new();
        let mut registry = Registry::with_prefix("instantchat");
        let told = Arc::new(Told::default());
        let place = Place {
            address: "127.0.0.1:9".into(),
            door_port: port,
            admin_port: 0,
            direct_host: String::new(),
            on_router_loss: OnRouterLoss::Continue,
        };
        let links = Links {
            files: told.clone(),
            aux: if setting.aux.is_empty() { vec![told.clone()] } else { setting.aux },
            log: setting.log,
            traces: Traces::default(),
            place: setting.fenced.then_some(place),
        };
        let clock = setting.clock.clone();
        let backend = Backend::new(
            setting.config,
            keys(),
            setting.clock,
            lifecycle.clone(),
            &mut registry,
            links,
        );
        let routing = Arc::new(TestRouter::new(backend.fleet(), clock, told.clone()).await);
        let router = backend.router().layer(from_fn_with_state(routing.clone(), route));
        let serving = serve(listener, router, ServeOptions::default(), lifecycle.clone());
        lifecycle.spawn(serving);
        let address = (Ipv4Addr::LOCALHOST, port).into();
        let registry = Arc::new(registry);
        Self { backend, address, lifecycle, told, router: routing, registry }
    }

    /// The address of a room's door.
    pub(crate) fn url(&self, room: &str) -> String {
        format!("ws://{}/api/rooms/{room}/ws", self.address)
    }

    /// A new visitor at a room's door.
    pub(crate) async fn visit(&self, room: &str) -> Client {
        Client::connect(&self.url(room), Options::default()).await.unwrap()
    }

    /// A visitor from a local address of its own: 127.0.0.`host`.
    pub(crate) async fn visit_from(&self, host: u8, room: &str) -> Client {
        self.try_visit_from(host, room).await.unwrap()
    }

    /// The same, for visitors who may be turned away.
    pub(crate) async fn try_visit_from(
        &self,
        host: u8,
        room: &str,
    ) -> Result<Client, client::Error> {
        let stream = self.stream_from(host).await;
        Client::connect_over(stream, &self.url(room), Options::default()).await
    }

    /// A connection from a local address.
    pub(crate) async fn stream_from(&self, host: u8) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((Ipv4Addr::new(127, 0, 0, host), 0).into()).unwrap();
        socket.connect(self.address).await.unwrap()
    }

    /// A new member of a room.
    pub(crate) async fn member(&self, room: &str, name: &str) -> (Client, Joined) {
        let mut client = self.visit(room).await;
        let joined = client.join(named(name)).await.unwrap();
        (client, joined)
    }

    /// Rooms that are here.
    pub(crate) fn rooms(&self) -> usize {
        self.metric("rooms") as usize
    }

    /// Bytes of all rooms.
    pub(crate) fn bytes(&self) -> usize {
        self.metric("room_bytes") as usize
    }

    /// Connections.
    pub(crate) fn sockets(&self) -> usize {
        self.metric("peers") as usize
    }

    /// What a lookup of a room shows.
    pub(crate) fn summary(&self, room: &str) -> Option<RoomSummary> {
        let calls = self.backend.fleet();
        let summary = calls.summary(room.into()).now_or_never();
        summary.expect("it waits for nothing").unwrap()
    }

    /// All metrics, as they are scraped.
    pub(crate) fn metrics(&self) -> String {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry).unwrap();
        text
    }

    /// The value of a metric, as `name` or `name{label="value"}`.
    pub(crate) fn metric(&self, name: &str) -> f64 {
        let text = self.metrics();
        let line = text.lines().find_map(|line| {
            line.strip_prefix("instantchat_")?.strip_prefix(name)?.strip_prefix(' ')
        });
        line.unwrap_or_else(|| panic!("no metric {name} in\n{text}")).parse().unwrap()
    }

    /// Waits until a condition holds.
    pub(crate) async fn until(&self, what: &str, condition: impl Fn(&Self) -> bool) {
        let holds = async {
            while !condition(self) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, holds).await.unwrap_or_else(|_| panic!("never: {what}"));
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.lifecycle.hard_stop();
    }
}

/// A join under a name.
pub(crate) fn named(name: &str) -> Join {
    Join { name: Some(name.into()), ..Join::default() }
}
