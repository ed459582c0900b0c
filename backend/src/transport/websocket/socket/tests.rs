//! A socket against real TCP connections on loopback.

mod closing;
mod reading;
mod upgrading;
mod writing;

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Message, WebSocket};

use super::*;
use crate::transport::websocket::frame;

const LIMITS: OutboxLimits = OutboxLimits { frames_max: 1_000, bytes_max: 1024 * 1024 };

/// No test waits longer for anything.
const PATIENCE: Duration = Duration::from_secs(20);

/// The kernel rounds this up; a few KiB are in flight at most.
const TINY_BUFFER_BYTES: u32 = 4096;

async fn within<T>(wait: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, wait).await.expect("the condition came true in time")
}

/// A socket and its client, with kernel buffers of the given size.
async fn pair(limits: OutboxLimits, buffer_bytes: Option<u32>) -> (Socket, TcpStream) {
    let listener = TcpSocket::new_v4().unwrap();
    let client = TcpSocket::new_v4().unwrap();
    if let Some(bytes) = buffer_bytes {
        listener.set_send_buffer_size(bytes).unwrap();
        client.set_recv_buffer_size(bytes).unwrap();
    }
    listener.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
    let listener = listener.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let (client, accepted) = tokio::join!(client.connect(address), listener.accept());
    let socket = Socket::new(accepted.unwrap().0, limits).unwrap();
    // A stream is not known to be writable before the reactor said so once.
    socket.stream.writable().await.unwrap();
    (socket, client.unwrap())
}

/// Pushes `frame` until the kernel takes no more.
fn fill(socket: &Socket, frame: &Bytes) -> usize {
    let mut pushed = 1;
    while socket.push_and_flush(frame, 0).unwrap() == Flushed::All {
        pushed += 1;
    }
    pushed
}

/// What a client finds in the bytes that it received.
fn messages(bytes: Vec<u8>) -> Vec<Message> {
    let wire = std::io::Cursor::new(bytes);
    let config = Some(WebSocketConfig::default());
    let mut client = WebSocket::from_raw_socket(wire, Role::Client, config);
    std::iter::from_fn(|| client.read().ok()).collect()
}

/// The result of a future that is ready within one turn of the reactor.
async fn ready_now<T>(future: &mut (impl Future<Output = T> + Unpin)) -> Option<T> {
    tokio::select! {
        biased;
        value = future => Some(value),
        () = tokio::task::yield_now() => None,
    }
}

#[test]
fn an_idle_connection_costs_less_than_400_bytes() {
    let size = size_of::<Socket>() + size_of::<crate::transport::websocket::Reader>();
    assert!(size < 400, "{size} bytes");
}
