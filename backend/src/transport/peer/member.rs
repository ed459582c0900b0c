//! A connection in its room: requests go in, and the outbox goes out when the kernel was full.

use std::future::pending;
use std::sync::Arc;

use bytes::Bytes;
use protocol::ErrorCode;
use protocol::frame::{ClientFrame, ServerFrame};
use protocol::limits::GRANT_MS;
use protocol::token::{Grant, Session};
use room::{Key, Request};
use tokio::sync::mpsc::error::TrySendError;

use super::Peer;
use super::catch_up::{CatchUp, CaughtUp, catch_up};
use super::hearing::Heard;
use crate::descriptors::Descriptors;
use crate::metrics::Limited;
use crate::refused::Refused;
use crate::rooms::{Arrived, Command, Known, RoomHandle};
use crate::traces;
use crate::transport::json::{self, Asked};
use crate::transport::websocket::{Incoming, ReadError};

/// A peer that has joined.
pub(super) struct Member {
    peer: Peer,
    room: Arc<RoomHandle>,
    session: Session,
    catching_up: Option<CatchUp>,
}

/// What the task woke for.
enum Woke {
    Read(Result<Option<Incoming>, ReadError>),
    CaughtUp(CaughtUp),
    /// The connection broke, or its room closed it.
    Ended,
}

/// What is to be done about it.
enum Next {
    /// Nothing more.
    GoOn,
    /// The room's inbox is full: the command waits, and the peer with it.
    Wait(Command),
    /// The connection or the room is over.
    End,
}

impl Member {
    /// A peer in its room; one that is not live is catching up.
    pub(super) fn new(
        peer: Peer,
        session: Session,
        room: Arc<RoomHandle>,
        live: bool,
    ) -> Box<Self> {
        let catching_up = (!live).then(|| {
            catch_up(Arc::clone(&peer.backend), Arc::clone(&peer.connection), Arc::clone(&room))
        });
        Box::new(Self { peer, room, session, catching_up })
    }

    /// Serves the peer until its connection ends, and tells the room that it did. What is held
    /// while nothing happens is the size of this future, so that all the rest is in boxes.
    pub(super) async fn live(mut self: Box<Self>) {
        loop {
            let Self { peer, catching_up, .. } = &mut *self;
            let (socket, clock) = (&peer.connection.socket, &peer.backend.clock);
            let woke = tokio::select! {
                read = peer.reader.next(socket) => Woke::Read(read),
                _ = socket.drive_outbox(|| clock.now()) => Woke::Ended,
                caught_up = maybe(catching_up) => Woke::CaughtUp(caught_up),
            };
            match self.act(woke) {
                Next::GoOn => {}
                Next::Wait(command) => {
                    if !Box::pin(self.wait(command)).await {
                        break;
                    }
                }
                Next::End => break,
            }
        }
        Box::pin(self.end()).await;
    }

    /// Does what the task woke for.
    fn act(&mut self, woke: Woke) -> Next {
        match woke {
            Woke::Read(read) => {
                let read_ns = self.peer.backend.links.traces.now_ns();
                let heard = match self.peer.judge(read) {
                    Heard::Frame(ClientFrame::Join(join)) => {
                        self.peer.bad(join.id, "joined already")
                    }
                    heard => heard,
                };
                match heard {
                    Heard::Frame(frame) => self.ask(frame, read_ns),
                    Heard::Refused(id, refused) => self.answer(json::refusal(id, &refused)),
                    Heard::Nothing => Next::GoOn,
                    Heard::End => Next::End,
                }
            }
            Woke::CaughtUp(CaughtUp::Stalled) => {
                let backend = &self.peer.backend;
                self.peer.connection.cut(backend.clock.now(), &backend.metrics);
                Next::End
            }
            Woke::CaughtUp(CaughtUp::Live | CaughtUp::Over) => {
                self.catching_up = None;
                Next::GoOn
            }
            Woke::Ended => Next::End,
        }
    }

    /// Passes a request on. What is refused here is answered by the room all the same, so that
    /// answers come in the order of the requests.
    fn ask(&mut self, frame: ClientFrame, read_ns: Option<u64>) -> Next {
        let (id, peer) = (frame.id(), self.peer.connection.peer);
        let key = match &frame {
            ClientFrame::Post { key, .. } => Key::new(key),
            _ => None,
        };
        match self.translate(frame) {
            Ok(Asked::Request(id, request)) => {
                let at = self.peer.backend.clock.seconds();
                let trace = traces::read(&self.peer.backend.links.traces, read_ns, &request);
                self.tell(Command::Request(peer, id, Box::new(Arrived { request, at, trace })))
            }
            Ok(Asked::Grant(id)) => self.answer(self.grant(id)),
            Err(refused) if refused.code == ErrorCode::BadFrame => {
                match self.peer.bad(id, refused.detail) {
                    Heard::Refused(id, refused) => self.answer(json::refusal(id, &refused)),
                    _ => Next::End,
                }
            }
            Err(refused) => match key {
                // What was accepted once is answered as it was then, whatever is wrong now.
                Some(key) => self.tell(Command::Known(peer, Box::new(Known { id, key, refused }))),
                None => self.answer(json::refusal(id, &refused)),
            },
        }
    }

    fn translate(&self, frame: ClientFrame) -> Result<Asked, Refused> {
        let backend = &self.peer.backend;
        let now = backend.clock.now();
        let descriptors = Descriptors { keys: &backend.keys, owner: self.room.facts.owner, now };
        let asked = json::asked(frame, &descriptors)?;
        let grows = matches!(asked, Asked::Request(_, Request::Post(_) | Request::Edit { .. }));
        if grows && !backend.rooms.may_grow(backend, &self.room) {
            return Err(Refused::new(ErrorCode::Unavailable, "the server is out of memory"));
        }
        if matches!(asked, Asked::Request(_, Request::Post(_))) {
            backend.posts.take(self.peer.connection.address, now, 1).map_err(|retry_after_ms| {
                backend.metrics.rate_limited.inc(Limited::Posts);
                Refused::rate_limited(retry_after_ms)
            })?;
        }
        Ok(asked)
    }

    /// Signs the right to upload. The room's owner id is the same for all its life, so the room
    /// need not be asked.
    fn grant(&self, id: Option<u64>) -> Bytes {
        let backend = &self.peer.backend;
        let grant = Grant {
            owner: self.room.facts.owner,
            session: self.session.hash(&backend.keys),
            bytes_max: backend.config.peers.upload_bytes_max,
            expires: backend.clock.now().saturating_add(GRANT_MS),
        };
        let grant = grant.sign(&backend.keys);
        json::single(&ServerFrame::Grant { id, grant })
    }

    /// Answers in the order of the requests.
    fn answer(&self, frame: Bytes) -> Next {
        self.tell(Command::Answer(self.peer.connection.peer, Box::new(frame)))
    }

    fn tell(&self, command: Command) -> Next {
        match self.room.inbox.try_send(command) {
            Ok(()) => Next::GoOn,
            Err(TrySendError::Full(command)) => Next::Wait(command),
            Err(TrySendError::Closed(_)) => Next::End,
        }
    }

    /// Waits for a place in the room's inbox. Meanwhile nothing more is read from this peer, but
    /// what waits for it is written. False when the room or the connection is over.
    async fn wait(&mut self, command: Command) -> bool {
        let (socket, clock) = (&self.peer.connection.socket, &self.peer.backend.clock);
        tokio::select! {
            sent = self.room.inbox.send(command) => sent.is_ok(),
            _ = socket.drive_outbox(|| clock.now()) => false,
        }
    }

    /// Tells the room, and lets go of the connection.
    async fn end(self: Box<Self>) {
        let Self { peer, room, .. } = *self;
        // A room that is over needs no telling.
        let _ = room.inbox.send(Command::Leave(peer.connection.peer)).await;
        drop(room);
        peer.finish().await;
    }
}

/// Catching up, for those who are at it.
async fn maybe(catching_up: &mut Option<CatchUp>) -> CaughtUp {
    match catching_up {
        Some(catching_up) => catching_up.await,
        None => pending().await,
    }
}
