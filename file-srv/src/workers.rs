//! Work that takes the processor, off the threads that serve: a few threads, a bounded queue.

use std::sync::Arc;

use tokio::sync::Semaphore;

/// A bounded pool.
pub(crate) struct Workers {
    threads: Arc<Semaphore>,
    /// Places for those at work and those that wait.
    places: Arc<Semaphore>,
}

/// Why there is no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum WorkError {
    /// As many wait as may.
    #[error("too much work is waiting")]
    Busy,
    /// The work broke off: a decoder met a file that its author had not thought of.
    #[error("the work broke off")]
    Panicked,
}

impl Workers {
    /// One thread per two cores, `threads_max` at most, with `waiting_max` places in the queue.
    pub(crate) fn new(threads_max: usize, waiting_max: usize) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = (cores / 2).clamp(1, threads_max.max(1));
        Self {
            threads: Arc::new(Semaphore::new(threads)),
            places: Arc::new(Semaphore::new(threads + waiting_max)),
        }
    }

    /// Runs a piece of work. One that has begun ends, whether or not somebody still waits for
    /// it, and keeps its place until then.
    ///
    /// # Errors
    /// As many wait as may, or the work panicked.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, WorkError> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| WorkError::Busy)?;
        let thread =
            Arc::clone(&self.threads).acquire_owned().await.map_err(|_| WorkError::Busy)?;
        let run = tokio::task::spawn_blocking(move || {
            let result = work();
            drop((thread, place));
            result
        });
        run.await.map_err(|_| WorkError::Panicked)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn work_beyond_the_queue_is_refused_and_the_rest_is_done() {
        let workers = Arc::new(Workers::new(1, 1));
        let (release, held) = mpsc::channel::<()>();
        let first = tokio::spawn({
            let workers = Arc::clone(&workers);
            async move { workers.run(move || held.recv().is_ok()).await }
        });
        while workers.threads.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let second = tokio::spawn({
            let workers = Arc::clone(&workers);
            async move { workers.run(|| 2).await }
        });
        while workers.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(workers.run(|| 3).await, Err(WorkError::Busy));
        release.send(()).unwrap();
        assert_eq!(first.await.unwrap(), Ok(true));
        assert_eq!(second.await.unwrap(), Ok(2));
    }

    #[tokio::test]
    async fn a_panic_is_an_answer_and_frees_its_place() {
        let workers = Workers::new(1, 0);
        for _ in 0..3 {
            assert_eq!(workers.run(|| panic!("broken")).await, Err::<(), _>(WorkError::Panicked));
        }
        assert_eq!(workers.run(|| 1).await, Ok(1));
    }
}
