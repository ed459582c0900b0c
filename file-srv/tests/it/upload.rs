//! What is taken, what is refused, and that a refusal leaves nothing behind.

use crate::fixture::{TestServer, refusal};
use crate::images;

#[tokio::test]
async fn a_drawing_is_stored_and_read_again() {
    let server = TestServer::new().await;
    let uploaded = server.uploaded("drawing", "drawing.png", images::png(40, 30)).await;
    assert_eq!((uploaded.file.width, uploaded.file.height), (Some(40), Some(30)));
    assert!(uploaded.file.drawing && uploaded.file.thumbnail.is_none());
    let response = server.get(&uploaded.file.url).await;
    assert_eq!(response.headers()["content-type"], "image/png");
    let bytes = response.bytes().await.unwrap();
    assert_eq!(bytes.len() as u64, uploaded.file.size);
    let (original, stored) = (images::png(40, 30), image::load_from_memory(&bytes).unwrap());
    assert_eq!(image::load_from_memory(&original).unwrap().to_rgba8(), stored.to_rgba8());
}

#[tokio::test]
async fn a_drawing_that_is_no_png_is_refused() {
    let server = TestServer::new().await;
    for content in [images::jpeg(40, 30), b"<svg/>".to_vec()] {
        let response = server.upload("drawing", "drawing.png", content).await;
        assert_eq!(refusal(response).await, (415, "bad_file".into()));
    }
    server.emptied().await;
}
