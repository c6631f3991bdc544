//! `scripted` and `signals`: orders of every type go out as written, wait, fill, expire and are withdrawn.

use expect_test::expect;

use crate::funnel;
use crate::support::{Folder, SHARE, bars, count, market, strategy, told};

/// A row of bars on that January day of 2024: all four prices, volume 1000.
fn bar(day: u32, open: u32, high: u32, low: u32, close: u32) -> String {
    format!("2024-01-{day:02},A,{open},{high},{low},{close},1000\n")
}

fn played(name: &str, tables: &str, bars: &[String]) -> Folder {
    let text = "ts,symbol,open,high,low,close,volume\n".to_owned() + &bars.concat();
    Folder::new(name).with("qts.toml", format!("{SHARE}{tables}")).with("bars.csv", text)
}

#[test]
fn limit_orders_wait_for_their_price_and_end_with_their_session_or_by_cancel() {
    let steps = r#"steps = [
        { cycle = 1, instrument = "A.KRX", side = "buy", qty = 5, limit = 9800, reason = "not reached, expires" },
        { cycle = 2, instrument = "A.KRX", side = "buy", qty = 7, limit = 9500, tif = "gtc", reason = "filled on day 5" },
        { cycle = 3, instrument = "A.KRX", side = "buy", qty = 9, limit = 9000, tif = "gtc", reason = "withdrawn" },
        { cycle = 4, cancel = "3" },
        { at = "2024-01-08T15:30:00+09:00", instrument = "A.KRX", side = "sell", qty = 7, reason = "out" },
    ]"#;
    let steps = steps.replace("\n    ", " ").replace("]\n", "]");
    let bars = [
        bar(2, 10000, 10100, 9900, 10000),
        bar(3, 10000, 10100, 9900, 10000),
        bar(4, 10000, 10100, 9900, 10000),
        bar(5, 9900, 9950, 9400, 9600),
        bar(8, 9600, 9700, 9550, 9650),
        bar(9, 9700, 9750, 9650, 9700),
    ];
    let folder = played("scripts-limits", &strategy("s", "scripted", &steps), &bars);
    let decisions = folder.decisions("qts.toml");
    expect![[r#"
        1 buy limit 9800 day 5 pass not reached, expires
        2 buy limit 9500 gtc 7 pass filled on day 5
        3 buy limit 9000 gtc 9 pass withdrawn
        5 sell market  day 7 pass out
    "#]]
    .assert_eq(&told(&decisions, "cycle side type limit tif sent verdict why"));
    let summary = folder.summary("qts.toml");
    funnel::adds_up(&summary, "100000000");
    expect![[r#"
        {"canceled":1,"expired":1,"filled":2,"never_arrived":0,"rejected":0}
        {"cash_flow":"1400","fees":"122","positions":{},"realized":"1400"}
    "#]]
    .assert_eq(&format!("{}\n{}\n", summary["ended"], summary["books"]["s"]));
}

#[test]
fn immediate_orders_fill_at_once_or_not_at_all() {
    let steps = "steps = [{ cycle = 1, instrument = \"A.KRX\", side = \"buy\", qty = 300, tif = \"ioc\" }, \
                 { cycle = 3, instrument = \"A.KRX\", side = \"buy\", qty = 300, tif = \"fok\" }, \
                 { cycle = 5, instrument = \"A.KRX\", side = \"buy\", qty = 100, tif = \"fok\" }]";
    let broker = "[broker]\nmax_volume_share = \"10%\"\n";
    let bars = [2, 3, 4, 5, 8, 9, 10].map(|day| bar(day, 10000, 10100, 9900, 10000));
    let folder = played("scripts-immediate", &(strategy("s", "scripted", steps) + broker), &bars);
    let summary = folder.summary("qts.toml");
    expect![[r#"
        2 fills {"canceled":2,"expired":0,"filled":1,"never_arrived":0,"rejected":0}
        {"cash_flow":"-2000000","fees":"0","positions":{"A.KRX":"200"},"realized":"0"}
    "#]]
    .assert_eq(&format!("{} fills {}\n{}\n", summary["fills"], summary["ended"], summary["books"]["s"]));
}

#[test]
fn a_large_order_takes_its_share_of_several_bars_within_its_session() {
    let steps =
        "steps = [{ cycle = 1, instrument = \"A.KRX\", side = \"buy\", qty = 250, limit = 10500, tif = \"gtc\" }]";
    let broker = "[broker]\nmax_volume_share = \"10%\"\n";
    let bars = [2, 3, 4, 5, 8, 9, 10].map(|day| bar(day, 10000, 10100, 9900, 10000));
    let folder = played("scripts-shares", &(strategy("s", "scripted", steps) + broker), &bars);
    let summary = folder.summary("qts.toml");
    assert_eq!((count(&summary["fills"]), count(&summary["orders"])), (3, 1), "100 + 100 + 50");
    assert_eq!(summary["books"]["s"]["positions"]["A.KRX"], "250");
}

/// The intents of two bots in one file, as CSV and as JSON lines.
#[test]
fn signals_go_to_the_strategy_they_name_and_without_a_name_to_all() {
    let csv = "ts,instrument,side,qty,type,limit,tif,reason,strategy\n\
               2024-01-03T15:30:00+09:00,A.KRX,buy,10,,,,first,one\n\
               2024-01-03T15:30:00+09:00,A.KRX,buy,3,limit,9700,gtc,second,two\n\
               2024-01-09T06:30:00Z,A.KRX,sell,10,market,,ioc,third,one\n\
               2024-01-10T15:30:00+09:00,A.KRX,buy,2,,,,,\n";
    let json = r#"{"ts":"2024-01-03T15:30:00+09:00","instrument":"A.KRX","side":"buy","qty":10,"reason":"first","strategy":"one"}
{"ts":"2024-01-03T15:30:00+09:00","instrument":"A.KRX","side":"buy","qty":"3","type":"limit","limit":9700,"tif":"gtc","reason":"second","strategy":"two"}
{"ts":"2024-01-09T06:30:00Z","instrument":"A.KRX","side":"sell","qty":10,"type":"market","tif":"ioc","reason":"third","strategy":"one"}

{"ts":"2024-01-10T15:30:00+09:00","instrument":"A.KRX","side":"buy","qty":2,"strategy":null}
"#;
    let config = |file: &str| ["one", "two"].map(|id| strategy(id, "signals", &format!("path = \"{file}\""))).concat();
    let folder = market("signals-two", &config("bots.csv"), 20).with("bots.csv", csv).with("bots.jsonl", json);
    folder.write("json.toml", format!("{SHARE}{}", config("bots.jsonl")));
    let decisions = folder.decisions("qts.toml");
    expect![[r#"
        2 one buy market  day 10 10 first
        2 two buy limit 9700 gtc 3 3 second
        6 one sell market  ioc 10 10 third
        7 one buy market  day 2 2 signal
        7 two buy market  day 2 2 signal
    "#]]
    .assert_eq(&told(&decisions, "cycle strategy side type limit tif asked sent why"));
    assert_eq!(decisions, folder.decisions("json.toml"));
}

/// What a bot asks that cannot be is a failure of its strategy, told with its cause; the rest goes on.
#[test]
fn signals_off_the_lot_are_failures_that_are_told() {
    let csv =
        "ts,instrument,side,qty\n2024-01-03T15:30:00+09:00,A.KRX,buy,1.5\n2024-01-04T15:30:00+09:00,A.KRX,buy,2\n";
    let folder = market("signals-lot", &strategy("s", "signals", "path = \"bots.csv\""), 20).with("bots.csv", csv);
    let ended = folder.qts("run qts.toml");
    assert_eq!(ended.code, 0);
    assert!(ended.out.contains("s failed 1 time; last: "), "{}", ended.out);
    assert!(ended.out.contains("2 A.KRX\n"), "{}", ended.out);
}

#[test]
fn a_signals_path_is_relative_to_the_config() {
    let folder = market("signals-path", &strategy("s", "signals", "path = \"bots/all.csv\""), 20);
    std::fs::create_dir(folder.path("bots")).expect("a folder");
    folder.write("bots/all.csv", "\u{feff}TS,Instrument,SIDE,Qty\r\n2024-01-03T15:30:00+09:00,A.KRX,buy,2\r\n");
    let from_above = folder.command("run signals-path/qts.toml --format json").current_dir(folder.path("..")).output();
    let summary: serde_json::Value = serde_json::from_slice(&from_above.expect("it starts").stdout).expect("JSON");
    assert_eq!(summary["books"]["s"]["positions"]["A.KRX"], "2");
    assert_eq!(bars(20).lines().count(), 21);
}
