//! What an operator sees: every series from the start, and never a room's name.

use crate::hearing::closed;
use crate::server::TestServer;

#[tokio::test]
async fn every_value_of_every_label_is_there_from_the_start() {
    let server = TestServer::start().await;
    let series = [
        "events_total{kind=\"trimmed\"}",
        "joins_total{outcome=\"wrong_password\"}",
        "resumes_total{outcome=\"fell_behind\"}",
        "gaps_total{reason=\"trimmed\"}",
        "rate_limited_total{kind=\"hashes\"}",
        "closes_total{code=\"slow_reader\"}",
        "closes_total{code=\"moving\"}",
        "password_hashes_waiting",
        "append_seconds_count",
        "fan_out_seconds_count",
        "delivery_seconds_count",
        "deliveries_total",
        "delivery_bytes_total",
        "room_panics_total",
    ];
    for name in series {
        assert_eq!(server.metric(name), 0.0, "{name}");
    }
}

#[tokio::test]
async fn what_happens_is_counted_and_nobody_is_named() {
    let server = TestServer::start().await;
    let (mut ada, _) = server.member("secret-tea-party", "Countess Ada").await;
    let (_bob, _) = server.member("secret-tea-party", "Bob").await;
    ada.say("k", "whisper").await.unwrap();
    ada.send_binary(vec![0]).await.unwrap();
    assert_eq!(closed(&mut ada).await.0, 1003);
    server.until("she has left", |server| server.metric("members") == 1.0).await;
    assert_eq!(server.metric("joins_total{outcome=\"created\"}"), 1.0);
    assert_eq!(server.metric("joins_total{outcome=\"joined\"}"), 2.0);
    assert_eq!(server.metric("closes_total{code=\"unsupported\"}"), 1.0);
    assert_eq!(server.metric("rooms"), 1.0);
    assert!(server.metric("append_seconds_count") >= 2.0);
    assert!(server.metric("fan_out_seconds_count") >= 1.0);
    assert_eq!(server.metric("delivery_seconds_count"), 1.0, "one post, one wait");
    // Two peers' joined frames, the event to both, the answer.
    assert!(server.metric("deliveries_total") >= 5.0);
    assert!(server.metric("room_bytes") > 0.0);
    for name in ["secret-tea-party", "Countess", "whisper"] {
        assert!(!server.metrics().contains(name), "{name}");
    }
}
