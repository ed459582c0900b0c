//! What messages carry, and when it may be deleted.

use std::sync::Arc;

use room::{Effect, Limits, Post, Refusal, Request};

use crate::story::{CREATOR, Story, file, preview, released_of};

fn attached(effects: &[Effect]) -> Vec<String> {
    let ids = |effect: &Effect| match effect {
        Effect::Attached(ids) => Some(ids.clone()),
        _ => None,
    };
    effects.iter().filter_map(ids).flatten().map(|id| id.to_string()).collect()
}

fn with_file(story: &mut Story, text: &str, id: &str) -> Request {
    Request::Post(Post { file: Some(file(id)), ..story.said(text) })
}

#[test]
fn a_message_with_a_file_may_have_no_text() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    let post = with_file(&mut story, "", "f1");
    assert!(story.done(ada.peer, post).is_some());
    assert_eq!(attached(&story.effects), ["f1", "f1-small"]);
    let only_preview = Post { preview: Some(preview("p1")), ..story.said("") };
    assert_eq!(story.refused(ada.peer, Request::Post(only_preview)), Refusal::Empty);
}

#[test]
fn a_file_or_preview_serves_one_message_ever() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    let bob = story.join(2);
    let post = with_file(&mut story, "look", "f1");
    let first = story.done(ada.peer, post).unwrap();
    let again = with_file(&mut story, "look", "f1");
    assert_eq!(story.refused(bob.peer, again), Refusal::NoFile);
    story.done(ada.peer, Request::Delete { message: first });
    let again = with_file(&mut story, "look", "f1");
    assert_eq!(story.refused(ada.peer, again), Refusal::NoFile, "not even after its end");
    let link = Post { preview: Some(preview("p1")), ..story.said("a link") };
    story.done(ada.peer, Request::Post(link));
    let link = Post { preview: Some(preview("p1")), ..story.said("a link") };
    assert_eq!(story.refused(bob.peer, Request::Post(link)), Refusal::NoFile);
}

#[test]
fn deleting_a_message_releases_what_it_carried() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    let both = Post { file: Some(file("f1")), preview: Some(preview("p1")), ..story.said("look") };
    let message = story.done(ada.peer, Request::Post(both)).unwrap();
    story.done(ada.peer, Request::Delete { message });
    assert_eq!(released_of(&story.effects), ["f1", "f1-small", "p1", "p1-picture"]);
    let view = &story.history(ada.peer, None, None).messages[0];
    assert!(view.file.is_none() && view.preview.is_none());
}

#[test]
fn trimming_a_message_releases_what_it_carried() {
    let mut story = Story::with(Limits { messages_max: 2, ..Limits::default() });
    let ada = story.join(CREATOR);
    let post = with_file(&mut story, "look", "f1");
    story.done(ada.peer, post);
    story.post(ada.peer, "one");
    assert!(released_of(&story.effects).is_empty());
    story.post(ada.peer, "two");
    assert_eq!(released_of(&story.effects), ["f1", "f1-small"]);
}

#[test]
fn a_picture_that_two_previews_share_is_released_with_the_second() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    let shared = |id: &str| {
        let mut preview = (*preview(id)).clone();
        preview.image = Some(("picture".into(), 1, 1));
        Some(Arc::new(preview))
    };
    let one = Post { preview: shared("p1"), ..story.said("a link") };
    let one = story.done(ada.peer, Request::Post(one)).unwrap();
    let two = Post { preview: shared("p2"), ..story.said("a link") };
    let two = story.done(ada.peer, Request::Post(two)).unwrap();
    story.done(ada.peer, Request::Delete { message: one });
    assert_eq!(released_of(&story.effects), ["p1"]);
    story.done(ada.peer, Request::Delete { message: two });
    assert_eq!(released_of(&story.effects), ["p2", "picture"]);
}

#[test]
fn an_edited_message_with_a_file_may_lose_its_text() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    let post = with_file(&mut story, "look", "f1");
    let message = story.done(ada.peer, post).unwrap();
    assert!(story.done(ada.peer, Request::Edit { message, text: String::new() }).is_some());
}

#[test]
fn released_ids_are_remembered_up_to_a_bound() {
    let mut story = Story::with(Limits { messages_max: 1, ..Limits::default() });
    story.recount = false;
    let ada = story.join(CREATOR);
    // Each message leaves two ids; the bound is 4,096.
    for number in 0..2_100 {
        story.now = story.now.plus(200);
        let post = with_file(&mut story, "", &format!("f{number}"));
        assert!(story.done(ada.peer, post).is_some());
    }
    assert_eq!(story.room.snapshot().spent_files.len(), 4_096);
    let recent = with_file(&mut story, "", "f2000");
    assert_eq!(story.refused(ada.peer, recent), Refusal::NoFile);
}
