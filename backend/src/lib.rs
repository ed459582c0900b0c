//! The owner of rooms: each room is one task, entered through the doors of `transport`.
//!
//! [`Backend`] is the whole of it: made once, served by its [`Backend::router`], asked by the
//! router's side through its [`Backend::fleet`], ended by its lifecycle. It
//! serves no pages, issues no sessions and no tickets, and places no rooms.
#![forbid(unsafe_code)]

mod backend;
mod capacity;
pub mod config;
mod descriptors;
mod fleet;
mod labels;
mod links;
pub mod log;
mod metrics;
mod passwords;
mod places;
mod refused;
mod rooms;
mod traces;
pub mod transport;

pub use self::fleet::{FileNotices, Reach};
pub use backend::Backend;
pub use config::{Config, DaemonConfig};
pub use links::{Alone, FileLink, Links, Place};
