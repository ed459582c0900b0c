//! Bytes that are kept for an upload until it is stored or given up.

use std::sync::Arc;

use protocol::wire::Id128;

use super::Store;
use super::index::{Index, QuotaError};

/// Bytes kept for one owner. Dropped, it gives back what was not spent.
pub(crate) struct Reservation {
    store: Arc<Store>,
    owner: Id128,
    bytes: u64,
}

impl Reservation {
    /// Keeps bytes, before they come.
    pub(crate) fn new(store: &Arc<Store>, owner: Id128, bytes: u64) -> Result<Self, QuotaError> {
        store.index().reserve(owner, bytes, store.clock.now())?;
        Ok(Self { store: Arc::clone(store), owner, bytes })
    }

    /// Keeps more of them.
    pub(crate) fn grow(&mut self, bytes: u64) -> Result<(), QuotaError> {
        self.store.index().reserve(self.owner, bytes, self.store.clock.now())?;
        self.bytes += bytes;
        Ok(())
    }

    /// Turns reserved bytes into a file's. An index that is locked is handed in.
    pub(super) fn spend(&mut self, index: &mut Index, bytes: u64) {
        index.release(self.owner, self.bytes.saturating_sub(bytes));
        self.bytes = 0;
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if self.bytes > 0 {
            self.store.index().release(self.owner, self.bytes);
        }
    }
}
