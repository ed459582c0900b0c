//! The wire: it delays, reorders, loses and cuts, as the dice and the plan say.

use std::collections::{BTreeMap, BTreeSet};

use crate::dice::Dice;
use crate::message::{Connection, Message, Node};

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It arrives at this time.
    Arrives(u64),
    /// Its connection is reset: the sender learns it at this time.
    IsReset(u64),
    /// Nobody ever hears of it.
    Vanishes,
}

/// The state of the wire.
#[derive(Debug, Default)]
pub(crate) struct Network {
    loss_per_thousand: u64,
    /// Pairs that are cut, lower one first, and whether they answer with resets.
    cuts: BTreeMap<(Node, Node), bool>,
    /// Connections that lost something: nothing more passes on them.
    broken: BTreeSet<Connection>,
    /// When the last message of a connection arrives, by direction: the next comes later.
    last: BTreeMap<(Connection, Node), u64>,
}

impl Network {
    pub(crate) fn new(loss_per_thousand: u64) -> Self {
        Self { loss_per_thousand, ..Self::default() }
    }

    pub(crate) fn cut(&mut self, a: Node, b: Node, resets: bool) {
        self.cuts.insert((a.min(b), a.max(b)), resets);
    }

    pub(crate) fn mend(&mut self, a: Node, b: Node) {
        self.cuts.remove(&(a.min(b), a.max(b)));
    }

    pub(crate) fn mend_all(&mut self) {
        self.cuts.clear();
        self.loss_per_thousand = 0;
    }

    /// What becomes of a message that is sent now.
    pub(crate) fn fate(
        &mut self,
        dice: &mut Dice,
        now: u64,
        from: Node,
        to: Node,
        message: &Message,
    ) -> Fate {
        let delay = match dice.between(0, 100) {
            0..=1 => dice.between(20, 700),
            2..=20 => dice.between(5, 60),
            _ => dice.between(1, 10),
        };
        let is_lost = self.is_cut(from, to) || dice.chance(self.loss_per_thousand);
        if self.resets(from, to) {
            return Fate::IsReset(now + delay);
        }
        let Some(connection) = message.connection() else {
            return if is_lost { Fate::Vanishes } else { Fate::Arrives(now + delay) };
        };
        if is_lost {
            self.broken.insert(connection);
        }
        if self.broken.contains(&connection) {
            return Fate::Vanishes;
        }
        let earliest = self.last.get(&(connection, to)).copied().unwrap_or(0);
        let at = earliest.max(now + delay);
        self.last.insert((connection, to), at);
        Fate::Arrives(at)
    }

    /// Whether nothing passes between two processes. What is under way when the cut comes is lost.
    pub(crate) fn is_cut(&self, a: Node, b: Node) -> bool {
        self.cuts.contains_key(&(a.min(b), a.max(b)))
    }

    fn resets(&self, a: Node, b: Node) -> bool {
        self.cuts.get(&(a.min(b), a.max(b))) == Some(&true)
    }
}
