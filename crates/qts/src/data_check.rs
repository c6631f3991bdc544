//! The data files of a config, each read through: everything that is wrong with each of them, up to a number of rows.

use qts_core::Slice;
use qts_venues::feed::{BadRow, DataError, Merge, OnBadRow, SourceReport, SourceSpec};

use crate::config::{Config, DataDays};
use crate::exit::Trouble;
use crate::interrupt::Interrupt;
use crate::wire;

/// So many bad rows of each file are listed; all are counted.
const SHOWN: usize = 20;

/// What came of reading a file.
#[derive(Debug, Default)]
pub(crate) struct FileChecked {
    /// The file.
    file: String,
    /// Why a run would stop.
    pub(crate) errors: Vec<DataError>,
    /// The first rows that are bad.
    listed: Vec<BadRow>,
    /// How many are.
    bad: u64,
    /// Rows read.
    pub(crate) rows: u64,
    /// Bad rows that a run leaves out.
    pub(crate) left_out: u64,
    /// The days of which it tells, as far as it was read.
    pub(crate) days: DataDays,
}

/// Reads all files; `quick`: only the beginning of each.
pub(crate) fn check(config: &Config, quick: bool, interrupt: &Interrupt) -> Result<Vec<FileChecked>, Trouble> {
    let mut files = Vec::new();
    for source in wire::sources(config)? {
        files.push(check_file(&source, quick, interrupt));
        // What is known of a file that was not read through is no result.
        interrupt.check()?;
    }
    Ok(files)
}

fn check_file(source: &SourceSpec, quick: bool, interrupt: &Interrupt) -> FileChecked {
    let file = source.path.display().to_string();
    match read(source, quick, interrupt) {
        Ok(report) => FileChecked { file, rows: rows(&report, quick), ..left_out(report) },
        Err(error @ DataError::BadRow { .. }) if !quick => all_bad_rows(source, file, error, interrupt),
        Err(error) => FileChecked { file, errors: vec![error], ..FileChecked::default() },
    }
}

const fn rows(report: &SourceReport, quick: bool) -> u64 {
    if quick { 0 } else { report.rows }
}

fn left_out(report: SourceReport) -> FileChecked {
    let days = DataDays { all: report.days, closed: report.closed };
    let (bad, listed) = (report.bad_rows, report.listed);
    FileChecked { left_out: bad, bad, listed, days, ..FileChecked::default() }
}

/// A file of which a run would say only the first bad row: all of them.
fn all_bad_rows(source: &SourceSpec, file: String, first: DataError, interrupt: &Interrupt) -> FileChecked {
    let lenient = SourceSpec { on_bad_row: OnBadRow::Skip, ..source.clone() };
    match read(&lenient, false, interrupt) {
        Ok(report) => {
            let (bad, rows, listed) = (report.bad_rows, report.rows, report.listed);
            FileChecked { file, errors: vec![first], listed, bad, rows, ..FileChecked::default() }
        }
        Err(all @ DataError::AllBad { .. }) => FileChecked { file, errors: vec![all], ..FileChecked::default() },
        Err(worse) => FileChecked { file, errors: vec![first, worse], ..FileChecked::default() },
    }
}

/// Reads a file through, unless somebody asks for the end, or only up to its first event.
fn read(source: &SourceSpec, quick: bool, interrupt: &Interrupt) -> Result<SourceReport, DataError> {
    let mut merge = Merge::open([source.clone()])?;
    let mut slice = Slice::default();
    while !quick && !interrupt.is_set() && merge.next_into(&mut slice)? {}
    let found = merge.report().sources.into_iter().next();
    found.ok_or_else(|| DataError::NoRows { file: source.path.clone() })
}

impl FileChecked {
    /// What stops a run, a line each: the errors, then further bad rows.
    pub(crate) fn lines(&self) -> Vec<String> {
        if self.errors.is_empty() {
            return Vec::new();
        }
        let errors = self.errors.iter().map(|error| format!("{}: failed to {error}", error.code()));
        errors.chain(self.further(1)).collect()
    }

    /// Bad rows after the first `told`, and how many are not listed.
    fn further(&self, told: usize) -> Vec<String> {
        let row = |row: &BadRow| format!("{}: {}:{}: {}", row.code, row.file.display(), row.line, row.reason);
        let mut lines: Vec<String> = self.listed.iter().take(SHOWN).skip(told).map(row).collect();
        let rest = self.bad.saturating_sub(SHOWN as u64);
        if rest > 0 {
            lines.push(format!("… and {rest} more bad rows in {}", self.file));
        }
        lines
    }
}

/// Tells on standard error what is wrong with a file, and which rows a run leaves out.
pub(crate) fn tell(checked: &FileChecked) {
    checked.lines().iter().for_each(|line| eprintln!("qts: {line}"));
    if checked.left_out > 0 {
        let rows = if checked.left_out == 1 { "row" } else { "rows" };
        eprintln!("qts: {} bad {rows} of {} left out (on_bad_row = \"skip\"):", checked.left_out, checked.file);
        checked.further(0).iter().for_each(|line| eprintln!("  {line}"));
    }
}
