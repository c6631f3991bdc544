//! Every date on which a rule changes: the day before, and the day itself.

use qts_core::{Dated, Day, Price};

use super::{day, kospi, large_order, percent, rules, width};
use crate::markets::Tables;

/// The days on either side of a boundary.
fn around(date: &str) -> [Day; 2] {
    let Day(number) = day(date);
    [Day(number - 1), Day(number)]
}

fn on_both<T: Clone>(dated: &Dated<T>, date: &str) -> [T; 2] {
    around(date).map(|day| dated.on(day).clone())
}

#[test]
fn ticks_change_on_their_days() {
    for (class, board, date, price, ticks) in [
        ("krx_stock", Some("kospi"), "2010-10-04", 999, ["5", "1"]),
        ("krx_stock", Some("kospi"), "2023-01-25", 1_500, ["5", "1"]),
        ("krx_stock", Some("kospi"), "2023-01-25", 15_000, ["50", "10"]),
        ("krx_stock", Some("kospi"), "2023-01-25", 150_000, ["500", "100"]),
        ("krx_stock", Some("kospi"), "2023-01-25", 600_000, ["1000", "1000"]),
        ("krx_stock", Some("kosdaq"), "2010-10-04", 999, ["5", "1"]),
        ("krx_stock", Some("kosdaq"), "2023-01-25", 15_000, ["50", "10"]),
        ("krx_stock", Some("kosdaq"), "2023-01-25", 250_000, ["100", "500"]),
        ("krx_stock", Some("konex"), "2023-01-25", 15_000, ["50", "10"]),
        ("krx_etf", None, "2023-12-18", 1_999, ["5", "1"]),
        ("krx_etf", None, "2023-12-18", 2_000, ["5", "5"]),
        ("us_stock", None, "2006-01-31", 0, ["0.01", "0.0001"]),
        ("us_stock", None, "2006-01-31", 1, ["0.01", "0.01"]),
    ] {
        let table = rules(class, board, "regular").ticks.expect("ticks");
        let found = on_both(&table, date).map(|table| table.at(Price::whole(price)).to_string());
        assert_eq!(found, ticks, "{class} {board:?} at {price} around {date}");
    }
}

#[test]
fn daily_limits_change_on_their_days() {
    for (class, board, date, limits) in [
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
    ] {
        let board = Some(board).filter(|board| !board.is_empty());
        let limit = rules(class, board, "regular").daily_limit;
        let found = around(date).map(|day| width(&limit, &crate::calendar::date(day)));
        assert_eq!(found, limits, "{class} {board:?} around {date}");
    }
    assert_eq!(width(&kospi().daily_limit, "1980-01-01"), "6%", "the oldest row holds for earlier days");
}

/// The last day of a rate and the first of the next, and the two rates.
type Change = (&'static str, &'static str, [&'static str; 2]);

/// A tax is due when a sale is settled, two trading days after it.
#[test]
fn sale_taxes_change_with_the_first_trade_that_is_settled_on_their_day() {
    let boards: [(&str, &[Change]); 3] = [
        (
            "kospi",
            &[
                ("2019-05-29", "2019-05-30", ["0.3%", "0.25%"]),
                ("2020-12-28", "2020-12-29", ["0.25%", "0.23%"]),
                ("2022-12-27", "2022-12-28", ["0.23%", "0.2%"]),
                ("2023-12-26", "2023-12-27", ["0.2%", "0.18%"]),
                ("2024-12-26", "2024-12-27", ["0.18%", "0.15%"]),
                ("2025-12-26", "2025-12-29", ["0.15%", "0.2%"]),
            ],
        ),
        ("kosdaq", &[("2019-05-29", "2019-05-30", ["0.3%", "0.25%"]), ("2025-12-26", "2025-12-29", ["0.15%", "0.2%"])]),
        ("konex", &[("2019-05-29", "2019-05-30", ["0.3%", "0.1%"]), ("2025-12-26", "2025-12-29", ["0.1%", "0.1%"])]),
    ];
    for (board, changes) in boards {
        let rules = rules("krx_stock", Some(board), "regular");
        for (last, first, taxes) in changes {
            assert_eq!(rules.hours.next_open(day(last)), day(first), "{board}");
            let found = [last, first].map(|date| percent(*rules.sale_tax.on(day(date))));
            assert_eq!(&found, taxes, "{board} around {first}");
        }
    }
}

#[test]
fn order_limits_fees_and_settlement_change_on_their_days() {
    let share = kospi();
    assert_eq!(["2018-09-16", "2018-09-17"].map(|at| large_order(&share.order_limit, at)), [false, true]);
    assert_eq!(on_both(&share.exchange_fee, "2025-12-15").map(percent), ["0.0023%", "0.00182%"]);
    assert_eq!(on_both(&share.exchange_fee, "2026-02-14").map(percent), ["0.00182%", "0.0023%"]);
    let us = rules("us_stock", None, "regular");
    assert_eq!(on_both(&us.settlement, "2017-09-05"), [3, 2]);
    assert_eq!(on_both(&us.settlement, "2024-05-28"), [2, 1]);
    assert_eq!(*rules("crypto_spot", None, "regular").settlement.on(day("2026-01-01")), 0);
}

#[test]
fn hours_change_on_their_days() {
    let usual = kospi().hours.usual;
    let both = |date| on_both(&usual, date).map(|windows| windows.to_string());
    assert_eq!(both("2000-05-22"), ["09:00-12:00, 13:00-15:00", "09:00-15:00"]);
    assert_eq!(both("2016-08-01"), ["09:00-15:00", "09:00-15:30"]);
}

/// A new row without a test here fails this.
#[test]
fn every_boundary_of_the_tables_is_tested_above() {
    let tested = include_str!("boundaries.rs");
    let mut missing = Vec::new();
    for market in Tables::built_in().markets() {
        let classes = market.classes.iter();
        let mut days: Vec<Day> = classes
            .flat_map(|class| {
                let ticks = class.ticks.iter().flat_map(|rows| rows.iter().skip(1).map(|row| row.from));
                let limits = class.daily_limit.iter().flat_map(|rows| rows.iter().skip(1).map(|row| row.from));
                ticks.chain(limits).chain(class.order_limit.iter().flat_map(|rows| rows.iter().map(|row| row.from)))
            })
            .collect();
        days.extend(market.settlement.iter().skip(1).map(|row| row.from));
        days.extend(market.hours.iter().flat_map(|(_, rows)| rows.iter().skip(1).map(|row| row.from)));
        days.extend(market.exchange_fees.iter().flat_map(|(_, rows)| rows.iter().skip(1).map(|row| row.from)));
        let dates = days.into_iter().map(crate::calendar::date);
        missing.extend(dates.filter(|date| !tested.contains(&format!("\"{date}\""))));
    }
    assert!(missing.is_empty(), "{missing:?}");
}
