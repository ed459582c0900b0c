//! Where epochs come from: a clock, raised above every epoch ever seen, and fenced by a mark on disk.

use crate::names::RouterId;

/// Milliseconds that a mark on disk is ahead of the clock.
const RESERVE_AHEAD_MS: u64 = 60_000;
/// Epochs that are reserved at least when the clock is behind what was seen. Few, so that a router
/// that restarts again and again does not run away from its clock.
const RESERVE_MIN: u64 = 1_000;
/// Milliseconds before the end of the reserve at which it is renewed.
const RENEW_BEFORE_MS: u64 = 30_000;
/// An epoch this far ahead of the clock is a clock's mistake, here or elsewhere.
const AHEAD_MAX_MS: u64 = 60 * 60 * 1_000;

/// Why no epoch can be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EpochError {
    /// An epoch was seen that is more than an hour ahead of the clock.
    #[error("an epoch was seen that is more than an hour ahead of this clock")]
    TooFarAhead,
    /// The mark on disk has to be raised first.
    #[error("the mark of epochs is not on disk yet")]
    NotReserved,
}

/// The source of epochs of one router.
#[derive(Debug)]
pub struct Epochs {
    /// The highest epoch given or seen.
    highest: u64,
    /// The mark on disk: every epoch up to it may be given.
    reserved: u64,
    /// The mark that this run began at.
    begun_at: u64,
}

impl Epochs {
    /// A source whose mark on disk is `mark` (0 where there is none). Nothing at or below it is ever
    /// given: the run before may have given it.
    pub fn after(mark: u64) -> Self {
        Self { highest: mark, reserved: mark, begun_at: mark }
    }

    /// A source without a disk, for a router that lives and dies with its backends.
    pub fn in_memory() -> Self {
        Self { highest: 0, reserved: u64::MAX, begun_at: 0 }
    }

    /// The mark that must be written to disk now, if any. Then call `reserved`.
    pub fn wants_mark(&self, unix: u64) -> Option<u64> {
        if self.next_from(unix).saturating_add(RESERVE_MIN / 2) <= self.reserved
            && unix.saturating_add(RENEW_BEFORE_MS) <= self.reserved
        {
            return None;
        }
        let ahead = unix.saturating_add(RESERVE_AHEAD_MS);
        let mark = ahead.max(self.highest.saturating_add(RESERVE_MIN));
        (mark > self.reserved).then_some(mark)
    }

    /// The mark is on disk.
    pub fn reserved(&mut self, mark: u64) {
        self.reserved = self.reserved.max(mark);
    }

    /// An epoch above every one given or seen.
    ///
    /// # Errors
    /// The clock is an hour behind what was seen, or the mark on disk is too low.
    pub fn next(&mut self, unix: u64) -> Result<u64, EpochError> {
        self.check(unix)?;
        let epoch = self.next_from(unix);
        if epoch > self.reserved {
            return Err(EpochError::NotReserved);
        }
        self.highest = epoch;
        Ok(epoch)
    }

    /// Somebody else has this epoch.
    pub fn see(&mut self, epoch: u64) {
        self.highest = self.highest.max(epoch);
    }

    /// The highest epoch given or seen.
    pub fn highest(&self) -> u64 {
        self.highest
    }

    /// The id of a run that begins with this source.
    pub(crate) fn router_id(&self) -> RouterId {
        RouterId(self.begun_at)
    }

    /// Whether a mark was reserved since the start, so that this run's id is its own.
    pub(crate) fn is_begun(&self) -> bool {
        self.reserved > self.begun_at
    }

    /// Whether the clock can be believed.
    pub(crate) fn check(&self, unix: u64) -> Result<(), EpochError> {
        if self.highest > unix.saturating_add(AHEAD_MAX_MS) {
            return Err(EpochError::TooFarAhead);
        }
        Ok(())
    }

    fn next_from(&self, unix: u64) -> u64 {
        unix.max(self.highest.saturating_add(1))
    }
}
