//! Pages and assets: one page for `/`, `/about` and every room.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use protocol::{ErrorCode, RoomName};
use service::http::Problem;

use crate::assets::INDEX;
use crate::server::AuxServer;

/// Characters of a name that stand in a path as they are.
pub(crate) const PATH_SAFE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b',')
    .remove(b'@');

/// Answers whatever no other route does.
pub(crate) async fn page(State(aux): State<Arc<AuxServer>>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        let detail = "pages are read with GET";
        return Problem::new(StatusCode::METHOD_NOT_ALLOWED, ErrorCode::BadRequest, detail)
            .into_response();
    }
    let path = request.uri().path().trim_start_matches('/');
    if path != INDEX
        && let Some(answer) = aux.assets.answer(path, request.headers())
    {
        return answer;
    }
    if path.is_empty() || path == "about" {
        return aux.index(request.headers(), StatusCode::OK);
    }
    if path.contains('/') || path == INDEX {
        return aux.index(request.headers(), StatusCode::NOT_FOUND);
    }
    room_page(&aux, path, request.headers())
}

/// The page of a room, under the one name that it has. A name that does not work gets the page
/// too, which says why and what would.
fn room_page(aux: &AuxServer, segment: &str, headers: &HeaderMap) -> Response {
    let decoded = percent_decode_str(segment).decode_utf8().ok();
    let Some(name) = decoded.as_deref().and_then(|text| RoomName::parse(text).ok()) else {
        return aux.index(headers, StatusCode::NOT_FOUND);
    };
    if decoded.as_deref() == Some(name.as_str()) {
        return aux.index(headers, StatusCode::OK);
    }
    let location = format!("/{}", utf8_percent_encode(name.as_str(), PATH_SAFE));
    match HeaderValue::try_from(location) {
        Ok(location) => {
            (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, location)]).into_response()
        }
        Err(_) => aux.index(headers, StatusCode::NOT_FOUND),
    }
}

impl AuxServer {
    /// The page. A page that is not there is not remembered either, so it has no ETag to match.
    fn index(&self, headers: &HeaderMap, status: StatusCode) -> Response {
        self.metrics.pages.inc();
        let unconditional = HeaderMap::from_iter(
            headers
                .get(header::ACCEPT_ENCODING)
                .map(|accepted| (header::ACCEPT_ENCODING, accepted.clone())),
        );
        let headers = if status == StatusCode::OK { headers } else { &unconditional };
        let Some(mut response) = self.assets.answer(INDEX, headers) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        if status != StatusCode::OK {
            *response.status_mut() = status;
        }
        if let Some(policy) = &self.direct_policy {
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy.clone());
        }
        response
    }
}
