//! Clocks that jump: the room stays total and recovers.

use room::{Input, Limits, PeerId, Request, Seq, UnixMillis};

use crate::story::{CREATOR, START, Story, presence_of};

#[test]
fn a_clock_that_went_back_does_not_silence_the_room() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    story.join(2);
    for _ in 0..10 {
        story.post(ada.peer, "hello");
    }
    story.now = UnixMillis(START.0 - 1_000_000);
    assert_eq!(presence_of(story.apply(Input::Tick)).len(), 1, "news wait for no clock");
    for _ in 0..10 {
        story.post(ada.peer, "tokens wait for no clock either");
    }
    let post = story.said("too much");
    let refused = room::Refusal::RateLimited { retry_after_ms: Some(200) };
    assert_eq!(story.refused(ada.peer, Request::Post(post)), refused);
}

#[test]
fn the_ends_of_time_are_harmless() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    for now in [UnixMillis(0), UnixMillis(u64::MAX), UnixMillis(1), START] {
        story.now = now;
        let post = story.said("hello");
        story.request(ada.peer, Request::Post(post));
        story.request(ada.peer, Request::Rename { name: format!("Ada {}", now.0) });
        story.apply(Input::Request { peer: ada.peer, id: None, request: Request::Typing });
        story.apply(Input::Leave { peer: PeerId(9) });
        assert!(!story.room.ended());
    }
    story.now = UnixMillis(u64::MAX);
    story.apply(Input::Tick);
    assert!(story.room.ended());
}

#[test]
fn limits_of_zero_are_harmless() {
    let rate = room::Rate { burst: 0, refill_ms: 0 };
    let limits = Limits {
        messages_max: 0,
        trimmed_every: 0,
        resume_events_max: 0,
        resume_bytes_max: 0,
        resume_chunk_bytes_max: 0,
        voters_max: 0,
        page_max: 0,
        page_bytes_max: 0,
        joined_bytes_max: 0,
        members_page_max: 0,
        crowded_above: 0,
        uncrowded_below: 0,
        presence_every_ms: 0,
        crowded_presence_every_ms: 0,
        typing_every_ms: 0,
        typing_members_max: 0,
        keys_all_ms: 0,
        keys_max: 0,
        name_freed_after_ms: 0,
        member_posts: rate,
        room_posts: rate,
        renames: rate,
        ..Limits::default()
    };
    let mut story = Story::with(limits);
    let ada = story.join(CREATOR);
    story.post(ada.peer, "one");
    story.post(ada.peer, "two");
    assert_eq!(story.room.seq(), Seq(3), "every trimmed message is told");
    let cursor = story.cursor();
    story.resume(2, cursor);
    story.resume(3, room::Cursor { seq: Seq(0), ..cursor });
    story.wait(10);
}
