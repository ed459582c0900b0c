//! What calls say. All times are milliseconds since 1970.

use std::sync::Arc;

use placement::{RunId, StatusAnswer, StatusRequest};
use protocol::http::FilesIn;
use serde::{Deserialize, Serialize};

use crate::mirror;

/// The router's question to a backend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Poll {
    /// The question.
    #[serde(with = "mirror::StatusRequestMirror")]
    pub status: StatusRequest,
    /// The fleet addresses of all file servers, to which notices of files go.
    pub files: Vec<String>,
}

/// A backend's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PollAnswer {
    /// The answer.
    #[serde(with = "mirror::StatusAnswerMirror")]
    pub status: StatusAnswer,
    /// Who answers.
    pub about: About,
}

/// What an operator wants to know of a backend, and what the edge needs to reach it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct About {
    /// The name to show.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The public name of the secret that it signs with.
    pub key_id: String,
    /// When it started.
    pub started: u64,
    /// The port of its doors, on the host of its fleet address.
    pub door_port: u16,
    /// The port of its admin listener, on the same host.
    pub admin_port: u16,
    /// Where browsers reach its doors in direct mode; empty without.
    pub direct_host: String,
    /// Members online.
    pub members: u64,
    /// Milliseconds by which its timers are late.
    pub lag_ms: u64,
    /// What holds for its rooms.
    pub facts: RoomFacts,
}

/// What pages tell about rooms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RoomFacts {
    /// Milliseconds from a room's last use to its end.
    pub expires_after_ms: u64,
    /// Messages kept per room.
    pub messages_max: u32,
    /// Characters of a text.
    pub text_chars_max: u32,
}

/// What may be known of a room from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomSummary {
    /// Whether it has a password.
    pub protected: bool,
    /// Members online.
    pub members: u32,
}

/// A room, as its operator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomRow {
    /// Its name.
    pub room: Arc<str>,
    /// The owner's term.
    pub epoch: u64,
    /// When it was created.
    pub created: u64,
    /// Members online.
    pub members: u32,
    /// Messages kept.
    pub messages: u32,
    /// Bytes of its state.
    pub bytes: u64,
    /// Whether it has a password.
    pub protected: bool,
}

/// Whom a text for everybody has reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announced {
    /// Rooms.
    pub rooms: u64,
    /// Peers in them.
    pub peers: u64,
}

/// A backend says that it is there, since nobody asks it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Its fleet address.
    pub address: String,
    /// This run of it.
    #[serde(with = "mirror::RunIdMirror")]
    pub run: RunId,
    /// Whether it is about to stop, so that it is to get no more rooms.
    pub leaving: bool,
}

/// A backend gives rooms back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// This run of it.
    #[serde(with = "mirror::RunIdMirror")]
    pub run: RunId,
    /// The rooms.
    pub rooms: Vec<ReleasedRoom>,
}

/// A room that is given back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleasedRoom {
    /// The room.
    pub room: Arc<str>,
    /// The term that ends.
    pub epoch: u64,
}

/// What the router tells about a file server's files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileFacts {
    /// The number that the ids of its files begin with.
    pub number: u8,
    /// Its version.
    pub version: String,
    /// The public name of the secret that it signs with.
    pub key_id: String,
    /// Bytes of a file.
    pub file_bytes_max: u64,
    /// Bytes of a drawing or an image.
    pub drawing_bytes_max: u64,
    /// Where files are.
    pub files_in: FilesIn,
    /// The port of its admin listener, on the host of its fleet address.
    pub admin_port: u16,
}
