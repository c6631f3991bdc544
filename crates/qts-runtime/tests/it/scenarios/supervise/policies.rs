//! Another policy at run time.

use std::sync::Arc;

use expect_test::expect;
use qts_core::Qty;
use qts_gate::RiskPolicy;
use qts_gate::policy::{OrderSize, Size, Thresholds};
use qts_runtime::{Action, Record, Registration, Target};

use super::super::check;
use super::{minutes, repeated, supervised, watched, watched_entry};
use crate::floor::{A, Floor, Opening, account_with, entry, id, with};
use crate::script::script;

fn size(id: &str, shares: i32) -> RiskPolicy {
    let limit = Some(Thresholds::limit(OrderSize::Shares(Qty::whole(shares))));
    RiskPolicy { id: id.into(), ..with(|controls| controls.max_order_qty = limit) }
}

fn set(floor: &mut Floor, target: Target, policy: &RiskPolicy, reason: &str) -> Vec<String> {
    floor.command(Action::SetPolicy(Arc::new(policy.clone())), target, reason)
}

#[test]
fn a_tighter_policy_is_taken_at_once_and_a_looser_one_with_a_reason() {
    let mut floor = Opening::default().open();
    floor.register(entry("a", script("* buy 9 A")));
    let a = || Target::Strategy(id("a"));
    let mut story = floor.minute("A 100");
    story.extend(set(&mut floor, a(), &size("five", 5), ""));
    story.extend(floor.minute("A 100"));
    story.extend(set(&mut floor, a(), &size("seven", 7), " "));
    story.extend(floor.minute("A 100"));
    story.extend(set(&mut floor, a(), &size("seven", 7), "agreed with the desk"));
    story.extend(floor.minute("A 100"));
    check(
        &story,
        &expect![[r#"
            a wants buy 9 A: pass 9
            order 1: buy 9 A = a 9
            command set_policy strategy `a` to `five`
            a has policy five, version 2
            fill of 1: 9 at 100 = a 9
            order 1 filled
            a wants buy 9 A: reduce 5 max_order_qty
            order 2: buy 5 A = a 5
            command set_policy strategy `a` to `seven` ( ): refused, policy `seven` may admit more (max_order_qty): say why
            fill of 2: 5 at 100 = a 5
            order 2 filled
            a wants buy 9 A: reduce 5 max_order_qty
            order 3: buy 5 A = a 5
            command set_policy strategy `a` to `seven` (agreed with the desk)
            a has policy seven, version 3, looser: max_order_qty
            fill of 3: 5 at 100 = a 5
            order 3 filled
            a wants buy 9 A: reduce 7 max_order_qty
            order 4: buy 7 A = a 7"#]],
    );
}

#[test]
fn the_accounts_policy_is_set_by_its_own_controls() {
    let mut floor = Opening::default().open();
    floor.register(entry("a", script("* buy 9 A")));
    let limit = |shares| Some(Thresholds::limit(Size::Shares(Qty::whole(shares))));
    let of = |id: &str, shares| RiskPolicy { id: id.into(), ..account_with(|set| set.max_long = limit(shares)) };
    let mut story = set(&mut floor, Target::Account, &of("small", 4), "");
    story.extend(floor.minute("A 100"));
    // Looser for strategies, but that is not what the account's policy does.
    let mut tighter = of("smaller", 2);
    tighter.supervision.failure_breaker = None;
    story.extend(set(&mut floor, Target::Account, &tighter, ""));
    story.extend(set(&mut floor, Target::Account, &of("large", 40), ""));
    check(
        &story,
        &expect![[r#"
            command set_policy the account to `small`
            account has policy small, version 2
            a wants buy 9 A: reduce 4 max_long
            order 1: buy 4 A = a 4
            command set_policy the account to `smaller`
            account has policy smaller, version 3
            command set_policy the account to `large`: refused, policy `large` may admit more (max_long): say why"#]],
    );
}

#[test]
fn what_was_counted_is_held_against_a_tighter_policy_at_once() {
    let mut floor = Opening::default().open();
    floor.register(watched_entry("a", repeated(Some(5), None), script("* buy 1 A")));
    minutes(&mut floor, "A 100", 3);
    let below = watched(repeated(Some(4), None));
    assert_eq!(supervised(&set(&mut floor, Target::Strategy(id("a")), &below, "")), [""; 0]);
    let reached = watched(repeated(Some(2), None));
    let mut story = set(&mut floor, Target::Strategy(id("a")), &reached, "");
    story.extend(minutes(&mut floor, "A 100", 1).into_iter().filter(|line| line.contains(" wants ")));
    check(
        &story,
        &expect![[r#"
        command set_policy strategy `a` to `validity_only`
        a has policy validity_only, version 3
        a trips repeated_execution: reduce_only, 3 of 2
        a wants buy 1 A: block 0 repeated_execution"#]],
    );
}

#[test]
fn nobody_else_has_one() {
    let mut floor = Opening::default().open();
    let mut story = set(&mut floor, Target::Instrument(A), &size("five", 5), "x");
    story.extend(set(&mut floor, Target::Strategy(id("nobody")), &size("five", 5), "x"));
    check(
        &story,
        &expect![[r#"
            command set_policy instrument `A.X` to `five` (x): refused, an instrument has no policy: name a strategy, or none
            command set_policy strategy `nobody` to `five` (x): refused, no strategy `nobody` is registered"#]],
    );
}

#[test]
fn orders_on_their_way_stay_and_the_hash_tells_the_policies_apart() {
    let run = |policy: Option<RiskPolicy>| {
        let mut floor = Opening { sim: None, ..Opening::default() }.open();
        floor.register(entry("a", script("1 buy 9 A @90 gtc")));
        floor.minute("A 100");
        if let Some(policy) = policy {
            set(&mut floor, Target::Strategy(id("a")), &policy, "");
        }
        minutes(&mut floor, "A 100", 1);
        assert_eq!(floor.runtime.execution().orders().count(), 1);
        let hash = floor.records.iter().find_map(|record| match record {
            Record::PolicySet { hash, .. } => Some(hash.clone()),
            _ => None,
        });
        (floor.runtime.state_hash(), hash)
    };
    let (none, of_none) = run(None);
    let (five, of_five) = run(Some(size("x", 5)));
    let (six, of_six) = run(Some(size("x", 6)));
    assert_eq!(of_none, None);
    assert_eq!(run(Some(size("x", 5))), (five.clone(), of_five.clone()));
    assert!(none != five && five != six && of_five != of_six);
    assert_eq!(of_five.map(|hash| hash.len()), Some(64));
}

#[test]
fn who_leaves_and_comes_back_does_not_shed_its_policy() {
    let mut floor = Opening::default().open();
    let a = || Target::Strategy(id("a"));
    let under = |policy: RiskPolicy| Registration { policy: Arc::new(policy), ..entry("a", script("* buy 9 A")) };
    floor.register(under(size("five", 5)));
    let mut story = Vec::new();
    let go = || Action::Unregister { to_unassigned: true };
    for (policy, reason) in
        [(size("seven", 7), ""), (size("five", 5), ""), (size("six", 6), "agreed"), (size("six", 6), "")]
    {
        story.extend(floor.command(go(), a(), ""));
        story.extend(floor.command(Action::Register(Box::new(under(policy))), a(), reason));
        story.extend(floor.minute("A 100"));
    }
    check(
        &story,
        &expect![[r#"
            command unregister strategy `a`
            command register strategy `a`: refused, policy `seven` may admit more (max_order_qty): say why
            command unregister strategy `a`: refused, no strategy `a` is registered
            command register strategy `a`
            a wants buy 9 A: reduce 5 max_order_qty
            order 1: buy 5 A = a 5
            command unregister strategy `a`
            command register strategy `a` (agreed)
            a has policy six, version 2, looser: max_order_qty
            fill of 1: 5 at 100 = unassigned 5
            order 1 filled
            a wants buy 9 A: reduce 6 max_order_qty
            order 2: buy 6 A = a 6
            command unregister strategy `a`
            command register strategy `a`
            fill of 2: 6 at 100 = unassigned 6
            order 2 filled
            a wants buy 9 A: reduce 6 max_order_qty
            order 3: buy 6 A = a 6"#]],
    );
}
