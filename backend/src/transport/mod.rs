//! The doors: how a connection reaches a room. The only place that knows WebSocket.

pub mod websocket;
