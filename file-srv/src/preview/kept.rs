//! Answers of the last minutes. Whoever asks for an address while it is being fetched waits for
//! that answer.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use super::refusal::Refusal;
use crate::limits::REFUSAL_KEPT_MS;

/// An answer, or why there is none.
pub(super) type Answer<T> = Result<Arc<T>, Refusal>;

/// The answers, the oldest first.
pub(super) struct Kept<T> {
    kept_ms: u64,
    kept_max: usize,
    entries: Mutex<Entries<T>>,
}

struct Entries<T> {
    by_url: HashMap<String, Arc<Entry<T>>>,
    oldest_first: VecDeque<(u64, String)>,
}

struct Entry<T> {
    asked: u64,
    answer: OnceCell<Answer<T>>,
}

impl<T> Kept<T> {
    /// No answer yet.
    pub(super) fn new(kept_ms: u64, kept_max: usize) -> Self {
        let entries = Entries { by_url: HashMap::new(), oldest_first: VecDeque::new() };
        Self { kept_ms, kept_max: kept_max.max(1), entries: Mutex::new(entries) }
    }

    /// The answer that is kept, or the one that is fetched now. Refusals that another request
    /// may not meet are not kept.
    pub(super) async fn get(
        &self,
        url: &str,
        now: u64,
        fetch: impl Future<Output = Answer<T>>,
    ) -> Answer<T> {
        let entry = self.entry(url, now);
        let answer = entry
            .answer
            .get_or_try_init(|| async {
                match fetch.await {
                    Err(refusal) if refusal.is_passing() => Err(refusal),
                    answer => Ok(answer),
                }
            })
            .await;
        answer.cloned().unwrap_or_else(Err)
    }

    fn entry(&self, url: &str, now: u64) -> Arc<Entry<T>> {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = entries.by_url.get(url)
            && !self.is_over(entry, now)
        {
            return Arc::clone(entry);
        }
        entries.forget(self.kept_ms, self.kept_max, now);
        let entry = Arc::new(Entry { asked: now, answer: OnceCell::new() });
        entries.by_url.insert(url.to_owned(), Arc::clone(&entry));
        entries.oldest_first.push_back((now, url.to_owned()));
        entry
    }

    fn is_over(&self, entry: &Entry<T>, now: u64) -> bool {
        let kept_ms = match entry.answer.get() {
            Some(Err(_)) => self.kept_ms.min(REFUSAL_KEPT_MS),
            _ => self.kept_ms,
        };
        now.saturating_sub(entry.asked) >= kept_ms
    }
}

impl<T> Entries<T> {
    /// Makes room for one more.
    fn forget(&mut self, kept_ms: u64, kept_max: usize, now: u64) {
        while let Some((asked, url)) = self.oldest_first.front() {
            if self.oldest_first.len() < kept_max && now.saturating_sub(*asked) < kept_ms {
                return;
            }
            // An entry that was asked for again is newer than this line of it.
            if self.by_url.get(url).is_some_and(|entry| entry.asked == *asked) {
                self.by_url.remove(url);
            }
            self.oldest_first.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    /// Fetches the number of times that it was fetched.
    struct Site(AtomicU32);

    impl Site {
        async fn fetch(&self) -> Answer<u32> {
            Ok(Arc::new(self.0.fetch_add(1, Ordering::Relaxed) + 1))
        }
    }

    #[tokio::test]
    async fn an_answer_is_kept_for_its_time() {
        let (kept, site) = (Kept::new(1_000, 9), Site(AtomicU32::new(0)));
        for (now, number) in [(0, 1), (999, 1), (1_000, 2), (1_999, 2)] {
            assert_eq!(kept.get("a", now, site.fetch()).await, Ok(Arc::new(number)));
        }
        assert_eq!(kept.get("b", 1_999, site.fetch()).await, Ok(Arc::new(3)));
    }

    #[tokio::test]
    async fn so_many_are_kept_and_the_oldest_goes() {
        let (kept, site) = (Kept::new(1_000, 2), Site(AtomicU32::new(0)));
        for (url, number) in [("a", 1), ("b", 2), ("c", 3), ("b", 2), ("a", 4)] {
            assert_eq!(kept.get(url, 0, site.fetch()).await, Ok(Arc::new(number)));
        }
        let entries = kept.entries.lock().unwrap();
        assert!(entries.by_url.len() <= 2 && entries.oldest_first.len() <= 2);
    }

    #[tokio::test]
    async fn a_refusal_is_kept_unless_it_passes() {
        let (kept, site) = (Kept::new(600_000, 9), Site(AtomicU32::new(0)));
        let refused = |refusal| async move { Err::<Arc<u32>, _>(refusal) };
        assert_eq!(kept.get("a", 0, refused(Refusal::Status)).await, Err(Refusal::Status));
        assert_eq!(kept.get("a", 59_999, site.fetch()).await, Err(Refusal::Status));
        assert_eq!(kept.get("a", 60_000, site.fetch()).await, Ok(Arc::new(1)));
        assert_eq!(kept.get("b", 0, refused(Refusal::HostBusy)).await, Err(Refusal::HostBusy));
        assert_eq!(kept.get("b", 0, site.fetch()).await, Ok(Arc::new(2)));
    }

    #[tokio::test]
    async fn those_who_ask_at_once_share_one_fetch() {
        let (kept, site) = (Kept::new(1_000, 9), Site(AtomicU32::new(0)));
        let slow = async {
            tokio::task::yield_now().await;
            site.fetch().await
        };
        let (first, second) = tokio::join!(kept.get("a", 0, slow), kept.get("a", 0, site.fetch()));
        assert_eq!((first, second), (Ok(Arc::new(1)), Ok(Arc::new(1))));
    }

    #[tokio::test]
    async fn who_breaks_off_leaves_the_fetch_to_the_next() {
        let (kept, site) = (Kept::new(1_000, 9), Site(AtomicU32::new(0)));
        let never = kept.get("a", 0, std::future::pending());
        assert!(futures_util::FutureExt::now_or_never(never).is_none());
        assert_eq!(kept.get("a", 0, site.fetch()).await, Ok(Arc::new(1)));
    }
}
