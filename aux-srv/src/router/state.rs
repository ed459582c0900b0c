//! What the router's lock guards: the record, and what is known of each backend.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use fleet::RoomFacts;
use placement::{BackendName, Counts, Now, Phase, Router, RunId};

use super::Reach;
use super::known::Known;
use super::metrics::RouterMetrics;
use super::view::Trouble;

/// The record and the backends.
pub(crate) struct State {
    pub(crate) router: Router,
    pub(crate) known: BTreeMap<BackendName, Known>,
    /// Under which name each process is known.
    pub(crate) holders: HashMap<RunId, BackendName>,
    /// The list as the operator wrote it.
    listed: Vec<BackendName>,
    /// What an operator drains, as it is on disk.
    pub(crate) drained: BTreeSet<BackendName>,
    pub(crate) roster_problem: Option<Trouble>,
    pub(crate) disk_problem: Option<Trouble>,
    counted: Counts,
    /// Backends that have metrics of their own.
    shown: BTreeSet<BackendName>,
    facts: Option<RoomFacts>,
}

impl State {
    /// A fleet without backends.
    pub(crate) fn new(router: Router, drained: BTreeSet<BackendName>) -> Self {
        Self {
            router,
            known: BTreeMap::new(),
            holders: HashMap::new(),
            listed: Vec::new(),
            drained,
            roster_problem: None,
            disk_problem: None,
            counted: Counts::default(),
            shown: BTreeSet::new(),
            facts: None,
        }
    }

    /// The backends that the operator lists from now on. Whether they are others than before.
    pub(crate) fn list(&mut self, now: Now, names: Vec<BackendName>, reach: &dyn Reach) -> bool {
        if self.listed == names {
            return false;
        }
        self.listed = names;
        self.configure(now);
        self.follow(now, reach);
        true
    }

    /// Tells the record who is listed. A process that is listed by its second name is listed by the
    /// first, under which it is known.
    pub(crate) fn configure(&mut self, now: Now) {
        let first_name = |name| self.known.get(name).and_then(Known::twin_of).cloned();
        let mut names: BTreeSet<_> = self.listed.iter().filter_map(first_name).collect();
        names.extend(self.listed.iter().cloned());
        self.router.configure(now, &names.into_iter().collect::<Vec<_>>());
        for name in &self.drained {
            self.router.drain(name, true);
        }
    }

    /// Keeps what is known in step with who belongs to the fleet and how they stand.
    pub(crate) fn follow(&mut self, now: Now, reach: &dyn Reach) {
        let mut gone: BTreeSet<_> = self.known.keys().cloned().collect();
        for member in self.router.members() {
            gone.remove(member.name);
            match self.known.get_mut(member.name) {
                Some(known) => known.stands(member.name, member.phase, now),
                None => {
                    let call = reach.backend(member.name.as_str());
                    let known = Known::new(call, member.phase, now);
                    self.known.insert(member.name.clone(), known);
                }
            }
        }
        for name in &gone {
            tracing::info!(backend = name.as_str(), "a backend has left the fleet");
            self.known.remove(name);
        }
        let known = &self.known;
        self.holders
            .retain(|run, holder| known.get(holder).is_some_and(|holder| holder.run == Some(*run)));
    }

    /// The name under which this process is known already, if it is another one and serves.
    pub(crate) fn twin_of(&self, run: RunId, name: &BackendName) -> Option<BackendName> {
        let holder = self.holders.get(&run).filter(|holder| *holder != name)?;
        let is_it = self.known.get(holder).is_some_and(|holder| holder.run == Some(run));
        let is_down = self.router.fleet().phase(holder) == Phase::Down;
        (is_it && !is_down).then(|| holder.clone())
    }

    /// What pages tell about rooms: the narrowest of what the backends say, and what they said last
    /// when all are away.
    pub(crate) fn room_facts(&mut self) -> Option<RoomFacts> {
        let living = self.known.values().filter(|known| known.phase != Phase::Down);
        let all = living.filter_map(|known| Some(known.about.as_ref()?.facts));
        let narrowest = all.reduce(|one, other| RoomFacts {
            expires_after_ms: one.expires_after_ms.min(other.expires_after_ms),
            messages_max: one.messages_max.min(other.messages_max),
            text_chars_max: one.text_chars_max.min(other.text_chars_max),
        });
        self.facts = narrowest.or(self.facts);
        self.facts
    }

    /// Brings the metrics up to date.
    pub(crate) fn publish(&mut self, metrics: &RouterMetrics) {
        let counts = self.router.counts();
        metrics.counted(&self.counted, &counts);
        self.counted = counts;
        metrics.record(self.router.owners().len(), self.router.is_superseded());
        metrics.phases(&self.router.members().map(|member| member.phase).collect::<Vec<_>>());
        // A second name of one process would count it twice.
        let met = self.known.iter().filter(|(_, known)| known.twin_of().is_none());
        let shown: BTreeSet<_> = met
            .map(|(name, known)| {
                metrics.backend(name, known.phase);
                name.clone()
            })
            .collect();
        self.shown.difference(&shown).for_each(|gone| metrics.forget(gone));
        self.shown = shown;
    }

    /// Why this router cannot do its work, if it cannot.
    pub(crate) fn ready(&self, now: Now) -> Result<(), String> {
        if self.router.is_superseded() {
            return Err("a later run of the router is at work".into());
        }
        if let Some(problem) = &self.disk_problem {
            return Err(format!("the mark of epochs cannot be kept: {}", problem.text));
        }
        let serves = |phase| matches!(phase, Phase::Up | Phase::Draining | Phase::Suspected);
        if !self.router.members().any(|member| serves(member.phase)) {
            return Err("no backend is up".into());
        }
        if !self.router.has_settled(now) {
            return Err("not every backend was heard since the start: no new rooms yet".into());
        }
        Ok(())
    }
}
