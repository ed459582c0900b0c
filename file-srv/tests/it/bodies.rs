//! Bodies that are not what they should be, and clients that break off.

use std::time::Duration;

use protocol::http::GRANT_HEADER;
use reqwest::multipart::{Form, Part};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::fixture::{ROOM, TestServer, eventually, refusal};

async fn send(server: &TestServer, content_type: &str, body: Vec<u8>) -> (u16, String) {
    let response = server
        .http
        .post(format!("{}/api/files?kind=file", server.url))
        .header(GRANT_HEADER, server.grant(ROOM))
        .header("content-type", content_type)
        .body(body)
        .send()
        .await
        .unwrap();
    refusal(response).await
}

/// Begins an upload of a size and sends only a part of it.
async fn begin(server: &TestServer, announced: usize, sent: &[u8]) -> TcpStream {
    let address = server.url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST /api/files?kind=file HTTP/1.1\r\nhost: {address}\r\ninstantchat-grant: {}\r\n\
         content-type: multipart/form-data; boundary=XX\r\ncontent-length: {announced}\r\n\r\n\
         --XX\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\n",
        server.grant(ROOM)
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(sent).await.unwrap();
    stream
}

#[tokio::test]
async fn malformed_bodies_leave_nothing_behind() {
    let server = TestServer::new().await;
    let kind = "multipart/form-data; boundary=XX";
    let part = "--XX\r\nContent-Disposition: form-data; name=file\r\n\r\nx\r\n";
    let huge = format!("--XX\r\nX-Huge: {}\r\n\r\n", "a".repeat(20 << 10));
    for (content_type, body, status) in [
        ("application/json", part.to_owned(), 415),
        ("multipart/form-data", part.to_owned(), 415),
        ("multipart/mixed; boundary=XX", part.to_owned(), 415),
        (kind, String::new(), 400),
        (kind, "nonsense".into(), 400),
        (kind, "--XX--\r\n".into(), 400),
        (kind, part.to_owned(), 400),
        (kind, format!("{part}{part}--XX--\r\n"), 400),
        (kind, part.replace("name=file", "name=other") + "--XX--\r\n", 400),
        (kind, part.replace("\r\n\r\nx", "\r\n\r\n") + "--XX--\r\n", 400),
        (kind, huge, 400),
    ] {
        let told = send(&server, content_type, body.clone().into_bytes()).await;
        assert_eq!(told, (status, "bad_file".into()), "{content_type}\n{body}");
    }
    server.emptied().await;
    assert!(server.metrics().contains(r#"outcome="malformed"} 11"#), "{}", server.metrics());
}

#[tokio::test]
async fn other_parts_and_second_files_are_refused() {
    let server = TestServer::new().await;
    let file = || Part::bytes(&b"x"[..]).file_name("a");
    for form in [
        Form::new().part("file", file()).part("file", file()),
        Form::new().text("kind", "drawing").part("file", file()),
        Form::new().part("file", file()).text("kind", "drawing"),
        Form::new(),
    ] {
        let response = server
            .http
            .post(format!("{}/api/files?kind=file", server.url))
            .header(GRANT_HEADER, server.grant(ROOM))
            .multipart(form)
            .send()
            .await
            .unwrap();
        assert_eq!(refusal(response).await, (400, "bad_file".into()));
    }
    server.emptied().await;
}

#[tokio::test]
async fn a_client_that_breaks_off_leaves_nothing_behind() {
    let server = TestServer::new().await;
    let stream = begin(&server, 1 << 20, &[b'x'; 100_000]).await;
    eventually("the upload is under way", || !server.names().is_empty()).await;
    drop(stream);
    server.emptied().await;
    // Its bytes are the room's again.
    server.uploaded("file", "a.txt", b"x".to_vec()).await;
}

#[tokio::test]
async fn an_upload_that_crawls_is_ended() {
    let server = TestServer::with(|config| {
        config.uploads.slow_after_ms = 200;
        config.uploads.slowest_bytes_per_sec = 1 << 20;
    })
    .await;
    let mut stream = begin(&server, 10 << 20, b"x").await;
    let mut answer = String::new();
    let read = stream.read_to_string(&mut answer);
    let ended = tokio::time::timeout(Duration::from_secs(5), read).await;
    assert!(ended.is_ok() && answer.starts_with("HTTP/1.1 408 "), "{answer}");
    server.emptied().await;
    assert!(server.metrics().contains(r#"outcome="slow"} 1"#));
}

#[tokio::test]
async fn an_upload_that_keeps_its_pace_is_taken() {
    let server = TestServer::with(|config| {
        config.uploads.slow_after_ms = 1_000;
        config.uploads.slowest_bytes_per_sec = 100_000;
    })
    .await;
    let content = [b'x'; 40_000];
    let end = b"\r\n--XX--\r\n";
    let head = "--XX\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\n".len();
    let mut stream = begin(&server, head + 4 * content.len() + end.len(), &content).await;
    for _ in 0..3 {
        // Longer than the grace alone would allow for all of them, slower than nothing.
        tokio::time::sleep(Duration::from_millis(400)).await;
        stream.write_all(&content).await.unwrap();
    }
    stream.write_all(end).await.unwrap();
    let mut status = [0; 12];
    stream.read_exact(&mut status).await.unwrap();
    assert_eq!(&status, b"HTTP/1.1 201");
}
