//! The gate's boundaries, case by case: a cycle in text (`cycle.rs`), and word for word what the gate says to it.
//!
//! Every policy is `validity_only` with the controls under test and nothing else, unless a case names another. Each
//! expectation was worked out from the pages, not taken from the gate.

mod account;
mod arbitration;
mod budget;
mod built_in;
mod controls;
mod data;
mod exits;
mod market_rules;
mod modes;
mod thresholds;
mod velocity;
mod working_orders;
mod worth;

use expect_test::Expect;

use crate::cycle::Cycle;

fn check(text: &str, expected: Expect) {
    expected.assert_eq(&Cycle::parse(text).judge());
}

/// As [`check`], without the orders that follow from the decisions.
fn check_decisions(text: &str, expected: Expect) {
    let told = Cycle::parse(text).judge();
    let decisions: Vec<&str> = told.lines().filter(|line| !line.starts_with("order ")).collect();
    expected.assert_eq(&(decisions.join("\n") + "\n"));
}
