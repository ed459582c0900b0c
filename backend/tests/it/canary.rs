//! The room by which a backend sees that its rooms work.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use backend::log::{Log, LogError, Logged, MemoryLog, Position};
use futures_util::future::{BoxFuture, pending};
use room::{Incarnation, Record, Snapshot};
use service::Clock;

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

#[tokio::test]
async fn it_is_ready_without_a_router_too_and_not_while_it_stops() {
    let (clock, _hand) = Clock::manual(1_800_000_000_000);
    let setting = Setting { clock, fenced: true, ..Setting::default() };
    let server = TestServer::with(setting).await;
    server.backend.ready().await.unwrap();
    assert!(server.lifecycle.finish(crate::server::PATIENCE).await, "the canary ends as well");
    server.backend.ready().await.unwrap_err();
}
