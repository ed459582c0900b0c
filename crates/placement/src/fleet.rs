//! The backends, what they carry, and which of them takes the next room.

use std::collections::BTreeMap;

use crate::health::Phase;
use crate::load::{Load, Totals};
use crate::names::BackendName;
use crate::ring::Ring;

/// The projected load of a backend that takes no room.
const TAKES_NONE: u64 = u64::MAX;

/// The backends and their latest reports.
///
/// A backend's number is its place here; it is never given to another. Projected loads stand in an
/// array of their own, so that a choice among a thousand backends reads 8 KB.
#[derive(Debug, Default)]
pub struct Fleet {
    numbers: BTreeMap<BackendName, u32>,
    backends: Vec<Backend>,
    projected: Vec<u64>,
    totals: Totals,
    /// Built for the first choice after the list of backends changed.
    ring: Option<Ring>,
}

#[derive(Debug)]
struct Backend {
    name: BackendName,
    phase: Phase,
    load: Load,
    /// The load and the rooms placed there that no report has counted yet, each as a mean room.
    expected: Load,
}

impl Fleet {
    /// A fleet without backends.
    pub fn new() -> Self {
        Self::default()
    }

    /// A backend's report, which replaces the one before. `uncounted` rooms were placed there that
    /// it does not count yet.
    pub fn report(&mut self, name: BackendName, phase: Phase, load: Load, uncounted: u64) {
        let number = self.number_or_new(name);
        let Some(backend) = self.backends.get_mut(number as usize) else { return };
        self.totals.replace(&backend.load, &load);
        backend.phase = phase;
        backend.load = load;
        backend.expected = load.with(uncounted, &self.totals.mean_room());
        self.project(number);
    }

    /// A backend's phase, which changes without a report.
    pub(crate) fn set_phase(&mut self, number: u32, phase: Phase) {
        if let Some(backend) = self.backends.get_mut(number as usize) {
            backend.phase = phase;
            self.project(number);
        }
    }

    /// Takes a backend out of the fleet.
    pub fn remove(&mut self, name: &BackendName) {
        if let Some(number) = self.numbers.remove(name) {
            let empty = Load::default();
            if let Some(backend) = self.backends.get_mut(number as usize) {
                self.totals.replace(&backend.load, &empty);
                (backend.phase, backend.load) = (Phase::Down, empty);
            }
            self.project(number);
            self.ring = None;
        }
    }

    /// The phase of a backend.
    pub fn phase(&self, name: &BackendName) -> Phase {
        let backend = self.numbers.get(name).and_then(|number| self.backends.get(*number as usize));
        backend.map_or(Phase::Down, |backend| backend.phase)
    }

    /// The projected load of a backend, in ten-thousandths of its fullest limit, which a guess may
    /// exceed; none when it takes no room.
    pub fn projected(&self, name: &BackendName) -> Option<u64> {
        let number = self.numbers.get(name)?;
        self.projected.get(*number as usize).copied().filter(|parts| *parts != TAKES_NONE)
    }

    /// The backend with the least projected load for a new room, and a reservation there.
    pub fn choose(&mut self, room: &str) -> Option<BackendName> {
        let number = self.choose_other_than(room, None)?;
        self.name(number).cloned()
    }

    /// As `choose`, and never this one: a room that moves goes somewhere else.
    pub(crate) fn choose_other_than(&mut self, room: &str, but: Option<u32>) -> Option<u32> {
        let excluded = but.and_then(|number| self.projected.get_mut(number as usize));
        let kept = excluded.map(|parts| std::mem::replace(parts, TAKES_NONE));
        let chosen = self.least(room);
        if let (Some(number), Some(parts)) = (but, kept)
            && let Some(projected) = self.projected.get_mut(number as usize)
        {
            *projected = parts;
        }
        self.reserve(chosen?);
        chosen
    }

    /// A backend's name by its number.
    pub(crate) fn name(&self, number: u32) -> Option<&BackendName> {
        self.backends.get(number as usize).map(|backend| &backend.name)
    }

    /// A backend's number.
    pub(crate) fn number(&self, name: &BackendName) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    /// A backend's number, given now to one that is new.
    pub(crate) fn number_or_new(&mut self, name: BackendName) -> u32 {
        if let Some(number) = self.numbers.get(&name) {
            return *number;
        }
        let number = self.backends.len() as u32;
        self.numbers.insert(name.clone(), number);
        let empty = Load::default();
        self.backends.push(Backend { name, phase: Phase::Unheard, load: empty, expected: empty });
        self.projected.push(TAKES_NONE);
        self.ring = None;
        number
    }

    fn least(&mut self, room: &str) -> Option<u32> {
        let least = self.projected.iter().copied().min().filter(|parts| *parts != TAKES_NONE)?;
        let names = self.numbers.iter().map(|(name, number)| (name, *number));
        let ring = self.ring.get_or_insert_with(|| Ring::new(names));
        ring.nearest(room, |number| self.projected.get(number as usize) == Some(&least))
    }

    fn reserve(&mut self, number: u32) {
        let mean = self.totals.mean_room();
        if let Some(backend) = self.backends.get_mut(number as usize) {
            backend.expected = backend.expected.with(1, &mean);
        }
        self.project(number);
    }

    fn project(&mut self, number: u32) {
        let Some(backend) = self.backends.get(number as usize) else { return };
        let taking = backend.phase == Phase::Up;
        let parts = if taking { backend.load.parts_expecting(&backend.expected) } else { None };
        if let Some(projected) = self.projected.get_mut(number as usize) {
            *projected = parts.unwrap_or(TAKES_NONE);
        }
    }
}
