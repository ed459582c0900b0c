//! What a room has said to its members, put together: which event stands under which number, and
//! which posts were answered with which.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};

use protocol::frame::{Event, EventKind};
use serde::{Deserialize, Serialize};

use crate::fault::Fault;

/// The ledger of one room.
#[derive(Debug, Default)]
pub struct Ledger(Mutex<HashMap<String, Page>>);

/// One life of a room.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    /// The events that anybody was sent, by number.
    pub events: HashMap<u64, Entry>,
    /// The answers to posts: key and number.
    pub acks: Vec<(u64, u64)>,
    /// The newest event that there was.
    pub newest: u64,
}

/// An event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What it says, as a hash.
    pub hash: u64,
    /// The key of the post, as a hash, if it is one.
    pub key: Option<u64>,
}

impl Ledger {
    /// A member was sent this event.
    pub fn saw(&self, incarnation: &str, event: &Event) -> Option<Fault> {
        self.entered(incarnation, event.seq, Entry::of(event))
    }

    /// A member of a peer's room heard an author's text.
    pub fn heard(&self, author: &str, number: u64, text: &str) -> Option<Fault> {
        let entry = Entry { hash: hash(text), key: None };
        self.entered(author, number, entry)
    }

    /// A post of this key was answered.
    pub fn acked(&self, incarnation: &str, key: &str, seq: u64) {
        let mut pages = self.lock();
        let page = page(&mut pages, incarnation);
        page.newest = page.newest.max(seq);
        page.acks.push((hash(key), seq));
    }

    /// The newest event that there was.
    pub fn newest(&self, incarnation: &str) -> u64 {
        self.lock().get(incarnation).map_or(0, |page| page.newest)
    }

    /// All pages.
    pub fn into_pages(self) -> HashMap<String, Page> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn entered(&self, incarnation: &str, seq: u64, entry: Entry) -> Option<Fault> {
        let mut pages = self.lock();
        let page = page(&mut pages, incarnation);
        page.newest = page.newest.max(seq);
        let known = *page.events.entry(seq).or_insert(entry);
        (known != entry).then_some(Fault::Disagreement { seq })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Page>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn page<'p>(pages: &'p mut HashMap<String, Page>, incarnation: &str) -> &'p mut Page {
    if !pages.contains_key(incarnation) {
        pages.insert(incarnation.to_owned(), Page::default());
    }
    pages.get_mut(incarnation).expect("it was put there a line above")
}

impl Page {
    /// Takes over what another process saw of the same life.
    pub fn merge(&mut self, other: Self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (seq, entry) in other.events {
            if *self.events.entry(seq).or_insert(entry) != entry {
                faults.push(Fault::Disagreement { seq });
            }
        }
        self.acks.extend(other.acks);
        self.newest = self.newest.max(other.newest);
        faults
    }

    /// Every answer against what was delivered, and every post against the others.
    pub fn judge(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (key, seq) in &self.acks {
            match self.events.get(seq) {
                Some(entry) if entry.key == Some(*key) => {}
                entry => faults.push(Fault::FalseAck { seq: *seq, seen: entry.is_some() }),
            }
        }
        let mut keys: HashMap<u64, u64> = HashMap::new();
        let mut posted: Vec<_> =
            self.events.iter().filter_map(|(seq, entry)| Some((*seq, entry.key?))).collect();
        posted.sort_unstable();
        for (seq, key) in posted {
            if let Some(first) = keys.insert(key, seq) {
                faults.push(Fault::PostedTwice { first, second: seq });
            }
        }
        faults
    }
}

impl Entry {
    fn of(event: &Event) -> Self {
        let mut hasher = DefaultHasher::new();
        event.by.hash(&mut hasher);
        event.at.hash(&mut hasher);
        event.name.hash(&mut hasher);
        let mut key = None;
        match &event.event {
            EventKind::Posted { key: own, text, reply_to, file, .. } => {
                (0, own, text, reply_to, file.as_ref().map(|file| &file.id)).hash(&mut hasher);
                key = Some(hash(own));
            }
            EventKind::Edited { message, text } => (1, message, text).hash(&mut hasher),
            EventKind::Deleted { message } => (2, message).hash(&mut hasher),
            EventKind::Voted { message, up, down } => (3, message, up, down).hash(&mut hasher),
            EventKind::Renamed { member, name } => (4, member, name).hash(&mut hasher),
            EventKind::Described { text } => (5, text).hash(&mut hasher),
            EventKind::Trimmed { before } => (6, before).hash(&mut hasher),
        }
        Self { hash: hasher.finish(), key }
    }
}

/// The same in every process of the same program.
fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::wire::{Member, Timestamp};

    fn post(seq: u64, key: &str, text: &str) -> Event {
        let event = EventKind::Posted {
            key: key.into(),
            text: text.into(),
            reply_to: None,
            file: None,
            preview: None,
        };
        Event { seq, at: Timestamp(0), by: Some(Member(1)), name: "Ada".into(), event }
    }

    fn page_of(ledger: Ledger) -> Page {
        ledger.into_pages().remove("life").unwrap()
    }

    #[test]
    fn what_all_see_alike_and_answers_that_hold_are_clean() {
        let ledger = Ledger::default();
        for _ in 0..3 {
            assert_eq!(ledger.saw("life", &post(1, "a", "hello")), None);
        }
        ledger.acked("life", "a", 1);
        assert_eq!((ledger.newest("life"), ledger.newest("another")), (1, 0));
        let page = page_of(ledger);
        assert!(page.judge().is_empty());
    }

    #[test]
    fn another_text_under_the_same_number_is_a_disagreement_in_one_process_and_in_two() {
        let (ledger, other) = (Ledger::default(), Ledger::default());
        assert_eq!(ledger.saw("life", &post(1, "a", "hello")), None);
        let found = ledger.saw("life", &post(1, "a", "goodbye"));
        assert_eq!(found, Some(Fault::Disagreement { seq: 1 }));
        assert_eq!(ledger.saw("another life", &post(1, "a", "goodbye")), None);
        other.saw("life", &post(1, "a", "goodbye"));
        let faults = page_of(ledger).merge(page_of(other));
        assert_eq!(faults, [Fault::Disagreement { seq: 1 }]);
    }

    #[test]
    fn false_answers_and_doubled_posts_are_found() {
        let ledger = Ledger::default();
        for (seq, key) in [(1, "a"), (2, "b"), (3, "a")] {
            ledger.saw("life", &post(seq, key, "x"));
        }
        for (key, seq) in [("a", 1), ("b", 3), ("c", 9)] {
            ledger.acked("life", key, seq);
        }
        assert_eq!(
            page_of(ledger).judge(),
            [
                Fault::FalseAck { seq: 3, seen: true },
                Fault::FalseAck { seq: 9, seen: false },
                Fault::PostedTwice { first: 1, second: 3 },
            ]
        );
    }
}
