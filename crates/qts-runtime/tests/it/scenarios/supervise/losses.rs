//! E1 and E2: what the account lost today, and how far it fell.

use expect_test::expect;
use qts_core::Mode;
use qts_gate::Supervision;
use qts_runtime::{Action, Target};

use super::super::check;
use super::{levels, minutes, repeated, supervised, watched, watched_entry, worth};
use crate::floor::{A, Floor, Opening, entry};
use crate::script::script;

/// 100 shares at 100 and no cash: a price of 99 is a loss of one per cent. `a` wants one more share, and to sell one.
fn holding(supervision: Supervision) -> Floor {
    let policy = watched(supervision);
    let mut floor = Opening { cash: 0, positions: vec![("u", A, 100, 100)], policy, ..Opening::default() }.open();
    floor.register(entry("a", script("* buy 1 C")));
    floor.register(entry("u", script("* sell 1 A")));
    floor
}

fn daily(warn: &str, limit: &str, block: &str) -> Supervision {
    Supervision { daily_loss: levels(warn, limit, block), ..Supervision::default() }
}

fn falling(warn: &str, limit: &str, block: &str) -> Supervision {
    Supervision { drawdown: levels(warn, limit, block), ..Supervision::default() }
}

/// The mode after each of these prices, all on one day.
fn modes(supervision: Supervision, prices: &[&str]) -> Vec<&'static str> {
    let policy = watched(supervision);
    let mut floor = Opening { cash: 0, positions: vec![("u", A, 100, 100)], policy, ..Opening::default() }.open();
    let step = |price: &&str| {
        floor.minute(&format!("A {price}"));
        floor.runtime.mode().as_str()
    };
    prices.iter().map(step).collect()
}

#[test]
fn at_a_level_nothing_happens_and_above_it_the_mode_is_set() {
    let watched = daily("1", "2", "3");
    assert_eq!(modes(watched, &["100", "98"]), ["active", "active"], "exactly two per cent");
    assert_eq!(modes(watched, &["100", "97.99"]), ["active", "reduce_only"]);
    assert_eq!(modes(watched, &["100", "97"]), ["active", "reduce_only"], "exactly three");
    assert_eq!(modes(watched, &["100", "96.99"]), ["active", "halted"]);
    let watched = falling("5", "8", "10");
    assert_eq!(modes(watched, &["100", "92"]), ["active", "active"]);
    assert_eq!(modes(watched, &["100", "91.99"]), ["active", "reduce_only"]);
    assert_eq!(modes(watched, &["100", "90", "89.99"]), ["active", "reduce_only", "halted"]);
    // From the highest, not from the first: eight per cent of 125 is 115.
    assert_eq!(modes(watched, &["100", "125", "115", "114.99"]), ["active", "active", "active", "reduce_only"]);
    // A bare limit is also the block; a warning alone holds nobody back.
    let bare = Supervision {
        daily_loss: Some(qts_gate::policy::Thresholds::limit("0.02".parse().expect("a ratio"))),
        ..Supervision::default()
    };
    assert_eq!(modes(bare, &["100", "98", "97.99"]), ["active", "active", "halted"]);
}

#[test]
fn a_recovery_lifts_neither_and_the_next_day_only_the_days_loss() {
    let both = Supervision { drawdown: levels("1", "4", "9"), ..daily("1", "2", "3") };
    let mut floor = holding(both);
    let mut story = minutes(&mut floor, "A 100, C 10", 1);
    story.extend(floor.minute("A 95, C 10"));
    story.extend(floor.minute("A 120, C 10"));
    floor.sleep();
    story.extend(floor.minute("A 120, C 10"));
    let of_interest = |line: &String| !line.starts_with("order ") && !line.starts_with("fill ");
    check(
        &story.into_iter().filter(of_interest).collect::<Vec<_>>(),
        &expect![[r#"
            a wants buy 1 C: pass 1
            u wants sell 1 A: pass 1
            account trips daily_loss: halted, 0.05 of 0.03
            account trips drawdown: reduce_only, 0.05 of 0.04
            a wants buy 1 C: block 0 daily_loss
            u wants sell 1 A: block 0 daily_loss
            a wants buy 1 C: block 0 daily_loss
            u wants sell 1 A: block 0 daily_loss
            account is no longer halted for daily_loss: a new day
            a wants buy 1 C: block 0 drawdown
            u wants sell 1 A: pass 1"#]],
    );
}

#[test]
fn rearmed_losses_are_measured_from_what_the_account_is_worth_then() {
    let both = Supervision { drawdown: levels("1", "4", "9"), ..daily("1", "2", "3") };
    let mut floor =
        Opening { cash: 0, positions: vec![("u", A, 100, 100)], policy: watched(both), ..Opening::default() }.open();
    minutes(&mut floor, "A 100", 1);
    floor.minute("A 95");
    assert_eq!((floor.runtime.mode(), worth(&floor).map(|it| it.to_string())), (Mode::Halted, Some("9500".into())));
    let mut story = floor.command(Action::Rearm, Target::Account, "seen");
    assert_eq!(floor.runtime.mode(), Mode::ReduceOnly, "one latch for one reason");
    story.extend(floor.command(Action::Rearm, Target::Account, "and this"));
    story.extend(floor.minute("A 94"));
    assert_eq!(floor.runtime.mode(), Mode::Active, "one per cent of 9500 is 95, two are 190");
    story.extend(floor.minute("A 93"));
    story.extend(floor.minute("A 91"));
    check(
        &story,
        &expect![[r#"
            command rearm the account (seen)
            account is no longer halted for daily_loss: re-armed, measured from 9500
            command rearm the account (and this)
            account is no longer reduce_only for drawdown: re-armed, measured from 9500
            account trips daily_loss: active, 0.01052632 of 0.01
            account trips drawdown: active, 0.01052632 of 0.01
            account trips daily_loss: reduce_only, 0.02105264 of 0.02
            account trips daily_loss: halted, 0.04210527 of 0.03
            account trips drawdown: reduce_only, 0.04210527 of 0.04"#]],
    );
}

#[test]
fn a_level_is_told_once_and_the_worst_stays() {
    let mut floor = holding(daily("1", "2", "3"));
    let mut story = Vec::new();
    for price in ["100", "98.5", "98.6", "98.4", "97.5", "99", "97.5", "96", "99", "96"] {
        story.extend(floor.minute(&format!("A {price}, C 10")));
    }
    check(
        &supervised(&story),
        &expect![[r#"
            account trips daily_loss: active, 0.015 of 0.01
            account trips daily_loss: reduce_only, 0.0247 of 0.02
            account trips daily_loss: halted, 0.03865 of 0.03"#]],
    );
    assert_eq!(floor.runtime.mode(), Mode::Halted);
}

#[test]
fn a_bar_that_ends_its_day_only_warns_of_the_days_loss() {
    let mut floor = holding(Supervision { drawdown: levels("1", "20", "40"), ..daily("1", "2", "3") });
    let story: Vec<String> =
        ["A 100, C 10", "A 90, C 10", "A 75, C 10"].into_iter().flat_map(|bars| floor.day(bars)).collect();
    check(
        &supervised(&story),
        &expect![[r#"
            account trips daily_loss: active, 0.1 of 0.03
            account trips drawdown: active, 0.1 of 0.01
            account trips daily_loss: active, 0.165 of 0.03
            account trips drawdown: reduce_only, 0.2485 of 0.2"#]],
    );
}

#[test]
fn a_bar_of_another_markets_whole_session_does_not_end_a_day_that_goes_on() {
    let mut floor = holding(daily("1", "2", "3"));
    floor.minute("A 100");
    let mut story = floor.minute("A 97.5");
    story.extend(floor.whole_session("C 10"));
    assert_eq!(floor.runtime.mode(), Mode::ReduceOnly, "it lifts nothing");
    // 2.5 per cent then and one now are more than three together, and not of what it was worth in between.
    story.extend(floor.minute("A 96.5"));
    assert_eq!(floor.runtime.mode(), Mode::Halted, "and the loss is measured from the same opening");
    floor.evening();
    story.extend(floor.whole_session("C 10"));
    assert_eq!(floor.runtime.mode(), Mode::Active, "when the session is over, it ends the day");
    check(
        &supervised(&story),
        &expect![[r#"
        account trips daily_loss: reduce_only, 0.025 of 0.02
        account trips daily_loss: halted, 0.0349 of 0.03
        account is no longer halted for daily_loss: a new day"#]],
    );
}

#[test]
fn a_loss_that_such_a_bar_tells_holds_the_account_back_while_a_day_goes_on() {
    let mut floor = holding(daily("1", "2", "3"));
    floor.minute("A 100, C 10");
    floor.whole_session("A 97.5");
    assert_eq!(floor.runtime.mode(), Mode::ReduceOnly);
    // And it begins no later day, whatever its own day is.
    floor.whole_session_of_tomorrow("C 10");
    assert_eq!(floor.runtime.mode(), Mode::ReduceOnly);
    floor.sleep();
    floor.minute("A 97.5, C 10");
    assert_eq!(floor.runtime.mode(), Mode::Active);
}

#[test]
fn bars_of_whole_sessions_that_end_at_different_hours_only_warn() {
    let mut floor = holding(daily("1", "2", "3"));
    let mut story = floor.day("A 100");
    story.extend(floor.whole_session("C 10"));
    story.extend(floor.day("A 90"));
    story.extend(floor.whole_session("A 80, C 10"));
    assert_eq!(floor.runtime.mode(), Mode::Active);
    check(
        &supervised(&story),
        &expect![[r#"
        account trips daily_loss: active, 0.1 of 0.03
        account trips daily_loss: active, 0.10888889 of 0.03"#]],
    );
}

#[test]
fn repeated_executions_are_counted_on_over_another_markets_bar() {
    let mut floor = Opening::default().open();
    floor.register(watched_entry("a", repeated(None, Some(3)), script("* buy 1 A")));
    let mut story = minutes(&mut floor, "A 100", 2);
    story.extend(floor.whole_session("C 10"));
    story.extend(minutes(&mut floor, "A 100", 1));
    check(&supervised(&story), &expect!["a trips repeated_execution: reduce_only, 3 of 3"]);
}

#[test]
fn the_nights_gap_is_a_loss_of_the_new_day() {
    let mut floor = holding(daily("1", "2", "3"));
    floor.minute("A 100, C 10");
    floor.sleep();
    check(&supervised(&floor.minute("A 97.5, C 10")), &expect!["account trips daily_loss: reduce_only, 0.025 of 0.02"]);
}

#[test]
fn while_something_held_has_no_price_a_limited_account_only_reduces() {
    let mut floor = holding(daily("1", "2", "3"));
    let mut story = floor.minute("C 10");
    story.extend(floor.minute("A 100, C 10"));
    check(
        &story,
        &expect![[r#"
            account trips no_market_data: reduce_only, unknown of unknown
            a wants buy 1 C: block 0 no_market_data
            u wants sell 1 A: block 0 no_market_data
            account is no longer reduce_only for no_market_data: resolved
            a wants buy 1 C: pass 1
            u wants sell 1 A: pass 1
            order 1: sell 1 A = u 1
            order 2: buy 1 C = a 1"#]],
    );
    // Where losses are only warned about, nothing is held back.
    let warned = qts_gate::policy::Thresholds { warn: "0.01".parse().ok(), limit: None, block: None };
    let mut floor = holding(Supervision { daily_loss: Some(warned), ..Supervision::default() });
    assert_eq!(supervised(&floor.minute("C 10")), [""; 0]);
    assert_eq!(floor.runtime.mode(), Mode::Active);
}

#[test]
fn an_account_that_is_worth_nothing_has_lost_everything() {
    let policy = watched(daily("1", "2", "3"));
    let mut floor = Opening { cash: -10_000, positions: vec![("u", A, 100, 100)], policy, ..Opening::default() }.open();
    floor.minute("A 100");
    assert_eq!(floor.runtime.mode(), Mode::Active, "nothing was lost yet");
    floor.minute("A 99");
    assert_eq!(floor.runtime.mode(), Mode::Halted);
}
