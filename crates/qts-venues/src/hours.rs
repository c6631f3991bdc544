//! When a market trades: its hours by date, the days on which it is closed, and days with hours of their own.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use qts_core::{Dated, Day};

use crate::calendar::CalendarError;

/// Seconds in a day of 24 hours.
pub(crate) const SECONDS_A_DAY: u32 = 24 * 60 * 60;

/// A stretch of a local day in which a market trades, in seconds since midnight, without its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// When it opens.
    pub open: u32,
    /// When it closes; 86400 is the end of the day.
    pub close: u32,
}

/// The windows of a day, in order and apart; never none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Windows(Vec<Window>);

/// When a market trades, in the time of its zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    /// The IANA name of its zone.
    pub tz: String,
    /// The usual day, by date.
    pub usual: Dated<Windows>,
    /// Days out of the usual.
    pub days: TradingDays,
}

/// On which days a market trades.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TradingDays {
    /// Is it closed on Saturdays and Sundays?
    pub rests_on_weekends: bool,
    /// Days on which it is closed besides.
    pub closed: BTreeSet<Day>,
    /// Days on which it trades at other hours; open even if they would be closed otherwise.
    pub special: BTreeMap<Day, Windows>,
    /// The first day of which closed days are known; earlier ones may have been others, Saturdays with trading for one.
    pub known_from: Option<Day>,
    /// The last day of which closed days are known; after it only weekends are.
    pub known_until: Option<Day>,
}

impl Windows {
    /// These, if there are any and they are in order, apart, and within their day.
    ///
    /// # Errors
    /// If they are not.
    pub fn new(windows: Vec<Window>) -> Result<Self, CalendarError> {
        let bad = |window: &Window| window.open >= window.close || window.close > SECONDS_A_DAY;
        if let Some(Window { open, close }) = windows.iter().find(|window| bad(window)) {
            return Err(CalendarError::Session { open: open / 60, close: close / 60 });
        }
        if windows.is_empty() || windows.windows(2).any(|pair| pair[1].open < pair[0].close) {
            return Err(CalendarError::Windows);
        }
        Ok(Self(windows))
    }

    /// The whole day.
    #[must_use]
    pub fn whole_day() -> Self {
        Self(vec![Window { open: 0, close: SECONDS_A_DAY }])
    }

    /// In order.
    #[must_use]
    pub fn all(&self) -> &[Window] {
        &self.0
    }
}

impl FromStr for Windows {
    type Err = CalendarError;

    /// `09:00-15:30`, or several in order: `08:00-08:50, 09:00:30-15:20`.
    fn from_str(text: &str) -> Result<Self, CalendarError> {
        let windows: Option<Vec<Window>> = text.split(',').map(window).collect();
        Self::new(windows.ok_or(CalendarError::Windows)?)
    }
}

impl fmt::Display for Windows {
    /// As they are read.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, Window { open, close }) in self.0.iter().enumerate() {
            let comma = if number == 0 { "" } else { ", " };
            write!(f, "{comma}{}-{}", Clock(*open), Clock(*close))?;
        }
        Ok(())
    }
}

/// A second of a day as a clock shows it.
struct Clock(u32);

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, minute, second) = (self.0 / 3_600, self.0 / 60 % 60, self.0 % 60);
        write!(f, "{hour:02}:{minute:02}")?;
        if second == 0 { Ok(()) } else { write!(f, ":{second:02}") }
    }
}

fn window(text: &str) -> Option<Window> {
    let (open, close) = text.split_once('-')?;
    Some(Window { open: clock(open)?, close: clock(close)? })
}

/// `15:30` or `15:30:00` in seconds since midnight, at most those of a day.
fn clock(text: &str) -> Option<u32> {
    let two = |part: &str| -> Option<u32> {
        let sound = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        if sound { part.parse().ok() } else { None }
    };
    let parts: Option<Vec<u32>> = text.trim().split(':').map(two).collect();
    let (hour, minute, second) = match parts?[..] {
        [hour, minute] => (hour, minute, 0),
        [hour, minute, second] => (hour, minute, second),
        _ => return None,
    };
    let all = hour * 3_600 + minute * 60 + second;
    (minute < 60 && second < 60 && all <= SECONDS_A_DAY).then_some(all)
}

impl Hours {
    /// The same hours every day.
    #[must_use]
    pub fn every_day(windows: Windows, tz: &str) -> Self {
        Self { tz: tz.to_owned(), usual: Dated::always(windows), days: TradingDays::default() }
    }

    /// The windows of a day; of one on which the market is closed, those that it would have.
    #[must_use]
    pub fn on(&self, day: Day) -> &Windows {
        self.days.special.get(&day).unwrap_or_else(|| self.usual.on(day))
    }

    /// Does the market trade on that day, as far as is known?
    #[must_use]
    pub fn is_open(&self, day: Day) -> bool {
        let days = &self.days;
        let rests = days.rests_on_weekends && is_weekend(day);
        days.special.contains_key(&day) || !(rests || days.closed.contains(&day))
    }

    /// Is the market known to have been closed on that day?
    #[must_use]
    pub fn is_surely_closed(&self, day: Day) -> bool {
        !self.is_open(day) && self.days.known_from.is_none_or(|from| from <= day)
    }

    /// The first day after `day` on which the market trades.
    #[must_use]
    pub fn next_open(&self, day: Day) -> Day {
        let mut next = Day(day.0.saturating_add(1));
        // A market without any open day never ends up in a config: the longest holiday is far shorter than a year.
        let last = day.0.saturating_add(366);
        while next.0 < last && !self.is_open(next) {
            next = Day(next.0.saturating_add(1));
        }
        next
    }

    /// The last day before `day` on which the market trades.
    #[must_use]
    pub fn last_open(&self, day: Day) -> Day {
        let mut last = Day(day.0.saturating_sub(1));
        let first = day.0.saturating_sub(366);
        while last.0 > first && !self.is_open(last) {
            last = Day(last.0.saturating_sub(1));
        }
        last
    }

    /// The day on which a trade of `day` is settled, `count` trading days later.
    #[must_use]
    pub fn settles(&self, day: Day, count: u32) -> Day {
        (0..count).fold(day, |day, _| self.next_open(day))
    }
}

/// 1970-01-01 was a Thursday.
pub(crate) const fn is_weekend(day: Day) -> bool {
    matches!((day.0.rem_euclid(7) + 4) % 7, 0 | 6)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(open: u32, close: u32) -> Window {
        Window { open, close }
    }

    #[test]
    fn windows_are_in_order_apart_and_within_their_day() {
        let is_right = |list: &[(u32, u32)]| {
            Windows::new(list.iter().map(|(open, close)| window(*open, *close)).collect()).is_ok()
        };
        assert!(is_right(&[(0, 86_400)]) && is_right(&[(0, 10), (10, 20)]));
        assert!(!is_right(&[]) && !is_right(&[(10, 10)]) && !is_right(&[(0, 86_401)]));
        assert!(!is_right(&[(0, 11), (10, 20)]) && !is_right(&[(10, 20), (0, 5)]));
    }

    #[test]
    fn windows_are_written_as_they_are_read() {
        for text in ["09:00-15:30", "08:00-08:50, 09:00:30-15:20, 15:40-20:00", "00:00-24:00"] {
            assert_eq!(text.parse::<Windows>().map(|windows| windows.to_string()).as_deref(), Ok(text));
        }
        for text in
            ["", "9:00-15:30", "09:00", "09:00-15:60", "09:00-24:01", "15:30-09:00", "09:00-15:30,", "0a:00-10:00"]
        {
            assert!(text.parse::<Windows>().is_err(), "{text}");
        }
    }

    #[test]
    fn weekends_and_closed_days_are_skipped_and_special_days_are_not() {
        // 2024-02-08 is a Thursday; the ninth and twelfth were the lunar new year.
        let thursday = Day(19_761);
        let days = TradingDays {
            rests_on_weekends: true,
            closed: [Day(19_762), Day(19_765)].into(),
            ..TradingDays::default()
        };
        let mut hours = Hours { days, ..Hours::every_day(Windows::whole_day(), "Asia/Seoul") };
        assert_eq!(hours.next_open(thursday), Day(19_766), "Tuesday");
        assert_eq!(hours.settles(thursday, 2), Day(19_767));
        assert_eq!((hours.last_open(Day(19_766)), hours.last_open(thursday)), (thursday, Day(19_760)));
        let morning = Windows::new(vec![window(0, 3_600)]).expect("a window");
        hours.days.special.insert(Day(19_763), morning.clone());
        assert_eq!((hours.next_open(thursday), hours.on(Day(19_763))), (Day(19_763), &morning), "a special Saturday");
        assert_eq!(Hours::every_day(morning, "UTC").next_open(Day(2)), Day(3), "no weekends");
        assert_eq!(hours.next_open(Day(i32::MAX)), Day(i32::MAX));
    }
}
