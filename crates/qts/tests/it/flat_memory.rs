//! Twenty times the data, the same memory.

use std::fmt::Write as _;

use crate::support::{Folder, count};

const CONFIG: &str = r#"
[account]
currency = "KRW"
cash = "10000000000"
policy = "open"
[[instrument]]
id = "A.X"
tick = "1"
[[data]]
instrument = "A.X"
path = "bars.csv"
stamp = "open"
interval = "1m"
on_bad_row = "skip"
[[strategy]]
id = "sma"
kind = "sma_cross"
policy = "open"
instruments = ["A.X"]
params = { fast = 5, slow = 20, qty = 1 }
[[strategy]]
id = "rsi"
kind = "rsi_reversion"
policy = "open"
instruments = ["A.X"]
params = { period = 7, low = 30, high = 70, qty = 1 }
[[strategy]]
id = "breakout"
kind = "breakout"
policy = "open"
instruments = ["A.X"]
params = { lookback = 10, qty = 1 }
[[strategy]]
id = "busy"
kind = "simple"
policy = "open"
instruments = ["A.X"]
params = { buy_below = 99999, sell_above = 1, qty = 1 }
[policy.open]
extends = "validity_only"
[broker]
commission = "0.01%"
"#;

/// Minute bars of a price that swings, one row in a thousand bad.
fn bars(rows: u64) -> String {
    let mut text = "ts,open,high,low,close,volume\n".to_owned();
    let mut open = 10_000;
    for number in 0..rows {
        let swing = (number % 60).abs_diff(30) * 20;
        let close = 9_700 + swing + number * 7_919 % 53;
        let (high, low) = (open.max(close) + 5, open.min(close) - 5);
        let volume = if number % 1_000 == 999 { "bad".to_owned() } else { (100 + number % 100).to_string() };
        let _ = writeln!(text, "{},{open},{high},{low},{close},{volume}", 946_684_800 + 60 * number);
        open = close;
    }
    text
}

#[test]
fn a_run_on_twenty_times_the_data_needs_no_more_memory() {
    let folder = Folder::new("memory").with("qts.toml", CONFIG);
    let run = |rows: u64| {
        folder.write("bars.csv", bars(rows));
        folder.summary("qts.toml --decisions decisions.csv")
    };
    let (small, large) = (run(5_000), run(100_000));
    assert_eq!((count(&large["cycles"]), count(&large["bad_rows"])), (99_900, 100));
    assert!(count(&large["fills"]) > 19 * count(&small["fills"]), "it trades all the time");
    let [small, large] = [small, large].map(|summary| count(&summary["peak_rss_bytes"]));
    if small == 0 {
        return eprintln!("not compared: this system does not tell the memory of a process");
    }
    assert!(large * 10 <= small * 11, "{small} bytes on 5,000 rows, {large} on 100,000");
}
