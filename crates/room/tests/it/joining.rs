//! Who comes in, and what they are told.

use room::{CloseReason, Effect, Input, Join, Limits, MemberId, PeerId, Refusal, Reply, Verifier};

use crate::story::{CREATOR, Story, refusal};

const VERIFIER: Verifier = Verifier { salt: [3; 16], hash: [5; 32] };

#[test]
fn the_first_to_join_with_the_creating_session_is_the_creator() {
    let mut story = Story::new();
    let bob = story.join(2);
    assert!(!bob.creator && bob.room.creator.is_none());
    let ada = story.join(CREATOR);
    assert!(ada.creator);
    assert_eq!(ada.room.creator, Some(ada.member));
    assert_eq!((bob.member, ada.member), (MemberId(1), MemberId(2)));
}

#[test]
fn joined_tells_the_room_and_who_is_and_was_here() {
    let mut story = Story::new();
    let ada = story.join_as(CREATOR, "Ada");
    let message = story.post(ada.peer, "hello");
    story.leave(ada.peer);
    let silent = story.join_as(2, "Silent");
    story.leave(silent.peer);
    let bob = story.join_as(3, "Bob");
    assert_eq!((bob.seq, bob.online, bob.crowded, bob.more), (message, 1, false, false));
    assert_eq!((bob.epoch, bob.incarnation), (story.room.epoch(), story.room.incarnation()));
    let names: Vec<_> = bob.members.iter().map(|view| (&*view.name, view.online)).collect();
    assert_eq!(names, [("Ada", false), ("Bob", true)], "writers who left, but not lurkers");
    assert!(bob.members[0].creator && bob.members[0].last_post_at.is_some());
    assert_eq!(bob.history.len(), 1);
    assert_eq!((bob.room.kept, bob.room.kept_max, bob.room.protected), (1, 1_000, false));
    assert!(!bob.resumed && !bob.catching_up && bob.gap.is_none());
}

#[test]
fn a_session_is_one_member_through_reconnects() {
    let mut story = Story::new();
    let first = story.join_as(2, "Bob");
    story.leave(first.peer);
    let again = story.join(2);
    assert_eq!((again.member, &*again.name), (first.member, "Bob"));
}

#[test]
fn a_newer_connection_of_a_session_replaces_the_older_one() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    let old = story.join(2);
    story.wait(1_000);
    let new = story.join(2);
    let closed = story.effects.iter().filter(|effect| {
        matches!(effect, Effect::Close { peer, reason: CloseReason::Replaced } if *peer == old.peer)
    });
    assert_eq!(closed.count(), 1);
    assert_eq!((new.member, story.room.online()), (old.member, 2));
    let post = story.said("from the past");
    let late = story.refused(old.peer, room::Request::Post(post));
    assert_eq!(late, Refusal::NotJoined);
    // The old connection's end is no news, and nobody saw anybody leave.
    story.leave(old.peer);
    assert_eq!(story.room.online(), 2);
    assert!(story.wait(3_000).is_empty());
    story.post(ada.peer, "hello");
}

#[test]
fn a_peer_joins_once() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    let again = Join { peer: ada.peer, ..story.ask(CREATOR) };
    assert_eq!(refusal(story.try_join(again).unwrap_err()), Refusal::AlreadyJoined);
    assert_eq!(story.room.online(), 1);
}

#[test]
fn a_protected_room_asks_for_a_proof_and_compares_it() {
    let mut story = Story::protected(VERIFIER);
    let salt = VERIFIER.salt;
    let reply = {
        let join = story.ask(2);
        story.try_join(join)
    }
    .unwrap_err();
    assert!(matches!(reply, Reply::ProofNeeded { salt: asked } if asked == salt));
    for wrong in [Verifier { hash: [6; 32], ..VERIFIER }, Verifier { salt: [4; 16], ..VERIFIER }] {
        let join = Join { proof: Some(wrong), ..story.ask(2) };
        assert_eq!(refusal(story.try_join(join).unwrap_err()), Refusal::WrongPassword);
    }
    assert_eq!((story.room.members(), story.room.online()), (0, 0));
    let join = Join { proof: Some(VERIFIER), ..story.ask(2) };
    assert!(story.try_join(join).unwrap().room.protected);
}

#[test]
fn an_admitted_session_and_the_creator_are_not_asked_again() {
    let mut story = Story::protected(VERIFIER);
    story.join(CREATOR);
    let join = Join { proof: Some(VERIFIER), ..story.ask(2) };
    let bob = story.try_join(join).unwrap();
    story.leave(bob.peer);
    assert_eq!(story.join(2).member, bob.member);
    let wrong = Join { proof: Some(Verifier { hash: [0; 32], ..VERIFIER }), ..story.ask(2) };
    assert_eq!(story.try_join(wrong).unwrap().member, bob.member);
}

#[test]
fn a_proof_for_an_open_room_is_ignored() {
    let mut story = Story::new();
    let join = Join { proof: Some(VERIFIER), ..story.ask(2) };
    assert!(!story.try_join(join).unwrap().room.protected);
}

#[test]
fn online_max_refuses_those_who_are_not_here() {
    let mut story = Story::with(Limits { online_max: 2, ..Limits::default() });
    story.join(1);
    let bob = story.join(2);
    let third = story.ask(3);
    assert_eq!(refusal(story.try_join(third).unwrap_err()), Refusal::RoomFull);
    let again = story.join(2);
    assert_eq!(again.member, bob.member, "who is here may change connections");
    story.leave(again.peer);
    story.join(3);
    let back = story.ask(2);
    assert_eq!(refusal(story.try_join(back).unwrap_err()), Refusal::RoomFull);
}

#[test]
fn page_max_and_page_bytes_max_bound_the_history() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    story.post_slowly(ada.peer, 150);
    let bob = story.join(2);
    assert_eq!((bob.history.len(), bob.more), (100, true));
    let page = story.history(bob.peer, Some(bob.history[0].seq), Some(1_000));
    assert_eq!((page.messages.len(), page.more), (50, false));
    assert_eq!(story.history(bob.peer, None, Some(3)).messages.len(), 3);
    let none = story.history(bob.peer, None, Some(0));
    assert!(none.messages.is_empty() && none.more);
    assert!(!story.history(bob.peer, Some(room::Seq(0)), None).more);
    for _ in 0..10 {
        story.now = story.now.plus(200);
        story.post(ada.peer, &"\"".repeat(10_000));
    }
    let cleo = story.join(3);
    assert!(cleo.more);
    let bytes: usize = cleo.history.iter().map(|view| 2 * view.text.len()).sum();
    assert!(bytes <= story.limits.page_bytes_max && cleo.history.len() == 9, "{bytes}");
}

#[test]
fn joined_bytes_max_holds_with_the_longest_names_and_texts() {
    let mut story = Story::new();
    story.recount = false;
    let longest = |number: u64| format!("{:0>80}", number).replace('0', "\u{10400}");
    for number in 1..=200 {
        let peer = story.join_as(number, &longest(number)).peer;
        if number > 150 {
            story.post_slowly(peer, 4);
        }
        if number > 195 {
            story.post(peer, &"\u{10400}".repeat(10_000));
        }
    }
    let joined = story.join(200);
    let members: usize = joined.members.iter().map(|view| 100 + view.name.len()).sum();
    let history: usize = joined.history.iter().map(|view| 300 + view.text.len()).sum();
    assert_eq!(joined.members.len(), 200);
    assert!(members + history <= story.limits.joined_bytes_max, "{members} {history}");
    assert!(joined.more && !joined.history.is_empty());
}

#[test]
fn members_page_max_bounds_a_search_which_goes_by_the_beginning_of_names() {
    let mut story = Story::with(Limits { members_page_max: 3, ..Limits::default() });
    for (number, name) in ["Anna", "ANDREW", "Мария", "Rob", "Молли", "andy"].iter().enumerate()
    {
        story.join_as(number as u64 + 1, name);
    }
    let peer = story.join_as(9, "Zed").peer;
    let mut search = |prefix: &str| match story
        .request(peer, room::Request::Members { prefix: prefix.to_owned() })
    {
        Reply::Members(views) => views.iter().map(|view| view.name.to_string()).collect(),
        _ => Vec::new(),
    };
    assert_eq!(search("an"), ["ANDREW", "andy", "Anna"]);
    assert_eq!(search("And"), ["ANDREW", "andy"]);
    assert_eq!(search("мо"), ["Молли"]);
    assert_eq!(search("r"), ["Rob"], "an m may look like rn, but does not begin with r");
    assert_eq!(search("").len(), 3);
    assert!(search("nobody").is_empty() && search(&"a".repeat(100_000)).is_empty());
}

#[test]
fn leaving_twice_or_without_joining_is_harmless() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    story.leave(PeerId(77));
    story.leave(ada.peer);
    story.leave(ada.peer);
    story.apply(Input::Continue { peer: ada.peer });
    assert!(story.effects.is_empty());
    assert_eq!(story.room.online(), 0);
}
