//! Supervisors in whole runs: on minute bars, from the config's words to the summary, and what commands lift.

use expect_test::expect;
use serde_json::{Value, json};

use crate::funnel;
use crate::support::{Folder, rows, told};

/// An account of 100 000 000 on minute bars, with these levels and strategies.
fn config(account: &str, strategy: &str, tables: &str) -> String {
    format!(
        r#"
[account]
currency = "KRW"
cash = "100000000"
policy = "account"
[[instrument]]
id = "A.KRX"
class = "krx_stock"
[[data]]
instrument = "A.KRX"
path = "bars.csv"
stamp = "close"
interval = "1m"
[policy.account]
extends = "validity_only"
{account}
[policy.watched]
extends = "validity_only"
{strategy}
{tables}"#
    )
}

/// Minute bars at these prices from nine o'clock on; `|` begins the next day.
fn bars(prices: &str) -> String {
    let mut text = "ts,symbol,open,high,low,close,volume\n".to_owned();
    for (day, prices) in prices.split(" | ").enumerate() {
        for (minute, price) in prices.split(' ').enumerate() {
            let at = format!("2024-01-{:02}T09:{:02}:00+09:00", day + 8, minute + 1);
            text += &format!("{at},A,{price},{price},{price},{price},1000000\n");
        }
    }
    text
}

fn scripted(id: &str, steps: &str) -> String {
    let step = |step: &str| {
        let words: Vec<&str> = step.split(' ').collect();
        let limit = words.get(3).map_or_else(String::new, |limit| format!(", limit = {limit}"));
        format!(
            "{{ cycle = {}, instrument = \"A.KRX\", side = \"{}\", qty = {}{limit} }}",
            words[0], words[1], words[2]
        )
    };
    let steps: Vec<String> = steps.split("; ").map(step).collect();
    format!(
        "[[strategy]]\nid = \"{id}\"\nkind = \"scripted\"\npolicy = \"watched\"\ninstruments = [\"A.KRX\"]\n\
         params = {{ steps = [{}] }}\n",
        steps.join(", ")
    )
}

fn command(cycle: u32, verb: &str, more: &str) -> String {
    format!("[[command]]\ncycle = {cycle}\ndo = \"{verb}\"\n{more}\n")
}

/// Decisions, the summary, the exit code.
fn played(name: &str, config: &str, prices: &str) -> (Folder, String, Value, i32) {
    let folder = Folder::new(name).with("qts.toml", config).with("bars.csv", bars(prices));
    let ended = folder.qts("run qts.toml --format json --decisions decisions.csv");
    assert!(matches!(ended.code, 0 | 5), "{}", ended.err);
    let told = told(&rows(&folder.read("decisions.csv")), "cycle strategy side sent verdict reasons");
    let summary = ended.json();
    funnel::adds_up(&summary, "100000000");
    (folder, told, summary, ended.code)
}

/// A list of the summary, a line each, without its times.
fn lines(list: &Value) -> String {
    let line = |row: &Value| {
        let mut row = row.as_object().expect("an object").clone();
        row.remove("at");
        row.remove("hash")
            .is_none_or(|hash| hash.as_str().is_some_and(|hash| hash.len() == 64))
            .then_some(())
            .expect("a hash");
        format!("{}\n", Value::Object(row))
    };
    list.as_array().expect("a list").iter().map(line).collect()
}

const LEVELS: &str = "daily_loss = { warn = \"1%\", limit = \"2%\", block = \"3%\" }";

/// Buys most of the account, then asks for more and for less.
fn invested() -> String {
    scripted("a", "1 buy 9000; 3 buy 1; 3 sell 1; 4 buy 1; 4 sell 1; 5 buy 1; 6 buy 1; 6 sell 1")
}

#[test]
fn a_days_loss_leaves_only_exits_then_nothing_and_the_next_day_all() {
    let (folder, told, summary, code) =
        played("supervise-loss", &config(LEVELS, "", &invested()), "10000 10000 9740 9600 10000 | 10000 10100");
    expect![[r#"
        1 a buy 9000 pass 
        3 a buy 0 block strategy:daily_loss:block
        3 a sell 1 pass 
        4 a buy 0 block strategy:daily_loss:block
        4 a sell 0 block strategy:daily_loss:block
        5 a buy 0 block strategy:daily_loss:block
        6 a buy 0 block arbitration:opposing_intent:block
        6 a sell 1 pass 
    "#]]
    .assert_eq(&told);
    assert_eq!(code, 0);
    expect![[r#"
        {"code":"daily_loss","cycle":3,"id":null,"limit":"0.02","mode":"reduce_only","observed":"0.0234","scope":"account"}
        {"code":"daily_loss","cycle":4,"id":null,"limit":"0.03","mode":"halted","observed":"0.03600017","scope":"account"}
        {"baseline":null,"by":"session","code":"daily_loss","cycle":6,"id":null,"mode":"halted","scope":"account"}
    "#]]
    .assert_eq(&(lines(&summary["trips"]) + &lines(&summary["lifted"])));
    assert_eq!(summary["warned"], json!({}));
    assert_eq!(summary["reasons"]["daily_loss"], json!(4));
    let table = folder.qts("run qts.toml").out;
    let supervisors =
        table.split("\nsupervisors\n").nth(1).and_then(|rest| rest.split("\n\n").next()).map(str::trim_start);
    expect![[r#"
        account  daily_loss  halted            1
          account  daily_loss  reduce_only       1"#]]
    .assert_eq(supervisors.unwrap_or_default());
}

#[test]
fn a_run_that_ends_halted_by_a_supervisor_ends_as_halted() {
    let fallen = "drawdown = { limit = \"2%\", block = \"3%\" }";
    let more = invested() + &command(4, "reduce_only", "") + &command(5, "set_policy", "policy = \"watched\"");
    let (_, told, summary, code) = played("supervise-halt", &config(fallen, "", &more), "10000 10000 9600 11000 11000");
    assert_eq!((code, &summary["account"]["mode"]), (5, &json!("halted")));
    assert!(told.ends_with("5 a buy 0 block strategy:drawdown:block\n"), "{told}");
    let refused = summary["refused_commands"][0].as_str().unwrap_or_default();
    assert_eq!(refused, "set_policy the account to `watched`: policy `watched` may admit more (drawdown): say why");
}

#[test]
fn rearmed_with_a_reason_it_trades_on_and_the_summary_tells_from_what_it_measures() {
    let fallen = "drawdown = { limit = \"2%\", block = \"3%\" }";
    let more = invested() + &command(5, "rearm", "reason = \"the fall was understood\"");
    let (_, told, summary, code) = played("supervise-rearm", &config(fallen, "", &more), "10000 10000 9600 9600 9600");
    assert_eq!((code, &summary["account"]["mode"]), (0, &json!("active")));
    assert!(told.ends_with("5 a buy 1 pass \n"), "{told}");
    expect![[r#"
        {"baseline":"96400000","by":"command","code":"drawdown","cycle":4,"id":null,"mode":"halted","scope":"account"}
    "#]]
    .assert_eq(&lines(&summary["lifted"]));
}

#[test]
fn the_same_order_over_and_over_ends_in_exits_only() {
    let steps: Vec<String> = (1..=8).map(|cycle| format!("{cycle} buy 1")).collect();
    let other = scripted("b", "7 buy 1");
    let tables = scripted("a", &steps.join("; ")) + &other + &command(8, "rearm", "strategy = \"a\"\nreason = \"ok\"");
    let config = config("", "repeated_execution = { same = \"5\", session = \"30\" }", &tables);
    let (_, told, summary, _) =
        played("supervise-repeated", &config, "10000 10000 10000 10000 10000 10000 10000 10000");
    expect![[r#"
        1 a buy 1 pass 
        2 a buy 1 pass 
        3 a buy 1 pass 
        4 a buy 1 pass 
        5 a buy 1 pass 
        6 a buy 0 block strategy:repeated_execution:block
        7 a buy 0 block strategy:repeated_execution:block
        7 b buy 1 pass 
        8 a buy 1 pass 
    "#]]
    .assert_eq(&told);
    expect![[r#"
        {"code":"repeated_execution","cycle":5,"id":"a","limit":"5","mode":"reduce_only","observed":"5","scope":"strategy"}
        {"baseline":null,"by":"command","code":"repeated_execution","cycle":7,"id":"a","mode":"reduce_only","scope":"strategy"}
    "#]]
    .assert_eq(&(lines(&summary["trips"]) + &lines(&summary["lifted"])));
}

#[test]
fn a_strategy_whose_orders_are_wrong_is_halted_and_one_that_is_warned_only_exits() {
    let watched = "price_collar = \"2%\"\nmax_order_qty = { warn = \"1\" }\nfailure_breaker = { count = \"3\", window = \"60s\" }\n\
                   warn_escalation = { same = 3, window = \"2m\" }";
    let wrong = scripted("wrong", "2 buy 1 12000; 2 buy 1 11000; 3 buy 1 11000; 4 buy 1; 5 sell 1");
    let warned = scripted("warned", "2 buy 2; 3 buy 2; 4 buy 2; 5 buy 2; 5 sell 2");
    let (_, told, summary, code) =
        played("supervise-breaker", &config("", watched, &(wrong + &warned)), "10000 | 10000 10000 10000 10000");
    assert_eq!(code, 0);
    expect![[r#"
        2 warned buy 2 warn strategy:max_order_qty:warn
        2 wrong buy 0 block strategy:price_collar:block
        2 wrong buy 0 block strategy:price_collar:block
        3 warned buy 2 warn strategy:max_order_qty:warn
        3 wrong buy 0 block strategy:price_collar:block
        4 warned buy 2 warn strategy:max_order_qty:warn
        4 wrong buy 0 block strategy:failure_breaker:block
        5 warned buy 0 block strategy:max_order_qty:warn strategy:warn_escalation:block
        5 warned sell 2 warn strategy:max_order_qty:warn
        5 wrong sell 0 block strategy:failure_breaker:block
    "#]]
    .assert_eq(&told);
    expect![[r#"
        {"code":"failure_breaker","cycle":3,"id":"wrong","limit":"3","mode":"halted","observed":"3","scope":"strategy"}
        {"code":"warn_escalation","cycle":4,"id":"warned","limit":"3","mode":"reduce_only","observed":"3","scope":"strategy"}
    "#]]
    .assert_eq(&lines(&summary["trips"]));
}

#[test]
fn a_policy_is_set_in_a_run_and_one_that_admits_more_only_with_a_reason() {
    let policies = "[policy.tight]\nextends = \"watched\"\nmax_order_qty = \"2\"\n[policy.wide]\nextends = \"tight\"\nmax_order_qty = \"3\"\n";
    let set = |cycle, policy: &str, reason: &str| {
        command(cycle, "set_policy", &format!("strategy = \"a\"\npolicy = \"{policy}\"{reason}"))
    };
    let tables = scripted("a", "2 buy 5; 3 buy 5; 4 buy 5; 5 buy 5; 6 buy 5")
        + policies
        + &set(3, "tight", "")
        + &set(4, "wide", "")
        + &set(5, "wide", "\nreason = \"agreed\"")
        + &command(6, "set_policy", "policy = \"conservative\"");
    let (_, told, summary, _) =
        played("supervise-policy", &config("", "", &tables), "10000 | 10000 10000 10000 10000 10000");
    expect![[r#"
        2 a buy 5 pass 
        3 a buy 2 reduce strategy:max_order_qty:reduce
        4 a buy 2 reduce strategy:max_order_qty:reduce
        5 a buy 3 reduce strategy:max_order_qty:reduce
        6 a buy 3 reduce strategy:max_order_qty:reduce
    "#]]
    .assert_eq(&told);
    expect![[r#"
        {"cycle":2,"id":"a","loosened":[],"policy":"tight","scope":"strategy","version":2}
        {"cycle":4,"id":"a","loosened":["max_order_qty"],"policy":"wide","scope":"strategy","version":3}
        {"cycle":5,"id":null,"loosened":[],"policy":"conservative","scope":"account","version":2}
    "#]]
    .assert_eq(&lines(&summary["policies"]));
    assert_eq!(
        summary["refused_commands"],
        json!(["set_policy strategy `a` to `wide`: policy `wide` may admit more (max_order_qty): say why"])
    );
}

#[test]
fn kills_of_a_strategy_and_of_an_instrument_are_lifted_by_name_with_a_reason_and_by_nothing_else() {
    let steps = |id| scripted(id, &(1..=8).map(|cycle| format!("{cycle} buy 1")).collect::<Vec<_>>().join("; "));
    let of = |verb: &str, cycle, more: &str| command(cycle, verb, more);
    let tables = steps("a")
        + &steps("b")
        + &of("kill", 2, "strategy = \"a\"\nreason = \"smoke\"")
        + &of("enable", 3, "strategy = \"a\"")
        + &of("rearm", 4, "strategy = \"a\"\nreason = \"toast\"")
        + &of("disable", 5, "instrument = \"A.KRX\"")
        + &of("kill", 6, "instrument = \"A.KRX\"\nreason = \"smoke\"")
        + &of("enable", 6, "instrument = \"A.KRX\"")
        + &of("rearm", 7, "instrument = \"A.KRX\"\nreason = \"toast\"")
        + &of("enable", 8, "instrument = \"A.KRX\"")
        + &of("rearm", 8, "reason = \"nothing there\"");
    let prices = ["10000"; 8].join(" ");
    let (_, told, summary, code) = played("supervise-kill", &config("", "", &tables), &prices);
    assert_eq!(code, 0);
    expect![[r#"
        1 a buy 1 pass arbitration:merged:pass
        1 b buy 1 pass arbitration:merged:pass
        2 a buy 0 block strategy:killed:block
        2 b buy 1 pass 
        3 a buy 0 block strategy:killed:block
        3 b buy 1 pass 
        4 a buy 1 pass arbitration:merged:pass
        4 b buy 1 pass arbitration:merged:pass
        5 a buy 0 block strategy:halted:block
        5 b buy 0 block strategy:halted:block
        6 a buy 0 block strategy:killed:block
        6 b buy 0 block strategy:killed:block
        7 a buy 0 block strategy:halted:block
        7 b buy 0 block strategy:halted:block
        8 a buy 1 pass arbitration:merged:pass
        8 b buy 1 pass arbitration:merged:pass
    "#]]
    .assert_eq(&told);
    expect![[r#"
        {"baseline":null,"by":"command","code":"killed","cycle":3,"id":"a","mode":"killed","scope":"strategy"}
        {"baseline":null,"by":"command","code":"killed","cycle":6,"id":"A.KRX","mode":"killed","scope":"instrument"}
        ["enable instrument `A.KRX`: the kill switch is set: re-arm it with a reason","rearm the account (nothing there): nothing is latched for the account"]"#]]
    .assert_eq(&(lines(&summary["lifted"]) + &summary["refused_commands"].to_string()));
}
