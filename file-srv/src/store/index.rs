//! What is in the store, whose it is, and how long it stays. Pure: it does no I/O and reads no
//! clock.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use protocol::fleet::FileNotice;
use protocol::wire::Id128;

use super::record::Record;
use crate::config::{QuotaConfig, SweepConfig};
use crate::id::FileId;

/// The files by id and by owner.
pub(crate) struct Index {
    quotas: QuotaConfig,
    sweep: SweepConfig,
    files: HashMap<FileId, Entry>,
    owners: HashMap<Id128, Owner>,
    /// Files that are gone for everybody, with their sizes, until the store has deleted them.
    doomed: HashMap<FileId, u64>,
    /// Files whose record changed since it was written.
    changed: HashSet<FileId>,
    /// Bytes of files, of reservations, and of what is doomed.
    bytes: u64,
}

/// One file.
struct Entry {
    record: Arc<Record>,
    /// When this process learnt of it, in milliseconds since 1970. From then on a message may be
    /// missed: before it, the word of one may be waiting for this process to come back.
    known: u64,
}

/// What one room has.
#[derive(Default)]
struct Owner {
    files: HashSet<FileId>,
    /// Bytes of its files and of its reservations.
    bytes: u64,
    /// When it was last said to be alive, in milliseconds since 1970.
    renewed: u64,
}

/// Why there is no room for a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum QuotaError {
    /// The room has as much as it may.
    #[error("the room's files take as much as they may")]
    Room,
    /// The store is full.
    #[error("the store is full")]
    Store,
}

impl Index {
    /// An empty index.
    pub(crate) fn new(quotas: QuotaConfig, sweep: SweepConfig) -> Self {
        Self {
            quotas,
            sweep,
            files: HashMap::new(),
            owners: HashMap::new(),
            doomed: HashMap::new(),
            changed: HashSet::new(),
            bytes: 0,
        }
    }

    /// Keeps bytes for an owner, before they come.
    ///
    /// # Errors
    /// The room or the store would have more than it may.
    pub(crate) fn reserve(&mut self, owner: Id128, bytes: u64, now: u64) -> Result<(), QuotaError> {
        let (has, files) =
            self.owners.get(&owner).map_or((0, 0), |owner| (owner.bytes, owner.files.len()));
        if has.saturating_add(bytes) > self.quotas.room_bytes_max
            || files >= self.quotas.room_files_max
        {
            return Err(QuotaError::Room);
        }
        if self.bytes.saturating_add(bytes) > self.quotas.store_bytes_max
            || self.files.len() + self.doomed.len() >= self.quotas.store_files_max
        {
            return Err(QuotaError::Store);
        }
        self.bytes += bytes;
        let owner = self.owners.entry(owner).or_insert_with(|| Owner {
            // A room that uploads is alive.
            renewed: now,
            ..Owner::default()
        });
        owner.bytes += bytes;
        Ok(())
    }

    /// Gives reserved bytes back.
    pub(crate) fn release(&mut self, owner: Id128, bytes: u64) {
        self.bytes = self.bytes.saturating_sub(bytes);
        if let Some(entry) = self.owners.get_mut(&owner) {
            entry.bytes = entry.bytes.saturating_sub(bytes);
            self.forget_if_empty(owner);
        }
    }

    /// Takes a file in whose bytes are reserved.
    pub(crate) fn insert(&mut self, id: FileId, record: Record, now: u64) {
        let owner = self.owners.entry(record.owner).or_default();
        owner.renewed = owner.renewed.max(now);
        owner.files.insert(id);
        self.files.insert(id, Entry { record: Arc::new(record), known: now });
    }

    /// Takes a file in that the store was found to have. One that is known or doomed stays so.
    pub(crate) fn adopt(&mut self, id: FileId, record: Record, now: u64) {
        if self.files.contains_key(&id) || self.doomed.contains_key(&id) {
            return;
        }
        self.bytes += record.size;
        self.owners.entry(record.owner).or_default().bytes += record.size;
        self.insert(id, record, now);
    }

    /// A file.
    pub(crate) fn get(&self, id: FileId) -> Option<Arc<Record>> {
        self.files.get(&id).map(|entry| Arc::clone(&entry.record))
    }

    /// Whether the file is gone, though the store may still have it.
    pub(crate) fn is_doomed(&self, id: FileId) -> bool {
        self.doomed.contains_key(&id)
    }

    /// Does what an owner says. Files of another owner are left alone.
    pub(crate) fn notice(&mut self, notice: &FileNotice, now: u64) {
        match notice {
            FileNotice::Renewed { owners } => owners.iter().for_each(|id| self.renew(*id, now)),
            FileNotice::Attached { owner, files } => {
                for id in self.owned(*owner, files) {
                    self.attach(id);
                }
                self.renew(*owner, now);
            }
            FileNotice::Released { owner, files } => {
                for id in self.owned(*owner, files) {
                    self.doom(id);
                }
            }
            FileNotice::Ended { owner } => {
                let files = self.owners.get(owner).map(|owner| owner.files.clone());
                for id in files.into_iter().flatten() {
                    self.doom(id);
                }
            }
        }
    }

    /// Dooms what has no message or no owner any more, and tells how many files it was.
    pub(crate) fn sweep(&mut self, now: u64) -> usize {
        let gone = |since: u64, ms: u64| now.saturating_sub(since) > ms;
        let over: Vec<FileId> = self
            .files
            .iter()
            .filter(|(_, Entry { record, known })| {
                let renewed = self.owners.get(&record.owner).map_or(0, |owner| owner.renewed);
                gone(renewed, self.sweep.unrenewed_ms)
                    || !record.attached && gone(*known, self.sweep.unattached_ms)
            })
            .map(|(id, _)| *id)
            .collect();
        over.iter().for_each(|id| self.doom(*id));
        over.len()
    }

    /// Ends a file for everybody. The store deletes it afterwards.
    pub(crate) fn doom(&mut self, id: FileId) {
        let Some(Entry { record, .. }) = self.files.remove(&id) else { return };
        self.changed.remove(&id);
        self.doomed.insert(id, record.size);
        if let Some(owner) = self.owners.get_mut(&record.owner) {
            owner.files.remove(&id);
            owner.bytes = owner.bytes.saturating_sub(record.size);
            self.forget_if_empty(record.owner);
        }
    }

    /// What the store has to delete.
    pub(crate) fn doomed(&self) -> Vec<FileId> {
        self.doomed.keys().copied().collect()
    }

    /// The store has deleted a file.
    pub(crate) fn deleted(&mut self, id: FileId) {
        if let Some(size) = self.doomed.remove(&id) {
            self.bytes = self.bytes.saturating_sub(size);
        }
    }

    /// The records that have to be written again.
    pub(crate) fn changed(&self) -> Vec<(FileId, Arc<Record>)> {
        self.changed.iter().filter_map(|id| Some((*id, self.get(*id)?))).collect()
    }

    /// A record was written as it is: it changes no more than once.
    pub(crate) fn written(&mut self, id: FileId) {
        self.changed.remove(&id);
    }

    /// Files that can be read.
    pub(crate) fn len(&self) -> usize {
        self.files.len()
    }

    /// Bytes of files, of uploads under way, and of what is still to be deleted.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    fn owned(&self, owner: Id128, files: &[String]) -> Vec<FileId> {
        let ids = files.iter().filter_map(|file| file.parse().ok());
        ids.filter(|id| self.get(*id).is_some_and(|record| record.owner == owner)).collect()
    }

    fn attach(&mut self, id: FileId) {
        if let Some(entry) = self.files.get_mut(&id)
            && !entry.record.attached
        {
            Arc::make_mut(&mut entry.record).attached = true;
            self.changed.insert(id);
        }
    }

    fn renew(&mut self, owner: Id128, now: u64) {
        if let Some(owner) = self.owners.get_mut(&owner) {
            owner.renewed = now;
        }
    }

    fn forget_if_empty(&mut self, owner: Id128) {
        if self.owners.get(&owner).is_some_and(|owner| owner.files.is_empty() && owner.bytes == 0) {
            self.owners.remove(&owner);
        }
    }
}

#[cfg(test)]
mod tests;
