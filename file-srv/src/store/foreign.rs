//! Files of the other servers of one bucket, which this one serves too. It neither counts, nor
//! sweeps, nor deletes them: that is for the server whose number they have.
//!
//! Pure: it does no I/O and reads no clock.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::Hash;
use std::sync::Arc;

use protocol::fleet::FileNotice;
use protocol::wire::Id128;

use super::record::Record;
use crate::id::FileId;
use crate::limits::{FOREIGN_GONE_MAX, FOREIGN_RECORD_MS, FOREIGN_RECORDS_MAX};

/// What is known of them.
#[derive(Default)]
pub(crate) struct Foreign {
    /// Records, and until when they are believed.
    records: HashMap<FileId, (Arc<Record>, u64)>,
    /// The same, in the order in which they came.
    order: VecDeque<FileId>,
    /// Files that no message carries any more. Their server may not have heard of it yet.
    released: Recent<(Id128, FileId)>,
    /// Rooms that are over.
    ended: Recent<Id128>,
}

impl Foreign {
    /// A file that was asked for within the last minute.
    pub(crate) fn get(&self, id: FileId, now: u64) -> Option<Arc<Record>> {
        let (record, until) = self.records.get(&id)?;
        (now < *until && !self.is_over(id, record)).then(|| Arc::clone(record))
    }

    /// Takes a record that the bucket has. None if its file is gone for everybody.
    pub(crate) fn found(&mut self, id: FileId, record: Record, now: u64) -> Option<Arc<Record>> {
        if self.is_over(id, &record) {
            return None;
        }
        let record = Arc::new(record);
        let known = (Arc::clone(&record), now + FOREIGN_RECORD_MS);
        if self.records.insert(id, known).is_none() {
            self.order.push_back(id);
        }
        while self.records.len() > FOREIGN_RECORDS_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.records.remove(&oldest);
        }
        Some(record)
    }

    /// The bucket no longer has it.
    pub(crate) fn lost(&mut self, id: FileId) {
        // It keeps its place in the order, which goes with the others.
        if let Some((_, until)) = self.records.get_mut(&id) {
            *until = 0;
        }
    }

    /// What an owner says. Its end reaches the reader here even while the file's own server is
    /// down.
    pub(crate) fn notice(&mut self, notice: &FileNotice, is_foreign: impl Fn(FileId) -> bool) {
        match notice {
            FileNotice::Released { owner, files } => {
                let ids = files.iter().filter_map(|id| id.parse().ok());
                ids.filter(|id| is_foreign(*id)).for_each(|id| self.released.insert((*owner, id)));
            }
            FileNotice::Ended { owner } => self.ended.insert(*owner),
            FileNotice::Attached { .. } | FileNotice::Renewed { .. } => {}
        }
    }

    fn is_over(&self, id: FileId, record: &Record) -> bool {
        self.ended.contains(&record.owner) || self.released.contains(&(record.owner, id))
    }
}

/// The newest of what was said.
struct Recent<T> {
    known: HashSet<T>,
    order: VecDeque<T>,
}

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self { known: HashSet::new(), order: VecDeque::new() }
    }
}

impl<T: Copy + Eq + Hash> Recent<T> {
    fn insert(&mut self, item: T) {
        if self.known.insert(item) {
            self.order.push_back(item);
        }
        if self.order.len() > FOREIGN_GONE_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
    }

    fn contains(&self, item: &T) -> bool {
        self.known.contains(item)
    }
}

#[cfg(test)]
mod tests;
