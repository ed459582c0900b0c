//! Pages and assets over the real listener: their headers, their encodings, and paths that
//! are meant to hurt.

use protocol::frame::Join;

use super::http::{exchange, get};
use super::program::Program;

#[tokio::test]
async fn pages_carry_their_protection() {
    let program = Program::start().await;
    for path in ["/", "/a-room", "/about"] {
        let page = program.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(page.header("content-type").starts_with("text/html"), "{path}");
        let policy = page.header("content-security-policy");
        assert!(policy.contains("script-src 'self'"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe-inline") && !policy.contains("unsafe-eval"), "{policy}");
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
        assert!(!page.header("referrer-policy").is_empty(), "{path}");
        assert!(page.header("server").is_empty(), "{path} says what it is served by");
        let cookie = page.header("set-cookie");
        for part in ["session=", "HttpOnly", "SameSite=Lax"] {
            assert!(cookie.contains(part), "{path}: {cookie}");
        }
    }
}

#[tokio::test]
async fn assets_are_compressed_and_kept_by_browsers() {
    let program = Program::start().await;
    let page = program.get("/").await.text();
    let hashed: Vec<&str> = page
        .split('"')
        .filter(|part| {
            part.starts_with("/assets/") && (part.ends_with(".js") || part.ends_with(".css"))
        })
        .collect();
    assert!(hashed.len() >= 2, "a script and a style: {page}");
    for path in hashed {
        let plain = program.get(path).await;
        assert_eq!(plain.status, 200, "{path}");
        let cache = plain.header("cache-control");
        assert!(
            cache.contains("immutable") && cache.contains("max-age=31536000"),
            "{path}: {cache}"
        );
        let etag = plain.header("etag").to_owned();
        assert!(!etag.is_empty(), "{path}");
        let known = get(program.public, path, &[("If-None-Match", &etag)]).await;
        assert_eq!((known.status, known.body.len()), (304, 0), "{path}");
        for encoding in ["br", "gzip"] {
            let small = get(program.public, path, &[("Accept-Encoding", encoding)]).await;
            assert_eq!(small.header("content-encoding"), encoding, "{path}");
            assert!(small.header("vary").to_lowercase().contains("accept-encoding"), "{path}");
            if plain.body.len() > 1_000 {
                let sizes = (small.body.len(), plain.body.len());
                assert!(sizes.0 < sizes.1 * 6 / 10, "{path}: {sizes:?}");
            }
        }
    }
    let page = program.get("/").await;
    assert!(!page.header("cache-control").contains("immutable"), "pages are asked for again");
}

#[tokio::test]
async fn asking_about_a_room_does_not_make_it() {
    let program = Program::start().await;
    for _ in 0..2 {
        let answer = program.get("/api/rooms/quiet-room").await.json();
        assert_eq!(answer["exists"], false, "{answer}");
    }
    let (_ada, _) =
        program.member([127, 0, 0, 1], "quiet-room", Join::default()).await.expect("Ada joins");
    let answer = program.get("/api/rooms/Quiet%20Room").await.json();
    assert_eq!((&answer["exists"], &answer["members"]), (&true.into(), &1.into()), "{answer}");
    assert_eq!(answer["suggestions"].as_array().map(Vec::len), Some(4), "{answer}");
}

#[tokio::test]
async fn poisoned_paths_are_refused_and_hurt_nobody() {
    let program = Program::start().await;
    for path in [
        "/%",
        "/%zz",
        "/%E0%A4%A",
        "/%00",
        "/a%2Fb",
        "/..%2f..%2fetc%2fpasswd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/../../etc/passwd",
        "/%ff%fe",
        "/api/rooms/%",
        "/api/rooms/%00/ws",
        "/api/rooms/%E0%A4%A",
        "/api/rooms/..%2f..",
        "/files/%",
        "/files/..%2f..%2fsecret",
        "/files/../secret",
        "/assets/../../secret",
        "//",
        "/%25",
        "/\u{202e}abc",
    ] {
        let answer = get(program.public, path, &[]).await;
        assert!(answer.status < 500, "{path}: {}", answer.status);
        assert!(!answer.text().contains("root:"), "{path}");
        if path.starts_with("/api/") {
            assert!((400..500).contains(&answer.status), "{path}: {}", answer.status);
            assert!(
                answer.header("content-type").starts_with("application/problem+json"),
                "{path}"
            );
            assert!(answer.json()["code"].is_string(), "{path}");
        }
    }
    for raw in ["GET / HTTP/9.9\r\n\r\n", "\u{1}\u{2}\r\n\r\n", "GET\r\n\r\n"] {
        let answer = exchange(program.public, raw.as_bytes()).await;
        assert!((400..506).contains(&answer.status), "{raw:?}: {}", answer.status);
    }
    let long = "x".repeat(200_000);
    let answer = get(program.public, "/", &[("X-Long", &long)]).await;
    assert!((400..500).contains(&answer.status), "a long header: {}", answer.status);
    assert_eq!(program.get("/").await.status, 200, "it still serves");
}
