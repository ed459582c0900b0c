//! The backends, what they carry, and which of them takes the next room.

use std::collections::BTreeMap;
use std::sync::Arc;

use consistent_hash::{Node, StaticHashRing};

/// Points of one backend on the ring that breaks ties.
const RING_POINTS: usize = 64;
/// Parts of a whole in which loads are compared: rounding makes near ties into ties, which the
/// ring then breaks the same way for everybody who asks.
const LOAD_PARTS: u64 = 10_000;

/// A backend as the configuration names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BackendName(Arc<str>);

impl BackendName {
    /// A name.
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a backend takes rooms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It takes new rooms and serves those it has.
    Up,
    /// It serves the rooms that it has.
    Draining,
    /// It serves nothing.
    Down,
}

/// What a backend carries, and what it can carry at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// Rooms.
    pub rooms: u64,
    /// Rooms at most.
    pub rooms_max: u64,
    /// Sockets.
    pub sockets: u64,
    /// Sockets at most.
    pub sockets_max: u64,
    /// Bytes of all rooms.
    pub bytes: u64,
    /// Bytes of all rooms at most.
    pub bytes_max: u64,
}

impl Load {
    /// The load with so many rooms more, each counted as `mean_sockets` sockets.
    fn with(self, rooms: u64, mean_sockets: u64) -> Self {
        Self {
            rooms: self.rooms.saturating_add(rooms),
            sockets: self.sockets.saturating_add(rooms.saturating_mul(mean_sockets)),
            ..self
        }
    }

    /// The fullest of its resources, in parts of `LOAD_PARTS`; none when one is exhausted.
    fn parts(self) -> Option<u64> {
        let pairs = [
            (self.rooms, self.rooms_max),
            (self.sockets, self.sockets_max),
            (self.bytes, self.bytes_max),
        ];
        let mut fullest = 0;
        for (used, max) in pairs {
            if used >= max {
                return None;
            }
            fullest = fullest.max(used.saturating_mul(LOAD_PARTS) / max);
        }
        Some(fullest)
    }
}

/// The backends and their latest reports.
#[derive(Debug, Default)]
pub struct Fleet {
    backends: BTreeMap<BackendName, Backend>,
}

#[derive(Debug)]
struct Backend {
    phase: Phase,
    load: Load,
    /// Rooms placed there since its report.
    reserved: u64,
}

impl Fleet {
    /// A fleet without backends.
    pub fn new() -> Self {
        Self::default()
    }

    /// A backend's report, which replaces the one before and its reservations.
    pub fn report(&mut self, name: BackendName, phase: Phase, load: Load) {
        self.backends.insert(name, Backend { phase, load, reserved: 0 });
    }

    /// Takes a backend out of the fleet.
    pub fn remove(&mut self, name: &BackendName) {
        self.backends.remove(name);
    }

    /// The phase of a backend.
    pub fn phase(&self, name: &BackendName) -> Phase {
        self.backends.get(name).map_or(Phase::Down, |backend| backend.phase)
    }

    /// The backend with the least projected load for a new room, and a reservation there.
    pub fn choose(&mut self, room: &str) -> Option<BackendName> {
        let mean = self.mean_sockets();
        let projected: Vec<(u64, &BackendName)> = self
            .backends
            .iter()
            .filter(|(_, backend)| backend.phase == Phase::Up)
            .filter_map(|(name, b)| Some((b.load.with(b.reserved, mean).parts()?, name)))
            .collect();
        let least = projected.iter().map(|(parts, _)| *parts).min()?;
        let tied = projected.into_iter().filter(|(parts, _)| *parts == least);
        let chosen = nearest(room, tied.map(|(_, name)| name))?.clone();
        if let Some(backend) = self.backends.get_mut(&chosen) {
            backend.reserved += 1;
        }
        Some(chosen)
    }

    /// Sockets of the fleet's mean room, at least one.
    fn mean_sockets(&self) -> u64 {
        let (sockets, rooms) = self
            .backends
            .values()
            .fold((0_u64, 0_u64), |(s, r), b| (s + b.load.sockets, r + b.load.rooms));
        (sockets / rooms.max(1)).max(1)
    }
}

/// The one of these that stands first after the room on the ring.
fn nearest<'a>(
    room: &str,
    names: impl Iterator<Item = &'a BackendName>,
) -> Option<&'a BackendName> {
    let nodes: Vec<_> = names.map(|name| Node::new(name).quantity(RING_POINTS)).collect();
    if nodes.len() == 1 {
        return nodes.first().map(|node| node.key);
    }
    let ring = StaticHashRing::new(consistent_hash::DefaultHash, nodes.into_iter());
    ring.calc_candidates(&room).next().map(|node| node.key)
}
