//! The example of Korean shares: what is in it, what it comes to, and that its own numbers and the user's are right.

use std::fs;
use std::process::Command;

use expect_test::expect;

use crate::funnel;
use crate::krx_year;
use crate::shared_data;
use crate::support::{Ended, Folder};
use crate::the_example::root;
use crate::transcripts::copy;

fn example() -> std::path::PathBuf {
    root().join("examples/krx")
}

/// A copy of the example in a folder of its own.
fn folder(name: &str) -> Folder {
    let folder = Folder::new(name);
    copy(&example(), &folder.path(""));
    folder
}

#[test]
fn its_counts_are_these() {
    let mut summary = folder("krx-example-counts").summary("qts.toml");
    funnel::adds_up(&summary, "300000000");
    let fields = summary.as_object_mut().expect("an object");
    let kept = ["account", "arbitration", "cycles", "ended", "events", "fills", "orders", "verdicts", "state_hash"];
    fields.retain(|name, _| kept.contains(&name.as_str()));
    expect![[r#"
        {
          "account": {
            "cash": "239017247",
            "currency": "KRW",
            "equity": "301387647",
            "fees": "281153",
            "id": "synthetic",
            "mode": "active",
            "positions": {
              "000270.KRX": "60",
              "000660.KRX": "47",
              "005380.KRX": "60",
              "005490.KRX": "39",
              "005930.KRX": "1",
              "015760.KRX": "160",
              "030200.KRX": "170",
              "035250.KRX": "30",
              "035420.KRX": "20",
              "051910.KRX": "30",
              "105560.KRX": "60"
            },
            "unsettled": [
              {
                "amount": "-2530380",
                "on": "2026-01-02"
              },
              {
                "amount": "-3245463",
                "on": "2026-01-05"
              }
            ]
          },
          "arbitration": {
            "blocked": 9,
            "conflicts": 6,
            "crosses": 0,
            "merged": 12
          },
          "cycles": 81,
          "ended": {
            "canceled": 0,
            "expired": 3,
            "filled": 102,
            "never_arrived": 0,
            "rejected": 0
          },
          "events": 891,
          "fills": 102,
          "orders": 107,
          "state_hash": "fbbbd888083f140710d4ca1e969544665c2dc455529d04e39cffb627cb45d9b0",
          "verdicts": {
            "block": 11,
            "pass": 73,
            "reduce": 21,
            "warn": 25
          }
        }
    "#]]
    .assert_eq(&(serde_json::to_string_pretty(&summary).expect("JSON") + "\n"));
}

#[test]
fn it_is_sound_and_only_its_halt_is_remarked() {
    let told = Folder::new("krx-example-sound").command("check examples/krx/qts.toml").current_dir(root()).output();
    let ended = Ended::from(told.expect("it starts"));
    let sound = "examples/krx/qts.toml: sound (11 instruments, 11 data files, 8 strategies, 0 commands)\n";
    let halt = "qts: examples/krx/data/SYNTHETIC-035420.csv: 3 bars without volume: nothing fills on them\n";
    assert_eq!((ended.out.as_str(), ended.err.as_str()), (sound, halt));
}

/// Its last two sessions pay the sale tax of the next year.
#[test]
fn its_books_are_recomputed_to_the_won() {
    let folder = folder("krx-example-books");
    krx_year::run(&folder, "qts.toml", "300000000");
    krx_year::agrees(
        &folder,
        "qts.toml",
        &expect![[r#"
        130 decisions, 107 orders (12 for several), 102 fills, 3 expired, 0 crosses
        bought for 210207900, sold for 149506300, fees 281153, of which tax 227189.45 before rounding
        77 numbers recomputed, 0 differ
    "#]],
    );
}

/// Nobody may take them for market data, and everybody can make them again.
#[test]
fn its_bars_are_made_by_its_script_and_say_so() {
    let (made, kept) = (Folder::new("krx-example-made"), example().join("data"));
    let mut python = Command::new("python3");
    let done: Ended = python
        .arg(example().join("make-synthetic.py"))
        .arg(made.path(""))
        .output()
        .expect("python3 is needed for this test")
        .into();
    assert_eq!((done.code, done.err.as_str()), (0, ""));
    let names = |folder| {
        let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
        let mut names: Vec<String> = entries.map(|name| name.into_string().expect("UTF-8")).collect();
        names.sort();
        names
    };
    assert_eq!(names(kept.clone()), names(made.path("")));
    assert_eq!(names(kept.clone()).len(), 11);
    for name in names(kept.clone()) {
        assert!(name.starts_with("SYNTHETIC-"), "{name}");
        assert_eq!(fs::read_to_string(kept.join(&name)).expect("a file"), made.read(&name), "{name}");
    }
    for page in ["NOTICE.md", "README.md", "README.ko.md", "qts.toml"] {
        assert!(fs::read_to_string(example().join(page)).expect("a page").contains("SYNTHETIC"), "{page}");
    }
}

/// The config for one's own bars is the other one with other paths; bad rows are left out and counted.
#[test]
fn the_config_for_own_bars_differs_in_what_it_must() {
    let text = |name: &str| {
        let text = fs::read_to_string(example().join(name)).expect("a config");
        let begins = text.find("[account]").expect("an account");
        let is_told = |line: &&str| !line.starts_with('#');
        text[begins..].lines().filter(is_told).map(|line| line.to_owned() + "\n").collect::<String>()
    };
    let expected = text("qts.toml")
        .replace("id = \"synthetic\"", "id = \"my-data\"")
        .replace("data/SYNTHETIC-", "my-data/")
        .replace("interval = \"1d\"\n", "interval = \"1d\"\non_bad_row = \"skip\"\n");
    assert_eq!(text("my-data.toml"), expected);
}

/// Every comment is there twice, line by line or paragraph by paragraph: in English, then in Korean.
#[test]
fn its_comments_are_in_english_and_in_korean() {
    for name in ["qts.toml", "my-data.toml"] {
        let text = fs::read_to_string(example().join(name)).expect("a config");
        let is_korean = |line: &str| line.chars().any(|letter| ('가'..='힣').contains(&letter));
        let mut in_a_row = Vec::new();
        for line in text.lines().chain([""]) {
            if line.starts_with('#') {
                in_a_row.push(is_korean(line));
            } else if !in_a_row.is_empty() {
                assert_eq!((in_a_row.first(), in_a_row.last()), (Some(&false), Some(&true)), "{name}: before {line}");
                in_a_row.clear();
            }
        }
    }
}

/// Real bars, where there are some: the first config that a user has, recomputed.
#[test]
fn a_year_of_own_bars_is_recomputed_to_the_won() {
    let Some(data) = shared_data::data() else { return };
    let folder = folder("krx-example-own");
    fs::create_dir_all(folder.path("my-data")).expect("a folder");
    krx_year::cut(&data, "2017", &folder, "my-data/");
    assert_eq!(folder.qts("check my-data.toml --strict").err, "");
    krx_year::run(&folder, "my-data.toml", "300000000");
    krx_year::agrees(
        &folder,
        "my-data.toml",
        &expect![[r#"
        902 decisions, 187 orders (18 for several), 187 fills, 0 expired, 0 crosses
        bought for 335185100, sold for 298712750, fees 991244, of which tax 896138.25 before rounding
        72 numbers recomputed, 0 differ
    "#]],
    );
}
