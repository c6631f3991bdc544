//! Several causes on one target: the severest counts, and lifting one leaves the others.

use expect_test::expect;
use qts_core::Mode;
use qts_gate::Supervision;
use qts_runtime::{Action, Target};

use super::super::check;
use super::{levels, minutes, repeated, watched, watched_entry};
use crate::floor::{A, Opening, entry, id};
use crate::script::script;

#[test]
fn lifting_one_cause_leaves_the_others() {
    let policy = watched(Supervision { daily_loss: levels("1", "2", "9"), ..Supervision::default() });
    let mut floor = Opening { cash: 0, positions: vec![("u", A, 100, 100)], policy, ..Opening::default() }.open();
    floor.minute("A 100");
    floor.minute("A 97");
    let mut story = Vec::new();
    let mut modes = vec![floor.runtime.mode()];
    for (action, reason) in [
        (Action::Disable, ""),
        (Action::Kill, "smoke"),
        (Action::Enable, ""),
        (Action::Rearm, "it was toast"),
        (Action::Enable, ""),
        (Action::Enable, ""),
        (Action::Rearm, "the loss was seen"),
        (Action::Rearm, "once more"),
    ] {
        story.extend(floor.command(action, Target::Account, reason));
        modes.push(floor.runtime.mode());
    }
    check(
        &story,
        &expect![[r#"
            command disable the account
            command kill the account (smoke)
            command enable the account: refused, the kill switch is set: re-arm it with a reason
            command rearm the account (it was toast)
            account is no longer killed for killed: re-armed
            command enable the account
            command enable the account: refused, it is reduce_only for `daily_loss`: re-arm it with a reason
            command rearm the account (the loss was seen)
            account is no longer reduce_only for daily_loss: re-armed, measured from 9700
            command rearm the account (once more): refused, nothing is latched for the account"#]],
    );
    use Mode::{Active, Halted, Killed, ReduceOnly};
    assert_eq!(modes, [ReduceOnly, Halted, Killed, Killed, Halted, ReduceOnly, ReduceOnly, Active, Active]);
}

#[test]
fn a_decision_tells_every_cause_of_the_severest_mode() {
    let mut floor = Opening::default().open();
    floor.register(watched_entry("a", repeated(Some(1), None), script("* buy 1 A")));
    floor.minute("A 100");
    floor.command(Action::ReduceOnly, Target::Account, "");
    let mut story = floor.minute("A 100");
    floor.tell("a", Action::ReduceOnly);
    floor.command(Action::Enable, Target::Account, "");
    story.extend(floor.minute("A 100"));
    floor.command(Action::Disable, Target::Instrument(A), "");
    story.extend(floor.minute("A 100"));
    floor.command(Action::Kill, Target::Strategy(id("a")), "");
    story.extend(floor.minute("A 100"));
    check(
        &story,
        &expect![[r#"
            fill of 1: 1 at 100 = a 1
            order 1 filled
            a wants buy 1 A: block 0 repeated_execution reduce_only
            a wants buy 1 A: block 0 repeated_execution reduce_only
            a wants buy 1 A: block 0 halted
            a wants buy 1 A: block 0 killed"#]],
    );
}

#[test]
fn a_latch_is_of_the_id_and_outlives_its_registration() {
    for kill in [true, false] {
        let mut floor = Opening::default().open();
        let same = if kill { 99 } else { 2 };
        let again = || watched_entry("a", repeated(Some(same), None), script("* buy 1 A"));
        floor.register(again());
        minutes(&mut floor, "A 100", 2);
        if kill {
            floor.command(Action::Kill, Target::Strategy(id("a")), "");
        }
        floor.tell("a", Action::Unregister { to_unassigned: true });
        floor.minute("A 100");
        floor.command(Action::Register(Box::new(again())), Target::Account, "");
        let last = floor.minute("A 100").pop().expect("a decision");
        let code = if kill { "killed" } else { "repeated_execution" };
        assert_eq!(last, format!("a wants buy 1 A: block 0 {code}"));
        floor.command(Action::Rearm, Target::Strategy(id("a")), "looked at it");
        let told = floor.minute("A 100");
        assert!(told.contains(&"a wants buy 1 A: pass 1".to_owned()), "{told:?}");
    }
}

#[test]
fn what_cannot_be_rearmed_or_killed_is_refused() {
    let mut floor = Opening::default().open();
    floor.register(entry("a", script("")));
    let mut story = Vec::new();
    let nobody = || Target::Strategy(id("nobody"));
    story.extend(floor.command(Action::Rearm, nobody(), "x"));
    story.extend(floor.command(Action::Kill, nobody(), "x"));
    story.extend(floor.command(Action::Rearm, Target::Strategy(id("a")), "x"));
    story.extend(floor.command(Action::ReduceOnly, Target::Instrument(A), ""));
    story.extend(floor.command(Action::Rearm, Target::Instrument(A), "x"));
    check(
        &story,
        &expect![[r#"
            command rearm strategy `nobody` (x): refused, no strategy `nobody` is registered
            command kill strategy `nobody` (x): refused, no strategy `nobody` is registered
            command rearm strategy `a` (x): refused, nothing is latched for strategy `a`
            command reduce_only instrument `A.X`
            command rearm instrument `A.X` (x)
            A is no longer reduce_only for reduce_only: re-armed"#]],
    );
}

#[test]
fn latches_and_what_supervisors_remember_are_in_the_state_hash() {
    let hash = |limit: u64, minutes_of_trade: usize| {
        let mut floor = Opening::default().open();
        floor.register(watched_entry("a", repeated(Some(limit), None), script("1 buy 1 A; 2 buy 1 A")));
        minutes(&mut floor, "A 100", minutes_of_trade);
        floor.runtime.state_hash()
    };
    assert_eq!(hash(5, 2), hash(5, 2));
    assert_eq!(hash(5, 2), hash(6, 2), "a limit that nothing came near leaves no trace");
    assert_ne!(hash(2, 2), hash(5, 2));
    let unwatched = |watched: bool| {
        let mut floor = Opening::default().open();
        let supervision = if watched { repeated(Some(9), None) } else { Supervision::default() };
        floor.register(watched_entry("a", supervision, script("1 buy 1 A")));
        minutes(&mut floor, "A 100", 1);
        floor.runtime.state_hash()
    };
    assert_ne!(unwatched(true), unwatched(false), "what is counted is state");
}
