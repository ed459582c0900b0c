//! What follows for the store from what owners say and from sweeps: records are written again,
//! files deleted.
//!
//! Nothing is taken from the index before the store has done it, so that whoever breaks off in
//! the middle leaves it to the next.

use std::sync::Arc;

use futures_util::{StreamExt, stream};
use object_store::ObjectStoreExt;

use super::record::Record;
use super::{Store, StoreError, file_path, record_path};
use crate::id::FileId;
use crate::limits::STORE_CHANGES_MAX;

/// Files that are deleted before whoever wants to write a record gets a turn.
const DELETED_IN_A_TURN: usize = 64;

impl Store {
    /// Writes the records that changed and deletes what is doomed. What fails is tried again.
    pub(crate) async fn settle(&self) {
        if let Err(error) = self.write_changed().await {
            tracing::warn!(%error, "a record could not be written");
        }
        self.delete_doomed().await;
    }

    /// Writes the records that changed, and tells one error if there was any.
    pub(crate) async fn write_changed(&self) -> Result<(), StoreError> {
        // One at a time: a record that is written while its file is deleted would stay.
        let _turn = self.settling.lock().await;
        let changed = self.index().changed();
        let write = async |(id, record): (FileId, Arc<Record>)| {
            let written = self.write_record(id, &record).await;
            self.failures.inc_by(written.is_err().into());
            written?;
            self.index().written(id);
            Ok(())
        };
        let written = stream::iter(changed).map(write).buffer_unordered(STORE_CHANGES_MAX);
        written
            .fold(Ok(()), async |so_far, result: Result<(), StoreError>| so_far.and(result))
            .await
    }

    /// Deletes what is doomed, each file once.
    pub(crate) async fn delete_doomed(&self) {
        let doomed = self.index().doomed();
        for some in doomed.chunks(DELETED_IN_A_TURN) {
            let _turn = self.settling.lock().await;
            let some = some.iter().copied();
            stream::iter(some)
                .for_each_concurrent(STORE_CHANGES_MAX, async |id| match self.delete(id).await {
                    Ok(()) => self.index().deleted(id),
                    Err(error) => {
                        self.failures.inc();
                        tracing::warn!(%error, "a file could not be deleted");
                    }
                })
                .await;
        }
    }

    /// The record goes first: what has one is whole.
    pub(super) async fn delete(&self, id: FileId) -> Result<(), StoreError> {
        for path in [record_path(id), file_path(id)] {
            match self.objects.delete(&path).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}
