//! Sessions: given with any first answer.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderValue, header};
use protocol::token::Session;
use service::http::{session_cookie, session_of};
use service::random;

use crate::server::AuxServer;

/// No shared cache keeps the answer, and no browser uses it unasked.
const PRIVATE: &str = "private, no-cache";

/// Gives a session to a visitor who has none. Answers that caches may keep are left alone, and all
/// others, redirects among them, are kept from shared caches: a session there would be everybody's.
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
        let headers = response.headers_mut();
        if headers.get(header::CACHE_CONTROL).is_none_or(|value| value != "no-store") {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(PRIVATE));
        }
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
