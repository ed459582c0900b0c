//! The choice of what is traced: by chance, so that nothing that happens in turns is always or
//! never chosen, and cheaply, as it is made for every piece of work.

use std::sync::atomic::{AtomicU64, Ordering};

use super::config::Ratio;
use crate::random;

/// What SplitMix64 adds between two numbers: 2^64 divided by the golden ratio.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
/// The values of a `f64` between 0 and 1 that are equally far apart: 2^53.
const STEPS: f64 = 9_007_199_254_740_992.0;

/// Chooses some of many.
#[derive(Debug)]
pub(super) struct Sampler {
    ratio: f64,
    state: AtomicU64,
}

impl Sampler {
    /// Chooses that part.
    pub(super) fn new(ratio: Ratio) -> Self {
        Self { ratio: ratio.into(), state: AtomicU64::new(random::number()) }
    }

    /// Whether the next one is chosen.
    pub(super) fn takes(&self) -> bool {
        // SplitMix64 (Steele, Lea, Flood 2014): one addition, which threads may share, then mixing.
        let mut z = self.state.fetch_add(STEP, Ordering::Relaxed);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        let chance = (z >> 11) as f64 / STEPS;
        chance < self.ratio
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_are_chosen_as_the_ratio_says() {
        for (ratio, least, most) in
            [(0.0, 0, 0), (0.01, 800, 1_200), (0.5, 49_000, 51_000), (1.0, 100_000, 100_000)]
        {
            let sampler = Sampler::new(Ratio::try_from(ratio).unwrap());
            let seed = sampler.state.load(Ordering::Relaxed);
            let taken = (0..100_000).filter(|_| sampler.takes()).count();
            assert!((least..=most).contains(&taken), "{taken} at {ratio}, seed {seed}");
        }
    }
}
