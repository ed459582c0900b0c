//! The file server as its clients see it: in this process, on a port of its own, over HTTP.
#![expect(clippy::unwrap_used, reason = "a test that fails says where")]

mod bodies;
mod bucket;
mod download;
mod fixture;
mod hostile_sites;
mod images;
mod inert;
mod lives;
mod metrics;
mod preview_limits;
mod previews;
mod process;
mod quotas;
mod returning;
mod several;
mod sites;
mod stopping;
mod upload;
