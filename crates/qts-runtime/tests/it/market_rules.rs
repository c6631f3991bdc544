//! The rules of a market all the way through gate, loop and simulated broker: cash that respects fees and tax, holdings
//! too large to be closed in one order.

use std::sync::Arc;

use qts_core::{
    Bar, DailyLimit, Dated, Day, Inst, Instrument, Intent, Kind, MarketEvent, Money, OrderLimit, Payload, Price, Qty,
    Ratio, SCALE, Side, Slice, Tif, Ts,
};
use qts_runtime::{Action, Record, Registration};
use qts_strategy::Factory;
use qts_venues::sim::{LimitFill, SimConfig};

use crate::drawn::Rng;
use crate::floor::{A, Floor, Opening, account_with, entry, stock, with};
use crate::script::{script, strategy};

const MINUTE: i64 = 60_000_000_000;
const DAY: i64 = 1_440 * MINUTE;
const OPEN: i64 = 540 * MINUTE;
const CLOSE: i64 = 930 * MINUTE;
const STRATEGIES: [&str; 3] = ["a", "b", "c"];

fn ratio(text: &str) -> Ratio {
    text.parse().expect("a ratio")
}

/// A share with daily limits whose tax and exchange fee change while the run goes on. All costs together stay below
/// half of what `conservative` keeps back of the cash.
fn share(name: &str, rng: &mut Rng) -> Instrument {
    Instrument {
        daily_limit: Dated::always(Some(DailyLimit(ratio("0.3")))),
        short_ban: true,
        commission: ratio(rng.pick(&["0", "0.00015", "0.005"])),
        exchange_fee: Dated::new(ratio("0.000023"), vec![(Day(2), ratio("0.003"))]).expect("ascending"),
        sale_tax: Dated::new(ratio("0.0015"), vec![(Day(3), ratio("0.002"))]).expect("ascending"),
        ..stock(name)
    }
}

/// Spends all it can with market orders, and sells now and then what it holds.
fn spender(seed: u64) -> Factory {
    let mut calls = 0_u64;
    strategy(move |view, event, out| {
        calls += 1;
        let mut rng = Rng::new(seed ^ (calls << 20));
        let inst = event.instrument;
        let held = view.position(inst);
        let (side, qty) = match rng.int(0, 9) {
            0..=6 => (Side::Buy, Qty::whole(rng.int(1, 900))),
            7 if held.is_positive() => (Side::Sell, held),
            _ => return Ok(()),
        };
        out.trade(Intent { instrument: inst, side, qty, kind: Kind::Market, tif: Tif::Day, why: "spend".into() });
        Ok(())
    })
}

/// One share's prices: what the day's limits are reckoned from, and the last one.
struct Course {
    base: i32,
    last: i32,
    has_traded: bool,
    has_daily_bars: bool,
}

impl Course {
    /// A bar whose prices lie anywhere within the day's limits, very often on them.
    fn bar(&mut self, stock: &Instrument, rng: &mut Rng, from: i64) -> Bar {
        let whole = |price: Price| i32::try_from(price.units() / SCALE).expect("small");
        let limits = stock.price_limits(Price::whole(self.base), Day(0)).expect("limits");
        let (lower, upper) = (whole(limits.0).max(1), whole(limits.1));
        let price = |rng: &mut Rng| match rng.int(0, 3) {
            0 | 1 => upper,
            2 => lower,
            _ => rng.int(lower, upper),
        };
        let (open, close) = (price(rng), price(rng));
        let volume = if self.has_traded { rng.pick(&[0, 35, 500, 50_000]) } else { 500 };
        self.has_traded = true;
        if volume > 0 {
            self.last = close;
        }
        let (high, low) = (open.max(close), open.min(close));
        let [open, high, low, close] = [open, high, low, close].map(Price::whole);
        let whole_session = self.has_daily_bars;
        Bar { from: Ts(from), open, high, low, close, volume: Qty::whole(volume), whole_session }
    }
}

/// Minutes of the one share, days of the other; the last minute bar ends with the session.
fn slices(stocks: &[Instrument], rng: &mut Rng) -> Vec<Slice> {
    let mut courses: Vec<Course> = (0..stocks.len())
        .map(|place| {
            let price = rng.int(40, 3_000);
            Course { base: price, last: price, has_traded: false, has_daily_bars: place == 0 }
        })
        .collect();
    let mut slices = Vec::new();
    for day in 0..6_i64 {
        for (now, is_close) in [(OPEN + MINUTE, false), (OPEN + 2 * MINUTE, false), (CLOSE, true)] {
            let mut events = Vec::new();
            for (place, course) in courses.iter_mut().enumerate() {
                if is_close || !course.has_daily_bars {
                    let from = day * DAY + if course.has_daily_bars { OPEN } else { now - MINUTE };
                    let bar = course.bar(&stocks[place], rng, from);
                    events.push(MarketEvent {
                        instrument: Inst(u32::try_from(place).expect("few")),
                        ts: Ts(day * DAY + now),
                        day: Day(i32::try_from(day).expect("a day")),
                        session_end: Ts(day * DAY + CLOSE),
                        next_day: Day(i32::try_from(day + 1).expect("a day")),
                        payload: Payload::Bar(bar),
                    });
                }
            }
            slices.push(Slice { ts: Ts(day * DAY + now), events });
        }
        courses.iter_mut().for_each(|course| course.base = course.last);
    }
    slices
}

fn spending(seed: u64) -> (Floor, Vec<Slice>) {
    let mut rng = Rng::new(seed);
    let stocks = vec![share("A.X", &mut rng), share("B.X", &mut rng)];
    let slices = slices(&stocks, &mut rng);
    let sim = SimConfig {
        slippage_ticks: rng.pick(&[0, 3, 50]),
        max_volume_share: rng.chance(70).then(|| ratio("0.1")),
        limit_fill: LimitFill::Touch,
    };
    let mut floor = Opening {
        stocks,
        cash: i64::from(rng.pick(&[900, 20_000, 300_000])),
        policy: account_with(|controls| controls.buying_power = Some(ratio("0.02"))),
        sim: Some(sim),
        ..Opening::default()
    }
    .open();
    for name in STRATEGIES {
        let policy = Arc::new(with(|controls| controls.short_not_allowed = true));
        floor.register(Registration { policy, instruments: vec![A, Inst(1)], ..entry(name, spender(rng.next())) });
    }
    (floor, slices)
}

/// Each fee is whole won, and shared without rest between those who pay it.
fn check_fees(records: &[Record]) -> usize {
    let mut fees = 0;
    for record in records {
        let Record::Fill { fee, shares, .. } = record else { continue };
        assert_eq!(fee.units() % i128::from(SCALE), 0, "{fee}");
        assert_eq!(shares.iter().map(|share| share.fee).sum::<Money>(), *fee);
        assert!(shares.iter().all(|share| share.fee.units() % i128::from(SCALE) == 0));
        fees += usize::from(*fee > Money::ZERO);
    }
    fees
}

#[test]
fn cash_never_falls_below_zero_and_every_won_of_fees_is_somebodys() {
    let (mut fees, mut poorest) = (0, 1.0_f64);
    for seed in 0..150 {
        let (mut floor, slices) = spending(seed);
        let start = floor.runtime.books().cash();
        for slice in slices {
            let records = floor.take(slice);
            fees += check_fees(&records);
            let cash = floor.runtime.books().cash();
            assert!(cash >= Money::ZERO, "seed {seed}: {cash} left of {start}");
            poorest = poorest.min(left_of(cash, start));
            let flows: Money = floor.runtime.books().iter().map(|(_, book)| book.cash_flow - book.fees).sum();
            assert_eq!(start + flows, cash, "seed {seed}");
        }
    }
    // The runs go to the end of what may be spent, or they would show nothing.
    assert!(fees > 500 && poorest < 0.021, "{fees} fees, {poorest} left");
}

fn left_of(cash: Money, start: Money) -> f64 {
    let share = Ratio::of(cash, start).expect("a share").to_string();
    share.parse().expect("a number")
}

#[test]
fn a_holding_too_large_for_one_order_is_flattened_in_parts() {
    let limit = OrderLimit {
        share: ratio("0.01"),
        share_of_small: ratio("0.01"),
        small: Money::ZERO,
        worth: Money::whole(1_000_000_000),
        always: Money::ZERO,
    };
    let (order_limit, listed_shares) = (Dated::always(Some(limit)), Some(Qty::whole(3_000)));
    let stocks = vec![Instrument { order_limit, listed_shares, short_ban: true, ..stock("A.X") }];
    let positions = vec![("a", A, 70, 100)];
    let mut floor = Opening { stocks, positions, ..Opening::default() }.open();
    floor.register(Registration { instruments: vec![A], ..entry("a", script("1 sell 70 A")) });
    floor.minute("A 100");
    assert_eq!(floor.position("a", A), 70, "in one order the exchange would refuse it");
    floor.tell("a", Action::Flatten);
    let left: Vec<i64> = (0..5)
        .map(|_| {
            floor.minute("A 100");
            floor.position("a", A)
        })
        .collect();
    assert_eq!(left.last(), Some(&0), "{left:?}");
    let sent = floor.records.iter().filter_map(|record| match record {
        Record::Sent { qty, .. } => Some(qty.to_string()),
        _ => None,
    });
    assert_eq!(sent.collect::<Vec<_>>(), ["30", "30", "10"]);
}
