//! A room moves: freeze, import, commit by the record, and every way in which that can go wrong.

use placement::{IMPORT_MS, MoveTarget, OnRouterLoss, Owner, Settlement};

use crate::story::{Story, name};

/// A room that is frozen at its owner and imported at its target.
fn on_its_way(policy: OnRouterLoss) -> (Story, Owner, MoveTarget) {
    let mut story = Story::new(&["a:1", "b:1"]);
    story.set_policy(policy);
    story.wait(5_000);
    let owner = story.open("red");
    story.wait(600);
    let now = story.now();
    let target = story.router.begin_move(now, &owner.backend, &"red".into(), owner.epoch);
    let target = target.expect("somewhere to go");
    assert_ne!(target.backend, owner.backend);
    let frozen = story.backend(&owner.backend).holdings.freeze(&"red".into(), Some(target.epoch));
    assert_eq!(frozen, Some(owner.epoch));
    assert!(story.backend(&target.backend).holdings.import(now, &"red".into(), target.epoch));
    (story, owner, target)
}

fn settle(story: &mut Story, owner: &Owner, target: &MoveTarget, imported: bool) -> Settlement {
    let (now, room) = (story.now(), "red".into());
    story.router.settle_move(now, &owner.backend, &room, owner.epoch, target.epoch, imported)
}

#[test]
fn nobody_acknowledges_between_freeze_and_commit() {
    let (mut story, _, _) = on_its_way(OnRouterLoss::Stop);
    story.wait(3_000);
    assert_eq!(story.acknowledging("red"), []);
}

#[test]
fn the_record_is_the_commit_and_the_new_owner_is_told() {
    let (mut story, owner, target) = on_its_way(OnRouterLoss::Stop);
    assert_eq!(settle(&mut story, &owner, &target, true), Settlement::Moved);
    assert_eq!(settle(&mut story, &owner, &target, true), Settlement::Moved, "again");
    assert_eq!(story.lookup("red").unwrap().owner.epoch, target.epoch);
    let now = story.now();
    let old = story.backend(&owner.backend);
    assert!(old.holdings.settled(now, &"red".into(), target.epoch, Settlement::Moved));
    story.wait(600);
    assert_eq!(story.backend(&target.backend).activated, ["red".into()]);
    assert_eq!(story.acknowledging("red"), [target.backend]);
    assert_eq!((story.router.counts().moved, story.router.counts().conflicts), (1, 0));
}

#[test]
fn a_ticket_of_the_new_epoch_activates_the_import() {
    let (mut story, owner, target) = on_its_way(OnRouterLoss::Stop);
    settle(&mut story, &owner, &target, true);
    let ticket = story.lookup("red").unwrap().admission(&"red".into());
    let now = story.now();
    let new = story.backend(&target.backend);
    let entrance = new.holdings.admit(now, &new.term, &ticket);
    assert_eq!(entrance, placement::Entrance::Activate);
}

#[test]
fn a_move_that_is_given_up_is_void_for_ever_and_the_owner_goes_on() {
    let (mut story, owner, target) = on_its_way(OnRouterLoss::Stop);
    assert_eq!(settle(&mut story, &owner, &target, false), Settlement::Void);
    assert_eq!(settle(&mut story, &owner, &target, true), Settlement::Void, "too late");
    let now = story.now();
    let old = story.backend(&owner.backend);
    assert!(!old.holdings.settled(now, &"red".into(), target.epoch, Settlement::Void));
    assert_eq!(story.acknowledging("red"), std::slice::from_ref(&owner.backend));
    story.wait(600);
    assert_eq!(story.backend(&target.backend).dropped, ["red".into()], "the import");
    assert_eq!(story.lookup("red").unwrap().owner, owner);
}

#[test]
fn a_target_that_is_another_run_takes_nothing() {
    let (mut story, owner, target) = on_its_way(OnRouterLoss::Stop);
    story.start(&target.backend);
    story.wait(1_200);
    assert_eq!(settle(&mut story, &owner, &target, true), Settlement::Void);
}

#[test]
fn a_new_router_answers_only_when_it_is_settled_and_then_for_the_old_owner() {
    let (mut story, owner, target) = on_its_way(OnRouterLoss::Stop);
    story.restart_router(story.router.epochs().highest() + 60_000);
    story.wait(600);
    assert_eq!(settle(&mut story, &owner, &target, true), Settlement::NotYet);
    story.wait(4_000);
    assert_eq!(settle(&mut story, &owner, &target, true), Settlement::Void);
}

#[test]
fn the_import_of_an_owner_that_died_on_the_way_is_the_room() {
    let (mut story, owner, target) = on_its_way(OnRouterLoss::Stop);
    story.wait(600);
    story.refusing.push(owner.backend.clone());
    story.wait(1_200);
    let found = story.lookup("red").unwrap();
    assert_eq!((found.owner.backend, found.owner.epoch), (target.backend.clone(), target.epoch));
    story.wait(600);
    assert_eq!(story.backend(&target.backend).activated, ["red".into()]);
}

/// Found by the simulation: the owner went on after a move that was given up, and moved again.
#[test]
fn of_two_imports_that_a_new_router_finds_the_newer_one_is_the_room() {
    for (older, newer) in [("a:1", "b:1"), ("b:1", "a:1")] {
        let mut story = Story::settled(&["a:1", "b:1"]);
        let (now, epoch) = (story.now(), story.router.epochs().highest() + 10);
        assert!(story.backend(&name(older)).holdings.import(now, &"red".into(), epoch));
        assert!(story.backend(&name(newer)).holdings.import(now, &"red".into(), epoch + 1));
        story.restart_router(epoch + 60_000);
        story.wait(4_500);
        let found = story.lookup("red").expect("the import");
        assert_eq!((found.owner.backend, found.owner.epoch), (name(newer), epoch + 1));
        assert_eq!(story.backend(&name(older)).dropped, ["red".into()]);
    }
}

#[test]
fn an_import_that_nobody_activates_is_dropped_after_ten_seconds_of_a_router() {
    let (mut story, _, target) = on_its_way(OnRouterLoss::Stop);
    story.wait(IMPORT_MS - 200);
    let now = story.now();
    let new = story.backend(&target.backend);
    assert!(new.holdings.expire(now, &new.term).is_empty());
    story.wait(400);
    let now = story.now();
    let new = story.backend(&target.backend);
    assert_eq!(new.holdings.expire(now, &new.term), ["red".into()]);
    assert!(new.holdings.is_empty());
}

/// Found by the simulation: the right went on without a router, and the import did not.
#[test]
fn an_import_outlives_a_router_that_is_gone_also_where_the_chats_go_on() {
    let (mut story, _, target) = on_its_way(OnRouterLoss::Continue);
    story.wait(1_000);
    story.silent = vec![name("a:1"), name("b:1")];
    for _ in 0..100 {
        story.wait(200);
        let now = story.now();
        let new = story.backend(&target.backend);
        new.term.nobody_listens(now, now.mono);
        assert!(new.term.may_acknowledge(now));
        assert!(new.holdings.expire(now, &new.term).is_empty());
    }
}

#[test]
fn an_import_outlives_a_router_that_is_gone() {
    let (mut story, _, target) = on_its_way(OnRouterLoss::Stop);
    story.silent = vec![name("a:1"), name("b:1")];
    story.wait(60_000);
    let now = story.now();
    let new = story.backend(&target.backend);
    assert!(new.holdings.expire(now, &new.term).is_empty());
}

#[test]
fn a_room_that_is_not_the_askers_does_not_move() {
    let mut story = Story::settled(&["a:1", "b:1"]);
    let owner = story.open("red");
    let now = story.now();
    let other = if owner.backend == name("a:1") { name("b:1") } else { name("a:1") };
    assert_eq!(story.router.begin_move(now, &other, &"red".into(), owner.epoch), None);
    let wrong_epoch = owner.epoch - 1;
    assert_eq!(story.router.begin_move(now, &owner.backend, &"red".into(), wrong_epoch), None);
}
