//! Content that would do something, if it were let.

use crate::fixture::{TestServer, refusal};
use crate::images;

#[tokio::test]
async fn pages_and_vector_images_are_downloads_without_a_type() {
    let server = TestServer::new().await;
    for (name, content) in [
        ("a.svg", &b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"[..]),
        ("a.png", b"<html><script>alert(1)</script></html>"),
        ("a.jpg", b"\xef\xbb\xbf<!doctype html><script>alert(1)</script>"),
        ("a.xml", b"<?xml version='1.0'?><x xmlns='http://www.w3.org/1999/xhtml'/>"),
        ("a.js", b"\x00alert(1)"),
    ] {
        let uploaded = server.uploaded("file", name, content.to_vec()).await;
        assert_eq!(&*uploaded.file.media_type, "application/octet-stream", "{name}");
        assert!(uploaded.file.width.is_none() && uploaded.file.thumbnail.is_none());
        let response = server.get(&uploaded.file.url).await;
        let headers = response.headers();
        assert_eq!(headers["content-type"], "application/octet-stream");
        assert_eq!(headers["content-security-policy"], "sandbox; default-src 'none'");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        let disposition = headers["content-disposition"].to_str().unwrap();
        assert!(disposition.starts_with("attachment; "), "{disposition}");
        assert_eq!(&*response.bytes().await.unwrap(), content);
    }
}

#[tokio::test]
async fn a_drawing_that_is_no_png_is_refused() {
    let server = TestServer::new().await;
    for content in [images::jpeg(40, 30), images::webp(4, 3), b"<svg/>".to_vec()] {
        let response = server.upload("drawing", "drawing.png", content).await;
        assert_eq!(refusal(response).await, (415, "bad_file".into()));
    }
    server.emptied().await;
}

#[tokio::test]
async fn what_begins_as_an_image_must_be_one() {
    let server = TestServer::new().await;
    let mut png = images::png(60, 60);
    png.truncate(png.len() / 2);
    let script = [&images::jpeg(8, 8)[..4], b"<script>alert(1)</script>"].concat();
    for (kind, content) in [("drawing", png.clone()), ("file", png), ("file", script)] {
        let response = server.upload(kind, "a.png", content).await;
        assert_eq!(refusal(response).await, (422, "bad_file".into()));
    }
    server.emptied().await;
}

#[tokio::test]
async fn bombs_are_refused_before_they_unfold() {
    let server = TestServer::new().await;
    for (kind, bomb) in [
        ("drawing", images::announced_png(50_000, 50_000)),
        ("file", images::announced_png(50_000, 50_000)),
        ("file", images::announced_png(16_384, 16_384)),
        ("file", images::announced_gif(65_535, 65_535)),
        ("file", images::animation(1_001)),
    ] {
        assert!(bomb.len() < 100_000);
        let response = server.upload(kind, "a.png", bomb).await;
        assert_eq!(refusal(response).await, (413, "too_large".into()));
    }
    server.emptied().await;
}

#[tokio::test]
async fn a_png_with_a_page_behind_it_loses_the_page() {
    let server = TestServer::new().await;
    let polyglot = [images::png(9, 9), b"<script>alert(1)</script>".to_vec()].concat();
    let uploaded = server.uploaded("file", "a.html", polyglot).await;
    assert_eq!(&*uploaded.file.name, "a.html.png");
    let bytes = server.get(&uploaded.file.url).await.bytes().await.unwrap();
    assert!(!bytes.windows(7).any(|window| window == b"<script"));
}
