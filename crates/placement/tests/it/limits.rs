//! Every limit, crossed.

use std::sync::Arc;

use placement::{
    Admission, BACKENDS_MAX, Entrance, Epochs, Fleet, Now, Owners, Phase, PlaceError, RouterId,
    RunId, Verdict,
};

use crate::story::{Backend, Story, load, name};

const NOW: Now = Now { mono: 0, unix: 0 };

fn admit(backend: &mut Backend, room: &str, epoch: u64) -> Entrance {
    let ticket = Admission { router: RouterId(0), run: RunId(1), room: room.into(), epoch };
    backend.holdings.admit(NOW, &backend.term, &ticket)
}

#[test]
fn a_full_record_refuses_new_rooms_and_knows_the_old_ones() {
    let mut fleet = Fleet::new();
    fleet.report(name("a:1"), Phase::Up, load(0), 0);
    let (mut owners, mut epochs) = (Owners::limited(2), Epochs::in_memory());
    let rooms: [Arc<str>; 3] = ["red", "green", "blue"].map(Into::into);
    let mut place = |room| owners.place(&mut fleet, &mut epochs, room, 1);
    assert!(place(&rooms[0]).is_ok() && place(&rooms[1]).is_ok());
    assert_eq!(place(&rooms[2]), Err(PlaceError::TooManyRooms));
    assert!(place(&rooms[0]).is_ok());
}

#[test]
fn places_that_nobody_takes_keep_nobody_out_for_long() {
    let mut story = Story::settled(&["a:1", "b:1"]);
    let kept = story.open("red");
    let refused = (0..).find_map(|n| Some((n, story.lookup(&format!("nobody-{n}")).err()?)));
    assert_eq!(refused, Some((1_999, PlaceError::NoBackend)));
    story.wait(60_000);
    assert_eq!(story.lookup("green"), Err(PlaceError::NoBackend), "they are expected still");
    let unused_before = story.now().unix;
    assert_eq!(story.router.sweep(0, unused_before), 1_999);
    story.wait(600);
    assert_eq!(story.lookup("red").unwrap().owner, kept);
    assert!(story.lookup("green").is_ok());
}

#[test]
fn while_a_backend_is_away_a_place_is_kept_that_nobody_took() {
    let mut story = Story::settled(&["a:1", "b:1"]);
    story.lookup("red").unwrap();
    story.silent.push(name("b:1"));
    story.wait(6_500);
    let now = story.now().unix;
    assert_eq!(story.router.sweep(0, now), 0);
    story.silent.clear();
    story.wait(1_500);
    let now = story.now().unix;
    assert_eq!(story.router.sweep(0, now), 1);
}

#[test]
fn a_router_that_missed_too_many_changes_gets_the_whole_list() {
    let mut backend = Backend::new(1, NOW);
    for n in 0..4_097 {
        assert_eq!(admit(&mut backend, &format!("room-{n}"), 1), Entrance::Create);
    }
    let whole = backend.holdings.since(Some(0));
    assert_eq!((whole.from, whole.changes.len()), (None, 4_097));
    let newest = backend.holdings.since(Some(1));
    assert_eq!((newest.from, newest.changes.len()), (Some(1), 4_096));
    assert_eq!(backend.holdings.since(Some(9_999)).from, None, "a generation of another life");
}

#[test]
fn of_rooms_that_were_let_go_the_oldest_are_forgotten_first() {
    let mut backend = Backend::new(1, NOW);
    for n in 0..100_001 {
        let drop = Verdict::Drop { room: format!("room-{n}").into(), epoch: 5 };
        backend.holdings.carry_out(NOW, &drop);
    }
    backend.holdings.expire(NOW, &backend.term);
    assert_eq!(admit(&mut backend, "room-0", 5), Entrance::Create);
    assert_eq!(admit(&mut backend, "room-100000", 5), Entrance::Refuse);
}

#[test]
fn a_backend_with_more_verdicts_than_a_question_holds_is_confirmed_after_the_last() {
    let mut story = Story::settled(&["a:1", "b:1"]);
    let rooms: Vec<_> = (0..2_500).map(|n| format!("room-{n}")).collect();
    let story_load = load(0);
    for name in [name("a:1"), name("b:1")] {
        story.backend(&name).load = placement::Load { rooms_max: 100_000, ..story_load };
    }
    story.wait(600);
    let owners: Vec<_> = rooms.iter().map(|room| story.open(room)).collect();
    story.wait(600);
    let sleeper = owners[0].backend.clone();
    story.silent.push(sleeper.clone());
    story.wait(6_500);
    let its: Vec<_> =
        rooms.iter().zip(&owners).filter(|(_, owner)| owner.backend == sleeper).collect();
    assert!(its.len() > 1_000);
    for (room, _) in &its {
        story.open(room);
    }
    story.silent.clear();
    for _ in 0..30 {
        story.wait(100);
        let now = story.now();
        let backend = story.backend(&sleeper);
        assert!(backend.holdings.is_empty() || !backend.term.may_acknowledge(now));
    }
    let now = story.now();
    assert!(story.backend(&sleeper).term.may_acknowledge(now));
    assert_eq!(story.backend(&sleeper).dropped.len(), its.len());
}

#[test]
fn a_fleet_that_is_full_adopts_nobody() {
    let names: Vec<_> = (0..BACKENDS_MAX).map(|n| format!("b{n}:1")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let mut story = Story::new(&names);
    let now = story.now();
    assert!(!story.router.reported(now, &name("one-more:1")));
    assert!(story.router.reported(now, &name("b7:1")), "it is known");
}
