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
    #[error("failed to find the policy `{0}` | help: add it to the config")]
    NoPolicy(String),
    /// The output cannot be written: halt.
    #[error("failed to write the decisions: {0}; check the disk")]
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

/// What kind of problem it is, in a word for programs. A word never changes its meaning; new ones are added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The text is not JSON.
    NotJson,
    /// It is not UTF-8.
    NotUtf8,
    /// It is longer than can be taken.
    TooLong,
    /// A key that nothing reads.
    UnknownKey,
    /// A key that must be there is not.
    MissingKey,
    /// A value of the wrong type.
    WrongType,
    /// A value of the right type that makes no sense.
    WrongValue,
    /// The same thing given twice.
    Repeated,
    /// An instrument that is not configured.
    UnknownInstrument,
    /// A strategy that is not configured.
    UnknownStrategy,
    /// An order that nobody knows.
    UnknownOrder,
    /// A time before what is known.
    TimeBackwards,
    /// An intent from outside for a strategy that lives inside.
    InsideStrategy,
    /// A command that cannot be understood.
    BadCommand,
    /// More waits for a judgement than can be kept.
    TooMuchWaiting,
    /// A number too large to be booked.
    OutOfRange,
    /// A new scale of shares while prices or intents of the old one wait.
    OldScaleWaits,
}

impl Fault {
    /// The word.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::NotJson => "not_json",
            Self::NotUtf8 => "not_utf8",
            Self::TooLong => "too_long",
            Self::UnknownKey => "unknown_key",
            Self::MissingKey => "missing_key",
            Self::WrongType => "wrong_type",
            Self::WrongValue => "wrong_value",
            Self::Repeated => "repeated",
            Self::UnknownInstrument => "unknown_instrument",
            Self::UnknownStrategy => "unknown_strategy",
            Self::UnknownOrder => "unknown_order",
            Self::TimeBackwards => "time_backwards",
            Self::InsideStrategy => "inside_strategy",
            Self::BadCommand => "bad_command",
            Self::TooMuchWaiting => "too_much_waiting",
            Self::OutOfRange => "out_of_range",
            Self::OldScaleWaits => "old_scale_waits",
        }
    }
}

/// A problem that knows only a stretch of the cycle's text it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// The address in memory of the stretch's first byte, which tells its place in the text it is borrowed from.
    address: usize,
    /// What kind of problem it is.
    pub(crate) fault: Fault,
    /// What is wrong.
    pub(crate) problem: String,
    /// The way out.
    pub(crate) help: String,
}

impl Problem {
    /// A problem of `stretch`, a part of the cycle's text.
    pub(crate) fn new(stretch: &str, problem: impl Into<String>, help: impl Into<String>) -> Self {
        let (address, fault) = (stretch.as_ptr().addr(), Fault::WrongValue);
        Self { address, fault, problem: problem.into(), help: help.into() }
    }

    /// The same as a problem of another kind.
    pub(crate) fn of(self, fault: Fault) -> Self {
        Self { fault, ..self }
    }

    /// The same with another way out.
    pub(crate) fn with_help(self, help: &str) -> Self {
        Self { help: help.to_owned(), ..self }
    }

    /// Its path in the text that it is about.
    pub(crate) fn path(&self, text: &str) -> String {
        path_at(text, self.offset(text))
    }

    fn offset(&self, text: &str) -> usize {
        self.address.saturating_sub(text.as_ptr().addr())
    }

    /// The same with its place in the file.
    pub(super) fn locate(self, frame: &Frame<'_>) -> DecideError {
        let offset = self.offset(frame.text);
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
pub(crate) fn shown(text: &str) -> String {
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
