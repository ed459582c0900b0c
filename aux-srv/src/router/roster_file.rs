//! The list of backends in the configuration's file, which an operator edits while the fleet runs.
//!
//! It is compared by content, since editors replace files. An edit is taken when two looks have
//! found the same: one that is half written is not.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use placement::BackendName;
use service::Lifecycle;

use super::FleetRouter;
use super::view::Trouble;
use crate::config::{DaemonConfig, PREFIX};

/// Between two looks at the file.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Looks that must find the same.
const LOOKS_ALIKE: u32 = 2;

/// The file, and what of the environment goes over it.
#[derive(Clone, Debug)]
pub struct RosterFile {
    /// The file.
    pub path: PathBuf,
    /// The environment's variables.
    pub environment: Vec<(String, String)>,
}

/// What a look has found: the content, or why there is none.
type Found = Result<String, String>;

impl RosterFile {
    /// Says so if a variable of the environment goes over whatever an operator will write.
    fn warn_of_a_variable(&self) {
        let variable = format!("{PREFIX}__BACKEND_INSTANCES");
        if self.environment.iter().any(|(name, _)| *name == variable) {
            tracing::warn!(variable, "it goes over the file, whose list has no effect");
        }
    }

    fn look(&self) -> Found {
        std::fs::read_to_string(&self.path)
            .map_err(|error| format!("{}: {error}", self.path.display()))
    }

    /// The list as the file has it now.
    fn load(&self) -> Result<Vec<BackendName>, String> {
        let environment = self.environment.iter().cloned();
        let config: DaemonConfig = service::config::load(Some(&self.path), PREFIX, environment)
            .map_err(|error| error.to_string())?;
        config.backends().map_err(|error| error.to_string())
    }
}

/// Follows the file until the soft stop. What it held at the start is in force already.
pub(crate) async fn watch(router: Arc<FleetRouter>, file: RosterFile, lifecycle: Lifecycle) {
    file.warn_of_a_variable();
    let file = Arc::new(file);
    let (mut in_force, mut last, mut alike): (Option<Found>, Option<Found>, u32) = (None, None, 0);
    loop {
        let look = Arc::clone(&file);
        let Ok(found) = tokio::task::spawn_blocking(move || look.look()).await else { return };
        alike = if last.as_ref() == Some(&found) { alike + 1 } else { 1 };
        if alike >= LOOKS_ALIKE && in_force.as_ref() != Some(&found) {
            let edited = match &found {
                // To `service::config` an empty file is one that changes no default.
                Ok(text) if text.trim().is_empty() => Err("the file is empty".to_owned()),
                Ok(_) => {
                    let own = Arc::clone(&file);
                    let loaded = tokio::task::spawn_blocking(move || own.load()).await;
                    loaded.unwrap_or_else(|error| Err(error.to_string()))
                }
                Err(error) => Err(error.clone()),
            };
            router.edited(edited);
            in_force = Some(found.clone());
        }
        last = Some(found);
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = lifecycle.soft_stopped() => return,
        }
    }
}

impl FleetRouter {
    /// The list was edited, well or not.
    fn edited(&self, edited: Result<Vec<BackendName>, String>) {
        let now = self.now();
        let mut state = self.state();
        match edited {
            Ok(names) => {
                if state.list(now, names, &*self.reach) {
                    tracing::info!("backendInstances was edited");
                }
                state.roster_problem = None;
                self.metrics.roster_is_broken.set(0);
            }
            Err(text) => {
                tracing::error!(error = text, "the edit is refused: the list before is in force");
                state.roster_problem = Some(Trouble { text, since: now.unix });
                self.metrics.roster_errors.inc();
                self.metrics.roster_is_broken.set(1);
            }
        }
    }
}
