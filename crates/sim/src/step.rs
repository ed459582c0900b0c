//! What a process is given to act with: its clocks, the dice, the wire, and the observer.

use placement::Now;
use room::UnixMillis;

use crate::dice::Dice;
use crate::ledger::Ledger;
use crate::message::{Message, Node};

/// The day on which every run begins.
pub(crate) const START_UNIX_MS: u64 = 1_795_000_000_000;

/// One step of a process.
pub(crate) struct Step<'a> {
    pub(crate) now: Now,
    pub(crate) dice: &'a mut Dice,
    pub(crate) ledger: &'a mut Ledger,
    pub(crate) sent: Vec<(Node, Message)>,
}

impl Step<'_> {
    pub(crate) fn send(&mut self, to: Node, message: Message) {
        self.sent.push((to, message));
    }

    pub(crate) fn unix(&self) -> UnixMillis {
        UnixMillis(self.now.unix)
    }
}

/// A process's clocks: one runs too fast or too slow, the other is set to a wrong time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    rate_per_million: u64,
    mono_at_start: u64,
    pub(crate) skew_ms: i64,
}

impl Clock {
    pub(crate) fn new(dice: &mut Dice) -> Self {
        Self {
            rate_per_million: dice.between(980_000, 1_020_000),
            mono_at_start: dice.between(0, 1_000_000),
            skew_ms: dice.between(0, 2_000) as i64 - 1_000,
        }
    }

    pub(crate) fn read(&self, time: u64) -> Now {
        let mono = self.mono_at_start + time * self.rate_per_million / 1_000_000;
        let unix = (START_UNIX_MS + time).saturating_add_signed(self.skew_ms);
        Now { mono, unix }
    }
}
