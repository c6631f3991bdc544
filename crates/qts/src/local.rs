//! Times as an exchange's own clock shows them.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use qts_core::{Day, Inst, Ts};

use crate::cli;
use crate::config::Config;
use crate::wire::rfc3339;

/// A time on the clock of an instrument's market, with its offset.
pub(crate) fn time(config: &Config, inst: Inst, ts: Ts) -> String {
    zone(config, inst).and_then(|tz| on(tz, ts)).unwrap_or_else(|| rfc3339(ts))
}

/// Its date there.
pub(crate) fn date(config: &Config, inst: Inst, ts: Ts) -> String {
    time(config, inst, ts).chars().take(10).collect()
}

/// A date as days are counted.
pub(crate) fn day_of(date: Date) -> Day {
    Day((date - Date::constant(1970, 1, 1)).get_days())
}

/// A day as a date; far outside the calendar, its number.
pub(crate) fn date_of(day: Day) -> String {
    let days = jiff::Span::new().try_days(day.0);
    let date = days.and_then(|days| Date::constant(1970, 1, 1).checked_add(days));
    date.map_or_else(|_| day.0.to_string(), |date| date.to_string())
}

/// The last moment of the day of `ts` on the clock of an instrument's market; `None` out of range.
pub(crate) fn end_of_day(config: &Config, inst: Inst, ts: Ts) -> Option<Ts> {
    let zone = TimeZone::get(zone(config, inst)?).ok()?;
    let date = Timestamp::from_nanosecond(ts.0.into()).ok()?.to_zoned(zone).date();
    end_of(config, inst, date)
}

/// The last moment of a date on the clock of an instrument's market; `None` out of range.
pub(crate) fn end_of(config: &Config, inst: Inst, date: Date) -> Option<Ts> {
    let zone = TimeZone::get(zone(config, inst)?).ok()?;
    let next = date.tomorrow().ok()?.to_zoned(zone).ok()?;
    i64::try_from(next.timestamp().as_nanosecond() - 1).ok().map(Ts)
}

fn zone(config: &Config, inst: Inst) -> Option<&str> {
    let id = config.registry.get(inst).map(|instrument| &instrument.id);
    config.instruments.iter().find(|spec| Some(&spec.id) == id).map(|spec| spec.hours.tz.as_str())
}

fn on(tz: &str, ts: Ts) -> Option<String> {
    let zoned = Timestamp::from_nanosecond(ts.0.into()).ok()?.to_zoned(TimeZone::get(tz).ok()?);
    Some(zoned.strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string())
}

/// A time, or a date on some market's own clock.
#[derive(Debug, Clone, Copy)]
pub(crate) enum TimeOrDate {
    /// A moment.
    Time(Ts),
    /// A whole day; its end is meant.
    Date(jiff::civil::Date),
}

impl TimeOrDate {
    /// From `2018-01-15T10:30:00+09:00` or `2018-01-15`.
    ///
    /// # Errors
    /// It is neither.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let date = (text.len() == 10).then(|| text.parse().ok().map(Self::Date)).flatten();
        let wrong = |_| {
            format!("`{text}` is neither a date (2018-06-30) nor a time with an offset (2018-06-30T15:30:00+09:00)")
        };
        date.map_or_else(|| cli::time(text).map(Self::Time).map_err(wrong), Ok)
    }

    /// As it was given, or on the instrument's own clock.
    pub(crate) fn told(self, config: &Config, inst: Inst) -> String {
        match self {
            Self::Time(ts) => self::time(config, inst, ts),
            Self::Date(date) => date.to_string(),
        }
    }

    /// The moment meant, for an instrument.
    ///
    /// # Errors
    /// It is out of range.
    pub(crate) fn on_the_clock_of(self, config: &Config, inst: Inst) -> Result<Ts, String> {
        match self {
            Self::Time(ts) => Ok(ts),
            Self::Date(date) => end_of(config, inst, date).ok_or_else(|| format!("`{date}` is out of range")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_dates() {
        let date: Date = "2018-05-04".parse().expect("a date");
        assert_eq!((day_of(date), date_of(day_of(date)).as_str()), (Day(17_655), "2018-05-04"));
        assert_eq!(date_of(Day(i32::MAX)), i32::MAX.to_string());
    }

    #[test]
    fn times_carry_the_offset_of_their_day() {
        let told = |ns, tz| on(tz, Ts(ns)).expect("a zone");
        assert_eq!(told(1_136_322_000_000_000_000, "America/New_York"), "2006-01-03T16:00:00-05:00");
        assert_eq!(told(1_136_322_000_500_000_000, "Asia/Seoul"), "2006-01-04T06:00:00.5+09:00");
        assert_eq!(on("Nowhere/At_All", Ts(0)), None);
    }
}
