//! How the processes of a fleet call each other: one trait per callee, a client that implements it
//! over HTTP, and routes that serve whatever implements it.
//!
//! Where all parts are one process, they implement the traits for each other directly. This crate
//! decides nothing about rooms; that is `placement`'s.
#![forbid(unsafe_code)]

mod calls;
mod error;
pub mod limits;
mod messages;
mod mirror;

pub use calls::{Answer, Aux, Backend, Files};
pub use error::CallError;
pub use messages::{
    About, Announced, FileFacts, Poll, PollAnswer, Release, ReleasedRoom, Report, RoomFacts,
    RoomRow, RoomSummary,
};
