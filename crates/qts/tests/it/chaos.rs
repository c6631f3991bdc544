//! Strategies that misbehave: named, quarantined, and of no consequence to the others.

use crate::funnel;
use crate::support::{count, four, market, strategy};

/// How each mode shows: by so many failures before it is put away, or not at all.
const MODES: [(&str, Option<u64>); 7] = [
    ("panic", Some(1)),
    ("error", Some(3)),
    ("flood", Some(3)),
    ("negative_qty", Some(3)),
    ("unknown_instrument", Some(3)),
    ("off_lot", Some(3)),
    ("slow", None),
];

fn chaos(mode: &str) -> String {
    strategy(&format!("chaos-{mode}"), "chaos", &format!("mode = \"{mode}\", every = 3"))
        .replace("kind", "rank = 1\nkind")
}

/// The lines of the decisions that are not of a chaos strategy.
fn honest(decisions: &str) -> Vec<String> {
    decisions.lines().filter(|line| !line.contains(",chaos-")).map(str::to_owned).collect()
}

#[test]
fn the_others_decide_as_if_it_were_not_there() {
    let alone = market("chaos-none", &four(), 120);
    let calm = alone.summary("qts.toml --decisions decisions.csv");
    let without = alone.read("decisions.csv");
    assert!(without.lines().count() > 20);
    for (mode, failures) in MODES {
        let folder = market(&format!("chaos-{mode}"), &(chaos(mode) + &four()), 120);
        let ended = folder.qts("run qts.toml --format json --decisions decisions.csv");
        assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{mode}");
        assert_eq!(honest(&folder.read("decisions.csv")), honest(&without), "{mode}");
        let (summary, id) = (ended.json(), format!("chaos-{mode}"));
        assert_eq!(summary["failures"][&id].as_u64(), failures, "{mode}");
        let quarantined = summary["quarantined"].as_array().expect("a list");
        assert_eq!(quarantined.contains(&id.as_str().into()), failures.is_some(), "{mode}");
        for field in ["account", "orders", "fills"] {
            assert_eq!(summary[field], calm[field], "{mode}");
        }
        funnel::adds_up(&summary, "100000000");
    }
}

#[test]
fn all_of_them_together_change_nothing_either() {
    let every: String = MODES.iter().map(|(mode, _)| chaos(mode)).collect();
    let folder = market("chaos-all", &(four() + &every), 120);
    let summary = folder.summary("qts.toml --decisions decisions.csv");
    let alone = market("chaos-all-without", &four(), 120);
    alone.summary("qts.toml --decisions decisions.csv");
    assert_eq!(honest(&folder.read("decisions.csv")), honest(&alone.read("decisions.csv")));
    assert_eq!(summary["quarantined"].as_array().map(Vec::len), Some(6));
    assert_eq!(count(&summary["strategies"]), 11);
}

#[test]
fn the_table_says_who_failed_how_often_and_why() {
    let folder = market("chaos-table", &(chaos("panic") + &chaos("error") + &four()), 120);
    let table = folder.qts("run qts.toml").out;
    for line in [
        "chaos-panic failed 1 time, quarantined; last: panicked: chaos panics on purpose",
        "chaos-error failed 3 times, quarantined; last: returned an error: chaos fails on purpose",
    ] {
        assert!(table.lines().any(|told| told == line), "{line}\n{table}");
    }
}

/// How many failures within how many cycles: as configured.
#[test]
fn quarantine_is_as_configured() {
    let failures = |name: &str, rule: &str| {
        let folder = market(name, &(chaos("error") + &format!("[quarantine]\n{rule}\n")), 120);
        let summary = folder.summary("qts.toml");
        (summary["failures"]["chaos-error"].as_u64(), summary["quarantined"].as_array().map(Vec::len))
    };
    assert_eq!(failures("chaos-rule-five", "failures = 5"), (Some(5), Some(1)));
    // It fails in every third cycle, so never twice within three.
    assert_eq!(failures("chaos-rule-apart", "failures = 2\nwithin_cycles = 3"), (Some(40), Some(0)));
    assert_eq!(failures("chaos-rule-near", "failures = 2\nwithin_cycles = 4"), (Some(2), Some(1)));
}
