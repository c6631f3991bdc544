//! The bundled example as a whole: four shares, seven years of daily bars, eight strategies.
//!
//! It repeats what examples/us-daily/qts.toml says, for the reader of configs is part of the program. Reading the files
//! is a row of its own.

use std::path::Path;
use std::sync::Arc;

use criterion::{BatchSize, Criterion, Throughput};
use qts_core::{
    Books, Dated, Inst, Instrument, InstrumentId, Instruments, Money, Price, Qty, Ratio, Slice, Span, TickTable,
};
use qts_gate::policy::{Controls, OrderSize, Size, Thresholds, Worth};
use qts_gate::{ArbitrationRule, RiskPolicy, StrategyState};
use qts_loop::StopPolicy;
use qts_runtime::{QuarantineRule, Registration, Setup};
use qts_venues::calendar::SessionClock;
use qts_venues::feed::{Merge, OnBadRow, SourceSpec, Stamp};

use crate::floor::Floor;
use crate::world::{built_in, strategy};

const SYMBOLS: [&str; 4] = ["AAPL", "GOOG", "IBM", "MSFT"];

type Kind = (&'static str, &'static [(&'static str, &'static str)], fn() -> RiskPolicy);

/// Best rank first.
const STRATEGIES: [Kind; 8] = [
    ("sma_cross", &[("fast", "10"), ("slow", "30"), ("qty", "100")], swing),
    ("sma_cross", &[("fast", "50"), ("slow", "200"), ("qty", "100")], swing),
    ("ema_cross", &[("fast", "10"), ("slow", "30"), ("qty", "100")], swing),
    ("ema_cross", &[("fast", "12"), ("slow", "26"), ("qty", "100")], swing),
    ("rsi_reversion", &[("period", "14"), ("low", "30"), ("high", "70"), ("qty", "50")], reversion),
    ("rsi_reversion", &[("period", "7"), ("low", "30"), ("high", "70"), ("qty", "50")], reversion),
    ("breakout", &[("lookback", "20"), ("qty", "100")], swing),
    ("breakout", &[("lookback", "55"), ("qty", "100")], cautious),
];

pub(crate) fn bench(criterion: &mut Criterion) {
    let instruments = instruments();
    let slices = read(&instruments);
    let events: usize = slices.iter().map(|slice| slice.events.len()).sum();
    let orders = run(slices.clone(), &instruments);
    assert!(orders > 500, "only {orders} orders left");
    let mut group = criterion.benchmark_group("replay");
    group.sample_size(10).throughput(Throughput::Elements(events as u64));
    group.bench_function("reading the four files", |bencher| bencher.iter(|| read(&instruments)));
    group.bench_function("runtime and broker, from memory", |bencher| {
        bencher.iter_batched(|| slices.clone(), |slices| run(slices, &instruments), BatchSize::LargeInput);
    });
}

/// The whole run; returns how many orders left.
fn run(slices: Vec<Slice>, instruments: &Arc<Instruments>) -> u64 {
    let strategies = STRATEGIES.iter().enumerate().map(|(number, kind)| registration(number, kind, instruments));
    let mut floor = Floor::new(setup(instruments), strategies);
    for slice in slices {
        floor.cycle(slice);
    }
    floor.orders
}

/// Opens and reads all files.
fn read(instruments: &Instruments) -> Vec<Slice> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/us-daily/data");
    let source = |(inst, instrument): (Inst, &Instrument)| SourceSpec {
        instrument: inst,
        symbol: instrument.id.symbol().to_owned(),
        path: folder.join(format!("{}.csv", instrument.id.symbol())),
        stamp: Some(Stamp::Date),
        interval: Some(Span::DAY),
        tz: None,
        on_bad_row: OnBadRow::Error,
        clock: SessionClock::new(Some((570, 960)), "America/New_York").expect("a session"),
    };
    let mut merge = Merge::open(instruments.iter().map(source)).expect("opens");
    std::iter::from_fn(|| merge.next_slice().expect("reads on")).collect()
}

fn instruments() -> Arc<Instruments> {
    let cent = "0.01";
    let share = |symbol| Instrument {
        id: InstrumentId::new(&format!("{symbol}.US")).expect("an id"),
        ticks: Dated::always(TickTable::flat(cent.parse::<Price>().expect("a price"))),
        lot: Qty::whole(1),
        quantity_step: Qty::whole(1),
        daily_limit: Dated::always(None),
        order_limit: Dated::always(None),
        listed_shares: None,
        short_ban: false,
        commission: Ratio::from_percent("0.01").expect("a ratio"),
        exchange_fee: Dated::always(Ratio::ZERO),
        sale_tax: Dated::always(Ratio::ZERO),
        minor_unit: cent.parse().expect("an amount"),
    };
    Arc::new(Instruments::new(SYMBOLS.map(share).to_vec()).expect("distinct"))
}

fn setup(instruments: &Arc<Instruments>) -> Setup {
    Setup {
        instruments: Arc::clone(instruments),
        intervals: instruments.iter().map(|(inst, _)| (inst, Span::DAY)).collect(),
        books: Books::with_cash(Money::whole(200_000)),
        account_policy: Arc::new(account()),
        rule: ArbitrationRule::ExitsOnly,
        quarantine: QuarantineRule::default(),
        stop: StopPolicy::default(),
    }
}

fn registration(number: usize, (kind, params, policy): &Kind, instruments: &Instruments) -> Registration {
    let params: Vec<(&str, String)> = params.iter().map(|(key, text)| (*key, (*text).to_owned())).collect();
    Registration {
        id: strategy(number),
        name: (*kind).to_owned(),
        instruments: instruments.iter().map(|(inst, _)| inst).collect(),
        rank: i64::try_from(number).unwrap_or(0),
        state: StrategyState::Active,
        policy: Arc::new(policy()),
        budget: None,
        factory: built_in(kind, instruments, &params),
    }
}

fn swing() -> RiskPolicy {
    extended(|controls| {
        let (warn, limit, block) = (Some(lots(90)), Some(lots(100)), Some(lots(500)));
        controls.max_order_qty = Some(Thresholds { warn, limit, block });
        controls.max_order_notional = Some(Thresholds { block: Some(dollars(150_000)), ..at(dollars(30_000)) });
        controls.max_long = Some(at(Size::Shares(Qty::whole(200))));
        controls.max_gross_exposure = Some(at(dollars(100_000)));
        controls.cycle_notional = Some(at(dollars(100_000)));
    })
}

fn reversion() -> RiskPolicy {
    extended(|controls| {
        controls.max_order_qty = Some(at(lots(60)));
        controls.max_order_notional = Some(at(dollars(20_000)));
        controls.max_long = Some(at(Size::Shares(Qty::whole(100))));
        controls.max_gross_exposure = Some(at(dollars(50_000)));
        controls.cycle_notional = Some(at(dollars(50_000)));
    })
}

fn cautious() -> RiskPolicy {
    extended(|controls| {
        controls.max_order_qty = Some(at(lots(40)));
        controls.max_order_notional = Some(at(dollars(8_000)));
        controls.max_long = Some(at(Size::Shares(Qty::whole(40))));
        controls.max_gross_exposure = Some(at(dollars(25_000)));
    })
}

fn account() -> RiskPolicy {
    let mut policy = conservative();
    policy.account.max_order_notional = Some(at(dollars(60_000)));
    policy.account.max_long = Some(at(Size::Fraction(percent("40"))));
    policy.account.max_gross_exposure = Some(at(Worth::Fraction(percent("95"))));
    policy.account.cycle_notional = Some(at(Worth::Fraction(percent("60"))));
    let [warn, limit, block] = ["20", "30", "40"].map(|number| Some(percent(number)));
    policy.supervision.drawdown = Some(Thresholds { warn, limit, block });
    policy
}

/// `conservative` with these changes for strategies.
fn extended(change: impl FnOnce(&mut Controls)) -> RiskPolicy {
    let mut policy = conservative();
    change(&mut policy.strategy);
    policy
}

fn conservative() -> RiskPolicy {
    RiskPolicy::built_in("conservative").expect("built in")
}

const fn at<T: Copy + PartialEq>(limit: T) -> Thresholds<T> {
    Thresholds::limit(limit)
}

const fn lots(count: i32) -> OrderSize {
    OrderSize::Shares(Qty::whole(count))
}

const fn dollars(amount: i64) -> Worth {
    Worth::Money(Money::whole(amount))
}

fn percent(text: &str) -> Ratio {
    Ratio::from_percent(text).expect("a percentage")
}
