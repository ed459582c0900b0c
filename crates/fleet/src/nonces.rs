//! The nonces of questions that were accepted, each of which is accepted once.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, PoisonError};

use protocol::wire::Id128;

/// Why a question is not accepted for its nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotNew {
    /// It was accepted before.
    Used,
    /// No more can be remembered just now.
    Full,
}

/// So many of them, each for so long.
#[derive(Debug)]
pub(crate) struct Nonces {
    max: usize,
    kept_ms: u64,
    used: Mutex<Used>,
}

#[derive(Debug, Default)]
struct Used {
    /// In the order in which they came, with the time until which they are remembered.
    queue: VecDeque<(u64, Id128)>,
    all: HashSet<Id128>,
}

impl Nonces {
    /// None was used.
    pub(crate) fn new(max: usize, kept_ms: u64) -> Self {
        Self { max, kept_ms, used: Mutex::default() }
    }

    /// Uses one, at `mono` milliseconds of a clock that only rises. A full memory refuses: what it
    /// forgot could be said again.
    pub(crate) fn use_once(&self, nonce: Id128, mono: u64) -> Result<(), NotNew> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let Used { queue, all } = &mut *used;
        while let Some((_, old)) = queue.pop_front_if(|(until, _)| *until < mono) {
            all.remove(&old);
        }
        if all.contains(&nonce) {
            return Err(NotNew::Used);
        }
        if all.len() >= self.max {
            return Err(NotNew::Full);
        }
        all.insert(nonce);
        queue.push_back((mono.saturating_add(self.kept_ms), nonce));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nonce(number: u8) -> Id128 {
        Id128([number; 16])
    }

    #[test]
    fn a_nonce_is_used_once_for_as_long_as_it_is_remembered() {
        let nonces = Nonces::new(10, 100);
        assert_eq!(nonces.use_once(nonce(1), 1_000), Ok(()));
        assert_eq!(nonces.use_once(nonce(1), 1_100), Err(NotNew::Used));
        assert_eq!(nonces.use_once(nonce(2), 1_100), Ok(()));
        assert_eq!(nonces.use_once(nonce(1), 1_101), Ok(()));
    }

    #[test]
    fn a_full_memory_refuses_until_it_may_forget() {
        let nonces = Nonces::new(2, 100);
        assert_eq!(nonces.use_once(nonce(1), 0), Ok(()));
        assert_eq!(nonces.use_once(nonce(2), 50), Ok(()));
        assert_eq!(nonces.use_once(nonce(3), 100), Err(NotNew::Full));
        assert_eq!(nonces.use_once(nonce(3), 101), Ok(()));
        assert_eq!(nonces.use_once(nonce(2), 101), Err(NotNew::Used));
    }
}
