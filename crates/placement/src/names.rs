//! Who is who in a fleet, and what time it is there.

use std::sync::Arc;

/// A backend as the configuration names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BackendName(Arc<str>);

impl BackendName {
    /// A name.
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One run of a backend's process: random bits. Another run holds none of the rooms of the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(pub u64);

/// One run of a router. A later run has a higher id: it is the mark on disk that the run began at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RouterId(pub u64);

/// A reading of both clocks of one process. Waits are measured on the first, which only rises;
/// epochs and tickets are made of the second, which may be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Milliseconds of the monotonic clock.
    pub mono: u64,
    /// Milliseconds since 1970.
    pub unix: u64,
}
