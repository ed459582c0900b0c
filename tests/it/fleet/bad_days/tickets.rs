//! Tickets that a backend did not get from its router: refused, while a client that comes by the
//! gateway always has a new one.

use client::{Client, Options};
use protocol::ErrorCode;
use protocol::frame::Join;
use protocol::http::TICKET_HEADER;
use protocol::token::{Keyring, Session, Ticket};
use protocol::wire::Id128;
use service::{Clock, random};
use tests::fleet::Fleet;
use tests::http;

use super::cast::{back, entered, options, owners, settled, until_closed};

/// Whom a ticket of this test names.
const VISITOR: Session = Session([7; 16]);

/// A ticket as the router gave it to nginx for a visitor of this room.
async fn given(fleet: &Fleet, keys: &Keyring, room: &str) -> Ticket {
    let target = format!("/api/rooms/{room}/ws");
    let session = format!("Bearer {}", VISITOR.sign(keys));
    let headers = [("instantchat-uri", target.as_str()), ("authorization", session.as_str())];
    let answer = http::get(fleet.aux_listeners()[0], "/edge/room", &headers).await;
    let token = answer.header("instantchat-ticket");
    let now = Clock::system().unix();
    Ticket::verify(keys, token, now).unwrap_or_else(|error| panic!("`{token}`: {error}"))
}

/// What a backend says to a visitor with this ticket who comes past the gateway.
async fn code(fleet: &Fleet, keys: &Keyring, room: &str, token: &str) -> Option<ErrorCode> {
    let header = (
        TICKET_HEADER.parse().expect("a name of a header"),
        token.parse().expect("a token is a header's value"),
    );
    let options =
        Options { session: Some(VISITOR.sign(keys)), headers: vec![header], ..Options::default() };
    let url = format!("ws://{}/api/rooms/{room}/ws", fleet.backend_listeners(1)[0]);
    let joined = match Client::connect(&url, options).await {
        Ok(mut client) => {
            client.join(Join { name: Some("Eve".into()), ..Join::default() }).await.map(|_| ())
        }
        Err(error) => Err(error),
    };
    joined.err().map(|error| error.code().unwrap_or_else(|| panic!("{error}")))
}

#[tokio::test]
async fn a_stale_forged_expired_or_foreign_ticket_opens_nothing() {
    let fleet = settled(options(1)).await;
    let keys = Keyring::new(fleet.secret().as_bytes(), None).expect("a secret");
    let strangers = Keyring::new(b"the secret of quite another fleet", None).expect("a secret");
    let good = given(&fleet, &keys, "tea").await;
    let like = || Ticket { nonce: Id128(random::bytes()), ..good.clone() };
    let forged = [
        ("nothing", String::new()),
        ("nonsense", "a.b.c".into()),
        ("of another fleet", like().sign(&strangers)),
        ("expired", Ticket { expires: good.expires - 3_600_000, ..like() }.sign(&keys)),
        ("another room", Ticket { room: "coffee".into(), ..like() }.sign(&keys)),
        ("another run", Ticket { run: good.run ^ 1, ..like() }.sign(&keys)),
        ("another router", Ticket { router: good.router - 1, ..like() }.sign(&keys)),
        ("another visitor", Ticket { session: Session([8; 16]).hash(&keys), ..like() }.sign(&keys)),
    ];
    for (what, token) in forged {
        let code = code(&fleet, &keys, "tea", &token).await;
        let refused = matches!(code, Some(ErrorCode::BadTicket | ErrorCode::Moved));
        assert!(refused, "{what}: {code:?}");
    }
    assert!(!owners(&fleet).await.contains_key("tea"));
    let token = good.sign(&keys);
    assert_eq!(code(&fleet, &keys, "tea", &token).await, None, "the good one");
    assert_eq!(code(&fleet, &keys, "tea", &token).await, Some(ErrorCode::BadTicket), "twice");
}

#[tokio::test]
async fn a_ticket_of_a_process_that_is_gone_is_replaced_without_a_word() {
    let mut fleet = settled(options(1)).await;
    let keys = Keyring::new(fleet.secret().as_bytes(), None).expect("a secret");
    let (mut ada, _) = entered(&fleet, "tea", "Ada").await;
    let stale = given(&fleet, &keys, "tea").await.sign(&keys);
    fleet.backend(1).kill();
    fleet.start_again("backend-1").await;
    let refused = code(&fleet, &keys, "tea", &stale).await;
    assert!(matches!(refused, Some(ErrorCode::BadTicket | ErrorCode::Moved)), "{refused:?}");
    until_closed(&mut ada).await;
    back(&fleet, &mut ada).await;
    ada.say("k", "here").await.expect("the room works");
}
