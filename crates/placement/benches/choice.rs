//! What a choice among 1,000 backends costs, and a lookup among 1,000,000 rooms.
//!
//! `cargo bench -p placement`. Plain: it prints the median of rounds, and needs no other crate.

use std::sync::Arc;

use placement::{BackendName, Epochs, Fleet, Load, Owners, Phase};

const BACKENDS: u64 = 1_000;
const ROOMS: usize = 1_000_000;
/// Rounds of which the median counts, and operations in each.
const ROUNDS: usize = 21;
const OPERATIONS: usize = 10_000;

fn main() {
    let names: Vec<_> = (0..BACKENDS)
        .map(|n| BackendName::new(&format!("10.0.{}.{}:8081", n / 250, n % 250)))
        .collect();
    let mut fleet = Fleet::new();
    for (name, n) in names.iter().zip(0..) {
        fleet.report(name.clone(), Phase::Up, load(n), 0);
    }
    let rooms: Vec<Arc<str>> =
        (0..ROOMS).map(|n| format!("room-number-{n}").as_str().into()).collect();

    let mut next = rooms.iter().cycle();
    measure("choice among 1,000 unequal backends", || {
        let _ = next.next().and_then(|room| fleet.choose(room));
    });
    let mut equal = Fleet::new();
    for name in &names {
        equal.report(name.clone(), Phase::Up, load(0), 0);
    }
    measure("choice among 1,000 equal backends", || {
        let _ = next.next().and_then(|room| equal.choose(room));
    });
    let mut reports = names.iter().cycle().zip(0..);
    measure("report of one of 1,000 backends", || {
        if let Some((name, n)) = reports.next() {
            fleet.report(name.clone(), Phase::Up, load(n % 900), 0);
        }
    });

    let (mut owners, mut epochs) = (Owners::new(), Epochs::in_memory());
    let mut roomy = Fleet::new();
    for name in &names {
        roomy.report(name.clone(), Phase::Up, load(0), 0);
    }
    let begun = now();
    for room in &rooms {
        let _ = owners.place(&mut roomy, &mut epochs, room, 1_795_000_000_000);
    }
    let each = begun.elapsed().as_nanos() / ROOMS as u128;
    report(&format!("placement of {} rooms", owners.len()), each);
    let mut next = rooms.iter().step_by(7_919).cycle();
    measure("lookup of a known room among 1,000,000", || {
        if let Some(room) = next.next() {
            let _ = owners.place(&mut roomy, &mut epochs, room, 1_795_000_000_000);
        }
    });
}

/// A backend that carries `n` rooms and can carry many more.
fn load(n: u64) -> Load {
    Load {
        rooms: n,
        rooms_max: 100_000,
        sockets: n * 7,
        sockets_max: 1_000_000,
        bytes: n << 16,
        bytes_max: 1 << 40,
        cpu: n % 700,
        cpu_max: 4_000,
        memory: n << 20,
        memory_max: 1 << 36,
    }
}

fn measure(what: &str, mut operation: impl FnMut()) {
    let mut rounds: Vec<_> = (0..ROUNDS)
        .map(|_| {
            let begun = now();
            (0..OPERATIONS).for_each(|_| operation());
            begun.elapsed().as_nanos() / OPERATIONS as u128
        })
        .collect();
    rounds.sort_unstable();
    report(what, rounds[ROUNDS / 2]);
}

#[expect(clippy::print_stdout, reason = "a benchmark's only output")]
fn report(what: &str, nanoseconds: u128) {
    println!("{what}: {nanoseconds} ns");
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
fn now() -> std::time::Instant {
    std::time::Instant::now()
}
