//! The fence before everything that leaves a room: nothing is told while another may own the room.

use crate::backend::Backend;
use crate::rooms::RoomHandle;

/// Why a room is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// It expired, was deleted, or nobody ever entered it.
    Ended,
    /// The process stops.
    Stopped,
    /// It belongs to another owner, or its log cannot be reached.
    Lost,
    /// Its invariants failed too often.
    Failed,
}

/// The fence of one room.
pub(super) struct Fence<'a> {
    pub(super) backend: &'a Backend,
    pub(super) handle: &'a RoomHandle,
}

impl Fence<'_> {
    /// Waits until what the room has to say may leave. Of two looks the one at the right comes
    /// first: a right that was renewed after the room was lost is found together with the loss.
    pub(super) async fn pass(&self) -> Result<(), End> {
        if self.handle.facts.hidden {
            return Ok(());
        }
        if !self.has_right() {
            let metrics = &self.backend.metrics;
            metrics.held_back.inc();
            metrics.rooms_waiting.inc();
            let waited = self.until_right().await;
            metrics.rooms_waiting.dec();
            waited?;
        }
        if self.handle.is_lost() { Err(End::Lost) } else { Ok(()) }
    }

    async fn until_right(&self) -> Result<(), End> {
        loop {
            let renewed = self.backend.standing.renewed();
            if self.has_right() {
                return Ok(());
            }
            tokio::select! {
                () = renewed => {}
                () = self.handle.lost() => return Err(End::Lost),
                () = self.backend.lifecycle.soft_stopped() => return Err(End::Stopped),
            }
        }
    }

    fn has_right(&self) -> bool {
        self.backend.standing.may_release(self.backend.clock.mono())
    }
}
