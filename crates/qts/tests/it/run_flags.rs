//! `qts run`: `--decisions`, `--until`, `--limit-events`, and what single keys of a config do to a run.

use std::collections::BTreeMap;

use expect_test::expect;
use serde_json::{Value, json};

use crate::funnel;
use crate::support::{Folder, Row, amount, count, four, market, rows, strategy, told, units};

#[test]
fn every_decision_is_told_once_as_csv_and_as_json_lines() {
    let folder = market("flags-decisions", &four(), 120);
    let summary = folder.summary("qts.toml --decisions one.csv");
    folder.summary("qts.toml --decisions two.jsonl");
    let csv = folder.read("one.csv");
    let columns = "cycle,ts,strategy,emission,book,instrument,side,type,limit,tif,\
                   asked,admitted,sent,crossed,verdict,reasons,why,decision";
    assert_eq!(csv.lines().next(), Some(columns));
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let line = |line: &str| -> Row {
        let fields: BTreeMap<String, Value> = serde_json::from_str(line).expect("JSON");
        fields
            .iter()
            .map(|(name, value)| (name.clone(), if value.is_null() { String::new() } else { text(value) }))
            .collect()
    };
    let (from_csv, from_json) = (rows(&csv), folder.read("two.jsonl").lines().map(line).collect::<Vec<_>>());
    assert_eq!(from_csv, from_json);
    assert!(from_csv.len() > 20, "{}", from_csv.len());
    funnel::agrees(&summary, &from_csv);
    funnel::adds_up(&summary, "100000000");
}

#[test]
fn a_run_without_decisions_writes_a_header_alone() {
    let folder = market("flags-none", &strategy("s", "simple", "buy_below = 1, sell_above = 2, qty = 1"), 10);
    let summary = folder.summary("qts.toml --decisions none.csv");
    folder.summary("qts.toml --decisions none.jsonl");
    assert_eq!((count(&summary["intents"]), folder.read("none.jsonl").as_str()), (0, ""));
    assert!(folder.read("none.csv").starts_with("cycle,ts,strategy,") && folder.read("none.csv").lines().count() == 1);
}

#[test]
fn stopped_early_a_run_has_done_the_same_so_far() {
    let folder = market("flags-until", &four(), 120);
    let all = folder.decisions("qts.toml");
    let cut = folder.decisions("qts.toml --until 2024-04-01T15:30:00+09:00");
    let before = |row: &&Row| row["ts"].as_str() <= "2024-04-01T06:30:00Z";
    assert!(cut.len() > 5 && cut.len() < all.len());
    assert_eq!(cut, all.iter().filter(before).cloned().collect::<Vec<_>>());
    let summary = folder.summary("qts.toml --until 2024-04-01T15:30:00+09:00");
    // 2024-04-01 is the 65th weekday from 2024-01-02 on.
    assert_eq!([&summary["events"], &summary["cycles"], &summary["evaluations"]], [65, 65, 260]);
    let summary = folder.summary("qts.toml --until 2024-04-01T15:29:59+09:00");
    assert_eq!(summary["events"], 64);
}

#[test]
fn a_run_may_be_stopped_after_so_many_events() {
    let folder = market("flags-limit", &four(), 120);
    let events = |flag: &str| count(&folder.summary(&format!("qts.toml --limit-events {flag}"))["events"]);
    assert_eq!([events("0"), events("1"), events("57"), events("120"), events("9999")], [0, 1, 57, 120, 120]);
    let all = folder.decisions("qts.toml");
    let cut = folder.decisions("qts.toml --limit-events 57");
    assert_eq!(cut[..], all[..cut.len()]);
    assert!(cut.len() > 3);
}

#[test]
fn the_same_run_twice_is_the_same_to_the_byte() {
    let folder = market("flags-twice", &four(), 120);
    let hash = |name: &str| {
        let hash = folder.summary(&format!("qts.toml --decisions {name}"))["state_hash"].clone();
        (hash, folder.read(name))
    };
    let (first, second) = (hash("first.csv"), hash("second.csv"));
    assert_eq!(first, second);
    assert_eq!(first.0.as_str().map(str::len), Some(64));
    let other = folder.summary("qts.toml --limit-events 119")["state_hash"].clone();
    assert_ne!(first.0, other, "another run, another hash");
}

#[test]
fn a_shadow_is_judged_and_recorded_and_sends_nothing() {
    let config = four().replace("id = \"ema\"\n", "id = \"ema\"\nstate = \"shadow\"\n");
    let folder = market("flags-shadow", &config, 120);
    let decisions = folder.decisions("qts.toml");
    let (shadows, rest): (Vec<Row>, Vec<Row>) = decisions.into_iter().partition(|row| row["strategy"] == "ema");
    assert!(!shadows.is_empty());
    for row in &shadows {
        assert_eq!((row["sent"].as_str(), row["verdict"].as_str()), ("0", "block"), "{row:?}");
        assert!(row["reasons"].contains("strategy:shadow:block"), "{row:?}");
    }
    // Others do not notice it: they are as they would be if it were not there.
    let without = four().replace("id = \"ema\"\n", "id = \"ema\"\nstate = \"disabled\"\n");
    assert_eq!(rest, market("flags-shadow-without", &without, 120).decisions("qts.toml"));
}

#[test]
fn a_budget_bounds_what_a_book_holds_at_cost() {
    let config = strategy("t", "signals", "path = \"bots.csv\"").replace("kind", "budget = \"100000\"\nkind");
    let rows = ["2024-01-03", "2024-01-04", "2024-01-05", "2024-01-08"];
    let signals: String = rows.map(|day| format!("{day}T15:30:00+09:00,A.KRX,buy,4\n")).concat();
    let folder = market("flags-budget", &config, 30).with("bots.csv", format!("ts,instrument,side,qty\n{signals}"));
    expect![[r#"
        2 4 4 pass 
        3 4 4 pass 
        4 4 1 reduce strategy:budget:reduce
        5 4 0 block strategy:budget:block
    "#]]
    .assert_eq(&told(&folder.decisions("qts.toml"), "cycle asked sent verdict reasons"));
    let book = &folder.summary("qts.toml")["books"]["t"];
    assert!(-amount(&book["cash_flow"]) <= units("100000"), "{book}");
}

#[test]
fn opening_positions_are_somebodys_from_the_start() {
    let positions = "[[position]]\nstrategy = \"s\"\ninstrument = \"A.KRX\"\nqty = 40\nprice = \"9000\"\n\
                     [[position]]\nstrategy = \"unassigned\"\ninstrument = \"A.KRX\"\nqty = 7\nprice = \"8000\"\n";
    let seller = strategy("s", "simple", "buy_below = 1, sell_above = 9500, qty = 1");
    let folder = market("flags-positions", &(seller + positions), 30);
    let opening = folder.summary("qts.toml --limit-events 0");
    assert_eq!(opening["account"]["positions"], json!({"A.KRX": "47"}));
    assert_eq!(opening["books"]["s"]["positions"], json!({"A.KRX": "40"}));
    assert_eq!(opening["account"]["cash"], "100000000", "what is held was paid for before");
    assert_eq!(opening["account"]["equity"], Value::Null, "nobody knows a price yet");
    let summary = folder.summary("qts.toml");
    funnel::adds_up(&summary, "100000000");
    assert_eq!(summary["account"]["positions"], json!({"A.KRX": "7"}), "an exit sells the whole holding");
    let realized = amount(&summary["books"]["s"]["cash_flow"]) - 40 * units("9000");
    assert_eq!(amount(&summary["books"]["s"]["realized"]), realized);
}

#[test]
fn a_strategy_that_nothing_is_told_to_is_named() {
    let more = "[[instrument]]\nid = \"B.KRX\"\nclass = \"krx_stock\"\n";
    let config = strategy("s", "simple", "buy_below = 1, sell_above = 2, qty = 1")
        .replace("[\"A.KRX\"]", "[\"A.KRX\", \"B.KRX\"]");
    let folder: Folder = market("flags-unseen", &format!("{more}{config}"), 30);
    let ended = folder.qts("run qts.toml");
    assert_eq!((ended.code, ended.err.as_str()), (0, "qts: no [[data]] for B.KRX: `s` sees nothing of it\n"));
}

#[test]
fn what_a_run_reads_it_does_not_write_over() {
    let text = "ts,instrument,side,qty\n2024-01-03T15:30:00+09:00,A.KRX,buy,2\n";
    let folder = market("flags-inputs", &strategy("s", "signals", "path = \"bots.csv\""), 30).with("bots.csv", text);
    for input in ["bars.csv", "bots.csv", "../flags-inputs/bars.csv"] {
        let before = folder.read(input);
        let ended = folder.qts(&format!("run qts.toml --decisions {input}"));
        let told = format!("qts: failed to create {input}: this run reads it; name another file\n");
        assert_eq!((ended.code, ended.err), (1, told));
        assert_eq!(folder.read(input), before);
    }
}
