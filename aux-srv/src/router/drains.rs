//! The operator's interface: the fleet at a glance, and what can be asked of it.

use std::sync::PoisonError;

use placement::BackendName;

use super::FleetRouter;
use super::view::{DrainError, FleetView};

impl FleetRouter {
    /// The fleet as it is now.
    pub(crate) fn view(&self) -> FleetView {
        let now = self.now();
        let state = self.state();
        let fleet = state.router.fleet();
        let backends = state.router.members().filter_map(|member| {
            let known = state.known.get(member.name)?;
            let about = known.about.as_ref();
            let direct = about.and_then(|about| self.direct.as_ref()?.host(&about.direct_host));
            Some(known.view(&member, fleet, direct))
        });
        let mut backends: Vec<_> = backends.collect();
        backends.sort_by(|one, other| one.name.cmp(&other.name));
        FleetView {
            backends,
            files: self.files.views(),
            roster_problem: state.roster_problem.clone(),
            disk_problem: state.disk_problem.clone(),
            is_superseded: state.router.is_superseded(),
            is_settled: state.router.is_settled(now),
            rooms_known: state.router.owners().len(),
            conflicts: state.router.counts().conflicts,
        }
    }

    /// Drains a backend, or no longer. It is on disk when this returns, so that a restart does not
    /// fill a backend again that is about to be stopped.
    pub(crate) fn drain(&self, name: &BackendName, drain: bool) -> Result<(), DrainError> {
        let _one_at_a_time = self.drains.lock().unwrap_or_else(PoisonError::into_inner);
        let drained = {
            let state = self.state();
            if state.router.is_listed(name).is_none() {
                return Err(DrainError::Unknown);
            }
            let mut drained = state.drained.clone();
            // Those that left the fleet are forgotten here.
            drained.retain(|other| state.router.is_listed(other).is_some());
            if drain {
                drained.insert(name.clone())
            } else {
                drained.remove(name)
            };
            drained
        };
        self.disk.keep_drained(&drained).map_err(std::io::Error::other)?;
        tracing::info!(backend = name.as_str(), drain, "an operator drains a backend, or no more");
        let mut state = self.state();
        state.drained = drained;
        state.router.drain(name, drain);
        Ok(())
    }
}
