//! Placement by its public face: what a router and its backends do, told as stories.

mod choice;
mod claims;
mod epochs;
mod health;
mod holdings;
mod moving;
mod restart;
mod roster;
mod story;
mod term;
