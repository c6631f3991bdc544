//! What is sound is saved elsewhere, what is lost is said, and the damaged journal stays as it is.

use expect_test::expect;
use qts_journal::{Disk, Error, Kind, MemoryDisk, Policy, Writer, repair};

use crate::support::{blocks, open, read, segments, small, texts, write};

/// Three processes wrote eight records each.
fn journal() -> MemoryDisk {
    let disk = MemoryDisk::new();
    for process in 0..3 {
        let mut writer = open(&disk, small(Policy::Cycle, 4096)).expect("a journal");
        for number in 0..8 {
            write(&mut writer, &(process * 8 + number).to_string());
        }
    }
    disk
}

#[test]
fn the_sound_beginning_is_saved_and_the_rest_is_accounted_for() {
    let disk = journal();
    let block = *blocks(&disk).iter().find(|it| it.seq == 13).expect("a block");
    disk.flip(&format!("{:010}.qtsj", block.segment), (block.offset + 100) * 8).expect("a bit");
    let before = disk.copy();
    let target = MemoryDisk::new();
    let repaired = repair(&mut disk.clone(), target.clone()).expect("a repair").expect("damage");
    let told = (repaired.last_kept, repaired.last_lost, repaired.lost_bytes, repaired.damage.to_string());
    expect![[r#"
        (
            12,
            Some(
                27,
            ),
            8704,
            "`0000000003.qtsj`, offset 512: the padding behind the block is not zero",
        )
    "#]]
    .assert_debug_eq(&told);
    assert_eq!(texts(&target), (0..10).map(|it| it.to_string()).collect::<Vec<_>>());
    let (records, _) = read(&target).expect("sound");
    let note = records.last().expect("records");
    assert_eq!((note.kind, note.seq, note.epoch), (Kind::REPAIR, 13, repaired.epoch));
    assert!(repaired.epoch > 3, "later than any lost one");
    for (name, _) in segments(&disk) {
        assert!(disk.contents(&name).expect("a file") == before.contents(&name).expect("a file"), "{name} changed");
    }
    let (writer, recovered) = Writer::open(target, small(Policy::Cycle, 4096), |_| {}).expect("a journal");
    assert_eq!((recovered.last_seq, recovered.epoch), (13, writer.epoch()));
    assert!(writer.epoch() > repaired.epoch);
}

#[test]
fn damage_anywhere_but_in_the_first_header_is_repaired_and_all_before_it_kept() {
    let clean = journal();
    let all = texts(&clean);
    for (name, length) in segments(&clean) {
        for byte in (0..length).step_by(256) {
            let mut disk = clean.copy();
            disk.flip(&name, byte * 8).expect("a bit");
            let target = MemoryDisk::new();
            match repair(&mut disk, target.clone()) {
                Ok(Some(repaired)) => {
                    let kept = texts(&target);
                    assert!(all.starts_with(&kept), "{name} {byte}");
                    assert_eq!(read(&target).expect("sound").0.len() as u64, repaired.last_kept + 1);
                    assert!(repaired.epoch > 3, "{name} {byte}: epoch {}", repaired.epoch);
                }
                Ok(None) => assert!(read(&disk).is_ok(), "{name} {byte}: a torn end at most"),
                Err(error) => {
                    assert!(matches!(error, Error::Damaged(_)) && name.ends_with("01.qtsj") && byte < 512, "{error}");
                }
            }
        }
    }
}

#[test]
fn epochs_whose_blocks_are_all_unreadable_are_not_given_again() {
    let (disk, mut lost) = (MemoryDisk::new(), 0);
    for _ in 0..6 {
        let mut writer = open(&disk, small(Policy::Cycle, 1 << 16)).expect("a journal");
        write(&mut writer, "x");
        lost = writer.epoch();
    }
    // Of the epochs from the second on, one header is left.
    let name = &segments(&disk)[0].0;
    for block in blocks(&disk).iter().filter(|it| it.seq > 2 && it.seq != 4) {
        disk.flip(name, block.offset * 8).expect("a bit");
    }
    let repaired = repair(&mut disk.clone(), MemoryDisk::new()).expect("a repair").expect("damage");
    assert_eq!(repaired.last_lost, Some(4));
    assert!(repaired.epoch > lost, "epoch {} after {lost}", repaired.epoch);
}

#[test]
fn a_sound_journal_needs_no_repair_and_a_full_folder_is_refused() {
    let (mut disk, target) = (journal(), MemoryDisk::new());
    assert_eq!(repair(&mut disk, target.clone()).expect("no damage"), None);
    assert_eq!(target.list().expect("names"), [""; 0]);
    target.put("notes.txt", b"mine");
    assert!(matches!(repair(&mut disk, target), Err(Error::NotEmpty)));
    let running = open(&disk, small(Policy::Cycle, 4096));
    assert!(matches!(running, Err(Error::Locked)), "a repair keeps the journal to itself");
    assert!(matches!(repair(&mut disk.clone(), MemoryDisk::new()), Err(Error::Locked)));
}
