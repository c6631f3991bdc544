//! A user's first strategies, one lot each, no policy given: they must trade under `conservative`.

use std::collections::{BTreeMap, BTreeSet};

use expect_test::expect;

use crate::funnel;
use crate::support::{Folder, Row};
use crate::the_example::root;

const KINDS: [(&str, &str); 4] = [
    ("sma_cross", "fast = 10, slow = 30"),
    ("ema_cross", "fast = 10, slow = 30"),
    ("rsi_reversion", "period = 14, low = 30, high = 70"),
    ("breakout", "lookback = 20"),
];
const SHARES: [&str; 4] = ["AAPL", "GOOG", "IBM", "MSFT"];

/// A config of these kinds on the bundled bars.
fn config(kinds: &[(&str, &str)], qty: u32) -> String {
    let folder = root().join("examples/us-daily/data");
    let mut text = "[account]\ncurrency = \"USD\"\ncash = \"100000\"\n".to_owned();
    for share in SHARES {
        text += &format!("[[instrument]]\nid = \"{share}.US\"\ntick = \"0.01\"\n");
        text += "session = \"09:30-16:00\"\ntz = \"America/New_York\"\n";
        let path = folder.join(format!("{share}.csv"));
        text += &format!("[[data]]\ninstrument = \"{share}.US\"\npath = \"{}\"\nstamp = \"date\"\n", path.display());
    }
    for (kind, params) in kinds {
        text += &format!("[[strategy]]\nid = \"{kind}\"\nkind = \"{kind}\"\nparams = {{ {params}, qty = {qty} }}\n");
        text += "instruments = [\"AAPL.US\", \"GOOG.US\", \"IBM.US\", \"MSFT.US\"]\n";
    }
    text
}

/// Each trades in every year, and at least nine in ten of its intents pass or warn; what held back the rest, and how often.
fn trade(name: &str, kinds: &[(&str, &str)]) -> BTreeMap<String, usize> {
    let folder = Folder::new(name).with("qts.toml", config(kinds, 1));
    funnel::adds_up(&folder.summary("qts.toml"), "100000");
    let decisions = folder.decisions("qts.toml");
    for (kind, _) in kinds {
        let own: Vec<&Row> = decisions.iter().filter(|row| row["strategy"] == *kind).collect();
        let free = own.iter().filter(|row| is_free(row)).count();
        assert!(free * 10 >= own.len() * 9, "{name}: {kind}: {free} of {}", own.len());
        let years: BTreeSet<&str> = own.iter().filter(|row| row["sent"] != "0").map(|row| &row["ts"][..4]).collect();
        assert_eq!(years.into_iter().collect::<Vec<_>>(), ["2006", "2007", "2008", "2009", "2010", "2011", "2012"]);
    }
    let mut held_back = BTreeMap::new();
    for row in decisions.iter().filter(|row| !is_free(row)) {
        *held_back.entry(format!("{}: {}", row["strategy"], row["reasons"])).or_default() += 1;
    }
    held_back
}

fn is_free(row: &Row) -> bool {
    ["pass", "warn"].contains(&row["verdict"].as_str())
}

#[test]
fn alone() {
    for kind in KINDS {
        assert_eq!(trade(&format!("first-{}", kind.0), &[kind]), BTreeMap::new(), "nothing is held back");
    }
}

#[test]
fn all_four_beside_each_other() {
    let held_back = trade("first-four", &KINDS);
    expect![[r#"
        {
            "rsi_reversion: arbitration:opposing_intent:block": 4,
            "sma_cross: arbitration:opposing_intent:block": 2,
        }
    "#]]
    .assert_debug_eq(&held_back);
}

#[test]
fn more_than_a_lot_is_made_a_lot_every_time_and_the_run_says_what_to_write() {
    let folder = Folder::new("first-large").with("qts.toml", config(&KINDS, 60));
    let decisions = folder.decisions("qts.toml");
    let entries: Vec<&Row> = decisions.iter().filter(|row| row["side"] == "buy").collect();
    assert!(entries.len() > 200, "{}", entries.len());
    assert!(entries.iter().all(|row| ["reduce", "block"].contains(&row["verdict"].as_str())));
    // What the policy made of earlier orders is no measure of what is usual.
    assert!(!decisions.iter().any(|row| row["reasons"].contains("fat_finger")));
    let hint = folder.summary("qts.toml")["hint"]["toml"].to_string();
    assert!(hint.contains("max_order_qty = \\\"60\\\""), "{hint}");
}
