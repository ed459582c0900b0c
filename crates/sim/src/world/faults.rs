//! What the plan does to processes and machines.

use crate::backend::BackendProcess;
use crate::client::ClientProcess;
use crate::message::Node;
use crate::plan::Operation;
use crate::router::RouterProcess;
use crate::step::Step;
use crate::world::{CLIENTS, Process, Slot, World};

impl World {
    pub(super) fn operate(&mut self, operation: Operation) {
        self.change(operation);
        for node in self.absent_backends() {
            self.ledger.absent(node);
        }
    }

    /// Backends that the router cannot hear.
    fn absent_backends(&self) -> Vec<Node> {
        let is_absent = |(node, slot): &(&Node, &Slot)| {
            let is_cut = self.network.is_cut(**node, Node::Router);
            matches!(node, Node::Backend(_)) && (slot.process.is_none() || slot.is_paused || is_cut)
        };
        self.slots.iter().filter(is_absent).map(|(node, _)| *node).collect()
    }

    fn change(&mut self, operation: Operation) {
        match operation {
            Operation::Cut(a, b, resets) => self.network.cut(a, b, resets),
            Operation::Mend(a, b) => self.network.mend(a, b),
            Operation::Pause(node) => {
                if let Some(slot) = self.slots.get_mut(&node).filter(|slot| slot.process.is_some())
                {
                    slot.is_paused = true;
                }
            }
            Operation::Wake(node) => self.wake(node),
            Operation::Crash(node, silent) => self.crash(node, silent),
            Operation::Start(node) => self.start(node),
            Operation::Drain(node) => self.drain(node, true),
            Operation::Undrain(node) => self.drain(node, false),
            Operation::SetClock(node, ms) => {
                if let Some(slot) = self.slots.get_mut(&node) {
                    slot.clock.skew_ms += ms;
                }
            }
        }
    }

    /// Everything works from now on.
    pub(super) fn heal(&mut self) {
        self.network.mend_all();
        let nodes: Vec<_> = self.slots.keys().copied().collect();
        for node in nodes {
            if let Some(slot) = self.slots.get_mut(&node) {
                slot.clock.skew_ms = slot.clock.skew_ms.clamp(-1_000, 1_000);
            }
            self.wake(node);
            self.start(node);
            self.drain(node, false);
        }
    }

    pub(super) fn start(&mut self, node: Node) {
        let Some(slot) = self.slots.get_mut(&node).filter(|slot| slot.process.is_none()) else {
            return;
        };
        slot.is_silent = false;
        let now = slot.clock.read(self.now);
        let (dice, ledger) = (&mut self.dice, &mut self.ledger);
        let mut step = Step { now, dice, ledger, sent: Vec::new() };
        let process = match node {
            Node::Router => {
                let mark = self.mark_on_disk;
                let router = RouterProcess::start(&mut step, mark, &self.drained, self.mutant);
                Process::Router(Box::new(router))
            }
            Node::Backend(_) => {
                let policy = self.plan.on_router_loss;
                let backend = BackendProcess::start(node, &mut step, policy, self.mutant);
                Process::Backend(Box::new(backend))
            }
            Node::Client(number) => {
                let (room, visits) = CLIENTS[usize::from(number)];
                let client = ClientProcess::start(number, room, visits, &mut step);
                Process::Client(Box::new(client))
            }
        };
        slot.process = Some(process);
    }

    /// What came while it slept is all there at once.
    fn wake(&mut self, node: Node) {
        let Some(slot) = self.slots.get_mut(&node) else { return };
        slot.is_paused = false;
        for (from, message) in std::mem::take(&mut slot.inbox) {
            self.step(node, |process, step| process.receive(step, from, message));
        }
    }

    fn crash(&mut self, node: Node, silent: bool) {
        let Some(slot) = self.slots.get_mut(&node) else { return };
        (slot.is_paused, slot.is_silent) = (false, silent);
        slot.inbox.clear();
        match slot.process.take() {
            Some(Process::Router(process)) => {
                self.mark_on_disk = process.mark_on_disk;
                self.conflicts += process.router.counts().conflicts;
            }
            Some(Process::Backend(process)) => {
                let now = slot.clock.read(self.now);
                let (dice, ledger) = (&mut self.dice, &mut self.ledger);
                let mut step = Step { now, dice, ledger, sent: Vec::new() };
                process.die(&mut step);
            }
            _ => {}
        }
    }

    fn drain(&mut self, node: Node, drain: bool) {
        let changed = if drain { self.drained.insert(node) } else { self.drained.remove(&node) };
        if let Some(slot) = self.slots.get_mut(&Node::Router).filter(|_| changed)
            && let Some(Process::Router(process)) = &mut slot.process
        {
            process.router.drain(&node.name(), drain);
        }
    }
}
