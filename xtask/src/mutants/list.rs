//! The mutants that `cargo mutants` names, and each applied to the text of its file.

use std::ops::Range;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::PACKAGE;
use crate::tree;

/// A small break: some text put in place of some other.
pub(crate) struct Mutant {
    pub(crate) name: String,
    pub(crate) file: String,
    function: Option<Span>,
    span: Span,
    replacement: String,
}

/// From line and column to line and column, counted from 1, the end excluded.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Span([(usize, usize); 2]);

impl Mutant {
    pub(super) fn read(value: &Value) -> Option<Self> {
        let text = |name: &str| value[name].as_str().map(str::to_owned);
        Some(Self {
            name: text("name")?,
            file: text("file")?,
            function: Span::read(&value["function"]["span"]),
            span: Span::read(&value["span"])?,
            replacement: text("replacement")?,
        })
    }

    /// Where the function is that it breaks.
    pub(crate) fn function_in(&self, text: &str) -> Option<Range<usize>> {
        self.function?.in_text(text)
    }

    /// Where it breaks the text.
    pub(crate) fn place_in(&self, text: &str) -> Option<Range<usize>> {
        self.span.in_text(text)
    }

    /// The part of the text, broken.
    pub(crate) fn applied_within(&self, text: &str, part: Range<usize>) -> Option<String> {
        let place = self.place_in(text)?;
        let inside = part.start <= place.start && place.end <= part.end;
        inside.then(|| [&text[part.start..place.start], &self.replacement, &text[place.end..part.end]].concat())
    }

    /// The whole text, broken.
    pub(crate) fn applied_to(&self, text: &str) -> String {
        self.applied_within(text, 0..text.len()).unwrap_or_default()
    }
}

impl Span {
    fn read(value: &Value) -> Option<Self> {
        let number = |end: &str, of: &str| value[end][of].as_u64().and_then(|n| usize::try_from(n).ok());
        let place = |end: &str| number(end, "line").zip(number(end, "column"));
        Some(Self([place("start")?, place("end")?]))
    }

    fn in_text(self, text: &str) -> Option<Range<usize>> {
        let [start, end] = self.0.map(|(line, column)| {
            let before: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
            Some(before + text[before..].char_indices().nth(column - 1)?.0)
        });
        Some(start?..end?)
    }
}

/// All mutants of the gate.
pub(crate) fn of(root: &Path) -> Result<Vec<Mutant>> {
    let args = ["mutants", "--list", "--json", "--package", PACKAGE];
    let output = tree::cargo(root, &args).output().context("failed to start cargo")?;
    let hint = "needs cargo-mutants: `cargo install cargo-mutants --locked --version 27.1.0`";
    ensure!(output.status.success(), "{hint}\n{}", String::from_utf8_lossy(&output.stderr));
    let listed: Vec<Value> = serde_json::from_slice(&output.stdout).context(hint)?;
    listed
        .iter()
        .map(|value| Mutant::read(value).with_context(|| format!("failed to read a mutant: {value}")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mutant_is_text_in_place_of_text() {
        let text = "// é\nfn a() { b() + 1 }\n";
        let place = serde_json::json!({"start": {"line": 2, "column": 14}, "end": {"line": 2, "column": 15}});
        let value = serde_json::json!({"name": "n", "file": "f", "replacement": "-", "span": place, "genre": "x"});
        let mutant = Mutant::read(&value).expect("a mutant");
        assert_eq!(mutant.applied_to(text), "// é\nfn a() { b() - 1 }\n");
        assert_eq!(mutant.applied_within(text, 0..8), None);
        assert_eq!(mutant.function_in(text), None);
    }
}
