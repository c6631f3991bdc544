//! Every transcript of the documents is executed: what they show is what the program prints.
//!
//! A ```` ```console ```` block is a transcript. Lines that begin with `$ ` are commands (one that ends in `\` goes on in
//! the next line); what follows is what they print on stdout and stderr, in that order of time. `…` alone on a line
//! stands for any lines, or none. A block with a file name, such as ```` ```toml title="my.toml" ````, is a file that is
//! written when the reading comes to it.
//!
//! *Where*: each document is read in a folder of its own that begins as a copy of `examples/`; the pages of an example
//! are read inside the copy of that example. Nothing is shared between documents, nothing in the tree is written.
//!
//! *What*: `qts …`, `cargo qts …`, `cargo run --release -p qts -- …`, the same of `examples/my-strategy`, and `cat`,
//! `echo`, `head`, joined by `|`, with `> FILE`; names stay inside the folder. Anything else in such a block is an
//! error, so that nobody writes a transcript that is not executed.
//!
//! *What may differ*: a number before ` s`, and the number of a JSON key that ends in `_s` or is `peak_rss_bytes`. Blanks
//! at the ends of lines do not count: editors remove them.
//!
//! `UPDATE_DOCS=1` writes what is printed into the documents; where lines are left out, the same number of lines is
//! shown again, at the place that fits best. Read what was written.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::thread;

use crate::own_strategy;
use crate::support::Folder;
use crate::the_example::root;

/// What stands for lines that are not shown.
const LEFT_OUT: &str = "…";
/// Commands that a transcript may use beside the program.
const HELPERS: [&str; 3] = ["cat", "echo", "head"];
/// Ways to start the program, and what is started.
const STARTS: [(&str, &str); 4] = [
    ("cargo run --release -p qts -- ", "qts "),
    ("cargo run --release --manifest-path examples/my-strategy/Cargo.toml -- ", "my-strategy "),
    ("cargo qts ", "qts "),
    ("qts ", "qts "),
];

/// The documents that may hold transcripts, by their paths from the root.
pub(crate) fn documents() -> Vec<String> {
    let mut found = vec!["README.md".to_owned(), "README.ko.md".to_owned()];
    let pages = names_in(&root().join("docs")).into_iter().filter(|name| name.ends_with(".md"));
    found.extend(pages.map(|name| format!("docs/{name}")));
    for name in names_in(&root().join("examples")) {
        let pages = ["README.md", "README.ko.md"].map(|page| format!("examples/{name}/{page}"));
        found.extend(pages.into_iter().filter(|path| root().join(path).exists()));
    }
    found
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8")).collect();
    names.sort();
    names
}

#[test]
fn every_transcript_is_what_the_program_prints() {
    let documents = documents();
    let findings: Vec<String> = thread::scope(|scope| {
        let readers: Vec<_> = documents.iter().map(|path| scope.spawn(|| Reader::open(path).read())).collect();
        readers.into_iter().flat_map(|reader| reader.join().expect("a reader ends")).collect()
    });
    assert!(findings.is_empty(), "{}\n(UPDATE_DOCS=1 writes what is printed)", findings.join("\n"));
}

#[test]
fn the_pages_for_newcomers_have_transcripts() {
    for (path, least) in [("README.md", 6), ("README.ko.md", 6), ("docs/guide.md", 12)] {
        let text = fs::read_to_string(root().join(path)).expect("a document");
        let commands = text.lines().filter(|line| line.starts_with("$ ")).count();
        assert!(commands >= least, "{path}: {commands} commands");
    }
}

/// Reads one document, doing what it says.
struct Reader {
    path: String,
    text: String,
    folder: PathBuf,
    /// How the last command ended, for `echo $?`.
    code: i32,
    findings: Vec<String>,
}

impl Reader {
    fn open(path: &str) -> Self {
        let text = fs::read_to_string(root().join(path)).unwrap_or_else(|why| panic!("{path}: {why}"));
        let scratch = Folder::new(&format!("transcripts-{}", path.replace('/', "-")));
        copy(&root().join("examples"), &scratch.path("examples"));
        let page_of_example = path.starts_with("examples/");
        let inside = Path::new(path).parent().filter(|_| page_of_example).unwrap_or(Path::new(""));
        let folder = scratch.path("").join(inside);
        Self { path: path.to_owned(), text, folder, code: 0, findings: Vec::new() }
    }

    /// Reads it to its end; what is wrong with it comes back, or is written into it.
    fn read(mut self) -> Vec<String> {
        let text = self.text.clone();
        let lines: Vec<&str> = text.lines().collect();
        let (mut written, mut at) = (Vec::new(), 0);
        while at < lines.len() {
            written.push(lines[at].to_owned());
            at += 1;
            let Some(fence) = lines[at - 1].strip_prefix("```") else { continue };
            let length = lines[at..].iter().position(|line| *line == "```").expect("a block has an end");
            let block = &lines[at..at + length];
            if fence == "console" {
                written.extend(self.transcript(block, at + 1));
            } else {
                self.file(fence, block);
                written.extend(block.iter().map(|line| (*line).to_owned()));
            }
            written.push("```".to_owned());
            at += length + 1;
        }
        self.end(&(written.join("\n") + "\n"))
    }

    fn end(mut self, written: &str) -> Vec<String> {
        if env::var_os("UPDATE_DOCS").is_some() {
            if written != self.text {
                fs::write(root().join(&self.path), written).expect("the document");
            }
            self.findings.retain(|finding| finding.contains("not allowed"));
        }
        self.findings
    }

    /// Writes a block that has a name.
    fn file(&self, fence: &str, block: &[&str]) {
        let Some((_, rest)) = fence.split_once("title=\"") else { return };
        let name = rest.trim_end_matches('"');
        assert!(is_inside(name), "{}: `{name}` leads outside", self.path);
        let path = self.folder.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, block.join("\n") + "\n").expect("a file");
    }

    /// Plays a transcript; how it should be shown comes back. `first` is the number of its first line.
    fn transcript(&mut self, block: &[&str], first: usize) -> Vec<String> {
        let (mut written, mut at) = (Vec::new(), 0);
        if !block.first().is_some_and(|line| line.starts_with("$ ")) {
            self.findings.push(format!("{}:{first}: not allowed: a transcript begins with a command", self.path));
        }
        while at < block.len() {
            let number = first + at;
            let long = block[at..].iter().take_while(|line| line.ends_with('\\')).count();
            let next = (at + long + 1).min(block.len());
            let command = block[at..next].join("\n");
            let length = block[next..].iter().take_while(|line| !line.starts_with("$ ")).count();
            let shown = &block[next..next + length];
            written.extend(block[at..next].iter().map(|line| (*line).to_owned()));
            written.extend(self.step(command.trim_start_matches("$ "), shown, number));
            at = next + length;
        }
        written
    }

    /// One command and what it prints.
    fn step(&mut self, command: &str, shown: &[&str], number: usize) -> Vec<String> {
        let as_it_is = || shown.iter().map(|line| (*line).to_owned()).collect();
        let script = match script(command) {
            Ok(script) => script,
            Err(why) => {
                self.findings.push(format!("{}:{number}: `{command}`: not allowed: {why}", self.path));
                return as_it_is();
            }
        };
        let printed = self.run(&script);
        let printed: Vec<&str> = printed.trim_end().lines().map(str::trim_end).collect();
        if agree(shown, &printed) {
            return as_it_is();
        }
        let (shown_text, printed_text) = (shown.join("\n"), printed.join("\n"));
        let place = format!("{}:{number}: $ {command}", self.path);
        self.findings.push(format!("{place}\n--- shown\n{shown_text}\n--- printed\n{printed_text}\n---"));
        shown_again(shown, &printed)
    }

    fn run(&mut self, script: &str) -> String {
        let script = format!("exec 2>&1\n(exit {})\n{script}", self.code);
        let mut shell = Command::new("sh");
        shell.args(["-c", &script]).current_dir(&self.folder).env("PATH", search_path(&script)).env("NO_COLOR", "1");
        let output = shell.stdin(Stdio::null()).output().expect("a shell");
        self.code = output.status.code().unwrap_or(-1);
        let printed = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(!printed.contains("panicked at"), "{}: {script}: {printed}", self.path);
        printed
    }
}

/// Copies a folder without what was built there.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for name in names_in(from).iter().filter(|name| !["target", "Cargo.lock", "__pycache__"].contains(&name.as_str())) {
        let (from, to) = (from.join(name), to.join(name));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(from, to).expect("a file");
        }
    }
}

/// Where the programs of a script are.
fn search_path(script: &str) -> OsString {
    let folder = |program: &Path| program.parent().expect("a folder").to_owned();
    let known = env::var_os("PATH").unwrap_or_default();
    let ours = folder(Path::new(env!("CARGO_BIN_EXE_qts")));
    let own = script.contains("my-strategy ").then(|| folder(own_program()));
    env::join_paths(own.into_iter().chain([ours]).chain(env::split_paths(&known))).expect("a search path")
}

/// The program of `examples/my-strategy`, built once, and put where no other build replaces it.
fn own_program() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let kept = Folder::new("transcripts-own-program").path("my-strategy");
        fs::copy(own_strategy::build(&root().join("examples/my-strategy")), &kept).expect("a program");
        kept
    })
}

/// The command as a shell is given it, or why it is none for a transcript.
fn script(command: &str) -> Result<String, String> {
    let stages = stages(command)?;
    let stages: Result<Vec<String>, String> = stages.into_iter().map(|stage| started(stage.trim())).collect();
    Ok(stages?.join(" | "))
}

/// The parts between bars that no quotes enclose.
fn stages(command: &str) -> Result<Vec<String>, String> {
    let (mut stages, mut quote) = (vec![String::new()], None);
    for letter in command.chars() {
        match (quote, letter) {
            (None, '|') => {
                stages.push(String::new());
                continue;
            }
            (None, ';' | '&' | '<' | '`' | '(' | '~') => return Err(format!("`{letter}`")),
            (None, '\'' | '"') => quote = Some(letter),
            (Some(open), _) if open == letter => quote = None,
            _ => {}
        }
        stages.last_mut().expect("one at least").push(letter);
    }
    Ok(stages)
}

/// A stage with the program's short name.
fn started(stage: &str) -> Result<String, String> {
    if let Some(word) = stage.split_whitespace().find(|word| !is_inside(word)) {
        return Err(format!("`{word}` leads outside"));
    }
    if HELPERS.iter().any(|helper| stage.split_whitespace().next() == Some(helper)) {
        return Ok(stage.to_owned());
    }
    let line = format!("{stage} ");
    let known = STARTS.iter().find_map(|(start, is)| Some(format!("{is}{}", line.strip_prefix(start)?)));
    known.ok_or_else(|| "it is neither the program nor a helper".to_owned())
}

fn is_inside(name: &str) -> bool {
    !name.starts_with('/') && !name.split('/').any(|part| part == "..")
}

/// Whether this is shown of that, lines left out and all.
fn agree(shown: &[&str], printed: &[&str]) -> bool {
    let shown: Vec<String> = trimmed(shown).iter().map(|line| masked(line)).collect();
    let printed: Vec<String> = printed.iter().map(|line| masked(line)).collect();
    let parts: Vec<&[String]> = shown.split(|line| line == LEFT_OUT).collect();
    let ([first, rest @ ..], mut left) = (&parts[..], &printed[..]) else { return false };
    let Some(after) = left.strip_prefix(*first) else { return false };
    let [middle @ .., last] = rest else { return after.is_empty() };
    left = after;
    for part in middle.iter().filter(|part| !part.is_empty()) {
        let Some(at) = left.windows(part.len()).position(|lines| lines == *part) else { return false };
        left = &left[at + part.len()..];
    }
    left.ends_with(last)
}

/// Without blank lines at the end.
fn trimmed<'a, 'b>(lines: &'a [&'b str]) -> &'a [&'b str] {
    let length = lines.iter().rposition(|line| !line.trim().is_empty()).map_or(0, |last| last + 1);
    &lines[..length]
}

/// A line without what differs from run to run.
fn masked(line: &str) -> String {
    let words: Vec<&str> = line.trim_end().split(' ').collect();
    let next = |at: usize| words.get(at + 1).copied().unwrap_or_default();
    let word = |at: usize, word: &str| {
        let (bare, before) = (word.trim_matches(['"', ',']), at.checked_sub(1).map_or("", |before| words[before]));
        let measured = before.ends_with("_s\":") || before == "\"peak_rss_bytes\":";
        let time = bare.parse::<f64>().is_ok() && (measured || matches!(next(at), "s" | "s,"));
        if time { word.replace(bare, "#") } else { word.to_owned() }
    };
    words.iter().enumerate().map(|(at, it)| word(at, it)).collect::<Vec<_>>().join(" ")
}

/// What should be shown: as many lines in each part as were, where they fit best.
fn shown_again(shown: &[&str], printed: &[&str]) -> Vec<String> {
    let kept = trimmed(shown);
    let parts: Vec<&[&str]> = kept.split(|line| *line == LEFT_OUT).collect();
    let mut again: Vec<&str> = Vec::new();
    let mut left = printed;
    for (number, part) in parts.iter().enumerate() {
        let length = part.len().min(left.len());
        let at = match (number, number + 1 == parts.len()) {
            (0, true) => {
                again.extend(left);
                break;
            }
            (0, false) => 0,
            (_, true) => left.len() - length,
            _ => best(part, left, length),
        };
        again.extend((number > 0).then_some(LEFT_OUT));
        again.extend(&left[at..at + length]);
        left = &left[at + length..];
    }
    again.extend(&shown[kept.len()..]);
    again.into_iter().map(str::to_owned).collect()
}

/// Where most of these lines are found as they were.
fn best(part: &[&str], left: &[&str], length: usize) -> usize {
    let alike = |at: &usize| part.iter().zip(&left[*at..]).filter(|(was, is)| masked(was) == masked(is)).count();
    (0..=left.len() - length).rev().max_by_key(alike).unwrap_or(0)
}

#[test]
fn lines_left_out_agree_with_any_others_do_not() {
    let printed = ["a", "b", "c", "took 0.5 s", "e"];
    for shown in [&["a", "…"][..], &["…", "e"], &["a", "…", "c", "…"], &["…", "took 7.25 s", "e", ""], &["…"], &printed]
    {
        assert!(agree(shown, &printed), "{shown:?}");
    }
    for shown in [&["a"][..], &["b", "…"], &["a", "…", "c"], &["…", "c", "…", "b", "…"], &["…", "took 1 m", "e"], &[]]
    {
        assert!(!agree(shown, &printed), "{shown:?}");
    }
    assert!(!agree(&["x 1"], &["x 2"]) && !agree(&["state 0123456789abcdef"], &["state fedcba9876543210"]));
}

#[test]
fn what_is_shown_again_keeps_its_form() {
    let printed = ["A", "b", "c", "d", "E"];
    assert_eq!(shown_again(&["a", "…", "c", "x", "…", "e", ""], &printed), ["A", "…", "c", "d", "…", "E", ""]);
    assert_eq!(shown_again(&["a"], &printed), printed);
}

#[test]
fn only_the_program_and_its_helpers_are_executed() {
    for fine in
        ["qts", "cargo qts run my.toml", "echo '{\"a\": \"x;y\"}' | qts serve my.toml --stdio", "qts schema > a.json"]
    {
        assert!(script(fine).is_ok(), "{fine}");
    }
    for not in
        ["ls", "qts run a; ls", "qts run a | sh", "cat /etc/hosts", "cat ../x", "qts $(ls)", "cargo test", "qts & ls"]
    {
        assert!(script(not).is_err(), "{not}");
    }
}
