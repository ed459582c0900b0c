//! Who may enter, begin and end a room: what is here and what is held change together, so that
//! however many come at once, a name has one room, and that one has its owner's term.

use std::sync::Arc;

use placement::{Admission, Consequence, Entrance, Load, StaleRouter, StatusAnswer, StatusRequest};
use protocol::wire::Id128;
use protocol::{ErrorCode, RoomName};
use room::{Creation, Epoch, Incarnation, Room, SessionId, UnixMillis, Verifier};
use tokio::sync::mpsc;

use super::handle::{Facts, RoomHandle};
use super::registry::{Registry, Rooms};
use super::task::RoomTask;
use crate::backend::Backend;
use crate::fleet::standing;
use crate::refused::Refused;

/// Whoever brings a ticket of another time or place asks again, and gets a better one.
const MOVED: Refused = Refused::new(ErrorCode::Moved, "the room lives elsewhere now");

/// Where somebody with a ticket stands.
#[derive(Debug)]
pub(crate) enum Way {
    /// Before the room.
    In(Arc<RoomHandle>),
    /// Before nothing: the room may be made.
    Free,
    /// The room is between two places: they are to come back.
    Moving,
}

/// A room that is to begin.
pub(crate) struct Beginning<'a> {
    /// Its name.
    pub(crate) name: &'a RoomName,
    /// The right to begin it.
    pub(crate) admission: &'a Admission,
    /// Who becomes its creator.
    pub(crate) creator: SessionId,
    /// Its password.
    pub(crate) verifier: Option<Verifier>,
}

impl Registry {
    /// Judges a ticket, and changes nothing.
    pub(crate) fn way(&self, backend: &Backend, admission: &Admission) -> Result<Way, Refused> {
        let rooms = self.lock();
        let state = backend.standing.lock();
        match state.holdings.judge(&state.term, admission) {
            Entrance::Enter => present(&rooms, admission).map(Way::In),
            Entrance::Create | Entrance::Replace => Ok(Way::Free),
            Entrance::Moving => Ok(Way::Moving),
            // There are no imports.
            Entrance::Activate | Entrance::Refuse => Err(MOVED),
        }
    }

    /// Begins a room, unless somebody was first, whose room is returned then. Tells which.
    pub(crate) fn create(
        &self,
        backend: &Arc<Backend>,
        beginning: &Beginning<'_>,
    ) -> Result<(Way, bool), Refused> {
        let admission = beginning.admission;
        let mut rooms = self.lock();
        let mut state = backend.standing.lock();
        match state.holdings.judge(&state.term, admission) {
            Entrance::Enter => return Ok((Way::In(present(&rooms, admission)?), false)),
            Entrance::Moving => return Ok((Way::Moving, false)),
            Entrance::Activate | Entrance::Refuse => return Err(MOVED),
            Entrance::Create | Entrance::Replace => {}
        }
        if backend.lifecycle.stopping() {
            return Err(Refused::new(ErrorCode::Unavailable, "the server is stopping"));
        }
        // Rooms that are over count until the router knows.
        if state.holdings.len() >= backend.config.rooms.max
            || self.bytes() >= backend.capacity.room_bytes
        {
            return Err(Refused::new(ErrorCode::Unavailable, "the server holds no more rooms"));
        }
        let now = standing::now(&backend.clock);
        let state = &mut *state;
        state.holdings.admit(now, &state.term, admission);
        let handle = begin(backend, beginning, UnixMillis(backend.clock.now()));
        match rooms.insert(beginning.name.shared(), Arc::clone(&handle)) {
            // Its term is over.
            Some(older) => older.lose(),
            None => {
                backend.metrics.rooms.inc();
            }
        }
        Ok((Way::In(handle), true))
    }

    /// A room is over: it is no longer here, and its name is held until the router knows. Not if
    /// another has its name already, or its term.
    pub(super) fn leave(&self, backend: &Backend, handle: &Arc<RoomHandle>) {
        let mut rooms = self.lock();
        let name = handle.name.shared();
        if rooms.get(&name).is_some_and(|here| Arc::ptr_eq(here, handle)) {
            rooms.remove(&name);
            backend.metrics.rooms.dec();
            backend.standing.lock().holdings.freeze(&name, None);
            backend.releases.add(name, handle.facts.epoch);
            self.left.notify_waiters();
        }
    }

    /// Answers the router's question: its verdicts are carried out before what it confirms counts.
    pub(crate) fn answer(
        &self,
        backend: &Backend,
        request: &StatusRequest,
        load: Load,
        draining: bool,
    ) -> Result<StatusAnswer, StaleRouter> {
        let now = standing::now(&backend.clock);
        let mut rooms = self.lock();
        let mut state = backend.standing.lock();
        let state = &mut *state;
        state.term.asked(now, request)?;
        backend.standing.hear_time(request.unix, backend.clock.now());
        for verdict in &request.verdicts {
            if let Some(Consequence::Drop(room)) = state.holdings.carry_out(now, verdict) {
                drop_room(backend, &mut rooms, &room);
            }
        }
        state.term.confirmed(now, request);
        backend.standing.tell_rooms(&state.term);
        let answer = StatusAnswer {
            run: state.term.run(),
            router: request.router,
            number: request.number,
            draining,
            load: Load { rooms: state.holdings.len() as u64, ..load },
            lapsed: !state.term.may_acknowledge(now),
            epoch_max: state.holdings.epoch_max(),
            rooms: state.holdings.since(request.since),
            unix: now.unix,
        };
        state.term.answered(now, request.number);
        Ok(answer)
    }
}

/// The room that is held is here, as both change together.
fn present(rooms: &Rooms, admission: &Admission) -> Result<Arc<RoomHandle>, Refused> {
    rooms.get(&admission.room).cloned().ok_or(MOVED)
}

/// Another owns the room: its task ends without a further word of the room's.
fn drop_room(backend: &Backend, rooms: &mut Rooms, room: &str) {
    if let Some(handle) = rooms.remove(room) {
        backend.metrics.rooms.dec();
        backend.metrics.rooms_dropped.inc();
        backend.rooms.left.notify_waiters();
        handle.lose();
    }
}

/// The room and its task.
fn begin(backend: &Arc<Backend>, beginning: &Beginning<'_>, now: UnixMillis) -> Arc<RoomHandle> {
    let Beginning { name, admission, creator, verifier } = *beginning;
    let creation = Creation {
        incarnation: Incarnation(service::random::bytes()),
        epoch: Epoch(admission.epoch),
        creator,
        verifier,
    };
    let limits = backend.config.room.limits();
    let room = Room::create(now, creation, limits);
    let (inbox, commands) = mpsc::channel(backend.config.rooms.inbox_max.max(1));
    let facts = Facts {
        owner: Id128(service::random::bytes()),
        protected: verifier.is_some(),
        epoch: admission.epoch,
        created: now.0,
        hidden: false,
    };
    let handle = RoomHandle::new(name.clone(), facts, inbox);
    let task = RoomTask::new(Arc::clone(backend), Arc::clone(&handle), room, limits, commands);
    backend.lifecycle.spawn(task.live());
    handle
}
