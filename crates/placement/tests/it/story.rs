//! A router and its backends at one clock, so that a test reads like what happens.

use std::collections::BTreeMap;
use std::sync::Arc;

use placement::{
    BackendName, Consequence, Epochs, Holdings, Load, Now, OnRouterLoss, Owner, PlaceError,
    Placement, Router, RunId, StatusAnswer, StatusRequest, Term,
};

/// When every story begins.
pub(crate) const START_UNIX_MS: u64 = 1_795_000_000_000;

/// A backend's side, as the daemon would drive it.
pub(crate) struct Backend {
    pub(crate) term: Term,
    pub(crate) holdings: Holdings,
    pub(crate) load: Load,
    pub(crate) dropped: Vec<Arc<str>>,
    pub(crate) activated: Vec<Arc<str>>,
}

impl Backend {
    pub(crate) fn new(run: u64, now: Now) -> Self {
        Self {
            term: Term::new(RunId(run), OnRouterLoss::Stop, now),
            holdings: Holdings::new(),
            load: load(0),
            dropped: Vec::new(),
            activated: Vec::new(),
        }
    }

    pub(crate) fn answer(&mut self, now: Now, question: &StatusRequest) -> Option<StatusAnswer> {
        self.term.asked(now, question).ok()?;
        for verdict in &question.verdicts {
            match self.holdings.carry_out(now, verdict) {
                Some(Consequence::Drop(room)) => self.dropped.push(room),
                Some(Consequence::Activate(room)) => self.activated.push(room),
                None => {}
            }
        }
        self.term.confirmed(now, question);
        self.term.answered(now, question.number);
        Some(StatusAnswer {
            run: self.term.run(),
            router: question.router,
            number: question.number,
            draining: false,
            load: Load { rooms: self.holdings.len() as u64, ..self.load },
            lapsed: !self.term.may_acknowledge(now),
            epoch_max: self.holdings.epoch_max(),
            rooms: self.holdings.since(question.since),
            unix: now.unix,
        })
    }
}

/// A fleet whose messages arrive at once, unless a backend is said to be away.
pub(crate) struct Story {
    pub(crate) router: Router,
    pub(crate) backends: BTreeMap<BackendName, Backend>,
    pub(crate) ms: u64,
    /// Backends that answer nothing.
    pub(crate) silent: Vec<BackendName>,
    /// Backends whose address refuses.
    pub(crate) refusing: Vec<BackendName>,
    runs: u64,
}

impl Story {
    /// A router and these backends, none of which has been asked yet.
    pub(crate) fn new(names: &[&str]) -> Self {
        let now = Now { mono: 0, unix: START_UNIX_MS };
        let mut story = Self {
            router: Router::new(Epochs::after(0), now),
            backends: BTreeMap::new(),
            ms: 0,
            silent: Vec::new(),
            refusing: Vec::new(),
            runs: 0,
        };
        let names: Vec<_> = names.iter().map(|name| BackendName::new(name)).collect();
        story.router.configure(now, &names);
        for name in names {
            story.start(&name);
        }
        story
    }

    /// The same fleet some seconds later, when everything is known.
    pub(crate) fn settled(names: &[&str]) -> Self {
        let mut story = Self::new(names);
        story.wait(5_000);
        story
    }

    pub(crate) fn now(&self) -> Now {
        Now { mono: self.ms, unix: START_UNIX_MS + self.ms }
    }

    /// Another run of a backend.
    pub(crate) fn start(&mut self, name: &BackendName) {
        self.runs += 1;
        self.backends.insert(name.clone(), Backend::new(self.runs, self.now()));
    }

    /// What all backends do, from a new start on, when nobody listens at the router's address.
    pub(crate) fn set_policy(&mut self, policy: OnRouterLoss) {
        let now = self.now();
        for backend in self.backends.values_mut() {
            backend.term = Term::new(backend.term.run(), policy, now);
        }
    }

    /// Another run of the router, with the mark that the one before left on disk.
    pub(crate) fn restart_router(&mut self, mark: u64) {
        let now = self.now();
        self.router = Router::new(Epochs::after(mark), now);
        let names: Vec<_> = self.backends.keys().cloned().collect();
        self.router.configure(now, &names);
    }

    /// Lets time pass, with a round of questions every 100 ms.
    pub(crate) fn wait(&mut self, ms: u64) {
        for _ in 0..ms / 100 {
            self.ms += 100;
            self.round();
        }
    }

    /// Every question that is due is asked and answered.
    pub(crate) fn round(&mut self) {
        let now = self.now();
        if let Some(mark) = self.router.wants_mark(now) {
            self.router.mark_reserved(mark);
        }
        for (name, question) in self.router.poll(now) {
            if self.refusing.contains(&name) {
                self.router.refused(&name);
            } else if !self.silent.contains(&name)
                && let Some(backend) = self.backends.get_mut(&name)
                && let Some(answer) = backend.answer(now, &question)
            {
                self.router.answered(now, &name, &answer);
            }
        }
    }

    pub(crate) fn lookup(&mut self, room: &str) -> Result<Placement, PlaceError> {
        let now = self.now();
        self.router.lookup(now, &room.into())
    }

    /// Places a room, and lets somebody enter it.
    pub(crate) fn open(&mut self, room: &str) -> Owner {
        let placement = self.lookup(room).expect("a placement");
        let now = self.now();
        let backend = self.backends.get_mut(&placement.owner.backend).expect("the owner");
        backend.holdings.admit(now, &backend.term, &placement.admission(&room.into()));
        assert_eq!(backend.holdings.owned(room), Some(placement.owner.epoch));
        placement.owner
    }

    pub(crate) fn backend(&mut self, name: &BackendName) -> &mut Backend {
        self.backends.get_mut(name).expect("a backend")
    }

    /// The backends that may acknowledge for a room now.
    pub(crate) fn acknowledging(&self, room: &str) -> Vec<BackendName> {
        let now = self.now();
        let may = |backend: &Backend| backend.holdings.may_acknowledge(now, &backend.term, room);
        self.backends.iter().filter(|(_, b)| may(b)).map(|(name, _)| name.clone()).collect()
    }
}

pub(crate) fn load(sockets: u64) -> Load {
    Load { rooms_max: 1_000, sockets, sockets_max: 10_000, bytes_max: 1 << 30, ..Load::default() }
}

pub(crate) fn name(name: &str) -> BackendName {
    BackendName::new(name)
}
