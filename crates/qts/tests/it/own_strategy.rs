//! A strategy of one's own, without a fork: `examples/my-strategy` is a package beside the workspace.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use expect_test::expect;

use crate::support::Ended;
use crate::the_example::root;

fn folder() -> PathBuf {
    root().join("examples/my-strategy")
}

/// Builds the package in a folder as its author would, with the crates that the workspace has been built with.
pub(crate) fn build(folder: &Path) -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("my-strategy");
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).expect("a lock file");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--offline"]).current_dir(folder);
    let output: Output =
        cargo.env("CARGO_TARGET_DIR", &target).env("CARGO_PROFILE_DEV_DEBUG", "0").output().expect("cargo");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    target.join("debug").join(format!("my-strategy{}", std::env::consts::EXE_SUFFIX))
}

/// Lines that are neither blank nor a comment.
fn lines_of_code(text: &str) -> usize {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")).count()
}

#[test]
fn a_package_of_its_own_is_the_whole_program_with_one_more_kind() {
    let program = build(&folder());
    let run = |args: &[&str]| -> Ended {
        let mut command = Command::new(&program);
        command.args(args).current_dir(root()).env("NO_COLOR", "1").output().expect("it starts").into()
    };
    let ended = run(&["run", "examples/my-strategy/qts.toml"]);
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
    let (printed, _) = ended.out.split_once("\nstate ").expect("a last line");
    expect![[r#"
        1761 events · 1761 cycles · 2 strategies · 3522 evaluations

        decisions        274   = 209 pass + 0 warn + 60 reduce + 5 block
        arbitration        5   conflicts · 5 blocked · 0 crosses
        orders           262   = 255 for one decision + 7 for several (14 together)
                               = 262 filled + 0 canceled + 0 expired + 0 rejected + 0 open
        fills            262

        reasons
          max_order_notional             60
          max_long                       29
          merged                         14
          opposing_intent                 5

        strategy      pass    warn  reduce   block  holds at the end
        dips           170       0      42       5  nothing
        trend           39       0      18       0  nothing
        unassigned       0       0       0       0  nothing

        account  cash 111540.0028 USD · equity 111540.0028 · fees 91.69"#]]
    .assert_eq(printed);
    let why = ["why", "examples/my-strategy/qts.toml", "--strategy", "dips", "--instrument", "AAPL.US"];
    let ended = run(&[&why[..], &["--at", "2008-09-15"]].concat());
    expect![[r#"
        dips on AAPL.US at 2008-09-15
        no order: it held, "no signal": it holds nothing and its rule does not ask to enter
        the same 2 times: 2008-09-12T16:00:00-04:00 to 2008-09-15T16:00:00-04:00
        then    active · holds 0 · open orders: none · has seen 680 events of it
        before  pass: it asked to sell 20 (678:dips:0, "close 152.65 > 151.61"), 20 admitted (once, 2008-09-11T16:00:00-04:00)
    "#]].assert_eq(&ended.out);
    let schema: serde_json::Value = run(&["schema"]).json();
    let config = fs::read_to_string(folder().join("qts.toml")).expect("its config");
    let config: serde_json::Value = toml::from_str(&config).expect("TOML");
    assert!(jsonschema::is_valid(&schema, &config), "its schema knows its kind");
    // The program without it does not know the kind, and says so with what it knows.
    let without: Ended = {
        let mut command = Command::new(env!("CARGO_BIN_EXE_qts"));
        command.args(["check", "examples/my-strategy/qts.toml"]).current_dir(root()).output().expect("it starts").into()
    };
    assert!(without.code == 3 && without.err.contains("no strategy kind is called `three_down`"), "{}", without.err);
}

#[test]
fn it_takes_at_most_thirty_lines() {
    let text = fs::read_to_string(folder().join("src/three_down.rs")).expect("the strategy");
    assert!(lines_of_code(&text) <= 30, "{} lines", lines_of_code(&text));
}
