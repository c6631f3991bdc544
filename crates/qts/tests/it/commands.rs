//! Scheduled operator commands: what a person would say live, by time and by cycle.

use expect_test::expect;
use serde_json::json;

use crate::funnel;
use crate::support::{Folder, count, market, rows, strategy, told};

fn command(cycle: u32, verb: &str, more: &str) -> String {
    format!("[[command]]\ncycle = {cycle}\ndo = \"{verb}\"\n{more}\n")
}

/// Asks for one share in every cycle in which it holds none and sells it in the next.
fn busy() -> String {
    strategy("busy", "simple", "buy_below = 99999, sell_above = 1, qty = 1")
}

/// Buys five, then leaves a limit order far below.
fn holder() -> String {
    let steps = "steps = [{ cycle = 2, instrument = \"A.KRX\", side = \"buy\", qty = 5 }, \
                 { cycle = 4, instrument = \"A.KRX\", side = \"buy\", qty = 3, limit = 8000, tif = \"gtc\" }]";
    strategy("holder", "scripted", steps)
}

/// Asks for one share more in every cycle.
fn asker() -> String {
    let step = |cycle: u32| format!("{{ cycle = {cycle}, instrument = \"A.KRX\", side = \"buy\", qty = 1 }}");
    strategy("asker", "scripted", &format!("steps = [{}]", (1..=30).map(step).collect::<Vec<_>>().join(", ")))
}

/// Decisions of the run and its summary.
fn played(name: &str, tables: &str) -> (Folder, String, serde_json::Value, i32) {
    let folder = market(name, tables, 30);
    let ended = folder.qts("run qts.toml --format json --decisions decisions.csv");
    let told = told(&rows(&folder.read("decisions.csv")), "cycle strategy book side sent verdict reasons");
    let summary = ended.json();
    funnel::adds_up(&summary, "100000000");
    (folder, told, summary, ended.code)
}

#[test]
fn a_kill_withdraws_what_works_and_lets_nothing_out_any_more() {
    let kill = command(8, "kill", "reason = \"something is wrong\"");
    let (_, told, summary, code) = played("commands-kill", &(asker() + &holder() + &kill));
    assert_eq!((code, &summary["account"]["mode"]), (5, &json!("killed")));
    assert_eq!((count(&summary["open_orders"]), count(&summary["ended"]["canceled"])), (0, 1), "{summary}");
    let after = told.lines().filter(|line| line.split(' ').next().and_then(|c| c.parse().ok()) >= Some(8));
    let after: Vec<&str> = after.collect();
    assert!(after.len() == 23 && after.iter().all(|line| line.contains(" 0 block strategy:killed:block")), "{after:?}");
    assert_eq!(summary["books"]["holder"]["positions"], json!({"A.KRX": "5"}), "a kill closes nothing by itself");
}

#[test]
fn a_flatten_passes_even_then() {
    let more = command(8, "kill", "reason = \"x\"") + &command(9, "flatten", "");
    let (_, told, summary, code) = played("commands-kill-flatten", &(holder() + &more));
    assert_eq!(code, 5);
    assert_eq!(summary["account"]["positions"], json!({}));
    expect![[r#"
        2 holder holder buy 5 pass 
        4 holder holder buy 3 pass 
        9 operator holder sell 5 pass 
    "#]]
    .assert_eq(&told);
}

#[test]
fn a_flatten_withdraws_orders_first_and_the_table_tells_the_operators_part() {
    let (folder, told, summary, code) =
        played("commands-flatten", &(holder() + &command(8, "flatten", "strategy = \"holder\"")));
    assert_eq!((code, &summary["account"]["positions"]), (0, &json!({})));
    assert_eq!((count(&summary["open_orders"]), count(&summary["ended"]["canceled"])), (0, 1), "{summary}");
    assert_eq!(told.lines().last(), Some("9 operator holder sell 5 pass "));
    let table = folder.qts("run qts.toml").out;
    assert!(table.contains("\noperator         1       0       0 "), "{table}");
}

#[test]
fn a_strategy_sleeps_and_wakes_by_command_and_starts_anew() {
    let more = command(6, "disable", "strategy = \"busy\"") + &command(12, "enable", "strategy = \"busy\"");
    let (_, told, _, code) = played("commands-sleep", &(busy() + &more));
    let cycles: Vec<u32> = told.lines().filter_map(|line| line.split(' ').next()?.parse().ok()).collect();
    assert_eq!(code, 0);
    assert!(cycles.iter().all(|cycle| !(6..12).contains(cycle)), "{cycles:?}");
    assert!(cycles.contains(&5) && cycles.contains(&12), "{cycles:?}");
}

#[test]
fn a_strategy_may_be_registered_late_and_let_go() {
    let late = busy().replace("[[strategy]]", "[command.strategy]").replace("busy", "late");
    let more =
        command(10, "register", "") + &late + &command(20, "unregister", "strategy = \"late\"\nto = \"unassigned\"");
    let (_, told, summary, code) = played("commands-register", &more);
    let cycles: Vec<u32> = told.lines().filter_map(|line| line.split(' ').next()?.parse().ok()).collect();
    assert_eq!((code, cycles.first(), cycles.last()), (0, Some(&10), Some(&19)));
    assert_eq!(summary["refused_commands"], json!([]));
}

#[test]
fn a_time_means_the_first_cycle_that_reaches_it() {
    let at = |time: &str| format!("[[command]]\nat = \"{time}\"\ndo = \"disable\"\nstrategy = \"busy\"\n");
    let last = |name: &str, time: &str| {
        let (_, told, ..) = played(name, &(busy() + &at(time)));
        told.lines().last().and_then(|line| line.split(' ').next()).map(str::to_owned)
    };
    // The fifth bar is that of 2024-01-08, known at half past three in Seoul.
    assert_eq!(last("commands-at-close", "2024-01-08T15:30:00+09:00").as_deref(), Some("4"));
    assert_eq!(last("commands-at-later", "2024-01-08T06:30:00.000000001Z").as_deref(), Some("5"));
    assert_eq!(last("commands-at-weekend", "2024-01-06T12:00:00+09:00").as_deref(), Some("4"));
}

#[test]
fn reduce_only_lets_exits_out_and_nothing_in() {
    let more = command(6, "reduce_only", "");
    let (_, told, summary, code) = played("commands-reduce", &(busy() + &holder() + &more));
    assert_eq!((code, &summary["account"]["mode"]), (0, &json!("reduce_only")));
    let later = told.lines().filter(|line| line.split(' ').next().and_then(|c| c.parse().ok()) >= Some(6));
    for line in later {
        let buys = line.contains(" buy ");
        assert_eq!(buys, line.contains("reduce_only:block"), "{line}");
    }
}

#[test]
fn what_cannot_be_done_is_refused_and_told() {
    let more = command(6, "unregister", "strategy = \"holder\"") + &command(99, "flatten", "");
    let (folder, _, summary, code) = played("commands-refused", &(holder() + &more));
    assert_eq!((code, count(&summary["unused_commands"])), (0, 1));
    let refused = summary["refused_commands"][0].as_str().unwrap_or_default();
    assert!(
        refused.contains("the book of `holder` is not flat: flatten it first, or say to = \"unassigned\""),
        "{refused}"
    );
    let table = folder.qts("run qts.toml").out;
    assert!(table.contains("\n1 command was not reached\n") && table.contains("command refused: "), "{table}");
}
