//! Stories of a runtime at work, told as the records that it leaves.

mod adjust;
mod commands;
mod cycle;
mod days;
mod failures;
mod kill;
mod kill_race;
mod orders;
mod outside;
mod reports;
mod supervise;
mod velocity;

use expect_test::Expect;

/// These lines are those.
fn check(lines: &[String], expect: &Expect) {
    expect.assert_eq(&lines.join("\n"));
}
