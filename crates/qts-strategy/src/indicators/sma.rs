//! Simple moving average: the plain mean of the last `n` prices.
//!
//! Invariant: the value is a function of the last `n` prices and of nothing else, bit for bit.
//! The running sum is exact (`exact_sum`), so no error builds up over any number of updates, a
//! strategy restarted on the last `n` prices agrees with one that never stopped, and a window
//! of equal prices gives exactly that price.

use super::exact_sum::ExactSum;
use super::is_observation;
use std::collections::VecDeque;
use std::num::NonZeroUsize;

/// The mean of the last `period` prices: `(x[1] + … + x[n]) / n`.
///
/// In the unit of the prices; correct to the last place of an `f64`, and therefore within the
/// lowest and highest price of the window. Formula: the textbook definition, as in StockCharts
/// ChartSchool, "Moving Averages".
#[derive(Debug, Clone)]
pub struct Sma {
    period: NonZeroUsize,
    window: VecDeque<f64>,
    sum: ExactSum,
    value: Option<f64>,
}

impl Sma {
    /// An average over `period` prices (1 or more), still empty.
    #[must_use]
    pub fn new(period: NonZeroUsize) -> Self {
        Self { period, window: VecDeque::new(), sum: ExactSum::default(), value: None }
    }

    /// Takes the next price; the mean of the last `period`, or `None` while there are fewer.
    ///
    /// A price that is not finite, or above 1e250 in magnitude, is skipped: `None`, no change.
    pub fn update(&mut self, price: f64) -> Option<f64> {
        if !is_observation(price) {
            return None;
        }
        self.drop_oldest_if_full();
        self.window.push_back(price);
        self.sum.add(price);
        self.value = self.is_full().then(|| self.sum.mean(self.period.get() as f64));
        self.value
    }

    /// The mean of the last `period` prices taken; `None` while there are fewer.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        self.value
    }

    fn is_full(&self) -> bool {
        self.window.len() == self.period.get()
    }

    fn drop_oldest_if_full(&mut self) {
        if self.is_full()
            && let Some(oldest) = self.window.pop_front()
        {
            self.sum.add(-oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicators::fixtures::{Lcg, NOT_OBSERVATIONS, assert_near, n, prices};

    /// StockCharts ChartSchool, "Moving Averages", worked example (INTC, 10 days): closes ...
    const CLOSES: [f64; 30] = [
        22.2734, 22.1940, 22.0847, 22.1741, 22.1840, 22.1344, 22.2337, 22.4323, 22.2436, 22.2933, 22.1542, 22.3926,
        22.3816, 22.6109, 23.3558, 24.0519, 23.7530, 23.8324, 23.9516, 23.6338, 23.8225, 23.8722, 23.6537, 23.1870,
        23.0976, 23.3260, 22.6805, 23.0976, 22.4025, 22.1725,
    ];
    /// ... and the 10-day SMA column, printed to two places.
    const SMA_10: [f64; 21] = [
        22.22, 22.21, 22.23, 22.26, 22.31, 22.42, 22.61, 22.77, 22.91, 23.08, 23.21, 23.38, 23.53, 23.65, 23.71, 23.69,
        23.61, 23.51, 23.43, 23.28, 23.13,
    ];

    #[test]
    fn the_stockcharts_worked_example_comes_out() {
        let mut sma = Sma::new(n(10));
        let values: Vec<f64> = CLOSES.iter().filter_map(|&c| sma.update(c)).collect();
        assert_eq!(values.len(), SMA_10.len());
        for (value, published) in values.iter().zip(SMA_10) {
            assert_near(*value, published, 0.005 + 1e-9);
        }
    }

    #[test]
    fn a_window_of_three_by_hand() {
        let mut sma = Sma::new(n(3));
        let values = [1.0, 2.0, 6.0, 4.0, -1.0].map(|x| sma.update(x));
        assert_eq!(values, [None, None, Some(3.0), Some(4.0), Some(3.0)]);
        assert_eq!(sma.value(), Some(3.0));
    }

    #[test]
    fn it_agrees_with_adding_up_the_window_each_time() {
        for period in [1, 2, 7, 50] {
            let all = prices(11, 4_000);
            let mut sma = Sma::new(n(period));
            for (i, &price) in all.iter().enumerate() {
                let value = sma.update(price);
                let naive = (i + 1 >= period).then(|| all[i + 1 - period..=i].iter().sum::<f64>() / period as f64);
                assert_eq!(value.is_some(), naive.is_some());
                assert_near(value.unwrap_or(0.0), naive.unwrap_or(0.0), 1e-10);
            }
        }
    }

    /// Second oracle in whole numbers: prices are multiples of 2^-20, so the sum is an exact
    /// integer below 2^53 and one division rounds the mean correctly.
    #[test]
    fn it_is_the_correctly_rounded_mean() {
        const UNIT: f64 = 1.0 / (1 << 20) as f64;
        let mut lcg = Lcg::new(3);
        let ticks: Vec<i64> = (0..3_000).map(|_| (lcg.unit() * 1e12) as i64).collect();
        let mut sma = Sma::new(n(21));
        for (i, &tick) in ticks.iter().enumerate() {
            let Some(value) = sma.update(tick as f64 * UNIT) else {
                continue;
            };
            let total: i64 = ticks[i - 20..=i].iter().sum();
            assert_eq!(value, total as f64 / 21.0 * UNIT);
        }
    }

    #[test]
    fn after_a_million_wild_prices_it_equals_a_fresh_one_bit_for_bit() {
        let mut lcg = Lcg::new(5);
        let mut old = Sma::new(n(14));
        for _ in 0..1_000_000 {
            old.update(lcg.unit() * 10f64.powi((lcg.unit() * 40.0) as i32 - 20));
        }
        let mut fresh = Sma::new(n(14));
        for price in prices(9, 14) {
            old.update(price);
            fresh.update(price);
        }
        assert_eq!(old.value(), fresh.value());
        assert!(old.value().is_some());
    }

    #[test]
    fn a_constant_window_is_exactly_that_price_whatever_came_before() {
        let mut lcg = Lcg::new(13);
        for period in [1, 2, 3, 5, 7, 10, 49, 103, 200] {
            let mut sma = Sma::new(n(period));
            for _ in 0..50 {
                for _ in 0..period + 3 {
                    sma.update(lcg.unit() * 1e9);
                }
                let price = 1.0 + lcg.unit();
                for _ in 0..period {
                    sma.update(price);
                }
                assert_eq!(sma.value(), Some(price), "period {period}");
            }
        }
    }

    #[test]
    fn a_period_of_one_is_the_price_itself() {
        let mut sma = Sma::new(n(1));
        for price in prices(17, 1_000) {
            assert_eq!(sma.update(price), Some(price));
        }
    }

    #[test]
    fn what_is_not_an_observation_is_skipped() {
        let mut clean = Sma::new(n(3));
        let mut dirty = Sma::new(n(3));
        for price in prices(19, 100) {
            let expected = clean.update(price);
            for bad in NOT_OBSERVATIONS {
                let before = dirty.value();
                assert_eq!(dirty.update(bad), None);
                assert_eq!(dirty.value(), before);
            }
            assert_eq!(dirty.update(price), expected);
        }
    }

    #[test]
    fn the_largest_observations_do_not_overflow() {
        let mut sma = Sma::new(n(3));
        sma.update(1e250);
        sma.update(1e250);
        assert_eq!(sma.update(1e250), Some(1e250));
        for _ in 0..3 {
            sma.update(0.1);
        }
        assert_eq!(sma.value(), Some(0.1));
    }

    #[test]
    fn a_huge_period_costs_nothing_until_used() {
        let mut sma = Sma::new(n(usize::MAX));
        assert_eq!(sma.update(1.0), None);
    }
}
