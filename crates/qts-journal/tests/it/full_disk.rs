//! A full disk stops what is new, and leaves room to end what is under way.

use qts_journal::{Disk, Error, Fault, Policy};

use crate::support::{NOTE, NOW, begin, open, read, segments, small, texts, write};

#[test]
fn a_full_disk_is_told_early_and_leaves_half_a_segment() {
    let (disk, mut writer) = begin(small(Policy::Cycle, 16_384));
    disk.set_capacity(Some(20_000));
    let mut written = 0;
    while !writer.is_full() {
        write(&mut writer, &written.to_string());
        written += 1;
    }
    let reserve = writer.reserve();
    assert!(reserve >= 16_384 / 2 - 1024, "{reserve} bytes are left");
    let steps = disk.steps().len();
    for _ in 0..reserve / 512 {
        write(&mut writer, &written.to_string()); // cancels, say
        written += 1;
    }
    assert_eq!(disk.steps().len() as u64 - steps as u64, reserve / 512 * 2, "a write and a sync each, no more tries");
    assert_eq!(writer.reserve(), 0);

    let last = writer.append(NOTE, 1, written.to_string().as_bytes()).expect("kept in memory");
    assert!(matches!(writer.commit(NOW), Err(Error::Full { .. })));
    assert!(writer.durable() < last, "it must not leave");
    assert!(matches!(writer.prepare(), Err(Error::Full { .. })));
    assert_eq!(disk.list().expect("names").len(), 1, "nothing half made is left over");

    disk.set_capacity(None);
    writer.prepare().expect("space");
    assert!(!writer.is_full());
    assert_eq!(writer.commit(NOW).expect("a commit"), last, "what was kept is durable now");
    assert_eq!(texts(&disk), (0..=written).map(|it| it.to_string()).collect::<Vec<_>>());
}

#[test]
fn a_journal_opens_on_a_full_disk_in_the_space_of_the_segment_made_ahead() {
    let (disk, mut writer) = begin(small(Policy::Cycle, 8192));
    for number in 0..9 {
        write(&mut writer, &number.to_string());
    }
    assert_eq!(segments(&disk).len(), 2, "one is made ahead");
    drop(writer);
    disk.set_capacity(Some(2 * 8192));
    let mut writer = open(&disk, small(Policy::Cycle, 8192)).expect("a journal");
    assert_eq!(write(&mut writer, "cancel"), writer.last_seq());
    disk.set_capacity(Some(8192));
    drop(writer);
    let full = open(&disk, small(Policy::Cycle, 8192)).expect_err("the copy needs a segment's space");
    assert!(matches!(full, Error::Full { .. }), "{full}");
    disk.set_capacity(None);
    assert_eq!(texts(&disk).len(), 10, "and nothing is lost by trying");
}

#[test]
fn without_space_to_begin_with_there_is_an_error_and_nothing_is_left_behind() {
    let disk = qts_journal::MemoryDisk::new();
    disk.set_capacity(Some(5000));
    assert!(matches!(open(&disk, small(Policy::Cycle, 8192)), Err(Error::Full { .. })));
    assert_eq!(disk.list().expect("names"), [""; 0]);
}

/// Some file systems need space even to overwrite.
#[test]
fn what_a_write_without_space_left_behind_is_gone_before_the_segment_ends() {
    for size in [10, 700, 1400] {
        let (disk, mut writer) = begin(small(Policy::Cycle, 4096));
        writer.append(NOTE, 1, &[1; 1500]).expect("a record");
        disk.fail_at(disk.steps().len(), Fault::Enospc);
        assert!(matches!(writer.commit(NOW), Err(Error::Full { .. })));
        disk.heal();
        writer.append(NOTE, 1, &vec![2; size]).expect("a record");
        assert_eq!(writer.commit(NOW).expect("a commit"), 3);
        assert_eq!(read(&disk).expect("sound").0.len(), 3);
        drop(writer);
        assert_eq!(open(&disk, small(Policy::Cycle, 4096)).expect("sound").last_seq(), 4);
    }
}
