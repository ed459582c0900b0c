//! WebSocket frames of version 1: one JSON object each, tagged by `type`.

mod client;
mod decode;
mod event;
mod message;
mod server;

#[cfg(test)]
mod tests;

pub use client::{ClientFrame, Join, Resume, VoteValue};
pub use decode::BadFrame;
pub use event::{Event, EventKind};
pub use message::{File, Image, Message, Preview};
pub use server::{Gap, GapReason, Joined, MemberState, Room, ServerFrame, You};
