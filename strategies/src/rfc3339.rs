//! Reads RFC 3339 times with their offset, exactly, into nanoseconds.
//!
//! It knows the Gregorian calendar and nothing of time zones: the offset is part of the text. Taken are
//! `2018-01-15T15:30:00+09:00`, `Z` for `+00:00`, a fraction of one to nine digits, and as RFC 3339 allows a space for
//! the `T` and small letters. Refused are a missing offset, a leap second (`:60`, which an instant here cannot name), a
//! day that its month has not, and anything beyond the range of [`Ts`] (1677-09-21 to 2262-04-11).

use qts_strategy::Ts;

/// The instant that `text` names; `None` if it is not of the form above.
pub(crate) fn parse(text: &str) -> Option<Ts> {
    let (date, rest) = text.split_at_checked(10)?;
    let (clock, rest) = rest.strip_prefix(['T', 't', ' '])?.split_at_checked(8)?;
    let (nanos, rest) = fraction(rest)?;
    let seconds = days(date)? * 86_400 + seconds(clock)? - offset(rest)?;
    let whole = i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
    i64::try_from(whole).ok().map(Ts)
}

/// `YYYY-MM-DD` as days since 1970-01-01.
fn days(text: &str) -> Option<i64> {
    let [year, month, day] = split(text, '-')?;
    let (year, month, day) = (digits(year, 4)?, digits(month, 2)?, digits(day, 2)?);
    let exists = (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    exists.then(|| days_before(year, month) + day - 1)
}

/// Days from 1970-01-01 to the first of a month.
fn days_before(year: i64, month: i64) -> i64 {
    let earlier = year - 1;
    let leap_days = earlier.div_euclid(4) - earlier.div_euclid(100) + earlier.div_euclid(400);
    let months: i64 = (1..month).map(|m| days_in(year, m)).sum();
    earlier * 365 + leap_days + months - 719_162
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// `HH:MM:SS` as seconds since midnight.
fn seconds(text: &str) -> Option<i64> {
    let [hour, minute, second] = split(text, ':')?;
    Some(hours_and_minutes(hour, minute)? + digits(second, 2).filter(|second| *second < 60)?)
}

fn hours_and_minutes(hour: &str, minute: &str) -> Option<i64> {
    let hour = digits(hour, 2).filter(|hour| *hour < 24)?;
    let minute = digits(minute, 2).filter(|minute| *minute < 60)?;
    Some(hour * 3_600 + minute * 60)
}

/// A fraction of a second in nanoseconds, if there is one, and what follows it.
fn fraction(text: &str) -> Option<(i64, &str)> {
    let Some(rest) = text.strip_prefix('.') else { return Some((0, text)) };
    let length = rest.bytes().take_while(u8::is_ascii_digit).count();
    if !(1..=9).contains(&length) {
        return None;
    }
    let (written, rest) = rest.split_at_checked(length)?;
    digits(&format!("{written:0<9}"), 9).map(|nanos| (nanos, rest))
}

/// `Z` or `±HH:MM` in seconds east of Greenwich.
fn offset(text: &str) -> Option<i64> {
    if matches!(text, "Z" | "z") {
        return Some(0);
    }
    let (sign, text) = match text.strip_prefix('-') {
        Some(text) => (-1, text),
        None => (1, text.strip_prefix('+')?),
    };
    let (hour, minute) = text.split_once(':')?;
    hours_and_minutes(hour, minute).map(|seconds| sign * seconds)
}

fn split(text: &str, separator: char) -> Option<[&str; 3]> {
    let mut parts = text.splitn(3, separator);
    Some([parts.next()?, parts.next()?, parts.next()?])
}

/// A number of exactly so many digits.
fn digits(text: &str, length: usize) -> Option<i64> {
    let sound = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    if sound { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Instants in seconds as `date -u +%s` gives them.
    #[test]
    fn known_instants_come_out() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2018-01-15T15:30:00+09:00", 1_515_997_800),
            ("2018-01-15 06:30:00z", 1_515_997_800),
            ("2018-01-15t01:00:00-05:30", 1_515_997_800),
            ("2000-02-29T12:00:00Z", 951_825_600),
            ("2024-12-31T23:59:59-00:00", 1_735_689_599),
            ("1969-12-31T23:59:59Z", -1),
            ("1900-03-01T00:00:00Z", -2_203_891_200),
        ] {
            assert_eq!(parse(text), Some(Ts(seconds * 1_000_000_000)), "{text}");
        }
    }

    #[test]
    fn a_fraction_counts_from_the_left_and_up_to_nine_digits() {
        assert_eq!(parse("1970-01-01T00:00:00.5Z"), Some(Ts(500_000_000)));
        assert_eq!(parse("1970-01-01T00:00:00.000000001Z"), Some(Ts(1)));
        assert_eq!(parse("1969-12-31T23:59:59.999999999Z"), Some(Ts(-1)));
        assert_eq!(parse("1970-01-01T00:00:00.0000000001Z"), None);
        assert_eq!(parse("1970-01-01T00:00:00.Z"), None);
    }

    #[test]
    fn the_range_is_that_of_nanoseconds() {
        assert_eq!(parse("2262-04-11T23:47:16.854775807Z"), Some(Ts(i64::MAX)));
        assert_eq!(parse("2262-04-11T23:47:16.854775808Z"), None);
        assert_eq!(parse("1677-09-21T00:12:43.145224192Z"), Some(Ts(i64::MIN)));
        assert_eq!(parse("1677-09-21T00:12:43.145224191Z"), None);
        assert_eq!(parse("0000-01-01T00:00:00Z"), None);
    }

    #[test]
    fn every_day_from_1700_to_2200_follows_the_one_before() {
        let mut expected = days("1700-01-01").expect("a date");
        for (year, month) in (1700..2200).flat_map(|year| (1..=12).map(move |month| (year, month))) {
            for day in 1..=days_in(year, month) {
                assert_eq!(days(&format!("{year:04}-{month:02}-{day:02}")), Some(expected));
                expected += 1;
            }
        }
    }

    #[test]
    fn what_is_not_a_time_with_offset_is_refused() {
        for text in [
            "",
            "2018-01-15",
            "2018-01-15T15:30:00",
            "2018-01-15T15:30+09:00",
            "2018-01-15T15:30:00+0900",
            "2018-01-15T15:30:00+09",
            "2018-01-15T15:30:00+24:00",
            "2018-01-15T15:30:00 +09:00",
            "2018-01-15T15:30:60Z",
            "2018-01-15T24:00:00Z",
            "2018-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "2018-00-10T00:00:00Z",
            "2018-13-10T00:00:00Z",
            "2018-01-00T00:00:00Z",
            "2018-1-015T00:00:00Z",
            "+018-01-15T00:00:00Z",
            "2018-01-15T15:30:00Zulu",
            "2018-01-1５T15:30:00Z",
            "１２３４-01-15T15:30:00Z",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
