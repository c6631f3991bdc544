//! The made-up market that scenarios share: shares of one class, a price that wanders, policies that never bind.

use std::sync::Arc;

use qts_core::{
    Bar, Dated, Day, Inst, Instrument, InstrumentId, Instruments, MarketEvent, Money, Payload, Price, Qty, Ratio, Span,
    StrategyId, TickTable, Ts,
};
use qts_gate::RiskPolicy;
use qts_gate::policy::{Age, Controls, FatFinger, Jump, OrderRate, OrderSize, Participation, Size, Thresholds, Worth};
use qts_strategy::{Factory, Param, Params};

/// The distance of two bars.
pub(crate) const MINUTE: Span = Span(60_000_000_000);

/// So much of everything that no limit is ever reached.
const PLENTY: i32 = 1_000;

/// Korean shares: banded ticks, a daily limit, no short sales, commission and tax.
pub(crate) fn shares(count: usize) -> Arc<Instruments> {
    let share = |number| Instrument {
        id: InstrumentId::new(&format!("{number:06}.KRX")).expect("an id"),
        ticks: Dated::always(krx_ticks()),
        lot: Qty::whole(1),
        quantity_step: Qty::whole(1),
        daily_limit: Dated::always("0.3".parse().ok().map(qts_core::DailyLimit)),
        order_limit: Dated::always(None),
        listed_shares: None,
        short_ban: true,
        commission: "0.00015".parse().expect("a ratio"),
        exchange_fee: Dated::always(Ratio::ZERO),
        sale_tax: Dated::always("0.0015".parse().expect("a ratio")),
        minor_unit: Money::whole(1),
    };
    Arc::new(Instruments::new((0..count).map(share).collect()).expect("distinct"))
}

/// The number of a strategy as its id; ids sort like numbers.
pub(crate) fn strategy(number: usize) -> StrategyId {
    StrategyId::new(&format!("s{number:04}"))
}

/// A bar of an unending day from `open` to `close`. As the bar of a whole session it sets the previous close.
pub(crate) fn bar(inst: Inst, ts: Ts, (open, close): (i32, i32), whole_session: bool) -> MarketEvent {
    let (open, close) = (Price::whole(open), Price::whole(close));
    let bar = Bar {
        from: Ts(ts.0 - MINUTE.0),
        open,
        high: open.max(close),
        low: open.min(close),
        close,
        volume: Qty::whole(1_000_000),
        whole_session,
    };
    MarketEvent {
        instrument: inst,
        ts,
        day: Day(0),
        session_end: Ts(i64::MAX),
        next_day: Day(1),
        payload: Payload::Bar(bar),
    }
}

/// A price between 40,000 and 60,000 that wanders by up to four ticks of 50 or 100; the same every time.
#[derive(Clone, Copy)]
pub(crate) struct Walk {
    state: u64,
    price: i32,
}

impl Walk {
    pub(crate) const fn new(seed: u64) -> Self {
        Self { state: seed, price: 50_000 }
    }

    /// The price before and after the next step.
    pub(crate) fn step(&mut self) -> (i32, i32) {
        let before = self.price;
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let ticks = i32::try_from(self.state >> 33).unwrap_or(0) % 9 - 4;
        self.price = (before + 100 * ticks).clamp(40_000, 60_000);
        (before, self.price)
    }
}

/// The policy with validity controls only.
pub(crate) fn validity_only() -> Arc<RiskPolicy> {
    Arc::new(RiskPolicy::built_in("validity_only").expect("built in"))
}

/// Every control that there is, as `conservative` has it, but with limits that nothing reaches.
pub(crate) fn all_controls() -> Arc<RiskPolicy> {
    let strategy = controls();
    let account = Controls {
        fat_finger: None,
        max_order_qty: None,
        max_risk_score: None,
        buying_power: Some(tenth()),
        ..strategy.clone()
    };
    Arc::new(RiskPolicy { id: "all_controls".to_owned(), strategy, account, ..RiskPolicy::default() })
}

fn controls() -> Controls {
    let plenty = Ratio::whole(PLENTY);
    let worth = Some(Thresholds::limit(Worth::Fraction(plenty)));
    let size = Some(Thresholds::limit(Size::Fraction(plenty)));
    let part = Some(plenty);
    Controls {
        restricted: [Inst(u32::MAX)].into(),
        outside_session: true,
        stale_data: Some(Thresholds::limit(Age::Intervals(3))),
        duplicate_order: Some(Span(1)),
        short_not_allowed: true,
        price_collar: Some(Thresholds { warn: Some(tenth()), limit: None, block: Some(tenth()) }),
        fat_finger: Some(FatFinger { multiple: Some(plenty), median: Some(plenty) }),
        cycle_notional: worth,
        data_implausible: Some(Jump::any(Thresholds::limit(plenty))),
        market_order: false,
        max_order_qty: Some(Thresholds::limit(OrderSize::Lots(PLENTY.unsigned_abs()))),
        max_order_notional: worth,
        max_long: size,
        max_short: size,
        max_gross_exposure: worth,
        max_net_exposure: worth,
        max_participation: Some(Participation { order: part, day: part, where_known: true }),
        max_open_orders: Some(Thresholds::limit(1_000_000)),
        order_rate: Some(OrderRate { per_second: plenty, burst: plenty }),
        message_limit: Some(Thresholds::limit(u64::MAX)),
        max_risk_score: Some(Ratio::whole(1)),
        ..Controls::default()
    }
}

fn tenth() -> Ratio {
    "0.1".parse().expect("a ratio")
}

/// A built-in kind with these parameters.
pub(crate) fn built_in(kind: &str, instruments: &Instruments, params: &[(&str, String)]) -> Factory {
    let params: Params = params.iter().map(|(key, text)| ((*key).to_owned(), Param::Text(text.clone()))).collect();
    (qts_strategies::kind(kind).expect("a kind").build)(params, instruments).expect("sound parameters")
}

/// The price steps of Korean shares since 2023-01-25.
fn krx_ticks() -> TickTable {
    let bands = [(0, 1), (2_000, 5), (5_000, 10), (20_000, 50), (50_000, 100), (200_000, 500), (500_000, 1_000)];
    TickTable::banded(&bands.map(|(from, tick)| (Price::whole(from), Price::whole(tick)))).expect("a table")
}
