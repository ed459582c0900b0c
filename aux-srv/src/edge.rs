//! What nginx asks, once per connection: where a room is, where an upload goes. Only it may ask; what
//! it is told is the only thing that it sends room traffic by.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use percent_encoding::percent_decode_str;
use protocol::http::{SESSION_HEADER, TICKET_HEADER};
use protocol::{ErrorCode, NameError, RoomName};
use service::http::{ClientAddress, PeerAddress};

use crate::server::AuxServer;

/// The path and query that the client asked for, as it wrote them.
const URI_HEADER: HeaderName = HeaderName::from_static("instantchat-uri");
/// Where the request goes; empty for aux-srv itself.
const UPSTREAM_HEADER: HeaderName = HeaderName::from_static("instantchat-upstream");
/// Why the request is refused.
pub(crate) const REFUSED_HEADER: HeaderName = HeaderName::from_static("instantchat-refused");
/// What room traffic begins with.
const ROOMS: &str = "/api/rooms/";

/// Lets nobody ask but proxies that are trusted, and this machine.
pub(crate) async fn guard(
    State(aux): State<Arc<AuxServer>>,
    peer: PeerAddress,
    request: Request,
    next: Next,
) -> Response {
    if !aux.is_edge(peer.0) {
        return StatusCode::NOT_FOUND.into_response();
    }
    next.run(request).await
}

/// `GET /edge/room`. Always 200: nginx makes 500 of what it does not know.
pub(crate) async fn room(
    State(aux): State<Arc<AuxServer>>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
) -> Response {
    let mut response = StatusCode::OK.into_response();
    let Some(segment) = room_of_socket(&headers) else {
        return refused(response, ErrorCode::NotFound);
    };
    let admitted = match aux.admit(aux.name_in(segment), &headers, address) {
        Ok(admitted) => admitted,
        Err(code) => return refused(response, code),
    };
    // Its address is not known yet, though it was heard: a matter of a moment.
    let Some(door) = admitted.route.door else {
        return refused(response, ErrorCode::Unavailable);
    };
    insert(&mut response, UPSTREAM_HEADER, &door.to_string());
    let ticket = HeaderName::from_static(TICKET_HEADER);
    insert(&mut response, ticket, &admitted.ticket.sign(&aux.keys));
    if admitted.is_new {
        let session = HeaderName::from_static(SESSION_HEADER);
        insert(&mut response, session, &admitted.session.sign(&aux.keys));
        aux.set_session(&mut response, &admitted.session);
    }
    response
}

/// `GET /edge/files`: which file server takes an upload or a preview.
pub(crate) async fn files(State(aux): State<Arc<AuxServer>>) -> Response {
    let mut response = StatusCode::OK.into_response();
    let upstream = aux.fleet.upload_door().as_ref().map_or_else(String::new, SocketAddr::to_string);
    insert(&mut response, UPSTREAM_HEADER, &upstream);
    response
}

/// A socket that comes here is refused: with the code that nginx was told, for its room's name, or
/// because whoever should have taken it is away.
pub(crate) async fn refuse(
    State(aux): State<Arc<AuxServer>>,
    segment: Option<Path<String>>,
    request: Request,
) -> Response {
    let said = request.headers().get(REFUSED_HEADER).and_then(|code| code.to_str().ok());
    let said = ErrorCode::ALL.into_iter().find(|code| Some(code.as_str()) == said);
    let name = segment.map_or(Err(NameError::BadCharacter), |Path(text)| aux.parse_name(&text));
    let code = said.unwrap_or_else(|| name.err().map_or(ErrorCode::Unavailable, ErrorCode::from));
    aux.refusals.answer(request, code)
}

fn refused(mut response: Response, code: ErrorCode) -> Response {
    insert(&mut response, UPSTREAM_HEADER, "");
    insert(&mut response, REFUSED_HEADER, code.as_str());
    response
}

fn insert(response: &mut Response, name: HeaderName, value: &str) {
    let value = HeaderValue::try_from(value).expect("codes, addresses and tokens are plain text");
    response.headers_mut().insert(name, value);
}

/// The room in the client's address, as it wrote it. Backends have a socket for each room and nothing
/// else, so that no other path is worth a place.
fn room_of_socket(headers: &HeaderMap) -> Option<&str> {
    let uri = headers.get(URI_HEADER)?.to_str().ok()?;
    let path = uri.split(['?', '#']).next()?;
    let (room, rest) = path.strip_prefix(ROOMS)?.split_once('/')?;
    (rest == "ws").then_some(room)
}

impl AuxServer {
    fn name_in(&self, segment: &str) -> Result<RoomName, NameError> {
        let decoded = percent_decode_str(segment).decode_utf8();
        self.parse_name(&decoded.map_err(|_| NameError::BadCharacter)?)
    }
}
