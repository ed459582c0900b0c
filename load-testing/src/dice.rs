//! Chance that can be repeated: the same seed makes the same plan.

/// A generator of SplitMix64 (Steele, Lea and Flood, 2014).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Dice of a seed and of whatever tells these from others of the same seed.
    pub fn new(seed: u64, place: &[u64]) -> Self {
        let mut dice = Self(seed);
        for part in place {
            dice.0 = dice.throw() ^ part;
        }
        dice
    }

    /// 64 random bits.
    pub fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    /// A number from 0 up to, but not, 1.
    pub fn unit(&mut self) -> f64 {
        (self.throw() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Whether something of this likelihood happens.
    pub fn happens(&mut self, likelihood: f64) -> bool {
        self.unit() < likelihood
    }

    /// The microseconds to the next event of a Poisson process with this mean distance. Ten means
    /// are the longest: one in 22,000 is cut.
    pub fn wait(&mut self, mean_us: f64) -> u64 {
        (-(1.0 - self.unit()).ln() * mean_us).min(10.0 * mean_us) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_throws_the_same() {
        let throws = |seed| {
            let mut dice = Dice::new(seed, &[1, 2]);
            [dice.throw(), dice.throw()]
        };
        assert_eq!(throws(7), throws(7));
        assert_ne!(throws(7), throws(8));
        assert_ne!(Dice::new(7, &[1]).throw(), Dice::new(7, &[2]).throw());
    }

    #[test]
    fn waits_have_the_mean_that_was_asked_for() {
        let mut dice = Dice::new(1, &[]);
        let sum: u64 = (0..100_000).map(|_| dice.wait(1_000.0)).sum();
        assert!((98_000_000..102_000_000).contains(&sum), "{sum}");
        let heads = (0..100_000).filter(|_| dice.happens(0.25)).count();
        assert!((24_000..26_000).contains(&heads), "{heads}");
    }
}
