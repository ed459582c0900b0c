//! What is missed is caught up exactly, or a frame says what is missing and why.

use std::time::Duration;

use backend::Config;
use client::Client;
use protocol::frame::{GapReason, Join, Resume};
use service::Clock;
use service::rate::Rate;
use tokio::net::TcpSocket;

use crate::hearing::{closed, events_until, next_event, text_of};
use crate::server::{Setting, TestServer, named};

/// Rates out of the way of a test that is not about them.
pub(crate) fn unlimited(config: &mut Config) {
    let rate = Rate { burst: 1_000_000, refill_ms: 1 };
    config.room.member_posts = rate;
    config.room.room_posts = rate;
    config.peers.frames = rate;
    config.addresses.posts = rate;
    config.addresses.connects = rate;
}

#[tokio::test]
async fn a_dropped_client_gets_exactly_what_it_missed() {
    let server = TestServer::start().await;
    let (mut ada, _) = server.member("tea", "Ada").await;
    let (mut bob, _) = server.member("tea", "Bob").await;
    ada.say("k0", "before").await.unwrap();
    events_until(&mut bob, 1).await;
    bob.abort();
    for n in 1..=8 {
        ada.say(&format!("k{n}"), &format!("missed {n}")).await.unwrap();
    }
    let joined = bob.reconnect().await.unwrap();
    assert!(joined.resumed && joined.history.is_empty() && joined.gap.is_none());
    assert_eq!((joined.seq, &*joined.you.name), (9, "Bob"));
    let missed = events_until(&mut bob, 9).await;
    let texts: Vec<_> = missed.iter().map(text_of).collect();
    assert_eq!(texts, (1..=8).map(|n| format!("missed {n}")).collect::<Vec<_>>());
    assert_eq!(server.metric("resumes_total{outcome=\"exact\"}"), 1.0);
}

#[tokio::test]
async fn a_long_resume_comes_in_parts_and_what_happens_meanwhile_after_it() {
    let server = TestServer::configured(|config| {
        unlimited(config);
        config.room.resume_bytes_max = 64 << 20;
    })
    .await;
    let (mut ada, _) = server.member("tea", "Ada").await;
    let (mut bob, _) = server.member("tea", "Bob").await;
    bob.abort();
    let text = "long ".repeat(1_000);
    for n in 1..=400 {
        ada.say(&format!("k{n}"), &text).await.unwrap();
    }
    let joined = bob.reconnect().await.unwrap();
    assert!(joined.resumed);
    ada.say("last", "after").await.unwrap();
    // The client itself checks that the numbers have no gap.
    let missed = events_until(&mut bob, 401).await;
    assert_eq!(missed.len(), 401);
    assert_eq!(text_of(&missed[400]), "after");
    assert_eq!(server.metric("slow_readers_total"), 0.0);
}

#[tokio::test]
async fn a_slow_reader_is_cut_off_alone_and_resumes_without_loss() {
    let server = TestServer::configured(|config| {
        unlimited(config);
        config.room.messages_max = 10_000;
        config.room.state_bytes_max = 256 << 20;
        config.room.resume_bytes_max = 128 << 20;
    })
    .await;
    let (mut ada, _) = server.member("tea", "Ada").await;
    let (mut bob, _) = server.member("tea", "Bob").await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let stream = socket.connect(server.address).await.unwrap();
    let mut slow =
        Client::connect_over(stream, &server.url("tea"), Default::default()).await.unwrap();
    slow.join(named("Slow")).await.unwrap();
    let text = "x".repeat(10_000);
    let mut posted = 0;
    while server.metric("slow_readers_total") == 0.0 {
        for _ in 0..20 {
            posted += 1;
            ada.say(&format!("k{posted}"), &text).await.unwrap();
            assert_eq!(next_event(&mut bob).await.seq, posted);
        }
        assert!(posted < 5_000, "nobody was cut off");
    }
    let (code, _) = closed(&mut slow).await;
    assert_eq!(code, 4001);
    let held = slow.cursor().unwrap().seq;
    assert!(0 < held && held < posted);
    let joined = slow.reconnect().await.unwrap();
    assert!(joined.resumed, "{:?}", joined.gap);
    let missed = events_until(&mut slow, posted).await;
    assert_eq!(missed.len() as u64, posted - held);
    assert_eq!(server.metric("outbox_bytes"), 0.0);
}

#[tokio::test]
async fn a_resuming_peer_that_takes_nothing_is_let_go() {
    let server = TestServer::configured(|config| {
        unlimited(config);
        config.room.resume_bytes_max = 128 << 20;
        config.room.state_bytes_max = 256 << 20;
        config.room.messages_max = 10_000;
        config.peers.stall_ms = 300;
    })
    .await;
    let (mut ada, _) = server.member("tea", "Ada").await;
    let (mut slow, _) = server.member("tea", "Slow").await;
    slow.abort();
    let text = "x".repeat(10_000);
    for n in 0..1_500 {
        ada.say(&format!("k{n}"), &text).await.unwrap();
    }
    slow.reconnect().await.unwrap();
    server.until("the stalled peer is cut", |s| s.metric("slow_readers_total") == 1.0).await;
    assert_eq!(closed(&mut slow).await.0, 4001);
}

#[tokio::test]
async fn the_older_connection_of_a_session_is_replaced() {
    let server = TestServer::start().await;
    let (mut first, joined) = server.member("tea", "Ada").await;
    let options =
        client::Options { session: first.session().map(Into::into), ..Default::default() };
    let mut second = Client::connect(&server.url("tea"), options).await.unwrap();
    let again = second.join(Join::default()).await.unwrap();
    assert_eq!(again.you, joined.you);
    assert_eq!(again.online, 1);
    assert_eq!(closed(&mut first).await, (4002, "replaced".into()));
    assert_eq!(second.say("k", "here").await.unwrap(), 1);
    assert_eq!(server.metric("members"), 1.0);
}

#[tokio::test]
async fn the_same_key_thrice_is_one_message() {
    let server = TestServer::configured(|config| {
        config.addresses.posts = Rate { burst: 2, refill_ms: 3_600_000 };
    })
    .await;
    let (mut ada, _) = server.member("tea", "Ada").await;
    assert_eq!(ada.say("same", "once").await.unwrap(), 1);
    assert_eq!(ada.say("same", "once").await.unwrap(), 1);
    ada.abort();
    ada.reconnect().await.unwrap();
    // A known key costs no token, so that the second one is still there for another message.
    assert_eq!(ada.say("same", "once").await.unwrap(), 1);
    assert_eq!(ada.say("other", "twice").await.unwrap(), 2);
    let (_, joined) = server.member("tea", "Bob").await;
    assert_eq!(joined.history.len(), 2);
}

#[tokio::test]
async fn a_lost_room_is_restored_by_its_keep_and_by_nothing_else() {
    let server = TestServer::start().await;
    let (mut ada, joined) = server.member("tea", "Ada").await;
    ada.say("k1", "hello").await.unwrap();
    let resume = |room: &protocol::frame::Joined, keep: Option<String>| Join {
        resume: Some(Resume { incarnation: room.incarnation, epoch: room.epoch, seq: 1, keep }),
        ..Join::default()
    };
    // Another server of the same fleet, which does not have the room.
    let other = TestServer::start().await;
    let mut forged = joined.keep.clone();
    forged.replace_range(forged.len() - 2.., "AA");
    for keep in [None, Some(forged), Some("nonsense".into())] {
        let mut client = other.visit("tea").await;
        let error = client.join(resume(&joined, keep)).await.unwrap_err();
        assert_eq!(error.code().unwrap().as_str(), "not_found");
        assert_eq!(closed(&mut client).await, (1008, "not_found".into()));
    }
    let mut elsewhere = other.visit("coffee").await;
    let error = elsewhere.join(resume(&joined, Some(joined.keep.clone()))).await.unwrap_err();
    assert_eq!(error.code().unwrap().as_str(), "not_found", "the keep is of another room");
    assert_eq!(other.rooms(), 0);
    let options = client::Options { session: ada.session().map(Into::into), ..Default::default() };
    let mut again = Client::connect(&other.url("tea"), options).await.unwrap();
    let restored = again.join(resume(&joined, Some(joined.keep.clone()))).await.unwrap();
    assert!(restored.you.creator && !restored.resumed);
    assert_ne!(restored.incarnation, joined.incarnation);
    assert_eq!(restored.gap.unwrap().reason, GapReason::Restarted);
    assert_eq!(other.metric("gaps_total{reason=\"restarted\"}"), 1.0);
}

#[tokio::test]
async fn whoever_was_connected_for_weeks_restores_the_room_all_the_same() {
    const DAY_MS: u64 = 24 * 3_600_000;
    let at = async |ms: u64| {
        let (clock, _) = Clock::manual(1_800_000_000_000 + ms);
        TestServer::with(Setting { clock, ..Setting::default() }).await
    };
    let server = at(0).await;
    let (ada, joined) = server.member("tea", "Ada").await;
    for (days, restored) in [(29, true), (31, false)] {
        let other = at(days * DAY_MS).await;
        let session = ada.session().map(Into::into);
        let options = client::Options { session, ..Default::default() };
        let mut again = Client::connect(&other.url("tea"), options).await.unwrap();
        let keep = Some(joined.keep.clone());
        let (incarnation, epoch, seq) = (joined.incarnation, joined.epoch, joined.seq);
        let resume = Some(Resume { incarnation, epoch, seq, keep });
        let answer = again.join(Join { resume, ..Join::default() }).await;
        assert_eq!(answer.is_ok(), restored, "after {days} days");
    }
}

#[tokio::test]
async fn presence_tells_who_came_and_who_left() {
    let server = TestServer::start().await;
    let (mut ada, _) = server.member("tea", "Ada").await;
    let (bob, joined) = server.member("tea", "Bob").await;
    let member = joined.you.member;
    let mut seen = (false, false);
    bob.close().await.unwrap();
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    while !seen.1 {
        let frame = tokio::time::timeout_at(deadline, ada.receive()).await.unwrap().unwrap();
        if let protocol::frame::ServerFrame::Presence { joined, left, .. } = frame {
            seen.0 |= joined.iter().any(|state| state.member == member);
            seen.1 |= left.contains(&member);
        }
        // Whoever came and left within one interval is not told of at all.
        if server.metric("members") == 1.0 && !seen.0 {
            break;
        }
    }
}
