//! What a download is made of.

use crate::fixture::TestServer;

#[tokio::test]
async fn a_text_is_a_sandboxed_download() {
    let server = TestServer::new().await;
    let uploaded = server.uploaded("file", "заметка.txt", b"hello".to_vec()).await;
    assert_eq!(&*uploaded.file.name, "заметка.txt");
    let response = server.get(&uploaded.file.url).await;
    let headers = response.headers();
    assert_eq!(headers["content-type"], "text/plain; charset=utf-8");
    assert_eq!(headers["content-security-policy"], "sandbox; default-src 'none'");
    assert_eq!(headers["cross-origin-resource-policy"], "same-origin");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(headers["cache-control"], "private, max-age=31536000, immutable");
    let disposition = headers["content-disposition"].to_str().unwrap();
    assert!(disposition.starts_with("attachment; "), "{disposition}");
    assert_eq!(response.text().await.unwrap(), "hello");
}
