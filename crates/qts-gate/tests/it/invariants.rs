//! The invariants of `risk-reference.md` §6 in their true form, and that the naive forms it warns of are false.
//!
//! That every control decides in the accounts they are held against is shown in `coverage.rs`.
//!
//! | §6 | holds by | its naive form |
//! |---|---|---|
//! | 1 contraction | `nothing_grows_and_nothing_else_changes` | `the_naive_form_of_1_is_false` |
//! | 2 warn is inert | `a_warning_changes_no_quantity` | |
//! | 3 idempotence, state frozen | `what_was_admitted_is_admitted_again` | `the_naive_form_of_3_is_false` |
//! | 4 order of the rules | `controls_are_joined_so_that_their_order_cannot_matter` (also in `verdict.rs`) | |
//! | 5 policy monotonicity, one proposal | `a_tighter_policy_never_admits_more` | `the_naive_form_of_5_is_false` |
//! | 6 independence at strategy scope | `a_strategys_verdict_depends_on_nobody_else` | `the_naive_form_of_6_is_false` |
//! | 7 no phantom capacity | `opposing_interest_that_may_not_fill_makes_no_room` | |
//! | 8 worst case | `whatever_fills_no_limit_is_breached_by_what_was_sent` | `the_naive_form_of_8_is_false` |
//! | 9 exits | `capacity_and_reduce_only_never_cut_an_exit` | `the_naive_form_of_9_is_false` |
//! | 10 no flip | `a_cycles_sales_never_exceed_the_holding` | |
//! | 11 splits, lot 1 | `splitting_an_intent_never_admits_more` | `the_naive_form_of_11_is_false` |
//! | 12 permutations | `the_order_of_arrival_changes_nothing` | |
//! | 13 no both-sides | `no_two_orders_could_trade_with_each_other_or_with_a_working_one` | |
//! | 14 conflicts, `exits_only` | `a_conflict_never_adds_risk` | `the_naive_form_of_14_is_false` |
//! | 15 merging | `an_order_is_the_sum_of_its_children` | |
//! | 16 attribution | `crosses_add_up`, `a_cut_is_shared_as_the_model_says`; fills: `qts-core`, `qts-runtime` | |
//! | 17 books | `qts-runtime`, which alone books | |
//! | 18 arithmetic | `no_number_is_too_large_to_be_judged` | |
//! | 19 fail-closed | `what_is_missing_never_admits_more` | `the_naive_form_of_19_is_false` |
//! | 20 latches | `nothing_that_is_latched_grows_until_it_is_rearmed` in `qts-runtime`, with the supervisors | |
//! | 21 single entry | `a_permission_is_of_its_cycle_and_epoch`; seals in `qts-runtime` | |
//! | 22 determinism | `equal_cycles_are_judged_equally` | |
//! | 23 safety traffic | `cancels_pass_whatever_else_is_asked` | |

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use qts_core::{
    Cycle, Dated, Decision, Epoch, Inst, Kind, Money, OrderId, Price, Proposal, Qty, Ratio, Scope, Side, Stage,
    StrategyId,
};
use qts_gate::policy::{
    Age, Controls, FatFinger, Jump, Nature, OrderRate, OrderSize, Participation, Size, Thresholds, Worth,
};
use qts_gate::{ArbitratedOrder, ArbitrationRule, CancelAsk, Judged, Permit, StrategyState};

use crate::model;
use crate::plan::{
    self, ASKERS, Ask, Plan, Resting, alone, calm_plans, plans, without_policies, without_strategies_policies,
};
use crate::world::{self, CYCLE, World};

const CASES: u32 = 1_500;
const TRIES: u32 = 4_000;

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(CASES) }
}

/// Does a case like this come up?
fn is_found<T: Debug>(among: impl Strategy<Value = T>, like: impl Fn(T) -> bool) -> bool {
    let mut runner = TestRunner::deterministic();
    (0..TRIES).any(|_| like(among.new_tree(&mut runner).expect("a case").current()))
}

fn orders(judged: &Judged) -> impl Iterator<Item = &ArbitratedOrder> {
    judged.admitted.iter().filter_map(|admitted| match admitted.permit() {
        Permit::Place(order) => Some(order),
        Permit::Cancel(_) => None,
    })
}

fn sum(quantities: impl Iterator<Item = Qty>) -> Qty {
    quantities.fold(Qty::ZERO, |sum, qty| sum.checked_add(qty).expect("small"))
}

fn of_scope(decision: &Decision, scope: Scope) -> Vec<qts_core::Reason> {
    decision.reasons.iter().filter(|reason| reason.scope == scope).copied().collect()
}

fn whole(qty: Qty) -> i32 {
    assert!(qty.is_multiple_of(Qty::whole(1)), "{qty}");
    i32::try_from(qty.units() / qts_core::SCALE).expect("small")
}

// 1.

proptest! {
    #![proptest_config(config())]
    #[test]
    fn nothing_grows_and_nothing_else_changes(plan in plans()) {
        let (proposals, judged, lot) = (plan.proposals(), plan.judge(), Qty::whole(plan.lot));
        prop_assert_eq!(proposals.len(), judged.decisions.len());
        for (Proposal { id, owner, intent }, decision) in proposals.iter().zip(&judged.decisions) {
            prop_assert_eq!((id, owner), (&decision.id, &decision.owner));
            let asked = (intent.instrument, intent.side, intent.qty, intent.kind, intent.tif);
            let d = decision;
            prop_assert_eq!(asked, (d.instrument, d.side, d.asked, d.kind, d.tif));
            prop_assert!(d.sent >= Qty::ZERO && d.crossed >= Qty::ZERO && d.admitted() <= d.asked);
            // A verdict of less than was asked has its reason.
            let cuts = d.reasons.iter().any(|reason| reason.stage >= Stage::Reduce);
            prop_assert_eq!(cuts, d.admitted() < d.asked, "{:?}", d);
        }
        for order in orders(&judged) {
            let odd_exit = |child: &qts_core::Child| {
                judged.decisions.iter().any(|d| d.id == child.decision && !d.asked.is_multiple_of(lot))
            };
            prop_assert!(order.qty.is_multiple_of(lot) || order.children.iter().any(odd_exit), "{:?}", order);
        }
    }
}

#[test]
fn the_naive_form_of_1_is_false() {
    // "Asking for more never admits less": above `block` an order is blocked whole.
    let asked_twice = (plans().prop_map(alone), 1..70i32);
    assert!(is_found(asked_twice, |(plan, more)| {
        let mut greedy = plan.clone();
        greedy.asks[0].qty += more * plan.lot;
        greedy.admitted() < plan.admitted()
    }));
}

// 2.

proptest! {
    #![proptest_config(config())]
    #[test]
    fn a_warning_changes_no_quantity(plan in plans()) {
        let mut silent = plan.clone();
        mute_all(&mut silent.account);
        silent.traders.iter_mut().for_each(|trader| mute_all(&mut trader.controls));
        let (loud, silent) = (plan.judge(), silent.judge());
        let quantities = |judged: &Judged| -> Vec<_> { judged.decisions.iter().map(|d| (d.sent, d.crossed)).collect() };
        prop_assert_eq!(quantities(&loud), quantities(&silent));
        prop_assert!(silent.decisions.iter().all(|d| d.reasons.iter().all(|reason| reason.stage != Stage::Warn)));
    }
}

/// Takes the warnings away, and what does nothing but warn.
fn mute_all(controls: &mut Controls) {
    fn mute<T: Copy>(levels: &mut Option<Thresholds<T>>) {
        let only_warns = |levels: &Thresholds<T>| levels.limit.is_none() && levels.block.is_none();
        *levels = levels.filter(|levels| !only_warns(levels)).map(|levels| Thresholds { warn: None, ..levels });
    }
    mute(&mut controls.price_collar);
    mute(&mut controls.cycle_notional);
    mute(&mut controls.max_order_qty);
    mute(&mut controls.max_order_notional);
    mute(&mut controls.max_long);
    mute(&mut controls.max_short);
    mute(&mut controls.max_gross_exposure);
    mute(&mut controls.max_net_exposure);
    mute(&mut controls.max_open_orders);
    mute(&mut controls.stale_data);
    controls.data_implausible = controls.data_implausible.and_then(|jump| {
        let (mut within, mut between) = (Some(jump.within), Some(jump.between));
        mute(&mut within);
        mute(&mut between);
        let silent = Thresholds { warn: None, limit: None, block: None };
        let any = within.or(between).is_some();
        any.then(|| Jump { within: within.unwrap_or(silent), between: between.unwrap_or(silent) })
    });
    mute(&mut controls.message_limit);
}

// 3.

proptest! {
    #![proptest_config(config())]
    #[test]
    fn what_was_admitted_is_admitted_again(plan in plans().prop_map(alone)) {
        let mut plan = plan;
        // What was reduced may now be the same as something asked earlier: that block is not closed upwards.
        plan.traders.iter_mut().for_each(|trader| trader.controls.duplicate_order = None);
        let admitted = plan.admitted();
        if admitted.is_positive() {
            let mut again = plan;
            again.asks[0].qty = whole(admitted);
            prop_assert_eq!(again.admitted(), admitted);
        }
    }
}

#[test]
fn the_naive_form_of_3_is_false() {
    // If the first is committed before the second is judged, the second finds the room taken.
    assert!(is_found(plans().prop_map(alone), |mut plan| {
        let admitted = plan.admitted();
        plan.asks[0].qty = whole(admitted).max(1);
        plan.asks.push(plan.asks[0].clone());
        plan.judge().decisions[1].admitted() < admitted
    }));
}

// 4.

proptest! {
    #![proptest_config(config())]
    #[test]
    fn controls_are_joined_so_that_their_order_cannot_matter(plan in calm_plans().prop_map(alone)) {
        let mut plan = plan;
        plan.account = Controls::default();
        // A collar adds to what a market buy is worth, a working one included.
        plan.working.retain(|order| order.limit.is_some());
        let owner = plan.asks[0].owner;
        let controls = &mut plan.traders[owner].controls;
        // A score is a check, judged after the caps.
        controls.max_risk_score = None;
        if plan.asks[0].limit.is_none() {
            controls.price_collar = None;
        }
        let all = controls.clone();
        let together = plan.judge();
        let (mut reasons, mut least) = (Vec::new(), together.decisions[0].asked);
        for one in one_by_one(all) {
            plan.traders[owner].controls = one;
            let alone = plan.judge();
            reasons.extend(alone.decisions[0].reasons.iter().copied());
            least = least.min(alone.decisions[0].admitted());
        }
        reasons.sort();
        reasons.dedup();
        let mut joined = together.decisions[0].reasons.clone();
        joined.dedup();
        prop_assert_eq!((together.decisions[0].admitted(), joined), (least, reasons));
    }
}

/// Each control on its own. Fingers are fat by multiples of the order-size limits, so these three go together.
fn one_by_one(all: Controls) -> Vec<Controls> {
    let none = Controls::default;
    let sizes = (all.max_order_qty, all.max_order_notional);
    vec![
        none(),
        Controls { short_not_allowed: all.short_not_allowed, ..none() },
        Controls { price_collar: all.price_collar, ..none() },
        Controls { max_order_qty: sizes.0, max_order_notional: sizes.1, fat_finger: all.fat_finger, ..none() },
        Controls { max_order_qty: sizes.0, ..none() },
        Controls { max_order_notional: sizes.1, ..none() },
        Controls { cycle_notional: all.cycle_notional, ..none() },
        Controls { max_long: all.max_long, ..none() },
        Controls { max_short: all.max_short, ..none() },
        Controls { max_gross_exposure: all.max_gross_exposure, ..none() },
        Controls { max_net_exposure: all.max_net_exposure, ..none() },
        Controls { max_open_orders: all.max_open_orders, ..none() },
        Controls { restricted: all.restricted, ..none() },
        Controls { outside_session: all.outside_session, ..none() },
        Controls { stale_data: all.stale_data, ..none() },
        Controls { duplicate_order: all.duplicate_order, ..none() },
        Controls { data_implausible: all.data_implausible, ..none() },
        Controls { market_order: all.market_order, ..none() },
        Controls { max_participation: all.max_participation, ..none() },
        Controls { order_rate: all.order_rate, ..none() },
        Controls { message_limit: all.message_limit, ..none() },
    ]
}

// 5.

proptest! {
    #![proptest_config(config())]
    #[test]
    fn a_tighter_policy_never_admits_more(
        plan in plans().prop_map(alone), own in any::<bool>(), other in plan::controls(), budget in 1..100i64
    ) {
        let mut plan = of_one_scope(plan, own);
        let (owner, is_market) = (plan.asks[0].owner, plan.asks[0].limit.is_none());
        in_plain_numbers(&mut plan.account, plan.lot);
        in_plain_numbers(&mut plan.traders[owner].controls, plan.lot);
        let mut tighter = plan.clone();
        let controls = if own { &mut tighter.traders[owner].controls } else { &mut tighter.account };
        let (collar, ages) = (controls.price_collar, controls.stale_data);
        *controls = meet(controls, &other, plan.lot);
        if collar.is_some() && ages.is_none_or(|ages| ages.limit.is_none() && ages.block.is_none()) {
            // By definition the collar is measured from a fresh price alone: an age beyond the usual makes it fresh.
            controls.stale_data = ages;
        }
        if is_market {
            // By definition a market buy is worth more under a wider collar: narrowing it makes room.
            controls.price_collar = collar;
        }
        let trader = &mut tighter.traders[owner];
        trader.budget = trader.budget.map(|money| money * budget / 100);
        prop_assert!(tighter.admitted() <= plan.admitted());
    }
}

#[test]
fn the_naive_form_of_5_is_false() {
    // Of two proposals: a smaller first one leaves room for the second.
    let shares = |number| Some(Thresholds::limit(OrderSize::Shares(Qty::whole(number))));
    assert!(is_found((plans(), 1..20i32), |(mut plan, limit)| {
        let judged = plan.judge();
        plan.traders[plan.asks[0].owner].controls.max_order_qty = shares(limit);
        let tighter = plan.judge();
        judged.decisions.iter().zip(&tighter.decisions).any(|(before, after)| after.admitted() > before.admitted())
    }));
    // Over the scopes: what the strategy's policy cut is below the account's block.
    assert!(is_found((plans().prop_map(alone), 1..20i32), |(mut plan, limit)| {
        plan.traders[plan.asks[0].owner].controls = Controls::default();
        let admitted = plan.admitted();
        plan.traders[plan.asks[0].owner].controls.max_order_qty = shares(limit);
        plan.admitted() > admitted
    }));
    // Of a score: it is judged on what the caps leave.
    assert!(is_found((plans().prop_map(alone), 1..20i32), |(plan, limit)| {
        let mut plan = of_one_scope(plan, true);
        let controls = &mut plan.traders[plan.asks[0].owner].controls;
        *controls = Controls { max_risk_score: Some(plan::percent(50)), ..Controls::default() };
        let admitted = plan.admitted();
        plan.traders[plan.asks[0].owner].controls.max_order_qty = shares(limit);
        plan.admitted() > admitted
    }));
    // Of another lot: of a limit of 15 a lot of 10 leaves 10, one of 15 leaves all.
    assert!(is_found(plans().prop_map(alone), |mut plan| {
        plan.asks[0].qty *= 6;
        let mut admitted = |lot| {
            plan.lot = lot;
            plan.admitted()
        };
        admitted(2) < admitted(3)
    }));
    // Across strategies: what one may no longer have is room for another; under `net`, what one may no longer buy the
    // other has to sell to the market.
    for rule in [ArbitrationRule::ExitsOnly, ArbitrationRule::Net] {
        assert!(is_found((plans(), 1..20i32), |(mut plan, limit)| {
            plan.rule = rule;
            if rule == ArbitrationRule::Net {
                plan.account = Controls::default();
            }
            let (owner, before) = (plan.asks[0].owner, plan.judge());
            plan.traders[owner].controls.max_order_qty = shares(limit);
            let after = plan.judge();
            let mut pairs = before.decisions.iter().zip(&after.decisions);
            pairs.any(|(before, after)| before.owner.as_str() != ASKERS[owner] && after.sent > before.sent)
        }));
    }
}

/// Policies at strategy scope only, or at account scope only: from one to the next a smaller order may do better, as it
/// may stay below a `block` there, or be all exit. And no score: it is judged on what the caps leave, so that a smaller
/// cap may save the rest from it.
fn of_one_scope(mut plan: Plan, own: bool) -> Plan {
    plan.traders.iter_mut().for_each(|trader| trader.controls.max_risk_score = None);
    if own { Plan { account: Controls::default(), ..plan } } else { without_strategies_policies(plan) }
}

/// Percentages as money, so that levels of two policies compare.
fn in_plain_numbers(controls: &mut Controls, lot: i32) {
    let money = |ratio: Ratio| Money::from_units(i128::from(ratio.units()) * 10_000);
    let worth = |level: Worth| match level {
        Worth::Fraction(ratio) => Worth::Money(money(ratio)),
        Worth::Money(_) => level,
    };
    let size = |level: Size| match level {
        Size::Fraction(ratio) => Size::Shares(Qty::from_units(ratio.units() * 100).expect("small")),
        Size::Shares(_) => level,
    };
    fn each<T: Copy>(levels: &mut Option<Thresholds<T>>, to: impl Fn(T) -> T) {
        *levels = levels.map(|levels| Thresholds {
            warn: levels.warn.map(&to),
            limit: levels.limit.map(&to),
            block: levels.block.map(&to),
        });
    }
    each(&mut controls.max_order_qty, |level| match level {
        OrderSize::Lots(lots) => OrderSize::Shares(Qty::whole(i32::try_from(lots).expect("few") * lot)),
        OrderSize::Shares(_) => level,
    });
    each(&mut controls.cycle_notional, worth);
    each(&mut controls.max_order_notional, worth);
    each(&mut controls.max_gross_exposure, worth);
    each(&mut controls.max_net_exposure, worth);
    each(&mut controls.max_long, size);
    each(&mut controls.max_short, size);
    // As where the data come at no regular intervals.
    each(&mut controls.stale_data, |age| Age::Span(age.of(&qts_core::Prices::default())));
}

/// All controls of both, each at the lower of its levels.
fn meet(a: &Controls, b: &Controls, lot: i32) -> Controls {
    let mut b = b.clone();
    in_plain_numbers(&mut b, lot);
    let lower = |a: Option<Ratio>, b: Option<Ratio>| a.into_iter().chain(b).min();
    let finger = |a: Option<FatFinger>, b: Option<FatFinger>| match (a, b) {
        (Some(a), Some(b)) => {
            Some(FatFinger { multiple: lower(a.multiple, b.multiple), median: lower(a.median, b.median) })
        }
        (a, b) => a.or(b),
    };
    let worth = |worth| match worth {
        Worth::Money(money) => money,
        Worth::Fraction(_) => unreachable!("in plain numbers"),
    };
    let size = |size| match size {
        Size::Shares(qty) => qty,
        Size::Fraction(_) => unreachable!("in plain numbers"),
    };
    let shares = |size| match size {
        OrderSize::Shares(qty) => qty,
        OrderSize::Lots(_) => unreachable!("in plain numbers"),
    };
    let (capacity, plausible) = (Nature::Capacity, Nature::Plausibility);
    let nearer = |a, b| lowest(Some(a), Some(b), plausible, |ratio| ratio).expect("of two");
    let span = |age| match age {
        Age::Span(span) => span,
        Age::Intervals(_) => unreachable!("in plain numbers"),
    };
    Controls {
        restricted: a.restricted.union(&b.restricted).copied().collect(),
        outside_session: a.outside_session || b.outside_session,
        stale_data: lowest(a.stale_data, b.stale_data, plausible, span),
        duplicate_order: a.duplicate_order.max(b.duplicate_order),
        data_implausible: both(a.data_implausible, b.data_implausible, |a, b| Jump {
            within: nearer(a.within, b.within),
            between: nearer(a.between, b.between),
        }),
        market_order: a.market_order || b.market_order,
        max_participation: both(a.max_participation, b.max_participation, |a, b| Participation {
            order: lower(a.order, b.order),
            day: lower(a.day, b.day),
            where_known: a.where_known && b.where_known,
        }),
        order_rate: both(a.order_rate, b.order_rate, |a, b| OrderRate {
            per_second: a.per_second.min(b.per_second),
            burst: a.burst.min(b.burst),
        }),
        message_limit: lowest(a.message_limit, b.message_limit, plausible, |count| count),
        short_not_allowed: a.short_not_allowed || b.short_not_allowed,
        price_collar: lowest(a.price_collar, b.price_collar, plausible, |ratio| ratio),
        fat_finger: finger(a.fat_finger, b.fat_finger),
        cycle_notional: lowest(a.cycle_notional, b.cycle_notional, plausible, worth),
        max_order_qty: lowest(a.max_order_qty, b.max_order_qty, capacity, shares),
        max_order_notional: lowest(a.max_order_notional, b.max_order_notional, capacity, worth),
        max_long: lowest(a.max_long, b.max_long, capacity, size),
        max_short: lowest(a.max_short, b.max_short, capacity, size),
        max_gross_exposure: lowest(a.max_gross_exposure, b.max_gross_exposure, capacity, worth),
        max_net_exposure: lowest(a.max_net_exposure, b.max_net_exposure, capacity, worth),
        buying_power: a.buying_power.max(b.buying_power),
        max_open_orders: lowest(a.max_open_orders, b.max_open_orders, capacity, |count| count),
        max_risk_score: a.max_risk_score,
    }
}

fn both<T: Copy>(a: Option<T>, b: Option<T>, meet: impl Fn(T, T) -> T) -> Option<T> {
    a.zip(b).map(|(a, b)| meet(a, b)).or(a).or(b)
}

fn lowest<T: Copy + PartialEq, K: Ord>(
    a: Option<Thresholds<T>>,
    b: Option<Thresholds<T>>,
    nature: Nature,
    key: impl Fn(T) -> K,
) -> Option<Thresholds<T>> {
    let (Some(a), Some(b)) = (a, b) else { return a.or(b) };
    let (a, b) = (a.resolve(nature), b.resolve(nature));
    let lower = |a: Option<T>, b: Option<T>| a.into_iter().chain(b).min_by_key(|level| key(*level));
    Some(Thresholds { warn: lower(a.warn, b.warn), limit: lower(a.limit, b.limit), block: lower(a.block, b.block) })
}

// 6.

/// What the others are like in one account, and in another.
fn with_two_sorts_of_others() -> impl Strategy<Value = (Plan, Plan)> {
    (plans(), plans()).prop_map(|(plan, other)| {
        let mut changed = plan.clone();
        changed.traders[1..].clone_from_slice(&other.traders[1..]);
        changed.rule = other.rule;
        changed.account = other.account;
        changed.working.retain(|order| order.owner == 0);
        changed.working.extend(other.working.into_iter().filter(|order| order.owner != 0));
        (plan, changed)
    })
}

/// What the account decides of the proposals of `a`, without those of others if so wanted.
fn decisions_of_a(plan: &Plan, alone: bool) -> Vec<Decision> {
    let is_a = |owner: &StrategyId| owner.as_str() == "a";
    let proposals = plan.proposals().into_iter().filter(|proposal| !alone || is_a(&proposal.owner));
    let judged = plan.world().judge(proposals.collect(), &[]);
    judged.decisions.into_iter().filter(|decision| is_a(&decision.owner)).collect()
}

proptest! {
    #![proptest_config(config())]
    #[test]
    fn a_strategys_verdict_depends_on_nobody_else((plan, changed) in with_two_sorts_of_others()) {
        let reasons = |plan: &Plan, alone| -> Vec<_> {
            decisions_of_a(plan, alone).iter().map(|decision| of_scope(decision, Scope::Strategy)).collect()
        };
        prop_assert_eq!(reasons(&plan, false), reasons(&changed, true));
        // Where no account policy, no other rule and no other's order come in between, the quantities are the same, too.
        let apart = |plan: &Plan| {
            let mut plan = plan.clone();
            plan.account = Controls::default();
            plan.rule = ArbitrationRule::ExitsOnly;
            plan.working.retain(|order| order.owner == 0);
            plan.asks.iter_mut().for_each(|ask| ask.inst = u32::from(ask.owner != 0));
            plan
        };
        let (plan, changed) = (apart(&plan), apart(&changed));
        prop_assert_eq!(decisions_of_a(&plan, false), decisions_of_a(&changed, true));
    }
}

#[test]
fn the_naive_form_of_6_is_false() {
    // At account scope and in a conflict others matter very much.
    assert!(is_found(plans(), |plan| {
        let quantities = |alone| -> Vec<Qty> { decisions_of_a(&plan, alone).iter().map(Decision::admitted).collect() };
        quantities(false) != quantities(true)
    }));
}

// 7.

proptest! {
    #![proptest_config(config())]
    #[test]
    fn opposing_interest_that_may_not_fill_makes_no_room(
        plan in plans().prop_map(alone), own in any::<bool>(), limit in 96..105i32, lots in 1..12i32
    ) {
        let mut plan = of_one_scope(plan, own);
        plan.asks[0].limit = Some(limit);
        let ask = plan.asks[0].clone();
        let side = ask.side.opposite();
        // Out of the ask's reach.
        let limit = if side == Side::Buy { 80 } else { 120 };
        let mut resting = plan.clone();
        let (owner, inst) = (ask.owner, ask.inst);
        resting.working.push(Resting { owner, inst, side, limit: Some(limit), lots, cancelling: false });
        prop_assert!(resting.admitted() <= plan.admitted());
        let mut earlier = plan.clone();
        earlier.asks.insert(0, Ask { side, limit: Some(limit), qty: lots * plan.lot, ..ask });
        prop_assert!(earlier.judge().decisions[1].admitted() <= plan.admitted());
    }
}

// 8.

/// The highest position in shares that a limit admits.
fn limit_in_shares(levels: Option<Thresholds<Size>>) -> Option<Qty> {
    match levels?.resolve(Nature::Capacity).limit? {
        Size::Shares(qty) => Some(qty),
        Size::Fraction(_) => None,
    }
}

/// Shares that a strategy sends and crosses of an instrument on one side.
fn admitted_of(judged: &Judged, owner: &StrategyId, inst: Inst, side: Side) -> Qty {
    let mine = |d: &&Decision| d.owner == *owner && d.instrument == inst && d.side == side;
    sum(judged.decisions.iter().filter(mine).map(Decision::admitted))
}

proptest! {
    #![proptest_config(config())]
    #[test]
    fn whatever_fills_no_limit_is_breached_by_what_was_sent(plan in plans()) {
        let (world, judged) = (plan.world(), plan.judge());
        for (id, inst) in ASKERS.iter().flat_map(|id| [(id, Inst(0)), (id, Inst(1))]) {
            let owner = StrategyId::new(id);
            let controls = &world.standings[&owner].policy.strategy;
            let held = world.books.get(&owner).map(|book| book.holding(inst)).unwrap_or_default();
            let bought = admitted_of(&judged, &owner, inst, Side::Buy);
            let sold = admitted_of(&judged, &owner, inst, Side::Sell);
            let long = sum([held.position, held.open_buy, bought].into_iter());
            let short = sum([-held.position, held.open_sell, sold].into_iter());
            prop_assert!(bought.is_zero() || limit_in_shares(controls.max_long).is_none_or(|limit| long <= limit));
            prop_assert!(sold.is_zero() || limit_in_shares(controls.max_short).is_none_or(|limit| short <= limit));
        }
        for inst in [Inst(0), Inst(1)] {
            for (side, limit) in [(Side::Buy, plan.account.max_long), (Side::Sell, plan.account.max_short)] {
                let of = |filled| account_sum(&world, &judged, (inst, side), filled);
                let (before, after, limit) = (of(false), of(true), limit_in_shares(limit));
                prop_assert!(limit.is_none_or(|limit| after <= limit.max(before)), "{:?}: {} to {}", limit, before, after);
            }
        }
    }
}

/// Σ of the books' long positions, working buys filled and crosses booked, with this cycle's buys filled or not; for
/// sales Σ of the short ones.
fn account_sum(world: &World, judged: &Judged, (inst, side): (Inst, Side), filled: bool) -> Qty {
    let sums = ["a", "b", "c", "z"].map(|id| {
        let owner = StrategyId::new(id);
        let held = world.books.get(&owner).map(|book| book.holding(inst)).unwrap_or_default();
        let mine = judged.decisions.iter().filter(|d| d.owner == owner && d.instrument == inst);
        let moved = sum(mine.clone().map(|d| d.side.signed(d.crossed)));
        let sent = if filled { sum(mine.filter(|d| d.side == side).map(|d| d.sent)) } else { Qty::ZERO };
        let held = match side {
            Side::Buy => [held.position, moved, held.open_buy],
            Side::Sell => [-held.position, -moved, held.open_sell],
        };
        sum(held.into_iter().chain([sent])).max(Qty::ZERO)
    });
    sum(sums.into_iter())
}

#[test]
fn the_naive_form_of_8_is_false() {
    // "Within limits afterwards": who is over a limit already stays over it while he sells.
    assert!(is_found(plans().prop_map(alone), |plan| {
        let (world, judged) = (plan.world(), plan.judge());
        let (ask, owner) = (&plan.asks[0], StrategyId::new(ASKERS[plan.asks[0].owner]));
        let held = world.books.get(&owner).map(|book| book.holding(Inst(ask.inst))).unwrap_or_default();
        let after = sum([held.position, ask.side.signed(judged.decisions[0].admitted())].into_iter());
        let limit = limit_in_shares(plan.traders[ask.owner].controls.max_long);
        judged.decisions[0].admitted().is_positive() && limit.is_some_and(|limit| after > limit)
    }));
}

// 9.

proptest! {
    #![proptest_config(config())]
    #[test]
    fn capacity_and_reduce_only_never_cut_an_exit(plan in calm_plans().prop_map(alone), state in any::<bool>()) {
        let mut plan = plan;
        plan.stocks.iter_mut().for_each(|stock| (stock.daily_limit, stock.tick) = (false, 1));
        plan.traders[plan.asks[0].owner].state = if state { StrategyState::ReduceOnly } else { StrategyState::Active };
        for controls in plan.traders.iter_mut().map(|trader| &mut trader.controls).chain([&mut plan.account]) {
            *controls = Controls {
                price_collar: None,
                fat_finger: None,
                max_order_qty: None,
                max_order_notional: None,
                max_risk_score: None,
                restricted: BTreeSet::new(),
                outside_session: false,
                // Exempts exits only: of what crosses zero nothing is left.
                duplicate_order: None,
                ..controls.clone()
            };
        }
        let (lot, asked) = (Qty::whole(plan.lot), Qty::whole(plan.asks[0].qty));
        let reducing = plan.reducing_parts(|_| true)[0];
        let exit = if reducing == asked { asked } else { reducing.floor_to(lot) };
        prop_assert!(plan.admitted() >= exit || !asked.is_multiple_of(lot), "{} of {}", plan.admitted(), exit);
    }
}

#[test]
fn the_naive_form_of_9_is_false() {
    // "Reducing is never blocked": modes, collars, own working orders, opposing exits and the market's rules do.
    assert!(is_found(plans(), |plan| {
        let (judged, reducing) = (plan.judge(), plan.reducing_parts(|_| true));
        let is_blocked = |(d, reducing): (&Decision, &Qty)| reducing.is_positive() && d.admitted().is_zero();
        judged.decisions.iter().zip(&reducing).any(is_blocked)
    }));
}

// 10.

proptest! {
    #![proptest_config(config())]
    #[test]
    fn a_cycles_sales_never_exceed_the_holding(plan in plans(), by_ban in any::<bool>()) {
        let mut plan = plan;
        plan.stocks.iter_mut().for_each(|stock| stock.short_ban = by_ban);
        for trader in &mut plan.traders {
            trader.controls.short_not_allowed = by_ban;
            let none = Thresholds::limit(Size::Shares(Qty::ZERO));
            trader.controls.max_short = if by_ban { trader.controls.max_short } else { Some(none) };
        }
        let (world, judged) = (plan.world(), plan.judge());
        for (id, inst) in ASKERS.iter().flat_map(|id| [(id, Inst(0)), (id, Inst(1))]) {
            let owner = StrategyId::new(id);
            let held = world.books.get(&owner).map(|book| book.holding(inst)).unwrap_or_default();
            let free = held.position.checked_sub(held.open_sell).expect("small").max(Qty::ZERO);
            prop_assert!(admitted_of(&judged, &owner, inst, Side::Sell) <= free);
        }
    }
}

// 11.

/// The plan's only proposal in parts.
fn split(plan: &Plan, at: &[i32]) -> Plan {
    let mut parts = plan.clone();
    let (whole, mut left) = (plan.asks[0].clone(), plan.asks[0].qty);
    parts.asks.clear();
    for part in at.iter().chain([&i32::MAX]) {
        let qty = left.min(*part);
        left -= qty;
        if qty > 0 {
            parts.asks.push(Ask { qty, ..whole.clone() });
        }
    }
    parts
}

proptest! {
    #![proptest_config(config())]
    #[test]
    fn splitting_an_intent_never_admits_more(
        plan in plans().prop_map(alone), at in prop::collection::vec(1..40i32, 1..4)
    ) {
        let mut plan = plan;
        plan.lot = 1;
        for controls in plan.traders.iter_mut().map(|trader| &mut trader.controls).chain([&mut plan.account]) {
            only_cumulative(controls);
        }
        let admitted = plan.admitted();
        let parts = split(&plan, &at).judge();
        prop_assert!(sum(parts.decisions.iter().map(Decision::admitted)) <= admitted);
    }
}

/// Without gross exposure: max(|p + OB|, |p − OS|) does not grow while an order turns a short into a smaller long, so
/// a part that comes after the turn is measured on less than the whole was. Without what is said of one order alone,
/// and without a `block`: above it the whole is cut to its reducing part,
/// where parts of it, each below, would fill the room up to `limit`.
fn only_cumulative(controls: &mut Controls) {
    fn without_block<T: Copy>(levels: Option<Thresholds<T>>) -> Option<Thresholds<T>> {
        levels.map(|levels| Thresholds { limit: levels.limit.or(levels.block), block: None, ..levels })
    }
    *controls = Controls {
        max_long: without_block(controls.max_long),
        max_short: without_block(controls.max_short),
        max_gross_exposure: None,
        max_net_exposure: without_block(controls.max_net_exposure),
        max_order_qty: None,
        max_order_notional: None,
        fat_finger: None,
        max_risk_score: None,
        duplicate_order: None,
        max_participation: controls.max_participation.map(|volume| Participation { order: None, ..volume }),
        ..controls.clone()
    };
}

#[test]
fn the_naive_form_of_11_is_false() {
    let of_one = |keep: fn(&Controls) -> Controls| {
        is_found((plans().prop_map(alone), 1..40i32), move |(mut plan, at)| {
            plan.lot = 1;
            plan.account = Controls::default();
            plan.traders.iter_mut().for_each(|trader| trader.controls = keep(&trader.controls));
            sum(split(&plan, &[at]).judge().decisions.iter().map(Decision::admitted)) > plan.admitted()
        })
    };
    assert!(of_one(|all| Controls { max_order_qty: all.max_order_qty, ..Controls::default() }));
    assert!(of_one(|all| Controls { max_order_notional: all.max_order_notional, ..Controls::default() }));
    assert!(of_one(|all| Controls { fat_finger: all.fat_finger, ..Controls::default() }));
    assert!(of_one(|all| Controls { max_long: all.max_long, ..Controls::default() }));
}

// 12.

proptest! {
    #![proptest_config(config())]
    #[test]
    fn the_order_of_arrival_changes_nothing(
        (plan, shuffled) in plans().prop_flat_map(|plan| { let all = plan.proposals(); (Just(plan), Just(all).prop_shuffle()) })
    ) {
        let (straight, turned) = (plan.judge(), plan.world().judge(shuffled, &[]));
        let by_id = |judged: &Judged| -> BTreeMap<_, _> {
            judged.decisions.iter().map(|decision| (decision.id.clone(), decision.clone())).collect()
        };
        prop_assert_eq!(by_id(&straight), by_id(&turned));
        prop_assert_eq!(straight.crosses, turned.crosses);
        prop_assert_eq!(straight.cancels, turned.cancels);
        prop_assert_eq!(format!("{:?}", straight.admitted), format!("{:?}", turned.admitted));
    }
}

// 13.

fn could_trade(a: (Side, Kind), b: (Side, Kind)) -> bool {
    match (a, b) {
        ((Side::Buy, buy), (Side::Sell, sell)) | ((Side::Sell, sell), (Side::Buy, buy)) => buy.crosses(sell),
        _ => false,
    }
}

proptest! {
    #![proptest_config(config())]
    #[test]
    fn no_two_orders_could_trade_with_each_other_or_with_a_working_one(plan in plans()) {
        let (world, judged) = (plan.world(), plan.judge());
        for order in orders(&judged) {
            let terms = (order.side, order.kind);
            for other in orders(&judged).filter(|other| other.instrument == order.instrument) {
                prop_assert!(!could_trade(terms, (other.side, other.kind)), "{:?} {:?}", order, other);
            }
            for other in world.working.iter().filter(|other| other.instrument == order.instrument) {
                prop_assert!(!could_trade(terms, (other.side, other.kind)), "{:?} {:?}", order, other);
            }
        }
    }
}

// 14.

/// What parties to a conflict have admitted beyond their reducing parts.
fn risk_added_by_parties(plan: &Plan) -> bool {
    let judged = plan.judge();
    // Without policies, what the strategy scope does not block it admits whole.
    let is_live = |place: usize| of_scope(&judged.decisions[place], Scope::Strategy).is_empty();
    let reducing = plan.reducing_parts(is_live);
    let live = || judged.decisions.iter().enumerate().filter(|(place, _)| is_live(*place));
    live().any(|(place, d)| {
        let meets = |other: &Decision| {
            other.instrument == d.instrument && could_trade((d.side, d.kind), (other.side, other.kind))
        };
        live().any(|(_, other)| meets(other)) && d.admitted() > reducing[place]
    })
}

proptest! {
    #![proptest_config(config())]
    #[test]
    fn a_conflict_never_adds_risk(plan in calm_plans().prop_map(without_policies)) {
        let mut plan = plan;
        plan.rule = ArbitrationRule::ExitsOnly;
        prop_assert!(!risk_added_by_parties(&plan));
    }
}

#[test]
fn the_naive_form_of_14_is_false() {
    // Under the other rules a party's entry may go through.
    for rule in [ArbitrationRule::Net, ArbitrationRule::Rank] {
        assert!(is_found(calm_plans().prop_map(without_policies), |mut plan| {
            plan.rule = rule;
            risk_added_by_parties(&plan)
        }));
    }
}

// 15.

proptest! {
    #![proptest_config(config())]
    #[test]
    fn an_order_is_the_sum_of_its_children(plan in plans()) {
        let judged = plan.judge();
        let mut sent = BTreeMap::new();
        for order in orders(&judged) {
            prop_assert_eq!(sum(order.children.iter().map(|child| child.qty)), order.qty);
            for child in &order.children {
                let d = judged.decisions.iter().find(|d| d.id == child.decision).expect("decided");
                let terms = (d.instrument, d.side, d.kind, d.tif, &d.owner);
                prop_assert_eq!(terms, (order.instrument, order.side, order.kind, order.tif, &child.owner));
                prop_assert!(sent.insert(child.decision.clone(), child.qty).is_none());
            }
        }
        for d in &judged.decisions {
            prop_assert_eq!(d.sent, sent.get(&d.id).copied().unwrap_or_default());
        }
        // Equal orders are one.
        let keys: Vec<_> = orders(&judged).map(|o| (o.instrument, o.side, o.kind, o.tif)).collect();
        prop_assert!(keys.iter().enumerate().all(|(place, key)| !keys[..place].contains(key)));
    }
}

// 16.

proptest! {
    #![proptest_config(config())]
    #[test]
    fn crosses_add_up(plan in plans()) {
        let judged = plan.judge();
        let mut moved: BTreeMap<_, Qty> = BTreeMap::new();
        for cross in &judged.crosses {
            prop_assert!(cross.qty.is_positive() && cross.price.is_positive());
            for (child, side) in [(&cross.seller, Side::Sell), (&cross.buyer, Side::Buy)] {
                let d = judged.decisions.iter().find(|d| d.id == child.decision).expect("decided");
                prop_assert_eq!((d.side, d.instrument, child.qty), (side, cross.instrument, cross.qty));
                prop_assert!(d.kind.accepts(side, cross.price));
                let sum = moved.entry(child.decision.clone()).or_default();
                *sum = sum.checked_add(child.qty).expect("small");
            }
        }
        for d in &judged.decisions {
            prop_assert_eq!(d.crossed, moved.get(&d.id).copied().unwrap_or_default());
        }
    }

    #[test]
    fn a_cut_is_shared_as_the_model_says(
        children in prop::collection::vec((0..30i32, 0..30i32), 1..6), limit in 0..200i32, lot in prop::sample::select(vec![1, 5])
    ) {
        let mut world = World::new(vec![world::stock("A.X")], Money::ZERO);
        world.instruments = qts_core::Instruments::new(vec![qts_core::Instrument {
            lot: Qty::whole(lot),
            ..world::stock("A.X")
        }]).expect("one");
        world.market.prices_mut(Inst(0)).expect("named").last = Some((Price::whole(100), world::NOW));
        let notional = Worth::Money(Money::whole(i64::from(limit * lot) * 100));
        world.account_policy.account.max_order_notional = Some(Thresholds::limit(notional));
        let mut proposals = Vec::new();
        for (n, (increasing, reducing)) in children.iter().enumerate() {
            let id = format!("s{n}");
            world.standing(&id);
            world.hold(&id, Inst(0), -Qty::whole(reducing * lot));
            let qty = Qty::whole((increasing + reducing) * lot);
            proposals.push(world::proposal(&id, 0, Inst(0), Side::Buy, qty, Kind::Market));
        }
        let judged = world.judge(proposals, &[]);
        let parts = |of: fn(&(i32, i32)) -> i32| -> Vec<i64> { children.iter().map(|c| i64::from(of(c) * lot)).collect() };
        let (increasing, reducing) = (parts(|c| c.0), parts(|c| c.1));
        let all: i64 = increasing.iter().chain(&reducing).sum();
        // An exit is sliced, not blocked: a lot of each stays.
        let lot = i64::from(lot);
        let is_exit = |n: usize| increasing[n] == 0 && reducing[n] > 0;
        let exits = (0..children.len()).filter(|n| is_exit(*n)).count();
        let cut = (all - (i64::from(limit) * lot).max(lot * i64::try_from(exits).expect("few"))).max(0);
        let (first, second) = model::cut_children_in_lots(&increasing, &reducing, cut, lot);
        let taken: Vec<i64> = judged.decisions.iter().map(|d| i64::from(whole(d.asked) - whole(d.sent))).collect();
        let modelled: Vec<i64> = first.iter().zip(&second).map(|(a, b)| a + b).collect();
        if (0..children.len()).any(|n| is_exit(n) && modelled[n] == reducing[n]) {
            prop_assert_eq!(taken.iter().sum::<i64>(), cut);
            prop_assert!((0..children.len()).all(|n| !is_exit(n) || reducing[n] - taken[n] >= lot));
        } else {
            prop_assert_eq!(&taken, &modelled);
        }
        // It is a reason of those it cut and of nobody else.
        for (d, taken) in judged.decisions.iter().zip(&taken) {
            prop_assert_eq!(of_scope(d, Scope::Account).len(), usize::from(*taken > 0));
        }
    }
}

// 18.

fn quantities() -> impl Strategy<Value = Qty> {
    let edges = [1, 2, 100_000_000, Qty::MAX.units() - 1, Qty::MAX.units(), Qty::MAX.units() / 2, 0];
    let edges = prop::sample::select(edges.into_iter().flat_map(|n| [n, -n]).collect::<Vec<_>>());
    prop_oneof![edges, -Qty::MAX.units()..=Qty::MAX.units()].prop_map(|n| Qty::from_units(n).expect("in range"))
}

fn prices() -> impl Strategy<Value = Price> {
    quantities().prop_map(|qty| Price::from_units(qty.units()).expect("the same range"))
}

fn money() -> impl Strategy<Value = Money> {
    let most = 9_000_000_000_000_000_000_000_000_000_i128;
    prop_oneof![Just(most), Just(-most), -most..most].prop_map(Money::from_units)
}

proptest! {
    #![proptest_config(config())]
    #[test]
    fn no_number_is_too_large_to_be_judged(
        plan in plans(),
        held in prop::collection::vec(quantities(), 3),
        (resting, asked) in (quantities(), prop::collection::vec((quantities(), prop::option::of(prices())), 2)),
        (last, prev, cash, equity, budget) in (prices(), prices(), money(), money(), money()),
        step in any::<bool>(),
    ) {
        let mut world = plan.world();
        (world.books, world.equity) = (qts_core::Books::with_cash(cash), Some(equity));
        if step {
            let fine = |stock: &qts_core::Instrument| qts_core::Instrument {
                lot: Qty::from_units(1).expect("a unit"),
                quantity_step: Qty::from_units(1).expect("a unit"),
                ticks: Dated::always(qts_core::TickTable::flat(Price::from_units(1).expect("a unit"))),
                ..stock.clone()
            };
            world.instruments = qts_core::Instruments::new(world.instruments.iter().map(|(_, s)| fine(s)).collect()).expect("two");
        }
        for inst in [Inst(0), Inst(1)] {
            let prices = world.market.prices_mut(inst).expect("an instrument");
            // A feed lets no price at or below zero pass.
            prices.last = Some((Price::from_units(last.units().abs().max(1)).expect("in range"), world::NOW));
            prices.prev_close = Some(Price::from_units(prev.units().abs().max(1)).expect("in range"));
        }
        world.working.clear();
        let resting = world::resting(1, Inst(0), Side::Buy, Kind::Market, resting.abs());
        world.rest("z", resting);
        for (id, held) in ASKERS.iter().zip(held) {
            // The last piece of an odd lot is shared out by steps of a lot, too.
            let held = if step { held } else { held.floor_to(Qty::whole(plan.lot)) };
            world.hold(id, Inst(0), held);
            world.standing(id).budget = Some(budget);
        }
        // No more than two: sharing a huge quantity among three takes a step for each lot.
        let mut proposals = plan.proposals();
        proposals.truncate(2);
        for (proposal, (qty, limit)) in proposals.iter_mut().zip(asked) {
            (proposal.intent.qty, proposal.intent.kind) = (qty, limit.map_or(Kind::Market, Kind::Limit));
        }
        let judged = world.judge(proposals, &[]);
        for d in &judged.decisions {
            prop_assert!(d.sent >= Qty::ZERO && d.crossed >= Qty::ZERO);
            prop_assert!(d.admitted() <= d.asked.max(Qty::ZERO));
        }
    }
}

// 19.

/// All there is to know of a price says the same. By definition a missing price has stand-ins (the mid or the
/// previous close for the last trade), and a stand-in may be the kinder one: see the naive form. What must hold is
/// that nothing is ever taken for good news because nobody knows it.
fn of_one_price(mut plan: Plan) -> Plan {
    for stock in &mut plan.stocks {
        stock.last = stock.last.map(|_| 100);
        stock.quote = stock.quote.map(|_| (100, 100));
        stock.prev_close = stock.prev_close.map(|_| 100);
    }
    // `conservative` alone is silent where the usual volume is not known, and says so.
    for controls in plan.traders.iter_mut().map(|trader| &mut trader.controls).chain([&mut plan.account]) {
        controls.max_participation = controls.max_participation.map(|v| Participation { where_known: false, ..v });
    }
    plan
}

/// The plan without one thing that was known. An absent book is a flat one, an absent budget none, an absent median
/// too few orders, an absent price before the last one a first price: these say something. So does a missing control, which a policy's file inherits or switches off.
fn without(plan: &Plan, n: usize) -> Plan {
    let mut poorer = plan.clone();
    match n {
        0..6 => {
            let stock = &mut poorer.stocks[n % 2];
            match n / 2 {
                0 => stock.last = None,
                1 => stock.quote = None,
                _ => stock.prev_close = None,
            }
        }
        6 => poorer.equity = None,
        7 => poorer.stocks.iter_mut().for_each(|stock| stock.adv20 = None),
        8 => poorer.stocks.iter_mut().for_each(|stock| stock.hours = None),
        // An instrument that nobody configured.
        _ => poorer.asks[0].inst = 7,
    }
    poorer
}

proptest! {
    #![proptest_config(config())]
    #[test]
    fn what_is_missing_never_admits_more(plan in plans().prop_map(alone).prop_map(of_one_price), own in any::<bool>()) {
        let plan = of_one_scope(plan, own);
        let admitted = plan.admitted();
        for n in 0..10 {
            prop_assert!(without(&plan, n).admitted() <= admitted, "without {}: {}", n, without(&plan, n).admitted());
        }
        let mut stranger = plan.world();
        stranger.standings.clear();
        prop_assert!(stranger.judge(plan.proposals(), &[]).decisions[0].admitted().is_zero());
    }
}

#[test]
fn the_naive_form_of_19_is_false() {
    // "Deleting any market datum": without the last trade the collar goes by the previous close, which may be nearer.
    assert!(is_found(plans().prop_map(alone), |plan| {
        let found = (0..2).any(|n| without(&plan, n).admitted() > plan.admitted());
        found && plan.traders[plan.asks[0].owner].controls.price_collar.is_some()
    }));
    // Without an ask a market buy is worth the last trade, which may be lower.
    assert!(is_found(plans().prop_map(alone), |plan| (2..4).any(|n| without(&plan, n).admitted() > plan.admitted())));
    // By design: an order that nobody remembers takes no room; hence reconciliation.
    assert!(is_found(plans().prop_map(alone), |plan| {
        let mut forgotten = plan.clone();
        forgotten.working.pop().is_some() && forgotten.admitted() > plan.admitted()
    }));
}

// 21.

#[test]
fn a_permission_is_of_its_cycle_and_epoch() {
    let mut world = World::new(vec![world::stock("A.X")], Money::ZERO);
    world.market.prices_mut(Inst(0)).expect("named").last = Some((Price::whole(100), world::NOW));
    world.standing("a");
    let mut judged = world.judge(vec![world::proposal("a", 0, Inst(0), Side::Buy, Qty::whole(5), Kind::Market)], &[]);
    let admitted = judged.admitted.remove(0);
    assert!(admitted.is_valid(CYCLE, Epoch(0)));
    assert!(!admitted.is_valid(CYCLE, Epoch(1)), "after a kill");
    assert!(!admitted.is_valid(Cycle(2), Epoch(0)), "a cycle later");
    let Permit::Place(order) = admitted.spend() else { panic!("not an order") };
    assert_eq!(order.qty, Qty::whole(5));
}

// 22.

proptest! {
    #![proptest_config(config())]
    #[test]
    fn equal_cycles_are_judged_equally(plan in plans()) {
        prop_assert_eq!(format!("{:?}", plan.judge()), format!("{:?}", plan.clone().judge()));
    }
}

// 23.

proptest! {
    #![proptest_config(config())]
    #[test]
    fn cancels_pass_whatever_else_is_asked(plan in plans(), by_operator in any::<bool>(), mode in plan::modes()) {
        let mut plan = plan;
        plan.mode = mode;
        let world = plan.world();
        let asks = world.working.iter().flat_map(|order| {
            let strategy = if by_operator { StrategyId::operator() } else { order.children[0].owner.clone() };
            let ask = CancelAsk { strategy, order: order.id, why: "test".into() };
            [ask.clone(), ask]
        });
        let judged = world.judge(plan.proposals(), &asks.collect::<Vec<_>>());
        let wanted: Vec<OrderId> = world.working.iter().filter(|order| !order.cancelling).map(|order| order.id).collect();
        prop_assert_eq!(judged.cancels.iter().map(|cancel| cancel.order).collect::<Vec<_>>(), wanted.clone());
        let permits = judged.admitted.iter().take(wanted.len()).map(|admitted| admitted.permit().clone());
        prop_assert_eq!(permits.collect::<Vec<_>>(), wanted.into_iter().map(Permit::Cancel).collect::<Vec<_>>());
    }
}
