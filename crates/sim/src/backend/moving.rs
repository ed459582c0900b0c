//! Handing a room over: freeze, snapshot, import there, and then what the router's record says.

use placement::{MoveTarget, Settlement, Verdict};

use crate::backend::BackendProcess;
use crate::message::{Message, Node, RoomName};
use crate::mutant::Mutant;
use crate::step::Step;

/// Rooms that move at once.
const MOVES_AT_ONCE: usize = 2;
/// Milliseconds until a question about a move is asked again.
const ASK_AGAIN_MS: u64 = 300;
/// Milliseconds that an import may take before the owner gives the move up.
const IMPORT_TAKES_MS: u64 = 1_500;

/// How far the move of a room is.
pub(super) struct Move {
    epoch: u64,
    stage: Stage,
    sent_at: u64,
}

#[derive(Clone, Copy)]
enum Stage {
    Asking,
    Importing { new_epoch: u64 },
    Settling { new_epoch: u64, imported: bool },
}

impl BackendProcess {
    /// Begins moves while the backend drains, and asks again what was not answered.
    pub(super) fn go_on_moving(&mut self, step: &mut Step<'_>) {
        let ready: Vec<_> = self
            .holdings
            .iter()
            .filter(|(room, _)| self.is_draining && !self.holdings.is_frozen(room))
            .filter(|(room, _)| !self.moves.contains_key(*room))
            .map(|(room, epoch)| (room.clone(), epoch))
            .take(MOVES_AT_ONCE.saturating_sub(self.moves.len()))
            .collect();
        for (room, epoch) in ready {
            self.moves.insert(room, Move { epoch, stage: Stage::Asking, sent_at: 0 });
        }
        if !self.is_draining {
            self.moves.retain(|_, going| !matches!(going.stage, Stage::Asking));
        }
        for (room, going) in &mut self.moves {
            going.ask_again(step, room);
        }
    }

    pub(super) fn receive_of_move(&mut self, step: &mut Step<'_>, from: Node, message: Message) {
        match message {
            Message::Target { room, epoch, target } => self.set_out(step, &room, epoch, target),
            Message::Import { room, epoch, run, snapshot } => {
                let taken = run == self.term.run() && self.holdings.import(step.now, &room, epoch);
                if taken {
                    self.imports.insert(room.clone(), (epoch, snapshot));
                }
                if self.mutant == Some(Mutant::ImportActiveBeforeCommit) {
                    let activate = Verdict::Activate { room: room.clone(), epoch };
                    if self.holdings.carry_out(step.now, &activate).is_some() {
                        self.activate(step, &room);
                    }
                }
                step.send(from, Message::Imported { room, epoch, taken });
            }
            Message::Imported { room, epoch, taken } => self.imported(&room, epoch, taken),
            Message::Settled { room, new_epoch, settlement } => {
                self.settled(step, &room, new_epoch, settlement);
            }
            Message::Released { room, epoch } if self.holdings.released(step.now, &room, epoch) => {
                self.drop_room(step, &room);
            }
            _ => {}
        }
    }

    /// Whether inputs of the room have to wait.
    pub(super) fn is_frozen(&self, room: &RoomName) -> bool {
        self.holdings.is_frozen(room) && self.mutant != Some(Mutant::NoFreeze)
    }

    pub(super) fn imported(&mut self, room: &RoomName, epoch: u64, imported: bool) {
        let Some(going) = self.moves.get_mut(room) else { return };
        if matches!(going.stage, Stage::Importing { new_epoch } if new_epoch == epoch) {
            going.stage = Stage::Settling { new_epoch: epoch, imported };
            going.sent_at = 0;
        }
    }

    fn set_out(
        &mut self,
        step: &mut Step<'_>,
        room: &RoomName,
        epoch: u64,
        target: Option<MoveTarget>,
    ) {
        let is_asking = |going: &Move| matches!(going.stage, Stage::Asking) && going.epoch == epoch;
        if !self.moves.get(room).is_some_and(is_asking) {
            return;
        }
        let Some((target, to)) =
            target.and_then(|t| Some((t.clone(), Node::of_backend(&t.backend)?)))
        else {
            self.moves.remove(room);
            return;
        };
        let Some(live) = self.rooms.get(room) else { return };
        let mut snapshot = Box::new(live.room.snapshot());
        if self.mutant == Some(Mutant::MoveForgetsKeys) {
            snapshot.keys.clear();
        }
        let new_epoch = target.epoch;
        if self.holdings.freeze(room, Some(new_epoch)) != Some(epoch) {
            self.moves.remove(room);
            return;
        }
        let import =
            Message::Import { room: room.clone(), epoch: new_epoch, run: target.run, snapshot };
        step.send(to, import);
        if self.mutant == Some(Mutant::ForgetBeforeCommit) {
            self.settled_as_moved(step, room, new_epoch);
            return;
        }
        let (stage, sent_at) = (Stage::Importing { new_epoch }, step.now.mono);
        self.moves.insert(room.clone(), Move { epoch, stage, sent_at });
    }

    fn settled(
        &mut self,
        step: &mut Step<'_>,
        room: &RoomName,
        new_epoch: u64,
        settlement: Settlement,
    ) {
        match settlement {
            Settlement::NotYet => {}
            Settlement::Moved => {
                if self.moves.get(room).is_some_and(|going| !going.is_imported()) {
                    // Not there, but to somebody who got it while this one was not heard.
                    step.ledger.lost(room);
                }
                self.settled_as_moved(step, room, new_epoch);
            }
            Settlement::Void => {
                self.holdings.settled(step.now, room, new_epoch, settlement);
                if !self.holdings.is_frozen(room) {
                    self.moves.remove(room);
                    self.thaw(step, room);
                }
            }
        }
    }

    fn settled_as_moved(&mut self, step: &mut Step<'_>, room: &RoomName, new_epoch: u64) {
        if self.holdings.settled(step.now, room, new_epoch, Settlement::Moved) {
            step.ledger.moves += 1;
            self.drop_room(step, room);
        }
    }

    fn thaw(&mut self, step: &mut Step<'_>, room: &RoomName) {
        let Some(live) = self.rooms.get_mut(room) else { return };
        for input in std::mem::take(&mut live.waiting) {
            self.apply(step, room, input);
        }
        self.release(step, room);
    }
}

impl Move {
    fn is_imported(&self) -> bool {
        matches!(self.stage, Stage::Settling { imported: true, .. })
    }

    fn ask_again(&mut self, step: &mut Step<'_>, room: &RoomName) {
        let waited = step.now.mono.saturating_sub(self.sent_at);
        if let Stage::Importing { new_epoch } = self.stage
            && waited >= IMPORT_TAKES_MS
        {
            self.stage = Stage::Settling { new_epoch, imported: false };
        }
        if waited < ASK_AGAIN_MS {
            return;
        }
        let (room, epoch) = (room.clone(), self.epoch);
        let question = match self.stage {
            Stage::Asking => Message::BeginMove { room, epoch },
            Stage::Importing { .. } => return,
            Stage::Settling { new_epoch, imported } => {
                Message::Settle { room, epoch, new_epoch, imported }
            }
        };
        self.sent_at = step.now.mono;
        step.send(Node::Router, question);
    }
}
