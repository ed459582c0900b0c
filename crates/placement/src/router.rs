//! The router as a state machine: whom it asks, what it makes of the answers, where rooms are.
//!
//! The daemon drives it: it sends what `poll` returns, and brings answers, refusals and requests. All
//! files of this folder are methods of the one [`Router`].

mod answers;
mod members;
mod moving;
mod placing;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::epochs::Epochs;
use crate::fleet::Fleet;
use crate::health::{ASK_EVERY_MS, Health, Phase};
use crate::names::{BackendName, Now, RouterId, RunId};
use crate::owners::{Owners, PlaceError};
use crate::status::{StatusRequest, Verdict};

pub use members::Member;
pub use placing::Placement;

/// Milliseconds after its start for which a router places nothing that it does not know. As long as a
/// backend may go on by what it learned before the start, on a clock that is a tenth slow.
pub const GRACE_MS: u64 = crate::term::FENCE_MS + crate::term::FENCE_MS / 10;
/// Verdicts in one question; the next ones wait for the next question.
const VERDICTS_MAX: usize = 1_000;

/// What the router has seen that an operator wants to know of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rooms that two backends claimed.
    pub conflicts: u64,
    /// Rooms that were placed for the first time.
    pub placed: u64,
    /// Rooms whose import was found and activated, their owner being gone.
    pub imported: u64,
    /// Rooms that were placed anew because their owner had lost them.
    pub replaced: u64,
    /// Moves that were made.
    pub moved: u64,
    /// Moves that were made void.
    pub voided: u64,
}

/// The router of a fleet.
#[derive(Debug)]
pub struct Router {
    id: RouterId,
    started_at: u64,
    /// For how long after its start it places nothing that it does not know.
    grace_ms: u64,
    fleet: Fleet,
    owners: Owners,
    epochs: Epochs,
    links: BTreeMap<u32, Link>,
    moves: HashMap<Arc<str>, moving::Move>,
    /// Imports that backends hold and nobody has activated: backend and epoch.
    imports: HashMap<Arc<str>, (u32, u64)>,
    superseded: bool,
    /// Whether it was settled once: every backend of the start was heard, or is down.
    has_settled: bool,
    counts: Counts,
}

/// What the router knows of one backend besides its load.
#[derive(Debug)]
struct Link {
    health: Health,
    /// Whether it stands in the configuration.
    is_listed: bool,
    /// Whether it may own rooms that nobody has told of: one that was listed after the router had
    /// settled and has not reported itself is new.
    may_own_unknown: bool,
    /// Whether an operator wants it drained.
    drain: bool,
    /// Whether it wants to be rid of its rooms itself.
    is_leaving: bool,
    /// Whether its clock is so far off that tickets for it would not be good.
    is_clock_off: bool,
    run: Option<RunId>,
    /// The number of the next question.
    next: u64,
    asked_at: Option<u64>,
    is_answered: bool,
    /// Whether the whole list of its rooms was taken since it was last lost.
    is_acquainted: bool,
    /// Answers to earlier questions are of a time before that.
    accept_from: u64,
    accepted: Option<u64>,
    generation: Option<u64>,
    digest: u64,
    rooms: u64,
    floor: u64,
    has_lapsed: bool,
    verdicts: BTreeMap<Verdict, Delivery>,
}

/// A verdict on its way.
#[derive(Clone, Copy, Debug)]
struct Delivery {
    /// The first question that carried it.
    sent: Option<u64>,
    /// The backend that must not be confirmed before it arrived, if its right had lapsed.
    winner: u32,
}

impl Router {
    /// A router that has just started, with the mark of epochs from its disk. It asks and places
    /// nothing before a higher mark was reserved.
    pub fn new(epochs: Epochs, now: Now) -> Self {
        Self {
            id: epochs.router_id(),
            started_at: now.mono,
            grace_ms: GRACE_MS,
            fleet: Fleet::new(),
            owners: Owners::new(),
            epochs,
            links: BTreeMap::new(),
            moves: HashMap::new(),
            imports: HashMap::new(),
            superseded: false,
            has_settled: false,
            counts: Counts::default(),
        }
    }

    /// The router of a process that is its own fleet: the one backend lives and dies with it, so that
    /// no room of an earlier router can be anywhere.
    pub fn of_one_process(epochs: Epochs, now: Now, backend: &BackendName) -> Self {
        let mut router = Self { grace_ms: 0, ..Self::new(epochs, now) };
        router.configure(now, std::slice::from_ref(backend));
        router
    }

    /// The mark that must be written to disk now, if any. Then call `mark_reserved`.
    pub fn wants_mark(&self, now: Now) -> Option<u64> {
        self.epochs.wants_mark(now.unix)
    }

    /// The mark is on disk.
    pub fn mark_reserved(&mut self, mark: u64) {
        self.epochs.reserved(mark);
    }

    /// The questions that are due. A backend that left the last one unanswered has missed it.
    pub fn poll(&mut self, now: Now) -> Vec<(BackendName, StatusRequest)> {
        if !self.epochs.is_begun() || self.superseded {
            return Vec::new();
        }
        self.has_settled = self.has_settled(now);
        let is_due = |link: &Link| {
            link.asked_at.is_none_or(|at| now.mono.saturating_sub(at) >= ASK_EVERY_MS)
        };
        let due: Vec<_> =
            self.links.iter().filter(|(_, link)| is_due(link)).map(|(number, _)| *number).collect();
        let mut questions = Vec::new();
        for number in due {
            self.count_miss(now, number);
            if let Some(name) = self.fleet.name(number).cloned()
                && let Some(question) = self.question(now, number)
            {
                questions.push((name, question));
            }
        }
        self.remove_the_gone();
        self.forget_old_moves(now);
        questions
    }

    /// Whether every backend that may own an unknown room was heard, or is down.
    pub fn is_settled(&self, now: Now) -> bool {
        now.mono.saturating_sub(self.started_at) >= self.grace_ms && !self.awaits_backends()
    }

    /// Whether that was so once since the start.
    pub fn has_settled(&self, now: Now) -> bool {
        self.has_settled || self.is_settled(now)
    }

    /// Whether a backend was neither heard yet nor found dead: what is on no record may live there. One
    /// that is new to the list does not count, so that one bad line holds up nothing.
    pub fn awaits_backends(&self) -> bool {
        let unheard =
            |link: &Link| link.may_own_unknown && link.health.phase(false) == Phase::Unheard;
        self.links.values().any(unheard)
    }

    /// A backend says that this run of the router has asked it. If it is a later one, this is done.
    pub fn supersede(&mut self, newest: RouterId) {
        self.superseded |= newest > self.id;
    }

    /// Whether a later run is at work.
    pub fn is_superseded(&self) -> bool {
        self.superseded
    }

    /// This run's id.
    pub fn id(&self) -> RouterId {
        self.id
    }

    /// What was counted since the start.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// The fleet.
    pub fn fleet(&self) -> &Fleet {
        &self.fleet
    }

    /// The record of owners.
    pub fn owners(&self) -> &Owners {
        &self.owners
    }

    /// The record's epochs.
    pub fn epochs(&self) -> &Epochs {
        &self.epochs
    }

    fn count_miss(&mut self, now: Now, number: u32) {
        let Some(link) = self.links.get_mut(&number) else { return };
        if link.asked_at.is_some() && !link.is_answered && link.health.missed(now.mono) {
            self.lose(number);
        }
        self.show_phase(number);
    }

    fn question(&mut self, now: Now, number: u32) -> Option<StatusRequest> {
        let may_confirm = self.may_confirm(now, number);
        let (highest, router) = (self.epochs.highest(), self.id);
        let link = self.links.get_mut(&number)?;
        if !link.is_acquainted {
            // Whatever it was given before and does not list in its answer it will never have.
            link.floor = highest;
        }
        let asked = link.next;
        (link.next, link.asked_at, link.is_answered) = (asked + 1, Some(now.mono), false);
        let mut verdicts = Vec::new();
        for (verdict, delivery) in link.verdicts.iter_mut().take(VERDICTS_MAX) {
            delivery.sent.get_or_insert(asked);
            verdicts.push(verdict.clone());
        }
        let confirms = link.run.zip(link.accepted).filter(|_| may_confirm);
        Some(StatusRequest {
            router,
            number: asked,
            confirms,
            floor: link.floor,
            since: link.generation.filter(|_| link.is_acquainted),
            verdicts,
            drain: link.drain || !link.is_listed,
            unix: now.unix,
        })
    }

    /// Whether a confirmation would be safe. One that has not lapsed acknowledges already, and one
    /// that has must first hear all that happened meanwhile, and those who lost to it must, too.
    fn may_confirm(&self, now: Now, number: u32) -> bool {
        let Some(link) = self.links.get(&number) else { return false };
        let told_all = link.verdicts.len() <= VERDICTS_MAX;
        let lost_to_it = |(other, link): (&u32, &Link)| {
            *other != number && link.verdicts.values().any(|delivery| delivery.winner == number)
        };
        let safe_again = || self.is_settled(now) && !self.links.iter().any(lost_to_it);
        told_all && (!link.has_lapsed || safe_again())
    }

    /// A backend is down, or another process: what it had has no owner.
    fn lose(&mut self, number: u32) {
        self.owners.tenures.end(number);
        self.imports.retain(|_, (holder, _)| *holder != number);
        if let Some(link) = self.links.get_mut(&number) {
            link.health.fall();
            link.estrange();
        }
        self.show_phase(number);
    }

    fn show_phase(&mut self, number: u32) {
        if let Some(link) = self.links.get(&number) {
            self.fleet.set_phase(number, link.phase());
        }
    }

    fn check_at_work(&self) -> Result<(), PlaceError> {
        if self.superseded { Err(PlaceError::Superseded) } else { Ok(()) }
    }
}

impl Link {
    fn new(now: Now, is_listed: bool) -> Self {
        Self {
            health: Health::unheard(now.mono),
            is_listed,
            may_own_unknown: true,
            drain: false,
            is_leaving: false,
            is_clock_off: false,
            run: None,
            next: 1,
            asked_at: None,
            is_answered: false,
            is_acquainted: false,
            accept_from: 1,
            accepted: None,
            generation: None,
            digest: 0,
            rooms: 0,
            floor: 0,
            has_lapsed: true,
            verdicts: BTreeMap::new(),
        }
    }

    fn phase(&self) -> Phase {
        let phase = self.health.phase(self.drain || self.is_leaving || !self.is_listed);
        let is_doubtful = !self.is_acquainted || self.is_clock_off;
        if phase == Phase::Up && is_doubtful { Phase::Suspected } else { phase }
    }

    /// Forgets what is known of its rooms: the next answer that counts has the whole list.
    fn estrange(&mut self) {
        self.is_acquainted = false;
        self.accept_from = self.next;
        self.accepted = None;
        self.generation = None;
        self.verdicts.clear();
    }
}
