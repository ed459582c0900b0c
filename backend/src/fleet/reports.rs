//! A backend that nobody asks says that it is there, and learns whether anybody listens.

use std::sync::Arc;

use ::fleet::{CallError, Report};
use futures_util::future::join_all;

use super::standing;
use crate::backend::Backend;

/// Milliseconds between two looks at whether a report is due: the right ends half a second after it
/// is, and must be prolonged before where nobody listens.
const LOOK_EVERY_MS: u64 = 100;

/// Reports the backend while nobody asks it, until the process stops.
pub(crate) async fn report(backend: Arc<Backend>) {
    loop {
        let next = backend.clock.now().saturating_add(LOOK_EVERY_MS);
        tokio::select! {
            () = backend.clock.sleep_until(next) => {}
            () = backend.lifecycle.soft_stopped() => return,
        }
        let now = standing::now(&backend.clock);
        if !backend.standing.lock().term.wants_to_report(now) {
            continue;
        }
        backend.metrics.reports.inc();
        // A process that stops waits for no answer.
        tokio::select! {
            nobody = nobody_listens(&backend, false) => if nobody {
                go_on_alone(&backend, now.mono);
            },
            () = backend.lifecycle.soft_stopped() => return,
        }
    }
}

/// Tells every address, and whether nothing listens at any of them: silence is no such answer.
pub(crate) async fn nobody_listens(backend: &Backend, leaving: bool) -> bool {
    let Some(place) = &backend.links.place else { return false };
    let report = Report { address: place.address.clone(), run: backend.standing.run(), leaving };
    let calls = backend.links.aux.iter().map(|aux| aux.report(report.clone()));
    let answers = join_all(calls).await;
    !answers.is_empty() && answers.iter().all(|answer| answer == &Err(CallError::Refused))
}

/// The right is prolonged from when the attempt began, if it has not ended and may be.
fn go_on_alone(backend: &Backend, tried_at: u64) {
    let now = standing::now(&backend.clock);
    let mut state = backend.standing.lock();
    state.term.nobody_listens(now, tried_at);
    backend.standing.tell_rooms(&state.term);
}
