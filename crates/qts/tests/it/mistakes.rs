//! Typical mistakes, each with all that is said about it: what is wrong, where, and what to do.

use expect_test::{Expect, expect};

use crate::support::{Folder, SHARE, bars, strategy};

/// A folder in which much can go wrong: `qts.toml` is sound, `dir` and `dir.csv` are folders.
fn folder(name: &str) -> Folder {
    let sound = SHARE.to_owned() + &strategy("s", "simple", "buy_below = 1, sell_above = 2, qty = 1");
    let signals = SHARE.to_owned() + &strategy("s", "signals", "path = \"bots.csv\"");
    let folder = Folder::new(name)
        .with("qts.toml", &sound)
        .with("bars.csv", bars(10))
        .with("bars.txt", bars(10))
        .with("typo.toml", sound.replace("bars.csv", "brs.csv"))
        .with("txt.toml", sound.replace("bars.csv", "bars.txt"))
        .with("folder.toml", sound.replace("bars.csv", "dir.csv"))
        .with("signals.toml", &signals)
        .with("signals-folder.toml", signals.replace("bots.csv", "dir.csv"))
        .with("signals-json.toml", signals.replace("bots.csv", "bots.jsonl"))
        .with("bots.jsonl", "{\n")
        .with("cycle.json", "{}")
        .with("bad.json", "{\"intents\": [}");
    for name in ["dir", "dir.csv"] {
        std::fs::create_dir(folder.path(name)).expect("a folder");
    }
    folder
}

/// Each command, its exit code, and all of its standard error.
fn check(name: &str, mistakes: &[&str], expect: Expect) {
    let folder = folder(name);
    let told = |args: &&str| {
        let ended = folder.qts(args);
        assert_eq!(ended.out, "", "{args}");
        format!("$ qts {args}\n[{}] {}\n", ended.code, ended.err.trim_end())
    };
    expect.assert_eq(&mistakes.iter().map(told).collect::<String>());
}

#[test]
fn of_the_config_and_the_data() {
    check(
        "mistakes-files",
        &["run qts.tml", "run dir", "run bars.csv", "run typo.toml", "run txt.toml", "run folder.toml"],
        expect![[r#"
            $ qts run qts.tml
            [3] QTS0101

              × failed to read `qts.tml`: No such file or directory (os error 2)
              help: check the path

            1 error
            $ qts run dir
            [3] QTS0101

              × failed to read `dir`: Is a directory (os error 21)
              help: check the path

            1 error
            $ qts run bars.csv
            [3] QTS0102

              × not TOML: key with no value, expected `=`
               ╭─[bars.csv:1:3]
             1 │ ts,symbol,open,high,low,close,volume
               ·   ▲
             2 │ 2024-01-02,A,10070,10110,9800,9870,1000
               ╰────
              help: correct the line; https://toml.io/en/v1.0.0 shows every form

            1 error
            $ qts run typo.toml
            [4] qts: QTS0201: failed to open brs.csv: No such file or directory (os error 2); check `path` (it is relative to the config file) and its permissions
            $ qts run txt.toml
            [4] qts: QTS0207: failed to read bars.txt: its name tells no format that we read; use .csv, .csv.gz, .csv.zst or .parquet
            $ qts run folder.toml
            [4] qts: QTS0201: failed to open dir.csv: is a directory; check `path` (it is relative to the config file) and its permissions
        "#]],
    );
}

#[test]
fn of_signals() {
    check(
        "mistakes-signals",
        &["run signals.toml", "run signals-folder.toml", "run signals-json.toml"],
        expect![[r#"
            $ qts run signals.toml
            [4] qts: failed to read bots.csv: No such file or directory (os error 2); check `path` of `s`
            $ qts run signals-folder.toml
            [4] qts: failed to read dir.csv: Is a directory (os error 21); check `path` of `s`
            $ qts run signals-json.toml
            [4] qts: failed to read bots.jsonl:1: column 1: EOF while parsing an object; write one JSON object a line
        "#]],
    );
}

#[test]
fn of_flags() {
    check(
        "mistakes-flags",
        &[
            "run",
            "rnu qts.toml",
            "run qts.toml --until 2024-02-01",
            "run qts.toml --until 3000-01-01T00:00:00Z",
            "run qts.toml --limit-events -5",
            "run qts.toml --format yaml",
            "run qts.toml --decisions decisions.xlsx",
            "run qts.toml --decisions no/such/folder.csv",
            "run qts.toml --decisions dir.csv",
            "run qts.toml --decisions bars.csv",
        ],
        expect![[r#"
            $ qts run
            [2] error: the following required arguments were not provided:
              <CONFIG>

            Usage: qts run <CONFIG>

            For more information, try '--help'.
            $ qts rnu qts.toml
            [2] error: unrecognized subcommand 'rnu'

            Usage: qts [OPTIONS] [COMMAND]

            For more information, try '--help'.
            $ qts run qts.toml --until 2024-02-01
            [2] error: invalid value '2024-02-01' for '--until <TS>': `2024-02-01` is no time with an offset, such as 2018-06-30T00:00:00+09:00

            For more information, try '--help'.
            $ qts run qts.toml --until 3000-01-01T00:00:00Z
            [2] error: invalid value '3000-01-01T00:00:00Z' for '--until <TS>': times lie between the years 1678 and 2261

            For more information, try '--help'.
            $ qts run qts.toml --limit-events -5
            [2] error: invalid value '-5' for '--limit-events <N>': give a whole number, such as 1000

            For more information, try '--help'.
            $ qts run qts.toml --format yaml
            [2] error: invalid value 'yaml' for '--format <FORMAT>'
              [possible values: table, json]

            For more information, try '--help'.
            $ qts run qts.toml --decisions decisions.xlsx
            [2] error: invalid value 'decisions.xlsx' for '--decisions <FILE>': its form is not known; end its name in .csv or .jsonl

            For more information, try '--help'.
            $ qts run qts.toml --decisions no/such/folder.csv
            [1] qts: failed to create no/such/folder.csv: No such file or directory (os error 2); check the path
            $ qts run qts.toml --decisions dir.csv
            [1] qts: failed to create dir.csv: Is a directory (os error 21); check the path
            $ qts run qts.toml --decisions bars.csv
            [1] qts: failed to create bars.csv: this run reads it; name another file
        "#]],
    );
}

#[test]
fn of_the_input_of_decide() {
    check(
        "mistakes-decide",
        &[
            "decide qts.toml",
            "decide qts.toml --input missing.json",
            "decide qts.toml --input dir",
            "decide qts.toml --input bad.json",
            "decide qts.toml --input -",
            "decide cycle.json --input qts.toml",
        ],
        expect![[r#"
            $ qts decide qts.toml
            [2] error: the following required arguments were not provided:
              --input <FILE>

            Usage: qts decide --input <FILE> <CONFIG>

            For more information, try '--help'.
            $ qts decide qts.toml --input missing.json
            [4] qts: failed to read missing.json: No such file or directory (os error 2) | help: check the path; `-` is standard input
            $ qts decide qts.toml --input dir
            [4] qts: failed to read dir: Is a directory (os error 21) | help: check the path; `-` is standard input
            $ qts decide qts.toml --input bad.json
            [4] qts: bad.json:1:14: $.intents[0]: this is not JSON: expected value | help: correct it; a cycle is one JSON object
            $ qts decide qts.toml --input -
            [4] qts: standard input:1:1: $: there is no cycle in it | help: write one JSON object, or in a .jsonl file one a line; `{}` is a cycle in which nothing is
            $ qts decide cycle.json --input qts.toml
            [3] QTS0102

              × not TOML: invalid key-value pair, expected key
               ╭─[cycle.json:1:1]
             1 │ {}
               · ▲
               ╰────
              help: correct the line; https://toml.io/en/v1.0.0 shows every form

            1 error
        "#]],
    );
}
