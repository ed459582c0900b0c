//! Every known mistake is found: the checks can fail.

use placement::OnRouterLoss;
use sim::{Mutant, Node, Operation, Plan, Weather, run};

/// Seeds after which a mistake must have shown.
const SEEDS_MAX: u64 = 80;

/// The guarantee that a mistake breaks first.
fn caught(mutant: Mutant, weather: Weather) -> &'static str {
    let outcomes = (0..SEEDS_MAX).map(|seed| run(&Plan::new(seed, weather), Some(mutant)));
    let mut found = outcomes.filter_map(|outcome| Some(outcome.violations.first()?.guarantee));
    found.next().expect("a mistake that no check has found")
}

#[test]
fn an_owner_without_a_fence_is_caught() {
    assert_eq!(caught(Mutant::OwnerWithoutFence, Weather::Storm), "G1");
}

#[test]
fn an_owner_that_believes_questions_is_caught() {
    assert_eq!(caught(Mutant::FenceByBeingAsked, Weather::Storm), "G1");
}

#[test]
fn an_owner_that_takes_silence_for_loss_is_caught() {
    assert_eq!(caught(Mutant::SilenceCountsAsLoss, Weather::Storm), "G1");
}

#[test]
fn an_import_that_is_active_before_the_commit_is_caught() {
    assert_eq!(caught(Mutant::ImportActiveBeforeCommit, Weather::Drains), "G1");
}

#[test]
fn an_owner_that_goes_on_while_its_room_moves_is_caught() {
    caught(Mutant::NoFreeze, Weather::Drains);
}

#[test]
fn a_room_that_is_forgotten_before_the_commit_is_caught() {
    caught(Mutant::ForgetBeforeCommit, Weather::Drains);
}

#[test]
fn a_move_that_forgets_keys_is_caught() {
    assert_eq!(caught(Mutant::MoveForgetsKeys, Weather::Rough), "G4");
}

#[test]
fn a_fan_out_that_skips_somebody_is_caught() {
    assert_eq!(caught(Mutant::FanOutSkipsOne, Weather::Drains), "G2");
}

#[test]
fn a_room_that_comes_back_without_its_password_is_caught() {
    assert_eq!(caught(Mutant::KeepForgetsPassword, Weather::Storm), "G8");
}

#[test]
fn a_gap_that_nobody_is_told_of_is_caught() {
    assert_eq!(caught(Mutant::SilentGap, Weather::Storm), "G5");
}

/// A router that starts with a clock that went back, and hears of no epoch: only its disk tells it
/// what was given.
#[test]
fn a_router_that_forgets_epochs_is_caught() {
    let [first, second, third] = [0, 1, 2].map(Node::Backend);
    let plan = |seed| {
        Plan::quiet(seed, OnRouterLoss::Stop)
            .with(12_000, Operation::Crash(first, true))
            .with(21_000, Operation::Crash(Node::Router, false))
            .with(21_000, Operation::SetClock(Node::Router, -15_000))
            .with(21_000, Operation::Crash(second, true))
            .with(21_000, Operation::Crash(third, true))
            .with(21_100, Operation::Start(Node::Router))
            .with(21_100, Operation::Start(first))
    };
    for seed in 0..4 {
        assert_eq!(run(&plan(seed), None).violations, []);
    }
    let forgets = Some(Mutant::RouterForgetsEpochs);
    assert!((0..4).any(|seed| !run(&plan(seed), forgets).violations.is_empty()));
}
