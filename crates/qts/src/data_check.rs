//! The data files of a config, each read through: everything that is wrong with each of them, up to a number of rows.

use std::collections::BTreeMap;

use qts_core::{Day, Inst, Slice};
use qts_venues::feed::{BadRow, DataError, Merge, OnBadRow, SourceReport, SourceSpec};

use crate::config::{Config, DataDays};
use crate::exit::Trouble;
use crate::interrupt::Interrupt;
use crate::jumps::{self, Jumps};
use crate::summary::some;
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
    /// What was read of it, if it was read through.
    pub(crate) report: Option<SourceReport>,
    /// The days of which it tells, as far as it was read.
    pub(crate) days: DataDays,
    /// Whose prices, and the days of the first and the last of them; unknown if it was not read through.
    span: Option<(Inst, Day, Day)>,
    /// Prices that jump.
    pub(crate) jumps: Vec<jumps::Row>,
}

/// What a file that was read says.
struct Read {
    report: SourceReport,
    span: Option<(Inst, Day, Day)>,
    jumps: Jumps,
}

/// Reads all files; `quick`: only the beginning of each.
pub(crate) fn check(config: &Config, quick: bool, interrupt: &Interrupt) -> Result<Vec<FileChecked>, Trouble> {
    let mut files = Vec::new();
    for source in wire::sources(config)? {
        files.push(check_file(config, &source, quick, interrupt));
        // What is known of a file that was not read through is no result.
        interrupt.check()?;
    }
    Ok(files)
}

fn check_file(config: &Config, source: &SourceSpec, quick: bool, interrupt: &Interrupt) -> FileChecked {
    let file = source.path.display().to_string();
    match read(config, source, quick, interrupt) {
        Ok(Read { report, span, jumps }) => {
            let (jumps, whole) = (jumps.rows(config), (!quick).then(|| report.clone()));
            FileChecked { file, rows: rows(&report, quick), span, jumps, report: whole, ..left_out(report) }
        }
        Err(error @ DataError::BadRow { .. }) if !quick => all_bad_rows(config, source, file, error, interrupt),
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
fn all_bad_rows(
    config: &Config,
    source: &SourceSpec,
    file: String,
    first: DataError,
    interrupt: &Interrupt,
) -> FileChecked {
    let lenient = SourceSpec { on_bad_row: OnBadRow::Skip, ..source.clone() };
    match read(config, &lenient, false, interrupt) {
        Ok(Read { report, .. }) => {
            let (bad, rows, listed) = (report.bad_rows, report.rows, report.listed);
            FileChecked { file, errors: vec![first], listed, bad, rows, ..FileChecked::default() }
        }
        Err(all @ DataError::AllBad { .. }) => FileChecked { file, errors: vec![all], ..FileChecked::default() },
        Err(worse) => FileChecked { file, errors: vec![first, worse], ..FileChecked::default() },
    }
}

/// Reads a file through, unless somebody asks for the end, or only up to its first event.
fn read(config: &Config, source: &SourceSpec, quick: bool, interrupt: &Interrupt) -> Result<Read, DataError> {
    let mut merge = Merge::open([source.clone()])?;
    let (mut slice, mut jumps, mut span) = (Slice::default(), Jumps::new(config), None);
    while !quick && !interrupt.is_set() && merge.next_into(&mut slice)? {
        jumps.look(&slice);
        for event in &slice.events {
            let (_, first, _) = *span.get_or_insert((event.instrument, event.day, event.day));
            span = Some((event.instrument, first, event.day));
        }
    }
    let found = merge.report().sources.into_iter().next();
    let report = found.ok_or_else(|| DataError::NoRows { file: source.path.clone() })?;
    Ok(Read { report, span, jumps })
}

/// The first and the last day of each instrument's data, as far as it was read through.
pub(crate) fn spans(files: &[FileChecked]) -> BTreeMap<Inst, (Day, Day)> {
    let mut days: BTreeMap<Inst, (Day, Day)> = BTreeMap::new();
    for (inst, first, last) in files.iter().filter_map(|file| file.span) {
        let known = days.entry(inst).or_insert((first, last));
        *known = (known.0.min(first), known.1.max(last));
    }
    days
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
    checked.report.iter().flat_map(oddities).for_each(|line| eprintln!("qts: {}: {line}", checked.file));
}

/// What a run goes on with but its owner should know, a line each.
fn oddities(report: &SourceReport) -> Vec<String> {
    let SourceReport { events, crossed_quotes, one_sided_quotes, bars_without_volume, gaps, .. } = *report;
    let mut lines = Vec::new();
    if crossed_quotes > 0 {
        lines.push(format!("{} left out: no market", some(crossed_quotes, "crossed quote", "crossed quotes")));
    }
    if one_sided_quotes > 0 {
        let quotes = some(one_sided_quotes, "quote has", "quotes have");
        lines.push(format!("{quotes} shares on one side only: nothing fills on the other"));
    }
    if bars_without_volume > 0 && bars_without_volume == events {
        lines.push("no bar has any volume, so no order can fill on them: add quotes or trades".to_owned());
    } else if bars_without_volume > 0 {
        lines.push(format!("{} without volume: nothing fills on them", some(bars_without_volume, "bar", "bars")));
    }
    if gaps > 0 {
        let gaps = some(gaps, "gap", "gaps");
        lines.push(format!("{gaps} between bars in their market's hours: prices grow old there (stale_data)"));
    }
    lines
}
