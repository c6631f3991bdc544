//! The day of Hanmag, 12 December 2013: 41,336 orders in 43 options within 143 seconds, at the prices that come of a
//! year of no days: calls are bought at more than ten times the market, puts are sold for next to nothing. Then somebody
//! enters the days, and ten orders at the market follow.

use super::storm::{Order, Stock, Storm, wave, whole};

const ISSUES: usize = 43;
/// Bought are the first 22, the calls; the others are sold.
const CALLS: usize = 22;
const ORDERS: u64 = 41_336;
/// A tenth of a second: every tenth issue trades.
const STEP: u64 = 100;
const ENDS: u64 = 143_000;
const CLOSES: u64 = ENDS + 60_000;
/// When the sound orders come.
const SOUND: u64 = ENDS + 30_000;

const fn moment(issue: usize, second: u64) -> u64 {
    second * 1_000 + (issue as u64 % 10) * STEP
}

/// In ticks of 5,000 won: a premium between 0.8 and 2.5 points.
fn price(issue: usize, second: u64) -> i64 {
    let number = whole(issue);
    80 + 4 * (17 * number % 43) + wave(whole(second) + number)
}

fn issue(number: usize) -> Stock {
    let kind = if number < CALLS { "C" } else { "P" };
    let symbol = if number < ISSUES { format!("{kind}{number:02}") } else { "CALM".to_owned() };
    let seconds = (0..).take_while(|second| moment(number, *second) < CLOSES);
    Stock { symbol, trades: seconds.map(|second| (moment(number, second), price(number, second))).collect() }
}

/// Ten contracts at a price of which no two in a row are alike.
fn absurd(number: u64) -> Order {
    let steps = ENDS / STEP;
    let issue = usize::try_from(number).expect("small") % ISSUES;
    let wobble = whole(number / 43 % 50);
    let is_buy = issue < CALLS;
    let limit = if is_buy { 10 * price(issue, 0) + wobble } else { 1 + wobble };
    // After a second every issue has traded.
    Order { at: 1_000 + number * (steps - 10) / ORDERS * STEP, stock: issue, is_buy, qty: 10, limit }
}

fn sound(issue: usize) -> Order {
    let second = SOUND / 1_000;
    Order { at: moment(issue, second), stock: issue, is_buy: true, qty: 10, limit: price(issue, second) + 1 }
}

pub(super) fn storm() -> Storm {
    let mut orders: Vec<Order> = (0..ORDERS).map(absurd).chain((0..10).map(sound)).collect();
    orders.sort_by_key(|order| order.at);
    Storm {
        name: "hanmag",
        currency: "KRW",
        cash: "26800000000",
        instrument: "tick = \"5000\"\nlot = \"1\"\ncurrency = \"KRW\"\nsession = \"09:00-15:15\"\ntz = \"Asia/Seoul\"",
        tick: 5_000,
        decimals: 0,
        date: "2013-12-12",
        begins: 9 * 60 * 60_000 + 2 * 60_000,
        offset: "+09:00",
        stocks: (0..=ISSUES).map(issue).collect(),
        orders,
        ends: ENDS,
        tables: String::new(),
    }
}
