//! Highest and lowest of the last `n` numbers.
//!
//! Invariant: the queue holds only numbers that can still become the highest, oldest first and
//! strictly falling, so its front is the answer; each number enters and leaves once, which makes
//! an update O(1) amortised. The lowest is the highest of the negated numbers.

use super::is_observation;
use std::collections::VecDeque;
use std::num::NonZeroUsize;

/// The highest of the last `period` numbers, in their unit.
///
/// Formula: the definition; the monotonic queue is the usual algorithm for it.
#[derive(Debug, Clone)]
pub struct RollingMax {
    period: NonZeroUsize,
    /// How many numbers were taken, wrapping around after `usize::MAX` of them.
    taken: usize,
    full: bool,
    /// Each candidate with the count at which it was taken.
    candidates: VecDeque<(usize, f64)>,
}

impl RollingMax {
    /// A window of `period` numbers (1 or more), still empty.
    #[must_use]
    pub fn new(period: NonZeroUsize) -> Self {
        Self { period, taken: 0, full: false, candidates: VecDeque::new() }
    }

    /// Takes the next number; the highest of the last `period`, or `None` while there are fewer.
    ///
    /// A number that is not finite, or above 1e250 in magnitude, is skipped: `None`, no change.
    pub fn update(&mut self, x: f64) -> Option<f64> {
        if !is_observation(x) {
            return None;
        }
        self.taken = self.taken.wrapping_add(1);
        self.full |= self.taken == self.period.get();
        self.drop_expired();
        self.drop_beaten_by(x);
        self.candidates.push_back((self.taken, x));
        self.value()
    }

    /// The highest of the last `period` numbers taken; `None` while there are fewer.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        let (_, highest) = self.candidates.front()?;
        self.full.then_some(*highest)
    }

    /// At most one candidate falls out of the window per number taken.
    fn drop_expired(&mut self) {
        let (now, period) = (self.taken, self.period.get());
        self.candidates.pop_front_if(|(taken, _)| now.wrapping_sub(*taken) >= period);
    }

    fn drop_beaten_by(&mut self, x: f64) {
        while self.candidates.pop_back_if(|(_, c)| *c <= x).is_some() {}
    }
}

/// The lowest of the last `period` numbers, in their unit.
///
/// Formula: the definition, as `-max(-x)`.
#[derive(Debug, Clone)]
pub struct RollingMin {
    negated: RollingMax,
}

impl RollingMin {
    /// A window of `period` numbers (1 or more), still empty.
    #[must_use]
    pub fn new(period: NonZeroUsize) -> Self {
        Self { negated: RollingMax::new(period) }
    }

    /// Takes the next number; the lowest of the last `period`, or `None` while there are fewer.
    ///
    /// A number that is not finite, or above 1e250 in magnitude, is skipped: `None`, no change.
    pub fn update(&mut self, x: f64) -> Option<f64> {
        self.negated.update(-x).map(|highest| -highest)
    }

    /// The lowest of the last `period` numbers taken; `None` while there are fewer.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        self.negated.value().map(|highest| -highest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicators::fixtures::{Lcg, NOT_OBSERVATIONS, n, prices};

    /// LeetCode 239, "Sliding Window Maximum", first example (window 3).
    const NUMBERS: [f64; 8] = [1.0, 3.0, -1.0, -3.0, 5.0, 3.0, 6.0, 7.0];

    #[test]
    fn the_published_example_comes_out() {
        let mut max = RollingMax::new(n(3));
        let highest: Vec<f64> = NUMBERS.iter().filter_map(|&x| max.update(x)).collect();
        assert_eq!(highest, [3.0, 3.0, 5.0, 5.0, 6.0, 7.0]);
    }

    /// The lowest of the same windows, read off by hand.
    #[test]
    fn the_lowest_of_the_same_windows_by_hand() {
        let mut min = RollingMin::new(n(3));
        let lowest: Vec<f64> = NUMBERS.iter().filter_map(|&x| min.update(x)).collect();
        assert_eq!(lowest, [-1.0, -3.0, -3.0, -3.0, 3.0, 3.0]);
    }

    #[test]
    fn both_agree_with_searching_the_window_each_time() {
        for period in [1, 2, 5, 20, 333] {
            // Coarse numbers, so that equal ones meet in one window.
            let mut lcg = Lcg::new(59);
            let all: Vec<f64> = (0..4_000).map(|_| (lcg.unit() * 50.0).floor()).collect();
            let mut max = RollingMax::new(n(period));
            let mut min = RollingMin::new(n(period));
            for (i, &x) in all.iter().enumerate() {
                let window = (i + 1 >= period).then(|| &all[i + 1 - period..=i]);
                let highest = window.map(|w| w.iter().copied().fold(f64::MIN, f64::max));
                let lowest = window.map(|w| w.iter().copied().fold(f64::MAX, f64::min));
                assert_eq!((max.update(x), min.update(x)), (highest, lowest));
                assert_eq!((max.value(), min.value()), (highest, lowest));
            }
        }
    }

    #[test]
    fn equal_numbers_take_one_place_and_do_not_expire_early() {
        let mut max = RollingMax::new(n(2));
        let values = [4.0, 4.0, 1.0, 1.0].map(|x| max.update(x));
        assert_eq!(values, [None, Some(4.0), Some(4.0), Some(1.0)]);
        for _ in 0..1_000 {
            max.update(1.0);
        }
        assert_eq!(max.candidates.len(), 1);
    }

    #[test]
    fn the_queue_never_outgrows_the_window() {
        let mut max = RollingMax::new(n(10));
        for step in 0..1_000 {
            max.update(-f64::from(step)); // falling: every number stays a candidate
            assert!(max.candidates.len() <= 10);
        }
    }

    #[test]
    fn a_period_of_one_is_the_number_itself() {
        let (mut max, mut min) = (RollingMax::new(n(1)), RollingMin::new(n(1)));
        for x in prices(61, 1_000) {
            assert_eq!((max.update(x), min.update(x)), (Some(x), Some(x)));
        }
    }

    #[test]
    fn what_is_not_an_observation_is_skipped_and_moves_no_window() {
        let (mut max, mut min) = (RollingMax::new(n(3)), RollingMin::new(n(3)));
        let (mut clean_max, mut clean_min) = (max.clone(), min.clone());
        for x in prices(67, 100) {
            for bad in NOT_OBSERVATIONS {
                assert_eq!((max.update(bad), min.update(bad)), (None, None));
                assert_eq!(max.value(), clean_max.value());
                assert_eq!(min.value(), clean_min.value());
            }
            assert_eq!(max.update(x), clean_max.update(x));
            assert_eq!(min.update(x), clean_min.update(x));
        }
    }

    #[test]
    fn the_count_may_wrap_around() {
        let mut max = RollingMax::new(n(3));
        for x in [9.0, 1.0, 2.0] {
            max.update(x);
        }
        // As after usize::MAX - 3 more numbers.
        max.taken = max.taken.wrapping_sub(4);
        for candidate in &mut max.candidates {
            candidate.0 = candidate.0.wrapping_sub(4);
        }
        let values = [0.0, 0.5, 0.25, 0.0].map(|x| max.update(x));
        assert_eq!(values, [Some(2.0), Some(2.0), Some(0.5), Some(0.5)]);
    }
}
