//! `docs/markets.md`: its tables are those of the program. With `UPDATE_DOCS=1` they are written into it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use qts_core::{Day, TickTable};

use super::percent;
use crate::calendar::date;
use crate::markets::{Class, DayList, Market, Rows, Tables};

const MARK: &str = "<!-- tables: written by a test, do not edit below -->\n";

#[test]
fn the_page_of_markets_shows_the_tables_of_the_program() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/markets.md");
    let page = std::fs::read_to_string(&path).expect("the page");
    let (prose, shown) = page.split_once(MARK).expect("its mark");
    let tables: String = Tables::built_in().markets().map(market).collect();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, format!("{prose}{MARK}{tables}")).expect("the page");
    } else {
        assert_eq!(shown, tables, "run with UPDATE_DOCS=1 to write it");
    }
}

fn market(market: &Market) -> String {
    let currency = market.currency.as_deref().unwrap_or("any currency");
    let weekends = if market.rests_on_weekends { "closed on weekends" } else { "open every day" };
    let mut text = format!("\n### `{}`: {currency}, {}, {weekends}\n", market.name, market.tz);
    text += &table("Settlement, in trading days", &market.settlement, u32::to_string);
    for (name, rows) in &market.hours {
        text += &table(&format!("Hours `{name}`"), rows, ToString::to_string);
    }
    for (name, rows) in &market.exchange_fees {
        text += &table(&format!("Exchange fee at hours `{name}`"), rows, |rate| percent(*rate));
    }
    market.classes.iter().for_each(|class| text += &self::class(class));
    let days = &market.days;
    if let Some((from, until)) = days.known_from.zip(days.known_until) {
        let _ = write!(text, "\n**Closed days**, known from {} until {}\n", date(from), date(until));
        text += &by_year(days.closed.iter());
        for list in &days.special {
            let (hours, windows) = &list.what;
            let _ = write!(text, "\n**Days with hours `{hours}` of {windows}**\n");
            text += &by_year(std::iter::once(list));
        }
    }
    text
}

fn class(class: &Class) -> String {
    let board = class.board.as_ref().map(|board| format!(", board `{board}`")).unwrap_or_default();
    let shorts = if class.short_ban { "no sales of what is not held" } else { "short sales" };
    let mut text = format!("\n#### `{}`{board}: lot {}, {shorts}\n", class.name, class.lot);
    let mut add = |more: Option<String>| text += &more.unwrap_or_default();
    add(class.ticks.as_ref().map(|rows| table("Price steps", rows, steps)));
    add(class.daily_limit.as_ref().map(|rows| table("Daily limit, up and down", rows, |limit| percent(limit.0))));
    add(class.order_limit.as_ref().map(|rows| {
        table("Largest order (before: none)", rows, |limit| {
            format!(
                "{} of the listed shares, {} if all are worth less than {}; {} at most; {} always",
                percent(limit.share),
                percent(limit.share_of_small),
                limit.small,
                limit.worth,
                limit.always
            )
        })
    }));
    add(class.sale_tax.as_ref().map(|rows| table("Tax on sales", rows, |rate| percent(*rate))));
    text
}

fn steps(table: &TickTable) -> String {
    let bands = table.bands();
    let band = |(number, (from, tick)): (usize, &_)| {
        let from: &qts_core::Price = from;
        if number == 0 { format!("{tick}") } else { format!("from {from}: {tick}") }
    };
    bands.iter().enumerate().map(band).collect::<Vec<_>>().join(" · ")
}

fn table<T>(title: &str, rows: &Rows<T>, value: impl Fn(&T) -> String) -> String {
    let mut text = format!("\n**{title}**\n\n| from | what holds | source |\n|---|---|---|\n");
    for row in rows.iter() {
        let _ = writeln!(text, "| {} | {} | {} |", date(row.from), value(&row.value), row.source);
    }
    text
}

/// A line a year, and where it is from.
fn by_year<'l, T: 'l>(lists: impl Iterator<Item = &'l DayList<T>>) -> String {
    let mut years: BTreeMap<String, (Vec<String>, &str)> = BTreeMap::new();
    for list in lists {
        for day in &list.days {
            let shown = date(Day(day.0));
            let (year, rest) = shown.split_at(4);
            let entry = years.entry(year.to_owned()).or_insert_with(|| (Vec::new(), list.source.as_str()));
            entry.0.push(rest.trim_start_matches('-').to_owned());
        }
    }
    let mut text = "\n| year | days | source |\n|---|---|---|\n".to_owned();
    for (year, (days, source)) in years {
        let _ = writeln!(text, "| {year} | {} | {source} |", days.join(" "));
    }
    text
}
