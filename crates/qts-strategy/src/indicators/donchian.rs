//! Donchian channel: the highest high and lowest low of the bars *before* the current one.
//!
//! Invariant: a bar is never part of the channel it is judged against, so that a breakout
//! (a price beyond the channel) can happen at all.

use super::is_range;
use super::rolling::{RollingMax, RollingMin};
use std::num::NonZeroUsize;

/// The range of some bars, in the unit of the prices; `lower <= upper`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Channel {
    /// The highest high.
    pub upper: f64,
    /// The lowest low.
    pub lower: f64,
}

/// The channel of the previous `lookback` bars.
///
/// Two ways to ask for the same thing: `channel()` before the current bar is fed, or what
/// `update` returns for it. Formula: R. Donchian's channel with the current bar left out, as in
/// the breakout rule of C. Faith, The Original Turtle Trading Rules (2003): the high or low of
/// the *preceding* twenty days.
#[derive(Debug, Clone)]
pub struct Donchian {
    highs: RollingMax,
    lows: RollingMin,
}

impl Donchian {
    /// A channel over `lookback` bars (1 or more), still empty.
    #[must_use]
    pub fn new(lookback: NonZeroUsize) -> Self {
        Self { highs: RollingMax::new(lookback), lows: RollingMin::new(lookback) }
    }

    /// Takes the current bar and returns the channel to judge it against: that of the
    /// `lookback` bars before it, without it. `None` while there were fewer.
    ///
    /// Unlike `channel`, called afterwards, which then includes this bar for the sake of the
    /// next. A bar is skipped (`None`, no change) if one of its numbers is not finite or above
    /// 1e250 in magnitude, or if `high < low`.
    pub fn update(&mut self, high: f64, low: f64) -> Option<Channel> {
        if !is_range(high, low) {
            return None;
        }
        let before = self.channel();
        self.highs.update(high);
        self.lows.update(low);
        before
    }

    /// The channel of the last `lookback` bars taken, against which the bar to come is judged;
    /// `None` while there are fewer.
    #[must_use]
    pub fn channel(&self) -> Option<Channel> {
        let (upper, lower) = self.highs.value().zip(self.lows.value())?;
        Some(Channel { upper, lower })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::indicators::fixtures::{NOT_OBSERVATIONS, bars, n};

    fn channel(upper: f64, lower: f64) -> Option<Channel> {
        Some(Channel { upper, lower })
    }

    #[test]
    fn two_bars_by_hand() {
        let mut donchian = Donchian::new(n(2));
        assert_eq!(donchian.update(10.0, 8.0), None);
        assert_eq!(donchian.channel(), None);
        assert_eq!(donchian.update(12.0, 9.0), None);
        assert_eq!(donchian.channel(), channel(12.0, 8.0));
        assert_eq!(donchian.update(15.0, 11.0), channel(12.0, 8.0));
        assert_eq!(donchian.update(11.0, 7.0), channel(15.0, 9.0));
        assert_eq!(donchian.channel(), channel(15.0, 7.0));
    }

    #[test]
    fn the_channel_before_a_bar_is_what_update_returns_for_it() {
        let mut donchian = Donchian::new(n(20));
        for (high, low, _) in bars(71, 1_000) {
            let before = donchian.channel();
            assert_eq!(donchian.update(high, low), before);
        }
    }

    #[test]
    fn it_agrees_with_searching_the_previous_bars_each_time() {
        for lookback in [1, 2, 20, 55] {
            let all = bars(73, 4_000);
            let mut donchian = Donchian::new(n(lookback));
            for (i, &(high, low, _)) in all.iter().enumerate() {
                let naive = (i >= lookback).then(|| naive(&all[i - lookback..i]));
                assert_eq!(donchian.update(high, low), naive);
            }
        }
    }

    fn naive(previous: &[(f64, f64, f64)]) -> Channel {
        Channel {
            upper: previous.iter().map(|b| b.0).fold(f64::MIN, f64::max),
            lower: previous.iter().map(|b| b.1).fold(f64::MAX, f64::min),
        }
    }

    #[test]
    fn a_lookback_of_one_is_the_previous_bar() {
        let mut donchian = Donchian::new(n(1));
        assert_eq!(donchian.update(3.0, 1.0), None);
        assert_eq!(donchian.update(9.0, 8.0), channel(3.0, 1.0));
        assert_eq!(donchian.update(4.0, 4.0), channel(9.0, 8.0));
    }

    #[test]
    fn a_constant_series_has_a_channel_without_width() {
        let mut donchian = Donchian::new(n(5));
        for _ in 0..5 {
            assert_eq!(donchian.update(7.7, 7.7), None);
        }
        assert_eq!(donchian.update(7.7, 7.7), channel(7.7, 7.7));
    }

    #[test]
    fn a_bar_with_a_bad_number_is_skipped_whole() {
        let mut clean = Donchian::new(n(3));
        let mut dirty = Donchian::new(n(3));
        for (high, low, _) in bars(79, 100) {
            for bad in NOT_OBSERVATIONS {
                assert_eq!(dirty.update(bad, low), None);
                assert_eq!(dirty.update(high, bad), None);
            }
            assert_eq!(dirty.update(low - 1.0, low), None, "upside down");
            assert_eq!(dirty.channel(), clean.channel());
            assert_eq!(dirty.update(high, low), clean.update(high, low));
        }
    }
}
