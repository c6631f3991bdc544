//! The day of Citi, 2 May 2022: a basket of 349 stocks, one share of each a unit, 7,657 dollars. A sale for 58 million
//! dollars was meant; 58 million was entered as the number of units. Five minutes later a person re-arms the desk, and
//! then the basket that was meant is sent.

use super::storm::{Order, Stock, Storm, wave, whole};

const STOCKS: usize = 349;
const ENTERED: i64 = 58_000_000;
/// 58,000,000 dollars' worth of units.
const MEANT: i64 = 7_574;
/// Every stock trades this often, all at the same moment.
const EVERY: u64 = 15_000;
const CLOSES: u64 = 15 * 60_000;
/// When the basket is entered, and when the right one is.
const ENTRY: u64 = 4 * 60_000;
const CORRECTED: u64 = 9 * 60_000 + 45_000;

/// In cents, from 4.52 on in steps of ten.
fn price(stock: usize, step: u64) -> i64 {
    452 + 10 * whole(stock) + wave(whole(step) + whole(stock))
}

fn stock(number: usize) -> Stock {
    let symbol = if number < STOCKS { format!("E{number:03}") } else { "CALM".to_owned() };
    let steps = 0..CLOSES / EVERY;
    Stock { symbol, trades: steps.map(|step| (step * EVERY, price(number, step))).collect() }
}

/// The basket at two cents below the market.
fn basket(at: u64, units: i64) -> impl Iterator<Item = Order> {
    let limit = move |stock: usize| price(stock, at / EVERY) - 2;
    (0..STOCKS).map(move |stock| Order { at, stock, is_buy: false, qty: units, limit: limit(stock) })
}

pub(super) fn storm() -> Storm {
    Storm {
        name: "citi",
        currency: "USD",
        cash: "400000000",
        instrument: "tick = \"0.01\"\nlot = \"1\"\ncurrency = \"USD\"\nsession = \"08:00-16:30\"\n\
                     tz = \"Europe/London\"",
        tick: 1,
        decimals: 2,
        date: "2022-05-02",
        begins: (8 * 60 + 52) * 60_000,
        offset: "+01:00",
        stocks: (0..=STOCKS).map(stock).collect(),
        orders: basket(ENTRY, ENTERED).chain(basket(CORRECTED, MEANT)).collect(),
        ends: CORRECTED,
        tables: "[[command]]\nat = \"2022-05-02T09:01:00+01:00\"\ndo = \"rearm\"\nstrategy = \"runaway\"\n\
                 reason = \"units and dollars were confused\"\n\
                 [quarantine]\nmax_intents_per_cycle = 400\n"
            .to_owned(),
    }
}
