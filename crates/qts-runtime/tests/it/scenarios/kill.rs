//! Kill, flatten, halts: what stops, what still passes, and who may lift it.

use expect_test::expect;
use qts_core::Mode;
use qts_runtime::{Action, Target};
use qts_venues::sim::SimConfig;

use super::check;
use crate::floor::{A, B, Opening, entry};
use crate::script::script;

#[test]
fn a_kill_withdraws_what_works_blocks_exits_too_and_lets_flatten_pass() {
    let mut floor = Opening { positions: vec![("a", A, 5, 100)], ..Opening::default() }.open();
    floor.register(entry("a", script("1 sell 2 A @120 gtc; 2 sell 5 A; 2 buy 1 B; 3 sell 5 A")));
    floor.minute("A 100, B 50");
    let mut story = floor.command(Action::Kill, Target::Account, "smoke");
    assert_eq!(floor.runtime.mode(), Mode::Killed);
    story.extend(floor.minute("A 100, B 50"));
    story.extend(floor.command(Action::Flatten, Target::Account, "get out"));
    story.extend(floor.minute("A 101, B 50"));
    story.extend(floor.minute("A 102, B 50"));
    check(
        &story,
        &expect![[r#"
            command kill the account (smoke)
            a wants sell 5 A: block 0 killed
            a wants buy 1 B: block 0 killed
            cancel 1 of operator (unwanted)
            command flatten the account (get out)
            order 1 canceled
            a wants sell 5 A: block 0 killed
            operator for a wants sell 5 A: pass 5
            order 2: sell 5 A = a 5
            fill of 2: 5 at 102 = a 5
            order 2 filled"#]],
    );
    assert_eq!(floor.position("a", A), 0);
}

#[test]
fn only_rearming_with_a_reason_lifts_a_kill() {
    let mut floor = Opening::default().open();
    floor.register(entry("a", script("* buy 1 A")));
    floor.command(Action::Kill, Target::Account, "smoke");
    floor.command(Action::Enable, Target::Account, "please");
    floor.command(Action::ReduceOnly, Target::Account, "a little");
    floor.command(Action::Rearm, Target::Account, " ");
    floor.minute("A 100");
    floor.command(Action::Rearm, Target::Account, "it was toast");
    floor.minute("A 100");
    check(
        &floor.lines(),
        &expect![[r#"
            command kill the account (smoke)
            command enable the account (please): refused, the kill switch is set: re-arm it with a reason
            command reduce_only the account (a little): refused, the kill switch is set: re-arm it with a reason
            command rearm the account ( ): refused, re-arming the account needs a reason
            a wants buy 1 A: block 0 killed
            command rearm the account (it was toast)
            account is no longer killed for killed: re-armed
            a wants buy 1 A: pass 1
            order 1: buy 1 A = a 1"#]],
    );
}

#[test]
fn a_strategy_and_an_instrument_are_killed_alone() {
    let mut floor = Opening::default().open();
    floor.register(entry("a", script("2 buy 1 A; 3 buy 1 A")));
    floor.register(entry("b", script("1 buy 1 A @90 gtc; 1 buy 1 B @40 gtc; 2 buy 2 A; 2 buy 2 B; 3 buy 2 A")));
    floor.minute("A 100, B 50");
    floor.minute("A 100 x0, B 50 x0");
    floor.command(Action::Kill, Target::Strategy(crate::floor::id("a")), "");
    floor.tell("a", Action::Enable);
    let mut story = floor.command(Action::Kill, Target::Instrument(B), "");
    story.extend(floor.minute("A 100, B 50"));
    check(
        &story,
        &expect![[r#"
            command kill instrument `B.X`
            cancel 2 of operator (unwanted)
            order 2 canceled
            fill of 3: 3 at 100 = a 1 + b 2
            order 3 filled
            fill of 4: 2 at 50 = b 2
            order 4 filled
            a wants buy 1 A: block 0 killed
            b wants buy 2 A: pass 2
            order 5: buy 2 A = b 2"#]],
    );
}

#[test]
fn a_halt_blocks_exits_and_is_lifted_by_enabling() {
    let mut floor = Opening { positions: vec![("a", A, 9, 100)], ..Opening::default() }.open();
    floor.register(entry("a", script("* sell 1 A; * buy 1 B")));
    let mut story = Vec::new();
    for action in [Action::Disable, Action::ReduceOnly, Action::Enable] {
        floor.command(action, Target::Account, "");
        story.extend(floor.minute("A 100, B 50"));
    }
    for action in [Action::Disable, Action::Enable] {
        floor.command(action, Target::Instrument(A), "");
        story.extend(floor.minute("A 100, B 50"));
    }
    check(
        &story,
        &expect![[r#"
        a wants sell 1 A: block 0 halted
        a wants buy 1 B: block 0 halted
        a wants sell 1 A: pass 1
        a wants buy 1 B: block 0 reduce_only
        order 1: sell 1 A = a 1
        fill of 1: 1 at 100 = a 1
        order 1 filled
        a wants sell 1 A: pass 1
        a wants buy 1 B: pass 1
        order 2: sell 1 A = a 1
        order 3: buy 1 B = a 1
        fill of 2: 1 at 100 = a 1
        order 2 filled
        fill of 3: 1 at 50 = a 1
        order 3 filled
        a wants sell 1 A: block 0 halted
        a wants buy 1 B: pass 1
        order 4: buy 1 B = a 1
        fill of 4: 1 at 50 = a 1
        order 4 filled
        a wants sell 1 A: pass 1
        a wants buy 1 B: pass 1
        order 5: sell 1 A = a 1
        order 6: buy 1 B = a 1"#]],
    );
}

#[test]
fn the_severest_of_three_modes_counts() {
    let mut floor = Opening { positions: vec![("a", A, 9, 100)], ..Opening::default() }.open();
    floor.register(entry("a", script("* sell 1 A")));
    floor.tell("a", Action::ReduceOnly);
    floor.command(Action::Disable, Target::Instrument(A), "");
    floor.command(Action::ReduceOnly, Target::Account, "");
    check(&floor.minute("A 100"), &expect!["a wants sell 1 A: block 0 halted"]);
}

#[test]
fn flatten_withdraws_orders_sells_what_they_do_not_and_asks_again_until_nothing_is_left() {
    let sim = SimConfig { max_volume_share: "0.1".parse().ok(), ..SimConfig::default() };
    let mut floor = Opening { positions: vec![("a", A, 9, 100)], sim: Some(sim), ..Opening::default() }.open();
    floor.register(entry("a", script("1 sell 4 A @120 gtc")));
    floor.minute("A 100");
    let mut story = floor.tell("a", Action::Flatten);
    story.extend(floor.minute("A 100"));
    story.extend(floor.minute("A 100 x20"));
    story.extend(floor.minute("A 100 x0"));
    floor.sleep();
    for bars in ["A 90 x30", "A 90 x40", "A 90", "A 90"] {
        story.extend(floor.minute(bars));
    }
    check(
        &story,
        &expect![[r#"
            command flatten strategy `a`
            operator for a wants sell 5 A: pass 5
            cancel 1 of operator (unwanted)
            order 2: sell 5 A = a 5
            order 1 canceled
            fill of 2: 2 at 100 = a 2
            operator for a wants sell 4 A: pass 4
            order 3: sell 4 A = a 4
            order 2 expired
            order 3 expired
            operator for a wants sell 7 A: pass 7
            order 4: sell 7 A = a 7
            fill of 4: 4 at 90 = a 4
            fill of 4: 3 at 90 = a 3
            order 4 filled"#]],
    );
    assert_eq!(floor.position("a", A), 0);
}

#[test]
fn flatten_of_the_account_closes_every_book_shorts_and_unassigned_too() {
    let positions = vec![("a", A, 5, 100), ("b", A, -3, 100), ("unassigned", B, 7, 50)];
    let mut floor = Opening { positions, ..Opening::default() }.open();
    floor.register(entry("a", script("2 buy 1 A")));
    floor.register(entry("b", script("")));
    floor.minute("A 100, B 50");
    floor.command(Action::Flatten, Target::Account, "closing time");
    let story: Vec<String> = (0..4).flat_map(|_| floor.minute("A 100, B 50")).collect();
    check(
        &story,
        &expect![[r#"
        a wants buy 1 A: block 0 opposing_intent
        operator for a wants sell 5 A: pass 2 + 3 crossed
        operator for b wants buy 3 A: pass 0 + 3 crossed
        operator for unassigned wants sell 7 B: pass 7
        cross 3 A at 100: a to b
        order 1: sell 7 B = unassigned 7
        order 2: sell 2 A = a 2
        fill of 2: 2 at 100 = a 2
        order 2 filled
        fill of 1: 7 at 50 = unassigned 7
        order 1 filled"#]],
    );
    assert_eq!(floor.runtime.books().positions().map(|all| all.len()), Some(0));
}

#[test]
fn flatten_gets_through_though_the_strategy_keeps_sending_orders() {
    let mut floor = Opening { positions: vec![("a", A, 9, 100)], ..Opening::default() }.open();
    floor.register(entry("a", script("1 buy 1 A @90 gtc; 2 buy 1 A @89 gtc; 3 buy 1 A @88 gtc; 3 sell 4 A @120 gtc")));
    floor.minute("A 100");
    let mut story = floor.tell("a", Action::Flatten);
    for _ in 0..5 {
        story.extend(floor.minute("A 100"));
    }
    check(
        &story,
        &expect![[r#"
            command flatten strategy `a`
            a wants buy 1 A @89 gtc: block 0 opposing_intent
            operator for a wants sell 9 A: block 0 self_trade
            cancel 1 of operator (unwanted)
            order 1 canceled
            a wants buy 1 A @88 gtc: block 0 opposing_intent
            a wants sell 4 A @120 gtc: pass 4
            operator for a wants sell 9 A: pass 9
            order 2: sell 9 A = a 9
            order 3: sell 4 A @120 gtc = a 4
            fill of 2: 9 at 100 = a 9
            order 2 filled
            cancel 3 of operator (unwanted)
            order 3 canceled"#]],
    );
    assert!(floor.runtime.books().get(&crate::floor::id("a")).is_some_and(qts_core::Book::is_flat));
}

#[test]
fn flatten_stops_asking_after_five_rejections_in_a_row_and_says_so() {
    let mut floor = Opening { positions: vec![("a", A, 9, 100)], sim: None, ..Opening::default() }.open();
    floor.register(entry("a", script("")));
    floor.minute("A 100");
    floor.tell("a", Action::Flatten);
    let mut story = Vec::new();
    for order in 1..=5 {
        floor.minute("A 100");
        story = floor.report(order, qts_core::Outcome::Rejected("no".into()));
    }
    story.extend(floor.minute("A 100"));
    // Told anew, it asks anew; a fill shows that orders do go through.
    story.extend(floor.tell("a", Action::Flatten));
    story.extend(floor.minute("A 100"));
    check(
        &story,
        &expect![[r#"
        refused 5: the broker rejected 5 orders in a row to close A.X of `a`: no more are sent; look why, then flatten again
        order 5 rejected: no
        command flatten strategy `a`
        operator for a wants sell 9 A: pass 9
        order 6: sell 9 A = a 9"#]],
    );
}

#[test]
fn flatten_waits_for_orders_that_may_still_fill() {
    let mut floor = Opening { sim: None, ..Opening::default() }.open();
    floor.register(entry("a", script("1 buy 4 A @90")));
    floor.minute("A 100");
    let mut story = floor.tell("a", Action::Flatten);
    story.extend(floor.minute("A 100"));
    story.extend(floor.report(1, super::reports::filled(1, 4, 90)));
    story.extend(floor.minute("A 100"));
    check(
        &story,
        &expect![[r#"
            command flatten strategy `a`
            fill of 1: 4 at 90 = a 4
            order 1 filled
            operator for a wants sell 4 A: pass 4
            order 2: sell 4 A = a 4"#]],
    );
}

#[test]
fn flatten_of_an_instrument_leaves_the_others_alone() {
    let positions = vec![("a", A, 5, 100), ("a", B, 6, 50), ("b", B, 7, 50)];
    let mut floor = Opening { positions, ..Opening::default() }.open();
    floor.register(entry("a", script("")));
    floor.register(entry("b", script("")));
    floor.minute("A 100, B 50");
    floor.command(Action::Flatten, Target::Instrument(B), "");
    floor.minute("A 100, B 50");
    floor.minute("A 100, B 50");
    assert_eq!([floor.position("a", A), floor.position("a", B), floor.position("b", B)], [5, 0, 0]);
}
