//! The mirror of the right, and the router's time.

use placement::{FENCE_MS, OnRouterLoss, RouterId, RunId, StatusRequest};

use super::*;

fn at(mono: u64) -> Now {
    Now { mono, unix: mono }
}

fn question(number: u64, confirms: Option<u64>) -> StatusRequest {
    StatusRequest {
        router: RouterId(1),
        number,
        confirms: confirms.map(|number| (RunId(5), number)),
        floor: 0,
        since: None,
        verdicts: Vec::new(),
        drain: false,
        unix: 0,
    }
}

#[tokio::test]
async fn a_renewed_right_wakes_who_waits_and_ends_on_time() {
    let standing = Standing::new(Term::new(RunId(5), OnRouterLoss::Stop, at(0)));
    assert!(!standing.may_release(1));
    let waiting = standing.renewed();
    for (number, confirms) in [(1, None), (2, Some(1))] {
        let question = question(number, confirms);
        let mut state = standing.lock();
        state.term.asked(at(100), &question).unwrap();
        state.term.confirmed(at(100), &question);
        standing.tell_rooms(&state.term);
        state.term.answered(at(100), number);
    }
    waiting.await;
    assert!(standing.may_release(100 + FENCE_MS - 1));
    assert!(!standing.may_release(100 + FENCE_MS));
}

#[test]
fn the_routers_time_is_ours_and_what_its_clock_is_ahead() {
    let standing = Standing::new(Term::unfenced(RunId(5), at(0)));
    assert_eq!(standing.router_time(10), 10);
    standing.hear_time(5_000, 1_000);
    assert_eq!(standing.router_time(1_500), 5_500);
    standing.hear_time(1_000, 5_000);
    assert_eq!(standing.router_time(6_000), 2_000);
    standing.hear_time(u64::MAX, 0);
    assert_eq!(standing.router_time(1), i64::MAX as u64 + 1);
}
