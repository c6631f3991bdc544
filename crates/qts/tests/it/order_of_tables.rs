//! The outcome is a function of what a config says, not of the order in which it says it.

use std::fs;

use crate::support::Folder;
use crate::the_example::root;

/// The example's tables: what comes before the first, then each with its comments.
fn tables() -> Vec<String> {
    let root = root().join("examples/us-daily");
    let text = fs::read_to_string(root.join("qts.toml")).expect("the example");
    let text = text.replace("\"data/", &format!("\"{}/data/", root.display()));
    let mut tables = vec![String::new()];
    for line in text.lines() {
        if line.starts_with('[') {
            tables.push(String::new());
        }
        let last = tables.last_mut().expect("one");
        *last += line;
        last.push('\n');
    }
    tables
}

/// The run of these tables: all its decisions, and its state at the end.
fn outcome(folder: &Folder, tables: &[String]) -> (String, serde_json::Value) {
    folder.write("qts.toml", tables.concat());
    let summary = folder.summary("qts.toml --decisions decisions.csv");
    (folder.read("decisions.csv"), summary["state_hash"].clone())
}

#[test]
fn data_strategies_policies_and_instruments_may_stand_in_any_order() {
    let folder = Folder::new("order");
    let tables = tables();
    let as_written = outcome(&folder, &tables);
    let reversed = |kinds: &[&str]| {
        let mut shuffled = tables.clone();
        let moved = |table: &String| kinds.iter().any(|kind| table.starts_with(kind));
        let places: Vec<usize> = (0..tables.len()).filter(|place| moved(&tables[*place])).collect();
        for (to, from) in places.iter().zip(places.iter().rev()) {
            shuffled[*to].clone_from(&tables[*from]);
        }
        assert_ne!(shuffled, tables);
        shuffled
    };
    for kinds in
        [&["[[data]]"][..], &["[[strategy]]"], &["[policy"], &["[[data]]", "[[strategy]]"], &["[[instrument]]"]]
    {
        let (decisions, hash) = outcome(&folder, &reversed(kinds));
        assert_eq!(decisions, as_written.0, "{kinds:?}");
        assert_eq!(hash, as_written.1, "{kinds:?}");
    }
}
