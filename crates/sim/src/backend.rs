//! A backend's process: its rooms, its term, and what passes between them and the wire.

mod fanout;
mod moving;
mod rooms;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use placement::{
    Consequence, Holdings, Load, OnRouterLoss, RunId, StatusAnswer, StatusRequest, Term,
};
use room::{Effect, Input, Key, PeerId, RequestId, Room, Seq, Snapshot};

use crate::message::{Connection, Frame, Message, Node, RoomName};
use crate::mutant::Mutant;
use crate::step::Step;

/// Milliseconds between two heartbeats to every peer.
const HEARTBEAT_MS: u64 = 1_000;
/// Milliseconds of the fence, for the mutants that have one of their own.
const MUTANT_FENCE_MS: u64 = placement::FENCE_MS;

/// The process.
pub(crate) struct BackendProcess {
    node: Node,
    term: Term,
    pub(crate) holdings: Holdings,
    pub(crate) rooms: BTreeMap<RoomName, Live>,
    imports: BTreeMap<RoomName, (u64, Box<Snapshot>)>,
    connections: BTreeMap<Connection, (RoomName, Node)>,
    moves: BTreeMap<RoomName, moving::Move>,
    is_draining: bool,
    asked_at: u64,
    heartbeat_at: u64,
    mutant: Option<Mutant>,
}

/// A room and what has not left it yet.
pub(crate) struct Live {
    pub(crate) room: Room,
    pub(crate) epoch: u64,
    /// The newest event that the live peers were sent.
    told: Seq,
    /// Effects that wait for their release, and when they may be released at the earliest.
    unreleased: VecDeque<(u64, Vec<Effect>)>,
    /// Inputs that wait while the room is frozen.
    waiting: Vec<Input>,
    peers: BTreeMap<PeerId, Node>,
    live: BTreeSet<PeerId>,
    asked: BTreeMap<RequestId, Key>,
    requests: u64,
}

impl BackendProcess {
    pub(crate) fn start(
        node: Node,
        step: &mut Step<'_>,
        on_router_loss: OnRouterLoss,
        mutant: Option<Mutant>,
    ) -> Self {
        let mistaken = mutant == Some(Mutant::SilenceCountsAsLoss);
        let on_router_loss = if mistaken { OnRouterLoss::Continue } else { on_router_loss };
        Self {
            node,
            term: Term::new(RunId(step.dice.roll()), on_router_loss, step.now),
            holdings: Holdings::new(),
            rooms: BTreeMap::new(),
            imports: BTreeMap::new(),
            connections: BTreeMap::new(),
            moves: BTreeMap::new(),
            is_draining: false,
            asked_at: 0,
            heartbeat_at: step.now.mono,
            mutant,
        }
    }

    pub(crate) fn tick(&mut self, step: &mut Step<'_>) {
        if self.mutant == Some(Mutant::SilenceCountsAsLoss) {
            self.term.nobody_listens(step.now, step.now.mono);
        }
        if self.term.wants_to_report(step.now) {
            step.send(Node::Router, Message::Report { tried_at: step.now.mono });
        }
        for room in self.holdings.expire(step.now, &self.term) {
            self.imports.remove(&room);
        }
        self.tick_rooms(step);
        self.go_on_moving(step);
        if step.now.mono >= self.heartbeat_at {
            self.heartbeat_at = step.now.mono + HEARTBEAT_MS;
            self.beat(step);
        }
        self.release_all(step);
    }

    pub(crate) fn receive(&mut self, step: &mut Step<'_>, from: Node, message: Message) {
        match message {
            Message::Ask(question) => self.answer(step, &question),
            Message::Enter { connection, enter } => self.enter(step, from, connection, *enter),
            Message::Post { connection, post } => self.post(step, from, connection, post),
            Message::Bye { connection } => self.leave(step, connection),
            Message::Refused(message) => self.refused(step, from, *message),
            other => self.receive_of_move(step, from, other),
        }
    }

    /// The process dies: what it held is gone, and nobody can be told now.
    pub(crate) fn die(&self, step: &mut Step<'_>) {
        for room in self.rooms.keys().chain(self.imports.keys()) {
            step.ledger.lost(room);
        }
    }

    fn answer(&mut self, step: &mut Step<'_>, question: &StatusRequest) {
        if let Err(stale) = self.term.asked(step.now, question) {
            step.send(Node::Router, Message::StaleRouter(stale.newest));
            return;
        }
        self.asked_at = step.now.mono;
        let has_lapsed = !self.term.may_acknowledge(step.now);
        for verdict in &question.verdicts {
            let was_frozen = self.holdings.is_frozen(verdict.room());
            match self.holdings.carry_out(step.now, verdict) {
                // What moved is with its new owner: the verdict came before the settlement.
                Some(Consequence::Drop(room)) if was_frozen && !has_lapsed => {
                    self.drop_room(step, &room);
                }
                Some(Consequence::Drop(room)) => self.drop_lost(step, &room),
                Some(Consequence::Activate(room)) => self.activate(step, &room),
                None => {}
            }
        }
        self.term.confirmed(step.now, question);
        self.is_draining = question.drain;
        let answer = StatusAnswer {
            run: self.term.run(),
            router: question.router,
            number: question.number,
            draining: false,
            load: self.load(),
            lapsed: !self.term.may_acknowledge(step.now),
            epoch_max: self.holdings.epoch_max(),
            rooms: self.holdings.since(question.since),
            unix: step.now.unix,
        };
        self.term.answered(step.now, question.number);
        step.send(Node::Router, Message::Answer(answer));
        self.release_all(step);
    }

    fn load(&self) -> Load {
        Load {
            rooms: self.rooms.len() as u64,
            rooms_max: 1_000,
            sockets: self.connections.len() as u64,
            sockets_max: 1_000,
            bytes_max: 1 << 30,
            ..Load::default()
        }
    }

    fn refused(&mut self, step: &mut Step<'_>, from: Node, message: Message) {
        match message {
            Message::Report { tried_at } => self.term.nobody_listens(step.now, tried_at),
            Message::Import { room, epoch, .. } => self.imported(&room, epoch, false),
            Message::Frame { connection, .. } if matches!(from, Node::Client(_)) => {
                self.leave(step, connection);
            }
            _ => {}
        }
    }

    /// Whether an acknowledgement of this room may leave now.
    fn may_release(&self, step: &Step<'_>, room: &str) -> bool {
        let owned = self.holdings.owned(room).is_some();
        let frozen = self.holdings.is_frozen(room);
        let asked_ms = step.now.mono.saturating_sub(self.asked_at);
        match self.mutant {
            Some(Mutant::OwnerWithoutFence) => owned && !frozen,
            Some(Mutant::FenceByBeingAsked) => owned && !frozen && asked_ms < MUTANT_FENCE_MS,
            Some(Mutant::NoFreeze) => owned && self.term.may_acknowledge(step.now),
            _ => self.holdings.may_acknowledge(step.now, &self.term, room),
        }
    }

    fn beat(&self, step: &mut Step<'_>) {
        for (connection, (room, client)) in &self.connections {
            let Some(live) = self.rooms.get(room) else { continue };
            if live.live.contains(&PeerId(*connection)) {
                let frame = Frame::Heartbeat { epoch: live.epoch, seq: live.told.0 };
                step.send(*client, Message::Frame { connection: *connection, frame });
            }
        }
    }
}
