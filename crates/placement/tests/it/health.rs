//! Whether a backend lives, by counted answers.

use placement::{Phase, PlaceError};

use crate::story::{Story, name};

#[test]
fn an_unheard_backend_takes_no_rooms_and_the_first_answer_makes_it_up() {
    let mut story = Story::new(&["a:1"]);
    assert_eq!(story.router.fleet().phase(&name("a:1")), Phase::Unheard);
    story.wait(100);
    assert_eq!(story.router.fleet().phase(&name("a:1")), Phase::Up);
}

#[test]
fn two_missed_answers_make_it_suspected_and_one_answer_makes_it_up() {
    let mut story = Story::settled(&["a:1", "b:1"]);
    story.silent.push(name("a:1"));
    story.wait(900);
    assert_eq!(story.router.fleet().phase(&name("a:1")), Phase::Up);
    story.wait(800);
    assert_eq!(story.router.fleet().phase(&name("a:1")), Phase::Suspected);
    for n in 0..20 {
        assert_eq!(story.lookup(&format!("room-{n}")).unwrap().owner.backend, name("b:1"));
    }
    story.silent.clear();
    story.wait(600);
    assert_eq!(story.router.fleet().phase(&name("a:1")), Phase::Up);
}

#[test]
fn five_seconds_of_silence_make_it_down_and_never_earlier() {
    let mut story = Story::settled(&["a:1"]);
    story.silent.push(name("a:1"));
    story.wait(4_500);
    assert_ne!(story.router.fleet().phase(&name("a:1")), Phase::Down);
    story.wait(1_400);
    assert_eq!(story.router.fleet().phase(&name("a:1")), Phase::Down);
}

#[test]
fn two_refusals_in_a_row_make_it_down_and_one_does_not() {
    let mut story = Story::settled(&["a:1"]);
    story.router.refused(&name("a:1"));
    story.wait(600);
    story.router.refused(&name("a:1"));
    assert_eq!(story.router.fleet().phase(&name("a:1")), Phase::Up, "an answer was between them");
    story.router.refused(&name("a:1"));
    assert_eq!(story.router.fleet().phase(&name("a:1")), Phase::Down);
}

#[test]
fn a_router_that_slept_does_not_take_it_for_silence_of_others() {
    let mut story = Story::settled(&["a:1"]);
    story.ms += 20_000;
    story.silent.push(name("a:1"));
    story.round();
    story.wait(1_000);
    assert_ne!(story.router.fleet().phase(&name("a:1")), Phase::Down);
}

#[test]
fn another_run_has_lost_all_rooms_at_once() {
    let mut story = Story::settled(&["a:1", "b:1"]);
    let first = story.open("red");
    story.wait(1_000);
    story.start(&first.backend);
    story.wait(1_200);
    assert_eq!(story.router.owners().get(story.router.fleet(), "red"), None);
    let second = story.lookup("red").unwrap();
    assert!(second.owner.epoch > first.epoch);
    assert_eq!(story.router.counts().replaced, 1);
}

#[test]
fn an_owner_that_is_suspected_or_draining_keeps_its_rooms() {
    let mut story = Story::settled(&["a:1", "b:1"]);
    let owner = story.open("red");
    story.router.drain(&owner.backend, true);
    story.wait(1_000);
    assert_eq!(story.lookup("red").unwrap().owner, owner);
    story.silent.push(owner.backend.clone());
    story.wait(3_000);
    assert_eq!(story.lookup("red").unwrap().owner, owner);
}

#[test]
fn a_clock_that_is_far_off_keeps_new_rooms_away() {
    let mut story = Story::settled(&["a:1"]);
    let now = story.now();
    let mut questions = Vec::new();
    while questions.is_empty() {
        story.ms += 100;
        questions = story.router.poll(story.now());
    }
    let (backend, question) = questions.remove(0);
    let mut answer = story.backend(&backend).answer(now, &question).unwrap();
    answer.unix += 21_000;
    let now = story.now();
    assert!(story.router.answered(now, &backend, &answer));
    assert_eq!(story.lookup("red"), Err(PlaceError::NoBackend));
}

#[test]
fn a_removed_line_drains_and_leaves_when_empty_and_one_that_reports_is_adopted() {
    let mut story = Story::settled(&["a:1", "b:1"]);
    let owner = story.open("red");
    story.wait(1_000);
    let other = if owner.backend == name("a:1") { name("b:1") } else { name("a:1") };
    let now = story.now();
    story.router.configure(now, std::slice::from_ref(&other));
    assert_eq!(story.router.fleet().phase(&owner.backend), Phase::Draining);
    assert_eq!(story.lookup("red").unwrap().owner, owner);
    let backend = story.backend(&owner.backend);
    backend.holdings.freeze(&"red".into(), None).unwrap();
    assert!(backend.holdings.released(now, &"red".into(), owner.epoch));
    story.router.release(now, &owner.backend, "red", owner.epoch);
    story.wait(1_500);
    assert_eq!(story.router.is_listed(&owner.backend), None, "empty, and gone");
    let now = story.now();
    assert!(story.router.reported(now, &owner.backend));
    story.wait(600);
    assert_eq!(story.router.fleet().phase(&owner.backend), Phase::Down, "empty again, so it left");
}
