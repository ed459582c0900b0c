//! `GET /api/rooms/{room}`: what there is under a name. Asking creates nothing.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use fleet::RoomSummary;
use http::{HeaderMap, StatusCode, header};
use percent_encoding::utf8_percent_encode;
use protocol::http::RoomInfo;
use protocol::{ErrorCode, NameError, RoomName};
use service::http::{ClientAddress, Problem};

use crate::metrics::Lookup;
use crate::pages::PATH_SAFE;
use crate::refusal::problem;
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
    let name = match parsed {
        Ok(name) => name,
        Err(error) => {
            aux.metrics.lookup(Lookup::BadName, 1);
            return bad_name(error).into_response();
        }
    };
    let Ok(summary) = aux.fleet.summary(&name).await else {
        aux.metrics.lookup(Lookup::Unavailable, 1);
        return problem(ErrorCode::Unavailable).into_response();
    };
    let outcome = if summary.is_some() { Lookup::Exists } else { Lookup::Free };
    aux.metrics.lookup(outcome, 1);
    let info = aux.room_info(&name, summary, &headers);
    ([(header::CACHE_CONTROL, "no-store")], Json(info)).into_response()
}

/// The refusal of a name.
fn bad_name(error: NameError) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, error.into(), error.to_string())
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

    fn room_info(
        &self,
        name: &RoomName,
        summary: Option<RoomSummary>,
        headers: &HeaderMap,
    ) -> RoomInfo {
        RoomInfo {
            room: name.to_string(),
            exists: summary.is_some(),
            protected: summary.is_some_and(|room| room.protected),
            members: summary.map_or(0, |room| room.members),
            url: self.socket_url(name, headers),
            suggestions: summary.map_or_else(Vec::new, |_| self.suggestions(name)),
            direct: self.direct.is_some(),
        }
    }

    /// Names like this one that no room on record has: `-2`, `-3`, …, cut to the longest name where needed.
    fn suggestions(&self, name: &RoomName) -> Vec<String> {
        (2..SUGGESTIONS_TRIED_MAX)
            .filter_map(|n| {
                let suffix = format!("-{n}");
                let kept = RoomName::CHARS_MAX - suffix.len();
                let stem: String = name.as_str().chars().take(kept).collect();
                self.parse_name(&format!("{stem}{suffix}")).ok()
            })
            .filter(|free| !self.fleet.has(free))
            .take(SUGGESTIONS)
            .map(|free| free.to_string())
            .collect()
    }

    /// Where the room's WebSocket is, as the client reached this server.
    pub(crate) fn socket_url(&self, name: &RoomName, headers: &HeaderMap) -> String {
        let path = socket_path(name);
        match headers.get(header::HOST).and_then(|host| host.to_str().ok()) {
            Some(host) if self.config.https => format!("wss://{host}{path}"),
            Some(host) => format!("ws://{host}{path}"),
            None => path,
        }
    }
}

/// The path of a room's WebSocket, on whatever host.
pub(crate) fn socket_path(name: &RoomName) -> String {
    format!("/api/rooms/{}/ws", utf8_percent_encode(name.as_str(), PATH_SAFE))
}
