//! What a router may place that has just started.

use placement::{GRACE_MS, PlaceError};

use crate::story::{Story, name};

#[test]
fn for_its_first_seconds_it_places_nothing_that_it_does_not_know() {
    let mut story = Story::new(&["a:1"]);
    story.wait(GRACE_MS - 100);
    assert_eq!(story.lookup("red"), Err(PlaceError::NotSettled));
    story.wait(200);
    assert!(story.lookup("red").is_ok());
}

#[test]
fn it_finds_every_room_on_the_same_owner() {
    let mut story = Story::settled(&["a:1", "b:1", "c:1"]);
    let rooms: Vec<_> = (0..1_000).map(|n| format!("room-{n}")).collect();
    let owners: Vec<_> = rooms.iter().map(|room| story.open(room)).collect();
    story.wait(1_000);
    let mark = story.router.epochs().highest() + 60_000;
    story.restart_router(mark);
    story.wait(600);
    for (room, owner) in rooms.iter().zip(owners) {
        assert_eq!(story.lookup(room).unwrap().owner, owner, "known before it is settled");
    }
    assert_eq!(story.router.counts().conflicts, 0);
}

#[test]
fn a_backend_that_was_not_heard_keeps_unknown_rooms_from_being_placed_until_it_is_down() {
    let mut story = Story::settled(&["a:1", "b:1"]);
    let first = story.open("red");
    story.silent.push(first.backend.clone());
    story.restart_router(story.router.epochs().highest() + 60_000);
    story.wait(4_500);
    assert_eq!(story.lookup("red"), Err(PlaceError::NotSettled));
    assert_eq!(story.acknowledging("red"), [], "its fence has long ended");
    story.wait(1_500);
    let second = story.open("red");
    assert!(second.backend != first.backend && second.epoch > first.epoch);
    story.wait(1_000);
    assert_eq!(story.acknowledging("red"), std::slice::from_ref(&second.backend));

    story.silent.clear();
    for _ in 0..30 {
        story.wait(100);
        assert_eq!(story.acknowledging("red"), std::slice::from_ref(&second.backend));
    }
    assert_eq!(story.backend(&first.backend).dropped, ["red".into()]);
    assert_eq!(story.lookup("red").unwrap().owner, second);
}

#[test]
fn a_room_of_a_dead_owner_is_placed_anew_while_another_is_still_unheard() {
    let mut story = Story::new(&["a:1", "b:1", "c:1"]);
    story.silent.push(name("c:1"));
    story.wait(6_000);
    let first = story.open("red");
    story.wait(600);
    story.restart_router(story.router.epochs().highest() + 60_000);
    story.wait(600);
    story.refusing.push(first.backend.clone());
    story.wait(1_200);
    let second = story.lookup("red").unwrap();
    assert_ne!(second.owner.backend, first.backend);
}

#[test]
fn a_ticket_of_the_router_before_creates_nothing() {
    let mut story = Story::settled(&["a:1"]);
    let old = story.lookup("red").unwrap();
    story.restart_router(story.router.epochs().highest() + 60_000);
    story.wait(200);
    let now = story.now();
    let backend = story.backend(&old.owner.backend);
    let entrance = backend.holdings.admit(now, &backend.term, &old.admission(&"red".into()));
    assert_eq!(entrance, placement::Entrance::Refuse);
}

#[test]
fn an_older_run_of_the_router_is_refused_by_backends_and_stops() {
    let mut story = Story::settled(&["a:1"]);
    let mark = story.router.epochs().highest() + 60_000;
    let mut others = Story::settled(&["a:1"]);
    story.restart_router(mark);
    story.wait(600);
    std::mem::swap(&mut story.router, &mut others.router);
    let questions = {
        story.ms += 500;
        story.router.poll(story.now())
    };
    let now = story.now();
    assert!(story.backend(&name("a:1")).answer(now, &questions[0].1).is_none());
    let own = story.router.id();
    story.router.supersede(own);
    assert!(story.lookup("green").is_ok(), "the question was of the run before");
    story.router.supersede(others.router.id());
    assert_eq!(story.lookup("blue"), Err(PlaceError::Superseded));
    story.ms += 500;
    assert!(story.router.poll(story.now()).is_empty());
}
