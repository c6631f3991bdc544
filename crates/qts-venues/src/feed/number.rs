//! Cells of data columns as units of 10⁻⁸. Plain decimals are read byte by byte; anything else goes the long way
//! through [`qts_core::parse_nearest`], which defines what is right.

use std::fmt::Write as _;

use qts_core::{NumError, Price, SCALE, parse_nearest};

const POWERS: [u64; 9] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];
/// Ten digits, a point, eight digits: the longest text that is surely in range and exact.
const PLAIN_MAX: usize = 19;
/// So many digits always fit the 128 bits in which texts are read.
const LONG_MAX: usize = 38;

/// Units of a text; `None` if it is empty.
pub(super) fn from_text(cell: &[u8]) -> Result<Option<i64>, NumError> {
    match plain(cell) {
        Some(units) => Ok(Some(units)),
        None => long_way(cell),
    }
}

/// `123.45`: at most ten digits, then at most eight.
fn plain(cell: &[u8]) -> Option<i64> {
    if cell.len() > PLAIN_MAX {
        return None;
    }
    let (mut digits, mut point) = (0u64, None);
    for (place, byte) in cell.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            digits = digits.wrapping_mul(10).wrapping_add(digit.into());
        } else if *byte == b'.' && point.is_none() {
            point = Some(place);
        } else {
            return None;
        }
    }
    let whole = point.unwrap_or(cell.len());
    let places = point.map_or(0, |point| cell.len() - point - 1);
    if whole + places == 0 || whole > 10 || places > 8 {
        return None;
    }
    i64::try_from(digits.checked_mul(POWERS[8 - places])?).ok()
}

fn long_way(cell: &[u8]) -> Result<Option<i64>, NumError> {
    let cell = cell.trim_ascii();
    if cell.is_empty() {
        return Ok(None);
    }
    let text = std::str::from_utf8(cell).map_err(|_| NumError::NotANumber)?;
    parse_nearest(shortened(text)?).map(Some)
}

/// Programs that print binary fractions in full write fifty digits; those past the thirty-eighth say nothing.
fn shortened(text: &str) -> Result<&str, NumError> {
    match text.get(..LONG_MAX) {
        None => Ok(text),
        Some(_) if text.len() == LONG_MAX => Ok(text),
        Some(head) => {
            let fraction = text.get(LONG_MAX..).is_some_and(|tail| tail.bytes().all(|b| b.is_ascii_digit()));
            if fraction && head.contains('.') && !head.contains(['e', 'E']) {
                Ok(head)
            } else {
                Err(NumError::OutOfRange)
            }
        }
    }
}

/// Units of a binary fraction: of the shortest decimal text that reads as it.
pub(super) fn from_float(value: f64) -> Result<i64, NumError> {
    let scaled = (value * SCALE as f64).round();
    // Below 10¹⁵ both this decimal and the shortest one have at most fifteen digits; no two such decimals read as
    // the same double, so if this one does, they are the same.
    if scaled.abs() < 1e15 && scaled / SCALE as f64 == value {
        return Ok(scaled as i64);
    }
    from_display(format_args!("{value:e}"))
}

/// Units of a whole number.
pub(super) fn from_int(value: i64) -> Result<i64, NumError> {
    let units = value.checked_mul(SCALE).ok_or(NumError::OutOfRange)?;
    Price::from_units(units).map(Price::units).ok_or(NumError::OutOfRange)
}

/// Units of what prints as a number.
pub(super) fn from_display(number: std::fmt::Arguments<'_>) -> Result<i64, NumError> {
    let mut text = String::new();
    text.write_fmt(number).map_err(|_| NumError::NotANumber)?;
    parse_nearest(shortened(&text)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fast_way_agrees_with_the_definition() {
        let pieces = ["", "0", "7", "000", "12", "1234567890", "12345678901", "-1", "+1", "9", "00000001", "123456789"];
        let ends =
            ["", ".", ".0", ".5", ".00000001", ".12345678", ".123456789", ".1.2", "e3", "x", " ", ".999999999999"];
        for (whole, end) in pieces.iter().flat_map(|p| ends.iter().map(move |e| (p, e))) {
            let text = format!("{whole}{end}");
            let want = if text.trim().is_empty() { Ok(None) } else { parse_nearest(text.trim()).map(Some) };
            assert_eq!(from_text(text.as_bytes()), want, "{text:?}");
        }
    }

    #[test]
    fn extreme_texts_are_refused_and_long_fractions_are_read() {
        let full = b"0.1000000000000000055511151231257827021181583404541015625";
        assert_eq!(from_text(full), Ok(Some(10_000_000)));
        for text in
            ["170141183460469231731687303715884105727e-46", "1e-400", "1e400", "99999999999999999999", "nan", "١"]
        {
            assert!(from_text(text.as_bytes()).is_err(), "{text}");
        }
        assert_eq!(from_text(b"\xff\xfe"), Err(NumError::NotANumber));
    }

    #[test]
    fn whole_numbers_agree_with_the_definition() {
        for value in [0, 1, -1, 90_000_000_000, 90_000_000_001, -90_000_000_000, i64::MAX, i64::MIN] {
            assert_eq!(from_int(value), parse_nearest(&value.to_string()), "{value}");
        }
    }

    #[test]
    fn a_float_is_worth_its_shortest_decimal_text() {
        let mut state = 7u64;
        for _ in 0..100_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let decimals = [1.0, 100.0, 1e4, 1e8][(state >> 60) as usize % 4];
            let value = ((state >> 20) % 100_000_000_000) as f64 / decimals;
            assert_eq!(from_float(value), parse_nearest(&format!("{value}")), "{value}");
        }
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, 1e-300, f64::MIN_POSITIVE, 1.0 / 3.0] {
            assert!(from_float(value).is_err(), "{value}");
        }
        assert_eq!(from_float(-0.0), Ok(0));
        assert_eq!(from_float(170.385_000_000_000_02), Ok(17_038_500_000));
    }
}
