//! The bodies of the HTTP interface, and its headers.

use serde::{Deserialize, Serialize};

use crate::error_code::ErrorCode;
use crate::frame::{File, Image};

/// The header that carries a grant with an upload or a preview.
pub const GRANT_HEADER: &str = "instantchat-grant";
/// The header in which the router hands a ticket to the backend. Never accepted from outside.
pub const TICKET_HEADER: &str = "instantchat-ticket";
/// The header in which the router hands a new session to the backend. Never accepted from outside.
pub const SESSION_HEADER: &str = "instantchat-session";
/// The cookie of a session without TLS.
pub const SESSION_COOKIE: &str = "session";
/// The cookie of a session under TLS.
pub const SECURE_SESSION_COOKIE: &str = "__Host-session";
/// The media type of an error's body (RFC 9457).
pub const PROBLEM_TYPE: &str = "application/problem+json";

/// The answer to `GET /api/rooms/{room}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct RoomInfo {
    /// The name in its normal form.
    pub room: String,
    /// Whether the room exists; asking does not create it.
    pub exists: bool,
    /// Whether it has a password.
    pub protected: bool,
    /// Members online.
    pub members: u32,
    /// The address of its WebSocket.
    pub url: String,
    /// Four free names like it, when it exists.
    pub suggestions: Vec<String>,
    /// Whether `url` must be asked for, with a ticket, before each connection.
    pub direct: bool,
}

/// The answer to `POST /api/rooms/{room}/ticket`: where one connection is to go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct TicketAnswer {
    /// The address of the WebSocket.
    pub url: String,
    /// What the subprotocol `ticket.…` of the handshake carries, once, within a minute; none where
    /// `url` needs none.
    pub ticket: Option<String>,
}

/// The answer to an upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Uploaded {
    /// What a message will show.
    #[serde(flatten)]
    pub file: File,
    /// What `post` carries as `file`, within 10 minutes.
    pub descriptor: String,
}

/// A request for a preview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PreviewRequest {
    /// The address, of `http` or `https`, 2,000 characters at most.
    pub url: String,
}

/// The answer to a request for a preview.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Previewed {
    /// Its id.
    pub id: String,
    /// The address.
    pub url: String,
    /// The page's title.
    pub title: String,
    /// The page's description; may be empty.
    pub description: String,
    /// Its picture.
    pub image: Option<Image>,
    /// What `post` carries as `preview`, within 10 minutes.
    pub descriptor: String,
}

/// The answer to `GET /api/site`: what this server is and what it keeps, from its configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct SiteInfo {
    /// The version of the server.
    pub version: String,
    /// The build of the web app that it serves; a page of another build offers to reload.
    pub build: String,
    /// Who runs this server, in the operator's words; may be empty.
    pub operator: String,
    /// Milliseconds from a room's last use to its end.
    pub room_expires_after_ms: u64,
    /// Messages kept per room.
    pub messages_max: u32,
    /// Characters of a text.
    pub text_chars_max: u32,
    /// Bytes of a file.
    pub file_bytes_max: u64,
    /// Bytes of a drawing or an image.
    pub drawing_bytes_max: u64,
    /// Where files are: in a folder of the server, or in an object store.
    pub files_in: FilesIn,
    /// Days for which a session's cookie is valid.
    pub session_days: u32,
    /// Whether addresses of visitors are written to a log.
    pub addresses_logged: bool,
}

/// Where files are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub enum FilesIn {
    /// A folder of the server.
    Folder,
    /// An S3-compatible store.
    ObjectStore,
}

/// The body of an error (RFC 9457).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// Always `about:blank`: the code tells the problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// The status.
    pub status: u16,
    /// Why, for developers.
    pub detail: String,
    /// Why, for programs.
    pub code: ErrorCode,
    /// Milliseconds until it may work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, ts(optional))]
    pub retry_after_ms: Option<u64>,
}
