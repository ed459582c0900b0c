//! Bad days of a fleet of real processes: backends that are silent, lie, die or sleep, routers that
//! are away, killed or one too many, and what visitors notice of it.

mod bursts;
pub(super) mod cast;
mod edits;
mod lost_backend;
mod lost_router;
mod paused;
mod pretenders;
mod strange_backends;
mod tickets;
mod two_routers;
