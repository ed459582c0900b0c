//! aux-srv away, and killed: chats go on, and the record of owners is found again.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;
use tests::fleet::Fleet;
use tests::waiting::{DEADLINE, until};
use tokio::time::Instant;

use super::cast::{enter, entered, options, owners, places_rooms, settled};

/// How long aux-srv is away: longer than a backend may go on without a word from it.
const AWAY: Duration = Duration::from_secs(8);
/// Rooms that a killed router must find again.
const ROOMS: usize = 1_000;
/// Visitors that come at once.
const AT_ONCE: usize = 25;

#[tokio::test]
async fn running_chats_go_on_without_the_router_and_new_visitors_are_told_to_wait() {
    let away = std::env::var("AWAY_SEC").ok().and_then(|seconds| seconds.parse().ok());
    let away = away.map_or(AWAY, Duration::from_secs);
    let mut fleet = settled(options(2)).await;
    let (mut ada, _) = entered(&fleet, "tea", "Ada").await;
    let (mut ben, before) = entered(&fleet, "tea", "Ben").await;
    fleet.aux().kill();
    let since = Instant::now();
    let mut said = 0;
    while since.elapsed() < away {
        said += 1;
        let began = Instant::now();
        ada.say(&format!("k{said}"), "still here").await.expect("Ada speaks");
        assert!(began.elapsed() < Duration::from_secs(1), "an answer takes {:?}", began.elapsed());
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    // A page that says so and tries again, and no room.
    let page = fleet.get("/tea").await;
    assert!((502..=504).contains(&page.status), "{}", page.status);
    let retries = !page.header("retry-after").is_empty() || page.text().contains("refresh");
    assert!(retries && page.text().contains("<html"), "{}", page.text());
    assert!(enter(&fleet, "tea", "Eve").await.is_err());

    fleet.start_again("aux-srv").await;
    until("new visitors enter the same room", async || {
        let Ok((_, found)) = enter(&fleet, "tea", &format!("Visitor {}", said)).await else {
            return false;
        };
        assert_eq!(found.epoch, before.epoch);
        assert!(found.seq >= said as u64, "{} after {said} messages", found.seq);
        true
    })
    .await;
    ben.say("last", "and on").await.expect("Ben speaks");
}

#[tokio::test]
async fn a_killed_router_finds_every_room_on_its_owner() {
    // The visitors sit still until the last one is in, which takes a busy machine its time.
    let options = options(3).with("BACKEND__PEERS__IDLE_MS", "600000");
    let mut fleet = settled(options).await;
    let mut visitors = Vec::new();
    let names: Vec<String> = (0..ROOMS).map(|number| format!("room-{number}")).collect();
    for some in names.chunks(AT_ONCE) {
        visitors.extend(join_all(some.iter().map(|room| entered(&fleet, room, "Ada"))).await);
    }
    let before = owners(&fleet).await;
    assert!(names.iter().all(|room| before.get(room).is_some_and(|owners| owners.len() == 1)));

    fleet.aux().kill();
    fleet.start_again("aux-srv").await;
    // The first come while the router does not know the owners yet.
    let mut found: BTreeMap<String, u64> = BTreeMap::new();
    for some in names.chunks(AT_ONCE) {
        found.extend(join_all(some.iter().map(|room| found_at(&fleet, room))).await);
    }
    for (room, epoch) in &found {
        assert_eq!(before[room][0].1, *epoch, "{room} is on another owner");
    }
    places_rooms(&fleet).await;
    let after = owners(&fleet).await;
    for room in &names {
        assert_eq!(before[room], after[room], "{room}");
    }
    for (client, _) in visitors.iter_mut().step_by(100) {
        client.say("k", "still here").await.expect("the room goes on");
    }
}

/// A room with the epoch of the owner on whom a visitor finds it, once one is let in.
async fn found_at(fleet: &Fleet, room: &str) -> (String, u64) {
    let end = Instant::now() + 2 * DEADLINE;
    loop {
        match enter(fleet, room, "Ben").await {
            Ok((_, joined)) => return (room.to_owned(), joined.epoch),
            Err(error) if Instant::now() > end => panic!("{room}: {error}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
        }
    }
}
