//! Whom a backend tells of its rooms. In one process the others are called directly; in a fleet
//! these are calls over its listeners.

use std::future::ready;
use std::sync::Arc;

use fleet::Aux;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use placement::OnRouterLoss;
use protocol::fleet::FileNotice;
use service::traces::Traces;

use crate::log::{Log, MemoryLog};

/// Whom a backend tells of its rooms, and where it keeps their records.
pub struct Links {
    /// The file servers.
    pub files: Arc<dyn FileLink>,
    /// The router, at each of its addresses; none for a backend that is alone.
    pub aux: Vec<Arc<dyn Aux>>,
    /// The log.
    pub log: Arc<dyn Log>,
    /// Where traces of posts go.
    pub traces: Traces,
    /// Where the fleet reaches this backend; none where it shares its process with the router, which
    /// needs no fence.
    pub place: Option<Place>,
}

/// Where the fleet reaches a backend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The address of its fleet listener.
    pub address: String,
    /// The port of its doors.
    pub door_port: u16,
    /// The port where it is watched.
    pub admin_port: u16,
    /// Where browsers reach its doors by wss in direct mode; empty without.
    pub direct_host: String,
    /// What becomes of its rooms when nothing listens at the router's addresses.
    pub on_router_loss: OnRouterLoss,
}

/// The file servers, which keep a room's files while they hear of the room.
pub trait FileLink: Send + Sync {
    /// Tells all of them; must not wait.
    fn tell(&self, notice: FileNotice);

    /// Which they are, by their fleet addresses; said again and again.
    fn servers(self: Arc<Self>, _addresses: &[String]) {}

    /// Waits for a bounded time until they have heard what was told. Nothing is told after it.
    fn finish(&self) -> BoxFuture<'_, ()> {
        ready(()).boxed()
    }
}

impl Default for Links {
    /// Nobody, the memory, and no traces.
    fn default() -> Self {
        Self {
            files: Arc::new(Alone),
            aux: Vec::new(),
            log: Arc::new(MemoryLog::new()),
            traces: Traces::default(),
            place: None,
        }
    }
}

/// The file servers of a backend that is alone: none.
#[derive(Clone, Copy, Debug)]
pub struct Alone;

impl FileLink for Alone {
    fn tell(&self, _: FileNotice) {}
}
