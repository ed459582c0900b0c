//! Who is let through the door: sessions, tickets, passes and origins, forged ones refused.

use client::{Client, Error, Options};
use http::header::SEC_WEBSOCKET_PROTOCOL;
use protocol::http::{SESSION_HEADER, TICKET_HEADER};
use protocol::token::{Keyring, Pass, Session, Ticket};
use protocol::{ErrorCode, SUBPROTOCOL};

use crate::server::{TestServer, keys, named};

/// What a visitor with these values gets: the status and the code of the refusal, or nothing.
async fn refused(server: &TestServer, session: &str, ticket: &str) -> Option<(u16, String)> {
    let mut options = Options { session: Some(session.into()), ..Options::default() };
    options.headers = vec![
        (TICKET_HEADER.parse().unwrap(), ticket.parse().unwrap()),
        (SESSION_HEADER.parse().unwrap(), session.parse().unwrap()),
    ];
    match Client::connect(&server.url("tea"), options).await {
        Ok(mut client) => {
            client.join(named("Ada")).await.unwrap();
            None
        }
        Err(client::Error::Handshake { status, problem }) => {
            Some((status, problem.unwrap().code.as_str().into()))
        }
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_ticket_admits_its_session_to_its_room_once() {
    let server = TestServer::start().await;
    let session = Session([7; 16]);
    let token = server.router.ticket("tea", session).sign(&keys());
    assert_eq!(refused(&server, &session.sign(&keys()), &token).await, None);
    let again = refused(&server, &session.sign(&keys()), &token).await;
    assert_eq!(again, Some((403, "bad_ticket".into())));
}

#[tokio::test]
async fn forged_and_foreign_tickets_are_refused() {
    let server = TestServer::start().await;
    let session = Session([7; 16]);
    let own = session.sign(&keys());
    let strangers = Keyring::new(b"a secret that is no fleet's at all", None).unwrap();
    let good = server.router.ticket("tea", session);
    let mut tampered = good.sign(&keys());
    tampered.replace_range(20..21, if &tampered[20..21] == "A" { "B" } else { "A" });
    let cases = [
        ("nothing", String::new()),
        ("forged", good.sign(&strangers)),
        ("tampered", tampered),
        ("another kind of token", own.clone()),
        ("another room", Ticket { room: "coffee".into(), ..good.clone() }.sign(&keys())),
        ("another session", server.router.ticket("tea", Session([8; 16])).sign(&keys())),
    ];
    for (what, token) in cases {
        let answer = refused(&server, &own, &token).await;
        assert_eq!(answer, Some((403, "bad_ticket".into())), "{what}");
    }
    let foreign = session.sign(&strangers);
    let answer =
        refused(&server, &foreign, &server.router.ticket("tea", session).sign(&keys())).await;
    assert_eq!(answer, Some((403, "bad_ticket".into())), "a forged session");
    assert_eq!(server.rooms(), 0);
}

#[tokio::test]
async fn a_page_of_another_site_opens_nothing() {
    let server = TestServer::configured(|config| {
        config.allowed_origins = vec!["https://friend.example".into()];
    })
    .await;
    let from = async |origin: &str| {
        let options = Options { origin: Some(origin.into()), ..Options::default() };
        Client::connect(&server.url("tea"), options).await
    };
    for origin in ["https://evil.example", "null", "https://friend.example.evil.example"] {
        match from(origin).await.unwrap_err() {
            client::Error::Handshake { status, problem } => {
                assert_eq!((status, problem.unwrap().code.as_str()), (403, "bad_origin"));
            }
            other => panic!("{other}"),
        }
    }
    from("https://friend.example").await.unwrap().join(named("Ada")).await.unwrap();
    from(&format!("http://{}", server.address)).await.unwrap().join(named("Bob")).await.unwrap();
}

/// A page of the site, on its way to a backend of another host.
async fn with_pass(
    server: &TestServer,
    pass: &Pass,
    origin: Option<&str>,
) -> Result<Client, Error> {
    let offered = format!("{SUBPROTOCOL}, ticket.{}", pass.seal(&keys(), service::random::bytes()));
    let header = (SEC_WEBSOCKET_PROTOCOL, offered.parse().unwrap());
    let options =
        Options { origin: origin.map(Into::into), headers: vec![header], ..Options::default() };
    Client::connect(&server.url("tea"), options).await
}

#[tokio::test]
async fn a_pass_lets_its_page_in_from_another_host_once() {
    let server = TestServer::start().await;
    let session = Session([7; 16]);
    let origin = "https://chat.example";
    let pass = || Pass {
        ticket: server.router.ticket("tea", session),
        session: session.0,
        origin: Some(origin.into()),
    };
    let own = pass();
    let mut ada = with_pass(&server, &own, Some(origin)).await.unwrap();
    let joined = ada.join(named("Ada")).await.unwrap();
    assert!(joined.you.creator);
    let refused = |refusal: Result<Client, Error>| refusal.unwrap_err().code().unwrap();
    let again = with_pass(&server, &own, Some(origin)).await;
    assert_eq!(refused(again), ErrorCode::BadTicket);
    for other in [None, Some("https://evil.example"), Some("null")] {
        let stolen = with_pass(&server, &pass(), other).await;
        assert_eq!(refused(stolen), ErrorCode::BadOrigin, "{other:?}");
    }
    let others = Pass { session: [8; 16], ..pass() };
    assert_eq!(refused(with_pass(&server, &others, Some(origin)).await), ErrorCode::BadTicket);
    let program = Pass { origin: None, ..pass() };
    let mut bot = with_pass(&server, &program, None).await.unwrap();
    assert_eq!(bot.join(named("Bot")).await.unwrap().you.member, joined.you.member);
}
