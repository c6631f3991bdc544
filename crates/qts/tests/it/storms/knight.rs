//! The day of Knight, 1 August 2012, one order in a hundred: 212 parent orders in 154 stocks, each sent again every 14
//! seconds for 45 minutes. The stocks that it buys fall by 7 %, those that it sells rise by as much.

use super::storm::{Order, Stock, Storm, wave, whole};

const STOCKS: usize = 154;
/// Bought are the first 80; the others are sold.
const BOUGHT: usize = 80;
const PARENTS: usize = 212;
/// Every stock trades this often, and every parent is sent again.
const EVERY: u64 = 14_000;
const ENDS: u64 = 45 * 60_000;
/// The market goes on for a minute, so that what was sent last is filled.
const CLOSES: u64 = ENDS + 60_000;

/// The moment of a stock's trade number so-and-so.
const fn moment(stock: usize, step: u64) -> u64 {
    step * EVERY + (stock as u64 % 14) * 1_000
}

/// In cents: between 8.50 and 23.80 at first, then away from what the storm wants.
fn price(stock: usize, step: u64) -> i64 {
    let (number, step) = (whole(stock), whole(step));
    let base = 850 + 10 * (37 * number % 154);
    let drift = base * 7 * step / 100 / whole(ENDS / EVERY);
    wave(step + number) + if stock < BOUGHT { base - drift } else { base + drift }
}

fn stock(number: usize) -> Stock {
    let steps = (0..).take_while(|step| moment(number, *step) < CLOSES);
    let symbol = if number < STOCKS { format!("N{number:03}") } else { "CALM".to_owned() };
    Stock { symbol, trades: steps.map(|step| (moment(number, step), price(number, step))).collect() }
}

/// A hundred shares, five cents beyond the market; the second parent of a stock pays a cent more.
fn order(parent: usize, step: u64) -> Order {
    let stock = parent % STOCKS;
    let beyond = 5 + whole(parent / STOCKS);
    let is_buy = stock < BOUGHT;
    let limit = price(stock, step) + if is_buy { beyond } else { -beyond };
    Order { at: moment(stock, step), stock, is_buy, qty: 100, limit }
}

pub(super) fn storm() -> Storm {
    let steps = |parent: usize| (0..).take_while(move |step| moment(parent % STOCKS, *step) < ENDS);
    let mut orders: Vec<Order> =
        (0..PARENTS).flat_map(|parent| steps(parent).map(move |step| order(parent, step))).collect();
    orders.sort_by_key(|order| order.at);
    Storm {
        name: "knight",
        currency: "USD",
        cash: "4000000",
        instrument: "tick = \"0.01\"\nlot = \"100\"\ncurrency = \"USD\"\nsession = \"09:30-16:00\"\n\
                     tz = \"America/New_York\"",
        tick: 1,
        decimals: 2,
        date: "2012-08-01",
        begins: (9 * 60 + 30) * 60_000,
        offset: "-04:00",
        stocks: (0..=STOCKS).map(stock).collect(),
        orders,
        ends: ENDS,
        tables: String::new(),
    }
}
