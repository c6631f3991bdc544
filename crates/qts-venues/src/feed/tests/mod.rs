//! Files in, events or messages out.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use qts_core::{Bar, Day, Inst, MarketEvent, Payload, Quote, Slice, Span, Trade, Ts};

use super::{DataError, Merge, OnBadRow, Report, SourceSpec, Stamp};
use crate::calendar::SessionClock;

mod columns;
mod files;
mod garbage;
mod merging;
mod rows;
mod shared;
mod times;

const MINUTE: Span = Span(60_000_000_000);

/// A file that is gone when the test ends.
struct Temp(PathBuf);

impl Temp {
    fn new(name: &str, content: impl AsRef<[u8]>) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let dir = std::env::temp_dir().join(format!("qts-feed-{}-{count}", std::process::id()));
        std::fs::create_dir_all(&dir).expect("a folder");
        let path = dir.join(name);
        std::fs::write(&path, content).expect("a file");
        Self(path)
    }

    /// As a source of quotes, trades, or bars of a minute stamped by their start.
    fn spec(&self) -> SourceSpec {
        spec(&self.0)
    }

    /// As a source of daily bars.
    fn daily(&self) -> SourceSpec {
        SourceSpec { stamp: Some(Stamp::Date), interval: None, ..self.spec() }
    }

    /// As a source of bars of a minute.
    fn minutes(&self) -> SourceSpec {
        SourceSpec { stamp: Some(Stamp::Open), interval: Some(MINUTE), ..self.spec() }
    }

    /// A message with this file's folder left out.
    fn short(&self, error: &DataError) -> String {
        let folder = format!("{}/", self.0.parent().expect("a folder").display());
        error.to_string().replace(&folder, "")
    }
}

impl Drop for Temp {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(self.0.parent().expect("a folder"));
    }
}

fn spec(path: &Path) -> SourceSpec {
    SourceSpec {
        instrument: Inst(0),
        symbol: "005930".to_owned(),
        path: path.to_owned(),
        stamp: None,
        interval: None,
        tz: None,
        on_bad_row: OnBadRow::Error,
        clock: krx(),
    }
}

fn krx() -> SessionClock {
    SessionClock::new(Some((540, 930)), "Asia/Seoul").expect("a calendar")
}

fn slices(specs: impl IntoIterator<Item = SourceSpec>) -> Result<(Vec<Slice>, Report), DataError> {
    let mut merge = Merge::open(specs)?;
    let mut slices = Vec::new();
    while let Some(slice) = merge.next_slice()? {
        slices.push(slice);
    }
    assert!(merge.next_slice()?.is_none(), "the end stays the end");
    let report = merge.report();
    for source in &report.sources {
        assert_eq!(
            source.rows,
            source.events + source.bad_rows + source.other_symbols + source.crossed_quotes,
            "all rows are accounted for"
        );
    }
    Ok((slices, report))
}

fn events(spec: SourceSpec) -> Result<Vec<MarketEvent>, DataError> {
    let (slices, report) = slices([spec])?;
    let events: Vec<_> = slices.into_iter().flat_map(|slice| slice.events).collect();
    assert_eq!(u64::try_from(events.len()), Ok(report.events()));
    Ok(events)
}

/// All events of a source, a line each.
fn lines(spec: SourceSpec) -> String {
    let events = events(spec).unwrap_or_else(|error| panic!("failed to {error}"));
    events.iter().map(|event| line(event) + "\n").collect()
}

fn line(event: &MarketEvent) -> String {
    let MarketEvent { ts, day, session_end, payload, .. } = *event;
    let payload = match payload {
        Payload::Bar(Bar { open, high, low, close, volume, whole_session, .. }) => {
            format!("{}bar {open} {high} {low} {close} {volume}", if whole_session { "whole " } else { "" })
        }
        Payload::Quote(Quote { bid, ask, bid_size, ask_size }) => format!("quote {bid} {ask} {bid_size} {ask_size}"),
        Payload::Trade(Trade { price, size }) => format!("trade {price} {size}"),
    };
    format!("{} of {} until {}: {payload}", at(ts), date(day), at(session_end))
}

fn at(ts: Ts) -> String {
    jiff::Timestamp::from_nanosecond(ts.0.into()).expect("an instant").to_string()
}

fn date(day: Day) -> String {
    at(Ts(i64::from(day.0) * Span::DAY.0)).replace("T00:00:00Z", "")
}
