//! The router of the fleet: pages, room lookups, sessions, tickets, placement.
//!
//! It never sees a message. In one process it runs beside the one backend; what it knows of
//! backends comes through [`BackendLink`] either way.
#![forbid(unsafe_code)]

mod assets;
mod config;
mod link;
mod lookup;
mod metrics;
mod pages;
mod refusal;
mod room_traffic;
mod server;
mod sessions;
mod site;

#[cfg(test)]
mod tests;

pub use config::{Config, DaemonConfig};
pub use link::{BackendLink, NoBackends, RoomSummary};
pub use refusal::{Refuse, plain_refusal};
pub use server::{AuxError, AuxServer, Parts};
pub use site::SiteFacts;
