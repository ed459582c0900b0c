//! Two owners of one room: who wins, and who is told when.

use placement::{Changes, Held, Phase, PlaceError};

use crate::story::{Story, name};

/// A room on one backend, while the other slept through being its owner before.
fn two_holders() -> (Story, placement::Owner, placement::Owner) {
    let mut story = Story::settled(&["a:1", "b:1"]);
    let first = story.open("red");
    story.wait(1_000);
    story.silent.push(first.backend.clone());
    story.wait(6_500);
    let second = story.open("red");
    (story, first, second)
}

#[test]
fn the_higher_epoch_keeps_the_room_and_the_other_drops_it_before_it_is_confirmed() {
    let (mut story, first, second) = two_holders();
    story.wait(1_000);
    story.silent.clear();
    for _ in 0..20 {
        story.wait(100);
        assert_eq!(story.acknowledging("red"), std::slice::from_ref(&second.backend));
    }
    assert_eq!(story.backend(&first.backend).dropped, ["red".into()]);
    assert_eq!(story.router.counts().conflicts, 1);
    let now = story.now();
    assert!(story.backend(&first.backend).term.may_acknowledge(now), "for its other rooms");
}

#[test]
fn a_room_of_a_sleeper_that_nobody_asked_for_is_kept() {
    let mut story = Story::settled(&["a:1", "b:1"]);
    let owner = story.open("red");
    story.wait(1_000);
    story.silent.push(owner.backend.clone());
    story.wait(10_000);
    assert_eq!(story.router.fleet().phase(&owner.backend), Phase::Down);
    assert_eq!(story.acknowledging("red"), []);
    story.silent.clear();
    story.wait(1_500);
    assert_eq!(story.lookup("red").unwrap().owner, owner);
    assert_eq!(story.acknowledging("red"), [owner.backend]);
}

#[test]
fn a_sleeper_does_not_bring_back_a_room_that_ended_meanwhile() {
    let (mut story, first, second) = two_holders();
    story.wait(600);
    let now = story.now();
    let owner = story.backend(&second.backend);
    owner.holdings.freeze(&"red".into(), None).unwrap();
    story.router.release(now, &second.backend, "red", second.epoch);
    let owner = story.backend(&second.backend);
    assert!(owner.holdings.released(now, &"red".into(), second.epoch));
    story.wait(1_000);
    story.silent.clear();
    story.wait(1_500);
    assert_eq!(story.backend(&first.backend).dropped, ["red".into()]);
    assert!(story.lookup("red").unwrap().owner.epoch > second.epoch);
}

#[test]
fn an_epoch_from_the_far_future_stops_all_placement() {
    let mut story = Story::settled(&["a:1"]);
    story.ms += 500;
    let now = story.now();
    let (backend, question) = story.router.poll(now).remove(0);
    let mut answer = story.backend(&backend).answer(now, &question).unwrap();
    answer.epoch_max = now.unix + 2 * 60 * 60 * 1_000;
    assert!(story.router.answered(now, &backend, &answer));
    assert!(matches!(story.lookup("red"), Err(PlaceError::Epoch(_))));
}

#[test]
fn a_list_that_does_not_add_up_is_asked_for_as_a_whole() {
    let mut story = Story::settled(&["a:1"]);
    let owner = story.open("red");
    story.wait(600);
    story.ms += 500;
    let now = story.now();
    let (backend, question) = story.router.poll(now).remove(0);
    let mut answer = story.backend(&backend).answer(now, &question).unwrap();
    answer.rooms.digest ^= 1;
    assert!(!story.router.answered(now, &backend, &answer));
    assert_eq!(story.lookup("blue"), Err(PlaceError::NoBackend), "not before its list is known");
    story.wait(600);
    assert_eq!(story.lookup("red").unwrap().owner, owner);
    assert!(story.lookup("blue").is_ok());
}

#[test]
fn answers_of_another_router_of_the_past_and_of_the_future_change_nothing() {
    let mut story = Story::settled(&["a:1"]);
    story.ms += 500;
    let now = story.now();
    let (backend, question) = story.router.poll(now).remove(0);
    let answer = story.backend(&backend).answer(now, &question).unwrap();
    let mut foreign = answer.clone();
    foreign.router.0 += 1;
    let mut future = answer.clone();
    future.number += 7;
    let mut skips = answer.clone();
    let held = Held { epoch: 9, import: false };
    let change = placement::Change { room: "red".into(), was: None, is: Some(held) };
    skips.rooms = Changes { from: Some(77), to: 78, digest: 0, changes: vec![change] };
    for wrong in [foreign, future, skips] {
        assert!(!story.router.answered(now, &backend, &wrong));
    }
    assert!(story.router.answered(now, &backend, &answer));
    assert!(!story.router.answered(now, &backend, &answer), "once");
    assert!(!story.router.answered(now, &name("unknown:1"), &answer));
    assert!(story.router.owners().is_empty());
}
