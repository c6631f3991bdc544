//! The header of a file: which kind of market data it holds, and in which columns.

use std::fmt;
use std::path::Path;

use super::error::DataError;

/// What the rows of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `ts,symbol,open,high,low,close,volume`
    Bars,
    /// `ts,symbol,bid,ask,bid_size,ask_size`
    Quotes,
    /// `ts,symbol,price,size`
    Trades,
    /// `ts,symbol,bid_close,ask_close,bid_size,ask_size` and the other prices of bars of bid and ask: each is read as
    /// the quote at its end.
    QuoteBars,
}

/// The most numbers that a row has.
pub(super) const NUMBERS: usize = 5;

/// What a column must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// A price, above zero.
    Price,
    /// A volume, zero or more.
    Volume,
    /// A size, zero or more; empty if unknown.
    Size,
}

/// A column by its name, any of whose aliases will do.
pub(super) struct Column {
    name: &'static str,
    aliases: &'static [&'static str],
    pub(super) holds: Holds,
}

const fn column(name: &'static str, holds: Holds) -> Column {
    Column { name, aliases: &[], holds }
}

// Of these two, what they hold is never asked.
const TIME: Column = Column { name: "ts", aliases: &["timestamp", "datetime", "date", "time"], holds: Holds::Size };
const SYMBOL: Column = Column { name: "symbol", aliases: &["ticker"], holds: Holds::Size };
const BARS: [Column; 5] = [
    column("open", Holds::Price),
    column("high", Holds::Price),
    column("low", Holds::Price),
    column("close", Holds::Price),
    column("volume", Holds::Volume),
];
const QUOTES: [Column; 4] = [
    column("bid", Holds::Price),
    column("ask", Holds::Price),
    column("bid_size", Holds::Size),
    column("ask_size", Holds::Size),
];
const QUOTE_BARS: [Column; 4] = [
    column("bid_close", Holds::Price),
    column("ask_close", Holds::Price),
    column("bid_size", Holds::Size),
    column("ask_size", Holds::Size),
];
const TRADES: [Column; 2] = [
    column("price", Holds::Price),
    Column { name: "size", aliases: &["qty", "quantity", "amount"], holds: Holds::Size },
];

impl Kind {
    const ALL: [Self; 4] = [Self::Bars, Self::Quotes, Self::Trades, Self::QuoteBars];

    /// Its columns of numbers, in the order in which a row gives them.
    pub(super) const fn numbers(self) -> &'static [Column] {
        match self {
            Self::Bars => &BARS,
            Self::Quotes => &QUOTES,
            Self::Trades => &TRADES,
            Self::QuoteBars => &QUOTE_BARS,
        }
    }

    /// Does a row tell of a stretch of time, not of a moment?
    pub(super) const fn lasts(self) -> bool {
        matches!(self, Self::Bars | Self::QuoteBars)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bars => "bars",
            Self::Quotes => "quotes",
            Self::Trades => "trades",
            Self::QuoteBars => "quote bars",
        })
    }
}

/// Where in a row of this file what we need stands.
#[derive(Debug, Clone)]
pub(super) struct Header {
    pub(super) kind: Kind,
    pub(super) ts: usize,
    pub(super) symbol: Option<usize>,
    /// Places of the kind's numbers; those past its last are zero and not used.
    pub(super) numbers: [usize; NUMBERS],
    /// All names, as written.
    pub(super) names: Vec<String>,
}

enum Found {
    None,
    One(usize),
    Several(Vec<String>),
}

impl Header {
    /// Finds kind and columns by name.
    pub(super) fn read(file: &Path, names: Vec<String>) -> Result<Self, DataError> {
        let kind = kind(file, &names)?;
        let mut numbers = [0; NUMBERS];
        for (place, column) in numbers.iter_mut().zip(kind.numbers()) {
            *place = required(file, kind, &names, column)?;
        }
        let ts = required(file, kind, &names, &TIME)?;
        let symbol = optional(file, kind, &names, &SYMBOL)?;
        Ok(Self { kind, ts, symbol, numbers, names })
    }

    /// The name of a column, as written.
    pub(super) fn name(&self, place: usize) -> String {
        self.names.get(place).cloned().unwrap_or_default()
    }
}

fn kind(file: &Path, names: &[String]) -> Result<Kind, DataError> {
    let lacks = |kind: &Kind| kind.numbers().iter().filter(|c| matches!(find(names, c), Found::None)).count();
    let complete: Vec<Kind> = Kind::ALL.into_iter().filter(|kind| lacks(kind) == 0).collect();
    match complete[..] {
        [kind] => Ok(kind),
        [] => Kind::ALL
            .into_iter()
            .filter(|kind| lacks(kind) < kind.numbers().len())
            .min_by_key(lacks)
            .ok_or_else(|| DataError::UnknownKind { file: file.into(), found: list(names) }),
        [one, other, ..] => Err(DataError::SeveralKinds { file: file.into(), one, other }),
    }
}

fn required(file: &Path, kind: Kind, names: &[String], column: &Column) -> Result<usize, DataError> {
    optional(file, kind, names, column)?.ok_or_else(|| DataError::MissingColumn {
        file: file.into(),
        kind,
        column: column.name,
        found: list(names),
    })
}

fn optional(file: &Path, kind: Kind, names: &[String], column: &Column) -> Result<Option<usize>, DataError> {
    match find(names, column) {
        Found::None => Ok(None),
        Found::One(place) => Ok(Some(place)),
        Found::Several(found) => {
            Err(DataError::AmbiguousColumn { file: file.into(), kind, column: column.name, found: list(&found) })
        }
    }
}

/// The column of the canonical name, or else of an alias. Two candidates are never chosen between.
fn find(names: &[String], column: &Column) -> Found {
    let places = |wanted: &[&str]| -> Vec<usize> {
        let is_wanted = |name: &str| wanted.iter().any(|wanted| name.trim().eq_ignore_ascii_case(wanted));
        (0..names.len()).filter(|place| is_wanted(&names[*place])).collect()
    };
    let canonical = places(&[column.name]);
    let found = if canonical.is_empty() { places(column.aliases) } else { canonical };
    match found[..] {
        [] => Found::None,
        [place] => Found::One(place),
        _ => Found::Several(found.iter().map(|place| names[*place].clone()).collect()),
    }
}

/// A header as part of a message, cut to a readable length.
fn list(names: &[String]) -> String {
    const SHOWN: usize = 200;
    let all = names.join(",");
    match all.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &all[..end]),
        None => all,
    }
}
