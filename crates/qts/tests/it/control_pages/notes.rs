//! What the code says of its controls: doc comments of calculators and supervisors, read as text.

use std::fs;

use crate::the_example::root;

/// What one doc comment says of a control.
#[derive(Debug, Clone)]
pub(super) struct Note {
    /// Names of the controls.
    pub(super) codes: Vec<String>,
    /// What it asks, a whole sentence.
    pub(super) question: String,
    /// What is said beside it.
    pub(super) paragraphs: Vec<String>,
    /// The points of its list, by name.
    pub(super) points: Vec<(String, String)>,
}

/// The notes of a source file, in its order.
pub(super) fn of_file(path: &str) -> Vec<Note> {
    let text = fs::read_to_string(root().join(path)).expect("a source file");
    let (mut notes, mut comment) = (Vec::new(), Vec::new());
    for line in text.lines().chain([""]) {
        match line.strip_prefix("///").or_else(|| line.strip_prefix("//!")) {
            Some(said) => comment.push(said.strip_prefix(' ').unwrap_or(said)),
            None => notes.extend(note(&std::mem::take(&mut comment))),
        }
    }
    notes
}

/// A comment that tells of a control: names and a question, and a list.
fn note(comment: &[&str]) -> Option<Note> {
    let mut paragraphs: Vec<String> = comment.split(|line| line.is_empty()).map(|lines| lines.join("\n")).collect();
    let points = points(&paragraphs.pop().filter(|last| last.starts_with("- *"))?);
    let first = paragraphs.remove(0).replace('\n', " ");
    let (head, question) = first.split_once(": ").expect("names and a question");
    let names = head.split('`').skip(1).step_by(2).map(|name| name.split('.').next().unwrap_or_default().to_owned());
    let whose = head.split_once(" for ").map_or(String::new(), |(_, whose)| format!("For {whose}: "));
    let paragraphs = paragraphs.iter().map(|lines| lines.replace('\n', " ")).collect();
    Some(Note { codes: names.collect(), question: sentence(&(whose + question)), paragraphs, points })
}

fn points(list: &str) -> Vec<(String, String)> {
    let items = format!("\n{list}").replace("\n  ", " ");
    let items = items.split("\n- *").skip(1).map(|item| item.split_once("*: ").expect("a name and what it says"));
    items.map(|(name, said)| (name.to_owned(), said.to_owned())).collect()
}

/// With a capital letter at its beginning.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

impl Note {
    /// What its list says under this name.
    pub(super) fn point(&self, name: &str) -> Option<&str> {
        self.points.iter().find(|(given, _)| given == name).map(|(_, said)| said.as_str())
    }

    /// Everything that its list says under this name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.points.iter().filter(move |(given, _)| given == name).map(|(_, said)| said.as_str())
    }
}
