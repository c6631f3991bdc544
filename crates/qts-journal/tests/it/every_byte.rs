//! Every single bit of a journal flipped, and the journal cut at every byte: each outcome is the one that is due.
//!
//! Reading resumes at the last block that the change cannot touch; a sample is read from the start as well.

use std::collections::BTreeMap;

use expect_test::{Expect, expect};
use qts_journal::{Damage, Disk, End, Error, MemoryDisk, Policy, Position, Reader, Record};

use crate::support::{begin, blocks, read, segments, small, write};

/// A journal whose segments are full up to the last, of which the given number of blocks is written.
fn journal(segment_bytes: u64, full: u64, last_blocks: u64) -> MemoryDisk {
    let (disk, mut writer) = begin(small(Policy::Cycle, segment_bytes));
    let mut number = 0;
    while writer.head().is_none_or(|it| (it.segment, it.offset / 512) < (full + 1, last_blocks)) {
        number += 1;
        write(&mut writer, &"text ".repeat(number * 13 % 150));
    }
    disk
}

struct Journal {
    disk: MemoryDisk,
    records: Vec<Record>,
    blocks: Vec<Position>,
    outcomes: BTreeMap<String, u64>,
}

impl Journal {
    fn of(disk: MemoryDisk) -> Self {
        let (records, _) = read(&disk).expect("a sound journal");
        Self { records, blocks: blocks(&disk), disk, outcomes: BTreeMap::new() }
    }

    /// Reads on from the last block that lies wholly before this byte and is not the one in front of it.
    fn read_around(&self, segment: u64, byte: u64) -> Result<(u64, End), Damage> {
        let before = self.blocks.partition_point(|it| (it.segment, it.offset) <= (segment, byte));
        match before.checked_sub(2) {
            Some(index) => self.read_on(Reader::resume(&self.disk, &self.blocks[index]).expect("untouched")),
            None => match Reader::open(&self.disk) {
                Ok(reader) => self.read_on(reader),
                Err(Error::Damaged(damage)) => Err(damage),
                Err(other) => panic!("{other}"),
            },
        }
    }

    /// Every record that is handed out must be the one that was written.
    fn read_on(&self, mut reader: Reader<'_, MemoryDisk>) -> Result<(u64, End), Damage> {
        let mut last = reader.last_block().map_or(0, |it| it.seq);
        for record in reader.by_ref() {
            match record {
                Ok(record) => {
                    assert_eq!(record, self.records[last as usize], "not what was written");
                    last += 1;
                }
                Err(Error::Damaged(damage)) => return Err(damage),
                Err(other) => panic!("{other}"),
            }
        }
        Ok((last, reader.end().expect("an end")))
    }

    fn count(&mut self, outcome: &Result<(u64, End), Damage>) {
        let all = self.records.len() as u64;
        let text = match outcome {
            Err(damage) => format!("refused: {}", without_numbers(&damage.problem.to_string())),
            Ok((last, end)) => {
                let end = format!("{end:?}");
                let kind = end.split([' ', '{']).next().expect("a word");
                if *last == all { format!("all records, {kind}") } else { format!("a prefix, {kind}") }
            }
        };
        *self.outcomes.entry(text).or_default() += 1;
    }

    fn expect(&self, expected: Expect) {
        let lines: Vec<String> = self.outcomes.iter().map(|(text, count)| format!("{text}: {count}\n")).collect();
        expected.assert_eq(&lines.concat());
    }

    /// Flips every bit; holds each outcome against what is due by the place of the bit.
    fn flip_every_bit(&mut self) {
        for ((name, length), segment) in segments(&self.disk).into_iter().zip(1u64..) {
            for bit in 0..length * 8 {
                self.disk.flip(&name, bit).expect("a bit");
                let outcome = self.read_around(segment, bit / 8);
                if bit % 4099 == 0 {
                    let whole = Reader::open(&self.disk);
                    assert!(whole.map_or(true, |reader| self.read_on(reader) == outcome), "{name} bit {bit}");
                }
                self.check(segment, bit / 8, &outcome);
                self.count(&outcome);
                self.disk.flip(&name, bit).expect("a bit");
            }
        }
    }

    fn check(&self, segment: u64, byte: u64, outcome: &Result<(u64, End), Damage>) {
        let last = self.blocks.last().expect("blocks");
        let due = self.blocks.iter().rev().find(|it| (it.segment, it.offset) <= (segment, byte) && byte >= 512);
        match outcome {
            Err(damage) if byte < 512 => assert_eq!((damage.segment, damage.offset), (segment, 0)),
            Err(damage) => {
                let due = due.filter(|it| it.segment == segment).expect("only blocks are refused");
                let behind = (damage.segment, damage.offset) > (due.segment, due.offset);
                let at = (damage.segment, damage.offset) == (due.segment, due.offset);
                assert!(at || behind && damage.problem == qts_journal::Problem::AfterSeal, "{damage}");
            }
            Ok((seq, End::Torn { .. })) => {
                let tail = (segment, byte) >= (last.segment, last.offset);
                assert!(tail, "torn at segment {segment}, byte {byte}");
                assert!(*seq == last.seq || Some(*seq) == self.blocks.iter().rev().nth(1).map(|it| it.seq));
            }
            Ok((_, end)) => panic!("unnoticed at segment {segment}, byte {byte}: {end:?}"),
        }
    }

    /// Cuts the journal at every byte, with the later segments kept or gone.
    fn cut_at_every_byte(&mut self, keep_later: bool) {
        let files: Vec<_> = segments(&self.disk)
            .into_iter()
            .map(|(name, _)| (self.disk.contents(&name).expect("a file"), name))
            .collect();
        for ((bytes, name), segment) in files.iter().zip(1u64..) {
            self.disk = self.disk.copy();
            for (_, later) in files.iter().skip(if keep_later { files.len() } else { segment as usize }) {
                self.disk.remove(later).expect("a file");
            }
            for length in 0..bytes.len() {
                self.disk.put(name, &bytes[..length]);
                let outcome = self.read_before(segment, length as u64);
                self.count(&outcome);
            }
            self.disk = MemoryDisk::new();
            files.iter().for_each(|(bytes, name)| self.disk.put(name, bytes));
        }
    }

    /// Reads on from the last block that ends before this byte.
    fn read_before(&self, segment: u64, byte: u64) -> Result<(u64, End), Damage> {
        let kept = self.blocks.partition_point(|it| (it.segment, it.offset) <= (segment, byte));
        match kept.checked_sub(2).filter(|_| byte >= 512).map(|index| &self.blocks[index]) {
            Some(block) => self.read_on(Reader::resume(&self.disk, block).expect("kept")),
            None => self.read_around(segment, 0),
        }
    }
}

fn without_numbers(text: &str) -> String {
    let words = text.split(' ').map(|word| if word.parse::<u64>().is_ok() { "N" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn every_one_of_524288_flipped_bits_is_refused_or_flagged_at_the_end() {
    let disk = journal(16_384, 3, 14);
    assert_eq!(segments(&disk).iter().map(|it| it.1).sum::<u64>(), 65_536);
    let mut journal = Journal::of(disk);
    journal.flip_every_bit();
    assert_eq!(journal.outcomes.values().sum::<u64>(), 524_288);
    journal.expect(expect![[r#"
        a prefix, Torn: 4096
        all records, Torn: 69632
        refused: something follows the segment's last block: 8192
        refused: the block's checksum does not match: 216344
        refused: the block's header is damaged: 49280
        refused: the padding behind the block is not zero: 148072
        refused: the segment does not end, but blocks follow in a later one: 12288
        refused: the segment's header is damaged: 16384
    "#]]);
}

#[test]
fn a_flipped_bit_is_noticed_in_the_segment_made_ahead_and_after_a_close_too() {
    let with_spare = journal(8192, 1, 10);
    assert_eq!(segments(&with_spare).len(), 3, "one is made ahead");
    let mut journal_with_spare = Journal::of(with_spare);
    journal_with_spare.flip_every_bit();
    journal_with_spare.expect(expect![[r#"
        a prefix, Torn: 4096
        all records, Torn: 81920
        refused: something follows the segment's last block: 4096
        refused: the block's checksum does not match: 41872
        refused: the block's header is damaged: 11968
        refused: the padding behind the block is not zero: 36272
        refused: the segment does not end, but blocks follow in a later one: 4096
        refused: the segment's header is damaged: 12288
    "#]]);

    let closed = journal(8192, 1, 3);
    crate::support::open(&closed, small(Policy::Cycle, 8192)).expect("a journal").close().expect("a close");
    let mut closed = Journal::of(closed);
    closed.flip_every_bit();
    closed.expect(expect![[r#"
        refused: something follows the segment's last block: 4096
        refused: the block's checksum does not match: 35280
        refused: the block's header is damaged: 9152
        refused: the file has N bytes and should have N: 4096
        refused: the padding behind the block is not zero: 29296
        refused: the segment does not end, but blocks follow in a later one: 4096
        refused: the segment's header is damaged: 8192
    "#]]);
}

#[test]
fn every_one_of_65536_cuts_is_refused() {
    let disk = journal(16_384, 3, 14);
    let mut journal = Journal::of(disk);
    journal.cut_at_every_byte(true);
    assert_eq!(journal.outcomes.values().sum::<u64>(), 65_536);
    journal.cut_at_every_byte(false);
    journal.expect(expect![[r#"
        refused: the file has N bytes and should have N: 126976
        refused: the segment's header is damaged: 4096
    "#]]);
}
