//! What a written time means: from when on its event is known, and to which session it belongs.

use qts_core::{Day, Span, Ts};

use super::error::DataError;
use super::header::Kind;
use super::stamp::{StampError, Written, utc_midnight};
use super::{SourceSpec, Stamp};
use crate::calendar::{LocalTimeError, SessionClock, Zone};

/// The times of one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct When {
    /// When it began (a bar), or when it was.
    pub(super) from: Ts,
    /// From when on it is known.
    pub(super) ts: Ts,
    /// Its session.
    pub(super) day: Day,
    /// The close of that session.
    pub(super) session_end: Ts,
    /// The date of the next session.
    pub(super) next_day: Day,
}

/// How the rows of one source tell time.
#[derive(Debug)]
pub(super) struct Timing {
    rule: Rule,
    zone: Option<Zone>,
    clock: SessionClock,
    /// Are the rows bars shorter than a day?
    is_intraday: bool,
}

#[derive(Debug, Clone, Copy)]
enum Rule {
    /// A bar by its start, and its length.
    Open(Span),
    /// A bar by its end, and how far before that end an instant of its session lies.
    Close(Span),
    /// A bar of a day or more by its end.
    DayClose,
    /// A bar by its session's date.
    Date,
    /// A quote or a trade.
    Tick,
}

impl Timing {
    /// Checks that the source says all that its kind of rows needs.
    pub(super) fn new(spec: &SourceSpec, kind: Kind) -> Result<Self, DataError> {
        let wrong = |problem| DataError::Spec { file: spec.path.clone(), problem };
        let rule = rule(spec, kind).map_err(|problem| wrong(problem.to_owned()))?;
        let zone = match &spec.tz {
            Some(name) => Some(Zone::named(name).map_err(|error| wrong(error.to_string()))?),
            None => None,
        };
        let is_intraday = kind.lasts() && spec.interval.is_some() && !Self::whole_session(spec);
        Ok(Self { rule, zone, clock: spec.clock.clone(), is_intraday })
    }

    /// Does each bar span its whole session?
    pub(super) const fn whole_session(spec: &SourceSpec) -> bool {
        let long = matches!(spec.interval, Some(interval) if interval.0 >= Span::DAY.0);
        long || matches!(spec.stamp, Some(Stamp::Date))
    }

    pub(super) fn when(&mut self, written: Written) -> Result<When, StampError> {
        match self.rule {
            Rule::Date => {
                let day = self.date(written)?;
                let ts = self.clock.close_of(day).ok_or(StampError::OutOfRange)?;
                let from = self.clock.open_of(day).ok_or(StampError::OutOfRange)?;
                Ok(When { from, ts, day, session_end: ts, next_day: self.clock.day_after(day) })
            }
            Rule::Open(length) => {
                let start = self.instant(written)?;
                let ts = start.0.checked_add(length.0).ok_or(StampError::OutOfRange)?;
                Ok(self.seen_at(start, Ts(ts)))
            }
            Rule::Close(back) => {
                let ts = self.instant(written)?;
                let inside = ts.0.checked_sub(back.0).ok_or(StampError::OutOfRange)?;
                Ok(self.seen_at(Ts(inside), ts))
            }
            Rule::DayClose => {
                let ts = self.instant(written)?;
                let inside = ts.0.checked_sub(1).ok_or(StampError::OutOfRange)?;
                let seen = self.seen_at(Ts(inside), ts);
                // A length of 24 hours before its end need not be its start: it began when its session opened.
                let open = self.clock.open_of(seen.day).filter(|open| *open < ts);
                Ok(When { from: open.unwrap_or(seen.from), ..seen })
            }
            Rule::Tick => {
                let ts = self.instant(written)?;
                Ok(self.seen_at(ts, ts))
            }
        }
    }

    /// Did the rows leave out a part of the hours in which their market trades, between these two of them? Only bars
    /// shorter than a day tell.
    pub(super) fn gap(&mut self, before: When, now: When) -> bool {
        if now.from <= before.ts || !self.is_intraday {
            return false;
        }
        let open = |clock: &mut SessionClock, day| clock.open_of(day).unwrap_or(Ts(i64::MIN));
        let end = now.from.min(now.session_end);
        if before.day == now.day {
            return before.ts.max(open(&mut self.clock, now.day)) < end;
        }
        before.ts < before.session_end || open(&mut self.clock, now.day) < end
    }

    fn seen_at(&mut self, inside: Ts, ts: Ts) -> When {
        let session = self.clock.at(inside);
        When { from: inside, ts, day: session.day, session_end: session.close, next_day: session.next }
    }

    fn instant(&mut self, written: Written) -> Result<Ts, StampError> {
        match written {
            Written::Instant { at, .. } | Written::Count(at) => Ok(at),
            Written::Date(_) => Err(StampError::DateOnly),
            Written::Local { date, nanos } => {
                let zone = self.zone.as_mut().ok_or(StampError::NoZone)?;
                zone.instant(date, nanos).map_err(|error| match error {
                    LocalTimeError::Skipped => StampError::Skipped,
                    LocalTimeError::Twice => StampError::Twice,
                    LocalTimeError::OutOfRange => StampError::OutOfRange,
                })
            }
        }
    }

    /// The date as written. A count was never written as a date: it is one if a UTC day begins there, else only
    /// the time zone can tell.
    fn date(&self, written: Written) -> Result<Day, StampError> {
        match written {
            Written::Instant { date, .. } | Written::Local { date, .. } | Written::Date(date) => Ok(date),
            Written::Count(at) => match (utc_midnight(at), &self.zone) {
                (Some(day), _) => Ok(day),
                (None, Some(zone)) => Ok(zone.date_of(at)),
                (None, None) => Err(StampError::NotADate),
            },
        }
    }
}

fn rule(spec: &SourceSpec, kind: Kind) -> Result<Rule, &'static str> {
    if spec.interval.is_some_and(|interval| interval.0 <= 0) {
        return Err("`interval` must be above zero");
    }
    let intraday = spec.interval.filter(|interval| *interval < Span::DAY);
    match (kind, spec.stamp) {
        (Kind::Bars | Kind::QuoteBars, None) => {
            Err("bars need `stamp`: \"open\" if the time is the bar's start (with `interval`), \
             \"close\" if its end, \"date\" if it is only the session's date (required for date-only stamps)")
        }
        (Kind::Bars | Kind::QuoteBars, Some(Stamp::Open)) => {
            spec.interval.map(Rule::Open).ok_or("stamp = \"open\" needs `interval`: a bar is known only at its end")
        }
        // A bar that ends at midnight belongs to the day before. The last moment of a bar is in its session for
        // sure; its start, being a length of 24 hours away, need not be.
        (Kind::Bars | Kind::QuoteBars, Some(Stamp::Close)) => Ok(match (intraday, spec.interval) {
            (None, Some(_)) => Rule::DayClose,
            _ => Rule::Close(intraday.unwrap_or(Span(1))),
        }),
        (Kind::Bars | Kind::QuoteBars, Some(Stamp::Date)) if intraday.is_some() => {
            Err("stamp = \"date\" is for bars of a day or more; give \"open\" or \"close\" for this `interval`")
        }
        (Kind::Bars | Kind::QuoteBars, Some(Stamp::Date)) => Ok(Rule::Date),
        (Kind::Quotes | Kind::Trades, Some(Stamp::Open | Stamp::Date)) => {
            Err("`stamp` is for bars; quotes and trades are known at their own time: leave it out")
        }
        (Kind::Quotes | Kind::Trades, None | Some(Stamp::Close)) => Ok(Rule::Tick),
    }
}
