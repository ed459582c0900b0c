//! One connection's own task: it reads, judges and asks; what it is told is written by its room.
//!
//! Before it has joined it is a [`Peer`], after that a [`Member`]: what may be received when is
//! a matter of types. An idle member holds no buffers and no timers.

mod allowance;
mod catch_up;
mod entry;
mod hearing;
mod member;

use std::sync::Arc;

use placement::Admission;
use protocol::RoomName;
use protocol::token::Session;
use room::SessionId;

use self::allowance::Allowance;
use self::member::Member;
use super::connection::Connection;
use super::websocket::{Reader, frame};
use crate::backend::Backend;
use crate::refused::Refused;
use crate::transport::json;

/// A connection that was let through the door, and where it wants to go.
pub(crate) struct Arrival {
    /// The room.
    pub(crate) name: RoomName,
    /// Whose connection it is.
    pub(crate) session: SessionId,
    /// The right to be there, which is judged when the connection joins.
    pub(crate) admission: Admission,
}

/// A connection that has not joined.
pub(crate) struct Peer {
    pub(crate) backend: Arc<Backend>,
    pub(crate) connection: Arc<Connection>,
    pub(crate) reader: Reader,
    pub(crate) allowance: Allowance,
}

impl Peer {
    /// A connection after its handshake.
    pub(crate) fn new(backend: Arc<Backend>, connection: Arc<Connection>, reader: Reader) -> Self {
        Self { backend, connection, reader, allowance: Allowance::default() }
    }

    /// Enters the room. Whoever is in lives on in a small task of its own, as entering takes
    /// kilobytes, once, and being there takes hours.
    pub(crate) async fn arrive(mut self, arrival: Arrival) {
        let session = Session(arrival.session.0);
        match self.enter(arrival).await {
            Some((room, live)) => {
                let lifecycle = self.backend.lifecycle.clone();
                lifecycle.spawn(Member::new(self, session, room, live).live());
            }
            None => self.finish().await,
        }
    }

    /// Waits until the closed connection has ended.
    async fn finish(self) {
        let Self { backend, connection, .. } = self;
        tokio::select! {
            () = connection.finish(|| backend.clock.now()) => {}
            () = backend.lifecycle.hard_stopped() => {}
        }
    }

    /// Sends frames of this peer alone.
    pub(crate) fn send(&self, frames: &bytes::Bytes) {
        self.connection.send(frames, self.backend.clock.now(), &self.backend.metrics);
    }

    /// Tells a refusal of one frame.
    pub(crate) fn refuse(&self, id: Option<u64>, refused: &Refused) {
        self.send(&json::refusal(id, refused));
    }

    /// Closes the connection.
    pub(crate) fn close(&self, code: protocol::CloseCode, reason: &str) {
        self.connection.close(code, reason, self.backend.clock.now(), &self.backend.metrics);
    }

    /// Answers a ping.
    pub(crate) fn pong(&self, payload: &[u8]) {
        self.send(&frame::pong(payload));
    }
}
