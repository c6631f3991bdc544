//! The contract's own examples, word by word (`tests/data` holds them as that page has them).

use std::fs;

use jiff::civil::Date;
use serde_json::Value;

use crate::support::{Folder, bars_of, strategy};
use crate::the_example::root;

fn page(name: &str) -> String {
    fs::read_to_string(root().join("crates/qts/tests/data").join(name)).expect("an example")
}

/// "With a policy for a and b that allows these sizes; b's exit goes, a's entry does not."
#[test]
fn decide_answers_its_example_as_written() {
    let config = "[account]\ncurrency = \"KRW\"\ncash = \"100000000\"\n[[instrument]]\nid = \"005930.KRX\"\nclass = \"krx_stock\"\n\
                  [[strategy]]\nid = \"a\"\npolicy = \"sizes\"\n[[strategy]]\nid = \"b\"\npolicy = \"sizes\"\n\
                  [policy.sizes]\nmax_order_qty = \"10\"\nmax_order_notional = \"1000000\"\nmax_long = \"1000\"\nmax_gross_exposure = \"10000000\"\n";
    let folder = Folder::new("contract-decide").with("qts.toml", config).with("cycle.json", page("decide-input.json"));
    let ended = folder.qts("decide qts.toml --input cycle.json");
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
    let mut got = ended.json();
    let text = got["decisions"][0]["reasons"][0]["text"].take();
    assert!(text.as_str().is_some_and(|text| text.len() > 10), "{text}");
    got["decisions"][0]["reasons"][0]["text"] = "…".into();
    assert_eq!(got, serde_json::from_str::<Value>(&page("decide-output.json")).expect("JSON"));
    // As lines: one object a line, in order.
    let line = page("decide-input.json").replace('\n', " ");
    folder.write("cycles.jsonl", format!("{line}\n{line}\n"));
    let lines = folder.qts("decide qts.toml --input cycles.jsonl").out;
    assert_eq!(lines.lines().collect::<Vec<_>>(), [ended.out.trim_end(); 2]);
}

/// The example is a sound config that runs, and keeps a journal.
#[test]
fn its_config_runs() {
    let folder = Folder::new("contract-config").with("qts.toml", page("contract.toml"));
    fs::create_dir(folder.path("data")).expect("a folder");
    folder.write("data/005930.csv", bars_of("005930", Date::constant(2017, 1, 2), 300));
    let summary = folder.summary("qts.toml");
    assert_eq!((&summary["refused_commands"], &summary["unused_commands"]), (&serde_json::json!([]), &0.into()));
    crate::funnel::adds_up(&summary, "100000000");
    assert_eq!(folder.qts("replay run.qts --verify").code, 0);
}

/// Every field that the page names is there, and of the kind that it shows.
#[test]
fn the_summary_has_every_field_of_the_page() {
    let page: Value = serde_json::from_str(&page("summary.json")).expect("JSON");
    let chaos = strategy("strategy-id", "chaos", "mode = \"error\"");
    let buyer = strategy("s", "scripted", "steps = [{ cycle = 1, instrument = \"A.KRX\", side = \"buy\", qty = 1 }]");
    let folder = crate::support::market("contract-summary", &(chaos + &buyer), 20);
    let summary = folder.summary("qts.toml");
    alike(&page, &summary, "$");
}

/// The same fields with values of the same type; ids and reasons, which differ, are looked at one level above.
fn alike(page: &Value, got: &Value, at: &str) {
    let Value::Object(fields) = page else {
        assert_eq!(std::mem::discriminant(page), std::mem::discriminant(got), "{at}: {got}");
        return;
    };
    let keyed = ["$.reasons", "$.account.positions", "$.books.strategy-id.positions"];
    if keyed.contains(&at) {
        return assert!(got.is_object(), "{at}");
    }
    for (name, value) in fields {
        let field = got.get(name).unwrap_or_else(|| panic!("{at} has no `{name}`"));
        alike(value, field, &format!("{at}.{name}"));
    }
}
