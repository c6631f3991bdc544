//! The rows of `mission.md`, each with the tests that show it at run time, named after it. What a compiler holds
//! (R5, R6, E2, E3) is shown besides in `tests/seals.rs`. `breaks/<row>.patch` turns a row's tests red.

use std::sync::{Arc, Mutex};

use qts_core::{Amount, Code, Cycle, Decision, Epoch, Intent, Kind, Money, Price, Qty, Ratio, Side, Stage, Tif};
use qts_gate::policy::{Controls, FatFinger, OrderSize, Size, Thresholds, Worth};
use qts_gate::{ArbitrationRule, RiskPolicy, StrategyState};
use qts_loop::{ExecutionLoop, NoHooks, Response, Step, StopPolicy};
use qts_runtime::{Action, Record, Registration, RegistryError, Target};
use qts_venues::sim::SimConfig;

use crate::drawn::World;
use crate::drawn::failing::WAYS;
use crate::floor::{A, B, Floor, Opening, account_with, entry, id, policy, stock, with};
use crate::properties::others_do_not_notice;
use crate::script::{idle, script, strategy};
use crate::support::{self, Port};

const HAND_OVER: Action = Action::Unregister { to_unassigned: true };

fn under(policy: RiskPolicy, registration: Registration) -> Registration {
    Registration { policy: Arc::new(policy), ..registration }
}

fn ranked(rank: i64, registration: Registration) -> Registration {
    Registration { rank, ..registration }
}

fn decisions(floor: &Floor) -> Vec<&Decision> {
    let all = floor.records.iter().filter_map(|record| match record {
        Record::Decision(decision) => Some(&**decision),
        _ => None,
    });
    all.collect()
}

/// Stage, admitted shares and codes of each decision.
fn verdicts(floor: &Floor) -> Vec<(Stage, i64, Vec<Code>)> {
    let codes = |decision: &Decision| decision.reasons.iter().map(|reason| reason.code).collect();
    let shares = |qty: Qty| qty.units() / qts_core::SCALE;
    decisions(floor).iter().map(|it| (it.verdict(), shares(it.admitted()), codes(it))).collect()
}

fn sent(lines: &[String]) -> Vec<&str> {
    lines.iter().filter_map(|line| line.strip_prefix("order ")?.split_once(": ")).map(|(_, what)| what).collect()
}

#[test]
fn m1_several_strategies_trade_one_symbol_and_come_and_go_during_the_run() {
    let mut floor = Opening::default().open();
    for name in ["a", "b", "c"] {
        floor.register(entry(name, script("* buy 1 A")));
    }
    assert_eq!(sent(&floor.minute("A 100")), ["buy 3 A = a 1 + b 1 + c 1"]);
    floor.command(Action::Register(Box::new(entry("d", script("* buy 2 A")))), Target::Account, "");
    assert_eq!(sent(&floor.minute("A 100")), ["buy 5 A = a 1 + b 1 + c 1 + d 2"]);
    floor.tell("b", HAND_OVER);
    assert_eq!(sent(&floor.minute("A 100")), ["buy 4 A = a 1 + c 1 + d 2"]);
    assert_eq!(["a", "b", "c", "d", "unassigned"].map(|name| floor.position(name, A)), [2, 0, 2, 2, 2]);
}

/// What `name` asked for, cycle by cycle.
fn asked(floor: &Floor, name: &str) -> Vec<String> {
    let own = decisions(floor).into_iter().filter(|decision| decision.id.strategy == id(name));
    own.map(|it| format!("{} {} {} {:?} {:?}", it.id, it.side, it.asked, it.kind, it.instrument)).collect()
}

#[test]
fn m2_what_a_strategy_asks_for_does_not_depend_on_who_else_is_there() {
    let follows_prices = || {
        let mut last = qts_core::Price::ZERO;
        strategy(move |_, event, out| {
            let up = std::mem::replace(&mut last, event.price()) < event.price();
            if up {
                out.buy(event.instrument, Qty::whole(2), "up")
            } else {
                out.sell(event.instrument, Qty::whole(1), "down")
            }
            Ok(())
        })
    };
    let told = |others: &[&str]| {
        let mut floor = Opening::default().open();
        floor.register(entry("m", follows_prices()));
        for (place, text) in others.iter().enumerate() {
            let name = format!("{}{place}", if place % 2 == 0 { "a" } else { "z" });
            floor.register(entry(&name, script(text)));
        }
        for bars in ["A 100, B 50", "A 101, B 50", "A 99, B 51", "A 99", "B 52"] {
            floor.minute(bars);
        }
        asked(&floor, "m")
    };
    let alone = told(&[]);
    assert_eq!(alone.len(), 8);
    assert_eq!(told(&["* sell 5 A; * buy 1 B", "* buy 2 A; * sell 3 B", "2 panic", "1 flood", "* error"]), alone);
}

#[test]
fn m3_ids_are_unique_names_are_kept_and_a_duplicate_is_a_clear_error() {
    let mut floor = Opening::default().open();
    floor.register(Registration { name: "Moving averages".into(), ..entry("sma", script("* buy 1 A")) });
    floor.register(Registration { name: "Moving averages".into(), ..entry("sma-2", idle()) });
    let again = floor.runtime.registry().register(entry("sma", script("* buy 9 A")));
    assert_eq!(again, Err(RegistryError::Duplicate(id("sma"))));
    let text = again.map_err(|error| error.to_string()).expect_err("a duplicate");
    assert_eq!(text, "strategy `sma` is registered already: ids are unique, choose another");
    let known: Vec<String> = floor.runtime.registry().iter().map(|(id, name, _)| format!("{id}: {name}")).collect();
    assert_eq!(known, ["sma: Moving averages", "sma-2: Moving averages"]);
    assert_eq!(sent(&floor.minute("A 100")), ["buy 1 A = sma 1"]);
}

#[test]
fn m4_a_strategy_is_enabled_and_disabled_before_and_during_a_run() {
    let mut floor = Opening::default().open();
    floor.register(Registration { state: StrategyState::Disabled, ..entry("a", script("* buy 1 A")) });
    floor.register(entry("b", script("* buy 1 B")));
    floor.tell("b", Action::Disable);
    let seen = [(None, None), (Some(("a", Action::Enable)), None), (None, Some(("b", Action::Enable)))];
    let mut counts = Vec::new();
    for (first, second) in seen.into_iter().chain([(Some(("a", Action::Disable)), None), (None, None)]) {
        for (name, action) in first.into_iter().chain(second) {
            floor.tell(name, action);
        }
        floor.minute("A 100, B 50");
        counts.push((floor.decisions_of("a"), floor.decisions_of("b")));
    }
    assert_eq!(counts, [(0, 0), (1, 0), (2, 1), (2, 2), (2, 3)]);
}

#[test]
fn m5_whatever_way_a_strategy_fails_the_others_do_not_notice() {
    let failures: usize = (0..WAYS.len() as u64 * 3).map(|seed| others_do_not_notice(seed).1).sum();
    assert!(failures > 200, "{failures}");
}

#[test]
fn m5_a_failing_strategys_intents_are_dropped_whole_counted_and_at_last_it_is_quarantined() {
    let mut floor = Opening::default().open();
    floor.register(entry(
        "f",
        script("1 buy 1 A; 2 buy 1 A; 2 error; 3 buy 1 A; 3 buy 1 Z; 4 buy 1 A; 4 flood; 5 buy 1 A"),
    ));
    floor.register(entry("g", script("2 panic; 3 buy 1 A")));
    for _ in 0..6 {
        floor.minute("A 100");
    }
    let failures: Vec<u64> = floor.runtime.registry().iter().map(|(_, _, failures)| failures).collect();
    assert_eq!((failures, floor.decisions_of("f"), floor.decisions_of("g")), (vec![3, 1], 1, 0));
    assert_eq!((floor.position("f", A), floor.position("g", A)), (1, 0));
    let quarantined = floor.runtime.registry().standings().values().map(|it| it.state == StrategyState::Quarantined);
    assert_eq!(quarantined.collect::<Vec<_>>(), [true, true]);
}

/// What becomes of one proposal by somebody who holds ten A under this policy.
fn judged(text: &str, policy: RiskPolicy, budget: Option<i64>) -> Vec<(Stage, i64, Vec<Code>)> {
    let stocks = vec![qts_core::Instrument { short_ban: true, ..stock("A.X") }, stock("B.X")];
    let mut floor = Opening { stocks, positions: vec![("a", A, 10, 100)], ..Opening::default() }.open();
    let budget = budget.map(Money::whole);
    floor.register(Registration { budget, instruments: vec![A, B], ..under(policy, entry("a", script(text))) });
    floor.minute("A 100, B 50");
    verdicts(&floor)
}

#[test]
fn r1_a_policy_is_a_set_of_small_named_controls_each_with_its_own_threshold() {
    let shares = |qty| Thresholds::limit(Size::Shares(Qty::whole(qty)));
    let money = |amount| Thresholds::limit(Worth::Money(Money::whole(amount)));
    let percent = |text: &str| Thresholds::limit(Ratio::from_percent(text).expect("a percentage"));
    let size = |qty| Thresholds::limit(OrderSize::Shares(Qty::whole(qty)));
    type Change = Box<dyn Fn(&mut Controls)>;
    let one: Vec<(Code, &str, i64, Change)> = vec![
        (Code::MaxOrderQty, "1 buy 9 B", 4, Box::new(move |it| it.max_order_qty = Some(size(4)))),
        (Code::MaxOrderNotional, "1 buy 9 B", 6, Box::new(move |it| it.max_order_notional = Some(money(300)))),
        (Code::MaxLong, "1 buy 9 A", 5, Box::new(move |it| it.max_long = Some(shares(15)))),
        (Code::MaxShort, "1 sell 9 B", 5, Box::new(move |it| it.max_short = Some(shares(5)))),
        (Code::MaxGrossExposure, "1 sell 9 B", 4, Box::new(move |it| it.max_gross_exposure = Some(money(1_200)))),
        (Code::MaxNetExposure, "1 buy 9 B", 4, Box::new(move |it| it.max_net_exposure = Some(money(1_200)))),
        (Code::CycleNotional, "1 buy 9 B", 0, Box::new(move |it| it.cycle_notional = Some(money(400)))),
        (Code::PriceCollar, "1 buy 9 B @52", 0, Box::new(move |it| it.price_collar = Some(percent("3")))),
        (Code::ShortNotAllowed, "1 sell 15 A", 10, Box::new(|it| it.short_not_allowed = true)),
        (Code::MaxOpenOrders, "1 buy 9 B", 0, Box::new(|it| it.max_open_orders = Some(Thresholds::limit(0)))),
        (Code::RiskScoreExceeded, "1 buy 999 B", 0, Box::new(|it| it.max_risk_score = "0.01".parse().ok())),
    ];
    for (code, text, admitted, change) in one {
        let [(stage, left, ref codes)] = judged(text, with(&change), None)[..] else { panic!("one decision") };
        let want = if admitted == 0 { Stage::Block } else { Stage::Reduce };
        assert!((stage, left) == (want, admitted) && codes.contains(&code), "{code}: {stage:?} {left} {codes:?}");
        let without = judged(text, policy("validity_only"), None);
        assert!(without[0].0 == Stage::Pass && without[0].2.is_empty(), "{code}: {without:?}");
    }
    let both = with(|it| {
        it.max_order_qty = Some(size(4));
        it.fat_finger = Some(FatFinger { multiple: Some(Ratio::whole(2)), median: None });
    });
    assert_eq!(judged("1 buy 9 B", both, None), [(Stage::Block, 0, vec![Code::FatFinger, Code::MaxOrderQty])]);
    let budget = judged("1 buy 9 B", policy("validity_only"), Some(1_300));
    assert_eq!(budget, [(Stage::Reduce, 6, vec![Code::Budget])]);
}

#[test]
fn r2_each_strategy_is_judged_by_its_own_policy_and_several_may_share_one() {
    let at_most = |qty| with(|it| it.max_order_qty = Some(Thresholds::limit(OrderSize::Shares(Qty::whole(qty)))));
    let (tight, wide) = (Arc::new(at_most(2)), Arc::new(at_most(7)));
    let mut floor = Opening::default().open();
    for (name, policy) in [("a", &tight), ("b", &wide), ("c", &tight), ("d", &wide)] {
        floor.register(Registration { policy: Arc::clone(policy), ..entry(name, script("1 buy 9 A")) });
    }
    assert_eq!(sent(&floor.minute("A 100")), ["buy 18 A = a 2 + b 7 + c 2 + d 7"]);
}

#[test]
fn r3_the_gate_passes_warns_reduces_or_blocks() {
    let levels = Thresholds { warn: Some(10), limit: Some(20), block: Some(30) };
    let size = |level: Option<i32>| level.map(|qty| OrderSize::Shares(Qty::whole(qty)));
    let sizes = Thresholds { warn: size(levels.warn), limit: size(levels.limit), block: size(levels.block) };
    let seen = [10, 11, 20, 21, 30, 31].map(|qty| {
        let found = judged(&format!("1 buy {qty} B"), with(|it| it.max_order_qty = Some(sizes)), None);
        (found[0].0, found[0].1)
    });
    let (pass, warn, reduce, block) = (Stage::Pass, Stage::Warn, Stage::Reduce, Stage::Block);
    assert_eq!(seen, [(pass, 10), (warn, 11), (warn, 20), (reduce, 20), (reduce, 20), (block, 0)]);
}

#[test]
fn r4_what_nobody_configured_is_tight() {
    assert_eq!(judged("1 buy 9 B", policy("conservative"), None), [(Stage::Reduce, 1, vec![Code::MaxOrderQty])]);
    assert_eq!(judged("1 sell 1 B", policy("conservative"), None), [(Stage::Block, 0, vec![Code::MaxShort])]);
    assert_eq!(judged("1 sell 10 A", policy("conservative"), None), [(Stage::Reduce, 1, vec![Code::MaxOrderQty])]);
}

#[test]
fn r4_what_cannot_be_computed_is_blocked() {
    let mut floor = Opening { positions: vec![("a", A, 10, 100)], ..Opening::default() }.open();
    let half = Thresholds::limit(Worth::Fraction("0.5".parse().expect("a ratio")));
    floor.register(under(with(|it| it.max_order_notional = Some(half)), entry("a", script("* buy 1 B; * buy 1 C"))));
    floor.minute("B 50"); // without a price of A nobody knows the equity
    let unknown = [(Stage::Block, 0, vec![Code::MaxOrderNotional]), (Stage::Block, 0, vec![Code::NoMarketData])];
    assert_eq!(verdicts(&floor), unknown);
    floor.minute("A 100, B 50, C 20");
    assert_eq!(verdicts(&floor)[2..], [(Stage::Pass, 1, vec![]), (Stage::Pass, 1, vec![])]);
}

#[test]
fn r5_every_order_that_leaves_was_decided_and_none_leaves_when_the_gate_blocks_all() {
    let (mut placed, mut kept_back) = (0, 0);
    for seed in 0..40 {
        let mut world = World::drawn(seed);
        // The audit holds every placed order against its decisions.
        placed += world.run().0.runtime.execution().created();
        world.members.iter_mut().for_each(|member| member.state = StrategyState::Active);
        let mut floor = world.open();
        floor.command(Action::Disable, Target::Account, "nobody may");
        world.slices.iter().for_each(|slice| drop(floor.take(slice.clone())));
        assert_eq!(floor.runtime.execution().created(), 0);
        assert!(decisions(&floor).iter().all(|decision| decision.verdict() == Stage::Block));
        kept_back += decisions(&floor).len();
    }
    assert!(placed > 300 && kept_back > 300, "{placed} {kept_back}");
}

#[test]
fn r6_a_strategys_own_verdict_is_a_function_of_its_own_book() {
    let money = |amount| Thresholds::limit(Worth::Money(Money::whole(amount)));
    let own = with(|it| {
        it.max_long = Some(Thresholds::limit(Size::Shares(Qty::whole(12))));
        it.max_gross_exposure = Some(money(1_500));
        it.max_open_orders = Some(Thresholds::limit(2));
        it.cycle_notional = Some(money(1_000));
    });
    let told = |others: bool| {
        let positions = vec![("m", A, 3, 100)];
        let crowd = vec![("a", A, 40, 100), ("z", B, -90, 50), ("unassigned", A, -7, 100)];
        let positions = if others { [positions, crowd].concat() } else { positions };
        let mut floor = Opening { positions, ..Opening::default() }.open();
        floor.register(under(
            own.clone(),
            entry("m", script("1 buy 4 A @90 gtc; 2 buy 9 A; 3 buy 1 A; 4 sell 20 A; 5 buy 2 B")),
        ));
        if others {
            floor
                .register(ranked(1, entry("a", script("1 buy 7 A @80 gtc; 1 buy 7 B @30 gtc; 2 buy 50 A; 3 buy 5 A"))));
            floor.register(ranked(200, entry("z", script("1 buy 3 A @70 gtc; 2 buy 60 B; 3 panic"))));
        }
        for _ in 0..5 {
            floor.minute("A 100, B 50");
        }
        let own = |reason: &&qts_core::Reason| reason.scope == qts_core::Scope::Strategy;
        let mine = decisions(&floor).into_iter().filter(|it| it.id.strategy == id("m"));
        mine.map(|it| format!("{} {:?}", it.asked, it.reasons.iter().filter(own).collect::<Vec<_>>()))
            .collect::<Vec<_>>()
    };
    let alone = told(false);
    assert!(alone.len() == 5 && alone.iter().filter(|line| line.contains("code")).count() >= 2, "{alone:?}");
    assert_eq!(told(true), alone);
}

#[test]
fn r7_a_measure_is_the_same_whatever_the_threshold_and_only_the_gate_decides() {
    type Change = fn(&mut Controls, i32);
    let qty: Change = |it, most| it.max_order_qty = Some(Thresholds::limit(OrderSize::Shares(Qty::whole(most))));
    let long: Change = |it, most| it.max_long = Some(Thresholds::limit(Size::Shares(Qty::whole(most))));
    let notional: Change =
        |it, most| it.max_order_notional = Some(Thresholds::limit(Worth::Money(Money::whole(i64::from(most) * 50))));
    let (shares, money) = (Amount::Qty(Qty::whole(40)), Amount::Money(Money::whole(2_000)));
    for (change, measure) in [(qty, shares), (long, shares), (notional, money)] {
        let decided = [39, 20, 1, 0, 40].map(|limit| {
            let mut floor = Opening::default().open();
            floor.register(under(with(|it| change(it, limit)), entry("a", script("1 buy 40 B"))));
            floor.minute("B 50");
            let decision = decisions(&floor)[0];
            (decision.admitted(), decision.reasons.first().map(|reason| reason.observed))
        });
        let want = [39, 20, 1, 0].map(|limit| (Qty::whole(limit), Some(Some(measure))));
        assert_eq!((&decided[..4], decided[4]), (&want[..], (Qty::whole(40), None)));
    }
}

/// One cycle in which `a` enters against the exit of `b`, who holds six, and the entry of `c`.
fn conflict(rule: ArbitrationRule, order: [usize; 3], exits: bool) -> Vec<String> {
    let positions = if exits { vec![("b", A, 6, 100)] } else { vec![] };
    let mut floor = Opening { rule, positions, ..Opening::default() }.open();
    let members = [
        ranked(5, entry("a", script("1 buy 10 A @101"))),
        ranked(9, entry("b", script("1 sell 6 A @100"))),
        ranked(7, entry("c", script("1 sell 2 A @99"))),
    ];
    for place in order {
        floor.register(members[place].clone());
    }
    floor.minute("A 100").into_iter().filter(|line| !line.contains(" wants ")).collect()
}

#[test]
fn a1_conflicts_are_settled_before_any_order_leaves() {
    let settled = conflict(ArbitrationRule::ExitsOnly, [0, 1, 2], true);
    assert_eq!(settled, ["order 1: sell 6 A @100 = b 6"]);
    assert_eq!(conflict(ArbitrationRule::ExitsOnly, [0, 1, 2], false), [""; 0]);
    let apart = {
        let mut floor = Opening::default().open();
        floor.register(entry("a", script("1 buy 10 A @99"))).register(entry("b", script("1 sell 6 A @100")));
        floor.minute("A 100").len()
    };
    assert_eq!(apart, 4, "what cannot trade with each other is no conflict");
}

#[test]
fn a2_same_side_duplicates_become_one_order() {
    let mut floor = Opening::default().open();
    floor.register(entry("a", script("1 buy 3 A; 1 buy 2 A @99; 1 buy 1 A @98; 1 buy 1 A @99 gtc; 1 buy 5 B")));
    floor.register(ranked(1, entry("b", script("1 buy 4 A; 1 buy 6 A @99; 1 buy 5 B"))));
    floor.register(entry("c", script("1 buy 3 A; 1 buy 3 A")));
    let mut orders: Vec<String> = sent(&floor.minute("A 100, B 50")).into_iter().map(str::to_owned).collect();
    orders.sort_unstable();
    let want = [
        "buy 1 A @98 = a 1",
        "buy 1 A @99 gtc = a 1",
        "buy 10 B = b 5 + a 5",
        "buy 13 A = b 4 + a 3 + c 3 + c 3",
        "buy 8 A @99 = b 6 + a 2",
    ];
    assert_eq!(orders, want);
}

#[test]
fn a3_opposing_intents_are_settled_by_three_named_rules_whoever_came_first() {
    let cases: [(&str, bool, &[&str]); 6] = [
        ("exits_only", true, &["order 1: sell 6 A @100 = b 6"]),
        ("exits_only", false, &[]),
        ("net", true, &["cross 2 A at 100: c to a", "cross 6 A at 100: b to a", "order 1: buy 2 A @101 = a 2"]),
        ("net", false, &["cross 2 A at 100: c to a", "cross 6 A at 100: b to a", "order 1: buy 2 A @101 = a 2"]),
        ("rank", true, &["order 1: sell 6 A @100 = b 6"]),
        ("rank", false, &["order 1: buy 10 A @101 = a 10"]),
    ];
    let rules = [ArbitrationRule::ExitsOnly, ArbitrationRule::Net, ArbitrationRule::Rank];
    for (name, exits, want) in cases {
        let rule = rules.into_iter().find(|rule| rule.as_str() == name).expect("a rule");
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            assert_eq!(conflict(rule, order, exits), want, "{name} with an exit: {exits}, registered as {order:?}");
        }
    }
}

#[test]
fn a4_what_is_merged_and_netted_stays_attributed_to_the_last_share() {
    let sim = SimConfig { max_volume_share: "1".parse().ok(), ..SimConfig::default() };
    let mut floor = Opening { sim: Some(sim), rule: ArbitrationRule::Net, ..Opening::default() }.open();
    floor.register(ranked(1, entry("a", script("1 buy 6 A"))));
    floor.register(ranked(2, entry("b", script("1 buy 3 A"))));
    floor.register(ranked(3, entry("c", script("1 buy 3 A"))));
    floor.register(ranked(4, entry("d", script("1 sell 2 A"))));
    let held = |floor: &Floor| ["a", "b", "c", "d", "unassigned"].map(|name| floor.position(name, A));
    floor.minute("A 100");
    assert_eq!(held(&floor), [1, 1, 0, -2, 0], "crossed at once, by quota");
    let steps = ["A 100 x1", "A 101 x3", "A 99 x4", "A 100 x50"].map(|bars| {
        floor.minute(bars);
        held(&floor)
    });
    let want = [[2, 1, 0, -2, 0], [3, 2, 1, -2, 0], [5, 3, 2, -2, 0], [6, 3, 3, -2, 0]];
    assert_eq!(steps, want);
}

/// The loop's whole table after each step while these strategies trade.
fn tables(members: &[(&str, &str)]) -> Vec<String> {
    let mut floor = Opening::default().open();
    for (name, text) in members {
        floor.register(entry(name, script(text)));
    }
    let bars = ["A 100, B 50", "A 99, B 50", "A 95, B 55", "A 100, B 40", "A 100, B 40"];
    let after = bars.map(|bars| {
        floor.minute(bars);
        floor.runtime.execution().orders().map(|order| format!("{order:?}\n")).collect()
    });
    after.to_vec()
}

#[test]
fn e1_the_loop_does_the_same_for_the_same_orders_however_many_strategies_stand_behind_them() {
    let one = tables(&[("a", "1 buy 12 A; 2 buy 9 A @97 gtc; 2 buy 6 B; 3 buy 3 A @90; 4 sell 6 B")]);
    let copies =
        ["a", "b", "c"].map(|name| (name, "1 buy 4 A; 2 buy 3 A @97 gtc; 2 buy 2 B; 3 buy 1 A @90; 4 sell 2 B"));
    assert_eq!(tables(&copies), one);
    let names: Vec<String> = (0..50).map(|number| format!("x{number}")).collect();
    let crowd = names.iter().map(|name| (name.as_str(), "2 error; 3 buy 0 A"));
    assert_eq!(tables(&copies.into_iter().chain(crowd).collect::<Vec<_>>()), one);
    assert!(one.last().is_some_and(|table| table.lines().count() == 5), "{one:?}");
}

#[test]
fn e1_the_loop_is_built_on_the_words_and_the_permission_alone() {
    let manifest = include_str!("../../../qts-loop/Cargo.toml");
    let names = manifest.lines().skip_while(|line| *line != "[dependencies]").skip(1);
    let names: Vec<&str> = names.take_while(|line| !line.starts_with('[')).filter(|line| !line.is_empty()).collect();
    assert_eq!(names, ["qts-core.workspace = true", "qts-gate.workspace = true"]);
}

#[test]
fn e2_a_permission_of_another_cycle_or_from_before_a_kill_is_void() {
    let tried = [(1, 0), (2, 0), (0, 0), (1, 1)].map(|(cycle, epoch)| {
        let mut port = Port { answer: Response::Taken, placed: 0 };
        let mut execution = ExecutionLoop::new(StopPolicy::default());
        let permission = support::admitted(1).remove(0);
        let step = execution.execute(permission, (Cycle(cycle), Epoch(epoch)), &mut NoHooks, &mut port).step;
        (step, port.placed)
    });
    assert_eq!(tried, [(Step::Sent, 1), (Step::Void, 0), (Step::Void, 0), (Step::Void, 0)]);
}

#[test]
fn e2_what_reaches_the_broker_is_the_admitted_set_to_the_share() {
    let account = account_with(|it| it.max_long = Some(Thresholds::limit(Size::Shares(Qty::whole(15)))));
    let mut floor = Opening { policy: account, ..Opening::default() }.open();
    floor.register(entry("a", script("1 buy 10 A; 2 buy 10 A")));
    floor.register(entry("b", script("1 buy 10 A; 2 buy 1 A")));
    assert_eq!(sent(&floor.minute("A 100")), ["buy 15 A = a 7 + b 8"]);
    assert_eq!(sent(&floor.minute("A 100")), [""; 0]);
    let sizes: Vec<Qty> = floor.runtime.execution().orders().map(|order| order.request().qty()).collect();
    assert_eq!(sizes, [Qty::whole(15)]);
}

#[test]
fn e3_a_strategy_sees_its_own_book_its_own_orders_and_what_it_subscribed_to() {
    let seen = |others: bool| {
        let told: Arc<Mutex<Vec<String>>> = Arc::default();
        let notes = Arc::clone(&told);
        let (side, kind, tif) = (Side::Sell, Kind::Limit(Price::whole(130)), Tif::Gtc);
        let resting = Intent { instrument: A, side, qty: Qty::whole(1), kind, tif, why: "rest".into() };
        let watcher = strategy(move |view, event, out| {
            let orders: Vec<_> = view.orders().iter().map(|it| (it.instrument, it.side, it.open, it.kind)).collect();
            let line = format!("{:?} {} {} {orders:?}", event.instrument, view.position(A), view.cost());
            notes.lock().expect("nobody else holds it").push(line);
            match view.cycle().0 {
                1 => out.buy(A, Qty::whole(4), "in"),
                2 => out.trade(resting.clone()),
                3 => out.sell(A, Qty::whole(3), "out"),
                _ => {}
            }
            Ok(())
        });
        let positions = if others { vec![("a", A, 50, 90), ("unassigned", A, 9, 80)] } else { vec![] };
        let mut floor = Opening { positions, ..Opening::default() }.open();
        floor.register(Registration { instruments: vec![A], ..entry("m", watcher) });
        if others {
            floor.register(entry("a", script("1 buy 7 A; 2 sell 6 A @130 gtc; 3 sell 40 A @101; 5 sell 9 A")));
            floor.register(entry("z", script("1 buy 2 A; 2 buy 5 B; 3 sell 2 A; 4 panic")));
        }
        for bars in ["A 100, B 50", "A 100, B 50", "A 100", "A 100, B 51", "B 52", "A 99"] {
            floor.minute(bars);
        }
        assert_eq!(floor.runtime.books().get(&id("m")).map(|book| book.holding(A).position), Some(Qty::whole(1)));
        told.lock().expect("nobody else holds it").clone()
    };
    let alone = seen(false);
    assert_eq!(alone.len(), 5, "B is not subscribed to: {alone:?}");
    assert_eq!(seen(true), alone);
}
