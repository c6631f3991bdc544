//! The partial order of policies, against the gate: of one proposal, at one scope, a tighter policy never admits more.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use qts_core::{Code, Inst, Kind, Money, Price, Qty, Ratio, Scope, Side, Span};
use qts_gate::policy::{Age, Controls, FatFinger, Jump, OrderRate, OrderSize, Participation, Size, Thresholds, Worth};
use qts_gate::supervision::{RepeatedExecution, Within};
use qts_gate::{RiskPolicy, Supervision, is_tighter, loosened};

use crate::plan::{self, Plan, alone, calm_plans, without_strategies_policies};
use crate::world::{self, NOW, World, validity_only};

/// Some controls of one set in place of another's.
fn mixed(mut set: Controls, other: &Controls, places: u32) -> Controls {
    let takes = |place: u32| places >> place & 1 == 1;
    macro_rules! take {
        ($($place:literal $name:ident),*) => { $(if takes($place) { set.$name.clone_from(&other.$name); })* };
    }
    take!(0 short_not_allowed, 1 price_collar, 2 fat_finger, 3 cycle_notional, 4 max_order_qty, 5 max_order_notional,
        6 max_long, 7 max_short, 8 max_gross_exposure, 9 max_net_exposure, 10 buying_power, 11 max_open_orders,
        12 max_risk_score, 13 restricted, 14 outside_session, 15 stale_data, 16 duplicate_order, 17 data_implausible,
        18 market_order, 19 max_participation, 20 order_rate, 21 message_limit);
    set
}

fn policy(scope: Scope, set: &Controls) -> RiskPolicy {
    match scope {
        Scope::Account => RiskPolicy { account: set.clone(), ..validity_only() },
        _ => RiskPolicy { strategy: set.clone(), ..validity_only() },
    }
}

/// One proposal, the scope that has a policy, and another policy for it that differs in a few controls.
fn changes() -> impl Strategy<Value = (Plan, bool, Controls)> {
    // Two places drawn apart, so that mostly few controls differ.
    (calm_plans().prop_map(alone), any::<bool>(), plan::controls(), any::<u32>(), any::<u32>()).prop_map(
        |(plan, own, other, one, two)| {
            let old = if own { &plan.traders[plan.asks[0].owner].controls } else { &plan.account };
            let new = mixed(old.clone(), &other, one & two);
            (plan, own, new)
        },
    )
}

/// What is admitted with these controls at the one scope that has any.
fn admitted(plan: &Plan, own: bool, set: &Controls) -> Qty {
    let mut plan = if own {
        Plan { account: Controls::default(), ..plan.clone() }
    } else {
        without_strategies_policies(plan.clone())
    };
    let owner = plan.asks[0].owner;
    if own {
        plan.traders[owner].controls = set.clone();
    } else {
        plan.account = set.clone();
    }
    plan.admitted()
}

#[test]
fn a_tighter_policy_never_admits_more_of_one_proposal() {
    let mut runner = TestRunner::deterministic();
    let (mut tighter, mut less, mut looser, mut more) = (0, 0, 0, 0);
    for _ in 0..4_000 {
        let (plan, own, new) = changes().new_tree(&mut runner).expect("a case").current();
        let old = if own { &plan.traders[plan.asks[0].owner].controls } else { &plan.account };
        let scope = if own { Scope::Strategy } else { Scope::Account };
        let (before, after) = (admitted(&plan, own, old), admitted(&plan, own, &new));
        if new != *old && is_tighter(scope, &policy(scope, &new), &policy(scope, old)) {
            assert!(after <= before, "{after} of {before}: {plan:#?}\n{new:#?}");
            (tighter, less) = (tighter + 1, less + usize::from(after < before));
        } else {
            (looser, more) = (looser + 1, more + usize::from(after > before));
        }
    }
    assert!(tighter > 200 && less > 50 && looser > 200 && more > 50, "{tighter} {less} {looser} {more}");
}

#[test]
fn every_policy_is_as_tight_as_itself_and_tightness_goes_on() {
    let mut runner = TestRunner::deterministic();
    let triples = (plan::controls(), plan::controls(), plan::controls(), any::<[u32; 4]>());
    let mut chains = 0;
    for _ in 0..6_000 {
        let (a, b, c, [one, two, three, four]) = triples.new_tree(&mut runner).expect("a case").current();
        let second = mixed(a.clone(), &b, one & two);
        let third = mixed(second.clone(), &c, three & four);
        for scope in [Scope::Strategy, Scope::Account] {
            let [first, second, third] = [&a, &second, &third].map(|set| policy(scope, set));
            assert!(is_tighter(scope, &first, &first));
            if is_tighter(scope, &second, &first) && is_tighter(scope, &third, &second) {
                assert!(is_tighter(scope, &third, &first), "{first:?} {second:?} {third:?}");
                chains += usize::from(third != first);
            }
        }
    }
    assert!(chains > 100, "{chains}");
}

fn set(change: impl FnOnce(&mut Controls)) -> RiskPolicy {
    let mut controls = Controls::default();
    change(&mut controls);
    policy(Scope::Strategy, &controls)
}

/// What is admitted of a market buy of 60 shares at 100, with cash for a hundred.
fn market_buy(policy: &RiskPolicy) -> Qty {
    let mut world = World::new(vec![world::stock("A.X")], Money::whole(10_000));
    world.market.prices_mut(Inst(0)).expect("an instrument").last = Some((Price::whole(100), NOW));
    world.standing("a").policy = Arc::new(policy.clone());
    let asked = world::proposal("a", 0, Inst(0), Side::Buy, Qty::whole(60), Kind::Market);
    world.judge(vec![asked], &[]).decisions[0].admitted()
}

#[test]
fn of_buying_power_more_kept_back_is_tighter() {
    let kept = |text: &str| {
        let controls = Controls { buying_power: text.parse().ok(), ..Controls::default() };
        policy(Scope::Account, &controls)
    };
    assert!(is_tighter(Scope::Account, &kept("0.02"), &kept("0.01")));
    assert!(!is_tighter(Scope::Account, &kept("0.01"), &kept("0.02")));
}

fn of_strategies(new: &RiskPolicy, old: &RiskPolicy) -> Vec<&'static str> {
    loosened(Scope::Strategy, new, old).into_iter().map(Code::as_str).collect()
}

#[test]
fn taking_a_control_away_loosens_and_adding_one_does_not() {
    let open = validity_only();
    let conservative = RiskPolicy::built_in("conservative").expect("built in");
    assert!(of_strategies(&conservative, &open).is_empty());
    let all = [
        "outside_session",
        "stale_data",
        "data_implausible",
        "duplicate_order",
        "short_not_allowed",
        "price_collar",
        "fat_finger",
        "cycle_notional",
        "max_order_qty",
        "max_order_notional",
        "max_long",
        "max_short",
        "max_gross_exposure",
        "max_participation",
        "max_open_orders",
        "order_rate",
        "message_limit",
        "repeated_execution",
        "failure_breaker",
        "warn_escalation",
    ];
    assert_eq!(of_strategies(&open, &conservative), all);
    let of_account: Vec<&str> = loosened(Scope::Account, &open, &conservative).into_iter().map(Code::as_str).collect();
    assert_eq!(&of_account[of_account.len() - 2..], ["daily_loss", "drawdown"]);
    assert!(loosened(Scope::Arbitration, &open, &conservative).is_empty());
}

#[test]
fn controls_of_data_and_pace_compare_part_by_part() {
    let ratio = |text: &str| text.parse::<Ratio>().expect("a ratio");
    let shares = |order: &str, day, where_known| {
        let order = Some(ratio(order));
        set(|it| it.max_participation = Some(Participation { order, day, where_known }))
    };
    let old = shares("0.01", Some(ratio("0.02")), false);
    assert!(of_strategies(&shares("0.005", Some(ratio("0.02")), false), &old).is_empty());
    assert_eq!(of_strategies(&shares("0.01", None, false), &old), ["max_participation"], "no day");
    assert_eq!(of_strategies(&shares("0.01", Some(ratio("0.02")), true), &old), ["max_participation"], "silent");
    assert!(of_strategies(&old, &shares("0.01", None, true)).is_empty());
    let rate = |per_second: &str, burst: &str| {
        set(|it| it.order_rate = Some(OrderRate { per_second: ratio(per_second), burst: ratio(burst) }))
    };
    assert!(of_strategies(&rate("1", "2"), &rate("1", "3")).is_empty());
    assert_eq!(of_strategies(&rate("2", "2"), &rate("1", "3")), ["order_rate"]);
    let jump = |within: &str, between: &str| {
        let [within, between] = [within, between].map(|text| Thresholds::limit(ratio(text)));
        set(|it| it.data_implausible = Some(Jump { within, between }))
    };
    assert!(of_strategies(&jump("0.1", "0.1"), &jump("0.1", "0.5")).is_empty());
    assert_eq!(of_strategies(&jump("0.1", "0.6"), &jump("0.2", "0.5")), ["data_implausible"]);
    let listed = |list: &[u32]| set(|it| it.restricted = list.iter().copied().map(Inst).collect());
    assert!(of_strategies(&listed(&[0, 1]), &listed(&[1])).is_empty());
    assert_eq!(of_strategies(&listed(&[0]), &listed(&[1])), ["restricted"]);
    let window = |seconds| set(|it| it.duplicate_order = Some(Span::SECOND.times(seconds)));
    assert_eq!(of_strategies(&window(5), &window(10)), ["duplicate_order"]);
}

/// Where the account's policy says no age, two own books trade at a price of at most three intervals.
#[test]
fn the_accounts_age_of_data_lets_crosses_through() {
    let account = |age: Option<Age>| {
        let controls = Controls { stale_data: age.map(Thresholds::limit), ..Controls::default() };
        RiskPolicy { account: controls, ..validity_only() }
    };
    let looser = |new, old| loosened(Scope::Account, &account(new), &account(old));
    assert_eq!(looser(Some(Age::Intervals(5)), None), [Code::StaleData]);
    assert!(looser(Some(Age::Intervals(2)), None).is_empty());
    assert_eq!(looser(None, Some(Age::Intervals(2))), [Code::StaleData]);
    assert_eq!(looser(Some(Age::Span(Span::SECOND)), None), [Code::StaleData], "times do not compare with intervals");
}

/// An older price that counts as fresh is one that the collar is measured from alone.
#[test]
fn an_older_age_loosens_the_collar_where_there_is_one() {
    let collar = Some(Thresholds { warn: None, limit: None, block: "0.02".parse().ok() });
    let aged = |age: Option<u32>, collar| {
        set(|it| (it.stale_data, it.price_collar) = (age.map(|age| Thresholds::limit(Age::Intervals(age))), collar))
    };
    assert_eq!(of_strategies(&aged(Some(5), collar), &aged(None, collar)), ["price_collar"]);
    assert!(of_strategies(&aged(Some(3), collar), &aged(None, collar)).is_empty());
    assert!(of_strategies(&aged(Some(5), collar), &aged(None, None)).is_empty());
}

#[test]
fn levels_compare_as_they_are_in_force_and_warnings_do_not_count() {
    let shares = |number| Some(OrderSize::Shares(Qty::whole(number)));
    let sizes = |warn, limit, block| set(|it| it.max_order_qty = Some(Thresholds { warn, limit, block }));
    let old = sizes(shares(5), shares(10), shares(50));
    assert!(of_strategies(&sizes(None, shares(10), shares(50)), &old).is_empty());
    assert!(of_strategies(&sizes(None, None, shares(10)), &old).is_empty(), "a lone block is the limit, too");
    assert_eq!(of_strategies(&sizes(None, shares(10), None), &old), ["max_order_qty"], "no block is no end");
    assert_eq!(of_strategies(&sizes(shares(5), None, None), &old), ["max_order_qty"], "it only warns");
    assert_eq!(of_strategies(&sizes(None, shares(11), shares(50)), &old), ["max_order_qty"]);
    assert_eq!(of_strategies(&sizes(None, Some(OrderSize::Lots(1)), shares(50)), &old), ["max_order_qty"], "lots");
}

#[test]
fn warnings_count_while_a_supervisor_counts_them() {
    let shares = |number| Some(OrderSize::Shares(Qty::whole(number)));
    let sizes = |warn, limit, block| {
        let mut policy = set(|it| it.max_order_qty = Some(Thresholds { warn, limit, block }));
        policy.supervision.warn_escalation = Some(Within { count: 3, window: Span::SECOND });
        policy
    };
    let old = sizes(shares(5), shares(10), shares(50));
    assert_eq!(of_strategies(&sizes(None, shares(10), shares(50)), &old), ["warn_escalation"], "it never warns");
    assert_eq!(of_strategies(&sizes(shares(6), shares(10), shares(50)), &old), ["warn_escalation"], "it warns later");
    assert!(of_strategies(&sizes(shares(4), shares(10), shares(50)), &old).is_empty());
    assert!(of_strategies(&sizes(None, shares(5), shares(50)), &old).is_empty(), "it cuts where it warned");
    let mut watched = set(|it| it.max_order_qty = None);
    watched.supervision = old.supervision;
    assert_eq!(of_strategies(&watched, &old), ["max_order_qty", "warn_escalation"]);
}

#[test]
fn shares_do_not_compare_with_percentages_nor_money_with_them() {
    let long = |size| set(|it| it.max_long = Some(Thresholds::limit(size)));
    let tenth: Ratio = "0.1".parse().expect("a ratio");
    assert_eq!(of_strategies(&long(Size::Shares(Qty::ZERO)), &long(Size::Fraction(tenth))), ["max_long"]);
    let gross = |worth| set(|it| it.max_gross_exposure = Some(Thresholds::limit(worth)));
    let money = Worth::Money(Money::whole(1));
    assert_eq!(of_strategies(&gross(money), &gross(Worth::Fraction(tenth))), ["max_gross_exposure"]);
    assert!(of_strategies(&gross(money), &gross(money)).is_empty());
}

#[test]
fn an_instruments_own_table_counts_for_that_instrument() {
    let limit = |number| Some(Thresholds::limit(OrderSize::Shares(Qty::whole(number))));
    let old = set(|it| it.max_order_qty = limit(10));
    let own = |number| {
        let controls = Controls { max_order_qty: limit(number), ..Controls::default() };
        RiskPolicy { instruments: BTreeMap::from([(Inst(1), (controls, Controls::default()))]), ..old.clone() }
    };
    assert!(of_strategies(&own(9), &old).is_empty());
    assert_eq!(of_strategies(&own(11), &old), ["max_order_qty"]);
    assert_eq!(of_strategies(&old, &own(9)), ["max_order_qty"], "what the table forbade is free again");
}

#[test]
fn a_narrower_collar_values_market_buys_for_less_and_a_smaller_cap_may_save_a_score() {
    // What the order of policies must not call tighter, since the gate then admits more.
    let notional = |block: &str| {
        set(|it| {
            it.max_order_notional = Some(Thresholds::limit(Worth::Money(Money::whole(5_000))));
            it.price_collar = Some(Thresholds { warn: None, limit: None, block: block.parse().ok() });
        })
    };
    assert_eq!((market_buy(&notional("0.1")), market_buy(&notional("0.01"))), (Qty::whole(45), Qty::whole(49)));
    let capped = |number| {
        set(|it| {
            it.max_risk_score = "0.5".parse().ok();
            it.max_order_qty = Some(Thresholds::limit(OrderSize::Shares(Qty::whole(number))));
        })
    };
    assert_eq!((market_buy(&capped(60)), market_buy(&capped(40))), (Qty::ZERO, Qty::whole(40)));
    let collar = |text: &str| Some(Thresholds { warn: None, limit: None, block: text.parse::<Ratio>().ok() });
    let of = |text: &str| set(|it| it.price_collar = collar(text));
    assert_eq!(of_strategies(&of("0.01"), &of("0.02")), ["price_collar"]);
    assert!(of_strategies(&of("0.02"), &validity_only()).is_empty(), "where there was none");
    let limit = |number| Some(Thresholds::limit(OrderSize::Shares(Qty::whole(number))));
    let scored = |number| {
        set(|it| {
            it.max_risk_score = Some(Ratio::whole(1));
            it.max_order_qty = limit(number);
        })
    };
    assert_eq!(of_strategies(&scored(4), &scored(5)), ["risk_score_exceeded"]);
    assert!(of_strategies(&scored(5), &set(|it| it.max_order_qty = limit(5))).is_empty(), "a score that is new");
}

#[test]
fn supervisors_are_tighter_with_fewer_in_a_longer_time() {
    let watched = |supervision| RiskPolicy { supervision, ..validity_only() };
    let breaker = |count, seconds| {
        let failure_breaker = Some(Within { count, window: Span::SECOND.times(seconds) });
        watched(Supervision { failure_breaker, ..Supervision::default() })
    };
    assert!(of_strategies(&breaker(4, 90), &breaker(5, 60)).is_empty());
    assert_eq!(of_strategies(&breaker(6, 60), &breaker(5, 60)), ["failure_breaker"]);
    assert_eq!(of_strategies(&breaker(5, 59), &breaker(5, 60)), ["failure_breaker"]);
    let repeated = |same, session| {
        let repeated_execution = Some(RepeatedExecution { same, session });
        watched(Supervision { repeated_execution, ..Supervision::default() })
    };
    assert!(of_strategies(&repeated(Some(5), Some(30)), &repeated(None, Some(30))).is_empty());
    assert_eq!(of_strategies(&repeated(Some(5), None), &repeated(None, Some(30))), ["repeated_execution"]);
    let finger = |multiple: Option<i32>| {
        set(|it| {
            it.fat_finger = Some(FatFinger { multiple: multiple.map(Ratio::whole), median: Some(Ratio::whole(10)) });
        })
    };
    assert!(of_strategies(&finger(Some(5)), &finger(None)).is_empty());
    assert_eq!(of_strategies(&finger(None), &finger(Some(5))), ["fat_finger"]);
}

#[test]
fn lots_compare_with_lots_and_nothing_with_everything() {
    let of = |size| set(|it| it.max_order_qty = Some(Thresholds::limit(size)));
    let (lots, shares) = (|n| of(OrderSize::Lots(n)), |n| of(OrderSize::Shares(Qty::whole(n))));
    for tighter in [(lots(1), lots(2)), (lots(2), lots(2)), (lots(0), shares(5)), (shares(0), lots(5))] {
        assert!(of_strategies(&tighter.0, &tighter.1).is_empty(), "{tighter:?}");
    }
    for looser in [(lots(2), lots(1)), (lots(1), shares(100)), (shares(1), lots(100))] {
        assert_eq!(of_strategies(&looser.0, &looser.1), ["max_order_qty"]);
    }
}

#[test]
fn a_lower_score_is_tighter_where_all_else_is_as_it_was() {
    let scored = |text: &str| set(|it| it.max_risk_score = text.parse().ok());
    assert!(of_strategies(&scored("0.5"), &scored("0.7")).is_empty());
    assert_eq!(of_strategies(&scored("0.7"), &scored("0.5")), ["risk_score_exceeded"]);
}

#[test]
fn counts_and_fractions_compare_as_numbers() {
    let orders = |count| set(|it| it.max_open_orders = Some(Thresholds::limit(count)));
    assert!(of_strategies(&orders(3), &orders(3)).is_empty());
    assert_eq!(of_strategies(&orders(4), &orders(3)), ["max_open_orders"]);
    let jump = |text: &str| set(|it| it.data_implausible = text.parse().ok().map(Thresholds::limit).map(Jump::any));
    assert!(of_strategies(&jump("0.1"), &jump("0.1")).is_empty());
    assert_eq!(of_strategies(&jump("0.2"), &jump("0.1")), ["data_implausible"]);
}
