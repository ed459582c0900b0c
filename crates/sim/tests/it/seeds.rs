//! Random plans: whatever happens, the guarantees hold.
//!
//! `SIM_SEEDS` says how many seeds of each weather (nightly: thousands). A seed that fails prints its
//! plan; `SIM_SEED=<seed>` runs that one alone, in the same order of events.

use placement::OnRouterLoss;
use sim::{Outcome, Plan, Weather, run};

/// Seeds of each weather in an ordinary run.
const SEEDS: u64 = 50;

fn seeds() -> Vec<u64> {
    let number = |name| std::env::var(name).ok().map(|text| text.parse().expect("a number"));
    match number("SIM_SEED") {
        Some(seed) => vec![seed],
        None => (0..number("SIM_SEEDS").unwrap_or(SEEDS)).collect(),
    }
}

/// Runs every seed, and returns what all of them showed together.
fn run_all(weather: Weather) -> Outcome {
    let mut total = Outcome::default();
    for seed in seeds() {
        let plan = Plan::new(seed, weather);
        let outcome = run(&plan, None);
        assert!(
            outcome.violations.is_empty(),
            "replay with SIM_SEED={seed}\n{plan}{:#?}",
            outcome.violations
        );
        total.acks += outcome.acks;
        total.losses += outcome.losses;
        total.moves += outcome.moves;
        total.overlaps += outcome.overlaps;
    }
    total
}

#[test]
fn planned_moves_lose_nothing() {
    let total = run_all(Weather::Drains);
    assert!(total.acks > 0 && total.moves > 0, "{total:?}");
}

#[test]
fn loss_and_short_pauses_lose_nothing() {
    let total = run_all(Weather::Rough);
    assert!(total.acks > 0, "{total:?}");
}

#[test]
fn crashes_partitions_and_wrong_clocks_leave_one_owner() {
    let total = run_all(Weather::Storm);
    assert!(total.acks > 0 && total.losses > 0, "{total:?}");
}

/// What answers with resets looks like a dead process: for as long as the fence, and with `continue`
/// for as long as it lasts, the old owner goes on beside the new one. It is counted, and nothing else
/// breaks.
#[test]
fn resets_make_two_owners_and_nothing_worse() {
    let (mut stopped, mut went_on) = (0, 0);
    for seed in seeds() {
        let plan = Plan::new(seed, Weather::Resets);
        let outcome = run(&plan, None);
        let worse: Vec<_> = outcome.violations.iter().filter(|v| v.guarantee != "G1").collect();
        assert!(worse.is_empty(), "replay with SIM_SEED={seed}\n{plan}{worse:#?}");
        assert_eq!(outcome.violations.len() as u64, outcome.overlaps);
        match plan.on_router_loss {
            OnRouterLoss::Stop => stopped += outcome.overlaps,
            OnRouterLoss::Continue => went_on += outcome.overlaps,
        }
    }
    if seeds().len() as u64 >= SEEDS {
        assert!(went_on > stopped && stopped > 0, "{went_on} with continue, {stopped} with stop");
    }
}

#[test]
fn a_plan_is_the_same_every_time_and_prints_one_operation_a_line() {
    let plan = Plan::new(7, Weather::Storm);
    assert_eq!(plan, Plan::new(7, Weather::Storm));
    assert_eq!(run(&plan, None), run(&plan, None));
    assert_eq!(plan.to_string().lines().count(), plan.operations.len() + 2);
}
