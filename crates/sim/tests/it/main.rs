//! Runs of the simulated fleet.

mod healing;
mod mutants;
mod seeds;
