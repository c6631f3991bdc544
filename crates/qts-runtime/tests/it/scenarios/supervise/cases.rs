//! Cases of `risk-reference.md` §4 that supervisors stop: each states its whole policy, and comes out differently when
//! the control is taken away.

use std::sync::Arc;

use qts_core::{Inst, Money, Qty, Stage};
use qts_gate::policy::{Controls, OrderSize, Size, Thresholds, Worth};
use qts_gate::{RiskPolicy, Supervision};
use qts_runtime::{Action, Input, PositionReport, Record, Registration, Target};

use super::{percent, repeated, watched, within_a_minute};
use crate::floor::{A, Floor, Opening, entry, id};
use crate::script::script;

/// The verdicts on a strategy, in order.
fn verdicts(floor: &Floor, name: &str) -> Vec<Stage> {
    let of = |record: &Record| match record {
        Record::Decision(decision) if decision.owner == id(name) => Some(decision.verdict()),
        _ => None,
    };
    floor.records.iter().filter_map(of).collect()
}

fn under(policy: RiskPolicy, name: &str, steps: &str) -> Registration {
    Registration { policy: Arc::new(policy), ..entry(name, script(steps)) }
}

fn with_controls(supervision: Supervision, change: impl FnOnce(&mut Controls)) -> RiskPolicy {
    let mut policy = watched(supervision);
    change(&mut policy.strategy);
    policy
}

#[test]
fn knight_a_runaway_parent_is_stopped_after_five_and_stays_stopped_the_next_day() {
    let run = |supervision: Supervision| {
        let mut floor = Opening { cash: 100_000_000, ..Opening::default() }.open();
        let long = Some(Thresholds::limit(Size::Shares(Qty::whole(500))));
        floor.register(under(with_controls(supervision, |set| set.max_long = long), "runaway", "* buy 100 A"));
        floor.register(entry("other", script("* buy 1 B")));
        for _ in 0..7 {
            floor.minute("A 50000, B 50");
        }
        floor.sleep();
        floor.minute("A 50000, B 50");
        (floor.position("runaway", A), verdicts(&floor, "runaway"), verdicts(&floor, "other"))
    };
    let (held, runaway, other) = run(repeated(Some(5), Some(30)));
    assert_eq!((held, &runaway[..5], &runaway[5..]), (500, &[Stage::Pass; 5][..], &[Stage::Block; 3][..]));
    // Without it, only its limit stops it: the reasons tell the two apart.
    let (_, without, others) = run(Supervision::default());
    assert_eq!((other, without), (others, runaway), "max_long blocks the sixth, too");
    let codes = |supervision: Supervision| {
        let mut floor = Opening { cash: 100_000_000, ..Opening::default() }.open();
        floor.register(under(watched(supervision), "runaway", "* buy 100 A"));
        (0..7).for_each(|_| drop(floor.minute("A 50000")));
        verdicts(&floor, "runaway")
    };
    assert_eq!(codes(repeated(Some(5), None))[5], Stage::Block);
    assert_eq!(codes(Supervision::default())[5], Stage::Pass);
}

#[test]
fn warn_fatigue_the_tenth_of_ninety_seven_warnings_leaves_only_exits() {
    let run = |supervision: Supervision, count: usize| {
        let one = OrderSize::Shares(Qty::whole(1));
        let warn = Some(Thresholds { warn: Some(one), limit: None, block: None });
        let mut floor = Opening::default().open();
        let steps: Vec<String> = (1..=count).map(|limit| format!("1 buy 2 A @{limit} gtc")).collect();
        floor.register(under(
            with_controls(supervision, |set| set.max_order_qty = warn),
            "a",
            &(steps.join("; ") + "; 2 buy 1 A"),
        ));
        floor.minute("A 100");
        floor.minute("A 100");
        *verdicts(&floor, "a").last().expect("the last one")
    };
    let watched = Supervision { warn_escalation: within_a_minute(10), ..Supervision::default() };
    assert_eq!(
        (run(watched, 9), run(watched, 10), run(Supervision::default(), 60)),
        (Stage::Pass, Stage::Block, Stage::Pass)
    );
}

#[test]
fn everbright_a_storm_of_orders_is_blocked_whole_and_halts_its_strategy() {
    let run = |supervision: Supervision| {
        let mut floor = Opening { cash: 80_000_000, ..Opening::default() }.open();
        let most = Some(Thresholds::limit(Worth::Money(Money::whole(16_000_000))));
        let storm: Vec<String> = (1..=60).map(|step| format!("1 buy 10 A @{} gtc", 49_000 + step)).collect();
        let steps = storm.join("; ") + "; 2 buy 1 A; 3 buy 1 A";
        floor.register(under(with_controls(supervision, |set| set.cycle_notional = most), "a", &steps));
        (0..3).for_each(|_| drop(floor.minute("A 50000")));
        let verdicts = verdicts(&floor, "a");
        assert!(verdicts[..60].iter().all(|stage| *stage == Stage::Block), "zero, not a subset");
        verdicts[60..].to_vec()
    };
    let watched = Supervision { failure_breaker: within_a_minute(5), ..Supervision::default() };
    assert_eq!((run(watched), run(Supervision::default())), (vec![Stage::Block; 2], vec![Stage::Pass; 2]));
}

#[test]
fn hanmag_the_fifth_poisoned_price_within_a_minute_halts() {
    let run = |poisoned: usize, supervision: Supervision| {
        let mut floor = Opening::default().open();
        let collar = Some(Thresholds { warn: None, limit: None, block: percent("2.5") });
        let wrong: Vec<String> = (0..poisoned).map(|step| format!("1 buy 1 A @{}", 120 + step)).collect();
        let steps = wrong.join("; ") + "; 2 buy 1 A";
        floor.register(under(with_controls(supervision, |set| set.price_collar = collar), "a", &steps));
        floor.minute("A 100");
        floor.minute("A 100");
        *verdicts(&floor, "a").last().expect("the last one")
    };
    let watched = Supervision { failure_breaker: within_a_minute(5), ..Supervision::default() };
    assert_eq!((run(4, watched), run(5, watched)), (Stage::Pass, Stage::Block));
    assert_eq!(run(5, Supervision::default()), Stage::Pass);
}

#[test]
fn a_desk_cannot_switch_a_control_off_without_saying_why() {
    let mut floor = Opening::default().open();
    let most = Some(Thresholds::limit(OrderSize::Shares(Qty::whole(5))));
    floor.register(under(with_controls(Supervision::default(), |set| set.max_order_qty = most), "a", "* buy 9 A"));
    let off = Arc::new(watched(Supervision::default()));
    floor.command(Action::SetPolicy(Arc::clone(&off)), Target::Strategy(id("a")), "");
    floor.minute("A 100");
    floor.command(Action::SetPolicy(off), Target::Strategy(id("a")), "the band was checked by hand");
    floor.minute("A 100");
    assert_eq!(verdicts(&floor, "a"), [Stage::Reduce, Stage::Pass]);
}

#[test]
fn phantom_holdings_block_until_reconciled() {
    let run = |told: Option<i32>| {
        let mut floor = Opening { positions: vec![("a", A, 7, 100)], ..Opening::default() }.open();
        floor.register(entry("a", script("* buy 1 A")));
        if let Some(told) = told {
            let positions = [(Inst(0), Some(Qty::whole(told)))].into();
            let report = PositionReport { ts: qts_core::Ts(0), positions, is_complete: true };
            floor.step(&Input::Positions(report));
        }
        floor.minute("A 100");
        verdicts(&floor, "a")
    };
    assert_eq!((run(Some(7_000)), run(Some(7)), run(None)), (vec![Stage::Block], vec![Stage::Pass], vec![Stage::Pass]));
}
