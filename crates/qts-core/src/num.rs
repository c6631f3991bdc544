//! Exact decimals: price and quantity as `i64`, money as `i128`, all in units of 10⁻⁸.
//!
//! Nothing here wraps, clamps or panics on input: parsing and every product that could leave its range return
//! a `Result` or an `Option`. Sums of [`Money`] use the plain operators: each term is a product of two values
//! within ±9·10¹⁰, thus below 8.1·10²⁹ units, and an `i128` holds two hundred million of them; the overflow
//! checks that stay on in release make a wrap impossible all the same.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};
use std::str::FromStr;

/// Units in one: 10⁸.
pub const SCALE: i64 = 100_000_000;
const MAX_UNITS: i64 = 9_000_000_000_000_000_000;
const MAX_MONEY: i128 = 90_000_000_000_000_000_000 * SCALE as i128;

/// Why a text is not a number of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumError {
    /// Not a decimal number at all (this includes `NaN` and `inf`).
    NotANumber,
    /// More than eight decimals, so it has no exact form.
    TooPrecise,
    /// Beyond ±9·10¹⁰ (money: ±9·10¹⁹).
    OutOfRange,
}

impl fmt::Display for NumError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotANumber => "not a decimal number",
            Self::TooPrecise => "more than eight decimals",
            Self::OutOfRange => "out of range (at most 9·10^10; money 9·10^19)",
        })
    }
}

impl std::error::Error for NumError {}

/// A decimal text as `mantissa · 10^exponent`, digits only.
struct Parts {
    negative: bool,
    mantissa: i128,
    exponent: i32,
}

fn split(text: &str) -> Result<Parts, NumError> {
    let (body, power) = match text.split_once(['e', 'E']) {
        Some((body, power)) => (body, exponent(power)?),
        None => (text, 0),
    };
    let (negative, digits) = match body.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, body.strip_prefix('+').unwrap_or(body)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() {
        return Err(NumError::NotANumber);
    }
    let fraction = fraction.trim_end_matches('0');
    let mut mantissa: i128 = 0;
    for byte in whole.bytes().chain(fraction.bytes()) {
        if !byte.is_ascii_digit() {
            return Err(NumError::NotANumber);
        }
        mantissa = mantissa
            .checked_mul(10)
            .and_then(|m| m.checked_add(i128::from(byte - b'0')))
            .ok_or(NumError::OutOfRange)?;
    }
    let places = i32::try_from(fraction.len()).map_err(|_| NumError::OutOfRange)?;
    let exponent = power.checked_sub(places).ok_or(NumError::OutOfRange)?;
    Ok(Parts { negative, mantissa, exponent })
}

/// A power of ten; one beyond any use is as good as a million.
fn exponent(text: &str) -> Result<i32, NumError> {
    const FAR: i32 = 1_000_000;
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NumError::NotANumber);
    }
    Ok(sign * digits.parse::<i32>().unwrap_or(FAR).min(FAR))
}

/// Exact text to units; what has no exact form is an error.
fn parse_exact(text: &str, max: i128) -> Result<i128, NumError> {
    let parts = split(text)?;
    let shift = parts.exponent.saturating_add(8);
    let units = if parts.mantissa == 0 {
        0
    } else if shift >= 0 {
        let factor = 10i128.checked_pow(shift.unsigned_abs()).ok_or(NumError::OutOfRange)?;
        parts.mantissa.checked_mul(factor).ok_or(NumError::OutOfRange)?
    } else {
        let divisor = 10i128.checked_pow(shift.unsigned_abs()).ok_or(NumError::TooPrecise)?;
        if parts.mantissa % divisor != 0 {
            return Err(NumError::TooPrecise);
        }
        parts.mantissa / divisor
    };
    signed(units, parts.negative, max)
}

fn signed(units: i128, negative: bool, max: i128) -> Result<i128, NumError> {
    if units > max {
        return Err(NumError::OutOfRange);
    }
    Ok(if negative { -units } else { units })
}

/// Units of a data column: the nearest multiple of 10⁻⁸.
///
/// # Errors
/// [`NumError::TooPrecise`] if that is off by more than 10⁻⁹ of the value; else as for exact parsing.
pub fn parse_nearest(text: &str) -> Result<i64, NumError> {
    let max = i128::from(MAX_UNITS);
    let units = match parse_exact(text, max) {
        Err(NumError::TooPrecise) => nearest(split(text)?, max)?,
        other => other?,
    };
    i64::try_from(units).map_err(|_| NumError::OutOfRange)
}

fn nearest(parts: Parts, max: i128) -> Result<i128, NumError> {
    let places = parts.exponent.saturating_add(8).unsigned_abs();
    let divisor = 10i128.checked_pow(places).ok_or(NumError::TooPrecise)?;
    let units = parts.mantissa.checked_add(divisor / 2).ok_or(NumError::TooPrecise)? / divisor;
    let off = (parts.mantissa - units * divisor).abs();
    if off.checked_mul(1_000_000_000).is_none_or(|scaled| scaled > parts.mantissa) {
        return Err(NumError::TooPrecise);
    }
    signed(units, parts.negative, max)
}

fn write_units(units: i128, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let scale = u128::from(SCALE.unsigned_abs());
    let magnitude = units.unsigned_abs();
    let (whole, fraction): (u128, u128) = (magnitude / scale, magnitude % scale);
    let sign = if units < 0 { "-" } else { "" };
    if fraction == 0 {
        return f.pad(&format!("{sign}{whole}"));
    }
    let digits = format!("{fraction:08}");
    f.pad(&format!("{sign}{whole}.{}", digits.trim_end_matches('0')))
}

macro_rules! decimal {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(i64);

        impl $name {
            /// Nothing.
            pub const ZERO: Self = Self(0);
            /// The largest value there is: 9·10¹⁰.
            pub const MAX: Self = Self(MAX_UNITS);

            /// From units of 10⁻⁸; `None` beyond ±9·10¹⁰.
            #[must_use]
            pub const fn from_units(units: i64) -> Option<Self> {
                if units > MAX_UNITS || units < -MAX_UNITS { None } else { Some(Self(units)) }
            }

            /// A whole number, for constants and tests.
            #[must_use]
            pub const fn whole(number: i32) -> Self {
                Self(number as i64 * SCALE)
            }

            /// Units of 10⁻⁸.
            #[must_use]
            pub const fn units(self) -> i64 {
                self.0
            }

            /// `self + other`, or `None` beyond the range.
            #[must_use]
            pub fn checked_add(self, other: Self) -> Option<Self> {
                self.0.checked_add(other.0).and_then(Self::from_units)
            }

            /// `self − other`, or `None` beyond the range.
            #[must_use]
            pub fn checked_sub(self, other: Self) -> Option<Self> {
                self.0.checked_sub(other.0).and_then(Self::from_units)
            }

            /// Is it zero?
            #[must_use]
            pub const fn is_zero(self) -> bool {
                self.0 == 0
            }

            /// Is it above zero?
            #[must_use]
            pub const fn is_positive(self) -> bool {
                self.0 > 0
            }

            /// The magnitude.
            #[must_use]
            pub const fn abs(self) -> Self {
                Self(self.0.abs())
            }

            /// The largest multiple of `step` not above it (`step` > 0; otherwise itself).
            #[must_use]
            pub const fn floor_to(self, step: Self) -> Self {
                if step.0 > 0 { Self(self.0 - self.0.rem_euclid(step.0)) } else { self }
            }

            /// Is it a multiple of `step`?
            #[must_use]
            pub const fn is_multiple_of(self, step: Self) -> bool {
                step.0 > 0 && self.0 % step.0 == 0
            }
        }

        impl Neg for $name {
            type Output = Self;
            fn neg(self) -> Self {
                Self(-self.0)
            }
        }

        impl FromStr for $name {
            type Err = NumError;
            fn from_str(text: &str) -> Result<Self, NumError> {
                let units = parse_exact(text, MAX_UNITS.into())?;
                i64::try_from(units).map(Self).map_err(|_| NumError::OutOfRange)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_units(self.0.into(), f)
            }
        }
    };
}

decimal!(
    /// A price in the account's currency per share, units of 10⁻⁸.
    Price
);
decimal!(
    /// A quantity of shares, units of 10⁻⁸. Signed where it is a position, positive where it is an order.
    Qty
);
decimal!(
    /// A plain fraction, units of 10⁻⁸: 1 % is `0.01`.
    Ratio
);

impl Price {
    /// This price raised by `by`, rounded up to 10⁻⁸; `None` beyond the range.
    #[must_use]
    pub fn raised(self, by: Ratio) -> Option<Self> {
        let scale = i128::from(SCALE);
        let product = i128::from(self.0).checked_mul(scale.checked_add(by.0.into())?)?;
        let units = product.checked_add(scale - 1)?.div_euclid(scale);
        i64::try_from(units).ok().and_then(Self::from_units)
    }

    /// The floored middle of two prices.
    #[must_use]
    pub const fn mid(self, other: Self) -> Self {
        let sum = self.0 as i128 + other.0 as i128;
        Self(sum.div_euclid(2) as i64)
    }
}

impl Ratio {
    /// From a percentage text without its sign: `"1.5"` is 0.015.
    ///
    /// # Errors
    /// As for parsing a number; at most six decimals have an exact form.
    pub fn from_percent(text: &str) -> Result<Self, NumError> {
        let units = parse_exact(text, MAX_UNITS.into())?;
        if units % 100 != 0 {
            return Err(NumError::TooPrecise);
        }
        i64::try_from(units / 100).map(Self).map_err(|_| NumError::OutOfRange)
    }

    /// `numerator / denominator` rounded up (a measure must not look smaller than it is).
    #[must_use]
    pub fn of(numerator: Money, denominator: Money) -> Option<Self> {
        if denominator.0 <= 0 {
            return None;
        }
        let scaled = numerator.0.checked_mul(SCALE.into())?;
        let units = scaled.checked_add(denominator.0 - 1)?.div_euclid(denominator.0);
        i64::try_from(units).ok().and_then(Self::from_units)
    }
}

/// An amount of money in the account's currency, units of 10⁻⁸, signed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(i128);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// From units of 10⁻⁸.
    #[must_use]
    pub const fn from_units(units: i128) -> Self {
        Self(units)
    }

    /// A whole number, for constants and tests.
    #[must_use]
    pub const fn whole(number: i64) -> Self {
        Self(number as i128 * SCALE as i128)
    }

    /// Units of 10⁻⁸.
    #[must_use]
    pub const fn units(self) -> i128 {
        self.0
    }

    /// `price · qty`, to the nearest 10⁻⁸, ties away from zero, so that `of(p, −q) = −of(p, q)`.
    #[must_use]
    pub fn of(price: Price, qty: Qty) -> Self {
        let product = i128::from(price.0) * i128::from(qty.0);
        let half = i128::from(SCALE / 2);
        let away = if product < 0 { product - half } else { product + half };
        Self(away / i128::from(SCALE))
    }

    /// `price · qty` rounded up: what an order may cost at most.
    #[must_use]
    pub fn of_ceil(price: Price, qty: Qty) -> Self {
        let product = i128::from(price.0) * i128::from(qty.0);
        Self((product + i128::from(SCALE - 1)).div_euclid(SCALE.into()))
    }

    /// The most shares that this money buys at `price`: floored, never negative, at most [`Qty::MAX`].
    #[must_use]
    pub fn shares_at(self, price: Price) -> Qty {
        if self.0 <= 0 || price.0 <= 0 {
            return Qty::ZERO;
        }
        let shares = self.0.checked_mul(SCALE.into()).map(|scaled| scaled / i128::from(price.0));
        shares.and_then(|s| i64::try_from(s).ok()).and_then(Qty::from_units).unwrap_or(Qty::MAX)
    }

    /// This money times a fraction, floored; `None` on overflow.
    #[must_use]
    pub fn checked_mul(self, ratio: Ratio) -> Option<Self> {
        self.0.checked_mul(ratio.0.into()).map(|p| Self(p.div_euclid(SCALE.into())))
    }

    /// Rounded half up to a multiple of `minor` (the currency's smallest unit, above zero).
    #[must_use]
    pub const fn round_half_up(self, minor: Self) -> Self {
        let doubled = self.0 * 2 + minor.0;
        Self(doubled.div_euclid(minor.0 * 2) * minor.0)
    }

    /// The magnitude.
    #[must_use]
    pub const fn abs(self) -> Self {
        Self(self.0.abs())
    }
}

impl FromStr for Money {
    type Err = NumError;
    fn from_str(text: &str) -> Result<Self, NumError> {
        parse_exact(text, MAX_MONEY).map(Self)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_units(self.0, f)
    }
}

impl Add for Money {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Money {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Neg for Money {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Money {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(terms: I) -> Self {
        terms.fold(Self::ZERO, |total, term| total + term)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn price(text: &str) -> Result<String, NumError> {
        text.parse::<Price>().map(|p| p.to_string())
    }

    #[test]
    fn text_round_trips_without_trailing_zeros_or_exponents() {
        for (text, shown) in [
            ("50000", "50000"),
            ("0.10", "0.1"),
            ("-1.00000001", "-1.00000001"),
            ("1e3", "1000"),
            ("2.5E-3", "0.0025"),
            (".5", "0.5"),
        ] {
            assert_eq!(price(text).as_deref(), Ok(shown));
        }
    }

    #[test]
    fn what_has_no_exact_form_is_refused() {
        assert_eq!(price("0.123456789"), Err(NumError::TooPrecise));
        assert_eq!(price("90000000001"), Err(NumError::OutOfRange));
        assert_eq!(price("1e400"), Err(NumError::OutOfRange));
        assert_eq!(price("1e99999999999"), Err(NumError::OutOfRange));
        assert_eq!(price("1e-99999999999"), Err(NumError::TooPrecise));
        for text in ["", "-", ".", "NaN", "inf", "1,000", "0x10", "1e", "1e+-3", "1e1.5", "١", "1 "] {
            assert_eq!(price(text), Err(NumError::NotANumber), "{text:?}");
        }
    }

    #[test]
    fn a_float_column_takes_the_nearest_unit_if_it_is_near_enough() {
        assert_eq!(parse_nearest("170.38500000000002"), Ok(17_038_500_000));
        assert_eq!(parse_nearest("0.3333333333"), Err(NumError::TooPrecise));
        assert_eq!(parse_nearest("-12.000000000001"), Ok(-1_200_000_000));
        assert_eq!(parse_nearest("170141183460469231731687303715884105727e-46"), Err(NumError::TooPrecise));
        assert_eq!(parse_nearest("1e-2147483648"), Err(NumError::TooPrecise));
    }

    #[test]
    fn products_round_symmetrically_and_costs_round_up() {
        let unit = Price::from_units(1).expect("in range");
        let half = Qty::from_units(SCALE / 2).expect("in range");
        assert_eq!(Money::of(unit, half), Money::from_units(1));
        assert_eq!(Money::of(unit, -half), Money::from_units(-1));
        let tiny = Qty::from_units(1).expect("in range");
        assert_eq!(Money::of_ceil(unit, tiny), Money::from_units(1));
    }

    #[test]
    fn shares_at_never_overspends() {
        let cash = Money::whole(350);
        assert_eq!(cash.shares_at(Price::whole(100)).floor_to(Qty::whole(1)), Qty::whole(3));
        assert_eq!(Money::whole(-1).shares_at(Price::whole(1)), Qty::ZERO);
        assert_eq!(Money::from_units(i128::MAX / 2).shares_at(Price::whole(1)), Qty::MAX);
    }

    #[test]
    fn fees_round_half_up_to_the_minor_unit() {
        let won = Money::whole(1);
        let of = |text: &str| text.parse::<Money>().expect("a number").round_half_up(won).to_string();
        assert_eq!([of("1.5"), of("1.49999999"), of("0.5"), of("2")], ["2", "1", "1", "2"]);
    }

    #[test]
    fn extreme_values_do_not_overflow() {
        let most = Money::of(Price::MAX, Qty::MAX);
        assert!(most.checked_mul(Ratio::MAX).is_none());
        assert_eq!(Price::MAX.raised(Ratio::whole(1)), None);
        assert_eq!(Qty::MAX.checked_add(Qty::whole(1)), None);
        assert_eq!(Money::of(-Price::MAX, Qty::MAX), -most);
    }
}
