//! One cycle: who is called with what, what is checked, in which order things leave.

use std::sync::{Arc, Mutex};

use expect_test::expect;
use qts_core::{Code, Instrument, Money, Qty, Ratio, Slice, Ts};
use qts_gate::ArbitrationRule;
use qts_gate::policy::FatFinger;
use qts_runtime::{Action, Effects, Input, Record, Registration};

use super::check;
use crate::floor::{A, B, Opening, entry, stock, with};
use crate::script::{script, strategy};

#[test]
fn a_strategy_is_called_once_per_event_of_its_instruments_in_the_order_of_the_slice() {
    let told: Arc<Mutex<Vec<String>>> = Arc::default();
    let notes = Arc::clone(&told);
    let watcher = strategy(move |view, event, _| {
        let line = format!("{} {:?} {}", view.cycle().0, event.instrument, event.price());
        notes.lock().expect("nobody else holds it").push(line);
        Ok(())
    });
    let mut floor = Opening::default().open();
    floor.register(Registration { instruments: vec![B, A, B], ..entry("a", watcher) });
    floor.minute("A 100, A 101, B 50, C 20");
    floor.minute("C 21");
    floor.minute("B 51");
    let told = told.lock().expect("nobody else holds it").join(", ");
    assert_eq!(told, "1 Inst(0) 100, 1 Inst(0) 101, 1 Inst(1) 50, 3 Inst(1) 51");
}

#[test]
fn calls_are_counted_and_conflicts_too() {
    let mut floor = Opening::default().open();
    floor.register(entry("a", script("1 buy 1 A; 1 buy 1 B; 1 buy 1 C @19")));
    floor.register(Registration { instruments: vec![A, B], ..entry("b", script("1 sell 1 A; 1 sell 1 B")) });
    floor.register(entry("c", script("1 sell 1 C @20")));
    let mut effects = Effects::default();
    let bars: Vec<_> = ["A 100", "B 50", "C 20"].iter().flat_map(|bar| floor.events(bar)).collect();
    floor.runtime.step(&Input::Slice(Slice { ts: Ts(bars[0].ts.0), events: bars }), &mut effects);
    assert_eq!((effects.evaluations, effects.conflicts), (8, 2));
}

#[test]
fn withdrawals_leave_first_then_exits_then_by_rank() {
    let positions = vec![("c", B, 5, 50)];
    let mut floor = Opening { positions, ..Opening::default() }.open();
    floor.register(Registration { rank: 7, ..entry("a", script("1 buy 1 A @90 gtc; 3 buy 1 A @91; 3 cancel 1")) });
    floor.register(Registration { rank: 3, ..entry("b", script("3 buy 2 A @92; 3 buy 2 A @89")) });
    floor.register(Registration { rank: 9, ..entry("c", script("3 buy 3 A @93; 3 sell 5 B")) });
    floor.minute("A 100, B 50");
    floor.minute("A 100, B 50");
    check(
        &floor.minute("A 100, B 50"),
        &expect![[r#"
        a wants buy 1 A @91: pass 1
        b wants buy 2 A @92: pass 2
        b wants buy 2 A @89: pass 2
        c wants buy 3 A @93: pass 3
        c wants sell 5 B: pass 5
        cancel 1 of a (script)
        order 2: sell 5 B = c 5
        order 3: buy 2 A @92 = b 2
        order 4: buy 2 A @89 = b 2
        order 5: buy 1 A @91 = a 1
        order 6: buy 3 A @93 = c 3"#]],
    );
}

#[test]
fn sixty_four_things_may_be_asked_for_in_a_cycle_and_one_more_is_too_many() {
    let asks = |count: i32| {
        strategy(move |_, event, out| {
            (0..count).for_each(|_| out.buy(event.instrument, Qty::whole(1), "many"));
            Ok(())
        })
    };
    let mut floor = Opening::default().open();
    floor.register(entry("a", asks(64)));
    floor.register(entry("b", asks(65)));
    floor.minute("A 100");
    assert_eq!((floor.decisions_of("a"), floor.decisions_of("b")), (64, 0));
    floor.minute("A 100, B 50");
    assert_eq!(floor.decisions_of("a"), 64, "over all events of a cycle together");
}

#[test]
fn an_exit_of_the_whole_position_may_be_off_the_lot_and_nothing_else() {
    let board = Instrument { lot: Qty::whole(10), ..stock("A.X") };
    let positions = vec![("a", A, 25, 100), ("b", A, -5, 100), ("c", A, 25, 100)];
    let mut floor = Opening { stocks: vec![board], positions, ..Opening::default() }.open();
    for (name, text) in [("a", "1 sell 25 A"), ("b", "2 buy 5 A"), ("c", "1 sell 24 A; 1 sell 20 A; 2 buy 25 A")] {
        floor.register(Registration { instruments: vec![A], ..entry(name, script(text)) });
    }
    check(
        &[floor.minute("A 100"), floor.minute("A 100")].concat(),
        &expect![[r#"
            c asked for something invalid (intent 0; this counts towards quarantine): the quantity 24 is not a whole number of lots of 10; round it to the lot
            a wants sell 25 A: pass 25
            order 1: sell 25 A = a 25
            fill of 1: 25 at 100 = a 25
            order 1 filled
            c asked for something invalid (intent 0; this counts towards quarantine): the quantity 25 is not a whole number of lots of 10; round it to the lot
            b wants buy 5 A: pass 5
            order 2: buy 5 A = b 5"#]],
    );
}

#[test]
fn a_cross_with_oneself_is_listed_and_changes_nothing() {
    let mut floor = Opening { rule: ArbitrationRule::Net, ..Opening::default() }.open();
    floor.register(entry("a", script("1 buy 5 A; 1 sell 3 A")));
    check(
        &floor.minute("A 100"),
        &expect![[r#"
        a wants buy 5 A: pass 2 + 3 crossed
        a wants sell 3 A: pass 0 + 3 crossed
        cross 3 A at 100: a to a
        order 1: buy 2 A = a 2"#]],
    );
    assert_eq!((floor.position("a", A), floor.runtime.books().cash()), (0, Money::whole(1_000_000)));
}

#[test]
fn twenty_orders_make_a_usual_size_and_ten_times_that_is_a_slip_of_the_finger() {
    let usual = FatFinger { multiple: None, median: Some(Ratio::whole(10)) };
    let policy = Arc::new(with(|controls| controls.fat_finger = Some(usual)));
    let sizes = strategy(|view, event, out| {
        let qty = match view.cycle().0 {
            cycle @ 1..=19 => i32::try_from(cycle).expect("small"),
            20 | 21 => 101,
            _ => 100,
        };
        out.buy(event.instrument, Qty::whole(qty), "size");
        Ok(())
    });
    let mut floor = Opening { cash: 100_000_000, ..Opening::default() }.open();
    floor.register(Registration { policy, ..entry("a", sizes) });
    let blocked: Vec<usize> = (1..=22)
        .filter(|_| {
            floor.minute("A 100");
            let last = floor.records.iter().rev().find_map(|record| match record {
                Record::Decision(decision) => Some(decision.reasons.iter().any(|it| it.code == Code::FatFinger)),
                _ => None,
            });
            last == Some(true)
        })
        .collect();
    // The twentieth order passes, for nineteen tell nothing; of 1 … 19 and 101 the lower median is 10.
    assert_eq!(blocked, [21]);
}

#[test]
fn what_the_operator_sends_for_a_strategy_is_not_its_usual_size() {
    let usual = FatFinger { multiple: None, median: Some(Ratio::whole(10)) };
    let policy = Arc::new(with(|controls| controls.fat_finger = Some(usual)));
    let mut floor = Opening::default().open();
    let text: Vec<String> = (1..=19).map(|cycle| format!("{cycle} buy 1 A")).chain(["22 buy 20 A".into()]).collect();
    floor.register(Registration { policy, ..entry("a", script(&text.join("; "))) });
    for cycle in 1..=22 {
        if cycle == 21 {
            floor.tell("a", Action::Flatten);
        }
        floor.minute("A 100");
    }
    check(
        &floor.lines()[floor.records.len() - 4..],
        &expect![[r#"
        fill of 20: 19 at 100 = a 19
        order 20 filled
        a wants buy 20 A: pass 20
        order 21: buy 20 A = a 20"#]],
    );
}

#[test]
fn a_timer_moves_the_clock_forwards_and_nothing_else() {
    let mut floor = Opening::default().open();
    floor.register(entry("a", script("* buy 1 A")));
    floor.minute("A 100");
    let (hash, start) = (floor.runtime.state_hash(), floor.next_minute().0);
    let clock = [start + 5, start + 3, start + 9].map(|at| {
        let mut effects = Effects::default();
        floor.runtime.step(&Input::Timer(Ts(at)), &mut effects);
        assert!(effects.records.is_empty() && effects.placed.is_empty());
        effects.now.0 - start
    });
    assert_eq!((clock, floor.runtime.state_hash()), ([5, 5, 9], hash));
}
