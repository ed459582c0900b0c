//! What the operator's door needs of the fleet. Whoever routes has all of it.

use std::sync::Arc;

use placement::BackendName;

use crate::router::{DrainError, FleetView};

/// The fleet.
pub trait Fleet: Send + Sync {
    /// How everything stands.
    fn view(&self) -> FleetView;

    /// The way to a backend, if there is one of this name.
    fn backend(&self, name: &BackendName) -> Option<Arc<dyn fleet::Backend>>;

    /// Wants a backend drained, or no longer.
    ///
    /// # Errors
    /// There is none of this name, or a restart would forget it.
    fn drain(&self, name: &BackendName, drain: bool) -> Result<(), DrainError>;
}
