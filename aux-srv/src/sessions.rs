//! Sessions: given with any first answer.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header;
use protocol::token::Session;
use service::http::{session_cookie, session_of};
use service::random;

use crate::server::AuxServer;

/// Gives a session to a visitor who has none. Answers that caches may keep are left alone: a
/// session in a shared cache would be everybody's.
pub(crate) async fn give_session(
    State(aux): State<Arc<AuxServer>>,
    request: Request,
    next: Next,
) -> Response {
    let known = session_of(request.headers(), &aux.keys).is_some();
    let mut response = next.run(request).await;
    let cached = response
        .headers()
        .get(header::CACHE_CONTROL)
        .is_some_and(|value| value.as_bytes().starts_with(b"public"));
    if !known && !cached {
        aux.set_session(&mut response, &Session(random::bytes()));
    }
    response
}

impl AuxServer {
    /// Adds the cookie of a new session.
    pub(crate) fn set_session(&self, response: &mut Response, session: &Session) {
        let cookie =
            session_cookie(session, &self.keys, self.config.https, self.config.session_days);
        response.headers_mut().append(header::SET_COOKIE, cookie);
        self.metrics.sessions.inc();
    }
}
