//! Effects leave the process: only while the owner may act as one, and in their order.

use std::sync::Arc;

use room::{Effect, Event, Input, Joined, PeerId, Reply, RequestId};

use crate::backend::BackendProcess;
use crate::message::{Frame, Keep, Message, RoomName};
use crate::mutant::Mutant;
use crate::step::Step;

impl BackendProcess {
    pub(super) fn release_all(&mut self, step: &mut Step<'_>) {
        let rooms: Vec<_> = self.rooms.keys().cloned().collect();
        for room in rooms {
            self.release(step, &room);
        }
    }

    /// Releases what may leave now.
    pub(super) fn release(&mut self, step: &mut Step<'_>, room: &RoomName) {
        while self.may_release(step, room) {
            let Some(live) = self.rooms.get_mut(room) else { return };
            let is_ready = live.unreleased.front().is_some_and(|(at, _)| *at <= step.now.mono);
            let batch = if is_ready { live.unreleased.pop_front() } else { None };
            let Some((_, effects)) = batch else { return };
            for effect in effects {
                self.emit(step, room, effect);
            }
        }
    }

    fn emit(&mut self, step: &mut Step<'_>, room: &RoomName, effect: Effect) {
        match effect {
            Effect::Event(event) => self.fan_out(step, room, &event),
            Effect::Joined(joined) => self.let_in(step, room, joined),
            Effect::Resumed { peer, events, live } => {
                for event in events {
                    self.frame(step, room, peer, Frame::Event(event));
                }
                self.go_live(step, room, peer, live);
            }
            Effect::Reply { peer, id, reply } => self.reply(step, room, peer, id, reply),
            Effect::Close { peer, .. } => {
                self.frame(step, room, peer, Frame::Closed);
                self.connections.remove(&peer.0);
                if let Some(live) = self.rooms.get_mut(room) {
                    live.peers.remove(&peer);
                    live.live.remove(&peer);
                }
            }
            Effect::Ended => {
                step.ledger.ended(room);
                self.holdings.freeze(room, None);
            }
            _ => {}
        }
    }

    fn fan_out(&mut self, step: &mut Step<'_>, room: &RoomName, event: &Arc<Event>) {
        let Some(live) = self.rooms.get_mut(room) else { return };
        live.told = event.seq;
        for peer in live.live.clone() {
            let skips = self.mutant == Some(Mutant::FanOutSkipsOne) && step.dice.chance(20);
            if !skips {
                self.frame(step, room, peer, Frame::Event(Arc::clone(event)));
            }
        }
    }

    fn let_in(&mut self, step: &mut Step<'_>, room: &RoomName, mut joined: Box<Joined>) {
        let Some(live) = self.rooms.get_mut(room) else { return };
        let (creator, verifier) = (live.room.creator_session(), live.room.verifier().copied());
        let forgets = self.mutant == Some(Mutant::KeepForgetsPassword);
        let keep = Keep { creator, verifier: verifier.filter(|_| !forgets) };
        let (peer, is_live) = (joined.peer, !joined.catching_up);
        live.told = live.told.max(joined.seq);
        if self.mutant == Some(Mutant::SilentGap) {
            joined.gap = None;
        }
        self.frame(step, room, peer, Frame::Joined { joined, keep });
        self.go_live(step, room, peer, is_live);
    }

    /// The peer gets every event from here on, or takes the next part of what it missed.
    fn go_live(&mut self, step: &mut Step<'_>, room: &RoomName, peer: PeerId, is_live: bool) {
        let Some(live) = self.rooms.get_mut(room) else { return };
        if is_live {
            live.live.insert(peer);
        } else {
            self.queue(step, room, Input::Continue { peer });
        }
    }

    fn reply(
        &mut self,
        step: &mut Step<'_>,
        room: &RoomName,
        peer: PeerId,
        id: Option<RequestId>,
        reply: Reply,
    ) {
        let Some(live) = self.rooms.get_mut(room) else { return };
        let Some(key) = id.and_then(|id| live.asked.remove(&id)) else {
            self.frame(step, room, peer, Frame::Closed);
            return;
        };
        if matches!(reply, Reply::Done { .. }) {
            step.ledger.acknowledged(self.node, room, live.epoch, &key);
        }
        self.frame(step, room, peer, Frame::Answer { key, reply });
    }

    fn frame(&self, step: &mut Step<'_>, room: &RoomName, peer: PeerId, frame: Frame) {
        let live = self.rooms.get(room);
        if let Some(client) = live.and_then(|live| live.peers.get(&peer)) {
            step.send(*client, Message::Frame { connection: peer.0, frame });
        }
    }
}
