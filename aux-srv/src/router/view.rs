//! What an operator sees of the fleet: plain values, read in one go.

use fleet::FileFacts;
use placement::{BackendName, Load, Phase, RunId};

/// The fleet at one moment. Times are milliseconds since 1970.
#[derive(Clone, Debug)]
pub struct FleetView {
    /// The backends, by name.
    pub backends: Vec<BackendView>,
    /// The file servers, by number.
    pub files: Vec<FilesView>,
    /// What is wrong with the list of backends as it stands in the file; the one before is in force.
    pub roster_problem: Option<Trouble>,
    /// What is wrong with the disk; no room can be placed when the reserve of epochs is used up.
    pub disk_problem: Option<Trouble>,
    /// Whether a later run of the router is at work, so that this one does nothing any more.
    pub is_superseded: bool,
    /// Whether every backend was heard or found dead since the start, so that new rooms are placed.
    pub is_settled: bool,
    /// Rooms on record.
    pub rooms_known: usize,
    /// Rooms that two backends claimed since the start.
    pub conflicts: u64,
}

/// One backend.
#[derive(Clone, Debug)]
pub struct BackendView {
    /// Its address in the list of backends, by which it is named.
    pub name: BackendName,
    /// The name to show; empty until it was heard.
    pub display_name: String,
    /// How it stands.
    pub phase: Phase,
    /// Since when.
    pub since: u64,
    /// Whether it stands in the list. One that does not was found by its report, or was removed.
    pub is_listed: bool,
    /// Whether, and how far, it is being emptied.
    pub drain: Drain,
    /// What it carries, and its limits, by its last answer.
    pub load: Load,
    /// How full that and what was placed since make it, in ten-thousandths; none if it takes no room.
    pub projected: Option<u64>,
    /// Members online.
    pub members: u64,
    /// Its version; empty until it was heard.
    pub version: String,
    /// The public name of the secret that it signs with; empty until it was heard.
    pub key_id: String,
    /// The port of its admin listener, on the same host; 0 until it was heard.
    pub admin_port: u16,
    /// When it started.
    pub started: Option<u64>,
    /// Milliseconds by which its clock is ahead of this one.
    pub clock_difference_ms: Option<i64>,
    /// Whether that is more than may be.
    pub is_clock_off: bool,
    /// Milliseconds by which its timers are late.
    pub lag_ms: u64,
    /// The run that answered last.
    pub run: Option<RunId>,
    /// Where browsers reach it in direct mode; empty without, and when the host is not allowed.
    pub direct_host: String,
    /// The other name under which the same process is in the fleet already. This one is not used.
    pub twin_of: Option<BackendName>,
    /// What last went wrong with it, if it has not answered well since.
    pub trouble: Option<Trouble>,
}

/// Whether a backend is being emptied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drain {
    /// It is not.
    No,
    /// Rooms are left.
    Draining(Why),
    /// No room is left: stopping it loses nothing.
    Drained(Why),
}

/// Why a backend is being emptied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// An operator has asked for it.
    Asked,
    /// It does not stand in the list.
    Unlisted,
    /// It stops.
    Leaving,
}

/// One file server.
#[derive(Clone, Debug)]
pub struct FilesView {
    /// The number that the ids of its files begin with.
    pub number: u8,
    /// Its fleet address.
    pub fleet: String,
    /// Its public listener, as the edge reaches it.
    pub http: String,
    /// Whether uploads are sent to it.
    pub is_up: bool,
    /// Since when.
    pub since: u64,
    /// What it said last.
    pub facts: Option<FileFacts>,
    /// What is wrong with it.
    pub trouble: Option<Trouble>,
}

/// Something that an operator should know of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What.
    pub text: String,
    /// Since when.
    pub since: u64,
}

/// Why a backend is not drained, or no longer.
#[derive(Debug, thiserror::Error)]
pub enum DrainError {
    /// There is none of this name.
    #[error("no backend of this name is in the fleet")]
    Unknown,
    /// What was asked would not survive a restart, so that it was not done.
    #[error("it cannot be kept on disk: {0}")]
    Disk(#[from] std::io::Error),
}
