//! A snapshot is whole or passed over, and replay goes on behind it.

use qts_journal::{Disk, MemoryDisk, Policy, Reader, Snapshot, newest_snapshot};

use crate::support::{NOTE, begin, open, read, segments, small, write};

fn journal_with_two_snapshots() -> (MemoryDisk, Vec<String>) {
    let (disk, mut writer) = begin(small(Policy::Cycle, 4096));
    let mut names = Vec::new();
    for number in 0..20 {
        write(&mut writer, &number.to_string());
        if number % 8 == 7 {
            names.push(writer.save_snapshot(format!("state {number}").as_bytes()).expect("a snapshot"));
        }
    }
    (disk, names)
}

fn newest(disk: &MemoryDisk) -> (Option<Snapshot>, Vec<String>) {
    let newest = newest_snapshot(disk).expect("readable");
    (newest.snapshot, newest.unfit)
}

#[test]
fn snapshot_and_rest_are_the_whole() {
    let (disk, _) = journal_with_two_snapshots();
    let (snapshot, unfit) = newest(&disk);
    let snapshot = snapshot.expect("a snapshot");
    assert_eq!((snapshot.state.as_slice(), unfit), (b"state 15".as_slice(), vec![]));
    let rest = Reader::resume(&disk, &snapshot.position).expect("a block").collect::<Result<Vec<_>, _>>();
    let rest = rest.expect("sound");
    assert_eq!(rest, read(&disk).expect("sound").0[snapshot.position.seq as usize..]);
    assert_eq!(rest[0].body, b"16");
}

#[test]
fn every_flipped_bit_of_a_snapshot_leads_to_the_older_one() {
    let (disk, names) = journal_with_two_snapshots();
    for bit in 0..disk.length(&names[1]).expect("a length") * 8 {
        disk.flip(&names[1], bit).expect("a bit");
        let (snapshot, unfit) = newest(&disk);
        assert_eq!((snapshot.expect("the older one").state, unfit), (b"state 7".to_vec(), vec![names[1].clone()]));
        disk.flip(&names[1], bit).expect("a bit");
    }
    for name in &names {
        disk.put(name, b"");
    }
    let (snapshot, unfit) = newest(&disk);
    assert!(snapshot.is_none(), "the whole journal is replayed");
    assert_eq!(unfit, [names[1].clone(), names[0].clone()]);
}

#[test]
fn a_snapshot_that_the_journal_does_not_reach_is_passed_over() {
    let (disk, names) = journal_with_two_snapshots();
    let last = segments(&disk).len() as u64;
    let (other, mut writer) = begin(small(Policy::Cycle, 4096));
    write(&mut writer, "short");
    for name in &names {
        other.put(name, &disk.contents(name).expect("a snapshot"));
    }
    assert!(last > 1);
    assert_eq!(newest(&other), (None, vec![names[1].clone(), names[0].clone()]));
}

#[test]
fn what_was_appended_becomes_durable_before_the_snapshot_is_taken() {
    let (disk, mut writer) = begin(small(Policy::Cycle, 4096));
    let seq = writer.append(NOTE, 1, b"not committed").expect("a record");
    writer.save_snapshot(b"state").expect("a snapshot");
    assert_eq!(writer.durable(), seq);
    assert_eq!(newest(&disk).0.expect("a snapshot").position.seq, seq);
}

#[test]
fn snapshots_without_their_journal_are_not_taken_for_a_new_one() {
    let (disk, names) = journal_with_two_snapshots();
    let alone = MemoryDisk::new();
    alone.put(&names[0], &disk.contents(&names[0]).expect("a snapshot"));
    open(&alone, small(Policy::Cycle, 4096)).expect_err("the journal is missing");
}
