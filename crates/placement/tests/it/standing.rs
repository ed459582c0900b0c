//! What an operator and the daemon learn of a router's members.

use placement::{Epochs, Now, PlaceError, Router};
use placement::{Member, Phase};

use crate::story::{START_UNIX_MS, Story, name};

fn member<'s>(story: &'s Story, wanted: &str) -> Option<Member<'s>> {
    story.router.members().find(|member| member.name.as_str() == wanted)
}

#[test]
fn a_process_that_is_its_own_fleet_needs_no_grace() {
    let mut story = Story::new(&["a:1"]);
    let now = Now { mono: 0, unix: START_UNIX_MS };
    story.router = Router::of_one_process(Epochs::after(0), now, &name("a:1"));
    assert_eq!(story.lookup("red"), Err(PlaceError::NotSettled));
    story.round();
    assert_eq!(story.lookup("red").unwrap().owner.backend, name("a:1"));
}

#[test]
fn a_backend_that_leaves_gets_no_more_rooms_at_once() {
    let mut story = Story::settled(&["a:1", "b:1"]);
    story.router.leaving(&name("a:1"));
    let leaving = member(&story, "a:1").unwrap();
    assert!(leaving.is_leaving && leaving.phase == Phase::Draining);
    for n in 0..20 {
        assert_eq!(story.lookup(&format!("room-{n}")).unwrap().owner.backend, name("b:1"));
    }
}

#[test]
fn a_second_name_of_a_process_holds_up_nothing_and_drops_nothing() {
    let mut story = Story::settled(&["a:1"]);
    let owner = story.open("red");
    story.wait(600);
    let names = [name("a:1"), name("same:1")];
    story.router.configure(story.now(), &names);
    assert!(story.router.is_settled(story.now()));
    story.router.disown(&names[1]);
    assert!(story.router.is_settled(story.now()));
    assert_eq!(member(&story, "same:1").unwrap().phase, Phase::Down);
    // The process goes over to its other name: what it lists there are the same rooms.
    story.router.disown(&names[0]);
    let backend = story.backends.remove(&names[0]).unwrap();
    story.backends.insert(names[1].clone(), backend);
    story.silent.push(names[0].clone());
    story.wait(1_000);
    let found = story.lookup("red").unwrap().owner;
    assert_eq!((found.backend, found.epoch), (names[1].clone(), owner.epoch));
    assert_eq!(story.router.counts().conflicts, 0);
    assert!(story.backend(&names[1]).dropped.is_empty());
}

#[test]
fn one_bad_line_of_an_edit_holds_up_no_room_and_no_acknowledgement() {
    let mut story = Story::settled(&["a:1"]);
    let names = ["a:1", "good:1", "bad:1"].map(name);
    story.start(&names[1]);
    story.router.configure(story.now(), &names);
    story.wait(1_000);
    assert_eq!(member(&story, "bad:1").unwrap().phase, Phase::Unheard);
    let owners: Vec<_> = (0..20).map(|n| story.open(&format!("room-{n}")).backend).collect();
    assert!(owners.contains(&names[0]) && owners.contains(&names[1]), "{owners:?}");
    for (n, owner) in owners.into_iter().enumerate() {
        assert_eq!(story.acknowledging(&format!("room-{n}")), [owner]);
    }
}

#[test]
fn a_backend_that_reports_itself_is_heard_before_anything_unknown_is_placed() {
    let mut story = Story::settled(&["a:1"]);
    story.silent.push(name("late:1"));
    story.router.reported(story.now(), &name("late:1"));
    story.wait(100);
    assert_eq!(story.lookup("red"), Err(PlaceError::NotSettled));
    story.start(&name("late:1"));
    story.silent.clear();
    story.wait(1_000);
    assert!(story.lookup("red").is_ok());
}

#[test]
fn asking_for_an_owner_places_nothing() {
    let mut story = Story::settled(&["a:1", "b:1"]);
    assert_eq!(story.router.owner("red"), None);
    let owner = story.open("red");
    assert_eq!(story.router.owner("red"), Some(owner.clone()));
    story.refusing.push(owner.backend);
    story.wait(1_500);
    assert_eq!(story.router.owner("red"), None, "nobody serves it");
}

#[test]
fn a_drained_backend_is_told_from_one_that_drains() {
    let mut story = Story::settled(&["a:1"]);
    let owner = story.open("red");
    story.wait(600);
    story.router.drain(&owner.backend, true);
    story.wait(600);
    let draining = member(&story, "a:1").unwrap();
    assert!(draining.drain && !draining.is_drained);
    let now = story.now();
    let room = "red".into();
    let backend = story.backend(&owner.backend);
    backend.holdings.freeze(&room, None);
    backend.holdings.released(now, &room, owner.epoch);
    story.wait(600);
    assert!(member(&story, "a:1").unwrap().is_drained);
}
