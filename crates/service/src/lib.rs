//! The kit of the daemons: configuration, lifecycle, admin listener, HTTP serving, rates, clock.
//!
//! It knows nothing of rooms. It is the only library that reads the time.
#![forbid(unsafe_code)]

pub mod admin;
pub mod clock;
pub mod config;
pub mod daemon;
mod descriptors;
pub mod healthcheck;
pub mod http;
pub mod lifecycle;
pub mod process_metrics;
pub mod random;
pub mod rate;
pub mod secret;
pub mod telemetry;
pub mod tls;
pub mod traces;

pub use clock::Clock;
pub use lifecycle::Lifecycle;
