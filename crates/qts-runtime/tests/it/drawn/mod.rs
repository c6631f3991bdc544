//! Worlds drawn from a seed: stocks, policies, strategies, market data, commands, a broker's whims. The same seed
//! draws the same world.

pub(crate) mod failing;
mod market;
mod trader;
pub(crate) mod whims;

use std::sync::Arc;

use qts_core::{Cycle, DailyLimit, Dated, Inst, Instrument, Money, Qty, Ratio, Scale, Slice, Span};
use qts_gate::policy::{Age, Controls, FatFinger, Jump, OrderRate, OrderSize, Participation, Size, Thresholds, Worth};
use qts_gate::supervision::{RepeatedExecution, Within};
use qts_gate::{ArbitrationRule, RiskPolicy, StrategyState, Supervision};
use qts_runtime::{Action, Command, QuarantineRule, Record, Registration, Target, When};
use qts_venues::sim::{LimitFill, SimConfig};

use crate::floor::{Floor, Opening, account_with, entry, id, policy, stock, with};

const MINUTE: i64 = 60_000_000_000;

/// A small generator (splitmix64).
#[derive(Clone)]
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Another one, for what must change nothing of what this one draws.
    fn apart(&self) -> Self {
        Self(!self.clone().next())
    }

    /// From `low` up to and with `high`.
    pub(crate) fn int(&mut self, low: i32, high: i32) -> i32 {
        let span = u64::try_from(i64::from(high) - i64::from(low) + 1).expect("low is not above high");
        low + i32::try_from(self.next() % span).expect("small")
    }

    pub(crate) fn chance(&mut self, percent: i32) -> bool {
        self.int(1, 100) <= percent
    }

    pub(crate) fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        let last = i32::try_from(of.len()).expect("few") - 1;
        of[usize::try_from(self.int(0, last)).expect("not below zero")].clone()
    }
}

/// The strategies that may be in a world; there is room before, between and after them.
pub(crate) const NAMES: [&str; 5] = ["b", "d", "f", "h", "k"];

/// Everything a run depends on.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) opening: Opening,
    pub(crate) members: Vec<Registration>,
    pub(crate) slices: Vec<Slice>,
    pub(crate) commands: Vec<(When, Command)>,
    /// New scales of shares, before so many cycles.
    pub(crate) adjustments: Vec<(u64, Inst, Scale)>,
}

impl World {
    pub(crate) fn drawn(seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let stocks = stocks(&mut rng);
        let count = rng.int(1, 5);
        let names = &NAMES[..usize::try_from(count).expect("few")];
        let shared: Vec<RiskPolicy> = (0..2).map(|_| strategy_policy(&mut rng)).collect();
        let members = names.iter().map(|name| member(name, &shared, stocks.len(), &mut rng)).collect();
        let opening = opening(stocks, names, &mut rng);
        let slices = market::slices(&opening.stocks, &mut rng, None);
        let adjustments = adjustments(opening.stocks.len(), slices.len(), Rng::new(seed.wrapping_mul(0x0A_D1)));
        Self { opening, members, slices, commands: Vec::new(), adjustments }
    }

    /// The same world with commands now and then, some of which cannot be done.
    pub(crate) fn commanded(mut self, seed: u64) -> Self {
        let mut rng = Rng::new(!seed);
        let cycles = i32::try_from(self.slices.len()).expect("few");
        let drawn = (0..rng.int(1, 6)).map(|_| {
            let when = When::Cycle(Cycle(u64::try_from(rng.int(1, cycles)).expect("positive")));
            (when, command(&mut rng))
        });
        self.commands = drawn.collect();
        self
    }

    /// The same world whose market takes another course after so many cycles.
    pub(crate) fn with_another_future(&self, seed: u64, after: usize) -> Self {
        let mut rng = Rng::new(!seed);
        let mut past = self.slices[..after].to_vec();
        let last = past.last().map(|slice| slice.ts);
        past.extend(market::slices(&self.opening.stocks, &mut rng, last));
        Self { slices: past, ..self.clone() }
    }

    pub(crate) fn open(&self) -> Floor {
        let mut floor = self.opening.clone().open();
        for member in &self.members {
            floor.register(member.clone());
        }
        floor.scheduled(self.commands.clone());
        floor.adjusted(self.adjustments.clone());
        floor
    }

    /// Everything that happens, by cycle.
    pub(crate) fn run(&self) -> (Floor, Vec<Vec<Record>>) {
        let mut floor = self.open();
        let cycles = self.slices.iter().map(|slice| floor.take(slice.clone())).collect();
        (floor, cycles)
    }
}

fn stocks(rng: &mut Rng) -> Vec<Instrument> {
    let count = usize::try_from(rng.int(1, 3)).expect("few");
    let drawn = ["A.X", "B.X", "C.X"][..count].iter().map(|name| Instrument {
        lot: Qty::whole(rng.pick(&[1, 1, 10])),
        daily_limit: Dated::always(rng.chance(20).then(|| DailyLimit("0.3".parse().expect("a ratio")))),
        order_limit: Dated::always(None),
        listed_shares: None,
        short_ban: rng.chance(50),
        commission: rng.pick(&["0", "0.00015", "0.01"]).parse().expect("a ratio"),
        exchange_fee: Dated::always(Ratio::ZERO),
        sale_tax: Dated::always(rng.pick(&["0", "0.002"]).parse().expect("a ratio")),
        ..stock(name)
    });
    drawn.collect()
}

/// Splits and reverse splits in some worlds; drawn apart, so that they change nothing else of a world.
fn adjustments(stocks: usize, cycles: usize, mut rng: Rng) -> Vec<(u64, Inst, Scale)> {
    let (stocks, cycles) = (i32::try_from(stocks).expect("few"), i32::try_from(cycles).expect("few"));
    let count = if rng.chance(40) { rng.int(1, 3) } else { 0 };
    let drawn = (0..count).map(|_| {
        let scale = rng.pick(&["2", "1/2", "3/2", "1/10", "5", "2/3"]).parse().expect("a ratio");
        let inst = Inst(u32::try_from(rng.int(0, stocks - 1)).expect("not below zero"));
        (u64::try_from(rng.int(1, cycles)).expect("positive"), inst, scale)
    });
    drawn.collect()
}

fn opening(stocks: Vec<Instrument>, names: &[&'static str], rng: &mut Rng) -> Opening {
    let mut positions = Vec::new();
    for name in names.iter().copied().chain(["unassigned"]) {
        for (place, stock) in (0..).zip(&stocks) {
            if rng.chance(30) {
                let lots = rng.int(if stock.short_ban { 1 } else { -5 }, 8);
                let lot = i32::try_from(stock.lot.units() / qts_core::SCALE).expect("small");
                positions.push((name, Inst(place), lots * lot + rng.int(0, 1), rng.int(80, 120)));
            }
        }
    }
    Opening {
        stocks,
        cash: i64::from(rng.pick(&[5_000, 100_000, 10_000_000])),
        positions,
        policy: account_policy(rng),
        rule: rng.pick(&[ArbitrationRule::ExitsOnly, ArbitrationRule::Net, ArbitrationRule::Rank]),
        quarantine: rng
            .pick(&[QuarantineRule::default(), QuarantineRule { failures: 50, ..QuarantineRule::default() }]),
        sim: Some(SimConfig {
            slippage_ticks: rng.pick(&[0, 0, 2]),
            max_volume_share: rng.chance(60).then(|| "0.1".parse().expect("a ratio")),
            limit_fill: rng.pick(&[LimitFill::Through, LimitFill::Touch]),
        }),
        ..Opening::default()
    }
}

fn member(name: &str, shared: &[RiskPolicy], instruments: usize, rng: &mut Rng) -> Registration {
    let all: Vec<Inst> = (0..).map(Inst).take(instruments).collect();
    let own = strategy_policy(rng);
    Registration {
        instruments: if rng.chance(70) { all } else { vec![Inst(0)] },
        rank: rng.pick(&[1, 5, 5, 9]).into(),
        state: rng.pick(&[
            StrategyState::Active,
            StrategyState::Active,
            StrategyState::Active,
            StrategyState::ReduceOnly,
        ]),
        policy: Arc::new(rng.pick(&[shared[0].clone(), shared[1].clone(), own])),
        budget: rng.chance(30).then(|| Money::whole(rng.pick(&[1_000, 20_000]))),
        ..entry(name, trader::trader(rng.next()))
    }
}

fn shares(rng: &mut Rng) -> Qty {
    Qty::whole(rng.pick(&[10, 20, 50, 200]))
}

fn worth(rng: &mut Rng) -> Worth {
    match rng.chance(50) {
        true => Worth::Money(Money::whole(rng.pick(&[1_000, 5_000, 50_000]))),
        false => Worth::Fraction(rng.pick(&["0.1", "0.5", "2"]).parse().expect("a ratio")),
    }
}

fn strategy_policy(rng: &mut Rng) -> RiskPolicy {
    let supervision = supervision(rng.clone());
    let policy = unwatched_policy(rng);
    if policy.id == "conservative" { policy } else { RiskPolicy { supervision, ..policy } }
}

/// Supervisors that trip now and then; drawn apart, so that they change nothing else of a world.
pub(crate) fn supervision(mut rng: Rng) -> Supervision {
    rng.next();
    let within = |rng: &mut Rng| {
        let count = u64::try_from(rng.int(1, 6)).expect("positive");
        Within { count, window: Span::SECOND.times(rng.pick(&[60, 300, 86_400])) }
    };
    let ratio = |rng: &mut Rng, of: [&str; 3]| rng.pick(&of).parse().expect("a ratio");
    let levels = |rng: &mut Rng| Thresholds {
        warn: Some(ratio(rng, ["0.001", "0.01", "0.02"])),
        limit: Some(ratio(rng, ["0.02", "0.05", "0.1"])),
        block: Some(ratio(rng, ["0.1", "0.2", "0.3"])),
    };
    Supervision {
        repeated_execution: rng.chance(30).then(|| RepeatedExecution {
            same: u64::try_from(rng.int(2, 9)).ok(),
            session: u64::try_from(rng.int(5, 30)).ok(),
        }),
        failure_breaker: rng.chance(30).then(|| within(&mut rng)),
        warn_escalation: rng.chance(30).then(|| within(&mut rng)),
        daily_loss: rng.chance(30).then(|| levels(&mut rng)),
        drawdown: rng.chance(20).then(|| levels(&mut rng)),
    }
}

fn unwatched_policy(rng: &mut Rng) -> RiskPolicy {
    match rng.int(0, 9) {
        0..=3 => policy("validity_only"),
        4 => policy("conservative"),
        5 => policy("phase5"),
        _ => with(|controls| {
            controls.short_not_allowed = rng.chance(50);
            let limit = Thresholds::limit(OrderSize::Shares(shares(rng)));
            controls.max_order_qty = rng.chance(50).then_some(limit);
            let limit = Thresholds::limit(Size::Shares(shares(rng)));
            controls.max_long = rng.chance(50).then_some(limit);
            controls.max_short = rng.chance(50).then_some(Thresholds::limit(Size::Shares(Qty::whole(rng.int(0, 20)))));
            controls.cycle_notional = rng.chance(20).then(|| Thresholds::limit(worth(rng)));
            controls.max_gross_exposure = rng.chance(20).then(|| Thresholds::limit(worth(rng)));
            controls.max_open_orders = rng.chance(30).then_some(Thresholds::limit(2));
            let fat = FatFinger { multiple: Some(qts_core::Ratio::whole(3)), median: Some(qts_core::Ratio::whole(2)) };
            controls.fat_finger = rng.chance(30).then_some(fat);
            look_back(controls, rng);
            controls.outside_session = rng.chance(30);
            let ages = Thresholds { warn: Some(Age::Intervals(1)), limit: None, block: Some(Age::Span(Span(MINUTE))) };
            controls.stale_data = rng.chance(70).then_some(ages);
            controls.data_implausible = rng.chance(20).then(|| Jump::any(Thresholds::limit(percent(4))));
            controls.duplicate_order = rng.chance(30).then_some(Span(2 * MINUTE));
            controls.market_order = rng.chance(10);
            controls.restricted = rng.chance(10).then_some(Inst(1)).into_iter().collect();
            of_strategies(controls, &mut rng.apart());
        }),
    }
}

fn account_policy(rng: &mut Rng) -> RiskPolicy {
    let supervision = supervision(rng.clone());
    let policy = unwatched_account_policy(rng);
    if policy.id == "conservative" { policy } else { RiskPolicy { supervision, ..policy } }
}

fn unwatched_account_policy(rng: &mut Rng) -> RiskPolicy {
    match rng.int(0, 9) {
        0..=4 => policy("validity_only"),
        5 => policy("conservative"),
        _ => account_with(|controls| {
            controls.short_not_allowed = rng.chance(30);
            controls.max_long = rng.chance(50).then_some(Thresholds::limit(Size::Shares(shares(rng))));
            controls.max_order_notional = rng.chance(30).then(|| Thresholds::limit(worth(rng)));
            controls.cycle_notional = rng.chance(30).then(|| Thresholds::limit(worth(rng)));
            controls.max_gross_exposure = rng.chance(30).then(|| Thresholds::limit(worth(rng)));
            controls.max_net_exposure = rng.chance(30).then(|| Thresholds::limit(worth(rng)));
            controls.buying_power = rng.chance(50).then(|| "0.02".parse().expect("a ratio"));
            controls.max_open_orders = rng.chance(30).then_some(Thresholds::limit(4));
            look_back(controls, rng);
            of_accounts(controls, &mut rng.apart());
        }),
    }
}

/// The controls of a strategy that are left; drawn apart, so that they change nothing else of a world.
fn of_strategies(controls: &mut Controls, rng: &mut Rng) {
    controls.price_collar = rng.chance(30).then(collar);
    controls.max_order_notional = rng.chance(20).then(|| Thresholds::limit(worth(rng)));
    controls.max_net_exposure = rng.chance(20).then(|| Thresholds::limit(worth(rng)));
    let volume = Participation { order: Some(percent(1)), day: Some(percent(2)), where_known: rng.chance(80) };
    controls.max_participation = rng.chance(30).then_some(volume);
}

/// Those of an account.
fn of_accounts(controls: &mut Controls, rng: &mut Rng) {
    controls.max_short = rng.chance(30).then(|| Thresholds::limit(Size::Shares(Qty::whole(rng.int(0, 20)))));
    controls.price_collar = rng.chance(30).then(collar);
    controls.stale_data = rng.chance(30).then(|| Thresholds::limit(Age::Span(Span(MINUTE))));
}

fn collar() -> Thresholds<Ratio> {
    Thresholds { warn: Some(percent(1)), limit: None, block: Some(percent(3)) }
}

/// Controls of what was sent before.
fn look_back(controls: &mut Controls, rng: &mut Rng) {
    let rate = OrderRate { per_second: percent(1), burst: Ratio::whole(rng.int(1, 3)) };
    controls.order_rate = rng.chance(30).then_some(rate);
    controls.message_limit = rng.chance(30).then_some(Thresholds::limit(rng.pick(&[2, 5])));
}

fn percent(number: i64) -> Ratio {
    Ratio::from_units(number * 1_000_000).expect("small")
}

fn command(rng: &mut Rng) -> Command {
    let name = rng.pick(&NAMES);
    let newcomer = || Box::new(entry(name, trader::trader(7)));
    let target = match rng.int(0, 5) {
        0 => Target::Account,
        1 => Target::Instrument(Inst(0)),
        _ => Target::Strategy(id(name)),
    };
    let action = match rng.int(0, 11) {
        0 => Action::Register(newcomer()),
        1 => Action::Unregister { to_unassigned: false },
        2 | 3 => Action::Unregister { to_unassigned: true },
        4 => Action::Disable,
        5 => Action::ReduceOnly,
        6 => Action::Shadow,
        7 => Action::Kill,
        8 => Action::Rearm,
        9 => Action::Flatten,
        _ => Action::Enable,
    };
    Command { action, target, reason: "drawn".into() }
}
