//! A connection in its room: requests go in, and the outbox goes out when the kernel was full.

use std::future::pending;
use std::sync::Arc;

use protocol::ErrorCode;
use protocol::frame::{ClientFrame, ServerFrame};
use protocol::limits::GRANT_MS;
use protocol::token::{Grant, Session};
use room::Request;
use tokio::sync::mpsc::error::TrySendError;

use super::Peer;
use super::catch_up::{CatchUp, CaughtUp, catch_up};
use super::hearing::Heard;
use crate::descriptors::Descriptors;
use crate::metrics::Limited;
use crate::refused::Refused;
use crate::rooms::{Command, RoomHandle};
use crate::transport::json::{self, Asked};

/// A peer that has joined.
pub(super) struct Member {
    peer: Peer,
    room: Arc<RoomHandle>,
    session: Session,
    catching_up: Option<CatchUp>,
}

/// What the task woke for.
enum Woke {
    Heard(Heard),
    CaughtUp(CaughtUp),
    /// The connection broke, or its room closed it.
    Ended,
}

impl Member {
    /// A peer in its room; one that is not live is catching up.
    pub(super) fn new(peer: Peer, session: Session, room: Arc<RoomHandle>, live: bool) -> Self {
        let catching_up = (!live).then(|| {
            catch_up(Arc::clone(&peer.backend), Arc::clone(&peer.connection), Arc::clone(&room))
        });
        Self { peer, room, session, catching_up }
    }

    /// Serves the peer until its connection ends, and tells the room that it did.
    pub(super) async fn live(mut self) {
        while self.turn().await {}
        let leave = Command::Leave(self.peer.connection.peer);
        // A room that is over needs no telling.
        let _ = self.room.inbox.send(leave).await;
    }

    /// Waits for one thing and does it. False at the end.
    async fn turn(&mut self) -> bool {
        match self.wake().await {
            Woke::Heard(Heard::Frame(frame)) => self.ask(frame).await,
            Woke::Heard(Heard::Nothing) => true,
            Woke::Heard(Heard::End) | Woke::Ended => false,
            Woke::CaughtUp(CaughtUp::Live) => {
                self.catching_up = None;
                true
            }
            Woke::CaughtUp(CaughtUp::Stalled) => {
                let backend = &self.peer.backend;
                self.peer.connection.cut(backend.clock.now(), &backend.metrics);
                false
            }
            Woke::CaughtUp(CaughtUp::Over) => {
                self.catching_up = None;
                true
            }
        }
    }

    async fn wake(&mut self) -> Woke {
        let Self { peer, catching_up, .. } = self;
        let (socket, clock) = (&peer.connection.socket, &peer.backend.clock);
        let read = tokio::select! {
            read = peer.reader.next(socket) => read,
            _ = socket.drive_outbox(|| clock.now()) => return Woke::Ended,
            caught_up = maybe(catching_up) => return Woke::CaughtUp(caught_up),
        };
        Woke::Heard(peer.judge(read))
    }

    /// Passes a request on. False at the end.
    async fn ask(&mut self, frame: ClientFrame) -> bool {
        let id = frame.id();
        match self.translate(frame) {
            Ok(Asked::Request(id, request)) => {
                let peer = self.peer.connection.peer;
                self.tell(Command::Request(peer, id, Box::new(request))).await
            }
            Ok(Asked::Grant(id)) => {
                self.grant(id);
                true
            }
            Ok(Asked::Join(join)) => {
                !matches!(self.peer.bad(join.id, "joined already"), Heard::End)
            }
            Err(refused) if refused.code == ErrorCode::BadFrame => {
                !matches!(self.peer.bad(id, refused.detail), Heard::End)
            }
            Err(refused) => {
                self.peer.refuse(id, &refused);
                true
            }
        }
    }

    fn translate(&self, frame: ClientFrame) -> Result<Asked, Refused> {
        let backend = &self.peer.backend;
        let now = backend.clock.now();
        let descriptors = Descriptors { keys: &backend.keys, owner: self.room.owner, now };
        let asked = json::asked(frame, &descriptors)?;
        if matches!(asked, Asked::Request(_, Request::Post(_))) {
            if backend.rooms.bytes() >= backend.capacity.room_bytes {
                return Err(Refused::new(ErrorCode::Unavailable, "the server is out of memory"));
            }
            backend.posts.take(self.peer.connection.address, now, 1).map_err(|retry_after_ms| {
                backend.metrics.rate_limited.inc(Limited::Posts);
                Refused::rate_limited(retry_after_ms)
            })?;
        }
        Ok(asked)
    }

    /// Signs the right to upload. The room's owner is the same for all its life, so the room need
    /// not be asked.
    fn grant(&self, id: Option<u64>) {
        let backend = &self.peer.backend;
        let grant = Grant {
            owner: self.room.owner,
            session: self.session.hash(&backend.keys),
            bytes_max: backend.config.peers.upload_bytes_max,
            expires: backend.clock.now().saturating_add(GRANT_MS),
        };
        let grant = grant.sign(&backend.keys);
        self.peer.send(&json::single(&ServerFrame::Grant { id, grant }));
    }

    /// Puts a command into the room's inbox. While that is full nothing more is read from this
    /// peer, but what waits for it is written. False when the room or the connection is over.
    async fn tell(&mut self, command: Command) -> bool {
        let command = match self.room.inbox.try_send(command) {
            Ok(()) => return true,
            Err(TrySendError::Closed(_)) => return false,
            Err(TrySendError::Full(command)) => command,
        };
        let (socket, clock) = (&self.peer.connection.socket, &self.peer.backend.clock);
        Box::pin(async {
            tokio::select! {
                sent = self.room.inbox.send(command) => sent.is_ok(),
                _ = socket.drive_outbox(|| clock.now()) => false,
            }
        })
        .await
    }
}

/// Catching up, for those who are at it.
async fn maybe(catching_up: &mut Option<CatchUp>) -> CaughtUp {
    match catching_up {
        Some(catching_up) => catching_up.await,
        None => pending().await,
    }
}
