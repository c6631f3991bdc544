//! What the operator may do with strategies while they run.

use expect_test::expect;
use qts_core::{Cycle, StrategyId};
use qts_gate::StrategyState;
use qts_runtime::{Action, Command, RegistryError, Target, When};

use super::check;
use crate::floor::{A, Floor, Opening, entry, id};
use crate::script::{idle, script, strategy};

fn register(name: &str, text: &str) -> Action {
    Action::Register(Box::new(entry(name, script(text))))
}

fn state_of(floor: &mut Floor, name: &str) -> StrategyState {
    floor.runtime.registry().standings()[&id(name)].state
}

const DROP: Action = Action::Unregister { to_unassigned: false };
const HAND_OVER: Action = Action::Unregister { to_unassigned: true };

#[test]
fn a_strategy_registered_during_a_run_trades_from_the_next_slice() {
    let mut floor = Opening::default().open();
    floor.register(entry("a", script("* buy 1 A")));
    floor.minute("A 100");
    floor.command(register("b", "* buy 2 A"), Target::Account, "more");
    check(
        &floor.minute("A 100"),
        &expect![[r#"
            fill of 1: 1 at 100 = a 1
            order 1 filled
            a wants buy 1 A: pass 1 merged
            b wants buy 2 A: pass 2 merged
            order 2: buy 3 A = a 1 + b 2"#]],
    );
}

#[test]
fn an_id_that_is_taken_or_reserved_is_refused_and_nothing_changes() {
    let mut floor = Opening::default().open();
    floor.register(entry("a", script("* buy 1 A")));
    floor.command(register("a", "* buy 9 A"), Target::Account, "again");
    floor.command(register("operator", "* buy 9 A"), Target::Account, "");
    floor.command(register("unassigned", "* buy 9 A"), Target::Account, "");
    floor.minute("A 100");
    check(
        &floor.lines(),
        &expect![[r#"
            command register strategy `a` (again): refused, strategy `a` is registered already: ids are unique, choose another
            command register strategy `operator`: refused, `operator` is reserved: choose another id
            command register strategy `unassigned`: refused, `unassigned` is reserved: choose another id
            a wants buy 1 A: pass 1
            order 1: buy 1 A = a 1"#]],
    );
}

#[test]
fn only_a_flat_strategy_is_unregistered_without_an_heir() {
    let mut floor = Opening::default().open();
    floor.register(entry("a", script("1 buy 5 A; 3 sell 5 A")));
    floor.minute("A 100");
    let while_an_order_works = floor.tell("a", DROP);
    floor.minute("A 100");
    let while_it_holds = floor.tell("a", DROP);
    floor.minute("A 100");
    floor.minute("A 100");
    let when_flat = floor.tell("a", DROP);
    let once_more = floor.tell("a", DROP);
    check(
        &[while_an_order_works, while_it_holds, when_flat, once_more].concat(),
        &expect![[r#"
            command unregister strategy `a`: refused, the book of `a` is not flat: flatten it first, or say to = "unassigned"
            command unregister strategy `a`: refused, the book of `a` is not flat: flatten it first, or say to = "unassigned"
            command unregister strategy `a`
            command unregister strategy `a`: refused, no strategy `a` is registered"#]],
    );
    assert!(floor.runtime.registry().is_empty());
}

#[test]
fn what_an_unregistered_strategy_held_and_had_working_is_nobodys() {
    let mut floor = Opening::default().open();
    floor.register(entry("a", script("1 buy 5 A; 2 sell 3 A @110 gtc; 2 sell 1 A @120 gtc")));
    floor.register(entry("b", script("2 sell 4 A @110 gtc")));
    floor.minute("A 100");
    floor.minute("A 100");
    let told = floor.tell("a", HAND_OVER);
    assert_eq!((floor.position("a", A), floor.position("unassigned", A)), (0, 5));
    let unassigned = floor.runtime.books().get(&StrategyId::unassigned()).expect("a book").holding(A);
    assert_eq!(unassigned.open_sell, qts_core::Qty::whole(4));
    check(
        &[told, floor.minute("A 111"), floor.minute("A 111")].concat(),
        &expect![[r#"
            command unregister strategy `a`
            fill of 2: 7 at 111 = unassigned 3 + b 4
            order 2 filled
            cancel 3 of operator (unwanted)
            order 3 canceled"#]],
    );
}

#[test]
fn a_disabled_strategy_sees_nothing_loses_its_orders_and_keeps_its_position() {
    let mut floor = Opening::default().open();
    floor.register(entry("a", script("1 buy 5 A; 2 sell 5 A @110 gtc; 4 buy 1 A; 5 buy 1 A")));
    floor.minute("A 100");
    floor.minute("A 100");
    floor.minute("A 100");
    let told = floor.tell("a", Action::Disable);
    check(
        &[told, floor.minute("A 120"), floor.minute("A 120")].concat(),
        &expect![[r#"
            command disable strategy `a`
            cancel 2 of operator (unwanted)
            order 2 canceled"#]],
    );
    assert_eq!(floor.position("a", A), 5);
}

#[test]
fn enabled_again_it_is_a_fresh_instance_that_warms_up_anew() {
    let mut floor = Opening::default().open();
    let mut calls = 0;
    floor.register(entry(
        "a",
        strategy(move |_, event, out| {
            calls += 1;
            if calls == 3 {
                out.buy(event.instrument, qts_core::Qty::whole(1), "warm");
            }
            Ok(())
        }),
    ));
    let mut decided = Vec::new();
    for cycle in 1..=9 {
        match cycle {
            3 => drop(floor.tell("a", Action::Disable)),
            5 => drop(floor.tell("a", Action::Enable)),
            _ => {}
        }
        floor.minute("A 100");
        decided.push(floor.decisions_of("a"));
    }
    assert_eq!(decided, [0, 0, 0, 0, 0, 0, 1, 1, 1]);
}

#[test]
fn changing_among_waking_states_keeps_the_instance() {
    let mut floor = Opening::default().open();
    let mut calls = 0;
    let count = strategy(move |_, event, out| {
        calls += 1;
        out.buy(event.instrument, qts_core::Qty::whole(calls), "count");
        Ok(())
    });
    floor.register(entry("a", count));
    let mut story = Vec::new();
    for action in [Action::Shadow, Action::ReduceOnly, Action::Enable] {
        floor.tell("a", action);
        story.extend(floor.minute("A 100"));
    }
    check(
        &story,
        &expect![[r#"
        a wants buy 1 A: block 0 shadow
        a wants buy 2 A: block 0 reduce_only
        a wants buy 3 A: pass 3
        order 1: buy 3 A = a 3"#]],
    );
}

#[test]
fn in_reduce_only_an_exit_passes_and_what_goes_beyond_does_not() {
    let mut floor = Opening { positions: vec![("a", A, 5, 100)], ..Opening::default() }.open();
    floor.register(entry("a", script("1 buy 1 A; 2 sell 8 A")));
    floor.tell("a", Action::ReduceOnly);
    check(
        &[floor.minute("A 100"), floor.minute("A 100")].concat(),
        &expect![[r#"
        a wants buy 1 A: block 0 reduce_only
        a wants sell 8 A: reduce 5 reduce_only
        order 1: sell 5 A = a 5"#]],
    );
}

#[test]
fn a_shadow_is_judged_and_recorded_and_sends_nothing() {
    let mut floor = Opening { positions: vec![("a", A, 5, 100)], ..Opening::default() }.open();
    floor.register(entry("a", script("1 buy 1 A; 2 sell 5 A")));
    floor.register(entry("b", script("2 buy 3 A")));
    floor.tell("a", Action::Shadow);
    check(
        &[floor.minute("A 100"), floor.minute("A 100")].concat(),
        &expect![[r#"
        a wants buy 1 A: block 0 shadow
        a wants sell 5 A: block 0 shadow
        b wants buy 3 A: pass 3
        order 1: buy 3 A = b 3"#]],
    );
}

#[test]
fn commands_come_due_by_time_and_by_cycle_each_once_in_the_order_written() {
    let mut floor = Opening::default().open();
    floor.register(entry("a", script("* buy 1 A")));
    let tell = |action, name: &str, reason: &str| Command {
        action,
        target: Target::Strategy(id(name)),
        reason: reason.to_owned(),
    };
    let third = qts_core::Ts(floor.next_minute().0 + 2 * 60_000_000_000);
    floor.scheduled(vec![
        (When::At(third), tell(Action::Enable, "a", "by time")),
        (When::Cycle(Cycle(2)), tell(Action::Disable, "a", "by cycle")),
        (When::Cycle(Cycle(3)), tell(Action::ReduceOnly, "a", "by cycle, written later")),
        (When::Cycle(Cycle(9)), tell(Action::Enable, "a", "never")),
    ]);
    let story: Vec<String> = (1..=4).flat_map(|_| floor.minute("A 100")).collect();
    check(
        &story,
        &expect![[r#"
            a wants buy 1 A: pass 1
            order 1: buy 1 A = a 1
            command disable strategy `a` (by cycle)
            fill of 1: 1 at 100 = a 1
            order 1 filled
            command enable strategy `a` (by time)
            command reduce_only strategy `a` (by cycle, written later)
            a wants buy 1 A: block 0 reduce_only
            a wants buy 1 A: block 0 reduce_only"#]],
    );
    assert_eq!(floor.schedule.len(), 1);
}

#[test]
fn what_cannot_be_done_is_said_and_changes_nothing() {
    let mut floor = Opening::default().open();
    floor.register(entry("a", idle()));
    floor.tell("b", Action::Enable);
    floor.tell("b", Action::Flatten);
    floor.tell("b", Action::Kill);
    floor.tell("b", DROP);
    floor.command(Action::Shadow, Target::Account, "");
    floor.command(DROP, Target::Instrument(A), "");
    check(
        &floor.lines(),
        &expect![[r#"
            command enable strategy `b`: refused, no strategy `b` is registered
            command flatten strategy `b`: refused, no strategy `b` is registered
            command kill strategy `b`: refused, no strategy `b` is registered
            command unregister strategy `b`: refused, no strategy `b` is registered
            command shadow the account: refused, `shadow` is only for a strategy
            command unregister instrument `A.X`: refused, `unregister` is only for a strategy"#]],
    );
    assert_eq!(state_of(&mut floor, "a"), StrategyState::Active);
}

#[test]
fn the_registry_itself_says_what_is_wrong() {
    let mut floor = Opening::default().open();
    let registry = floor.runtime.registry();
    assert_eq!(registry.register(entry("a", idle())), Ok(()));
    assert_eq!(registry.register(entry("a", idle())), Err(RegistryError::Duplicate(id("a"))));
    assert_eq!(registry.register(entry("operator", idle())), Err(RegistryError::Reserved(id("operator"))));
    assert_eq!(registry.unregister(&id("b")), Err(RegistryError::Unknown(id("b"))));
    assert_eq!(registry.iter().map(|(id, name, _)| format!("{id} {name}")).collect::<Vec<_>>(), ["a A"]);
}
