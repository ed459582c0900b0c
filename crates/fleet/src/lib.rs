//! How the processes of a fleet call each other: one trait per callee, a client that implements it
//! over HTTP, and routes that serve whatever implements it.
//!
//! Where all parts are one process, they implement the traits for each other directly. This crate
//! decides nothing about rooms; that is `placement`'s.
#![forbid(unsafe_code)]

mod caller;
mod calls;
mod error;
mod guard;
pub mod limits;
mod messages;
mod mirror;
mod nonces;
mod paths;
mod remote;
mod routes;
mod signature;

pub use caller::{Caller, CallerError};
pub use calls::{Answer, Aux, Backend, Files};
pub use error::CallError;
pub use guard::Guard;
pub use messages::{
    About, Announced, FileFacts, Poll, PollAnswer, Release, ReleasedRoom, Report, RoomFacts,
    RoomRow, RoomSummary,
};
pub use routes::{aux_routes, backend_routes, files_routes};
