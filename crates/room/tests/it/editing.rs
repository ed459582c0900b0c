//! Edits, deletions and the description.

use room::{EventKind, Refusal, Request, Seq, Vote};

use crate::story::{CREATOR, Story, file};

fn edit(message: Seq, text: &str) -> Request {
    Request::Edit { message, text: text.to_owned() }
}

#[test]
fn an_author_edits_and_the_page_shows_the_present_text() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    let message = story.post(ada.peer, "helo");
    story.now = story.now.plus(5);
    let rev = story.done(ada.peer, edit(message, "hello")).unwrap();
    assert_eq!(story.event(), EventKind::Edited { message, text: "hello".into() });
    let view = &story.history(ada.peer, None, None).messages[0];
    assert_eq!((&*view.text, view.rev, view.edited_at), ("hello", rev, Some(story.now)));
    assert_eq!(story.done(ada.peer, edit(message, "hello")), None, "nothing changes");
}

#[test]
fn only_the_author_edits_and_deletes_even_against_the_creator() {
    let mut story = Story::new();
    let creator = story.join(CREATOR);
    let bob = story.join(2);
    let message = story.post(bob.peer, "mine");
    assert_eq!(story.refused(creator.peer, edit(message, "yours")), Refusal::NotAuthor);
    assert_eq!(story.refused(creator.peer, Request::Delete { message }), Refusal::NotAuthor);
}

#[test]
fn edits_obey_the_rules_of_texts_and_of_rates() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    let message = story.post(ada.peer, "hello");
    assert_eq!(story.refused(ada.peer, edit(message, " ")), Refusal::Empty);
    assert_eq!(story.refused(ada.peer, edit(message, "\u{7}")), Refusal::BadText);
    assert_eq!(story.refused(ada.peer, edit(message, &"x".repeat(10_001))), Refusal::TooLong);
    for number in 1..10 {
        story.done(ada.peer, edit(message, &number.to_string()));
    }
    let refusal = story.refused(ada.peer, edit(message, "too much"));
    assert_eq!(refusal, Refusal::RateLimited { retry_after_ms: Some(200) });
}

#[test]
fn a_deleted_message_keeps_its_place_without_its_text() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    let bob = story.join(2);
    let message = story.post(ada.peer, "a secret");
    story.vote(bob.peer, message, Vote::Up);
    let rev = story.done(ada.peer, Request::Delete { message }).unwrap();
    assert_eq!(story.event(), EventKind::Deleted { message });
    let view = story.history(bob.peer, None, None).messages.remove(0);
    assert_eq!((view.seq, &*view.text, view.deleted, view.rev), (message, "", true, rev));
    assert_eq!((view.up, view.down, view.mine), (0, 0, Vote::Neither));
    assert_eq!(story.done(ada.peer, Request::Delete { message }), None, "once is enough");
    assert_eq!(story.refused(ada.peer, edit(message, "back")), Refusal::NotFound);
    let vote = Request::Vote { message, value: Vote::Up };
    assert_eq!(story.refused(bob.peer, vote), Refusal::NotFound);
}

#[test]
fn a_deleted_text_is_not_to_be_had_by_resuming() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    let from_the_start = story.cursor();
    let post = room::Post { file: Some(file("f1")), ..story.said("a secret") };
    let message = story.done(ada.peer, Request::Post(post)).expect("an event");
    story.done(ada.peer, edit(message, "another secret"));
    story.post(ada.peer, "no secret");
    story.done(ada.peer, Request::Delete { message });
    let joined = story.resume(2, from_the_start);
    assert!(joined.resumed);
    let told = format!("{:?}", story.effects);
    assert!(told.contains("no secret") && told.contains("Deleted"));
    assert!(!told.contains("a secret") && !told.contains("another") && !told.contains("f1"));
    let log = story.restored_from_records();
    assert_eq!(log.snapshot().events, story.room.snapshot().events);
}

#[test]
fn what_is_not_a_message_cannot_be_changed() {
    let mut story = Story::new();
    let ada = story.join_as(CREATOR, "Ada");
    let renamed = story.done(ada.peer, Request::Rename { name: "Ada L.".into() }).unwrap();
    for nothing in [Seq(0), renamed, renamed.next(), Seq(u64::MAX)] {
        assert_eq!(story.refused(ada.peer, edit(nothing, "x")), Refusal::NotFound);
        let delete = Request::Delete { message: nothing };
        assert_eq!(story.refused(ada.peer, delete), Refusal::NotFound);
        let vote = Request::Vote { message: nothing, value: Vote::Up };
        assert_eq!(story.refused(ada.peer, vote), Refusal::NotFound);
    }
}

#[test]
fn only_the_creator_describes_the_room() {
    let mut story = Story::new();
    let creator = story.join(CREATOR);
    let bob = story.join(2);
    let describe = |text: &str| Request::Describe { text: text.to_owned() };
    assert_eq!(story.refused(bob.peer, describe("Bob's")), Refusal::NotCreator);
    assert!(story.done(creator.peer, describe("Plans\nfor Friday")).is_some());
    assert_eq!(story.event(), EventKind::Described { text: "Plans\nfor Friday".into() });
    assert_eq!(&*story.join(3).room.description, "Plans\nfor Friday");
    assert_eq!(story.done(creator.peer, describe("Plans\nfor Friday")), None);
    assert!(story.done(creator.peer, describe("")).is_some(), "it may be empty");
}

#[test]
fn description_chars_max_counts_characters() {
    let mut story = Story::new();
    let creator = story.join(CREATOR);
    let describe = |count| Request::Describe { text: "ж".repeat(count) };
    assert!(story.done(creator.peer, describe(400)).is_some());
    assert_eq!(story.refused(creator.peer, describe(401)), Refusal::TooLong);
    let poison = Request::Describe { text: "a\u{0}".to_owned() };
    assert_eq!(story.refused(creator.peer, poison), Refusal::BadText);
}
