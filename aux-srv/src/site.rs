//! What this server is and keeps, as pages tell it: from the configuration in force.

use axum::Json;
use axum::extract::State;
use http::header;
use protocol::http::{FilesIn, SiteInfo};
use std::sync::Arc;

use crate::server::AuxServer;

/// What the other processes' configurations say.
#[derive(Clone, Copy, Debug)]
pub struct SiteFacts {
    /// Milliseconds from a room's last use to its end.
    pub room_expires_after_ms: u64,
    /// Messages kept per room.
    pub messages_max: u32,
    /// Characters of a text.
    pub text_chars_max: u32,
    /// Bytes of a file.
    pub file_bytes_max: u64,
    /// Bytes of a drawing.
    pub drawing_bytes_max: u64,
    /// Where files are kept.
    pub files_in: FilesIn,
    /// Whether visitors' addresses are written to a log.
    pub addresses_logged: bool,
}

/// `GET /api/site`.
pub(crate) async fn site(
    State(aux): State<Arc<AuxServer>>,
) -> ([(header::HeaderName, &'static str); 1], Json<SiteInfo>) {
    ([(header::CACHE_CONTROL, "no-cache")], Json(aux.site_info()))
}
