//! Votes: switching, taking back, totals, and who may.

use room::{EventKind, Limits, Refusal, Request, Vote};

use crate::story::{CREATOR, Story};

#[test]
fn votes_switch_and_are_taken_back() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    let bob = story.join(2);
    let cleo = story.join(3);
    let message = story.post(ada.peer, "pizza?");
    for (peer, value, up, down) in [
        (bob.peer, Vote::Up, 1, 0),
        (cleo.peer, Vote::Up, 2, 0),
        (bob.peer, Vote::Down, 1, 1),
        (cleo.peer, Vote::Neither, 0, 1),
        (bob.peer, Vote::Neither, 0, 0),
    ] {
        assert!(story.vote(peer, message, value).is_some());
        assert_eq!(story.event(), EventKind::Voted { message, up, down });
        assert_eq!(story.events()[0].by, None, "votes are secret");
        assert_eq!(&*story.events()[0].name, "");
    }
}

#[test]
fn the_same_vote_again_changes_nothing() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    let bob = story.join(2);
    let message = story.post(ada.peer, "pizza?");
    assert_eq!(story.vote(bob.peer, message, Vote::Neither), None);
    assert!(story.vote(bob.peer, message, Vote::Up).is_some());
    assert_eq!(story.vote(bob.peer, message, Vote::Up), None);
}

#[test]
fn a_page_shows_totals_and_the_viewers_own_vote() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    let bob = story.join(2);
    let message = story.post(ada.peer, "pizza?");
    let rev = story.vote(bob.peer, message, Vote::Down).unwrap();
    let his = story.history(bob.peer, None, None).messages.remove(0);
    assert_eq!((his.up, his.down, his.mine, his.rev), (0, 1, Vote::Down, rev));
    let hers = story.history(ada.peer, None, None).messages.remove(0);
    assert_eq!(hers.mine, Vote::Neither);
}

#[test]
fn nobody_but_the_creator_votes_on_their_own_message() {
    let mut story = Story::new();
    let creator = story.join(CREATOR);
    let bob = story.join(2);
    let his = story.post(bob.peer, "mine");
    let vote = Request::Vote { message: his, value: Vote::Up };
    assert_eq!(story.refused(bob.peer, vote), Refusal::OwnVote);
    let hers = story.post(creator.peer, "pinned");
    assert!(story.vote(creator.peer, hers, Vote::Up).is_some());
}

#[test]
fn voters_max_bounds_the_voters_but_not_their_changes_of_mind() {
    let mut story = Story::with(Limits { voters_max: 2, ..Limits::default() });
    let ada = story.join(CREATOR);
    let voters: Vec<_> = (2..5).map(|number| story.join(number).peer).collect();
    let message = story.post(ada.peer, "pizza?");
    story.vote(voters[0], message, Vote::Up);
    story.vote(voters[1], message, Vote::Up);
    let vote = Request::Vote { message, value: Vote::Up };
    let refused = Refusal::RateLimited { retry_after_ms: None };
    assert_eq!(story.refused(voters[2], vote.clone()), refused);
    assert!(story.vote(voters[0], message, Vote::Down).is_some());
    assert!(story.vote(voters[0], message, Vote::Neither).is_some());
    assert!(story.done(voters[2], vote).is_some(), "a place became free");
}

#[test]
fn votes_deletes_and_descriptions_cost_tokens_as_posts_do() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    let message = story.post(ada.peer, "pizza?");
    let burst = story.limits.member_posts.burst;
    for n in 1..burst {
        let value = if n % 2 == 0 { Vote::Down } else { Vote::Up };
        assert!(story.vote(ada.peer, message, value).is_some());
    }
    let limited = |refusal| matches!(refusal, Refusal::RateLimited { retry_after_ms: Some(_) });
    let vote = Request::Vote { message, value: Vote::Neither };
    assert!(limited(story.refused(ada.peer, vote)));
    assert!(limited(story.refused(ada.peer, Request::Describe { text: "lunch".into() })));
    assert!(limited(story.refused(ada.peer, Request::Delete { message })));
    story.wait(200);
    assert!(story.done(ada.peer, Request::Delete { message }).is_some());
}
