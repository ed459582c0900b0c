//! G10 of a whole fleet: no name of a room, no text, no previewed address and nothing of a
//! browser reaches a log or the disk, errors included.

use protocol::frame::Join;
use tests::fleet::{Edge, Fleet, HOST, Options};
use tests::http::{exchange, get};
use tests::marker::{contains, files_with};
use tests::waiting::{DEADLINE, within};
use tokio::net::TcpStream;

const HERE: [u8; 4] = [127, 0, 0, 1];
/// What all markers have in common.
const MARK: &str = "wq7x";
const ROOM: &str = "marker-room-wq7x";
const NAME: &str = "Marker Name Wq7x";
const TEXT: &str = "marker text wq7x that nobody else may read";
const PASSWORD: &str = "marker-password-wq7x";

#[tokio::test]
async fn a_chat_through_errors_leaves_no_trace() {
    let mut fleet = Fleet::start(Options { backends: 2, ..Options::default() }).await;
    let join =
        || Join { name: Some(NAME.into()), password: Some(PASSWORD.into()), ..Join::default() };
    let (mut ada, _) = fleet.member(HERE, ROOM, join()).await.expect("Ada joins");
    let seq = ada.say("k1", TEXT).await.expect("it is posted");
    ada.edit(seq, &format!("{TEXT} again")).await.expect("it is edited");
    ada.describe(TEXT).await.expect("it is described");
    ada.send_text(format!("{{\"type\":\"{TEXT}\"")).await.expect("it is sent");
    ada.say("k2", &format!("{TEXT}\u{1}")).await.expect_err("a control character");
    let wrong = Join { password: Some(format!("{PASSWORD}!")), ..Join::default() };
    fleet.member(HERE, ROOM, wrong).await.expect_err("a wrong password");
    let grant = ada.grant().await.expect("a grant");
    ask_for_everything(&fleet, &grant).await;

    // Every process in its worst moment, while everything is asked for.
    fleet.files(1).kill();
    fleet.files(2).kill();
    ask_for_everything(&fleet, &grant).await;
    fleet.backend(1).kill();
    fleet.backend(2).kill();
    ask_for_everything(&fleet, &grant).await;
    fleet.aux().kill();
    ask_for_everything(&fleet, &grant).await;
    for name in ["aux-srv", "backend-1", "backend-2", "file-srv-1", "file-srv-2"] {
        fleet.named(name).expect("it is one of ours").spawn();
    }
    fleet.start_again_all().await;
    within(3 * DEADLINE, "the room is usable again", async || {
        fleet.member(HERE, ROOM, join()).await.is_ok()
    })
    .await;
    ask_for_everything(&fleet, &grant).await;
    let mut metrics = String::new();
    for name in ["aux-srv", "backend-1", "backend-2", "file-srv-1", "file-srv-2"] {
        let admin = fleet.admin(name).expect("it has one");
        metrics.push_str(&get(admin, "/metrics", &[]).await.text());
    }
    assert!(!contains(metrics.as_bytes(), MARK), "in the metrics");
    for name in ["nginx", "aux-srv", "backend-1", "backend-2", "file-srv-1", "file-srv-2"] {
        let process = fleet.named(name).expect("it is one of ours");
        process.signal("TERM");
        process.ended().await;
    }

    let access = std::fs::read_to_string(fleet.folder().join("nginx/access.log"));
    let access = access.expect("there is a log of requests");
    for route in [" socket ", " lookup ", " page ", " upload ", " preview ", " file ", " ticket "] {
        assert!(access.contains(route), "no line for {route}: the test proves nothing:\n{access}");
    }
    assert!(!access.contains("127.0.0.99"), "it has addresses of visitors");
    let found = files_with(fleet.folder(), MARK);
    assert!(found.is_empty(), "{found:?}");
}

/// Requests of every kind with markers wherever a client can put one.
async fn ask_for_everything(fleet: &Fleet, grant: &str) {
    let referrer = format!("https://chat.test/{ROOM}");
    let said = [
        ("Referer", referrer.as_str()),
        ("User-Agent", "Marker/1.0 (wq7x)"),
        ("Cookie", "theme=wq7x"),
        ("Instantchat-Grant", grant),
    ];
    for path in [
        format!("/{ROOM}"),
        format!("/{ROOM}%"),
        format!("/{ROOM}%00"),
        format!("/{ROOM}/{ROOM}?{ROOM}"),
        format!("/api/rooms/{ROOM}"),
        format!("/api/rooms/{ROOM}%zz"),
        format!("/api/rooms/{ROOM}/ws"),
        format!("/api/rooms/{ROOM}/ws/{ROOM}"),
        format!("/api/rooms/{ROOM}/ticket"),
        format!("/api/{ROOM}"),
        format!("/files/01{MARK}"),
        format!("/files/{MARK}"),
        format!("/assets/{MARK}.js"),
        format!("/edge/{MARK}"),
        format!("/.well-known/{MARK}"),
        format!("/{}", MARK.repeat(9_000)),
    ] {
        get(fleet.plain(), &path, &said).await;
        get(fleet.http(), &path, &said).await;
    }
    let body = format!("{{\"url\":\"http://{MARK}.invalid/{ROOM}?{MARK}\"}}");
    post(fleet, "/api/previews", "application/json", grant, &body).await;
    post(fleet, "/api/previews", "application/json", grant, &format!("{{\"url\":\"{MARK}")).await;
    let file = format!(
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{MARK}.txt\"\r\n\r\n\
         {TEXT}\r\n--b--\r\n"
    );
    let multipart = "multipart/form-data; boundary=b";
    post(fleet, "/api/files?kind=file", multipart, MARK, &file).await;
    post(fleet, "/api/files?kind=drawing", multipart, grant, &file).await;
    post(fleet, &format!("/api/rooms/{ROOM}/ticket"), "application/json", grant, &body).await;
    for raw in [
        format!("WQ7X /{ROOM} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n"),
        format!("GET /{ROOM} {MARK}\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: {MARK}.test\r\nConnection: close\r\n\r\n"),
        format!(
            "GET / HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n{}: {MARK}\r\n\r\n",
            MARK.repeat(9_000)
        ),
    ] {
        exchange(fleet.plain(), raw.as_bytes()).await;
    }
    // Somebody who hangs up in the middle, and a visitor with an address to be found.
    drop(fleet.member([127, 0, 0, 99], ROOM, Join::default()).await);
    drop(TcpStream::connect(fleet.https()).await);
}

async fn post(fleet: &Fleet, path: &str, kind: &str, grant: &str, body: &str) {
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\nContent-Type: {kind}\r\n\
         Instantchat-Grant: {grant}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    exchange(fleet.plain(), request.as_bytes()).await;
}

/// Requests under way at once: more than nginx has connections for.
const HELD_MAX: usize = 96;

/// Out of connections nginx complains at the level `alert`, and adds the request to the line.
#[tokio::test]
async fn an_nginx_that_is_out_of_connections_does_not_tell_whose_request_it_was() {
    // It never answers, so that each request holds two of nginx's connections.
    let aux = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let aux = aux.local_addr().map(|address| (address, aux)).expect("an address");
    let folder = tempfile::tempdir().expect("a folder");
    let few = [("WORKER_CONNECTIONS".to_owned(), "24".to_owned())];
    let mut edge = Edge::before(folder.path(), aux.0, &[aux.0], &few).await;
    let mut held = Vec::new();
    let address = edge.plain();
    within(DEADLINE, "it complains", async || {
        for _ in held.len()..HELD_MAX.min(held.len() + 8) {
            held.push(tokio::spawn(async move {
                let mut stream = TcpStream::connect(address).await.expect("the tunnel accepts");
                let head = format!("GET /api/rooms/{ROOM}/ws HTTP/1.1\r\nHost: {HOST}\r\n\r\n");
                let written = tokio::io::AsyncWriteExt::write_all(&mut stream, head.as_bytes());
                // Some of them are hung up on, which is the point.
                let _ = written.await;
                std::future::pending::<()>().await;
            }));
        }
        edge.nginx().said().contains("while connecting to upstream")
            || edge.nginx().said().contains("worker_connections are not enough")
    })
    .await;
    let said = edge.nginx().said();
    assert!(!contains(said.as_bytes(), MARK) && !said.contains("client:"), "{said}");
    let found = files_with(folder.path(), MARK);
    assert!(found.is_empty(), "{found:?}");
}
