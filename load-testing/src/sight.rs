//! What one member of a room has seen of it: which events came, which did not, which came twice or
//! too early, and what the server said was missing. Pure.

use protocol::frame::{Gap, GapReason, Joined};
use serde::{Deserialize, Serialize};

use crate::fault::Fault;

/// What a member has seen so far.
#[derive(Debug, Default)]
pub struct Sight {
    life: Option<Life>,
    past: Vec<Life>,
    /// What was wrong on the way.
    pub faults: Vec<Fault>,
    /// Times that the room began anew under this member.
    pub restarts: u64,
}

/// What was seen of one life of the room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Life {
    /// Which one.
    pub incarnation: String,
    /// The first event that was due.
    pub from: u64,
    /// The newest event that came.
    pub held: u64,
    /// Those that did not come, first and last.
    pub missing: Vec<(u64, u64)>,
    /// What came as messages or as a word that it is gone, in place of events.
    pub patches: Vec<Patch>,
    /// Whether the member is there at the end, so that everything up to the last event is due.
    pub to_the_end: bool,
}

/// A stretch that a member did not get as events.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Patch {
    /// The first event of it.
    pub from: u64,
    /// The last.
    pub to: u64,
    /// The messages of it that came with histories.
    pub messages: Vec<u64>,
    /// What the server said is gone.
    pub gap: Option<(u64, u64)>,
    /// Whether all its histories came, so that nothing more can be expected.
    pub complete: bool,
}

impl Sight {
    /// The member is in the room. `resumed_from` is the newest event of what it handed back.
    pub fn joined(&mut self, joined: &Joined, resumed_from: Option<u64>) {
        let incarnation = joined.incarnation.to_string();
        let is_same = self.life.as_ref().is_some_and(|life| life.incarnation == incarnation);
        let restarted = matches!(joined.gap, Some(Gap { reason: GapReason::Restarted, .. }));
        match (resumed_from, is_same && !restarted) {
            (Some(from), true) => self.came_back(joined, from),
            (Some(_), false) => {
                if !restarted {
                    self.faults.push(Fault::SilentRestart);
                }
                self.restarts += 1;
                self.begin(incarnation, joined.seq);
            }
            (None, _) => self.begin(incarnation, joined.seq),
        }
    }

    /// A life of the room begins for the member, with everything up to `seq` before its time.
    pub fn begin(&mut self, incarnation: String, seq: u64) {
        self.past.extend(self.life.take());
        self.life = Some(Life {
            incarnation,
            from: seq + 1,
            held: seq,
            missing: Vec::new(),
            patches: Vec::new(),
            to_the_end: false,
        });
    }

    /// An event came. Whether it is new.
    pub fn event(&mut self, seq: u64) -> bool {
        let Some(life) = &mut self.life else { return false };
        if seq > life.held {
            if seq > life.held + 1 {
                life.missing.push((life.held + 1, seq - 1));
            }
            life.held = seq;
            return true;
        }
        if take(&mut life.missing, seq) {
            self.faults.push(Fault::OutOfOrder { seq, after: life.held });
            return true;
        }
        self.faults.push(Fault::Doubled { seq });
        false
    }

    /// The server says how far the room is.
    pub fn heartbeat(&mut self, seq: u64) {
        let Some(life) = &mut self.life else { return };
        if seq > life.held {
            life.missing.push((life.held + 1, seq));
            life.held = seq;
        }
    }

    /// A page of messages came, for the newest patch.
    pub fn page(&mut self, messages: impl Iterator<Item = u64>, more: bool) {
        let Some(patch) = self.patch() else { return };
        let mut lowest = u64::MAX;
        for seq in messages {
            lowest = lowest.min(seq);
            if (patch.from..=patch.to).contains(&seq) {
                patch.messages.push(seq);
            }
        }
        patch.complete = !more || lowest <= patch.from;
    }

    /// Below which message the next page is to be asked for, if the newest patch lacks one.
    pub fn wants_page(&mut self) -> Option<u64> {
        let patch = self.patch().filter(|patch| !patch.complete)?;
        Some(patch.messages.iter().copied().min().unwrap_or(patch.to + 1))
    }

    /// The newest event that came.
    pub fn held(&self) -> u64 {
        self.life.as_ref().map_or(0, |life| life.held)
    }

    /// The life of the room that the member is in.
    pub fn incarnation(&self) -> Option<&str> {
        self.life.as_ref().map(|life| life.incarnation.as_str())
    }

    /// It is over. `present` tells whether the member is still there.
    pub fn end(mut self, present: bool) -> (Vec<Life>, Vec<Fault>) {
        if let Some(mut life) = self.life.take() {
            life.to_the_end = present;
            self.past.push(life);
        }
        for life in &self.past {
            for (from, to) in &life.missing {
                self.faults.push(Fault::Lost { from: *from, to: *to });
            }
        }
        (self.past, self.faults)
    }

    /// Back in the same life: exactly the missing events follow, or messages and a word about the
    /// rest stand for them.
    fn came_back(&mut self, joined: &Joined, from: u64) {
        let Some(life) = &mut self.life else { return };
        if joined.seq < from {
            // An owner that lost the newest events has to say so.
            self.faults.push(Fault::WentBack { held: from, told: joined.seq });
            return;
        }
        if joined.resumed {
            return;
        }
        let gap = joined.gap.and_then(|gap| Some((gap.from?, gap.to?)));
        if let Some((first, last)) = gap
            && (first <= from || last > joined.seq || first > last)
        {
            self.faults.push(Fault::FalseGap {
                from: first,
                to: last,
                held: from,
                told: joined.seq,
            });
        }
        if joined.seq > from {
            life.patches.push(Patch { from: from + 1, to: joined.seq, gap, ..Patch::default() });
        }
        life.held = joined.seq;
        let messages: Vec<u64> = joined.history.iter().map(|message| message.seq).collect();
        self.page(messages.into_iter(), joined.more);
    }

    fn patch(&mut self) -> Option<&mut Patch> {
        self.life.as_mut()?.patches.last_mut()
    }
}

/// Takes a number out of stretches; whether it was in one.
fn take(stretches: &mut Vec<(u64, u64)>, seq: u64) -> bool {
    let Some(index) = stretches.iter().position(|(from, to)| (*from..=*to).contains(&seq)) else {
        return false;
    };
    let (from, to) = stretches.swap_remove(index);
    if from < seq {
        stretches.push((from, seq - 1));
    }
    if seq < to {
        stretches.push((seq + 1, to));
    }
    true
}

#[cfg(test)]
mod tests;
