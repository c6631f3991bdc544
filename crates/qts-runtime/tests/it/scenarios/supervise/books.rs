//! A9 and E5: books against the broker's, orders in doubt, the link.

use std::collections::BTreeMap;

use expect_test::expect;
use qts_core::{Inst, Mode, Outcome, Qty, Ts};
use qts_runtime::{Action, Input, PositionReport, Target};

use super::super::check;
use crate::floor::{A, B, Floor, Opening, entry};
use crate::script::script;
use crate::words;

/// The broker says what it holds: everything, or only some of it.
fn tell(floor: &mut Floor, held: &[(Inst, Option<i32>)], is_complete: bool) -> Vec<String> {
    let positions: BTreeMap<Inst, Option<Qty>> = held.iter().map(|(inst, qty)| (*inst, qty.map(Qty::whole))).collect();
    let report = PositionReport { ts: Ts(0), positions, is_complete };
    floor.step(&Input::Positions(report)).iter().map(words::line).collect()
}

fn link(floor: &mut Floor, is_up: bool) -> Vec<String> {
    floor.step(&Input::Link { ts: Ts(0), is_up }).iter().map(words::line).collect()
}

/// `a` holds five of A, and wants one more of A and of B, and to sell one of A, in turn.
fn trading() -> Floor {
    let mut floor =
        Opening { positions: vec![("a", A, 5, 100), ("unassigned", A, 2, 100)], ..Opening::default() }.open();
    floor.register(entry("a", script("2 buy 1 A; 2 buy 1 B; 3 sell 1 A; 4 buy 1 A; 5 buy 1 A")));
    floor.minute("A 100, B 50");
    floor
}

#[test]
fn where_the_broker_holds_something_else_only_what_reduces_may_go_until_it_matches() {
    let mut floor = trading();
    let mut story = tell(&mut floor, &[(A, Some(7000))], false);
    story.extend(floor.minute("A 100, B 50"));
    story.extend(floor.minute("A 100, B 50"));
    story.extend(floor.command(Action::Rearm, Target::Instrument(A), "surely fine"));
    story.extend(floor.command(Action::Enable, Target::Instrument(A), "please"));
    story.extend(floor.minute("A 100, B 50"));
    story.extend(tell(&mut floor, &[(A, Some(6))], false));
    story.extend(floor.minute("A 100, B 50"));
    check(
        &story,
        &expect![[r#"
            A trips unreconciled: reduce_only, 7000 of 7
            a wants buy 1 A: block 0 unreconciled
            a wants buy 1 B: pass 1
            order 1: buy 1 B = a 1
            fill of 1: 1 at 50 = a 1
            order 1 filled
            a wants sell 1 A: pass 1
            order 2: sell 1 A = a 1
            command rearm instrument `A.X` (surely fine): refused, instrument `A.X` is reduce_only for `unreconciled`: that is lifted when its ground is gone, not by a command
            command enable instrument `A.X` (please): refused, it is reduce_only for `unreconciled`: that goes when its ground goes
            fill of 2: 1 at 100 = a 1
            order 2 filled
            a wants buy 1 A: block 0 unreconciled
            A is no longer reduce_only for unreconciled: resolved
            a wants buy 1 A: pass 1
            order 3: buy 1 A = a 1"#]],
    );
}

#[test]
fn a_match_is_no_news_and_one_share_is_a_mismatch() {
    let mut floor = trading();
    assert_eq!(tell(&mut floor, &[(A, Some(7)), (B, Some(0))], true), [""; 0]);
    check(&tell(&mut floor, &[(A, Some(8))], false), &expect!["A trips unreconciled: reduce_only, 8 of 7"]);
    check(&tell(&mut floor, &[(A, Some(7))], false), &expect!["A is no longer reduce_only for unreconciled: resolved"]);
    check(&tell(&mut floor, &[(A, Some(6))], false), &expect!["A trips unreconciled: reduce_only, 6 of 7"]);
}

#[test]
fn what_a_complete_report_does_not_name_is_not_there() {
    let mut floor = trading();
    assert_eq!(tell(&mut floor, &[(B, Some(0))], false), [""; 0], "it says nothing about A");
    check(&tell(&mut floor, &[], true), &expect!["A trips unreconciled: reduce_only, 0 of 7"]);
}

#[test]
fn unknown_is_unreconciled_only_where_the_broker_told_before() {
    let mut floor = trading();
    assert_eq!(tell(&mut floor, &[(A, None)], false), [""; 0], "never told of");
    assert_eq!(tell(&mut floor, &[(A, Some(7))], false), [""; 0]);
    check(&tell(&mut floor, &[(A, None)], false), &expect!["A trips unreconciled: reduce_only, unknown of unknown"]);
    check(&tell(&mut floor, &[(A, Some(7))], false), &expect!["A is no longer reduce_only for unreconciled: resolved"]);
}

#[test]
fn one_order_in_doubt_freezes_its_instrument_until_nothing_in_it_is() {
    let mut floor = Opening { sim: None, ..Opening::default() }.open();
    floor.register(entry("a", script("1 buy 1 A; 1 buy 1 A @99; 2 sell 1 A; 2 buy 1 B; 3 buy 2 A; 4 buy 2 A")));
    floor.minute("A 100, B 50");
    let mut story = floor.report(1, Outcome::Timeout);
    story.extend(floor.report(2, Outcome::Timeout));
    story.extend(floor.minute("A 100, B 50"));
    story.extend(floor.report(1, Outcome::NeverArrived));
    story.extend(floor.minute("A 100, B 50"));
    story.extend(floor.report(2, Outcome::Accepted));
    story.extend(floor.minute("A 100, B 50"));
    check(
        &story,
        &expect![[r#"
            A trips unreconciled: halted, unknown of unknown
            a wants sell 1 A: block 0 unreconciled
            a wants buy 1 B: pass 1
            order 3: buy 1 B = a 1
            order 1 neverarrived
            a wants buy 2 A: block 0 unreconciled
            A is no longer halted for unreconciled: resolved
            a wants buy 2 A: pass 2
            order 4: buy 2 A = a 2"#]],
    );
}

#[test]
fn a_lost_link_halts_wants_orders_withdrawn_and_a_matching_report_after_it_lifts_the_halt() {
    let mut floor = Opening { positions: vec![("a", A, 5, 100)], sim: None, ..Opening::default() }.open();
    floor.register(entry("a", script("1 buy 1 A @90 gtc; 2 sell 5 A; 3 sell 5 A; 4 sell 5 A; 5 sell 5 A @200")));
    floor.minute("A 100");
    floor.report(1, Outcome::Accepted);
    let mut story = link(&mut floor, false);
    story.extend(floor.minute("A 100"));
    story.extend(tell(&mut floor, &[(A, Some(5))], true));
    story.extend(floor.command(Action::Rearm, Target::Account, "it looks fine"));
    story.extend(link(&mut floor, true));
    story.extend(floor.minute("A 100"));
    story.extend(tell(&mut floor, &[(A, Some(5))], false));
    story.extend(tell(&mut floor, &[(A, Some(4))], true));
    story.extend(floor.minute("A 100"));
    assert_eq!(floor.runtime.mode(), Mode::Halted);
    story.extend(tell(&mut floor, &[(A, Some(5))], true));
    assert_eq!(floor.runtime.mode(), Mode::Active);
    story.extend(floor.minute("A 100"));
    check(
        &story,
        &expect![[r#"
            link down
            account trips unreconciled: halted, unknown of unknown
            a wants sell 5 A: block 0 unreconciled
            command rearm the account (it looks fine): refused, the account is halted for `unreconciled`: that is lifted when its ground is gone, not by a command
            link up
            cancel 1 of operator (unwanted)
            a wants sell 5 A: block 0 unreconciled
            A trips unreconciled: reduce_only, 4 of 5
            a wants sell 5 A: block 0 unreconciled
            A is no longer reduce_only for unreconciled: resolved
            account is no longer halted for unreconciled: resolved
            a wants sell 5 A @200: pass 5
            order 2: sell 5 A @200 = a 5"#]],
    );
}

#[test]
fn a_flatten_waits_for_the_link() {
    let mut floor = Opening { positions: vec![("a", A, 5, 100)], ..Opening::default() }.open();
    floor.register(entry("a", script("")));
    floor.minute("A 100");
    link(&mut floor, false);
    let mut story = floor.command(Action::Flatten, Target::Account, "get out");
    story.extend(floor.minute("A 100"));
    story.extend(link(&mut floor, true));
    story.extend(floor.minute("A 100"));
    check(
        &story,
        &expect![[r#"
            command flatten the account (get out)
            link up
            operator for a wants sell 5 A: pass 5
            order 1: sell 5 A = a 5"#]],
    );
}
