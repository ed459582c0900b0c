//! Asking the backends: a task per question, so that one that hangs holds up no other.

use std::sync::Arc;
use std::time::Duration;

use fleet::limits::CALL_MAX;
use fleet::{CallError, Poll, PollAnswer};
use placement::{BackendName, StatusRequest};
use service::Lifecycle;
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinSet;

use super::FleetRouter;
use super::metrics::Polled;
use super::view::Trouble;

/// Between two looks at who is to be asked. Much less than the time between two questions.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Between two looks at the mark of epochs, which is renewed half a minute before its end.
const MARK_EVERY: Duration = Duration::from_millis(250);

/// A question on its way.
pub(crate) struct Question {
    name: BackendName,
    call: Arc<dyn fleet::Backend>,
    poll: Poll,
    is_to_stranger: bool,
    _place: OwnedSemaphorePermit,
}

/// Asks until the soft stop.
pub(crate) async fn ask_all(router: Arc<FleetRouter>, lifecycle: Lifecycle) {
    let mut questions = JoinSet::new();
    let mut looks = tokio::time::interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = looks.tick() => {}
            Some(_) = questions.join_next() => continue,
            () = lifecycle.soft_stopped() => return,
        }
        for question in router.due() {
            let asked = Arc::clone(&router).ask(question);
            if router.has_edge {
                questions.spawn(asked);
            } else {
                // Where the backend is this process, nobody is far, and it is not suspected
                // because the machine is busy.
                asked.await;
            }
        }
    }
}

/// Keeps the mark of epochs ahead, off the threads that others wait for.
pub(crate) async fn keep_marks(router: Arc<FleetRouter>, lifecycle: Lifecycle) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(MARK_EVERY) => {}
            () = lifecycle.soft_stopped() => return,
        }
        let wanted = router.state().router.wants_mark(router.now());
        let Some(mark) = wanted else { continue };
        let own = Arc::clone(&router);
        let kept = tokio::task::spawn_blocking(move || own.disk.keep_mark(mark)).await;
        match kept {
            Ok(Ok(())) => router.mark_is_kept(mark),
            Ok(Err(error)) => router.mark_is_not_kept(&error.to_string()),
            Err(error) => router.mark_is_not_kept(&error.to_string()),
        }
    }
}

impl FleetRouter {
    /// One round of questions, answered: for a process that is its own fleet, whose backend is there
    /// before anybody comes.
    pub(crate) async fn introduce(self: &Arc<Self>) {
        for question in self.due() {
            Arc::clone(self).ask(question).await;
        }
        self.introduce_files().await;
    }

    /// The questions that are due.
    fn due(&self) -> Vec<Question> {
        let now = self.now();
        let mut state = self.state();
        state.follow(now, &*self.reach);
        let due = state.router.poll(now);
        state.follow(now, &*self.reach);
        state.publish(&self.metrics);
        let known = &state.known;
        let question = |(name, status): (BackendName, StatusRequest)| {
            let known = known.get(&name).filter(|known| known.wants_question(now))?;
            let Ok(place) = Arc::clone(&known.places).try_acquire_owned() else {
                self.metrics.polled(Polled::Skipped, 1);
                return None;
            };
            Some(Question {
                call: Arc::clone(&known.call),
                poll: Poll { status, files: self.files.fleet_addresses() },
                is_to_stranger: known.is_stranger(),
                name,
                _place: place,
            })
        };
        due.into_iter().filter_map(question).collect()
    }

    async fn ask(self: Arc<Self>, question: Question) {
        let Question { name, call, poll, is_to_stranger, _place } = question;
        if is_to_stranger {
            // What a question says of epochs holds for the process, whatever its name. One that is
            // known by another name must not hear it twice.
            let whose = StatusRequest {
                number: 0,
                confirms: None,
                floor: 0,
                since: None,
                verdicts: Vec::new(),
                ..poll.status.clone()
            };
            match put(&*call, Poll { status: whose, ..poll.clone() }).await {
                Ok(answer) if self.meet(&name, &answer) => {}
                Ok(_) => return,
                Err(error) => return self.fail(&name, &error),
            }
        }
        match put(&*call, poll).await {
            Ok(answer) => self.hear(&name, answer),
            Err(error) => self.fail(&name, &error),
        }
    }

    /// A process that nobody knows under this name has answered. Whether it is to be asked as a
    /// backend.
    fn meet(&self, name: &BackendName, answer: &PollAnswer) -> bool {
        let (now, run) = (self.now(), answer.status.run);
        let mut state = self.state();
        let twin = state.twin_of(run, name);
        let Some(known) = state.known.get_mut(name) else { return false };
        let had_twin = known.twin_of().is_some();
        match &twin {
            Some(holder) => known.is_twin_of(name, holder, now),
            None => {
                known.is_no_twin();
                known.run = Some(run);
                state.holders.insert(run, name.clone());
            }
        }
        if had_twin != twin.is_some() {
            state.configure(now);
        }
        if twin.is_some() {
            state.router.disown(name);
            self.metrics.polled(Polled::Twin, 1);
        }
        twin.is_none()
    }

    /// A backend has answered.
    fn hear(&self, name: &BackendName, answer: PollAnswer) {
        let now = self.now();
        let run = answer.status.run;
        let mut state = self.state();
        if let Some(holder) = state.twin_of(run, name) {
            if let Some(known) = state.known.get_mut(name) {
                known.is_twin_of(name, &holder, now);
            }
            state.router.disown(name);
            state.configure(now);
            self.metrics.polled(Polled::Twin, 1);
            return;
        }
        let is_accepted = state.router.answered(now, name, &answer.status);
        let Some(known) = state.known.get_mut(name) else { return };
        if known.run != Some(run) {
            known.run = Some(run);
            tracing::info!(backend = name.as_str(), "a backend is another process than before");
        }
        if is_accepted {
            let ahead = known.learn(name, now, answer);
            self.metrics.clock(name, ahead);
            self.metrics.polled(Polled::Accepted, 1);
        } else {
            self.metrics.polled(Polled::Unaccepted, 1);
        }
        state.holders.insert(run, name.clone());
    }

    /// A question has no answer. That of a refused connection is known at once; all others are missed
    /// when the next one is due.
    fn fail(&self, name: &BackendName, error: &CallError) {
        self.metrics.polled(error.into(), 1);
        let now = self.now();
        let mut state = self.state();
        if let CallError::Stale { newest } = error {
            let was = state.router.is_superseded();
            state.router.supersede(*newest);
            if state.router.is_superseded() && !was {
                tracing::error!(
                    backend = name.as_str(),
                    own = state.router.id().0,
                    newest = newest.0,
                    "a later run of the router is at work: this one places nothing any more. \
                     Without NATS a fleet has one aux-srv: stop this one, or the other and restart"
                );
            }
        }
        if let Some(known) = state.known.get_mut(name) {
            known.suffer(name, now, error.to_string());
        }
        if error.says_gone() {
            state.router.refused(name);
        }
    }

    fn mark_is_kept(&self, mark: u64) {
        let mut state = self.state();
        state.router.mark_reserved(mark);
        state.disk_problem = None;
    }

    fn mark_is_not_kept(&self, text: &str) {
        let mut state = self.state();
        if state.disk_problem.as_ref().is_none_or(|problem| problem.text != text) {
            tracing::error!(error = text, "the mark of epochs cannot be kept on disk");
            let since = self.clock.unix();
            state.disk_problem = Some(Trouble { text: text.to_owned(), since });
        }
    }
}

/// The call, within its time whoever implements it.
async fn put(call: &dyn fleet::Backend, poll: Poll) -> Result<PollAnswer, CallError> {
    match tokio::time::timeout(CALL_MAX, call.status(poll)).await {
        Ok(answer) => answer,
        Err(_) => Err(CallError::Timeout),
    }
}
