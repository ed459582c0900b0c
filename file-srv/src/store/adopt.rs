//! What the store has when a process starts. Files of rooms that still live are renewed by their
//! owners within the hour; the others are swept by the same rule as any.

use std::path::Path as FolderPath;
use std::sync::atomic::Ordering;

use futures_util::StreamExt;
use object_store::ObjectMeta;

use super::{Store, StoreError};
use crate::id::{FileId, Number};
use crate::limits::{RECORD_READS_MAX, STRAY_MS};

/// The ending of a record's path.
const RECORD_ENDING: &str = ".json";

impl Store {
    /// Reads every record of this server's files. They can be read meanwhile.
    pub(crate) async fn adopt(&self) {
        if let Err(error) = self.adopt_of(|number| self.is_kept_here(number)).await {
            tracing::warn!(%error, "not all files could be listed");
        }
        // A folder has one process; a bucket gets files from others at any time.
        self.has_unknown.store(self.shared, Ordering::Release);
        self.adopted.send_replace(true);
    }

    /// Waits until this server's files are known.
    pub(crate) async fn adopted(&self) {
        // The sender is this store's own: it is not dropped before.
        let _ = self.adopted.subscribe().wait_for(|adopted| *adopted).await;
    }

    /// Reads every record of the files of some servers. What cannot be listed is told; the
    /// others are adopted all the same.
    pub(super) async fn adopt_of(
        &self,
        wanted: impl Fn(Option<Number>) -> bool,
    ) -> Result<(), StoreError> {
        let mut listed = self.objects.list(None);
        let (mut objects, mut missed) = (Vec::new(), Ok(()));
        while let Some(object) = listed.next().await {
            match object {
                Ok(object) => objects.extend(id_of(&object).map(|id| (id, object))),
                Err(error) => missed = Err(error.into()),
            }
        }
        objects.retain(|(id, _)| wanted(id.number()));
        let mut adopted = futures_util::stream::iter(objects)
            .map(|(id, object)| self.adopt_object(id, object))
            .buffer_unordered(RECORD_READS_MAX);
        while let Some(result) = adopted.next().await {
            if let Err(error) = result {
                tracing::warn!(%error, "a file could not be adopted");
            }
        }
        missed
    }

    async fn adopt_object(&self, id: FileId, object: ObjectMeta) -> Result<(), StoreError> {
        let record = self.read_record(id).await?;
        let now = self.clock.now();
        match record {
            Some(record) => self.index().adopt(id, record, now),
            None if self.index().get(id).is_none() && self.is_stray(&object, now) => {
                self.delete(id).await?;
            }
            None => {}
        }
        Ok(())
    }

    /// Whether a file without a record is what a process left that was killed: in a folder
    /// whatever is older than this process, in a bucket what no other one still writes.
    fn is_stray(&self, object: &ObjectMeta, now: u64) -> bool {
        let written = u64::try_from(object.last_modified.timestamp_millis()).unwrap_or(0);
        let young = if self.shared { now.saturating_sub(STRAY_MS) } else { self.opened };
        written < young
    }
}

/// Whose object it is: the file's own, or its record's.
fn id_of(object: &ObjectMeta) -> Option<FileId> {
    let path = object.location.as_ref();
    path.strip_suffix(RECORD_ENDING).unwrap_or(path).parse().ok()
}

/// Removes what a killed process had begun to write: the folder's store writes to a name with a
/// `#` first, and lists none of these.
pub(super) fn remove_broken_writes(folder: &FolderPath) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().contains('#') {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
