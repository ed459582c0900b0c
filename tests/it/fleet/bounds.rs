//! What one address may do, and how large requests may be: refusals in words for programs.

use std::net::SocketAddr;

use tempfile::TempDir;
use tests::fleet::{Edge, HOST};
use tests::http::{Answer, exchange, get};
use tests::waiting::until;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};

use super::recorder::Recorder;

async fn edge(variables: &[(&str, &str)]) -> (Edge, Recorder, TempDir) {
    let files = vec![("instantchat-upstream", "127.0.0.1:1".to_owned())];
    let aux = Recorder::start(vec![("/edge/files", files)]).await;
    let folder = tempfile::tempdir().expect("a folder");
    let variables: Vec<_> =
        variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let edge = Edge::before(folder.path(), aux.address, &[aux.address], &variables).await;
    (edge, aux, folder)
}

/// A request from an address of loopback.
async fn from(ip: [u8; 4], edge: &Edge, head: &str) -> Answer {
    let mut stream = connect(ip, edge.plain()).await;
    let request = format!("{head}\r\nHost: {HOST}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("it is read");
    tests::http::answer(stream).await
}

async fn connect(ip: [u8; 4], address: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(SocketAddr::from((ip, 0))).expect("a loopback address");
    socket.connect(address).await.expect("the tunnel accepts")
}

fn is_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let problem = answer.json();
    assert_eq!((&problem["code"], &problem["status"]), (&code.into(), &status.into()));
}

#[tokio::test]
async fn one_address_does_not_take_the_requests_of_others() {
    let (edge, _aux, _folder) =
        edge(&[("REQUESTS_PER_SECOND", "1"), ("REQUESTS_BURST", "10")]).await;
    let (mut taken, mut refused) = (0, Vec::new());
    for _ in 0..40 {
        let answer = from([127, 0, 0, 7], &edge, "GET /api/site HTTP/1.1").await;
        if answer.status == 200 { taken += 1 } else { refused.push(answer) }
    }
    assert!(taken >= 11 && !refused.is_empty(), "{taken} of 40 at 10 at once and one a second");
    for answer in &refused {
        is_problem(answer, 429, "rate_limited");
        assert_eq!(answer.header("retry-after"), "2");
        assert_eq!(answer.json()["retryAfterMs"], 2_000);
    }
    // A page says it to people.
    let page = from([127, 0, 0, 7], &edge, "GET /a-room HTTP/1.1").await;
    assert_eq!(page.status, 429);
    assert!(page.header("content-type").starts_with("text/html"));
    // Hashed files cost nothing, and others are others.
    let style = from([127, 0, 0, 7], &edge, "GET /assets/unavailable.css HTTP/1.1").await;
    assert_eq!(style.status, 200);
    assert_eq!(from([127, 0, 0, 8], &edge, "GET /api/site HTTP/1.1").await.status, 200);
}

#[tokio::test]
async fn one_address_does_not_take_the_connections_of_others() {
    let (edge, _aux, _folder) = edge(&[("CONNECTIONS_PER_ADDRESS", "3")]).await;
    // Twice as many as may be, of which some are refused at once.
    let mut held = Vec::new();
    for _ in 0..6 {
        let mut stream = connect([127, 0, 0, 7], edge.plain()).await;
        let head =
            format!("POST /api/previews HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 9\r\n\r\n");
        stream.write_all(head.as_bytes()).await.expect("it is read");
        held.push(stream);
    }
    until("one more is refused", async || {
        let answer = from([127, 0, 0, 7], &edge, "GET /api/site HTTP/1.1").await;
        if answer.status == 429 {
            is_problem(&answer, 429, "rate_limited");
        }
        answer.status == 429
    })
    .await;
    assert_eq!(from([127, 0, 0, 8], &edge, "GET /api/site HTTP/1.1").await.status, 200);
    drop(held);
    until("their end makes room", async || {
        from([127, 0, 0, 7], &edge, "GET /api/site HTTP/1.1").await.status == 200
    })
    .await;
}

#[tokio::test]
async fn large_headers_and_addresses_are_refused() {
    let (edge, aux, _folder) = edge(&[]).await;
    let long = "x".repeat(20_000);
    let answer = get(edge.plain(), "/api/site", &[("X-Long", &long)]).await;
    is_problem(&answer, 431, "bad_request");
    let many: Vec<_> = (0..5).map(|_| ("X-Many", &long[..15_000])).collect();
    let answer = get(edge.plain(), "/api/site", &many).await;
    is_problem(&answer, 431, "bad_request");
    let answer = get(edge.plain(), &format!("/{long}"), &[]).await;
    is_problem(&answer, 414, "bad_request");
    assert!(aux.take().is_empty(), "it was handed on");
    // A token of the longest kind passes.
    let token = format!("Bearer {}", "x".repeat(8 << 10));
    let answer = get(edge.plain(), "/api/site", &[("Authorization", &token)]).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn large_bodies_are_refused_before_they_are_read() {
    let (edge, aux, _folder) = edge(&[("UPLOAD_BODY_MAX", "1m")]).await;
    for (path, length) in [
        ("/api/files?kind=file", (1 << 20) + 1),
        ("/api/previews", (64 << 10) + 1),
        ("/api/rooms/a-room/ticket", (64 << 10) + 1),
        ("/api/rooms/a-room/ws", (64 << 10) + 1),
        ("/api/files", 999_999_999_999_u64),
    ] {
        let head =
            format!("POST {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {length}\r\n\r\n");
        let answer = exchange(edge.plain(), head.as_bytes()).await;
        is_problem(&answer, 413, "too_large");
        assert!(aux.take().is_empty(), "{path}: it was handed on");
    }
    // Without a length it is refused where it becomes too long.
    let chunk = format!("{:x}\r\n{}\r\n", 70_000, "x".repeat(70_000));
    let head = format!(
        "POST /api/previews HTTP/1.1\r\nHost: {HOST}\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    let answer = exchange(edge.plain(), format!("{head}{chunk}").as_bytes()).await;
    is_problem(&answer, 413, "too_large");
}
