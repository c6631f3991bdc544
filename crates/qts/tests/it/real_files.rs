//! Every file of the real market data beside the repository (or where `QTS_DATA` says), if it is there: what `qts check`
//! finds in it is pinned, and it runs under `conservative` and under `validity_only` and trades.
//!
//! One run has both: a strategy under each. Every file is checked whole; files of more than [`RUN`] rows run on their
//! first so many events, a Parquet copy on the first [`COPIED`], since what comes later is more of the same (all events
//! of the copies are compared in `qts-venues`, and what is odd later has a test in `peculiarities.rs`).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use expect_test::{Expect, expect};
use serde_json::Value;

use crate::shared_data::data;
use crate::support::{Folder, count, rows};

const RUN: u64 = 9_000;
const COPIED: u64 = 2_000;

/// How the files of a market are described.
pub(crate) struct Form {
    currency: &'static str,
    instrument: &'static str,
    how: &'static str,
    /// The smallest order.
    pub(crate) lot: &'static str,
}

const KOREAN: Form = Form {
    currency: "KRW",
    instrument: "class = \"krx_stock\"",
    how: "stamp = \"date\"\ninterval = \"1d\"\n",
    lot: "1",
};
const INDEX: Form = Form { instrument: "tick = \"1\"\nsession = \"09:00-15:30\"\ntz = \"Asia/Seoul\"", ..KOREAN };
const AMERICAN: Form = Form {
    currency: "USD",
    instrument: "tick = \"0.01\"\nsession = \"09:30-16:00\"\ntz = \"America/New_York\"",
    how: "stamp = \"date\"\ninterval = \"1d\"\n",
    lot: "1",
};
const MINUTES: &str = "stamp = \"open\"\ninterval = \"1m\"\n";
const COIN: Form =
    Form { currency: "USDT", instrument: "tick = \"0.01\"\nlot = \"0.001\"", how: MINUTES, lot: "0.001" };
const EURO: Form = Form { currency: "USD", instrument: "tick = \"0.00001\"", how: MINUTES, lot: "1" };

/// How a file is described, by its path in the folder.
pub(crate) fn form(file: &str) -> Form {
    let how = if file.contains("/ticks/") { "" } else { MINUTES };
    match file {
        "krx/1d/KOSPI.csv" => INDEX,
        _ if file.starts_with("krx/1d/") => KOREAN,
        "us/1d/VIX.csv" => {
            Form { instrument: "tick = \"0.01\"\nsession = \"09:30-16:15\"\ntz = \"America/New_York\"", ..AMERICAN }
        }
        _ if file.starts_with("us/1d/") => AMERICAN,
        _ if file.starts_with("us/15m/") => Form { how: "stamp = \"open\"\ninterval = \"15m\"\n", ..AMERICAN },
        _ if file.starts_with("us/1m/") => Form { how, ..AMERICAN },
        _ if file.starts_with("crypto/") => Form { how, ..COIN },
        _ if file.starts_with("fx/") => Form { how, ..EURO },
        _ => panic!("nothing is known of {file}: describe it here"),
    }
}

/// Files with rows that are bad, which a run leaves out.
const WITH_BAD_ROWS: [&str; 2] = ["krx/1d/000270.csv", "us/1d/VIX.csv"];

/// The account, the instrument `SYMBOL.X` and its file.
pub(crate) fn market(data: &Path, file: &str) -> String {
    let Form { currency, instrument, how, .. } = form(file);
    let (path, symbol) = (data.join(file), symbol(file));
    let lenient = if WITH_BAD_ROWS.contains(&file) { "on_bad_row = \"skip\"\n" } else { "" };
    format!(
        "[account]\ncurrency = \"{currency}\"\ncash = \"10000000000\"\npolicy = \"open\"\n\
         [[instrument]]\nid = \"{symbol}.X\"\n{instrument}\n\
         [[data]]\ninstrument = \"{symbol}.X\"\npath = \"{}\"\n{how}{lenient}\
         [policy.open]\nextends = \"validity_only\"\n",
        path.display()
    )
}

/// What a file's rows call their instrument.
pub(crate) fn symbol(file: &str) -> &str {
    file.rsplit('/').next().and_then(|name| name.split('.').next()).expect("a symbol")
}

/// A strategy under `conservative` and one under `validity_only`.
fn two(file: &str) -> String {
    let (symbol, lot) = (symbol(file), form(file).lot);
    let one = |id: &str, policy: &str, kind: &str, params: &str| {
        format!(
            "[[strategy]]\nid = \"{id}\"\nkind = \"{kind}\"\npolicy = \"{policy}\"\ninstruments = [\"{symbol}.X\"]\n\
             params = {{ {params}, qty = \"{lot}\" }}\n"
        )
    };
    one("tight", "conservative", "sma_cross", "fast = 10, slow = 30")
        + &one("loose", "open", "breakout", "lookback = 20")
}

/// The files of a folder, sorted.
fn files(data: &Path, folder: &str, ending: &str) -> Vec<String> {
    let entries = std::fs::read_dir(data.join(folder)).expect("a folder");
    let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"));
    let mut files: Vec<String> =
        names.filter(|name| name.ends_with(ending)).map(|name| format!("{folder}/{name}")).collect();
    files.sort();
    files
}

/// Checks and runs a file; what is in it, in a line.
fn look_through(folder: &Folder, data: &Path, file: &str) -> String {
    folder.write("qts.toml", market(data, file) + &two(file));
    let checked = folder.qts("check qts.toml --format json");
    assert_eq!(checked.code, 0, "{file}: {}", checked.err);
    let checked = checked.json();
    let is_long = count(&checked["rows"]) > RUN;
    let limit = if is_long { format!(" --limit-events {RUN}") } else { String::new() };
    let summary = folder.summary(&format!("qts.toml --decisions decisions.csv{limit}"));
    let decided = rows(&folder.read("decisions.csv"));
    let asked: BTreeSet<&str> = decided.iter().map(|row| row["strategy"].as_str()).collect();
    assert_eq!(asked, BTreeSet::from(["loose", "tight"]), "{file}: both strategies want something");
    assert_eq!(count(&summary["intents"]), decided.len() as u64, "{file}");
    if !is_long {
        agree(file, &checked, &summary);
    }
    let of = |key: &str| count(&checked["data_counts"][key]);
    format!(
        "{file}: {} rows, {} bad, {} without volume, {} crossed, {} one-sided, {} gaps; {}\n",
        count(&checked["rows"]),
        count(&checked["bad_rows"]),
        of("bars_without_volume"),
        of("crossed_quotes"),
        of("one_sided_quotes"),
        of("gaps"),
        if count(&summary["fills"]) > 0 { "trades" } else { "no fills" },
    )
}

/// What a check finds in a file is what a run of the whole of it finds.
fn agree(file: &str, checked: &Value, summary: &Value) {
    assert_eq!([&summary["data"]["rows"], &summary["bad_rows"]], [&checked["rows"], &checked["bad_rows"]], "{file}");
    for key in ["crossed_quotes", "one_sided_quotes", "bars_without_volume", "gaps"] {
        assert_eq!(summary["data"][key], checked["data_counts"][key], "{file}: {key}");
    }
}

fn all_of(folders: &[&str], want: &Expect) {
    let Some(data) = data() else { return };
    let scratch = Folder::new(&format!("real-{}", folders.join("-").replace('/', "-")));
    let files: Vec<String> = folders.iter().flat_map(|folder| files(&data, folder, ".csv")).collect();
    let lines: String = files.iter().map(|file| look_through(&scratch, &data, file)).collect();
    want.assert_eq(&lines);
}

#[test]
fn korean_days() {
    all_of(
        &["krx/1d"],
        &expect![[r#"
        krx/1d/000270.csv: 8812 rows, 1 bad, 22 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        krx/1d/000660.csv: 5299 rows, 0 bad, 14 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        krx/1d/005380.csv: 8812 rows, 0 bad, 3 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        krx/1d/005490.csv: 7807 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        krx/1d/005930.csv: 8826 rows, 0 bad, 1 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        krx/1d/015760.csv: 7463 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        krx/1d/030200.csv: 4712 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        krx/1d/035250.csv: 4056 rows, 0 bad, 3 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        krx/1d/035420.csv: 3776 rows, 0 bad, 21 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        krx/1d/051910.csv: 4147 rows, 0 bad, 15 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        krx/1d/105560.csv: 2304 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        krx/1d/KOSPI.csv: 600 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
    "#]],
    );
}

#[test]
fn american_days() {
    all_of(
        &["us/1d"],
        &expect![[r#"
        us/1d/AAPL.csv: 8364 rows, 0 bad, 1 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        us/1d/GE.csv: 14058 rows, 0 bad, 1 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        us/1d/GLD.csv: 3201 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        us/1d/IBM.csv: 14059 rows, 0 bad, 1 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        us/1d/JNJ.csv: 12074 rows, 0 bad, 1 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        us/1d/JPM.csv: 12074 rows, 0 bad, 1 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        us/1d/KO.csv: 12075 rows, 0 bad, 1 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        us/1d/MCD.csv: 12075 rows, 0 bad, 1 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        us/1d/MSFT.csv: 7983 rows, 0 bad, 1 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        us/1d/PG.csv: 12075 rows, 0 bad, 1 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        us/1d/QQQ.csv: 4701 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        us/1d/SPY.csv: 3201 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        us/1d/TLT.csv: 3201 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        us/1d/VIX.csv: 9235 rows, 47 bad, 9188 without volume, 0 crossed, 0 one-sided, 0 gaps; no fills
        us/1d/XOM.csv: 12074 rows, 0 bad, 1 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
    "#]],
    );
}

#[test]
fn american_minutes() {
    all_of(
        &["us/15m", "us/1m"],
        &expect![[r#"
        us/15m/AAPL.csv: 780 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        us/15m/AMZN.csv: 780 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        us/15m/BAC.csv: 780 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        us/15m/GLD.csv: 780 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        us/15m/JPM.csv: 780 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        us/15m/MSFT.csv: 780 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        us/15m/MU.csv: 780 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        us/15m/QQQ.csv: 780 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        us/15m/SPY.csv: 780 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        us/15m/V.csv: 780 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        us/15m/VOO.csv: 780 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        us/15m/XLP.csv: 780 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        us/1m/AAPL.csv: 1948 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 2 gaps; trades
        us/1m/AMZN.csv: 1944 rows, 0 bad, 1 without volume, 0 crossed, 0 one-sided, 6 gaps; trades
        us/1m/BAC.csv: 1950 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        us/1m/GLD.csv: 1927 rows, 0 bad, 1 without volume, 0 crossed, 0 one-sided, 23 gaps; trades
        us/1m/JPM.csv: 1950 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        us/1m/MSFT.csv: 1948 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 2 gaps; trades
        us/1m/MU.csv: 1948 rows, 0 bad, 3 without volume, 0 crossed, 0 one-sided, 2 gaps; trades
        us/1m/QQQ.csv: 1948 rows, 0 bad, 1 without volume, 0 crossed, 0 one-sided, 2 gaps; trades
        us/1m/SPY.2011-01.csv: 14180 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        us/1m/SPY.csv: 1950 rows, 0 bad, 1 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        us/1m/V.csv: 1950 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        us/1m/VOO.csv: 1934 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 16 gaps; trades
        us/1m/XLP.csv: 1945 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 5 gaps; trades
    "#]],
    );
}

#[test]
fn coins_and_currencies_by_the_minute() {
    all_of(
        &["crypto/1m", "fx/1m"],
        &expect![[r#"
        crypto/1m/BTCEUR.coinbase-2018-04.csv: 2344 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 82 gaps; trades
        crypto/1m/BTCUSD.bitfinex-2016-04.csv: 31460 rows, 0 bad, 13438 without volume, 0 crossed, 0 one-sided, 6 gaps; trades
        crypto/1m/BTCUSD.coinbase-2018-04.csv: 2447 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 2 gaps; trades
        crypto/1m/BTCUSDT.csv: 10640 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 2 gaps; trades
        crypto/1m/ETHUSD.coinbase-2018-04.csv: 2449 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 2 gaps; trades
        crypto/1m/ETHUSDT.csv: 10640 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 2 gaps; trades
        crypto/1m/LTCUSD.coinbase-2018-04.csv: 2447 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 4 gaps; trades
        fx/1m/EURUSD.csv: 15366 rows, 0 bad, 15366 without volume, 0 crossed, 0 one-sided, 389 gaps; no fills
        fx/1m/EURUSD.quotebars.csv: 15366 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 389 gaps; trades
    "#]],
    );
}

#[test]
fn quotes_and_trades() {
    all_of(
        &["crypto/ticks", "fx/ticks"],
        &expect![[r#"
        crypto/ticks/BTCUSD.mtgox-2013-01-01.trades.csv: 2331 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        crypto/ticks/BTCUSDT.2024-08-08.quotes.csv: 73174 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        crypto/ticks/BTCUSDT.2024-08-08.trades.csv: 19904 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        crypto/ticks/ETHUSDT.2024-08-08.quotes.csv: 58758 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        crypto/ticks/ETHUSDT.2024-08-08.trades.csv: 14515 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
        fx/ticks/EURUSD.2014-05-01.quotes.csv: 73520 rows, 0 bad, 0 without volume, 0 crossed, 0 one-sided, 0 gaps; trades
    "#]],
    );
}

#[test]
fn no_file_is_forgotten() {
    let Some(data) = data() else { return };
    let known = ["krx/1d", "us/1d", "us/15m", "us/1m", "crypto/1m", "crypto/ticks", "fx/1m", "fx/ticks"];
    let known: usize = known.iter().map(|folder| files(&data, folder, "").len()).sum();
    let mut all: Vec<PathBuf> = vec![data];
    let mut found = 0;
    while let Some(folder) = all.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let is_data = path.extension().is_some_and(|ending| ending == "csv" || ending == "parquet");
            let is_table = path
                .file_stem()
                .is_some_and(|name| ["MANIFEST", "QUALITY", "instruments"].map(|table| name == table).contains(&true));
            found += usize::from(is_data && !is_table);
            all.extend(path.is_dir().then_some(path));
        }
    }
    assert_eq!(found, known);
}

#[test]
fn a_parquet_copy_is_the_same_run_as_its_csv() {
    let Some(data) = data() else { return };
    let folder = Folder::new("real-parquet");
    let copies: Vec<String> = ["crypto/1m", "crypto/ticks", "fx/1m", "fx/ticks"]
        .iter()
        .flat_map(|folder| files(&data, folder, ".parquet"))
        .collect();
    assert!(copies.len() >= 7, "{copies:?}");
    for copy in copies {
        let csv = copy.replace(".parquet", ".csv");
        let state = |file: &str| {
            folder.write("qts.toml", market(&data, file) + &two(file));
            let summary = folder.summary(&format!("qts.toml --limit-events {COPIED}"));
            assert!(count(&summary["intents"]) > 0, "{file}");
            [summary["events"].clone(), summary["intents"].clone(), summary["state_hash"].clone()]
        };
        assert_eq!(state(&copy), state(&csv), "{copy}");
    }
}
