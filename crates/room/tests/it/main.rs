//! The room's behaviours, through its public door only.

mod capacity;
mod clock;
mod editing;
mod expiry;
mod files;
mod joining;
mod model;
mod naming;
mod posting;
mod presence;
mod properties;
mod records;
mod replica;
mod resume;
mod steps;
mod story;
mod trimming;
mod typing;
mod voting;
