//! Room traffic: each connection gets a session, an owner and a ticket on its way to a backend.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderValue;
use protocol::http::{SESSION_HEADER, TICKET_HEADER};
use protocol::limits::TICKET_MS;
use protocol::token::{Session, Ticket};
use protocol::wire::Id128;
use protocol::{ErrorCode, NameError, RoomName};
use service::http::{ClientAddress, session_of};
use service::random;

use crate::metrics::Routed;
use crate::server::AuxServer;

/// Hands a request on with a ticket. What a client says in the fleet's own headers is dropped.
pub(crate) async fn route(
    State(aux): State<Arc<AuxServer>>,
    ClientAddress(address): ClientAddress,
    segment: Option<Path<String>>,
    mut request: Request,
    next: Next,
) -> Response {
    for name in [TICKET_HEADER, SESSION_HEADER] {
        request.headers_mut().remove(name);
    }
    let name = match segment.map(|Path(text)| aux.parse_name(&text)) {
        Some(Ok(name)) => name,
        Some(Err(NameError::Reserved)) => {
            aux.metrics.routed(Routed::BadName, 1);
            return (aux.refuse)(request, ErrorCode::ReservedName).await;
        }
        Some(Err(_)) | None => {
            aux.metrics.routed(Routed::BadName, 1);
            return (aux.refuse)(request, ErrorCode::BadName).await;
        }
    };
    if !aux.may_place(&name, address) {
        aux.metrics.routed(Routed::RateLimited, 1);
        return (aux.refuse)(request, ErrorCode::RateLimited).await;
    }
    let known = session_of(request.headers(), &aux.keys);
    let session = known.unwrap_or_else(|| Session(random::bytes()));
    let Some(ticket) = aux.ticket(&name, &session) else {
        aux.metrics.routed(Routed::Unavailable, 1);
        return (aux.refuse)(request, ErrorCode::Unavailable).await;
    };
    aux.metrics.routed(Routed::Ticketed, 1);
    insert(&mut request, TICKET_HEADER, &ticket);
    if known.is_none() {
        insert(&mut request, SESSION_HEADER, &session.sign(&aux.keys));
    }
    let mut response = next.run(request).await;
    if known.is_none() {
        aux.set_session(&mut response, &session);
    }
    response
}

fn insert(request: &mut Request, name: &'static str, token: &str) {
    let value = HeaderValue::try_from(token).expect("a token is base64url and dots");
    request.headers_mut().insert(name, value);
}

impl AuxServer {
    /// Whether an address may ask for a room. A place for a new one is remembered for minutes,
    /// whether or not anybody enters it, so that it costs what a lookup does.
    fn may_place(&self, name: &RoomName, address: IpAddr) -> bool {
        self.is_placed(name) || self.lookups.take(address, self.clock.now(), 1).is_ok()
    }

    /// A ticket for the owner of the room, who is chosen now if there is none.
    fn ticket(&self, name: &RoomName, session: &Session) -> Option<String> {
        let now = self.clock.now();
        let owner = self.place(name, now)?;
        let ticket = Ticket {
            room: name.to_string(),
            run: 0,
            router: 0,
            epoch: owner.epoch,
            session: session.hash(&self.keys),
            nonce: Id128(random::bytes()),
            expires: now + TICKET_MS,
        };
        Some(ticket.sign(&self.keys))
    }
}
