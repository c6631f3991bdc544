//! Damage that no single flipped bit makes: files gone, swapped, forged, filled with noise.

use expect_test::{Expect, expect};
use proptest::prelude::*;
use qts_journal::{Disk, Error, MemoryDisk, Policy, Writer};

use crate::support::{begin, blocks, chooser, open, read, small, write};

/// Four segments and a bit.
fn journal() -> MemoryDisk {
    let (disk, mut writer) = begin(small(Policy::Cycle, 4096));
    for number in 0..20 {
        write(&mut writer, &number.to_string());
    }
    disk
}

fn name(segment: u64) -> String {
    format!("{segment:010}.qtsj")
}

fn check(disk: &MemoryDisk, expected: Expect) {
    let error = read(disk).expect_err("damage");
    let opened = open(disk, small(Policy::Cycle, 4096)).expect_err("damage");
    assert_eq!(error.to_string(), opened.to_string(), "reader and writer agree");
    match error {
        Error::Damaged(damage) => expected.assert_eq(&damage.to_string()),
        other => expected.assert_eq(&other.to_string()),
    }
}

/// Writes a checksum anew, as a forger would.
fn forge(bytes: &mut [u8]) {
    let length = u32::from_le_bytes(bytes[8..12].try_into().expect("four bytes")) as usize;
    let checksum = crc32fast::hash(&bytes[88..88 + length]);
    bytes[12..16].copy_from_slice(&checksum.to_le_bytes());
    let checksum = crc32fast::hash(&bytes[8..88]);
    bytes[4..8].copy_from_slice(&checksum.to_le_bytes());
}

fn change(disk: &MemoryDisk, segment: u64, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = disk.contents(&name(segment)).expect("a segment");
    change(&mut bytes);
    disk.put(&name(segment), &bytes);
}

#[test]
fn a_missing_segment_is_named() {
    for (missing, expected) in [
        (1, expect!["`0000000001.qtsj`, offset 0: the segment is missing"]),
        (2, expect!["`0000000002.qtsj`, offset 0: the segment is missing"]),
        (4, expect!["`0000000004.qtsj`, offset 0: the segment is missing"]),
    ] {
        let mut disk = journal();
        disk.remove(&name(missing)).expect("a segment");
        check(&disk, expected);
    }
}

#[test]
fn the_last_segments_gone_are_noticed_since_the_one_before_says_that_they_follow() {
    let mut disk = journal();
    let last = blocks(&disk).last().expect("blocks").segment;
    for segment in (2..=last + 1).filter(|it| disk.length(&name(*it)).is_ok()).collect::<Vec<_>>() {
        disk.remove(&name(segment)).expect("a segment");
    }
    check(&disk, expect!["`0000000002.qtsj`, offset 0: the segment is missing"]);
}

#[test]
fn segments_in_each_others_place_are_noticed() {
    let disk = journal();
    disk.put(&name(2), &disk.contents(&name(3)).expect("a segment"));
    check(&disk, expect!["`0000000002.qtsj`, offset 0: the header belongs to another segment or another journal"]);
}

#[test]
fn a_segment_of_another_journal_is_noticed() {
    let (other, mut writer) = begin(qts_journal::Options { instance: [9; 16], ..small(Policy::Cycle, 4096) });
    for number in 0..20 {
        write(&mut writer, &number.to_string());
    }
    let disk = journal();
    disk.put(&name(2), &other.contents(&name(2)).expect("a segment"));
    check(&disk, expect!["`0000000002.qtsj`, offset 0: the header belongs to another segment or another journal"]);
}

#[test]
fn a_block_written_to_another_place_is_noticed_even_at_the_end() {
    let disk = journal();
    let last = *blocks(&disk).last().expect("blocks");
    change(&disk, last.segment, |bytes| {
        let at = last.offset as usize;
        bytes.copy_within(at..at + 512, at + 512);
    });
    check(&disk, expect!["`0000000004.qtsj`, offset 2048: the block belongs to another place"]);
}

#[test]
fn a_last_block_with_more_behind_it_than_its_own_bytes_is_not_torn() {
    let disk = journal();
    let last = *blocks(&disk).last().expect("blocks");
    change(&disk, last.segment, |bytes| bytes[last.offset as usize + 90] ^= 1);
    assert!(read(&disk).is_ok(), "by itself it could be torn");
    change(&disk, last.segment, |bytes| bytes[last.offset as usize + 512] = 1);
    check(&disk, expect!["`0000000004.qtsj`, offset 1536: the block's checksum does not match"]);
}

#[test]
fn a_forged_record_with_right_checksums_breaks_the_chain() {
    let disk = journal();
    change(&disk, 2, |bytes| {
        bytes[512 + 88 + 8] ^= 1;
        forge(&mut bytes[512..1024]);
    });
    check(&disk, expect!["`0000000002.qtsj`, offset 1024: the block does not continue the one before it"]);
}

/// Changes one byte of the last block and forges its checksums.
fn forged(at: usize, change_byte: impl Fn(&mut u8)) -> MemoryDisk {
    let disk = journal();
    let last = *blocks(&disk).last().expect("blocks");
    change(&disk, last.segment, |bytes| {
        let block = &mut bytes[last.offset as usize..][..512];
        change_byte(&mut block[at]);
        forge(block);
    });
    disk
}

#[test]
fn no_field_of_the_last_block_can_be_wrong_even_with_right_checksums() {
    const PLACE: &str = "`0000000004.qtsj`, offset 1536: the block belongs to another place";
    const CHAIN: &str = "`0000000004.qtsj`, offset 1536: the block does not continue the one before it";
    const RECORDS: &str = "`0000000004.qtsj`, offset 1536: the block's records are malformed";
    for (at, expected) in [(20, RECORDS), (24, PLACE), (32, PLACE), (40, CHAIN), (48, CHAIN), (56, CHAIN)] {
        let error = read(&forged(at, |byte| *byte = byte.wrapping_sub(1))).expect_err("damage").to_string();
        assert!(error.contains(expected), "byte {at}: {error}");
    }
    let error = read(&forged(20, |byte| *byte += 1)).expect_err("damage").to_string();
    assert!(error.contains(RECORDS), "{error}");
    let error = read(&forged(88, |byte| *byte += 1)).expect_err("damage").to_string();
    assert!(error.contains(RECORDS), "{error}");
}

#[test]
fn a_damaged_seal_is_noticed_when_only_one_block_follows() {
    let (disk, mut writer) = begin(small(Policy::Cycle, 4096));
    while writer.head().is_none_or(|it| it.segment == 1) {
        write(&mut writer, "x");
    }
    drop(writer);
    let seal = *blocks(&disk).iter().rev().nth(1).expect("two blocks");
    assert_eq!(seal.segment, 1);
    disk.flip(&name(1), seal.offset * 8).expect("a bit");
    check(&disk, expect!["`0000000001.qtsj`, offset 3584: the segment does not end, but blocks follow in a later one"]);
}

#[test]
fn a_kind_of_the_journals_own_that_is_not_known_is_refused() {
    let disk = forged(92, |byte| *byte = 2);
    check(&disk, expect!["record 21 is of the journal's own kind 2, which is not known here: use a newer program"]);
}

#[test]
fn a_newer_format_is_told_from_damage() {
    let disk = journal();
    change(&disk, 1, |bytes| {
        bytes[12] = 2;
        let checksum = crc32fast::hash(&bytes[12..64]);
        bytes[8..12].copy_from_slice(&checksum.to_le_bytes());
    });
    check(&disk, expect!["`0000000001.qtsj` has format version 2, which is not known here: use a newer program"]);
}

#[test]
fn an_empty_folder_holds_no_journal() {
    assert!(matches!(read(&MemoryDisk::new()), Err(Error::NoJournal)));
}

#[test]
fn a_refused_journal_is_left_as_it_was() {
    let disk = journal();
    disk.flip(&name(1), 513 * 8).expect("a bit");
    let before: Vec<_> = disk.list().expect("names").iter().map(|it| disk.contents(it).expect("a file")).collect();
    open(&disk, small(Policy::Cycle, 4096)).expect_err("damage");
    let after: Vec<_> = disk.list().expect("names").iter().map(|it| disk.contents(it).expect("a file")).collect();
    assert!(before == after);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Right checksums over wrong fields are the hardest to survive.
    #[test]
    fn noise_makes_no_reader_and_no_writer_panic(seed in any::<u64>(), forged in any::<bool>()) {
        let disk = journal();
        let mut choose = chooser(seed);
        let segment = choose(4) + 1;
        change(&disk, segment, |bytes| {
            let at = choose(bytes.len() as u64 / 512) as usize * 512;
            for _ in 0..=choose(12) {
                bytes[at + choose(120) as usize] = choose(256) as u8;
            }
            let fits = bytes[at + 9] <= 1 && bytes[at + 10] == 0 && bytes[at + 11] == 0 && bytes[at + 8] < 168;
            if forged && at > 0 && fits {
                forge(&mut bytes[at..at + 512]);
            }
        });
        let _ = read(&disk);
        let mut count = 0;
        let _ = Writer::open(disk, small(Policy::Cycle, 4096), |_| count += 1);
        prop_assert!(count <= 40);
    }
}
