//! The text of one config file, and stretches of it, and the files that it names. Knows no TOML.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

/// A stretch of the file, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// Its first byte.
    pub(crate) start: usize,
    /// The byte after its last.
    pub(crate) end: usize,
}

impl From<Range<usize>> for Place {
    fn from(range: Range<usize>) -> Self {
        Self { start: range.start, end: range.end }
    }
}

/// A config file: its name as given, and its text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Source {
    name: String,
    text: String,
    /// The text as a terminal may show it, byte for byte where the other is; `None` where that is the text itself.
    shown: Option<String>,
    /// The files that it names, by path; `None` where they are to be read from the disk.
    files: Option<BTreeMap<PathBuf, String>>,
}

impl Source {
    /// A file's name and text.
    pub(crate) fn new(name: &str, text: &str) -> Self {
        let shown = Some(shown(text)).filter(|shown| shown != text);
        Self { name: name.to_owned(), text: text.to_owned(), shown, files: None }
    }

    /// The same, with the files that it names as somebody kept them: the disk is not asked.
    pub(crate) fn kept(name: &str, text: &str, files: BTreeMap<PathBuf, String>) -> Self {
        Self { files: Some(files), ..Self::new(name, text) }
    }

    /// A path as it is written there: relative ones start at the file's folder.
    pub(crate) fn beside(&self, path: &str) -> PathBuf {
        Path::new(&self.name).parent().unwrap_or(Path::new("")).join(path)
    }

    /// What is in a text file that it names.
    ///
    /// # Errors
    /// It cannot be read, or was not kept.
    pub(crate) fn read(&self, file: &Path) -> std::io::Result<String> {
        match &self.files {
            None => std::fs::read_to_string(file),
            Some(kept) => kept.get(file).cloned().ok_or_else(|| std::io::ErrorKind::NotFound.into()),
        }
    }

    /// Its name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Its text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// What is written there; nothing if it lies outside.
    pub(super) fn slice(&self, place: Place) -> &str {
        self.text.get(place.start..place.end).unwrap_or_default()
    }

    /// Line and column of a byte, both from 1, columns in characters.
    pub(crate) fn position(&self, offset: usize) -> (usize, usize) {
        let before = self.text.get(..offset).unwrap_or(&self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (line, column)
    }

    /// The number of the section (from one `[header]` line to the next) that holds a byte.
    pub(super) fn section(&self, offset: usize) -> usize {
        let before = self.text.get(..offset).unwrap_or(&self.text);
        let rest = self.text.get(before.len()..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        let last = before.rsplit('\n').next().unwrap_or_default();
        let is_header = |line: &str| line.trim_start().starts_with('[');
        let above = before.strip_suffix(last).unwrap_or_default().lines().filter(|line| is_header(line)).count();
        above + usize::from(is_header(&format!("{last}{rest}")))
    }
}

/// A text with marks of the same length for what a terminal would obey, so that places in it stay what they are.
fn shown(text: &str) -> String {
    let mark = |c: char| match c.len_utf8() {
        _ if !is_obeyed(c) => c,
        1 => '?',
        2 => '¿',
        _ => char::REPLACEMENT_CHARACTER,
    };
    text.replace("\r\n", " \n").chars().map(mark).collect()
}

/// Lines with nothing in them that a terminal would obey: control characters and marks that turn the direction of
/// writing are written as escapes.
pub(crate) fn harmless_lines(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if is_obeyed(c) { plain.extend(c.escape_unicode()) } else { plain.push(c) }
    }
    plain
}

fn is_obeyed(c: char) -> bool {
    let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || (c.is_control() && !matches!(c, '\n' | '\t'))
}

impl SourceCode for Source {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let contents = self.shown.as_ref().unwrap_or(&self.text).read_span(span, lines_before, lines_after)?;
        // Columns in characters where miette would count bytes, so that the report says what `column()` says.
        let column = if lines_before == 0 { self.position(span.offset()).1 - 1 } else { contents.column() };
        Ok(Box::new(MietteSpanContents::new_named(
            harmless_lines(&self.name),
            contents.data(),
            *contents.span(),
            contents.line(),
            column,
            contents.line_count(),
        )))
    }
}
