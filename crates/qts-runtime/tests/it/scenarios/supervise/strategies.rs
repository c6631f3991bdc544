//! D3, D4 and the escalation of warnings: each watches one strategy under its own policy.

use expect_test::expect;
use qts_core::{Outcome, Span};
use qts_gate::Supervision;
use qts_gate::policy::{OrderSize, Thresholds};
use qts_gate::supervision::Within;
use qts_runtime::{Action, Registration, Target};

use super::super::check;
use super::{minutes, repeated, supervised, watched, watched_entry, within_a_minute};
use crate::floor::{A, Opening, entry, id};
use crate::script::script;

#[test]
fn the_fifth_order_of_a_kind_trips_and_the_sixth_is_blocked() {
    let mut floor = Opening::default().open();
    floor.register(watched_entry("a", repeated(Some(5), None), script("* buy 1 A")));
    let mut story = minutes(&mut floor, "A 100", 4);
    assert_eq!(supervised(&story), [""; 0]);
    story = floor.minute("A 100");
    story.extend(floor.minute("A 100"));
    check(
        &story,
        &expect![[r#"
            fill of 4: 1 at 100 = a 1
            order 4 filled
            a wants buy 1 A: pass 1
            order 5: buy 1 A = a 1
            a trips repeated_execution: reduce_only, 5 of 5
            fill of 5: 1 at 100 = a 1
            order 5 filled
            a wants buy 1 A: block 0 repeated_execution"#]],
    );
}

#[test]
fn kinds_are_counted_apart_and_so_are_sessions_but_the_latch_outlives_both() {
    let mut floor = Opening { positions: vec![("a", A, 50, 100)], ..Opening::default() }.open();
    let steps = "1 buy 1 A; 2 buy 1 A; 3 sell 1 A; 4 sell 1 A; 5 buy 1 B; 6 buy 1 B; 7 buy 1 A; 8 buy 1 A; 9 buy 1 A; \
                 10 buy 1 A; 10 sell 1 A";
    floor.register(watched_entry("a", repeated(Some(3), None), script(steps)));
    minutes(&mut floor, "A 100, B 50", 6);
    floor.sleep();
    let mut story = minutes(&mut floor, "A 100, B 50", 3);
    floor.sleep();
    story.extend(floor.minute("A 100, B 50"));
    assert_eq!(supervised(&floor.lines()).len(), 1);
    check(
        &story,
        &expect![[r#"
            order 6 expired
            a wants buy 1 A: pass 1
            order 7: buy 1 A = a 1
            fill of 7: 1 at 100 = a 1
            order 7 filled
            a wants buy 1 A: pass 1
            order 8: buy 1 A = a 1
            fill of 8: 1 at 100 = a 1
            order 8 filled
            a wants buy 1 A: pass 1
            order 9: buy 1 A = a 1
            a trips repeated_execution: reduce_only, 3 of 3
            order 9 expired
            a wants buy 1 A: block 0 repeated_execution
            a wants sell 1 A: pass 1
            order 10: sell 1 A = a 1"#]],
    );
}

#[test]
fn all_orders_of_a_session_have_a_limit_of_their_own() {
    let mut floor = Opening::default().open();
    floor.register(watched_entry("a", repeated(Some(5), Some(6)), script("* buy 1 A; * buy 1 B; * buy 1 C")));
    minutes(&mut floor, "A 100, B 50, C 20", 1);
    check(
        &supervised(&minutes(&mut floor, "A 100, B 50, C 20", 2)),
        &expect!["a trips repeated_execution: reduce_only, 6 of 6"],
    );
}

#[test]
fn a_merged_order_counts_once_for_each_of_its_senders_and_the_operators_not_at_all() {
    let mut floor = Opening { positions: vec![("b", A, 9, 100)], ..Opening::default() }.open();
    floor.register(watched_entry("a", repeated(Some(3), None), script("* buy 1 A; * buy 2 A")));
    floor.register(watched_entry("b", repeated(Some(2), None), script("1 buy 1 A; 9 sell 1 A")));
    let mut story = minutes(&mut floor, "A 100", 2);
    assert_eq!(supervised(&story), [""; 0], "two orders, though four proposals of a");
    floor.tell("b", Action::Flatten);
    story = minutes(&mut floor, "A 100", 3);
    check(&supervised(&story), &expect!["a trips repeated_execution: reduce_only, 3 of 3"]);
}

#[test]
fn a_latched_strategy_is_rearmed_with_a_reason_and_counted_anew() {
    let mut floor = Opening::default().open();
    floor.register(watched_entry("a", repeated(Some(2), None), script("* buy 1 A")));
    minutes(&mut floor, "A 100", 2);
    let target = || Target::Strategy(id("a"));
    let mut story = floor.command(Action::Enable, target(), "please");
    story.extend(floor.minute("A 100"));
    story.extend(floor.command(Action::Rearm, target(), ""));
    story.extend(floor.command(Action::Rearm, target(), "looked at it"));
    story.extend(minutes(&mut floor, "A 100", 3));
    story.extend(floor.command(Action::Rearm, Target::Account, "why not"));
    check(
        &story,
        &expect![[r#"
            command enable strategy `a` (please)
            fill of 2: 1 at 100 = a 1
            order 2 filled
            a wants buy 1 A: block 0 repeated_execution
            command rearm strategy `a`: refused, re-arming strategy `a` needs a reason
            command rearm strategy `a` (looked at it)
            a is no longer reduce_only for repeated_execution: re-armed
            a wants buy 1 A: pass 1
            order 3: buy 1 A = a 1
            fill of 3: 1 at 100 = a 1
            order 3 filled
            a wants buy 1 A: pass 1
            order 4: buy 1 A = a 1
            a trips repeated_execution: reduce_only, 2 of 2
            fill of 4: 1 at 100 = a 1
            order 4 filled
            a wants buy 1 A: block 0 repeated_execution
            command rearm the account (why not): refused, nothing is latched for the account"#]],
    );
}

#[test]
fn the_breaker_counts_what_the_strategys_own_order_failed() {
    let mut floor = Opening::default().open();
    let collar = Thresholds { warn: None, limit: None, block: "0.02".parse().ok() };
    let mut watched = watched(Supervision { failure_breaker: within_a_minute(3), ..Supervision::default() });
    watched.strategy.price_collar = Some(collar);
    watched.strategy.max_long = Some(Thresholds::limit(qts_gate::policy::Size::Shares(qts_core::Qty::ZERO)));
    let steps = "1 buy 1 A @150; 1 buy 1 A; 1 sell 1 A @60; 2 buy 1 A @151; 3 buy 1 A";
    floor.register(Registration { policy: std::sync::Arc::new(watched), ..entry("a", script(steps)) });
    check(
        &minutes(&mut floor, "A 100", 3),
        &expect![[r#"
            a wants buy 1 A @150: block 0 price_collar max_long
            a wants buy 1 A: block 0 max_long
            a wants sell 1 A @60: block 0 price_collar
            a wants buy 1 A @151: block 0 price_collar max_long
            a trips failure_breaker: halted, 3 of 3
            a wants buy 1 A: block 0 max_long failure_breaker"#]],
    );
}

#[test]
fn failures_longer_ago_than_the_window_are_forgotten() {
    for (window, trips) in [(119, false), (120, true)] {
        let mut floor = Opening::default().open();
        let failure_breaker = Some(Within { count: 3, window: Span::SECOND.times(window) });
        let watched = Supervision { failure_breaker, ..Supervision::default() };
        let mut policy = watched_entry("a", watched, script("* buy 1 A @150"));
        let mut with_collar = (*policy.policy).clone();
        with_collar.strategy.price_collar = Some(Thresholds { warn: None, limit: None, block: "0.02".parse().ok() });
        policy.policy = std::sync::Arc::new(with_collar);
        floor.register(policy);
        let story = minutes(&mut floor, "A 100", 9);
        assert_eq!(supervised(&story).is_empty(), !trips, "{window} s: {story:?}");
    }
}

#[test]
fn a_broker_that_refuses_trips_the_breaker_of_everybody_in_the_order() {
    let mut floor = Opening { sim: None, ..Opening::default() }.open();
    let watched = Supervision { failure_breaker: within_a_minute(2), ..Supervision::default() };
    floor.register(watched_entry("a", watched, script("1 buy 1 A; 1 buy 1 B; 2 buy 1 B")));
    floor.register(watched_entry("b", watched, script("1 buy 1 A; 2 buy 1 B")));
    floor.minute("A 100, B 50");
    let no = || Outcome::Rejected("no".into());
    let mut story = floor.report(1, no());
    story.extend(floor.report(2, no()));
    story.extend(floor.minute("A 100, B 50"));
    check(
        &story,
        &expect![[r#"
            order 1 rejected: no
            order 2 rejected: no
            a trips failure_breaker: halted, 2 of 2
            a wants buy 1 B: block 0 failure_breaker
            b wants buy 1 B: pass 1
            order 3: buy 1 B = b 1"#]],
    );
}

#[test]
fn what_others_are_the_cause_of_is_no_failure_of_the_strategy() {
    // A mode, a conflict, the account's limits, shadow, and a missing price.
    let mut policy = watched(Supervision::default());
    policy.account.max_long = Some(Thresholds::limit(qts_gate::policy::Size::Shares(qts_core::Qty::ZERO)));
    let mut floor = Opening { positions: vec![("b", A, 9, 100)], policy, ..Opening::default() }.open();
    let watched = Supervision { failure_breaker: within_a_minute(1), ..Supervision::default() };
    floor.register(watched_entry("a", watched, script("1 buy 1 A; 2 buy 1 A; 2 buy 1 C; 3 buy 1 B; 4 buy 1 A")));
    floor.register(entry("b", script("2 sell 1 A")));
    let mut story = minutes(&mut floor, "A 100, B 50", 2);
    floor.command(Action::Disable, Target::Instrument(crate::floor::B), "");
    story.extend(floor.minute("A 100, B 50"));
    floor.tell("a", Action::Shadow);
    story.extend(floor.minute("A 100, B 50"));
    check(
        &story,
        &expect![[r#"
            a wants buy 1 A: block 0 max_long
            a wants buy 1 A: block 0 opposing_intent
            a wants buy 1 C: block 0 no_market_data
            b wants sell 1 A: pass 1
            order 1: sell 1 A = b 1
            fill of 1: 1 at 100 = b 1
            order 1 filled
            a wants buy 1 B: block 0 halted
            a wants buy 1 A: block 0 shadow"#]],
    );
}

#[test]
fn what_could_not_be_measured_is_no_failure_of_the_strategy() {
    // Four minutes without a price of B: the collar has nothing to measure from.
    let mut floor = Opening::default().open();
    let mut watched = watched(Supervision { failure_breaker: within_a_minute(2), ..Supervision::default() });
    watched.strategy.price_collar = Some(Thresholds { warn: None, limit: None, block: "0.02".parse().ok() });
    let steps = "5 buy 1 B @50; 5 buy 2 B @50; 6 buy 1 A @150; 6 buy 2 A @150; 7 buy 1 A @100";
    floor.register(Registration { policy: std::sync::Arc::new(watched), ..entry("a", script(steps)) });
    floor.minute("A 100, B 50");
    check(
        &minutes(&mut floor, "A 100", 6),
        &expect![[r#"
            a wants buy 1 B @50: block 0 price_collar
            a wants buy 2 B @50: block 0 price_collar
            a wants buy 1 A @150: block 0 price_collar
            a wants buy 2 A @150: block 0 price_collar
            a trips failure_breaker: halted, 2 of 2
            a wants buy 1 A @100: block 0 failure_breaker"#]],
    );
}

/// Warned of `max_order_qty` above one share; cycles with their numbers of orders.
fn warned(count: u64, steps: &str) -> Registration {
    let mut policy = watched(Supervision { warn_escalation: within_a_minute(count), ..Supervision::default() });
    let one = OrderSize::Shares(qts_core::Qty::whole(1));
    policy.strategy.max_order_qty = Some(Thresholds { warn: Some(one), limit: None, block: None });
    policy.strategy.max_open_orders = Some(Thresholds { warn: Some(0), limit: None, block: None });
    Registration { policy: std::sync::Arc::new(policy), ..entry("a", script(steps)) }
}

#[test]
fn the_same_warning_so_often_within_the_window_leaves_only_exits() {
    // Two codes a minute: each is counted by itself.
    for (count, trips) in [(4, true), (5, false)] {
        let mut floor = Opening::default().open();
        floor.register(warned(count, "* buy 2 A; * buy 3 B"));
        let story = minutes(&mut floor, "A 100, B 50", 2);
        assert_eq!(supervised(&story).len(), usize::from(trips), "{count}: {story:?}");
    }
    let mut floor = Opening::default().open();
    floor.register(warned(3, "1 buy 2 A; 1 buy 2 B; 2 buy 2 A; 3 buy 2 A; 3 sell 2 A"));
    check(
        &minutes(&mut floor, "A 100, B 50", 3),
        &expect![[r#"
            a wants buy 2 A: warn 2 max_order_qty max_open_orders
            a wants buy 2 B: warn 2 max_order_qty max_open_orders
            order 1: buy 2 A = a 2
            order 2: buy 2 B = a 2
            fill of 1: 2 at 100 = a 2
            order 1 filled
            fill of 2: 2 at 50 = a 2
            order 2 filled
            a wants buy 2 A: warn 2 max_order_qty max_open_orders
            order 3: buy 2 A = a 2
            a trips warn_escalation: reduce_only, 3 of 3
            fill of 3: 2 at 100 = a 2
            order 3 filled
            a wants buy 2 A: block 0 max_order_qty max_open_orders warn_escalation
            a wants sell 2 A: warn 2 max_order_qty max_open_orders
            order 4: sell 2 A = a 2"#]],
    );
}

#[test]
fn an_invalid_intent_is_a_failure_for_the_host_and_none_for_the_breaker() {
    let mut floor = Opening::default().open();
    let watched = Supervision { failure_breaker: within_a_minute(1), ..Supervision::default() };
    floor.register(watched_entry("a", watched, script("1 buy 1 A @100.5; 2 buy 1 A")));
    let story = minutes(&mut floor, "A 100", 2);
    assert_eq!((supervised(&story).len(), floor.decisions_of("a")), (0, 1), "{story:?}");
}
