//! How each command ends, and what goes where: data to standard output, all else to standard error.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use crate::support::{Folder, four, market, strategy};

fn folder(name: &str) -> Folder {
    market(name, &four(), 28)
}

/// What `check` warns of in [`folder`] besides what a test is about.
const WARNED: &str = "2 warnings\n";

#[test]
fn zero_for_what_went_well() {
    let folder = folder("exit-0");
    for args in ["run qts.toml", "run qts.toml --format json", "check qts.toml", "check qts.toml --format json"] {
        let ended = folder.qts(args);
        let said = if args.starts_with("check") { ended.err.ends_with(WARNED) } else { ended.err.is_empty() };
        assert!(ended.code == 0 && said, "{args}: {}", ended.err);
        assert!(ended.out.ends_with('\n') && !ended.out.ends_with("\n\n"), "{args}");
    }
}

#[test]
fn one_for_output_that_cannot_be_written() {
    let folder = folder("exit-1");
    let ended = folder.qts("run qts.toml --decisions nowhere/decisions.csv");
    assert_eq!((ended.code, ended.out.as_str()), (1, ""));
    let told = "qts: failed to create nowhere/decisions.csv: No such file or directory (os error 2); check the path\n";
    assert_eq!(ended.err, told);
    if Path::new("/dev/full").exists() {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("a full disk");
        let output = folder.command("run qts.toml").stdout(full).stderr(Stdio::piped()).output().expect("it starts");
        let err = String::from_utf8(output.stderr).expect("UTF-8");
        let told = "qts: failed to write: No space left on device (os error 28); check the disk and the path\n";
        assert_eq!((output.status.code(), err.as_str()), (Some(1), told));
    }
}

#[test]
fn two_for_usage() {
    let folder = folder("exit-2");
    let cases = [
        ("", " init my-trading\n"),
        ("--color sometimes run qts.toml", "[possible values: auto, always, never]"),
        ("rum qts.toml", "a similar subcommand exists: 'run'"),
        ("run", "<CONFIG>"),
        ("run qts.toml --formt json", "a similar argument exists: '--format'"),
        ("run qts.toml --format xml", "[possible values: table, json]"),
        ("run qts.toml --until 2024-02-01", "`2024-02-01` is no time with an offset"),
        ("run qts.toml --limit-events many", "give a whole number, such as 1000"),
        ("run qts.toml --decisions decisions.txt", "end its name in .csv or .jsonl"),
        ("check qts.toml extra", "unexpected argument 'extra'"),
        ("decide qts.toml", "--input <FILE>"),
    ];
    for (args, part) in cases {
        let ended = folder.qts(args);
        assert_eq!((ended.code, ended.out.as_str()), (2, ""), "{args}");
        assert!(ended.err.contains(part), "{args}: {}", ended.err);
    }
    assert!(!folder.path("decisions.txt").exists());
}

#[test]
fn three_for_a_config_that_is_wrong_missing_or_without_data() {
    let folder = folder("exit-3")
        .with("bad.toml", "[account]\n")
        .with("nodata.toml", "[account]\ncurrency = \"KRW\"\ncash = 1\n");
    let cases =
        ["run bad.toml", "check bad.toml", "decide bad.toml --input x.json", "run missing.toml", "run nodata.toml"];
    for args in cases {
        let ended = folder.qts(args);
        assert_eq!((ended.code, ended.out.as_str()), (3, ""), "{args}");
        assert!(ended.err.starts_with("QTS01"), "{args}: {}", ended.err);
    }
    assert!(folder.qts("run nodata.toml").err.contains("there is no `[[data]]`: a run needs market data"));
    assert_eq!(folder.qts("check nodata.toml").code, 0, "enough for decide");
}

#[test]
fn four_for_data_that_is_wrong_or_missing() {
    let folder = folder("exit-4").with("cycle.json", "{\"nwo\": 1}");
    std::fs::remove_file(folder.path("bars.csv")).expect("removed");
    let cases = [
        "run qts.toml",
        "check qts.toml",
        "decide qts.toml --input cycle.json",
        "decide qts.toml --input missing.json",
    ];
    for args in cases {
        let ended = folder.qts(args);
        assert_eq!((ended.code, ended.out.as_str()), (4, ""), "{args}");
        let said = ended.err.rsplit(WARNED).next().unwrap_or_default();
        assert!(said.ends_with('\n') && said.lines().count() == 1, "{args}: {}", ended.err);
    }
}

#[test]
fn five_for_a_run_that_ends_halted_and_its_summary_is_printed_all_the_same() {
    let command = |verb: &str, more: &str| format!("[[command]]\ncycle = 20\ndo = \"{verb}\"\nreason = \"x\"\n{more}");
    let buyer = strategy("s", "simple", "buy_below = 99999, sell_above = 999999, qty = 1");
    for (name, verb, more, code) in [
        ("exit-5-kill", "kill", "", 5),
        ("exit-5-strategy", "kill", "strategy = \"s\"\n", 0),
        ("exit-5-instrument", "kill", "instrument = \"A.KRX\"\n", 0),
        ("exit-5-rearmed", "kill", "[[command]]\ncycle = 25\ndo = \"rearm\"\nreason = \"all clear\"\n", 0),
        ("exit-5-reduce", "reduce_only", "", 0),
    ] {
        let folder = market(name, &(buyer.clone() + &command(verb, more)), 60);
        let ended = folder.qts("run qts.toml --format json");
        assert_eq!(ended.code, code, "{name}");
        assert_eq!(ended.json()["cycles"], 60, "{name}");
    }
}

#[test]
fn every_help_has_examples_and_the_exit_codes_are_told() {
    let folder = Folder::new("exit-help");
    for args in [
        "--help",
        "run --help",
        "check --help",
        "decide --help",
        "policy --help",
        "policy show --help",
        "reasons --help",
        "schema --help",
        "completions --help",
        "help run",
    ] {
        let ended = folder.qts(args);
        assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{args}");
        assert!(ended.out.contains("Examples:\n  qts "), "{args}: {}", ended.out);
    }
    assert!(folder.qts("--help").out.contains("3 config · 4 data · 5 halted by risk or kill"));
    assert!(folder.qts("--version").out.starts_with("qts "));
}

/// `qts … | head -1`: a reader that has seen enough.
#[test]
fn a_closed_pipe_is_no_failure() {
    let folder = folder("exit-pipe").with("cycles.jsonl", "{\"intents\": []}\n".repeat(20_000));
    for args in ["run qts.toml", "run qts.toml --format json", "decide qts.toml --input cycles.jsonl"] {
        let mut child = folder.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let mut first = String::new();
        let mut out = BufReader::with_capacity(64, child.stdout.take().expect("a pipe"));
        if args.starts_with("decide") {
            out.read_line(&mut first).expect("a line");
        }
        drop(out);
        let output = child.wait_with_output().expect("an end");
        let err = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!((output.status.code(), err.as_str()), (Some(0), ""), "{args}");
    }
}
