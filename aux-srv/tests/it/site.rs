//! aux-srv with its listener, and what a test asks of it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aux_srv::{AuxServer, BackendView, Config, FileInstance, Parts, Roster, RosterFile};
use fleet::Caller;
use placement::{BackendName, GRACE_MS, Phase};
use prometheus_client::registry::Registry;
use protocol::http::{RoomInfo, TICKET_HEADER};
use protocol::token::Ticket;
use reqwest::header::HeaderMap;
use service::clock::ManualClock;
use service::http::{ServeOptions, TrustedProxies, serve};
use service::rate::Rate;
use service::{Clock, Lifecycle};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::backends::{Played, keys};

/// Milliseconds that the router's clock is behind at first, so that a test can spare the rest of its
/// grace.
const BEHIND_MS: u64 = GRACE_MS;
/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(15);

const PLENTY: Rate = Rate { burst: 1_000_000, refill_ms: 1 };

/// A running aux-srv. It ends, as by kill -9, when it is dropped.
pub(crate) struct Site {
    pub(crate) aux: Arc<AuxServer>,
    pub(crate) base: String,
    registry: Registry,
    client: reqwest::Client,
    folder: Option<TempDir>,
    lifecycle: Lifecycle,
    hand: ManualClock,
}

/// How aux-srv is started.
pub(crate) struct Setup {
    pub(crate) names: Vec<String>,
    pub(crate) folder: TempDir,
    pub(crate) file: Option<RosterFile>,
    pub(crate) files: Vec<FileInstance>,
    pub(crate) direct_domain: String,
    pub(crate) places: Rate,
}

impl Setup {
    pub(crate) fn of(backends: &[&Played]) -> Self {
        Self {
            names: backends.iter().map(|backend| backend.name()).collect(),
            folder: tempfile::tempdir().unwrap(),
            file: None,
            files: Vec::new(),
            direct_domain: String::new(),
            places: PLENTY,
        }
    }

    pub(crate) async fn start(self) -> Site {
        let lifecycle = Lifecycle::new();
        let mut registry = Registry::with_prefix("instantchat");
        let (clock, hand) = Clock::manual(Clock::system().unix() - BEHIND_MS);
        lifecycle.spawn(pass(hand.clone(), lifecycle.clone()));
        let parts = Parts {
            config: Config { lookups: PLENTY, places: self.places, ..Config::default() },
            keys: keys(),
            clock,
            data_dir: self.folder.path().to_owned(),
            roster: Roster::Processes {
                backends: self.names.iter().map(|name| BackendName::new(name)).collect(),
                file: self.file,
            },
            files: self.files,
            reach: Arc::new(Caller::new(keys(), Clock::system(), None).unwrap()),
            direct_domain: self.direct_domain,
            edges: TrustedProxies::default(),
        };
        let aux = AuxServer::new(parts, &lifecycle, &mut registry).unwrap();
        aux.watch(&lifecycle);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let routes = aux.edge_router().merge(aux.router());
        lifecycle.spawn(serve(listener, routes, ServeOptions::default(), lifecycle.clone()));
        let client = reqwest::Client::new();
        Site { aux, base, registry, client, folder: Some(self.folder), lifecycle, hand }
    }
}

/// Time passes for the router as it does for all.
async fn pass(hand: ManualClock, lifecycle: Lifecycle) {
    const STEP_MS: u64 = 5;
    let mut steps = tokio::time::interval(Duration::from_millis(STEP_MS));
    loop {
        tokio::select! {
            _ = steps.tick() => hand.advance(STEP_MS),
            () = lifecycle.soft_stopped() => return,
        }
    }
}

/// What the edge is told.
pub(crate) struct Told(pub(crate) HeaderMap);

impl Told {
    pub(crate) fn upstream(&self) -> &str {
        self.header("instantchat-upstream").unwrap()
    }

    pub(crate) fn refused(&self) -> Option<&str> {
        self.header("instantchat-refused")
    }

    pub(crate) fn ticket_text(&self) -> &str {
        self.header(TICKET_HEADER).unwrap()
    }

    pub(crate) fn ticket(&self) -> Ticket {
        Ticket::verify(&keys(), self.ticket_text(), Clock::system().unix()).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        Some(self.0.get(name)?.to_str().unwrap())
    }
}

impl Site {
    /// A site whose backends are all up, past its grace.
    pub(crate) async fn settled(backends: &[&Played]) -> Self {
        let site = Setup::of(backends).start().await;
        site.settle().await;
        site
    }

    pub(crate) async fn settle(&self) {
        self.until("everybody was heard", || {
            let view = self.aux.fleet_view();
            view.backends.iter().all(|backend| backend.phase != Phase::Unheard)
        })
        .await;
        self.hand.advance(BEHIND_MS);
        self.until("the fleet is settled", || self.aux.fleet_view().is_settled).await;
    }

    /// As by kill -9; what is on its disk stays.
    pub(crate) async fn kill(mut self) -> TempDir {
        self.lifecycle.hard_stop();
        self.lifecycle.finish(Duration::ZERO).await;
        self.folder.take().unwrap()
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.as_ref().unwrap().path()
    }

    /// What nginx asks for one connection to a room.
    pub(crate) async fn edge(&self, room: &str) -> Told {
        self.edge_with(&format!("/api/rooms/{room}/ws"), HeaderMap::new()).await
    }

    pub(crate) async fn edge_with(&self, uri: &str, headers: HeaderMap) -> Told {
        let request = self.client.get(format!("{}/edge/room", self.base)).headers(headers);
        let answer = request.header("instantchat-uri", uri).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        Told(answer.headers().clone())
    }

    pub(crate) async fn get(&self, path: &str) -> reqwest::Response {
        self.client.get(format!("{}{path}", self.base)).send().await.unwrap()
    }

    pub(crate) fn post(&self, path: &str) -> reqwest::RequestBuilder {
        self.client.post(format!("{}{path}", self.base))
    }

    pub(crate) async fn info(&self, room: &str) -> RoomInfo {
        let answer = self.get(&format!("/api/rooms/{room}")).await;
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }

    /// Opens a room, as its first visitor does, on whichever of these backends owns it.
    pub(crate) async fn open(&self, room: &str, backends: &[&Played]) -> RunOf {
        let told = self.edge(room).await;
        assert_eq!(told.refused(), None, "{room}");
        let ticket = told.ticket();
        let owner = backends.iter().position(|backend| backend.run().0 == ticket.run).unwrap();
        backends[owner].enter(told.ticket_text());
        assert_eq!(backends[owner].owns(room), Some(ticket.epoch), "{room}");
        RunOf { owner, epoch: ticket.epoch }
    }

    pub(crate) fn backend(&self, name: &str) -> Option<BackendView> {
        let view = self.aux.fleet_view();
        view.backends.into_iter().find(|backend| backend.name.as_str() == name)
    }

    pub(crate) fn phase(&self, name: &str) -> Option<Phase> {
        self.backend(name).map(|backend| backend.phase)
    }

    pub(crate) async fn until(&self, what: &str, mut is_so: impl FnMut() -> bool) {
        let waited = async {
            while !is_so() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let ended = tokio::time::timeout(PATIENCE, waited).await;
        assert!(ended.is_ok(), "waiting until {what}: {:#?}", self.aux.fleet_view());
    }

    /// The value of a metric's line, which is there.
    pub(crate) fn metric(&self, line: &str) -> f64 {
        self.find_metric(line).unwrap_or_else(|| panic!("no {line} in {}", self.metrics()))
    }

    /// The value of a metric's line, if it is there.
    pub(crate) fn find_metric(&self, line: &str) -> Option<f64> {
        let text = self.metrics();
        let value = text.lines().find_map(|found| found.strip_prefix(line)?.strip_prefix(' '));
        value.map(|value| value.parse().unwrap())
    }

    fn metrics(&self) -> String {
        let mut text = String::new();
        prometheus_client::encoding::text::encode(&mut text, &self.registry).unwrap();
        text
    }
}

/// Who owns a room, by its place among the backends, and in which term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RunOf {
    pub(crate) owner: usize,
    pub(crate) epoch: u64,
}

impl Drop for Site {
    fn drop(&mut self) {
        self.lifecycle.hard_stop();
    }
}
