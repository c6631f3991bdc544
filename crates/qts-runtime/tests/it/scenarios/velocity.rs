//! Controls that look back: what was really sent counts, by the clock of the slices, and what is over is forgotten.

use std::sync::Arc;

use expect_test::expect;
use qts_core::{Ratio, Span};
use qts_gate::RiskPolicy;
use qts_gate::policy::{Controls, Jump, OrderRate, Participation, Thresholds};
use qts_runtime::Registration;

use super::check;
use crate::floor::{A, Floor, Opening, account_with, entry, with};
use crate::script::script;

/// A floor with the strategy `a` of this script under `validity_only` and these controls.
fn floor(text: &str, change: impl FnOnce(&mut Controls)) -> Floor {
    let mut floor = Opening { positions: vec![("b", A, 6, 100)], ..Opening::default() }.open();
    floor.register(Registration { policy: Arc::new(with(change)), ..entry("a", script(text)) });
    floor
}

/// What became of the wishes of so many minutes, withdrawals among them.
fn decided(floor: &mut Floor, minutes: usize) -> Vec<String> {
    let lines: Vec<String> = (0..minutes).flat_map(|_| floor.minute("A 100")).collect();
    lines.into_iter().filter(|line| line.contains(" wants ") || line.starts_with("cancel")).collect()
}

fn ratio(text: &str) -> Ratio {
    text.parse().expect("a number")
}

fn rate(per_second: &str, burst: i32) -> Option<OrderRate> {
    Some(OrderRate { per_second: ratio(per_second), burst: Ratio::whole(burst) })
}

#[test]
fn orders_come_as_fast_as_the_bucket_empties_and_a_blocked_one_fills_nothing() {
    // 0.6 orders a minute: 1, 1.4, 1.8 and then 2.2, which is one too many; a minute later 1.6.
    let mut floor = floor("* buy 1 A @90 gtc", |controls| controls.order_rate = rate("0.01", 2));
    check(
        &decided(&mut floor, 6),
        &expect![[r#"
        a wants buy 1 A @90 gtc: pass 1
        a wants buy 1 A @90 gtc: pass 1
        a wants buy 1 A @90 gtc: pass 1
        a wants buy 1 A @90 gtc: block 0 order_rate
        a wants buy 1 A @90 gtc: pass 1
        a wants buy 1 A @90 gtc: pass 1"#]],
    );
}

#[test]
fn the_accounts_bucket_is_filled_by_whoever_sends() {
    let policy = account_with(|controls| controls.order_rate = rate("0.01", 2));
    let mut floor = Opening { policy, positions: vec![("c", A, 6, 100)], ..Opening::default() }.open();
    floor.register(entry("a", script("1 buy 1 A @90 gtc; 2 buy 1 A @90 gtc; 3 buy 1 A @90 gtc; 4 buy 1 A @91 gtc")));
    floor.register(entry("b", script("1 buy 1 A @90 gtc; 2 buy 1 A @91 gtc")));
    floor.register(entry("c", script("2 sell 6 A @110 gtc")));
    check(
        &decided(&mut floor, 4),
        &expect![[r#"
        a wants buy 1 A @90 gtc: pass 1 merged
        b wants buy 1 A @90 gtc: pass 1 merged
        a wants buy 1 A @90 gtc: block 0 order_rate
        b wants buy 1 A @91 gtc: block 0 order_rate
        c wants sell 6 A @110 gtc: pass 6
        a wants buy 1 A @90 gtc: pass 1
        a wants buy 1 A @91 gtc: block 0 order_rate"#]],
    );
}

#[test]
fn the_same_again_is_a_duplicate_only_of_what_was_sent() {
    // In the first minute b's exit has precedence, so that nothing of a is sent; a minute is too soon, two are not.
    let window = Span::SECOND.times(90);
    let mut floor = floor("* buy 4 A @100 gtc", |controls| controls.duplicate_order = Some(window));
    floor.register(entry("b", script("1 sell 6 A")));
    check(
        &decided(&mut floor, 5),
        &expect![[r#"
        a wants buy 4 A @100 gtc: block 0 opposing_intent
        b wants sell 6 A: pass 6
        a wants buy 4 A @100 gtc: pass 4
        a wants buy 4 A @100 gtc: block 0 duplicate_order
        a wants buy 4 A @100 gtc: pass 4
        a wants buy 4 A @100 gtc: block 0 duplicate_order"#]],
    );
}

#[test]
fn messages_are_counted_anew_in_each_session_and_withdrawals_among_them_always_pass() {
    // An order, its withdrawal and another order make three; a second withdrawal passes all the same.
    let text = "1 buy 1 A @90 gtc; 3 cancel 1; 4 buy 1 A @91 gtc; 5 buy 1 A @92 gtc; 6 cancel 2; 7 buy 1 A @93 gtc";
    let mut floor = floor(text, |controls| controls.message_limit = Some(Thresholds::limit(3)));
    let first = decided(&mut floor, 6);
    floor.sleep();
    let second = decided(&mut floor, 1);
    check(
        &[first, second].concat(),
        &expect![[r#"
            a wants buy 1 A @90 gtc: pass 1
            cancel 1 of a (script)
            a wants buy 1 A @91 gtc: pass 1
            a wants buy 1 A @92 gtc: block 0 message_limit
            cancel 2 of a (script)
            a wants buy 1 A @93 gtc: pass 1"#]],
    );
}

#[test]
fn what_is_sent_at_the_close_counts_for_the_session_in_which_it_can_trade() {
    // Bars of whole sessions: each day's order is sent at the start of the next, and each may be sent.
    let mut floor = floor("* buy 1 A", |controls| controls.message_limit = Some(Thresholds::limit(1)));
    let lines: Vec<String> = (0..3).flat_map(|_| floor.day("A 100")).collect();
    check(
        &lines.into_iter().filter(|line| line.contains(" wants ")).collect::<Vec<_>>(),
        &expect![[r#"
        a wants buy 1 A: pass 1
        a wants buy 1 A: pass 1
        a wants buy 1 A: pass 1"#]],
    );
}

#[test]
fn a_session_takes_no_more_than_its_share_of_the_usual_volume() {
    // Known after twenty sessions of 1000 shares; 1 % of it a time and 2 % a day, fills and working orders together.
    let share = Participation { order: Some(ratio("0.01")), day: Some(ratio("0.02")), where_known: false };
    let text = "20 buy 15 A; 21 buy 15 A gtc; 22 buy 5 A gtc; 23 buy 6 A; 24 sell 12 A; 25 sell 12 A; 26 buy 1 A";
    let mut floor = floor(text, |controls| controls.max_participation = Some(share));
    let mut lines: Vec<String> = (0..20).flat_map(|_| floor.day("A 100 x1000")).collect();
    floor.sleep();
    lines.extend((0..4).flat_map(|_| floor.minute("A 100 x1000")));
    floor.sleep();
    lines.extend((0..2).flat_map(|_| floor.minute("A 100 x1000")));
    check(
        &lines.into_iter().filter(|line| line.contains(" wants ")).collect::<Vec<_>>(),
        &expect![[r#"
        a wants buy 15 A: reduce 10 max_participation
        a wants buy 15 A gtc: reduce 10 max_participation max_participation
        a wants buy 5 A gtc: block 0 max_participation
        a wants buy 6 A: block 0 max_participation
        a wants sell 12 A: pass 12
        a wants sell 12 A: pass 12
        a wants buy 1 A: pass 1"#]],
    );
}

#[test]
fn after_a_jump_nothing_is_added_until_the_next_price() {
    let jump = Some(Jump::any(Thresholds::limit(ratio("0.1"))));
    let mut floor = floor("* buy 1 A gtc", |controls| controls.data_implausible = jump);
    let lines: Vec<String> = ["A 100", "A 110", "A 122", "A 122"].iter().flat_map(|bar| floor.minute(bar)).collect();
    check(
        &lines.into_iter().filter(|line| line.contains(" wants ")).collect::<Vec<_>>(),
        &expect![[r#"
        a wants buy 1 A gtc: pass 1
        a wants buy 1 A gtc: pass 1
        a wants buy 1 A gtc: block 0 data_implausible
        a wants buy 1 A gtc: pass 1"#]],
    );
}

#[test]
fn the_state_is_hashed_as_long_as_it_matters_and_no_longer() {
    let hashes = |policy: RiskPolicy| -> Vec<String> {
        let mut floor = Opening::default().open();
        floor.register(Registration { policy: Arc::new(policy), ..entry("a", script("1 buy 1 A @90 gtc")) });
        let hash = |_| {
            floor.minute("A 100");
            floor.runtime.state_hash()
        };
        (0..3).map(hash).collect()
    };
    let (plain, looking_back) = (
        hashes(with(|_| {})),
        hashes(with(|controls| {
            controls.order_rate = rate("0.01", 2);
            controls.duplicate_order = Some(Span::SECOND.times(60));
        })),
    );
    let differ: Vec<bool> = plain.iter().zip(&looking_back).map(|(a, b)| a != b).collect();
    assert_eq!(differ, [true, true, false]);
}
