//! The rooms of one backend: whom it lets in, and what it never creates again.

use placement::{
    Admission, Entrance, Holdings, Now, OnRouterLoss, REMEMBERED_MS, RouterId, RunId,
    StatusRequest, Term, Verdict,
};
use proptest::prelude::*;

const RUN: RunId = RunId(5);
const ROUTER: RouterId = RouterId(1);

fn at(mono: u64) -> Now {
    Now { mono, unix: 0 }
}

fn ticket(epoch: u64) -> Admission {
    Admission { router: ROUTER, run: RUN, room: "red".into(), epoch }
}

fn term(floor: u64) -> Term {
    let mut term = Term::new(RUN, OnRouterLoss::Stop, at(0));
    let question = StatusRequest {
        router: ROUTER,
        number: 1,
        confirms: None,
        floor,
        since: None,
        verdicts: Vec::new(),
        drain: false,
        unix: 0,
    };
    term.asked(at(0), &question).expect("the only router");
    term
}

#[test]
fn a_ticket_creates_once_and_then_enters() {
    let (mut holdings, term) = (Holdings::new(), term(0));
    assert_eq!(holdings.admit(at(0), &term, &ticket(7)), Entrance::Create);
    assert_eq!(holdings.admit(at(0), &term, &ticket(7)), Entrance::Enter);
    assert_eq!(holdings.admit(at(0), &term, &ticket(6)), Entrance::Refuse, "a lower epoch");
    assert_eq!(holdings.admit(at(0), &term, &ticket(8)), Entrance::Replace);
    assert_eq!(holdings.owned("red"), Some(8));
}

#[test]
fn to_judge_a_ticket_is_to_say_what_it_would_do_and_to_do_nothing() {
    let (mut holdings, term) = (Holdings::new(), term(0));
    for _ in 0..2 {
        assert_eq!(holdings.judge(&term, &ticket(7)), Entrance::Create);
        assert!(holdings.is_empty());
    }
    holdings.admit(at(0), &term, &ticket(7));
    assert_eq!(holdings.judge(&term, &ticket(8)), Entrance::Replace);
    assert_eq!(holdings.owned("red"), Some(7));
}

#[test]
fn tickets_for_another_run_or_of_another_router_or_under_the_floor_create_nothing() {
    let (mut holdings, term) = (Holdings::new(), term(10));
    let other_run = Admission { run: RunId(6), ..ticket(20) };
    let other_router = Admission { router: RouterId(2), ..ticket(20) };
    for refused in [other_run, other_router, ticket(10)] {
        assert_eq!(holdings.admit(at(0), &term, &refused), Entrance::Refuse);
    }
    assert_eq!(holdings.admit(at(0), &term, &ticket(11)), Entrance::Create);
}

#[test]
fn a_room_that_was_let_go_is_not_created_by_an_old_ticket_for_two_minutes() {
    let (mut holdings, term) = (Holdings::new(), term(0));
    holdings.admit(at(0), &term, &ticket(7));
    assert_eq!(holdings.freeze(&"red".into(), None), Some(7));
    assert_eq!(holdings.admit(at(5), &term, &ticket(7)), Entrance::Moving);
    assert!(holdings.released(at(10), &"red".into(), 7));
    assert_eq!(holdings.admit(at(20), &term, &ticket(7)), Entrance::Refuse);
    holdings.expire(at(10 + REMEMBERED_MS - 1), &term);
    assert_eq!(holdings.admit(at(20), &term, &ticket(7)), Entrance::Refuse);
    assert_eq!(holdings.admit(at(20), &term, &ticket(8)), Entrance::Create);
}

#[test]
fn a_verdict_on_a_room_that_is_not_here_still_shuts_out_its_tickets() {
    let (mut holdings, term) = (Holdings::new(), term(0));
    let verdict = Verdict::Drop { room: "red".into(), epoch: 7 };
    assert_eq!(holdings.carry_out(at(0), &verdict), None);
    assert_eq!(holdings.admit(at(0), &term, &ticket(7)), Entrance::Refuse);
}

#[test]
fn an_import_never_replaces_what_is_owned_or_newer() {
    let (mut holdings, term) = (Holdings::new(), term(0));
    holdings.admit(at(0), &term, &ticket(7));
    assert!(!holdings.import(at(0), &"red".into(), 9), "it is owned");
    let drop = Verdict::Drop { room: "red".into(), epoch: 7 };
    assert!(holdings.carry_out(at(0), &drop).is_some());
    assert!(!holdings.import(at(0), &"red".into(), 7), "it was let go");
    assert!(holdings.import(at(0), &"red".into(), 9));
    assert_eq!(holdings.owned("red"), None, "inactive");
}

#[derive(Clone, Debug)]
enum Step {
    Admit(u8, u64),
    Drop(u8, u64),
    Activate(u8, u64),
    Import(u8, u64),
    Freeze(u8),
    Look,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let room = 0..4_u8;
    let epoch = 1..12_u64;
    let step = prop_oneof![
        (room.clone(), epoch.clone()).prop_map(|(r, e)| Step::Admit(r, e)),
        (room.clone(), epoch.clone()).prop_map(|(r, e)| Step::Drop(r, e)),
        (room.clone(), epoch.clone()).prop_map(|(r, e)| Step::Activate(r, e)),
        (room.clone(), epoch).prop_map(|(r, e)| Step::Import(r, e)),
        room.prop_map(Step::Freeze),
        Just(Step::Look),
    ];
    proptest::collection::vec(step, 1..80)
}

proptest! {
    #[test]
    fn epochs_of_a_room_only_rise_and_its_list_can_be_followed(steps in steps()) {
        let (mut holdings, term) = (Holdings::new(), term(0));
        let mut highest = std::collections::BTreeMap::<String, u64>::new();
        let mut known = std::collections::BTreeMap::new();
        let mut generation = None;
        for step in steps {
            match step {
                Step::Admit(room, epoch) => {
                    let room = format!("r{room}");
                    let ticket = Admission { room: room.as_str().into(), ..ticket(epoch) };
                    holdings.admit(at(0), &term, &ticket);
                    let owned = holdings.owned(&room).unwrap_or(0);
                    let before = highest.insert(room, owned.max(epoch.min(owned))).unwrap_or(0);
                    prop_assert!(owned == 0 || owned >= before);
                }
                Step::Drop(room, epoch) => {
                    let room = format!("r{room}").as_str().into();
                    holdings.carry_out(at(0), &Verdict::Drop { room, epoch });
                }
                Step::Activate(room, epoch) => {
                    let room = format!("r{room}").as_str().into();
                    holdings.carry_out(at(0), &Verdict::Activate { room, epoch });
                }
                Step::Import(room, epoch) => {
                    holdings.import(at(0), &format!("r{room}").as_str().into(), epoch);
                }
                Step::Freeze(room) => {
                    holdings.freeze(&format!("r{room}").as_str().into(), None);
                }
                Step::Look => {
                    let changes = holdings.since(generation);
                    if changes.from.is_none() {
                        known.clear();
                    }
                    for change in changes.changes {
                        match change.is {
                            Some(held) => known.insert(change.room, held),
                            None => known.remove(&change.room),
                        };
                    }
                    generation = Some(changes.to);
                    let whole = holdings.since(None).changes;
                    let whole = whole.into_iter().filter_map(|c| Some((c.room, c.is?))).collect();
                    prop_assert_eq!(&known, &whole);
                }
            }
        }
    }
}
