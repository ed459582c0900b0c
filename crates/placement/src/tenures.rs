//! Tenures: how long a backend surely keeps what it was given.

use std::collections::HashMap;

use crate::owners::Placed;

/// The tenures that last. An ended one is not here, and its rooms have no owner.
#[derive(Debug, Default)]
pub(crate) struct Tenures {
    /// By backend number.
    present: HashMap<u32, u32>,
    tenures: HashMap<u32, Tenure>,
    last: u32,
}

#[derive(Debug)]
struct Tenure {
    backend: u32,
    /// Rooms that it was given and has not told of.
    expected: u64,
}

impl Tenures {
    /// The tenure of rooms that were let go: it has always ended.
    pub(crate) const NONE: u32 = 0;

    /// The present tenure of a backend.
    pub(crate) fn of(&mut self, backend: u32) -> u32 {
        if let Some(tenure) = self.present.get(&backend) {
            return *tenure;
        }
        self.last += 1;
        self.present.insert(backend, self.last);
        self.tenures.insert(self.last, Tenure { backend, expected: 0 });
        self.last
    }

    /// Ends a backend's tenure: what it had is lost unless it tells of it again.
    pub(crate) fn end(&mut self, backend: u32) {
        if let Some(tenure) = self.present.remove(&backend) {
            self.tenures.remove(&tenure);
        }
    }

    /// Whose tenure it is, while it lasts.
    pub(crate) fn backend(&self, tenure: u32) -> Option<u32> {
        self.tenures.get(&tenure).map(|tenure| tenure.backend)
    }

    /// A room is given.
    pub(crate) fn expect(&mut self, tenure: u32) {
        if let Some(tenure) = self.tenures.get_mut(&tenure) {
            tenure.expected += 1;
        }
    }

    /// A room that was given is told of, or taken back.
    pub(crate) fn settle(&mut self, placed: &Placed) {
        if !placed.seen
            && let Some(tenure) = self.tenures.get_mut(&placed.tenure)
        {
            tenure.expected = tenure.expected.saturating_sub(1);
        }
    }

    /// Rooms that a backend was given and has not told of.
    pub(crate) fn expected(&self, backend: u32) -> u64 {
        let tenure = self.present.get(&backend).and_then(|tenure| self.tenures.get(tenure));
        tenure.map_or(0, |tenure| tenure.expected)
    }
}
