//! `scripts/recompute.py`, which shares no code with the program, recomputes what `explain` tells about the demo.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{Ended, Folder};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The script on the demo; what the program answered is kept in the folder.
fn recompute(folder: &Folder, args: &str) -> Ended {
    let mut python = Command::new("python3");
    python.args(["scripts/recompute.py", "examples/us-daily/qts.toml", "--qts", env!("CARGO_BIN_EXE_qts")]);
    python.arg("--folder").arg(folder.path("")).args(args.split_whitespace()).current_dir(root());
    let output = python.output();
    output.expect("python3 (3.11 or later) is needed for this test: install it, or put it on the PATH").into()
}

/// Takes several seconds: the largest size that would have passed is found by trying every one, and the whole run is
/// made again in Python.
#[test]
fn another_program_recomputes_every_number_that_explain_tells() {
    let ended = recompute(&Folder::new("recompute"), "--seed 20260105 --count 200");
    assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{}", ended.out);
    let told: Vec<&str> = ended.out.lines().collect();
    assert_eq!(told.len(), 3, "{}", ended.out);
    assert!(told[0].starts_with("1497 rows, ") && told[0].ends_with(", 0 differ"), "{}", ended.out);
    assert!(told[1].starts_with("200 decisions, ") && told[1].ends_with(", 0 differ"), "{}", ended.out);
}

/// `qts decide` is asked: the size passes whole, one share more does not.
#[test]
fn the_nearest_size_is_the_largest_that_passes() {
    let ended = recompute(&Folder::new("recompute-nearest"), "--seed 3 --count 110 --verdict reduce");
    assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{}", ended.out);
    let tried = ended
        .out
        .lines()
        .last()
        .and_then(|line| line.strip_suffix(" nearest sizes tried by `qts decide`, and one more of each, 0 differ"));
    let tried: u32 = tried.expect("the last line").parse().expect("a count");
    assert!(tried >= 100, "{}", ended.out);
}

#[test]
fn a_number_that_is_wrong_is_found() {
    let folder = Folder::new("recompute-tampered");
    let honest = recompute(&folder, "--seed 7 --count 5");
    assert_eq!(honest.code, 0, "{}{}", honest.out, honest.err);
    let told = folder.read("explained.jsonl");
    let (before, after) = told.split_once("\"day_start_equity\":\"").expect("an equity");
    folder.write("explained.jsonl", format!("{before}\"day_start_equity\":\"1{after}"));
    let tampered = recompute(&folder, "--again");
    assert_eq!(tampered.code, 1, "{}{}", tampered.out, tampered.err);
    let lines: Vec<&str> = tampered.out.lines().collect();
    assert!(lines[0].contains(".day_start_equity: recomputed "), "{}", tampered.out);
    assert!(lines[2].starts_with("5 decisions, ") && lines[2].ends_with(", 1 differ"), "{}", tampered.out);

    folder.write("explained.jsonl", &told);
    let rows = folder.read("decisions.csv");
    folder.write("decisions.csv", rows.replacen("RSI 7 22.63", "RSI 7 22.64", 1));
    let tampered = recompute(&folder, "--again");
    assert_eq!(tampered.code, 1, "{}", tampered.out);
    assert!(tampered.out.contains("row 1.why: recomputed 'RSI 7 22.63 < low 30', told"), "{}", tampered.out);
}

/// What the script does not know it says, instead of telling that all is well.
#[test]
fn what_the_script_cannot_recompute_it_refuses() {
    let folder = Folder::new("recompute-unknown");
    let demo = std::fs::read_to_string(root().join("examples/us-daily/qts.toml")).expect("the demo");
    folder.write("qts.toml", demo + "slippage_ticks = \"1\"\n");
    let mut python = Command::new("python3");
    python.arg(root().join("scripts/recompute.py")).arg(folder.path("qts.toml")).args(["--qts", "nobody"]);
    let ended: Ended = python.output().expect("python3 is needed for this test").into();
    assert_eq!(ended.code, 2, "{}", ended.err);
    assert!(ended.err.contains("this script does not know slippage_ticks = 1 in [broker]"), "{}", ended.err);
}
