//! Market data drawn at random: per stock minute bars, bars of a day, quotes or trades, in sessions of some days.

use qts_core::{Bar, Day, Inst, Instrument, MarketEvent, Payload, Price, Qty, Quote, Slice, Trade, Ts};

use super::Rng;

const MINUTE: i64 = 60_000_000_000;
const DAY: i64 = 1_440 * MINUTE;
const OPEN: i64 = 540 * MINUTE;
const CLOSE: i64 = 930 * MINUTE;

/// Slices of some days; after a past that ended at `after`, from the next day on.
pub(super) fn slices(stocks: &[Instrument], rng: &mut Rng, after: Option<Ts>) -> Vec<Slice> {
    let mut prices = vec![100; stocks.len()];
    let first_day = after.map_or(0, |last| last.0 / DAY + 1);
    let mut slices = Vec::new();
    for day in first_day..first_day + i64::from(rng.int(2, 3)) {
        let mut now = day * DAY + OPEN;
        for _ in 0..rng.int(3, 8) {
            now += MINUTE * i64::from(rng.int(1, 3));
            slices.push(slice(now, day, &mut prices, rng, false));
        }
        if rng.chance(50) {
            // The day as one bar, or a last minute that ends with its session.
            let whole_session = rng.apart().chance(60);
            slices.push(slice(day * DAY + CLOSE, day, &mut prices, rng, whole_session));
        }
    }
    slices.retain(|slice| !slice.events.is_empty());
    slices
}

fn slice(now: i64, day: i64, prices: &mut [i32], rng: &mut Rng, whole_session: bool) -> Slice {
    let mut events = Vec::new();
    for (place, price) in (0..).zip(prices) {
        if rng.chance(85) {
            let payload = payload(now, day, price, place, rng, whole_session);
            events.push(MarketEvent {
                instrument: Inst(place),
                ts: Ts(now),
                day: Day(i32::try_from(day).expect("a day")),
                session_end: Ts(day * DAY + CLOSE),
                next_day: Day(i32::try_from(day + 1).expect("a day")),
                payload,
            });
        }
    }
    Slice { ts: Ts(now), events }
}

/// The third stock has quotes and trades, the others bars.
fn payload(now: i64, day: i64, price: &mut i32, place: u32, rng: &mut Rng, whole_session: bool) -> Payload {
    let open = (*price + rng.int(-4, 4)).clamp(60, 140);
    let close = (open + rng.int(-4, 4)).clamp(60, 140);
    *price = close;
    let at = Price::whole;
    match rng.int(0, 1) {
        0 if place == 2 => Payload::Quote(Quote {
            bid: at(close - 1),
            ask: at(close + 1),
            bid_size: Qty::whole(rng.int(0, 50)),
            ask_size: Qty::whole(rng.int(0, 50)),
        }),
        _ if place == 2 => Payload::Trade(Trade { price: at(close), size: Qty::whole(rng.int(0, 50)) }),
        _ => Payload::Bar(Bar {
            from: Ts(if whole_session { day * DAY + OPEN } else { now - MINUTE }),
            open: at(open),
            high: at(open.max(close) + rng.int(0, 3)),
            low: at(open.min(close) - rng.int(0, 3)),
            close: at(close),
            volume: Qty::whole(rng.pick(&[0, 35, 400, 5_000])),
            whole_session,
        }),
    }
}
