//! What is wrong with a file of tables, and where.

use std::ops::Range;

use qts_core::Day;
use toml::Spanned;

use crate::calendar;

/// Why a file of tables cannot be used: *halt*, it is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {flaw}")]
pub struct TableError {
    /// The file.
    pub file: String,
    /// The stretch of its text, in bytes.
    pub span: Range<usize>,
    /// Its line, from 1.
    pub line: usize,
    /// Its column in characters, from 1.
    pub column: usize,
    /// What is wrong there.
    pub flaw: TableFlaw,
}

/// What is wrong in a table, with the way out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableFlaw {
    /// Not TOML, a key that nothing reads, one that is missing, or a value of the wrong type.
    #[error("{0}")]
    Form(String),
    /// Not a date.
    #[error("`{0}` is not a date; write it as \"2024-12-31\"")]
    NotADay(String),
    /// Not a percentage of its range.
    #[error("`{0}` is not a percentage from 0% to 100%; write it as \"0.15%\"")]
    NotAPercentage(String),
    /// Not a number above zero.
    #[error("`{0}` is not an exact number above zero; write it in quotes, such as \"100\"")]
    NotANumber(String),
    /// Not the windows of a day.
    #[error("`{0}` is not a day's hours; write them as \"09:00-15:30\", several in order with commas")]
    NotWindows(String),
    /// Price bands that are none.
    #[error("these are no price bands; start at \"0\", ascend, and give each a step above zero")]
    NotBands,
    /// A row that does not come after the one before.
    #[error("the row of {} does not come after the one before; sort them by `from`", calendar::date(*.0))]
    OutOfOrder(Day),
    /// A table without a row.
    #[error("there is no row of `{0}`; give at least one")]
    NoRow(&'static str),
    /// A row that does not say where it is from.
    #[error("`source` is empty; say where the row is from")]
    NoSource,
    /// A day that is told of twice.
    #[error("{} stands here twice; keep one", calendar::date(*.0))]
    Twice(Day),
    /// Days that are known from a day on that lies after the last one.
    #[error("closed days are known until {}, which lies before {}, from when on they are; correct one of the two",
        calendar::date(*.until), calendar::date(*.from))]
    Backwards {
        /// From when on.
        from: Day,
        /// Until when.
        until: Day,
    },
    /// Hours that the market does not have.
    #[error("this market has no hours `{name}`; it has {known}")]
    UnknownHours {
        /// The name.
        name: String,
        /// Those that it has.
        known: String,
    },
    /// Days of another market.
    #[error("these are days of `{found}`, and those of `{wanted}` are wanted; name the right file")]
    OtherMarket {
        /// The market that the file names.
        found: String,
        /// The one that is wanted.
        wanted: String,
    },
    /// No such time zone.
    #[error("no time zone is called `{0}`; write a name of the IANA database")]
    UnknownZone(String),
}

/// A text of a table with its place.
pub(super) type Word = Spanned<String>;

/// A file of tables: its name, and its text.
#[derive(Clone, Copy)]
pub(super) struct Text<'t> {
    pub(super) file: &'t str,
    pub(super) text: &'t str,
}

impl Text<'_> {
    /// Something is wrong at a place of it.
    pub(super) fn error(&self, span: Range<usize>, flaw: TableFlaw) -> TableError {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        TableError { file: self.file.to_owned(), span, line, column, flaw }
    }

    /// Its tables.
    pub(super) fn form<T: serde::de::DeserializeOwned>(&self) -> Result<T, TableError> {
        toml::from_str(self.text)
            .map_err(|why| self.error(why.span().unwrap_or(0..0), TableFlaw::Form(why.message().to_owned())))
    }

    /// What `read` makes of a word, or the flaw that it has.
    pub(super) fn read<T>(
        &self,
        word: &Word,
        read: impl Fn(&str) -> Option<T>,
        flaw: impl Fn(String) -> TableFlaw,
    ) -> Result<T, TableError> {
        let text = word.get_ref();
        read(text).ok_or_else(|| self.error(word.span(), flaw(text.clone())))
    }

    /// A date.
    pub(super) fn day(&self, word: &Word) -> Result<Day, TableError> {
        self.read(word, calendar::day, TableFlaw::NotADay)
    }
}
