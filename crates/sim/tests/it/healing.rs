//! G8 with the memory log: after a crash, rooms are usable again within a bounded time.

use placement::OnRouterLoss;
use sim::{Node, Operation, Outcome, Plan, run};

/// When things go wrong.
const AT: u64 = 12_000;
/// Plans per test, which differ by their delays and by who owns what.
const SEEDS: u64 = 4;

/// The longest time without an acknowledgement in any of the rooms that are always in use.
fn longest_silence_ms(outcome: &Outcome, from: u64, to: u64) -> u64 {
    let rooms = ["red", "green", "blue"].into_iter();
    let silence = |room: &str| {
        let of_room = outcome.acked_at.iter().filter(|(_, acked)| acked == room);
        let times = of_room.map(|(at, _)| *at).filter(|at| (from..to).contains(at));
        let times: Vec<_> = std::iter::once(from).chain(times).chain([to]).collect();
        times.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(0)
    };
    rooms.map(silence).max().unwrap_or(0)
}

/// Clients leave and come back by themselves; that much silence has nothing to do with a crash.
const USUAL_MS: u64 = 2_500;

fn check(bound_ms: u64, operations: impl Fn(Plan, Node) -> Plan) {
    for seed in 0..SEEDS {
        for backend in 0..3 {
            for policy in [OnRouterLoss::Stop, OnRouterLoss::Continue] {
                let plan = operations(Plan::quiet(seed, policy), Node::Backend(backend));
                let outcome = run(&plan, None);
                assert_eq!(outcome.violations, [], "{plan}");
                let silence = longest_silence_ms(&outcome, AT, AT + 25_000);
                assert!(silence <= bound_ms + USUAL_MS, "{silence} ms\n{plan}");
            }
        }
    }
}

#[test]
fn rooms_of_a_dead_process_are_usable_within_3_s() {
    check(3_000, |plan, backend| plan.with(AT, Operation::Crash(backend, false)));
}

#[test]
fn rooms_of_a_silent_host_are_usable_within_8_s() {
    check(8_000, |plan, backend| plan.with(AT, Operation::Crash(backend, true)));
}

#[test]
fn rooms_of_a_process_that_restarts_at_once_are_usable_within_3_s() {
    check(3_000, |plan, backend| {
        let plan = plan.with(AT, Operation::Crash(backend, false));
        plan.with(AT + 300, Operation::Start(backend))
    });
}

#[test]
fn chats_go_on_while_the_router_is_gone_if_they_may() {
    for seed in 0..SEEDS {
        let plan = Plan::quiet(seed, OnRouterLoss::Continue)
            .with(AT, Operation::Crash(Node::Router, false))
            .with(AT + 15_000, Operation::Start(Node::Router));
        let outcome = run(&plan, None);
        assert_eq!(outcome.violations, []);
        assert_eq!(outcome.overlaps, 0);
        let acks = outcome.acked_at.iter();
        let during = acks.filter(|(at, _)| (AT + 5_000..AT + 15_000).contains(at)).count();
        assert!(during > 10, "{during} acknowledgements without a router");
    }
}

#[test]
fn an_owner_that_slept_while_the_router_restarted_is_never_a_second_one() {
    for seed in 0..SEEDS {
        for backend in 0..3 {
            let owner = Node::Backend(backend);
            let plan = Plan::quiet(seed, OnRouterLoss::Continue)
                .with(AT, Operation::Pause(owner))
                .with(AT + 1_000, Operation::Crash(Node::Router, false))
                .with(AT + 2_000, Operation::Start(Node::Router))
                .with(AT + 20_000, Operation::Wake(owner));
            let outcome = run(&plan, None);
            assert_eq!(outcome.violations, [], "{plan}");
        }
    }
}

#[test]
fn every_room_is_found_on_the_same_owner_after_the_router_was_killed() {
    for seed in 0..SEEDS {
        let plan = Plan::quiet(seed, OnRouterLoss::Stop)
            .with(AT, Operation::Crash(Node::Router, false))
            .with(AT + 200, Operation::Start(Node::Router));
        let before = run(&Plan::quiet(seed, OnRouterLoss::Stop), None);
        let outcome = run(&plan, None);
        assert_eq!(outcome.violations, []);
        assert_eq!(before.losses_of_used_rooms, 0);
        assert_eq!(outcome.losses_of_used_rooms, 0, "{plan}");
    }
}
