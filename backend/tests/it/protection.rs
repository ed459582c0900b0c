//! Passwords of rooms: who gets in, who does not, and how often one may try.

use client::{Client, Options};
use protocol::ErrorCode;
use protocol::frame::{Join, Resume};

use crate::hearing::closed;
use crate::server::{TestServer, named};

fn with_password(name: &str, password: &str) -> Join {
    Join { password: Some(password.into()), ..named(name) }
}

fn code(result: Result<impl Sized, client::Error>) -> Option<ErrorCode> {
    result.err().and_then(|error| error.code())
}

#[tokio::test]
async fn a_protected_room_lets_in_who_knows_the_password_and_then_by_session() {
    let server = TestServer::start().await;
    let mut ada = server.visit("tea").await;
    let joined = ada.join(with_password("Ada", " secret ")).await.unwrap();
    assert!(joined.room.protected && joined.you.creator);
    for password in [None, Some(""), Some("secret"), Some("Secret"), Some(" secret  ")] {
        let mut bob = server.visit("tea").await;
        let join = Join { password: password.map(Into::into), ..named("Bob") };
        assert_eq!(code(bob.join(join).await), Some(ErrorCode::WrongPassword), "{password:?}");
        assert_eq!(closed(&mut bob).await, (1008, "wrong_password".into()));
    }
    let mut bob = server.visit("tea").await;
    let joined = bob.join(with_password("Bob", " secret ")).await.unwrap();
    assert!(joined.room.protected && !joined.you.creator);
    bob.abort();
    // A member is not asked again, and neither is the creator.
    assert!(bob.reconnect().await.unwrap().resumed);
    let options = Options { session: ada.session().map(Into::into), ..Options::default() };
    let mut again = Client::connect(&server.url("tea"), options).await.unwrap();
    assert!(again.join(Join::default()).await.unwrap().you.creator);
    assert!(server.summary("tea").unwrap().protected);
}

#[tokio::test]
async fn a_password_for_an_open_room_is_ignored() {
    let server = TestServer::start().await;
    server.member("tea", "Ada").await;
    let mut bob = server.visit("tea").await;
    let joined = bob.join(with_password("Bob", "whatever")).await.unwrap();
    assert!(!joined.room.protected);
}

#[tokio::test]
async fn a_password_has_200_characters_at_most_and_all_of_them_count() {
    let server = TestServer::start().await;
    let longest = "ü".repeat(200);
    let mut ada = server.visit("tea").await;
    let error = ada.join(with_password("Ada", &format!("{longest}x"))).await;
    assert_eq!(code(error), Some(ErrorCode::TooLong));
    assert_eq!(server.rooms(), 0);
    let mut ada = server.visit("tea").await;
    ada.join(with_password("Ada", &longest)).await.unwrap();
    let mut almost = longest.clone();
    almost.pop();
    almost.push('u');
    let mut bob = server.visit("tea").await;
    assert_eq!(code(bob.join(with_password("Bob", &almost)).await), Some(ErrorCode::WrongPassword));
}

#[tokio::test]
async fn an_address_tries_five_wrong_passwords_a_minute_for_a_room() {
    let (server, hand) = TestServer::at_a_standstill().await;
    let mut ada = server.visit_from(2, "tea").await;
    ada.join(with_password("Ada", "secret")).await.unwrap();
    for n in 0..5 {
        let mut eve = server.visit_from(3, "tea").await;
        let error = eve.join(with_password("Eve", &format!("guess {n}"))).await;
        assert_eq!(code(error), Some(ErrorCode::WrongPassword));
    }
    // Not even the right one gets in now, or guessing would go on.
    let mut eve = server.visit_from(3, "tea").await;
    let error = eve.join(with_password("Eve", "secret")).await;
    assert_eq!(code(error), Some(ErrorCode::RateLimited));
    let mut bob = server.visit_from(4, "tea").await;
    bob.join(with_password("Bob", "secret")).await.unwrap();
    assert_eq!(server.metric("rate_limited_total{kind=\"passwords\"}"), 1.0);
    hand.advance(12_000);
    let mut eve = server.visit_from(3, "tea").await;
    eve.join(with_password("Eve", "secret")).await.unwrap();
}

#[tokio::test]
async fn an_address_tries_twenty_wrong_passwords_a_minute_over_all_rooms() {
    let (server, _hand) = TestServer::at_a_standstill().await;
    for room in 0..5 {
        let mut ada = server.visit_from(2, &format!("room-{room}")).await;
        ada.join(with_password("Ada", "secret")).await.unwrap();
    }
    let mut wrong = 0;
    let mut limited = 0;
    for n in 0..25 {
        let mut eve = server.visit_from(3, &format!("room-{}", n % 5)).await;
        match code(eve.join(with_password("Eve", "guess")).await) {
            Some(ErrorCode::WrongPassword) => wrong += 1,
            Some(ErrorCode::RateLimited) => limited += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((wrong, limited), (20, 5));
}

#[tokio::test]
async fn a_restored_room_is_as_protected_as_it_was() {
    let server = TestServer::start().await;
    let mut ada = server.visit("tea").await;
    ada.join(with_password("Ada", "secret")).await.unwrap();
    let mut bob = server.visit("tea").await;
    let joined = bob.join(with_password("Bob", "secret")).await.unwrap();
    let resume = Some(Resume {
        incarnation: joined.incarnation,
        epoch: joined.epoch,
        seq: joined.seq,
        keep: Some(joined.keep),
    });
    let other = TestServer::start().await;
    let options = Options { session: bob.session().map(Into::into), ..Options::default() };
    let visit = async || Client::connect(&other.url("tea"), options.clone()).await.unwrap();
    for password in [None, Some("guess".to_owned())] {
        let join = Join { password, resume: resume.clone(), ..Join::default() };
        let error = visit().await.join(join).await;
        assert_eq!(code(error), Some(ErrorCode::WrongPassword));
        other.until("nobody's room is kept", |server| server.rooms() == 0).await;
    }
    let join = Join { password: Some("secret".into()), resume: resume.clone(), ..Join::default() };
    let restored = visit().await.join(join).await.unwrap();
    assert!(restored.room.protected && !restored.you.creator);
    let mut stranger = other.visit("tea").await;
    assert_eq!(code(stranger.join(named("Eve")).await), Some(ErrorCode::WrongPassword));
    let options = Options { session: ada.session().map(Into::into), ..Options::default() };
    let mut creator = Client::connect(&other.url("tea"), options).await.unwrap();
    assert!(creator.join(Join::default()).await.unwrap().you.creator);
}

#[tokio::test]
async fn a_refused_first_join_leaves_no_room_behind() {
    let server = TestServer::start().await;
    let mut ada = server.visit("tea").await;
    let error = ada.join(Join { password: Some("secret".into()), ..named("a\u{0}b") }).await;
    assert_eq!(code(error), Some(ErrorCode::BadMemberName));
    server.until("the room is gone", |server| server.rooms() == 0).await;
    let mut bob = server.visit("tea").await;
    assert!(bob.join(named("Bob")).await.unwrap().you.creator);
}

/// A room's name from a literal.

#[tokio::test]
async fn all_who_make_a_room_at_once_with_its_password_get_in() {
    const FRIENDS: u8 = 10;
    let server = TestServer::start().await;
    let mut friends = Vec::new();
    for host in 0..FRIENDS {
        friends.push(server.visit_from(host + 2, "tea").await);
    }
    let anybody = || Join { password: Some("secret".into()), ..Join::default() };
    let joins = friends.iter_mut().map(|friend| friend.join(anybody()));
    let joined = futures_util::future::join_all(joins).await;
    let refused: Vec<_> = joined.into_iter().filter_map(Result::err).collect();
    assert!(refused.is_empty(), "{refused:?}");
    assert_eq!(server.rooms(), 1);
}

#[tokio::test]
async fn whoever_loses_the_race_for_a_name_still_knows_its_password() {
    let server = TestServer::start().await;
    let mut visitors = Vec::new();
    for host in 0..20 {
        visitors.push(server.visit_from(10 + host, "tea").await);
    }
    let joins = visitors.iter_mut().enumerate().map(|(n, visitor)| {
        let password = if n % 2 == 0 { "secret" } else { "guess" };
        visitor.join(with_password(&format!("Visitor {n}"), password))
    });
    let joined = futures_util::future::join_all(joins).await;
    let (even, odd): (Vec<_>, Vec<_>) = joined.iter().enumerate().partition(|(n, _)| n % 2 == 0);
    let are_in = |side: &[(usize, &Result<_, _>)]| side.iter().filter(|(_, it)| it.is_ok()).count();
    // Whose password the room has is decided by the race, and by nothing else.
    assert_eq!((are_in(&even) + are_in(&odd), are_in(&even) % 10), (10, 0));
}
