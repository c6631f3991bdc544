//! `qts explain`: the whole chain of a decision, as it is told to people and to programs.

use expect_test::{Expect, expect};
use serde_json::Value;

use crate::support::{Ended, Folder, bars, by_its_name};

/// Two instruments, a policy with levels of every kind and a value by instrument, a shared one, a broker that takes a
/// tenth of a bar's volume.
const HOUSE: &str = r#"
[account]
currency = "KRW"
cash = "100000000"
policy = "shared"
[[instrument]]
id = "A.KRX"
class = "krx_stock"
[[instrument]]
id = "B.KRX"
class = "krx_stock"
[[data]]
instrument = "A.KRX"
path = "a.csv"
stamp = "date"
[[data]]
instrument = "B.KRX"
path = "b.csv"
stamp = "date"
[policy.open]
extends = "validity_only"
[policy.tight]
extends = "validity_only"
max_long = { warn = "50", limit = "100", block = "400" } # not too much
max_order_qty = { limit = "80", block = "500" }
[policy.tight.instrument."B.KRX"]
max_long = "10"
[policy.shared]
extends = "validity_only"
max_gross_exposure = "1.1%"
[broker]
max_volume_share = "10%"
commission = "0.015%"
"#;

/// Nine days of an instrument whose price stands still.
fn still(price: u32) -> String {
    let row = |day: &u32| format!("2024-01-{day:02},{price},{},{},{price},1000\n", price + 100, price - 100);
    "ts,open,high,low,close,volume\n".to_owned() + &[2, 3, 4, 5, 8, 9, 10, 11, 12].iter().map(row).collect::<String>()
}

fn house(name: &str, tables: &str) -> Folder {
    let config = format!("{HOUSE}{tables}");
    Folder::new(name).with("qts.toml", config).with("a.csv", still(10_000)).with("b.csv", still(20_000))
}

/// A strategy that follows a script.
fn scripted(id: &str, policy: &str, more: &str, steps: &[&str]) -> String {
    let steps: String = steps.iter().map(|step| format!("  {{ {step} }},\n")).collect();
    format!(
        "[[strategy]]\nid = \"{id}\"\nkind = \"scripted\"\npolicy = \"{policy}\"\n{more}\n\
         instruments = [\"A.KRX\", \"B.KRX\"]\nparams = {{ steps = [\n{steps}] }}\n"
    )
}

/// A step: `cycle side qty instrument`, and what else it says.
fn step(when: u32, wish: &str, more: &str) -> String {
    let words: Vec<&str> = wish.split(' ').collect();
    let more = if more.is_empty() { String::new() } else { format!(", {more}") };
    format!("cycle = {when}, side = \"{}\", qty = {}, instrument = \"{}.KRX\"{more}", words[0], words[1], words[2])
}

fn explain(folder: &Folder, which: &str) -> String {
    let ended = folder.qts(&format!("explain qts.toml {which}"));
    assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{which}");
    assert_eq!(ended, folder.qts(&format!("explain qts.toml {which}")), "a second run tells the same");
    ended.out
}

fn told(folder: &Folder, which: &str, expected: Expect) {
    expected.assert_eq(&explain(folder, which));
}

fn case(folder: &Folder, which: &str) -> Value {
    let ended = folder.qts(&format!("explain qts.toml {which} --format json"));
    assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{which}");
    ended.json()
}

fn merging(name: &str) -> Folder {
    let x = [step(1, "buy 90 A", "reason = \"in\""), step(1, "buy 30 B", "reason = \"there, too\"")];
    let y = [step(1, "buy 50 A", "reason = \"me, too\"")];
    let tables = scripted("x", "tight", "rank = 1\nbudget = \"5000000\"", &x.each_ref().map(String::as_str))
        + &scripted("y", "open", "rank = 2", &y.each_ref().map(String::as_str));
    house(name, &tables)
}

#[test]
fn a_decision_that_was_cut_merged_and_partly_filled() {
    told(
        &merging("explain-merging-1"),
        "1:x:0",
        expect![[r##"
            #1  1:x:0  2024-01-02T15:30:00+09:00
            x asked to buy 90 A.KRX at the market, day: "in"
            reduce: 68 of 90 admitted
              reduce [strategy] max_order_qty: 90 is above the limit 80. Raise max_order_qty or ask for less.
              warn [strategy] max_long: 90 is above the warning level 50. Raise max_long or ask for less.
              pass [arbitration] merged: It was sent together with equal proposals as one order.
              reduce [account] max_gross_exposure: 1300000 is above the limit 1100000. Raise max_gross_exposure or ask for less.

            market  last 10000 at 2024-01-02T15:30:00+09:00 · previous close 10000 (that session is over: judged for the next one)
            book    x holds 0 · working buys 0, sells 0 · equity at the day's start 100000000

            1 strategy  policy tight: 90 in, 80 left
                max_order_qty         90  limit 80 block 500           reduce  qts.toml:25: { limit = "80", block = "500" }
                max_long              90  warn 50 limit 100 block 400  warn    qts.toml:24: { warn = "50", limit = "100", block = "400" }
                budget         1170175.5  limit 5000000                pass    qts.toml:39: "5000000"

            2 arbitration  rule exits_only: no conflict, 80 left
                → x  buy 90  entry  reduce  max_order_qty merged max_gross_exposure  "in"
                  y  buy 50  entry  reduce  merged max_gross_exposure                "me, too"

            3 account  policy shared: 130 in, 80 of it this decision's, 68 left of that
                max_gross_exposure  1300000  limit 1100000  reduce  qts.toml:30: "1.1%"

            sent    order 1: buy 110 market for x 68, y 42
            filled  100 at 10000 in the bar that ends 2024-01-03T15:30:00+09:00: x 62 (fee 93), y 38 (fee 57)
            ended   expired 2024-01-03T15:30:00+09:00

            nearest 60 would have passed whole
        "##]],
    );
}

#[test]
fn a_decision_that_passed_within_an_order_that_was_cut() {
    told(
        &merging("explain-merging-2"),
        "1:y",
        expect![[r##"
            #3  1:y:0  2024-01-02T15:30:00+09:00
            y asked to buy 50 A.KRX at the market, day: "me, too"
            reduce: 42 of 50 admitted
              pass [arbitration] merged: It was sent together with equal proposals as one order.
              reduce [account] max_gross_exposure: 1300000 is above the limit 1100000. Raise max_gross_exposure or ask for less.

            market  last 10000 at 2024-01-02T15:30:00+09:00 · previous close 10000 (that session is over: judged for the next one)
            book    y holds 0 · working buys 0, sells 0 · equity at the day's start 100000000

            1 strategy  policy open: 50 in, 50 left
                no control was asked: the policy has none for it

            2 arbitration  rule exits_only: no conflict, 50 left
                  x  buy 90  entry  reduce  max_order_qty merged max_gross_exposure  "in"
                → y  buy 50  entry  reduce  merged max_gross_exposure                "me, too"

            3 account  policy shared: 130 in, 50 of it this decision's, 42 left of that
                max_gross_exposure  1300000  limit 1100000  reduce  qts.toml:30: "1.1%"

            sent    order 1: buy 110 market for x 68, y 42
            filled  100 at 10000 in the bar that ends 2024-01-03T15:30:00+09:00: x 62 (fee 93), y 38 (fee 57)
            ended   expired 2024-01-03T15:30:00+09:00

            nearest 32 would have passed whole
        "##]],
    );
}

#[test]
fn a_value_by_instrument_is_told_with_its_own_line() {
    told(
        &merging("explain-merging-3"),
        "2",
        expect![[r##"
            #2  1:x:1  2024-01-02T15:30:00+09:00
            x asked to buy 30 B.KRX at the market, day: "there, too"
            block: 0 of 30 admitted
              reduce [strategy] max_long: 30 is above the limit 10. Raise max_long or ask for less.
              block [account] max_gross_exposure: 1300000 is above the limit 1100000. Raise max_gross_exposure or ask for less.

            market  last 20000 at 2024-01-02T15:30:00+09:00 · previous close 20000 (that session is over: judged for the next one)
            book    x holds 0 · working buys 0, sells 0 · equity at the day's start 100000000

            1 strategy  policy tight: 30 in, 10 left
                max_order_qty       30  limit 80 block 500  pass    qts.toml:25: { limit = "80", block = "500" }
                max_long            30  limit 10            reduce  qts.toml:27: "10"
                budget         1820273  limit 5000000       pass    qts.toml:39: "5000000"

            2 arbitration  rule exits_only: nobody else asked for it, 10 left

            3 account  policy shared: 10 in, 0 left
                max_gross_exposure  1300000  limit 1100000  block  qts.toml:30: "1.1%"

            sent    nothing

            nearest no smaller size would have passed: max_gross_exposure stops even 1, with 2 other asks of this cycle
        "##]],
    );
}

/// `x` leaves, `y` and `z` enter.
fn conflict(name: &str, rule: &str) -> Folder {
    let x = [step(1, "buy 60 A", ""), step(3, "sell 60 A", "reason = \"out\"")];
    let y = [step(3, "buy 40 A", "reason = \"in\"")];
    let z = [step(3, "buy 50 A", "limit = 10100, reason = \"in at a limit\"")];
    let tables = scripted("x", "open", "rank = 3", &x.each_ref().map(String::as_str))
        + &scripted("y", "open", "rank = 1", &y.each_ref().map(String::as_str))
        + &scripted("z", "open", "rank = 2", &z.each_ref().map(String::as_str));
    house(name, &(tables + &format!("[arbitration]\nrule = \"{rule}\"\n")))
}

#[test]
fn an_entry_that_lost_against_an_exit() {
    told(
        &conflict("explain-entry", "exits_only"),
        "3:y",
        expect![[r##"
            #3  3:y:0  2024-01-04T15:30:00+09:00
            y asked to buy 40 A.KRX at the market, day: "in"
            block: 0 of 40 admitted
              block [arbitration] opposing_intent: Another proposal of this cycle opposes it; in a conflict only exits go through. Ask again.

            market  last 10000 at 2024-01-04T15:30:00+09:00 · previous close 10000 (that session is over: judged for the next one)
            book    y holds 0 · working buys 0, sells 0 · equity at the day's start 99999910

            1 strategy  policy open: 40 in, 40 left
                no control was asked: the policy has none for it

            2 arbitration  rule exits_only: a conflict, 0 left
                  x  sell 60          exit   pass                    "out"
                → y  buy 40           entry  block  opposing_intent  "in"
                  z  buy 50 at 10100  entry  block  opposing_intent  "in at a limit"

            sent    nothing

            nearest no smaller size would have passed: any size opposes what others ask for
            instead rule = "net": pass, 13 of it sent, 27 crossed (27 booked from x to y at 10000, without an order; 33 booked from x to z at 10000, without an order; buy 13 market for y 13; buy 17 limit 10100 for z 17)
        "##]],
    );
}

#[test]
fn an_exit_that_was_crossed_with_two_entries() {
    told(
        &conflict("explain-crossed", "net"),
        "3:x",
        expect![[r##"
            #2  3:x:0  2024-01-04T15:30:00+09:00
            x asked to sell 60 A.KRX at the market, day: "out"
            pass: 60 of 60 admitted
              pass [arbitration] crossed: It was booked against an opposing proposal of another book; no order was needed.

            market  last 10000 at 2024-01-04T15:30:00+09:00 · previous close 10000 (that session is over: judged for the next one)
            book    x holds 60 · working buys 0, sells 0 · equity at the day's start 99999910

            1 strategy  policy open: 60 in (60 of it reduces the position), 60 left
                no control was asked: the policy has none for it

            2 arbitration  rule net: a conflict, 0 left
                → x  sell 60          exit   pass  crossed  "out"
                  y  buy 40           entry  pass  crossed  "in"
                  z  buy 50 at 10100  entry  pass  crossed  "in at a limit"
                27 booked from x to y at 10000, without an order
                33 booked from x to z at 10000, without an order

            sent    nothing

            instead rule = "exits_only": pass, 60 of it sent (sell 60 market for x 60)
            instead rule = "rank": pass, 60 of it sent (sell 60 market for x 60)
        "##]],
    );
}

#[test]
fn an_entry_of_which_a_part_was_crossed() {
    told(
        &conflict("explain-partly-crossed", "net"),
        "3:y",
        expect![[r##"
            #3  3:y:0  2024-01-04T15:30:00+09:00
            y asked to buy 40 A.KRX at the market, day: "in"
            pass: 40 of 40 admitted
              pass [arbitration] crossed: It was booked against an opposing proposal of another book; no order was needed.

            market  last 10000 at 2024-01-04T15:30:00+09:00 · previous close 10000 (that session is over: judged for the next one)
            book    y holds 0 · working buys 0, sells 0 · equity at the day's start 99999910

            1 strategy  policy open: 40 in, 40 left
                no control was asked: the policy has none for it

            2 arbitration  rule net: a conflict, 13 left
                  x  sell 60          exit   pass  crossed  "out"
                → y  buy 40           entry  pass  crossed  "in"
                  z  buy 50 at 10100  entry  pass  crossed  "in at a limit"
                27 booked from x to y at 10000, without an order
                33 booked from x to z at 10000, without an order

            3 account  policy shared: 13 in, 13 left
                max_gross_exposure  730000  limit 1099999.01  pass  qts.toml:30: "1.1%"

            sent    order 2: buy 13 market for y 13
            filled  13 at 10000 in the bar that ends 2024-01-05T15:30:00+09:00: y 13 (fee 20)

            instead rule = "exits_only": block, nothing of it (sell 60 market for x 60)
            instead rule = "rank": block, nothing of it (sell 60 market for x 60)
        "##]],
    );
}

/// Two entries on both sides, so that the rules differ: the short is allowed by `validity_only`.
fn entries(name: &str, rule: &str) -> Folder {
    let x = [step(3, "sell 60 A", "reason = \"down\"")];
    let y = [step(3, "buy 40 A", "reason = \"up\"")];
    let tables = scripted("x", "open", "rank = 3", &x.each_ref().map(String::as_str))
        + &scripted("y", "open", "rank = 1", &y.each_ref().map(String::as_str));
    house(name, &(tables + &format!("[arbitration]\nrule = \"{rule}\"\n")))
}

#[test]
fn entries_on_both_sides() {
    told(
        &entries("explain-entries", "rank"),
        "3:x 3:y",
        expect![[r##"
            #1  3:x:0  2024-01-04T15:30:00+09:00
            x asked to sell 60 A.KRX at the market, day: "down"
            block: 0 of 60 admitted
              block [arbitration] opposing_intent: Another proposal of this cycle opposes it; in a conflict only exits go through. Ask again.

            market  last 10000 at 2024-01-04T15:30:00+09:00 · previous close 10000 (that session is over: judged for the next one)
            book    x holds 0 · working buys 0, sells 0 · equity at the day's start 100000000

            1 strategy  policy open: 60 in, 60 left
                no control was asked: the policy has none for it

            2 arbitration  rule rank: a conflict, 0 left
                → x  sell 60  entry  block  opposing_intent  "down"
                  y  buy 40   entry  pass                    "up"

            sent    nothing

            nearest no smaller size would have passed: any size opposes what others ask for
            instead rule = "exits_only": block, nothing of it (no order)
            instead rule = "net": pass, 20 of it sent, 40 crossed (40 booked from x to y at 10000, without an order; sell 20 market for x 20)

            #2  3:y:0  2024-01-04T15:30:00+09:00
            y asked to buy 40 A.KRX at the market, day: "up"
            pass: 40 of 40 admitted

            market  last 10000 at 2024-01-04T15:30:00+09:00 · previous close 10000 (that session is over: judged for the next one)
            book    y holds 0 · working buys 0, sells 0 · equity at the day's start 100000000

            1 strategy  policy open: 40 in, 40 left
                no control was asked: the policy has none for it

            2 arbitration  rule rank: a conflict, 40 left
                  x  sell 60  entry  block  opposing_intent  "down"
                → y  buy 40   entry  pass                    "up"

            3 account  policy shared: 40 in, 40 left
                max_gross_exposure  400000  limit 1100000  pass  qts.toml:30: "1.1%"

            sent    order 1: buy 40 market for y 40
            filled  40 at 10000 in the bar that ends 2024-01-05T15:30:00+09:00: y 40 (fee 60)

            instead rule = "exits_only": block, nothing of it (no order)
            instead rule = "net": pass, 40 of it crossed (40 booked from x to y at 10000, without an order; sell 20 market for x 20)
        "##]],
    );
}

/// What one rule foretells of another is what happens under that one.
#[test]
fn what_other_rules_would_have_made_is_what_they_make() {
    let rules = ["exits_only", "net", "rank"];
    type Build = fn(&str, &str) -> Folder;
    for (which, build) in [("conflict", conflict as Build), ("entries", entries as Build)] {
        let folders = rules.map(|rule| build(&format!("explain-instead-{which}-{rule}"), rule));
        for (folder, rule) in folders.iter().zip(rules) {
            for decision in ["3:x", "3:y"] {
                let told = case(folder, decision);
                assert_eq!(told["instead"].as_array().map(Vec::len), Some(2));
                for instead in told["instead"].as_array().expect("other rules") {
                    let other = rules.iter().position(|rule| instead["rule"] == *rule).expect("a rule");
                    let actual = case(&folders[other], decision);
                    for name in ["verdict", "sent", "crossed"] {
                        assert_eq!(instead[name], actual[name], "{which}: {decision} {name}: {rule} about {instead}");
                    }
                    assert_eq!(instead["crosses"], actual["arbitration"]["crosses"], "{which}: {rule}: {decision}");
                    let ordered = instead["orders"].as_array().expect("orders").iter();
                    let own = |order: &&Value| {
                        let children = order["children"].as_array().expect("children");
                        order["side"] == told["side"]
                            && children.iter().any(|child| child["strategy"] == told["strategy"])
                    };
                    let foretold = ordered.filter(own).map(|order| order["children"].clone()).next();
                    let happened = (!actual["order"].is_null()).then(|| actual["order"]["children"].clone());
                    assert_eq!(foretold, happened, "{which}: {decision}: {rule} about {instead}");
                }
            }
        }
    }
}

fn limits(name: &str) -> Folder {
    let steps = [
        step(1, "buy 5 A", "limit = 9800, reason = \"not reached\""),
        step(2, "buy 6 A", "limit = 9700, tif = \"gtc\", reason = \"waits\""),
        step(3, "buy 300 A", "tif = \"ioc\", reason = \"all you have\""),
        "cycle = 5, cancel = \"2\", reason = \"no more\"".to_owned(),
        step(6, "buy 7 A", "limit = 9600, tif = \"gtc\", reason = \"waits on\""),
        step(7, "sell 700 A", "reason = \"more than it has\""),
    ];
    let policy = "[policy.long]\nextends = \"validity_only\"\nshort_not_allowed = true\n";
    let steps = steps.each_ref().map(String::as_str);
    house(name, &(scripted("s", "long", "", &steps) + policy))
}

#[test]
fn limit_orders_that_expire_are_withdrawn_or_wait_on() {
    told(
        &limits("explain-limits-4"),
        "1:s 2:s 3:s 6:s",
        expect![[r##"
            #1  1:s:0  2024-01-02T15:30:00+09:00
            s asked to buy 5 A.KRX at 9800 or better, day: "not reached"
            pass: 5 of 5 admitted

            market  last 10000 at 2024-01-02T15:30:00+09:00 · previous close 10000 (that session is over: judged for the next one)
            book    s holds 0 · working buys 0, sells 0 · equity at the day's start 100000000

            1 strategy  policy long: 5 in, 5 left
                no control was asked: the policy has none for it

            2 arbitration  rule exits_only: nobody else asked for it, 5 left

            3 account  policy shared: 5 in, 5 left
                max_gross_exposure  50000  limit 1100000  pass  qts.toml:30: "1.1%"

            sent    order 1: buy 5 limit 9800 for s 5
            ended   expired 2024-01-03T15:30:00+09:00

            #2  2:s:0  2024-01-03T15:30:00+09:00
            s asked to buy 6 A.KRX at 9700 or better, gtc: "waits"
            pass: 6 of 6 admitted

            market  last 10000 at 2024-01-03T15:30:00+09:00 · previous close 10000 (that session is over: judged for the next one)
            book    s holds 0 · working buys 0, sells 0 · equity at the day's start 100000000

            1 strategy  policy long: 6 in, 6 left
                no control was asked: the policy has none for it

            2 arbitration  rule exits_only: nobody else asked for it, 6 left

            3 account  policy shared: 6 in, 6 left
                max_gross_exposure  60000  limit 1100000  pass  qts.toml:30: "1.1%"

            sent    order 2: buy 6 limit 9700 for s 6
            ended   canceled 2024-01-09T15:30:00+09:00: withdrawn by s: no more

            #3  3:s:0  2024-01-04T15:30:00+09:00
            s asked to buy 300 A.KRX at the market, ioc: "all you have"
            reduce: 104 of 300 admitted
              reduce [account] max_gross_exposure: 3060000 is above the limit 1100000. Raise max_gross_exposure or ask for less.

            market  last 10000 at 2024-01-04T15:30:00+09:00 · previous close 10000 (that session is over: judged for the next one)
            book    s holds 0 · working buys 6, sells 0 · equity at the day's start 100000000

            1 strategy  policy long: 300 in, 300 left
                no control was asked: the policy has none for it

            2 arbitration  rule exits_only: nobody else asked for it, 300 left

            3 account  policy shared: 300 in, 104 left
                max_gross_exposure  3060000  limit 1100000  reduce  qts.toml:30: "1.1%"

            sent    order 3: buy 104 market for s 104
            filled  100 at 10000 in the bar that ends 2024-01-05T15:30:00+09:00: s 100 (fee 150)
            ended   canceled 2024-01-05T15:30:00+09:00

            nearest 104 would have passed whole

            #4  6:s:0  2024-01-09T15:30:00+09:00
            s asked to buy 7 A.KRX at 9600 or better, gtc: "waits on"
            pass: 7 of 7 admitted

            market  last 10000 at 2024-01-09T15:30:00+09:00 · previous close 10000 (that session is over: judged for the next one)
            book    s holds 100 · working buys 0, sells 0 · equity at the day's start 99999850

            1 strategy  policy long: 7 in, 7 left
                no control was asked: the policy has none for it

            2 arbitration  rule exits_only: nobody else asked for it, 7 left

            3 account  policy shared: 7 in, 7 left
                max_gross_exposure  1070000  limit 1099998.35  pass  qts.toml:30: "1.1%"

            sent    order 4: buy 7 limit 9600 for s 7
            ended   canceled 2024-01-11T15:30:00+09:00: withdrawn by s: self_trade
        "##]],
    );
}

#[test]
fn a_sale_that_would_go_short() {
    told(
        &limits("explain-limits-5"),
        "7:s",
        expect![[r##"
            #5  7:s:0  2024-01-10T15:30:00+09:00
            s asked to sell 700 A.KRX at the market, day: "more than it has"
            block: 0 of 700 admitted
              reduce [strategy] short_not_allowed: 700 to sell, 100 to be had. Sell at most the holding.
              block [arbitration] self_trade: It could trade against an own working order. Ask again once that is gone.

            market  last 10000 at 2024-01-10T15:30:00+09:00 · previous close 10000 (that session is over: judged for the next one)
            book    s holds 100 · working buys 7, sells 0 · equity at the day's start 99999850

            1 strategy  policy long: 700 in (100 of it reduces the position), 100 left
                short_not_allowed  700  limit 100  reduce  qts.toml:50: true · s sells 700 and holds 100

            2 arbitration  rule exits_only: an own working order opposes it, 0 left

            sent    nothing

            nearest no smaller size would have passed: any size could trade against an own working order
        "##]],
    );
}

#[test]
fn what_the_operator_asks_for_is_under_no_policy() {
    let x = [step(1, "buy 60 A", "reason = \"in\""), step(1, "buy 20 B", "reason = \"in\"")];
    let flatten = "[[command]]\ncycle = 3\ndo = \"flatten\"\nreason = \"enough\"\n";
    let folder = house("explain-operator", &(scripted("x", "tight", "", &x.each_ref().map(String::as_str)) + flatten));
    told(
        &folder,
        "3:operator 3:operator:1",
        expect![[r##"
            #3  3:operator:0  2024-01-04T15:30:00+09:00
            operator asked to sell 60 A.KRX at the market, day, for the book of x: "flatten"
            pass: 60 of 60 admitted

            market  last 10000 at 2024-01-04T15:30:00+09:00 · previous close 10000 (that session is over: judged for the next one)
            book    x holds 60 · working buys 0, sells 0 · equity at the day's start 99999880

            1 strategy  no policy: the operator asks: 60 in (60 of it reduces the position), 60 left

            2 arbitration  rule exits_only: nobody else asked for it, 60 left

            3 account  no policy: the operator asks: 60 in (60 of it reduces the position), 60 left

            sent    order 3: sell 60 market for x 60
            filled  60 at 10000 in the bar that ends 2024-01-05T15:30:00+09:00: x 60 (fee 1170)

            #4  3:operator:1  2024-01-04T15:30:00+09:00
            operator asked to sell 10 B.KRX at the market, day, for the book of x: "flatten"
            pass: 10 of 10 admitted

            market  last 20000 at 2024-01-04T15:30:00+09:00 · previous close 20000 (that session is over: judged for the next one)
            book    x holds 10 · working buys 0, sells 0 · equity at the day's start 99999880

            1 strategy  no policy: the operator asks: 10 in (10 of it reduces the position), 10 left

            2 arbitration  rule exits_only: nobody else asked for it, 10 left

            3 account  no policy: the operator asks: 10 in (10 of it reduces the position), 10 left

            sent    order 4: sell 10 market for x 10
            filled  10 at 20000 in the bar that ends 2024-01-05T15:30:00+09:00: x 10 (fee 390)
        "##]],
    );
    let told = case(&folder, "3:operator:1");
    assert_eq!((&told["strategy_scope"]["policy"], &told["repeats"]), (&Value::Null, &Value::Null));
}

#[test]
fn a_shadow_is_judged_and_told_like_any_other() {
    let x = [step(2, "buy 90 A", "reason = \"as if\"")];
    let folder =
        house("explain-shadow", &scripted("x", "tight", "state = \"shadow\"", &x.each_ref().map(String::as_str)));
    told(
        &folder,
        "1",
        expect![[r##"
            #1  2:x:0  2024-01-03T15:30:00+09:00
            x asked to buy 90 A.KRX at the market, day: "as if"
            block: 0 of 90 admitted
              block [strategy] shadow: The strategy runs in shadow: judged and recorded, nothing is admitted. Make it active to trade.
              reduce [strategy] max_order_qty: 90 is above the limit 80. Raise max_order_qty or ask for less.
              warn [strategy] max_long: 90 is above the warning level 50. Raise max_long or ask for less.

            market  last 10000 at 2024-01-03T15:30:00+09:00 · previous close 10000 (that session is over: judged for the next one)
            book    x holds 0 · working buys 0, sells 0 · equity at the day's start 100000000

            1 strategy  policy tight · shadow: 90 in, 0 left
                max_order_qty  90  limit 80 block 500           reduce  qts.toml:25: { limit = "80", block = "500" }
                max_long       90  warn 50 limit 100 block 400  warn    qts.toml:24: { warn = "50", limit = "100", block = "400" }

            sent    nothing

            nearest no smaller size would have passed: shadow holds back any size
        "##]],
    );
}

#[test]
fn a_reason_with_control_characters_cannot_reach_the_terminal() {
    let x = [step(
        1,
        "buy 1 A",
        "reason = \"a \\u001b[31mred\\nline, 한글 \\u202e and more than sixty characters of it, to the end\"",
    )];
    let folder = house("explain-control", &scripted("x", "open", "", &x.each_ref().map(String::as_str)));
    let out = explain(&folder, "1");
    expect![[r#"x asked to buy 1 A.KRX at the market, day: "a \u{1b}[31mred\nline, 한글 \u{202e} and more than sixty characters of it, to the end""#]].assert_eq(out.lines().nth(1).expect("a line"));
    assert!(out.chars().all(|c| c == '\n' || !c.is_control()), "{out}");
    let why = case(&folder, "1")["why"].clone();
    assert_eq!(why, "a \u{1b}[31mred\nline, 한글 \u{202e} and more than sixty characters of it, to the end");
}

/// Asks the same every day and is blocked every day.
#[test]
fn the_same_decision_day_after_day_is_counted() {
    let steps: Vec<String> = (1..=5).map(|day| step(day, "buy 501 A", "")).chain([step(6, "buy 502 A", "")]).collect();
    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    let folder = house("explain-repeats", &scripted("x", "tight", "", &steps));
    let repeats = |which: &str| case(&folder, which)["repeats"].to_string();
    assert_eq!(repeats("1"), "null");
    assert_eq!(repeats("2"), r#"{"first":"1:x:0","since":"2024-01-02T15:30:00+09:00","times":1}"#);
    assert_eq!(repeats("5"), r#"{"first":"1:x:0","since":"2024-01-02T15:30:00+09:00","times":4}"#);
    assert_eq!(repeats("6"), "null");
    let line =
        |which: &str| explain(&folder, which).lines().find(|line| line.starts_with("the same")).map(str::to_owned);
    expect![[r#"
        Some("the same was decided once before in a row, since 2024-01-02T15:30:00+09:00 (1:x:0)")
        Some("the same was decided 4 times before in a row, since 2024-01-02T15:30:00+09:00 (1:x:0)")
    "#]]
    .assert_eq(&format!("{:?}\n{:?}\n", line("2"), line("5")));
}

/// Every `file:line` that is told holds the key and the value as they are told.
#[test]
fn lines_of_the_config_hold_what_is_told_of_them() {
    let folder = merging("explain-merging-6");
    let config = folder.read("qts.toml");
    let lines: Vec<&str> = config.lines().collect();
    let mut seen = 0;
    for which in ["1", "2", "3"] {
        let told = case(&folder, which);
        let scopes = [&told["strategy_scope"], &told["account_scope"]];
        for control in scopes.iter().flat_map(|scope| scope["controls"].as_array().expect("controls")) {
            let Some(at) = control["at"].as_str() else {
                assert_eq!(control["code"], "budget");
                continue;
            };
            let (file, line) = at.split_once(':').expect("file:line");
            let (code, written) = (control["code"].as_str().expect("a code"), control["written"].as_str());
            let stands = lines[line.parse::<usize>().expect("a line") - 1];
            assert!(stands.starts_with(&format!("{code} = {}", written.expect("a value"))), "{stands}: {control}");
            assert_eq!(file, "qts.toml");
            seen += 1;
        }
    }
    assert!(seen > 6, "{seen}");
}

/// Policies that extend each other, keys with dots, tables with headers, a value by instrument, one taken away.
#[test]
fn controls_are_told_with_the_policy_and_the_line_that_say_them() {
    let policies = "[policy.base]\nextends = \"validity_only\"\nmax_open_orders = 3\nmax_order_qty.limit = \"80\"\n\
                    max_gross_exposure = \"30%\"\nmax_net_exposure = { warn = \"0.5%\" }\n\
                    [policy.mid]\nextends = \"base\"\n[policy.mid.max_long]\nwarn = \"50\"\nlimit = \"100\"\n\
                    [policy.top]\nextends = \"mid\"\nmax_gross_exposure = false\n\
                    [policy.top.instrument.\"B.KRX\"]\nmax_short = \"0\"\nmax_long = \"20\"\n";
    let x = [step(1, "buy 90 A", ""), step(1, "buy 30 B", "")];
    let folder = house("explain-origins", &(scripted("x", "top", "", &x.each_ref().map(String::as_str)) + policies));
    let config = folder.read("qts.toml");
    let mut told = String::new();
    for which in ["1", "2"] {
        for control in case(&folder, which)["strategy_scope"]["controls"].as_array().expect("controls") {
            let line = control["at"].as_str().and_then(|at| at.strip_prefix("qts.toml:")).map(str::parse::<usize>);
            let line = config.lines().nth(line.expect("a place").expect("a line") - 1).expect("a line");
            let [code, said_by, written] =
                ["code", "said_by", "written"].map(|name| control[name].as_str().unwrap_or_default());
            told += &format!("{which} {code} {written} by {said_by} at `{line}`\n");
        }
    }
    expect![[r#"
        1 max_order_qty "80" by base at `max_order_qty.limit = "80"`
        1 max_long { warn = "50", limit = "100" } by mid at `[policy.mid.max_long]`
        1 max_net_exposure { warn = "0.5%" } by base at `max_net_exposure = { warn = "0.5%" }`
        1 max_open_orders 3 by base at `max_open_orders = 3`
        2 max_order_qty "80" by base at `max_order_qty.limit = "80"`
        2 max_long "20" by top at `max_long = "20"`
        2 max_net_exposure { warn = "0.5%" } by base at `max_net_exposure = { warn = "0.5%" }`
        2 max_open_orders 3 by base at `max_open_orders = 3`
    "#]]
    .assert_eq(&told);
}

/// A strategy on 25 days of A.KRX, 9 of B.KRX, under all controls of data and pace.
fn careful(name: &str) -> Folder {
    let policy = "[policy.careful]\nextends = \"validity_only\"\nrestricted = [\"B.KRX\"]\noutside_session = true\n\
                  stale_data = { warn = \"24h\", block = \"36h\" }\ndata_implausible = \"10%\"\nduplicate_order = \"10s\"\n\
                  market_order = \"block\"\nmax_participation = { order = \"1%\", day = \"1.5%\" }\n\
                  order_rate = { per_second = \"1\", burst = \"2\" }\nmessage_limit = { warn = 2, block = 9 }\n";
    let limit = "limit = 9000";
    let steps = [
        step(22, "buy 8 A", limit),
        step(22, "buy 8 A", limit),
        step(22, "buy 15 A", limit),
        step(22, "buy 1 A", ""),
        step(22, "buy 1 B", "limit = 18000, tif = \"ioc\""),
    ];
    let tables = scripted("s", "careful", "", &steps.each_ref().map(String::as_str));
    house(name, &format!("{tables}{policy}")).with("a.csv", bars(25))
}

/// What is a fact has no number and no level; a code may stand twice.
#[test]
fn controls_of_data_and_pace_are_told() {
    let folder = careful("explain-careful");
    told(
        &folder,
        "22:s:0",
        expect![[r##"
            #1  22:s:0  2024-01-31T15:30:00+09:00
            s asked to buy 8 A.KRX at 9000 or better, day: "scripted"
            pass: 8 of 8 admitted
              pass [arbitration] merged: It was sent together with equal proposals as one order.

            market  last 10400 at 2024-01-31T15:30:00+09:00 · previous close 10400 (that session is over: judged for the next one)
            book    s holds 0 · working buys 0, sells 0 · equity at the day's start 100000000

            1 strategy  policy careful: 8 in, 8 left
                restricted                no  blocks what is listed           pass  qts.toml:49: ["B.KRX"]
                outside_session           no  blocks between sessions         pass  qts.toml:50: true
                stale_data                0s  warn 1d block 1d 12h            pass  qts.toml:51: { warn = "24h", block = "36h" }
                data_implausible   1.960785%  block 10%                       pass  qts.toml:52: "10%"
                data_implausible          no  blocks beyond the day's limits  pass  qts.toml:52: "10%"
                duplicate_order            0  block 0                         pass  qts.toml:53: "10s"
                market_order              no  blocks what has no limit        pass  qts.toml:54: "block"
                max_participation          8  limit 10                        pass  qts.toml:55: { order = "1%", day = "1.5%" }
                max_participation          8  limit 16                        pass  qts.toml:55: { order = "1%", day = "1.5%" }
                order_rate                 1  block 2                         pass  qts.toml:56: { per_second = "1", burst = "2" }
                message_limit              1  warn 2 block 9                  pass  qts.toml:57: { warn = 2, block = 9 }

            2 arbitration  rule exits_only: no conflict, 8 left
                → s  buy 8 at 9000   entry               pass    merged                                     "scripted"
                  s  buy 8 at 9000   held by its policy  block   duplicate_order                            "scripted"
                  s  buy 15 at 9000  entry               reduce  max_participation merged                   "scripted"
                  s  buy 1           held by its policy  block   market_order max_participation order_rate  "scripted"

            3 account  policy shared: 16 in, 8 of it this decision's, 8 left of that
                max_gross_exposure  166400  limit 1100000  pass  qts.toml:30: "1.1%"

            sent    order 1: buy 16 limit 9000 for s 8, s 8
            ended   expired 2024-02-01T15:30:00+09:00
        "##]],
    );
    told(
        &folder,
        "22:s:1",
        expect![[r##"
            #2  22:s:1  2024-01-31T15:30:00+09:00
            s asked to buy 8 A.KRX at 9000 or better, day: "scripted"
            block: 0 of 8 admitted
              block [strategy] duplicate_order: the same was admitted once just now. Wait until duplicate_order is over, or change the order if it is meant.

            market  last 10400 at 2024-01-31T15:30:00+09:00 · previous close 10400 (that session is over: judged for the next one)
            book    s holds 0 · working buys 0, sells 0 · equity at the day's start 100000000

            1 strategy  policy careful: 8 in, 0 left
                restricted                no  blocks what is listed           pass   qts.toml:49: ["B.KRX"]
                outside_session           no  blocks between sessions         pass   qts.toml:50: true
                stale_data                0s  warn 1d block 1d 12h            pass   qts.toml:51: { warn = "24h", block = "36h" }
                data_implausible   1.960785%  block 10%                       pass   qts.toml:52: "10%"
                data_implausible          no  blocks beyond the day's limits  pass   qts.toml:52: "10%"
                duplicate_order            1  block 0                         block  qts.toml:53: "10s"
                market_order              no  blocks what has no limit        pass   qts.toml:54: "block"
                max_participation          8  limit 10                        pass   qts.toml:55: { order = "1%", day = "1.5%" }
                max_participation         16  limit 16                        pass   qts.toml:55: { order = "1%", day = "1.5%" }
                order_rate                 2  block 2                         pass   qts.toml:56: { per_second = "1", burst = "2" }
                message_limit              2  warn 2 block 9                  pass   qts.toml:57: { warn = 2, block = 9 }

            sent    nothing

            nearest 7 would have passed whole
        "##]],
    );
    told(
        &folder,
        "22:s:2",
        expect![[r##"
            #3  22:s:2  2024-01-31T15:30:00+09:00
            s asked to buy 15 A.KRX at 9000 or better, day: "scripted"
            reduce: 8 of 15 admitted
              reduce [strategy] max_participation: 15 is above the limit 10. Raise max_participation or ask for less.
              reduce [strategy] max_participation: 23 is above the limit 16. Raise max_participation or ask for less.
              pass [arbitration] merged: It was sent together with equal proposals as one order.

            market  last 10400 at 2024-01-31T15:30:00+09:00 · previous close 10400 (that session is over: judged for the next one)
            book    s holds 0 · working buys 0, sells 0 · equity at the day's start 100000000

            1 strategy  policy careful: 15 in, 8 left
                restricted                no  blocks what is listed           pass    qts.toml:49: ["B.KRX"]
                outside_session           no  blocks between sessions         pass    qts.toml:50: true
                stale_data                0s  warn 1d block 1d 12h            pass    qts.toml:51: { warn = "24h", block = "36h" }
                data_implausible   1.960785%  block 10%                       pass    qts.toml:52: "10%"
                data_implausible          no  blocks beyond the day's limits  pass    qts.toml:52: "10%"
                duplicate_order            0  block 0                         pass    qts.toml:53: "10s"
                market_order              no  blocks what has no limit        pass    qts.toml:54: "block"
                max_participation         15  limit 10                        reduce  qts.toml:55: { order = "1%", day = "1.5%" }
                max_participation         23  limit 16                        reduce  qts.toml:55: { order = "1%", day = "1.5%" }
                order_rate                 2  block 2                         pass    qts.toml:56: { per_second = "1", burst = "2" }
                message_limit              2  warn 2 block 9                  pass    qts.toml:57: { warn = 2, block = 9 }

            2 arbitration  rule exits_only: no conflict, 8 left
                  s  buy 8 at 9000   entry               pass    merged                                     "scripted"
                  s  buy 8 at 9000   held by its policy  block   duplicate_order                            "scripted"
                → s  buy 15 at 9000  entry               reduce  max_participation merged                   "scripted"
                  s  buy 1           held by its policy  block   market_order max_participation order_rate  "scripted"

            3 account  policy shared: 16 in, 8 of it this decision's, 8 left of that
                max_gross_exposure  166400  limit 1100000  pass  qts.toml:30: "1.1%"

            sent    order 1: buy 16 limit 9000 for s 8, s 8
            ended   expired 2024-02-01T15:30:00+09:00

            nearest 7 would have passed whole
        "##]],
    );
    told(
        &folder,
        "22:s:3",
        expect![[r##"
            #4  22:s:3  2024-01-31T15:30:00+09:00
            s asked to buy 1 A.KRX at the market, day: "scripted"
            block: 0 of 1 admitted
              block [strategy] market_order: The policy admits no market order that adds risk. Send a limit order.
              block [strategy] max_participation: 17 is above the limit 16. Raise max_participation or ask for less.
              block [strategy] order_rate: 3 is above the limit 2. Ask again later, or raise order_rate.
              warn [strategy] message_limit: 3 is above the warning level 2. Wait for the next session, or raise message_limit.

            market  last 10400 at 2024-01-31T15:30:00+09:00 · previous close 10400 (that session is over: judged for the next one)
            book    s holds 0 · working buys 0, sells 0 · equity at the day's start 100000000

            1 strategy  policy careful: 1 in, 0 left
                restricted                no  blocks what is listed           pass   qts.toml:49: ["B.KRX"]
                outside_session           no  blocks between sessions         pass   qts.toml:50: true
                stale_data                0s  warn 1d block 1d 12h            pass   qts.toml:51: { warn = "24h", block = "36h" }
                data_implausible   1.960785%  block 10%                       pass   qts.toml:52: "10%"
                data_implausible          no  blocks beyond the day's limits  pass   qts.toml:52: "10%"
                duplicate_order            0  block 0                         pass   qts.toml:53: "10s"
                market_order             yes  blocks what has no limit        block  qts.toml:54: "block"
                max_participation          1  limit 10                        pass   qts.toml:55: { order = "1%", day = "1.5%" }
                max_participation         17  limit 16                        block  qts.toml:55: { order = "1%", day = "1.5%" }
                order_rate                 3  block 2                         block  qts.toml:56: { per_second = "1", burst = "2" }
                message_limit              3  warn 2 block 9                  warn   qts.toml:57: { warn = 2, block = 9 }

            sent    nothing

            nearest no smaller size would have passed: there is none below one lot of 1
        "##]],
    );
    told(
        &folder,
        "22:s:4",
        expect![[r##"
            #5  22:s:4  2024-01-31T15:30:00+09:00
            s asked to buy 1 B.KRX at 18000 or better, ioc: "scripted"
            block: 0 of 1 admitted
              block [strategy] restricted: The policy's restricted list has the instrument. Take it off the list or trade another.
              block [strategy] stale_data: the newest price is 19d old, above the limit 1d 12h. Wait for data.
              block [strategy] max_participation: the usual volume (adv20) is not known
              block [strategy] order_rate: 3 is above the limit 2. Ask again later, or raise order_rate.
              warn [strategy] message_limit: 3 is above the warning level 2. Wait for the next session, or raise message_limit.

            market  last 20000 at 2024-01-12T15:30:00+09:00 · previous close 20000 (that session is over: judged for the next one)
            book    s holds 0 · working buys 0, sells 0 · equity at the day's start 100000000

            1 strategy  policy careful: 1 in, 0 left
                restricted             yes  blocks what is listed           block  qts.toml:49: ["B.KRX"]
                outside_session         no  blocks between sessions         pass   qts.toml:50: true
                stale_data             19d  warn 1d block 1d 12h            block  qts.toml:51: { warn = "24h", block = "36h" }
                data_implausible        0%  block 10%                       pass   qts.toml:52: "10%"
                data_implausible        no  blocks beyond the day's limits  pass   qts.toml:52: "10%"
                duplicate_order          0  block 0                         pass   qts.toml:53: "10s"
                market_order            no  blocks what has no limit        pass   qts.toml:54: "block"
                max_participation  unknown  no level could be computed      block  qts.toml:55: { order = "1%", day = "1.5%" }
                order_rate               3  block 2                         block  qts.toml:56: { per_second = "1", burst = "2" }
                message_limit            3  warn 2 block 9                  warn   qts.toml:57: { warn = 2, block = 9 }

            sent    nothing

            nearest no smaller size would have passed: there is none below one lot of 1
        "##]],
    );
    let case = case(&folder, "22:s:4");
    let controls = case["strategy_scope"]["controls"].as_array().expect("controls");
    let of = |code: &str| controls.iter().find(|control| control["code"] == code).unwrap_or(&Value::Null).clone();
    expect![[r#"
        {"at":"qts.toml:49","block":null,"code":"restricted","fact":"yes","limit":null,"observed":null,"said_by":"careful","stage":"block","warn":null,"written":"[\"B.KRX\"]"}
        {"at":"qts.toml:51","block":"129600s","code":"stale_data","limit":"129600s","observed":"1641600s","said_by":"careful","stage":"block","warn":"86400s","written":"{ warn = \"24h\", block = \"36h\" }"}
    "#]].assert_eq(&["restricted", "stale_data"].map(|code| of(code).to_string() + "\n").concat());
}

#[test]
fn the_check_of_phase_5_is_a_control_like_any_other() {
    let steps = [step(1, "buy 9000 A", ""), step(2, "sell 5 A", ""), step(3, "buy 5 A", "")];
    let folder = house("explain-phase5", &scripted("p", "phase5", "", &steps.each_ref().map(String::as_str)));
    let scopes: Vec<String> = ["1", "2", "3"]
        .map(|which| explain(&folder, which))
        .iter()
        .map(|told| {
            told.lines()
                .skip_while(|line| !line.starts_with("1 strategy"))
                .take(2)
                .map(|line| format!("{line}\n"))
                .collect()
        })
        .collect();
    expect![[r#"
        1 strategy  policy phase5: 9000 in, 0 left
            risk_score_exceeded  90%  block 70%  block  built-in phase5
        1 strategy  policy phase5: 5 in, 0 left
            no control was asked: phase 5 allows none of it
        1 strategy  policy phase5: 5 in, 5 left
            risk_score_exceeded  0.05%  block 70%  pass  built-in phase5
    "#]]
    .assert_eq(&scopes.concat());
}

/// The lines of an explanation that say something of these.
fn lines_with(folder: &Folder, which: &str, words: &[&str]) -> String {
    let told = explain(folder, which);
    let lines = told.lines().filter(|line| words.iter().any(|word| line.contains(word)));
    lines.map(|line| format!("{}\n", line.trim_start())).collect()
}

#[test]
fn a_cross_of_a_strategy_with_itself_is_called_its_own() {
    let x = [step(1, "buy 10 A", ""), step(3, "buy 8 A", ""), step(3, "sell 6 A", "")];
    let y = [step(3, "sell 4 A", "")];
    let tables = scripted("x", "open", "rank = 1", &x.each_ref().map(String::as_str))
        + &scripted("y", "open", "rank = 2", &y.each_ref().map(String::as_str))
        + "[arbitration]\nrule = \"net\"\n";
    let folder = house("explain-own-cross", &tables);
    let told = ["3:x:0", "3:x:1", "3:y"].map(|which| lines_with(&folder, which, &["crossed:", "booked"]));
    expect![[r#"
        pass [arbitration] crossed: It was booked against opposing proposals of other books and of its own; no order was needed.
        5 booked within x at 10000, without an order
        3 booked from y to x at 10000, without an order

        pass [arbitration] crossed: It was booked against an opposing proposal of its own; no order was needed.
        5 booked within x at 10000, without an order
        3 booked from y to x at 10000, without an order

        pass [arbitration] crossed: It was booked against an opposing proposal of another book; no order was needed.
        5 booked within x at 10000, without an order
        3 booked from y to x at 10000, without an order
    "#]].assert_eq(&told.join("\n"));
}

#[test]
fn who_withdrew_an_order_and_what_for() {
    let x = [step(1, "buy 5 A", "limit = 9800, tif = \"gtc\"")];
    let y = [step(2, "buy 5 B", "limit = 19800, tif = \"gtc\"")];
    let tables = scripted("x", "open", "rank = 1", &x.each_ref().map(String::as_str))
        + &scripted("y", "open", "rank = 2", &y.each_ref().map(String::as_str))
        + "[[command]]\ncycle = 3\ndo = \"disable\"\nstrategy = \"x\"\nreason = \"earnings\"\n"
        + "[[command]]\ncycle = 4\ndo = \"kill\"\nreason = \"enough\"\n";
    let folder = house("explain-withdrawn", &tables);
    let told = ["1:x", "2:y"].map(|which| lines_with(&folder, which, &["ended"]));
    expect![[r#"
        ended   canceled 2024-01-05T15:30:00+09:00: withdrawn by the operator: unwanted (disable strategy `x` (earnings))
        ended   canceled 2024-01-08T15:30:00+09:00: withdrawn by the operator: unwanted (kill the account (enough))
    "#]].assert_eq(&told.concat());
    let withdrawal = &case(&folder, "1:x")["withdrawal"];
    assert_eq!(withdrawal["after"], "disable strategy `x` (earnings)");
    assert_eq!((&withdrawal["by"], &withdrawal["why"]), (&"operator".into(), &"unwanted".into()));
}

#[test]
fn a_strategy_whose_id_ends_in_a_number_is_found_by_it() {
    let x = [step(1, "buy 5 A", ""), step(1, "buy 6 B", "")];
    let folder = house("explain-id", &scripted("x:7", "open", "", &x.each_ref().map(String::as_str)));
    let told = ["1:x:7", "1:x:7:0", "1:x:7:1"].map(|which| lines_with(&folder, which, &["asked to"]));
    expect![[r#"
        x:7 asked to buy 5 A.KRX at the market, day: "scripted"
        x:7 asked to buy 5 A.KRX at the market, day: "scripted"
        x:7 asked to buy 6 B.KRX at the market, day: "scripted"
    "#]]
    .assert_eq(&told.concat());
}

fn refused(folder: &Folder, which: &str) -> String {
    let Ended { code, out, err } = folder.qts(&format!("explain qts.toml {which}"));
    assert_eq!((code, out.as_str()), (2, ""), "{which}: {err}");
    by_its_name(err.lines().next().unwrap_or_default()) + "\n"
}

#[test]
fn a_decision_that_there_is_not_is_refused_with_a_way_out() {
    let folder = merging("explain-merging-7");
    let said: String =
        ["4", "1:x:2", "2:x", "1:w", "0", "x", "1:", "1 9"].map(|which| refused(&folder, which)).concat();
    expect![[r#"
        qts: there is no decision 4: this run makes 3; `qts run qts.toml --decisions decisions.csv` lists them
        qts: there is no decision 1:x:2: this run makes 3; `qts run qts.toml --decisions decisions.csv` lists them
        qts: there is no decision 2:x:0: this run makes 3; `qts run qts.toml --decisions decisions.csv` lists them
        qts: there is no decision 1:w:0: this run makes 3; `qts run qts.toml --decisions decisions.csv` lists them
        error: invalid value '0' for '<DECISION>...': decisions are numbered from 1
        error: invalid value 'x' for '<DECISION>...': `x` is no decision: write its number (212) or its id (1107:rsi-7:0)
        error: invalid value '1:' for '<DECISION>...': `1:` is no decision: write its number (212) or its id (1107:rsi-7:0)
        qts: there is no decision 9: this run makes 3; `qts run qts.toml --decisions decisions.csv` lists them
    "#]].assert_eq(&said);
}

#[test]
fn several_decisions_are_told_in_the_order_in_which_they_are_asked_for() {
    let folder = merging("explain-merging-8");
    let both = explain(&folder, "3 #1 1:x:0");
    let one = |which: &str| explain(&folder, which);
    assert_eq!(both, format!("{}\n{}\n{}", one("3"), one("1"), one("1")));
    let ended = folder.qts("explain qts.toml 3 1 --format json");
    let numbers: Vec<Value> =
        ended.out.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")["number"].clone()).collect();
    assert_eq!(numbers, [3, 1]);
}

/// The names are part of the contract.
#[test]
fn the_form_for_programs() {
    let told = case(&merging("explain-merging-9"), "1:x:0");
    expect![[r#"
        {
          "account_scope": {
            "controls": [
              {
                "at": "qts.toml:30",
                "block": null,
                "code": "max_gross_exposure",
                "limit": "1100000",
                "observed": "1300000",
                "said_by": "shared",
                "stage": "reduce",
                "warn": "1100000",
                "written": "\"1.1%\""
              }
            ],
            "given": "130",
            "left": "68",
            "policy": "shared",
            "reducing": "0",
            "standing": "active"
          },
          "admitted": "68",
          "arbitration": {
            "conflict": false,
            "crosses": [],
            "left": "80",
            "parties": [
              {
                "asked": "90",
                "brought": "80",
                "crossed": "0",
                "decision": "1:x:0",
                "left": "80",
                "limit": null,
                "reasons": [
                  "max_order_qty",
                  "merged",
                  "max_gross_exposure"
                ],
                "reducing": "0",
                "side": "buy",
                "strategy": "x",
                "verdict": "reduce",
                "why": "in"
              },
              {
                "asked": "50",
                "brought": "50",
                "crossed": "0",
                "decision": "1:y:0",
                "left": "50",
                "limit": null,
                "reasons": [
                  "merged",
                  "max_gross_exposure"
                ],
                "reducing": "0",
                "side": "buy",
                "strategy": "y",
                "verdict": "reduce",
                "why": "me, too"
              }
            ],
            "rule": "exits_only"
          },
          "asked": "90",
          "book": "x",
          "crossed": "0",
          "cycle": 1,
          "day_start_equity": "100000000",
          "decision": "1:x:0",
          "emission": 0,
          "ended": {
            "how": "expired",
            "ts": "2024-01-03T15:30:00+09:00",
            "why": null
          },
          "fills": [
            {
              "fee": "150",
              "price": "10000",
              "qty": "100",
              "shares": [
                {
                  "fee": "93",
                  "qty": "62",
                  "strategy": "x"
                },
                {
                  "fee": "57",
                  "qty": "38",
                  "strategy": "y"
                }
              ],
              "ts": "2024-01-03T15:30:00+09:00"
            }
          ],
          "holding": {
            "cost": "0",
            "open_buy": "0",
            "open_sell": "0",
            "position": "0"
          },
          "instead": [
            {
              "crossed": "0",
              "crosses": [],
              "differs": false,
              "orders": [
                {
                  "children": [
                    {
                      "qty": "68",
                      "strategy": "x"
                    },
                    {
                      "qty": "42",
                      "strategy": "y"
                    }
                  ],
                  "limit": null,
                  "qty": "110",
                  "side": "buy"
                }
              ],
              "rule": "net",
              "sent": "68",
              "verdict": "reduce"
            },
            {
              "crossed": "0",
              "crosses": [],
              "differs": false,
              "orders": [
                {
                  "children": [
                    {
                      "qty": "68",
                      "strategy": "x"
                    },
                    {
                      "qty": "42",
                      "strategy": "y"
                    }
                  ],
                  "limit": null,
                  "qty": "110",
                  "side": "buy"
                }
              ],
              "rule": "rank",
              "sent": "68",
              "verdict": "reduce"
            }
          ],
          "instrument": "A.KRX",
          "limit": null,
          "market": {
            "ask": null,
            "at": "2024-01-02T15:30:00+09:00",
            "bid": null,
            "last": "10000",
            "prev_close": "10000"
          },
          "nearest": "60",
          "number": 1,
          "order": {
            "children": [
              {
                "qty": "68",
                "strategy": "x"
              },
              {
                "qty": "42",
                "strategy": "y"
              }
            ],
            "limit": null,
            "order": 1,
            "qty": "110",
            "side": "buy"
          },
          "reasons": [
            {
              "code": "max_order_qty",
              "limit": "80",
              "observed": "90",
              "scope": "strategy",
              "stage": "reduce",
              "text": "max_order_qty: 90 is above the limit 80. Raise max_order_qty or ask for less."
            },
            {
              "code": "max_long",
              "limit": "50",
              "observed": "90",
              "scope": "strategy",
              "stage": "warn",
              "text": "max_long: 90 is above the warning level 50. Raise max_long or ask for less."
            },
            {
              "code": "merged",
              "limit": null,
              "observed": null,
              "scope": "arbitration",
              "stage": "pass",
              "text": "merged: It was sent together with equal proposals as one order."
            },
            {
              "code": "max_gross_exposure",
              "limit": "1100000",
              "observed": "1300000",
              "scope": "account",
              "stage": "reduce",
              "text": "max_gross_exposure: 1300000 is above the limit 1100000. Raise max_gross_exposure or ask for less."
            }
          ],
          "repeats": null,
          "schema": 1,
          "sent": "68",
          "side": "buy",
          "strategy": "x",
          "strategy_scope": {
            "controls": [
              {
                "at": "qts.toml:25",
                "block": "500",
                "code": "max_order_qty",
                "limit": "80",
                "observed": "90",
                "said_by": "tight",
                "stage": "reduce",
                "warn": "80",
                "written": "{ limit = \"80\", block = \"500\" }"
              },
              {
                "at": "qts.toml:24",
                "block": "400",
                "code": "max_long",
                "limit": "100",
                "observed": "90",
                "said_by": "tight",
                "stage": "warn",
                "warn": "50",
                "written": "{ warn = \"50\", limit = \"100\", block = \"400\" }"
              },
              {
                "at": "qts.toml:39",
                "block": null,
                "code": "budget",
                "limit": "5000000",
                "observed": "1170175.5",
                "said_by": null,
                "stage": "pass",
                "warn": null,
                "written": "\"5000000\""
              }
            ],
            "given": "90",
            "left": "80",
            "policy": "tight",
            "reducing": "0",
            "standing": "active"
          },
          "tif": "day",
          "ts": "2024-01-02T15:30:00+09:00",
          "type": "market",
          "verdict": "reduce",
          "why": "in"
        }"#]].assert_eq(&serde_json::to_string_pretty(&told).expect("JSON"));
}

/// Rows of the decisions file and numbers of decisions are the same.
#[test]
fn numbers_are_rows_of_the_decisions_file() {
    let folder = conflict("explain-rows", "net");
    let rows = folder.decisions("qts.toml");
    for (number, row) in (1..).zip(&rows) {
        let told = case(&folder, &number.to_string());
        for name in [
            "decision",
            "strategy",
            "book",
            "instrument",
            "side",
            "type",
            "asked",
            "admitted",
            "sent",
            "crossed",
            "verdict",
            "why",
        ] {
            assert_eq!(told[name], row[name].as_str(), "{number} {name}");
        }
    }
    assert_eq!(rows.len(), 4);
}
