//! The router of the fleet: pages, room lookups, sessions, tickets, placement, the operator's page.
//!
//! It never sees a message. In one process it runs beside the one backend, which it knows as it
//! knows others: by `fleet`'s calls.
#![forbid(unsafe_code)]

pub mod admin;
mod admission;
mod assets;
mod config;
mod direct;
pub mod discovery;
mod edge;
mod lookup;
mod metrics;
mod pages;
mod refusal;
mod room_traffic;
mod router;
mod server;
mod sessions;
mod site;
mod tickets;

#[cfg(test)]
mod tests;

pub use config::{Config, DaemonConfig, FleetError, PREFIX};
pub use direct::BadDomain;
pub use router::{
    BackendView, DiskError, Drain, DrainError, FileInstance, FilesView, FleetView, Reach, Roster,
    RosterFile, Trouble, Why,
};
pub use server::{AuxError, AuxServer, Parts};
