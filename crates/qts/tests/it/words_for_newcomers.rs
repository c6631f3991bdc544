//! The documents beside their transcripts: commands to copy exist with all their flags, links lead somewhere, and
//! configs that are shown are sound.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::support::Folder;
use crate::the_example::root;
use crate::transcripts;

/// Programs of others that a reader is told to start.
const OTHERS: [&str; 5] = ["cargo", "cd", "python3", "git", "ln"];

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|why| panic!("{path}: {why}"))
}

/// The blocks of a document: what stands behind the fence, and the lines.
fn blocks(text: &str) -> Vec<(&str, Vec<&str>)> {
    let (mut blocks, mut open): (Vec<(&str, Vec<&str>)>, bool) = (Vec::new(), false);
    for line in text.lines() {
        match (open, line.strip_prefix("```")) {
            (false, Some(fence)) => {
                blocks.push((fence, Vec::new()));
                open = true;
            }
            (true, Some(_)) => open = false,
            (true, None) => blocks.last_mut().expect("an open block").1.push(line),
            (false, None) => {}
        }
    }
    blocks
}

/// The lines to copy of all documents, without comments.
fn commands() -> Vec<String> {
    let documents = transcripts::documents();
    let texts: Vec<String> = documents.iter().map(|path| read(path)).collect();
    let shell = texts.iter().flat_map(|text| blocks(text)).filter(|(fence, _)| *fence == "sh");
    let lines = shell.flat_map(|(_, lines)| lines.into_iter().map(|line| line.split(" #").next().unwrap_or_default()));
    lines.map(|line| line.trim().to_owned()).filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

/// The arguments, if it is one of ours.
fn ours(command: &str) -> Option<&str> {
    let (_, rest) = command.split_once("-p qts -- ").or_else(|| command.split_once("cargo qts ")).or_else(|| {
        let at = command.find("qts ").filter(|at| *at == 0 || command[..*at].ends_with("| "))?;
        Some(("", &command[at + 4..]))
    })?;
    Some(rest.split(['|', '>', ';']).next().unwrap_or_default().trim())
}

#[test]
fn every_command_to_copy_exists_with_its_flags() {
    let folder = Folder::new("commands-to-copy");
    let commands = commands();
    assert!(commands.iter().filter(|command| ours(command).is_some()).count() >= 8, "{commands:?}");
    for command in &commands {
        let Some(args) = ours(command) else {
            let first = command.split_whitespace().find(|word| !word.contains('=')).unwrap_or_default();
            assert!(OTHERS.contains(&first), "{command}");
            continue;
        };
        let path = args.split_whitespace().take(if args.starts_with("policy ") { 2 } else { 1 });
        let help = folder.qts(&format!("{} --help", path.collect::<Vec<_>>().join(" ")));
        assert_eq!((help.code, help.err.as_str()), (0, ""), "{command}");
        for flag in args.split_whitespace().filter(|word| word.starts_with("--")) {
            assert!(help.out.contains(&format!(" {flag} ")) || help.out.contains(&format!(" {flag}\n")), "{command}");
        }
    }
}

/// All pages in the tree, by their paths from the root.
fn pages(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let visited = !name.starts_with('.') && !["target", "qts-demo"].contains(&name.as_str());
        if path.is_dir() && visited {
            pages(&path, found);
        } else if path.is_file() && name.ends_with(".md") {
            found.push(path.strip_prefix(root()).expect("below the root").display().to_string());
        }
    }
}

/// Where the links outside blocks lead, as written.
fn links(text: &str) -> Vec<String> {
    let mut open = false;
    let prose = text.lines().filter(|line| {
        let fence = line.starts_with("```");
        open ^= fence;
        !open && !fence
    });
    let prose = prose.collect::<Vec<_>>().join("\n");
    let ends = prose.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0.to_owned()));
    ends.filter(|link| !link.contains("://") && !link.starts_with("mailto:")).collect()
}

/// The anchors of a page, as forges make them of headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let kept = |letter: &char| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_');
    headings.map(|it| it.to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-")).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let mut found = Vec::new();
    pages(&root(), &mut found);
    assert!(found.len() > 8, "{found:?}");
    for page in &found {
        let text = read(page);
        for link in links(&text) {
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = root().join(page).parent().expect("a folder").join(file);
            let target = if file.is_empty() { root().join(page) } else { target };
            assert!(target.exists(), "{page}: {link}");
            if !anchor.is_empty() {
                let there = fs::read_to_string(&target).expect("a page");
                assert!(anchors(&there).contains(anchor), "{page}: {link}: {:?}", anchors(&there));
            }
        }
    }
}

/// A config that is shown under a name may be copied: it begins with an account, and `check` finds nothing wrong.
/// What is shown in order to be wrong is called `typo.toml`.
#[test]
fn every_config_that_is_shown_is_sound() {
    for path in transcripts::documents() {
        let text = read(&path);
        let folder = Folder::new(&format!("shown-configs-{}", path.replace('/', "-")));
        transcripts::copy(&root().join("examples"), &folder.path("examples"));
        let named = blocks(&text).into_iter().filter_map(|(fence, lines)| {
            Some((fence.split_once("title=\"")?.1.trim_end_matches('"').to_owned(), lines.join("\n")))
        });
        let files: Vec<(String, String)> = named.collect();
        for (name, content) in &files {
            let file = folder.path(name);
            fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
            fs::write(file, content).expect("a file");
        }
        let configs = files.iter().filter(|(_, content)| content.lines().any(|line| line == "[account]"));
        for (name, _) in configs.filter(|(name, _)| name != "typo.toml") {
            let ended = folder.qts(&format!("check {name} --quick"));
            assert_eq!(ended.code, 0, "{path}: {name}: {}", ended.err);
        }
    }
}

#[test]
fn both_readmes_know_each_other_and_show_the_same_commands() {
    let (english, korean) = (read("README.md"), read("README.ko.md"));
    assert!(links(&english).contains(&"README.ko.md".to_owned()) && links(&korean).contains(&"README.md".to_owned()));
    let subcommands = |text: &str| -> BTreeSet<String> {
        let shell = blocks(text).into_iter().filter(|(fence, _)| ["sh", "console"].contains(fence));
        let lines = shell.flat_map(|(_, lines)| lines);
        let args = lines.filter_map(|line| ours(line.trim_start_matches("$ ")));
        args.filter_map(|args| args.split_whitespace().next().map(str::to_owned)).collect()
    };
    assert_eq!(subcommands(&english), subcommands(&korean));
}

/// Code on a page is code that is compiled: that of the guide is the example's.
#[test]
fn code_that_is_shown_is_code_that_is_compiled() {
    let example = read("examples/my-strategy/src/three_down.rs") + &read("examples/my-strategy/src/main.rs");
    let guide = read("docs/guide.md");
    let shown = blocks(&guide).into_iter().filter(|(fence, _)| *fence == "rust");
    let shown: Vec<String> = shown.map(|(_, lines)| lines.join("\n")).collect();
    assert!(shown.len() > 3 && shown.iter().all(|code| example.contains(code)), "{shown:?}");
}
