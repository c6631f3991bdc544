//! The tables of `docs/storms.md`, and the policies of their last rows: each stands between `<!-- name -->` and `<!-- end of name -->`, and is what the runs
//! say. `UPDATE_DOCS=1` writes them.

use std::env;
use std::fs;
use std::sync::{Mutex, PoisonError};

use super::played::{Played, Rules, Sum};
use super::storm::Storm;
use crate::the_example::root;

const PATH: &str = "docs/storms.md";

/// One table at a time is written.
static WRITING: Mutex<()> = Mutex::new(());

/// Compares what the page says of a storm with the runs, or writes it: the table, and the policies of its last row.
pub(super) fn check(storm: &Storm, rules: &[Rules], played: &[Played], calm: &Played) {
    let last = rules.last().expect("rules");
    let is = format!("{}\n```toml\n{}{}```\n", table(storm, rules, played, calm), last.desk, last.account);
    let _one_at_a_time = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    let text = fs::read_to_string(root().join(PATH)).expect("the page");
    let (begin, end) = (format!("<!-- {} -->\n", storm.name), format!("<!-- end of {} -->\n", storm.name));
    let (before, rest) = text.split_once(begin.as_str()).expect("where the table begins");
    let (shown, after) = rest.split_once(end.as_str()).expect("where it ends");
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(root().join(PATH), format!("{before}{begin}{is}{end}{after}")).expect("the page");
    } else {
        assert_eq!(shown, is, "run with UPDATE_DOCS=1 to write it into {PATH}");
    }
}

fn table(storm: &Storm, rules: &[Rules], played: &[Played], calm: &Played) -> String {
    let asked = &played[0].asked;
    let (orders, worth) = (grouped(asked.orders.into()), money(storm, asked.notional));
    let has_after = played[0].after.0.orders > 0;
    let mut text = format!("Asked for: {orders} orders worth {worth}. ");
    text += &match has_after {
        false => String::new(),
        true => format!("Afterwards: {}. ", sum(storm, played[0].after.0)),
    };
    text +=
        &format!("Beside it: {} orders of two calm strategies, the same without the storm.\n\n", calm.calm_orders());
    let after = |text: &str| if has_after { format!(" {text} |") } else { String::new() };
    text += &format!(
        "| in force | left | worth | largest position | held back by | latched |{}\n|---|---:|---:|---:|---|---|{}\n",
        after("left afterwards"),
        if has_after { "---:|" } else { "" }
    );
    for (rules, played) in rules.iter().zip(played) {
        let (orders, worth) = (grouped(played.sent.orders.into()), money(storm, played.sent.notional));
        let (largest, held, latched) = (money(storm, played.largest), held_back(played), latched(played));
        let sound = after(&played.after.1.orders.to_string());
        text += &format!("| {} | {orders} | {worth} | {largest} | {held} | {latched} |{sound}\n", rules.about);
    }
    text
}

fn sum(storm: &Storm, sum: Sum) -> String {
    format!("{} sound orders worth {}", grouped(sum.orders.into()), money(storm, sum.notional))
}

/// Controls and how many of the storm's orders each cut or blocked, most first.
fn held_back(played: &Played) -> String {
    let mut codes: Vec<(&String, &u64)> = played.held_by.iter().collect();
    codes.sort_by_key(|(code, count)| (u64::MAX - **count, *code));
    let told: Vec<String> =
        codes.iter().map(|(code, count)| format!("`{code}` {}", grouped((**count).into()))).collect();
    if told.is_empty() { "–".to_owned() } else { told.join(", ") }
}

fn latched(played: &Played) -> String {
    let told = played.trips.iter().map(|trip| {
        let (sent, seconds) = (grouped(trip.sent.into()), trip.at / 1_000);
        format!("`{}`: {} after {sent} orders, {seconds}.{:03} s", trip.code, trip.mode, trip.at % 1_000)
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() { "–".to_owned() } else { told.join("; ") }
}

/// Whole units of money.
fn money(storm: &Storm, units: i128) -> String {
    format!("{} {}", grouped(units / 100_000_000), storm.currency)
}

/// Thousands apart.
fn grouped(number: i128) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
