//! How many the room remembers, and who is forgotten first.

use room::{Limits, Record, Refusal, Request};

use crate::story::{CREATOR, Story, key, refusal};

#[test]
fn members_max_forgets_who_is_away_the_longest_without_a_kept_message() {
    let mut story = Story::with(Limits { members_max: 4, ..Limits::default() });
    let creator = story.join(CREATOR);
    let writer = story.join_as(2, "Writer");
    let lurker = story.join_as(3, "Lurker");
    let later = story.join_as(4, "Later");
    story.post(writer.peer, "I was here");
    for peer in [writer.peer, lurker.peer, later.peer] {
        story.wait(1_000);
        story.leave(peer);
    }
    let fifth = story.join_as(5, "Lurker");
    let forgotten = Record::Forgotten { member: lurker.member };
    assert!(story.records.contains(&forgotten));
    assert_eq!(story.room.members(), 4);
    assert_ne!(story.join(3).member, lurker.member, "a stranger now");
    assert!(story.records.contains(&Record::Forgotten { member: later.member }));
    let full = story.ask(4);
    assert_eq!(refusal(story.try_join(full).unwrap_err()), Refusal::RoomFull);
    story.leave(fifth.peer);
    story.join(4);
    assert_eq!(story.join(2).member, writer.member, "who wrote is remembered");
    assert_eq!(story.join(CREATOR).member, creator.member);
}

#[test]
fn members_remembered_at_the_default_limit() {
    let mut story = Story::new();
    story.recount = false;
    for number in 1..=20_000 {
        let joined = story.join_as(number, &format!("visitor {number}"));
        story.now = story.now.plus(1);
        story.leave(joined.peer);
    }
    assert_eq!(story.room.members(), 20_000);
    assert!(story.room.bytes() <= 8 << 20);
    let newcomer = story.join_as(20_001, "one more");
    assert_eq!(story.room.members(), 20_000);
    assert_eq!(newcomer.member.0, 20_001);
    assert!(!story.room.snapshot().members.iter().any(|kept| kept.member.0 == 1));
    assert_eq!(story.room.check_invariants(), Ok(()));
}

#[test]
fn the_longest_names_cannot_fill_more_than_their_share() {
    let limits = Limits { state_bytes_max: 64 << 10, ..Limits::default() };
    let mut story = Story::with(limits);
    let ada = story.join_as(CREATOR, "Ada");
    story.post(ada.peer, "still here");
    let mut full = 0;
    for number in 2..200 {
        let name = format!("{}{number}", "한".repeat(70));
        let join = room::Join { name: Some(name), ..story.ask(number) };
        match story.try_join(join) {
            Ok(_) => {}
            Err(reply) => {
                assert_eq!(refusal(reply), Refusal::RoomFull);
                full += 1;
            }
        }
    }
    assert!(full > 100, "{full}");
    assert!(story.room.bytes() <= (64 << 10) + story.room.online() * 100);
    assert_eq!(story.history(ada.peer, None, None).messages.len(), 1);
}

#[test]
fn keys_names_and_members_together_stay_within_the_state() {
    let limits = Limits {
        state_bytes_max: 64 << 10,
        renames: room::Rate { burst: 100, refill_ms: 1 },
        ..Limits::default()
    };
    let mut story = Story::with(limits);
    let longest = |number: u64| format!("{}{number}", "한".repeat(60));
    let mut renamed = 0;
    for number in 1..60 {
        let join = story.ask(number);
        let Ok(joined) = story.try_join(join) else { continue };
        for round in 0..12 {
            let post =
                room::Post { key: key(&format!("{number:0>60}-{round}")), ..story.said("x") };
            story.request(joined.peer, Request::Post(post));
            let rename = Request::Rename { name: longest(number * 100 + round) };
            let reply = story.request(joined.peer, rename);
            renamed += u64::from(matches!(reply, room::Reply::Done { .. }));
            // One more message may stay, whatever the rest takes.
            assert!(story.room.bytes() <= (64 << 10) + 100 * story.room.online() + 300);
        }
    }
    assert!(renamed > 50, "{renamed}");
    let names = story.room.snapshot().names;
    let given_up = names.iter().filter(|name| name.until.is_some());
    let bytes: usize = given_up.map(|name| 32 + name.skeleton.len()).sum();
    assert!(bytes <= (64 << 10) / 16 && bytes > 2_000, "{bytes}");
}

#[test]
fn keys_of_a_busy_room_keep_to_their_share() {
    let limits = Limits {
        state_bytes_max: 64 << 10,
        member_posts: room::Rate { burst: 1_000, refill_ms: 1 },
        ..Limits::default()
    };
    let mut story = Story::with(limits);
    let ada = story.join(CREATOR);
    for number in 0..400 {
        let post = room::Post { key: key(&format!("{number:0>64}")), ..story.said("x") };
        story.done(ada.peer, Request::Post(post));
    }
    let known = story.room.snapshot().keys.len();
    assert_eq!(known, (32 << 10) / (160 + 64));
}

#[test]
fn online_members_at_the_default_limit() {
    let mut story = Story::new();
    story.recount = false;
    for number in 1..=10_000 {
        story.join_as(number, &format!("visitor {number}"));
    }
    let next = story.ask(10_001);
    assert_eq!(refusal(story.try_join(next).unwrap_err()), Refusal::RoomFull);
    assert_eq!(story.room.check_invariants(), Ok(()));
}

#[test]
fn voters_at_the_default_limit() {
    let mut story = Story::new();
    story.recount = false;
    let ada = story.join(CREATOR);
    let message = story.post(ada.peer, "pizza?");
    let vote = Request::Vote { message, value: room::Vote::Up };
    for number in 2..=20_001 {
        let voter = story.join(number);
        assert!(story.done(voter.peer, vote.clone()).is_some());
        story.leave(voter.peer);
        // The room takes 200 votes a second.
        story.wait(5);
    }
    // Two of them are forgotten by now; their votes count.
    let last = story.join(30_000);
    let refused = Refusal::RateLimited { retry_after_ms: None };
    assert_eq!(story.refused(last.peer, vote), refused);
    assert_eq!(story.history(ada.peer, None, None).messages[0].up, 20_000);
    assert!(story.room.bytes() <= (8 << 20) + 1_000);
}
