//! A room from its log, and a room from a snapshot.

use room::{Epoch, EventKind, Input, Limits, Post, Record, Request, Room, Verifier, Vote};

use crate::story::{CREATOR, Story, file, key, preview};

/// A room in which everything has happened.
fn eventful() -> Story {
    let mut story = Story::with(Limits { messages_max: 12, trimmed_every: 5, ..Limits::default() });
    let ada = story.join_as(CREATOR, "Ada");
    let bob = story.join_as(2, "Bob");
    let first = story.post(ada.peer, "first");
    story.vote(bob.peer, first, Vote::Up);
    let both = Post { file: Some(file("f1")), preview: Some(preview("p1")), ..story.said("look") };
    let both = story.done(ada.peer, Request::Post(both)).expect("an event");
    story.done(ada.peer, Request::Delete { message: both });
    story.done(bob.peer, Request::Rename { name: "Robert".into() });
    story.done(ada.peer, Request::Describe { text: "A room".into() });
    story.post_slowly(bob.peer, 14);
    let newest = story.post(ada.peer, "newest");
    story.vote(bob.peer, newest, Vote::Down);
    story.done(ada.peer, Request::Edit { message: newest, text: "newest!".into() });
    story.leave(bob.peer);
    story.wait(1_000);
    story
}

#[test]
fn records_restore_all_but_presence() {
    let story = eventful();
    let restored = story.restored_from_records();
    assert_eq!(restored.check_invariants(), Ok(()));
    assert_eq!(restored.snapshot().without_presence(), story.room.snapshot().without_presence());
    assert_eq!(restored.online(), 0);
}

#[test]
fn a_snapshot_restores_everything() {
    let story = eventful();
    let snapshot = story.room.snapshot();
    let (epoch, limits) = (story.room.epoch(), story.limits);
    let restored = Room::restore(story.now, snapshot.clone(), Vec::new(), epoch, limits);
    assert_eq!(restored.check_invariants(), Ok(()));
    assert_eq!(restored.snapshot().without_presence(), snapshot.without_presence());
}

#[test]
fn records_that_a_snapshot_holds_already_change_nothing() {
    let story = eventful();
    let (snapshot, epoch) = (story.room.snapshot(), story.room.epoch());
    let records = story.records.clone();
    let restored = Room::restore(story.now, snapshot.clone(), records, epoch, story.limits);
    assert_eq!(restored.snapshot().without_presence(), snapshot.without_presence());
}

#[test]
fn keys_survive_a_move() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    let post = Post { key: key("once"), ..story.said("hello") };
    let seq = story.done(ada.peer, Request::Post(post.clone()));
    for by_records in [false, true] {
        story.room = if by_records {
            story.restored_from_records()
        } else {
            let snapshot = story.room.snapshot();
            Room::restore(story.now, snapshot, Vec::new(), Epoch(200), story.limits)
        };
        if !by_records {
            story.records.push(Record::EpochBegan { epoch: Epoch(200), at: story.now });
        }
        let ada = story.join(CREATOR);
        let reply = story.request(ada.peer, Request::Post(post.clone()));
        let room::Reply::Done { seq: again, repeated: true } = reply else { panic!("{reply:?}") };
        assert_eq!(again, seq);
    }
}

#[test]
fn tokens_survive_a_move() {
    let rate = room::Rate { burst: 3, refill_ms: 1_000 };
    for (member_posts, room_posts) in
        [(rate, Limits::default().room_posts), (Limits::default().member_posts, rate)]
    {
        let mut story = Story::with(Limits { member_posts, room_posts, ..Limits::default() });
        let ada = story.join(CREATOR);
        for _ in 0..3 {
            story.post(ada.peer, "hello");
        }
        let snapshot = story.room.snapshot();
        let by_snapshot = Room::restore(story.now, snapshot, Vec::new(), Epoch(200), story.limits);
        for moved in [by_snapshot, story.restored_from_records()] {
            story.room = moved;
            let ada = story.join(CREATOR);
            let post = story.said("too much");
            let refused = room::Refusal::RateLimited { retry_after_ms: Some(1_000) };
            assert_eq!(story.refused(ada.peer, Request::Post(post)), refused);
        }
    }
}

#[test]
fn protection_and_admissions_survive_a_move() {
    let verifier = Verifier { salt: [1; 16], hash: [2; 32] };
    let mut story = Story::protected(verifier);
    let join = room::Join { proof: Some(verifier), ..story.ask(2) };
    let bob = story.try_join(join).unwrap();
    story.room = story.restored_from_records();
    assert_eq!(story.join(2).member, bob.member);
    assert_eq!(story.room.creator_session(), crate::story::session(CREATOR));
    let stranger = story.ask(3);
    assert!(matches!(story.try_join(stranger), Err(room::Reply::ProofNeeded { .. })));
}

#[test]
fn a_record_precedes_what_it_records() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    let place = |story: &Story, wanted: fn(&room::Effect) -> bool| {
        story.effects.iter().position(wanted).expect("the effect")
    };
    let record = place(&story, |effect| matches!(effect, room::Effect::Record(_)));
    assert!(record < place(&story, |effect| matches!(effect, room::Effect::Joined(_))));
    story.post(ada.peer, "hello");
    let record = place(&story, |effect| matches!(effect, room::Effect::Record(_)));
    assert!(record < place(&story, |effect| matches!(effect, room::Effect::Event(_))));
    assert!(record < place(&story, |effect| matches!(effect, room::Effect::Reply { .. })));
}

#[test]
fn records_out_of_place_are_passed_over() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    story.post_slowly(ada.peer, 3);
    let is_post = |record: &Record| match record {
        Record::Event { event, .. } => matches!(event.kind, EventKind::Posted { .. }),
        _ => false,
    };
    let lost = story.records.iter().position(is_post).expect("the first post");
    story.records.remove(lost);
    let restored = story.restored_from_records();
    assert_eq!(restored.check_invariants(), Ok(()));
    assert_eq!(restored.seq().0, 0, "nothing after a hole is taken for the next event");
}

#[test]
fn a_moved_room_expires_as_it_would_have() {
    let mut story = Story::new();
    story.wait(1_000);
    let snapshot = story.room.snapshot();
    story.room = Room::restore(story.now, snapshot, Vec::new(), Epoch(200), story.limits);
    assert_eq!(
        story.room.deadline(),
        Some(crate::story::START.plus(story.limits.expires_after_ms))
    );
    story.apply(Input::Tick);
    assert!(!story.room.ended());
}
