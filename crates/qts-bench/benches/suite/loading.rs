//! Reading a file of minute bars to its end: rows to checked events in slices, in each of the formats.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use criterion::{Criterion, Throughput};
use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{DataType, DoubleType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use qts_core::{Inst, Slice};
use qts_venues::calendar::SessionClock;
use qts_venues::feed::{Merge, OnBadRow, SourceSpec, Stamp};

use crate::world::{MINUTE, Walk};

const ROWS: usize = 200_000;
/// Bars of one session, 09:00 to 15:30 in Seoul.
const A_SESSION: usize = 390;
/// 2020-01-02T00:00:00Z, which is 09:00 in Seoul.
const START: i64 = 1_577_923_200;

const SCHEMA: &str = "message bars { required int64 ts (TIMESTAMP(NANOS,true)); required double open; \
    required double high; required double low; required double close; required int64 volume; }";

pub(crate) fn bench(criterion: &mut Criterion) {
    let folder = Folder::new();
    let bars = bars();
    let text = text(&bars);
    let files = [
        ("CSV", folder.file("bars.csv", text.as_bytes())),
        ("CSV, gzip", folder.file("bars.csv.gz", &gzip(text.as_bytes()))),
        ("CSV, zstd", folder.file("bars.csv.zst", &zstd::encode_all(text.as_bytes(), 3).expect("packs"))),
        ("Parquet, zstd", folder.file("bars.parquet", &columns(&bars))),
    ];
    let mut group = criterion.benchmark_group("loading");
    group.sample_size(10);
    group.throughput(Throughput::Elements(ROWS as u64));
    for (name, path) in &files {
        assert_eq!(read(path), ROWS);
        group.bench_function(*name, |bencher| bencher.iter(|| read(path)));
    }
}

/// Reads a file as a run does; returns how many events it gave.
fn read(path: &Path) -> usize {
    let spec = SourceSpec {
        instrument: Inst(0),
        symbol: "000000".to_owned(),
        path: path.to_path_buf(),
        stamp: Some(Stamp::Close),
        interval: Some(MINUTE),
        tz: None,
        on_bad_row: OnBadRow::Error,
        clock: SessionClock::new(Some((540, 930)), "Asia/Seoul").expect("a session"),
    };
    let mut merge = Merge::open([spec]).expect("opens");
    let (mut slice, mut events) = (Slice::default(), 0);
    while merge.next_into(&mut slice).expect("reads on") {
        events += slice.events.len();
    }
    events
}

/// The time of a bar's end in seconds, and its prices and volume.
struct Row {
    ts: i64,
    prices: [f64; 4],
    volume: i64,
}

fn bars() -> Vec<Row> {
    let mut walk = Walk::new(1);
    let row = |number: usize| {
        let (open, close) = walk.step();
        let (day, minute) = (number / A_SESSION, number % A_SESSION + 1);
        let ts = START + 86_400 * i64::try_from(day).unwrap_or(0) + 60 * i64::try_from(minute).unwrap_or(0);
        let prices = [open, open.max(close), open.min(close), close].map(|price| f64::from(price) / 100.0);
        Row { ts, prices, volume: 1_000 + i64::from(close % 977) }
    };
    (0..ROWS).map(row).collect()
}

fn text(bars: &[Row]) -> String {
    let mut text = "ts,open,high,low,close,volume\n".to_owned();
    for Row { ts, prices: [open, high, low, close], volume } in bars {
        let ts = jiff::Timestamp::from_second(*ts).expect("in range");
        text.push_str(&format!("{ts},{open},{high},{low},{close},{volume}\n"));
    }
    text
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(text).expect("packs");
    packer.finish().expect("packs")
}

fn columns(bars: &[Row]) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(SCHEMA).expect("a schema"));
    let properties = WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default())).build();
    let mut file = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).expect("a writer");
    let mut group = file.next_row_group().expect("a group");
    put::<Int64Type>(&mut group, bars.iter().map(|row| row.ts * 1_000_000_000));
    for place in 0..4 {
        put::<DoubleType>(&mut group, bars.iter().map(|row| row.prices[place]));
    }
    put::<Int64Type>(&mut group, bars.iter().map(|row| row.volume));
    group.close().expect("closes");
    file.into_inner().expect("closes")
}

fn put<T: DataType>(group: &mut SerializedRowGroupWriter<'_, Vec<u8>>, values: impl Iterator<Item = T::T>) {
    let mut column = group.next_column().expect("no error").expect("a column");
    column.typed::<T>().write_batch(&values.collect::<Vec<_>>(), None, None).expect("writes");
    column.close().expect("closes");
}

/// A folder of this process, gone at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("qts-bench-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, bytes).expect("writes");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is left to the system.
        let _ = fs::remove_dir_all(&self.0);
    }
}
