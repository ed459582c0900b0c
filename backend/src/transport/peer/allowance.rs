//! How much one peer may say, and for how long it may go on saying too much.

use protocol::limits::BAD_FRAMES_MAX;
use service::rate::{Bucket, Rate};

/// Frames over the limit until the connection is closed: as many again as the limit's burst.
const REFUSED_MAX: u32 = 40;

/// What a peer has left.
#[derive(Debug)]
pub(crate) struct Allowance {
    frames: Bucket,
    refused: u32,
    bad: u32,
}

/// What becomes of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It counts.
    Accepted,
    /// It does not; more will be accepted after these milliseconds.
    Refused(u64),
    /// It does not, and the peer goes on like that: it is put out.
    Enough,
}

impl Default for Allowance {
    fn default() -> Self {
        Self { frames: Bucket::full(), refused: 0, bad: 0 }
    }
}

impl Allowance {
    /// A frame came that costs so much.
    pub(crate) fn take(&mut self, rate: Rate, now: u64, cost: u32) -> Verdict {
        if self.frames.is_full(now) {
            self.refused = 0;
        }
        match self.frames.take(rate, now, cost) {
            Ok(()) => Verdict::Accepted,
            Err(retry_after_ms) => {
                self.refused += 1;
                if self.refused > REFUSED_MAX {
                    Verdict::Enough
                } else {
                    Verdict::Refused(retry_after_ms)
                }
            }
        }
    }

    /// A malformed frame came. Tells whether it was the last that is forgiven.
    pub(crate) fn bad(&mut self) -> bool {
        self.bad += 1;
        self.bad >= BAD_FRAMES_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { burst: 40, refill_ms: 50 };

    #[test]
    fn forty_at_once_then_twenty_a_second_then_the_end() {
        let mut allowance = Allowance::default();
        for _ in 0..40 {
            assert_eq!(allowance.take(RATE, 1_000, 1), Verdict::Accepted);
        }
        assert_eq!(allowance.take(RATE, 1_000, 1), Verdict::Refused(50));
        assert_eq!(allowance.take(RATE, 1_050, 1), Verdict::Accepted);
        for _ in 0..39 {
            assert!(matches!(allowance.take(RATE, 1_050, 1), Verdict::Refused(_)));
        }
        assert_eq!(allowance.take(RATE, 1_050, 1), Verdict::Enough);
    }

    #[test]
    fn a_rest_makes_good_for_everything() {
        let mut allowance = Allowance::default();
        let mut now = 1_000;
        for _ in 0..10 {
            for _ in 0..60 {
                assert_ne!(allowance.take(RATE, now, 1), Verdict::Enough);
            }
            now += 2_000;
        }
    }

    #[test]
    fn history_costs_ten() {
        let mut allowance = Allowance::default();
        for _ in 0..4 {
            assert_eq!(allowance.take(RATE, 1_000, 10), Verdict::Accepted);
        }
        assert_eq!(allowance.take(RATE, 1_000, 1), Verdict::Refused(50));
    }

    #[test]
    fn the_tenth_bad_frame_is_the_last() {
        let mut allowance = Allowance::default();
        assert!((0..9).all(|_| !allowance.bad()));
        assert!(allowance.bad());
    }
}
