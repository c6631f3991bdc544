//! Local dates and sessions: which session an instant belongs to, and when that session ends.
//!
//! Time zones come from the database built into the program, never from the machine, so that the same files give
//! the same events everywhere. Each answer is remembered for its day: asking once per event is a comparison.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};
use jiff::{Span, Timestamp};
use std::sync::Arc;

use qts_core::{Day, Ts};

use crate::hours::{Hours, SECONDS_A_DAY, Window, Windows};

const NANOS_A_SECOND: i64 = 1_000_000_000;
const NANOS_A_DAY: i64 = NANOS_A_SECOND * SECONDS_A_DAY as i64;

/// Why there is no calendar. All variants: *halt*, the config is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// No such time zone.
    #[error("find the time zone `{0}`; write an IANA name such as \"Asia/Seoul\", \"America/New_York\" or \"UTC\"")]
    UnknownZone(String),
    /// The session closes before it opens, or lies outside its day.
    #[error(
        "use a session from minute {open} to minute {close} of its day; it must close after it opens, by 24:00 \
         (sessions over midnight: leave `session` out, a session then is the local day)"
    )]
    Session {
        /// Minute of the day at which it opens.
        open: u32,
        /// Minute of the day at which it closes.
        close: u32,
    },
    /// A day's windows overlap or are out of order, or there are none.
    #[error("use the trading windows of a day; give at least one, in order, each after the one before has closed")]
    Windows,
}

/// Why a local date and clock time name no instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LocalTimeError {
    /// The clocks skip it.
    Skipped,
    /// The clocks show it twice.
    Twice,
    /// Outside 1677 to 2262.
    OutOfRange,
}

/// The rules of one time zone, remembering the day last asked about.
#[derive(Debug, Clone)]
pub struct Zone {
    rules: TimeZone,
    known: Option<SteadyDay>,
}

/// A local day throughout which the clocks were `offset` ahead of UTC.
#[derive(Debug, Clone, Copy)]
struct SteadyDay {
    day: Day,
    offset: i64,
}

impl Zone {
    /// The zone of that IANA name.
    ///
    /// # Errors
    /// If there is none.
    pub fn named(name: &str) -> Result<Self, CalendarError> {
        let rules = TimeZoneDatabase::bundled().get(name).map_err(|_| CalendarError::UnknownZone(name.to_owned()))?;
        Ok(Self { rules, known: None })
    }

    /// The instant at which the clocks there showed that date and nanosecond of the day.
    ///
    /// # Errors
    /// If they never did, or did twice: then nothing tells which was meant.
    pub fn instant(&mut self, day: Day, nanos: i64) -> Result<Ts, LocalTimeError> {
        if self.known.is_none_or(|known| known.day != day) {
            self.known = self.steady(day);
        }
        match self.known {
            Some(SteadyDay { offset, .. }) => i64::from(day.0)
                .checked_mul(NANOS_A_DAY)
                .and_then(|start| start.checked_add(nanos)?.checked_sub(offset))
                .map(Ts)
                .ok_or(LocalTimeError::OutOfRange),
            None => self.exact(day, nanos),
        }
    }

    /// The local date at an instant.
    #[must_use]
    pub fn date_of(&self, at: Ts) -> Day {
        day_of(self.rules.to_datetime(timestamp(at)).date())
    }

    /// The day, if its clocks run through from its midnight to the next without a change.
    fn steady(&self, day: Day) -> Option<SteadyDay> {
        let start = self.first_instant_at(day, 0)?;
        let end = self.first_instant_at(Day(day.0.checked_add(1)?), 0)?;
        let shown = i64::from(day.0).checked_mul(NANOS_A_DAY)?;
        let last = self.rules.to_offset(timestamp(Ts(end.0.checked_sub(1)?)));
        let offset = shown.checked_sub(start.0)?;
        let steady = i64::from(last.seconds()) * 1_000_000_000 == offset && end.0.checked_sub(start.0)? == NANOS_A_DAY;
        steady.then_some(SteadyDay { day, offset })
    }

    fn exact(&self, day: Day, nanos: i64) -> Result<Ts, LocalTimeError> {
        let shown = date_time(day, nanos).ok_or(LocalTimeError::OutOfRange)?;
        let found = self.rules.to_ambiguous_timestamp(shown);
        match found.offset() {
            AmbiguousOffset::Gap { .. } => Err(LocalTimeError::Skipped),
            AmbiguousOffset::Fold { .. } => Err(LocalTimeError::Twice),
            AmbiguousOffset::Unambiguous { .. } => {
                found.compatible().ok().and_then(ts_of).ok_or(LocalTimeError::OutOfRange)
            }
        }
    }

    /// The first instant at which the clocks show that or, where they skip it, what they show instead.
    fn first_instant_at(&self, day: Day, nanos: i64) -> Option<Ts> {
        self.rules.to_ambiguous_timestamp(date_time(day, nanos)?).compatible().ok().and_then(ts_of)
    }
}

/// The sessions of one instrument: one each local date, from the opening of its first window to the close of its last.
#[derive(Debug, Clone)]
pub struct SessionClock {
    zone: Zone,
    hours: Arc<Hours>,
    today: Option<Today>,
}

/// A local day: its instants from `start` until before `end`, and its session's open and close.
#[derive(Debug, Clone, Copy)]
struct Today {
    day: Day,
    start: Ts,
    end: Ts,
    open: Ts,
    close: Ts,
    next: Day,
}

/// The session of an instant, as [`SessionClock::at`] tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionDay {
    /// Its local date.
    pub day: Day,
    /// When it closes, or has closed.
    pub close: Ts,
    /// The date of the next one.
    pub next: Day,
}

impl SessionClock {
    /// Sessions from the first to the second minute of each local day (1440 is the end of the day), or whole days.
    ///
    /// # Errors
    /// If there is no such time zone, or the session closes before it opens.
    pub fn new(session: Option<(u16, u16)>, tz: &str) -> Result<Self, CalendarError> {
        let seconds = |minute: u16| u32::from(minute) * 60;
        let windows = match session {
            Some((open, close)) => Windows::new(vec![Window { open: seconds(open), close: seconds(close) }])?,
            None => Windows::whole_day(),
        };
        Self::of(Arc::new(Hours::every_day(windows, tz)))
    }

    /// Sessions at those hours.
    ///
    /// # Errors
    /// If there is no such time zone.
    pub fn of(hours: Arc<Hours>) -> Result<Self, CalendarError> {
        Ok(Self { zone: Zone::named(&hours.tz)?, hours, today: None })
    }

    /// The session of the local date at an instant; it may not have opened yet, or have closed already, and on a day
    /// on which the market should be closed it is as on another day.
    pub fn at(&mut self, at: Ts) -> SessionDay {
        let today = match self.today {
            Some(today) if today.start <= at && at < today.end => Some(today),
            _ => self.turn_to(at),
        };
        match today {
            Some(today) => SessionDay { day: today.day, close: today.close, next: today.next },
            None => {
                let day = self.zone.date_of(at);
                SessionDay { day, close: Ts(i64::MAX), next: self.hours.next_open(day) }
            }
        }
    }

    /// Is the market open at an instant: within a window of a day on which it trades?
    pub fn is_open(&mut self, at: Ts) -> bool {
        let day = self.at(at).day;
        if !self.hours.is_open(day) {
            return false;
        }
        let hours = Arc::clone(&self.hours);
        hours.on(day).all().iter().any(|window| {
            let open = self.instant(day, window.open);
            let close = self.instant(day, window.close);
            open.zip(close).is_some_and(|(open, close)| open <= at && at < close)
        })
    }

    /// Does the market trade on that local date at some instant from `from` to `to`, both included? It may be a day on
    /// which it should be closed: who asks has seen something of that day.
    pub fn trades_on(&mut self, day: Day, from: Ts, to: Ts) -> bool {
        let Some(today) = self.day(day) else { return true };
        let hours = Arc::clone(&self.hours);
        let meets = |open: Ts, close: Ts| open <= to && from <= close;
        match hours.on(day).all() {
            [_] => meets(today.open, today.close),
            windows => windows.iter().any(|window| {
                let (open, close) = (self.instant(day, window.open), self.instant(day, window.close));
                open.zip(close).is_none_or(|(open, close)| meets(open, close))
            }),
        }
    }

    /// The date of the session in which an order sent at an instant first trades: that of its own date until it closes,
    /// if the market trades on it.
    pub fn trading_day(&mut self, at: Ts) -> Day {
        let session = self.at(at);
        let is_before_its_close = at < session.close && self.hours.is_open(session.day);
        if is_before_its_close { session.day } else { session.next }
    }

    /// When the session of a local date closes; `None` outside 1677 to 2262.
    pub fn close_of(&mut self, day: Day) -> Option<Ts> {
        self.day(day).map(|today| today.close)
    }

    /// When the session of a local date opens; `None` outside 1677 to 2262.
    pub fn open_of(&mut self, day: Day) -> Option<Ts> {
        self.day(day).map(|today| today.open)
    }

    /// The date of the session after that of a local date.
    #[must_use]
    pub fn day_after(&self, day: Day) -> Day {
        self.hours.next_open(day)
    }

    /// When the market trades.
    #[must_use]
    pub fn hours(&self) -> &Hours {
        &self.hours
    }

    fn day(&mut self, day: Day) -> Option<Today> {
        if self.today.is_none_or(|today| today.day != day) {
            self.today = Some(self.look_up(day)?);
        }
        self.today
    }

    fn turn_to(&mut self, at: Ts) -> Option<Today> {
        let day = self.zone.date_of(at);
        // Clocks set back over midnight show a date, the next one, and the first again: a day then ends at its
        // first midnight, whatever the clocks show after it.
        let days = [day, Day(day.0.saturating_add(1)), Day(day.0.saturating_sub(1))];
        self.today = days.into_iter().filter_map(|day| self.look_up(day)).find(|t| t.start <= at && at < t.end);
        self.today
    }

    fn look_up(&self, day: Day) -> Option<Today> {
        let start = self.instant(day, 0)?;
        let end = self.instant(day, SECONDS_A_DAY)?;
        let windows = self.hours.on(day).all();
        let open = self.instant(day, windows.first()?.open)?;
        let close = self.instant(day, windows.last()?.close)?;
        Some(Today { day, start, end, open, close, next: self.hours.next_open(day) })
    }

    /// The instant of a second of a local day; its last is the next midnight.
    fn instant(&self, day: Day, second: u32) -> Option<Ts> {
        match second {
            SECONDS_A_DAY => self.zone.first_instant_at(Day(day.0.checked_add(1)?), 0),
            second => self.zone.first_instant_at(day, i64::from(second) * NANOS_A_SECOND),
        }
    }
}

const EPOCH: Date = Date::constant(1970, 1, 1);

fn date_time(day: Day, nanos: i64) -> Option<DateTime> {
    let date = EPOCH.checked_add(Span::new().try_days(day.0).ok()?).ok()?;
    DateTime::from_parts(date, Time::midnight()).checked_add(Span::new().try_nanoseconds(nanos).ok()?).ok()
}

/// A date as people write it: `2024-12-31`.
#[must_use]
pub fn day(text: &str) -> Option<Day> {
    let is_date = text.len() == 10 && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit());
    if is_date { text.parse().ok().map(day_of) } else { None }
}

/// The same the other way round.
#[must_use]
pub fn date(day: Day) -> String {
    date_time(day, 0).map_or_else(|| format!("day {}", day.0), |shown| shown.date().to_string())
}

fn day_of(date: Date) -> Day {
    Day((date - EPOCH).get_days())
}

fn timestamp(at: Ts) -> Timestamp {
    // Every i64 of nanoseconds is within jiff's range, which spans twenty thousand years.
    Timestamp::from_nanosecond(at.0.into()).unwrap_or_default()
}

fn ts_of(at: Timestamp) -> Option<Ts> {
    i64::try_from(at.as_nanosecond()).ok().map(Ts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ts(text: &str) -> Ts {
        ts_of(text.parse().expect("an instant")).expect("in range")
    }

    fn day(text: &str) -> Day {
        day_of(text.parse().expect("a date"))
    }

    #[test]
    fn dates_are_written_as_they_are_read() {
        for text in ["1970-01-01", "2024-02-29", "0001-01-01"] {
            assert_eq!(super::day(text).map(date).as_deref(), Some(text));
        }
        for text in ["2024-02-30", "2024-2-28", "20240228", "2024-02-28T00:00", "-024-02-28", ""] {
            assert_eq!(super::day(text), None, "{text}");
        }
        assert_eq!(date(Day(i32::MAX)), "day 2147483647");
    }

    fn clock(session: Option<(u16, u16)>, tz: &str) -> SessionClock {
        SessionClock::new(session, tz).expect("a calendar")
    }

    #[test]
    fn a_krx_session_ends_at_half_past_three_in_seoul() {
        let mut krx = clock(Some((540, 930)), "Asia/Seoul");
        let close = ts("2018-01-15T15:30:00+09:00");
        for at in ["2018-01-15T00:00:00+09:00", "2018-01-15T10:00:00+09:00", "2018-01-15T23:59:59.999+09:00"] {
            assert_eq!((krx.at(ts(at)).day, krx.at(ts(at)).close), (day("2018-01-15"), close), "{at}");
        }
        assert_eq!(krx.at(ts("2018-01-15T15:00:00Z")).day, day("2018-01-16"), "midnight in Seoul");
        assert_eq!(krx.close_of(day("2018-01-15")), Some(close));
        assert_eq!(krx.open_of(day("2018-01-15")), Some(ts("2018-01-15T09:00:00+09:00")));
    }

    #[test]
    fn without_a_session_the_day_ends_at_the_next_local_midnight() {
        let mut utc = clock(None, "UTC");
        let mut seen = |at| (utc.at(ts(at)).day, utc.at(ts(at)).close);
        assert_eq!(seen("2024-02-29T23:59:59Z"), (day("2024-02-29"), ts("2024-03-01T00:00:00Z")));
        assert_eq!(seen("2024-03-01T00:00:00Z"), (day("2024-03-01"), ts("2024-03-02T00:00:00Z")));
        let mut seoul = clock(None, "Asia/Seoul");
        assert_eq!(seoul.close_of(day("2024-01-01")), Some(ts("2024-01-01T15:00:00Z")));
    }

    #[test]
    fn a_market_is_open_in_its_windows_on_its_days() {
        let at = |hour: u32, minute: u32, second: u32| hour * 3_600 + minute * 60 + second;
        let window = |open, close| Window { open, close };
        let windows = vec![
            window(at(8, 0, 0), at(8, 50, 0)),
            window(at(9, 0, 30), at(15, 20, 0)),
            window(at(15, 40, 0), at(20, 0, 0)),
        ];
        let mut hours = Hours::every_day(Windows::new(windows).expect("in order"), "Asia/Seoul");
        hours.days.rests_on_weekends = true;
        hours.days.closed.insert(day("2025-03-03"));
        let mut nxt = SessionClock::of(Arc::new(hours)).expect("a calendar");
        for (time, is_open) in [
            ("07:59:59", false),
            ("08:00:00", true),
            ("08:50:00", false),
            ("09:00:29", false),
            ("09:00:30", true),
            ("15:30:00", false),
            ("19:59:59", true),
            ("20:00:00", false),
        ] {
            assert_eq!(nxt.is_open(ts(&format!("2025-03-04T{time}+09:00"))), is_open, "{time}");
            assert!(!nxt.is_open(ts(&format!("2025-03-03T{time}+09:00"))), "a holiday, {time}");
        }
        let seen = nxt.at(ts("2025-02-28T12:00:00+09:00"));
        assert_eq!((seen.close, seen.next), (ts("2025-02-28T20:00:00+09:00"), day("2025-03-04")));
    }

    #[test]
    fn the_close_follows_daylight_saving_time() {
        let mut us = clock(Some((570, 960)), "America/New_York");
        for (date, close) in [
            ("2019-03-08", "2019-03-08T21:00:00Z"),
            ("2019-03-11", "2019-03-11T20:00:00Z"),
            ("2019-11-01", "2019-11-01T20:00:00Z"),
            ("2019-11-04", "2019-11-04T21:00:00Z"),
        ] {
            assert_eq!(us.close_of(day(date)), Some(ts(close)), "{date}");
        }
        let mut whole = clock(None, "America/New_York");
        let seen = whole.at(ts("2019-03-10T05:00:00Z"));
        assert_eq!((seen.day, seen.close), (day("2019-03-10"), ts("2019-03-11T04:00:00Z")), "a day of 23 hours");
    }

    #[test]
    fn answers_do_not_depend_on_what_was_asked_before() {
        // St John's set its clocks back at one minute past midnight: the date went 7, 6, 7.
        let mut warm = clock(None, "America/St_Johns");
        let from = ts("2010-11-07T02:00:00Z").0;
        for minute in (0..120).chain((0..120).rev()) {
            let at = Ts(from + minute * 60 * NANOS_A_SECOND);
            assert_eq!(warm.at(at), clock(None, "America/St_Johns").at(at), "{minute}");
        }
    }

    #[test]
    fn a_local_time_that_is_skipped_or_shown_twice_names_no_instant() {
        let mut zone = Zone::named("America/New_York").expect("a zone");
        let hour = 3_600 * NANOS_A_SECOND;
        for (date, at, found) in [
            ("2019-03-10", hour, Ok(ts("2019-03-10T06:00:00Z"))),
            ("2019-03-10", 2 * hour, Err(LocalTimeError::Skipped)),
            ("2019-03-10", 3 * hour, Ok(ts("2019-03-10T07:00:00Z"))),
            ("2019-11-03", hour, Err(LocalTimeError::Twice)),
            ("2019-11-03", 2 * hour, Ok(ts("2019-11-03T07:00:00Z"))),
            ("2019-07-01", 9 * hour, Ok(ts("2019-07-01T13:00:00Z"))),
        ] {
            assert_eq!(zone.instant(day(date), at), found, "{date} {at}");
        }
    }

    #[test]
    fn nonsense_is_refused_with_a_way_out() {
        let text = |session, tz| SessionClock::new(session, tz).map(|_| ()).map_err(|e| e.to_string());
        assert!(text(None, "Asia/Soul").is_err_and(|e| e.contains("`Asia/Soul`; write an IANA name")));
        assert!(text(Some((930, 540)), "Asia/Seoul").is_err_and(|e| e.contains("must close after it opens")));
        assert!(text(Some((0, 1_441)), "UTC").is_err());
        assert!(text(Some((0, 1_440)), "UTC").is_ok());
    }

    #[test]
    fn the_ends_of_time_do_not_panic() {
        let mut clock = clock(Some((540, 930)), "Asia/Seoul");
        for at in [i64::MIN, i64::MIN + 1, -1, 0, i64::MAX] {
            let _ = clock.at(Ts(at));
        }
        for day in [i32::MIN, -200_000, 0, 200_000, i32::MAX] {
            assert_eq!(clock.close_of(Day(day)).is_some(), day == 0, "{day}");
        }
    }
}
