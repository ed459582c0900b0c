//! Placement by its public face: what a router and its backends do, told as stories.

mod choice;
mod claims;
mod epochs;
mod health;
mod holdings;
mod limits;
mod moving;
mod restart;
mod roster;
mod standing;
mod story;
mod term;
