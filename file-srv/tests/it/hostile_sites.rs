//! Pages and addresses that mean harm.

use std::time::{Duration, Instant};

use http::StatusCode;

use crate::fixture::{TestServer, refusal};
use crate::images;
use crate::sites::{Answer, Site, reaching};

/// No preview, for this reason.
async fn refused(server: &TestServer, url: &str, reason: &str) {
    let response = server.preview(url).await;
    assert_eq!(refusal(response).await, (422, "no_preview".into()), "{url}");
    let line = format!(r#"previews_total{{outcome="{reason}"}}"#);
    assert!(server.metrics().contains(&line), "{url}: {line}\n{}", server.metrics());
}

#[tokio::test]
async fn the_shipped_server_reaches_no_address_inside() {
    let site = Site::at("127.0.0.1:0").await;
    site.page("/", "<title>inside</title>");
    let server = TestServer::with(|config| {
        config.previews.refusal_ms_min = 0;
        config.previews.session_per_minute_max = 100;
    })
    .await;
    for host in [
        "127.0.0.1",
        "localhost",
        "localhost.",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "0.0.0.0",
        "169.254.169.254",
        "10.0.0.1",
        "192.168.1.1",
        "[fd00::1]",
        "[fe80::1]",
    ] {
        refused(&server, &format!("http://{host}/"), "address").await;
    }
    assert!(site.asked().is_empty());
}

#[tokio::test]
async fn a_redirect_inside_is_not_followed() {
    let site = Site::new().await;
    let inside = Site::at(&format!("127.0.0.1:{}", site.address.port())).await;
    inside.page("/", "<title>inside</title>");
    let server = reaching(&site).await;
    let port = site.address.port();
    for (path, location) in [
        ("/1", format!("http://127.0.0.1:{port}/")),
        ("/2", format!("http://localhost:{port}/")),
        ("/3", format!("//2130706433:{port}/")),
        ("/4", "http://169.254.169.254/latest/meta-data/".into()),
        ("/5", format!("http://{}:22/", site.address.ip())),
        ("/6", "file:///etc/passwd".into()),
        ("/7", format!("http://user:secret@{}/", site.address)),
    ] {
        let url = site.answers(path, Answer::To(location));
        refused(&server, &url, "address").await;
    }
    assert!(inside.asked().is_empty());
}

#[tokio::test]
async fn a_picture_inside_is_not_fetched() {
    let site = Site::new().await;
    let inside = Site::at(&format!("127.0.0.1:{}", site.address.port())).await;
    inside.answers("/a.png", Answer::Body("image/png", images::png(40, 40)));
    let server = reaching(&site).await;
    let redirect = site.answers("/r.png", Answer::To(inside.url("/a.png")));
    for (path, picture) in [("/1", inside.url("/a.png")), ("/2", redirect)] {
        let html = format!("<title>A</title><meta property=og:image content='{picture}'>");
        let preview = server.previewed(&site.page(path, &html)).await;
        assert!(preview.image.is_none());
    }
    assert!(inside.asked().is_empty());
}

#[tokio::test]
async fn redirects_end() {
    let site = Site::new().await;
    let server = reaching(&site).await;
    let url = site.answers("/loop", Answer::To("/loop".into()));
    refused(&server, &url, "redirects").await;
    assert_eq!(site.asked().len(), 4);
    let url = site.answers("/nowhere", Answer::Status(StatusCode::FOUND));
    refused(&server, &url, "status").await;
}

#[tokio::test]
async fn a_body_that_never_ends_is_read_to_its_limit() {
    let site = Site::new().await;
    let server = reaching(&site).await;
    let more = b"<meta name=x content=y>".repeat(500);
    let endless = |begin: &[u8]| Answer::Endless("text/html", begin.to_vec(), more.clone());
    let url = site.answers("/1", endless(b"<head><title>Seen</title>"));
    assert_eq!(server.previewed(&url).await.title, "Seen");
    let url = site.answers("/2", endless(b"<head>"));
    refused(&server, &url, "untitled").await;
    let comment = Answer::Endless("text/html", b"<!--".to_vec(), vec![b'x'; 10_000]);
    refused(&server, &site.answers("/3", comment), "untitled").await;
}

#[tokio::test]
async fn a_head_of_30_mb_is_not_read_through() {
    let site = Site::new().await;
    let server = reaching(&site).await;
    let head = [b"<head>".to_vec(), vec![b' '; 30 << 20], b"<title>Late</title>".to_vec()].concat();
    refused(&server, &site.answers("/", Answer::Body("text/html", head)), "untitled").await;
}

#[tokio::test]
async fn pages_that_explode_are_given_up() {
    let site = Site::new().await;
    let server = reaching(&site).await;
    for (path, html) in [
        ("/tag", format!("<meta content='{}", "a".repeat(600 << 10))),
        ("/attributes", format!("<meta {}>", "a=b ".repeat(100 << 10))),
        ("/nested", "<x>".repeat(150 << 10)),
        ("/entities", format!("<title>{}</title>", "&amp;".repeat(100 << 10))),
    ] {
        let url = site.page(path, &format!("<title>Kept</title>{html}"));
        assert_eq!(server.previewed(&url).await.title, "Kept", "{path}");
    }
    let url = site.page("/title", &format!("<title>{}", "a".repeat(600 << 10)));
    assert_eq!(server.previewed(&url).await.title.chars().count(), 200);
}

#[tokio::test]
async fn sites_that_take_their_time_are_left() {
    let site = Site::new().await;
    let server = TestServer::that_reaches(&[site.address], |config| {
        config.previews.refusal_ms_min = 0;
        config.previews.timeout_ms = 300;
    })
    .await;
    refused(&server, &site.answers("/crawling", Answer::Crawling), "timeout").await;
    refused(&server, &site.answers("/silent", Answer::Silent), "timeout").await;
}

#[tokio::test]
async fn a_picture_that_takes_its_time_is_left_out() {
    let site = Site::new().await;
    let server = TestServer::that_reaches(&[site.address], |config| {
        config.previews.timeout_ms = 1_000;
    })
    .await;
    site.answers("/a.png", Answer::Silent);
    let url = site.page("/page", "<title>A</title><meta property=og:image content=/a.png>");
    assert!(server.previewed(&url).await.image.is_none());
}

#[tokio::test]
async fn pictures_that_are_none_or_too_large_are_left_out() {
    let site = Site::new().await;
    let server = reaching(&site).await;
    let large = [images::jpeg(40, 40), vec![0; 5 << 20]].concat();
    for (path, kind, body) in [
        ("/bomb", "image/png", images::announced_png(50_000, 50_000)),
        ("/page", "image/png", b"<title>no image</title>".to_vec()),
        ("/svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec()),
        ("/large", "image/jpeg", large),
        ("/dot", "image/png", images::png(1, 1)),
    ] {
        site.answers(path, Answer::Body(kind, body));
        let html = format!("<title>A</title><meta property=og:image content='{path}'>");
        let preview = server.previewed(&site.page(&format!("/of{path}"), &html)).await;
        assert!(preview.image.is_none(), "{path}");
        server.hand.advance(60_000);
    }
    let endless = Answer::Endless("image/png", images::png(40, 40), vec![0; 10_000]);
    refused(&server, &site.answers("/endless", endless), "image").await;
}

#[tokio::test]
async fn what_is_no_page_has_no_preview() {
    let site = Site::new().await;
    let server = reaching(&site).await;
    let html = b"<title>A</title>".to_vec();
    for (path, answer, reason) in [
        ("/text", Answer::Body("text/plain", html.clone()), "type"),
        ("/none", Answer::Body("", html.clone()), "type"),
        ("/lie", Answer::Body("image/png", html.clone()), "image"),
        ("/packed", Answer::With("content-encoding", "gzip", html.clone()), "type"),
        ("/untitled", Answer::Body("text/html", b"<title> \n </title>".to_vec()), "untitled"),
        ("/missing", Answer::Status(StatusCode::NOT_FOUND), "status"),
        ("/broken", Answer::Status(StatusCode::INTERNAL_SERVER_ERROR), "status"),
    ] {
        refused(&server, &site.answers(path, answer), reason).await;
    }
    let gone = Site::new().await;
    let address = gone.address;
    drop(gone);
    let server = TestServer::that_reaches(&[address], |_| {}).await;
    refused(&server, &format!("http://{address}/"), "unreachable").await;
}

#[tokio::test]
async fn markup_and_overrides_in_titles_are_text() {
    let site = Site::new().await;
    let server = reaching(&site).await;
    let url =
        site.page("/", "<title>&lt;img onerror=alert(1)&gt;\u{202e}&#x202e;\u{7} %61</title>");
    assert_eq!(server.previewed(&url).await.title, "<img onerror=alert(1)> %61");
}

#[tokio::test]
async fn malformed_addresses_are_told_at_once() {
    let server = TestServer::with(|config| config.previews.session_per_minute_max = 100).await;
    let long = format!("https://example.com/{}", "a".repeat(2_000));
    for url in [
        "",
        "example.com",
        "/path",
        "ftp://example.com/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,x",
        "http://",
        "http://example.com:22/",
        "http://user@example.com/",
        "http://256.0.0.1/",
        "http://[::1",
        "http://a b/",
        long.as_str(),
    ] {
        let response = server.preview(url).await;
        assert_eq!(refusal(response).await, (400, "bad_url".into()), "{url}");
    }
}

#[tokio::test]
async fn a_refusal_takes_a_second_whatever_its_reason() {
    let server = TestServer::new().await;
    for url in ["http://127.0.0.1/", "http://10.0.0.1/"] {
        #[expect(clippy::disallowed_methods, reason = "the time that passes is what is tested")]
        let begun = Instant::now();
        let response = server.preview(url).await;
        assert_eq!(refusal(response).await, (422, "no_preview".into()));
        assert!(begun.elapsed() >= Duration::from_secs(1));
    }
}
