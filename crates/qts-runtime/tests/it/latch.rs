//! Invariant 20: no sequence of events that lacks a re-arming admits increasing quantity after a kill, a halt for
//! drawdown, or a trip of D3; a recovery of profit and loss does not unlatch.
//!
//! Shown by the worst case of every book: `max(|p + OB|, |p − OS|)` of what is latched never grows, whatever happens:
//! prices up and down, nights, commands of every other kind, looser policies, a broker that reports.

use std::collections::BTreeMap;
use std::sync::Arc;

use qts_core::{Code, Inst, Mode, Qty, StrategyId, Ts};
use qts_gate::policy::Thresholds;
use qts_gate::supervision::RepeatedExecution;
use qts_gate::{RiskPolicy, Supervision};
use qts_runtime::{Action, Input, PositionReport, Record, Registration, Target};

use crate::drawn::Rng;
use crate::floor::{A, Floor, Opening, entry, id, policy};
use crate::script::strategy;

const NAMES: [&str; 3] = ["a", "b", "c"];

/// What each owner could come to hold, and so what must not grow.
type Worst = BTreeMap<(StrategyId, Inst), Qty>;

fn worst(floor: &Floor) -> Worst {
    let books = floor.runtime.books().iter().filter(|(owner, _)| owner.as_str() != StrategyId::UNASSIGNED);
    let of = books.flat_map(|(owner, book)| book.holdings().map(move |(inst, held)| (owner, inst, held)));
    of.map(|(owner, inst, held)| ((owner.clone(), inst), held.worst_case().expect("small"))).collect()
}

/// Buys and sells whatever, all the time.
fn eager(seed: u64, watched: Supervision) -> impl Fn(&str) -> Registration {
    move |name: &str| {
        let mut rng = Rng::new(seed ^ u64::from(name.as_bytes()[0]));
        let trade = strategy(move |view, event, out| {
            let qty = Qty::whole(rng.int(1, 4));
            let held = view.position(event.instrument);
            match rng.int(0, 3) {
                0 if held.is_positive() => out.sell(event.instrument, qty.min(held), "out"),
                0 => {}
                1 => out.sell(event.instrument, qty, "short"),
                _ => out.buy(event.instrument, qty, "in"),
            }
            Ok(())
        });
        let policy = RiskPolicy { supervision: watched, ..policy("validity_only") };
        Registration { policy: Arc::new(policy), ..entry(name, trade) }
    }
}

/// Everything that may happen, but no re-arming.
fn happens(floor: &mut Floor, price: &mut i32, eager: &dyn Fn(&str) -> Registration, rng: &mut Rng) -> Vec<Record> {
    let before = floor.records.len();
    let name = rng.pick(&NAMES);
    let target = rng.pick(&[Target::Account, Target::Instrument(A), Target::Strategy(id(name))]);
    match rng.int(0, 39) {
        0 => floor.sleep(),
        1 => drop(floor.command(Action::Enable, target, "go on")),
        2 => drop(floor.command(Action::ReduceOnly, target, "a little")),
        3 => drop(floor.command(Action::Disable, target, "stop")),
        4 => drop(floor.command(Action::Flatten, target, "out")),
        5 => drop(floor.command(Action::Unregister { to_unassigned: true }, Target::Strategy(id(name)), "bye")),
        6 | 7 => drop(floor.command(Action::Register(Box::new(eager(name))), Target::Account, "hello")),
        8 => drop(floor.command(Action::SetPolicy(Arc::new(policy("validity_only"))), target, "because")),
        9 => drop(floor.command(Action::Rearm, target, " ")),
        10 | 11 => {
            let held = floor.runtime.books().positions().expect("small").get(&A).copied().unwrap_or_default();
            let told = held.checked_add(Qty::whole(rng.pick(&[0, 0, 1]))).expect("small");
            let report = PositionReport { ts: Ts(0), positions: [(A, Some(told))].into(), is_complete: rng.chance(50) };
            drop(floor.step(&Input::Positions(report)));
        }
        12 => drop(floor.step(&Input::Link { ts: Ts(0), is_up: rng.chance(50) })),
        13 => drop(floor.step(&Input::Link { ts: Ts(0), is_up: true })),
        14 if rng.chance(30) => drop(floor.command(Action::Kill, target, "smoke")),
        _ => {
            *price = (*price + rng.int(-9, 10)).clamp(40, 400);
            drop(floor.minute(&format!("A {price}, B {}", 200 - *price / 2)));
        }
    }
    floor.records[before..].to_vec()
}

/// What was latched by this, if it is a latch of the invariant.
fn latched(record: &Record, killed: Option<&Target>) -> Option<(Target, &'static str)> {
    match record {
        Record::Commanded { command, refused: None, .. } if command.starts_with("kill ") => {
            killed.cloned().map(|target| (target, "kill"))
        }
        Record::Tripped { target, code: Code::RepeatedExecution, .. } => Some((target.clone(), "repeated_execution")),
        Record::Tripped { target, code: Code::Drawdown, mode: Mode::Halted, .. } => Some((target.clone(), "drawdown")),
        _ => None,
    }
}

fn concerns(target: &Target, owner: &StrategyId, inst: Inst) -> bool {
    match target {
        Target::Account => true,
        Target::Strategy(id) => id == owner,
        Target::Instrument(of) => *of == inst,
    }
}

/// D3 in some histories, drawdown in others, and in some neither.
fn watched(seed: u64, rng: &mut Rng) -> Supervision {
    let repeated = RepeatedExecution { same: u64::try_from(rng.int(2, 9)).ok(), session: Some(20) };
    let level = |text: &str| text.parse().ok();
    let fall = Thresholds { warn: None, limit: level("0.04"), block: level("0.05") };
    Supervision {
        repeated_execution: seed.is_multiple_of(3).then_some(repeated),
        drawdown: (seed % 3 == 1).then_some(fall),
        ..Supervision::default()
    }
}

/// One history. Latches by kind, and how often something grew that was not latched.
fn history(seed: u64, seen: &mut BTreeMap<&'static str, usize>) {
    let mut rng = Rng::new(seed.wrapping_mul(0x9E37_79B9) + 1);
    let watched = watched(seed, &mut rng);
    let account = RiskPolicy { supervision: watched, ..policy("validity_only") };
    let mut floor = Opening { cash: 800, policy: account, ..Opening::default() }.open();
    let eager = eager(seed, watched);
    for name in NAMES {
        floor.register(eager(name));
    }
    let (mut price, mut held): (i32, Vec<(Target, Worst)>) = (100, Vec::new());
    for _ in 0..80 {
        let before = worst(&floor);
        let told = happens(&mut floor, &mut price, &eager, &mut rng);
        let after = worst(&floor);
        for ((owner, inst), qty) in &after {
            for (target, at_most) in held.iter().filter(|(target, _)| concerns(target, owner, *inst)) {
                let most = at_most.get(&(owner.clone(), *inst)).copied().unwrap_or_default();
                assert!(*qty <= most, "seed {seed}: {owner} grew to {qty} from {most} though {target:?} is latched");
            }
            let grew = before.get(&(owner.clone(), *inst)).is_none_or(|before| qty > before);
            *seen.entry("grew").or_default() += usize::from(grew);
        }
        // What is latched may shrink; then it must not grow back.
        for (_, at_most) in &mut held {
            at_most.retain(|place, _| after.contains_key(place));
            at_most.iter_mut().for_each(|(place, qty)| *qty = after[place].min(*qty));
        }
        let killed = told.iter().find_map(|record| match record {
            Record::Commanded { command, refused: None, .. } if command.contains("account") => Some(Target::Account),
            Record::Commanded { command, refused: None, .. } if command.contains("instrument") => {
                Some(Target::Instrument(A))
            }
            Record::Commanded { command, refused: None, .. } => {
                NAMES.iter().find(|name| command.contains(&format!("`{name}`"))).map(|name| Target::Strategy(id(name)))
            }
            _ => None,
        });
        for (target, kind) in told.iter().filter_map(|record| latched(record, killed.as_ref())) {
            *seen.entry(kind).or_default() += 1;
            held.push((target, after.clone()));
        }
    }
}

#[test]
fn nothing_that_is_latched_grows_until_it_is_rearmed() {
    let mut seen = BTreeMap::new();
    (0..180).for_each(|seed| history(seed, &mut seen));
    for (kind, least) in [("kill", 50), ("repeated_execution", 25), ("drawdown", 25), ("grew", 1_500)] {
        assert!(seen.get(kind).copied().unwrap_or(0) >= least, "{kind} hardly ever happens: {seen:?}");
    }
}
