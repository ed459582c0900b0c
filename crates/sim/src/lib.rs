//! A whole fleet on virtual time, from a seed: routers, backends and clients as pure state machines, a
//! network that delays, reorders, loses and cuts, and checks of the guarantees G1 to G8.
//!
//! It runs the types that the daemons drive (`placement::{Router, Term, Holdings}`, `room::Room`) and
//! nothing of the daemons themselves. The log is the memory log: a crash loses rooms, and is told.
#![forbid(unsafe_code)]

mod backend;
mod client;
mod dice;
mod ledger;
mod message;
mod mutant;
mod network;
mod plan;

mod router;
mod step;
mod verdict;
mod world;

pub use dice::Dice;
pub use ledger::Violation;
pub use message::Node;
pub use mutant::Mutant;
pub use plan::{Operation, Plan, Weather};

use world::World;

/// What a run showed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Guarantees that did not hold, in the order of time.
    pub violations: Vec<Violation>,
    /// Posts acknowledged.
    pub acks: usize,
    /// Acknowledgements of an owner that was no longer the newest.
    pub overlaps: u64,
    /// Rooms lost, to crashes, fences and their own end.
    pub losses: usize,
    /// Of these, rooms that somebody uses all the time: they never end by themselves.
    pub losses_of_used_rooms: usize,
    /// Rooms moved.
    pub moves: u64,
    /// When posts were acknowledged, in milliseconds of virtual time, by room.
    pub acked_at: Vec<(u64, String)>,
}

/// Runs a plan. The same plan gives the same outcome, on every machine.
pub fn run(plan: &Plan, mutant: Option<Mutant>) -> Outcome {
    let mut world = World::new(plan, mutant);
    world.run();
    verdict::judge(&mut world, plan.weather);
    let ledger = world.ledger;
    Outcome {
        acks: ledger.acks.len(),
        overlaps: ledger.overlaps,
        losses: ledger.losses(),
        losses_of_used_rooms: ledger.losses_but("brief"),
        moves: ledger.moves,
        acked_at: ledger.acks.iter().map(|ack| (ack.at, ack.room.to_string())).collect(),
        violations: ledger.violations,
    }
}
