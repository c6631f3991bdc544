//! Exponential moving average, seeded with the first price.
//!
//! Invariant: the value lies between the lowest and the highest price seen, up to rounding, and
//! a price that does not change does not move it. When it counts as warm is the caller's
//! business: the value exists from the first price on.

use super::is_observation;
use std::num::NonZeroUsize;

/// `ema = alpha * price + (1 - alpha) * ema`, with `alpha = 2 / (period + 1)` and the first
/// price as the first value.
///
/// In the unit of the prices. Formula: the smoothing factor of StockCharts ChartSchool, "Moving
/// Averages"; the seed is ours by contract (ChartSchool seeds with an SMA, pandas'
/// `ewm(span=n, adjust=False)` with the first price, as here). The seed's weight fades with
/// `(1 - alpha)^k`: after `period` updates about 13 % of it is left.
#[derive(Debug, Clone)]
pub struct Ema {
    /// `1 - alpha`, in [0, 1).
    keep: f64,
    value: Option<f64>,
}

impl Ema {
    /// An average with the smoothing of `period` prices (1 or more), not yet seeded.
    #[must_use]
    pub fn new(period: NonZeroUsize) -> Self {
        let n = period.get() as f64;
        Self { keep: (n - 1.0) / (n + 1.0), value: None }
    }

    /// Takes the next price and returns the new average; never `None` for a usable price.
    ///
    /// A price that is not finite, or above 1e250 in magnitude, is skipped: `None`, no change.
    pub fn update(&mut self, price: f64) -> Option<f64> {
        if !is_observation(price) {
            return None;
        }
        // The formula, rearranged so that an unchanged price and a period of one are exact.
        let previous = self.value.unwrap_or(price);
        self.value = Some(price + self.keep * (previous - price));
        self.value
    }

    /// The average of all prices taken; `None` only before the first.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicators::fixtures::{NOT_OBSERVATIONS, assert_near, n, prices};

    /// StockCharts ChartSchool, "Moving Averages", worked example (INTC, 10 days): the mean of
    /// the first ten closes, which seeds their average as the first price seeds ours, and the
    /// twenty closes after it ...
    const SEED_AND_CLOSES: [f64; 21] = [
        22.22475, 22.1542, 22.3926, 22.3816, 22.6109, 23.3558, 24.0519, 23.7530, 23.8324, 23.9516, 23.6338, 23.8225,
        23.8722, 23.6537, 23.1870, 23.0976, 23.3260, 22.6805, 23.0976, 22.4025, 22.1725,
    ];
    /// ... and the 10-day EMA column, printed to two places.
    const EMA_10: [f64; 21] = [
        22.22, 22.21, 22.24, 22.27, 22.33, 22.52, 22.80, 22.97, 23.13, 23.28, 23.34, 23.43, 23.51, 23.54, 23.47, 23.40,
        23.39, 23.26, 23.23, 23.08, 22.92,
    ];

    #[test]
    fn the_stockcharts_worked_example_comes_out() {
        let mut ema = Ema::new(n(10));
        for (price, published) in SEED_AND_CLOSES.into_iter().zip(EMA_10) {
            assert_near(ema.update(price).unwrap_or(0.0), published, 0.005 + 1e-9);
        }
        // To five places in PyAlgoTrade's test of the same example.
        assert_near(ema.value().unwrap_or(0.0), 22.91556, 5e-6);
    }

    #[test]
    fn three_prices_by_hand() {
        let mut ema = Ema::new(n(3)); // alpha 1/2
        let values = [2.0, 4.0, 6.0, 1.0].map(|x| ema.update(x));
        assert_eq!(values, [Some(2.0), Some(3.0), Some(4.5), Some(2.75)]);
        assert_eq!(ema.value(), Some(2.75));
    }

    #[test]
    fn there_is_no_value_before_the_first_price() {
        assert_eq!(Ema::new(n(5)).value(), None);
    }

    /// Naive oracle without recursion: weights alpha (1 - alpha)^k, the rest on the first price.
    #[test]
    fn it_agrees_with_the_weighted_sum_of_all_prices() {
        for period in [1, 2, 12, 26] {
            let alpha = 2.0 / (period as f64 + 1.0);
            let all = prices(23, 3_000);
            let mut ema = Ema::new(n(period));
            for (i, &price) in all.iter().enumerate() {
                let value = ema.update(price).unwrap_or(0.0);
                if i % 100 == 0 || i < 50 {
                    assert_near(value, weighted_sum(&all[..=i], alpha), 1e-9);
                }
            }
        }
    }

    fn weighted_sum(prices: &[f64], alpha: f64) -> f64 {
        let mut weight_left = 1.0;
        let mut sum = 0.0;
        for &price in prices[1..].iter().rev() {
            sum += weight_left * alpha * price;
            weight_left *= 1.0 - alpha;
        }
        sum + weight_left * prices[0]
    }

    #[test]
    fn a_constant_series_stays_exactly_there() {
        for price in [0.1, 71_300.0, 1.0 / 3.0] {
            let mut ema = Ema::new(n(9));
            for _ in 0..10_000 {
                assert_eq!(ema.update(price), Some(price));
            }
        }
    }

    #[test]
    fn a_period_of_one_is_the_price_itself() {
        let mut ema = Ema::new(n(1));
        ema.update(1e16);
        for price in prices(29, 1_000) {
            assert_eq!(ema.update(price), Some(price));
        }
    }

    #[test]
    fn what_is_not_an_observation_is_skipped() {
        let mut clean = Ema::new(n(4));
        let mut dirty = Ema::new(n(4));
        for price in prices(31, 100) {
            for bad in NOT_OBSERVATIONS {
                assert_eq!(dirty.update(bad), None);
                assert_eq!(dirty.value(), clean.value());
            }
            assert_eq!(dirty.update(price), clean.update(price));
        }
    }
}
