//! What others hold of a room: its inbox, and what may be known of it without asking.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use protocol::RoomName;
use protocol::wire::Id128;
use room::{Join, Key, PeerId, Request, RequestId};
use tokio::sync::{mpsc, oneshot};

use crate::passwords::Attempts;
use crate::refused::Refused;
use crate::transport::connection::Connection;

/// A room that this process owns.
#[derive(Debug)]
pub(crate) struct RoomHandle {
    /// Its name.
    pub(crate) name: RoomName,
    /// The id by which the file server knows it: random, and the incarnation's own.
    pub(crate) owner: Id128,
    /// Whether it has a password.
    pub(crate) protected: bool,
    /// Where its task takes commands from. Bounded: whoever brings more waits.
    pub(crate) inbox: mpsc::Sender<Command>,
    /// Wrong passwords of late.
    pub(crate) attempts: Attempts,
    /// Members online, as of the last batch.
    online: AtomicUsize,
    /// Bytes of the room, as of the last batch.
    bytes: AtomicUsize,
}

impl RoomHandle {
    /// A room without members.
    pub(crate) fn new(
        name: RoomName,
        owner: Id128,
        protected: bool,
        inbox: mpsc::Sender<Command>,
    ) -> Arc<Self> {
        let attempts = Attempts::default();
        let (online, bytes) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Arc::new(Self { name, owner, protected, inbox, attempts, online, bytes })
    }

    /// Members online.
    pub(crate) fn online(&self) -> usize {
        self.online.load(Ordering::Relaxed)
    }

    /// Bytes of the room.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Tells the size of the room, and what was told before.
    pub(super) fn tell_bytes(&self, bytes: usize) -> usize {
        self.bytes.swap(bytes, Ordering::Relaxed)
    }

    /// Tells how many members are online now, and what was told before.
    pub(crate) fn tell_online(&self, online: usize) -> usize {
        self.online.swap(online, Ordering::Relaxed)
    }
}

/// What a room's task is asked to do.
#[derive(Debug)]
pub(crate) enum Command {
    /// A connection asks to enter.
    Join(Box<Entering>),
    /// A connection has ended.
    Leave(PeerId),
    /// A peer that is catching up has room for more; it is told whether it is live then.
    Continue(PeerId, oneshot::Sender<bool>),
    /// A member asks for something.
    Request(PeerId, Option<RequestId>, Box<Request>),
    /// A post that is refused unless its key is known.
    Known(PeerId, Box<Known>),
    /// An answer that was made outside of the room, in its place among the others.
    Answer(PeerId, Box<Bytes>),
    /// The room may hold less than it does.
    Fit,
    /// The process stops.
    Stop,
}

/// A post that may have been accepted before, and would be refused now.
#[derive(Debug)]
pub(crate) struct Known {
    /// The request.
    pub(crate) id: Option<u64>,
    /// The post's key.
    pub(crate) key: Key,
    /// The answer if the key is not known.
    pub(crate) refused: Refused,
}

/// A connection that asks to enter.
#[derive(Debug)]
pub(crate) struct Entering {
    /// What it asks.
    pub(crate) join: Join,
    /// Where its frames go.
    pub(crate) connection: Arc<Connection>,
    /// Where its own task waits for the outcome.
    pub(crate) answer: oneshot::Sender<Entered>,
}

/// What became of a request to enter.
#[derive(Debug)]
pub(crate) enum Entered {
    /// The peer is in the room.
    In {
        /// Whether it gets everything that happens; otherwise it is catching up.
        live: bool,
    },
    /// The password is to be hashed under this salt.
    ProofNeeded([u8; 16]),
    /// It is not in the room.
    Refused(Refused),
}
