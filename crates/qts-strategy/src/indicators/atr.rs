//! Average true range after Wilder.
//!
//! Invariant: the value is never negative, and zero only while no bar has moved.

use super::wilder::Wilder;
use super::{is_observation, is_range};
use std::num::NonZeroUsize;

/// Wilder's smoothing of the true range of each bar.
///
/// In the unit of the prices, 0 or more. The true range is the largest of high less low, the
/// distance from the previous close to the high, and to the low; for the first bar, which has no
/// previous close, high less low. The average is the plain mean of the first `period` true
/// ranges, then `(average * (period - 1) + true range) / period`. Formula: J. W. Wilder, New
/// Concepts in Technical Trading Systems (1978).
#[derive(Debug, Clone)]
pub struct Atr {
    previous_close: Option<f64>,
    ranges: Wilder,
}

impl Atr {
    /// An average over `period` bars (1 or more; Wilder uses 14), not yet seeded.
    #[must_use]
    pub fn new(period: NonZeroUsize) -> Self {
        Self { previous_close: None, ranges: Wilder::new(period) }
    }

    /// Takes the next bar; the average, or `None` before `period` bars.
    ///
    /// A bar is skipped whole (`None`, no change) if one of its numbers is not finite or above
    /// 1e250 in magnitude, or if `high < low`; the next true range then spans the gap. `close`
    /// need not lie between low and high.
    pub fn update(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        if !is_range(high, low) || !is_observation(close) {
            return None;
        }
        let previous_close = self.previous_close.replace(close);
        self.ranges.update(true_range(high, low, previous_close))
    }

    /// The average after the last bar taken; `None` before `period` bars.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        self.ranges.value()
    }
}

/// Wilder's true high less his true low: the bar, stretched to reach the previous close.
fn true_range(high: f64, low: f64, previous_close: Option<f64>) -> f64 {
    match previous_close {
        Some(close) => high.max(close) - low.min(close),
        None => high - low,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicators::fixtures::{Bar, NOT_OBSERVATIONS, assert_near, bars, n};

    /// StockCharts ChartSchool, "Average True Range", worked example cs-atr.xls (QQQQ, April and
    /// May 2010): high, low, close ...
    const BARS: [Bar; 30] = [
        (48.70, 47.79, 48.16),
        (48.72, 48.14, 48.61),
        (48.90, 48.39, 48.75),
        (48.87, 48.37, 48.63),
        (48.82, 48.24, 48.74),
        (49.05, 48.635, 49.03),
        (49.20, 48.94, 49.07),
        (49.35, 48.86, 49.32),
        (49.92, 49.50, 49.91),
        (50.19, 49.87, 50.13),
        (50.12, 49.20, 49.53),
        (49.66, 48.90, 49.50),
        (49.88, 49.43, 49.75),
        (50.19, 49.725, 50.03),
        (50.36, 49.26, 50.31),
        (50.57, 50.09, 50.52),
        (50.65, 50.30, 50.41),
        (50.43, 49.21, 49.34),
        (49.63, 48.98, 49.37),
        (50.33, 49.61, 50.23),
        (50.29, 49.20, 49.2375),
        (50.17, 49.43, 49.93),
        (49.32, 48.08, 48.43),
        (48.50, 47.64, 48.18),
        (48.3201, 41.55, 46.57),
        (46.80, 44.2833, 45.41),
        (47.80, 47.31, 47.77),
        (48.39, 47.20, 47.72),
        (48.66, 47.90, 48.62),
        (48.79, 47.7301, 47.85),
    ];
    /// ... its true range column ...
    const TRUE_RANGES: [f64; 30] = [
        0.91, 0.58, 0.51, 0.50, 0.58, 0.415, 0.26, 0.49, 0.60, 0.32, 0.93, 0.76, 0.45, 0.465, 1.10, 0.48, 0.35, 1.22,
        0.65, 0.96, 1.09, 0.9325, 1.85, 0.86, 6.7701, 2.5167, 2.39, 1.19, 0.94, 1.0599,
    ];
    /// ... and its 14-day ATR column, from the fourteenth bar on.
    const ATR_14: [f64; 17] = [
        0.555, 0.593929, 0.585791, 0.568949, 0.615452, 0.617920, 0.642354, 0.674329, 0.692770, 0.775429, 0.781470,
        1.209229, 1.302620, 1.380290, 1.366698, 1.336219, 1.316482,
    ];

    #[test]
    fn the_stockcharts_worked_example_comes_out() {
        let mut atr = Atr::new(n(14));
        let values = BARS.map(|(high, low, close)| atr.update(high, low, close));
        assert!(values[..13].iter().all(Option::is_none));
        for (value, published) in values[13..].iter().zip(ATR_14) {
            assert_near(value.unwrap_or(0.0), published, 1e-6);
        }
    }

    /// A period of one shows the true ranges themselves.
    #[test]
    fn the_stockcharts_true_ranges_come_out() {
        let mut atr = Atr::new(n(1));
        for ((high, low, close), published) in BARS.into_iter().zip(TRUE_RANGES) {
            let value = atr.update(high, low, close);
            assert_near(value.unwrap_or(0.0), published, 1e-9);
        }
    }

    /// True ranges 2, then 5 (gap up from 9 to 14), then 8 (gap down from 13 to 5), period 2.
    #[test]
    fn gaps_by_hand() {
        let mut atr = Atr::new(n(2));
        assert_eq!(atr.update(10.0, 8.0, 9.0), None);
        assert_eq!(atr.update(14.0, 12.0, 13.0), Some(3.5));
        assert_eq!(atr.update(7.0, 5.0, 6.0), Some(5.75));
        assert_eq!(atr.value(), Some(5.75));
    }

    #[test]
    fn it_agrees_with_the_formula_as_printed() {
        for period in [1, 2, 14, 50] {
            let all = bars(47, 4_000);
            let ranges = ranges_as_printed(&all);
            let size = period as f64;
            let mut atr = Atr::new(n(period));
            let mut printed = ranges[..period].iter().sum::<f64>() / size;
            for (i, &(high, low, close)) in all.iter().enumerate() {
                let value = atr.update(high, low, close);
                assert_eq!(value.is_some(), i + 1 >= period);
                if i >= period {
                    printed = (printed * (size - 1.0) + ranges[i]) / size;
                }
                assert_near(value.unwrap_or(printed), printed, 1e-10);
            }
        }
    }

    fn ranges_as_printed(bars: &[Bar]) -> Vec<f64> {
        let first = bars[0].0 - bars[0].1;
        let rest = bars.windows(2).map(|pair| {
            let (close, (high, low, _)) = (pair[0].2, pair[1]);
            (high - low).max((high - close).abs()).max((low - close).abs())
        });
        std::iter::once(first).chain(rest).collect()
    }

    #[test]
    fn equal_bars_average_to_their_range_and_flat_ones_to_zero() {
        let mut equal = Atr::new(n(10));
        let mut flat = Atr::new(n(10));
        for _ in 0..1_000 {
            equal.update(10.5, 10.25, 10.25);
            flat.update(7.7, 7.7, 7.7);
        }
        assert_eq!(equal.value(), Some(0.25));
        assert_eq!(flat.value(), Some(0.0));
    }

    #[test]
    fn a_bar_with_a_bad_number_is_skipped_whole() {
        let mut clean = Atr::new(n(4));
        let mut dirty = Atr::new(n(4));
        for (high, low, close) in bars(53, 100) {
            for bad in NOT_OBSERVATIONS {
                assert_eq!(dirty.update(bad, low, close), None);
                assert_eq!(dirty.update(high, bad, close), None);
                assert_eq!(dirty.update(high, low, bad), None);
            }
            assert_eq!(dirty.update(low - 1.0, low, close), None, "upside down");
            assert_eq!(dirty.value(), clean.value());
            assert_eq!(dirty.update(high, low, close), clean.update(high, low, close));
        }
    }
}
