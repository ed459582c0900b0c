//! Takes the TCP stream out of hyper after an upgrade, which drops the 5 KiB of
//! state that hyper keeps for every connection, and bounds what the kernel keeps.

use bytes::Bytes;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use hyper_util::server::conn::auto;
use socket2::SockRef;
use tokio::net::TcpStream;

/// Bytes that the kernel keeps of what was sent and not taken: one whole broadcast. Left alone it
/// keeps up to 4 MiB (`tcp_wmem`), so that a hundred peers who stopped reading held 400 MiB beside
/// their bounded outboxes. A host with a lower `wmem_max` keeps that.
const SEND_BUFFER_BYTES: usize = 256 << 10;

/// The upgraded connection is not a plain TCP stream, so it was served by
/// something that this door does not know.
#[derive(Debug, thiserror::Error)]
#[error("upgraded connection is not a TCP stream")]
pub struct NotTcp;

/// The stream, and the bytes that the client sent right after its handshake.
/// Knows connections served by hyper's `http1` and by hyper-util's `auto`.
pub fn take(upgraded: Upgraded) -> Result<(TcpStream, Bytes), NotTcp> {
    let (stream, leftover) = unwrap(upgraded)?;
    // A kernel that will not leaves its own bound, which is a bound too.
    let _ = SockRef::from(&stream).set_send_buffer_size(SEND_BUFFER_BYTES);
    Ok((stream, leftover))
}

fn unwrap(upgraded: Upgraded) -> Result<(TcpStream, Bytes), NotTcp> {
    match auto::upgrade::downcast::<TokioIo<TcpStream>>(upgraded) {
        Ok(parts) => Ok((parts.io.into_inner(), parts.read_buf)),
        Err(upgraded) => match upgraded.downcast::<TokioIo<TcpStream>>() {
            Ok(parts) => Ok((parts.io.into_inner(), parts.read_buf)),
            Err(_) => Err(NotTcp),
        },
    }
}
