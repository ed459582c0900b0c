//! Many new rooms at once spread over backends that carry more or less.

use futures_util::future::join_all;

use super::cast::{enter, entered, options, rooms, settled};

/// New rooms at once.
const BURST: usize = 200;
/// Rooms that each backend may have.
const ROOMS_MAX: usize = 400;
/// By how much of the largest the loads may differ afterwards.
const APART_MAX: f64 = 0.25;

#[tokio::test]
async fn a_burst_of_new_rooms_evens_out_backends_of_unequal_load() {
    let options = options(3).with("BACKEND__ROOMS__MAX", &ROOMS_MAX.to_string());
    let fleet = settled(options).await;
    // One has many rooms, one some, one almost none: only one is in the list at a time.
    let mut kept = Vec::new();
    for (number, more) in [(1, 40), (2, 20)] {
        fleet.list_backends(&[number]);
        tests::waiting::until("nobody else is given rooms", async || {
            let before = counts(&fleet).await;
            for _ in 0..2 * fleet.backends() {
                kept.push(entered(&fleet, &format!("old-{}", super::cast::number()), "Ada").await);
            }
            let after = counts(&fleet).await;
            before.iter().zip(&after).filter(|(before, after)| before != after).count() == 1
                && before[number - 1] != after[number - 1]
        })
        .await;
        while counts(&fleet).await[number - 1] < counts(&fleet).await[number] + more {
            kept.push(entered(&fleet, &format!("old-{}", super::cast::number()), "Ada").await);
        }
    }
    fleet.list_backends(&[1, 2, 3]);
    let before = counts(&fleet).await;
    assert!(before[0] > before[1] && before[1] > before[2], "{before:?}");
    let everywhere = async || counts(&fleet).await[2] > before[2];
    tests::waiting::until("all are in the list", async || {
        kept.push(entered(&fleet, &format!("more-{}", super::cast::number()), "Ada").await);
        everywhere().await
    })
    .await;

    let names: Vec<String> = (0..BURST).map(|number| format!("burst-{number}")).collect();
    let burst = join_all(names.iter().map(|room| enter(&fleet, room, "Ada"))).await;
    let entered = burst.iter().filter(|entered| entered.is_ok()).count();
    assert_eq!(entered, BURST, "{:?}", burst.iter().find_map(|entered| entered.as_ref().err()));
    let after = counts(&fleet).await;
    let (most, least) = (after.iter().max().copied(), after.iter().min().copied());
    let (most, least) = (most.unwrap_or_default() as f64, least.unwrap_or_default() as f64);
    assert!((most - least) / most <= APART_MAX, "{before:?} became {after:?}");
}

async fn counts(fleet: &tests::fleet::Fleet) -> Vec<usize> {
    let mut counts = Vec::new();
    for number in 1..=fleet.backends() {
        counts.push(rooms(fleet, number).await.expect("it answers").len());
    }
    counts
}
