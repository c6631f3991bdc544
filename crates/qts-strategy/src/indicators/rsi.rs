//! Relative strength index after Wilder.
//!
//! Invariants: the value lies in [0, 100]; 50 when nothing moved, exactly 100 when nothing fell,
//! exactly 0 when nothing rose; a price that does not change leaves a warm value where it was.

use super::is_observation;
use super::wilder::Wilder;
use std::num::NonZeroUsize;

/// `100 - 100 / (1 + average gain / average loss)` over the changes from price to price.
///
/// A pure number from 0 to 100. Both averages are plain means of the first `period` changes
/// (a fall is a gain of zero and the other way round), smoothed thereafter with weight
/// `1 / period`. No change at all gives 50; no loss gives 100. Formula: J. W. Wilder, New
/// Concepts in Technical Trading Systems (1978), computed as
/// `100 * gain / (gain + loss)`, which is the same and needs no case for a loss of zero.
#[derive(Debug, Clone)]
pub struct Rsi {
    previous: Option<f64>,
    gains: Wilder,
    losses: Wilder,
}

impl Rsi {
    /// An index over `period` changes (1 or more; Wilder uses 14), not yet seeded.
    #[must_use]
    pub fn new(period: NonZeroUsize) -> Self {
        Self { previous: None, gains: Wilder::new(period), losses: Wilder::new(period) }
    }

    /// Takes the next price; the index, or `None` before `period + 1` prices.
    ///
    /// A price that is not finite, or above 1e250 in magnitude, is skipped: `None`, no change;
    /// the next change is then measured from the last price before the gap.
    pub fn update(&mut self, price: f64) -> Option<f64> {
        if !is_observation(price) {
            return None;
        }
        if let Some(previous) = self.previous.replace(price) {
            self.take_change(price - previous);
        }
        self.value()
    }

    /// The index after the last price taken; `None` before `period + 1` prices.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        let (gain, loss) = self.averages()?;
        let total = gain + loss;
        Some(if total == 0.0 { 50.0 } else { 100.0 * (gain / total) })
    }

    fn take_change(&mut self, change: f64) {
        if change == 0.0 && self.has_faded() {
            return;
        }
        self.gains.update(change.max(0.0));
        self.losses.update((-change).max(0.0));
    }

    /// Whether the averages are so small that halving them further would lose digits.
    ///
    /// Unchanged prices shrink both averages alike, which leaves the index alone until they
    /// reach the smallest floats (for a period of 14 after some ten thousand prices) and round
    /// to nonsense. They stop shrinking before that; any real change still outweighs them.
    fn has_faded(&self) -> bool {
        const FADED: f64 = 1e-280;
        self.averages().is_some_and(|(gain, loss)| gain + loss < FADED)
    }

    fn averages(&self) -> Option<(f64, f64)> {
        self.gains.value().zip(self.losses.value())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicators::fixtures::{NOT_OBSERVATIONS, assert_near, n, prices};

    /// StockCharts ChartSchool, "Relative Strength Index", worked example cs-rsi.xls (QQQQ, 14
    /// days): closes ...
    const CLOSES: [f64; 33] = [
        44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264, 45.0955, 45.4245, 45.8433, 46.0826, 45.8931, 46.0328,
        45.6140, 46.2820, 46.2820, 46.0028, 46.0328, 46.4116, 46.2222, 45.6439, 46.2122, 46.2521, 45.7137, 46.4515,
        45.7835, 45.3548, 44.0288, 44.1783, 44.2181, 44.5672, 43.4205, 42.6628, 43.1314,
    ];
    /// ... and the RSI column, from the fifteenth close on.
    const RSI_14: [f64; 19] = [
        70.5328, 66.3186, 66.5498, 69.4063, 66.3552, 57.9749, 62.9296, 63.2571, 56.0593, 62.3771, 54.7076, 50.4228,
        39.9898, 41.4605, 41.8689, 45.4632, 37.3040, 33.0795, 37.7730,
    ];

    #[test]
    fn the_stockcharts_worked_example_comes_out() {
        let mut rsi = Rsi::new(n(14));
        let values = CLOSES.map(|close| rsi.update(close));
        assert!(values[..14].iter().all(Option::is_none));
        for (value, published) in values[14..].iter().zip(RSI_14) {
            assert_near(value.unwrap_or(0.0), published, 1e-4);
        }
        // To eight places in PyAlgoTrade's test of the same example.
        assert_near(rsi.value().unwrap_or(0.0), 37.77295211, 5e-9);
    }

    /// Changes +3, -1, 0, -2 with period 2: gains 1.5, .75, .375; losses .5, .25, 1.125.
    #[test]
    fn two_changes_by_hand() {
        let mut rsi = Rsi::new(n(2));
        let values = [10.0, 13.0, 12.0, 12.0, 10.0].map(|x| rsi.update(x));
        assert_eq!(values, [None, None, Some(75.0), Some(75.0), Some(25.0)]);
        assert_eq!(rsi.value(), Some(25.0));
    }

    #[test]
    fn it_agrees_with_the_formula_as_printed() {
        for period in [1, 2, 14, 50] {
            let all = prices(41, 4_000);
            let mut rsi = Rsi::new(n(period));
            let values: Vec<Option<f64>> = all.iter().map(|&p| rsi.update(p)).collect();
            let printed = as_printed(&all, period);
            assert!(values[..period].iter().all(Option::is_none));
            assert_eq!(values.len() - period, printed.len());
            for (value, expected) in values[period..].iter().zip(printed) {
                assert_near(value.unwrap_or(-1.0), expected, 1e-8);
            }
        }
    }

    /// Wilder's steps one by one, over the whole series at once.
    fn as_printed(prices: &[f64], period: usize) -> Vec<f64> {
        let changes: Vec<f64> = prices.windows(2).map(|w| w[1] - w[0]).collect();
        let up = |c: &f64| if *c > 0.0 { *c } else { 0.0 };
        let down = |c: &f64| if *c < 0.0 { -*c } else { 0.0 };
        let size = period as f64;
        let mut gain = changes[..period].iter().map(up).sum::<f64>() / size;
        let mut loss = changes[..period].iter().map(down).sum::<f64>() / size;
        let mut printed = vec![index(gain, loss)];
        for change in &changes[period..] {
            gain = (gain * (size - 1.0) + up(change)) / size;
            loss = (loss * (size - 1.0) + down(change)) / size;
            printed.push(index(gain, loss));
        }
        printed
    }

    fn index(gain: f64, loss: f64) -> f64 {
        match (gain == 0.0, loss == 0.0) {
            (true, true) => 50.0,
            (false, true) => 100.0,
            _ => 100.0 - 100.0 / (1.0 + gain / loss),
        }
    }

    #[test]
    fn no_change_is_fifty() {
        let mut rsi = Rsi::new(n(5));
        let values: Vec<_> = (0..50).map(|_| rsi.update(123.4)).collect();
        assert!(values[..5].iter().all(Option::is_none));
        assert!(values[5..].iter().all(|&v| v == Some(50.0)));
    }

    #[test]
    fn no_loss_is_a_hundred_and_no_gain_is_zero() {
        let mut rising = Rsi::new(n(14));
        let mut falling = Rsi::new(n(14));
        for step in 0..1_000 {
            let up = rising.update(100.0 + 0.1 * f64::from(step));
            let down = falling.update(100.0 - 0.1 * f64::from(step));
            if step >= 14 {
                assert_eq!((up, down), (Some(100.0), Some(0.0)));
            }
        }
    }

    #[test]
    fn a_price_that_stands_still_for_long_leaves_the_index_alone() {
        let mut rsi = Rsi::new(n(14));
        for close in CLOSES {
            rsi.update(close);
        }
        for _ in 0..100_000 {
            rsi.update(CLOSES[32]);
        }
        assert_near(rsi.value().unwrap_or(0.0), 37.77295211, 1e-8);
        assert_eq!(rsi.update(CLOSES[32] + 0.01), Some(100.0));
    }

    #[test]
    fn a_period_of_one_knows_only_the_last_change() {
        let mut rsi = Rsi::new(n(1));
        let values = [5.0, 6.0, 6.0, 4.0, 4.5].map(|x| rsi.update(x));
        assert_eq!(values, [None, Some(100.0), Some(50.0), Some(0.0), Some(100.0)]);
    }

    #[test]
    fn what_is_not_an_observation_is_skipped() {
        let mut clean = Rsi::new(n(4));
        let mut dirty = Rsi::new(n(4));
        for price in prices(43, 100) {
            for bad in NOT_OBSERVATIONS {
                assert_eq!(dirty.update(bad), None);
                assert_eq!(dirty.value(), clean.value());
            }
            assert_eq!(dirty.update(price), clean.update(price));
        }
    }

    #[test]
    fn the_largest_swings_stay_in_range() {
        let mut rsi = Rsi::new(n(3));
        for step in 0..100 {
            let value = rsi.update(if step % 2 == 0 { 1e250 } else { -1e250 });
            assert!(value.is_none_or(|v| (0.0..=100.0).contains(&v)));
        }
    }
}
