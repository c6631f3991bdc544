//! Times as files write them. What a time means for an event is decided in `timing`.

use std::fmt;

use qts_core::{Day, Ts};

const NANOS: i64 = 1_000_000_000;
const NANOS_A_DAY: i64 = 86_400 * NANOS;
/// Years whose every instant fits nanoseconds in an `i64`, with a margin for offsets.
const YEARS: std::ops::RangeInclusive<i32> = 1_678..=2_261;

/// A time as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// With an offset: an instant, and the date it was written with.
    Instant { at: Ts, date: Day },
    /// Without one: what some clocks showed.
    Local { date: Day, nanos: i64 },
    /// A date alone.
    Date(Day),
    /// A count since 1970: an instant, never written as a date.
    Count(Ts),
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let utc = |nanos: i128| jiff::Timestamp::from_nanosecond(nanos).unwrap_or_default().to_string();
        let midnight = |date: Day| i128::from(date.0) * i128::from(NANOS_A_DAY);
        match *self {
            Self::Instant { at, .. } | Self::Count(at) => f.write_str(&utc(at.0.into())),
            Self::Local { date, nanos } => f.write_str(utc(midnight(date) + i128::from(nanos)).trim_end_matches('Z')),
            Self::Date(date) => f.write_str(utc(midnight(date)).trim_end_matches("T00:00:00Z")),
        }
    }
}

/// Why a cell gives no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StampError {
    /// None of the forms we read.
    NotATime,
    /// No such date or time of day.
    NoSuchTime,
    /// Fractions below a nanosecond.
    TooFine,
    /// Outside the years 1678 to 2261.
    OutOfRange,
    /// A bare number that no unit puts between 1973 and 2286.
    NoUnit,
    /// A date alone, where a time of day is needed.
    DateOnly,
    /// No offset, and no time zone to read it in.
    NoZone,
    /// The clocks of the time zone skip it.
    Skipped,
    /// The clocks of the time zone show it twice.
    Twice,
    /// An instant in the middle of a UTC day, where a date is needed.
    NotADate,
}

impl fmt::Display for StampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotATime => "not a time we read: RFC 3339, `2024-01-02 09:00:00`, `2024-01-02`, or an epoch number",
            Self::NoSuchTime => "no such date or time of day",
            Self::TooFine => "finer than a nanosecond",
            Self::OutOfRange => "outside the years 1678 to 2261",
            Self::NoUnit => "not between 1973 and 2286 as an epoch in s, ms, us or ns; write RFC 3339",
            Self::DateOnly => "a date without a time of day; bars by date need stamp = \"date\"",
            Self::NoZone => "a time without an offset; say where its clocks stand, as in tz = \"Asia/Seoul\"",
            Self::Skipped => "a time that the clocks of `tz` skip; write the offset",
            Self::Twice => "a time that the clocks of `tz` show twice; write the offset",
            Self::NotADate => "an instant within a UTC day, so its date depends on the place; give `tz`",
        })
    }
}

impl StampError {
    /// Is it the config rather than the row that is wrong?
    pub(super) const fn blames_config(self) -> bool {
        matches!(self, Self::DateOnly | Self::NoZone | Self::NotADate)
    }
}

type Parsed<T> = Result<T, StampError>;

/// Reads one cell, already trimmed.
pub(super) fn parse(cell: &[u8]) -> Parsed<Written> {
    match cell {
        [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, rest @ ..] => {
            let date = date([*y0, *y1, *y2, *y3], [*m0, *m1], [*d0, *d1])?;
            if rest.is_empty() { Ok(Written::Date(date)) } else { timed(date, rest) }
        }
        [y0, y1, y2, y3, m0, m1, d0, d1] if cell.iter().all(u8::is_ascii_digit) => {
            date([*y0, *y1, *y2, *y3], [*m0, *m1], [*d0, *d1]).map(Written::Date)
        }
        _ => count(cell),
    }
}

fn timed(date: Day, rest: &[u8]) -> Parsed<Written> {
    let [b'T' | b't' | b' ', h0, h1, b':', m0, m1, rest @ ..] = rest else { return Err(StampError::NotATime) };
    let (seconds, rest) = match rest {
        [b':', s0, s1, rest @ ..] => (two([*s0, *s1])?, rest),
        _ => (0, rest),
    };
    let (hours, minutes) = (two([*h0, *h1])?, two([*m0, *m1])?);
    if hours > 23 || minutes > 59 || seconds > 59 {
        return Err(StampError::NoSuchTime);
    }
    let (fraction, rest) = fraction(rest)?;
    let nanos = ((hours * 60 + minutes) * 60 + seconds) * NANOS + fraction;
    Ok(match offset(rest)? {
        Some(offset) => Written::Instant { at: Ts(i64::from(date.0) * NANOS_A_DAY + nanos - offset), date },
        None => Written::Local { date, nanos },
    })
}

/// `.123`, to nanoseconds, and what comes after it.
fn fraction(rest: &[u8]) -> Parsed<(i64, &[u8])> {
    let [b'.', rest @ ..] = rest else { return Ok((0, rest)) };
    let len = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let (digits, rest) = rest.split_at(len);
    if digits.is_empty() {
        return Err(StampError::NotATime);
    }
    Ok((nanos_of(digits)?, rest))
}

fn nanos_of(digits: &[u8]) -> Parsed<i64> {
    let (kept, beyond) = digits.split_at(digits.len().min(9));
    if beyond.iter().any(|b| *b != b'0') {
        return Err(StampError::TooFine);
    }
    let value = kept.iter().fold(0i64, |sum, b| sum * 10 + i64::from(b - b'0'));
    Ok((kept.len()..9).fold(value, |value, _| value * 10))
}

/// Nanoseconds ahead of UTC; `None` if nothing is left.
fn offset(rest: &[u8]) -> Parsed<Option<i64>> {
    let (sign, hours, minutes) = match rest.trim_ascii_start() {
        [] => return Ok(None),
        [b'Z' | b'z'] => return Ok(Some(0)),
        [sign, h0, h1, b':', m0, m1] | [sign, h0, h1, m0, m1] => (*sign, two([*h0, *h1])?, two([*m0, *m1])?),
        [sign, h0, h1] => (*sign, two([*h0, *h1])?, 0),
        _ => return Err(StampError::NotATime),
    };
    if hours > 23 || minutes > 59 {
        return Err(StampError::NoSuchTime);
    }
    let ahead = (hours * 60 + minutes) * 60 * NANOS;
    match sign {
        b'+' => Ok(Some(ahead)),
        b'-' => Ok(Some(-ahead)),
        _ => Err(StampError::NotATime),
    }
}

fn two(digits: [u8; 2]) -> Parsed<i64> {
    let [tens, ones] = digits.map(|b| b.wrapping_sub(b'0'));
    if tens > 9 || ones > 9 {
        return Err(StampError::NotATime);
    }
    Ok(i64::from(tens * 10 + ones))
}

fn date(year: [u8; 4], month: [u8; 2], day: [u8; 2]) -> Parsed<Day> {
    let [c0, c1, y0, y1] = year;
    let year = two([c0, c1])? * 100 + two([y0, y1])?;
    civil(i32::try_from(year).map_err(|_| StampError::OutOfRange)?, two(month)?, two(day)?)
}

/// Days since 1970 of a date (Howard Hinnant's `days_from_civil`).
fn civil(year: i32, month: i64, day: i64) -> Parsed<Day> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return Err(StampError::NoSuchTime),
    };
    if !(1..=length).contains(&day) {
        return Err(StampError::NoSuchTime);
    }
    if !YEARS.contains(&year) {
        return Err(StampError::OutOfRange);
    }
    let (month, day) = (month as i32, day as i32);
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year / 400, year % 400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Ok(Day(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468))
}

/// A day of a column of dates.
pub(super) fn from_days(days: i64) -> Parsed<Written> {
    let day = i32::try_from(days).map_err(|_| StampError::OutOfRange)?;
    if (-106_650..=106_650).contains(&day) { Ok(Written::Date(Day(day))) } else { Err(StampError::OutOfRange) }
}

/// A count of `unit` nanoseconds of a column of times: since 1970 in UTC, or on clocks without an offset.
pub(super) fn from_units(count: i64, unit: i64, utc: bool) -> Parsed<Written> {
    let at = count.checked_mul(unit).ok_or(StampError::OutOfRange)?;
    if utc {
        return Ok(Written::Count(Ts(at)));
    }
    let date = i32::try_from(at.div_euclid(NANOS_A_DAY)).map_err(|_| StampError::OutOfRange)?;
    Ok(Written::Local { date: Day(date), nanos: at.rem_euclid(NANOS_A_DAY) })
}

/// A bare number since 1970, whose unit its size tells.
pub(super) fn from_count(count: i64, fraction: &[u8]) -> Parsed<Written> {
    let unit = match count.unsigned_abs() {
        100_000_000..10_000_000_000 => NANOS,
        100_000_000_000..10_000_000_000_000 => NANOS / 1_000,
        100_000_000_000_000..10_000_000_000_000_000 => NANOS / 1_000_000,
        100_000_000_000_000_000.. => 1,
        _ => return Err(StampError::NoUnit),
    };
    let whole = count.checked_mul(unit).ok_or(StampError::OutOfRange)?;
    let part = nanos_of(fraction)?;
    if part % (NANOS / unit) != 0 {
        return Err(StampError::TooFine);
    }
    let part = part / (NANOS / unit);
    let at = if count < 0 { whole.checked_sub(part) } else { whole.checked_add(part) };
    at.map(|at| Written::Count(Ts(at))).ok_or(StampError::OutOfRange)
}

fn count(cell: &[u8]) -> Parsed<Written> {
    let point = cell.iter().position(|b| *b == b'.').unwrap_or(cell.len());
    let (whole, fraction) = (&cell[..point], cell.get(point + 1..).unwrap_or_default());
    if !fraction.iter().all(u8::is_ascii_digit) {
        return Err(StampError::NotATime);
    }
    let whole = std::str::from_utf8(whole).map_err(|_| StampError::NotATime)?;
    from_count(whole.parse().map_err(|_| StampError::NotATime)?, fraction)
}

/// The day on which a UTC day begins exactly then, if one does.
pub(super) fn utc_midnight(at: Ts) -> Option<Day> {
    let day = i32::try_from(at.0.div_euclid(NANOS_A_DAY)).ok()?;
    (at.0.rem_euclid(NANOS_A_DAY) == 0).then_some(Day(day))
}

/// For columns of floats that count since 1970.
pub(super) fn from_float(value: f64) -> Parsed<Written> {
    // Doubles above 2⁵³ print all their digits, so the text is what another program would have written.
    if value.is_finite() && value.abs() < 1e19 {
        count(format!("{value}").as_bytes())
    } else {
        Err(StampError::NotATime)
    }
}
