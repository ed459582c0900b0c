//! What is known of one backend beside its load and its rooms, which are `placement`'s.

use std::sync::Arc;

use fleet::{About, PollAnswer};
use placement::{BackendName, Fleet, Load, Member, Now, Phase, RunId};
use tokio::sync::Semaphore;

use super::metrics::phase_name;
use super::view::{BackendView, Drain, Trouble, Why};

/// Questions to one backend under way at once: as many as come due while one may take.
pub(crate) const QUESTIONS_MAX: usize = 4;
/// Visitors' questions about rooms of one backend under way at once; the others wait their turn. Far
/// below the connections that its fleet listener takes, so that they never cut off the router's own.
const SUMMARIES_MAX: usize = 32;
/// Milliseconds between the clocks of router and backend that an operator should know of.
const CLOCKS_APART_MS: u64 = 2_000;
/// Milliseconds between two questions which process a known second name stands for.
const TWIN_ASKED_EVERY_MS: u64 = 10_000;

/// One backend.
pub(crate) struct Known {
    pub(crate) call: Arc<dyn fleet::Backend>,
    /// Places for questions under way.
    pub(crate) places: Arc<Semaphore>,
    /// Places for visitors' questions under way.
    pub(crate) summaries: Arc<Semaphore>,
    pub(crate) phase: Phase,
    since: u64,
    pub(crate) run: Option<RunId>,
    load: Load,
    pub(crate) about: Option<About>,
    clock_difference_ms: Option<i64>,
    /// The name under which the same process is known, and when that is asked again.
    twin: Option<(BackendName, u64)>,
    trouble: Option<Trouble>,
}

impl Known {
    /// A backend that has just joined the fleet.
    pub(crate) fn new(call: Arc<dyn fleet::Backend>, phase: Phase, now: Now) -> Self {
        Self {
            call,
            places: Arc::new(Semaphore::new(QUESTIONS_MAX)),
            summaries: Arc::new(Semaphore::new(SUMMARIES_MAX)),
            phase,
            since: now.unix,
            run: None,
            load: Load::default(),
            about: None,
            clock_difference_ms: None,
            twin: None,
            trouble: None,
        }
    }

    /// It stands like this from now on.
    pub(crate) fn stands(&mut self, name: &BackendName, phase: Phase, now: Now) {
        if self.phase != phase {
            let (from, to) = (phase_name(self.phase), phase_name(phase));
            tracing::info!(backend = name.as_str(), from, to, "a backend stands otherwise");
            (self.phase, self.since) = (phase, now.unix);
        }
    }

    /// It answered, and the answer was accepted. By how much its clock is ahead.
    pub(crate) fn learn(&mut self, name: &BackendName, now: Now, answer: PollAnswer) -> i64 {
        let ahead = answer.status.unix.cast_signed().saturating_sub(now.unix.cast_signed());
        let was_off = self.is_clock_off();
        self.clock_difference_ms = Some(ahead);
        if self.is_clock_off() && !was_off {
            tracing::warn!(backend = name.as_str(), ahead_ms = ahead, "its clock is off");
        }
        self.run = Some(answer.status.run);
        self.load = answer.status.load;
        self.about = Some(answer.about);
        self.twin = None;
        self.trouble = None;
        ahead
    }

    /// Something went wrong. The same again is no news.
    pub(crate) fn suffer(&mut self, name: &BackendName, now: Now, text: String) {
        if self.trouble.as_ref().is_none_or(|trouble| trouble.text != text) {
            tracing::warn!(
                backend = name.as_str(),
                trouble = text,
                "a backend did not answer well"
            );
            self.trouble = Some(Trouble { text, since: now.unix });
        }
    }

    /// The process answers under another name already.
    pub(crate) fn is_twin_of(&mut self, name: &BackendName, holder: &BackendName, now: Now) {
        if self.twin_of() != Some(holder) {
            let (backend, known_as) = (name.as_str(), holder.as_str());
            tracing::warn!(backend, known_as, "two names of one process: only one is used");
        }
        self.twin = Some((holder.clone(), now.mono.saturating_add(TWIN_ASKED_EVERY_MS)));
        self.run = None;
    }

    /// The other name of the process.
    pub(crate) fn twin_of(&self) -> Option<&BackendName> {
        self.twin.as_ref().map(|(holder, _)| holder)
    }

    /// Whether to ask it now. A second name is asked seldom.
    pub(crate) fn wants_question(&self, now: Now) -> bool {
        self.twin.as_ref().is_none_or(|(_, again_at)| *again_at <= now.mono)
    }

    /// Whether the process behind the name must be known before it is asked as a backend.
    pub(crate) fn is_stranger(&self) -> bool {
        self.run.is_none()
    }

    /// It is not the other name's process any more, as far as is known.
    pub(crate) fn is_no_twin(&mut self) {
        self.twin = None;
    }

    fn is_clock_off(&self) -> bool {
        self.clock_difference_ms.is_some_and(|ms| ms.unsigned_abs() > CLOCKS_APART_MS)
    }

    /// What an operator sees of it.
    pub(crate) fn view(
        &self,
        member: &Member<'_>,
        fleet: &Fleet,
        direct: Option<String>,
    ) -> BackendView {
        let about = self.about.clone().unwrap_or_default();
        BackendView {
            name: member.name.clone(),
            display_name: about.name,
            phase: member.phase,
            since: self.since,
            is_listed: member.is_listed,
            drain: drain(member),
            load: self.load,
            projected: fleet.projected(member.name),
            members: about.members,
            version: about.version,
            key_id: about.key_id,
            admin_port: about.admin_port,
            started: self.about.as_ref().map(|about| about.started),
            clock_difference_ms: self.clock_difference_ms,
            is_clock_off: self.is_clock_off(),
            lag_ms: about.lag_ms,
            run: self.run,
            direct_host: direct.unwrap_or_default(),
            twin_of: self.twin_of().cloned(),
            trouble: self.trouble.clone(),
        }
    }
}

fn drain(member: &Member<'_>) -> Drain {
    let why = match member {
        Member { drain: true, .. } => Why::Asked,
        Member { is_listed: false, .. } => Why::Unlisted,
        Member { is_leaving: true, .. } => Why::Leaving,
        _ => return Drain::No,
    };
    if member.is_drained { Drain::Drained(why) } else { Drain::Draining(why) }
}
