//! Real market data beside the repository (or where `QTS_DATA` says), if it is there: eight textbook strategies of one
//! lot under `conservative`.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::funnel;
use crate::support::{Folder, Row, count};

pub(crate) const ELEVEN: [&str; 11] =
    ["000270", "000660", "005380", "005490", "005930", "015760", "030200", "035250", "035420", "051910", "105560"];
const TWELVE: [&str; 12] = ["AAPL", "AMZN", "BAC", "GLD", "JPM", "MSFT", "MU", "QQQ", "SPY", "V", "VOO", "XLP"];

/// Eight textbook strategies: id, kind, params without the size.
pub(crate) const EIGHT: [(&str, &str, &str); 8] = [
    ("sma-10-30", "sma_cross", "fast = 10, slow = 30"),
    ("sma-20-60", "sma_cross", "fast = 20, slow = 60"),
    ("ema-10-30", "ema_cross", "fast = 10, slow = 30"),
    ("ema-12-26", "ema_cross", "fast = 12, slow = 26"),
    ("rsi-14", "rsi_reversion", "period = 14, low = 30, high = 70"),
    ("rsi-7", "rsi_reversion", "period = 7, low = 30, high = 70"),
    ("breakout-20", "breakout", "lookback = 20"),
    ("breakout-55", "breakout", "lookback = 55"),
];

/// The data's folder, if there is one.
pub(crate) fn data() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("QTS_DATA").map_or_else(beside, PathBuf::from).canonicalize();
    if folder.is_err() {
        eprintln!("not run: there is no market data beside the repository; QTS_DATA may name its folder");
    }
    folder.ok()
}

/// A market of these symbols: how its account, instruments and files are described.
struct Market<'a> {
    account: &'a str,
    venue: &'a str,
    instrument: &'a str,
    folder: &'a str,
    data: &'a str,
    lot: &'a str,
}

impl Market<'_> {
    /// A config of the eight strategies on all symbols.
    fn config(&self, data: &Path, symbols: &[&str]) -> String {
        let Self { account, venue, instrument, folder, data: how, lot } = self;
        let ids: Vec<String> = symbols.iter().map(|symbol| format!("\"{symbol}.{venue}\"")).collect();
        let mut text = format!("[account]\n{account}\n");
        for (symbol, id) in symbols.iter().zip(&ids) {
            let path = data.join(folder).join(format!("{symbol}.csv"));
            text += &format!("[[instrument]]\nid = {id}\n{instrument}\n");
            text += &format!("[[data]]\ninstrument = {id}\npath = \"{}\"\n{how}\n", path.display());
        }
        for (id, kind, params) in EIGHT {
            text += &format!("[[strategy]]\nid = \"{id}\"\nkind = \"{kind}\"\ninstruments = [{}]\n", ids.join(", "));
            text += &format!("params = {{ {params}, qty = \"{lot}\" }}\n");
        }
        text
    }
}

const KRX: Market<'static> = Market {
    account: "currency = \"KRW\"\ncash = \"1000000000\"",
    venue: "KRX",
    instrument: "class = \"krx_stock\"",
    folder: "krx/1d",
    data: "stamp = \"date\"\ninterval = \"1d\"\non_bad_row = \"skip\"",
    lot: "1",
};

/// A run that ends well, adds up and trades; and its decisions.
fn runs(name: &str, config: &str, cash: &str) -> (Value, Vec<Row>) {
    let folder = Folder::new(name).with("qts.toml", config);
    let summary = folder.summary("qts.toml --decisions decisions.csv");
    let rows = crate::support::rows(&folder.read("decisions.csv"));
    funnel::adds_up(&summary, cash);
    funnel::agrees(&summary, &rows);
    let idle = summary["books"]
        .as_object()
        .expect("books")
        .iter()
        .filter(|(id, book)| *id != "unassigned" && book["cash_flow"] == "0");
    assert_eq!(idle.map(|(id, _)| id).collect::<Vec<_>>(), Vec::<&String>::new(), "every strategy trades");
    (summary, rows)
}

#[test]
fn eleven_korean_shares_by_the_day() {
    let Some(data) = data() else { return };
    let (summary, rows) = runs("shared-krx", &KRX.config(&data, &ELEVEN), "1000000000");
    assert_eq!([count(&summary["events"]), count(&summary["bad_rows"])], [66_013, 1]);
    // Alone, each must trade in every year under `conservative`: what blocks here is only that others oppose.
    let others = rows.iter().filter(|row| row["verdict"] == "block" && !row["reasons"].contains("opposing_intent"));
    let refused: Vec<&Row> = others.collect();
    assert!(refused.len() * 100 <= rows.len(), "{} of {}: {:?}", refused.len(), rows.len(), refused.first());
}

#[test]
fn a_bad_row_of_a_korean_share_is_named() {
    let Some(data) = data() else { return };
    let config = KRX.config(&data, &["000270"]).replace("\"skip\"", "\"error\"");
    let ended = Folder::new("shared-krx-bad").with("qts.toml", config).qts("run qts.toml");
    let told = "krx/1d/000270.csv line 24: column `low` is `99780`, but column `open` is `99628`: high and low must \
                enclose open and close";
    assert_eq!((ended.code, ended.out.as_str()), (4, ""));
    assert!(ended.err.contains(told), "{}", ended.err);
}

#[test]
fn twelve_american_shares_by_the_minute() {
    let Some(data) = data() else { return };
    let market = Market {
        account: "currency = \"USD\"\ncash = \"1000000\"",
        venue: "US",
        instrument: "tick = \"0.01\"\nsession = \"09:30-16:00\"\ntz = \"America/New_York\"",
        folder: "us/1m",
        data: "stamp = \"open\"\ninterval = \"1m\"",
        lot: "1",
    };
    let (summary, _) = runs("shared-us", &market.config(&data, &TWELVE), "1000000");
    assert_eq!(count(&summary["events"]), 23_342);
}

#[test]
fn two_crypto_pairs_by_the_minute() {
    let Some(data) = data() else { return };
    let market = Market {
        account: "currency = \"USDT\"\ncash = \"1000000\"",
        venue: "BINANCE",
        instrument: "tick = \"0.01\"\nlot = \"0.001\"",
        folder: "crypto/1m",
        data: "stamp = \"open\"\ninterval = \"1m\"",
        lot: "0.001",
    };
    let (summary, _) = runs("shared-crypto", &market.config(&data, &["BTCUSDT", "ETHUSDT"]), "1000000");
    assert_eq!(count(&summary["events"]), 21_280);
}
