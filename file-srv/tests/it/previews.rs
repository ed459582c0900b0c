//! Previews of pages that mean no harm.

use protocol::fleet::FileNotice;
use protocol::http::GRANT_HEADER;
use protocol::token::PreviewDescriptor;
use protocol::wire::Id128;

use crate::fixture::{ROOM, START_MS, TestServer, refusal};
use crate::images;
use crate::sites::{Answer, Site, reaching};

#[tokio::test]
async fn a_page_has_a_title_a_description_and_a_picture() {
    let site = Site::new().await;
    let server = reaching(&site).await;
    site.answers("/ridge.png", Answer::Body("image/png", images::png(1_200, 630)));
    let url = site.page(
        "/page",
        "<head><title>No</title><meta property=og:title content='The ridge &amp; I'>\
         <meta name=description content='A long\nwalk'>\
         <meta property=og:image content='ridge.png'></head>",
    );
    let preview = server.previewed(&url).await;
    assert_eq!((preview.url.as_str(), preview.title.as_str()), (url.as_str(), "The ridge & I"));
    assert_eq!(preview.description, "A long walk");
    let image = preview.image.unwrap();
    assert_eq!((image.width, image.height), (400, 210));
    let response = server.get(&image.url).await;
    assert_eq!(response.headers()["content-type"], "image/png");
    assert_eq!(response.headers()["content-security-policy"], "sandbox; default-src 'none'");

    let said = PreviewDescriptor::verify(server.keys(), &preview.descriptor, START_MS).unwrap();
    assert_eq!((said.owner, &*said.title, &*said.url), (ROOM, "The ridge & I", url.as_str()));
    assert_eq!(*image.url, format!("/files/{}", said.image.unwrap().id));
    assert!(server.metrics().contains(r#"previews_total{outcome="shown"} 1"#));
}

#[tokio::test]
async fn sites_learn_nothing_of_who_asks() {
    let site = Site::new().await;
    let server = reaching(&site).await;
    server.previewed(&site.page("/page", "<title>A</title>")).await;
    let headers = site.first_headers();
    let mut names: Vec<_> = headers.keys().map(|name| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "accept-encoding", "host", "user-agent"]);
    assert_eq!(headers["accept-encoding"], "identity");
    assert!(headers["user-agent"].to_str().unwrap().starts_with("instantchat/"));
}

#[tokio::test]
async fn an_answer_is_kept_and_every_room_has_its_own_picture() {
    let site = Site::new().await;
    let server = reaching(&site).await;
    site.answers("/a.jpg", Answer::Body("image/jpeg", images::jpeg(40, 40)));
    let url = site.page("/page", "<title>A</title><meta property=og:image content=/a.jpg>");
    let first = server.previewed(&url).await;
    let fragment = server.previewed(&format!("{url}#part")).await;
    assert_eq!(site.asked(), ["/page", "/a.jpg"]);
    assert_eq!(fragment.url, format!("{url}#part"));
    assert_ne!(first.id, fragment.id);
    let (first, second) = (first.image.unwrap().url, fragment.image.unwrap().url);
    assert_ne!(first, second);
    let files = vec![first.trim_start_matches("/files/").to_owned()];
    server.say(FileNotice::Released { owner: ROOM, files });
    assert_eq!(server.get(&first).await.status(), 404);
    assert_eq!(server.get(&second).await.status(), 200);
    server.hand.advance(600_000);
    server.previewed(&url).await;
    assert_eq!(site.asked().len(), 4);
}

#[tokio::test]
async fn those_who_ask_at_once_share_one_fetch() {
    let site = Site::new().await;
    let server = reaching(&site).await;
    let url = site.page("/page", "<title>A</title>");
    let (first, second, third) =
        tokio::join!(server.previewed(&url), server.previewed(&url), server.previewed(&url));
    assert!(first.title == "A" && second.title == "A" && third.title == "A");
    assert_eq!(site.asked(), ["/page"]);
}

#[tokio::test]
async fn a_few_redirects_are_followed() {
    let site = Site::new().await;
    let server = reaching(&site).await;
    let start = site.answers("/1", Answer::To("/2".into()));
    site.answers("/2", Answer::To(site.url("/3")));
    site.answers("/3", Answer::To("page?x#y".into()));
    site.page("/page", "<title>There</title>");
    let preview = server.previewed(&start).await;
    assert_eq!((preview.title.as_str(), preview.url), ("There", start));
}

#[tokio::test]
async fn a_link_to_an_image_shows_it() {
    let site = Site::new().await;
    let server = reaching(&site).await;
    let url = site.answers("/a/%D1%85.jpg", Answer::Body("image/jpeg", images::jpeg(500, 50)));
    let preview = server.previewed(&url).await;
    assert_eq!(preview.title, "х.jpg");
    assert_eq!(preview.image.map(|image| (image.width, image.height)), Some((400, 40)));
}

#[tokio::test]
async fn without_a_grant_or_from_another_site_there_is_none() {
    let site = Site::new().await;
    let server = reaching(&site).await;
    let url = site.page("/page", "<title>A</title>");
    let response = server.preview_as("nonsense", &url).await;
    assert_eq!(refusal(response).await, (403, "bad_grant".into()));
    let request = server
        .http
        .post(format!("{}/api/previews", server.url))
        .header(GRANT_HEADER, server.grant(ROOM))
        .header("content-type", "application/json");
    let body = format!("{{\"url\":\"{url}\"}}");
    let foreign = request.try_clone().unwrap().header("origin", "https://evil.example");
    let response = foreign.body(body.clone()).send().await.unwrap();
    assert_eq!(refusal(response).await, (403, "bad_origin".into()));
    for (body, status) in [
        ("nonsense".to_owned(), 400),
        ("{\"url\":1}".into(), 422),
        (body.replace('}', ",\"x\":1}"), 422),
        (format!("{{\"url\":\"{}\"}}", "a".repeat(20 << 10)), 413),
    ] {
        let response = request.try_clone().unwrap().body(body).send().await.unwrap();
        assert_eq!(refusal(response).await, (status, "bad_request".into()));
    }
    assert!(site.asked().is_empty());
}

#[tokio::test]
async fn a_room_without_space_gets_a_preview_without_a_picture() {
    let site = Site::new().await;
    let server = TestServer::that_reaches(&[site.address], |config| {
        config.quotas.room_bytes_max = 10;
    })
    .await;
    site.answers("/a.jpg", Answer::Body("image/jpeg", images::jpeg(40, 40)));
    let url = site.page("/page", "<title>A</title><meta property=og:image content=/a.jpg>");
    assert!(server.previewed(&url).await.image.is_none());
    let other = server.grant_with(|grant| grant.owner = Id128([3; 16]));
    assert_eq!(server.preview_as(&other, &url).await.status(), 201);
}
