//! What can be wrong with a file of market data, or with one of its rows.
//!
//! Messages complete "failed to …", name file, line, column and value, and end with a way out.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use qts_core::NumError;

use super::header::Kind;
pub use super::stamp::StampError;

/// Why a feed cannot go on. All variants: *halt*; asking again gives the same answer until file or config change.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// There is no such file, or it may not be opened.
    #[error("open {}: {source}; check `path` (it is relative to the config file) and its permissions", file.display())]
    Open {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The system allows no more open files; each source needs one.
    #[error("open {}: too many files are open; raise the limit, as with `ulimit -n 8192`, or use fewer [[data]] entries", file.display())]
    TooManyFiles {
        /// The file.
        file: PathBuf,
    },
    /// The disk failed.
    #[error("read {at}: {source}; check the disk and the file's permissions")]
    Read {
        /// Where.
        at: Place,
        /// What the system said.
        source: io::Error,
    },
    /// A compressed file ends in the middle.
    #[error("read {at}: the file is cut short; fetch or write it again")]
    Truncated {
        /// After which row.
        at: Place,
    },
    /// The bytes are not what the file's name says.
    #[error("read {at}: {detail}; the file is damaged, or its name does not tell its format: fetch or write it again")]
    Damaged {
        /// After which row.
        at: Place,
        /// What the decoder said.
        detail: String,
    },
    /// A row without end.
    #[error("read {at}: a row longer than {limit} bytes; look for lost line ends, or for a file that is no CSV")]
    RowTooLong {
        /// Which row.
        at: Place,
        /// The longest we read.
        limit: usize,
    },
    /// A format that we do not read.
    #[error("read {}: its name tells no format that we read; use .csv, .csv.gz, .csv.zst or .parquet", file.display())]
    UnknownFormat {
        /// The file.
        file: PathBuf,
    },
    /// Something in a Parquet file that we do not read.
    #[error("read {}: {detail}; write it with plain columns of numbers and texts, compressed by snappy or zstd, or as .csv.zst", file.display())]
    Unsupported {
        /// The file.
        file: PathBuf,
        /// What it is.
        detail: String,
    },
    /// A header in another encoding.
    #[error("read {at}: the header is not UTF-8; convert the file, as with `iconv -f EUC-KR -t UTF-8`")]
    NotUtf8 {
        /// The header's line.
        at: Place,
    },
    /// Nothing in it, not even a header.
    #[error("read {}: the file is empty; its first line must name the columns, as in `ts,open,high,low,close,volume`", file.display())]
    Empty {
        /// The file.
        file: PathBuf,
    },
    /// A header, but no rows.
    #[error("read {}: the file has a header but no rows; remove its [[data]] entry or fill it", file.display())]
    NoRows {
        /// The file.
        file: PathBuf,
    },
    /// The header names no market data.
    #[error("read {}: the first line must name the columns of bars (open,high,low,close,volume), quotes (bid,ask,bid_size,ask_size), trades (price,size) or bars of bid and ask (bid_close,ask_close,bid_size,ask_size), separated by commas; it is `{found}`", file.display())]
    UnknownKind {
        /// The file.
        file: PathBuf,
        /// Its first line.
        found: String,
    },
    /// The header names all columns of two kinds.
    #[error("read {}: the columns are those of {one} and of {other}; remove those of one kind, or split the file", file.display())]
    SeveralKinds {
        /// The file.
        file: PathBuf,
        /// One kind.
        one: Kind,
        /// The other.
        other: Kind,
    },
    /// A column is not there.
    #[error("read {}: {kind} need a column `{column}`; the header is `{found}`", file.display())]
    MissingColumn {
        /// The file.
        file: PathBuf,
        /// What its rows are.
        kind: Kind,
        /// The column's canonical name.
        column: &'static str,
        /// The header.
        found: String,
    },
    /// Several columns could be meant.
    #[error("read {}: the columns {found} could each be the `{column}` of {kind}; name the right one `{column}` (a date and a time of day: join them)", file.display())]
    AmbiguousColumn {
        /// The file.
        file: PathBuf,
        /// What its rows are.
        kind: Kind,
        /// The column's canonical name.
        column: &'static str,
        /// The candidates.
        found: String,
    },
    /// The config does not say what this file needs, or contradicts it.
    #[error("read {}: {problem}", file.display())]
    Spec {
        /// The file.
        file: PathBuf,
        /// What, and the way out.
        problem: String,
    },
    /// A bad row, in a file where none are allowed.
    #[error("read {at}: {flaw}; correct the row, or set on_bad_row = \"skip\" to leave out and count such rows")]
    BadRow {
        /// Where.
        at: Place,
        /// What is wrong.
        flaw: Box<Flaw>,
    },
    /// A row that no row like it could be read without a change of the config.
    #[error("read {at}: {flaw}")]
    BadConfig {
        /// Where.
        at: Place,
        /// What is wrong, and the way out.
        flaw: Box<Flaw>,
    },
    /// Every row is bad.
    #[error("read {}: all {rows} rows are bad, the first at {first}: {reason}; correct the file or its [[data]] entry", file.display())]
    AllBad {
        /// The file.
        file: PathBuf,
        /// How many rows of the instrument there are.
        rows: u64,
        /// Where the first is.
        first: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// Every quote is crossed.
    #[error("read {}: in all {rows} quotes the bid is above the ask, so none is a market; check whether the columns are swapped", file.display())]
    AllCrossed {
        /// The file.
        file: PathBuf,
        /// How many quotes there are.
        rows: u64,
    },
    /// No row is of the instrument.
    #[error("read {}: no row is of the symbol `{symbol}`, the symbols are {seen}; correct the instrument's id (SYMBOL.VENUE) or `path`", file.display())]
    NoMatch {
        /// The file.
        file: PathBuf,
        /// What was looked for.
        symbol: String,
        /// Some of what was found.
        seen: String,
    },
}

impl DataError {
    /// Its stable code: QTS02xx for files, QTS025x for what is wrong with a row.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Open { .. } => "QTS0201",
            Self::TooManyFiles { .. } => "QTS0202",
            Self::Read { .. } => "QTS0203",
            Self::Truncated { .. } => "QTS0204",
            Self::Damaged { .. } => "QTS0205",
            Self::RowTooLong { .. } => "QTS0206",
            Self::UnknownFormat { .. } => "QTS0207",
            Self::Unsupported { .. } => "QTS0208",
            Self::NotUtf8 { .. } => "QTS0209",
            Self::Empty { .. } => "QTS0210",
            Self::NoRows { .. } => "QTS0211",
            Self::UnknownKind { .. } => "QTS0212",
            Self::SeveralKinds { .. } => "QTS0213",
            Self::MissingColumn { .. } => "QTS0214",
            Self::AmbiguousColumn { .. } => "QTS0215",
            Self::Spec { .. } => "QTS0216",
            Self::AllBad { .. } => "QTS0217",
            Self::NoMatch { .. } => "QTS0218",
            Self::AllCrossed { .. } => "QTS0219",
            Self::BadRow { flaw, .. } | Self::BadConfig { flaw, .. } => flaw.code(),
        }
    }

    /// What it means that a file could not be opened.
    pub(super) fn open(file: &Path, source: io::Error) -> Self {
        const TOO_MANY_FILES: i32 = 24;
        match source.raw_os_error() {
            Some(TOO_MANY_FILES) => Self::TooManyFiles { file: file.into() },
            _ => Self::Open { file: file.into(), source },
        }
    }
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: PathBuf,
    /// What is counted: `line` (the header is line 1), or `row` where there are no lines.
    pub unit: &'static str,
    /// From 1.
    pub number: u64,
}

impl Flaw {
    pub(super) const fn code(&self) -> &'static str {
        match self {
            Self::Width { .. } => "QTS0251",
            Self::Missing { .. } => "QTS0252",
            Self::Time { .. } => "QTS0253",
            Self::Number { .. } => "QTS0254",
            Self::NotPositive { .. } => "QTS0255",
            Self::Negative { .. } => "QTS0256",
            Self::Outside { .. } => "QTS0257",
            Self::Backwards { .. } => "QTS0258",
            Self::Repeated { .. } => "QTS0259",
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.file.display(), self.unit, self.number)
    }
}

/// What is wrong with a row. Columns are named as the file names them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// Too few or too many cells.
    #[error("{found} cells where the header has {expected}")]
    Width {
        /// In this row.
        found: usize,
        /// In the header.
        expected: usize,
    },
    /// A cell that must not be empty.
    #[error("column `{column}` is empty")]
    Missing {
        /// The column.
        column: String,
    },
    /// A cell that is no time, or not one we can place.
    #[error("column `{column}` is `{value}`: {why}")]
    Time {
        /// The column.
        column: String,
        /// What it holds.
        value: String,
        /// What is wrong with it.
        why: StampError,
    },
    /// A cell that is no number, or none of ours.
    #[error("column `{column}` is `{value}`: {why}")]
    Number {
        /// The column.
        column: String,
        /// What it holds.
        value: String,
        /// What is wrong with it.
        why: NumError,
    },
    /// A price of zero or less.
    #[error("column `{column}` is `{value}`: a price must be above zero")]
    NotPositive {
        /// The column.
        column: String,
        /// What it holds.
        value: String,
    },
    /// A volume or size below zero.
    #[error("column `{column}` is `{value}`: it must not be negative")]
    Negative {
        /// The column.
        column: String,
        /// What it holds.
        value: String,
    },
    /// A high or low that another price of the bar exceeds.
    #[error(
        "column `{column}` is `{value}`, but column `{beyond}` is `{price}`: high and low must enclose open and close"
    )]
    Outside {
        /// `high` or `low`.
        column: String,
        /// What it holds.
        value: String,
        /// The price outside.
        beyond: String,
        /// What it holds.
        price: String,
    },
    /// Earlier than the row before.
    #[error("column `{column}` is `{value}`: time goes backwards; sort the file by time")]
    Backwards {
        /// The column.
        column: String,
        /// What it holds.
        value: String,
    },
    /// The same time, or date, as the bar before.
    #[error("column `{column}` is `{value}`: a bar of this time was already there")]
    Repeated {
        /// The column.
        column: String,
        /// What it holds.
        value: String,
    },
}
