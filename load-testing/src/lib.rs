//! `load`: swarms of real clients that check what they receive.
#![forbid(unsafe_code)]

pub mod dialect;
pub mod dice;
pub mod fault;
pub mod findings;
pub mod judged;
pub mod ledger;
pub mod measures;
mod member;
pub mod part;
mod peer;
pub mod plan;
pub mod progress;
pub mod report;
pub mod run;
pub mod scenario;
pub mod sight;
pub mod summary;
pub mod target;
pub mod time;
pub mod world;
