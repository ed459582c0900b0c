//! What router and backend say to each other, twice a second, and about one room.

use std::sync::Arc;

use crate::list::Changes;
use crate::load::Load;
use crate::names::{BackendName, RouterId, RunId};

/// A router's question to a backend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusRequest {
    /// Who asks.
    pub router: RouterId,
    /// The question's number; the answer carries it again.
    pub number: u64,
    /// The answer that the router last received and accepted from this run of the backend.
    pub confirms: Option<(RunId, u64)>,
    /// A room that the backend does not have by now, it has from now on only with a higher epoch.
    pub floor: u64,
    /// The generation of the list of rooms that the router knows.
    pub since: Option<u64>,
    /// What is to become of single rooms.
    pub verdicts: Vec<Verdict>,
    /// Whether the backend is to hand its rooms over.
    pub drain: bool,
    /// The router's time, by which tickets are judged.
    pub unix: u64,
}

/// A backend's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusAnswer {
    /// Which run of it answers.
    pub run: RunId,
    /// Whose question.
    pub router: RouterId,
    /// Which.
    pub number: u64,
    /// Whether it wants to be rid of its rooms.
    pub draining: bool,
    /// What it carries.
    pub load: Load,
    /// Whether it may acknowledge nothing just now: others may own its rooms already.
    pub lapsed: bool,
    /// The highest epoch that it has seen.
    pub epoch_max: u64,
    /// Its rooms.
    pub rooms: Changes,
    /// Its time.
    pub unix: u64,
}

/// What the router decided about a room of a backend.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Another owns it: tell its peers `moving` and forget it, if its epoch is this or lower.
    Drop {
        /// The room.
        room: Arc<str>,
        /// The epoch that lost.
        epoch: u64,
    },
    /// The import of this epoch is on record: it is the room now.
    Activate {
        /// The room.
        room: Arc<str>,
        /// The epoch that it was imported with.
        epoch: u64,
    },
}

impl Verdict {
    /// The room.
    pub fn room(&self) -> &Arc<str> {
        match self {
            Self::Drop { room, .. } | Self::Activate { room, .. } => room,
        }
    }
}

/// The right to enter a room, as a ticket carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admission {
    /// Whoever issued it.
    pub router: RouterId,
    /// The run of the backend that it is for.
    pub run: RunId,
    /// The room.
    pub room: Arc<str>,
    /// The owner's term.
    pub epoch: u64,
}

/// Where a room that moves is to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoveTarget {
    /// The backend that will own it.
    pub backend: BackendName,
    /// Its run: another does not take the import.
    pub run: RunId,
    /// Its term.
    pub epoch: u64,
}

/// What became of a room that was to move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// Another owns it: tell its peers `moving` and forget it.
    Moved,
    /// The new epoch is void: the old owner goes on.
    Void,
    /// The router does not know yet. Stay frozen and ask again.
    NotYet,
}
