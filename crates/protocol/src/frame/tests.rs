//! Frames: exact JSON, refusals, and survival of any input.

mod any_input;
mod fixtures;
mod refusals;
