//! Echoes WebSocket messages, for Autobahn's fuzzing client: the same codec and
//! socket as the product's door, but no rooms. Not shipped. It prints its
//! address as its first line and runs until it is killed.

use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use backend::transport::websocket::{
    self, Incoming, Limits, OutboxLimits, ReadError, Reader, Refused, Socket, frame,
};
use clap::Parser;
use http::{Request, Response};
use http_body_util::Empty;
use hyper::body::Incoming as Body;
use hyper::service::service_fn;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

/// How long the client may take to answer a close frame.
const CLOSE_WAIT: Duration = Duration::from_secs(5);

/// An echo server for WebSocket conformance tests.
#[derive(Debug, Clone, Copy, Parser)]
struct Flags {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The longest message; longer ones are answered with close 1009.
    #[arg(long, default_value_t = 128 * 1024)]
    message_bytes_max: usize,
    /// The bound of an outbox. Must hold one message and its header.
    #[arg(long, default_value_t = 1024 * 1024)]
    outbox_bytes_max: usize,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let flags = Flags::parse();
    let listener = TcpListener::bind(flags.listen).await?;
    writeln!(std::io::stdout(), "ws://{}", listener.local_addr()?)?;
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(serve(stream, flags));
    }
}

async fn serve(stream: TcpStream, flags: Flags) {
    let service = service_fn(move |request| async move { upgrade(request, flags) });
    let connection = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    report("connection", connection.await);
}

fn upgrade(request: Request<Body>, flags: Flags) -> anyhow::Result<Response<Empty<&'static [u8]>>> {
    let (mut parts, _) = request.into_parts();
    let handshake = match websocket::accept(&parts) {
        Ok(handshake) => handshake,
        Err(refused) => {
            let mut response = Response::new(Empty::new());
            *response.status_mut() = refused.status();
            *response.headers_mut() = refused.headers();
            return Ok(response);
        }
    };
    let upgrade = parts.extensions.remove::<OnUpgrade>();
    let upgrade = upgrade.ok_or_else(|| anyhow::anyhow!("connection cannot be upgraded"))?;
    tokio::spawn(async move { report("peer", echo(upgrade, flags).await) });
    Ok(handshake.response())
}

async fn echo(upgrade: OnUpgrade, flags: Flags) -> anyhow::Result<()> {
    let (stream, leftover) = websocket::take(upgrade.await?)?;
    let bounds = OutboxLimits { frames_max: 1_000, bytes_max: flags.outbox_bytes_max };
    let socket = Socket::new(stream, bounds)?;
    let limits = Limits { message_bytes_max: flags.message_bytes_max };
    let mut reader = Reader::new(limits, leftover);
    let start = tokio::time::Instant::now();
    let now_ms = || u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    loop {
        match reader.next(&socket).await {
            Ok(Some(incoming)) => match answer(&socket, incoming, now_ms()) {
                Ok(true) => {}
                Ok(false) | Err(Refused::Closed) => break,
                Err(Refused::Full) => anyhow::bail!("--outbox-bytes-max is too small"),
            },
            Ok(None) => break,
            Err(ReadError::Protocol(error)) => {
                socket.close(frame::close(error.close_code(), &error.to_string()), now_ms());
                break;
            }
            Err(ReadError::Io(error)) => return Err(error.into()),
        }
        // What the client does not read, it may not add to.
        socket.drained(1, now_ms).await?;
    }
    Ok(socket.finish(CLOSE_WAIT, now_ms).await?)
}

/// Whether the conversation goes on.
fn answer(socket: &Socket, incoming: Incoming, now_ms: u64) -> Result<bool, Refused> {
    let frame = match incoming {
        Incoming::Text(text) => frame::text(&text),
        Incoming::Binary(payload) => frame::binary(&payload),
        Incoming::Ping(payload) => frame::pong(&payload),
        Incoming::Pong(_) => return Ok(true),
        Incoming::Close { code, .. } => {
            let answer = code.map_or_else(frame::close_without_code, |code| frame::close(code, ""));
            socket.close(answer, now_ms);
            return Ok(false);
        }
    };
    socket.push_and_flush(&frame, now_ms).map(|_| true)
}

/// Broken connections are part of the tests; they are told, not fatal.
fn report<E: std::fmt::Display>(what: &str, ended: Result<(), E>) {
    if let Err(error) = ended {
        // Without a standard error there is nobody to tell.
        let _ = writeln!(std::io::stderr(), "{what}: {error}");
    }
}
