//! `Host`, `X-Forwarded-For`, `X-Backend` and path tricks: nothing that a client writes
//! chooses a server, or says what only the edge may say.

use std::net::SocketAddr;

use tempfile::TempDir;
use tests::fleet::{Edge, HOST};
use tests::http::{Answer, exchange, get};

use super::recorder::{Recorder, Request};

/// nginx before an aux-srv that names the one backend and the one file server.
struct Place {
    aux: Recorder,
    backend: Recorder,
    files: Recorder,
    /// Nobody ever names this one.
    evil: Recorder,
    edge: Edge,
    _folder: TempDir,
}

impl Place {
    async fn start() -> Self {
        let backend = Recorder::start(Vec::new()).await;
        let files = Recorder::start(Vec::new()).await;
        let evil = Recorder::start_on([127, 0, 0, 66], Vec::new()).await;
        let room = vec![
            ("instantchat-upstream", backend.address.to_string()),
            ("instantchat-ticket", "the-ticket".into()),
            ("instantchat-session", "the-session".into()),
            ("set-cookie", "__Host-session=new; Path=/".into()),
        ];
        let upload = vec![("instantchat-upstream", files.address.to_string())];
        let aux = Recorder::start(vec![("/edge/room", room), ("/edge/files", upload)]).await;
        let folder = tempfile::tempdir().expect("a folder");
        let edge = Edge::before(folder.path(), aux.address, &[files.address], &[]).await;
        Self { aux, backend, files, evil, edge, _folder: folder }
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        get(self.edge.plain(), path, headers).await
    }

    /// Sends a request line and headers as they are; the request ends with them.
    async fn raw(&self, head: &str) -> Answer {
        exchange(self.edge.plain(), format!("{head}\r\nConnection: close\r\n\r\n").as_bytes()).await
    }

    /// What every server behind nginx got since the last time, nginx's own questions aside.
    fn handed_on(&self) -> Vec<Request> {
        assert!(self.evil.take().is_empty(), "a server that nobody named was asked");
        let mut all = self.aux.take();
        all.extend(self.backend.take());
        all.extend(self.files.take());
        all.retain(|request| !request.target.starts_with("/edge/"));
        all
    }
}

#[tokio::test]
async fn what_only_the_edge_may_say_is_dropped_and_overwritten() {
    let place = Place::start().await;
    let evil = place.evil.address.to_string();
    let said = [
        ("X-Forwarded-For", "6.6.6.6"),
        ("x-forwarded-for", "7.7.7.7"),
        ("X-Real-IP", "6.6.6.6"),
        ("Forwarded", "for=6.6.6.6"),
        ("X-Forwarded-Proto", "gopher"),
        ("X-Forwarded-Host", "evil.test"),
        ("X-Forwarded-Port", "6"),
        ("X-Original-URL", "/edge/room"),
        ("X-Rewrite-URL", "/edge/room"),
        ("X-Backend", evil.as_str()),
        ("backendHost", evil.as_str()),
        ("instantchat-upstream", evil.as_str()),
        ("Instantchat-Ticket", "forged-ticket"),
        ("INSTANTCHAT-SESSION", "forged-session"),
        ("instantchat_ticket", "forged-ticket"),
        ("instantchat-refused", "bad_name"),
        ("instantchat-uri", "/api/rooms/forged/ws"),
        ("instantchat-fleet", "forged"),
        ("instantchat-fleet-answer", "forged"),
        ("Proxy", evil.as_str()),
        ("Instantchat-Grant", "a-grant"),
    ];
    for path in [
        "/",
        "/a-room",
        "/api/site",
        "/api/rooms/a-room",
        "/api/rooms/a-room/ticket",
        "/api/rooms/a-room/ws",
        "/api/files",
        "/api/previews",
        "/files/01abc",
        "/assets/nothing.js",
    ] {
        let answer = place.get(path, &said).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        let handed_on = place.handed_on();
        assert_eq!(handed_on.len(), 1, "{path}: {handed_on:?}");
        let request = &handed_on[0];
        assert_eq!(request.target, path);
        let room = path.ends_with("/ws");
        let https = place.edge.https().port();
        for (name, expected) in [
            ("host", vec![format!("127.0.0.1:{https}")]),
            ("x-forwarded-for", vec!["127.0.0.1".into()]),
            ("x-real-ip", vec!["127.0.0.1".into()]),
            ("x-forwarded-proto", vec!["https".into()]),
            ("instantchat-ticket", if room { vec!["the-ticket".into()] } else { vec![] }),
            ("instantchat-session", if room { vec!["the-session".into()] } else { vec![] }),
            ("instantchat-grant", vec!["a-grant".into()]),
        ] {
            assert_eq!(request.all(name), expected, "{path}: {name}");
        }
        for name in [
            "forwarded",
            "x-forwarded-host",
            "x-forwarded-port",
            "x-original-url",
            "x-rewrite-url",
            "x-backend",
            "instantchat_ticket",
            "instantchat-upstream",
            "instantchat-refused",
            "instantchat-uri",
            "instantchat-fleet",
            "instantchat-fleet-answer",
            "proxy",
        ] {
            assert!(request.all(name).is_empty(), "{path}: {name} was handed on");
        }
        let cookie = answer.header("set-cookie");
        assert_eq!(cookie, if room { "__Host-session=new; Path=/" } else { "" }, "{path}");
    }
}

#[tokio::test]
async fn the_question_carries_what_the_client_asked_and_nothing_more() {
    let place = Place::start().await;
    let path = "/api/rooms/%D1%87%D0%B0%D0%B9/ws?x=%2e%2e/y";
    let said = [
        ("Cookie", "__Host-session=mine"),
        ("Origin", "https://chat.test"),
        ("Authorization", "Bearer mine"),
        ("instantchat-uri", "/api/rooms/other/ws"),
        ("X-Forwarded-For", "6.6.6.6"),
        ("X-Other", "y"),
    ];
    place.get(path, &said).await;
    let asked = place.aux.take();
    let question = asked.iter().find(|one| one.target == "/edge/room").expect("it was asked");
    assert_eq!(question.all("instantchat-uri"), [path], "as it was written");
    assert_eq!(question.all("cookie"), ["__Host-session=mine"]);
    assert_eq!(question.all("origin"), ["https://chat.test"]);
    assert_eq!(question.all("authorization"), ["Bearer mine"]);
    assert_eq!(question.all("x-forwarded-for"), ["127.0.0.1"]);
    assert!(question.all("x-other").is_empty());
    let handed_on = place.backend.take();
    assert_eq!(handed_on.iter().map(|one| one.target.as_str()).collect::<Vec<_>>(), [path]);
}

#[tokio::test]
async fn no_path_chooses_a_server() {
    let place = Place::start().await;
    let evil = place.evil.address;
    let named = |template: &str| template.replace("EVIL", &evil.to_string());
    for path in [
        "/ctrl?backendHost=EVIL",
        "/ws_entry?backendHost=EVIL",
        "/api/rooms/a-room/ws?backendHost=EVIL&upstream=EVIL&room_upstream=EVIL",
        "/api/rooms/a-room/ws@EVIL/",
        "/api/rooms/a-room/@EVIL",
        "/api/rooms/a-room//EVIL/",
        "/api/rooms/http:%2f%2fEVIL/ws",
        "/api/rooms/http://EVIL/ws",
        "//EVIL/",
        "//EVIL/api/rooms/a-room/ws",
        "/\\EVIL/",
        "/files/01@EVIL",
        "/files/01%40EVIL",
        "/files/99abc",
        "/files/EVIL",
        "/api/files?kind=file&upstream=EVIL",
        "/@EVIL",
        "/..//EVIL",
        "/assets/..%2f..%2fEVIL",
    ] {
        let path = named(path);
        let answer = place.get(&path, &[("X-Backend", &evil.to_string())]).await;
        assert!(answer.status < 500, "{path}: {} {}", answer.status, answer.text());
        // Asserts that nobody but the named ones was asked.
        place.handed_on();
    }
    for head in [
        named("GET http://EVIL/ HTTP/1.1\r\nHost: chat.test"),
        named("GET http://EVIL/api/rooms/a-room/ws HTTP/1.1\r\nHost: chat.test"),
        named("GET https://chat.test@EVIL/ HTTP/1.1\r\nHost: chat.test"),
        named("CONNECT EVIL HTTP/1.1\r\nHost: EVIL"),
        named("GET EVIL/ HTTP/1.1\r\nHost: chat.test"),
        named("GET / HTTP/1.1\r\nHost: chat.test\r\nHost: EVIL"),
        named("GET / HTTP/1.1\r\nHost: chat.test, EVIL"),
        named("GET / HTTP/1.0"),
    ] {
        let answer = place.raw(&head).await;
        assert!((400..500).contains(&answer.status), "{head}: {}", answer.status);
        assert!(place.handed_on().is_empty(), "{head}: it was handed on");
    }
    // An address in full is as good as a path, when it is ours; the other host does not count.
    let head = named(&format!("GET https://{HOST}/a-room HTTP/1.1\r\nHost: EVIL"));
    assert_eq!(place.raw(&head).await.status, 200);
    let handed_on = place.handed_on();
    let https = place.edge.https().port();
    assert_eq!(handed_on[0].all("host"), [format!("{HOST}:{https}")]);
}

#[tokio::test]
async fn the_edges_own_paths_are_nobody_elses() {
    let place = Place::start().await;
    for path in [
        "/edge/room",
        "/edge/files",
        "/edge/",
        "/edge/anything",
        "/edge/room?x",
        "/edge/problem/503",
        "/edge/unavailable",
        "//edge//room",
        "/./edge/room",
        "/x/../edge/room",
        "/x/%2e%2e/edge/room",
        "/%65dge/room",
        "/edge%2froom",
        "/edge%2Froom",
        "/api/rooms/x/..%2f..%2f..%2fedge/room",
        "/api/rooms/../../edge/room",
        "/api/../edge/files",
        "/assets/../edge/room",
        "/files/../edge/room",
        "/edge/room#x",
    ] {
        let answer = place.get(path, &[]).await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.header("content-type"), "application/problem+json", "{path}");
        assert_eq!(answer.json()["code"], "not_found", "{path}");
        assert!(place.handed_on().is_empty() && place.aux.take().is_empty(), "{path}");
    }
    for head in [
        format!("GET https://{HOST}/edge/room HTTP/1.1\r\nHost: {HOST}"),
        format!("POST /edge/room HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 0"),
    ] {
        assert_eq!(place.raw(&head).await.status, 404, "{head}");
        assert!(place.aux.take().is_empty(), "{head}");
    }
    // A room may be called so.
    for path in ["/edge", "/api/rooms/edge", "/api/rooms/edge/ws"] {
        assert_eq!(place.get(path, &[]).await.status, 200, "{path}");
        assert_eq!(place.handed_on().len(), 1, "{path}");
    }
}

#[tokio::test]
async fn malformed_requests_are_refused_in_words_for_programs() {
    let place = Place::start().await;
    for path in ["/%", "/%zz", "/api/rooms/%00/ws", "/%00"] {
        let answer = place.get(path, &[]).await;
        assert_eq!((answer.status, answer.json()["code"].as_str()), (400, Some("bad_request")));
        assert!(place.handed_on().is_empty(), "{path}");
    }
    for raw in
        ["GET\r\n\r\n", "\u{1}\u{2}\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "G T / HTTP/1.1\r\n\r\n"]
    {
        let answer = exchange(place.edge.plain(), raw.as_bytes()).await;
        assert!((400..506).contains(&answer.status), "{raw:?}: {}", answer.status);
    }
    let smuggled = format!(
        "POST /api/rooms/a-room/ticket HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: 5\r\n\
         Transfer-Encoding: chunked"
    );
    let answer = place.raw(&smuggled).await;
    assert_eq!(answer.status, 400, "a length and chunks at once");
    assert!(place.handed_on().is_empty());
}

#[tokio::test]
async fn an_answer_that_names_no_address_leads_nowhere() {
    for strange in ["evil.test:80", "127.0.0.1", "unix:/tmp/x", "127.0.0.1:1/x", "aux", "@", "a b"]
    {
        let room = vec![("instantchat-upstream", strange.to_owned())];
        let answers = vec![("/edge/room", room.clone()), ("/edge/files", room)];
        let aux = Recorder::start(answers).await;
        let folder = tempfile::tempdir().expect("a folder");
        let nobody = SocketAddr::from(([127, 0, 0, 1], 1));
        let edge = Edge::before(folder.path(), aux.address, &[nobody], &[]).await;
        for path in ["/api/rooms/a-room/ws", "/api/files", "/api/previews"] {
            let answer = get(edge.plain(), path, &[]).await;
            assert_eq!(answer.status, 503, "{strange}: {path}");
            assert_eq!(answer.json()["code"], "unavailable", "{strange}: {path}");
        }
        let asked = aux.take();
        assert!(asked.iter().all(|one| one.target.starts_with("/edge/")), "{strange}: {asked:?}");
    }
}
