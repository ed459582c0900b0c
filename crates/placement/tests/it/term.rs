//! The fence: three seconds after sending what was confirmed, and not a moment longer.

use placement::{
    FENCE_MS, Now, OnRouterLoss, RouterId, RunId, SILENT_MS, StaleRouter, StatusRequest, Term,
};
use proptest::prelude::*;

const RUN: RunId = RunId(5);

fn at(mono: u64) -> Now {
    Now { mono, unix: 0 }
}

fn question(router: u64, number: u64, confirms: Option<u64>) -> StatusRequest {
    StatusRequest {
        router: RouterId(router),
        number,
        confirms: confirms.map(|answer| (RUN, answer)),
        floor: 0,
        since: None,
        verdicts: Vec::new(),
        drain: false,
        unix: 0,
    }
}

fn ask(term: &mut Term, ms: u64, question: &StatusRequest) {
    term.asked(at(ms), question).expect("the newest router");
    term.confirmed(at(ms), question);
    term.answered(at(ms), question.number);
}

#[test]
fn a_question_alone_gives_no_right() {
    let mut term = Term::new(RUN, OnRouterLoss::Continue, at(0));
    ask(&mut term, 100, &question(1, 1, None));
    assert!(!term.may_acknowledge(at(100)));
}

#[test]
fn the_right_ends_three_seconds_after_the_confirmed_answer_was_sent() {
    let mut term = Term::new(RUN, OnRouterLoss::Stop, at(0));
    ask(&mut term, 100, &question(1, 1, None));
    ask(&mut term, 600, &question(1, 2, Some(1)));
    assert!(term.may_acknowledge(at(100 + FENCE_MS - 1)));
    assert!(!term.may_acknowledge(at(100 + FENCE_MS)));
    const { assert!(FENCE_MS < SILENT_MS) };
}

#[test]
fn a_confirmation_that_was_asleep_with_the_process_is_of_no_use() {
    let mut term = Term::new(RUN, OnRouterLoss::Stop, at(0));
    ask(&mut term, 100, &question(1, 1, None));
    ask(&mut term, 30_000, &question(1, 2, Some(1)));
    assert!(!term.may_acknowledge(at(30_000)));
}

#[test]
fn questions_that_are_heard_again_lengthen_no_right() {
    let mut term = Term::new(RUN, OnRouterLoss::Stop, at(0));
    ask(&mut term, 100, &question(1, 1, None));
    for ms in 101..200 {
        ask(&mut term, ms, &question(1, 1, None));
    }
    ask(&mut term, 600, &question(1, 2, Some(1)));
    assert!(term.may_acknowledge(at(100 + FENCE_MS - 1)));
    assert!(!term.may_acknowledge(at(100 + FENCE_MS)));
}

#[test]
fn answers_to_another_router_or_of_another_run_confirm_nothing() {
    let mut term = Term::new(RUN, OnRouterLoss::Stop, at(0));
    ask(&mut term, 100, &question(1, 1, None));
    ask(&mut term, 200, &question(2, 2, Some(1)));
    assert!(!term.may_acknowledge(at(200)));
    let mut foreign = question(2, 3, Some(2));
    foreign.confirms = Some((RunId(6), 2));
    ask(&mut term, 300, &foreign);
    assert!(!term.may_acknowledge(at(300)));
    assert_eq!(
        term.asked(at(400), &question(1, 9, None)),
        Err(StaleRouter { newest: RouterId(2) })
    );
}

#[test]
fn only_an_owner_that_may_go_on_goes_on_when_nobody_listens() {
    for (policy, goes_on) in [(OnRouterLoss::Continue, true), (OnRouterLoss::Stop, false)] {
        let mut term = Term::new(RUN, policy, at(0));
        ask(&mut term, 100, &question(1, 1, None));
        ask(&mut term, 600, &question(1, 2, Some(1)));
        term.nobody_listens(at(2_700), 2_650);
        assert_eq!(term.may_acknowledge(at(5_000)), goes_on);
        term.nobody_listens(at(5_700), 5_690);
        assert!(!term.may_acknowledge(at(5_700)), "a right that has ended does not come back");
    }
}

#[test]
fn a_process_that_shares_its_life_with_its_router_needs_no_confirmation() {
    let mut term = Term::unfenced(RUN, at(0));
    assert!(term.may_acknowledge(at(0)));
    ask(&mut term, 100, &question(1, 1, None));
    ask(&mut term, 600, &question(1, 2, Some(1)));
    term.nobody_listens(at(2_700), 2_650);
    assert_eq!(term.until(), u64::MAX);
    assert!(term.may_acknowledge(at(u64::MAX - 1)));
}

#[test]
fn a_backend_that_nobody_asks_reports_itself_twice_a_second() {
    let mut term = Term::new(RUN, OnRouterLoss::Stop, at(0));
    let reports = |term: &mut Term, from: u64, to: u64| {
        (from..to).step_by(50).filter(|ms| term.wants_to_report(at(*ms))).count()
    };
    assert_eq!(reports(&mut term, 0, 2_000), 0);
    assert_eq!(reports(&mut term, 2_000, 4_000), 4);
    ask(&mut term, 4_000, &question(1, 1, None));
    assert_eq!(reports(&mut term, 4_000, 6_000), 0);
}

proptest! {
    #[test]
    fn the_right_never_outlasts_what_the_router_heard(
        steps in proptest::collection::vec((0..2_500_u64, any::<bool>(), any::<bool>()), 1..60),
    ) {
        let mut term = Term::new(RUN, OnRouterLoss::Stop, at(0));
        // What the router heard last, as it must have been sent.
        let (mut now, mut heard_sent_at, mut confirms) = (0, None::<u64>, None);
        for ((waits, arrives, is_heard), number) in steps.into_iter().zip(1..) {
            now += waits;
            if arrives {
                ask(&mut term, now, &question(1, number, confirms));
                if is_heard {
                    (heard_sent_at, confirms) = (Some(now), Some(number));
                }
            }
            for later in [0, 1_000, FENCE_MS, SILENT_MS] {
                let limit = heard_sent_at.map_or(0, |sent| sent + FENCE_MS);
                prop_assert!(!term.may_acknowledge(at(now + later)) || now + later < limit);
            }
        }
    }
}
