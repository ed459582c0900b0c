//! The doors: how a connection reaches a room. The only place that knows WebSocket and its JSON.
//! A door translates between frames and a room's nouns; it never touches a room itself.

pub(crate) mod connection;
pub(crate) mod door;
pub(crate) mod json;
pub(crate) mod peer;
pub mod websocket;
