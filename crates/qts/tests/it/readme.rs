//! What the README shows is what the program prints. With `UPDATE_README=1` the first output is written into it.

use std::fs;

use crate::support::{Ended, Folder};
use crate::the_example::root;

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).expect("the README")
}

/// The contents of the blocks in this language, from the one after `mark` on.
fn blocks<'a>(text: &'a str, mark: &str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    let from = text.find(mark).unwrap_or_else(|| panic!("no `{mark}` in the README"));
    let rest = text[from..].split(fence.as_str()).skip(1);
    rest.map(|block| block.split("```").next().unwrap_or_default()).collect()
}

/// Blanks at the ends of lines do not count: editors remove them.
fn trimmed(text: &str) -> String {
    text.trim_end().lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

#[test]
fn the_first_command_prints_what_it_shows() {
    let text = readme();
    let line = blocks(&text, "## Two commands", "sh")[0].trim();
    let args = line.strip_prefix("cargo run --release -p qts -- ").expect("a command of the program");
    let ended: Ended = Folder::new("readme").command(args).current_dir(root()).output().expect("it starts").into();
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
    // The last line holds times, which differ from run to run.
    let (printed, last) = ended.out.trim_end().rsplit_once('\n').expect("lines");
    assert!(last.starts_with("state ") && last.ends_with(" s"), "{last}");
    let shown = blocks(&text, line, "text")[0];
    if std::env::var_os("UPDATE_README").is_some() {
        let replaced = text.replacen(&format!("```text\n{shown}```"), &format!("```text\n{printed}\n```"), 1);
        fs::write(root().join("README.md"), replaced).expect("the README");
    } else {
        assert_eq!(trimmed(shown), trimmed(printed), "run with UPDATE_README=1 to write it into the README");
    }
}

#[test]
fn check_says_what_it_shows() {
    let text = readme();
    let shown = blocks(&text, "`qts check` says", "text")[0];
    let (command, report) = shown.split_once('\n').expect("lines");
    assert_eq!(command, "$ qts check my.toml");
    let config = "[account]\ncurrency = \"KRW\"\ncash = \"100000000\"\n\n[[instrument]]\nid = \"005930.KRX\"\n\
                  class = \"krx_stock\"\n\n[[strategy]]\nid = \"a\"\npolcy = \"swing\"\n\n[policy.swing]\nmax_long = \"9\"\n";
    let ended = Folder::new("readme-check").with("my.toml", config).qts("check my.toml");
    assert_eq!((trimmed(&ended.err), ended.code), (trimmed(report), 3));
}

#[test]
fn its_policy_decides_its_cycle_as_it_says() {
    let text = readme();
    let policy = blocks(&text, "## A policy", "toml")[0];
    let cycle = blocks(&text, "## A policy", "json")[0];
    let config = format!(
        "[account]\ncurrency = \"KRW\"\ncash = \"100000000\"\n[[instrument]]\nid = \"005930.KRX\"\nclass = \"krx_stock\"\n\
         [[strategy]]\nid = \"a\"\npolicy = \"swing\"\n[[strategy]]\nid = \"b\"\npolicy = \"swing\"\n{policy}"
    );
    let folder = Folder::new("readme-decide").with("my.toml", config).with("cycle.json", cycle);
    let ended = folder.qts("decide my.toml --input cycle.json");
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
    let (answer, codes) = (ended.json(), |of: usize| ended.json()["decisions"][of]["reasons"][0]["code"].clone());
    assert_eq!((codes(0), codes(1)), ("opposing_intent".into(), serde_json::Value::Null));
    let orders = answer["orders"].as_array().expect("orders");
    assert_eq!((orders.len(), &orders[0]["side"], &orders[0]["qty"]), (1, &"sell".into(), &"5".into()));
    assert_eq!(folder.qts("check my.toml").code, 0, "a config for decide is sound without data and kinds");
}
