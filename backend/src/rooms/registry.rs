//! Which rooms are here, and the memory that they share. Who may begin and end one is decided in
//! `ownership`.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use room::Limits;
use tokio::sync::Notify;

use super::handle::{Command, RoomHandle};
use crate::backend::Backend;

/// What all small rooms may take together above the limit of all rooms: a quarter of it.
const SMALL_SHARE: usize = 4;

/// The least share of a room when memory is short: some dozens of messages.
const SHARE_BYTES_MIN: usize = 32 << 10;

/// The rooms, by name.
pub(super) type Rooms = HashMap<Arc<str>, Arc<RoomHandle>>;

/// The rooms of this process.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    rooms: Mutex<Rooms>,
    /// A room has left.
    pub(super) left: Notify,
    /// Bytes of all rooms, as their tasks last told.
    bytes: AtomicUsize,
    /// Bytes that each room may hold at present; 0 for what the configuration says.
    share: AtomicUsize,
}

impl Registry {
    /// A room, if it is here.
    pub(crate) fn get(&self, name: &str) -> Option<Arc<RoomHandle>> {
        self.lock().get(name).cloned()
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

    /// Waits until no room is here any more.
    pub(crate) async fn all_over(&self) {
        loop {
            let left = self.left.notified();
            if self.lock().is_empty() {
                return;
            }
            left.await;
        }
    }

    /// Tells every room that the process stops. Rooms that begin later do not begin.
    pub(crate) async fn stop(&self) {
        for handle in self.all() {
            // A room that is over needs no telling.
            let _ = handle.inbox.send(Command::Stop).await;
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Rooms> {
        // No change under the lock panics half-way.
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
