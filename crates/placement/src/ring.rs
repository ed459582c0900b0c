//! The ring that breaks ties: the points of `consistent_hash`'s ring, in an order that a choice can
//! walk without allocating.

use consistent_hash::{DefaultHash, RingHash};

use crate::names::BackendName;

/// Points of one backend on the ring.
const POINTS: usize = 64;

/// All backends' points, by hash. Built when the list of backends changes, never for a choice.
#[derive(Debug, Default)]
pub(crate) struct Ring {
    points: Vec<(u64, u32)>,
}

impl Ring {
    /// The ring of these backends, each with its number.
    pub(crate) fn new<'a>(backends: impl Iterator<Item = (&'a BackendName, u32)>) -> Self {
        let points_of = |(name, number)| {
            (0..POINTS).map(move |point| (DefaultHash.hash_vnode(name, point), number))
        };
        let mut points: Vec<_> = backends.flat_map(points_of).collect();
        points.sort_unstable();
        Self { points }
    }

    /// The first backend after the room that `is_candidate`.
    pub(crate) fn nearest(&self, room: &str, is_candidate: impl Fn(u32) -> bool) -> Option<u32> {
        let hash = DefaultHash.hash_item(&room);
        let start = self.points.partition_point(|(point, _)| *point < hash);
        let (before, after) = self.points.split_at(start);
        let clockwise = after.iter().chain(before).map(|(_, number)| *number);
        clockwise.into_iter().find(|number| is_candidate(*number))
    }
}

#[cfg(test)]
mod tests;
