//! What the three parts say to each other where a fleet has its listeners: plain calls.

use std::sync::{Arc, OnceLock, Weak};

use aux_srv::{AuxServer, BackendLink, Refuse, RoomSummary};
use backend::{Backend, RouterLink};
use file_srv::FileServer;
use placement::{BackendName, Load, Phase};
use protocol::RoomName;
use protocol::fleet::FileNotice;

/// aux-srv's way to the one backend.
pub(crate) struct OneBackend(pub(crate) Arc<Backend>);

impl BackendLink for OneBackend {
    fn reports(&self) -> Vec<(BackendName, Phase, Load)> {
        let status = self.0.status();
        let load = Load {
            rooms: status.rooms as u64,
            rooms_max: status.limits.rooms as u64,
            sockets: status.sockets as u64,
            sockets_max: status.limits.sockets as u64,
            bytes: status.bytes as u64,
            bytes_max: status.limits.room_bytes as u64,
            ..Load::default()
        };
        let phase = match status.phase {
            backend::Phase::Running => Phase::Up,
            backend::Phase::Stopping => Phase::Down,
        };
        vec![(self.name(), phase, load)]
    }

    fn summary(&self, backend: &BackendName, room: &RoomName) -> Option<RoomSummary> {
        if *backend != self.name() {
            return None;
        }
        let summary = self.0.summary(room)?;
        let members = u32::try_from(summary.members).unwrap_or(u32::MAX);
        Some(RoomSummary { protected: summary.protected, members })
    }
}

impl OneBackend {
    fn name(&self) -> BackendName {
        BackendName::new(&self.0.config().name)
    }
}

/// How aux-srv refuses room traffic: through the backend, which has a WebSocket at hand.
pub(crate) fn refusal(backend: &Arc<Backend>) -> Refuse {
    let backend = Arc::clone(backend);
    Arc::new(move |request, code| {
        let answer = backend.refuse(request, code);
        Box::pin(async move { answer })
    })
}

/// The backend's way to aux-srv, which is made after it.
#[derive(Default)]
pub(crate) struct OneRouter(OnceLock<Weak<AuxServer>>);

impl OneRouter {
    /// Tells where aux-srv is.
    pub(crate) fn is(&self, aux: &Arc<AuxServer>) {
        // A second call would be of the same process's aux-srv.
        let _ = self.0.set(Arc::downgrade(aux));
    }
}

impl RouterLink for OneRouter {
    fn released(&self, room: &RoomName, epoch: backend::Epoch) {
        if let Some(aux) = self.0.get().and_then(Weak::upgrade) {
            aux.released(room, epoch.0);
        }
    }
}

/// The backend's way to the file server.
pub(crate) struct OneFileServer(pub(crate) Arc<FileServer>);

impl backend::FileLink for OneFileServer {
    fn tell(&self, notice: FileNotice) {
        self.0.notice(&notice);
    }
}
