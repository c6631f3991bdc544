//! The pages in `docs/controls` are made of the doc comments of calculators and supervisors, and of what the program
//! says of itself (`qts reasons`, `qts schema`, `qts policy show`). With `UPDATE_DOCS=1` they are written; without it
//! they must be what would be written. Every piece of a policy that they show is taken by `qts check`.

mod exits;
mod notes;
mod program;
mod texts;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::support::Folder;
use crate::the_example::root;
use notes::Note;
use program::Program;
use texts::{PAGES, Page};

/// Where the pages are.
const FOLDER: &str = "docs/controls";
/// The points of a note, as they are called on a page.
const POINTS: [(&str, &str); 8] = [
    ("formula", "Formula"),
    ("unit", "Unit"),
    ("scope", "Scope"),
    ("levels", "Levels"),
    ("unknown", "Not known"),
    ("exits", "Exits"),
    ("conservative", "In `conservative`"),
    ("source", "Source"),
];

/// Notes about the same controls: a section of a page.
struct Section {
    codes: Vec<String>,
    notes: Vec<Note>,
}

#[test]
fn the_pages_of_controls_say_what_the_code_says() {
    let program = Program::ask("control-pages");
    let mut pages: BTreeMap<String, String> =
        PAGES.iter().map(|page| (format!("{}.md", page.name), written(page, &program))).collect();
    pages.insert("README.md".to_owned(), index(&program));
    let folder = root().join(FOLDER);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::create_dir_all(&folder).expect("a folder");
        pages.iter().for_each(|(name, text)| fs::write(folder.join(name), text).expect("a page"));
    }
    for (name, text) in &pages {
        let is = fs::read_to_string(folder.join(name)).unwrap_or_default();
        assert!(is == *text, "run with UPDATE_DOCS=1 to write {FOLDER}/{name}, and read what was written");
    }
    assert_eq!(fs::read_dir(&folder).expect("pages").count(), pages.len(), "a page that nobody writes");
}

#[test]
fn every_reason_has_its_place_on_one_page() {
    let program = Program::ask("control-codes");
    let mut places: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for page in &PAGES {
        let on_page = sections(page, &program).into_iter().flat_map(|section| section.codes);
        let on_page = on_page.filter(|code| program.reason(code).is_some());
        let codes: BTreeSet<String> = on_page.chain(page.others.iter().map(|(code, _)| (*code).to_owned())).collect();
        codes.into_iter().for_each(|code| places.entry(code).or_default().push(page.name));
    }
    assert!(places.values().all(|pages| pages.len() == 1), "{places:?}");
    let named: Vec<&String> = places.keys().collect();
    let mut codes = program.codes();
    codes.sort();
    assert_eq!(named, codes.iter().collect::<Vec<_>>());
}

/// As the calculators' own test does; supervisors are read here only.
#[test]
fn every_control_says_the_same_things_of_itself() {
    let program = Program::ask("control-points");
    for note in PAGES.iter().flat_map(|page| sections(page, &program)).flat_map(|section| section.notes) {
        let missing = POINTS.iter().find(|(point, _)| *point != "unknown" && note.point(point).is_none());
        assert_eq!(missing, None, "{:?}", note.codes);
        let known = |name: &str| name == "write" || POINTS.iter().any(|(point, _)| *point == name);
        assert!(note.points.iter().all(|(name, _)| known(name)), "{:?}", note.points);
    }
}

#[test]
fn everything_that_a_policy_may_say_is_shown_and_taken() {
    let program = Program::ask("control-snippets");
    let mut missing: BTreeSet<String> = program.controls();
    for page in &PAGES {
        for section in sections(page, &program) {
            for line in lines_of_policy(&section) {
                check(&section.codes[0], &line);
                missing.remove(line.split(" = ").next().unwrap_or_default());
            }
        }
    }
    assert!(missing.is_empty(), "no page shows how to write {missing:?}");
}

/// A config with this line in it, without a word against it.
fn check(name: &str, line: &str) {
    let policy = if line.starts_with("budget") { "[policy.mine]\n" } else { "" };
    let config = [texts::AROUND, snippet(line).as_str(), policy].concat();
    let ended = Folder::new(&format!("control-{name}")).with("qts.toml", &config).qts("check qts.toml");
    assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{line}: {}", ended.out);
}

/// The sections of a page, in the order of the reasons.
fn sections(page: &Page, program: &Program) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for note in page.files.iter().flat_map(|file| notes::of_file(file)) {
        match sections.iter_mut().find(|section| section.codes == note.codes) {
            Some(section) => section.notes.push(note),
            None => sections.push(Section { codes: note.codes.clone(), notes: vec![note] }),
        }
    }
    let codes = program.codes();
    sections.sort_by_key(|section| codes.iter().position(|code| *code == section.codes[0]).unwrap_or(codes.len()));
    sections
}

fn lines_of_policy(section: &Section) -> Vec<String> {
    let lines = section.notes.iter().flat_map(|note| note.all("write"));
    lines.map(|line| line.trim_matches('`').to_owned()).collect()
}

/// A line of a policy in its table; of a budget, in a strategy's.
fn snippet(line: &str) -> String {
    let table = if line.starts_with("budget") { texts::STRATEGY } else { "[policy.mine]\n" };
    format!("{table}{line}\n")
}

fn written(page: &Page, program: &Program) -> String {
    let mut text = format!("# {}\n{}{}", page.title, paragraph(texts::MADE), paragraph(page.opening));
    for section in sections(page, program) {
        text += &told(&section, program);
    }
    if !page.others.is_empty() {
        text += &format!("\n## {}\n{}\n", page.others_title, paragraph(page.others_opening));
        text += "| reason | what it means | what to do | an exit |\n|---|---|---|---|\n";
        for (code, exits) in page.others {
            let (meaning, way_out) = program.reason(code).expect("a reason");
            let way_out = if way_out.is_empty() { "nothing" } else { way_out };
            text += &format!("| `{code}` | {meaning} | {way_out} | {exits} |\n");
        }
    }
    text
}

fn told(section: &Section, program: &Program) -> String {
    let mut text = format!("\n## {}\n", names(&section.codes));
    for note in &section.notes {
        text += &format!("\n**{}**\n", note.question);
        note.paragraphs.iter().for_each(|said| text += &paragraph(said));
        text += "\n";
        for (point, called) in POINTS {
            text += &note.point(point).map_or(String::new(), |said| wrapped(&format!("- **{called}:** {said}"), "  "));
        }
    }
    for (code, (meaning, way_out)) in section.codes.iter().filter_map(|code| Some((code, program.reason(code)?))) {
        text += &paragraph(&format!("**Reason** `{code}`: {meaning} {way_out}"));
    }
    text + &form(section, program)
}

/// How a policy says it, and how `conservative` does.
fn form(section: &Section, program: &Program) -> String {
    let mut text = String::new();
    for (code, line) in section.codes.iter().zip(lines_of_policy(section)) {
        text += &paragraph(&program.form(code));
        text += &format!("\n```toml\n{}```\n", snippet(&line));
        text += &program.conservative(code).map_or(String::new(), |said| paragraph(&said));
    }
    text
}

/// A paragraph behind an empty line.
fn paragraph(text: &str) -> String {
    format!("\n{}", wrapped(text, ""))
}

/// A text in lines of at most 120 columns, all but the first behind `indent`.
fn wrapped(text: &str, indent: &str) -> String {
    let (mut lines, mut line) = (String::new(), String::new());
    for word in text.split(' ') {
        if !line.trim().is_empty() && line.chars().count() + 1 + word.chars().count() > 120 {
            lines += &format!("{line}\n");
            line = format!("{indent}{word}");
        } else {
            line += if line.is_empty() { "" } else { " " };
            line += word;
        }
    }
    format!("{lines}{line}\n")
}

fn names(codes: &[String]) -> String {
    codes.iter().map(|code| format!("`{code}`")).collect::<Vec<_>>().join(" and ")
}

/// The index: every control with its question and its default.
fn index(program: &Program) -> String {
    let mut text = "# The controls\n".to_owned() + &paragraph(texts::MADE);
    texts::INDEX.iter().for_each(|said| text += &paragraph(said));
    for page in &PAGES {
        text += &format!("\n## [{}]({}.md)\n{}", page.title, page.name, paragraph(page.opening));
        let sections = sections(page, program);
        if !sections.is_empty() {
            text += "\n| control | asks | scope | in `conservative` |\n|---|---|---|---|\n";
        }
        for section in sections {
            let link = format!("[{}]({}.md#{})", names(&section.codes), page.name, section.codes.join("-and-"));
            for note in &section.notes {
                let point = |name| note.point(name).expect("a point");
                let (scope, default) = (point("scope"), point("conservative"));
                text += &format!("| {link} | {} | {scope} | {default} |\n", note.question);
            }
        }
        if !page.others.is_empty() {
            let codes: Vec<String> = page.others.iter().map(|(code, _)| format!("`{code}`")).collect();
            text += &paragraph(&format!("{}: {}", page.others_title, codes.join(" · ")));
        }
    }
    text
}
