//! Long runs of made-up orders and markets: what must hold whatever happens.

use std::collections::{BTreeMap, BTreeSet};

use qts_core::{ExecReport, OrderId, Outcome, Qty};
use qts_loop::OrderState::{
    self, Accepted, Canceled, Expired, Filled, PartiallyFilled, PendingCancel, Rejected, Submitted,
};

use super::desk::{Desk, num};
use crate::sim::{LimitFill, SimConfig};

/// A made-up sequence, the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn one_of(&mut self, words: &[&'static str]) -> &'static str {
        words[self.below(words.len() as u64) as usize]
    }

    fn order(&mut self, id: u64) -> String {
        let (symbol, side) = (self.one_of(&["A", "B", "C"]), self.one_of(&["buy", "sell"]));
        let price = if self.below(2) == 0 { "market".into() } else { (95 + self.below(11)).to_string() };
        let tif = self.one_of(&["day", "gtc", "ioc", "fok"]);
        format!("{id} {symbol} {side} {} {price} {tif}", self.below(12))
    }

    fn event(&mut self, symbol: &str) -> String {
        let (low, range, size) = (95 + self.below(8), self.below(4), self.below(4) * 20);
        let high = low + range;
        match self.below(3) {
            0 => format!("{symbol} bar {low} {high} {low} {high} {size}"),
            1 => format!("{symbol} quote {low} {high} {size} {}", size / 2),
            _ => format!("{symbol} trade {low} {size}"),
        }
    }
}

/// Some weeks at a desk.
#[derive(Debug, Default, PartialEq)]
struct Run {
    /// How many shares each order was for.
    asked: BTreeMap<OrderId, Qty>,
    /// What was said, slice by slice.
    said: Vec<Vec<ExecReport>>,
    /// Which order was cancelled after each slice, if it was one.
    cancels: Vec<OrderId>,
}

fn run(seed: u64, config: SimConfig) -> Run {
    let (mut dice, mut desk, mut run) = (Dice(seed), Desk::new(config), Run::default());
    for time in (1..20).flat_map(|day| ["09:00", "12:00", "15:30", "15:45"].map(|clock| format!("{day} {clock}"))) {
        let quiet = dice.below(4) as usize;
        let events: Vec<String> = ["A", "B", "C"][quiet..].iter().map(|symbol| dice.event(symbol)).collect();
        let events: Vec<&str> = events.iter().map(String::as_str).collect();
        run.said.push(desk.reports(&time, &events));
        for _ in 0..dice.below(4) {
            let id = run.asked.len() as u64 + 1;
            let order = dice.order(id);
            run.asked.insert(OrderId(id), num(order.split(' ').nth(3).expect("a quantity")));
            desk.place(&order);
        }
        let cancel = dice.below(2 * run.asked.len() as u64 + 1);
        desk.cancel(cancel);
        run.cancels.push(OrderId(cancel));
    }
    run
}

fn config() -> SimConfig {
    SimConfig { slippage_ticks: 1, max_volume_share: Some(num("0.1")), limit_fill: LimitFill::Touch }
}

#[test]
fn the_same_input_twice_gives_the_same_reports() {
    for seed in 0..50 {
        assert_eq!(run(seed, config()), run(seed, config()), "seed {seed}");
    }
}

#[test]
fn no_order_leaves_the_loops_table_or_fills_more_than_it_asked_for() {
    let mut seen = BTreeSet::new();
    for seed in 0..200 {
        let run = run(seed, config());
        let mut orders: BTreeMap<OrderId, (OrderState, Qty)> = BTreeMap::new();
        for (said, cancel) in run.said.iter().zip(&run.cancels) {
            for report in said.iter().filter(|report| report.outcome != Outcome::CancelRefused) {
                let (state, filled) = orders.entry(report.order).or_insert((Submitted, Qty::ZERO));
                let next = next_state(&report.outcome, filled, run.asked[&report.order]);
                assert!(state.may_become(next), "seed {seed}, {:?}: {state:?} to {next:?}", report.order);
                assert!(*filled <= run.asked[&report.order]);
                seen.insert((*state, next));
                *state = next;
            }
            if let Some((state, _)) = orders.get_mut(cancel).filter(|order| order.0.may_become(PendingCancel)) {
                *state = PendingCancel;
            }
        }
    }
    let from = |state| seen.iter().filter(|(from, _)| *from == state).map(|(_, to)| *to).collect::<Vec<_>>();
    assert_eq!(from(Submitted), [Accepted, Rejected]);
    assert_eq!(from(Accepted), [PartiallyFilled, Filled, Canceled, Expired]);
    assert_eq!(from(PartiallyFilled), [PartiallyFilled, Filled, Canceled, Expired]);
    assert_eq!(from(PendingCancel), [Canceled]);
}

fn next_state(outcome: &Outcome, filled: &mut Qty, asked: Qty) -> OrderState {
    match outcome {
        Outcome::Accepted => Accepted,
        Outcome::Rejected(_) => Rejected,
        Outcome::Canceled => Canceled,
        Outcome::Expired => Expired,
        Outcome::Filled { qty, .. } => {
            *filled = filled.checked_add(*qty).expect("in range");
            if *filled == asked { Filled } else { PartiallyFilled }
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn executions_are_numbered_from_one_without_gaps() {
    let run = run(7, config());
    let numbers = run.said.iter().flatten().filter_map(|report| match report.outcome {
        Outcome::Filled { exec, .. } => Some(exec.0),
        _ => None,
    });
    let numbers: Vec<u64> = numbers.collect();
    assert!(numbers.len() > 20);
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
}
