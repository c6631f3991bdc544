//! Files of anything: events or an error, never a panic.

use super::*;

/// A small generator: the same cases in every run.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize
    }

    fn below(&mut self, limit: usize) -> usize {
        self.next() % limit
    }

    fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.next() as u8).collect()
    }
}

/// Reads a file under every kind of config; what comes of it does not matter, only that something does.
fn read(name: &str, content: &[u8]) {
    let file = Temp::new(name, content);
    for spec in [file.spec(), file.minutes(), file.daily(), SourceSpec { stamp: Some(Stamp::Close), ..file.spec() }] {
        for (tz, on_bad_row) in [(None, OnBadRow::Error), (Some("America/New_York".to_owned()), OnBadRow::Skip)] {
            if let Err(error) = slices([SourceSpec { tz, on_bad_row, ..spec.clone() }]) {
                assert!(!file.short(&error).is_empty());
            }
        }
    }
}

const FILES: [&str; 3] = [
    "ts,symbol,open,high,low,close,volume\n2018-01-15T00:00:00Z,005930,10,12,9,11,100\n2018-01-16T00:01:00+09:00,005930,10,12,9,11,100\n1516028400,005930,1e1,12,9,11,\n",
    "ts,bid,ask,bid_size,ask_size\n2018-01-15T00:00:00Z,10,11,1,2\n2018-01-15 10:00,10.5,11,,\n",
    "Date,Price,Qty\n2018-01-15,10,1\n20180116,0.00000001,99999999.5\n",
];

/// A file with a few of its bytes replaced, taken out or doubled.
fn harmed(dice: &mut Dice, content: &[u8]) -> Vec<u8> {
    let mut content = content.to_vec();
    for _ in 0..dice.below(4) + 1 {
        let place = dice.below(content.len());
        match dice.below(5) {
            0 => content[place] = dice.next() as u8,
            1 => content[place] = b"\0\n\r,\".-+eZ09T\xff"[dice.below(14)],
            2 => content[place] ^= 1 << dice.below(8),
            3 if content.len() > 20 => drop(content.drain(place..(place + dice.below(9)).min(content.len()))),
            _ => {
                let piece: Vec<u8> = content[place..].iter().take(9).copied().collect();
                content.splice(place..place, piece);
            }
        }
    }
    content
}

#[test]
fn random_bytes_never_panic() {
    let mut dice = Dice(1);
    for case in 0..400 {
        let len = dice.below(if case % 10 == 0 { 100_000 } else { 300 });
        let bytes = dice.bytes(len);
        for name in ["x.csv", "x.csv.gz", "x.csv.zst", "x.parquet"] {
            read(name, &bytes);
        }
        read("x.csv", &[FILES[case % 3].as_bytes(), &bytes].concat());
    }
}

#[test]
fn harmed_text_never_panics() {
    let mut dice = Dice(2);
    for case in 0..600 {
        let content = harmed(&mut dice, FILES[case % 3].as_bytes());
        read("x.csv", &content);
        read("x.csv.gz", &harmed(&mut dice, &files::gzip(&content)));
        let packed = zstd::encode_all(&content[..], 1).expect("memory");
        read("x.csv.zst", &harmed(&mut dice, &packed));
    }
}

#[test]
fn harmed_columns_never_panic() {
    use columns::{Cells, parquet};
    let schema = "optional int64 ts (TIMESTAMP(MILLIS,true)); optional binary symbol (STRING); optional double price; \
                  optional int32 size;";
    let rows = 50;
    let group = vec![
        Cells::I64((0..rows).map(|row| Some(1_515_974_400_000 + row)).collect()),
        Cells::Text((0..rows).map(|_| Some("005930")).collect()),
        Cells::F64((0..rows).map(|row| Some(row as f64 + 1.5)).collect()),
        Cells::I32((0..rows).map(|row| (row % 3 == 0).then_some(7)).collect()),
    ];
    let content = parquet(schema, &[group.clone(), group]);
    let mut dice = Dice(3);
    for _ in 0..600 {
        read("x.parquet", &harmed(&mut dice, &content));
    }
}
