//! Which files and previews the messages carry. One file or preview serves one message, ever.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use crate::event::{File, Preview};
use crate::limits::Limits;
use crate::size;

/// Released ids that are remembered, so that they serve no second message. A signed descriptor
/// lives for minutes, and at 5 posts/s this many last for a quarter of an hour.
const SPENT_MAX: usize = 4_096;

/// Released ids take at most this part of all state: 512 KiB of 8 MiB.
const SPENT_SHARE: usize = 16;

/// Ids in use, and ids that were.
#[derive(Clone, Debug, Default)]
pub(crate) struct Files {
    /// Every id that kept messages carry, and how many times: pictures of previews may be shared.
    used: BTreeMap<Arc<str>, usize>,
    spent: BTreeSet<Arc<str>>,
    /// The spent ids, in the order of their release.
    spent_order: VecDeque<Arc<str>>,
    used_bytes: usize,
    spent_bytes: usize,
}

impl Files {
    /// Whether a file or preview of this id may be posted.
    pub(crate) fn is_fresh(&self, id: &str) -> bool {
        !self.used.contains_key(id) && !self.spent.contains(id)
    }

    /// A message carries these now; returns the ids.
    pub(crate) fn attach(
        &mut self,
        file: Option<&File>,
        preview: Option<&Preview>,
    ) -> Vec<Arc<str>> {
        let ids = ids_of(file, preview);
        for id in &ids {
            if !self.used.contains_key(id) {
                self.used_bytes += size::FILE_ID_BYTES + id.len();
            }
            *self.used.entry(Arc::clone(id)).or_default() += 1;
        }
        ids
    }

    /// A message no longer carries these; adds the ids that no other message carries.
    pub(crate) fn release(
        &mut self,
        file: Option<&File>,
        preview: Option<&Preview>,
        released: &mut Vec<Arc<str>>,
        limits: &Limits,
    ) {
        for id in ids_of(file, preview) {
            let Some(count) = self.used.get_mut(&id) else { continue };
            *count -= 1;
            if *count == 0 {
                self.used.remove(&id);
                self.used_bytes -= size::FILE_ID_BYTES + id.len();
                self.spend(Arc::clone(&id), limits);
                released.push(id);
            }
        }
    }

    /// Remembers an id that must not be posted again, and forgets the oldest above the limits.
    pub(crate) fn spend(&mut self, id: Arc<str>, limits: &Limits) {
        if !self.spent.insert(Arc::clone(&id)) {
            return;
        }
        self.spent_bytes += size::FILE_ID_BYTES + id.len();
        self.spent_order.push_back(id);
        let bytes_max = limits.state_bytes_max / SPENT_SHARE;
        while (self.spent_order.len() > SPENT_MAX || self.spent_bytes > bytes_max)
            && let Some(oldest) = self.spent_order.pop_front()
        {
            self.spent.remove(&oldest);
            self.spent_bytes -= size::FILE_ID_BYTES + oldest.len();
        }
    }

    /// The ids in use.
    pub(crate) fn used(&self) -> impl Iterator<Item = (&Arc<str>, usize)> {
        self.used.iter().map(|(id, &count)| (id, count))
    }

    /// The spent ids, oldest first.
    pub(crate) fn spent(&self) -> impl Iterator<Item = &Arc<str>> {
        self.spent_order.iter()
    }

    /// The memory of the ids in use.
    pub(crate) fn used_bytes(&self) -> usize {
        self.used_bytes
    }

    /// The memory of all ids.
    pub(crate) fn bytes(&self) -> usize {
        self.used_bytes + self.spent_bytes
    }
}

/// Every id of what a message carries: of the file, its thumbnail, the preview and its picture.
pub(crate) fn ids_of(file: Option<&File>, preview: Option<&Preview>) -> Vec<Arc<str>> {
    let mut ids = Vec::new();
    if let Some(file) = file {
        ids.push(Arc::clone(&file.id));
        ids.extend(file.thumbnail.clone());
    }
    if let Some(preview) = preview {
        ids.push(Arc::clone(&preview.id));
        ids.extend(preview.image.as_ref().map(|(id, _, _)| Arc::clone(id)));
    }
    ids.sort_unstable();
    ids.dedup();
    ids
}
