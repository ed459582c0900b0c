//! The file server: drawings, attachments, link previews.
//!
//! It knows rooms by an owner id alone, and reads no message. What it serves is inert: images
//! are written anew by its own encoders, everything else is a download from a sandbox.
#![forbid(unsafe_code)]

pub mod config;
mod download;
mod fleet_calls;
mod folder;
mod id;
pub mod limits;
mod media_type;
mod metrics;
mod name;
mod picture;
mod preview;
mod server;
mod stopping;
mod store;
mod text;
mod upload;
mod workers;

pub use config::{DaemonConfig, FilesConfig};
pub use fleet_calls::FleetAnswers;
pub use id::{NotANumber, Number};
pub use preview::Reach;
pub use server::{FileFacts, FileServer, StartError, Surroundings};
