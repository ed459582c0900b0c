//! `GET /api/rooms/{room}`: what there is under a name. Asking creates nothing.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use percent_encoding::utf8_percent_encode;
use protocol::http::RoomInfo;
use protocol::{ErrorCode, NameError, RoomName};
use service::http::{ClientAddress, Problem};

use crate::metrics::Lookup;
use crate::pages::PATH_SAFE;
use crate::server::AuxServer;

/// Free names that are told when one is taken.
const SUGGESTIONS: usize = 4;
/// Names that are tried for it.
const SUGGESTIONS_TRIED_MAX: u32 = 100;

/// The answer.
pub(crate) async fn lookup(
    State(aux): State<Arc<AuxServer>>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    segment: Result<Path<String>, PathRejection>,
) -> Response {
    if let Err(retry_after_ms) = aux.lookups.take(address, aux.clock.now(), 1) {
        aux.metrics.lookup(Lookup::RateLimited, 1);
        return Problem::rate_limited(retry_after_ms).into_response();
    }
    let parsed = match segment {
        Ok(Path(text)) => aux.parse_name(&text),
        Err(_) => Err(NameError::BadCharacter),
    };
    match parsed {
        Ok(name) => {
            let info = aux.room_info(&name, &headers);
            let outcome = if info.exists { Lookup::Exists } else { Lookup::Free };
            aux.metrics.lookup(outcome, 1);
            ([(header::CACHE_CONTROL, "no-store")], Json(info)).into_response()
        }
        Err(error) => {
            aux.metrics.lookup(Lookup::BadName, 1);
            bad_name(error).into_response()
        }
    }
}

/// The refusal of a name.
fn bad_name(error: NameError) -> Problem {
    let code = match error {
        NameError::Reserved => ErrorCode::ReservedName,
        _ => ErrorCode::BadName,
    };
    Problem::new(StatusCode::BAD_REQUEST, code, error.to_string())
}

impl AuxServer {
    /// The room's name that a text means, the operator's forbidden names counted in.
    pub(crate) fn parse_name(&self, text: &str) -> Result<RoomName, NameError> {
        let name = RoomName::parse(text)?;
        if self.forbidden.contains(&name) {
            return Err(NameError::Reserved);
        }
        Ok(name)
    }

    fn room_info(&self, name: &RoomName, headers: &HeaderMap) -> RoomInfo {
        let summary = self.summary(name);
        RoomInfo {
            room: name.to_string(),
            exists: summary.is_some(),
            protected: summary.is_some_and(|room| room.protected),
            members: summary.map_or(0, |room| room.members),
            url: self.socket_url(name, headers),
            suggestions: summary.map_or_else(Vec::new, |_| self.suggestions(name)),
            direct: false,
        }
    }

    /// Names like this one that no room has: `-2`, `-3`, …, cut to the longest name where needed.
    fn suggestions(&self, name: &RoomName) -> Vec<String> {
        (2..SUGGESTIONS_TRIED_MAX)
            .filter_map(|n| {
                let suffix = format!("-{n}");
                let kept = RoomName::CHARS_MAX - suffix.len();
                let stem: String = name.as_str().chars().take(kept).collect();
                self.parse_name(&format!("{stem}{suffix}")).ok()
            })
            .filter(|free| self.summary(free).is_none())
            .take(SUGGESTIONS)
            .map(|free| free.to_string())
            .collect()
    }

    /// Where the room's WebSocket is, as the client reached this server.
    fn socket_url(&self, name: &RoomName, headers: &HeaderMap) -> String {
        let segment = utf8_percent_encode(name.as_str(), PATH_SAFE);
        let path = format!("/api/rooms/{segment}/ws");
        match headers.get(header::HOST).and_then(|host| host.to_str().ok()) {
            Some(host) if self.config.https => format!("wss://{host}{path}"),
            Some(host) => format!("ws://{host}{path}"),
            None => path,
        }
    }
}
