//! What a feed read, and what it left out: nothing is left out in silence.

use std::path::PathBuf;

use qts_core::{Day, Inst, Ts};

use super::header::Kind;

/// So many bad rows of each source are listed; all are counted.
pub const LISTED_MAX: usize = 100;

/// What was read so far, source by source in the order they were given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// The sources.
    pub sources: Vec<SourceReport>,
}

/// What was read of one source. `rows` = `events` + `bad_rows` + `other_symbols` + `crossed_quotes`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceReport {
    /// What its events are about.
    pub instrument: Inst,
    /// The file.
    pub file: PathBuf,
    /// What its rows are.
    pub kind: Kind,
    /// Rows read, without the header.
    pub rows: u64,
    /// Rows that became events.
    pub events: u64,
    /// Rows left out because something is wrong with them.
    pub bad_rows: u64,
    /// The first [`LISTED_MAX`] of these.
    pub listed: Vec<BadRow>,
    /// Rows of other instruments.
    pub other_symbols: u64,
    /// Rows left out because their bid is above their ask: these are no market.
    pub crossed_quotes: u64,
    /// Quotes with shares on one side only.
    pub one_sided_quotes: u64,
    /// Bars on which nothing was traded, so that no order fills.
    pub bars_without_volume: u64,
    /// How often bars left out a part of their market's hours between two of them.
    pub gaps: u64,
    /// The time of the first event.
    pub first: Option<Ts>,
    /// The time of the last event.
    pub last: Option<Ts>,
    /// The sessions of the first and the last event.
    pub days: Option<(Day, Day)>,
    /// Days with events on which the market was surely closed: the first, and how many there are.
    pub closed: Option<(Day, u64)>,
}

/// A row that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// The file.
    pub file: PathBuf,
    /// Its line (the header is 1), or in a Parquet file its row (from 1).
    pub line: u64,
    /// The code of what is wrong with it: QTS025x.
    pub code: &'static str,
    /// What is wrong with it.
    pub reason: String,
}

impl SourceReport {
    pub(super) const fn new(instrument: Inst, file: PathBuf, kind: Kind) -> Self {
        let listed = Vec::new();
        Self {
            instrument,
            file,
            kind,
            rows: 0,
            events: 0,
            bad_rows: 0,
            listed,
            other_symbols: 0,
            crossed_quotes: 0,
            one_sided_quotes: 0,
            bars_without_volume: 0,
            gaps: 0,
            first: None,
            last: None,
            days: None,
            closed: None,
        }
    }
}

impl Report {
    /// Rows read, of all sources.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.sum(|source| source.rows)
    }

    /// Rows that became events, of all sources.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.sum(|source| source.events)
    }

    /// Bad rows left out, of all sources.
    #[must_use]
    pub fn bad_rows(&self) -> u64 {
        self.sum(|source| source.bad_rows)
    }

    /// The sum of a count over all sources, as in `report.sum(|source| source.gaps)`.
    #[must_use]
    pub fn sum(&self, count: impl Fn(&SourceReport) -> u64) -> u64 {
        self.sources.iter().map(count).sum()
    }

    /// The listed bad rows of all sources.
    pub fn listed(&self) -> impl Iterator<Item = &BadRow> {
        self.sources.iter().flat_map(|source| &source.listed)
    }
}
