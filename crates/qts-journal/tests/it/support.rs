//! Small journals on a disk in memory, and their reading.

use std::time::Duration;

use qts_journal::{Disk, End, Error, Kind, MemoryDisk, Options, Policy, Position, Reader, Record, Writer};

/// The kind of all test records.
pub(crate) const NOTE: Kind = Kind(16);
/// For policies that do not look at the time.
pub(crate) const NOW: Duration = Duration::ZERO;

/// Segments of so many bytes, in units of 512.
pub(crate) fn small(policy: Policy, segment_bytes: u64) -> Options {
    Options { segment_bytes, unit: 512, ..Options::new(policy, *b"a test's journal") }
}

pub(crate) fn begin(options: Options) -> (MemoryDisk, Writer<MemoryDisk>) {
    let disk = MemoryDisk::new();
    let writer = open(&disk, options).expect("a new journal");
    (disk, writer)
}

pub(crate) fn open(disk: &MemoryDisk, options: Options) -> Result<Writer<MemoryDisk>, Error> {
    Writer::open(disk.clone(), options, |_| {}).map(|(writer, _)| writer)
}

pub(crate) fn write(writer: &mut Writer<MemoryDisk>, text: &str) -> u64 {
    writer.append(NOTE, 1, text.as_bytes()).expect("a record");
    writer.commit(NOW).expect("a commit")
}

/// Everything that can be read, and how it ends.
pub(crate) fn read<D: Disk>(disk: &D) -> Result<(Vec<Record>, End), Error> {
    let mut reader = Reader::open(disk)?;
    let records = reader.by_ref().collect::<Result<_, _>>()?;
    Ok((records, reader.end().expect("an end")))
}

/// The texts of the test records.
pub(crate) fn texts<D: Disk>(disk: &D) -> Vec<String> {
    let (records, _) = read(disk).expect("a sound journal");
    let notes = records.into_iter().filter(|it| it.kind == NOTE);
    notes.map(|it| String::from_utf8(it.body).expect("a text")).collect()
}

/// Every block, in order.
pub(crate) fn blocks<D: Disk>(disk: &D) -> Vec<Position> {
    let mut reader = Reader::open(disk).expect("a journal");
    std::iter::from_fn(|| reader.next_block()).collect::<Result<_, _>>().expect("a sound journal")
}

/// The files of the segments, and how long they are.
pub(crate) fn segments(disk: &MemoryDisk) -> Vec<(String, u64)> {
    let names = disk.list().expect("names").into_iter().filter(|it| it.ends_with(".qtsj"));
    names.map(|name| (name.clone(), disk.length(&name).expect("a length"))).collect()
}

/// A generator for the choices of a disk.
pub(crate) fn chooser(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    move |below| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) % below
    }
}
