//! What waits for peers who do not read, when no single outbox is full.

use std::time::Duration;

use client::Client;
use tokio::net::TcpSocket;

use crate::continuity::unlimited;
use crate::hearing::closed;
use crate::server::{TestServer, named};

/// A member whose kernel takes little, and who reads nothing.
async fn deaf(server: &TestServer) -> Client {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let stream = socket.connect(server.address).await.unwrap();
    let url = server.url("tea");
    let mut deaf = Client::connect_over(stream, &url, Default::default()).await.unwrap();
    deaf.join(named("Deaf")).await.unwrap();
    deaf
}

#[tokio::test]
async fn what_waits_for_all_peers_together_is_bounded() {
    let server = TestServer::configured(|config| {
        unlimited(config);
        config.peers.outbox_bytes_max = 512 << 20;
        config.peers.outbox_frames_max = 1_000_000;
        config.peers.outboxes_bytes_max = 256 << 10;
    })
    .await;
    let (mut ada, _) = server.member("tea", "Ada").await;
    let mut deaf = deaf(&server).await;
    let text = "x".repeat(10_000);
    for n in 0.. {
        ada.say(&format!("k{n}"), &text).await.unwrap();
        if server.metric("slow_readers_total") > 0.0 {
            break;
        }
        assert!(n < 5_000, "nobody was cut off");
    }
    assert_eq!(closed(&mut deaf).await.0, 4001);
}

#[tokio::test]
async fn the_kernel_keeps_little_for_who_does_not_read() {
    let server = TestServer::configured(|config| {
        unlimited(config);
        config.peers.outbox_bytes_max = 512 << 20;
    })
    .await;
    let (mut ada, _) = server.member("tea", "Ada").await;
    let _deaf = deaf(&server).await;
    let text = "x".repeat(10_000);
    let mut sent = 0;
    while server.metric("outbox_bytes") == 0.0 {
        ada.say(&format!("k{sent}"), &text).await.unwrap();
        sent += text.len();
        // Without a bound of ours it would be up to 4 MiB.
        assert!(sent < 1 << 20, "{sent} bytes, and nothing waits in the outbox");
    }
}

#[tokio::test]
async fn who_takes_nothing_is_cut_off_though_it_goes_on_talking() {
    let server = TestServer::configured(|config| {
        unlimited(config);
        config.peers.outbox_bytes_max = 512 << 20;
        config.peers.outbox_frames_max = 1_000_000;
        config.peers.heartbeat_ms = 200;
        config.peers.idle_ms = 1_000;
    })
    .await;
    let (mut ada, _) = server.member("tea", "Ada").await;
    let mut deaf = deaf(&server).await;
    let text = "x".repeat(10_000);
    for n in 0..2_000 {
        ada.say(&format!("k{n}"), &text).await.unwrap();
        // Whoever says nothing for a second is closed for that.
        deaf.typing().await.unwrap();
        if server.metric("outbox_bytes") > 0.0 {
            break;
        }
    }
    let talking = async {
        let mut pause = tokio::time::interval(Duration::from_millis(100));
        loop {
            pause.tick().await;
            if deaf.typing().await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = server.until("the deaf one is cut", |s| s.metric("slow_readers_total") == 1.0) => {}
        () = talking => {}
    }
    assert_eq!(server.metric("slow_readers_total"), 1.0);
}
