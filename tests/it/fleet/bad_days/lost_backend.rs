//! A backend that dies, and one that is another process a moment later.

use std::time::Duration;

use client::Client;
use protocol::ErrorCode;
use protocol::frame::{GapReason, Join};
use tests::fleet::Fleet;
use tests::waiting::within;
use tokio::time::Instant;

use super::cast::{
    PATIENCE, back, back_with, entered, options, owner, owners, settled, until_closed,
};

/// How long the rooms of a killed backend may be away.
const AWAY_MAX: Duration = Duration::from_secs(3);
const PASSWORD: &str = "a password of the room";

fn protected(name: &str, password: Option<&str>) -> Join {
    let password = password.map(str::to_owned);
    Join { name: Some(name.into()), password, ..Join::default() }
}

async fn refusal(fleet: &Fleet, from: [u8; 4], join: Join) -> Option<ErrorCode> {
    fleet.member(from, "vault", join).await.err().and_then(|error| error.code())
}

#[tokio::test]
async fn rooms_of_a_killed_backend_are_usable_elsewhere_at_once_and_still_protected() {
    let mut fleet = settled(options(3)).await;
    let from = [127, 1, 0, 1];
    let (mut ada, first) =
        fleet.member(from, "vault", protected("Ada", Some(PASSWORD))).await.expect("Ada enters");
    assert!(first.room.protected);
    ada.say("k1", "a secret").await.expect("Ada speaks");
    let join = protected("Ben", Some(PASSWORD));
    let (mut ben, _) = fleet.member([127, 1, 0, 2], "vault", join).await.expect("Ben enters");

    let killed = owner(&fleet, "vault").await;
    fleet.backend(killed).kill();
    let since = Instant::now();
    until_closed(&mut ada).await;
    let again = back_with(&fleet, "vault", &mut ada, PASSWORD).await;
    let away = since.elapsed();
    assert!(away <= AWAY_MAX, "away for {away:?}");

    // It is the room, without its past, and everybody is told.
    assert!(again.room.protected && again.you.creator, "{again:?}");
    assert!(!again.resumed && again.history.is_empty() && again.epoch > first.epoch);
    assert_eq!(again.gap.map(|gap| gap.reason), Some(GapReason::Restarted));
    ada.say("k2", "again").await.expect("Ada speaks again");
    let wrong = refusal(&fleet, [127, 1, 0, 3], protected("Eve", Some("a guess"))).await;
    assert_eq!(wrong, Some(ErrorCode::WrongPassword));
    let none = refusal(&fleet, [127, 1, 0, 4], protected("Eve", None)).await;
    assert_eq!(none, Some(ErrorCode::WrongPassword));
    until_closed(&mut ben).await;
    let again = back_with(&fleet, "vault", &mut ben, PASSWORD).await;
    assert!(again.room.protected && !again.resumed && !again.you.creator);
    assert_ne!(owner(&fleet, "vault").await, killed);
}

#[tokio::test]
async fn whoever_comes_back_first_finds_the_room_still_protected() {
    let mut fleet = settled(options(2)).await;
    let join = protected("Ada", Some(PASSWORD));
    let _ada = fleet.member([127, 1, 0, 1], "vault", join).await.expect("Ada enters");
    let join = protected("Ben", Some(PASSWORD));
    let (mut ben, _) = fleet.member([127, 1, 0, 2], "vault", join).await.expect("Ben enters");
    let killed = owner(&fleet, "vault").await;
    fleet.backend(killed).kill();
    until_closed(&mut ben).await;
    let again = back_with(&fleet, "vault", &mut ben, PASSWORD).await;
    assert!(again.room.protected && !again.you.creator, "{again:?}");
    let none = refusal(&fleet, [127, 1, 0, 4], protected("Eve", None)).await;
    assert_eq!(none, Some(ErrorCode::WrongPassword));
}

#[tokio::test]
async fn a_backend_that_is_another_process_within_a_second_has_lost_its_rooms() {
    let mut fleet = settled(options(1)).await;
    let mut visitors: Vec<(Client, u64)> = Vec::new();
    for number in 0..5 {
        let (client, joined) = entered(&fleet, &format!("room-{number}"), "Ada").await;
        visitors.push((client, joined.epoch));
    }
    let since = Instant::now();
    fleet.backend(1).kill();
    fleet.backend(1).spawn();
    for (client, before) in &mut visitors {
        until_closed(client).await;
        let joined = back(&fleet, client).await;
        assert!(!joined.resumed && joined.epoch > *before, "{} after {before}", joined.epoch);
        client.say("k", "again").await.expect("the room works");
    }
    let away = since.elapsed();
    assert!(away < PATIENCE / 3, "away for {away:?}");
}

#[tokio::test]
async fn a_backend_that_comes_back_after_its_rooms_went_elsewhere_has_none_of_them() {
    let mut fleet = settled(options(2)).await;
    let (mut ada, _) = entered(&fleet, "tea", "Ada").await;
    let killed = owner(&fleet, "tea").await;
    fleet.backend(killed).kill();
    until_closed(&mut ada).await;
    let elsewhere = back(&fleet, &mut ada).await;
    fleet.start_again(&format!("backend-{killed}")).await;
    let (mut ben, found) = entered(&fleet, "tea", "Ben").await;
    assert_eq!(found.epoch, elsewhere.epoch);
    ben.say("k", "hello").await.expect("Ben speaks");
    within(PATIENCE, "one owner of each room", async || {
        owners(&fleet).await.values().all(|owners| owners.len() == 1)
    })
    .await;
}
