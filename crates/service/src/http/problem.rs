//! Errors as RFC 9457 problem documents.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use protocol::ErrorCode;
use protocol::http::{PROBLEM_TYPE, Problem as Body};

/// A refusal of a request.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The status.
    pub status: StatusCode,
    /// Why, for programs.
    pub code: ErrorCode,
    /// Why, for developers. It never repeats what the client sent.
    pub detail: String,
    /// Milliseconds until it may work.
    pub retry_after_ms: Option<u64>,
}

impl Problem {
    /// A refusal.
    pub fn new(status: StatusCode, code: ErrorCode, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), retry_after_ms: None }
    }

    /// The refusal of too much in too short a time.
    pub fn rate_limited(retry_after_ms: u64) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, ErrorCode::RateLimited, "too many requests")
            .retry_after_ms(retry_after_ms)
    }

    /// The same, with the time to wait.
    #[must_use]
    pub fn retry_after_ms(mut self, ms: u64) -> Self {
        self.retry_after_ms = Some(ms);
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = Body {
            kind: "about:blank".into(),
            title: self.status.canonical_reason().unwrap_or("Error").into(),
            status: self.status.as_u16(),
            detail: self.detail,
            code: self.code,
            retry_after_ms: self.retry_after_ms,
        };
        let json = serde_json::to_vec(&body).expect("a problem has string keys only");
        let mut response = (self.status, json).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_TYPE));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(ms) = self.retry_after_ms {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(ms.div_ceil(1_000)));
        }
        response
    }
}
