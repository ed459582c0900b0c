//! What one member of a peer's room heard. A peer numbers nothing, so each author numbers its own
//! texts, and each author's texts are judged as a room's events are. Pure.

use std::collections::HashMap;
use std::fmt::Write;

use crate::fault::Fault;
use crate::sight::{Life, Sight};

/// A text of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Words {
    /// When it was due.
    pub(super) due: u64,
    /// Who said it: the number in the plan.
    pub(super) author: u64,
    /// Its number among the author's texts, from 1.
    pub(super) number: u64,
}

impl Words {
    /// As a text of so many bytes at least.
    pub(super) fn text(&self, bytes: usize) -> String {
        let mut text = format!("{:x} {} {} ", self.due, self.author, self.number);
        let missing = bytes.saturating_sub(text.len());
        let _ = write!(text, "{:.<missing$}", "");
        text
    }

    /// What a text says.
    pub(super) fn of(text: &str) -> Option<Self> {
        let mut parts = text.split(' ');
        let due = u64::from_str_radix(parts.next()?, 16).ok()?;
        let (author, number) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        Some(Self { due, author, number })
    }
}

/// What was heard of each author.
#[derive(Debug, Default)]
pub(super) struct Streams(HashMap<u64, Sight>);

impl Streams {
    /// One is in the room, and these authors have said nothing yet.
    pub(super) fn expect(&mut self, authors: impl Iterator<Item = u64>) {
        for author in authors {
            self.0.insert(author, sight(author, 0));
        }
    }

    /// A text was heard. Whether it is new.
    pub(super) fn heard(&mut self, words: &Words) -> bool {
        let before = words.number.saturating_sub(1);
        let of = self.0.entry(words.author).or_insert_with(|| sight(words.author, before));
        of.event(words.number)
    }

    /// The newest text of every author.
    pub(super) fn held(&self) -> impl Iterator<Item = (u64, u64)> {
        self.0.iter().map(|(author, sight)| (*author, sight.held()))
    }

    /// It is over. `present` tells whether one is still there.
    pub(super) fn end(self, present: bool) -> (Vec<Life>, Vec<Fault>) {
        let (mut lives, mut faults) = (Vec::new(), Vec::new());
        for (_, sight) in self.0 {
            let (own, wrong) = sight.end(present);
            lives.extend(own);
            faults.extend(wrong);
        }
        (lives, faults)
    }
}

fn sight(author: u64, held: u64) -> Sight {
    let mut sight = Sight::default();
    sight.begin(author.to_string(), held);
    sight
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(author: u64, number: u64) -> Words {
        Words { due: 0xabc, author, number }
    }

    #[test]
    fn a_text_says_when_it_was_due_and_whose_it_is() {
        for bytes in [0, 128] {
            let text = words(7, 12).text(bytes);
            assert!(text.len() >= bytes && text.len() <= bytes.max(9), "{text}");
            assert_eq!(Words::of(&text), Some(words(7, 12)));
        }
        for strange in ["", "abc", "abc 1", "abc x 1", "hello to all"] {
            assert_eq!(Words::of(strange), None, "{strange}");
        }
    }

    #[test]
    fn each_author_has_an_order_of_its_own() {
        let mut streams = Streams::default();
        streams.expect([1, 2].into_iter());
        for (author, number) in [(1, 1), (2, 1), (2, 2), (1, 2), (3, 9)] {
            assert!(streams.heard(&words(author, number)));
        }
        let (lives, faults) = streams.end(true);
        assert_eq!((lives.len(), faults), (3, vec![]));
    }

    #[test]
    fn what_is_lost_doubled_or_early_is_found() {
        let mut streams = Streams::default();
        streams.expect([1].into_iter());
        for number in [2, 4, 4, 3] {
            streams.heard(&words(1, number));
        }
        let (_, faults) = streams.end(true);
        let expected = [
            Fault::Doubled { seq: 4 },
            Fault::OutOfOrder { seq: 3, after: 4 },
            Fault::Lost { from: 1, to: 1 },
        ];
        assert_eq!(faults, expected);
    }
}
