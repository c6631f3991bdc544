//! Every date on which a rule changes: the day before, and the day itself.

use std::collections::BTreeSet;

use qts_core::{Dated, Day, Price};

use super::{day, kospi, large_order, percent, rules, width};
use crate::calendar::date;
use crate::markets::{Rules, Tables};

/// A class, its board (or the name of its hours, or nothing), a date, and what holds on the day before and on it.
type Boundary = (&'static str, &'static str, &'static str, [&'static str; 2]);

/// The same of ticks, at a price.
type TickBoundary = (&'static str, &'static str, &'static str, i32, [&'static str; 2]);

const TICKS: [TickBoundary; 13] = [
    ("krx_stock", "kospi", "2010-10-04", 999, ["5", "1"]),
    ("krx_stock", "kospi", "2023-01-25", 1_500, ["5", "1"]),
    ("krx_stock", "kospi", "2023-01-25", 15_000, ["50", "10"]),
    ("krx_stock", "kospi", "2023-01-25", 150_000, ["500", "100"]),
    ("krx_stock", "kospi", "2023-01-25", 600_000, ["1000", "1000"]),
    ("krx_stock", "kosdaq", "2010-10-04", 999, ["5", "1"]),
    ("krx_stock", "kosdaq", "2023-01-25", 15_000, ["50", "10"]),
    ("krx_stock", "kosdaq", "2023-01-25", 250_000, ["100", "500"]),
    ("krx_stock", "konex", "2023-01-25", 15_000, ["50", "10"]),
    ("krx_etf", "", "2023-12-18", 1_999, ["5", "1"]),
    ("krx_etf", "", "2023-12-18", 2_000, ["5", "5"]),
    ("us_stock", "", "2006-01-31", 0, ["0.01", "0.0001"]),
    ("us_stock", "", "2006-01-31", 1, ["0.01", "0.01"]),
];

const DAILY_LIMITS: [Boundary; 10] = [
    ("krx_stock", "kospi", "1996-11-25", ["6%", "8%"]),
    ("krx_stock", "kospi", "1998-03-02", ["8%", "12%"]),
    ("krx_stock", "kospi", "1998-12-07", ["12%", "15%"]),
    ("krx_stock", "kospi", "2015-06-15", ["15%", "30%"]),
    ("krx_stock", "kosdaq", "2005-03-28", ["12%", "15%"]),
    ("krx_stock", "kosdaq", "2015-06-15", ["15%", "30%"]),
    ("krx_stock", "konex", "2015-06-15", ["15%", "15%"]),
    ("krx_etf", "", "2015-06-15", ["15%", "30%"]),
    ("us_stock", "", "2015-06-15", ["none", "none"]),
    ("crypto_spot", "", "2015-06-15", ["none", "none"]),
];

/// By day of trade: the first trading day whose sales are settled under the new rate.
const SALE_TAXES: [Boundary; 14] = [
    ("krx_stock", "kospi", "2019-05-30", ["0.3%", "0.25%"]),
    ("krx_stock", "kospi", "2020-12-29", ["0.25%", "0.23%"]),
    ("krx_stock", "kospi", "2022-12-28", ["0.23%", "0.2%"]),
    ("krx_stock", "kospi", "2023-12-27", ["0.2%", "0.18%"]),
    ("krx_stock", "kospi", "2024-12-27", ["0.18%", "0.15%"]),
    ("krx_stock", "kospi", "2025-12-29", ["0.15%", "0.2%"]),
    ("krx_stock", "kosdaq", "2019-05-30", ["0.3%", "0.25%"]),
    ("krx_stock", "kosdaq", "2020-12-29", ["0.25%", "0.23%"]),
    ("krx_stock", "kosdaq", "2022-12-28", ["0.23%", "0.2%"]),
    ("krx_stock", "kosdaq", "2023-12-27", ["0.2%", "0.18%"]),
    ("krx_stock", "kosdaq", "2024-12-27", ["0.18%", "0.15%"]),
    ("krx_stock", "kosdaq", "2025-12-29", ["0.15%", "0.2%"]),
    ("krx_stock", "konex", "2019-05-30", ["0.3%", "0.1%"]),
    ("krx_stock", "konex", "2025-12-29", ["0.1%", "0.1%"]),
];

const ORDER_LIMITS: [Boundary; 2] =
    [("krx_stock", "kospi", "2018-09-17", ["false", "true"]), ("krx_stock", "kosdaq", "2018-09-17", ["false", "true"])];

const SETTLEMENTS: [Boundary; 3] = [
    ("us_stock", "", "2017-09-05", ["3", "2"]),
    ("us_stock", "", "2024-05-28", ["2", "1"]),
    ("crypto_spot", "", "2026-01-01", ["0", "0"]),
];

const HOURS: [Boundary; 2] = [
    ("krx_stock", "regular", "2000-05-22", ["09:00-12:00, 13:00-15:00", "09:00-15:00"]),
    ("krx_stock", "regular", "2016-08-01", ["09:00-15:00", "09:00-15:30"]),
];

const EXCHANGE_FEES: [Boundary; 2] = [
    ("krx_stock", "regular", "2025-12-15", ["0.0023%", "0.00182%"]),
    ("krx_stock", "regular", "2026-02-14", ["0.00182%", "0.0023%"]),
];

/// The days on either side of a boundary.
fn around(date: &str) -> [Day; 2] {
    let Day(number) = day(date);
    [Day(number - 1), Day(number)]
}

/// The rules of a class, or of a part of it: a board, or the name of some hours.
fn rules_of(class: &str, part: &str) -> Rules {
    let market = Tables::built_in().market_of(class).expect("its market");
    if market.hours_names().any(|hours| hours == part) {
        return rules(class, None, part);
    }
    rules(class, Some(part).filter(|part| !part.is_empty()), "regular")
}

fn changes(boundaries: &[Boundary], told: impl Fn(&Rules, Day) -> String) {
    for (class, part, date, expected) in boundaries {
        let rules = rules_of(class, part);
        assert_eq!(around(date).map(|day| told(&rules, day)), *expected, "{class} {part} around {date}");
    }
}

#[test]
fn ticks_change_on_their_days() {
    for (class, board, date, price, ticks) in TICKS {
        let table = rules_of(class, board).ticks.expect("ticks");
        let found = around(date).map(|day| table.on(day).at(Price::whole(price)).to_string());
        assert_eq!(found, ticks, "{class} {board} at {price} around {date}");
    }
}

#[test]
fn daily_limits_change_on_their_days() {
    changes(&DAILY_LIMITS, |rules, day| width(&rules.daily_limit, &date(day)));
    assert_eq!(width(&kospi().daily_limit, "1980-01-01"), "6%", "the oldest row holds for earlier days");
}

/// A tax is due when a sale is settled, two trading days after it.
#[test]
fn sale_taxes_change_with_the_first_trade_that_is_settled_on_their_day() {
    changes(&SALE_TAXES, |rules, day| percent(*rules.sale_tax.on(day)));
    for (class, board, date, _) in SALE_TAXES {
        assert!(rules_of(class, board).hours.is_open(day(date)), "{board}: {date} is a trading day");
    }
}

#[test]
fn order_limits_fees_settlement_and_hours_change_on_their_days() {
    changes(&ORDER_LIMITS, |rules, day| large_order(&rules.order_limit, &date(day)).to_string());
    changes(&EXCHANGE_FEES, |rules, day| percent(*rules.exchange_fee.on(day)));
    changes(&SETTLEMENTS, |rules, day| rules.settlement.on(day).to_string());
    changes(&HOURS, |rules, day| rules.hours.usual.on(day).to_string());
}

/// A table, its class and the part of it, and a date on which it changes.
type Change = (&'static str, String, String, String);

/// All changes that the tests above look at.
fn tested() -> BTreeSet<Change> {
    let ticks = TICKS.iter().map(|(class, board, date, ..)| ("ticks", *class, *board, *date));
    let others: [(&str, &[Boundary]); 6] = [
        ("daily_limit", &DAILY_LIMITS),
        ("sale_tax", &SALE_TAXES),
        ("order_limit", &ORDER_LIMITS),
        ("settlement", &SETTLEMENTS),
        ("hours", &HOURS),
        ("exchange_fee", &EXCHANGE_FEES),
    ];
    let of = |(table, list): (&'static str, &'static [Boundary])| {
        list.iter().map(move |(class, part, date, _)| (table, *class, *part, *date))
    };
    let all = ticks.chain(others.into_iter().flat_map(of));
    all.map(|(table, class, part, date)| (table, class.to_owned(), part.to_owned(), date.to_owned())).collect()
}

fn changes_of<T>(table: &'static str, class: &str, part: &str, dated: &Dated<T>) -> Vec<Change> {
    dated.days().map(|day| (table, class.to_owned(), part.to_owned(), date(day))).collect()
}

/// A new row without a test here fails this, whichever table it is of.
#[test]
fn every_boundary_of_the_tables_is_tested_above() {
    let mut found = Vec::new();
    for market in Tables::built_in().markets() {
        for class in &market.classes {
            let (name, board) = (class.name.as_str(), class.board.as_deref().unwrap_or_default());
            let rules = rules_of(name, board);
            found.extend(rules.ticks.iter().flat_map(|ticks| changes_of("ticks", name, board, ticks)));
            found.extend(changes_of("daily_limit", name, board, &rules.daily_limit));
            found.extend(changes_of("sale_tax", name, board, &rules.sale_tax));
            found.extend(changes_of("order_limit", name, board, &rules.order_limit));
        }
        // The tables of a whole market are looked at by its first class.
        let first = market.classes.first().expect("a class").name.as_str();
        found.extend(changes_of("settlement", first, "", &rules_of(first, "").settlement));
        for hours in market.hours_names() {
            let rules = rules_of(first, hours);
            found.extend(changes_of("hours", first, hours, &rules.hours.usual));
            found.extend(changes_of("exchange_fee", first, hours, &rules.exchange_fee));
        }
    }
    let tested = tested();
    let missing: Vec<&Change> = found.iter().filter(|change| !tested.contains(change)).collect();
    assert!(missing.is_empty(), "no test looks at {missing:#?}");
    assert!(found.len() > 30, "{}", found.len());
}
