//! Room traffic in one process: each connection gets a session, an owner and a ticket on its way to
//! the backend, as the edge gives them in a fleet.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderValue;
use protocol::NameError;
use protocol::http::{SESSION_HEADER, TICKET_HEADER};
use service::http::ClientAddress;

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
    let name = segment.map_or(Err(NameError::BadCharacter), |Path(text)| aux.parse_name(&text));
    let admitted = match aux.admit(name, request.headers(), address) {
        Ok(admitted) => admitted,
        Err(code) => return aux.refusals.answer(request, code),
    };
    insert(&mut request, TICKET_HEADER, &admitted.ticket.sign(&aux.keys));
    if admitted.is_new {
        insert(&mut request, SESSION_HEADER, &admitted.session.sign(&aux.keys));
    }
    let mut response = next.run(request).await;
    if admitted.is_new {
        aux.set_session(&mut response, &admitted.session);
    }
    response
}

fn insert(request: &mut Request, name: &'static str, token: &str) {
    let value = HeaderValue::try_from(token).expect("a token is base64url and dots");
    request.headers_mut().insert(name, value);
}
