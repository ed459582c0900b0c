//! The backend as its clients meet it: a real listener, real sockets, and in front of it the
//! router's part, which gives sessions and tickets.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod hearing;
mod raw;
mod router;
mod server;

mod admission;
mod bad_input;
mod canary;
mod continuity;
mod conversation;
mod daemon;
mod ending;
mod files;
mod hostile;
mod limits;
mod log_suite;
mod membership;
mod operator;
mod outboxes;
mod protection;
mod storm;
mod watching;
