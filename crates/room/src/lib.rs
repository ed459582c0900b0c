//! One room as a pure state machine: inputs in, effects out.
//!
//! A [`Room`] does no I/O, reads no clock and draws no random value: time and random bits are
//! arguments of [`Room::apply`], which is total (a refusal is an effect) and deterministic (the
//! same inputs give the same effects). It knows nothing of sockets, JSON, tasks or other rooms.

#![forbid(unsafe_code)]

mod bucket;
mod commit;
mod effect;
mod event;
mod files;
mod history;
mod ids;
mod input;
mod invariants;
mod join;
mod journal;
mod keys;
mod limits;
mod members;
pub mod names;
mod presence;
mod record;
mod rename;
mod requests;
mod resume;
mod room;
mod size;
mod snapshot;
mod text;
mod trim;
mod typing;
mod views;
mod votes;

pub use effect::{
    CloseReason, Effect, Gap, Joined, MemberView, MessageView, Presence, Refusal, Reply, RoomView,
};
pub use event::{Event, EventKind, File, Preview};
pub use ids::{Epoch, Incarnation, Key, MemberId, PeerId, RequestId, Seq, SessionId, UnixMillis};
pub use input::{Creation, Cursor, Input, Join, Post, Request, Verifier, Vote};
pub use limits::{Limits, Rate};
pub use record::Record;
pub use resume::Branch;
pub use room::Room;
pub use snapshot::{KeptKey, KeptMember, KeptMessage, KeptName, Snapshot};
