//! A backend's right to acknowledge: lent by the router's confirmations, a few seconds at a time.
//!
//! Being asked proves nothing to a process that was asleep. What proves something is that the router
//! names an answer which it received: the router counted the backend as living after that answer was
//! *sent*, and will not give its rooms away for `SILENT_MS` from then, while the right ends earlier.

use std::collections::VecDeque;

use crate::names::{Now, RouterId, RunId};
use crate::status::StatusRequest;

/// Milliseconds after it sent the newest confirmed answer for which a backend may acknowledge.
pub const FENCE_MS: u64 = 3_000;
/// Milliseconds without a question after which a backend reports itself.
const REPORT_AFTER_MS: u64 = 2_000;
/// Milliseconds between two such reports.
const REPORT_EVERY_MS: u64 = 500;
/// Answers whose time of sending is remembered: those of the fence and some more.
const SENT_MAX: usize = 32;

/// What a backend does when nobody listens at the router's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnRouterLoss {
    /// It goes on with the rooms that it has.
    Continue,
    /// It acknowledges nothing until a router confirms it.
    Stop,
}

/// The question is not this backend's to answer: a later router is at work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a later run of the router is at work")]
pub struct StaleRouter {
    /// The later one.
    pub newest: RouterId,
}

/// The right of one run of a backend. Times are of its own monotonic clock.
#[derive(Debug)]
pub struct Term {
    run: RunId,
    on_router_loss: OnRouterLoss,
    router: RouterId,
    floor: u64,
    /// When answers to the present router were sent, oldest first.
    sent: VecDeque<(u64, u64)>,
    /// It may acknowledge before this.
    until: u64,
    /// When the present router confirmed it last, and since when it has done so again and again.
    confirmed: Option<(u64, u64)>,
    asked_at: u64,
    reported_at: u64,
}

impl Term {
    /// A process that has just started: it may acknowledge nothing yet.
    pub fn new(run: RunId, on_router_loss: OnRouterLoss, now: Now) -> Self {
        Self {
            run,
            on_router_loss,
            router: RouterId(0),
            floor: 0,
            sent: VecDeque::new(),
            until: 0,
            confirmed: None,
            asked_at: now.mono,
            reported_at: now.mono,
        }
    }

    /// A process that shares its life with its router: nobody else can be told that its rooms are
    /// theirs, so that its right never ends.
    pub fn unfenced(run: RunId, now: Now) -> Self {
        Self { until: u64::MAX, ..Self::new(run, OnRouterLoss::Continue, now) }
    }

    /// A router asks. What its question confirms counts only after its verdicts were carried out:
    /// call `confirmed` then, and `answered` when the answer leaves.
    ///
    /// # Errors
    /// A later router has asked before.
    pub fn asked(&mut self, now: Now, request: &StatusRequest) -> Result<(), StaleRouter> {
        if request.router < self.router {
            return Err(StaleRouter { newest: self.router });
        }
        if request.router > self.router {
            self.router = request.router;
            self.sent.clear();
            self.floor = 0;
            self.confirmed = None;
        }
        self.floor = self.floor.max(request.floor);
        self.asked_at = now.mono;
        Ok(())
    }

    /// The verdicts of this question were carried out.
    pub fn confirmed(&mut self, now: Now, request: &StatusRequest) {
        let Some((run, number)) = request.confirms else { return };
        let sent = self.sent.iter().find(|(sent, _)| *sent == number).map(|(_, at)| *at);
        if let Some(at) = sent.filter(|_| run == self.run && request.router == self.router) {
            self.until = self.until.max(at.saturating_add(FENCE_MS));
            let since = self.confirmed.filter(|(last, _)| now.mono <= last + FENCE_MS);
            self.confirmed = Some((now.mono, since.map_or(now.mono, |(_, since)| since)));
        }
    }

    /// The answer to a question leaves now. Only the first answer to a question counts, and none to
    /// an older one than that of the newest answer: a question that is heard again must not make an
    /// answer seem later than the router received it.
    pub fn answered(&mut self, now: Now, number: u64) {
        if self.sent.back().is_some_and(|(newest, _)| *newest >= number) {
            return;
        }
        if self.sent.len() == SENT_MAX {
            self.sent.pop_front();
        }
        self.sent.push_back((number, now.mono));
    }

    /// Whether the backend should report itself to the router's address now: nobody has asked it.
    pub fn wants_to_report(&mut self, now: Now) -> bool {
        let due = now.mono.saturating_sub(self.asked_at) >= REPORT_AFTER_MS
            && now.mono.saturating_sub(self.reported_at) >= REPORT_EVERY_MS;
        if due {
            self.reported_at = now.mono;
        }
        due
    }

    /// Nothing listens at any router's address, as an attempt showed that began at `tried_at`. A right
    /// that has ended is not restored by this: others may own the rooms already.
    pub fn nobody_listens(&mut self, now: Now, tried_at: u64) {
        if self.on_router_loss == OnRouterLoss::Continue && self.may_acknowledge(now) {
            self.until = self.until.max(tried_at.saturating_add(FENCE_MS));
        }
    }

    /// Whether an acknowledgement may leave now. Ask at the moment of its release.
    pub fn may_acknowledge(&self, now: Now) -> bool {
        now.mono < self.until
    }

    /// When the right ends, unless it is renewed.
    pub fn until(&self) -> u64 {
        self.until
    }

    /// For how many milliseconds a router has been there that confirms again and again.
    pub(crate) fn confirmed_ms(&self, now: Now) -> u64 {
        let present = self.confirmed.filter(|(last, _)| now.mono <= last + FENCE_MS);
        present.map_or(0, |(_, since)| now.mono.saturating_sub(since))
    }

    /// Whether a room may be created by this router's word with this epoch.
    pub(crate) fn may_create(&self, router: RouterId, epoch: u64) -> bool {
        router == self.router && epoch > self.floor
    }

    /// Which router's word counts.
    pub fn router(&self) -> RouterId {
        self.router
    }

    /// Which run this is.
    pub fn run(&self) -> RunId {
        self.run
    }
}
