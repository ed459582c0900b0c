//! WebSocket frames of version 1: one JSON object each, tagged by `type`.

mod client;
mod server;

#[cfg(test)]
mod tests;

pub use client::{BadFrame, ClientFrame, Join, Resume, VoteValue};
pub use server::{
    Event, EventKind, File, Gap, GapReason, Image, Joined, MemberState, Message, Preview, Room,
    ServerFrame, You,
};
