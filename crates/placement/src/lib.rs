//! Which backend owns which room: the fleet's load, the choice, and the record of owners.
//!
//! Pure: it does no I/O, reads no clock and rolls no dice. A room is a name here, nothing more.
#![forbid(unsafe_code)]

mod fleet;
mod owners;

#[cfg(test)]
mod tests;

pub use fleet::{BackendName, Fleet, Load, Phase};
pub use owners::{Owner, Owners, PlaceError};
