//! A backend that keeps its word as `placement` has it, and has no rooms but their names. It can be
//! made to hang, to lie and to die.

use std::future::{pending, ready};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fleet::{
    About, Announced, Answer, Backend, CallError, Guard, Poll, PollAnswer, RoomFacts, RoomRow,
    RoomSummary,
};
use placement::{
    Admission, Entrance, Holdings, Load, Now, OnRouterLoss, RouterId, RunId, StatusAnswer, Term,
};
use protocol::token::{Keyring, Ticket};
use service::http::{ServeOptions, serve};
use service::{Clock, Lifecycle, random};
use tokio::net::TcpListener;

/// How it answers the router.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    Good,
    /// It takes the question and says nothing.
    Hanging,
    /// It says that another router has asked it.
    Stale(RouterId),
    /// Its list of rooms does not follow from the one before.
    Confused,
    /// Its answers are to questions that nobody asked.
    Ahead,
}

/// One process, until it is killed.
pub(crate) struct Played {
    pub(crate) address: SocketAddr,
    state: Arc<Mutex<State>>,
    lifecycle: Lifecycle,
}

struct State {
    term: Term,
    holdings: Holdings,
    manner: Manner,
    load: Load,
    clock: Clock,
    clock_ahead_ms: u64,
    direct_host: String,
    /// Questions about rooms under way, now and at most.
    asked: (usize, usize),
}

struct Calls(Arc<Mutex<State>>);

pub(crate) fn keys() -> Keyring {
    Keyring::new(b"a secret of thirty-two bytes or so", None).unwrap()
}

fn now(clock: &Clock) -> Now {
    Now { mono: clock.mono(), unix: clock.unix() }
}

/// A load of so many rooms with a socket each, of ten thousand.
pub(crate) fn load(sockets: u64) -> Load {
    Load {
        rooms: sockets,
        rooms_max: 100_000,
        sockets,
        sockets_max: 10_000,
        bytes_max: 1 << 40,
        ..Load::default()
    }
}

impl Played {
    /// A backend at a free address.
    pub(crate) async fn start() -> Self {
        Self::start_at("127.0.0.1:0".parse().unwrap()).await
    }

    /// Another run at an address.
    pub(crate) async fn start_at(address: SocketAddr) -> Self {
        let clock = Clock::system();
        let run = RunId(random::number());
        let state = Arc::new(Mutex::new(State {
            term: Term::new(run, OnRouterLoss::Continue, now(&clock)),
            holdings: Holdings::new(),
            manner: Manner::Good,
            load: load(0),
            clock,
            clock_ahead_ms: 0,
            direct_host: String::new(),
            asked: (0, 0),
        }));
        let lifecycle = Lifecycle::new();
        let address = listen(&state, address, &lifecycle).await;
        Self { address, state, lifecycle }
    }

    /// The same process at a second address.
    pub(crate) async fn listen_again(&self) -> SocketAddr {
        listen(&self.state, "127.0.0.1:0".parse().unwrap(), &self.lifecycle).await
    }

    /// As by kill -9.
    pub(crate) async fn kill(self) -> SocketAddr {
        self.lifecycle.hard_stop();
        self.lifecycle.finish(Duration::ZERO).await;
        self.address
    }

    pub(crate) fn name(&self) -> String {
        self.address.to_string()
    }

    pub(crate) fn run(&self) -> RunId {
        self.state.lock().unwrap().term.run()
    }

    pub(crate) fn behave(&self, manner: Manner) {
        self.state.lock().unwrap().manner = manner;
    }

    pub(crate) fn carry(&self, load: Load) {
        self.state.lock().unwrap().load = load;
    }

    pub(crate) fn set_clock_ahead(&self, ms: u64) {
        self.state.lock().unwrap().clock_ahead_ms = ms;
    }

    pub(crate) fn be_reached_at(&self, host: &str) {
        host.clone_into(&mut self.state.lock().unwrap().direct_host);
    }

    /// Somebody comes with a ticket.
    pub(crate) fn enter(&self, ticket: &str) -> Entrance {
        let mut state = self.state.lock().unwrap();
        let now = now(&state.clock);
        let ticket = Ticket::verify(&keys(), ticket, now.unix).unwrap();
        let admission = Admission {
            router: RouterId(ticket.router),
            run: RunId(ticket.run),
            room: ticket.room.as_str().into(),
            epoch: ticket.epoch,
        };
        let State { term, holdings, .. } = &mut *state;
        holdings.admit(now, term, &admission)
    }

    /// The epoch of a room that it owns.
    pub(crate) fn owns(&self, room: &str) -> Option<u64> {
        self.state.lock().unwrap().holdings.owned(room)
    }

    /// Owns a room that no router gave it, as after a router that has lost its record.
    pub(crate) fn claim(&self, room: &str, epoch: u64) {
        let mut state = self.state.lock().unwrap();
        let now = now(&state.clock);
        let room = room.into();
        assert!(state.holdings.import(now, &room, epoch));
        let verdict = placement::Verdict::Activate { room, epoch };
        state.holdings.carry_out(now, &verdict);
    }

    /// Questions about rooms that were under way at once.
    pub(crate) fn asked_at_once(&self) -> usize {
        self.state.lock().unwrap().asked.1
    }

    pub(crate) fn rooms(&self) -> usize {
        self.state.lock().unwrap().holdings.len()
    }
}

async fn listen(state: &Arc<Mutex<State>>, at: SocketAddr, lifecycle: &Lifecycle) -> SocketAddr {
    let listener = TcpListener::bind(at).await.unwrap();
    let address = listener.local_addr().unwrap();
    let guard = Guard::new(keys(), Clock::system());
    let routes = fleet::backend_routes(Arc::new(Calls(Arc::clone(state))), guard);
    lifecycle.spawn(serve(listener, routes, ServeOptions::default(), lifecycle.clone()));
    address
}

impl State {
    fn answer(&mut self, poll: &Poll) -> Result<PollAnswer, CallError> {
        let now = now(&self.clock);
        let asked = &poll.status;
        if let Manner::Stale(newest) = self.manner {
            return Err(CallError::Stale { newest });
        }
        self.term.asked(now, asked).map_err(|stale| CallError::Stale { newest: stale.newest })?;
        for verdict in &asked.verdicts {
            self.holdings.carry_out(now, verdict);
        }
        self.term.confirmed(now, asked);
        self.term.answered(now, asked.number);
        let mut rooms = self.holdings.since(asked.since);
        rooms.digest ^= u64::from(self.manner == Manner::Confused);
        let ahead = u64::from(self.manner == Manner::Ahead) * 1_000;
        let status = StatusAnswer {
            run: self.term.run(),
            router: asked.router,
            number: asked.number + ahead,
            draining: false,
            load: Load { rooms: self.load.rooms + self.holdings.len() as u64, ..self.load },
            lapsed: !self.term.may_acknowledge(now),
            epoch_max: self.holdings.epoch_max(),
            rooms,
            unix: now.unix + self.clock_ahead_ms,
        };
        let facts =
            RoomFacts { expires_after_ms: 3_600_000, messages_max: 1_000, text_chars_max: 10_000 };
        let about = About {
            name: "played".into(),
            door_port: 4_321,
            direct_host: self.direct_host.clone(),
            facts,
            ..About::default()
        };
        Ok(PollAnswer { status, about })
    }
}

/// A question about a room, until it is answered or given up.
struct UnderWay(Arc<Mutex<State>>);

impl UnderWay {
    fn begin(state: &Arc<Mutex<State>>) -> Self {
        let asked = &mut state.lock().unwrap().asked;
        *asked = (asked.0 + 1, asked.1.max(asked.0 + 1));
        Self(Arc::clone(state))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.lock().unwrap().asked.0 -= 1;
    }
}

impl Backend for Calls {
    fn status(&self, poll: Poll) -> Answer<'_, PollAnswer> {
        let mut state = self.0.lock().unwrap();
        match state.manner {
            Manner::Hanging => Box::pin(pending()),
            _ => Box::pin(ready(state.answer(&poll))),
        }
    }

    fn summary(&self, room: Arc<str>) -> Answer<'_, Option<RoomSummary>> {
        Box::pin(async move {
            let _under_way = UnderWay::begin(&self.0);
            // Others have time to come as well.
            tokio::time::sleep(Duration::from_millis(1)).await;
            if self.0.lock().unwrap().manner == Manner::Hanging {
                pending::<()>().await;
            }
            let state = self.0.lock().unwrap();
            let summary = RoomSummary { protected: true, members: 3 };
            Ok(state.holdings.owned(&room).map(|_| summary))
        })
    }

    fn rooms(&self, _: Option<Arc<str>>, _: u32) -> Answer<'_, Vec<RoomRow>> {
        Box::pin(ready(Ok(Vec::new())))
    }

    fn delete(&self, _: RunId, _: Arc<str>) -> Answer<'_, bool> {
        Box::pin(ready(Ok(false)))
    }

    fn announce(&self, _: RunId, _: Arc<str>) -> Answer<'_, Announced> {
        Box::pin(ready(Ok(Announced::default())))
    }
}
