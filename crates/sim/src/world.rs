//! The run itself: processes, the wire and virtual time.

mod faults;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, VecDeque};

use crate::backend::BackendProcess;
use crate::client::ClientProcess;
use crate::dice::Dice;
use crate::ledger::Ledger;
use crate::message::{Message, Node};
use crate::mutant::Mutant;
use crate::network::{Fate, Network};
use crate::plan::{BACKENDS, CALM_MS, HEAL_MS, Operation, Plan, TROUBLE_MS};
use crate::router::RouterProcess;
use crate::step::{Clock, Step};

/// Milliseconds between two ticks of a process.
const TICK_MS: u64 = 50;
/// Milliseconds before the end at which clients stop posting.
const SETTLE_MS: u64 = 5_000;
/// The room of each client, and whether it only visits.
const CLIENTS: [(&str, bool); 7] = [
    ("red", false),
    ("red", false),
    ("red", false),
    ("green", false),
    ("green", false),
    ("blue", false),
    ("brief", true),
];

/// What happens at a time.
enum Happening {
    Arrives { from: Node, to: Node, message: Message },
    Tick(Node),
    Operation(Operation),
    Heal,
    StopPosting,
}

pub(crate) enum Process {
    Router(Box<RouterProcess>),
    Backend(Box<BackendProcess>),
    Client(Box<ClientProcess>),
}

/// A process's place: its machine.
pub(crate) struct Slot {
    pub(crate) process: Option<Process>,
    clock: Clock,
    /// Whether the machine itself is gone, so that it refuses nothing.
    is_silent: bool,
    is_paused: bool,
    /// What came while the process slept.
    inbox: VecDeque<(Node, Message)>,
}

/// A run.
pub(crate) struct World {
    plan: Plan,
    mutant: Option<Mutant>,
    now: u64,
    dice: Dice,
    network: Network,
    pub(crate) slots: BTreeMap<Node, Slot>,
    queue: BinaryHeap<Reverse<(u64, u64)>>,
    happenings: BTreeMap<u64, Happening>,
    scheduled: u64,
    pub(crate) ledger: Ledger,
    drained: BTreeSet<Node>,
    mark_on_disk: u64,
    /// What routers counted that run no more.
    conflicts: u64,
}

impl World {
    pub(crate) fn new(plan: &Plan, mutant: Option<Mutant>) -> Self {
        let mut world = Self {
            plan: plan.clone(),
            mutant,
            now: 0,
            dice: Dice::new(plan.seed.rotate_left(17)),
            network: Network::new(plan.loss_per_thousand),
            slots: BTreeMap::new(),
            queue: BinaryHeap::new(),
            happenings: BTreeMap::new(),
            scheduled: 0,
            ledger: Ledger::default(),
            drained: BTreeSet::new(),
            mark_on_disk: 0,
            conflicts: 0,
        };
        let nodes = std::iter::once(Node::Router)
            .chain((0..BACKENDS).map(Node::Backend))
            .chain((0..CLIENTS.len() as u8).map(Node::Client));
        for node in nodes {
            let clock = Clock::new(&mut world.dice);
            let slot = Slot {
                process: None,
                clock,
                is_silent: false,
                is_paused: false,
                inbox: VecDeque::new(),
            };
            world.slots.insert(node, slot);
            world.start(node);
            let first = world.dice.between(0, TICK_MS);
            world.schedule(first, Happening::Tick(node));
        }
        for (at, operation) in plan.operations.clone() {
            world.schedule(at, Happening::Operation(operation));
        }
        world.schedule(CALM_MS + TROUBLE_MS, Happening::Heal);
        world.schedule(Self::end() - SETTLE_MS, Happening::StopPosting);
        world
    }

    /// Runs to the end of the plan.
    pub(crate) fn run(&mut self) {
        while let Some(Reverse((at, number))) = self.queue.pop() {
            if at > Self::end() {
                break;
            }
            (self.now, self.ledger.now) = (at, at);
            if let Some(happening) = self.happenings.remove(&number) {
                self.happen(happening);
            }
        }
    }

    /// When a run ends.
    pub(crate) fn end() -> u64 {
        CALM_MS + TROUBLE_MS + HEAL_MS
    }

    pub(crate) fn clients(&self) -> impl Iterator<Item = &ClientProcess> {
        self.slots.values().filter_map(|slot| match &slot.process {
            Some(Process::Client(client)) => Some(client.as_ref()),
            _ => None,
        })
    }

    pub(crate) fn backends(&self) -> impl Iterator<Item = (Node, &BackendProcess)> {
        self.slots.iter().filter_map(|(node, slot)| match &slot.process {
            Some(Process::Backend(backend)) => Some((*node, backend.as_ref())),
            _ => None,
        })
    }

    /// Rooms that two backends claimed, as routers counted them.
    pub(crate) fn conflicts(&self) -> u64 {
        let counted = self.slots.values().map(|slot| match &slot.process {
            Some(Process::Router(process)) => process.router.counts().conflicts,
            _ => 0,
        });
        self.conflicts + counted.sum::<u64>()
    }

    fn schedule(&mut self, at: u64, happening: Happening) {
        self.scheduled += 1;
        self.happenings.insert(self.scheduled, happening);
        self.queue.push(Reverse((at, self.scheduled)));
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Arrives { from, to, message } => self.arrive(from, to, message),
            Happening::Tick(node) => {
                self.schedule(self.now + TICK_MS, Happening::Tick(node));
                if self.slots.get(&node).is_some_and(|slot| !slot.is_paused) {
                    self.step(node, |process, step| process.tick(step));
                }
            }
            Happening::Operation(operation) => self.operate(operation),
            Happening::Heal => self.heal(),
            Happening::StopPosting => {
                for slot in self.slots.values_mut() {
                    if let Some(Process::Client(client)) = &mut slot.process {
                        client.is_posting = false;
                    }
                }
            }
        }
    }

    fn arrive(&mut self, from: Node, to: Node, message: Message) {
        let is_cut = self.network.is_cut(from, to);
        let Some(slot) = self.slots.get_mut(&to) else { return };
        if is_cut && !matches!(message, Message::Refused(_)) {
            return;
        }
        if slot.is_paused {
            slot.inbox.push_back((from, message));
        } else if slot.process.is_some() {
            self.step(to, |process, step| process.receive(step, from, message));
        } else if !slot.is_silent {
            self.bounce(from, to, message, self.now + 1);
        }
    }

    /// The sender learns that nobody listens.
    fn bounce(&mut self, sender: Node, at: Node, message: Message, when: u64) {
        if !matches!(message, Message::Refused(_)) {
            let message = Message::Refused(Box::new(message));
            self.schedule(when, Happening::Arrives { from: at, to: sender, message });
        }
    }

    /// Lets a process act, and gives what it sends to the wire.
    fn step(&mut self, node: Node, act: impl FnOnce(&mut Process, &mut Step<'_>)) {
        let Some(slot) = self.slots.get_mut(&node) else { return };
        let now = slot.clock.read(self.now);
        let Some(process) = slot.process.as_mut() else { return };
        let (dice, ledger) = (&mut self.dice, &mut self.ledger);
        let mut step = Step { now, dice, ledger, sent: Vec::new() };
        act(process, &mut step);
        for (to, message) in step.sent {
            match self.network.fate(&mut self.dice, self.now, node, to, &message) {
                Fate::Arrives(at) => {
                    self.schedule(at, Happening::Arrives { from: node, to, message });
                }
                Fate::IsReset(at) => self.bounce(node, to, message, at),
                Fate::Vanishes => {}
            }
        }
    }
}

impl Process {
    fn tick(&mut self, step: &mut Step<'_>) {
        match self {
            Self::Router(process) => process.tick(step),
            Self::Backend(process) => process.tick(step),
            Self::Client(process) => process.tick(step),
        }
    }

    fn receive(&mut self, step: &mut Step<'_>, from: Node, message: Message) {
        match self {
            Self::Router(process) => process.receive(step, from, message),
            Self::Backend(process) => process.receive(step, from, message),
            Self::Client(process) => process.receive(step, from, message),
        }
    }
}
