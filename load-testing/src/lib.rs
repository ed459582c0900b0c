//! `load`: swarms of real clients that check what they receive.
#![forbid(unsafe_code)]

pub mod dice;
pub mod fault;
pub mod findings;
pub mod ledger;
pub mod measures;
mod member;
pub mod part;
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
