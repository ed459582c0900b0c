//! Who gets in, and who does not.

use super::*;
use crate::admin::sessions::SESSION_MS;

/// Everything behind the door.
fn everything() -> Vec<Asking> {
    vec![
        Asking::get("/api/admin/fleet"),
        Asking::get("/api/admin/rooms"),
        Asking::get("/api/admin/session"),
        Asking::new(Method::DELETE, "/api/admin/session"),
        Asking::post("/api/admin/backends/b1:1/drain"),
        Asking::post("/api/admin/backends/b1:1/undrain"),
        Asking::post("/api/admin/rooms/b1:1/delete").json(r#"{"room":"garden"}"#),
        Asking::post("/api/admin/notice").json(r#"{"text":"hello"}"#),
        Asking::get("/api/admin/anything"),
        Asking::get("/api/admin/notice"),
    ]
}

#[tokio::test]
async fn nothing_is_told_or_done_without_the_token() {
    let site = Site::new();
    for request in everything() {
        let path = request.path.clone();
        let (status, json, response) = site.ask(request.origin()).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(json["code"], "unauthorized", "{path}");
        let headers = response.headers();
        assert_eq!(headers[header::CONTENT_TYPE], "application/problem+json");
        assert_eq!(headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(headers[header::WWW_AUTHENTICATE], "Bearer");
    }
    assert!(site.fleet.done.lock().unwrap().is_empty());
    assert!(site.fleet.drained.lock().unwrap().is_empty());
}

#[tokio::test]
async fn without_a_token_in_the_environment_nobody_gets_in() {
    let (clock, _) = Clock::manual(START);
    let mut site = Site::new();
    site.router = routes(Arc::new(Fake::default()), None, "key", clock);
    for request in everything().into_iter().map(Asking::token) {
        assert_eq!(site.ask(request).await.0, StatusCode::SERVICE_UNAVAILABLE);
    }
    for path in ["/admin/", "/admin/admin.js"] {
        assert_eq!(site.ask(Asking::get(path)).await.0, StatusCode::SERVICE_UNAVAILABLE, "{path}");
    }
    let login = Asking::post("/api/admin/login").origin().json(r#"{"token":""}"#);
    let (status, json, _) = site.ask(login).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(json["detail"].as_str().unwrap().contains("ADMIN_TOKEN"), "{json}");
}

#[tokio::test]
async fn wrong_tokens_are_few_and_even_the_right_one_waits_then() {
    let site = Site::new();
    let wrong = || Asking::get("/api/admin/fleet").header("authorization", "Bearer guess");
    for _ in 0..5 {
        assert_eq!(site.ask(wrong()).await.0, StatusCode::UNAUTHORIZED);
    }
    let (status, _, response) = site.ask(wrong()).await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(response.headers()[header::RETRY_AFTER], "12");
    let right = || Asking::get("/api/admin/fleet").token();
    assert_eq!(site.ask(right()).await.0, StatusCode::TOO_MANY_REQUESTS);
    let login = Asking::post("/api/admin/login").origin().json(r#"{"token":"guess"}"#);
    assert_eq!(site.ask(login).await.0, StatusCode::TOO_MANY_REQUESTS, "one limit for both ways");
    site.hand.advance(12_000);
    for _ in 0..20 {
        assert_eq!(site.ask(right()).await.0, StatusCode::OK, "right ones cost nothing");
    }
}

#[tokio::test]
async fn a_session_shows_and_changes_what_the_token_does() {
    let site = Site::new();
    let (cookie, csrf) = site.log_in().await;
    let shown = Asking::get("/api/admin/fleet").header("cookie", &cookie);
    assert_eq!(site.ask(shown).await.0, StatusCode::OK);
    let resumed = Asking::get("/api/admin/session").header("cookie", &cookie);
    assert_eq!(site.ask(resumed).await.1["csrf"], csrf.as_str());
    let drain = Asking::post("/api/admin/backends/b1:1/drain").origin();
    let drain = drain.header("cookie", &cookie).header("instantchat-csrf", &csrf);
    assert_eq!(site.ask(drain).await.0, StatusCode::OK);
    assert_eq!(site.fleet.drained.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn another_sites_page_changes_nothing() {
    let site = Site::new();
    let (cookie, csrf) = site.log_in().await;
    let (_, others) = site.log_in().await;
    let drain = || Asking::post("/api/admin/backends/b1:1/drain").header("cookie", &cookie);
    let evil = "https://evil.example";
    for (request, code) in [
        (drain().origin(), "csrf"),
        (drain().origin().header("instantchat-csrf", ""), "csrf"),
        (drain().origin().header("instantchat-csrf", &others), "csrf"),
        (drain().header("instantchat-csrf", &csrf), "bad_origin"),
        (drain().header("origin", evil).header("instantchat-csrf", &csrf), "bad_origin"),
        (drain().header("origin", "null").header("instantchat-csrf", &csrf), "bad_origin"),
    ] {
        let (status, json, _) = site.ask(request).await;
        assert_eq!((status, json["code"].as_str()), (StatusCode::FORBIDDEN, Some(code)));
    }
    for origin in [None, Some(evil)] {
        let body = format!(r#"{{"token":"{TOKEN}"}}"#);
        let mut login = Asking::post("/api/admin/login").json(&body);
        if let Some(origin) = origin {
            login = login.header("origin", origin);
        }
        assert_eq!(site.ask(login).await.1["code"], "bad_origin");
    }
    assert!(site.fleet.drained.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_session_ends_when_the_operator_leaves_and_with_its_time() {
    let site = Site::new();
    let (cookie, csrf) = site.log_in().await;
    let leave = Asking::new(Method::DELETE, "/api/admin/session").origin();
    let leave = leave.header("cookie", &cookie).header("instantchat-csrf", &csrf);
    let (status, _, response) = site.ask(leave).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert!(response.headers()[header::SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));
    let (later, _) = site.log_in().await;
    let shown = |cookie: &str| Asking::get("/api/admin/fleet").header("cookie", cookie);
    assert_eq!(site.ask(shown(&cookie)).await.0, StatusCode::UNAUTHORIZED);
    site.hand.advance(SESSION_MS - 1);
    assert_eq!(site.ask(shown(&later)).await.0, StatusCode::OK);
    site.hand.advance(1);
    assert_eq!(site.ask(shown(&later)).await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_cookie_is_kept_from_scripts_other_sites_and_plain_http() {
    let site = Site::new();
    for (origin, start, secure) in [
        ("http://admin.example:8101", "instantchat-admin=", false),
        ("https://admin.example:8101", "__Host-instantchat-admin=", true),
    ] {
        let body = format!(r#"{{"token":"{TOKEN}"}}"#);
        let login = Asking::post("/api/admin/login").header("origin", origin).json(&body);
        let (_, _, response) = site.ask(login).await;
        let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
        assert!(cookie.starts_with(start), "{cookie}");
        assert!(cookie.contains("HttpOnly; SameSite=Strict"), "{cookie}");
        assert!(cookie.contains("Path=/; Max-Age=43200"), "{cookie}");
        assert_eq!(cookie.ends_with("; Secure"), secure, "{cookie}");
    }
}

#[tokio::test]
async fn the_page_loads_nothing_from_elsewhere_and_nothing_inline() {
    let site = Site::new();
    let (status, _, response) = site.ask(Asking::get("/admin/")).await;
    assert_eq!(status, StatusCode::OK);
    let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert_eq!(response.headers()[header::X_FRAME_OPTIONS], "DENY");
    let page = include_str!("../../../admin/index.html");
    for word in ["http:", "https:", "style=", "onclick", "<style", "//"] {
        let found = page.replace("<!doctype html>", "").contains(word);
        assert!(!found, "{word} in the page");
    }
    let files = page.split('"').filter(|text| text.starts_with("/admin/"));
    for path in files.filter(|path| !path.ends_with(".woff2")) {
        assert_eq!(site.ask(Asking::get(path)).await.0, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn every_module_that_the_script_imports_is_served() {
    let site = Site::new();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/admin");
    for file in std::fs::read_dir(folder).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let path = if name == "index.html" { String::new() } else { name };
        let (status, _, _) = site.ask(Asking::get(&format!("/admin/{path}"))).await;
        assert_eq!(status, StatusCode::OK, "{path}");
    }
}
