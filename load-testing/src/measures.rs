//! What was measured: latencies as histograms, counts, and both over time.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

/// Windows of the timeline at most: a longer run has longer ones.
const WINDOWS_MAX: u64 = 120;
/// The shortest window, in microseconds.
const WINDOW_MIN_US: u64 = 1_000_000;
/// The longest latency that is told apart, in microseconds: ten minutes.
const LATENCY_MAX_US: u64 = 600_000_000;

/// Latencies in microseconds.
#[derive(Clone, Debug)]
pub struct Latencies(Histogram<u64>);

/// What happened in one stretch of time.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Window {
    /// Members in their rooms at its end.
    pub members: u64,
    /// Posts that were sent.
    pub posts: u64,
    /// Events that were received for the first time.
    pub deliveries: u64,
    /// Refusals.
    pub refused: u64,
    /// Connections lost.
    pub lost: u64,
    /// From due to answer.
    pub ack: Latencies,
    /// From due to sight.
    pub delivery: Latencies,
}

/// Latencies of one group's members.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Grouped {
    /// From due to answer.
    pub ack: Latencies,
    /// From due to sight.
    pub delivery: Latencies,
}

/// Everything that was measured.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Measured {
    /// Microseconds of one window.
    pub window_us: u64,
    /// The timeline.
    pub windows: Vec<Window>,
    /// From the moment that a post was due to its answer.
    pub ack: Latencies,
    /// From the moment that a post was due to its sight by a member who reads.
    pub delivery: Latencies,
    /// From the moment that a member was to come to its being in the room.
    pub join: Latencies,
    /// The same, of those who came back.
    pub resume: Latencies,
    /// From the moment that a post was due to its being sent: what the generator itself is late.
    pub lag: Latencies,
    /// Answers and deliveries of each group, in the scenario's order.
    pub groups: Vec<Grouped>,
    /// Everything that is only counted.
    pub counts: Counts,
    /// Refusals by code.
    pub refusals: BTreeMap<String, u64>,
    /// Connections that ended unasked, by close code.
    pub disconnects: BTreeMap<u16, u64>,
}

/// What is only counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Members that came.
    pub joins: u64,
    /// Times that one came back.
    pub resumes: u64,
    /// Those of them that got exactly the missing events.
    pub resumed: u64,
    /// Those that were told of a gap.
    pub gaps: u64,
    /// Times that a room began anew.
    pub restarts: u64,
    /// Posts that were sent.
    pub posts: u64,
    /// Posts that were answered.
    pub acks: u64,
    /// Other requests that were done: edits, votes, drawings.
    pub others: u64,
    /// Posts that were due and never sent, since too many waited for a connection.
    pub unsent: u64,
    /// Events that members received for the first time.
    pub deliveries: u64,
    /// Bytes of their texts.
    pub text_bytes: u64,
    /// Requests that were refused.
    pub refused: u64,
    /// Connections that could not be made.
    pub failed_connects: u64,
    /// Connections that ended unasked.
    pub disconnects: u64,
    /// Connections of slow readers that the server ended for that.
    pub slow_closed: u64,
}

/// Measuring, by all members of a process at once.
#[derive(Debug)]
pub struct Measures {
    start: u64,
    inner: Mutex<Measured>,
    present: Mutex<u64>,
}

impl Measures {
    /// Measures of a run that begins at `start` and lasts so long, in microseconds.
    pub fn new(start: u64, lasts: u64) -> Self {
        let window_us = lasts.div_ceil(WINDOWS_MAX).max(WINDOW_MIN_US);
        let measured = Measured { window_us, ..Measured::default() };
        Self { start, inner: Mutex::new(measured), present: Mutex::default() }
    }

    /// Notes something that happened at `now`.
    pub fn note(&self, now: u64, note: impl FnOnce(&mut Measured, &mut Window)) {
        let mut measured = self.lock();
        let index = (now.saturating_sub(self.start) / measured.window_us) as usize;
        // The window is taken out, so that both can be changed.
        while measured.windows.len() <= index {
            let members = measured.windows.last().map_or(0, |window| window.members);
            measured.windows.push(Window { members, ..Window::default() });
        }
        let mut window = std::mem::take(&mut measured.windows[index]);
        note(&mut measured, &mut window);
        measured.windows[index] = window;
    }

    /// A member came, or left.
    pub fn present(&self, now: u64, comes: bool) {
        let mut present = self.present.lock().unwrap_or_else(PoisonError::into_inner);
        *present = if comes { *present + 1 } else { present.saturating_sub(1) };
        let members = *present;
        self.note(now, |_, window| window.members = members);
    }

    /// What was measured until now.
    pub fn snapshot(&self) -> Measured {
        self.lock().clone()
    }

    /// Members in their rooms, posts, deliveries, refusals, and the delivery's 99th percentile.
    pub fn progress(&self) -> (u64, Counts, u64) {
        let measured = self.lock();
        let members = *self.present.lock().unwrap_or_else(PoisonError::into_inner);
        (members, measured.counts, measured.delivery.at(99.0))
    }

    fn lock(&self) -> MutexGuard<'_, Measured> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Measured {
    /// A post of one of this group was answered after so long.
    pub fn answered(&mut self, group: usize, us: u64) {
        self.ack.record(us);
        self.group(group).ack.record(us);
    }

    /// One of this group saw a post so long after it was due.
    pub fn delivered(&mut self, group: usize, us: u64) {
        self.delivery.record(us);
        self.group(group).delivery.record(us);
    }

    fn group(&mut self, index: usize) -> &mut Grouped {
        if self.groups.len() <= index {
            self.groups.resize_with(index + 1, Grouped::default);
        }
        &mut self.groups[index]
    }

    /// Takes over what another process measured in the same run.
    pub fn merge(&mut self, other: &Self) {
        self.window_us = self.window_us.max(other.window_us);
        let last = |windows: &[Window]| windows.last().map_or(0, |window| window.members);
        let (own, others) = (last(&self.windows), last(&other.windows));
        let length = self.windows.len().max(other.windows.len());
        self.windows.resize_with(length, || Window { members: own, ..Window::default() });
        for (index, window) in self.windows.iter_mut().enumerate() {
            match other.windows.get(index) {
                Some(theirs) => window.merge(theirs),
                None => window.members += others,
            }
        }
        for (own, theirs) in [
            (&mut self.ack, &other.ack),
            (&mut self.delivery, &other.delivery),
            (&mut self.join, &other.join),
            (&mut self.resume, &other.resume),
            (&mut self.lag, &other.lag),
        ] {
            own.merge(theirs);
        }
        for (index, theirs) in other.groups.iter().enumerate() {
            let own = self.group(index);
            own.ack.merge(&theirs.ack);
            own.delivery.merge(&theirs.delivery);
        }
        self.counts.merge(&other.counts);
        for (code, count) in &other.refusals {
            *self.refusals.entry(code.clone()).or_default() += count;
        }
        for (code, count) in &other.disconnects {
            *self.disconnects.entry(*code).or_default() += count;
        }
    }
}

impl Window {
    fn merge(&mut self, other: &Self) {
        self.members += other.members;
        self.posts += other.posts;
        self.deliveries += other.deliveries;
        self.refused += other.refused;
        self.lost += other.lost;
        self.ack.merge(&other.ack);
        self.delivery.merge(&other.delivery);
    }
}

impl Counts {
    fn merge(&mut self, other: &Self) {
        for (own, theirs) in [
            (&mut self.joins, other.joins),
            (&mut self.resumes, other.resumes),
            (&mut self.resumed, other.resumed),
            (&mut self.gaps, other.gaps),
            (&mut self.restarts, other.restarts),
            (&mut self.posts, other.posts),
            (&mut self.acks, other.acks),
            (&mut self.others, other.others),
            (&mut self.unsent, other.unsent),
            (&mut self.deliveries, other.deliveries),
            (&mut self.text_bytes, other.text_bytes),
            (&mut self.refused, other.refused),
            (&mut self.failed_connects, other.failed_connects),
            (&mut self.disconnects, other.disconnects),
            (&mut self.slow_closed, other.slow_closed),
        ] {
            *own += theirs;
        }
    }
}

impl Latencies {
    /// Notes one.
    pub fn record(&mut self, us: u64) {
        self.record_many(us, 1);
    }

    /// The latency that this part of all, in percent, does not exceed; 0 without any.
    pub fn at(&self, percent: f64) -> u64 {
        if self.0.is_empty() { 0 } else { self.0.value_at_percentile(percent) }
    }

    /// The longest.
    pub fn max(&self) -> u64 {
        if self.0.is_empty() { 0 } else { self.0.max() }
    }

    /// The mean.
    pub fn mean(&self) -> f64 {
        self.0.mean()
    }

    /// How many were noted.
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    fn record_many(&mut self, us: u64, count: u64) {
        // A histogram that grows takes every value but those for which there is no memory.
        let _ = self.0.record_n(us.clamp(1, LATENCY_MAX_US), count);
    }

    fn merge(&mut self, other: &Self) {
        // Both have the same bounds, so that nothing of one is out of the other's.
        let _ = self.0.add(&other.0);
    }
}

impl Default for Latencies {
    fn default() -> Self {
        let mut histogram = Histogram::new_with_bounds(1, 2, 3).expect("the bounds are good");
        histogram.auto(true);
        Self(histogram)
    }
}

impl Serialize for Latencies {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let recorded = self.0.iter_recorded();
        serializer
            .collect_seq(recorded.map(|step| (step.value_iterated_to(), step.count_at_value())))
    }
}

impl<'de> Deserialize<'de> for Latencies {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut latencies = Self::default();
        for (value, count) in Vec::<(u64, u64)>::deserialize(deserializer)? {
            latencies.record_many(value, count);
        }
        Ok(latencies)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(latencies: &[u64], at: u64) -> Measured {
        let measures = Measures::new(0, 10_000_000);
        for us in latencies {
            measures.note(at, |all, window| {
                all.delivered(1, *us);
                window.delivery.record(*us);
                all.counts.deliveries += 1;
                *all.disconnects.entry(4001).or_default() += 1;
            });
        }
        measures.present(at, true);
        measures.snapshot()
    }

    #[test]
    fn percentiles_are_within_a_thousandth() {
        let all: Vec<u64> = (1..=100_000).collect();
        let measured = measured(&all, 0);
        for (percent, exact) in [(50.0, 50_000), (99.0, 99_000), (99.9, 99_900)] {
            let off = measured.delivery.at(percent).abs_diff(exact);
            assert!(off <= exact / 1_000, "{percent}: {}", measured.delivery.at(percent));
        }
        assert_eq!(Latencies::default().at(99.0), 0);
    }

    #[test]
    fn two_processes_measure_as_one() {
        let mut first = measured(&[1_000, 2_000], 500_000);
        let second = measured(&[3_000, 700_000_000], 3_500_000);
        let text = serde_json::to_string(&second).unwrap();
        first.merge(&serde_json::from_str(&text).unwrap());
        assert_eq!(first.counts.deliveries, 4);
        assert_eq!(first.delivery.count(), 4);
        let groups: Vec<u64> = first.groups.iter().map(|group| group.delivery.count()).collect();
        assert_eq!(groups, [0, 4]);
        assert!(first.delivery.max().abs_diff(LATENCY_MAX_US) <= LATENCY_MAX_US / 500);
        assert_eq!(first.disconnects[&4001], 4);
        let members: Vec<u64> = first.windows.iter().map(|window| window.members).collect();
        assert_eq!(members, [1, 1, 1, 2]);
        assert_eq!(first.windows[3].delivery.count(), 2);
    }

    #[test]
    fn a_long_run_has_longer_windows() {
        let measures = Measures::new(0, 1_200_000_000);
        measures.present(1_199_999_999, true);
        assert_eq!(measures.snapshot().windows.len(), 120);
    }
}
