//! What all members of one process share.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use client::Error;
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{Duration, timeout};

use crate::findings::Noted;
use crate::ledger::Ledger;
use crate::measures::Measures;
use crate::member;
use crate::part::{Part, Seen};
use crate::peer;
use crate::plan::{MemberPlan, Plan};
use crate::scenario::Scenario;
use crate::target::Target;

/// Bytes of the kernel's buffer of a slow reader: what the server sends soon waits at the server.
const SLOW_BUFFER_BYTES: u32 = 8 << 10;
/// How long a connection may take.
const CONNECT_MAX: Duration = Duration::from_secs(10);

/// What all members of one process share.
pub struct World {
    pub(crate) scenario: Scenario,
    pub(crate) plan: Plan,
    pub(crate) target: Target,
    /// Who speaks in each room, and when it begins, in microseconds from the start.
    pub(crate) speakers: Vec<Vec<(u64, u64)>>,
    /// When the run begins, on the machine's monotonic clock, in microseconds.
    pub(crate) start: u64,
    pub(crate) measures: Measures,
    pub(crate) ledgers: Vec<Ledger>,
    pub(crate) noted: Noted,
    seen: Mutex<Vec<Seen>>,
}

/// Which part of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// The run's name, which is part of the rooms' names.
    pub run: String,
    /// When it begins, on the machine's monotonic clock, in microseconds.
    pub start: u64,
    /// Which process this is.
    pub index: u64,
    /// How many there are.
    pub count: u64,
}

impl World {
    /// The world of one process.
    pub fn new(scenario: Scenario, target: Target, share: &Share) -> Arc<Self> {
        let plan = Plan::new(&scenario, &share.run, target.is_loopback_v4());
        let whole = scenario.lasts.micros() + scenario.settles.micros();
        Arc::new(Self {
            measures: Measures::new(share.start, whole),
            ledgers: plan.rooms.iter().map(|_| Ledger::default()).collect(),
            speakers: plan.speakers(),
            noted: Noted::default(),
            seen: Mutex::default(),
            start: share.start,
            scenario,
            plan,
            target,
        })
    }

    /// Lives the run through.
    ///
    /// # Panics
    /// A member does, which is a mistake here and not the server's.
    pub async fn run(self: &Arc<Self>, share: &Share) {
        let mut members = JoinSet::new();
        for plan in self.plan.part(share.index, share.count) {
            let (world, plan) = (Arc::clone(self), plan.clone());
            match self.target.peer {
                Some(peer) => members.spawn(peer::live(world, plan, peer.dialect)),
                None => members.spawn(member::live(world, plan)),
            };
        }
        members.join_all().await;
    }

    /// How it goes.
    pub fn measures(&self) -> &Measures {
        &self.measures
    }

    /// What came of it, after the run.
    pub fn into_part(self: Arc<Self>) -> Option<Part> {
        let world = Arc::into_inner(self)?;
        let measured = world.measures.snapshot();
        let findings = world.noted.take();
        let members = world.seen.into_inner().unwrap_or_else(PoisonError::into_inner);
        let pages = world.ledgers.into_iter().map(Ledger::into_pages);
        let ledgers: BTreeMap<_, _> = world
            .plan
            .rooms
            .into_iter()
            .zip(pages)
            .filter(|(_, pages)| !pages.is_empty())
            .collect();
        Some(Part { measured, ledgers, members, findings })
    }

    /// A connection of a member, from the address that it comes from.
    pub(crate) async fn connect(&self, plan: &MemberPlan) -> Result<TcpStream, Error> {
        let address = self.target.address;
        let connecting = async {
            let socket =
                if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
            if let Some(source) = plan.source {
                socket.bind(SocketAddr::new(source, 0))?;
            }
            if plan.stalls.is_some() {
                socket.set_recv_buffer_size(SLOW_BUFFER_BYTES)?;
            }
            socket.connect(address).await
        };
        match timeout(CONNECT_MAX, connecting).await {
            Ok(Ok(stream)) => Ok(stream),
            Ok(Err(error)) => Err(Error::Closed { code: 1006, reason: error.to_string() }),
            Err(_) => Err(Error::Timeout("connection")),
        }
    }

    /// A member has left.
    pub(crate) fn seen(&self, seen: Seen) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
    }
}
