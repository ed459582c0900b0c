//! Every limit of the backend at its default, crossed once.

use client::Client;
use protocol::ErrorCode;
use protocol::frame::{ClientFrame, Join, ServerFrame};
use service::Clock;

use crate::continuity::unlimited;
use crate::hearing::{closed, next, next_error};
use crate::raw::Raw;
use crate::server::{Setting, TestServer, named};

fn code(result: Result<impl Sized, client::Error>) -> Option<ErrorCode> {
    result.err().and_then(|error| error.code())
}

#[tokio::test]
async fn a_session_posts_ten_at_once_and_five_a_second() {
    let (server, hand) = TestServer::at_a_standstill().await;
    let (mut ada, _) = server.member("tea", "Ada").await;
    for n in 0..10 {
        ada.say(&format!("k{n}"), "text").await.unwrap();
    }
    match ada.say("k10", "text").await.unwrap_err() {
        client::Error::Refused { code, retry_after_ms, .. } => {
            assert_eq!((code, retry_after_ms), (ErrorCode::RateLimited, Some(200)));
        }
        other => panic!("{other}"),
    }
    hand.advance(200);
    assert_eq!(ada.say("k10", "text").await.unwrap(), 11);
    assert_eq!(code(ada.say("k11", "text").await), Some(ErrorCode::RateLimited));
}

#[tokio::test]
async fn an_address_posts_a_hundred_at_once_over_all_its_sessions() {
    let (server, hand) = TestServer::at_a_standstill().await;
    for session in 0..10 {
        let (mut client, _) = server.member("tea", &format!("Visitor {session}")).await;
        for n in 0..10 {
            client.say(&format!("k{n}"), "text").await.unwrap();
        }
    }
    let (mut late, _) = server.member("coffee", "Late").await;
    assert_eq!(code(late.say("k", "text").await), Some(ErrorCode::RateLimited));
    let mut other = server.visit_from(9, "coffee").await;
    other.join(named("Other")).await.unwrap();
    assert_eq!(other.say("k", "text").await.unwrap(), 1);
    hand.advance(20);
    assert_eq!(late.say("k", "text").await.unwrap(), 2);
    assert_eq!(server.metric("rate_limited_total{kind=\"posts\"}"), 1.0);
}

#[tokio::test]
async fn a_room_takes_four_hundred_posts_at_once() {
    let (server, _hand) = TestServer::at_a_standstill().await;
    let mut posted = 0;
    for n in 0..41 {
        let mut client = server.visit_from(2 + n / 10, "tea").await;
        client.join(named(&format!("Visitor {n}"))).await.unwrap();
        for key in 0..10 {
            match client.say(&format!("k{key}"), "text").await {
                Ok(_) => posted += 1,
                Err(error) => assert_eq!(error.code(), Some(ErrorCode::RateLimited)),
            }
        }
    }
    assert_eq!(posted, 400);
}

#[tokio::test]
async fn a_peer_sends_forty_frames_at_once_and_is_put_out_when_it_goes_on() {
    let (server, hand) = TestServer::at_a_standstill().await;
    let (mut ada, _) = server.member("tea", "Ada").await;
    let mut answers = 0;
    while let Ok(_members) = ada.members("").await {
        answers += 1;
    }
    // The join was the first, and the answer to a ping may have been another.
    assert!((38..=39).contains(&answers), "{answers} answers");
    hand.advance(2_000);
    let mut pages = 0;
    while let Ok(_page) = ada.history(None, None).await {
        pages += 1;
    }
    // A page costs ten frames.
    assert!((3..=4).contains(&pages), "{pages} pages");
    for _ in 0..80 {
        ada.typing().await.unwrap();
    }
    assert_eq!(closed(&mut ada).await, (1008, "rate_limited".into()));
}

#[tokio::test]
async fn pings_count_as_frames() {
    let (server, _hand) = TestServer::at_a_standstill().await;
    let mut raw = Raw::open(&server, "tea").await;
    for _ in 0..81 {
        raw.frame(0x89, b"ping").await;
    }
    assert_eq!(raw.close_code().await, 1008);
}

#[tokio::test]
async fn a_member_renames_itself_twice_a_minute() {
    let (server, _hand) = TestServer::at_a_standstill().await;
    let (mut ada, _) = server.member("tea", "Ada").await;
    ada.rename("Ada 1").await.unwrap();
    ada.rename("Ada 2").await.unwrap();
    assert_eq!(code(ada.rename("Ada 3").await), Some(ErrorCode::RateLimited));
}

#[tokio::test]
async fn an_address_connects_three_hundred_times_at_once() {
    let (server, hand) = TestServer::at_a_standstill().await;
    for _ in 0..300 {
        server.visit("tea").await;
    }
    let mut refused = server.visit("tea").await;
    match next(&mut refused).await.unwrap() {
        ServerFrame::Error { code, retry_after_ms, .. } => {
            assert_eq!((code, retry_after_ms), (ErrorCode::RateLimited, Some(50)));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(closed(&mut refused).await, (1008, "rate_limited".into()));
    server.visit_from(7, "tea").await.join(named("Other")).await.unwrap();
    hand.advance(50);
    server.visit("tea").await.join(named("Ada")).await.unwrap();
}

#[tokio::test]
async fn an_address_has_a_thousand_connections_open() {
    let (clock, hand) = Clock::manual(1_800_000_000_000);
    let mut setting = Setting { clock, ..Setting::default() };
    // Out of the way while the clock is moved for the rate of connects.
    setting.config.peers.first_frame_ms = 3_600_000;
    let server = TestServer::with(setting).await;
    let mut open = Vec::new();
    for _ in 0..1_000 {
        open.push(server.visit("tea").await);
        hand.advance(50);
    }
    let mut refused = server.visit("tea").await;
    assert_eq!(closed(&mut refused).await, (1008, "rate_limited".into()));
    open.pop().unwrap().close().await.unwrap();
    server.until("a place is free", |server| server.sockets() == 999).await;
    server.visit("tea").await.join(named("Ada")).await.unwrap();
}

#[tokio::test]
async fn an_address_creates_twenty_rooms_at_once() {
    let (server, hand) = TestServer::at_a_standstill().await;
    for n in 0..20 {
        server.member(&format!("room-{n}"), "Ada").await;
    }
    let mut refused = server.visit("room-20").await;
    assert_eq!(code(refused.join(named("Ada")).await), Some(ErrorCode::RateLimited));
    assert_eq!(closed(&mut refused).await, (1008, "rate_limited".into()));
    server.member("room-0", "Bob").await;
    hand.advance(60_000);
    server.member("room-20", "Ada").await;
}

#[tokio::test]
async fn a_full_server_says_so() {
    let server = TestServer::configured(|config| config.rooms.max = 1).await;
    let (_ada, _) = server.member("tea", "Ada").await;
    let mut refused = server.visit("coffee").await;
    assert_eq!(code(refused.join(named("Bob")).await), Some(ErrorCode::Unavailable));
    let server = TestServer::configured(|config| config.rooms.bytes_max = 1).await;
    let (mut ada, _) = server.member("tea", "Ada").await;
    let mut refused = server.visit("coffee").await;
    assert_eq!(code(refused.join(named("Bob")).await), Some(ErrorCode::Unavailable));
    assert_eq!(code(ada.say("k", "text").await), Some(ErrorCode::Unavailable));
    let server = TestServer::configured(|config| config.peers.sockets_max = 1).await;
    let (_ada, _) = server.member("tea", "Ada").await;
    assert_eq!(server.metric("sockets_refused_total{reason=\"server_full\"}"), 0.0);
    let mut refused = server.visit("tea").await;
    assert_eq!(closed(&mut refused).await, (1008, "unavailable".into()));
    assert_eq!(server.metric("sockets_refused_total{reason=\"server_full\"}"), 1.0);
}

#[tokio::test]
async fn the_limits_are_told_beside_what_is_counted() {
    let server = TestServer::configured(|config| {
        config.peers.sockets_max = 7;
        config.peers.outboxes_bytes_max = 1 << 27;
        config.rooms.max = 11;
        config.rooms.bytes_max = 1 << 26;
    })
    .await;
    for (counted, max) in [
        ("peers", 7.0),
        ("rooms", 11.0),
        ("room_bytes", f64::from(1 << 26)),
        ("outbox_bytes", f64::from(1 << 27)),
    ] {
        assert_eq!(server.metric(counted), 0.0, "{counted}");
        assert_eq!(server.metric(&format!("{counted}_max")), max, "{counted}");
    }
    let defaults = TestServer::start().await;
    assert!(defaults.metric("peers_max") > 0.0 && defaults.metric("room_bytes_max") > 0.0);
    assert_eq!(defaults.metric("sockets_refused_total{reason=\"stopping\"}"), 0.0);
}

#[tokio::test]
async fn beyond_the_refusals_that_browsers_can_read_there_are_documents() {
    let server = TestServer::configured(unlimited).await;
    let mut refused = Vec::new();
    loop {
        let (raw, head) = Raw::request(&server, "/api/rooms/ab/ws", "").await;
        if !head.starts_with("HTTP/1.1 101 ") {
            assert!(head.starts_with("HTTP/1.1 400 "), "{head}");
            break;
        }
        refused.push(raw);
        assert!(refused.len() < 2_000, "refusals without end");
    }
    assert!(refused.len() >= 256);
}

#[tokio::test]
async fn a_full_inbox_makes_writers_wait_and_loses_nothing() {
    let server = TestServer::configured(|config| {
        unlimited(config);
        config.rooms.inbox_max = 1;
        config.rooms.batch_max = 1;
    })
    .await;
    let mut writers = Vec::new();
    for n in 0..20 {
        let (mut client, _) = server.member("tea", &format!("Writer {n}")).await;
        writers.push(tokio::spawn(async move {
            for key in 0..50 {
                let (key, text) = (format!("k{key}"), "text".to_owned());
                let post = ClientFrame::Post {
                    id: Some(1),
                    key,
                    text,
                    reply_to: None,
                    file: None,
                    preview: None,
                };
                client.send(&post).await.unwrap();
            }
            let mut answered = 0;
            while answered < 50 {
                if let ServerFrame::Ok { .. } = next(&mut client).await.unwrap() {
                    answered += 1;
                }
            }
        }));
    }
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(server.metric("events_total{kind=\"posted\"}"), 1_000.0);
}

#[tokio::test]
async fn no_server_frame_is_larger_than_256_kib() {
    let server = TestServer::configured(unlimited).await;
    let (mut ada, _) = server.member("tea", "Ada").await;
    for n in 0..100 {
        ada.say(&format!("k{n}"), &"\"\n".repeat(5_000)).await.unwrap();
    }
    let mut bob = server.visit("tea").await;
    let joined = bob.join(Join::default()).await.unwrap();
    assert!(joined.more && !joined.history.is_empty());
    let mut frame = Vec::new();
    ServerFrame::Joined(Box::new(joined)).encode(&mut frame);
    assert!((100 << 10..=256 << 10).contains(&frame.len()), "{} bytes", frame.len());
    let page = bob.history(None, None).await.unwrap();
    assert!(page.more);
    let page = ServerFrame::History { id: None, messages: page.messages, more: true };
    let mut frame = Vec::new();
    page.encode(&mut frame);
    assert!((100 << 10..=256 << 10).contains(&frame.len()), "{} bytes", frame.len());
}

#[tokio::test]
async fn a_crowd_above_its_limit_is_refused() {
    let server = TestServer::configured(|config| config.room.online_max = 2).await;
    let (_ada, _) = server.member("tea", "Ada").await;
    let (_bob, _) = server.member("tea", "Bob").await;
    let mut third: Client = server.visit("tea").await;
    assert_eq!(code(third.join(named("Cleo")).await), Some(ErrorCode::RoomFull));
    let (_, reason) = closed(&mut third).await;
    assert_eq!(reason, "room_full");
    let mut again = server.visit("tea").await;
    again.send_text(r#"{"type":"join","id":4,"name":"Dan"}"#).await.unwrap();
    assert_eq!(next_error(&mut again).await, (Some(4), ErrorCode::RoomFull));
}
