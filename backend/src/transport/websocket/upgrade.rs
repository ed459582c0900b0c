//! Takes the TCP stream out of hyper after an upgrade, which drops the 5 KiB of
//! state that hyper keeps for every connection.

use bytes::Bytes;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use hyper_util::server::conn::auto;
use tokio::net::TcpStream;

/// The upgraded connection is not a plain TCP stream, so it was served by
/// something that this door does not know.
#[derive(Debug, thiserror::Error)]
#[error("upgraded connection is not a TCP stream")]
pub struct NotTcp;

/// The stream, and the bytes that the client sent right after its handshake.
/// Knows connections served by hyper's `http1` and by hyper-util's `auto`.
pub fn take(upgraded: Upgraded) -> Result<(TcpStream, Bytes), NotTcp> {
    match auto::upgrade::downcast::<TokioIo<TcpStream>>(upgraded) {
        Ok(parts) => Ok((parts.io.into_inner(), parts.read_buf)),
        Err(upgraded) => match upgraded.downcast::<TokioIo<TcpStream>>() {
            Ok(parts) => Ok((parts.io.into_inner(), parts.read_buf)),
            Err(_) => Err(NotTcp),
        },
    }
}
