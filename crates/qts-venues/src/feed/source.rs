//! One file of one instrument as a stream of events in time order, row by row.

use std::path::{Path, PathBuf};

use qts_core::{MarketEvent, Payload};

use super::columnar::ColumnRows;
use super::error::{DataError, Flaw, Place};
use super::header::Header;
use super::report::{BadRow, LISTED_MAX, SourceReport};
use super::row::{self, Cells, Checked};
use super::text::{Packing, TextRows};
use super::timing::{Timing, When};
use super::{OnBadRow, SourceSpec, Stamp};
use crate::hours::Hours;

/// So many other symbols are remembered, to be named if no row is ours.
const SEEN_MAX: usize = 5;

/// A file that is being read.
pub(super) struct Source {
    rows: Rows,
    reader: RowReader,
    on_bad_row: OnBadRow,
    report: SourceReport,
    seen: Vec<String>,
}

/// A row reader of either family. The variants are about equally large, and there are few of them.
enum Rows {
    Text(Box<TextRows>),
    Columns(Box<ColumnRows>),
}

/// All that turns a row into an event.
struct RowReader {
    header: Header,
    timing: Timing,
    spec: SourceSpec,
    whole_session: bool,
    last: Option<When>,
}

/// What a row turned out to be.
enum Read {
    /// What was seen, and whether something was left out before it.
    Event(MarketEvent, bool),
    OtherSymbol,
    CrossedQuote,
}

impl Source {
    /// Opens the file and reads its header.
    pub(super) fn open(spec: SourceSpec) -> Result<Self, DataError> {
        let (rows, header) = Rows::open(&spec.path)?;
        let timing = Timing::new(&spec, header.kind)?;
        let report = SourceReport::new(spec.instrument, spec.path.clone(), header.kind);
        let on_bad_row = spec.on_bad_row;
        let whole_session = Timing::whole_session(&spec);
        let reader = RowReader { header, timing, spec, whole_session, last: None };
        Ok(Self { rows, reader, on_bad_row, report, seen: Vec::new() })
    }

    /// The next event, or `None` at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<MarketEvent>, DataError> {
        while self.rows.advance(&self.reader.spec.path)? {
            self.report.rows += 1;
            let read = match &self.rows {
                Rows::Text(row) => self.reader.read(&**row),
                Rows::Columns(row) => self.reader.read(&**row),
            };
            match read {
                Ok(Read::Event(event, after_gap)) => {
                    self.report.gaps += u64::from(after_gap);
                    self.report.saw(&event, self.reader.spec.clock.hours());
                    return Ok(Some(event));
                }
                Ok(Read::CrossedQuote) => self.report.crossed_quotes += 1,
                Ok(Read::OtherSymbol) => self.other_symbol(),
                Err(flaw) => self.bad_row(flaw)?,
            }
        }
        self.end()
    }

    /// How many bytes of the file were read, and how many there are.
    pub(super) fn progress(&self) -> (u64, u64) {
        match &self.rows {
            Rows::Text(rows) => rows.progress(),
            Rows::Columns(rows) => rows.progress(),
        }
    }

    /// What was read so far.
    pub(super) const fn report(&self) -> &SourceReport {
        &self.report
    }

    fn other_symbol(&mut self) {
        self.report.other_symbols += 1;
        if self.report.events == 0 && self.seen.len() < SEEN_MAX {
            let symbol = self.rows.shown(self.reader.header.symbol.unwrap_or_default());
            if !self.seen.contains(&symbol) {
                self.seen.push(symbol);
            }
        }
    }

    fn bad_row(&mut self, flaw: Box<Flaw>) -> Result<(), DataError> {
        let at = self.rows.place(&self.reader.spec.path);
        let hopeless = matches!(*flaw, Flaw::Time { why, .. } if why.blames_config()) && self.report.events == 0;
        if hopeless {
            return Err(DataError::BadConfig { at, flaw });
        }
        if self.on_bad_row == OnBadRow::Error {
            return Err(DataError::BadRow { at, flaw });
        }
        self.report.bad_rows += 1;
        if self.report.listed.len() < LISTED_MAX {
            self.report.listed.push(BadRow {
                file: at.file,
                line: at.number,
                code: flaw.code(),
                reason: flaw.to_string(),
            });
        }
        Ok(())
    }

    /// A file that gave nothing at all is an error, with what it holds instead.
    fn end(&mut self) -> Result<Option<MarketEvent>, DataError> {
        let file = || self.reader.spec.path.clone();
        let report = &self.report;
        match (report.listed.first(), report.events) {
            (_, 1..) => Ok(None),
            (Some(bad), _) => Err(DataError::AllBad {
                file: file(),
                rows: report.bad_rows,
                first: bad.line,
                reason: bad.reason.clone(),
            }),
            (None, _) if report.rows == 0 => Err(DataError::NoRows { file: file() }),
            (None, _) if report.crossed_quotes > 0 => {
                Err(DataError::AllCrossed { file: file(), rows: report.crossed_quotes })
            }
            (None, _) => Err(DataError::NoMatch {
                file: file(),
                symbol: self.reader.spec.symbol.clone(),
                seen: self.seen.join(", "),
            }),
        }
    }
}

impl RowReader {
    fn read(&mut self, cells: &impl Cells) -> Checked<Read> {
        row::check_width(cells, &self.header)?;
        if !row::is_of(cells, &self.header, &self.spec.symbol)? {
            return Ok(Read::OtherSymbol);
        }
        let written = row::time(cells, &self.header)?;
        let when = self.timing.when(written).map_err(|why| row::bad_time(cells, &self.header, why))?;
        self.check_order(cells, when)?;
        let payload = row::payload(cells, &self.header, self.whole_session, when.from)?;
        let after_gap = self.last.is_some_and(|last| self.timing.gap(last, when));
        self.last = Some(when);
        if matches!(payload, Payload::Quote(quote) if quote.is_crossed()) {
            return Ok(Read::CrossedQuote);
        }
        let When { ts, day, session_end, next_day, .. } = when;
        let event = MarketEvent { instrument: self.spec.instrument, ts, day, session_end, next_day, payload };
        Ok(Read::Event(event, after_gap))
    }

    /// What must not fall from row to row: the date of bars by date, else the time.
    const fn order(&self, when: When) -> i64 {
        match self.spec.stamp {
            Some(Stamp::Date) => when.day.0 as i64,
            _ => when.ts.0,
        }
    }

    fn check_order(&self, cells: &impl Cells, when: When) -> Checked<()> {
        let Some(last) = self.last else { return Ok(()) };
        let (last, now) = (self.order(last), self.order(when));
        if now > last || (now == last && !self.header.kind.lasts()) {
            return Ok(());
        }
        let (column, value) = (self.header.name(self.header.ts), cells.shown(self.header.ts));
        Err(Box::new(if now < last { Flaw::Backwards { column, value } } else { Flaw::Repeated { column, value } }))
    }
}

impl Rows {
    fn open(path: &Path) -> Result<(Self, Header), DataError> {
        let name = path.to_string_lossy().to_ascii_lowercase();
        let packing = if name.ends_with(".csv") {
            Packing::None
        } else if name.ends_with(".csv.gz") {
            Packing::Gzip
        } else if name.ends_with(".csv.zst") {
            Packing::Zstd
        } else if name.ends_with(".parquet") {
            let (rows, header) = ColumnRows::open(path)?;
            return Ok((Self::Columns(Box::new(rows)), header));
        } else {
            return Err(DataError::UnknownFormat { file: PathBuf::from(path) });
        };
        let (rows, header) = TextRows::open(path, packing)?;
        Ok((Self::Text(Box::new(rows)), header))
    }

    fn advance(&mut self, path: &Path) -> Result<bool, DataError> {
        match self {
            Self::Text(rows) => rows.advance(path),
            Self::Columns(rows) => rows.advance(path),
        }
    }

    fn shown(&self, place: usize) -> String {
        match self {
            Self::Text(rows) => rows.shown(place),
            Self::Columns(rows) => rows.shown(place),
        }
    }

    fn place(&self, path: &Path) -> Place {
        let (unit, number) = match self {
            Self::Text(rows) => ("line", rows.line()),
            Self::Columns(rows) => ("row", rows.row()),
        };
        Place { file: path.into(), unit, number }
    }
}

impl SourceReport {
    fn saw(&mut self, event: &MarketEvent, hours: &Hours) {
        self.events += 1;
        self.first.get_or_insert(event.ts);
        self.last = Some(event.ts);
        match event.payload {
            Payload::Bar(bar) => self.bars_without_volume += u64::from(bar.volume.is_zero()),
            Payload::Quote(quote) => self.one_sided_quotes += u64::from(quote.is_one_sided()),
            Payload::Trade(_) => {}
        }
        let (first, last) = self.days.map_or((event.day, None), |(first, last)| (first, Some(last)));
        self.days = Some((first, event.day));
        if last != Some(event.day) && hours.is_surely_closed(event.day) {
            let (first, count) = self.closed.unwrap_or((event.day, 0));
            self.closed = Some((first, count + 1));
        }
    }
}
