//! A desk that writes orders and events to a simulated broker and reads back its reports, one line each.

use std::str::FromStr;
use std::sync::Arc;

use qts_core::{
    Bar, DailyLimit, Dated, Day, ExecReport, Instrument, InstrumentId, Instruments, Kind, MarketEvent, Money, OrderId,
    Outcome, Payload, Price, Qty, Quote, Ratio, Side, Slice, TickTable, Tif, Trade, Ts,
};

use crate::calendar::SessionClock;
use crate::sim::order::Ticket;
use crate::sim::{SimBroker, SimConfig};

/// A KRX share: lot 1, ±30 %, commission 0.015 %, sale tax 0.20 %.
pub(super) fn share(id: &str) -> Instrument {
    Instrument {
        id: InstrumentId::new(id).expect("an id"),
        ticks: Dated::always(krx_ticks()),
        lot: Qty::whole(1),
        quantity_step: Qty::whole(1),
        daily_limit: Dated::always(Some(DailyLimit(num("0.3")))),
        order_limit: Dated::always(None),
        listed_shares: None,
        short_ban: true,
        commission: num("0.00015"),
        exchange_fee: Dated::always(Ratio::ZERO),
        sale_tax: Dated::always(num("0.002")),
        minor_unit: Money::whole(1),
    }
}

/// As [`share`], without fees and daily limit and with a lot of ten quantity steps.
pub(super) fn coin(id: &str) -> Instrument {
    let (commission, sale_tax) = (Ratio::ZERO, Dated::always(Ratio::ZERO));
    let (ticks, quantity_step) = (Dated::always(TickTable::flat(num("0.5"))), num("0.1"));
    Instrument { ticks, quantity_step, daily_limit: Dated::always(None), commission, sale_tax, ..share(id) }
}

pub(super) fn num<T: FromStr>(text: &str) -> T {
    text.parse().ok().expect("a number")
}

/// `"5 15:30"`: half past three on the fifth day.
pub(super) fn at(text: &str) -> Ts {
    let (day, clock) = text.split_once(' ').expect("day and clock");
    let (hour, minute) = clock.split_once(':').expect("hour and minute");
    Ts((num::<i64>(day) * 1_440 + num::<i64>(hour) * 60 + num::<i64>(minute)) * 60_000_000_000)
}

/// A broker for the shares `A.KRX` and `B.KRX` and the coin `C.KRX`, whose sessions end at 15:30 as a rule; of each there is
/// enough to sell.
pub(super) struct Desk {
    pub(super) broker: SimBroker,
    instruments: Arc<Instruments>,
    now: Ts,
    /// When sessions end.
    pub(super) closes: &'static str,
}

impl Desk {
    pub(super) fn new(config: SimConfig) -> Self {
        Self::of(vec![share("A.KRX"), share("B.KRX"), coin("C.KRX")], config, 1_000)
    }

    /// A broker for these, so many of each held.
    pub(super) fn of(list: Vec<Instrument>, config: SimConfig, held: i32) -> Self {
        let instruments = Arc::new(Instruments::new(list).expect("distinct ids"));
        let positions: Vec<_> = instruments.iter().map(|(inst, _)| (inst, Qty::whole(held))).collect();
        let broker = SimBroker::new(config, Arc::clone(&instruments)).holding(positions);
        Self { broker, instruments, now: at("0 00:00"), closes: "15:30" }
    }

    /// In markets that trade from 09:00 to 15:30.
    pub(super) fn with_hours(mut self) -> Self {
        let clock = SessionClock::new(Some((540, 930)), "UTC").expect("a calendar");
        self.broker = self.broker.with_hours(vec![clock; 3]);
        self
    }

    /// With the default broker, one daily bar of A (close 50,000) behind it.
    pub(super) fn after_a_day(config: SimConfig) -> Self {
        let mut desk = Self::new(config);
        desk.at("4 15:30", &["A day 50000 50000 50000 50000 1000"]);
        desk
    }

    /// Places `"1 A buy 10 market day"` or `"2 A sell 5 50000 ioc"` now.
    pub(super) fn place(&mut self, order: &str) {
        let words: Vec<&str> = order.split(' ').collect();
        let [id, symbol, side, qty, price, tif] = words[..] else { panic!("{order}") };
        let ticket = Ticket {
            id: OrderId(num(id)),
            instrument: self.instruments.find(&format!("{symbol}.KRX")).unwrap_or(qts_core::Inst(99)),
            side: if side == "buy" { Side::Buy } else { Side::Sell },
            kind: if price == "market" { Kind::Market } else { Kind::Limit(num(price)) },
            tif: [Tif::Day, Tif::Gtc, Tif::Ioc, Tif::Fok]
                .into_iter()
                .find(|known| known.as_str() == tif)
                .expect("a time in force"),
            qty: num(qty),
        };
        self.broker.place_ticket(ticket, self.now);
    }

    pub(super) fn cancel(&mut self, id: u64) {
        self.broker.cancel(OrderId(id));
    }

    /// A slice at that time: `"A bar open high low close volume"` (`day` for a whole session), `"A quote bid ask
    /// bid_size ask_size"`, `"A trade price size"`; `A+1` is of the day after. What the broker says, line by line.
    pub(super) fn at(&mut self, time: &str, events: &[&str]) -> Vec<String> {
        self.reports(time, events).iter().map(line).collect()
    }

    pub(super) fn reports(&mut self, time: &str, events: &[&str]) -> Vec<ExecReport> {
        self.now = at(time);
        let events = events.iter().map(|event| self.event(time, event)).collect();
        let mut out = Vec::new();
        self.broker.on_slice(&Slice { ts: self.now, events }, &mut out);
        out
    }

    fn event(&self, time: &str, text: &str) -> MarketEvent {
        let (symbol, payload) = text.split_once(' ').expect("symbol and payload");
        let today: i32 = num(time.split_once(' ').expect("day and clock").0);
        let (symbol, ahead) = symbol.split_once('+').unwrap_or((symbol, "0"));
        let day = today + num::<i32>(ahead);
        MarketEvent {
            instrument: self.instruments.find(&format!("{symbol}.KRX")).unwrap_or(qts_core::Inst(99)),
            ts: self.now,
            day: Day(day),
            session_end: at(&format!("{day} {}", self.closes)),
            next_day: Day(day + 1),
            payload: payload_of(payload, &format!("{day} 09:00"), self.now),
        }
    }
}

/// A `day` began when its session opened, a `bar` just before the slice.
fn payload_of(text: &str, opened: &str, now: Ts) -> Payload {
    let words: Vec<&str> = text.split(' ').collect();
    let (price, qty) = (num::<Price>, num::<Qty>);
    match words[..] {
        [kind @ ("bar" | "day"), open, high, low, close, volume] => Payload::Bar(Bar {
            from: if kind == "day" { at(opened) } else { Ts(now.0 - 1) },
            open: price(open),
            high: price(high),
            low: price(low),
            close: price(close),
            volume: qty(volume),
            whole_session: kind == "day",
        }),
        ["quote", bid, ask, bid_size, ask_size] => {
            let (bid_size, ask_size) = (qty(bid_size), qty(ask_size));
            Payload::Quote(Quote { bid: price(bid), ask: price(ask), bid_size, ask_size })
        }
        ["trade", at, size] => Payload::Trade(Trade { price: price(at), size: qty(size) }),
        _ => panic!("{text}"),
    }
}

fn line(report: &ExecReport) -> String {
    let said = match &report.outcome {
        Outcome::Rejected(why) => format!("rejected: {why}"),
        Outcome::Filled { exec, qty, price, fee } => format!("fill {}: {qty} at {price}, fee {fee}", exec.0),
        other => format!("{other:?}").to_lowercase(),
    };
    format!("{} {said}", report.order.0)
}

/// The price steps of Korean shares since 2023-01-25.
fn krx_ticks() -> TickTable {
    let bands = [(0, 1), (2_000, 5), (5_000, 10), (20_000, 50), (50_000, 100), (200_000, 500), (500_000, 1_000)];
    TickTable::banded(&bands.map(|(from, tick)| (Price::whole(from), Price::whole(tick)))).expect("a table")
}
