//! Numbers for the tests of the indicators: pseudo-random but always the same.
//!
//! Compiled for tests only. It must not know any indicator.

use std::num::NonZeroUsize;

/// High, low, close.
pub(super) type Bar = (f64, f64, f64);

/// What every indicator must skip.
pub(super) const NOT_OBSERVATIONS: [f64; 5] = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e251, f64::MIN];

/// A linear congruential generator with the constants of Knuth's MMIX.
pub(super) struct Lcg(u64);

impl Lcg {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number in [0, 1), a multiple of 2^-53.
    pub(super) fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// `count` prices of a random walk in hundredths, all of 1 or more.
pub(super) fn prices(seed: u64, count: usize) -> Vec<f64> {
    let mut lcg = Lcg::new(seed);
    let mut cents = 10_000.0_f64;
    let walk = |_| {
        cents = (cents + (lcg.unit() * 401.0).floor() - 200.0).max(100.0);
        cents / 100.0
    };
    (0..count).map(walk).collect()
}

/// `count` bars around such a walk, with gaps between them.
pub(super) fn bars(seed: u64, count: usize) -> Vec<Bar> {
    let mut lcg = Lcg::new(seed + 1);
    let around = |middle: f64| {
        let (low, high) = (middle - lcg.unit(), middle + lcg.unit());
        (high, low, low + (high - low) * lcg.unit())
    };
    prices(seed, count).into_iter().map(around).collect()
}

/// `count` as a period; zero is a mistake in the test.
pub(super) fn n(count: usize) -> NonZeroUsize {
    NonZeroUsize::new(count).expect("a period in a test is not zero")
}

/// Fails unless the two are within `tolerance`; also fails on NaN.
#[track_caller]
pub(super) fn assert_near(actual: f64, expected: f64, tolerance: f64) {
    assert!((actual - expected).abs() <= tolerance, "{actual} is not within {tolerance} of {expected}");
}
