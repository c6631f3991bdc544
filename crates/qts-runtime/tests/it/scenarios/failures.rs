//! Strategies that fail: counted, dropped whole, quarantined.

use std::sync::Arc;

use expect_test::expect;
use qts_core::MarketEvent;
use qts_gate::StrategyState;
use qts_runtime::{Action, QuarantineRule, Registration, RegistryError};
use qts_strategy::{Intents, Strategy, StrategyError, View};

use super::check;
use crate::floor::{A, Opening, entry, id};
use crate::script::{idle, script};

fn quarantine(failures: usize, within_cycles: u64) -> Opening {
    Opening { quarantine: QuarantineRule { failures, within_cycles, max_intents_per_cycle: 64 }, ..Opening::default() }
}

/// The cycle in which `script` is quarantined, of so many.
fn quarantined_at(opening: Opening, text: &str, cycles: u64) -> Option<u64> {
    let mut floor = opening.open();
    floor.register(entry("f", script(text)));
    (1..=cycles).find(|_| floor.minute("A 100").iter().any(|line| line == "f is quarantined"))
}

#[test]
fn the_third_failure_within_a_thousand_cycles_quarantines() {
    let defaults = Opening::default();
    assert_eq!((defaults.quarantine.failures, defaults.quarantine.within_cycles), (3, 1000));
    assert_eq!(quarantined_at(defaults.clone(), "1 error; 2 error; 1000 error", 1_100), Some(1_000));
    assert_eq!(quarantined_at(defaults, "1 error; 2 error; 1001 error; 1003 error", 1_100), None);
}

#[test]
fn every_kind_of_failure_counts_alike() {
    for failure in ["error", "flood", "buy -1 A", "buy 0 A", "buy 1.5 A", "buy 1 Z", "buy 1 A @0", "buy 1 A @99.5"] {
        let text = format!("2 {failure}; 3 {failure}");
        assert_eq!(quarantined_at(quarantine(2, 10), &text, 5), Some(3), "{failure}");
    }
}

#[test]
fn a_panic_quarantines_at_once() {
    assert_eq!(quarantined_at(Opening::default(), "1 buy 1 A; 2 panic; 3 buy 1 A", 5), Some(2));
}

#[test]
fn failures_are_counted_by_cycle_and_their_intents_dropped_whole() {
    let mut floor = quarantine(3, 4).open();
    floor.register(entry(
        "f",
        script("1 buy 1 A; 1 error; 2 buy 1 A; 2 buy -1 B; 3 buy 1 A; 6 error; 7 flood; 8 error"),
    ));
    let story: Vec<String> = (1..=9).flat_map(|_| floor.minute("A 100, B 100")).collect();
    check(
        &story,
        &expect![[r#"
            f returned an error: on purpose
            f asked for something invalid (intent 1; this counts towards quarantine): the quantity is not above zero
            f wants buy 1 A: pass 1
            order 1: buy 1 A = f 1
            fill of 1: 1 at 100 = f 1
            order 1 filled
            f returned an error: on purpose
            f asked for 1000 things in one cycle
            f returned an error: on purpose
            f is quarantined"#]],
    );
    assert_eq!(floor.runtime.registry().iter().next().map(|(_, _, failures)| failures), Some(5));
}

#[test]
fn a_withdrawal_asked_for_by_a_failing_strategy_is_dropped_too() {
    let mut floor = Opening::default().open();
    floor.register(entry("f", script("1 buy 1 A @90 gtc; 3 cancel 1; 3 error; 4 cancel 1")));
    floor.minute("A 100");
    check(
        &[floor.minute("A 100"), floor.minute("A 100"), floor.minute("A 100")].concat(),
        &expect![[r#"
            f returned an error: on purpose
            cancel 1 of f (script)"#]],
    );
}

#[test]
fn a_quarantined_strategy_loses_its_orders_keeps_its_position_and_may_be_enabled() {
    let mut floor = Opening::default().open();
    floor.register(entry("f", script("1 buy 2 A; 2 sell 2 A @110 gtc; 3 panic; 5 buy 1 A; 6 buy 1 A")));
    for _ in 0..3 {
        floor.minute("A 100");
    }
    let story = [floor.minute("A 120"), floor.minute("A 120"), floor.tell("f", Action::Enable), floor.minute("A 120")];
    check(
        &story.concat(),
        &expect![[r#"
            order 2 canceled
            command enable strategy `f`
            f wants buy 1 A: pass 1
            order 3: buy 1 A = f 1"#]],
    );
    assert_eq!(floor.position("f", A), 2);
}

#[test]
fn after_enabling_it_takes_the_full_number_of_failures_again() {
    let mut floor = quarantine(2, 100).open();
    floor.register(entry("f", script("1 error; 2 error; 4 error; 6 error")));
    let mut at = Vec::new();
    for cycle in 1..=7 {
        if cycle == 4 {
            floor.tell("f", Action::Enable);
        }
        if floor.minute("A 100").iter().any(|line| line.contains("quarantined")) {
            at.push(cycle);
        }
    }
    assert_eq!(at, [2, 6]);
}

#[test]
fn after_a_failure_it_is_not_called_again_in_that_cycle() {
    let mut floor = Opening::default().open();
    let fails_on_a = crate::script::strategy(|_, event, out| {
        out.buy(event.instrument, qts_core::Qty::whole(1), "first");
        if event.instrument == A { Err(qts_strategy::StrategyError("on A".into())) } else { Ok(()) }
    });
    floor.register(entry("f", fails_on_a));
    check(
        &[floor.minute("A 100, B 100"), floor.minute("B 100")].concat(),
        &expect![[r#"
        f returned an error: on A
        f wants buy 1 B: pass 1
        order 1: buy 1 B = f 1"#]],
    );
}

#[test]
fn withdrawing_somebody_elses_order_is_a_failure_and_an_order_that_is_gone_is_not() {
    let mut floor = Opening::default().open();
    floor.register(entry("a", script("1 buy 1 A @90 gtc")));
    floor.register(entry("f", script("3 cancel 1; 4 cancel 7")));
    floor.minute("A 100");
    floor.minute("A 100");
    let story = [floor.minute("A 100"), floor.minute("A 100"), floor.tell("a", Action::Disable), floor.minute("A 100")];
    check(
        &story.concat(),
        &expect![[r#"
            f asked for something invalid (intent 0; this counts towards quarantine): the order to withdraw is somebody else's
            command disable strategy `a`
            cancel 1 of operator (unwanted)
            order 1 canceled"#]],
    );
}

#[test]
fn one_that_panics_when_it_is_made_is_refused_and_the_run_goes_on() {
    let mut floor = Opening::default().open();
    floor.register(entry("a", script("* buy 1 A")));
    let stillborn = Registration { factory: Arc::new(|| panic!("on purpose")), ..entry("f", idle()) };
    let asleep = Registration { state: StrategyState::Disabled, ..stillborn.clone() };
    assert_eq!(floor.runtime.registry().register(stillborn), Err(RegistryError::Panicked(id("f"))));
    floor.register(asleep);
    let story = [floor.tell("f", Action::Enable), floor.minute("A 100")];
    check(
        &story.concat(),
        &expect![[r#"
            command enable strategy `f`: refused, strategy `f` panicked when it was made: mend it
            a wants buy 1 A: pass 1
            order 1: buy 1 A = a 1"#]],
    );
    assert_eq!(floor.runtime.registry().standings()[&id("f")].state, StrategyState::Disabled);
}

/// Panics when it is called and when it is let go.
struct Torn;

impl Strategy for Torn {
    fn on_event(&mut self, _: &View<'_>, _: &MarketEvent, _: &mut Intents) -> Result<(), StrategyError> {
        panic!("called")
    }
}

impl Drop for Torn {
    fn drop(&mut self) {
        panic!("let go")
    }
}

#[test]
fn one_that_panics_even_when_it_is_let_go_takes_nothing_down() {
    let mut floor = Opening::default().open();
    floor.register(entry("a", script("* buy 1 A")));
    for name in ["f", "g"] {
        floor.register(Registration { factory: Arc::new(|| Box::new(Torn)), ..entry(name, idle()) });
    }
    floor.tell("g", Action::Disable);
    check(
        &floor.minute("A 100"),
        &expect![[r#"
        f panicked: called
        f is quarantined
        a wants buy 1 A: pass 1
        order 1: buy 1 A = a 1"#]],
    );
}
