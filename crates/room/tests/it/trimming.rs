//! What goes when the room is full.

use room::{Epoch, EventKind, Input, Limits, Request, Room, Seq, Vote};

use crate::story::{CREATOR, Story, file, released_of};

#[test]
fn messages_max_drops_the_oldest_one_by_one() {
    let mut story = Story::new();
    story.recount = false;
    let ada = story.join(CREATOR);
    story.post_slowly(ada.peer, 1_000);
    assert_eq!(story.room.snapshot().messages.len(), 1_000);
    story.post_slowly(ada.peer, 1);
    let messages = story.room.snapshot().messages;
    assert_eq!((messages.len(), messages[0].seq), (1_000, Seq(2)));
    assert_eq!(story.room.check_invariants(), Ok(()));
}

#[test]
fn trimmed_every_so_many_one_event_tells() {
    let mut story = Story::with(Limits { messages_max: 10, ..Limits::default() });
    let ada = story.join(CREATOR);
    story.post_slowly(ada.peer, 59);
    assert_eq!(story.room.seq(), Seq(59), "49 are gone, untold");
    story.post_slowly(ada.peer, 1);
    let events = story.events();
    assert_eq!(events.len(), 2);
    assert_eq!(events[1].kind, EventKind::Trimmed { before: Seq(51) });
    assert_eq!((events[1].by, &*events[1].name), (None, ""));
    story.post_slowly(ada.peer, 49);
    assert_eq!(story.room.seq(), Seq(110));
    story.post_slowly(ada.peer, 1);
    assert_eq!(story.events()[1].kind, EventKind::Trimmed { before: Seq(102) });
}

#[test]
fn state_bytes_max_drops_messages_when_texts_are_long() {
    let mut story = Story::new();
    story.recount = false;
    let ada = story.join(CREATOR);
    for _ in 0..400 {
        story.now = story.now.plus(200);
        story.post(ada.peer, &"\u{10400}".repeat(10_000));
        assert!(story.room.bytes() <= (8 << 20) + 1_000);
    }
    let kept = story.room.snapshot().messages.len();
    assert!((130..200).contains(&kept), "{kept}");
    assert_eq!(story.room.check_invariants(), Ok(()));
}

#[test]
fn state_bytes_max_covers_votes() {
    let limits = Limits { state_bytes_max: 40_000, resume_events_max: 2, ..Limits::default() };
    let mut story = Story::with(limits);
    let ada = story.join(CREATOR);
    let messages = story.post_slowly(ada.peer, 70);
    let before = story.room.snapshot().messages.len();
    let newest = *messages.last().unwrap();
    for number in 2..40 {
        let voter = story.join(number);
        story.vote(voter.peer, newest, Vote::Up);
    }
    assert!(story.room.snapshot().messages.len() < before);
    assert_eq!(story.history(ada.peer, None, Some(1)).messages[0].up, 38);
}

#[test]
fn the_newest_message_stays_whatever_the_caps() {
    let limits = Limits { state_bytes_max: 0, messages_max: 0, ..Limits::default() };
    let (mut room, _) = Room::create(crate::story::START, crate::story::creation(None), limits);
    let mut effects = Vec::new();
    let mut story = Story::new();
    let join = story.ask(CREATOR);
    room.apply(story.now, Input::Join(join), &mut effects);
    assert_eq!(room.online(), 0, "not even a member fits");
    let limits = Limits { state_bytes_max: 6_000, messages_max: 0, ..Limits::default() };
    let mut story = Story::with(limits);
    let ada = story.join(CREATOR);
    story.post(ada.peer, &"x".repeat(7_000));
    story.post(ada.peer, &"y".repeat(7_000));
    assert_eq!(story.room.snapshot().messages.len(), 1);
    assert!(story.room.snapshot().events.is_empty(), "events went before it");
}

#[test]
fn replies_to_what_was_trimmed_find_nothing() {
    let mut story = Story::with(Limits { messages_max: 2, ..Limits::default() });
    let ada = story.join(CREATOR);
    let messages = story.post_slowly(ada.peer, 3);
    let delete = Request::Delete { message: messages[0] };
    assert_eq!(story.refused(ada.peer, delete), room::Refusal::NotFound);
}

#[test]
fn tighter_limits_apply_after_a_restoration() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    let post = room::Post { file: Some(file("f1")), ..story.said("look") };
    story.done(ada.peer, Request::Post(post));
    story.post_slowly(ada.peer, 20);
    story.limits.messages_max = 10;
    let snapshot = story.room.snapshot();
    story.room = Room::restore(story.now, snapshot, Vec::new(), Epoch(200), story.limits);
    story.apply(Input::Tick);
    assert_eq!(story.event(), EventKind::Trimmed { before: Seq(12) });
    assert_eq!(released_of(&story.effects), ["f1", "f1-small"]);
    assert_eq!(story.room.snapshot().messages.len(), 10);
}
