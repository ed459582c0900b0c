//! What an observer who sees everything writes down, and the checks that can be made at once.

use std::collections::{BTreeMap, BTreeSet};

use room::{Event, EventKind, Incarnation, Key};

use crate::message::{Node, RoomName};

/// Milliseconds in which a router that starts has heard of all rooms.
const ROUTER_LEARNS_MS: u64 = 6_000;

/// A guarantee that did not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// When, in milliseconds of virtual time.
    pub at: u64,
    /// Which, as design and README number them.
    pub guarantee: &'static str,
    /// What was seen.
    pub what: String,
}

/// An acknowledgement that left its owner.
#[derive(Clone, Debug)]
pub(crate) struct Ack {
    pub(crate) at: u64,
    pub(crate) room: RoomName,
    pub(crate) key: Key,
}

/// The record of a run.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) now: u64,
    pub(crate) acks: Vec<Ack>,
    pub(crate) violations: Vec<Violation>,
    /// Acknowledgements of an owner that was no longer the newest.
    pub(crate) overlaps: u64,
    /// When rooms lost what they held, by something that may lose it.
    losses: BTreeMap<RoomName, Vec<u64>>,
    newest: BTreeMap<RoomName, (u64, Node)>,
    /// Rooms that ended: the router that knew of it is the only one that did.
    ended: BTreeSet<RoomName>,
    router_started_at: u64,
    /// Every epoch that a router ever named.
    epochs: BTreeSet<u64>,
    /// The key or text of each event, as it was first delivered.
    events: BTreeMap<(RoomName, Incarnation, u64), String>,
    pub(crate) moves: u64,
}

impl Ledger {
    pub(crate) fn violate(&mut self, guarantee: &'static str, what: String) {
        self.violations.push(Violation { at: self.now, guarantee, what });
    }

    /// An acknowledgement leaves an owner: the newest one there ever was, and the only one.
    pub(crate) fn acknowledged(&mut self, owner: Node, room: &RoomName, epoch: u64, key: &Key) {
        let (newest, by) = *self.newest.entry(room.clone()).or_insert((epoch, owner));
        if epoch < newest || epoch == newest && by != owner {
            self.overlaps += 1;
            let what = format!("{owner} of epoch {epoch} after {by} of {newest} in {room}");
            self.violate("G1", what);
        } else {
            self.newest.insert(room.clone(), (epoch, owner));
            self.ended.remove(room);
        }
        self.acks.push(Ack { at: self.now, room: room.clone(), key: key.clone() });
    }

    /// A member receives an event.
    pub(crate) fn received(&mut self, room: &RoomName, incarnation: Incarnation, event: &Event) {
        let content = match &event.kind {
            EventKind::Posted { key, .. } => key.as_str().to_owned(),
            other => format!("{other:?}"),
        };
        let place = (room.clone(), incarnation, event.seq.0);
        match self.events.get(&place) {
            Some(first) if *first != content && !self.losses.contains_key(room) => {
                let what = format!("{room} {}: {first} and {content}", event.seq.0);
                self.violate("G2", what);
            }
            Some(_) => {}
            None => {
                self.events.insert(place, content);
            }
        }
    }

    /// A room has come to its end, and its owner with it.
    pub(crate) fn ended(&mut self, room: &RoomName) {
        self.lost(room);
        self.ended.insert(room.clone());
    }

    /// A router names an epoch: it is above every one ever named, or one of them.
    pub(crate) fn named(&mut self, epoch: u64) {
        let highest = self.epochs.last().copied().unwrap_or(0);
        if self.epochs.insert(epoch) && epoch < highest {
            self.violate("G1", format!("epoch {epoch} was given after {highest}"));
        }
    }

    /// A new router knows nothing of rooms that have ended.
    pub(crate) fn router_started(&mut self) {
        self.router_started_at = self.now;
        for room in std::mem::take(&mut self.ended) {
            self.newest.remove(&room);
        }
    }

    /// A backend does not answer. If the router has just started, nobody is left who knows of the
    /// terms that this backend had, and another that slept may be found to own its rooms. There is
    /// one owner then, as ever; that its epoch is lower only clients can tell.
    pub(crate) fn absent(&mut self, backend: Node) {
        if self.now <= self.router_started_at + ROUTER_LEARNS_MS {
            self.newest.retain(|_, (_, by)| *by != backend);
        }
    }

    /// A room is lost to a crash, a fence, or its end: members must be told, and will be.
    pub(crate) fn lost(&mut self, room: &RoomName) {
        self.losses.entry(room.clone()).or_default().push(self.now);
    }

    /// Whether a room lost what it held at this time or later.
    pub(crate) fn is_lost_since(&self, room: &RoomName, at: u64) -> bool {
        self.losses.get(room).is_some_and(|losses| losses.iter().any(|lost| *lost >= at))
    }

    /// How often other rooms than this one were lost.
    pub(crate) fn losses_but(&self, room: &str) -> usize {
        self.losses.iter().filter(|(lost, _)| ***lost != *room).map(|(_, times)| times.len()).sum()
    }

    /// How often rooms were lost.
    pub(crate) fn losses(&self) -> usize {
        self.losses.values().map(Vec::len).sum()
    }
}
