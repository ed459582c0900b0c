//! A stop: what is under way ends in time, one way or the other.

use std::time::Duration;

use axum::body::Bytes;
use futures_util::{StreamExt, stream};
use protocol::http::GRANT_HEADER;
use reqwest::multipart::{Form, Part};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::fixture::{ROOM, TestServer, eventually, refusal};

/// An upload whose bytes the test gives.
struct Upload {
    bytes: mpsc::Sender<Bytes>,
    answer: JoinHandle<reqwest::Response>,
}

impl Upload {
    async fn begin(server: &TestServer) -> Self {
        let (bytes, body) = mpsc::channel(1);
        let body = stream::unfold(body, async |mut body: mpsc::Receiver<Bytes>| {
            Some((Ok::<_, std::io::Error>(body.recv().await?), body))
        });
        let part = Part::stream(reqwest::Body::wrap_stream(body)).file_name("a");
        let request = server
            .http
            .post(format!("{}/api/files?kind=file", server.url))
            .header(GRANT_HEADER, server.grant(ROOM))
            .multipart(Form::new().part("file", part))
            .send();
        let answer = tokio::spawn(async move { request.await.unwrap() });
        bytes.send(Bytes::from_static(b"begun")).await.unwrap();
        eventually("it is under way", || server.names().len() == 1).await;
        Self { bytes, answer }
    }
}

#[tokio::test]
async fn an_upload_that_ends_soon_is_taken() {
    let server = TestServer::new().await;
    let upload = Upload::begin(&server).await;
    server.stopping();
    drop(upload.bytes);
    let response = upload.answer.await.unwrap();
    assert_eq!(response.status(), 201);
    server.stop().await;
}

#[tokio::test]
async fn an_upload_that_does_not_end_is_refused_and_holds_up_no_stop() {
    let server = TestServer::with(|config| config.stop_patience_ms = 200).await;
    let upload = Upload::begin(&server).await;
    server.stopping();
    let sends = tokio::spawn(async move {
        while upload.bytes.send(Bytes::from_static(b"more")).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let (status, code) = refusal(upload.answer.await.unwrap()).await;
    assert_eq!((status, code.as_str()), (503, "unavailable"));
    let folder = server.stop().await;
    sends.await.unwrap();
    let left = std::fs::read_dir(folder.path().join("incoming")).unwrap().count();
    assert_eq!(left, 0, "nothing of it is left");
}

#[tokio::test]
async fn a_download_that_does_not_end_holds_up_no_stop() {
    let server = TestServer::with(|config| config.stop_patience_ms = 200).await;
    let uploaded = server.uploaded("file", "a", vec![b'x'; 20 << 20]).await;
    let mut body = server.get(&uploaded.file.url).await.bytes_stream();
    assert!(body.next().await.unwrap().is_ok());
    let reads = tokio::spawn(async move {
        let mut broken_off = false;
        while let Some(read) = body.next().await {
            broken_off |= read.is_err();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        broken_off
    });
    server.stop().await;
    assert!(reads.await.unwrap(), "who reads on is told that it is not whole");
}
