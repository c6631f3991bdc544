//! The made-up accounts of `plan.rs` bring every control of the gate to bear, at each scope that it works at.
//!
//! A property that holds over accounts in which a control never decides says nothing of that control. So each must be
//! seen in the reasons of decisions, and must have decided: without it something else would have been admitted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use qts_core::{Code, Inst, Qty, Scope, Stage};
use qts_gate::RiskPolicy;
use qts_gate::policy::Controls;

use crate::plan::{Plan, plans};

const PLANS: usize = 3_000;
const BINDS_AT_LEAST: usize = 20;
const DECIDES_AT_LEAST: usize = 10;
const SILENT_AT_LEAST: usize = 2;

/// Controls that have a say in what others measure, and no word of their own there: at account scope the collar in
/// what a market buy is worth, the age of data in which price two own books may trade at.
const SILENT: [Name; 2] = [(Scope::Account, Code::PriceCollar), (Scope::Account, Code::StaleData)];

/// What no made-up account has, with where it is shown: numbers beyond reason and strangers in the invariants 18 and 19
/// and in `check/`, as are a market's largest orders; a quantity that is not positive never reaches the calculator of
/// phase 5.
const NOWHERE: [Code; 6] = [
    Code::InvalidNumber,
    Code::Overflow,
    Code::UnknownInstrument,
    Code::UnknownStrategy,
    Code::OrderLimit,
    Code::QtyNonPositive,
];

/// A control at a scope, by its code.
type Name = (Scope, Code);
/// How often something came up.
type Count = BTreeMap<Name, usize>;

#[derive(Default)]
struct Seen {
    /// As a reason that cut nothing.
    told: Count,
    /// As a reason that cut or blocked.
    bound: Count,
    /// Without it something else was sent or crossed.
    decided: Count,
}

/// Each control with what is left without it. Every field has to be named here, or this does not compile.
macro_rules! without_each {
    ($all:expr, $($field:ident $code:ident),+ $(,)?) => {{
        let Controls { $($field: _),+ } = $all;
        [$((Code::$code, Controls { $field: Default::default(), ..$all.clone() })),+]
    }};
}

fn without_each(all: &Controls) -> [(Code, Controls); 22] {
    without_each!(
        all,
        restricted Restricted,
        outside_session OutsideSession,
        stale_data StaleData,
        duplicate_order DuplicateOrder,
        short_not_allowed ShortNotAllowed,
        price_collar PriceCollar,
        fat_finger FatFinger,
        cycle_notional CycleNotional,
        data_implausible DataImplausible,
        market_order MarketOrder,
        max_order_qty MaxOrderQty,
        max_order_notional MaxOrderNotional,
        max_long MaxLong,
        max_short MaxShort,
        max_gross_exposure MaxGrossExposure,
        max_net_exposure MaxNetExposure,
        buying_power BuyingPower,
        max_participation MaxParticipation,
        max_open_orders MaxOpenOrders,
        order_rate OrderRate,
        message_limit MessageLimit,
        max_risk_score RiskScoreExceeded,
    )
}

fn quantities(plan: &Plan) -> Vec<(Qty, Qty)> {
    plan.judge().decisions.iter().map(|d| (d.sent, d.crossed)).collect()
}

/// The plan without each of its controls that may decide, one at a time.
fn ablated(plan: &Plan, may_decide: &BTreeSet<Name>) -> Vec<(Name, Plan)> {
    let mut found = Vec::new();
    let mut add = |scope, code, poorer: &dyn Fn() -> Plan| {
        if may_decide.contains(&(scope, code)) {
            found.push(((scope, code), poorer()));
        }
    };
    for (code, account) in without_each(&plan.account) {
        add(Scope::Account, code, &|| Plan { account: account.clone(), ..plan.clone() });
    }
    for (n, trader) in plan.traders.iter().enumerate() {
        for (code, controls) in without_each(&trader.controls) {
            add(Scope::Strategy, code, &|| {
                let mut poorer = plan.clone();
                poorer.traders[n].controls = controls.clone();
                poorer
            });
        }
    }
    found
}

static SEEN: LazyLock<Seen> = LazyLock::new(|| {
    let (plans, mut runner, mut seen) = (plans(), TestRunner::deterministic(), Seen::default());
    for _ in 0..PLANS {
        let plan = plans.new_tree(&mut runner).expect("a plan").current();
        let mut may_decide = BTreeSet::from(SILENT);
        for reason in plan.judge().decisions.iter().flat_map(|d| &d.reasons) {
            let name = (reason.scope, reason.code);
            let count = if reason.stage > Stage::Warn { &mut seen.bound } else { &mut seen.told };
            *count.entry(name).or_default() += 1;
            may_decide.insert(name);
        }
        let whole = quantities(&plan);
        for (name, poorer) in ablated(&plan, &may_decide) {
            *seen.decided.entry(name).or_default() += usize::from(quantities(&poorer) != whole);
        }
    }
    seen
});

/// All names in one of the counts, fewer than so many times.
fn rarer(count: &Count, names: impl IntoIterator<Item = Name>, than: usize) -> Vec<String> {
    let counted = names.into_iter().map(|name| (name, count.get(&name).copied().unwrap_or_default()));
    let rare = counted.filter(|(_, times)| *times < than);
    rare.map(|((scope, code), times)| format!("{} {code} {times}", scope.as_str())).collect()
}

#[test]
fn every_control_decides_in_some_of_the_made_up_accounts() {
    use Code::*;
    let of_strategies = without_each(&Controls::default()).map(|(code, _)| (Scope::Strategy, code));
    let of_strategies = of_strategies.into_iter().filter(|(_, code)| *code != BuyingPower);
    let of_accounts = [
        ShortNotAllowed,
        CycleNotional,
        MaxOrderNotional,
        MaxLong,
        MaxShort,
        MaxGrossExposure,
        MaxNetExposure,
        BuyingPower,
        MaxOpenOrders,
        OrderRate,
        MessageLimit,
    ];
    let of_accounts = of_accounts.map(|code| (Scope::Account, code));
    let names: Vec<Name> = of_strategies.chain(of_accounts).collect();
    assert_eq!(rarer(&SEEN.bound, names.clone(), BINDS_AT_LEAST), Vec::<String>::new(), "bound too rarely");
    assert_eq!(rarer(&SEEN.decided, names, DECIDES_AT_LEAST), Vec::<String>::new(), "decided too rarely");
    assert_eq!(rarer(&SEEN.decided, SILENT, SILENT_AT_LEAST), Vec::<String>::new(), "decided too rarely");
}

#[test]
fn every_reason_is_given_in_some_of_the_made_up_accounts() {
    let mut all = Count::new();
    for ((_, code), times) in SEEN.told.iter().chain(&SEEN.bound) {
        *all.entry((Scope::Strategy, *code)).or_default() += times;
    }
    let wanted = Code::ALL.iter().filter(|code| !NOWHERE.contains(code)).map(|code| (Scope::Strategy, *code));
    assert_eq!(rarer(&all, wanted, DECIDES_AT_LEAST), Vec::<String>::new(), "given too rarely");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]
    #[test]
    fn an_instruments_own_controls_judge_as_those_of_the_whole_policy((plan, other) in (plans(), plans())) {
        let (mut world, others) = (plan.world(), other.world());
        let own = |policy: &RiskPolicy, whole: &RiskPolicy| {
            let sets = (policy.strategy.clone(), policy.account.clone());
            RiskPolicy { instruments: [Inst(0), Inst(1)].map(|inst| (inst, sets.clone())).into(), ..whole.clone() }
        };
        world.account_policy = own(&world.account_policy, &others.account_policy);
        for (id, standing) in &mut world.standings {
            standing.policy = Arc::new(own(&standing.policy, &others.standings[id].policy));
        }
        let judged = world.judge(plan.proposals(), &[]);
        prop_assert_eq!(format!("{judged:?}"), format!("{:?}", plan.judge()));
    }
}
