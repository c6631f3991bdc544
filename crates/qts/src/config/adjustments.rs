//! `[[adjustment]]`: from which day on the shares of an instrument have a new scale.

use jiff::civil::Date;
use qts_core::{NumError, Scale, ScaleError};
use toml::de::DeValue;

use super::code::Code;
use super::names::Names;
use super::reader::{Item, Table};
use super::spec::AdjustmentSpec;

/// All adjustments by day, those of one day in the order written.
pub(super) fn read(root: &mut Table<'_>, names: &Names<'_>) -> Vec<AdjustmentSpec> {
    let mut found: Vec<AdjustmentSpec> = Vec::new();
    for row in root.rows("adjustment") {
        let log = row.log;
        let Some(spec) = read_one(row, names) else { continue };
        let same = |other: &&AdjustmentSpec| (other.instrument, other.date) == (spec.instrument, spec.date);
        if let Some(first) = found.iter().find(same) {
            let message = format!("two adjustments of one instrument on {}", spec.date);
            let error = log.error(Code::Repeated, spec.place, message).label("again here");
            log.push(error.also(first.place, "first here").help("delete one of the two, or multiply their ratios"));
        }
        found.push(spec);
    }
    found.sort_by_key(|spec| spec.date);
    found
}

fn read_one(mut row: Table<'_>, names: &Names<'_>) -> Option<AdjustmentSpec> {
    let place = row.place;
    let instrument = row.require("instrument", "\"005930.KRX\"").and_then(|item| names.instrument(&item));
    let date = row.require("date", "\"2018-05-04\"");
    let place = date.as_ref().map_or(place, |item| item.place);
    let date = date.and_then(|item| read_date(&item));
    let scale = row.require("ratio", "\"50\"").and_then(|item| read_ratio(&item));
    let reason = row.take("reason").and_then(|item| item.text());
    row.finish();
    Some(AdjustmentSpec { instrument: instrument?, date: date?, scale: scale?, reason, place })
}

/// A date on the market's own calendar.
fn read_date(item: &Item<'_>) -> Option<Date> {
    let text = match &item.value {
        DeValue::Datetime(_) => item.log.file.slice(item.place).to_owned(),
        _ => item.text()?,
    };
    let date = if text.len() == 10 { text.parse().ok() } else { None };
    if date.is_none() {
        let error = item.error(Code::NotADate, format!("`{}` must be a date, not `{text}`", item.key));
        item.log.push(error.help("write the day of the first session on the new scale as \"2018-05-04\""));
    }
    date
}

/// New shares for one old one.
fn read_ratio(item: &Item<'_>) -> Option<Scale> {
    let text = item.number_text()?;
    let (why, help) = match text.parse::<Scale>() {
        Ok(scale) if scale.is_one() => {
            ("it changes nothing".to_owned(), "write new shares for one old one, or delete this")
        }
        Ok(scale) => return Some(scale),
        Err(why @ ScaleError::NotPositive) => {
            (why.to_string(), "write new shares for one old one: \"50\", or \"1/10\" for a reverse split")
        }
        Err(why @ ScaleError::Number(NumError::NotANumber)) => {
            (why.to_string(), "write new shares for one old one: \"50\", \"1/10\", \"3/2\" or \"1.5\"")
        }
        Err(why @ ScaleError::Number(_)) => {
            (why.to_string(), "write a fraction of two whole numbers up to 10^9, such as \"3/2\"")
        }
    };
    item.log.push(item.error(Code::BadRatio, format!("`{}` is `{text}`: {why}", item.key)).help(help));
    None
}
