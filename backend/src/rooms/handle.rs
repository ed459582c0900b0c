//! What others hold of a room: its inbox, and what may be known of it without asking.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use bytes::Bytes;
use protocol::RoomName;
use protocol::wire::Id128;
use room::{Join, Key, PeerId, Request, RequestId};
use service::traces::Trace;
use tokio::sync::{Notify, mpsc, oneshot};

use crate::passwords::Attempts;
use crate::refused::Refused;
use crate::transport::connection::Connection;

/// A room that this process owns.
#[derive(Debug)]
pub(crate) struct RoomHandle {
    /// Its name.
    pub(crate) name: RoomName,
    /// What never changes.
    pub(crate) facts: Facts,
    /// Where its task takes commands from. Bounded: whoever brings more waits.
    pub(crate) inbox: mpsc::Sender<Command>,
    /// Wrong passwords of late.
    pub(crate) attempts: Attempts,
    /// Members online, as of the last batch.
    online: AtomicUsize,
    /// Messages kept, as of the last batch.
    messages: AtomicUsize,
    /// Bytes of the room, as of the last batch.
    bytes: AtomicUsize,
    /// Whether another owns the room, and who waits to hear of it.
    lost: AtomicBool,
    losing: Notify,
}

/// What is known of a room from its beginning on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts {
    /// The id by which the file server knows it: random, and the incarnation's own.
    pub(crate) owner: Id128,
    /// Whether it has a password.
    pub(crate) protected: bool,
    /// The term of this owner.
    pub(crate) epoch: u64,
    /// When it was created, in milliseconds since 1970.
    pub(crate) created: u64,
    /// Whether it is the process's own, which nobody enters and no list and no metric shows.
    pub(crate) hidden: bool,
}

impl RoomHandle {
    /// A room without members.
    pub(crate) fn new(name: RoomName, facts: Facts, inbox: mpsc::Sender<Command>) -> Arc<Self> {
        Arc::new(Self {
            name,
            facts,
            inbox,
            attempts: Attempts::default(),
            online: AtomicUsize::new(0),
            messages: AtomicUsize::new(0),
            bytes: AtomicUsize::new(0),
            lost: AtomicBool::new(false),
            losing: Notify::new(),
        })
    }

    /// Another owns the room: nothing of it leaves any more.
    pub(crate) fn lose(&self) {
        self.lost.store(true, Ordering::Release);
        self.losing.notify_one();
    }

    /// Whether another owns the room.
    pub(super) fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Acquire)
    }

    /// Waits until another owns the room. Only the room's own task waits.
    pub(super) async fn lost(&self) {
        while !self.is_lost() {
            self.losing.notified().await;
        }
    }

    /// Members online.
    pub(crate) fn online(&self) -> usize {
        self.online.load(Ordering::Relaxed)
    }

    /// Messages kept.
    pub(crate) fn messages(&self) -> usize {
        self.messages.load(Ordering::Relaxed)
    }

    /// Bytes of the room.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Tells the size of the room, and what was told before.
    pub(super) fn tell_bytes(&self, bytes: usize) -> usize {
        self.bytes.swap(bytes, Ordering::Relaxed)
    }

    /// Tells how many messages the room keeps.
    pub(super) fn tell_messages(&self, messages: usize) {
        self.messages.store(messages, Ordering::Relaxed);
    }

    /// Tells how many members are online now, and what was told before.
    pub(crate) fn tell_online(&self, online: usize) -> usize {
        self.online.swap(online, Ordering::Relaxed)
    }
}

/// A request, and when it came, by [`service::Clock::seconds`]; with its trace, if it has one.
#[derive(Debug)]
pub(crate) struct Arrived {
    pub(crate) request: Request,
    pub(crate) at: f64,
    pub(crate) trace: Option<Trace>,
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
    Request(PeerId, Option<RequestId>, Box<Arrived>),
    /// A post that is refused unless its key is known.
    Known(PeerId, Box<Known>),
    /// An answer that was made outside of the room, in its place among the others.
    Answer(PeerId, Box<Bytes>),
    /// The room may hold less than it does.
    Fit,
    /// Something for every peer, which is no event.
    Tell(Bytes),
    /// Somebody posts in the process's own room, and hears whether the post went to everybody.
    Probe(oneshot::Sender<bool>),
    /// An operator deletes the room.
    Delete,
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
