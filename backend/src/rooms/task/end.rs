//! How a room's task goes on after a failure, and how it ends.

use std::sync::Arc;

use protocol::CloseCode;
use room::{Epoch, Record, Room, UnixMillis};

use super::super::batch::{self, Batch};
use super::super::beats::Beats;
use super::{End, RoomTask};
use crate::log::Logged;
use crate::transport::json;

impl RoomTask {
    pub(super) fn close_all(&mut self, code: CloseCode) {
        let (now, metrics) = (self.backend.clock.now(), &self.backend.metrics);
        let last = (code == CloseCode::Moving).then(json::moving);
        self.seats.close_all(code, last.as_ref(), now, metrics);
        (self.batch, self.beats) = (Batch::default(), Beats::default());
    }

    /// The room as the log has it, without what made it fail.
    pub(super) async fn rebuild(&mut self) -> bool {
        let room = self.room.incarnation();
        let Ok(logged) = self.backend.links.log.read(room).await else { return false };
        let Logged { snapshot, records, position } = logged;
        let snapshot = match (snapshot, records.first()) {
            (Some(snapshot), _) => Arc::unwrap_or_clone(snapshot),
            (None, Some(Record::Created { creation, at })) => {
                room::Snapshot::of_creation(*creation, *at)
            }
            _ => return false,
        };
        let now = UnixMillis(self.backend.clock.now());
        let epoch = Epoch(self.handle.facts.epoch);
        self.room = Room::restore(now, snapshot, records, epoch, self.limits);
        self.share = (self.limits.state_bytes_max, self.limits.resume_bytes_max);
        self.position = position;
        self.effects.clear();
        true
    }

    /// The end: those who are here are told, then the file servers, then the router. The files of a
    /// room that another owner has are that one's.
    pub(super) async fn end(mut self: Box<Self>, end: End) {
        self.close_all(match end {
            End::Ended => CloseCode::RoomClosed,
            End::Stopped => CloseCode::GoingAway,
            End::Lost => CloseCode::Moving,
            End::Failed => CloseCode::Failed,
        });
        let outbox_bytes = self.outbox_bytes;
        let Self { backend, handle, room, mut inbox, .. } = *self;
        if end != End::Lost && !handle.facts.hidden {
            backend.links.files.tell(batch::ended(handle.facts.owner));
        }
        backend.rooms.leave(&backend, &handle);
        // Whoever asked to enter meanwhile is told that the room is gone by its answer's end.
        inbox.close();
        while inbox.recv().await.is_some() {}
        let bytes = handle.tell_bytes(0);
        backend.rooms.resize(bytes, 0);
        backend.metrics.room_bytes.inc_by(-(bytes as i64));
        backend.metrics.members.inc_by(-(handle.tell_online(0) as i64));
        backend.metrics.outbox_bytes.inc_by(-(outbox_bytes as i64));
        if end != End::Lost
            && let Err(error) = backend.links.log.delete(room.incarnation()).await
        {
            tracing::warn!(%error, "the log of a room stays behind");
        }
    }
}
