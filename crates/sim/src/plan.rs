//! What happens in a run, from its seed: one operation a line.

use std::fmt;

use placement::OnRouterLoss;

use crate::dice::Dice;
use crate::message::Node;

/// Backends of a run.
pub(crate) const BACKENDS: u8 = 3;
/// Milliseconds of virtual time in which things go wrong.
pub(crate) const TROUBLE_MS: u64 = 30_000;
/// Milliseconds before the first trouble: the fleet comes up.
pub(crate) const CALM_MS: u64 = 6_000;
/// Milliseconds after the last one, in which all must heal.
pub(crate) const HEAL_MS: u64 = 22_000;

/// What kinds of trouble a run has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    /// Drains alone, on a network that delays and reorders: nothing may be lost.
    Drains,
    /// Drains, on a network that also loses, and processes that pause for a while.
    Rough,
    /// Everything: crashes, silent hosts, restarts, long pauses, partitions, clocks that are wrong.
    Storm,
    /// A partition that answers with resets, which no fence can tell from a dead process: the one
    /// case in which two owners may acknowledge (G1), and which is counted.
    Resets,
}

/// One thing that happens to the fleet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Nothing passes between two processes; with `resets`, each sees the other's address refuse.
    Cut(Node, Node, bool),
    /// It passes again.
    Mend(Node, Node),
    /// The process sleeps. What is sent to it waits.
    Pause(Node),
    /// It wakes.
    Wake(Node),
    /// The process dies; with `silent`, its whole host, which refuses nothing.
    Crash(Node, bool),
    /// It starts again, as another run.
    Start(Node),
    /// The backend is to hand its rooms over.
    Drain(Node),
    /// It takes rooms again.
    Undrain(Node),
    /// The process's clock of the day is set this many milliseconds forward (or backward).
    SetClock(Node, i64),
}

/// The run of a seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The seed.
    pub seed: u64,
    /// What may happen.
    pub weather: Weather,
    /// What backends do when nobody listens at the router's address.
    pub on_router_loss: OnRouterLoss,
    /// Messages of which one in a thousand is lost.
    pub loss_per_thousand: u64,
    /// What happens, and when, in milliseconds of virtual time.
    pub operations: Vec<(u64, Operation)>,
}

impl Plan {
    /// The plan of a seed.
    pub fn new(seed: u64, weather: Weather) -> Self {
        let mut dice = Dice::new(seed);
        let is_lossy = matches!(weather, Weather::Rough | Weather::Storm);
        let mut plan = Self {
            seed,
            weather,
            on_router_loss: if dice.chance(500) {
                OnRouterLoss::Continue
            } else {
                OnRouterLoss::Stop
            },
            loss_per_thousand: if is_lossy { dice.between(0, 30) } else { 0 },
            operations: Vec::new(),
        };
        let count = dice.between(1, if weather == Weather::Resets { 3 } else { 7 });
        for _ in 0..count {
            let at = CALM_MS + dice.between(0, TROUBLE_MS - 2_000);
            let end = (at + trouble_ms(&mut dice)).min(CALM_MS + TROUBLE_MS);
            plan.trouble(&mut dice, at, end);
        }
        plan.operations.sort_by_key(|(at, _)| *at);
        plan
    }

    /// A plan without trouble of its own, to which a test adds some.
    pub fn quiet(seed: u64, on_router_loss: OnRouterLoss) -> Self {
        let weather = Weather::Storm;
        Self { seed, weather, on_router_loss, loss_per_thousand: 0, operations: Vec::new() }
    }

    /// The same plan with one more operation.
    #[must_use]
    pub fn with(mut self, at: u64, operation: Operation) -> Self {
        self.operations.push((at, operation));
        self.operations.sort_by_key(|(at, _)| *at);
        self
    }

    fn trouble(&mut self, dice: &mut Dice, at: u64, end: u64) {
        let backend = Node::Backend(dice.between(0, BACKENDS.into()) as u8);
        let any = if dice.chance(350) { Node::Router } else { backend };
        let kind = match self.weather {
            Weather::Drains => 0,
            Weather::Rough => dice.between(0, 3),
            Weather::Storm => dice.between(0, 10),
            Weather::Resets => 10,
        };
        let (first, last) = match kind {
            0 | 1 => (Operation::Drain(backend), Operation::Undrain(backend)),
            2..=4 => (Operation::Pause(any), Operation::Wake(any)),
            5 | 6 => (Operation::Crash(any, dice.chance(300)), Operation::Start(any)),
            7 => {
                let ms = dice.between(0, 20_000) as i64 - 10_000;
                (Operation::SetClock(any, ms), Operation::SetClock(any, -ms / 2))
            }
            8 | 9 => {
                let other = Node::Backend(dice.between(0, BACKENDS.into()) as u8);
                let other = if other == backend { Node::Router } else { other };
                (Operation::Cut(backend, other, false), Operation::Mend(backend, other))
            }
            _ => {
                let (router, resets) = (Node::Router, true);
                (Operation::Cut(backend, router, resets), Operation::Mend(backend, router))
            }
        };
        let is_long = !matches!(self.weather, Weather::Rough);
        // A pause that is shorter than the fence loses nothing.
        let end = if is_long || kind < 2 { end } else { end.min(at + 1_500) };
        self.operations.push((at, first));
        self.operations.push((end.max(at + 100), last));
    }
}

/// Milliseconds that a trouble lasts: often about as long as the fence and the limits of silence.
fn trouble_ms(dice: &mut Dice) -> u64 {
    match dice.between(0, 3) {
        0 => dice.between(100, 2_000),
        1 => dice.between(2_000, 7_000),
        _ => dice.between(5_000, 20_000),
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cut(a, b, false) => write!(f, "cut {a} {b}"),
            Self::Cut(a, b, true) => write!(f, "reset {a} {b}"),
            Self::Mend(a, b) => write!(f, "mend {a} {b}"),
            Self::Pause(node) => write!(f, "pause {node}"),
            Self::Wake(node) => write!(f, "wake {node}"),
            Self::Crash(node, false) => write!(f, "crash {node}"),
            Self::Crash(node, true) => write!(f, "silence {node}"),
            Self::Start(node) => write!(f, "start {node}"),
            Self::Drain(node) => write!(f, "drain {node}"),
            Self::Undrain(node) => write!(f, "undrain {node}"),
            Self::SetClock(node, ms) => write!(f, "set-clock {node} {ms:+} ms"),
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, weather, on_router_loss, loss_per_thousand, .. } = self;
        writeln!(f, "seed {seed}: {weather:?}, on router loss {on_router_loss:?}")?;
        writeln!(f, "lost: {loss_per_thousand} of 1000 messages")?;
        for (at, operation) in &self.operations {
            writeln!(f, "{at:>6} {operation}")?;
        }
        Ok(())
    }
}
