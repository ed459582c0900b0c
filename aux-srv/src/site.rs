//! What this server is and keeps, as pages tell it: from what the processes of the fleet say.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header;
use protocol::ErrorCode;
use protocol::http::SiteInfo;

use crate::refusal::problem;
use crate::server::AuxServer;

/// `GET /api/site`.
pub(crate) async fn site(State(aux): State<Arc<AuxServer>>) -> Response {
    match aux.site_info() {
        Some(info) => ([(header::CACHE_CONTROL, "no-cache")], Json(info)).into_response(),
        // No backend was heard yet, so that nobody knows what holds for rooms.
        None => problem(ErrorCode::Unavailable).into_response(),
    }
}

impl AuxServer {
    fn site_info(&self) -> Option<SiteInfo> {
        let (rooms, files) = (self.fleet.room_facts()?, self.fleet.files_told());
        Some(SiteInfo {
            version: env!("CARGO_PKG_VERSION").into(),
            build: self.assets.build().into(),
            operator: self.config.operator.clone(),
            room_expires_after_ms: rooms.expires_after_ms,
            messages_max: rooms.messages_max,
            text_chars_max: rooms.text_chars_max,
            file_bytes_max: files.file_bytes_max,
            drawing_bytes_max: files.drawing_bytes_max,
            files_in: files.files_in,
            session_days: self.config.session_days,
            // No process of ours logs an address, and neither does the edge.
            addresses_logged: false,
        })
    }
}
