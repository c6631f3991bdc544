//! Help: every command has examples, and every example is one that the program understands.

use std::collections::BTreeSet;

use crate::support::Folder;
use crate::the_example::root;
use crate::transcripts::copy;

/// The names below `Commands:` of a help, without `help` itself.
fn commands(help: &str) -> Vec<String> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let indented = |line: &str| line.strip_prefix("  ").filter(|name| !name.starts_with(' ')).map(str::to_owned);
    let names = listed.filter_map(indented).filter_map(|line| line.split(' ').next().map(str::to_owned));
    names.filter(|name| name != "help").collect()
}

/// All helps: the program's own, then those of its commands and theirs.
fn helps(folder: &Folder, path: &str, found: &mut Vec<(String, String)>) {
    let ended = folder.qts(&format!("{path} --help"));
    assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{path}");
    let below = commands(&ended.out);
    found.push((path.to_owned(), ended.out));
    below.iter().for_each(|name| helps(folder, format!("{path} {name}").trim(), found));
}

fn all(folder: &Folder) -> Vec<(String, String)> {
    let mut found = Vec::new();
    helps(folder, "", &mut found);
    found
}

/// The commands of a help's examples, without what the shell does around them.
fn examples(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Examples:").skip(1).take_while(|line| line.starts_with("  "));
    let parts =
        lines.flat_map(|line| line.split(" | ")).map(|part| part.split([';', '>', '#']).next().unwrap_or_default());
    parts.filter_map(|part| part.trim().strip_prefix("qts ").map(|args| args.trim().to_owned())).collect()
}

#[test]
fn every_command_has_examples_of_itself() {
    let folder = Folder::new("help-examples");
    let helps = all(&folder);
    assert!(["", "run", "check", "decide"].iter().all(|path| helps.iter().any(|(found, _)| found == path)));
    for (path, help) in helps {
        let examples = examples(&help);
        assert!(help.contains("Examples:\n  ") && !examples.is_empty(), "{path}: {help}");
        assert!(examples.iter().all(|example| example.starts_with(&path)), "{path}: {examples:?}");
    }
}

/// In an empty folder they fail for want of files, never of usage.
#[test]
fn every_example_is_understood() {
    let folder = Folder::new("help-understood");
    let examples: BTreeSet<String> = all(&folder).iter().flat_map(|(_, help)| examples(help)).collect();
    assert!(examples.len() > 5, "{examples:?}");
    for example in examples {
        let ended = folder.qts(&example);
        assert_ne!(ended.code, 2, "{example}: {}", ended.err);
    }
}

/// Files that a reader has to bring.
const OF_THE_READER: [&str; 8] =
    ["my.toml", "my-trading", "cycle.json", "cycles.jsonl", "policy.toml", "tests/*.toml", "--config", "run.qts"];

/// As at the root of a checkout, where every example works that needs nothing of the reader's.
#[test]
fn every_example_that_needs_nothing_works() {
    let folder = Folder::new("help-works");
    copy(&root().join("examples"), &folder.path("examples"));
    let examples: BTreeSet<String> = all(&folder).iter().flat_map(|(_, help)| examples(help)).collect();
    let needs_nothing = |example: &&String| !OF_THE_READER.iter().any(|file| example.contains(file));
    let own: Vec<&String> =
        examples.iter().filter(needs_nothing).filter(|example| !example.contains("/tmp/")).collect();
    assert!(own.iter().filter(|example| example.contains("examples/us-daily")).count() >= 3, "{own:?}");
    for example in own {
        let ended = folder.qts(example);
        assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{example}: {}", ended.out);
    }
}

#[test]
fn the_flags_of_all_commands_are_told_by_each() {
    let folder = Folder::new("help-global");
    for (path, help) in all(&folder) {
        assert!(help.contains("--color <WHEN>"), "{path}");
    }
    assert!(folder.qts("run --help").out.contains("-q, --quiet"));
}

#[test]
fn qts_alone_points_the_way() {
    let folder = Folder::new("help-alone");
    let ended = folder.qts("");
    assert_eq!((ended.code, ended.out.as_str()), (2, ""));
    // As it can be called from here: by its path, or by the alias of the checkout around.
    let qts = ended.err.split(" takes what").next().expect("a name");
    let begin = format!("  {qts} ");
    let commands: Vec<&str> = ended.err.lines().filter_map(|line| line.strip_prefix(&begin)).collect();
    let words: Vec<_> = commands.iter().filter_map(|command| command.split(' ').next()).collect();
    assert_eq!(words, ["demo", "init", "run", "check"]);
    for command in commands {
        let ended = folder.qts(command);
        assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{command}");
    }
    assert!(ended.err.contains(&format!("`{qts} --help`")) && ended.err.lines().count() < 14, "{}", ended.err);
}
