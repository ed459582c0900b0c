//! The votes for one message: who voted how, and the totals.

use std::collections::BTreeMap;

use crate::ids::MemberId;
use crate::input::Vote;

/// Votes with their totals, which always equal a recount.
#[derive(Clone, Debug, Default)]
pub(crate) struct Votes {
    /// Whether a voter is for the message.
    by_member: BTreeMap<MemberId, bool>,
    up: u32,
    down: u32,
}

impl Votes {
    /// How a member voted.
    pub(crate) fn of(&self, member: MemberId) -> Vote {
        match self.by_member.get(&member) {
            Some(true) => Vote::Up,
            Some(false) => Vote::Down,
            None => Vote::Neither,
        }
    }

    /// Replaces a member's vote.
    pub(crate) fn set(&mut self, member: MemberId, value: Vote) {
        match self.by_member.remove(&member) {
            Some(true) => self.up -= 1,
            Some(false) => self.down -= 1,
            None => {}
        }
        match value {
            Vote::Up => self.up += 1,
            Vote::Down => self.down += 1,
            Vote::Neither => return,
        }
        self.by_member.insert(member, value == Vote::Up);
    }

    /// Votes for and against, in total.
    pub(crate) fn totals(&self) -> (u32, u32) {
        (self.up, self.down)
    }

    /// The totals as they would be after a member's vote.
    pub(crate) fn totals_with(&self, member: MemberId, value: Vote) -> (u32, u32) {
        let old = self.of(member);
        let count =
            |total: u32, vote: Vote| total - u32::from(old == vote) + u32::from(value == vote);
        (count(self.up, Vote::Up), count(self.down, Vote::Down))
    }

    /// How many voted.
    pub(crate) fn voters(&self) -> usize {
        self.by_member.len()
    }

    /// Every vote, by member.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (MemberId, Vote)> {
        self.by_member.iter().map(|(&member, &up)| (member, if up { Vote::Up } else { Vote::Down }))
    }
}
