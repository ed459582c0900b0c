//! A listener on loopback, and clients that do as little as they can.

use std::time::Duration;

use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;

/// How long anything may take.
const DEADLINE: Duration = Duration::from_secs(20);
const HEADER_TIMEOUT_MS: u64 = 50;
/// The preface of HTTP/2 and an empty SETTINGS frame.
const HTTP2: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
/// More than the kernel takes for a client that does not read.
const LARGE_BYTES: usize = 64 << 20;

/// A listener, and the lifecycle whose tasks are its connections and itself.
async fn started(address_connections_max: u32) -> (SocketAddr, Lifecycle) {
    started_with(HEADER_TIMEOUT_MS, address_connections_max).await
}

async fn started_with(
    header_timeout_ms: u64,
    address_connections_max: u32,
) -> (SocketAddr, Lifecycle) {
    let router = Router::new()
        .route("/", get(|| async { "here" }))
        .route("/large", get(|| async { vec![0_u8; LARGE_BYTES] }))
        .route(
            "/slow",
            get(|| async {
                tokio::time::sleep(Duration::from_millis(10 * HEADER_TIMEOUT_MS)).await;
                "here"
            }),
        );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let limits = HttpLimits { header_timeout_ms, ..HttpLimits::default() };
    let options = ServeOptions { limits, ..ServeOptions::default() };
    let lifecycle = Lifecycle::new();
    let addresses = AddressCounts::new(address_connections_max, ADDRESSES_MAX);
    lifecycle.spawn(accept_all(listener, router, options, lifecycle.clone(), addresses));
    (address, lifecycle)
}

async fn said(address: SocketAddr, what: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(what).await.unwrap();
    stream
}

/// What the server says until it closes.
async fn heard(mut stream: TcpStream) -> Vec<u8> {
    let mut heard = Vec::new();
    // A reset is an end too.
    let _ = tokio::time::timeout(DEADLINE, stream.read_to_end(&mut heard)).await.expect("no end");
    heard
}

#[tokio::test]
async fn whoever_asks_nothing_is_let_go() {
    let (address, _lifecycle) = started(100).await;
    for beginning in [&b""[..], b"P", b"PRI * HTTP/2.0\r\n", HTTP2] {
        heard(said(address, beginning).await).await;
    }
}

#[tokio::test]
async fn whoever_takes_nothing_of_an_answer_is_let_go() {
    let (address, lifecycle) = started(100).await;
    let _stream = said(address, b"GET /large HTTP/1.1\r\nHost: here\r\n\r\n").await;
    let changes = async |tasks: usize| {
        while lifecycle.tasks() != tasks {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(DEADLINE, changes(2)).await.expect("no connection");
    tokio::time::timeout(DEADLINE, changes(1)).await.expect("the connection does not end");
}

#[tokio::test]
async fn an_answer_that_takes_its_time_is_given() {
    let (address, _lifecycle) = started(100).await;
    let stream = said(address, b"GET /slow HTTP/1.1\r\nHost: here\r\n\r\n").await;
    assert!(heard(stream).await.ends_with(b"here"));
}

#[tokio::test]
async fn an_address_has_so_many_connections_at_once() {
    let (address, _lifecycle) = started(2).await;
    let asked = b"GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n";
    let _held = (said(address, b"G").await, said(address, b"G").await);
    assert!(heard(said(address, asked).await).await.is_empty());
    // Both are let go in time, and their places with them.
    let answered = async { while heard(said(address, asked).await).await.is_empty() {} };
    tokio::time::timeout(DEADLINE, answered).await.expect("the places were not given back");
}

#[tokio::test]
async fn half_a_request_does_not_hold_up_the_stop() {
    const HOUR_MS: u64 = 3_600_000;
    let (address, lifecycle) = started_with(HOUR_MS, 100).await;
    let asked = b"GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n";
    let _half = said(address, b"G").await;
    assert!(heard(said(address, asked).await).await.ends_with(b"here"));
    let stopped = tokio::time::timeout(DEADLINE, lifecycle.finish(2 * DEADLINE));
    assert!(stopped.await.expect("the stop waits for the request"));
}

#[test]
fn the_host_of_the_target_goes_over_the_header() {
    let mut request = Request::builder()
        .uri("http://chat.example/room")
        .header(header::HOST, "evil.example")
        .body(Body::empty())
        .unwrap();
    name_host(&mut request);
    let hosts: Vec<_> = request.headers().get_all(header::HOST).iter().collect();
    assert_eq!(hosts, ["chat.example"]);
}
