//! The hint at the end of a run: what it tells to write is written, and what it is about is gone.

use expect_test::{Expect, expect};
use serde_json::Value;

use crate::support::{Folder, Row, SHARE, bars, count, market, strategy};
use crate::the_example::root;

/// A strategy under the built-in policy.
fn beginner(id: &str, qty: u32) -> String {
    strategy(id, "simple", &format!("buy_below = 99999, sell_above = 1, qty = {qty}"))
        .replace("policy = \"open\"\n", "")
}

/// Asks for so many shares in each of the first cycles; `more` are further keys of each step.
fn asker(id: &str, policy: &str, qty: u32, cycles: u32, more: &str) -> String {
    let step = |cycle| format!("{{ cycle = {cycle}, instrument = \"A.KRX\", side = \"buy\", qty = {qty}{more} }}");
    let steps: Vec<String> = (1..=cycles).map(step).collect();
    let table = strategy(id, "scripted", &format!("steps = [{}]", steps.join(", ")));
    table.replace("policy = \"open\"", &format!("policy = \"{policy}\""))
}

/// The config after somebody did what the hint says.
fn pasted(config: &str, toml: &str) -> String {
    let mut config = config.to_owned();
    for block in toml.split("\n\n") {
        config = match block.strip_prefix("# in ") {
            Some(change) => changed(&config, change),
            None => extended(&config, block),
        };
    }
    config
}

/// `[policy.x], in place of the same keys:` or `the [[strategy]] "x":`, and the lines below it.
fn changed(config: &str, change: &str) -> String {
    let (place, lines) = change.split_once(":\n").expect("lines");
    let head = match place.strip_prefix("the [[strategy]] ") {
        Some(id) => format!("id = {id}"),
        None => place.split_once(',').expect("a table").0.to_owned(),
    };
    let (before, rest) = config.split_once(&format!("{head}\n")).expect("its place");
    let (table, after) = rest.split_once("\n[").map_or((rest, String::new()), |(t, after)| (t, format!("\n[{after}")));
    let is_new = |line: &&str| lines.lines().all(|new| new.split(" = ").next() != line.split(" = ").next());
    let kept: String = table.lines().filter(is_new).map(|line| format!("{line}\n")).collect();
    format!("{before}{head}\n{}\n{kept}{after}", lines.trim_end())
}

/// A whole new policy, and below it in comments who is to use it.
fn extended(config: &str, block: &str) -> String {
    let (users, line) = block.split_once("# and in ").expect("users").1.split_once(":\n# ").expect("a line");
    let line = line.trim_end();
    let heads: Vec<String> = match users.strip_prefix("the [[strategy]] ") {
        Some(ids) => ids.split(", ").map(|id| format!("id = {id}")).collect(),
        None => vec![users.to_owned()],
    };
    let with = |config: String, head: &String| config.replacen(&format!("{head}\n"), &format!("{head}\n{line}\n"), 1);
    heads.iter().fold(config.to_owned(), with) + "\n" + block
}

/// Bars of a market that is large enough for everybody.
fn traded(count: usize) -> String {
    bars(count).replace('\n', "000\n").replacen("volume000", "volume", 1)
}

fn hint(folder: &Folder) -> Value {
    folder.summary("qts.toml").get("hint").cloned().unwrap_or_default()
}

fn told(hint: &Value) -> String {
    format!("{}\n\n{}", hint["text"].as_str().expect("a hint"), hint["toml"].as_str().expect("TOML"))
}

/// What the hint says, and that its reason is gone when that is done.
fn check(name: &str, tables: &str, expect: Expect) {
    check_config(name, &format!("{SHARE}{tables}"), expect);
}

fn check_config(name: &str, config: &str, expect: Expect) {
    let folder = Folder::new(name).with("bars.csv", traded(40)).with("qts.toml", config);
    let hint = hint(&folder);
    expect.assert_eq(&told(&hint));
    let cut = |decisions: &[Row]| {
        let code = hint["reason"].as_str().expect("a code");
        let cuts = |row: &&Row| {
            row["reasons"].contains(&format!(":{code}:reduce")) || row["reasons"].contains(&format!(":{code}:block"))
        };
        decisions.iter().filter(cuts).count() as u64
    };
    assert!(cut(&folder.decisions("qts.toml")) >= count(&hint["decisions"]));
    folder.write("qts.toml", pasted(config, hint["toml"].as_str().expect("TOML")));
    let ended = folder.qts("check qts.toml");
    assert_eq!(ended.code, 0, "{}", ended.err);
    assert_eq!(cut(&folder.decisions("qts.toml")), 0, "{}", folder.read("qts.toml"));
}

#[test]
fn who_has_no_policy_is_told_the_smallest_one() {
    check(
        "hint-beginner",
        &(beginner("a", 10) + &beginner("b", 7)),
        expect![[r#"
        40 of 40 decisions that were reduced or blocked ran into max_order_qty. To let them pass it:

        [policy.mine]
        max_order_qty = "10"
        # and in the [[strategy]] "a", "b":
        # policy = "mine"
    "#]],
    );
}

#[test]
fn it_stands_below_the_summary() {
    let folder = market("hint-table", &beginner("a", 10), 0).with("bars.csv", traded(30));
    let out = folder.qts("run qts.toml").out;
    let (_, hint) = out.split_once(" s\n\n").expect("a hint after the last line");
    expect![[r#"
        15 of 15 decisions that were reduced or blocked ran into max_order_qty. To let them pass it:

          [policy.mine]
          max_order_qty = "10"
          # and in the [[strategy]] "a":
          # policy = "mine"
    "#]]
    .assert_eq(hint);
}

#[test]
fn a_policy_of_ones_own_is_told_what_to_change_and_keeps_its_warning() {
    let policy = "[policy.mine]\nmax_order_qty = { warn = \"2\", limit = \"3\", block = \"5\" }\nmax_long = \"100%\"\n";
    check(
        "hint-levels",
        &(asker("a", "mine", 9, 12, "") + policy),
        expect![[r#"
        12 of 12 decisions that were reduced or blocked ran into max_order_qty. To let them pass it:

        # in [policy.mine], in place of the same keys:
        max_order_qty = { warn = "2", limit = "9", block = "9" }
    "#]],
    );
    let policy = policy.replace("\"5\"", "\"50\"");
    check(
        "hint-block",
        &(asker("a", "mine", 9, 12, "") + &policy),
        expect![[r#"
        12 of 12 decisions that were reduced or blocked ran into max_order_qty. To let them pass it:

        # in [policy.mine], in place of the same keys:
        max_order_qty = { warn = "2", limit = "9", block = "50" }
    "#]],
    );
}

#[test]
fn a_percentage_of_the_equity_becomes_exact_money_and_that_of_a_position_stays_one() {
    let policy = "[policy.mine]\nextends = \"validity_only\"\nmax_order_notional = \"0.05%\"\n";
    check(
        "hint-percent",
        &(asker("a", "mine", 9, 12, "") + policy),
        expect![[r#"
        12 of 12 decisions that were reduced or blocked ran into max_order_notional. To let them pass it (what then goes through may add up to more):

        # in [policy.mine], in place of the same keys:
        max_order_notional = "117630"
    "#]],
    );
    let policy = "[policy.mine]\nextends = \"validity_only\"\n\
                  max_order_notional = { warn = \"0.01%\", limit = \"0.05%\", block = \"0.07%\" }\n";
    check(
        "hint-percents",
        &(asker("a", "mine", 9, 12, "") + policy),
        expect![[r#"
        12 of 12 decisions that were reduced or blocked ran into max_order_notional. To let them pass it (what then goes through may add up to more):

        # in [policy.mine], in place of the same keys:
        max_order_notional = { limit = "117630", block = "117630" }
    "#]],
    );
    let policy = "[policy.mine]\nextends = \"validity_only\"\nmax_long = { warn = \"0.02%\", limit = \"0.04%\" }\n";
    let buyer = strategy("a", "simple", "buy_below = 99999, sell_above = 1, qty = 10").replace("open", "mine");
    check(
        "hint-long",
        &(buyer + policy),
        expect![[r#"
        20 of 20 decisions that were reduced or blocked ran into max_long. To let them pass it (what then goes through may add up to more):

        # in [policy.mine], in place of the same keys:
        max_long = { warn = "0.02%", limit = "0.11%" }
    "#]],
    );
}

#[test]
fn an_instruments_own_numbers_stand_in_its_own_table() {
    let policy = "[policy.mine]\nextends = \"validity_only\"\nmax_order_notional = \"1\"\n\
                  [policy.mine.instrument.\"A.KRX\"]\nmax_order_notional = \"50000\"\n";
    check(
        "hint-instrument",
        &(asker("a", "mine", 9, 12, "") + policy),
        expect![[r#"
        12 of 12 decisions that were reduced or blocked ran into max_order_notional. To let them pass it (what then goes through may add up to more):

        # in [policy.mine.instrument."A.KRX"], in place of the same keys:
        max_order_notional = "117630"
    "#]],
    );
}

#[test]
fn all_that_cut_the_same_decisions_is_changed_together() {
    let policy = "[policy.tight]\nextends = \"validity_only\"\nmax_order_qty = \"2\"\nmax_order_notional = \"30000\"\n";
    check(
        "hint-both",
        &(asker("a", "tight", 9, 12, "") + policy),
        expect![[r#"
        12 of 12 decisions that were reduced or blocked ran into max_order_qty. To let them pass it, and what cut them with it (what then goes through may add up to more):

        # in [policy.tight], in place of the same keys:
        max_order_qty = "9"
        max_order_notional = "117630"
    "#]],
    );
}

#[test]
fn a_position_limit_is_told_with_a_caution() {
    let policy = "[policy.tight]\nextends = \"validity_only\"\nmax_long = \"4\"\n";
    let buyer = strategy("a", "simple", "buy_below = 99999, sell_above = 1, qty = 10").replace("open", "tight");
    check(
        "hint-position",
        &(buyer + policy),
        expect![[r#"
        20 of 20 decisions that were reduced or blocked ran into max_long. To let them pass it (what then goes through may add up to more):

        # in [policy.tight], in place of the same keys:
        max_long = "10"
    "#]],
    );
}

#[test]
fn a_budget_stands_with_its_strategy() {
    let buyer = strategy("a", "simple", "buy_below = 99999, sell_above = 1, qty = 10");
    let buyer = buyer.replace("kind", "budget = \"30000\"\nkind");
    check(
        "hint-budget",
        &buyer,
        expect![[r#"
        20 of 20 decisions that were reduced or blocked ran into budget. To let them pass it (what then goes through may add up to more):

        # in the [[strategy]] "a":
        budget = "140700"
    "#]],
    );
}

#[test]
fn a_collar_is_told_in_percent_and_open_orders_as_a_count() {
    let collar = "[policy.tight]\nextends = \"validity_only\"\nprice_collar = { warn = \"1%\", block = \"2%\" }\n";
    check(
        "hint-collar",
        &(asker("a", "tight", 1, 12, ", limit = 12000") + collar),
        expect![[r#"
        12 of 12 decisions that were reduced or blocked ran into price_collar. To let them pass it:

        # in [policy.tight], in place of the same keys:
        price_collar = { warn = "1%", block = "25.39185%" }
    "#]],
    );
    let open = "[policy.tight]\nextends = \"validity_only\"\nmax_open_orders = 2\n";
    let more = ", limit = 7500, tif = \"gtc\"";
    let folder = market("hint-open", &(asker("a", "tight", 1, 30, more) + open), 40);
    let hint = hint(&folder);
    expect![[r#"
        26 of 28 decisions that were reduced or blocked ran into max_open_orders. To let them pass it (what then goes through may add up to more):

        # in [policy.tight], in place of the same keys:
        max_open_orders = 3
    "#]].assert_eq(&told(&hint));
}

#[test]
fn the_accounts_policy_is_the_accounts() {
    let account = SHARE.replace("policy = \"open\"\n[[instrument]]", "[[instrument]]");
    check_config(
        "hint-account",
        &(account + &asker("a", "open", 900, 12, "")),
        expect![[r#"
        12 of 12 decisions that were reduced or blocked ran into max_order_notional. To let them pass it, and what cut them with it (what then goes through may add up to more):

        [policy.account]
        max_order_notional = "11763000"
        max_long = "19.5%"
        # and in [account]:
        # policy = "account"
    "#]],
    );
}

#[test]
fn three_policies_are_told_at_most() {
    let one = |n: u32| {
        let policy = format!("[policy.p{n}]\nextends = \"validity_only\"\nmax_order_qty = \"1\"\n");
        asker(&format!("s{n}"), &format!("p{n}"), n + 1, 12 + n, "") + &policy
    };
    let folder = market("hint-three", &(1..=5).map(one).collect::<String>(), 40);
    expect![[r#"
        75 of 75 decisions that were reduced or blocked ran into max_order_qty. To let them pass it in the 3 places of 5 that cut most:

        # in [policy.p5], in place of the same keys:
        max_order_qty = "6"

        # in [policy.p4], in place of the same keys:
        max_order_qty = "5"

        # in [policy.p3], in place of the same keys:
        max_order_qty = "4"
    "#]].assert_eq(&told(&hint(&folder)));
}

#[test]
fn nothing_is_said_where_nothing_is_sure() {
    let few = asker("a", "conservative", 9, 9, "");
    assert_eq!(hint(&market("hint-few", &few, 40)), Value::Null, "nine are too few");
    let other = asker("a", "conservative", 9, 12, "") + &asker("b", "open", 1, 12, ", limit = 20000");
    let folder = market("hint-half", &other, 40);
    assert_eq!(hint(&folder), Value::Null, "half is not most");
    assert!(!folder.qts("run qts.toml").out.contains("To let them pass"));
    let config = root().join("examples/us-daily/qts.toml").display().to_string();
    assert_eq!(Folder::new("hint-example").summary(&config).get("hint"), None, "no control cuts most there");
}
