//! The hint at the end of a run: what it tells to write is written, and what it is about is gone.

use std::collections::BTreeSet;

use expect_test::{Expect, expect};
use serde_json::Value;

use crate::support::{Folder, Row, SHARE, bars, bars_of, count, market, strategy};
use crate::the_example::root;

/// A strategy under the built-in policy.
fn beginner(id: &str, qty: u32) -> String {
    unconfigured(&strategy(id, "simple", &format!("buy_below = 99999, sell_above = 1, qty = {qty}")))
}

/// Without a policy of its own.
fn unconfigured(strategy: &str) -> String {
    strategy.replace("policy = \"open\"\n", "")
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
    widely(&bars(count))
}

/// The same bars with a thousand times the volume.
fn widely(bars: &str) -> String {
    bars.replace('\n', "000\n").replacen("volume000", "volume", 1)
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
fn a_percentage_stays_a_percentage() {
    let policy = "[policy.mine]\nextends = \"validity_only\"\nmax_order_notional = \"0.05%\"\n";
    check(
        "hint-percent",
        &(asker("a", "mine", 9, 12, "") + policy),
        expect![[r#"
            12 of 12 decisions that were reduced or blocked ran into max_order_notional. To let them pass it (what then goes through may add up to more):

            # in [policy.mine], in place of the same keys:
            max_order_notional = "0.12%"
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
            max_order_notional = { warn = "0.01%", limit = "0.12%", block = "0.12%" }
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
        28 of 28 decisions that were reduced or blocked ran into max_open_orders, 26 of these into nothing but numbers of policies and budgets. To let these last pass it (what then goes through may add up to more):

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
            max_order_notional = "11.75%"
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
    assert_eq!(Folder::new("hint-example").summary(&config).get("hint"), None, "three quarters are not nearly all");
}

/// The decisions of a strategy that nothing cut, by their time.
fn uncut(folder: &Folder, strategy: &str) -> BTreeSet<String> {
    let rows = folder.decisions("qts.toml").into_iter().filter(|row| row["strategy"] == strategy);
    rows.filter(|row| row["admitted"] == row["asked"]).map(|row| row["ts"].clone()).collect()
}

/// `small` is cut and `big` is not; after what the hint says was written, `big` is not cut either.
fn check_that_big_passes_on(name: &str, tables: &str, more: impl Fn(Folder) -> Folder) {
    let config = format!("{SHARE}{tables}");
    let folder = more(Folder::new(name).with("bars.csv", traded(40)).with("qts.toml", &config));
    let before = uncut(&folder, "big");
    assert!(before.len() > 9, "{name}: nothing to lose");
    let hint = hint(&folder);
    let pasted = pasted(&config, hint["toml"].as_str().expect("a hint"));
    folder.write("qts.toml", &pasted);
    let after = uncut(&folder, "big");
    assert!(before.is_subset(&after), "{name}: {} passed, {} do now\n{pasted}", before.len(), after.len());
    assert!(!uncut(&folder, "small").is_empty(), "{name}: it changes something\n{pasted}");
}

#[test]
fn nobody_who_passed_before_is_cut_by_what_the_hint_says() {
    let percentages = ["max_order_notional", "max_long", "max_gross_exposure", "max_net_exposure", "cycle_notional"];
    for control in percentages {
        for limits in ["\"10%\"", "{ warn = \"5%\", limit = \"8%\", block = \"10%\" }", "{ block = \"10%\" }"] {
            if control == "cycle_notional" && limits.contains("limit") {
                continue; // It never reduces: its limit is its block.
            }
            let small = asker("small", "p", 20, 12, "").replace("kind", "budget = \"1000000\"\nkind");
            let big = strategy("big", "simple", "buy_below = 99999, sell_above = 1, qty = 500").replace("open", "p");
            let policy = format!("[policy.p]\nextends = \"validity_only\"\n{control} = {limits}\n");
            check_that_big_passes_on("hint-nobody", &(small + &big + &policy), |folder| folder);
        }
    }
}

#[test]
fn a_number_in_place_of_lots_covers_the_largest_lot_of_those_who_share_it() {
    let other = "[[instrument]]\nid = \"B.KRX\"\ntick = \"10\"\nlot = \"100\"\ncurrency = \"KRW\"\n\
                 session = \"09:00-15:30\"\ntz = \"Asia/Seoul\"\n\
                 [[data]]\ninstrument = \"B.KRX\"\npath = \"b.csv\"\nstamp = \"date\"\n";
    let big = strategy("big", "simple", "buy_below = 99999, sell_above = 1, qty = 100").replace("open", "p");
    let tables = beginner("small", 9).replace("kind", "policy = \"p\"\nkind") + &big.replace("A.KRX", "B.KRX") + other;
    let more =
        |folder: Folder| folder.with("b.csv", widely(&bars_of("B", jiff::civil::Date::constant(2024, 1, 2), 40)));
    check_that_big_passes_on("hint-lots", &(tables + "[policy.p]\nmax_short = \"5\"\n"), more);
}

#[test]
fn a_policy_of_both_scopes_gets_one_number_that_tightens_neither() {
    let account = SHARE.replace("policy = \"open\"\n[[instrument]]", "policy = \"both\"\n[[instrument]]");
    let policy = "[policy.both]\nmax_order_qty = \"5000\"\nmax_long = \"90%\"\nmax_order_notional = \"90%\"\n";
    check_config(
        "hint-shared",
        &(account + &beginner("a", 3000).replace("kind", "policy = \"both\"\nkind") + policy),
        expect![[r#"
            40 of 40 decisions that were reduced or blocked ran into cycle_notional. To let them pass it, and what cut them with it (what then goes through may add up to more):

            # in [policy.both], in place of the same keys:
            cycle_notional = "42.28%"
            max_gross_exposure = "95%"
        "#]],
    );
}

#[test]
fn which_of_two_percentages_was_met_is_told_by_its_size() {
    let policy = "[policy.mine]\nextends = \"validity_only\"\n\
                  max_long = { warn = \"0.02%\", limit = \"0.04%\", block = \"5%\" }\n";
    let buyer = strategy("a", "simple", "buy_below = 99999, sell_above = 1, qty = 10").replace("open", "mine");
    check(
        "hint-sizes",
        &(buyer + policy),
        expect![[r#"
        20 of 20 decisions that were reduced or blocked ran into max_long. To let them pass it (what then goes through may add up to more):

        # in [policy.mine], in place of the same keys:
        max_long = { warn = "0.02%", limit = "0.11%", block = "5%" }
    "#]],
    );
}

/// Buys and, whatever it holds, sells as much.
fn turner(id: &str, qty: u32) -> String {
    let side = |cycle: u32| if cycle % 2 == 1 { "buy" } else { "sell" };
    let step =
        |cycle| format!("{{ cycle = {cycle}, instrument = \"A.KRX\", side = \"{}\", qty = {qty} }}", side(cycle));
    let steps: Vec<String> = (1..=20).map(step).collect();
    unconfigured(&strategy(id, "scripted", &format!("steps = [{}]", steps.join(", "))))
}

#[test]
fn what_something_else_cuts_too_counts_but_gives_no_number() {
    let tables = turner("a", 10);
    check(
        "hint-turner",
        &tables,
        expect![[r#"
        20 of 20 decisions that were reduced or blocked ran into max_order_qty, 10 of these into nothing but numbers of policies and budgets. To let these last pass it:

        [policy.mine]
        max_order_qty = "10"
        # and in the [[strategy]] "a":
        # policy = "mine"
    "#]],
    );
    let folder = market("hint-turner-count", &tables, 40);
    let summary = folder.summary("qts.toml");
    assert_eq!(summary["hint"]["decisions"], summary["reasons"]["max_order_qty"], "as the table above it says");
    assert!(count(&summary["hint"]["only_numbers"]) < count(&summary["hint"]["decisions"]));
    let sells = turner("a", 10).replace("\"buy\"", "\"sell\"");
    assert_eq!(hint(&market("hint-sells", &sells, 40)), Value::Null, "no number alone would help them");
}

#[test]
fn an_order_that_is_too_large_beside_the_cut_ones_is_told_the_size_to_allow() {
    let folder = market("hint-finger", &unconfigured(&asker("a", "open", 60, 39, "")), 40);
    let hint = hint(&folder);
    expect![[r#"
        [policy.mine]
        max_order_qty = "60"
        # and in the [[strategy]] "a":
        # policy = "mine"
    "#]]
    .assert_eq(hint["toml"].as_str().expect("a hint"));
    let config = pasted(&folder.read("qts.toml"), hint["toml"].as_str().expect("TOML"));
    folder.write("qts.toml", config);
    let reasons = folder.summary("qts.toml")["reasons"].clone();
    assert_eq!((&reasons["max_order_qty"], &reasons["fat_finger"]), (&Value::Null, &Value::Null), "{reasons}");
}

#[test]
fn what_the_account_would_cut_next_is_told_at_once() {
    let account = SHARE.replace("policy = \"open\"\n[[instrument]]", "[[instrument]]");
    let config = account + &beginner("a", 600);
    check_config(
        "hint-next",
        &config,
        expect![[r#"
            20 of 20 decisions that were reduced or blocked ran into max_order_qty. To let them pass it, and what cut them with it (what then goes through may add up to more):

            [policy.mine]
            max_order_qty = "600"
            max_order_notional = "8.45%"
            max_long = "6.5%"
            # and in the [[strategy]] "a":
            # policy = "mine"

            [policy.account]
            max_order_notional = "8.45%"
            # and in [account]:
            # policy = "account"
        "#]],
    );
    let folder = Folder::new("hint-next-pasted").with("bars.csv", bars(40)).with("qts.toml", &config);
    folder.write("qts.toml", pasted(&config, hint(&folder)["toml"].as_str().expect("TOML")));
    let reasons = folder.decisions("qts.toml").into_iter().map(|row| row["reasons"].clone());
    assert_eq!(reasons.filter(|reasons| reasons.contains("account:")).count(), 0, "the account cuts nothing then");
}
