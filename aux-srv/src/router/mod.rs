//! The fleet as this server drives it: `placement::Router` behind a lock that is never held across a
//! wait, and what is known of every process beside it.
//!
//! What a room's owner is, and what may be placed, is decided in `placement` alone.

mod asking;
mod calls;
mod disk;
mod drains;
mod files;
mod known;
mod members;
mod metrics;
mod resolver;
mod roster_file;
mod routing;
mod state;
mod view;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use placement::{BackendName, Epochs, Now, Router};
use prometheus_client::registry::Registry;
use service::{Clock, Lifecycle};

use crate::direct::DirectDomain;
use disk::Disk;
use files::FileServers;
use metrics::RouterMetrics;
use resolver::Resolver;
use state::State;

pub use disk::DiskError;
pub use files::FileInstance;
pub use roster_file::RosterFile;
pub use view::{BackendView, Drain, DrainError, FilesView, FleetView, Trouble, Why};

pub(crate) use resolver::host_of;
pub(crate) use routing::Route;

/// The way to the processes of the fleet, by their fleet addresses.
pub trait Reach: Send + Sync {
    /// A backend.
    fn backend(&self, address: &str) -> Arc<dyn fleet::Backend>;

    /// A file server.
    fn files(&self, address: &str) -> Arc<dyn fleet::Files>;
}

impl Reach for fleet::Caller {
    fn backend(&self, address: &str) -> Arc<dyn fleet::Backend> {
        Self::backend(self, address)
    }

    fn files(&self, address: &str) -> Arc<dyn fleet::Files> {
        Self::files(self, address)
    }
}

/// Who belongs to the fleet.
#[derive(Clone, Debug)]
pub enum Roster {
    /// This process and its one backend.
    OneProcess(BackendName),
    /// Processes of their own.
    Processes {
        /// The backends.
        backends: Vec<BackendName>,
        /// Where the list of backends is edited while the fleet runs.
        file: Option<RosterFile>,
    },
}

/// What the router is made of.
pub(crate) struct RouterParts<'p> {
    pub(crate) clock: Clock,
    pub(crate) data_dir: &'p Path,
    pub(crate) roster: Roster,
    pub(crate) files: Vec<FileInstance>,
    pub(crate) reach: Arc<dyn Reach>,
    pub(crate) direct: Option<DirectDomain>,
}

/// The router of the fleet.
pub(crate) struct FleetRouter {
    clock: Clock,
    disk: Disk,
    reach: Arc<dyn Reach>,
    files: FileServers,
    resolver: Resolver,
    direct: Option<DirectDomain>,
    /// Whether the edge is told addresses.
    has_edge: bool,
    roster_file: Option<RosterFile>,
    metrics: RouterMetrics,
    state: Mutex<State>,
    /// One drain is written at a time, so that a later one is not overtaken.
    drains: Mutex<()>,
}

impl FleetRouter {
    /// A router that has just started. It asks nobody yet.
    pub(crate) fn new(parts: RouterParts<'_>, registry: &mut Registry) -> Result<Self, DiskError> {
        let now = now(&parts.clock);
        let disk = Disk::open(parts.data_dir)?;
        // The id of a run is the mark that it begins at. With the time in it, a run without the marks
        // of earlier ones is later than they all the same.
        let begun_at = disk.mark()?.saturating_add(1).max(now.unix);
        let epochs = Epochs::after(begun_at);
        let has_edge = matches!(parts.roster, Roster::Processes { .. });
        let (router, listed, roster_file) = match parts.roster {
            Roster::OneProcess(name) => {
                (Router::of_one_process(epochs, now, &name), vec![name], None)
            }
            Roster::Processes { backends, file } => (Router::new(epochs, now), backends, file),
        };
        let mut state = State::new(router, disk.drained()?);
        state.list(now, listed, &*parts.reach);
        // It is above the mark that this run began at, so that the next run will be a later one.
        if let Some(mark) = state.router.wants_mark(now) {
            disk.keep_mark(mark)?;
            state.router.mark_reserved(mark);
        }
        tracing::info!(router = state.router.id().0, "the router begins");
        let metrics = RouterMetrics::register(registry);
        let files = FileServers::new(parts.files, &*parts.reach, now);
        state.publish(&metrics);
        files.publish(&metrics);
        Ok(Self {
            files,
            resolver: Resolver::default(),
            metrics,
            clock: parts.clock,
            reach: parts.reach,
            direct: parts.direct,
            has_edge,
            roster_file,
            state: Mutex::new(state),
            drains: Mutex::default(),
            disk,
        })
    }

    /// Watches the fleet until the soft stop.
    pub(crate) fn watch(self: &Arc<Self>, lifecycle: &Lifecycle) {
        let life = || lifecycle.clone();
        lifecycle.spawn(asking::ask_all(Arc::clone(self), life()));
        lifecycle.spawn(asking::keep_marks(Arc::clone(self), life()));
        if self.has_edge {
            lifecycle.spawn(members::resolve(Arc::clone(self), life()));
        }
        lifecycle.spawn(members::sweep(Arc::clone(self), life()));
        lifecycle.spawn(files::ask_all(Arc::clone(self), life()));
        if let Some(file) = self.roster_file.clone() {
            lifecycle.spawn(roster_file::watch(Arc::clone(self), file, life()));
        }
    }

    /// Why this router cannot do its work, if it cannot.
    pub(crate) fn ready(&self) -> Result<(), String> {
        self.state().ready(self.now())
    }

    fn now(&self) -> Now {
        now(&self.clock)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn now(clock: &Clock) -> Now {
    Now { mono: clock.mono(), unix: clock.unix() }
}
