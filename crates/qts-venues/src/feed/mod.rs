//! Market data files as a stream of events in the order in which they become known.
//!
//! A [`SourceSpec`] is one `[[data]]` entry: a CSV or Parquet file of bars, quotes or trades of one instrument.
//! [`Merge`] reads any number of them side by side, a row at a time, and gives slices. It must not know what the
//! events are for. Invariants: an event never comes before its row could be known; time never goes backwards; a row
//! is an event, or counted in the [`Report`], or an error that names file, line, column, value and a way out; memory
//! does not grow with the files; the same files give the same slices.
//!
//! ```no_run
//! # use qts_venues::{calendar::SessionClock, feed::{Merge, OnBadRow, SourceSpec, Stamp}};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut merge = Merge::open([SourceSpec {
//!     instrument: qts_core::Inst(0),
//!     symbol: "005930".to_owned(),
//!     path: "data/005930.csv".into(),
//!     stamp: Some(Stamp::Date),
//!     interval: None,
//!     tz: None,
//!     on_bad_row: OnBadRow::Error,
//!     clock: SessionClock::new(Some((540, 930)), "Asia/Seoul")?,
//! }])?;
//! let mut slice = qts_core::Slice::default();
//! while merge.next_into(&mut slice)? {
//!     assert!(slice.events.iter().all(|event| event.ts == slice.ts));
//! }
//! assert_eq!(merge.report().bad_rows(), 0);
//! # Ok(())
//! # }
//! ```

use std::path::PathBuf;

use qts_core::{Inst, Span};

use crate::calendar::SessionClock;

mod column;
mod columnar;
mod error;
mod header;
mod merge;
mod number;
mod report;
mod row;
mod source;
mod stamp;
mod text;
mod timing;

#[cfg(test)]
mod tests;

pub use error::{DataError, Flaw, Place, StampError};
pub use header::Kind;
pub use merge::Merge;
pub use report::{BadRow, LISTED_MAX, Report, SourceReport};

/// A file of market data of one instrument.
#[derive(Debug, Clone)]
pub struct SourceSpec {
    /// What its events are about.
    pub instrument: Inst,
    /// What its rows call it: the part of the id before the last dot.
    pub symbol: String,
    /// `.csv`, `.csv.gz`, `.csv.zst` or `.parquet`.
    pub path: PathBuf,
    /// What the times of bars are; bars must say.
    pub stamp: Option<Stamp>,
    /// The length of bars; needed for [`Stamp::Open`].
    pub interval: Option<Span>,
    /// The zone of times without an offset.
    pub tz: Option<String>,
    /// What to do about bad rows.
    pub on_bad_row: OnBadRow,
    /// The instrument's sessions.
    pub clock: SessionClock,
}

/// What the time of a bar is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stamp {
    /// Its start.
    Open,
    /// Its end.
    Close,
    /// A label with its session's date: the date as written counts; the bar is known at that session's close.
    Date,
}

/// What to do about bad rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnBadRow {
    /// Stop at the first.
    #[default]
    Error,
    /// Leave them out, count and list them.
    Skip,
}
