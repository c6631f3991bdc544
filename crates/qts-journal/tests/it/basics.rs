//! What goes in comes out, under every policy.

use std::time::Duration;

use qts_journal::{End, Error, Kind, Policy, Reader, Writer};

use crate::support::{NOTE, NOW, begin, blocks, open, read, segments, small, texts, write};

const CYCLE: Policy = Policy::Cycle;

#[test]
fn records_come_back_as_they_were_appended_over_many_segments() {
    let (disk, mut writer) = begin(small(CYCLE, 8192));
    let written: Vec<String> = (0..200).map(|number| "x".repeat(number * 7 % 900)).collect();
    for text in &written {
        writer.append(NOTE, 3, text.as_bytes()).expect("a record");
        writer.append(Kind(0x8011), 1, b"").expect("a record");
        writer.commit(NOW).expect("a commit");
    }
    assert!(segments(&disk).len() > 10, "many segments");
    assert_eq!(texts(&disk), written);
    let (records, end) = read(&disk).expect("a sound journal");
    assert_eq!(end, End::Open);
    assert!(records.iter().map(|it| it.seq).eq(1..=401), "numbered without gaps");
    assert!(records.iter().filter(|it| it.kind == NOTE).all(|it| (it.version, it.epoch) == (3, 1)));
    assert!(Kind(0x8011).is_optional() && !NOTE.is_optional() && !NOTE.is_own());
}

#[test]
fn a_closed_journal_is_only_as_long_as_its_blocks_and_can_be_opened_again() {
    let (disk, mut writer) = begin(small(CYCLE, 8192));
    write(&mut writer, "first");
    let head = writer.close().expect("a close");
    assert_eq!(segments(&disk), [("0000000001.qtsj".to_owned(), 512 * 4)]);
    assert_eq!(read(&disk).expect("sound").1, End::Closed);
    assert_eq!(blocks(&disk).last(), Some(&head));

    let mut seen = Vec::new();
    let (mut writer, recovered) =
        Writer::open(disk.clone(), small(CYCLE, 8192), |record| seen.push(record.clone())).expect("open");
    assert_eq!((recovered.end, recovered.last_seq, recovered.epoch), (Some(End::Closed), 2, 2));
    assert_eq!(seen.len(), 2);
    write(&mut writer, "second");
    drop(writer);
    assert_eq!(texts(&disk), ["first", "second"]);
    assert_eq!(segments(&disk), [("0000000001.qtsj".to_owned(), 8192)]);
}

#[test]
fn a_group_waits_until_its_time_is_over_and_says_when_that_is() {
    let (disk, mut writer) = begin(small(Policy::Group(Duration::from_millis(5)), 8192));
    let at = Duration::from_millis;
    assert_eq!(writer.commit(at(90)).expect("a commit"), 1, "nothing to wait for");
    writer.append(NOTE, 1, b"a").expect("a record");
    assert_eq!(writer.due(), None);
    assert_eq!(writer.commit(at(100)).expect("a commit"), 1);
    assert_eq!(writer.due(), Some(at(105)));
    writer.append(NOTE, 1, b"b").expect("a record");
    assert_eq!(writer.commit(at(104)).expect("a commit"), 1);
    assert_eq!(texts(&disk), [""; 0], "nothing is written before its time");
    assert_eq!(writer.commit(at(105)).expect("a commit"), 3);
    assert_eq!(writer.due(), None);
    writer.append(NOTE, 1, b"c").expect("a record");
    assert_eq!(writer.commit(at(200)).expect("a commit"), 3, "a new group begins with its first commit");
    assert_eq!(writer.flush().expect("a flush"), 4);
    assert_eq!(blocks(&disk).len(), 3, "the epoch, the group, the flush");
}

#[test]
fn a_replayable_journal_is_synced_at_its_end_and_takes_no_more_space_than_it_needs() {
    let (disk, mut writer) = begin(small(Policy::Replayable, 1 << 20));
    let syncs = || disk.steps().iter().filter(|it| it.starts_with("sync 0") && !it.ends_with("tmp")).count();
    let before = syncs();
    for _ in 0..100 {
        assert_eq!(write(&mut writer, &"y".repeat(1000)), 1);
    }
    assert_eq!(syncs(), before);
    assert_eq!(writer.reserve(), 0);
    assert!(segments(&disk)[0].1 < 80_000, "grows with its blocks");
    writer.close().expect("a close");
    assert_eq!(texts(&disk).len(), 100);
    assert!(segments(&disk)[0].1 < 105_000, "{:?}", segments(&disk));
    let refused = open(&disk, small(CYCLE, 1 << 20)).expect_err("another policy");
    assert!(matches!(refused, Error::Options(_)), "{refused}");
    open(&disk, small(Policy::Replayable, 1 << 20)).expect("the same policy");
}

#[test]
fn a_replayable_journal_rolls_over_too() {
    let (disk, mut writer) = begin(small(Policy::Replayable, 1 << 18));
    for _ in 0..1000 {
        write(&mut writer, &"y".repeat(1000));
    }
    assert!(writer.durable() > 1, "what is in full segments is durable");
    writer.close().expect("a close");
    assert_eq!((texts(&disk).len(), segments(&disk).len()), (1000, 5));
}

#[test]
fn one_commit_is_one_block_found_again_whole() {
    let (disk, mut writer) = begin(small(CYCLE, 1 << 16));
    for text in ["a", "b", "c"] {
        writer.append(NOTE, 1, text.repeat(400).as_bytes()).expect("a record");
    }
    writer.commit(NOW).expect("a commit");
    assert_eq!(blocks(&disk).len(), 2);
    assert_eq!(writer.head().map(|it| (it.offset, it.seq)), Some((1024, 4)));
}

#[test]
fn what_cannot_be_appended_is_refused_and_changes_nothing() {
    let (disk, mut writer) = begin(small(CYCLE, 8192));
    let error = writer.append(NOTE, 1, &[0; 8192]).expect_err("too large");
    assert!(matches!(error, Error::TooLarge { bytes: 8200, limit: 7080 }), "{error}");
    writer.append(NOTE, 1, &[1; 7000]).expect("a record");
    writer.append(NOTE, 1, &[1; 100]).expect_err("too large together");
    writer.append(Kind(15), 1, b"").expect_err("the journal's own kind");
    assert_eq!(writer.commit(NOW).expect("a commit"), 2);
    assert_eq!(read(&disk).expect("sound").0.len(), 2);
}

#[test]
fn sizes_that_make_no_sense_are_refused() {
    for (segment_bytes, unit) in [(8192, 100), (8192, 256), (8192, 32_768), (8000, 512), (1024, 512), (1 << 50, 512)] {
        let options = qts_journal::Options { segment_bytes, unit, ..small(CYCLE, 8192) };
        assert!(matches!(open(&qts_journal::MemoryDisk::new(), options), Err(Error::Options(_))), "{options:?}");
    }
}

#[test]
fn two_writers_at_once_are_refused_and_one_after_the_other_are_not() {
    let (disk, writer) = begin(small(CYCLE, 8192));
    assert!(matches!(open(&disk, small(CYCLE, 8192)), Err(Error::Locked)));
    drop(writer);
    assert_eq!(open(&disk, small(CYCLE, 8192)).expect("free again").epoch(), 2);
}

#[test]
fn reading_goes_on_after_a_known_block() {
    let (disk, mut writer) = begin(small(CYCLE, 8192));
    for number in 0..40 {
        write(&mut writer, &number.to_string());
    }
    let (all, _) = read(&disk).expect("sound");
    for block in blocks(&disk) {
        let rest: Vec<_> =
            Reader::resume(&disk, &block).expect("a block").collect::<Result<_, _>>().expect("a sound rest");
        assert_eq!(rest, all[block.seq as usize..]);
        let wrong = [
            qts_journal::Position { hash: [1; 32], ..block },
            qts_journal::Position { offset: block.offset + 512, ..block },
            qts_journal::Position { offset: u64::MAX, ..block },
            qts_journal::Position { segment: 99, ..block },
            qts_journal::Position { seq: block.seq + 1, ..block },
            qts_journal::Position { seq: u64::MAX, ..block },
        ];
        for position in wrong {
            assert!(matches!(Reader::resume(&disk, &position), Err(Error::NoSuchPosition { .. })), "{position:?}");
        }
    }
}
