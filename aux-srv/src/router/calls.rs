//! What backends say without being asked: that they are there, that they stop, which rooms ended.

use fleet::limits::RELEASED_ROOMS_MAX;
use fleet::{Answer, Aux, CallError, Release, Report};
use http::StatusCode;
use placement::{BackendName, roster};

use super::FleetRouter;

impl Aux for FleetRouter {
    fn report(&self, report: Report) -> Answer<'_, ()> {
        let taken = self.take_report(&report);
        Box::pin(std::future::ready(taken))
    }

    fn release(&self, release: Release) -> Answer<'_, ()> {
        let taken = self.take_release(&release);
        Box::pin(std::future::ready(taken))
    }
}

impl FleetRouter {
    fn take_report(&self, report: &Report) -> Result<(), CallError> {
        let now = self.now();
        let mut state = self.state();
        let name = match state.holders.get(&report.run) {
            // The name under which it is known, whatever it calls itself.
            Some(known) => known.clone(),
            None => address(&report.address)?,
        };
        let is_new = state.router.is_listed(&name).is_none();
        if !state.router.reported(now, &name) {
            return Err(rejected(StatusCode::INSUFFICIENT_STORAGE, "the fleet is full"));
        }
        if is_new {
            tracing::warn!(
                backend = name.as_str(),
                "a backend reports that is not in backendInstances: it is kept, and gets no rooms"
            );
            state.configure(now);
            state.follow(now, &*self.reach);
        }
        if report.leaving {
            state.router.leaving(&name);
        }
        Ok(())
    }

    fn take_release(&self, release: &Release) -> Result<(), CallError> {
        if release.rooms.len() > RELEASED_ROOMS_MAX {
            return Err(rejected(StatusCode::PAYLOAD_TOO_LARGE, "too many rooms at once"));
        }
        let now = self.now();
        let mut state = self.state();
        if state.router.is_superseded() {
            return Err(rejected(StatusCode::SERVICE_UNAVAILABLE, "another router is at work"));
        }
        // A run that is not known has no rooms on record: there is nothing to forget.
        let Some(name) = state.holders.get(&release.run).cloned() else { return Ok(()) };
        for released in &release.rooms {
            state.router.release(now, &name, &released.room, released.epoch);
        }
        Ok(())
    }
}

fn address(text: &str) -> Result<BackendName, CallError> {
    let names = roster(&[text.to_owned()]).ok();
    names
        .and_then(|names| names.into_iter().next())
        .ok_or_else(|| rejected(StatusCode::BAD_REQUEST, "the address is not host:port"))
}

fn rejected(status: StatusCode, detail: &str) -> CallError {
    CallError::Rejected { status: status.as_u16(), detail: detail.to_owned() }
}
