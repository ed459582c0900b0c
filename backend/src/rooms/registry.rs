//! Which rooms this process owns. A name is created once, however many come at once.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use protocol::wire::Id128;
use protocol::{ErrorCode, RoomName};
use room::{Creation, Epoch, Incarnation, Limits, Room, SessionId, UnixMillis, Verifier};
use tokio::sync::mpsc;

use super::handle::{Command, RoomHandle};
use super::task::RoomTask;
use crate::backend::Backend;
use crate::refused::Refused;

/// What all small rooms may take together above the limit of all rooms: a quarter of it.
const SMALL_SHARE: usize = 4;

/// The least share of a room when memory is short: some dozens of messages.
const SHARE_BYTES_MIN: usize = 32 << 10;

/// The rooms, by name.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    rooms: Mutex<HashMap<RoomName, Arc<RoomHandle>>>,
    /// Bytes of all rooms, as their tasks last told.
    bytes: AtomicUsize,
    /// Bytes that each room may hold at present; 0 for what the configuration says.
    share: AtomicUsize,
    /// The highest epoch ever given or seen here.
    epoch: AtomicU64,
}

impl Registry {
    /// A room, if it exists.
    pub(crate) fn find(&self, name: &RoomName) -> Option<Arc<RoomHandle>> {
        self.lock().get(name).cloned()
    }

    /// Begins a room, unless somebody was first, whose room is returned then. Tells which.
    pub(crate) fn create(
        &self,
        backend: &Arc<Backend>,
        name: &RoomName,
        creator: SessionId,
        verifier: Option<Verifier>,
        epoch: Option<Epoch>,
    ) -> Result<(Arc<RoomHandle>, bool), Refused> {
        let mut rooms = self.lock();
        if let Some(handle) = rooms.get(name) {
            return Ok((Arc::clone(handle), false));
        }
        if backend.lifecycle.stopping() {
            return Err(Refused::new(ErrorCode::Unavailable, "the server is stopping"));
        }
        if rooms.len() >= backend.config.rooms.max || self.bytes() >= backend.capacity.room_bytes {
            return Err(Refused::new(ErrorCode::Unavailable, "the server holds no more rooms"));
        }
        let now = UnixMillis(backend.clock.now());
        let creation = Creation {
            incarnation: Incarnation(service::random::bytes()),
            epoch: self.next_epoch(now, epoch),
            creator,
            verifier,
        };
        let (room, created) = Room::create(now, creation, backend.config.room.limits());
        let (inbox, commands) = mpsc::channel(backend.config.rooms.inbox_max.max(1));
        let owner = Id128(service::random::bytes());
        let handle = RoomHandle::new(name.clone(), owner, verifier.is_some(), inbox);
        rooms.insert(name.clone(), Arc::clone(&handle));
        backend.metrics.rooms.inc();
        let task = RoomTask::new(Arc::clone(backend), Arc::clone(&handle), room, created, commands);
        backend.lifecycle.spawn(task.live());
        Ok((handle, true))
    }

    /// Forgets a room that is over.
    pub(super) fn forget(&self, backend: &Backend, handle: &Arc<RoomHandle>) {
        let mut rooms = self.lock();
        if rooms.get(&handle.name).is_some_and(|present| Arc::ptr_eq(present, handle)) {
            rooms.remove(&handle.name);
            backend.metrics.rooms.dec();
        }
    }

    /// An epoch above every one given here, above the router's, and not below the time.
    pub(super) fn next_epoch(&self, now: UnixMillis, at_least: Option<Epoch>) -> Epoch {
        let floor = now.0.max(at_least.map_or(0, |epoch| epoch.0));
        let above = |last: u64| last.saturating_add(1).max(floor);
        let before =
            self.epoch.fetch_update(Ordering::AcqRel, Ordering::Acquire, |last| Some(above(last)));
        Epoch(above(before.unwrap_or_default()))
    }

    /// A room tells its size: what it was told before, and what it is now.
    pub(super) fn resize(&self, before: usize, now: usize) {
        if now >= before {
            self.bytes.fetch_add(now - before, Ordering::Relaxed);
        } else {
            self.bytes.fetch_sub(before - now, Ordering::Relaxed);
        }
    }

    /// Bytes of all rooms.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Whether a room may grow. When all rooms together have reached their limit, only those may
    /// that are small beside the others: whoever fills the memory does not silence the rest.
    pub(crate) fn may_grow(&self, backend: &Backend, room: &RoomHandle) -> bool {
        let max = backend.capacity.room_bytes;
        let rooms = usize::try_from(backend.metrics.rooms.get()).unwrap_or_default().max(1);
        self.bytes() < max || room.bytes() < max / SMALL_SHARE / rooms
    }

    /// Looks at the memory of all rooms. When it is short, each gets an equal share of half of it,
    /// and the oldest messages of the rooms that hold more go: they are told so at once, as
    /// nobody may be writing in them any more.
    pub(crate) fn share_out(&self, backend: &Backend) {
        let max = backend.capacity.room_bytes;
        if self.bytes() < max / 4 * 3 {
            self.share.store(0, Ordering::Relaxed);
            return;
        }
        let rooms = self.all();
        let share = (max / 2 / rooms.len().max(1)).max(SHARE_BYTES_MIN);
        self.share.store(share, Ordering::Relaxed);
        for room in rooms.iter().filter(|room| room.bytes() > share) {
            // A room with a full inbox is about to look by itself.
            let _ = room.inbox.try_send(Command::Fit);
        }
    }

    /// Bytes that each room may hold at present, and bytes of it for events.
    pub(super) fn share(&self, limits: &Limits) -> (usize, usize) {
        match self.share.load(Ordering::Relaxed) {
            0 => (limits.state_bytes_max, limits.resume_bytes_max),
            share => (share.min(limits.state_bytes_max), (share / 4).min(limits.resume_bytes_max)),
        }
    }

    /// How many rooms there are.
    pub(crate) fn len(&self) -> usize {
        self.lock().len()
    }

    /// Every room.
    pub(crate) fn all(&self) -> Vec<Arc<RoomHandle>> {
        self.lock().values().cloned().collect()
    }

    /// Tells every room that the process stops. Rooms that begin later do not begin.
    pub(crate) async fn stop(&self) {
        for handle in self.all() {
            // A room that is over needs no telling.
            let _ = handle.inbox.send(Command::Stop).await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RoomName, Arc<RoomHandle>>> {
        // No change under the lock panics half-way.
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
