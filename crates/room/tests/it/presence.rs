//! Who is here: net changes, counts in a crowd, and back.

use room::{Limits, Presence};

use crate::story::{CREATOR, Story, change, presence_of};

#[test]
fn presence_every_ms_gathers_what_changed() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    story.wait(1_000);
    let bob = story.join(2);
    let cleo = story.join(3);
    assert!(presence_of(&story.effects).is_empty());
    assert!(presence_of(&story.wait(249)).is_empty());
    let told = presence_of(&story.wait(1));
    assert_eq!(told.len(), 1);
    assert_eq!(change(&told[0]), (vec![bob.member, cleo.member], vec![]));
    story.leave(bob.peer);
    let told = presence_of(&story.wait(250));
    assert_eq!(change(&told[0]), (vec![], vec![bob.member]));
    let Presence::Change { online, .. } = told[0] else { panic!() };
    assert_eq!(online, 2);
    assert!(story.wait(10_000).is_empty(), "no news is not told");
    story.leave(ada.peer);
}

#[test]
fn a_short_absence_is_not_told() {
    let mut story = Story::new();
    story.join(CREATOR);
    let bob = story.join(2);
    story.wait(1_000);
    story.leave(bob.peer);
    story.wait(100);
    story.join(2);
    assert!(presence_of(&story.wait(1_000)).is_empty());
}

#[test]
fn who_was_seen_by_a_newcomer_only_is_told_to_have_left() {
    let mut story = Story::new();
    story.join(CREATOR);
    story.wait(1_000);
    let bob = story.join(2);
    let cleo = story.join(3);
    assert!(cleo.members.iter().any(|view| view.member == bob.member && view.online));
    story.leave(bob.peer);
    let told = presence_of(&story.wait(250));
    assert_eq!(change(&told[0]), (vec![cleo.member], vec![bob.member]));
}

#[test]
fn an_empty_room_tells_nobody() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    story.leave(ada.peer);
    assert!(story.wait(10_000).is_empty());
}

#[test]
fn crowded_above_turns_names_into_counts_and_uncrowded_below_back() {
    let mut story = Story::new();
    story.recount = false;
    let first: Vec<_> = (1..=200).map(|number| story.join(number)).collect();
    assert!(!first[199].crowded);
    story.wait(1_000);
    let last = story.join(201);
    assert!(last.crowded, "at the first above 200");
    assert!(presence_of(&story.wait(1_999)).is_empty(), "crowded_presence_every_ms");
    assert_eq!(presence_of(&story.wait(1)), [Presence::Count { online: 201 }]);
    for joined in &first[..51] {
        story.leave(joined.peer);
    }
    assert_eq!(story.room.online(), 150);
    assert_eq!(presence_of(&story.wait(2_000)), [Presence::Count { online: 150 }], "hysteresis");
    story.leave(first[51].peer);
    let told = presence_of(&story.wait(250));
    let [Presence::Change { joined, left, online: 149, snapshot: true }] = &told[..] else {
        panic!("{told:?}")
    };
    assert_eq!((joined.len(), left.len()), (149, 0));
    story.leave(first[52].peer);
    assert_eq!(change(&presence_of(&story.wait(250))[0]), (vec![], vec![first[52].member]));
}

#[test]
fn joined_of_a_crowded_room_lists_the_newest_writers() {
    let limits =
        Limits { crowded_above: 4, uncrowded_below: 3, members_page_max: 2, ..Limits::default() };
    let mut story = Story::with(limits);
    let members: Vec<_> = (1..=5).map(|number| story.join(number)).collect();
    for writer in [3, 0, 2, 1, 2] {
        story.post(members[writer].peer, "hello");
    }
    let newcomer = story.join(6);
    let listed: Vec<_> = newcomer.members.iter().map(|view| view.member).collect();
    assert_eq!(listed, [members[1].member, members[2].member]);
    assert_eq!((newcomer.online, newcomer.crowded), (6, true));
}
