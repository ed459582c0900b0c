//! Whose a name is. A name belongs to its member while the member is in the room or has a kept
//! message there, and for a while after the member took another one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::skeleton::Looks;
use crate::ids::{MemberId, UnixMillis};
use crate::size;

/// The member that a skeleton belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) member: MemberId,
    /// Until when, if the member goes by another name now.
    pub(crate) until: Option<UnixMillis>,
}

/// Skeletons and their owners.
#[derive(Clone, Debug, Default)]
pub(crate) struct Register {
    owners: BTreeMap<Arc<str>, Owner>,
    /// Those with an end, by their end.
    ends: BTreeSet<(UnixMillis, Arc<str>)>,
    /// The memory of those with an end.
    ending_bytes: usize,
    bytes: usize,
}

impl Register {
    /// Whether a member may go by this name. `holds` says whether another member still holds its
    /// present name.
    pub(crate) fn is_free(
        &self,
        looks: &Looks,
        for_member: Option<MemberId>,
        now: UnixMillis,
        holds: impl Fn(MemberId) -> bool,
    ) -> bool {
        looks.iter().all(|look| match self.owners.get(look) {
            None => true,
            Some(owner) if Some(owner.member) == for_member => true,
            Some(Owner { until: Some(until), .. }) => now >= *until,
            Some(owner) => !holds(owner.member),
        })
    }

    /// Whether a member goes by this name undisputed.
    pub(crate) fn owns(&self, member: MemberId, looks: &Looks) -> bool {
        let current = Owner { member, until: None };
        looks.iter().all(|look| self.owners.get(look) == Some(&current))
    }

    /// The name is the member's from now on.
    pub(crate) fn claim(&mut self, member: MemberId, looks: &Looks, now: UnixMillis) {
        while let Some((until, look)) = self.ends.first().cloned()
            && until <= now
        {
            self.remove(&look);
        }
        for look in looks.iter() {
            self.insert(Arc::clone(look), Owner { member, until: None });
        }
    }

    /// The member goes by another name; this one is its own until then. Names that were given up
    /// take `bytes_max` at most: beyond it, those that end first are free at once.
    pub(crate) fn give_up(
        &mut self,
        member: MemberId,
        looks: &Looks,
        until: UnixMillis,
        bytes_max: usize,
    ) {
        for look in looks.iter() {
            if self.owners.get(look).is_some_and(|owner| owner.member == member) {
                self.insert(Arc::clone(look), Owner { member, until: Some(until) });
            }
        }
        while self.ending_bytes > bytes_max
            && let Some((_, look)) = self.ends.first().cloned()
        {
            self.remove(&look);
        }
    }

    /// The member is forgotten. Names that it gave up before end on their own.
    pub(crate) fn forget(&mut self, member: MemberId, looks: &Looks) {
        for look in looks.iter() {
            if self.owners.get(look) == Some(&Owner { member, until: None }) {
                self.remove(look);
            }
        }
    }

    /// Adds an entry as it was.
    pub(crate) fn insert(&mut self, look: Arc<str>, owner: Owner) {
        self.remove(&look);
        self.bytes += size::NAME_BYTES + look.len();
        if let Some(until) = owner.until {
            self.ending_bytes += size::NAME_BYTES + look.len();
            self.ends.insert((until, Arc::clone(&look)));
        }
        self.owners.insert(look, owner);
    }

    /// Skeletons that begin with `prefix`, with the members who go by them.
    pub(crate) fn starting_with(
        &self,
        prefix: &str,
    ) -> impl Iterator<Item = (&Arc<str>, MemberId)> {
        self.owners
            .range::<str, _>((std::ops::Bound::Included(prefix), std::ops::Bound::Unbounded))
            .take_while(move |(look, _)| look.starts_with(prefix))
            .filter(|(_, owner)| owner.until.is_none())
            .map(|(look, owner)| (look, owner.member))
    }

    /// Every entry.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Owner)> {
        self.owners.iter()
    }

    /// The memory that they take.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    fn remove(&mut self, look: &Arc<str>) {
        let Some(owner) = self.owners.remove(look) else { return };
        self.bytes -= size::NAME_BYTES + look.len();
        if let Some(until) = owner.until {
            self.ending_bytes -= size::NAME_BYTES + look.len();
            self.ends.remove(&(until, Arc::clone(look)));
        }
    }
}
