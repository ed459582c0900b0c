//! What a member sees, in every way that it can be wrong.

use protocol::frame::{Message, Room, VoteValue, You};
use protocol::wire::{Id128, Member, Timestamp};

use super::*;

fn joined(seq: u64) -> Joined {
    Joined {
        room: Room {
            name: "tea".into(),
            description: "".into(),
            protected: false,
            created_at: Timestamp(0),
            creator: None,
            kept: 0,
            kept_max: 1_000,
            expires_after_ms: 1,
        },
        you: You { member: Member(1), name: "Ada".into(), creator: false },
        incarnation: Id128([7; 16]),
        epoch: 3,
        seq,
        members: Vec::new(),
        online: 1,
        crowded: false,
        history: Vec::new(),
        more: false,
        resumed: false,
        gap: None,
        keep: String::new(),
    }
}

fn message(seq: u64) -> Message {
    Message {
        seq,
        at: Timestamp(0),
        by: Member(1),
        name: "".into(),
        text: "".into(),
        reply_to: None,
        file: None,
        preview: None,
        up: 0,
        down: 0,
        mine: VoteValue::None,
        rev: seq,
        edited_at: None,
        deleted: false,
    }
}

/// A member that joined at 10.
fn present() -> Sight {
    let mut sight = Sight::default();
    sight.joined(&joined(10), None);
    sight
}

fn faults(sight: Sight) -> Vec<Fault> {
    sight.end(true).1
}

#[test]
fn events_one_after_the_other_are_clean() {
    let mut sight = present();
    assert!((11..=20).all(|seq| sight.event(seq)));
    sight.heartbeat(20);
    let (lives, faults) = sight.end(true);
    assert!(faults.is_empty());
    assert_eq!((lives[0].from, lives[0].held, lives[0].to_the_end), (11, 20, true));
}

#[test]
fn losses_doubles_and_disorder_are_told_apart() {
    let mut sight = present();
    for (seq, is_new) in [(11, true), (14, true), (13, true), (14, false), (11, false), (16, true)]
    {
        assert_eq!(sight.event(seq), is_new, "{seq}");
    }
    sight.heartbeat(18);
    assert_eq!(
        faults(sight),
        [
            Fault::OutOfOrder { seq: 13, after: 14 },
            Fault::Doubled { seq: 14 },
            Fault::Doubled { seq: 11 },
            Fault::Lost { from: 12, to: 12 },
            Fault::Lost { from: 15, to: 15 },
            Fault::Lost { from: 17, to: 18 },
        ]
    );
}

#[test]
fn a_resume_goes_on_where_it_ended() {
    let mut sight = present();
    sight.event(11);
    sight.joined(&Joined { resumed: true, ..joined(13) }, Some(11));
    assert!(sight.event(12) && sight.event(13) && sight.event(14));
    let (lives, faults) = sight.end(true);
    assert!(faults.is_empty() && lives[0].patches.is_empty());
    let mut sight = present();
    sight.joined(&Joined { resumed: true, ..joined(13) }, Some(10));
    sight.event(13);
    assert_eq!(faults_of_loss(sight), [(11, 12)]);
}

fn faults_of_loss(sight: Sight) -> Vec<(u64, u64)> {
    let of = |fault| if let Fault::Lost { from, to } = fault { Some((from, to)) } else { None };
    faults(sight).into_iter().filter_map(of).collect()
}

#[test]
fn histories_stand_for_events_until_they_reach_back() {
    let mut sight = present();
    let history = vec![message(18), message(20)];
    sight.joined(&Joined { history, more: true, ..joined(20) }, Some(10));
    assert_eq!(sight.wants_page(), Some(18));
    sight.page([12, 15].into_iter(), true);
    assert_eq!(sight.wants_page(), Some(12));
    sight.page([8, 11].into_iter(), true);
    assert_eq!(sight.wants_page(), None);
    sight.event(21);
    let (lives, faults) = sight.end(true);
    assert!(faults.is_empty(), "{faults:?}");
    let mut messages = lives[0].patches[0].messages.clone();
    messages.sort_unstable();
    assert_eq!(messages, [11, 12, 15, 18, 20]);
}

#[test]
fn a_gap_covers_what_was_missed_and_nothing_else() {
    let gap = |from, to| Some(Gap { from: Some(from), to: Some(to), reason: GapReason::Trimmed });
    for (from, to, is_false) in [(11, 15, false), (10, 15, true), (11, 21, true), (15, 11, true)] {
        let mut sight = present();
        sight.joined(&Joined { gap: gap(from, to), ..joined(20) }, Some(10));
        let found = faults(sight).iter().any(|fault| matches!(fault, Fault::FalseGap { .. }));
        assert_eq!(found, is_false, "{from} to {to}");
    }
}

#[test]
fn a_room_that_begins_anew_has_to_say_so() {
    let gap = Some(Gap { from: None, to: None, reason: GapReason::Restarted });
    let anew = Joined { incarnation: Id128([8; 16]), ..joined(0) };
    let mut sight = present();
    sight.joined(&Joined { gap, ..anew.clone() }, Some(10));
    assert_eq!(sight.restarts, 1);
    assert!(faults(sight).is_empty());
    let mut sight = present();
    sight.joined(&anew, Some(10));
    assert_eq!(faults(sight), [Fault::SilentRestart]);
    let mut sight = present();
    sight.joined(&Joined { resumed: true, ..joined(8) }, Some(10));
    assert_eq!(faults(sight), [Fault::WentBack { held: 10, told: 8 }]);
}
