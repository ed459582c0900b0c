//! Connections: accepted within a limit, each with deadlines, ended with the process.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::{HeaderValue, Request, header};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tower::ServiceExt;

use super::activity::Activity;
use super::address::{ClientAddress, PeerAddress, TrustedProxies};
use crate::descriptors;
use crate::lifecycle::Lifecycle;
use crate::rate::{ADDRESSES_MAX, AddressCounts, Held};

/// Pause after a failed accept: the process is out of descriptors, and the next try would fail
/// as well.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// How long a stop waits for a request that has begun to come; an answer of which nothing is taken
/// gets several times that.
const STOP_PATIENCE: Duration = Duration::from_millis(500);
/// Streams of one HTTP/2 connection at once.
const H2_STREAMS_MAX: u32 = 64;
/// Bytes of one HTTP/2 stream's answer that wait for the client.
const H2_SEND_BYTES_MAX: usize = 64 << 10;
/// Connections of one address that are no WebSockets, unless it is a trusted proxy's.
const ADDRESS_CONNECTIONS_MAX: u32 = 1_000;
/// Bytes of headers of one request.
const HEADER_BYTES_MAX: usize = 16 << 10;
/// Headers of one request.
const HEADERS_MAX: usize = 100;

/// The limits of a listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct HttpLimits {
    /// Connections at once, WebSockets included; never so many that no descriptor is left for
    /// files.
    pub connections_max: usize,
    /// Milliseconds until the headers of a request must have come, the wait for a further
    /// request on the same connection included.
    pub header_timeout_ms: u64,
}

impl Default for HttpLimits {
    fn default() -> Self {
        Self { connections_max: 50_000, header_timeout_ms: 10_000 }
    }
}

/// How a listener serves.
#[derive(Clone, Debug, Default)]
pub struct ServeOptions {
    /// Its limits.
    pub limits: HttpLimits,
    /// Whose word about client addresses counts.
    pub trusted_proxies: TrustedProxies,
    /// Its end of TLS; plain without.
    pub tls: Option<Arc<ServerConfig>>,
}

/// Accepts connections until the soft stop, and ends the idle ones then. Upgraded connections
/// are their tasks' own to end.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    options: ServeOptions,
    lifecycle: Lifecycle,
) {
    let addresses = AddressCounts::new(ADDRESS_CONNECTIONS_MAX, ADDRESSES_MAX);
    accept_all(listener, router, options, lifecycle, addresses).await;
}

async fn accept_all(
    listener: TcpListener,
    router: Router,
    options: ServeOptions,
    lifecycle: Lifecycle,
    addresses: Arc<AddressCounts>,
) {
    let options = Arc::new(options);
    let connections_max = options.limits.connections_max.min(descriptors::for_connections());
    let places = Arc::new(Semaphore::new(connections_max));
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &places) => accepted,
            () = lifecycle.soft_stopped() => return,
        };
        match accepted {
            Ok((stream, peer, place)) => {
                let trusted = options.trusted_proxies.trusts(peer.ip().to_canonical());
                let held = if trusted { None } else { addresses.enter(peer.ip()) };
                if held.is_none() && !trusted {
                    continue;
                }
                let accepted = Accepted { stream, peer, place, _held: held };
                let (router, options) = (router.clone(), options.clone());
                lifecycle.spawn(encrypted_or_plain(accepted, router, options, lifecycle.clone()));
            }
            Err(error) => {
                tracing::warn!(%error, "accept failed");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Waits for a place first, so that clients wait in the kernel's queue rather than in ours.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    Ok((stream, peer, place))
}

/// A connection and what it holds.
struct Accepted {
    stream: TcpStream,
    peer: SocketAddr,
    /// Among all connections.
    place: OwnedSemaphorePermit,
    /// Among those of its address, until it ends or becomes a WebSocket.
    _held: Option<Held>,
}

/// Serves one connection, after the handshake of TLS if the listener has TLS.
async fn encrypted_or_plain(
    accepted: Accepted,
    router: Router,
    options: Arc<ServeOptions>,
    lifecycle: Lifecycle,
) {
    let Accepted { stream, peer, place, _held } = accepted;
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    let Some(tls) = options.tls.clone() else {
        return connection(stream, peer, place, router, options, lifecycle).await;
    };
    let patience = Duration::from_millis(options.limits.header_timeout_ms);
    let handshake = tokio::time::timeout(patience, TlsAcceptor::from(tls).accept(stream));
    let shaken = tokio::select! {
        shaken = handshake => shaken,
        () = lifecycle.soft_stopped() => return,
    };
    match shaken {
        Ok(Ok(stream)) => connection(stream, peer, place, router, options, lifecycle).await,
        Ok(Err(error)) => tracing::debug!(%error, "no TLS"),
        Err(_) => tracing::debug!("no TLS in time"),
    }
}

/// Serves one connection. Its place is handed to the requests, so that a WebSocket keeps it as
/// long as it lives.
async fn connection(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    place: OwnedSemaphorePermit,
    router: Router,
    options: Arc<ServeOptions>,
    lifecycle: Lifecycle,
) {
    let place = ConnectionPlace(Arc::new(place));
    let trusted = options.trusted_proxies.clone();
    let activity = Arc::new(Activity::default());
    let seen = Arc::clone(&activity);
    let service = service_fn(move |request: Request<Incoming>| {
        let request = prepare(request, peer.ip(), &trusted, &place);
        Arc::clone(&seen).answer(router.clone().oneshot(request))
    });
    let mut builder = Builder::new(TokioExecutor::new());
    let header_timeout = Duration::from_millis(options.limits.header_timeout_ms);
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(header_timeout)
        .max_headers(HEADERS_MAX)
        .max_buf_size(HEADER_BYTES_MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(H2_STREAMS_MAX)
        .max_send_buf_size(H2_SEND_BYTES_MAX)
        .max_header_list_size(HEADER_BYTES_MAX as u32)
        .keep_alive_interval(header_timeout)
        .keep_alive_timeout(header_timeout);
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = activity.ended(header_timeout) => Ok(()),
        () = lifecycle.soft_stopped() => {
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                ended = connection.as_mut() => ended,
                // Half a request holds up no stop.
                () = activity.ended(STOP_PATIENCE) => Ok(()),
                () = lifecycle.hard_stopped() => Ok(()),
            }
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "connection ended");
    }
}

/// The place of a connection among all. A task that outlives the HTTP connection, as a
/// WebSocket's does, takes it from the request's extensions and holds it.
#[derive(Clone, Debug)]
pub struct ConnectionPlace(
    #[expect(dead_code, reason = "held for its drop")] Arc<OwnedSemaphorePermit>,
);

fn prepare(
    request: Request<Incoming>,
    peer: IpAddr,
    trusted: &TrustedProxies,
    place: &ConnectionPlace,
) -> Request<Body> {
    let mut request = request.map(Body::new);
    name_host(&mut request);
    let client = trusted.client(peer, request.headers());
    request.extensions_mut().insert(ClientAddress(client));
    request.extensions_mut().insert(PeerAddress(peer));
    request.extensions_mut().insert(place.clone());
    request
}

/// The host of a request's target, as in HTTP/2, goes over its `Host` (RFC 9112 §3.2.2), so that
/// whoever asks for the one is told of the same.
fn name_host(request: &mut Request<Body>) {
    let Some(authority) = request.uri().authority() else { return };
    if let Ok(host) = HeaderValue::from_str(authority.as_str()) {
        request.headers_mut().insert(header::HOST, host);
    }
}

#[cfg(test)]
mod tests;
