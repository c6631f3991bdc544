//! Days on which a market is closed, opens after all, or has hours of its own: the built-in ones, and a user's.

use std::collections::BTreeSet;

use qts_core::Day;
use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use super::error::{TableError, TableFlaw, Text, Word};
use crate::calendar;
use crate::hours::{Hours, Windows, is_weekend};

/// Days out of the usual, of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Days {
    /// From when on closed days are known.
    pub known_from: Option<Day>,
    /// Until when they are.
    pub known_until: Option<Day>,
    /// Days on which the market is closed.
    pub closed: Vec<DayList<()>>,
    /// Days on which it trades at other hours: their name, and what they are.
    pub special: Vec<DayList<(String, Windows)>>,
    /// Days on which it trades as ever, whatever else is said of them.
    pub open: Vec<DayList<()>>,
}

/// Some days, what they have in common, and where that is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayList<T> {
    /// The days.
    pub days: Vec<Day>,
    /// What they have in common.
    pub what: T,
    /// Where it is from; a user's file need not say.
    pub source: String,
}

/// A date, in quotes or without.
#[derive(Deserialize)]
#[serde(untagged, expecting = "a date is wanted here, such as \"2024-12-31\"")]
enum Written {
    Text(String),
    Date(Datetime),
}

/// A date with its place.
type Date = Spanned<Written>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DaysFile {
    market: Word,
    known_from: Option<Date>,
    known_until: Option<Date>,
    #[serde(default)]
    closed: Vec<DaysRow>,
    #[serde(default)]
    special: Vec<SpecialRow>,
    #[serde(default)]
    open: Vec<DaysRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DaysRow {
    days: Vec<Date>,
    #[serde(default)]
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SpecialRow {
    hours: Option<Word>,
    windows: Word,
    days: Vec<Date>,
    #[serde(default)]
    source: String,
}

impl Days {
    /// Those that a file tells of; `market` is theirs, and `hours` are the names of its hours.
    ///
    /// # Errors
    /// What is wrong with it first.
    pub fn read(file: &str, text: &str, market: &str, hours: &[&str]) -> Result<Self, TableError> {
        let text = Text { file, text };
        let form: DaysFile = text.form()?;
        let found = form.market.get_ref();
        if found != market {
            let flaw = TableFlaw::OtherMarket { found: found.clone(), wanted: market.to_owned() };
            return Err(text.error(form.market.span(), flaw));
        }
        let day = |date: &Option<Date>| date.as_ref().map(|date| read_date(&text, date)).transpose();
        // A day is closed, or open as ever, or has hours of its own, of each name once.
        let mut told: BTreeSet<(Day, String)> = BTreeSet::new();
        let (known_from, known_until) = (day(&form.known_from)?, day(&form.known_until)?);
        if let (Some(from), Some(until), Some(date)) = (known_from, known_until, &form.known_until)
            && until < from
        {
            return Err(text.error(date.span(), TableFlaw::Backwards { from, until }));
        }
        let mut special = Vec::new();
        for row in &form.special {
            let (name, windows) = special_hours(&text, row, hours)?;
            let days = list(&text, &row.days, &mut told, &name)?;
            special.push(DayList { days, what: (name, windows), source: row.source.clone() });
        }
        let mut whole = BTreeSet::new();
        let closed = plain(&text, &form.closed, &mut whole)?;
        let open = plain(&text, &form.open, &mut whole)?;
        let both = told.iter().find(|(day, _)| whole.contains(&(*day, String::new())));
        if let Some((day, _)) = both {
            let words = form.special.iter().flat_map(|row| &row.days);
            let at = words.filter(|word| read_date(&text, word) == Ok(*day)).map(Spanned::span).next();
            return Err(text.error(at.unwrap_or(0..0), TableFlaw::Twice(*day)));
        }
        Ok(Self { known_from, known_until, closed, special, open })
    }

    /// Applies them to hours of that name.
    pub(super) fn apply(&self, hours: &mut Hours, name: &str) {
        let Hours { usual, days, .. } = hours;
        for day in self.closed.iter().flat_map(|list| &list.days) {
            days.special.remove(day);
            days.closed.insert(*day);
        }
        for list in self.special.iter().filter(|list| list.what.0 == name) {
            for day in &list.days {
                days.special.insert(*day, list.what.1.clone());
            }
        }
        for day in self.open.iter().flat_map(|list| &list.days) {
            days.closed.remove(day);
            days.special.remove(day);
            if days.rests_on_weekends && is_weekend(*day) {
                days.special.insert(*day, usual.on(*day).clone());
            }
        }
        days.known_from = self.known_from.or(days.known_from);
        days.known_until = self.known_until.or(days.known_until);
    }
}

fn special_hours(text: &Text<'_>, row: &SpecialRow, known: &[&str]) -> Result<(String, Windows), TableError> {
    let windows = text.read(&row.windows, |windows| windows.parse().ok(), TableFlaw::NotWindows)?;
    let Some(name) = &row.hours else { return Ok(("regular".to_owned(), windows)) };
    let unknown = |name| TableFlaw::UnknownHours { name, known: known.join(", ") };
    let name = text.read(name, |name| known.contains(&name).then(|| name.to_owned()), unknown)?;
    Ok((name, windows))
}

fn plain(
    text: &Text<'_>,
    rows: &[DaysRow],
    told: &mut BTreeSet<(Day, String)>,
) -> Result<Vec<DayList<()>>, TableError> {
    let list = |row: &DaysRow| {
        let days = list(text, &row.days, told, "")?;
        Ok(DayList { days, what: (), source: row.source.clone() })
    };
    rows.iter().map(list).collect()
}

fn read_date(text: &Text<'_>, date: &Date) -> Result<Day, TableError> {
    let written = match date.get_ref() {
        Written::Text(written) => written.clone(),
        Written::Date(date) => date.to_string(),
    };
    calendar::day(&written).ok_or_else(|| text.error(date.span(), TableFlaw::NotADay(written)))
}

fn list(
    text: &Text<'_>,
    dates: &[Date],
    told: &mut BTreeSet<(Day, String)>,
    name: &str,
) -> Result<Vec<Day>, TableError> {
    let day = |word: &Date| {
        let day = read_date(text, word)?;
        let is_new = told.insert((day, name.to_owned()));
        if is_new { Ok(day) } else { Err(text.error(word.span(), TableFlaw::Twice(day))) }
    };
    dates.iter().map(day).collect()
}
