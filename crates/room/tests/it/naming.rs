//! Names in the room: whose they are, for how long, and friendly ones.

use room::{EventKind, Join, Refusal, Request};

use crate::story::{CREATOR, Story};

fn rename(name: &str) -> Request {
    Request::Rename { name: name.to_owned() }
}

#[test]
fn who_chooses_no_name_gets_a_friendly_one_that_is_free() {
    let mut story = Story::new();
    let mut names = std::collections::BTreeSet::new();
    for number in 1..=100 {
        let join = Join { entropy: 4, ..story.ask(number) };
        assert!(names.insert(story.try_join(join).unwrap().name), "the same entropy throughout");
    }
}

#[test]
fn a_name_that_looks_like_anothers_is_taken() {
    let mut story = Story::new();
    story.join_as(CREATOR, "Ada");
    for name in ["Ada", "ADA", "Аda", " ａｄａ ", "𝐀𝐝𝐚"] {
        assert_eq!(story.refused_name(2, name), Refusal::NameTaken, "{name}");
    }
    let bob = story.join_as(2, "Bob");
    assert_eq!(story.refused(bob.peer, rename("аdа")), Refusal::NameTaken);
}

#[test]
fn bad_and_reserved_names_are_refused() {
    let mut story = Story::new();
    for name in ["", "  ", "A\u{202e}da", "A\u{200b}da", "аdmin", "instantchat", &"x".repeat(81)] {
        assert_eq!(story.refused_name(2, name), Refusal::BadMemberName, "{name}");
    }
    let bob = story.join_as(2, "%61dmin");
    assert_eq!(&*bob.name, "%61dmin", "shown as it is");
    assert_eq!(story.refused(bob.peer, rename("ADMIN")), Refusal::BadMemberName);
}

#[test]
fn a_rename_is_an_event_and_names_on_pages_follow() {
    let mut story = Story::new();
    let ada = story.join_as(CREATOR, "Ada");
    story.post(ada.peer, "hello");
    assert!(story.done(ada.peer, rename(" Ada  L. ")).is_some());
    let event = story.events().remove(0);
    assert_eq!(event.kind, EventKind::Renamed { member: ada.member, name: "Ada L.".into() });
    assert_eq!(&*event.name, "Ada", "who did it was still called so");
    assert_eq!(&*story.history(ada.peer, None, None).messages[0].name, "Ada L.");
    assert_eq!(story.done(ada.peer, rename("Ada L.")), None);
    assert!(story.done(ada.peer, rename("ADA L.")).is_some(), "one's own look-alike is free");
}

#[test]
fn renames_at_once_and_then_one_per_refill() {
    let mut story = Story::new();
    let ada = story.join_as(CREATOR, "Ada");
    story.done(ada.peer, rename("Ada 2"));
    story.done(ada.peer, rename("Ada 3"));
    let refused = Refusal::RateLimited { retry_after_ms: Some(60_000) };
    assert_eq!(story.refused(ada.peer, rename("Ada 4")), refused);
    assert_eq!(story.done(ada.peer, rename("Ada 3")), None, "the present name costs nothing");
    story.leave(ada.peer);
    let refused = story.refused_name(CREATOR, "Ada 4");
    assert_eq!(refused, Refusal::RateLimited { retry_after_ms: Some(60_000) });
    story.now = story.now.plus(60_000);
    assert_eq!(&*story.join_as(CREATOR, "Ada 4").name, "Ada 4");
}

#[test]
fn name_freed_after_ms_keeps_an_old_name_for_its_member() {
    let mut story = Story::new();
    let ada = story.join_as(CREATOR, "Ada");
    story.done(ada.peer, rename("Countess"));
    story.now = story.now.plus(story.limits.name_freed_after_ms - 1);
    assert_eq!(story.refused_name(2, "Ada"), Refusal::NameTaken);
    assert!(story.done(ada.peer, rename("Ada")).is_some(), "she may go back");
    story.done(ada.peer, rename("Countess"));
    story.now = story.now.plus(story.limits.name_freed_after_ms);
    assert_eq!(&*story.join_as(2, "Ada").name, "Ada");
}

#[test]
fn an_old_name_is_kept_while_its_member_is_away() {
    let mut story = Story::new();
    let ada = story.join_as(CREATOR, "Ada");
    story.done(ada.peer, rename("Countess"));
    story.leave(ada.peer);
    assert_eq!(story.refused_name(2, "Ada"), Refusal::NameTaken);
    assert_eq!(&*story.join_as(2, "Countess").name, "Countess", "she is away and wrote nothing");
}

#[test]
fn a_name_belongs_to_who_is_here_or_has_a_kept_message() {
    let mut story = Story::new();
    let ada = story.join_as(CREATOR, "Ada");
    let bob = story.join_as(2, "Bob");
    story.post(bob.peer, "I was here");
    story.leave(ada.peer);
    story.leave(bob.peer);
    assert_eq!(story.refused_name(3, "Bob"), Refusal::NameTaken);
    assert_eq!(&*story.join_as(3, "Ada").name, "Ada");
}

#[test]
fn who_returns_to_a_taken_name_gets_a_free_one() {
    let mut story = Story::new();
    let ada = story.join_as(CREATOR, "Ada");
    let cursor = story.cursor();
    story.leave(ada.peer);
    story.join_as(3, "Ada");
    let back = story.join(CREATOR);
    assert_ne!(&*back.name, "Ada");
    assert_eq!(back.member, ada.member);
    let renamed = EventKind::Renamed { member: ada.member, name: back.name.clone() };
    assert_eq!(story.event(), renamed, "everybody learns of it");
    assert_eq!(back.seq, story.room.seq());
    story.leave(back.peer);
    // A resume that repeats the kept name does not choose it now.
    let mut other = Story::new();
    let ada = other.join_as(CREATOR, "Ada");
    other.leave(ada.peer);
    other.join_as(3, "Ada");
    let named = Join { name: Some("Ada".to_owned()), resume: Some(cursor), ..other.ask(CREATOR) };
    assert_ne!(&*other.try_join(named).unwrap().name, "Ada");
}

#[test]
fn who_resumes_in_a_room_that_lost_them_is_not_refused_for_a_taken_name() {
    let mut story = Story::new();
    story.join_as(CREATOR, "Ada");
    let cursor = Some(story.cursor());
    let join = Join { name: Some("Ada".to_owned()), resume: cursor, ..story.ask(2) };
    assert_ne!(&*story.try_join(join).unwrap().name, "Ada");
    let join = Join { name: Some("Bob".to_owned()), resume: cursor, ..story.ask(3) };
    assert_eq!(&*story.try_join(join).unwrap().name, "Bob");
}

#[test]
fn a_taken_name_that_is_chosen_now_is_refused() {
    let mut story = Story::new();
    let ada = story.join_as(CREATOR, "Ada");
    story.leave(ada.peer);
    story.join_as(3, "Ada");
    assert_eq!(story.refused_name(CREATOR, "Ada"), Refusal::NameTaken);
}

#[test]
fn a_name_that_others_had_meanwhile_can_be_had_back() {
    let mut story = Story::new();
    let ada = story.join_as(CREATOR, "Ada");
    story.leave(ada.peer);
    let cleo = story.join_as(3, "Ada");
    story.leave(cleo.peer);
    assert_eq!(&*story.join(CREATOR).name, "Ada");
    assert_ne!(&*story.join(3).name, "Ada");
    let (log, live) = (story.restored_from_records(), &story.room);
    assert_eq!(log.snapshot().names, live.snapshot().names);
}

#[test]
fn a_returning_member_may_choose_another_name() {
    let mut story = Story::new();
    let ada = story.join_as(CREATOR, "Ada");
    story.leave(ada.peer);
    let back = story.join_as(CREATOR, "Countess");
    assert_eq!((back.member, &*back.name), (ada.member, "Countess"));
    assert!(matches!(story.event(), EventKind::Renamed { .. }));
}
