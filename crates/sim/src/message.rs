//! Who is in the simulation, and what they say to each other.

use std::fmt;
use std::sync::Arc;

use placement::{
    Admission, BackendName, MoveTarget, PlaceError, Placement, RouterId, RunId, Settlement,
    StatusAnswer, StatusRequest,
};
use room::{Cursor, Event, Joined, Post, Reply, SessionId, Snapshot, Verifier};

/// A process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
    /// The router.
    Router,
    /// A backend.
    Backend(u8),
    /// A client.
    Client(u8),
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Router => f.write_str("router"),
            Self::Backend(number) => write!(f, "backend-{number}"),
            Self::Client(number) => write!(f, "client-{number}"),
        }
    }
}

impl Node {
    /// The backend of this name.
    pub(crate) fn of_backend(name: &BackendName) -> Option<Self> {
        name.as_str().strip_prefix("backend-")?.parse().ok().map(Self::Backend)
    }

    /// The name, of a backend.
    pub(crate) fn name(self) -> BackendName {
        BackendName::new(&self.to_string())
    }
}

/// A connection of a client; also its peer in the room.
pub(crate) type Connection = u64;
/// A room's name.
pub(crate) type RoomName = Arc<str>;

/// What a client got that lets it restore a room: who made it, and its password's verifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Keep {
    pub(crate) creator: SessionId,
    pub(crate) verifier: Option<Verifier>,
}

#[derive(Clone, Debug)]
pub(crate) enum Message {
    // Router and backend.
    Ask(StatusRequest),
    Answer(StatusAnswer),
    StaleRouter(RouterId),
    Report {
        tried_at: u64,
    },
    Release {
        room: RoomName,
        epoch: u64,
    },
    Released {
        room: RoomName,
        epoch: u64,
    },
    BeginMove {
        room: RoomName,
        epoch: u64,
    },
    Target {
        room: RoomName,
        epoch: u64,
        target: Option<MoveTarget>,
    },
    Settle {
        room: RoomName,
        epoch: u64,
        new_epoch: u64,
        imported: bool,
    },
    Settled {
        room: RoomName,
        new_epoch: u64,
        settlement: Settlement,
    },
    // Backend and backend.
    Import {
        room: RoomName,
        epoch: u64,
        run: RunId,
        snapshot: Box<Snapshot>,
    },
    Imported {
        room: RoomName,
        epoch: u64,
        taken: bool,
    },
    // Client and router.
    Lookup {
        room: RoomName,
    },
    Placed {
        placement: Result<Placement, PlaceError>,
    },
    // Client and backend, on one connection.
    Enter {
        connection: Connection,
        enter: Box<Enter>,
    },
    Post {
        connection: Connection,
        post: Post,
    },
    Bye {
        connection: Connection,
    },
    Frame {
        connection: Connection,
        frame: Frame,
    },
    /// The connection could not be made, or was reset. Carries what was sent.
    Refused(Box<Message>),
}

/// The first frame of a connection, with the ticket that opened it.
#[derive(Clone, Debug)]
pub(crate) struct Enter {
    pub(crate) ticket: Admission,
    pub(crate) session: SessionId,
    pub(crate) resume: Option<Cursor>,
    pub(crate) keep: Option<Keep>,
    /// The password, as its hash. Only who comes for the first time is asked for it.
    pub(crate) password: Option<Verifier>,
}

/// What a backend sends to a client.
#[derive(Clone, Debug)]
pub(crate) enum Frame {
    Joined {
        joined: Box<Joined>,
        keep: Keep,
    },
    Event(Arc<Event>),
    /// The answer to the post of this key.
    Answer {
        key: room::Key,
        reply: Reply,
    },
    Heartbeat {
        epoch: u64,
        seq: u64,
    },
    /// The room is going elsewhere.
    Moving,
    /// The ticket is no longer good, or never was.
    Moved,
    Closed,
}

impl Message {
    /// The connection that it is sent on: those of one connection arrive in order, or not at all.
    pub(crate) fn connection(&self) -> Option<Connection> {
        match self {
            Self::Enter { connection, .. }
            | Self::Post { connection, .. }
            | Self::Bye { connection }
            | Self::Frame { connection, .. } => Some(*connection),
            _ => None,
        }
    }
}
