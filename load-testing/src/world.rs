//! What all members of one process share.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::JoinSet;

use crate::findings::Noted;
use crate::ledger::Ledger;
use crate::measures::Measures;
use crate::member;
use crate::part::{Part, Seen};
use crate::plan::Plan;
use crate::scenario::Scenario;
use crate::target::Target;

/// What all members of one process share.
pub struct World {
    pub(crate) scenario: Scenario,
    pub(crate) plan: Plan,
    pub(crate) target: Target,
    /// When the run begins, on the machine's monotonic clock, in microseconds.
    pub(crate) start: u64,
    pub(crate) measures: Measures,
    pub(crate) ledgers: Vec<Ledger>,
    pub(crate) noted: Noted,
    seen: Mutex<Vec<Seen>>,
}

/// Which part of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// The run's name, which is part of the rooms' names.
    pub run: String,
    /// When it begins, on the machine's monotonic clock, in microseconds.
    pub start: u64,
    /// Which process this is.
    pub index: u64,
    /// How many there are.
    pub count: u64,
}

impl World {
    /// The world of one process.
    pub fn new(scenario: Scenario, target: Target, share: &Share) -> Arc<Self> {
        let plan = Plan::new(&scenario, &share.run, target.is_loopback_v4());
        let whole = scenario.lasts.micros() + scenario.settles.micros();
        Arc::new(Self {
            measures: Measures::new(share.start, whole),
            ledgers: plan.rooms.iter().map(|_| Ledger::default()).collect(),
            noted: Noted::default(),
            seen: Mutex::default(),
            start: share.start,
            scenario,
            plan,
            target,
        })
    }

    /// Lives the run through.
    ///
    /// # Panics
    /// A member does, which is a mistake here and not the server's.
    pub async fn run(self: &Arc<Self>, share: &Share) {
        let mut members = JoinSet::new();
        for plan in self.plan.part(share.index, share.count) {
            members.spawn(member::live(Arc::clone(self), plan.clone()));
        }
        members.join_all().await;
    }

    /// How it goes.
    pub fn measures(&self) -> &Measures {
        &self.measures
    }

    /// What came of it, after the run.
    pub fn into_part(self: Arc<Self>) -> Option<Part> {
        let world = Arc::into_inner(self)?;
        let measured = world.measures.snapshot();
        let findings = world.noted.take();
        let members = world.seen.into_inner().unwrap_or_else(PoisonError::into_inner);
        let pages = world.ledgers.into_iter().map(Ledger::into_pages);
        let ledgers: BTreeMap<_, _> = world
            .plan
            .rooms
            .into_iter()
            .zip(pages)
            .filter(|(_, pages)| !pages.is_empty())
            .collect();
        Some(Part { measured, ledgers, members, findings })
    }

    /// A member has left.
    pub(crate) fn seen(&self, seen: Seen) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
    }
}
