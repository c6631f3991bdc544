//! `[[calendar]]`: a user's own closed and special days, from files in the form of the built-in ones.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use qts_venues::markets::{Days, Market, Tables};

use super::code::Code;
use super::error::ConfigError;
use super::reader::{Item, Table};
use super::source::Source;
use super::spec::CalendarSpec;

/// All calendars in the order written; relative paths start at `folder`.
pub(super) fn read(root: &mut Table<'_>, folder: &Path) -> Vec<CalendarSpec> {
    let mut found: Vec<CalendarSpec> = Vec::new();
    for row in root.rows("calendar") {
        let log = row.log;
        let Some(spec) = read_one(row, folder) else { continue };
        if let Some(first) = found.iter().find(|other| (&other.market, &other.file) == (&spec.market, &spec.file)) {
            let error = log.error(Code::Repeated, spec.place, "the same calendar is given twice").label("again here");
            log.push(error.also(first.place, "first here").help("delete one of the two"));
        }
        found.push(spec);
    }
    found
}

fn read_one(mut row: Table<'_>, folder: &Path) -> Option<CalendarSpec> {
    let market = row.require("market", "\"krx\"").and_then(|item| market(&item));
    let path = row.require("path", "\"my-days.toml\"").and_then(|item| Some((item.text()?, item)));
    row.finish();
    let (market, (path, item)) = (market?, path?);
    let file = folder.join(path);
    let days = days(&item, &file, market)?;
    Some(CalendarSpec { market: market.name.clone(), file, days: Arc::new(days), place: item.place })
}

/// A market that has closed days.
fn market(item: &Item<'_>) -> Option<&'static Market> {
    let name = item.text()?;
    let with_days = || Tables::built_in().markets().filter(|market| market.rests_on_weekends);
    let found = with_days().find(|market| market.name == name);
    if found.is_none() {
        let error = item.error(Code::UnknownWord, format!("no market with closed days is called `{name}`"));
        item.log.push(error.one_of(&name, with_days().map(|market| market.name.as_str()), "markets"));
    }
    found
}

/// What the file says. An error stands in the file, not in the config.
fn days(item: &Item<'_>, file: &Path, market: &Market) -> Option<Days> {
    let name = file.display().to_string();
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(why) => {
            let error = item.error(Code::Unreadable, format!("failed to read the calendar `{name}`: {why}"));
            item.log.push(error.help("check the path, which starts at the config's folder; the file must be UTF-8"));
            return None;
        }
    };
    let hours: Vec<&str> = market.hours_names().collect();
    let wrong = match Days::read(&name, &text, &market.name, &hours) {
        Ok(days) => return Some(days),
        Err(wrong) => wrong,
    };
    let source = Arc::new(Source::new(&name, &text));
    let error = ConfigError::new(&source, Code::BadCalendar, wrong.span.into(), wrong.flaw.to_string());
    item.log.push(error.help(format!(
        "a calendar of `{0}` has `market = \"{0}\"` and lists of `days` in `[[closed]]`, `[[special]]` (with `windows`) \
         and `[[open]]`",
        market.name
    )));
    None
}
