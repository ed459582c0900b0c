//! What the edge and browsers are told: upstreams, tickets, sessions, refusals, direct mode.

use futures_util::StreamExt;
use protocol::http::{RoomInfo, TicketAnswer};
use protocol::token::{Pass, Session};
use reqwest::header::{COOKIE, HeaderMap, HeaderValue, ORIGIN, SET_COOKIE};
use service::Clock;
use service::rate::Rate;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::backends::{Played, keys};
use crate::site::{Setup, Site};

#[tokio::test(flavor = "multi_thread")]
async fn the_edge_is_told_the_door_a_ticket_and_a_new_session() {
    let backend = Played::start().await;
    let site = Site::settled(&[&backend]).await;
    let told = site.edge_with("/api/rooms/%20RED%20/ws?x=/y", HeaderMap::new()).await;
    assert_eq!(told.upstream(), "127.0.0.1:4321");
    assert_eq!(told.ticket().room, "red");
    let session = Session::verify(&keys(), told.header("instantchat-session").unwrap()).unwrap();
    assert!(session.matches(&keys(), told.ticket().session));
    let cookie = told.header(SET_COOKIE.as_str()).unwrap().split(';').next().unwrap().to_owned();
    let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::try_from(cookie).unwrap())]);
    let again = site.edge_with("/api/rooms/red/ws", headers).await;
    assert_eq!(again.header("instantchat-session"), None);
    assert_eq!(again.header(SET_COOKIE.as_str()), None);
    assert_eq!(again.ticket().session, told.ticket().session);
    assert_ne!(again.ticket().nonce, told.ticket().nonce);
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_of_no_rooms_socket_are_refused_by_a_code_and_take_no_place() {
    let backend = Played::start().await;
    let site = Site::settled(&[&backend]).await;
    for (uri, code) in [
        ("/api/rooms/ab/ws", "bad_name"),
        ("/api/rooms/metrics/ws", "reserved_name"),
        ("/api/rooms/%ff%fe%fd/ws", "bad_name"),
        ("/api/rooms//ws", "bad_name"),
        ("/api/rooms/../ws", "bad_name"),
        ("/api/rooms/../../etc/ws", "not_found"),
        ("/api//rooms/red/ws", "not_found"),
        ("/api/rooms", "not_found"),
        ("/api/rooms/red", "not_found"),
        ("/api/rooms/red/messages", "not_found"),
        ("/api/rooms/red/ws/", "not_found"),
        ("http://evil.example/api/rooms/red/ws", "not_found"),
        ("", "not_found"),
    ] {
        let told = site.edge_with(uri, HeaderMap::new()).await;
        assert_eq!((told.refused(), told.upstream()), (Some(code), ""), "{uri}");
        assert_eq!(told.header("instantchat-ticket"), None, "{uri}");
    }
    assert_eq!(site.aux.fleet_view().rooms_known, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_browser_reads_why() {
    let site = Setup::of(&[&Played::start().await]).start().await;
    for (told, code) in [
        ("bad_name", "bad_name"),
        ("rate_limited", "rate_limited"),
        ("nonsense", "unavailable"),
        ("", "unavailable"),
    ] {
        let url = format!("{}/api/rooms/red/ws", site.base.replace("http", "ws"));
        let mut request = url.into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("instantchat-refused", told.parse().unwrap());
        let offered = "instantchat.v1, ticket.abc".parse().unwrap();
        headers.insert("sec-websocket-protocol", offered);
        let (mut socket, answer) = tokio_tungstenite::connect_async(request).await.unwrap();
        assert_eq!(answer.headers()["sec-websocket-protocol"], "instantchat.v1");
        let Some(Ok(Message::Text(frame))) = socket.next().await else { panic!("no frame") };
        let frame: serde_json::Value = serde_json::from_str(&frame).unwrap();
        assert_eq!((&frame["type"], &frame["code"]), (&"error".into(), &code.into()));
        assert_eq!(frame["retryAfterMs"].is_u64(), code != "bad_name");
        let Some(Ok(Message::Close(Some(close)))) = socket.next().await else { panic!("no close") };
        assert_eq!((u16::from(close.code), close.reason.as_str()), (1008, code));
    }
    let plain = site.get("/api/rooms/red/ws").await;
    assert_eq!(
        (plain.status().as_u16(), &plain.headers()["retry-after"]),
        (503, &"2".parse().unwrap())
    );
    for (path, status) in [("/api/rooms/ab/ws", 400), ("/api/rooms/red/messages", 404)] {
        assert_eq!(site.get(path).await.status(), status, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_up_and_pages_are_served_all_the_same() {
    let gone = Played::start().await.kill().await;
    let mut setup = Setup::of(&[]);
    setup.names.push(gone.to_string());
    setup.places = Rate { burst: 1, refill_ms: 3_600_000 };
    let site = setup.start().await;
    assert!(site.aux.ready().is_err());
    // A place that could not be given is not counted.
    for _ in 0..2 {
        assert_eq!(site.edge("red").await.refused(), Some("unavailable"));
    }
    assert_eq!(site.get("/red").await.status(), 200);
    assert_eq!(site.get("/api/site").await.status(), 503);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_direct_mode_each_connection_gets_a_pass_for_the_owners_own_host() {
    let backend = Played::start().await;
    backend.be_reached_at("B1.direct.test");
    let mut setup = Setup::of(&[&backend]);
    setup.direct_domain = "direct.test:8443".into();
    let site = setup.start().await;
    site.settle().await;
    let page = site.get("/red").await;
    let policy = page.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("connect-src 'self' wss://*.direct.test:8443;"), "{policy}");
    assert!(page.text().await.unwrap().contains(r#"<meta name="instantchat-direct" content="1">"#));
    let info: RoomInfo = site.info("red").await;
    assert!(info.direct);

    let session = Session([7; 16]);
    let cookie = format!("session={}", session.sign(&keys()));
    let host = site.base.strip_prefix("http://").unwrap().to_owned();
    let ask = |origin: String| {
        site.post("/api/rooms/RED/ticket").header(COOKIE, &cookie).header(ORIGIN, origin).send()
    };
    assert_eq!(ask("https://evil.example".into()).await.unwrap().status(), 403);
    let origin = format!("https://{host}");
    let answer = ask(origin.clone()).await.unwrap();
    assert_eq!(answer.headers().get(SET_COOKIE), None, "the session is known");
    let answer: TicketAnswer = answer.json().await.unwrap();
    assert_eq!(answer.url, "wss://b1.direct.test:8443/api/rooms/red/ws");
    let pass = Pass::open(&keys(), &answer.ticket.unwrap(), Clock::system().unix()).unwrap();
    assert_eq!((pass.session, pass.origin), (session.0, Some(origin)));
    assert_eq!((pass.ticket.room.as_str(), pass.ticket.run), ("red", backend.run().0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_not_of_the_domain_is_never_told() {
    let backend = Played::start().await;
    backend.be_reached_at("b1.evil.example");
    let mut setup = Setup::of(&[&backend]);
    setup.direct_domain = "direct.test".into();
    let site = setup.start().await;
    site.settle().await;
    let answer = site.post("/api/rooms/red/ticket").send().await.unwrap();
    assert!(answer.headers().contains_key(SET_COOKIE), "a visitor without a session gets one");
    let answer: TicketAnswer = answer.json().await.unwrap();
    assert_eq!(answer.ticket, None);
    assert!(answer.url.starts_with("ws://127.0.0.1"), "by the gateway: {}", answer.url);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_direct_mode_a_ticket_is_the_gateways_address() {
    let backend = Played::start().await;
    let site = Site::settled(&[&backend]).await;
    let answer: TicketAnswer =
        site.post("/api/rooms/red/ticket").send().await.unwrap().json().await.unwrap();
    assert_eq!(answer.ticket, None);
    assert_eq!(answer.url, format!("{}/api/rooms/red/ws", site.base.replace("http", "ws")));
    assert!(!site.info("red").await.direct);
}
