//! Who is writing.

use room::{Effect, Input, Limits, MemberId, PeerId, Request};

use crate::story::{CREATOR, Story};

fn types(story: &mut Story, peer: PeerId) -> Vec<Vec<MemberId>> {
    story.apply(Input::Request { peer, id: None, request: Request::Typing });
    signs(&story.effects)
}

fn signs(effects: &[Effect]) -> Vec<Vec<MemberId>> {
    let sign = |effect: &Effect| match effect {
        Effect::Typing(members) => Some(members.clone()),
        _ => None,
    };
    effects.iter().filter_map(sign).collect()
}

#[test]
fn typing_every_ms_and_typing_members_max_bound_the_signs() {
    let mut story = Story::new();
    let all: Vec<_> = (1..=5).map(|number| story.join(number)).collect();
    story.wait(1_000);
    assert_eq!(types(&mut story, all[0].peer), [[all[0].member]], "the first at once");
    for joined in &all {
        assert!(types(&mut story, joined.peer).is_empty());
    }
    assert!(signs(&story.wait(999)).is_empty());
    let three = vec![all[0].member, all[1].member, all[2].member];
    assert_eq!(signs(&story.wait(1)), [three]);
    assert!(signs(&story.wait(5_000)).is_empty());
}

#[test]
fn who_posts_or_leaves_writes_no_more() {
    let mut story = Story::new();
    let ada = story.join(CREATOR);
    let bob = story.join(2);
    story.wait(1_000);
    types(&mut story, ada.peer);
    types(&mut story, ada.peer);
    types(&mut story, bob.peer);
    story.post(ada.peer, "hello");
    story.leave(bob.peer);
    assert!(signs(&story.wait(5_000)).is_empty());
}

#[test]
fn nobody_types_in_a_crowd() {
    let mut story =
        Story::with(Limits { crowded_above: 2, uncrowded_below: 2, ..Limits::default() });
    let ada = story.join(CREATOR);
    story.join(2);
    assert_eq!(types(&mut story, ada.peer).len(), 1);
    types(&mut story, ada.peer);
    story.join(3);
    assert!(signs(&story.wait(5_000)).is_empty());
    assert!(types(&mut story, ada.peer).is_empty());
}

#[test]
fn typing_is_never_answered() {
    let mut story = Story::new();
    story.apply(Input::Request {
        peer: PeerId(9),
        id: Some(room::RequestId(1)),
        request: Request::Typing,
    });
    assert!(story.effects.is_empty());
}
