//! Who enters, what they ask, and how a room begins and ends here.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use placement::Entrance;
use room::{
    Creation, Epoch, Incarnation, Input, Join, Limits, PeerId, Post, Request, RequestId, Room, Seq,
};

use crate::backend::{BackendProcess, Live};
use crate::message::{Connection, Enter, Frame, Message, Node, RoomName};
use crate::step::Step;

/// How long a room whose name begins like this stays when nobody uses it.
const BRIEF: &str = "brief";
const BRIEF_MS: u64 = 2_500;

/// The limits of a room: those of the product, but for pages that hold all there is.
pub(crate) fn limits(room: &str) -> Limits {
    let usual = Limits { page_max: 10_000, ..Limits::default() };
    let expires_after_ms = if room.starts_with(BRIEF) { BRIEF_MS } else { usual.expires_after_ms };
    Limits { expires_after_ms, ..usual }
}

impl BackendProcess {
    pub(super) fn enter(
        &mut self,
        step: &mut Step<'_>,
        client: Node,
        connection: Connection,
        enter: Enter,
    ) {
        let room = enter.ticket.room.clone();
        let entrance = self.holdings.admit(step.now, &self.term, &enter.ticket);
        match entrance {
            Entrance::Refuse | Entrance::Moving => {
                let frame = if entrance == Entrance::Moving { Frame::Moving } else { Frame::Moved };
                step.send(client, Message::Frame { connection, frame });
                return;
            }
            Entrance::Enter => {}
            Entrance::Create => self.create(step, &room, &enter),
            Entrance::Replace => {
                self.drop_lost(step, &room);
                self.create(step, &room, &enter);
            }
            Entrance::Activate => self.activate(step, &room),
        }
        let Some(live) = self.rooms.get_mut(&room) else {
            step.ledger.violate("G1", format!("{} holds {room} and has it not", self.node));
            return;
        };
        let peer = PeerId(connection);
        live.peers.insert(peer, client);
        self.connections.insert(connection, (room.clone(), client));
        let (session, resume) = (enter.session, enter.resume);
        let entropy = step.dice.roll();
        let proof = enter.keep.map_or(enter.password, |keep| keep.verifier);
        let join = Join { peer, session, name: None, proof, resume, entropy };
        self.apply(step, &room, Input::Join(join));
    }

    pub(super) fn post(
        &mut self,
        step: &mut Step<'_>,
        client: Node,
        connection: Connection,
        post: Post,
    ) {
        let known = self.connections.get(&connection).map(|(room, _)| room.clone());
        let Some((room, live)) = known.and_then(|r| Some((r.clone(), self.rooms.get_mut(&r)?)))
        else {
            step.send(client, Message::Frame { connection, frame: Frame::Closed });
            return;
        };
        live.requests += 1;
        let id = RequestId(live.requests);
        live.asked.insert(id, post.key.clone());
        let request = Request::Post(post);
        self.apply(step, &room, Input::Request { peer: PeerId(connection), id: Some(id), request });
    }

    pub(super) fn leave(&mut self, step: &mut Step<'_>, connection: Connection) {
        let Some((room, _)) = self.connections.remove(&connection) else { return };
        let peer = PeerId(connection);
        if let Some(live) = self.rooms.get_mut(&room) {
            live.peers.remove(&peer);
            live.live.remove(&peer);
        }
        self.apply(step, &room, Input::Leave { peer });
    }

    pub(super) fn tick_rooms(&mut self, step: &mut Step<'_>) {
        let now = step.unix();
        let is_due = |live: &Live| live.room.deadline().is_some_and(|deadline| deadline <= now);
        let due: Vec<_> = self
            .rooms
            .iter()
            .filter(|(_, live)| is_due(live))
            .map(|(room, _)| room.clone())
            .collect();
        for room in due {
            self.apply(step, &room, Input::Tick);
        }
        for (room, live) in &self.rooms {
            let is_let_go = live.room.ended() && self.holdings.is_frozen(room);
            if is_let_go {
                let release = Message::Release { room: room.clone(), epoch: live.epoch };
                step.send(Node::Router, release);
            }
        }
    }

    /// Applies an input, or keeps it while the room is frozen, and releases what may leave.
    pub(super) fn apply(&mut self, step: &mut Step<'_>, room: &RoomName, input: Input) {
        self.queue(step, room, input);
        self.release(step, room);
    }

    /// As `apply`, in the middle of a release.
    pub(super) fn queue(&mut self, step: &mut Step<'_>, room: &RoomName, input: Input) {
        let is_frozen = self.is_frozen(room);
        let Some(live) = self.rooms.get_mut(room) else { return };
        if is_frozen {
            live.waiting.push(input);
            return;
        }
        let mut effects = Vec::new();
        live.room.apply(step.unix(), input, &mut effects);
        // The log takes a moment; a pause may fall between an event and its release.
        let ready = step.now.mono + step.dice.between(0, 5);
        live.unreleased.push_back((ready, effects));
    }

    /// The room goes: to another owner, or because it was lost to one. Its peers are told.
    pub(super) fn drop_room(&mut self, step: &mut Step<'_>, room: &RoomName) {
        self.moves.remove(room);
        self.imports.remove(room);
        let Some(live) = self.rooms.remove(room) else { return };
        for (peer, client) in live.peers {
            self.connections.remove(&peer.0);
            let frame = Message::Frame { connection: peer.0, frame: Frame::Moving };
            step.send(client, frame);
        }
    }

    pub(super) fn drop_lost(&mut self, step: &mut Step<'_>, room: &RoomName) {
        if self.rooms.contains_key(room) {
            step.ledger.lost(room);
        }
        self.drop_room(step, room);
    }

    /// An import is the room now.
    pub(super) fn activate(&mut self, step: &mut Step<'_>, room: &RoomName) {
        let Some((epoch, snapshot)) = self.imports.remove(room) else { return };
        let restored =
            Room::restore(step.unix(), *snapshot, Vec::new(), Epoch(epoch), limits(room));
        self.rooms.insert(room.clone(), Live::new(restored, epoch));
    }

    fn create(&mut self, step: &mut Step<'_>, room: &RoomName, enter: &Enter) {
        self.imports.remove(room);
        let mut life = [0; 16];
        life[..8].copy_from_slice(&step.dice.roll().to_le_bytes());
        let creation = Creation {
            incarnation: Incarnation(life),
            epoch: Epoch(enter.ticket.epoch),
            creator: enter.keep.map_or(enter.session, |keep| keep.creator),
            verifier: enter.keep.map_or(enter.password, |keep| keep.verifier),
        };
        let (created, _) = Room::create(step.unix(), creation, limits(room));
        self.rooms.insert(room.clone(), Live::new(created, enter.ticket.epoch));
    }
}

impl Live {
    fn new(room: Room, epoch: u64) -> Self {
        Self {
            room,
            epoch,
            told: Seq(0),
            unreleased: VecDeque::new(),
            waiting: Vec::new(),
            peers: BTreeMap::new(),
            live: BTreeSet::new(),
            asked: BTreeMap::new(),
            requests: 0,
        }
    }
}
