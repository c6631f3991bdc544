//! What is wrong with an input: where (file, line, column, JSON path), what, and a way out.

use std::io;

use super::frames::Frame;
use super::path::{line_and_column, path_at};

/// Why cycles could not be decided.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DecideError {
    /// The input cannot be read: try another path.
    #[error("failed to read {file}: {why} | help: check the path; `-` is standard input")]
    Unreadable {
        /// Its name.
        file: String,
        /// What the system says.
        why: io::Error,
    },
    /// The input is wrong: correct it.
    #[error(transparent)]
    Input(#[from] BadInput),
    /// A policy is named that there is not, which loading the config has ruled out: halt.
    #[error("failed to find the policy `{0}`")]
    NoPolicy(String),
    /// The output cannot be written: halt.
    #[error("failed to write the decisions: {0}")]
    Output(io::Error),
}

/// One problem of an input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {path}: {problem} | help: {help}")]
pub(crate) struct BadInput {
    /// The file's name as given.
    pub(crate) file: String,
    /// Its line, from 1.
    pub(crate) line: usize,
    /// Its column in characters, from 1.
    pub(crate) column: usize,
    /// Which part of the cycle, such as `$.intents[0].qty`; `$` is the cycle itself.
    pub(crate) path: String,
    /// What is wrong there.
    pub(crate) problem: String,
    /// The way out.
    pub(crate) help: String,
}

impl DecideError {
    /// The exit code of the contract.
    pub(crate) const fn exit_code(&self) -> u8 {
        match self {
            Self::Unreadable { .. } | Self::Input(_) => 4,
            Self::NoPolicy(_) => 3,
            Self::Output(_) => 1,
        }
    }
}

/// A problem that knows only a stretch of the cycle's text it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    /// The address in memory of the stretch's first byte, which tells its place in the text it is borrowed from.
    address: usize,
    problem: String,
    help: String,
}

impl Problem {
    /// A problem of `stretch`, a part of the cycle's text.
    pub(super) fn new(stretch: &str, problem: impl Into<String>, help: impl Into<String>) -> Self {
        Self { address: stretch.as_ptr().addr(), problem: problem.into(), help: help.into() }
    }

    /// The same with its place in the file.
    pub(super) fn locate(self, frame: &Frame<'_>) -> DecideError {
        let offset = self.address.saturating_sub(frame.text.as_ptr().addr());
        let (line, column) = line_and_column(frame.text, offset);
        DecideError::Input(BadInput {
            file: frame.file.to_owned(),
            line: frame.line + line - 1,
            column,
            path: path_at(frame.text, offset),
            problem: self.problem,
            help: self.help,
        })
    }
}

/// Text of the input as it is shown to people: nothing that a terminal would obey, and not longer than a line.
pub(super) fn shown(text: &str) -> String {
    let short: String = text.chars().take(60).collect();
    harmless(&short) + if text.chars().nth(60).is_some() { "…" } else { "" }
}

/// Somebody else's text with nothing in it that a terminal would obey.
pub(crate) fn harmless(text: &str) -> String {
    let mut plain = String::new();
    for c in text.chars() {
        match c {
            '"' | '\'' | '\\' => plain.push(c),
            _ => plain.extend(c.escape_debug()),
        }
    }
    plain
}
