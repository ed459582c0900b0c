//! A backend that is a table and a file server that says what it keeps, in one process with the
//! server under test.

use std::collections::HashMap;
use std::future::ready;
use std::sync::{Arc, Mutex};

use ::fleet::{
    About, Announced, Answer, Backend, CallError, FileFacts, Files, Poll, PollAnswer, RoomFacts,
    RoomRow, RoomSummary,
};
use placement::{BackendName, Holdings, Load, RunId, StatusAnswer};
use prometheus_client::registry::Registry;
use protocol::RoomName;
use protocol::fleet::FileNotice;
use protocol::http::FilesIn;
use protocol::token::Keyring;
use service::clock::ManualClock;
use service::http::TrustedProxies;
use service::{Clock, Lifecycle};
use tempfile::TempDir;

use crate::{AuxServer, Config, FileInstance, Parts, Reach, Roster};

pub(super) const RUN: RunId = RunId(7);
pub(super) const NOW: u64 = 1_000_000;

/// A backend that is there and has the rooms of a table.
#[derive(Default)]
pub(super) struct Backends {
    pub(super) full: bool,
    pub(super) rooms: Mutex<HashMap<String, RoomSummary>>,
}

impl Backend for Backends {
    fn status(&self, poll: Poll) -> Answer<'_, PollAnswer> {
        let rooms_max = if self.full { 0 } else { 100 };
        let status = StatusAnswer {
            run: RUN,
            router: poll.status.router,
            number: poll.status.number,
            draining: false,
            load: Load { rooms_max, sockets_max: 100, bytes_max: 100, ..Load::default() },
            lapsed: false,
            epoch_max: 0,
            rooms: Holdings::new().since(None),
            unix: NOW,
        };
        let facts = RoomFacts { expires_after_ms: 1, messages_max: 1_000, text_chars_max: 10_000 };
        Box::pin(ready(Ok(PollAnswer { status, about: About { facts, ..About::default() } })))
    }

    fn summary(&self, room: Arc<str>) -> Answer<'_, Option<RoomSummary>> {
        Box::pin(ready(Ok(self.rooms.lock().unwrap().get(&*room).copied())))
    }

    fn rooms(&self, _: Option<Arc<str>>, _: u32) -> Answer<'_, Vec<RoomRow>> {
        Box::pin(ready(Err(CallError::Timeout)))
    }

    fn delete(&self, _: RunId, _: Arc<str>) -> Answer<'_, bool> {
        Box::pin(ready(Err(CallError::Timeout)))
    }

    fn announce(&self, _: RunId, _: Arc<str>) -> Answer<'_, Announced> {
        Box::pin(ready(Err(CallError::Timeout)))
    }
}

struct OneFileServer;

impl Files for OneFileServer {
    fn notices(&self, _: Vec<FileNotice>) -> Answer<'_, ()> {
        Box::pin(ready(Ok(())))
    }

    fn facts(&self) -> Answer<'_, FileFacts> {
        Box::pin(ready(Ok(FileFacts {
            number: 1,
            version: "1.0.0".into(),
            key_id: "key".into(),
            admin_port: 1,
            file_bytes_max: 25,
            drawing_bytes_max: 8,
            files_in: FilesIn::Folder,
        })))
    }
}

struct Here(Arc<Backends>);

impl Reach for Here {
    fn backend(&self, _: &str) -> Arc<dyn Backend> {
        Arc::clone(&self.0) as _
    }

    fn files(&self, _: &str) -> Arc<dyn Files> {
        Arc::new(OneFileServer)
    }
}

/// A server and its folder.
pub(super) struct Server {
    aux: Arc<AuxServer>,
    pub(super) hand: ManualClock,
    _folder: TempDir,
}

impl std::ops::Deref for Server {
    type Target = Arc<AuxServer>;

    fn deref(&self) -> &Arc<AuxServer> {
        &self.aux
    }
}

pub(super) fn keys() -> Keyring {
    Keyring::new(b"a secret of thirty-two bytes or so", None).unwrap()
}

pub(super) async fn server(config: Config, backends: &Arc<Backends>) -> Server {
    let folder = tempfile::tempdir().unwrap();
    let (clock, hand) = Clock::manual(NOW);
    let parts = Parts {
        config,
        keys: keys(),
        clock,
        data_dir: folder.path().to_owned(),
        roster: Roster::OneProcess(BackendName::new("b1")),
        files: vec![FileInstance { number: 1, fleet: "f1".into(), http: "f1".into() }],
        reach: Arc::new(Here(Arc::clone(backends))),
        direct_domain: String::new(),
        edges: TrustedProxies::default(),
    };
    let aux = AuxServer::new(parts, &Lifecycle::new(), &mut Registry::default()).unwrap();
    aux.introduce().await;
    Server { aux, hand, _folder: folder }
}

pub(super) async fn plain() -> Server {
    server(Config::default(), &Arc::default()).await
}

pub(super) fn name(text: &str) -> RoomName {
    RoomName::parse(text).unwrap()
}
