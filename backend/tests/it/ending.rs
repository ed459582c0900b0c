//! Ends: of the process, of a room, of a connection that is silent, and of a room that failed.

use std::sync::Arc;
use std::time::Duration;

use backend::log::{Log, LogError, Logged, MemoryLog, Position};
use fleet::RoomSummary;
use futures_util::future::BoxFuture;
use protocol::fleet::FileNotice;
use protocol::frame::ServerFrame;
use room::{EventKind, Incarnation, Record, Snapshot};
use service::Clock;

use crate::hearing::{closed, events_until, next_error, text_of};
use crate::server::{PATIENCE, Setting, TestServer, named};

const START_MS: u64 = 1_800_000_000_000;

#[tokio::test]
async fn a_stop_tells_everybody_and_ends_every_task() {
    let server = TestServer::start().await;
    let (mut ada, _) = server.member("tea", "Ada").await;
    let (mut bob, _) = server.member("coffee", "Bob").await;
    let mut waiting = server.visit("tea").await;
    let lifecycle = server.lifecycle.clone();
    let stopping = tokio::spawn(async move { lifecycle.finish(Duration::from_secs(10)).await });
    for client in [&mut ada, &mut bob, &mut waiting] {
        assert_eq!(closed(client).await, (1001, "going_away".into()));
    }
    assert!(stopping.await.unwrap(), "every task ended by itself");
    assert_eq!((server.rooms(), server.sockets()), (0, 0));
    assert_eq!(server.told.released.lock().unwrap().len(), 2);
    for gauge in ["rooms", "members", "peers", "room_bytes", "outbox_bytes"] {
        assert_eq!(server.metric(gauge), 0.0, "{gauge}");
    }
}

#[tokio::test]
async fn a_room_expires_and_its_name_is_free_again() {
    let (clock, hand) = Clock::manual(START_MS);
    let server = TestServer::with(Setting { clock, ..Setting::default() }).await;
    let (mut ada, joined) = server.member("tea", "Ada").await;
    let (mut bob, _) = server.member("coffee", "Bob").await;
    let summary = |server: &TestServer| server.summary("tea");
    assert_eq!(summary(&server), Some(RoomSummary { protected: false, members: 1 }));
    hand.advance(3_600_000);
    assert_eq!(closed(&mut bob).await.0, 4004);
    assert_eq!(closed(&mut ada).await.0, 4004);
    ada.reconnect().await.unwrap();
    hand.advance(12 * 3_600_000 - 1);
    server.until("silence ends it again", |s| summary(s).is_some_and(|s| s.members == 0)).await;
    assert!(server.summary("coffee").is_some(), "one millisecond is left");
    ada.reconnect().await.unwrap();
    hand.advance(1);
    server.until("the empty room is gone", |s| s.summary("coffee").is_none()).await;
    assert!(summary(&server).is_some());
    hand.advance(12 * 3_600_000);
    assert_eq!(closed(&mut ada).await, (4003, "room_closed".into()));
    server.until("the room is gone", |s| summary(s).is_none()).await;
    server
        .until("the router knows", |server| !server.told.released.lock().unwrap().is_empty())
        .await;
    let files = |server: &TestServer| server.told.files.lock().unwrap().clone();
    server.until("the files are told", |server| !files(server).is_empty()).await;
    assert!(files(&server).iter().any(|notice| matches!(notice, FileNotice::Ended { .. })));
    let (_, again) = server.member("tea", "Bob").await;
    assert_ne!(again.incarnation, joined.incarnation);
    assert!(again.epoch > joined.epoch);
}

#[tokio::test]
async fn silence_ends_a_connection_and_heartbeats_keep_the_others() {
    let (clock, hand) = Clock::manual(START_MS);
    let server = TestServer::with(Setting { clock, ..Setting::default() }).await;
    let (mut silent, _) = server.member("tea", "Silent").await;
    let (mut ada, joined) = server.member("tea", "Ada").await;
    ada.say("k", "hello").await.unwrap();
    for beat in 0..2 {
        hand.advance(25_000);
        let (epoch, seq) = loop {
            let frame = tokio::time::timeout(PATIENCE, ada.receive()).await.unwrap();
            if let ServerFrame::Heartbeat { epoch, seq } = frame.unwrap() {
                break (epoch, seq);
            }
        };
        assert_eq!((epoch, seq), (joined.epoch, 1 + beat));
        // An answered request shows that the server has heard it.
        ada.say(&format!("k{beat}"), "still here").await.unwrap();
    }
    hand.advance(10_250);
    // The room has judged by now. Whoever reads earlier answers the pings, and is not silent.
    ada.say("k9", "alone").await.unwrap();
    assert_eq!(closed(&mut silent).await.0, 4004);
    assert_eq!(server.metric("closes_total{code=\"idle\"}"), 1.0);
}

#[tokio::test]
async fn whoever_does_not_join_in_time_is_closed() {
    let (clock, hand) = Clock::manual(START_MS);
    let server = TestServer::with(Setting { clock, ..Setting::default() }).await;
    let mut client = server.visit("tea").await;
    // An answer shows that the time has begun to run.
    client.send_text("{}").await.unwrap();
    next_error(&mut client).await;
    hand.advance(10_000);
    assert_eq!(closed(&mut client).await.0, 4004);
}

/// A log that fails an invariant on one text.
#[derive(Default)]
struct Trap(MemoryLog);

impl Log for Trap {
    fn append(
        &self,
        room: Incarnation,
        last: Position,
        records: Vec<Record>,
    ) -> BoxFuture<'_, Result<Position, LogError>> {
        let springs = |record: &Record| match record {
            Record::Event { event, .. } => {
                matches!(&event.kind, EventKind::Posted { text, .. } if &**text == "boom")
            }
            _ => false,
        };
        assert!(!records.iter().any(springs), "the invariant that the test breaks");
        self.0.append(room, last, records)
    }

    fn roll_up(
        &self,
        room: Incarnation,
        last: Position,
        snapshot: Snapshot,
    ) -> BoxFuture<'_, Result<Position, LogError>> {
        self.0.roll_up(room, last, snapshot)
    }

    fn read(&self, room: Incarnation) -> BoxFuture<'_, Result<Logged, LogError>> {
        self.0.read(room)
    }

    fn delete(&self, room: Incarnation) -> BoxFuture<'_, Result<(), LogError>> {
        self.0.delete(room)
    }
}

#[tokio::test]
async fn a_failed_invariant_closes_its_room_alone_and_loses_nothing_acknowledged() {
    let log = Arc::new(Trap::default());
    let server = TestServer::with(Setting { log, ..Setting::default() }).await;
    let (mut ada, _) = server.member("tea", "Ada").await;
    let (mut bob, _) = server.member("tea", "Bob").await;
    let (mut cleo, _) = server.member("coffee", "Cleo").await;
    ada.say("k1", "acknowledged").await.unwrap();
    ada.say("boom", "boom").await.unwrap_err();
    assert_eq!(closed(&mut bob).await, (1011, "failed".into()));
    assert_eq!(cleo.say("k1", "undisturbed").await.unwrap(), 1);
    let joined = bob.reconnect().await.unwrap();
    assert!(joined.resumed && joined.gap.is_none());
    ada.reconnect().await.unwrap();
    assert_eq!(ada.say("k1", "acknowledged").await.unwrap(), 1, "its key is known");
    assert_eq!(ada.say("k2", "after").await.unwrap(), 2);
    let events = events_until(&mut bob, 2).await;
    assert_eq!(text_of(events.last().unwrap()), "after");
    assert_eq!(server.metric("room_panics_total"), 1.0);
    for _ in 0..3 {
        ada.say("boom", "boom").await.unwrap_err();
        let _ = ada.reconnect().await;
    }
    server.until("the room is given up", |server| server.metric("room_panics_total") == 4.0).await;
    let gone = |server: &TestServer| server.summary("tea").is_none_or(|s| s.members < 2);
    server.until("it begins anew", gone).await;
    server.visit("tea").await.join(named("Dan")).await.unwrap();
    assert_eq!(cleo.say("k2", "still undisturbed").await.unwrap(), 2);
}
