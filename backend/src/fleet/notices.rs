//! Words to all file servers: in order, bounded, and said again until they are heard, so that a file
//! server may restart without forgetting what a room carries.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ::fleet::{CallError, Files};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use protocol::fleet::FileNotice;
use service::{Clock, Lifecycle};
use tokio::sync::Notify;

use crate::links::FileLink;

/// Notices that wait for one file server: more than rooms say in a minute. Beyond it new ones are
/// dropped, and the files go by their own time.
const NOTICES_MAX: usize = 10_000;
/// Ids of rooms and files in one call: half of what its bytes allow.
const BATCH_IDS_MAX: usize = 10_000;
/// Milliseconds after a first failure, and at most, until a batch is said again.
const RETRY_MS: u64 = 100;
const RETRY_MS_MAX: u64 = 2_000;
/// Milliseconds that a stop waits for file servers.
const FINISH_MS: u64 = 2_000;

/// The way to a file server by its address.
pub type Reach = Arc<dyn Fn(&str) -> Arc<dyn Files> + Send + Sync>;

/// The words that wait for file servers.
pub struct FileNotices {
    reach: Reach,
    clock: Clock,
    lifecycle: Lifecycle,
    queues: Mutex<BTreeMap<String, Arc<Queue>>>,
    waiting: Gauge,
    dropped: Counter,
}

/// The words for one file server.
struct Queue {
    notices: Mutex<VecDeque<FileNotice>>,
    changed: Notify,
    /// Whether nothing more is said to it.
    gone: AtomicBool,
}

impl FileNotices {
    /// No file servers yet: the router names them.
    pub fn new(
        reach: Reach,
        clock: Clock,
        lifecycle: Lifecycle,
        registry: &mut Registry,
    ) -> Arc<Self> {
        let (waiting, dropped) = (Gauge::default(), Counter::default());
        let help = "Notices that wait for file servers";
        registry.register("file_notices_waiting", help, waiting.clone());
        let help = "Notices to file servers that were given up";
        registry.register("file_notices_dropped", help, dropped.clone());
        let queues = Mutex::default();
        Arc::new(Self { reach, clock, lifecycle, queues, waiting, dropped })
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Queue>>> {
        // No change under the lock panics half-way.
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets what waits for a server, since nobody will say it.
    fn give_up(&self, queue: &Queue) {
        queue.gone.store(true, Ordering::Release);
        let left = std::mem::take(&mut *queue.lock()).len();
        self.waiting.dec_by(left as i64);
        self.dropped.inc_by(left as u64);
        queue.changed.notify_waiters();
    }

    async fn serve(&self, queue: &Queue, server: &dyn Files) {
        let mut pause_ms = RETRY_MS;
        while let Some(batch) = queue.batch().await {
            let count = batch.len();
            match server.notices(batch).await {
                Ok(()) => pause_ms = RETRY_MS,
                // It will not like them better the next time.
                Err(CallError::Rejected { status: 400 | 413 | 422, detail }) => {
                    tracing::error!(%detail, count, "a file server does not take notices");
                    self.dropped.inc_by(count as u64);
                }
                Err(error) => {
                    tracing::debug!(%error, count, "notices wait for a file server");
                    self.clock.sleep_until(self.clock.now().saturating_add(pause_ms)).await;
                    pause_ms = (pause_ms * 2).min(RETRY_MS_MAX);
                    continue;
                }
            }
            self.waiting.dec_by(queue.said(count) as i64);
        }
    }
}

impl FileLink for FileNotices {
    fn tell(&self, notice: FileNotice) {
        for queue in self.lock().values() {
            if queue.push(notice.clone()) {
                self.waiting.inc();
            } else {
                self.dropped.inc();
            }
        }
    }

    fn servers(self: Arc<Self>, addresses: &[String]) {
        let mut queues = self.lock();
        queues.retain(|address, queue| {
            let stays = addresses.contains(address);
            if !stays {
                self.give_up(queue);
            }
            stays
        });
        for address in addresses {
            if queues.contains_key(address) {
                continue;
            }
            let queue = Arc::new(Queue::new());
            queues.insert(address.clone(), Arc::clone(&queue));
            let (own, server) = (Arc::clone(&self), (self.reach)(address));
            self.lifecycle.spawn(async move {
                tokio::select! {
                    () = own.serve(&queue, &*server) => {}
                    () = own.lifecycle.hard_stopped() => {}
                }
            });
        }
    }

    fn finish(&self) -> BoxFuture<'_, ()> {
        async {
            let queues: Vec<_> = std::mem::take(&mut *self.lock()).into_values().collect();
            let deadline = self.clock.now().saturating_add(FINISH_MS);
            for queue in &queues {
                tokio::select! {
                    () = queue.all_said() => {}
                    () = self.clock.sleep_until(deadline) => {}
                }
                self.give_up(queue);
            }
        }
        .boxed()
    }
}

impl Queue {
    fn new() -> Self {
        Self { notices: Mutex::default(), changed: Notify::new(), gone: AtomicBool::new(false) }
    }

    /// Whether there was room for it.
    fn push(&self, notice: FileNotice) -> bool {
        let mut notices = self.lock();
        let has_room = notices.len() < NOTICES_MAX;
        if has_room {
            notices.push_back(notice);
            self.changed.notify_waiters();
        }
        has_room
    }

    /// What is to be said next; none when nothing more is to be said.
    async fn batch(&self) -> Option<Vec<FileNotice>> {
        loop {
            let changed = self.changed.notified();
            if self.gone.load(Ordering::Acquire) {
                return None;
            }
            let batch = first(&self.lock());
            if !batch.is_empty() {
                return Some(batch);
            }
            changed.await;
        }
    }

    /// The oldest so many were said, and how many of them had not been given up.
    fn said(&self, count: usize) -> usize {
        let mut notices = self.lock();
        let said = count.min(notices.len());
        notices.drain(..said);
        self.changed.notify_waiters();
        said
    }

    async fn all_said(&self) {
        loop {
            let changed = self.changed.notified();
            if self.lock().is_empty() {
                return;
            }
            changed.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<FileNotice>> {
        // No change under the lock panics half-way.
        self.notices.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The oldest notices that one call can carry; one at least.
fn first(notices: &VecDeque<FileNotice>) -> Vec<FileNotice> {
    let mut ids = 0;
    let fits = |notice: &&FileNotice| {
        let is_first = ids == 0;
        ids += weight(notice);
        is_first || ids <= BATCH_IDS_MAX
    };
    notices.iter().take_while(fits).cloned().collect()
}

/// Ids in a notice.
fn weight(notice: &FileNotice) -> usize {
    match notice {
        FileNotice::Renewed { owners } => 1 + owners.len(),
        FileNotice::Attached { files, .. } | FileNotice::Released { files, .. } => 1 + files.len(),
        FileNotice::Ended { .. } => 1,
    }
}

#[cfg(test)]
mod tests;
