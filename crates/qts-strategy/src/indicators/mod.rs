//! Technical indicators: small numbers drawn from a stream of prices.
//!
//! For strategies, and for them alone: everything here is `f64`, and floats stop before the gate.
//! This module must not know instruments, orders, time or policy; it sees numbers in the order
//! in which they are handed to it.
//!
//! Invariants, the same for every indicator:
//!
//! - **Streaming.** `update` takes the next input in O(1) amortised; nothing is recomputed from
//!   the beginning. A window of `n` holds at most `n` numbers.
//! - **`None` until warm.** `update` returns the value after its input, or `None` while there
//!   have been too few. `value` returns the same without feeding anything.
//! - **Deterministic.** No clock, no chance, no mode; the same inputs give the same bits.
//! - **Bad input is skipped.** NaN, an infinity, or a magnitude above 1e250 (where sums could
//!   overflow) is not an observation: `update` returns `None` *for that call*, the state stays
//!   exactly as it was, `value` keeps reporting the last good value, and the window does not
//!   move. Bars are skipped whole, also when their high is below their low. Nothing panics.
//!
//! Values are in the unit of the inputs (a price in KRW gives an average in KRW), except RSI,
//! which is a pure number from 0 to 100. No unit, sign or tick size is assumed.
//!
//! ```
//! use qts_strategy::indicators::{Ema, Sma};
//! use std::num::NonZeroUsize;
//!
//! let three = NonZeroUsize::MIN.saturating_add(2);
//! let mut sma = Sma::new(three);
//! let mut ema = Ema::new(three);
//! assert_eq!(sma.update(10.0), None); // one price is not three
//! assert_eq!(ema.update(10.0), Some(10.0)); // an EMA starts at the first price
//! sma.update(20.0);
//! ema.update(20.0);
//! assert_eq!(sma.update(30.0), Some(20.0)); // (10 + 20 + 30) / 3
//! assert_eq!(ema.update(30.0), Some(22.5)); // 10, 15, 22.5: half the way each time
//! assert_eq!(sma.update(f64::NAN), None); // skipped ...
//! assert_eq!(sma.value(), Some(20.0)); // ... and forgotten
//! ```

mod atr;
mod donchian;
mod ema;
mod exact_sum;
#[cfg(test)]
mod fixtures;
mod rolling;
mod rsi;
mod sma;
mod wilder;

pub use atr::Atr;
pub use donchian::{Channel, Donchian};
pub use ema::Ema;
pub use rolling::{RollingMax, RollingMin};
pub use rsi::Rsi;
pub use sma::Sma;

/// The largest magnitude taken as an observation: no sum of `usize::MAX` of these overflows.
const MAGNITUDE_MAX: f64 = 1e250;

/// Whether `x` can be an observation; false for NaN and the infinities.
fn is_observation(x: f64) -> bool {
    x.abs() <= MAGNITUDE_MAX
}

/// Whether high and low can be those of one bar.
fn is_range(high: f64, low: f64) -> bool {
    is_observation(high) && is_observation(low) && low <= high
}
