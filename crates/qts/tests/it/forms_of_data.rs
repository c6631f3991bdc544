//! The same bars in every form are the same run.

use std::fs;

use serde_json::Value;

use crate::funnel;
use crate::support::{Folder, SHARE, bars, four};
use crate::the_example::root;

const SHARES: &str = r#"
[account]
currency = "USD"
cash = "100000"
[[instrument]]
id = "AAPL.US"
tick = "0.01"
session = "09:30-16:00"
tz = "America/New_York"
[[data]]
instrument = "AAPL.US"
path = "FILE"
stamp = "date"
[[strategy]]
id = "sma"
kind = "sma_cross"
instruments = ["AAPL.US"]
params = { fast = 5, slow = 20, qty = 1 }
[[strategy]]
id = "rsi"
kind = "rsi_reversion"
instruments = ["AAPL.US"]
params = { period = 7, low = 30, high = 70, qty = 1 }
"#;

fn without_times(mut summary: Value) -> Value {
    let fields = summary.as_object_mut().expect("an object");
    fields.retain(|name, _| !["elapsed_s", "engine_s", "engine_cpu_s", "peak_rss_bytes"].contains(&name.as_str()));
    summary
}

/// The year 2006 of the bundled AAPL bars.
fn year() -> String {
    let bars = fs::read_to_string(root().join("examples/us-daily/data/AAPL.csv")).expect("bars");
    bars.lines().take(252).map(|line| line.to_owned() + "\n").collect()
}

#[test]
fn plain_compressed_and_columnar_files_give_the_same_state() {
    let folder = Folder::new("forms").with("plain.csv", year());
    for name in ["aapl-2006.csv.gz", "aapl-2006.csv.zst", "aapl-2006.parquet"] {
        fs::copy(root().join("crates/qts/tests/data").join(name), folder.path(name)).expect("a copy");
    }
    let summary = |file: &str| {
        folder.write("qts.toml", SHARES.replace("FILE", file));
        without_times(folder.summary("qts.toml"))
    };
    let plain = summary("plain.csv");
    funnel::adds_up(&plain, "100000");
    assert!(plain["orders"].as_u64() > Some(10), "{plain}");
    for file in ["aapl-2006.csv.gz", "aapl-2006.csv.zst", "aapl-2006.parquet"] {
        assert_eq!(summary(file), plain, "{file}");
    }
}

#[test]
fn other_names_of_columns_other_line_ends_and_further_columns_do_not_matter() {
    let folder = Folder::new("forms-names").with("plain.csv", year());
    let summary = |text: &str| {
        folder.write("other.csv", text);
        folder.write("qts.toml", SHARES.replace("FILE", "other.csv"));
        without_times(folder.summary("qts.toml"))
    };
    let plain = summary(&year());
    let renamed = year().replace("date,open,high,low,close,volume", "Date,Open,High,Low,Close,Volume");
    let wider: String = year().lines().map(|line| format!("{line},more\n")).collect();
    let dated = |row: &str| row.replacen(',', "T00:00:00Z,", 1) + "\n";
    let stamped: String =
        year().lines().map(|row| if row.starts_with("date") { format!("{row}\n") } else { dated(row) }).collect();
    for text in [renamed, wider, stamped, year().replace('\n', "\r\n"), format!("\u{feff}{}", year())] {
        assert_eq!(summary(&text), plain, "{}", text.lines().take(2).collect::<Vec<_>>().join(" / "));
    }
}

/// Years in files of their own, given in any order.
#[test]
fn one_instrument_may_have_several_files() {
    let all = bars(120);
    let (head, rows) = all.split_once('\n').expect("a header");
    let part = |from: usize, to: usize| -> String {
        format!("{head}\n") + &rows.lines().skip(from).take(to - from).map(|row| format!("{row}\n")).collect::<String>()
    };
    let folder = Folder::new("forms-several").with("bars.csv", &all);
    folder.write("one.csv", part(0, 50));
    folder.write("two.csv", part(50, 80));
    folder.write("three.csv", part(80, 120));
    let one = "path = \"bars.csv\"\nstamp = \"date\"\n";
    let entry = |file: &str| format!("[[data]]\ninstrument = \"A.KRX\"\npath = \"{file}\"\nstamp = \"date\"\n");
    let first = "path = \"three.csv\"\nstamp = \"date\"\n".to_owned();
    folder.write("whole.toml", format!("{SHARE}{}", four()));
    folder.write(
        "parts.toml",
        format!("{}{}", SHARE.replace(one, &(first + &entry("one.csv") + &entry("two.csv"))), four()),
    );
    assert_eq!(without_times(folder.summary("whole.toml")), without_times(folder.summary("parts.toml")));
    assert_eq!(folder.decisions("whole.toml"), folder.decisions("parts.toml"));
}

/// Quotes and trades of one instrument beside each other: orders fill at the other side of the quote, or at a trade.
#[test]
fn quotes_and_trades_are_data_too() {
    let config = r#"
[account]
currency = "USDT"
cash = "100000"
[[instrument]]
id = "BTC.X"
tick = "0.01"
lot = "0.001"
commission = "0.1%"
[[data]]
instrument = "BTC.X"
path = "trades.csv"
[[data]]
instrument = "BTC.X"
path = "quotes.csv"
[[strategy]]
id = "s"
kind = "simple"
instruments = ["BTC.X"]
policy = "open"
params = { buy_below = "50000", sell_above = "50100", qty = "0.002" }
[policy.open]
extends = "validity_only"
"#;
    let trades = "ts,price,size\n2024-01-02T00:00:00Z,49990,0.1\n2024-01-02T00:00:03Z,50150.5,0.1\n2024-01-02T00:00:09Z,50150.5,0.1\n";
    let quotes = "ts,bid,ask,bid_size,ask_size\n2024-01-02T00:00:01Z,50000,50010.25,1,1\n2024-01-02T00:00:04.5Z,50120.75,50130,1,1\n";
    let folder =
        Folder::new("forms-ticks").with("qts.toml", config).with("trades.csv", trades).with("quotes.csv", quotes);
    let summary = folder.summary("qts.toml");
    funnel::adds_up(&summary, "100000");
    assert_eq!((&summary["events"], &summary["orders"], &summary["fills"]), (&5.into(), &2.into(), &2.into()));
    let book = &summary["books"]["s"];
    // Bought at the ask of the next quote, sold at the bid of the one after.
    assert_eq!(book["cash_flow"], "0.221", "0.002 · (50120.75 − 50010.25)");
    assert_eq!(book["fees"], "0.200262", "0.1 % of 100.0205 and of 100.2415, exact in this currency");
}
