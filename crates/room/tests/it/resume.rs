//! Coming back: exactly what was missed, or a word about what is missing.

use std::sync::Arc;

use room::{
    CloseReason, Cursor, Effect, Epoch, Event, Gap, Incarnation, Input, Limits, PeerId, Request,
    Room, Seq, UnixMillis,
};

use crate::story::{CREATOR, Story, presence_of};

/// What `Resumed` effects bring, and whether the peer is live after them.
fn resumed(effects: &[Effect]) -> (Vec<Arc<Event>>, Option<bool>) {
    let mut all = Vec::new();
    let mut is_live = None;
    for effect in effects {
        if let Effect::Resumed { events, live, .. } = effect {
            all.extend(events.iter().cloned());
            is_live = Some(*live);
        }
    }
    (all, is_live)
}

fn seqs(events: &[Arc<Event>]) -> Vec<u64> {
    events.iter().map(|event| event.seq.0).collect()
}

#[test]
fn exactly_the_missing_events_follow() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    let bob = story.join(2);
    let message = story.post(ada.peer, "one");
    let cursor = story.cursor();
    story.leave(bob.peer);
    story.post(ada.peer, "two");
    story.done(ada.peer, Request::Edit { message, text: "one!".into() });
    let back = story.resume(2, cursor);
    assert!(back.resumed && back.catching_up && back.gap.is_none());
    assert!(back.history.is_empty());
    assert_eq!(back.seq, Seq(3));
    let (events, live) = resumed(&story.effects);
    assert_eq!((seqs(&events), live), (vec![2, 3], Some(true)));
}

#[test]
fn who_missed_nothing_is_live_at_once() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    story.post(ada.peer, "one");
    let cursor = story.cursor();
    let back = story.resume(CREATOR, cursor);
    assert!(back.resumed && !back.catching_up && back.history.is_empty() && back.more);
    assert_eq!(resumed(&story.effects).1, None);
}

#[test]
fn resume_chunk_bytes_max_splits_a_long_resume() {
    let limits = Limits { resume_chunk_bytes_max: 1_000, ..Limits::default() };
    let mut story = Story::with(limits);
    let ada = story.join(CREATOR);
    let cursor = story.cursor();
    story.post_slowly(ada.peer, 20);
    let bob = story.resume(2, cursor);
    let (mut all, mut live) = resumed(&story.effects);
    let mut continued = 0;
    while live == Some(false) {
        // Meanwhile life goes on.
        if continued < 5 {
            story.post_slowly(ada.peer, 1);
        }
        story.apply(Input::Continue { peer: bob.peer });
        let (events, now_live) = resumed(&story.effects);
        assert!(!events.is_empty() && events.len() < 6);
        all.extend(events);
        live = now_live;
        continued += 1;
    }
    assert!(continued > 3);
    assert_eq!(seqs(&all), (1..=25).collect::<Vec<_>>());
    story.apply(Input::Continue { peer: bob.peer });
    assert!(story.effects.is_empty(), "a live peer has nothing to continue");
}

#[test]
fn a_peer_that_was_catching_up_gets_presence_anew() {
    let mut story = Story::with(Limits { resume_chunk_bytes_max: 1, ..Limits::default() });
    let ada = story.join(CREATOR);
    let cursor = story.cursor();
    story.post_slowly(ada.peer, 2);
    story.wait(1_000);
    let bob = story.resume(2, cursor);
    story.join(3);
    assert_eq!(presence_of(&story.wait(1_000)).len(), 1, "which Bob, not yet live, does not get");
    story.apply(Input::Continue { peer: bob.peer });
    assert_eq!(resumed(&story.effects).1, Some(true));
    let told = presence_of(&story.wait(250));
    let [room::Presence::Change { joined, snapshot: true, .. }] = &told[..] else { panic!() };
    assert_eq!(joined.len(), 3);
}

#[test]
fn who_catches_up_too_slowly_falls_behind() {
    let limits = Limits { resume_chunk_bytes_max: 1, resume_events_max: 5, ..Limits::default() };
    let mut story = Story::with(limits);
    let ada = story.join(CREATOR);
    let cursor = story.cursor();
    story.post_slowly(ada.peer, 5);
    let bob = story.resume(2, cursor);
    assert_eq!(resumed(&story.effects).1, Some(false));
    story.post_slowly(ada.peer, 2);
    story.apply(Input::Continue { peer: bob.peer });
    assert!(matches!(
        story.effects[..],
        [Effect::Close { peer, reason: CloseReason::FellBehind }] if peer == bob.peer
    ));
    assert_eq!(story.room.online(), 1);
}

#[test]
fn resume_events_max_leaves_a_whole_history_without_a_gap() {
    let mut story = Story::with(Limits { resume_events_max: 3, ..Limits::default() });
    let ada = story.join(CREATOR);
    story.post(ada.peer, "one");
    let cursor = story.cursor();
    story.post_slowly(ada.peer, 4);
    let back = story.resume(2, cursor);
    assert!(!back.resumed && back.gap.is_none());
    assert_eq!(back.history.len(), 5);
    let near = Cursor { seq: Seq(2), ..cursor };
    assert!(story.resume(2, near).resumed, "three are kept");
}

#[test]
fn resume_bytes_max_bounds_the_kept_events() {
    let mut story = Story::with(Limits { resume_bytes_max: 10_000, ..Limits::default() });
    let ada = story.join(CREATOR);
    let cursor = story.cursor();
    for _ in 0..9 {
        story.post(ada.peer, &"x".repeat(3_000));
    }
    assert_eq!(story.room.snapshot().events.len(), 3);
    assert!(!story.resume(2, cursor).resumed);
}

#[test]
fn trimmed_messages_are_a_gap() {
    let limits = Limits { resume_events_max: 3, messages_max: 4, ..Limits::default() };
    let mut story = Story::with(limits);
    let ada = story.join(CREATOR);
    story.post(ada.peer, "one");
    let cursor = story.cursor();
    story.post_slowly(ada.peer, 9);
    let back = story.resume(2, cursor);
    assert_eq!(back.gap, Some(Gap::Trimmed { from: Seq(2), to: Seq(6) }));
    assert_eq!(back.history.first().map(|view| view.seq), Some(Seq(7)));
    // Whoever has what was trimmed misses nothing.
    let back = story.resume(2, Cursor { seq: Seq(6), ..cursor });
    assert!(!back.resumed && back.gap.is_none());
}

#[test]
fn another_life_or_a_future_is_a_restart() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    story.post(ada.peer, "one");
    let cursor = story.cursor();
    for void in [
        Cursor { incarnation: Incarnation([8; 16]), ..cursor },
        Cursor { seq: Seq(2), ..cursor },
        Cursor { seq: Seq(u64::MAX), ..cursor },
        Cursor { epoch: Epoch(99), ..cursor },
        Cursor { epoch: Epoch(101), ..cursor },
    ] {
        let back = story.resume(2, void);
        assert_eq!(back.gap, Some(Gap::Restarted), "{void:?}");
        assert!(!back.resumed);
        assert_eq!(back.history.len(), 1);
    }
}

#[test]
fn a_cursor_past_the_end_of_its_branch_is_a_restart() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    story.post_slowly(ada.peer, 3);
    let snapshot = story.room.snapshot();
    let at_move = story.cursor();
    // The old owner goes on alone, and what it accepts is lost.
    story.post_slowly(ada.peer, 2);
    let lost = story.cursor();
    story.room = Room::restore(story.now, snapshot, Vec::new(), Epoch(200), story.limits);
    let ada = story.join(CREATOR);
    story.post_slowly(ada.peer, 5);
    assert_eq!(story.resume(2, lost).gap, Some(Gap::Restarted));
    let back = story.resume(2, at_move);
    assert!(back.resumed);
    assert_eq!(seqs(&resumed(&story.effects).0), [4, 5, 6, 7, 8]);
    assert_eq!(back.epoch, Epoch(200));
}

#[test]
fn a_lower_or_equal_epoch_opens_no_branch() {
    let story = Story::new();
    for epoch in [Epoch(99), Epoch(100)] {
        let snapshot = story.room.snapshot();
        let room = Room::restore(story.now, snapshot, Vec::new(), epoch, story.limits);
        assert_eq!((room.epoch(), room.snapshot().branches.len()), (Epoch(100), 1));
    }
}

#[test]
fn terms_are_remembered_up_to_a_bound() {
    let mut story = Story::new();
    let first = story.cursor();
    for epoch in 200..300 {
        let snapshot = story.room.snapshot();
        story.room = Room::restore(story.now, snapshot, Vec::new(), Epoch(epoch), story.limits);
    }
    assert_eq!(story.room.snapshot().branches.len(), 64);
    assert_eq!(story.resume(2, first).gap, Some(Gap::Restarted));
    assert!(story.resume(2, Cursor { epoch: Epoch(250), ..first }).resumed);
}

#[test]
fn every_cursor_gets_exactly_what_it_misses() {
    let mut story = Story::with(Limits { resume_chunk_bytes_max: 700, ..Limits::default() });
    let ada = story.join(CREATOR);
    story.post_slowly(ada.peer, 30);
    let newest = story.cursor();
    for seq in 0..=30 {
        let back = story.resume(2, Cursor { seq: Seq(seq), ..newest });
        assert!(back.resumed);
        let (mut all, mut live) = resumed(&story.effects);
        while live == Some(false) {
            story.apply(Input::Continue { peer: back.peer });
            let (events, now_live) = resumed(&story.effects);
            all.extend(events);
            live = now_live;
        }
        assert_eq!(seqs(&all), (seq + 1..=30).collect::<Vec<_>>());
    }
    story.room.apply(UnixMillis(0), Input::Continue { peer: PeerId(0) }, &mut Vec::new());
}
