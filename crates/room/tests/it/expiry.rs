//! How a room ends.

use room::{CloseReason, Effect, Input, PeerId, Post, Record, Request};

use crate::story::{CREATOR, Story, file, released_of};

const TWELVE_HOURS: u64 = 12 * 60 * 60 * 1_000;

fn ends(story: &Story) -> bool {
    matches!(story.effects.last(), Some(Effect::Ended))
}

#[test]
fn expires_after_ms_without_anybody() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    story.wait(5_000);
    story.leave(ada.peer);
    story.wait(TWELVE_HOURS - 1);
    assert!(!story.room.ended());
    story.wait(1);
    assert!(ends(&story) && story.room.ended());
    assert!(matches!(story.records.last(), Some(Record::Closed { .. })));
    assert_eq!(story.room.deadline(), None);
}

#[test]
fn a_room_where_nobody_posts_ends_with_everybody_in_it() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    let bob = story.join(2);
    story.wait(1_000);
    let post = Post { file: Some(file("f1")), ..story.said("last words") };
    story.done(ada.peer, Request::Post(post));
    story.wait(TWELVE_HOURS - 1);
    // Coming and going is no use while somebody is here.
    story.leave(bob.peer);
    let bob = story.join(2);
    story.wait(1);
    let closed: Vec<PeerId> = story.effects.iter().filter_map(ended_peer).collect();
    assert_eq!(closed, [ada.peer, bob.peer]);
    assert_eq!(released_of(&story.effects), ["f1", "f1-small"]);
    assert!(ends(&story));
}

fn ended_peer(effect: &Effect) -> Option<PeerId> {
    match effect {
        Effect::Close { peer, reason: CloseReason::Ended } => Some(*peer),
        _ => None,
    }
}

#[test]
fn a_post_or_a_first_visitor_starts_the_twelve_hours_anew() {
    let mut story = Story::new();
    story.wait(TWELVE_HOURS - 1);
    let ada = story.join(CREATOR);
    story.wait(TWELVE_HOURS - 1);
    story.post(ada.peer, "still here");
    story.wait(TWELVE_HOURS - 1);
    assert!(!story.room.ended());
    story.wait(1);
    assert!(story.room.ended());
}

#[test]
fn a_join_that_comes_before_the_tick_finds_the_room() {
    let mut story = Story::new();
    story.now = story.now.plus(TWELVE_HOURS * 2);
    story.join(CREATOR);
    assert!(!story.room.ended());
}

#[test]
fn an_operator_ends_a_room() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    story.apply(Input::End);
    assert!(matches!(story.effects[0], Effect::Record(Record::Closed { .. })));
    assert_eq!(ended_peer(&story.effects[1]), Some(ada.peer));
    assert!(ends(&story));
    let join = story.ask(2);
    assert!(story.apply(Input::Join(join)).is_empty(), "nothing is applied any more");
    assert!(story.restored_from_records().ended());
}
