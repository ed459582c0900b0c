//! The language of instantchat: frames, names, tokens, error and close codes.
//!
//! This is the only crate that knows JSON. It does no I/O, reads no clock and draws no random
//! value: times and random bytes are arguments. `PROTOCOL.md` beside it is the specification.
#![forbid(unsafe_code)]

pub mod close;
pub mod error_code;
pub mod fleet;
pub mod frame;
pub mod http;
pub mod limits;
pub mod name;
pub mod token;
pub mod wire;

#[cfg(test)]
mod specification;
#[cfg(test)]
mod typescript;

pub use close::CloseCode;
pub use error_code::ErrorCode;
pub use name::{NameError, RoomName};

/// The WebSocket subprotocol of version 1.
pub const SUBPROTOCOL: &str = "instantchat.v1";
/// What begins the subprotocol that carries a ticket to a backend of another host.
pub const TICKET_SUBPROTOCOL_PREFIX: &str = "ticket.";
