//! Accounts, policies and proposals made up by the property tests: small numbers, so that limits bind often.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::Arc;

use proptest::prelude::*;
use qts_core::{
    DailyLimit, Dated, Day, Inst, Kind, Mode, Money, Price, Proposal, Qty, Ratio, Session, Side, Span, StrategyId,
    TickTable, Tif, Ts,
};
use qts_gate::policy::{Age, Controls, FatFinger, Jump, OrderRate, OrderSize, Participation, Size, Thresholds, Worth};
use qts_gate::{ArbitrationRule, Cause, Judged, Pace, Restraint, Restraints, RiskPolicy, StrategyState};

use crate::world::{self, NOW, World};

/// Strategies that ask; `z` only has orders working.
pub(crate) const ASKERS: [&str; 3] = ["a", "b", "c"];

/// An account before a cycle, and what is asked in it.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) rule: ArbitrationRule,
    pub(crate) lot: i32,
    pub(crate) stocks: [Stock; 2],
    pub(crate) cash: i64,
    pub(crate) equity: Option<i64>,
    pub(crate) mode: Mode,
    pub(crate) cause: Option<Cause>,
    pub(crate) account: Controls,
    pub(crate) traders: [Trader; 3],
    pub(crate) working: Vec<Resting>,
    pub(crate) asks: Vec<Ask>,
}

/// An instrument and its prices.
#[derive(Debug, Clone)]
pub(crate) struct Stock {
    pub(crate) tick: i32,
    pub(crate) short_ban: bool,
    pub(crate) daily_limit: bool,
    pub(crate) fee: bool,
    pub(crate) last: Option<i32>,
    pub(crate) age: i64,
    pub(crate) quote: Option<(i32, i32)>,
    pub(crate) prev_close: Option<i32>,
    pub(crate) before: Option<i32>,
    pub(crate) is_first: bool,
    pub(crate) seconds_a_bar: Option<i64>,
    pub(crate) adv20: Option<i32>,
    pub(crate) hours: Option<Hours>,
    pub(crate) mode: Mode,
    pub(crate) cause: Option<Cause>,
}

/// What is known of a market's session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hours {
    Open,
    Closed,
    Told,
}

/// A strategy, its policy and what it holds of each instrument.
#[derive(Debug, Clone)]
pub(crate) struct Trader {
    pub(crate) rank: i64,
    pub(crate) state: StrategyState,
    pub(crate) mode: Mode,
    pub(crate) cause: Option<Cause>,
    pub(crate) controls: Controls,
    pub(crate) budget: Option<i64>,
    pub(crate) median: Option<i32>,
    pub(crate) holds: [i32; 2],
    pub(crate) did: Vec<Deed>,
}

/// An order that was sent and filled so many seconds ago.
#[derive(Debug, Clone)]
pub(crate) struct Deed {
    pub(crate) ago: i64,
    pub(crate) ask: Ask,
}

/// A working order; the fourth owner is `z`.
#[derive(Debug, Clone)]
pub(crate) struct Resting {
    pub(crate) owner: usize,
    pub(crate) inst: u32,
    pub(crate) side: Side,
    pub(crate) limit: Option<i32>,
    pub(crate) lots: i32,
    pub(crate) cancelling: bool,
}

/// What is asked, in emission order.
#[derive(Debug, Clone)]
pub(crate) struct Ask {
    pub(crate) owner: usize,
    pub(crate) inst: u32,
    pub(crate) side: Side,
    pub(crate) limit: Option<i32>,
    pub(crate) qty: i32,
    pub(crate) tif: Tif,
}

impl Plan {
    pub(crate) fn judge(&self) -> Judged {
        self.world().judge(self.proposals(), &[])
    }

    /// What is admitted of the only proposal.
    pub(crate) fn admitted(&self) -> Qty {
        let judged = self.judge();
        assert_eq!(judged.decisions.len(), 1);
        judged.decisions[0].admitted()
    }

    pub(crate) fn world(&self) -> World {
        let stocks = self.stocks.iter().zip(["A.X", "B.X"]).map(|(stock, id)| qts_core::Instrument {
            lot: Qty::whole(self.lot),
            ticks: Dated::always(TickTable::flat(Price::whole(stock.tick))),
            short_ban: stock.short_ban,
            daily_limit: Dated::always(stock.daily_limit.then(|| DailyLimit(percent(30)))),
            commission: if stock.fee { percent(1) } else { Ratio::ZERO },
            ..world::stock(id)
        });
        let mut world = World::new(stocks.collect(), Money::whole(self.cash));
        (world.rule, world.mode) = (self.rule, self.mode);
        world.equity = self.equity.map(Money::whole);
        world.account_policy = policy(&self.account);
        world.causes.account = restraints(self.mode, self.cause);
        for (inst, stock) in (0..).map(Inst).zip(&self.stocks) {
            world.instrument_modes.insert(inst, stock.mode);
            world.causes.instruments.insert(inst, restraints(stock.mode, stock.cause));
            let seen = Ts(NOW.0 - Span::SECOND.times(stock.age).0);
            let prices = world.market.prices_mut(inst).expect("an instrument");
            prices.last = stock.last.map(|last| (Price::whole(last), seen));
            prices.quote = stock.quote.map(|(bid, ask)| (Price::whole(bid), Price::whole(ask), seen));
            prices.prev_close = stock.prev_close.map(Price::whole);
            (prices.before, prices.base) = (stock.before.map(Price::whole), prices.prev_close);
            (prices.is_first, prices.adv20) = (stock.is_first, stock.adv20.map(Qty::whole));
            prices.interval = stock.seconds_a_bar.map(|seconds| Span::SECOND.times(seconds));
            prices.session = stock.hours.map(|hours| match hours {
                Hours::Open => Session::Until { end: Ts(NOW.0 + 1), day: Day(0), next: Day(1) },
                Hours::Closed => Session::Until { end: NOW, day: Day(0), next: Day(1) },
                Hours::Told => Session::Next { day: Day(1) },
            });
        }
        for (id, trader) in ASKERS.into_iter().zip(&self.traders) {
            let standing = world.standing(id);
            (standing.rank, standing.state, standing.mode) = (trader.rank, trader.state, trader.mode);
            standing.policy = Arc::new(policy(&trader.controls));
            standing.budget = trader.budget.map(Money::whole);
            let median = trader.median.map(|median| [(Inst(0), Qty::whole(median)), (Inst(1), Qty::whole(median))]);
            standing.median_order = median.into_iter().flatten().collect();
            standing.pace = pace(&trader.did, &trader.controls);
            world.causes.strategies.insert(StrategyId::new(id), restraints(trader.mode, trader.cause));
            for (inst, held) in (0..).map(Inst).zip(trader.holds) {
                world.hold_at(id, inst, Qty::whole(held), Price::whole(100));
            }
        }
        let deeds: Vec<Deed> = self.traders.iter().flat_map(|trader| trader.did.clone()).collect();
        world.pace = pace(&deeds, &self.account);
        for (id, order) in (1..).zip(&self.working) {
            let qty = Qty::whole(order.lots * self.lot);
            let resting = world::resting(id, Inst(order.inst), order.side, kind(order.limit), qty);
            let owner = ASKERS.get(order.owner).unwrap_or(&"z");
            world.rest(owner, qts_core::Working { cancelling: order.cancelling, ..resting });
        }
        world
    }

    pub(crate) fn proposals(&self) -> Vec<Proposal> {
        let proposals = (0..).zip(&self.asks).map(|(emission, ask)| {
            let (owner, qty) = (ASKERS[ask.owner], Qty::whole(ask.qty));
            let mut proposal = world::proposal(owner, emission, Inst(ask.inst), ask.side, qty, kind(ask.limit));
            proposal.intent.tif = ask.tif;
            proposal
        });
        proposals.collect()
    }

    /// The reducing part of each thing asked, if of those before it these are admitted whole and the others not.
    pub(crate) fn reducing_parts(&self, is_admitted: impl Fn(usize) -> bool) -> Vec<Qty> {
        let mut books = self.world().books;
        let parts = self.asks.iter().enumerate().map(|(place, ask)| {
            let book = books.book_mut(&StrategyId::new(ASKERS[ask.owner]));
            let (inst, qty) = (Inst(ask.inst), Qty::whole(ask.qty));
            let part = book.holding(inst).reducing_part(ask.side, qty);
            if is_admitted(place) {
                book.reserve(inst, ask.side, qty);
            }
            part
        });
        parts.collect()
    }
}

/// What these deeds are to one with these controls.
fn pace(deeds: &[Deed], controls: &Controls) -> Pace {
    let mut pace = Pace::new();
    let mut deeds: Vec<&Deed> = deeds.iter().collect();
    deeds.sort_by_key(|deed| -deed.ago);
    for Deed { ago, ask } in deeds {
        let (at, inst, qty) = (Ts(NOW.0 - Span::SECOND.times(*ago).0), Inst(ask.inst), Qty::whole(ask.qty));
        pace.sent_order(at, [controls].into_iter());
        pace.admitted(at, (inst, ask.side, qty, kind(ask.limit)), [controls].into_iter());
        pace.filled(inst, qty, [controls].into_iter());
    }
    pace
}

/// What is told of a mode, if anything is.
fn restraints(mode: Mode, cause: Option<Cause>) -> Restraints {
    let mut told = Restraints::default();
    if let Some(cause) = cause.filter(|_| mode != Mode::Active) {
        told.set(cause, Restraint { mode, observed: None, limit: None });
    }
    told
}

fn policy(controls: &Controls) -> RiskPolicy {
    RiskPolicy {
        id: "made up".into(),
        strategy: Controls { buying_power: None, ..controls.clone() },
        account: controls.clone(),
        ..RiskPolicy::default()
    }
}

fn kind(limit: Option<i32>) -> Kind {
    limit.map_or(Kind::Market, |limit| Kind::Limit(Price::whole(limit)))
}

pub(crate) fn percent(number: i32) -> Ratio {
    Ratio::from_units(i64::from(number) * 1_000_000).expect("small")
}

/// Any plan: every control may be there, anything may be missing.
pub(crate) fn plans() -> impl Strategy<Value = Plan> {
    let cash = prop_oneof![0..4_000i64, 0..60_000i64];
    let account = (cash, option(5_000..100_000i64), modes(), causes(), controls().boxed());
    // Boxed, since so much at once is too much for a test's stack.
    let stocks = [stock().boxed(), stock().boxed()];
    let traders = [trader().boxed(), trader().boxed(), trader().boxed()];
    let orders = (prop::collection::vec(resting(), 0..4), prop::collection::vec(ask(), 1..7), again());
    (rules(), prop_oneof![3 => Just(1), 1 => Just(5)], account, stocks, traders, orders).prop_map(
        |(rule, lot, (cash, equity, mode, cause, account), stocks, mut traders, (working, mut asks, again))| {
            // Mostly whole lots; an odd quantity is an odd exit at best.
            for ask in &mut asks {
                ask.qty = if ask.qty % 8 == 7 { ask.qty } else { ask.qty.max(lot) / lot * lot };
            }
            for (ago, place) in again {
                let ask = asks[place % asks.len()].clone();
                match ago {
                    Some(ago) => traders[ask.owner].did.push(Deed { ago, ask }),
                    None => asks.push(ask),
                }
            }
            Plan { rule, lot, stocks, cash, equity, mode, cause, account, traders, working, asks }
        },
    )
}

/// What is asked for the second time: first so many seconds ago, or in this very cycle.
fn again() -> impl Strategy<Value = Vec<(Option<i64>, usize)>> {
    prop::collection::vec((prop::option::weighted(0.7, 0..12i64), 0..6usize), 0..3)
}

/// As [`plans`], with everything in force, known and fresh, so that policies alone decide.
pub(crate) fn calm_plans() -> impl Strategy<Value = Plan> {
    plans().prop_map(|mut plan| {
        plan.mode = Mode::Active;
        for stock in &mut plan.stocks {
            stock.mode = Mode::Active;
            stock.age = 0;
            stock.last = stock.last.or(Some(100));
            stock.prev_close = stock.prev_close.or(Some(100));
            stock.hours = stock.hours.or(Some(Hours::Open));
        }
        for trader in &mut plan.traders {
            (trader.state, trader.mode) = (StrategyState::Active, Mode::Active);
        }
        plan
    })
}

/// One proposal and nobody else's order in its way.
pub(crate) fn alone(mut plan: Plan) -> Plan {
    plan.asks.truncate(1);
    plan.working.retain(|order| order.inst != plan.asks[0].inst || order.side == plan.asks[0].side);
    plan
}

/// No policy at strategy scope.
pub(crate) fn without_strategies_policies(mut plan: Plan) -> Plan {
    for trader in &mut plan.traders {
        (trader.controls, trader.budget) = (Controls::default(), None);
    }
    plan
}

pub(crate) fn without_policies(plan: Plan) -> Plan {
    without_strategies_policies(Plan { account: Controls::default(), ..plan })
}

fn option<T: Debug + Clone>(of: impl Strategy<Value = T>) -> impl Strategy<Value = Option<T>> {
    prop::option::weighted(0.8, of)
}

fn rules() -> impl Strategy<Value = ArbitrationRule> {
    prop::sample::select(vec![ArbitrationRule::ExitsOnly, ArbitrationRule::Net, ArbitrationRule::Rank])
}

fn sides() -> impl Strategy<Value = Side> {
    prop::sample::select(vec![Side::Buy, Side::Sell])
}

pub(crate) fn modes() -> impl Strategy<Value = Mode> {
    prop_oneof![60 => Just(Mode::Active), 1 => Just(Mode::ReduceOnly), 1 => Just(Mode::Halted), 1 => Just(Mode::Killed)]
}

fn states() -> impl Strategy<Value = StrategyState> {
    use StrategyState::{Active, Disabled, Quarantined, ReduceOnly, Shadow};
    prop_oneof![40 => Just(Active), 2 => Just(ReduceOnly), 1 => Just(Shadow), 1 => Just(Disabled), 1 => Just(Quarantined)]
}

fn causes() -> impl Strategy<Value = Option<Cause>> {
    use Cause::{
        Command, DailyLoss, Drawdown, FailureBreaker, Kill, Link, OrderInDoubt, Positions, RepeatedExecution,
        UnknownEquity, WarnEscalation,
    };
    let all = [
        Command,
        Kill,
        RepeatedExecution,
        FailureBreaker,
        WarnEscalation,
        DailyLoss,
        Drawdown,
        UnknownEquity,
        Positions,
        OrderInDoubt,
        Link,
    ];
    option(prop::sample::select(all.to_vec()))
}

/// Near the market, or outside of any day's limits.
fn limits() -> impl Strategy<Value = Option<i32>> {
    prop::option::weighted(0.5, prop_oneof![20 => 96..105i32, 1 => Just(60), 1 => Just(150)])
}

fn stock() -> impl Strategy<Value = Stock> {
    let flags = (
        any::<bool>(),
        prop::bool::weighted(0.3),
        any::<bool>(),
        prop_oneof![3 => Just(0), 1 => Just(2), 1 => Just(4), 1 => Just(7)],
    );
    let quote = option((95..101i32, 0..4i32).prop_map(|(bid, spread)| (bid, bid + spread)));
    let past = (option(88..113i32), any::<bool>(), prop::option::weighted(0.3, 1..4i64));
    let others = (prop_oneof![7 => Just(1), 1 => Just(2)], option(0..3_000i32), hours(), causes());
    (flags, option(97..104i32), quote, option(95..106i32), past, others, modes()).prop_map(
        |(flags, last, quote, prev_close, (before, is_first, seconds_a_bar), (tick, adv20, hours, cause), mode)| {
            let (short_ban, daily_limit, fee, age) = flags;
            Stock {
                tick,
                short_ban,
                daily_limit,
                fee,
                last,
                age,
                quote,
                prev_close,
                before,
                is_first,
                seconds_a_bar,
                adv20,
                hours,
                mode,
                cause,
            }
        },
    )
}

fn hours() -> impl Strategy<Value = Option<Hours>> {
    let known = prop_oneof![2 => Just(Hours::Open), 2 => Just(Hours::Closed), 1 => Just(Hours::Told)];
    prop::option::weighted(0.95, known)
}

fn trader() -> impl Strategy<Value = Trader> {
    let held = || prop_oneof![1 => Just(0), 2 => -8..9i32].prop_map(|lots| lots * 5);
    let odd = prop::bool::weighted(0.1);
    let numbers = (0..3i64, prop::option::weighted(0.3, 0..12_000i64), prop::option::weighted(0.3, 1..9i32));
    let did = prop::collection::vec((0..12i64, ask()).prop_map(|(ago, ask)| Deed { ago, ask }), 0..4);
    (numbers, states(), modes(), causes(), controls().boxed(), [held(), held()], odd, did).prop_map(
        |((rank, budget, median), state, mode, cause, controls, mut holds, odd, did)| {
            holds[0] += i32::from(odd) * 2;
            Trader { rank, state, mode, cause, controls, budget, median, holds, did }
        },
    )
}

fn resting() -> impl Strategy<Value = Resting> {
    (0..4usize, 0..2u32, sides(), 2..12i32, 1..4i32, prop::bool::weighted(0.2)).prop_map(
        |(owner, inst, side, away, lots, cancelling)| {
            let limit = Some(if side == Side::Buy { 100 - away } else { 100 + away });
            Resting { owner, inst, side, limit: limit.filter(|_| away < 11), lots, cancelling }
        },
    )
}

fn ask() -> impl Strategy<Value = Ask> {
    let tif = prop_oneof![6 => Just(Tif::Day), 2 => Just(Tif::Gtc), 1 => Just(Tif::Ioc), 1 => Just(Tif::Fok)];
    (0..3usize, 0..2u32, sides(), limits(), 1..70i32, tif).prop_map(|(owner, inst, side, limit, qty, tif)| Ask {
        owner,
        inst,
        side,
        limit,
        qty,
        tif,
    })
}

/// Any set of controls, the levels of each ascending; a missing level is as frequent as a missing control. Where few
/// are in force, each has more of a say.
pub(crate) fn controls() -> impl Strategy<Value = Controls> {
    let sizes = (thresholds(60, order_size), thresholds(60, worth), thresholds(4, |n| n.unsigned_abs().into()));
    let plausible = (collars(), fingers(), thresholds(50, worth));
    let exposures = (sizes_of_positions(60), sizes_of_positions(30), thresholds(80, worth), thresholds(60, worth));
    let others = (any::<bool>(), rare(0..10i32), rare(1..11i32));
    let few = (any::<u32>(), any::<u32>()).prop_map(|(a, b)| a & b);
    let in_force = prop_oneof![Just(u32::MAX), any::<u32>(), few, Just(0)];
    (sizes.boxed(), plausible.boxed(), exposures.boxed(), others, data().boxed(), flow().boxed(), in_force).prop_map(
        |(
            (max_order_qty, max_order_notional, max_open_orders),
            (price_collar, fat_finger, cycle_notional),
            (max_long, max_short, max_gross_exposure, max_net_exposure),
            (short_not_allowed, buffer, score),
            (restricted, outside_session, stale_data, data_implausible),
            (duplicate_order, market_order, max_participation, order_rate, message_limit),
            in_force,
        )| {
            let has = |n: u32| in_force & (1 << n) != 0;
            Controls {
                restricted: if has(0) { restricted } else { BTreeSet::new() },
                outside_session: outside_session && has(1),
                stale_data: stale_data.filter(|_| has(2)),
                duplicate_order: duplicate_order.filter(|_| has(3)),
                short_not_allowed: short_not_allowed && has(4),
                price_collar: price_collar.filter(|_| has(5)),
                fat_finger: fat_finger.filter(|_| has(6)),
                cycle_notional: unreduced(cycle_notional).filter(|_| has(7)),
                data_implausible: data_implausible.filter(|_| has(8)),
                market_order: market_order && has(9),
                max_order_qty: max_order_qty.filter(|_| has(10)),
                max_order_notional: max_order_notional.filter(|_| has(11)),
                max_long: max_long.filter(|_| has(12)),
                max_short: max_short.filter(|_| has(13)),
                max_gross_exposure: max_gross_exposure.filter(|_| has(14)),
                max_net_exposure: max_net_exposure.filter(|_| has(15)),
                buying_power: buffer.filter(|_| has(16)).map(percent),
                max_participation: max_participation.filter(|_| has(17)),
                max_open_orders: max_open_orders.filter(|_| has(18)),
                order_rate: order_rate.filter(|_| has(19)),
                message_limit: message_limit.filter(|_| has(20)),
                max_risk_score: score.filter(|_| has(21)).map(|tenths| percent(tenths * 10)),
            }
        },
    )
}

/// Controls of what is known of the market.
fn data() -> impl Strategy<Value = (BTreeSet<Inst>, bool, Option<Thresholds<Age>>, Option<Jump>)> {
    let listed = prop_oneof![15 => Just(None), 1 => Just(Some(Inst(0))), 1 => Just(Some(Inst(1)))];
    let seconds = |number: i32| Age::Span(Span::SECOND.times(number.into()));
    let intervals = |number: i32| Age::Intervals(number.unsigned_abs());
    let ages = prop_oneof![thresholds(10, seconds), thresholds(4, intervals)].prop_map(unreduced);
    let jumps = (thresholds(14, percent), thresholds(14, percent)).prop_map(|(within, between)| {
        let within = unreduced(within)?;
        Some(Jump { within, between: unreduced(between).unwrap_or(within) })
    });
    (listed.prop_map(|listed| listed.into_iter().collect()), prop::bool::weighted(0.4), ages, jumps)
}

type Flow = (Option<Span>, bool, Option<Participation>, Option<OrderRate>, Option<Thresholds<u64>>);

/// Controls of what was and is asked for.
fn flow() -> impl Strategy<Value = Flow> {
    let window = rare((0..14i64).prop_map(|seconds| Span::SECOND.times(seconds)));
    let volume =
        (prop::option::of(0..5i32), prop::option::of(0..9i32), any::<bool>()).prop_map(|(order, day, where_known)| {
            Participation { order: order.map(percent), day: day.map(percent), where_known }
        });
    let rate = (1..4i32, 1..6i32)
        .prop_map(|(rate, burst)| OrderRate { per_second: percent(rate * 25), burst: Ratio::whole(burst) });
    let messages = thresholds(6, |n| n.unsigned_abs().into()).prop_map(unreduced);
    (window, prop::bool::weighted(0.25), rare(volume), rare(rate), messages)
}

fn unreduced<T>(levels: Option<Thresholds<T>>) -> Option<Thresholds<T>> {
    levels.map(|levels| Thresholds { limit: None, ..levels })
}

fn rare<T: Debug + Clone>(of: impl Strategy<Value = T>) -> impl Strategy<Value = Option<T>> {
    prop::option::weighted(0.35, of)
}

fn thresholds<T: Debug + Clone>(most: i32, make: fn(i32) -> T) -> impl Strategy<Value = Option<Thresholds<T>>> {
    let numbers = [0..most, 0..most, 0..most];
    (numbers, prop::option::weighted(0.4, 1..8u8)).prop_map(move |(mut numbers, given)| {
        numbers.sort_unstable();
        let given = given?;
        let level = |place: usize| (given & (1 << place) != 0).then(|| make(numbers[place]));
        Some(Thresholds { warn: level(0), limit: level(1), block: level(2) })
    })
}

fn sizes_of_positions(most: i32) -> impl Strategy<Value = Option<Thresholds<Size>>> {
    let in_shares = |number| Size::Shares(Qty::whole(number));
    prop_oneof![2 => thresholds(most, in_shares), 1 => thresholds(most, |number| Size::Fraction(percent(number)))]
}

fn collars() -> impl Strategy<Value = Option<Thresholds<Ratio>>> {
    thresholds(5, percent).prop_map(|levels| levels.map(|levels| Thresholds { limit: None, ..levels }))
}

fn fingers() -> impl Strategy<Value = Option<FatFinger>> {
    let multiple = || prop::option::of((1..5i32).prop_map(Ratio::whole));
    rare((multiple(), multiple()).prop_map(|(multiple, median)| FatFinger { multiple, median }))
}

/// Fives are lots, of which there are fewer.
fn order_size(number: i32) -> OrderSize {
    if number % 5 == 0 { OrderSize::Lots(number.unsigned_abs() / 5) } else { OrderSize::Shares(Qty::whole(number)) }
}

/// Even numbers are hundreds of money, odd ones percent: both about as many shares as the number.
fn worth(number: i32) -> Worth {
    if number % 2 == 0 { Worth::Money(Money::whole(i64::from(number) * 100)) } else { Worth::Fraction(percent(number)) }
}
