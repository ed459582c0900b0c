//! All faults of a run: counted by kind, the first of them in words.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::fault::{Fault, Finding};

/// Faults that are kept in words.
const EXAMPLES_MAX: usize = 50;

/// Faults.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Findings {
    /// How many of each kind.
    pub counts: BTreeMap<String, u64>,
    /// The first of them.
    pub examples: Vec<Finding>,
}

impl Findings {
    /// Notes a fault.
    pub fn add(&mut self, room: &str, member: Option<&str>, fault: Fault) {
        *self.counts.entry(fault.kind().to_owned()).or_default() += fault.weight();
        if self.examples.len() < EXAMPLES_MAX {
            let member = member.map(str::to_owned);
            self.examples.push(Finding { room: room.to_owned(), member, fault });
        }
    }

    /// Takes over another's.
    pub fn merge(&mut self, other: Self) {
        for (kind, count) in other.counts {
            *self.counts.entry(kind).or_default() += count;
        }
        let place = EXAMPLES_MAX.saturating_sub(self.examples.len());
        self.examples.extend(other.examples.into_iter().take(place));
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }
}

/// Findings of many members at once.
#[derive(Debug, Default)]
pub struct Noted(Mutex<Findings>);

impl Noted {
    /// Notes a fault.
    pub fn add(&self, room: &str, member: &str, fault: Fault) {
        let mut findings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        findings.add(room, Some(member), fault);
    }

    /// All of them.
    pub fn take(&self) -> Findings {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
