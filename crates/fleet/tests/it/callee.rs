//! A process that answers everything, remembers what it was told, and fails when it is told to.

use std::sync::{Arc, Mutex};

use fleet::{
    About, Announced, Answer, Aux, Backend, CallError, FileFacts, Files, Poll, PollAnswer, Release,
    Report, RoomFacts, RoomRow, RoomSummary,
};
use placement::{
    Change, Changes, Held, Load, RouterId, RunId, StatusAnswer, StatusRequest, Verdict,
};
use protocol::fleet::FileNotice;
use protocol::http::FilesIn;

/// What it was told, as text.
#[derive(Default)]
pub(crate) struct Callee {
    pub(crate) heard: Mutex<Vec<String>>,
    /// What it answers to everything but `facts`.
    pub(crate) failure: Mutex<Option<CallError>>,
    /// Whether it never answers.
    pub(crate) hangs: bool,
}

impl Callee {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self::default())
    }

    pub(crate) fn failing(failure: CallError) -> Arc<Self> {
        Arc::new(Self { failure: Mutex::new(Some(failure)), ..Self::default() })
    }

    pub(crate) fn hanging() -> Arc<Self> {
        Arc::new(Self { hangs: true, ..Self::default() })
    }

    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }

    fn answer<T: Send + 'static>(&self, heard: String, value: T) -> Answer<'_, T> {
        self.heard.lock().unwrap().push(heard);
        let failure = self.failure.lock().unwrap().clone();
        Box::pin(async move {
            if self.hangs {
                std::future::pending::<()>().await;
            }
            failure.map_or(Ok(value), Err)
        })
    }
}

/// A question with everything in it.
pub(crate) fn question() -> Poll {
    Poll {
        status: StatusRequest {
            router: RouterId(u64::MAX),
            number: 7,
            confirms: Some((RunId(u64::MAX - 1), 6)),
            floor: 5,
            since: Some(4),
            verdicts: vec![
                Verdict::Drop { room: "tea".into(), epoch: 3 },
                Verdict::Activate { room: "a \"quoted\" café".into(), epoch: 2 },
            ],
            drain: true,
            unix: 1_800_000_000_000,
        },
        files: vec!["127.0.0.1:8122".into()],
    }
}

/// An answer with everything in it.
pub(crate) fn answer() -> PollAnswer {
    let held = |epoch, import| Some(Held { epoch, import });
    PollAnswer {
        status: StatusAnswer {
            run: RunId(u64::MAX - 1),
            router: RouterId(u64::MAX),
            number: 7,
            draining: true,
            load: Load { rooms: 1, rooms_max: 2, cpu: 3, memory_max: u64::MAX, ..Load::default() },
            lapsed: true,
            epoch_max: 9,
            rooms: Changes {
                from: None,
                to: 3,
                digest: u64::MAX,
                changes: vec![
                    Change { room: "tea".into(), was: None, is: held(9, false) },
                    Change { room: "café".into(), was: held(8, true), is: None },
                ],
            },
            unix: 1_800_000_000_001,
        },
        about: About {
            name: "backend-1".into(),
            facts: RoomFacts { expires_after_ms: 1, messages_max: 2, text_chars_max: 3 },
            ..About::default()
        },
    }
}

/// The room that it lists.
pub(crate) fn row(room: &str) -> RoomRow {
    RoomRow {
        room: room.into(),
        epoch: 1,
        created: 2,
        members: 3,
        messages: 4,
        bytes: 5,
        protected: true,
    }
}

pub(crate) fn facts() -> FileFacts {
    FileFacts {
        number: 7,
        version: "1.2.3".into(),
        key_id: "abc".into(),
        file_bytes_max: 1,
        drawing_bytes_max: 2,
        files_in: FilesIn::ObjectStore,
        admin_port: 8_121,
    }
}

impl Backend for Callee {
    fn status(&self, poll: Poll) -> Answer<'_, PollAnswer> {
        self.answer(format!("{poll:?}"), answer())
    }

    fn summary(&self, room: Arc<str>) -> Answer<'_, Option<RoomSummary>> {
        self.answer(format!("summary {room}"), Some(RoomSummary { protected: true, members: 2 }))
    }

    fn rooms(&self, after: Option<Arc<str>>, limit: u32) -> Answer<'_, Vec<RoomRow>> {
        self.answer(format!("rooms {after:?} {limit}"), vec![row("tea")])
    }

    fn delete(&self, run: RunId, room: Arc<str>) -> Answer<'_, bool> {
        self.answer(format!("run {} deletes {room}", run.0), true)
    }

    fn announce(&self, run: RunId, text: Arc<str>) -> Answer<'_, Announced> {
        self.answer(format!("run {} announces {text}", run.0), Announced { rooms: 1, peers: 2 })
    }
}

impl Aux for Callee {
    fn report(&self, report: Report) -> Answer<'_, ()> {
        self.answer(format!("{report:?}"), ())
    }

    fn release(&self, release: Release) -> Answer<'_, ()> {
        self.answer(format!("{release:?}"), ())
    }
}

impl Files for Callee {
    fn notices(&self, notices: Vec<FileNotice>) -> Answer<'_, ()> {
        self.answer(format!("{notices:?}"), ())
    }

    fn facts(&self) -> Answer<'_, FileFacts> {
        self.answer("facts".into(), facts())
    }
}
