//! The list of backends, edited while the fleet runs, well and badly.

use std::time::Duration;

use tests::fleet::Fleet;
use tests::http;
use tests::waiting::{until, within};
use tokio::time::Instant;

use super::cast::{PATIENCE, entered, number, options, owners, rooms, settled};

/// How long after the edit a new backend takes rooms at the latest.
const FIRST_ROOM_MAX: Duration = Duration::from_secs(2);

fn said(fleet: &Fleet) -> String {
    let aux = fleet.processes().find(|process| process.name() == "aux-srv");
    aux.map(|aux| aux.said()).unwrap_or_default()
}

#[tokio::test]
async fn a_broken_edit_is_refused_with_a_clear_line_and_the_list_stays_in_force() {
    let fleet = settled(options(2)).await;
    let good = std::fs::read_to_string(fleet.aux_config()).expect("the file is there");
    let first = fleet.backend_address(1).to_string();
    let broken = [
        (good.replace(&first, "nonsense"), "`nonsense` is not an address"),
        (good.replace(&first, &fleet.backend_address(2).to_string()), "stands in line"),
        (good.replace("backendInstances", "backendInstance"), "did you mean `backendInstances`?"),
        (format!("{good}\n  - [unclosed"), "app-config.yml"),
        (String::new(), "the file is empty"),
    ];
    for (text, why) in broken {
        std::fs::write(fleet.aux_config(), &text).expect("it is written");
        until(&format!("the edit is refused: {why}"), async || {
            let said = said(&fleet);
            said.lines().any(|line| line.contains("the edit is refused") && line.contains(why))
        })
        .await;
        entered(&fleet, &format!("room-{}", number()), "Ada").await;
        entered(&fleet, &format!("room-{}", number()), "Ben").await;
    }
    let metrics = http::get(fleet.aux_listeners()[1], "/metrics", &[]).await.text();
    assert!(metrics.lines().any(|line| line.contains("roster") && line.ends_with(" 1")));
    let owners = owners(&fleet).await;
    let of = |number| owners.values().filter(|owners| owners[0].0 == number).count();
    assert!(of(1) >= 3 && of(2) >= 3, "{owners:?}");

    std::fs::write(fleet.aux_config(), &good).expect("it is written");
    until("the good file is in force again", async || {
        let metrics = http::get(fleet.aux_listeners()[1], "/metrics", &[]).await.text();
        metrics.lines().any(|line| line.contains("roster") && line.ends_with(" 0"))
    })
    .await;
}

#[tokio::test]
async fn an_empty_fourth_backend_takes_rooms_within_two_seconds_of_the_edit() {
    let mut fleet = settled(options(3)).await;
    for number in 0..30 {
        entered(&fleet, &format!("old-{number}"), "Ada").await;
    }
    let fourth = fleet.start_backend().await;
    fleet.list_backends(&[1, 2, 3, fourth]);
    let since = Instant::now();
    let mut kept = Vec::new();
    while since.elapsed() < FIRST_ROOM_MAX {
        kept.push(entered(&fleet, &format!("new-{}", number()), "Ada").await);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // Whoever comes now finds it emptier than the others, if nobody has before.
    kept.push(entered(&fleet, "late", "Ada").await);
    assert!(!rooms(&fleet, fourth).await.expect("it answers").is_empty());
}

#[tokio::test]
async fn a_backend_that_is_taken_out_of_the_list_drains() {
    let fleet = settled(options(2)).await;
    let mut old = Vec::new();
    for number in 0..6 {
        old.push(entered(&fleet, &format!("old-{number}"), "Ada").await);
    }
    fleet.list_backends(&[1]);
    within(PATIENCE, "new rooms go to the first alone", async || {
        let before = rooms(&fleet, 2).await.unwrap_or_default().len();
        for _ in 0..4 {
            entered(&fleet, &format!("new-{}", number()), "Ada").await;
        }
        rooms(&fleet, 2).await.unwrap_or_default().len() == before
    })
    .await;
    for (client, joined) in &mut old {
        let (_, found) = entered(&fleet, &joined.room.name, "Ben").await;
        assert_eq!(found.epoch, joined.epoch);
        client.say("k", "still here").await.expect("an old room goes on");
    }
}
