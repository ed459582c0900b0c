//! Each limit, crossed at its default where a test can bear it.

use std::net::SocketAddr;

use axum::body::Body;
use futures_util::StreamExt;
use protocol::http::GRANT_HEADER;
use protocol::wire::Id128;
use reqwest::multipart::{Form, Part};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::fixture::{ROOM, TestServer, refusal};
use crate::images;

const MIB: usize = 1 << 20;

/// A file whose length the request does not announce.
async fn streamed(server: &TestServer, kind: &str, bytes: usize) -> reqwest::Response {
    let chunks = (0..bytes.div_ceil(64 << 10)).map(move |at| {
        let size = (bytes - at * (64 << 10)).min(64 << 10);
        Ok::<_, std::io::Error>(vec![b'x'; size])
    });
    let body = reqwest::Body::wrap_stream(futures_util::stream::iter(chunks));
    let form = Form::new().part("file", Part::stream(body).file_name("a"));
    server
        .http
        .post(format!("{}/api/files?kind={kind}", server.url))
        .header(GRANT_HEADER, server.grant(ROOM))
        .multipart(form)
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn a_file_has_25_mib_and_no_more() {
    let server = TestServer::new().await;
    let uploaded = server.uploaded("file", "a", vec![b'x'; 25 * MIB]).await;
    assert_eq!(uploaded.file.size, 25 << 20);
    let response = server.upload("file", "a", vec![b'x'; 25 * MIB + 1]).await;
    assert_eq!(refusal(response).await, (413, "too_large".into()));
    let response = streamed(&server, "file", 25 * MIB + 1).await;
    assert_eq!(refusal(response).await, (413, "too_large".into()));
}

#[tokio::test]
async fn a_drawing_has_8_mib_and_no_more() {
    let server = TestServer::new().await;
    let at_limit = server.upload("drawing", "a.png", vec![b'x'; 8 * MIB]).await;
    assert_eq!(refusal(at_limit).await, (415, "bad_file".into()));
    let over = server.upload("drawing", "a.png", vec![b'x'; 8 * MIB + 1]).await;
    assert_eq!(refusal(over).await, (413, "too_large".into()));
    server.emptied().await;
}

#[tokio::test]
async fn a_drawing_is_measured_again_once_it_is_written_anew() {
    let server = TestServer::with(|config| config.uploads.drawing_bytes_max = 2_400).await;
    let small = images::png(20, 20);
    // One bit a pixel, which our encoding does not have.
    let palette = images::noise_of_two_colours();
    assert!(small.len() < 2_400 && palette.len() < 2_400);
    server.uploaded("drawing", "a.png", small).await;
    let response = server.upload("drawing", "a.png", palette).await;
    assert_eq!(refusal(response).await, (413, "too_large".into()));
}

#[tokio::test]
async fn a_grant_may_allow_less() {
    let server = TestServer::new().await;
    let grant = server.grant_with(|grant| grant.bytes_max = 10);
    for (bytes, status) in [(10, 201), (11, 413)] {
        let part = Part::bytes(vec![b'x'; bytes]).file_name("a");
        let response = server
            .http
            .post(format!("{}/api/files?kind=file", server.url))
            .header(GRANT_HEADER, &grant)
            .multipart(Form::new().part("file", part))
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), status);
    }
}

#[tokio::test]
async fn a_room_has_200_mib_and_an_address_500_a_day() {
    let server = TestServer::new().await;
    let content = vec![b'x'; 25 * MIB - 1_024];
    let mut taken = 0;
    for room in 1..=3 {
        let owner = Id128([room; 16]);
        for _ in 0..8 {
            let response = server.upload_to(owner, "file", "a", content.clone()).await;
            if response.status() == 429 {
                assert_eq!(refusal(response).await, (429, "quota_exceeded".into()));
                // Multipart headers and boundaries are carried too.
                assert_eq!(taken, 20);
                return;
            }
            assert_eq!(response.status(), 201);
            taken += 1;
        }
        if room == 1 {
            let response = server.upload_to(owner, "file", "a", vec![b'x'; 10_000]).await;
            assert_eq!(refusal(response).await, (507, "quota_exceeded".into()));
        }
    }
    panic!("the address's day has no end");
}

#[tokio::test]
async fn a_day_later_an_address_may_upload_again() {
    let server = TestServer::with(|config| config.quotas.address_day_bytes_max = 50_000).await;
    server.uploaded("file", "a", vec![b'x'; 40_000]).await;
    let response = server.upload("file", "a", vec![b'x'; 40_000]).await;
    assert!(response.headers().contains_key("retry-after"));
    assert_eq!(refusal(response).await, (429, "quota_exceeded".into()));
    server.hand.advance(24 * 60 * 60_000);
    server.uploaded("file", "a", vec![b'x'; 40_000]).await;
}

#[tokio::test]
async fn a_full_store_says_so_until_files_are_gone() {
    let server = TestServer::with(|config| config.quotas.store_bytes_max = 100_000).await;
    let first = server.uploaded("file", "a", vec![b'x'; 60_000]).await;
    let other = Id128([8; 16]);
    let response = server.upload_to(other, "file", "a", vec![b'x'; 60_000]).await;
    assert_eq!(refusal(response).await, (507, "quota_exceeded".into()));
    let files = vec![first.file.id.to_string()];
    server.say(protocol::fleet::FileNotice::Released { owner: ROOM, files });
    server.emptied().await;
    let response = server.upload_to(other, "file", "a", vec![b'x'; 60_000]).await;
    assert_eq!(response.status(), 201);
}

#[tokio::test]
async fn an_address_has_four_uploads_under_way() {
    let server = TestServer::new().await;
    let address: SocketAddr = server.url.strip_prefix("http://").unwrap().parse().unwrap();
    let mut held = Vec::new();
    for _ in 0..4 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "POST /api/files?kind=file HTTP/1.1\r\nhost: {address}\r\ninstantchat-grant: {}\r\n\
             content-type: multipart/form-data; boundary=XX\r\ncontent-length: 1000\r\n\r\n",
            server.grant(ROOM)
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        held.push(stream);
    }
    crate::fixture::eventually("four are under way", || server.names().len() == 4).await;
    let response = server.upload("file", "a", b"x".to_vec()).await;
    assert_eq!(refusal(response).await, (429, "rate_limited".into()));
    drop(held);
    server.emptied().await;
    server.uploaded("file", "a", b"x".to_vec()).await;
}

#[tokio::test]
async fn all_uploads_together_have_a_limit() {
    let server = TestServer::with(|config| config.uploads.under_way_max = 0).await;
    let response = server.upload("file", "a", b"x".to_vec()).await;
    assert_eq!(refusal(response).await, (503, "unavailable".into()));
}

#[tokio::test]
async fn all_downloads_together_have_a_limit() {
    let server = TestServer::with(|config| config.downloads_max = 1).await;
    let uploaded = server.uploaded("file", "a", vec![b'x'; 8 * MIB]).await;
    // Taken from the router itself, so that no socket's buffer swallows the body.
    let read = |url: String| {
        let request = http::Request::get(url).body(Body::empty()).unwrap();
        tower::ServiceExt::oneshot(server.files.router(), request)
    };
    let url = uploaded.file.url.to_string();
    let mut first = read(url.clone()).await.unwrap().into_body().into_data_stream();
    assert!(first.next().await.is_some_and(|chunk| chunk.is_ok()));
    assert_eq!(read(url.clone()).await.unwrap().status(), 503);
    drop(first);
    assert_eq!(read(url).await.unwrap().status(), 200);
}

#[tokio::test]
async fn an_address_has_64_downloads_under_way() {
    let server = TestServer::new().await;
    let uploaded = server.uploaded("file", "a", vec![b'x'; MIB]).await;
    let read = || {
        let request = http::Request::get(&*uploaded.file.url).body(Body::empty()).unwrap();
        tower::ServiceExt::oneshot(server.files.router(), request)
    };
    let mut held = Vec::new();
    for _ in 0..64 {
        let response = read().await.unwrap();
        assert_eq!(response.status(), 200);
        held.push(response);
    }
    assert_eq!(read().await.unwrap().status(), 429);
    held.pop();
    assert_eq!(read().await.unwrap().status(), 200);
}
