//! One connection as the rest of the backend sees it: somewhere to put frames, and an end.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use protocol::CloseCode;
use room::PeerId;

use super::websocket::{Flushed, Refused, Socket, frame};
use crate::metrics::Metrics;
use crate::places::Places;

/// How long a client may take to answer a close frame.
const CLOSE_WAIT: Duration = Duration::from_secs(5);

/// The connection of one peer, shared by its own task and by its room's.
#[derive(Debug)]
pub(crate) struct Connection {
    /// Its number, unique in the process.
    pub(crate) peer: PeerId,
    /// Where it comes from.
    pub(crate) address: IpAddr,
    /// The socket.
    pub(crate) socket: Socket,
    /// When the last frame came, in milliseconds since 1970.
    heard_at: AtomicU64,
    closed: AtomicBool,
    /// Its places among all connections, held until both tasks are done with it.
    _places: Places,
}

impl Connection {
    /// A connection that was just opened.
    pub(crate) fn new(
        peer: PeerId,
        address: IpAddr,
        socket: Socket,
        now: u64,
        places: Places,
    ) -> Self {
        let (heard_at, closed) = (AtomicU64::new(now), AtomicBool::new(false));
        Self { peer, address, socket, heard_at, closed, _places: places }
    }

    /// Something came.
    pub(crate) fn heard(&self, now: u64) {
        self.heard_at.store(now, Ordering::Relaxed);
    }

    /// When something last came.
    pub(crate) fn heard_at(&self) -> u64 {
        self.heard_at.load(Ordering::Relaxed)
    }

    /// Sends frames of this peer alone. One that is too slow to take them is cut off.
    pub(crate) fn send(&self, frames: &Bytes, now: u64, metrics: &Metrics) {
        if let Err(Refused::Full) = self.push(frames, now) {
            self.cut(now, metrics);
        }
    }

    /// Gives frames to the kernel, or to the outbox.
    pub(crate) fn push(&self, frames: &Bytes, now: u64) -> Result<Flushed, Refused> {
        self.socket.push_and_flush(frames, now)
    }

    /// As [`Connection::push`], of a buffer that is used again.
    pub(crate) fn push_copied(&self, frames: &[u8], now: u64) -> Result<Flushed, Refused> {
        self.socket.copy_and_flush(frames, now)
    }

    /// Closes after what waits. Only the first close counts.
    pub(crate) fn close(&self, code: CloseCode, reason: &str, now: u64, metrics: &Metrics) {
        if self.ends(code, metrics) {
            self.socket.close(frame::close(code.as_u16(), reason), now);
        }
    }

    /// Closes as the client asked, with its own code.
    pub(crate) fn answer_close(&self, code: Option<u16>, now: u64, metrics: &Metrics) {
        if self.ends(CloseCode::Normal, metrics) {
            let answer = code.map_or_else(frame::close_without_code, |code| frame::close(code, ""));
            self.socket.close(answer, now);
        }
    }

    /// Cuts off a slow reader: what waits is forgotten, and comes by resuming.
    pub(crate) fn cut(&self, now: u64, metrics: &Metrics) {
        let code = CloseCode::SlowReader;
        if self.ends(code, metrics) {
            metrics.slow_readers.inc();
            self.socket.cut(frame::close(code.as_u16(), code.as_str()), now);
        }
    }

    /// Waits until the closed connection has ended, for a bounded time.
    pub(crate) async fn finish(&self, now: impl Fn() -> u64) {
        // Broken connections are an everyday matter, and nobody is left to tell.
        let _ = self.socket.finish(CLOSE_WAIT, now).await;
    }

    fn ends(&self, code: CloseCode, metrics: &Metrics) -> bool {
        let first = !self.closed.swap(true, Ordering::AcqRel);
        if first {
            metrics.closes.inc(code);
        }
        first
    }
}
