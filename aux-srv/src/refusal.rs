//! How room traffic is refused when there is no backend to hand it to.

use std::pin::Pin;
use std::sync::Arc;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use protocol::ErrorCode;
use service::http::Problem;

/// Refuses one request for a room's WebSocket. A browser cannot read the body of a failed
/// upgrade, so whoever has a WebSocket at hand completes it and sends the `error` frame.
pub type Refuse =
    Arc<dyn Fn(Request, ErrorCode) -> Pin<Box<dyn Future<Output = Response> + Send>> + Send + Sync>;

/// Refuses with a problem document, for clients that can read it.
pub fn plain_refusal() -> Refuse {
    Arc::new(|_, code| {
        Box::pin(async move {
            let problem = match code {
                ErrorCode::RateLimited => Problem::rate_limited(RETRY_AFTER_MS),
                code => {
                    let detail = "no backend can take the room";
                    Problem::new(StatusCode::SERVICE_UNAVAILABLE, code, detail)
                        .retry_after_ms(RETRY_AFTER_MS)
                }
            };
            problem.into_response()
        })
    })
}

/// Milliseconds after which a full fleet may have room again.
pub(crate) const RETRY_AFTER_MS: u64 = 2_000;
