//! The router's part in the tests: it gives sessions and tickets, asks the backend, and hears what the
//! backend has to say.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use backend::FileLink;
use fleet::{Answer, Aux, Backend, CallError, FileFacts, Files, Poll, PollAnswer, Release, Report};
use http::{HeaderValue, header};
use placement::{RouterId, RunId, StatusRequest, Verdict};
use protocol::RoomName;
use protocol::fleet::FileNotice;
use protocol::http::{SESSION_HEADER, TICKET_HEADER};
use protocol::token::{Session, Ticket};
use protocol::wire::Id128;
use service::Clock;
use service::http::{session_cookie, session_of};

use crate::server::keys;

/// This run of the router.
pub(crate) const ROUTER: u64 = 7;

/// What the others were told.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) files: Mutex<Vec<FileNotice>>,
    pub(crate) released: Mutex<Vec<(Arc<str>, u64)>>,
    pub(crate) reports: Mutex<Vec<Report>>,
    /// What the router answers instead of hearing.
    pub(crate) failing: Mutex<Option<CallError>>,
    /// The owner's term of each room.
    epochs: Mutex<HashMap<Arc<str>, u64>>,
    last: Mutex<u64>,
}

impl FileLink for Told {
    fn tell(&self, notice: FileNotice) {
        self.files.lock().unwrap().push(notice);
    }
}

impl Aux for Told {
    fn report(&self, report: Report) -> Answer<'_, ()> {
        self.reports.lock().unwrap().push(report);
        Box::pin(async { self.heard() })
    }

    fn release(&self, release: Release) -> Answer<'_, ()> {
        Box::pin(async move {
            self.heard()?;
            for room in release.rooms {
                let mut epochs = self.epochs.lock().unwrap();
                if epochs.get(&room.room) == Some(&room.epoch) {
                    epochs.remove(&room.room);
                }
                self.released.lock().unwrap().push((room.room, room.epoch));
            }
            Ok(())
        })
    }
}

impl Files for Told {
    fn notices(&self, notices: Vec<FileNotice>) -> Answer<'_, ()> {
        self.files.lock().unwrap().extend(notices);
        Box::pin(async { Ok(()) })
    }

    fn facts(&self) -> Answer<'_, FileFacts> {
        Box::pin(async { Err(CallError::Unresolved) })
    }
}

impl Told {
    fn heard(&self) -> Result<(), CallError> {
        self.failing.lock().unwrap().clone().map_or(Ok(()), Err)
    }

    /// The term of a room, which is placed now if it is nowhere.
    pub(crate) fn epoch(&self, room: &str) -> u64 {
        let mut last = self.last.lock().unwrap();
        *self.epochs.lock().unwrap().entry(room.into()).or_insert_with(|| {
            *last += 1;
            *last
        })
    }
}

/// The router of one backend.
pub(crate) struct TestRouter {
    /// The fleet addresses of the file servers.
    pub(crate) files: Mutex<Vec<String>>,
    backend: Arc<dyn Backend>,
    clock: Clock,
    told: Arc<Told>,
    run: u64,
    asked: Mutex<u64>,
}

impl TestRouter {
    /// A router that has asked the backend once.
    pub(crate) async fn new(backend: Arc<dyn Backend>, clock: Clock, told: Arc<Told>) -> Self {
        let (files, asked) = Default::default();
        let mut router = Self { files, backend, clock, told, run: 0, asked };
        router.run = router.ask(Vec::new(), false).await.unwrap().status.run.0;
        router
    }

    /// The run of the backend.
    pub(crate) fn run(&self) -> RunId {
        RunId(self.run)
    }

    /// Asks the backend, and confirms what it answered to the question before.
    pub(crate) async fn confirm(&self) -> PollAnswer {
        self.ask(Vec::new(), true).await.unwrap()
    }

    /// Asks the backend, with verdicts.
    pub(crate) async fn ask(
        &self,
        verdicts: Vec<Verdict>,
        confirms: bool,
    ) -> Result<PollAnswer, CallError> {
        let mut status = self.question();
        status.verdicts = verdicts;
        status.confirms = confirms.then_some((RunId(self.run), status.number - 1));
        self.send(status).await
    }

    /// Asks the backend as a router whose clock shows another time.
    pub(crate) async fn ask_at(&self, unix: u64) {
        self.send(StatusRequest { unix, ..self.question() }).await.unwrap();
    }

    /// Asks the backend as another router.
    pub(crate) async fn ask_as(&self, router: RouterId) -> Result<PollAnswer, CallError> {
        self.send(StatusRequest { router, ..self.question() }).await
    }

    async fn send(&self, status: StatusRequest) -> Result<PollAnswer, CallError> {
        let files = self.files.lock().unwrap().clone();
        self.backend.status(Poll { status, files }).await
    }

    fn question(&self) -> StatusRequest {
        let mut asked = self.asked.lock().unwrap();
        *asked += 1;
        StatusRequest {
            router: RouterId(ROUTER),
            number: *asked,
            confirms: None,
            floor: 0,
            since: None,
            verdicts: Vec::new(),
            drain: false,
            unix: self.clock.unix(),
        }
    }

    /// A ticket for a room.
    pub(crate) fn ticket(&self, room: &str, session: Session) -> Ticket {
        Ticket {
            room: room.into(),
            run: self.run,
            router: ROUTER,
            epoch: self.told.epoch(room),
            session: session.hash(&keys()),
            nonce: Id128(service::random::bytes()),
            expires: self.clock.now() + 60_000,
        }
    }
}

/// What aux-srv does between the listener and the backend: who comes without a session gets one, and
/// everybody gets a ticket.
pub(crate) async fn route(
    State(router): State<Arc<TestRouter>>,
    mut request: Request,
    next: Next,
) -> Response {
    let keys = keys();
    let known = session_of(request.headers(), &keys);
    let session = known.unwrap_or_else(|| Session(service::random::bytes()));
    let room = request.uri().path().split('/').nth(3).unwrap_or_default();
    let room = percent_decoded(room);
    let room = RoomName::parse(&room).map_or_else(|_| room, |name| name.to_string());
    let ticket = router.ticket(&room, session);
    let headers = request.headers_mut();
    let mut set = |name: &'static str, value: String| {
        headers.entry(name).or_insert(HeaderValue::try_from(value).unwrap());
    };
    set(TICKET_HEADER, ticket.sign(&keys));
    if known.is_none() {
        set(SESSION_HEADER, session.sign(&keys));
    }
    let mut response = next.run(request).await;
    if known.is_none() {
        let cookie = session_cookie(&session, &keys, false, 30);
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let hex = (byte == b'%').then(|| (rest.next().unwrap(), rest.next().unwrap()));
        bytes.push(hex.map_or(byte, |(high, low)| {
            let text = String::from_utf8(vec![high, low]).unwrap();
            u8::from_str_radix(&text, 16).unwrap()
        }));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
