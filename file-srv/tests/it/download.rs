//! What a download is made of.

use reqwest::{Method, StatusCode};

use crate::fixture::{TestServer, refusal};
use crate::images;

async fn asked(
    server: &TestServer,
    method: Method,
    path: &str,
    headers: &[(&'static str, &str)],
) -> reqwest::Response {
    let mut request = server.http.request(method, format!("{}{path}", server.url));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

#[tokio::test]
async fn a_text_is_a_sandboxed_download() {
    let server = TestServer::new().await;
    let uploaded = server.uploaded("file", "заметка.txt", b"hello".to_vec()).await;
    let response = server.get(&uploaded.file.url).await;
    let headers = response.headers();
    assert_eq!(headers["content-type"], "text/plain; charset=utf-8");
    assert_eq!(headers["content-security-policy"], "sandbox; default-src 'none'");
    assert_eq!(headers["cross-origin-resource-policy"], "same-origin");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(headers["cache-control"], "private, max-age=31536000, immutable");
    let disposition = headers["content-disposition"].to_str().unwrap();
    assert!(disposition.starts_with("attachment; "), "{disposition}");
    assert!(disposition.ends_with("UTF-8''%D0%B7%D0%B0%D0%BC%D0%B5%D1%82%D0%BA%D0%B0.txt"));
    assert_eq!(response.text().await.unwrap(), "hello");
}

#[tokio::test]
async fn an_image_of_ours_is_shown_in_its_place() {
    let server = TestServer::new().await;
    let uploaded = server.uploaded("file", "a.png", images::png(900, 9)).await;
    for url in [&uploaded.file.url, uploaded.file.thumbnail.as_ref().unwrap()] {
        let response = server.get(url).await;
        let disposition = response.headers()["content-disposition"].to_str().unwrap();
        assert!(disposition.starts_with("inline; "), "{disposition}");
        assert_eq!(response.headers()["content-security-policy"], "sandbox; default-src 'none'");
        assert_eq!(response.headers()["cross-origin-resource-policy"], "same-origin");
    }
}

#[tokio::test]
async fn a_head_is_a_get_without_its_body() {
    let server = TestServer::new().await;
    let uploaded = server.uploaded("file", "a.txt", b"hello".to_vec()).await;
    let response = asked(&server, Method::HEAD, &uploaded.file.url, &[]).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-length"], "5");
    assert_eq!(response.headers()["accept-ranges"], "bytes");
    assert!(response.bytes().await.unwrap().is_empty());
}

#[tokio::test]
async fn who_has_the_file_gets_no_body() {
    let server = TestServer::new().await;
    let uploaded = server.uploaded("file", "a.txt", b"hello".to_vec()).await;
    let tag = server.get(&uploaded.file.url).await.headers()["etag"].to_str().unwrap().to_owned();
    let known = [("if-none-match", tag.as_str())];
    let response = asked(&server, Method::GET, &uploaded.file.url, &known).await;
    assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(response.headers()["etag"], tag.as_str());
    let other = [("if-none-match", "\"other\"")];
    let response = asked(&server, Method::GET, &uploaded.file.url, &other).await;
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn parts_are_served() {
    let server = TestServer::new().await;
    let uploaded = server.uploaded("file", "a.txt", b"0123456789".to_vec()).await;
    for (range, expected, content_range) in [
        ("bytes=2-5", "2345", "bytes 2-5/10"),
        ("bytes=7-", "789", "bytes 7-9/10"),
        ("bytes=-3", "789", "bytes 7-9/10"),
        ("bytes=0-99", "0123456789", "bytes 0-9/10"),
    ] {
        let response = asked(&server, Method::GET, &uploaded.file.url, &[("range", range)]).await;
        assert_eq!(response.status(), StatusCode::PARTIAL_CONTENT, "{range}");
        assert_eq!(response.headers()["content-range"], content_range);
        assert_eq!(response.text().await.unwrap(), expected);
    }
    let outside = [("range", "bytes=10-")];
    let response = asked(&server, Method::GET, &uploaded.file.url, &outside).await;
    assert_eq!(response.headers()["content-range"], "bytes */10");
    assert_eq!(refusal(response).await, (416, "bad_request".into()));
    let several = [("range", "bytes=0-1,4-5")];
    let response = asked(&server, Method::GET, &uploaded.file.url, &several).await;
    assert_eq!(response.text().await.unwrap(), "0123456789");
}

#[tokio::test]
async fn paths_that_are_no_ids_lead_nowhere() {
    let server = TestServer::new().await;
    for path in [
        "/files/01AAAAAAAAAAAAAAAAAAAAAA",
        "/files/..%2f..%2fetc%2fpasswd",
        "/files/%2e%2e",
        "/files/AAAAAAAAAAAAAAAAAAAAAA.json",
        "/files/%00",
        "/files/%ff",
    ] {
        let response = server.get(path).await;
        assert!(response.status().is_client_error(), "{path}: {}", response.status());
    }
    let response = server.get("/files/01AAAAAAAAAAAAAAAAAAAAAA").await;
    assert_eq!(refusal(response).await, (404, "not_found".into()));
    let response = asked(&server, Method::POST, "/files/01AAAAAAAAAAAAAAAAAAAAAA", &[]).await;
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
}
