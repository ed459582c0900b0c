//! The room by which a backend sees that its rooms work.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use backend::log::{Log, LogError, Logged, MemoryLog, Position};
use futures_util::future::{BoxFuture, pending};
use prometheus_client::registry::Registry;
use room::{Incarnation, Record, Snapshot};
use service::admin::{self, ReadyCheck};
use service::http::{ServeOptions, serve};
use service::{Clock, Lifecycle};
use tokio::net::TcpListener;

use crate::daemon::get;
use crate::server::{Setting, TestServer};

/// A log that hangs when it is told to.
#[derive(Default)]
struct Hanging {
    log: MemoryLog,
    hangs: AtomicBool,
}

impl Log for Hanging {
    fn append(
        &self,
        room: Incarnation,
        last: Position,
        records: Vec<Record>,
    ) -> BoxFuture<'_, Result<Position, LogError>> {
        if self.hangs.load(Ordering::Relaxed) {
            return Box::pin(pending());
        }
        self.log.append(room, last, records)
    }

    fn roll_up(
        &self,
        room: Incarnation,
        last: Position,
        snapshot: Snapshot,
    ) -> BoxFuture<'_, Result<Position, LogError>> {
        self.log.roll_up(room, last, snapshot)
    }

    fn read(&self, room: Incarnation) -> BoxFuture<'_, Result<Logged, LogError>> {
        self.log.read(room)
    }

    fn delete(&self, room: Incarnation) -> BoxFuture<'_, Result<(), LogError>> {
        self.log.delete(room)
    }
}

#[tokio::test]
async fn a_backend_is_ready_while_a_post_of_its_own_comes_back() {
    let log = Arc::new(Hanging::default());
    let server = TestServer::with(Setting { log: log.clone(), ..Setting::default() }).await;
    for _ in 0..50 {
        server.backend.ready().await.unwrap();
    }
    for gauge in ["rooms", "members", "room_bytes", "events_total{kind=\"posted\"}"] {
        assert_eq!(server.metric(gauge), 0.0, "{gauge}");
    }
    assert!(server.backend.fleet().rooms(None, 10).await.unwrap().is_empty());
    assert_eq!(server.router.ask(Vec::new(), false).await.unwrap().status.load.rooms, 0);
    log.hangs.store(true, Ordering::Relaxed);
    let error = server.backend.ready().await.unwrap_err();
    assert!(error.contains("own room"), "{error}");
}

/// How soon whoever watches the process must see that its rooms are stuck.
const SEEN_WITHIN: Duration = Duration::from_secs(5);

/// The admin listener of a test's server, as its process would have it.
async fn admin_of(server: &TestServer) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let backend = Arc::clone(&server.backend);
    let ready: ReadyCheck = Arc::new(move || {
        let backend = Arc::clone(&backend);
        Box::pin(async move { backend.ready().await })
    });
    let life: &Lifecycle = &server.lifecycle;
    let routes = admin::router(Registry::with_prefix("instantchat"), life.clone(), ready);
    life.spawn(serve(listener, routes, ServeOptions::default(), life.clone()));
    address
}

#[tokio::test]
async fn rooms_that_are_stuck_make_the_process_unready_within_five_seconds_and_not_dead() {
    let log = Arc::new(Hanging::default());
    let server = TestServer::with(Setting { log: log.clone(), ..Setting::default() }).await;
    let admin = admin_of(&server).await;
    let status = async |path| {
        let answer = get(&admin, path).await;
        answer.split(' ').nth(1).unwrap().parse::<u16>().unwrap()
    };
    let is_told_ready = async |value: u8| {
        let line = format!("\ninstantchat_ready {value}\n");
        while !get(&admin, "/metrics").await.contains(&line) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    assert_eq!((status("/readyz").await, status("/livez").await), (200, 200));
    tokio::time::timeout(SEEN_WITHIN, is_told_ready(1)).await.expect("the metric is 1");
    log.hangs.store(true, Ordering::Relaxed);
    let stuck = async {
        assert_eq!(status("/readyz").await, 503);
        is_told_ready(0).await;
    };
    tokio::time::timeout(SEEN_WITHIN, stuck).await.expect("both say so");
    assert_eq!(status("/livez").await, 200);
}

#[tokio::test]
async fn it_is_ready_without_a_router_too_and_not_while_it_stops() {
    let (clock, _hand) = Clock::manual(1_800_000_000_000);
    let setting = Setting { clock, fenced: true, ..Setting::default() };
    let server = TestServer::with(setting).await;
    server.backend.ready().await.unwrap();
    assert!(server.lifecycle.finish(crate::server::PATIENCE).await, "the canary ends as well");
    server.backend.ready().await.unwrap_err();
}
