//! Wilder's smoothing: a plain mean of the first `n` numbers, then one `n`-th of each new one.
//!
//! For `Rsi` and `Atr`, which share it. Invariants: the average of numbers that are not negative
//! is not negative, equal numbers average to exactly that number, and zeros to exactly zero.

use std::num::NonZeroUsize;

/// `average = (average * (n - 1) + x) / n`, seeded with the mean of the first `n`.
///
/// Source: J. W. Wilder, New Concepts in Technical Trading Systems (1978).
#[derive(Debug, Clone)]
pub(super) struct Wilder {
    period: NonZeroUsize,
    /// How many numbers were taken, counting no further than `period`.
    count: usize,
    average: f64,
}

impl Wilder {
    pub(super) fn new(period: NonZeroUsize) -> Self {
        Self { period, count: 0, average: 0.0 }
    }

    /// Takes the next number, which the caller has checked.
    ///
    /// The k-th mean is `mean + (x - mean) / k`; stopping `k` at `n` turns the seeding into the
    /// smoothing. Rearranged so that equal numbers and a period of one are exact.
    pub(super) fn update(&mut self, x: f64) -> Option<f64> {
        if self.count < self.period.get() {
            self.count += 1;
        }
        let k = self.count as f64;
        self.average = x + (self.average - x) * ((k - 1.0) / k);
        self.value()
    }

    /// The average; `None` before `period` numbers.
    pub(super) fn value(&self) -> Option<f64> {
        (self.count == self.period.get()).then_some(self.average)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicators::fixtures::{assert_near, n, prices};

    #[test]
    fn the_seed_is_a_mean_and_the_rest_is_smoothed() {
        let mut wilder = Wilder::new(n(2));
        let values = [3.0, 5.0, 8.0, 0.0].map(|x| wilder.update(x));
        assert_eq!(values, [None, Some(4.0), Some(6.0), Some(3.0)]);
    }

    #[test]
    fn it_agrees_with_the_formula_as_printed() {
        for period in [1, 2, 14, 100] {
            let all = prices(37, 3_000);
            let mut wilder = Wilder::new(n(period));
            let mut printed = all[..period].iter().sum::<f64>() / period as f64;
            for (i, &x) in all.iter().enumerate() {
                let value = wilder.update(x);
                assert_eq!(value.is_some(), i + 1 >= period);
                if i >= period {
                    printed = (printed * (period as f64 - 1.0) + x) / period as f64;
                }
                assert_near(value.unwrap_or(printed), printed, 1e-10);
            }
        }
    }

    #[test]
    fn equal_numbers_average_to_themselves_and_none_turn_negative() {
        let mut wilder = Wilder::new(n(7));
        for _ in 0..1_000 {
            wilder.update(0.1);
        }
        assert_eq!(wilder.value(), Some(0.1));
        for _ in 0..100_000 {
            wilder.update(0.0);
            assert!(wilder.average >= 0.0);
        }
    }
}
