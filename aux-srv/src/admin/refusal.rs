//! Refusals of the operator's door, as problem documents with codes of its own.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use protocol::http::PROBLEM_TYPE;
use serde_json::json;

use crate::router::DrainError;

/// Why the door refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// There is no token in the environment.
    NoToken,
    /// The token or the session is missing, wrong or over.
    Unauthorized,
    /// Too many wrong tokens from this address.
    TooManyGuesses {
        /// Milliseconds until the next one.
        retry_after_ms: u64,
    },
    /// The page that asks is not this one.
    BadOrigin,
    /// The change carries no CSRF token, or another session's.
    Csrf,
    /// The request is malformed.
    BadRequest(String),
    /// The API has no such path, or the fleet no such backend or room.
    NotFound(&'static str),
    /// The path is not asked in this way.
    BadMethod,
    /// A backend did not do what was asked.
    Unanswered(String),
}

impl Refusal {
    /// The fleet has no such backend.
    pub(super) const NO_BACKEND: Self = Self::NotFound("the fleet has no backend of this name");

    fn parts(self) -> (StatusCode, &'static str, String) {
        let said = |status, code, detail: &str| (status, code, detail.to_owned());
        match self {
            Self::NoToken => said(
                StatusCode::SERVICE_UNAVAILABLE,
                "no_admin_token",
                "this process was started without ADMIN_TOKEN, so nobody can administer it",
            ),
            Self::Unauthorized => {
                said(StatusCode::UNAUTHORIZED, "unauthorized", "the admin token is needed here")
            }
            Self::TooManyGuesses { .. } => said(
                StatusCode::TOO_MANY_REQUESTS,
                "rate_limited",
                "too many wrong tokens from this address",
            ),
            Self::BadOrigin => {
                said(StatusCode::FORBIDDEN, "bad_origin", "the page that asks is another site's")
            }
            Self::Csrf => said(
                StatusCode::FORBIDDEN,
                "csrf",
                "a change by a browser carries the session's token in instantchat-csrf",
            ),
            Self::BadRequest(detail) => (StatusCode::BAD_REQUEST, "bad_request", detail),
            Self::NotFound(detail) => said(StatusCode::NOT_FOUND, "not_found", detail),
            Self::BadMethod => said(
                StatusCode::METHOD_NOT_ALLOWED,
                "bad_request",
                "this path is not asked in this way",
            ),
            Self::Unanswered(detail) => (StatusCode::BAD_GATEWAY, "unanswered", detail),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let retry_after_ms = match &self {
            Self::TooManyGuesses { retry_after_ms } => Some(*retry_after_ms),
            _ => None,
        };
        let challenge = self == Self::Unauthorized;
        let (status, code, detail) = self.parts();
        let mut body = json!({
            "type": "about:blank",
            "title": status.canonical_reason().unwrap_or("Error"),
            "status": status.as_u16(),
            "code": code,
            "detail": detail,
        });
        if let (Some(ms), Some(body)) = (retry_after_ms, body.as_object_mut()) {
            body.insert("retryAfterMs".into(), ms.into());
        }
        let mut response = (status, body.to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_TYPE));
        if let Some(ms) = retry_after_ms {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(ms.div_ceil(1_000)));
        }
        if challenge {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<DrainError> for Refusal {
    fn from(error: DrainError) -> Self {
        match error {
            DrainError::Unknown => Self::NO_BACKEND,
            DrainError::Disk(_) => Self::Unanswered(error.to_string()),
        }
    }
}

/// Whatever the API has no route for.
pub(super) async fn no_such_path() -> Refusal {
    Refusal::NotFound("the admin API has no such path")
}

/// A route that is asked in a way that it does not know.
pub(super) async fn no_such_method() -> Refusal {
    Refusal::BadMethod
}

/// No cache keeps an answer of the API.
pub(super) async fn keep_from_caches(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
