//! A Korean share's costs, recomputed by hand from the bars: commission and sale tax, rounded half up to the won per
//! fill, and shared between the owners of a merged order.

use crate::funnel;
use crate::support::{amount, bars, count, market, strategy, units};

/// What was asked for: at the end of which bar, how many (sales below zero).
const TRADES: [(usize, i64); 8] = [(2, 13), (4, 7), (5, -9), (8, 101), (12, -110), (15, 3), (16, -1), (22, -4)];

/// The open of the bar of that number, from 1.
fn open(bars: &str, number: usize) -> i64 {
    bars.lines().nth(number).and_then(|row| row.split(',').nth(2)).and_then(|cell| cell.parse().ok()).expect("a price")
}

/// Half up, of so many parts per 100,000.
fn fee(notional: i64, per_100_000: i64) -> i64 {
    (2 * notional * per_100_000 + 100_000).div_euclid(200_000)
}

fn steps(trades: &[(usize, i64)]) -> String {
    let step = |(cycle, qty): &(usize, i64)| {
        let side = if *qty > 0 { "buy" } else { "sell" };
        format!("{{ cycle = {cycle}, instrument = \"A.KRX\", side = \"{side}\", qty = {} }}", qty.abs())
    };
    format!("steps = [{}]", trades.iter().map(step).collect::<Vec<_>>().join(", "))
}

#[test]
fn commission_and_tax_are_what_a_pencil_says() {
    let broker = "[broker]\ncommission = \"0.015%\"\n";
    let folder = market("costs-share", &(strategy("s", "scripted", &steps(&TRADES)) + broker), 40);
    let (bars, mut flow, mut fees, mut cash) = (bars(40), 0, 0, 0);
    for (cycle, qty) in TRADES {
        let notional = open(&bars, cycle + 1) * qty.abs();
        flow -= qty.signum() * notional;
        // 0.015 % both ways, 0.18 % on sales of 2024.
        fees += fee(notional, if qty < 0 { 195 } else { 15 });
        cash = 100_000_000 + flow - fees;
    }
    let summary = folder.summary("qts.toml");
    funnel::adds_up(&summary, "100000000");
    let (account, book) = (&summary["account"], &summary["books"]["s"]);
    assert_eq!(count(&summary["fills"]), TRADES.len() as u64);
    assert_eq!(amount(&book["cash_flow"]), units(&flow.to_string()));
    assert_eq!([amount(&book["fees"]), amount(&account["fees"])], [units(&fees.to_string()); 2]);
    assert_eq!(amount(&account["cash"]), units(&cash.to_string()));
    assert_eq!(account["positions"], serde_json::json!({}));
    assert_eq!(book["realized"], book["cash_flow"], "all is sold");
}

#[test]
fn slippage_is_in_ticks_and_an_instruments_commission_overrides_the_brokers() {
    let broker = "[broker]\ncommission = \"5%\"\nslippage_ticks = 3\n";
    let folder = market("costs-slippage", &(strategy("s", "scripted", &steps(&[(2, 10), (5, -10)])) + broker), 40);
    let config =
        folder.read("qts.toml").replace("class = \"krx_stock\"", "class = \"krx_stock\"\ncommission = \"0.1%\"");
    folder.write("qts.toml", config.replace("\"0.1%\"\n", "\"0.1%\"\nsale_tax = \"0%\"\n"));
    let (bars, summary) = (bars(40), folder.summary("qts.toml"));
    let tick = |price: i64| {
        if price < 5_000 {
            5
        } else if price < 20_000 {
            10
        } else {
            50
        }
    };
    let (buy, sell) = (open(&bars, 3), open(&bars, 6));
    let (buy, sell) = (buy + 3 * tick(buy), sell - 3 * tick(sell));
    assert_eq!(amount(&summary["books"]["s"]["cash_flow"]), units(&(10 * (sell - buy)).to_string()));
    let fees = fee(10 * buy, 100) + fee(10 * sell, 100);
    assert_eq!(amount(&summary["account"]["fees"]), units(&fees.to_string()));
}

/// One order for two: one fee, shared by largest remainder; nothing is lost and nothing charged twice.
#[test]
fn a_merged_order_pays_once() {
    let broker = "[broker]\ncommission = \"0.015%\"\n";
    let two = strategy("a", "scripted", &steps(&[(2, 10), (5, -10)]))
        + &strategy("b", "scripted", &steps(&[(2, 5), (5, -5)]));
    let folder = market("costs-merged", &(two + broker), 40);
    let (bars, summary) = (bars(40), folder.summary("qts.toml"));
    assert_eq!((count(&summary["orders"]), count(&summary["arbitration"]["merged"])), (2, 2));
    let (buy, sell) = (fee(15 * open(&bars, 3), 15), fee(15 * open(&bars, 6), 195));
    let fees = |id: &str| amount(&summary["books"][id]["fees"]) / units("1");
    assert_eq!(fees("a") + fees("b"), i128::from(buy + sell));
    // Two thirds each time; the coin that is over goes to the larger remainder.
    let third = |fee: i64| i128::from((fee * 2 + 1) / 3);
    assert_eq!(fees("a"), third(buy) + third(sell));
    funnel::adds_up(&summary, "100000000");
}
