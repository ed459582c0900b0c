//! What is taken, and who may.

use protocol::http::{GRANT_HEADER, Uploaded};
use protocol::token::{FileDescriptor, Keyring};
use reqwest::multipart::{Form, Part};

use crate::fixture::{ROOM, START_MS, TestServer, refusal};
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
async fn a_photo_has_a_thumbnail_that_can_be_read() {
    let server = TestServer::new().await;
    let uploaded = server.uploaded("file", "ridge.jpeg", images::jpeg(1_000, 700)).await;
    assert_eq!((&*uploaded.file.name, &*uploaded.file.media_type), ("ridge.jpeg", "image/jpeg"));
    assert!(!uploaded.file.drawing);
    let thumbnail = uploaded.file.thumbnail.unwrap();
    let bytes = server.get(&thumbnail).await.bytes().await.unwrap();
    let small = image::load_from_memory(&bytes).unwrap();
    assert_eq!((small.width(), small.height()), (800, 560));
    assert!(server.metrics().contains(r#"uploads_total{kind="file",outcome="stored"} 1"#));
}

#[tokio::test]
async fn the_descriptor_says_what_the_answer_says() {
    let server = TestServer::new().await;
    let Uploaded { file, descriptor } =
        server.uploaded("file", "ridge.webp", images::webp(900, 300)).await;
    let said = FileDescriptor::verify(server.keys(), &descriptor, START_MS + 600_000).unwrap();
    assert_eq!((said.owner, said.id, said.size), (ROOM, file.id, file.size));
    assert_eq!((&*said.name, &*said.media_type), ("ridge.jpg", "image/jpeg"));
    assert_eq!(said.dimensions, Some((900, 300)));
    let thumbnail = format!("/files/{}", said.thumbnail.unwrap());
    assert_eq!(file.thumbnail.as_deref(), Some(thumbnail.as_str()));
    assert!(!said.drawing);
    assert!(FileDescriptor::verify(server.keys(), &descriptor, START_MS + 600_001).is_err());
}

#[tokio::test]
async fn names_are_made_harmless() {
    let server = TestServer::new().await;
    for (given, kept) in [
        ("../../etc/passwd", "passwd"),
        ("in\u{202e}fdp.exe", "infdp.exe"),
        ("100%.txt", "100%.txt"),
        ("заметка \"1\".txt", "заметка \"1\".txt"),
    ] {
        let uploaded = server.uploaded("file", given, b"text".to_vec()).await;
        assert_eq!(&*uploaded.file.name, kept);
        assert!(server.get(&uploaded.file.url).await.status().is_success());
    }
}

#[tokio::test]
async fn ids_do_not_follow_from_one_another() {
    let server = TestServer::new().await;
    let first = server.uploaded("file", "a.txt", b"same".to_vec()).await.file.id;
    let second = server.uploaded("file", "a.txt", b"same".to_vec()).await.file.id;
    assert!(first.len() == 24 && second.len() == 24);
    let same = first[2..].bytes().zip(second[2..].bytes()).filter(|(a, b)| a == b).count();
    assert!(same < 8, "{first} {second}");
}

#[tokio::test]
async fn without_a_grant_in_force_nothing_is_taken() {
    let server = TestServer::new().await;
    let stranger = Keyring::new(b"another secret of thirty-two bytes", None).unwrap();
    let good = server.grant(ROOM);
    let mut forged = good.clone();
    forged.replace_range(forged.len() - 4.., "AAAA");
    let foreign =
        protocol::token::Grant { owner: ROOM, session: ROOM, bytes_max: 1, expires: u64::MAX };
    let expired = server.grant_with(|grant| grant.expires = START_MS - 10_001);
    for grants in [
        vec![],
        vec![String::new()],
        vec!["nonsense".into()],
        vec![forged],
        vec![foreign.sign(&stranger)],
        vec![expired],
        vec![good.clone(), good.clone()],
    ] {
        let mut request = server.http.post(format!("{}/api/files?kind=file", server.url));
        for grant in &grants {
            request = request.header(GRANT_HEADER, grant);
        }
        let form = Form::new().part("file", Part::bytes(&b"x"[..]).file_name("a"));
        let response = request.multipart(form).send().await.unwrap();
        assert_eq!(refusal(response).await, (403, "bad_grant".into()), "{grants:?}");
    }
    server.emptied().await;
}

#[tokio::test]
async fn a_page_of_another_site_may_not_upload() {
    let server = TestServer::with(|config| {
        config.allowed_origins = vec!["https://friend.example".into()];
    })
    .await;
    let own = server.url.clone();
    for (origin, status) in [
        ("https://evil.example", 403),
        ("null", 403),
        ("https://friend.example", 201),
        (own.as_str(), 201),
    ] {
        let form = Form::new().part("file", Part::bytes(&b"x"[..]).file_name("a"));
        let response = server
            .http
            .post(format!("{}/api/files?kind=file", server.url))
            .header(GRANT_HEADER, server.grant(ROOM))
            .header("origin", origin)
            .multipart(form)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), status, "{origin}");
        if status == 403 {
            assert_eq!(refusal(response).await.1, "bad_origin");
        }
    }
}

#[tokio::test]
async fn a_kind_is_named_once() {
    let server = TestServer::new().await;
    for kind in ["", "picture", "file&kind=drawing", "FILE"] {
        let response = server.upload(kind, "a.txt", b"x".to_vec()).await;
        assert_eq!(refusal(response).await, (400, "bad_request".into()), "{kind}");
    }
    server.emptied().await;
}

#[tokio::test]
async fn a_server_that_stops_takes_nothing_more() {
    let server = TestServer::new().await;
    assert_eq!(server.files.writable().await, Ok(()));
    let router = server.files.router();
    server.stopping();
    let request = http::Request::post("/api/files?kind=file").body(axum::body::Body::empty());
    let response = tower::ServiceExt::oneshot(router, request.unwrap()).await.unwrap();
    assert_eq!(response.status(), 503);
}

#[tokio::test]
async fn a_folder_that_is_gone_is_told() {
    let server = TestServer::new().await;
    let files = server.folder.path().join("files");
    std::fs::remove_dir_all(&files).unwrap();
    std::fs::write(&files, b"in the way").unwrap();
    assert!(server.files.writable().await.is_err());
    let response = server.upload("file", "a.txt", b"x".to_vec()).await;
    assert_eq!(refusal(response).await, (503, "unavailable".into()));
}
