//! `POST /api/rooms/{room}/ticket`: where one connection is to go, and with which pass.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, header};
use protocol::http::TicketAnswer;
use protocol::{ErrorCode, NameError, RoomName};
use service::http::{ClientAddress, Problem};

use crate::lookup::socket_path;
use crate::refusal::problem;
use crate::server::AuxServer;

/// The answer.
pub(crate) async fn ticket(
    State(aux): State<Arc<AuxServer>>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    segment: Result<Path<String>, PathRejection>,
) -> Response {
    if !aux.origins.allows(&headers) {
        return problem(ErrorCode::BadOrigin).into_response();
    }
    if let Err(retry_after_ms) = aux.lookups.take(address, aux.clock.now(), 1) {
        return Problem::rate_limited(retry_after_ms).into_response();
    }
    let name = match segment {
        Ok(Path(text)) => aux.parse_name(&text),
        Err(_) => Err(NameError::BadCharacter),
    };
    let answer = match (name, &aux.direct) {
        (Ok(name), Some(_)) => return aux.direct_ticket(name, &headers, address),
        (Ok(name), None) => TicketAnswer { url: aux.socket_url(&name, &headers), ticket: None },
        (Err(error), _) => return problem(error.into()).into_response(),
    };
    ([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response()
}

impl AuxServer {
    fn direct_ticket(
        &self,
        name: RoomName,
        headers: &HeaderMap,
        address: std::net::IpAddr,
    ) -> Response {
        let gateway = self.socket_url(&name, headers);
        let path = socket_path(&name);
        let admitted = match self.admit(Ok(name), headers, address) {
            Ok(admitted) => admitted,
            Err(code) => return problem(code).into_response(),
        };
        let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
        let answer = match &admitted.route.direct_host {
            Some(host) => TicketAnswer {
                url: format!("wss://{host}{path}"),
                ticket: Some(self.pass(&admitted, origin.map(str::to_owned))),
            },
            // It has no address for browsers, or one that pages may not reach: the gateway has.
            None => TicketAnswer { url: gateway, ticket: None },
        };
        let mut response = ([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response();
        if admitted.is_new {
            self.set_session(&mut response, &admitted.session);
        }
        response
    }
}
