//! Refusals that a browser can read: the upgrade is completed, an error frame says why, and the
//! connection is closed. Other requests for a room get a problem document.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use futures_util::{SinkExt, StreamExt};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use protocol::frame::ServerFrame;
use protocol::limits::{CLIENT_FRAME_BYTES_MAX, FIRST_FRAME_MS};
use protocol::{CloseCode, ErrorCode, SUBPROTOCOL};
use service::Lifecycle;
use service::http::{ConnectionPlace, Problem};
use tokio::sync::Semaphore;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::create_response;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};

/// Refusals under way at once. Beyond it, the answer is a problem document, which costs less.
const REFUSALS_MAX: usize = 256;
/// How long a refused client may take to answer the close frame.
const CLOSE_WAIT: Duration = Duration::from_secs(2);
/// How long the connection may take to become a WebSocket.
const UPGRADE_WAIT: Duration = Duration::from_millis(FIRST_FRAME_MS);
/// Milliseconds after which a full fleet may have room again, and a router may be asked.
const RETRY_AFTER_MS: u64 = 2_000;

/// The refusals under way.
pub(crate) struct Refusals {
    places: Arc<Semaphore>,
    lifecycle: Lifecycle,
}

impl Refusals {
    /// None.
    pub(crate) fn new(lifecycle: Lifecycle) -> Self {
        Self { places: Arc::new(Semaphore::new(REFUSALS_MAX)), lifecycle }
    }

    /// Refuses a request for a room.
    pub(crate) fn answer(&self, request: Request, code: ErrorCode) -> Response {
        let (mut parts, _) = request.into_parts();
        let mut bare = http::Request::new(());
        *bare.method_mut() = parts.method.clone();
        *bare.version_mut() = parts.version;
        *bare.headers_mut() = parts.headers.clone();
        let Ok(handshake) = create_response(&bare) else { return problem(code).into_response() };
        let upgrade = parts.extensions.remove::<OnUpgrade>();
        let (Some(upgrade), Ok(place)) = (upgrade, Arc::clone(&self.places).try_acquire_owned())
        else {
            return problem(code).into_response();
        };
        let listener = parts.extensions.remove::<ConnectionPlace>();
        let life = self.lifecycle.clone();
        self.lifecycle.spawn(async move {
            let _places = (place, listener);
            tokio::select! {
                () = tell(upgrade, code) => {}
                () = life.hard_stopped() => {}
            }
        });
        let mut response = handshake.map(|()| axum::body::Body::empty());
        if offers(&parts.headers) {
            let chosen = HeaderValue::from_static(SUBPROTOCOL);
            response.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, chosen);
        }
        response
    }
}

/// The refusal as a document.
pub(crate) fn problem(code: ErrorCode) -> Problem {
    let status = match code {
        ErrorCode::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::BadOrigin => StatusCode::FORBIDDEN,
        _ => StatusCode::BAD_REQUEST,
    };
    let problem = Problem::new(status, code, detail(code));
    match retry_after_ms(code) {
        Some(ms) => problem.retry_after_ms(ms),
        None => problem,
    }
}

fn detail(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::RateLimited => "too many requests",
        ErrorCode::Unavailable => "no backend can take the room just now",
        ErrorCode::ReservedName => "the name is taken by the site itself",
        ErrorCode::BadOrigin => "the page that asks is not of this site",
        _ => "this cannot be the name of a room",
    }
}

fn retry_after_ms(code: ErrorCode) -> Option<u64> {
    matches!(code, ErrorCode::RateLimited | ErrorCode::Unavailable).then_some(RETRY_AFTER_MS)
}

/// Whether the client speaks our subprotocol: a browser that does gives up on a server that does not.
fn offers(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter();
    let mut tokens = lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
    tokens.any(|token| token.trim() == SUBPROTOCOL)
}

/// The error frame, the close frame, and the end.
async fn tell(upgrade: OnUpgrade, code: ErrorCode) {
    let Ok(Ok(upgraded)) = tokio::time::timeout(UPGRADE_WAIT, upgrade).await else { return };
    let limits = WebSocketConfig::default()
        .max_message_size(Some(CLIENT_FRAME_BYTES_MAX))
        .max_frame_size(Some(CLIENT_FRAME_BYTES_MAX));
    let stream = TokioIo::new(upgraded);
    let mut socket = WebSocketStream::from_raw_socket(stream, Role::Server, Some(limits)).await;
    let frame = ServerFrame::Error {
        id: None,
        code,
        detail: detail(code).to_owned(),
        retry_after_ms: retry_after_ms(code),
    };
    let Ok(text) = serde_json::to_string(&frame) else { return };
    let close =
        CloseFrame { code: CloseCode::Policy.as_u16().into(), reason: code.as_str().into() };
    let said = async {
        socket.send(Message::text(text)).await?;
        socket.close(Some(close)).await?;
        // What was under way to us is read, so that the close frame is not lost to a reset.
        while let Some(Ok(_)) = socket.next().await {}
        Ok::<_, tokio_tungstenite::tungstenite::Error>(())
    };
    // A client that does not wait for the end has not lost anything.
    let _ = tokio::time::timeout(CLOSE_WAIT, said).await;
}
