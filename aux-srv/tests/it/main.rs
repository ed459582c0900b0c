//! aux-srv as the router of a fleet: backends that are played here, over real calls.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod backends;
mod edge;
mod files;
mod rooms;
mod roster;
mod site;
mod strange;
