//! A long resume, at the pace of the peer's socket: more is asked for when little waits.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::oneshot;

use crate::backend::Backend;
use crate::rooms::{Command, RoomHandle};
use crate::transport::connection::Connection;

/// Bytes that still wait when the next part is asked for: a part is about as large, so that the
/// socket never runs dry and the outbox never holds much more than two.
const MARK_BYTES: usize = 64 << 10;
/// Milliseconds between two looks at whether the peer takes anything.
const LOOK_EVERY_MS: u64 = 1_000;

/// How catching up ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CaughtUp {
    /// The peer gets everything as it happens.
    Live,
    /// The peer took nothing for too long.
    Stalled,
    /// The connection or the room is over; others notice by themselves.
    Over,
}

/// Catching up, which only few peers are at.
pub(super) type CatchUp = Pin<Box<dyn Future<Output = CaughtUp> + Send>>;

/// Catches up until the peer is live.
pub(super) fn catch_up(
    backend: Arc<Backend>,
    connection: Arc<Connection>,
    room: Arc<RoomHandle>,
) -> CatchUp {
    Box::pin(async move {
        loop {
            let drained = tokio::select! {
                drained = connection.socket.drained(MARK_BYTES, || backend.clock.now()) => drained,
                () = stalled(&backend, &connection) => return CaughtUp::Stalled,
            };
            if drained.is_err() {
                return CaughtUp::Over;
            }
            let (answer, live) = oneshot::channel();
            let more = Command::Continue(connection.peer, answer);
            if room.inbox.send(more).await.is_err() {
                return CaughtUp::Over;
            }
            match live.await {
                Ok(true) => return CaughtUp::Live,
                Ok(false) => {}
                Err(_) => return CaughtUp::Over,
            }
        }
    })
}

/// Waits until the peer has taken nothing of what waits for too long.
async fn stalled(backend: &Backend, connection: &Connection) {
    loop {
        let now = backend.clock.now();
        let since = connection.socket.stalled_since_ms().unwrap_or(now);
        if now.saturating_sub(since) >= backend.config.peers.stall_ms {
            return;
        }
        backend.clock.sleep_until(now + LOOK_EVERY_MS).await;
    }
}
