//! `qts init` and `qts demo`: folders to begin with, and commands that work as they are printed.

use std::fs;
use std::process::Command;

use expect_test::expect;
use serde_json::Value;

use crate::own_strategy;
use crate::support::{Ended, Folder, four, market};

/// The commands that a JSON answer suggests.
fn next(answer: &Value) -> Vec<String> {
    let next = answer["next"].as_array().expect("commands");
    assert!(next.iter().all(|next| next["what"].is_string()), "{next:?}");
    next.iter().map(|next| next["command"].as_str().expect("a command").to_owned()).collect()
}

/// Runs a printed command as a shell would. Its program is this one by its path, since no `qts` is on the path here.
fn run(folder: &Folder, command: &str) -> Ended {
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).current_dir(folder.path("")).env("NO_COLOR", "1").output().expect("a shell").into()
}

#[test]
fn a_new_folder_runs_is_sound_and_its_policies_keep_their_promises() {
    let folder = Folder::new("init");
    let made = folder.qts("init mine --format json").json();
    for file in made["files"].as_array().expect("files") {
        assert!(folder.path(file.as_str().expect("a path")).is_file(), "{file}");
    }
    let summary = folder.summary("mine/qts.toml");
    assert!(summary["fills"].as_u64() > Some(50), "it trades: {summary}");
    let checked = folder.qts("check mine/qts.toml --strict");
    assert_eq!((checked.code, checked.err.as_str()), (0, ""), "{}", checked.out);
    for command in next(&made).iter().filter(|command| !command.starts_with("cargo")) {
        let ended = run(&folder, command);
        assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{command}: {}", ended.out);
    }
}

#[test]
fn the_strategy_in_it_builds_and_runs() {
    let folder = Folder::new("init-strategy");
    assert_eq!(folder.qts("init mine").code, 0);
    let program = own_strategy::build(&folder.path("mine/my-strategy"));
    let mut command = Command::new(program);
    let command = command.args(["run", "mine/my-strategy/qts.toml"]).current_dir(folder.path(""));
    let ended: Ended = command.output().expect("it starts").into();
    assert!(ended.code == 0 && ended.out.contains("\ndips "), "{ended:?}");
}

#[test]
fn nothing_is_written_over() {
    let folder = Folder::new("init-twice");
    fs::create_dir_all(folder.path("mine/my-strategy")).expect("a folder");
    folder.write("mine/my-strategy/qts.toml", "mine");
    let ended = folder.qts("init mine");
    expect![[r#"
        qts: there is already mine/my-strategy/qts.toml; nothing was written: name another folder
    "#]]
    .assert_eq(&ended.err);
    assert_eq!((ended.code, folder.read("mine/my-strategy/qts.toml").as_str()), (1, "mine"));
    assert!(!folder.path("mine/qts.toml").exists());
    for file in ["mine/qts.toml", "mine/policy_test.toml"] {
        folder.write(file, "mine");
    }
    let told = folder.qts("init mine").err;
    assert!(told.starts_with("qts: there is already mine/qts.toml and 2 more of its files; nothing was"), "{told}");
    let ended = folder.with("file", "").qts("init file");
    assert_eq!(ended.code, 1);
    assert!(ended.err.contains("check the path, or name another folder"), "{}", ended.err);
}

#[test]
fn the_demo_adds_up_and_its_next_commands_work_as_printed() {
    let folder = Folder::new("demo");
    let shown = folder.qts("demo --format json").json();
    let funnel = |name: &str| shown["funnel"][name].as_u64().expect("a count");
    let blocked = ["blocked_by_own_policy", "blocked_in_arbitration", "blocked_by_account"].map(funnel);
    let gone = ["pass", "warn", "reduce"].map(funnel).iter().sum::<u64>();
    assert_eq!(funnel("asked"), blocked.iter().sum::<u64>() + gone);
    assert_eq!(funnel("asked"), folder.summary("qts-demo/qts.toml")["intents"].as_u64().expect("a count"));
    assert!(shown["checks"].as_array().expect("checks").iter().all(|check| check["holds"] == true));
    assert_eq!(shown["conflict"]["arbitration"]["conflict"], true);
    let first = &shown["strategies"][0];
    assert!(first["verdicts"]["pass"].is_u64() && first["positions"]["GOOG.US"].is_string(), "{first}");
    let commands = next(&shown);
    assert_eq!(commands.len(), 4);
    let story = run(&folder, &commands[0]).out;
    assert!(story.contains("\nreduce: ") && story.contains("\nfilled  "), "{story}");
    let sent = story.lines().find(|line| line.starts_with("sent    order ")).expect("an order");
    assert!(sent.contains(", "), "for several: {sent}");
    for command in commands {
        let ended = run(&folder, &command);
        assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{command}: {}", ended.out);
        assert!(!command.contains(" why ") || ended.out.contains("no order: it held"), "{}", ended.out);
    }
}

#[test]
fn the_demos_first_screen_says_nothing_of_profit() {
    let folder = Folder::new("demo-screen");
    let ended = folder.qts("demo");
    let screen = ended.out.to_lowercase();
    for word in ["profit", "return", "sharpe", "pnl", "p&l", "realized"] {
        assert!(!screen.contains(word), "{word}");
    }
    for part in ["WHAT BECAME OF EVERY WISH", "WHY", "WHOSE", "ONE CONFLICT IN FULL", "CHECKED", "NEXT"] {
        assert!(ended.out.contains(&format!("\n{part}\n")), "{part}: {}", ended.out);
    }
}

#[test]
fn the_demo_uses_what_is_there_as_it_is() {
    let folder = Folder::new("demo-changed");
    assert_eq!(folder.qts("demo").code, 0);
    let config = folder.read("qts-demo/qts.toml");
    folder.write("qts-demo/qts.toml", config.replace("rule = \"exits_only\"", "rule = \"net\""));
    let ended = folder.qts("demo");
    assert!(ended.code == 0 && ended.out.contains("rule net: a conflict"), "{}", ended.out);
    assert!(!ended.out.contains("exits go first"), "{}", ended.out);
    assert!(folder.read("qts-demo/qts.toml").contains("rule = \"net\""));
}

#[test]
fn the_demo_of_ones_own_folder_says_what_is_there_and_writes_nothing() {
    let folder = market("demo-own", &four(), 60);
    let ended = folder.qts("demo --dir .");
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
    let first =
        "4 strategies on one account, 1 instrument, 60 daily bars from 2024-01-02 to 2024-03-25: asked 240 times.";
    assert_eq!(ended.out.lines().next(), Some(first));
    let there = fs::read_dir(folder.path("")).expect("a folder").count();
    assert_eq!(there, 2, "bars.csv and qts.toml");
}
