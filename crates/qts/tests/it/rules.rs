//! Two strategies that want opposite things on the same day, under each rule.

use expect_test::{Expect, expect};
use serde_json::json;

use crate::funnel;
use crate::support::{market, strategy, told};

/// `seller` holds ten and sells them in cycle 3, `buyer` wants six then; in cycle 6 the buyer is alone.
fn check(rule: &str, decisions: Expect, outcome: Expect) {
    let step = |cycle: u32, side: &str, qty: u32| {
        format!("{{ cycle = {cycle}, instrument = \"A.KRX\", side = \"{side}\", qty = {qty} }}")
    };
    let tables = strategy("seller", "scripted", &format!("steps = [{}]", step(3, "sell", 10)))
        + &strategy("buyer", "scripted", &format!("steps = [{}, {}]", step(3, "buy", 6), step(6, "buy", 2)))
        + &format!("[arbitration]\nrule = \"{rule}\"\n[broker]\ncommission = \"0.1%\"\n")
        + "[[position]]\nstrategy = \"seller\"\ninstrument = \"A.KRX\"\nqty = 10\nprice = 9000\n";
    let folder = market(&format!("rules-{rule}"), &tables, 20);
    decisions.assert_eq(&told(&folder.decisions("qts.toml"), "cycle strategy side asked sent crossed verdict reasons"));
    let summary = folder.summary("qts.toml");
    funnel::adds_up(&summary, "100000000");
    let book = |id: &str| {
        let book = &summary["books"][id];
        format!("{id} {} {} {}\n", book["positions"], book["cash_flow"], book["fees"])
    };
    outcome.assert_eq(&format!("{}\n{}{}", summary["arbitration"], book("seller"), book("buyer")));
}

#[test]
fn only_exits_go_through() {
    check(
        "exits_only",
        expect![[r#"
        3 buyer buy 6 0 0 block arbitration:opposing_intent:block
        3 seller sell 10 10 0 pass 
        6 buyer buy 2 2 0 pass 
    "#]],
        expect![[r#"
            {"blocked":1,"conflicts":1,"crosses":0,"merged":0}
            seller {} "100000" "280"
            buyer {"A.KRX":"2"} "-19280" "19"
        "#]],
    );
}

#[test]
fn netted_what_a_fair_price_allows_changes_hands_without_an_order_or_a_fee() {
    check(
        "net",
        expect![[r#"
        3 buyer buy 6 0 6 pass arbitration:crossed:pass
        3 seller sell 10 4 6 pass arbitration:crossed:pass
        6 buyer buy 2 2 0 pass 
    "#]],
        expect![[r#"
            {"blocked":0,"conflicts":1,"crosses":1,"merged":0}
            seller {} "99820" "112"
            buyer {"A.KRX":"8"} "-79100" "19"
        "#]],
    );
}

#[test]
fn ranked_an_exit_still_comes_first() {
    check(
        "rank",
        expect![[r#"
        3 buyer buy 6 0 0 block arbitration:opposing_intent:block
        3 seller sell 10 10 0 pass 
        6 buyer buy 2 2 0 pass 
    "#]],
        expect![[r#"
            {"blocked":1,"conflicts":1,"crosses":0,"merged":0}
            seller {} "100000" "280"
            buyer {"A.KRX":"2"} "-19280" "19"
        "#]],
    );
}

/// Entries on both sides: the better rank goes.
#[test]
fn ranked_entries_go_by_rank() {
    let step = |side: &str| format!("steps = [{{ cycle = 3, instrument = \"A.X\", side = \"{side}\", qty = 1 }}]");
    let long = strategy("long", "scripted", &step("buy")).replace("kind", "rank = 2\nkind");
    let short = strategy("short", "scripted", &step("sell")).replace("kind", "rank = 1\nkind");
    let folder = market("rules-entries", &(long + &short + "[arbitration]\nrule = \"rank\"\n"), 20);
    // A market where short sales are allowed.
    let config = folder.read("qts.toml").replace("A.KRX", "A.X").replace("class = \"krx_stock\"", "tick = 10");
    folder.write("qts.toml", config);
    let summary = folder.summary("qts.toml");
    assert_eq!(summary["books"]["short"]["positions"]["A.X"], "-1");
    assert_eq!(summary["books"]["long"]["positions"], json!({}));
    assert_eq!(summary["account"]["positions"], json!({"A.X": "-1"}));
}
