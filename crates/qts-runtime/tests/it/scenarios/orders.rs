//! Orders at the simulated market: self-trades, merging, partial fills, withdrawals, stops.

use expect_test::expect;
use qts_core::{OrderId, Qty};
use qts_gate::ArbitrationRule;
use qts_loop::StopPolicy;
use qts_runtime::Record;
use qts_venues::sim::{LimitFill, SimConfig};

use super::check;
use crate::floor::{A, Floor, Opening, entry, id, stock};
use crate::script::script;

fn run(floor: &mut Floor, bars: &[&str]) -> Vec<String> {
    bars.iter().flat_map(|bars| floor.minute(bars)).collect()
}

#[test]
fn an_exit_that_meets_an_own_resting_limit_withdraws_it_and_passes_when_asked_again() {
    let mut floor = Opening { positions: vec![("b", A, 6, 100)], ..Opening::default() }.open();
    floor.register(entry("a", script("1 buy 4 A @95 gtc")));
    floor.register(entry("b", script("3 sell 6 A; 4 sell 6 A")));
    check(
        &run(&mut floor, &["A 100"; 5]),
        &expect![[r#"
        a wants buy 4 A @95 gtc: pass 4
        order 1: buy 4 A @95 gtc = a 4
        b wants sell 6 A: block 0 self_trade
        cancel 1 of a (self_trade)
        order 1 canceled
        b wants sell 6 A: pass 6
        order 2: sell 6 A = b 6
        fill of 2: 6 at 100 = b 6
        order 2 filled"#]],
    );
}

#[test]
fn an_entry_that_meets_an_own_resting_limit_is_blocked_and_withdraws_nothing() {
    let mut floor = Opening { positions: vec![("b", A, 6, 100)], ..Opening::default() }.open();
    floor.register(entry("a", script("3 buy 4 A; 3 buy 4 A @104; 4 buy 1 A @105")));
    floor.register(entry("b", script("1 sell 6 A @105 gtc")));
    check(
        &run(&mut floor, &["A 100"; 5]),
        &expect![[r#"
        b wants sell 6 A @105 gtc: pass 6
        order 1: sell 6 A @105 gtc = b 6
        a wants buy 4 A: block 0 self_trade
        a wants buy 4 A @104: pass 4
        order 2: buy 4 A @104 = a 4
        fill of 2: 4 at 100 = a 4
        order 2 filled
        a wants buy 1 A @105: block 0 self_trade"#]],
    );
}

#[test]
fn a_resting_order_is_withdrawn_once_however_many_exits_meet_it() {
    let positions = vec![("b", A, 6, 100), ("c", A, 6, 100)];
    let mut floor = Opening { positions, ..Opening::default() }.open();
    floor.register(entry("a", script("1 buy 4 A @95 gtc; 3 cancel 1")));
    floor.register(entry("b", script("3 sell 6 A")));
    floor.register(entry("c", script("3 sell 3 A; 3 sell 3 A @90")));
    check(
        &run(&mut floor, &["A 100"; 4]),
        &expect![[r#"
        a wants buy 4 A @95 gtc: pass 4
        order 1: buy 4 A @95 gtc = a 4
        b wants sell 6 A: block 0 self_trade
        c wants sell 3 A: block 0 self_trade
        c wants sell 3 A @90: block 0 self_trade
        cancel 1 of a (script)
        order 1 canceled"#]],
    );
}

#[test]
fn partial_fills_of_a_merged_order_are_shared_by_quota_over_batches() {
    let sim = SimConfig { max_volume_share: "1".parse().ok(), ..SimConfig::default() };
    let mut floor = Opening { sim: Some(sim), ..Opening::default() }.open();
    floor.register(entry("a", script("1 buy 6 A")));
    floor.register(entry("b", script("1 buy 3 A")));
    floor.register(entry("c", script("1 buy 1 A")));
    check(
        &run(&mut floor, &["A 100", "A 100 x1", "A 101 x3", "A 102 x1", "A 103 x4", "A 104 x9"]),
        &expect![[r#"
        a wants buy 6 A: pass 6 merged
        b wants buy 3 A: pass 3 merged
        c wants buy 1 A: pass 1 merged
        order 1: buy 10 A = a 6 + b 3 + c 1
        fill of 1: 1 at 100 = a 1
        fill of 1: 3 at 101 = a 2 + b 1
        fill of 1: 1 at 102 = b 1
        fill of 1: 4 at 103 = a 3 + b 1
        fill of 1: 1 at 104 = c 1
        order 1 filled"#]],
    );
    assert_eq!(["a", "b", "c"].map(|name| floor.position(name, A)), [6, 3, 1]);
}

#[test]
fn fees_of_a_merged_fill_are_shared_and_nothing_of_them_is_lost() {
    let share = qts_core::Instrument { commission: "0.0015".parse().expect("a ratio"), ..stock("A.X") };
    let mut floor = Opening { stocks: vec![share], ..Opening::default() }.open();
    for (name, qty) in [("a", 30), ("b", 20), ("c", 17)] {
        let only_a = qts_runtime::Registration {
            instruments: vec![A],
            ..entry(name, script(&format!("1 buy {qty} A; 2 sell {qty} A")))
        };
        floor.register(only_a);
    }
    check(
        &run(&mut floor, &["A 100", "A 100", "A 107"]),
        &expect![[r#"
        a wants buy 30 A: pass 30 merged
        b wants buy 20 A: pass 20 merged
        c wants buy 17 A: pass 17 merged
        order 1: buy 67 A = a 30 + b 20 + c 17
        fill of 1: 67 at 100, fee 10 = a 30 (4) + b 20 (3) + c 17 (3)
        order 1 filled
        a wants sell 30 A: pass 30 merged
        b wants sell 20 A: pass 20 merged
        c wants sell 17 A: pass 17 merged
        order 2: sell 67 A = a 30 + b 20 + c 17
        fill of 2: 67 at 107, fee 11 = a 30 (5) + b 20 (3) + c 17 (3)
        order 2 filled"#]],
    );
}

#[test]
fn in_lots_of_ten_a_part_below_a_lot_is_of_whoever_gets_the_next_lot() {
    let board = qts_core::Instrument { lot: Qty::whole(10), ..stock("A.X") };
    let mut floor = Opening {
        stocks: vec![board],
        positions: vec![("a", A, 25, 100), ("b", A, 10, 100)],
        sim: None,
        ..Opening::default()
    }
    .open();
    floor.register(entry("a", script("1 sell 25 A")));
    floor.register(entry("b", script("1 sell 10 A")));
    let mut story = floor.minute("A 100");
    for (exec, qty) in [(1, 4), (2, 8), (3, 10), (4, 13)] {
        story.extend(floor.report(1, super::reports::filled(exec, qty, 100)));
    }
    check(
        &story,
        &expect![[r#"
        a wants sell 25 A: pass 25 merged
        b wants sell 10 A: pass 10 merged
        order 1: sell 35 A = a 25 + b 10
        fill of 1: 4 at 100 = a 4
        fill of 1: 8 at 100 = a 8
        fill of 1: 10 at 100 = a 10
        fill of 1: 13 at 100 = a 3 + b 10
        order 1 filled"#]],
    );
}

#[test]
fn a_merged_order_is_withdrawn_whole_and_what_was_not_filled_returns_to_each() {
    let sim = SimConfig { max_volume_share: "1".parse().ok(), limit_fill: LimitFill::Touch, ..SimConfig::default() };
    let mut floor = Opening { sim: Some(sim), ..Opening::default() }.open();
    floor.register(entry("a", script("1 buy 6 A @100 gtc; 3 cancel 1")));
    floor.register(entry("b", script("1 buy 4 A @100 gtc; 3 cancel 1; 5 buy 2 A @100 gtc")));
    check(
        &run(&mut floor, &["A 101", "A 100 x5", "A 101", "A 100", "A 100"]),
        &expect![[r#"
        a wants buy 6 A @100 gtc: pass 6 merged
        b wants buy 4 A @100 gtc: pass 4 merged
        order 1: buy 10 A @100 gtc = a 6 + b 4
        fill of 1: 5 at 100 = a 3 + b 2
        cancel 1 of a (script)
        order 1 canceled
        b wants buy 2 A @100 gtc: pass 2
        order 2: buy 2 A @100 gtc = b 2"#]],
    );
    let open = |name: &str| floor.runtime.books().get(&id(name)).map(|book| book.holding(A).open_buy);
    assert_eq!((open("a"), open("b")), (Some(Qty::ZERO), Some(Qty::whole(2))));
}

#[test]
fn what_the_stop_policy_keeps_back_is_recorded_and_reserves_nothing() {
    let stop = StopPolicy { max_iterations: Some(2) };
    let mut floor = Opening { stop, ..Opening::default() }.open();
    floor.register(entry("a", script("1 buy 1 A @90 gtc; 1 buy 2 B @40 gtc; 1 buy 3 C @40 gtc; 3 cancel 1")));
    check(
        &run(&mut floor, &["A 100, B 50, C 50"; 3]),
        &expect![[r#"
            a wants buy 1 A @90 gtc: pass 1
            a wants buy 2 B @40 gtc: pass 2
            a wants buy 3 C @40 gtc: pass 3
            order 1: buy 1 A @90 gtc = a 1
            order 2: buy 2 B @40 gtc = a 2
            halted (Stopped): a 3
            cancel 1 of a (script)
            refused 1: cannot be withdrawn yet: the withdrawal was not sent"#]],
    );
    assert_eq!(floor.runtime.execution().created(), 2);
}

#[test]
fn what_the_broker_rejects_is_free_again() {
    let coarse = qts_core::Instrument { quantity_step: Qty::whole(2), ..stock("A.X") };
    let mut floor =
        Opening { stocks: vec![coarse], positions: vec![("a", A, 9, 100)], sim: None, ..Opening::default() }.open();
    floor.register(entry("a", script("1 sell 4 A; 2 sell 8 A")));
    let mut story = floor.minute("A 100");
    story.extend(floor.report(1, qts_core::Outcome::Rejected("no".into())));
    story.extend(floor.minute("A 100"));
    check(
        &story,
        &expect![[r#"
        a wants sell 4 A: pass 4
        order 1: sell 4 A = a 4
        order 1 rejected: no
        a wants sell 8 A: pass 8
        order 2: sell 8 A = a 8"#]],
    );
}

#[test]
fn a_cross_moves_both_books_and_sends_nothing() {
    let positions = vec![("b", A, 6, 100)];
    let mut floor = Opening { positions, rule: ArbitrationRule::Net, ..Opening::default() }.open();
    floor.register(entry("a", script("1 buy 4 A")));
    floor.register(entry("b", script("1 sell 6 A")));
    check(
        &run(&mut floor, &["A 100", "A 103"]),
        &expect![[r#"
        a wants buy 4 A: pass 0 + 4 crossed
        b wants sell 6 A: pass 2 + 4 crossed
        cross 4 A at 100: b to a
        order 1: sell 2 A = b 2
        fill of 1: 2 at 103 = b 2
        order 1 filled"#]],
    );
    let flow = |name: &str| floor.runtime.books().get(&id(name)).map(|book| book.cash_flow.to_string());
    assert_eq!((flow("a").as_deref(), flow("b").as_deref()), (Some("-400"), Some("606")));
}

#[test]
fn day_orders_expire_with_their_session_and_ioc_with_their_event() {
    let mut floor = Opening::default().open();
    floor.register(entry("a", script("1 buy 1 A @90; 1 buy 2 A @91 gtc; 1 buy 3 A @92 ioc; 1 buy 4 A @93 fok")));
    let mut story = run(&mut floor, &["A 100", "A 100"]);
    floor.sleep();
    story.extend(floor.minute("A 100"));
    check(
        &story,
        &expect![[r#"
        a wants buy 1 A @90: pass 1
        a wants buy 2 A @91 gtc: pass 2
        a wants buy 3 A @92 ioc: pass 3
        a wants buy 4 A @93 fok: pass 4
        order 1: buy 1 A @90 = a 1
        order 2: buy 2 A @91 gtc = a 2
        order 3: buy 3 A @92 ioc = a 3
        order 4: buy 4 A @93 fok = a 4
        order 3 canceled
        order 4 canceled
        order 1 expired"#]],
    );
    let left: Vec<OrderId> =
        floor.runtime.execution().orders().filter(|o| o.ended().is_none()).map(|o| o.request().id()).collect();
    assert_eq!(left, [OrderId(2)]);
}

#[test]
fn every_fill_of_a_late_cycle_belongs_to_an_order_of_an_earlier_one() {
    let mut floor = Opening::default().open();
    floor.register(entry("a", script("* buy 1 A")));
    run(&mut floor, &["A 100"; 4]);
    let story = floor.records.iter().filter_map(|record| match record {
        Record::Sent { order, .. } => Some(format!("sent {}", order.0)),
        Record::Fill { order, .. } => Some(format!("filled {}", order.0)),
        _ => None,
    });
    let want = ["sent 1", "filled 1", "sent 2", "filled 2", "sent 3", "filled 3", "sent 4"];
    assert_eq!(story.collect::<Vec<_>>(), want);
}
