//! Who came and who left, told as net changes at intervals; in a crowded room, as counts.

use std::collections::BTreeMap;

use crate::ids::{MemberId, UnixMillis};
use crate::limits::Limits;

/// What the peers have not been told yet.
#[derive(Clone, Debug, Default)]
pub(crate) struct PresenceNews {
    /// Whether presence is counts only.
    crowded: bool,
    /// Members that came or left, and whether the peers believe them to be online; none when some
    /// do and some do not.
    pending: BTreeMap<MemberId, Option<bool>>,
    /// Whether the next news is everybody.
    snapshot: bool,
    due: Option<UnixMillis>,
    /// How many news were told.
    told: u64,
}

/// What is to be told now.
pub(crate) enum News {
    /// Only how many.
    Count,
    /// Everybody who is online.
    Snapshot,
    /// Members whose state may be new, and whether the peers believe them to be online.
    Change(BTreeMap<MemberId, Option<bool>>),
}

impl PresenceNews {
    /// Whether presence is counts only.
    pub(crate) fn is_crowded(&self) -> bool {
        self.crowded
    }

    /// How many news were told: a peer that went without some of them needs a snapshot.
    pub(crate) fn told(&self) -> u64 {
        self.told
    }

    /// When the news are due; none when there are none.
    pub(crate) fn due(&self) -> Option<UnixMillis> {
        self.due
    }

    /// A new peer of `newcomer` learns the present state. From now on the peers believe different
    /// things of others whose change is still to be told, so it is told even if it is undone.
    pub(crate) fn shown_to(&mut self, newcomer: MemberId) {
        for (_, believed) in self.pending.iter_mut().filter(|(member, _)| **member != newcomer) {
            *believed = None;
        }
    }

    /// A member came, or left; `count` are online now.
    pub(crate) fn changed(
        &mut self,
        member: MemberId,
        online: bool,
        count: usize,
        now: UnixMillis,
        limits: &Limits,
    ) {
        if !self.crowded && count > limits.crowded_above {
            self.crowded = true;
            self.snapshot = false;
            self.pending.clear();
        } else if self.crowded && count < limits.uncrowded_below {
            self.crowded = false;
            self.ask_snapshot(now, limits);
        }
        if !self.crowded {
            self.pending.entry(member).or_insert(Some(!online));
        }
        self.schedule(now, limits);
    }

    /// Somebody missed news: everybody gets a snapshot, unless counts are all there is.
    pub(crate) fn ask_snapshot(&mut self, now: UnixMillis, limits: &Limits) {
        self.snapshot = !self.crowded;
        // A count that was due in two seconds gives way to the snapshot.
        self.due = None;
        self.schedule(now, limits);
    }

    /// Takes what is due.
    pub(crate) fn take(&mut self, now: UnixMillis, limits: &Limits) -> Option<News> {
        let due = self.due?;
        // Later than a whole interval from now is possible only if the clock went back.
        if now < due && due.since(now) <= self.interval_ms(limits) {
            return None;
        }
        self.due = None;
        self.told += 1;
        let pending = std::mem::take(&mut self.pending);
        if self.crowded {
            Some(News::Count)
        } else if std::mem::take(&mut self.snapshot) {
            Some(News::Snapshot)
        } else {
            Some(News::Change(pending))
        }
    }

    fn schedule(&mut self, now: UnixMillis, limits: &Limits) {
        let interval_ms = self.interval_ms(limits);
        self.due.get_or_insert(now.plus(interval_ms));
    }

    fn interval_ms(&self, limits: &Limits) -> u64 {
        if self.crowded { limits.crowded_presence_every_ms } else { limits.presence_every_ms }
    }
}
