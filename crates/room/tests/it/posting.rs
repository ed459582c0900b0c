//! Posts, replies, keys, texts and the rates of posting.

use room::{EventKind, Input, Limits, PeerId, Post, Refusal, Reply, Request, RequestId, Seq};

use crate::story::{CREATOR, Story, key};

#[test]
fn a_post_is_an_event_for_everybody_and_an_answer_for_its_author() {
    let mut story = Story::new();
    let ada = story.join_as(CREATOR, "Ada");
    assert_eq!(story.post(ada.peer, " hello \n\tworld "), Seq(1));
    let event = story.events().remove(0);
    assert_eq!((event.by, &*event.name, event.at), (Some(ada.member), "Ada", story.now));
    let EventKind::Posted { text, reply_to: None, .. } = &event.kind else { panic!() };
    assert_eq!(&**text, " hello \n\tworld ", "stored as it was written");
}

#[test]
fn a_request_without_an_id_is_answered_only_when_it_is_refused() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    let post = story.said("hello");
    let input = |post| Input::Request { peer: ada.peer, id: None, request: Request::Post(post) };
    let replies = |effects: &[room::Effect]| {
        effects.iter().filter(|effect| matches!(effect, room::Effect::Reply { .. })).count()
    };
    assert_eq!(replies(story.apply(input(post))), 0);
    let empty = story.said("");
    assert_eq!(replies(story.apply(input(empty))), 1);
}

#[test]
fn a_peer_that_has_not_joined_is_refused() {
    let mut story = Story::new();
    let post = story.said("hello");
    assert_eq!(story.refused(PeerId(99), Request::Post(post)), Refusal::NotJoined);
}

#[test]
fn a_reply_names_a_kept_message() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    let first = story.post(ada.peer, "first");
    let reply = |story: &mut Story, to| {
        Request::Post(Post { reply_to: Some(to), ..story.said("an answer") })
    };
    let to_first = reply(&mut story, first);
    let second = story.done(ada.peer, to_first).unwrap();
    for nothing in [Seq(0), second.next(), Seq(u64::MAX)] {
        let to_nothing = reply(&mut story, nothing);
        assert_eq!(story.refused(ada.peer, to_nothing), Refusal::NotFound);
    }
    let page = story.history(ada.peer, None, None);
    assert_eq!(page.messages[1].reply_to, Some(first));
}

#[test]
fn a_deleted_message_keeps_its_place_for_replies() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    let message = story.post(ada.peer, "first");
    story.done(ada.peer, Request::Delete { message });
    let reply = Post { reply_to: Some(message), ..story.said("what was it?") };
    assert!(story.done(ada.peer, Request::Post(reply)).is_some());
}

#[test]
fn text_chars_max_counts_characters_and_blank_texts_are_empty() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    let longest = "ж".repeat(10_000);
    story.post(ada.peer, &longest);
    for (text, refusal) in [
        (format!("{longest}ж"), Refusal::TooLong),
        ("x".repeat(1_000_000), Refusal::TooLong),
        (String::new(), Refusal::Empty),
        (" \n\t\u{a0}\u{3000}".to_owned(), Refusal::Empty),
        ("a\u{0}b".to_owned(), Refusal::BadText),
        ("a\rb".to_owned(), Refusal::BadText),
        ("\u{1b}[2J".to_owned(), Refusal::BadText),
        ("a\u{85}b".to_owned(), Refusal::BadText),
    ] {
        let post = story.said(&text);
        assert_eq!(story.refused(ada.peer, Request::Post(post)), refusal);
    }
    // Bidirectional and zero-width characters are text; whoever shows it isolates them.
    story.post(ada.peer, "\u{202e}abc\u{200d} %41 <script>");
}

#[test]
fn the_same_key_gets_the_first_answer_whatever_it_carries() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    let post = story.said("hello");
    let seq = story.done(ada.peer, Request::Post(post.clone())).unwrap();
    story.now = story.now.plus(60_000);
    let again = Post { text: "\u{0}".repeat(20_000), ..post };
    let reply = story.request(ada.peer, Request::Post(again));
    assert!(matches!(reply, Reply::Done { seq: Some(known), repeated: true } if known == seq));
    assert!(story.events().is_empty());
}

#[test]
fn a_key_belongs_to_its_member() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    let bob = story.join(2);
    let post = Post { key: key("same"), ..story.said("hello") };
    assert_eq!(story.done(ada.peer, Request::Post(post.clone())), Some(Seq(1)));
    assert_eq!(story.done(bob.peer, Request::Post(post)), Some(Seq(2)));
}

#[test]
fn a_refused_post_leaves_its_key_unknown() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    let post = story.said("");
    story.refused(ada.peer, Request::Post(post.clone()));
    let better = Post { text: "hello".to_owned(), ..post };
    assert_eq!(story.done(ada.peer, Request::Post(better)), Some(Seq(1)));
}

#[test]
fn a_known_key_costs_no_token() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    let first = story.said("hello");
    story.done(ada.peer, Request::Post(first.clone()));
    for _ in 0..100 {
        let reply = story.request(ada.peer, Request::Post(first.clone()));
        assert!(matches!(reply, Reply::Done { repeated: true, .. }));
    }
    for _ in 1..story.limits.member_posts.burst {
        story.post(ada.peer, "more");
    }
}

#[test]
fn keys_all_ms_and_keys_max_bound_what_is_remembered() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    let known = |story: &mut Story, number: u64| {
        let post = Post { key: key(&format!("key-{number}")), ..story.said("") };
        matches!(story.request(ada.peer, Request::Post(post)), Reply::Done { repeated: true, .. })
    };
    // Within two minutes, every key of hundreds.
    let posts = (story.limits.keys_all_ms / story.limits.member_posts.refill_ms) as usize;
    story.post_slowly(ada.peer, posts);
    assert!((1..=posts as u64).all(|number| known(&mut story, number)));
    // Later, the newest 16.
    story.now = story.now.plus(story.limits.keys_all_ms + 1);
    let last = Post { key: key("last"), ..story.said("the post that makes room") };
    story.done(ada.peer, Request::Post(last));
    let kept = (1..=posts as u64).filter(|&number| known(&mut story, number)).count();
    assert_eq!(kept + 1, story.limits.keys_max);
    assert!(known(&mut story, posts as u64) && !known(&mut story, 1));
}

#[test]
fn keys_of_members_who_stopped_posting_shrink_too() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    let bob = story.join(2);
    story.post_slowly(bob.peer, 100);
    story.now = story.now.plus(story.limits.keys_all_ms + 1);
    story.post(ada.peer, "hello");
    assert_eq!(story.room.snapshot().keys.len(), story.limits.keys_max + 1);
}

#[test]
fn old_keys_take_a_bounded_share_of_the_state() {
    let limits = Limits { state_bytes_max: 64 << 10, ..Limits::default() };
    let mut story = Story::with(limits);
    for number in 0..40 {
        let member = story.join(number + 1);
        story.post_slowly(member.peer, 15);
        story.now = story.now.plus(story.limits.keys_all_ms);
    }
    let keys = story.room.snapshot().keys;
    let bytes: usize = keys.iter().map(|kept| 160 + kept.key.as_str().len()).sum();
    assert!(bytes <= (64 << 10) / 8, "{bytes}");
    let newest = keys.iter().filter(|kept| kept.at.plus(limits.keys_all_ms) >= story.now).count();
    assert!(newest > 0, "recent ones stay");
}

#[test]
fn member_posts_at_once_and_then_one_per_refill() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    let bob = story.join(2);
    for _ in 0..10 {
        story.post(ada.peer, "hello");
    }
    let post = story.said("too much");
    let refused = Refusal::RateLimited { retry_after_ms: Some(200) };
    assert_eq!(story.refused(ada.peer, Request::Post(post.clone())), refused);
    story.post(bob.peer, "others are free");
    story.now = story.now.plus(199);
    let refused = Refusal::RateLimited { retry_after_ms: Some(1) };
    assert_eq!(story.refused(ada.peer, Request::Post(post.clone())), refused);
    story.now = story.now.plus(1);
    story.done(ada.peer, Request::Post(post));
}

#[test]
fn a_new_connection_brings_no_new_tokens() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    for _ in 0..10 {
        story.post(ada.peer, "hello");
    }
    story.leave(ada.peer);
    let again = story.join(CREATOR);
    let post = story.said("too much");
    let refusal = story.refused(again.peer, Request::Post(post));
    assert!(matches!(refusal, Refusal::RateLimited { .. }));
}

#[test]
fn room_posts_bound_all_members_together() {
    let mut story = Story::new();
    story.recount = false;
    let members: Vec<_> = (1..=41).map(|number| story.join(number)).collect();
    for member in &members[..40] {
        for _ in 0..10 {
            story.post(member.peer, "hello");
        }
    }
    let post = story.said("one more");
    let refused = Refusal::RateLimited { retry_after_ms: Some(5) };
    assert_eq!(story.refused(members[40].peer, Request::Post(post.clone())), refused);
    story.now = story.now.plus(5);
    story.done(members[40].peer, Request::Post(post));
}

#[test]
fn a_failed_request_tells_its_own_number() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    let request = Request::Delete { message: Seq(5) };
    let id = Some(RequestId(1 << 50));
    let effects = story.apply(Input::Request { peer: ada.peer, id, request });
    let [room::Effect::Reply { id: answered, reply, .. }] = effects else { panic!() };
    assert_eq!(*answered, id);
    assert!(matches!(reply, Reply::Refused(Refusal::NotFound)));
}
