//! The canary: a room of the process's own. When it falls silent, rooms no longer work, whatever else
//! still answers.

use std::sync::Arc;

use protocol::wire::Id128;
use protocol::{NameError, RoomName};
use room::{Creation, Epoch, Incarnation, Limits, Rate, Room, SessionId, UnixMillis};
use tokio::sync::{mpsc, oneshot};

use super::handle::{Command, Facts, RoomHandle};
use super::task::RoomTask;
use crate::backend::Backend;

/// Milliseconds in which a post must have come back.
const SILENT_MS: u64 = 2_000;
/// Messages that the room keeps.
const MESSAGES_MAX: usize = 10;
/// Whoever asks whether the process is ready is not limited.
const UNLIMITED: Rate = Rate { burst: 1_000_000, refill_ms: 0 };

/// The room.
#[derive(Debug)]
pub(crate) struct Canary(Arc<RoomHandle>);

impl Canary {
    /// Begins the room.
    pub(crate) fn begin(backend: &Arc<Backend>) -> Result<Self, NameError> {
        let limits = Limits {
            messages_max: MESSAGES_MAX,
            member_posts: UNLIMITED,
            room_posts: UNLIMITED,
            expires_after_ms: u64::MAX,
            ..backend.config.room.limits()
        };
        let creation = Creation {
            incarnation: Incarnation(service::random::bytes()),
            epoch: Epoch(1),
            creator: SessionId([0; 16]),
            verifier: None,
        };
        let now = backend.clock.now();
        let room = Room::create(UnixMillis(now), creation, limits);
        let (inbox, commands) = mpsc::channel(backend.config.rooms.inbox_max.max(1));
        let owner = Id128(service::random::bytes());
        let facts = Facts { owner, protected: false, epoch: 1, created: now, hidden: true };
        let handle = RoomHandle::new(RoomName::parse("canary")?, facts, inbox);
        let task = RoomTask::new(Arc::clone(backend), Arc::clone(&handle), room, limits, commands);
        backend.lifecycle.spawn(task.live());
        Ok(Self(handle))
    }

    /// Whether a post comes back in time.
    pub(crate) async fn sings(&self, backend: &Backend) -> bool {
        let post = async {
            let (answer, posted) = oneshot::channel();
            self.0.inbox.send(Command::Probe(answer)).await.ok()?;
            posted.await.ok()
        };
        backend.within(SILENT_MS, post).await.flatten().unwrap_or(false)
    }

    /// Ends the room, if it still listens.
    pub(crate) fn stop(&self) {
        let _ = self.0.inbox.try_send(Command::Stop);
    }
}
