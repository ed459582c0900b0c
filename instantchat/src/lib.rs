//! All of instantchat in one process: the router, one backend and the file server as libraries,
//! behind one listener, with the same tickets and the same protocol as in a fleet.
#![forbid(unsafe_code)]

mod args;
mod config;
mod links;
mod site;

pub use args::Args;
pub use config::Config;
pub use site::{Instantchat, start};
