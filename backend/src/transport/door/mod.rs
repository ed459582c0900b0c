//! The WebSocket door: `GET /api/rooms/{room}/ws`. Who may come in is judged here, before a
//! connection costs anything.

mod refusal;
mod ticket;

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::ORIGIN;
use http::request::Parts;
use hyper::upgrade::OnUpgrade;
use protocol::{ErrorCode, NameError, RoomName, TICKET_SUBPROTOCOL_PREFIX};
use room::{PeerId, SessionId};
use service::http::{ClientAddress, ConnectionPlace, Problem};

use super::connection::Connection;
use super::peer::{Arrival, Peer};
use super::websocket::{self, Handshake, Limits, OutboxLimits, Reader, Socket};
use crate::backend::Backend;
use crate::metrics::{Limited, SocketsRefused};
use crate::places::Places;
use crate::refused::Refused;

pub(crate) use refusal::Refusals;
pub(crate) use ticket::Nonces;

/// The route of the door.
pub(crate) fn router(backend: Arc<Backend>) -> Router {
    Router::new().route("/api/rooms/{room}/ws", get(open)).with_state(backend)
}

/// Why a connection does not come in.
enum Turned {
    /// The answer is a problem document: no browser of this site asked.
    Away(Problem),
    /// A browser may be asking, which reads no body of a failed upgrade: the upgrade is completed,
    /// and the reason comes as a frame.
    Down(Refused),
}

impl From<Refused> for Turned {
    fn from(refused: Refused) -> Self {
        Self::Down(refused)
    }
}

/// Opens a connection to a room.
async fn open(
    State(backend): State<Arc<Backend>>,
    path: Result<RawPathParams, RawPathParamsRejection>,
    request: Request,
) -> Response {
    let (mut parts, _) = request.into_parts();
    let handshake = match websocket::accept(&parts) {
        Ok(handshake) => handshake,
        Err(refused) => {
            let problem =
                Problem::new(refused.status(), ErrorCode::BadRequest, refused.to_string());
            return (refused.headers(), problem).into_response();
        }
    };
    // A segment that is not UTF-8 is no name either, and an empty one is refused as such.
    let name = path.as_ref().ok().and_then(|path| path.iter().next());
    let name = name.map_or("", |(_, segment)| segment);
    match admit(&backend, &parts, name) {
        Ok((arrival, places)) => upgrade(&backend, &mut parts, &handshake, arrival, places),
        Err(Turned::Away(problem)) => problem.into_response(),
        Err(Turned::Down(refused)) => refusal::answer(&backend, &mut parts, &handshake, refused),
    }
}

/// Judges a request by everything but its handshake.
fn admit(backend: &Backend, parts: &Parts, name: &str) -> Result<(Arrival, Places), Turned> {
    let (address, now) = (address_of(parts), backend.clock.now());
    let has_pass = websocket::offered(parts, TICKET_SUBPROTOCOL_PREFIX).is_some();
    if !has_pass && !backend.origins.allows(&parts.headers) {
        return Err(other_site());
    }
    backend.connects.take(address, now, 1).map_err(|retry_after_ms| {
        backend.metrics.rate_limited.inc(Limited::Connects);
        Refused::rate_limited(retry_after_ms)
    })?;
    let name = RoomName::parse(name).map_err(|error| bad_name(&error))?;
    let routers_now = backend.standing.router_time(now);
    let visitor = ticket::read(backend, parts, routers_now)?;
    if visitor.page.as_ref().is_some_and(|page| page.0.as_deref() != origin_of(parts)) {
        return Err(other_site());
    }
    let admission = ticket::admit(backend, &visitor, &name, routers_now)?;
    if backend.lifecycle.stopping() {
        backend.metrics.sockets_refused.inc(SocketsRefused::Stopping);
        return Err(Refused::new(ErrorCode::Unavailable, "the server is stopping").into());
    }
    let places = places(backend, parts)?;
    let session = SessionId(visitor.session.0);
    Ok((Arrival { name, session, admission }, places))
}

fn other_site() -> Turned {
    let detail = "the page that asks is not of this site";
    Turned::Away(Problem::new(StatusCode::FORBIDDEN, ErrorCode::BadOrigin, detail))
}

fn origin_of(parts: &Parts) -> Option<&str> {
    parts.headers.get(ORIGIN)?.to_str().ok()
}

fn places(backend: &Backend, parts: &Parts) -> Result<Places, Refused> {
    let address = backend.sockets_of_address.enter(address_of(parts)).ok_or_else(|| {
        backend.metrics.rate_limited.inc(Limited::Sockets);
        Refused::new(ErrorCode::RateLimited, "too many connections of this address are open")
    })?;
    let socket = backend.sockets.enter().ok_or_else(|| {
        backend.metrics.sockets_refused.inc(SocketsRefused::ServerFull);
        Refused::new(ErrorCode::Unavailable, "the server holds no more connections")
    })?;
    let listener = parts.extensions.get::<ConnectionPlace>().cloned();
    Ok(Places { socket, address, listener })
}

fn bad_name(error: &NameError) -> Refused {
    let (code, detail) = match error {
        NameError::Reserved => (ErrorCode::ReservedName, "the name is taken by the site itself"),
        _ => (ErrorCode::BadName, "this cannot be the name of a room"),
    };
    Refused::new(code, detail)
}

/// A request that came through none of our listeners, as in tests, is of nobody.
fn address_of(parts: &Parts) -> std::net::IpAddr {
    let nobody = std::net::Ipv4Addr::UNSPECIFIED.into();
    parts.extensions.get::<ClientAddress>().map_or(nobody, |address| address.0)
}

/// Answers 101, and starts the connection's task.
fn upgrade(
    backend: &Arc<Backend>,
    parts: &mut Parts,
    handshake: &Handshake,
    arrival: Arrival,
    places: Places,
) -> Response {
    let Some(upgrade) = parts.extensions.remove::<OnUpgrade>() else {
        return cannot_upgrade();
    };
    let (own, address) = (Arc::clone(backend), address_of(parts));
    backend.lifecycle.spawn(async move {
        if let Some(peer) = take(own, upgrade, address, places).await {
            peer.arrive(arrival).await;
        }
    });
    handshake.response()
}

/// The connection, once hyper has let go of it.
async fn take(
    backend: Arc<Backend>,
    upgrade: OnUpgrade,
    address: std::net::IpAddr,
    places: Places,
) -> Option<Peer> {
    let (socket, leftover) = connect(&backend, upgrade).await?;
    let peer = PeerId(backend.next_peer());
    let connection = Connection::new(peer, address, socket, backend.clock.now(), places);
    let limits = Limits { message_bytes_max: protocol::limits::CLIENT_FRAME_BYTES_MAX };
    Some(Peer::new(backend, Arc::new(connection), Reader::new(limits, leftover)))
}

/// The socket of an upgrade, which is to be completed within the time of a first frame.
async fn connect(backend: &Backend, upgrade: OnUpgrade) -> Option<(Socket, bytes::Bytes)> {
    let deadline = backend.clock.now().saturating_add(backend.config.peers.first_frame_ms);
    let upgraded = tokio::select! {
        upgraded = upgrade => upgraded.ok()?,
        () = backend.clock.sleep_until(deadline) => return None,
    };
    let (stream, leftover) = websocket::take(upgraded)
        .inspect_err(|error| tracing::error!(%error, "the listener cannot upgrade"))
        .ok()?;
    let peers = &backend.config.peers;
    let bounds =
        OutboxLimits { frames_max: peers.outbox_frames_max, bytes_max: peers.outbox_bytes_max };
    Some((Socket::new(stream, bounds).ok()?, leftover))
}

fn cannot_upgrade() -> Response {
    let detail = "this connection cannot be upgraded";
    Problem::new(StatusCode::UPGRADE_REQUIRED, ErrorCode::BadRequest, detail).into_response()
}
