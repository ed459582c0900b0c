//! The router's process: it carries messages to and from `placement::Router`, and keeps its disk.

use std::collections::BTreeSet;

use placement::{BackendName, Epochs, Router};

use crate::message::{Message, Node};
use crate::mutant::Mutant;
use crate::plan::BACKENDS;
use crate::step::Step;

/// The process.
#[derive(Debug)]
pub(crate) struct RouterProcess {
    pub(crate) router: Router,
    /// What survives the process.
    pub(crate) mark_on_disk: u64,
}

impl RouterProcess {
    /// A router that starts with what is on its disk.
    pub(crate) fn start(
        step: &mut Step<'_>,
        mark_on_disk: u64,
        drained: &BTreeSet<Node>,
        mutant: Option<Mutant>,
    ) -> Self {
        let is_forgetful = mutant == Some(Mutant::RouterForgetsEpochs);
        let epochs = Epochs::after(if is_forgetful { 0 } else { mark_on_disk });
        let mut router = Router::new(epochs, step.now);
        step.ledger.router_started();
        let names: Vec<_> = (0..BACKENDS).map(|number| Node::Backend(number).name()).collect();
        router.configure(step.now, &names);
        for node in drained {
            router.drain(&node.name(), true);
        }
        Self { router, mark_on_disk }
    }

    pub(crate) fn tick(&mut self, step: &mut Step<'_>) {
        if let Some(mark) = self.router.wants_mark(step.now) {
            self.mark_on_disk = mark;
            self.router.mark_reserved(mark);
        }
        for (name, question) in self.router.poll(step.now) {
            if let Some(backend) = Node::of_backend(&name) {
                step.send(backend, Message::Ask(question));
            }
        }
    }

    pub(crate) fn receive(&mut self, step: &mut Step<'_>, from: Node, message: Message) {
        let name = from.name();
        match message {
            Message::Answer(answer) => {
                self.router.answered(step.now, &name, &answer);
            }
            Message::StaleRouter(newest) => self.router.supersede(newest),
            Message::Report { .. } => {
                self.router.reported(step.now, &name);
            }
            Message::Refused(question) => {
                if matches!(*question, Message::Ask(_)) {
                    self.router.refused(&name);
                }
            }
            Message::Lookup { room } => {
                let replaced = self.router.counts().replaced;
                let placement = self.router.lookup(step.now, &room);
                if self.router.counts().replaced > replaced {
                    step.ledger.lost(&room);
                }
                if let Ok(placed) = &placement {
                    step.ledger.named(placed.owner.epoch);
                }
                step.send(from, Message::Placed { placement });
            }
            other => self.receive_of_room(step, from, &name, other),
        }
    }

    fn receive_of_room(
        &mut self,
        step: &mut Step<'_>,
        from: Node,
        name: &BackendName,
        message: Message,
    ) {
        match message {
            Message::Release { room, epoch } => {
                self.router.release(step.now, name, &room, epoch);
                step.send(from, Message::Released { room, epoch });
            }
            Message::BeginMove { room, epoch } => {
                let target = self.router.begin_move(step.now, name, &room, epoch);
                target.iter().for_each(|target| step.ledger.named(target.epoch));
                step.send(from, Message::Target { room, epoch, target });
            }
            Message::Settle { room, epoch, new_epoch, imported } => {
                let settlement =
                    self.router.settle_move(step.now, name, &room, epoch, new_epoch, imported);
                step.send(from, Message::Settled { room, new_epoch, settlement });
            }
            _ => {}
        }
    }
}
