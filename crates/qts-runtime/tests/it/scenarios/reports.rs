//! What brokers say, also when it comes late, twice, or out of turn. The test speaks for the broker.

use expect_test::expect;
use qts_core::{ExecId, Money, Outcome, Price, Qty};
use qts_loop::OrderState;
use qts_runtime::Action;

use super::check;
use crate::floor::{A, Floor, Opening, entry, id};
use crate::script::script;

pub(super) fn filled(exec: u64, qty: i32, price: i32) -> Outcome {
    Outcome::Filled { exec: ExecId(exec), qty: Qty::whole(qty), price: Price::whole(price), fee: Money::ZERO }
}

/// `a` and `b` have an order of 6 and 4 shares together, accepted; it is order 1.
fn shared_order() -> Floor {
    let mut floor = Opening { sim: None, ..Opening::default() }.open();
    floor.register(entry("a", script("1 buy 6 A @100 gtc; 2 cancel 1; 3 cancel 1")));
    floor.register(entry("b", script("1 buy 4 A @100 gtc")));
    floor.minute("A 101");
    floor.report(1, Outcome::Accepted);
    floor
}

fn told(floor: &mut Floor, outcomes: Vec<Outcome>) -> Vec<String> {
    outcomes.into_iter().flat_map(|outcome| floor.report(1, outcome)).collect()
}

fn positions(floor: &Floor) -> [i64; 3] {
    ["a", "b", "unassigned"].map(|name| floor.position(name, A))
}

#[test]
fn a_fill_after_a_withdrawal_is_booked_to_its_owners_and_told_as_late() {
    let mut floor = shared_order();
    floor.minute("A 101");
    check(
        &told(&mut floor, vec![filled(1, 3, 100), Outcome::Canceled, filled(2, 2, 100)]),
        &expect![[r#"
        fill of 1: 3 at 100 = a 2 + b 1
        order 1 canceled
        late fill of 1: 2 at 100 = a 1 + b 1"#]],
    );
    assert_eq!(positions(&floor), [3, 2, 0]);
}

#[test]
fn what_exceeds_an_order_is_nobodys() {
    let mut floor = shared_order();
    check(
        &told(&mut floor, vec![filled(1, 9, 100), filled(2, 4, 100), filled(3, 5, 101)]),
        &expect![[r#"
        fill of 1: 9 at 100 = a 6 + b 3
        fill of 1: 4 at 100 = b 1 + unassigned 3
        order 1 filled
        late fill of 1: 5 at 101 = unassigned 5"#]],
    );
    assert_eq!(positions(&floor), [6, 4, 8]);
}

#[test]
fn an_execution_told_twice_is_booked_once() {
    let mut floor = shared_order();
    check(
        &told(&mut floor, vec![filled(1, 3, 100), filled(1, 3, 100), filled(2, 3, 100)]),
        &expect![[r#"
        fill of 1: 3 at 100 = a 2 + b 1
        refused 1: an execution told twice
        fill of 1: 3 at 100 = a 2 + b 1"#]],
    );
    assert_eq!(positions(&floor), [4, 2, 0]);
}

#[test]
fn what_the_table_does_not_have_and_unknown_orders_are_refused_and_shown() {
    let mut floor = shared_order();
    let mut story = told(&mut floor, vec![Outcome::Rejected("too late".into()), Outcome::CancelRefused]);
    story.extend(told(&mut floor, vec![Outcome::Expired, Outcome::Accepted, Outcome::Canceled]));
    story.extend(floor.report(7, filled(9, 1, 100)));
    check(
        &story,
        &expect![[r#"
            refused 1: the order was acknowledged before; if it is gone, say that it was canceled or expired
            refused 1: nobody waits for its withdrawal; nothing to do
            order 1 expired
            refused 1: the order was over already; nothing to do
            refused 1: the order was over already; nothing to do
            refused 7: nobody knows this order: it was filled, 1 at 100"#]],
    );
    assert_eq!(positions(&floor), [0, 0, 0]);
}

#[test]
fn a_refused_withdrawal_may_be_asked_for_again() {
    let mut floor = shared_order();
    let mut story = floor.minute("A 101");
    story.extend(floor.minute("A 101"));
    story.extend(told(&mut floor, vec![Outcome::CancelRefused]));
    story.extend(floor.tell("a", Action::Disable));
    story.extend(told(&mut floor, vec![Outcome::CancelRefused]));
    story.extend(floor.minute("A 101"));
    story.extend(told(&mut floor, vec![filled(1, 10, 100)]));
    story.extend(floor.minute("A 101"));
    check(
        &story,
        &expect![[r#"
            cancel 1 of a (script)
            command disable strategy `a`
            cancel 1 of operator (unwanted)
            cancel 1 of operator (unwanted)
            fill of 1: 10 at 100 = a 6 + b 4
            order 1 filled"#]],
    );
}

#[test]
fn a_withdrawal_that_is_not_possible_yet_is_asked_for_as_soon_as_it_is() {
    let mut floor = Opening { sim: None, ..Opening::default() }.open();
    floor.register(entry("a", script("1 buy 6 A @100 gtc; 2 cancel 1")));
    let mut story = floor.minute("A 101");
    story.extend(floor.minute("A 101"));
    story.extend(told(&mut floor, vec![Outcome::Accepted]));
    story.extend(floor.minute("A 101"));
    story.extend(told(&mut floor, vec![Outcome::Canceled]));
    check(
        &story,
        &expect![[r#"
        a wants buy 6 A @100 gtc: pass 6
        order 1: buy 6 A @100 gtc = a 6
        cancel 1 of a (script)
        refused 1: cannot be withdrawn yet: the broker has not acknowledged it
        cancel 1 of operator (unwanted)
        order 1 canceled"#]],
    );
}

#[test]
fn a_timeout_leaves_an_order_in_doubt_and_its_shares_reserved_until_it_is_cleared() {
    let mut floor = shared_order();
    told(&mut floor, vec![Outcome::Timeout]);
    let order = |floor: &Floor| floor.runtime.execution().order(qts_core::OrderId(1)).map(qts_loop::Order::state);
    let open = |floor: &Floor| floor.runtime.books().get(&id("a")).map(|book| book.holding(A).open_buy.to_string());
    assert_eq!((order(&floor), open(&floor).as_deref()), (Some(OrderState::InDoubt), Some("6")));
    check(
        &told(&mut floor, vec![filled(1, 5, 100), Outcome::Timeout, Outcome::NeverArrived]),
        &expect![[r#"
            fill of 1: 5 at 100 = a 3 + b 2
            A is no longer halted for unreconciled: resolved
            A trips unreconciled: halted, unknown of unknown
            order 1 neverarrived
            A is no longer halted for unreconciled: resolved"#]],
    );
    assert_eq!((order(&floor), open(&floor).as_deref()), (Some(OrderState::Terminal), Some("0")));
}

#[test]
fn an_own_market_order_at_work_is_not_withdrawn_for_an_exit() {
    let mut floor = Opening { positions: vec![("b", A, 5, 100)], sim: None, ..Opening::default() }.open();
    floor.register(entry("a", script("1 buy 6 A")));
    floor.register(entry("b", script("2 sell 5 A; 3 sell 5 A")));
    let mut story = floor.minute("A 100");
    story.extend(told(&mut floor, vec![Outcome::Accepted]));
    story.extend(floor.minute("A 100"));
    story.extend(told(&mut floor, vec![filled(1, 6, 100)]));
    story.extend(floor.minute("A 100"));
    check(
        &story,
        &expect![[r#"
        a wants buy 6 A: pass 6
        order 1: buy 6 A = a 6
        b wants sell 5 A: block 0 self_trade
        fill of 1: 6 at 100 = a 6
        order 1 filled
        b wants sell 5 A: pass 5
        order 2: sell 5 A = b 5"#]],
    );
}

#[test]
fn a_late_fill_of_a_strategy_that_left_is_nobodys() {
    let mut floor = Opening { sim: None, ..Opening::default() }.open();
    floor.register(entry("a", script("1 buy 6 A @100 gtc; 2 cancel 1")));
    floor.minute("A 101");
    floor.report(1, Outcome::Accepted);
    floor.minute("A 101");
    floor.report(1, Outcome::Canceled);
    floor.tell("a", Action::Unregister { to_unassigned: false });
    check(&told(&mut floor, vec![filled(1, 2, 100)]), &expect!["late fill of 1: 2 at 100 = unassigned 2"]);
    assert_eq!(positions(&floor), [0, 0, 2]);
}

#[test]
fn a_partial_fill_does_not_forget_that_the_withdrawal_was_refused() {
    let mut floor = shared_order();
    floor.minute("A 101");
    told(&mut floor, vec![filled(1, 1, 100), Outcome::CancelRefused]);
    check(&floor.minute("A 101"), &expect!["cancel 1 of a (script)"]);
}
