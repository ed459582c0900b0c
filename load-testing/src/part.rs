//! What one process of a run hands over at its end, and how parts become one.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::findings::Findings;
use crate::ledger::Page;
use crate::measures::Measured;
use crate::sight::Life;

/// One process's part.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Part {
    /// What it measured.
    pub measured: Measured,
    /// The ledgers: room, incarnation, page.
    pub ledgers: BTreeMap<String, HashMap<String, Page>>,
    /// What its members saw.
    pub members: Vec<Seen>,
    /// What was wrong on the way.
    pub findings: Findings,
}

/// What one member saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Seen {
    /// Its room.
    pub room: String,
    /// Its name in the plan.
    pub member: String,
    /// The lives of the room that it was in.
    pub lives: Vec<Life>,
}

impl Part {
    /// Takes over another process's part.
    pub fn merge(&mut self, other: Self) {
        self.measured.merge(&other.measured);
        self.findings.merge(other.findings);
        self.members.extend(other.members);
        for (room, pages) in other.ledgers {
            let own = self.ledgers.entry(room.clone()).or_default();
            for (incarnation, page) in pages {
                for fault in own.entry(incarnation).or_default().merge(page) {
                    self.findings.add(&room, None, fault);
                }
            }
        }
    }

    /// The whole verdict: every member against its room's ledger, every answer against it too.
    pub fn judge(mut self) -> (Measured, Findings) {
        self.forget_what_nobody_could_see();
        for (room, pages) in &self.ledgers {
            for fault in pages.values().flat_map(Page::judge) {
                self.findings.add(room, None, fault);
            }
        }
        for Seen { room, member, lives } in &self.members {
            for life in lives {
                let page = self.ledgers.get(room).and_then(|pages| pages.get(&life.incarnation));
                let Some(page) = page else { continue };
                for fault in faults_of(life, page) {
                    self.findings.add(room, Some(member), fault);
                }
            }
        }
        (self.measured, self.findings)
    }

    /// Answers to posts that came after everybody else had left cannot be judged.
    fn forget_what_nobody_could_see(&mut self) {
        let mut ends: HashMap<(&str, &str), (u64, bool)> = HashMap::new();
        for seen in &self.members {
            for life in &seen.lives {
                let end = ends.entry((&seen.room, &life.incarnation)).or_default();
                *end = (end.0.max(life.held), end.1 || life.to_the_end);
            }
        }
        for (room, pages) in &mut self.ledgers {
            for (incarnation, page) in pages {
                let end = ends.get(&(room.as_str(), incarnation.as_str())).copied();
                let (held, to_the_end) = end.unwrap_or_default();
                if !to_the_end {
                    page.acks.retain(|(_, seq)| *seq <= held);
                }
            }
        }
    }
}

/// What one member should have seen of a life, against what it saw.
fn faults_of(life: &Life, page: &Page) -> Vec<Fault> {
    let mut faults = Vec::new();
    let newest = page.newest;
    if life.to_the_end && life.held < newest {
        faults.push(Fault::Lost { from: life.held + 1, to: newest });
    }
    for patch in &life.patches {
        let gap = |seq: u64| patch.gap.is_some_and(|(from, to)| (from..=to).contains(&seq));
        let mut posts: Vec<u64> = page
            .events
            .iter()
            .filter(|(seq, entry)| entry.key.is_some() && (patch.from..=patch.to).contains(seq))
            .map(|(seq, _)| *seq)
            .collect();
        posts.sort_unstable();
        for seq in posts {
            match (patch.messages.contains(&seq), gap(seq)) {
                (true, true) => faults.push(Fault::NotGone { seq }),
                (false, false) if patch.complete => faults.push(Fault::Untold { seq }),
                _ => {}
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Entry;
    use crate::sight::Patch;

    fn life(held: u64, to_the_end: bool, patches: Vec<Patch>) -> Life {
        Life { incarnation: "life".into(), from: 1, held, missing: Vec::new(), patches, to_the_end }
    }

    /// A room of twenty posts, answered all, and these members.
    fn part(lives: Vec<Life>) -> Part {
        let entry = |seq| (seq, Entry { hash: seq, key: Some(seq) });
        let page = Page {
            events: (1..=20).map(entry).collect(),
            acks: (1..=20).map(|seq| (seq, seq)).collect(),
            newest: 20,
        };
        let pages = HashMap::from([("life".to_owned(), page)]);
        let seen = |life| Seen { room: "room".into(), member: "m".into(), lives: vec![life] };
        Part {
            ledgers: BTreeMap::from([("room".to_owned(), pages)]),
            members: lives.into_iter().map(seen).collect(),
            ..Part::default()
        }
    }

    fn faults(part: Part) -> Vec<Fault> {
        part.judge().1.examples.into_iter().map(|finding| finding.fault).collect()
    }

    #[test]
    fn whoever_is_there_at_the_end_has_everything() {
        assert!(faults(part(vec![life(20, true, vec![]), life(7, false, vec![])])).is_empty());
        let found = faults(part(vec![life(18, true, vec![])]));
        assert_eq!(found, [Fault::Lost { from: 19, to: 20 }]);
    }

    #[test]
    fn what_was_missed_is_a_message_or_in_the_gap_and_never_both() {
        let patch =
            |messages: Vec<u64>, gap, complete| Patch { from: 5, to: 10, messages, gap, complete };
        let found = |patch| faults(part(vec![life(20, true, vec![patch])]));
        assert!(found(patch((5..=10).collect(), None, true)).is_empty());
        assert!(found(patch((8..=10).collect(), Some((5, 7)), true)).is_empty());
        assert!(found(patch(vec![10], None, false)).is_empty(), "not all pages were read");
        assert_eq!(found(patch((6..=10).collect(), None, true)), [Fault::Untold { seq: 5 }]);
        assert_eq!(
            found(patch((7..=10).collect(), Some((5, 7)), true)),
            [Fault::NotGone { seq: 7 }]
        );
    }

    #[test]
    fn answers_that_nobody_could_check_are_not_held_against_anybody() {
        let mut unseen = part(vec![life(18, false, vec![])]);
        let page = unseen.ledgers.get_mut("room").unwrap().get_mut("life").unwrap();
        page.events.retain(|seq, _| *seq <= 18);
        let seen_by_another = Part { members: vec![], ..unseen.clone() };
        assert!(faults(unseen).is_empty());
        let mut seen = part(vec![life(18, true, vec![])]);
        seen.ledgers = seen_by_another.ledgers;
        assert!(faults(seen).contains(&Fault::FalseAck { seq: 19, seen: false }));
    }

    #[test]
    fn parts_of_two_processes_are_judged_as_one() {
        let mut first = part(vec![life(20, true, vec![])]);
        let mut second = part(vec![life(19, true, vec![])]);
        let page = second.ledgers.get_mut("room").unwrap().get_mut("life").unwrap();
        page.events.insert(3, Entry { hash: 99, key: Some(3) });
        let text = serde_json::to_string(&second).unwrap();
        first.merge(serde_json::from_str(&text).unwrap());
        let found = faults(first);
        assert!(found.contains(&Fault::Disagreement { seq: 3 }), "{found:?}");
        assert!(found.contains(&Fault::Lost { from: 20, to: 20 }), "{found:?}");
    }
}
