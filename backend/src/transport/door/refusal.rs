//! Refusals that a browser can read: the upgrade is completed, an error frame says why, and the
//! connection is closed.

use std::sync::Arc;
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::request::Parts;
use hyper::upgrade::OnUpgrade;
use prometheus_client::metrics::gauge::Gauge;
use protocol::{CloseCode, ErrorCode};
use service::http::Problem;

use super::connect;
use crate::backend::Backend;
use crate::places::{Count, Place};
use crate::refused::Refused;
use crate::transport::json;
use crate::transport::websocket::{Handshake, Socket, frame};

/// Refusals under way at once. Beyond it, the answer is a problem document, which costs less.
const REFUSALS_MAX: usize = 256;
/// How long a refused client may take to answer the close frame.
const CLOSE_WAIT: Duration = Duration::from_secs(2);

/// The refusals under way.
pub(crate) struct Refusals(Arc<Count>);

impl Refusals {
    /// None.
    pub(crate) fn new() -> Self {
        Self(Count::new(REFUSALS_MAX, Gauge::default()))
    }
}

/// Completes the upgrade, says why, and closes.
pub(super) fn answer(
    backend: &Arc<Backend>,
    parts: &mut Parts,
    handshake: &Handshake,
    refused: Refused,
) -> Response {
    let upgrade = parts.extensions.remove::<OnUpgrade>();
    match (upgrade, backend.refusals.0.enter()) {
        (Some(upgrade), Some(place)) => {
            let own = Arc::clone(backend);
            backend.lifecycle.spawn(async move { tell(&own, upgrade, refused, place).await });
            handshake.response()
        }
        _ => problem(refused).into_response(),
    }
}

async fn tell(backend: &Backend, upgrade: OnUpgrade, refused: Refused, _place: Place) {
    if let Some((socket, _)) = connect(backend, upgrade).await {
        say(backend, &socket, refused).await;
    }
}

/// The error frame, the close frame, and the end.
async fn say(backend: &Backend, socket: &Socket, refused: Refused) {
    let now = backend.clock.now();
    let Refused { code, detail, retry_after_ms } = refused;
    // A socket that takes no first frame takes no close frame either, and is let go.
    let _ = socket.push_and_flush(&json::error(None, code, detail, retry_after_ms), now);
    backend.metrics.closes.inc(CloseCode::Policy);
    socket.close(frame::close(CloseCode::Policy.as_u16(), code.as_str()), now);
    let _ = socket.finish(CLOSE_WAIT, || backend.clock.now()).await;
}

/// The same as a document.
fn problem(refused: Refused) -> Problem {
    let status = match refused.code {
        ErrorCode::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_REQUEST,
    };
    let problem = Problem::new(status, refused.code, refused.detail);
    match refused.retry_after_ms {
        Some(ms) => problem.retry_after_ms(ms),
        None => problem,
    }
}
