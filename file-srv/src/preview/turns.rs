//! How often something may be asked: so many times in a minute, so many at once, per key.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The span that is looked back over.
const MINUTE_MS: u64 = 60_000;

/// The requests of the last minute, by key.
pub(super) struct Turns<K> {
    per_minute_max: usize,
    at_once_max: usize,
    keys_max: usize,
    keys: Mutex<HashMap<K, Asked>>,
}

#[derive(Default)]
struct Asked {
    recent: VecDeque<u64>,
    under_way: usize,
}

/// A request under way, until it is dropped.
pub(super) struct Turn<K: Eq + Hash> {
    turns: Arc<Turns<K>>,
    key: K,
}

impl<K: Eq + Hash + Clone> Turns<K> {
    /// Nobody has asked yet.
    pub(super) fn new(per_minute_max: usize, at_once_max: usize, keys_max: usize) -> Arc<Self> {
        Arc::new(Self { per_minute_max, at_once_max, keys_max, keys: Mutex::default() })
    }

    /// One more request, or the milliseconds until it may be made. A full table refuses keys
    /// that it does not know.
    pub(super) fn enter(self: &Arc<Self>, key: K, now: u64) -> Result<Turn<K>, u64> {
        let mut keys = self.keys();
        if keys.len() >= self.keys_max && !keys.contains_key(&key) {
            keys.retain(|_, asked| !asked.is_over(now));
            if keys.len() >= self.keys_max {
                return Err(MINUTE_MS);
            }
        }
        let asked = keys.entry(key.clone()).or_default();
        asked.forget(now);
        if asked.under_way >= self.at_once_max {
            return Err(1_000);
        }
        if asked.recent.len() >= self.per_minute_max {
            let oldest = asked.recent.front().copied().unwrap_or(now);
            return Err((oldest + MINUTE_MS).saturating_sub(now));
        }
        asked.recent.push_back(now);
        asked.under_way += 1;
        drop(keys);
        Ok(Turn { turns: Arc::clone(self), key })
    }
}

impl<K> Turns<K> {
    fn keys(&self) -> MutexGuard<'_, HashMap<K, Asked>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Asked {
    fn forget(&mut self, now: u64) {
        while self.recent.front().is_some_and(|at| now.saturating_sub(*at) >= MINUTE_MS) {
            self.recent.pop_front();
        }
    }

    fn is_over(&mut self, now: u64) -> bool {
        self.forget(now);
        self.recent.is_empty() && self.under_way == 0
    }
}

impl<K: Eq + Hash> Drop for Turn<K> {
    fn drop(&mut self) {
        if let Some(asked) = self.turns.keys().get_mut(&self.key) {
            asked.under_way = asked.under_way.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_in_a_minute_and_no_more() {
        let turns = Turns::new(2, 9, 9);
        assert!(turns.enter("a", 0).is_ok());
        assert!(turns.enter("a", 10_000).is_ok());
        assert_eq!(turns.enter("a", 20_000).err(), Some(40_000));
        assert!(turns.enter("b", 20_000).is_ok());
        assert!(turns.enter("a", 60_000).is_ok());
        assert_eq!(turns.enter("a", 60_000).err(), Some(10_000));
    }

    #[test]
    fn so_many_at_once_and_no_more() {
        let turns = Turns::new(9, 2, 9);
        let held = (turns.enter("a", 0), turns.enter("a", 0));
        assert!(held.0.is_ok() && turns.enter("a", 0).is_err());
        drop(held.0);
        assert!(turns.enter("a", 0).is_ok());
    }

    #[test]
    fn a_full_table_refuses_strangers_until_it_can_forget() {
        let turns = Turns::new(9, 9, 2);
        assert!(turns.enter("a", 0).is_ok() && turns.enter("b", 0).is_ok());
        assert!(turns.enter("c", 59_999).is_err());
        assert!(turns.enter("a", 59_999).is_ok());
        assert!(turns.enter("c", 60_000).is_ok());
    }
}
