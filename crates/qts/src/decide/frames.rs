//! Cuts an input into the texts of single cycles, one at a time, in memory bounded by the largest one.

use std::io::{self, BufRead, Read};

use super::error::{BadInput, DecideError};

/// A cycle's text may have this many bytes.
pub(super) const MOST_BYTES: usize = 16 * 1024 * 1024;

/// How cycles stand in an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// One a line.
    Lines,
    /// One in all.
    Whole,
    /// To be found out: if the first line is only the beginning of a JSON text, the input is one cycle.
    Unknown,
}

/// One cycle's text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame<'a> {
    /// The name of its file.
    pub(super) file: &'a str,
    /// The number of its first line, from 1.
    pub(super) line: usize,
    /// It.
    pub(super) text: &'a str,
}

/// An input in parts.
pub(super) struct Frames<'n, R> {
    file: &'n str,
    shape: Shape,
    input: R,
    /// The bytes of the part at hand.
    bytes: Vec<u8>,
    /// Lines read before them.
    lines: usize,
    found: bool,
}

impl<'n, R: BufRead> Frames<'n, R> {
    /// An input by its name.
    pub(super) const fn new(file: &'n str, shape: Shape, input: R) -> Self {
        Self { file, shape, input, bytes: Vec::new(), lines: 0, found: false }
    }

    /// The next cycle's text; `None` at the end. Blank lines are passed over.
    ///
    /// # Errors
    /// It cannot be read, is too long, or is not UTF-8; or there is no cycle at all.
    pub(super) fn next(&mut self) -> Result<Option<Frame<'_>>, DecideError> {
        loop {
            self.lines += self.bytes.iter().filter(|byte| **byte == b'\n').count();
            self.bytes.clear();
            if !self.read_part()? {
                return if self.found { Ok(None) } else { Err(self.bad(1, "there is no cycle in it", EMPTY_HELP)) };
            }
            if !self.bytes.trim_ascii().is_empty() {
                break;
            }
        }
        self.found = true;
        Ok(Some(Frame { file: self.file, line: self.lines + 1, text: self.text()? }))
    }

    /// Reads a line, or all there is; `false` at the end.
    fn read_part(&mut self) -> Result<bool, DecideError> {
        let read = match self.shape {
            Shape::Whole => self.read_rest(),
            Shape::Lines | Shape::Unknown => self.read_line(),
        };
        let mut read = read.map_err(|why| self.unreadable(why))?;
        if self.shape == Shape::Unknown && !self.bytes.trim_ascii().is_empty() {
            self.shape = if self.is_only_a_beginning() { Shape::Whole } else { Shape::Lines };
            if self.shape == Shape::Whole {
                read += self.read_rest().map_err(|why| self.unreadable(why))?;
            }
        }
        let ending = usize::from(self.bytes.ends_with(b"\n"));
        if self.bytes.len() - ending > MOST_BYTES {
            return Err(self.bad(
                self.lines + 1,
                "a cycle has more than 16 MiB",
                "split it, or leave out what is idle",
            ));
        }
        Ok(read > 0)
    }

    fn read_line(&mut self) -> io::Result<usize> {
        (&mut self.input).take(MOST_BYTES as u64 + 2).read_until(b'\n', &mut self.bytes)
    }

    fn read_rest(&mut self) -> io::Result<usize> {
        (&mut self.input).take(MOST_BYTES as u64 + 2).read_to_end(&mut self.bytes)
    }

    fn is_only_a_beginning(&self) -> bool {
        let parsed = serde_json::from_slice::<serde::de::IgnoredAny>(without_mark(&self.bytes));
        parsed.is_err_and(|error| error.is_eof())
    }

    fn text(&self) -> Result<&str, DecideError> {
        std::str::from_utf8(without_mark(&self.bytes)).map_err(|error| {
            let sound = &without_mark(&self.bytes)[..error.valid_up_to()];
            let line = self.lines + 1 + sound.iter().filter(|byte| **byte == b'\n').count();
            self.bad(line, "it is not UTF-8 text", "save it as UTF-8")
        })
    }

    fn unreadable(&self, why: io::Error) -> DecideError {
        DecideError::Unreadable { file: self.file.to_owned(), why }
    }

    fn bad(&self, line: usize, problem: &str, help: &str) -> DecideError {
        DecideError::Input(BadInput {
            file: self.file.to_owned(),
            line,
            column: 1,
            path: "$".to_owned(),
            problem: problem.to_owned(),
            help: help.to_owned(),
        })
    }
}

const EMPTY_HELP: &str = "write one JSON object, or in a .jsonl file one a line; `{}` is a cycle in which nothing is";

/// Without the byte order mark that some editors put first.
fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}
