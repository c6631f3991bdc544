//! A journal of format version 1 that was written once and must stay readable for ever; the same calls must give the
//! same bytes as long as the version is the same. `WRITE_GOLDEN=1` writes a file for a new version.

use std::fmt::Write as _;
use std::path::Path;

use expect_test::expect;
use qts_journal::{Folder, Kind, MemoryDisk, Policy, Reader, Writer};

use crate::support::{NOTE, NOW, begin, open, small};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/v1");
const FILE: &str = "0000000001.qtsj";

fn written() -> Vec<u8> {
    let options = small(Policy::Cycle, 8192);
    let (disk, mut writer) = begin(options);
    let two = |writer: &mut Writer<MemoryDisk>| {
        writer.append(NOTE, 1, "a record of 한글".as_bytes()).expect("a record");
        writer.append(Kind(0x8012), 7, &[0, 255]).expect("a record");
        writer.commit(NOW).expect("a commit");
    };
    two(&mut writer);
    drop(writer);
    let mut writer = open(&disk, options).expect("a journal");
    writer.append(NOTE, 2, &[b'z'; 600]).expect("a record");
    two(&mut writer);
    writer.close().expect("a close");
    disk.contents(FILE).expect("a segment")
}

#[test]
fn the_same_calls_still_write_the_same_bytes() {
    let path = Path::new(FOLDER).join(FILE);
    if std::env::var_os("WRITE_GOLDEN").is_some() {
        std::fs::create_dir_all(FOLDER).expect("a folder");
        std::fs::write(&path, written()).expect("written");
    }
    assert!(std::fs::read(path).expect("the golden file") == written(), "the format changed: give it a new version");
}

#[test]
fn a_journal_of_version_1_is_still_readable() {
    let folder = Folder::open(FOLDER).expect("the golden folder");
    let mut reader = Reader::open(&folder).expect("a journal");
    let mut text = String::new();
    for record in reader.by_ref() {
        let it = record.expect("sound");
        let body = String::from_utf8_lossy(&it.body[..it.body.len().min(20)]);
        let _ = writeln!(text, "{} epoch {} kind {} v{} {:?}", it.seq, it.epoch, it.kind.0, it.version, body);
    }
    let instance = String::from_utf8_lossy(&reader.instance()).into_owned();
    let head = reader.last_block().map(|it| it.hash.map(|byte| format!("{byte:02x}")).concat());
    let _ = writeln!(text, "{:?}, of {instance:?}, head {}", reader.end(), head.expect("a head"));
    expect![[r#"
        1 epoch 1 kind 0 v1 "\u{1}\0\0\0\0\0\0\0"
        2 epoch 1 kind 16 v1 "a record of 한글"
        3 epoch 1 kind 32786 v7 "\0�"
        4 epoch 2 kind 0 v1 "\u{2}\0\0\0\0\0\0\0"
        5 epoch 2 kind 16 v2 "zzzzzzzzzzzzzzzzzzzz"
        6 epoch 2 kind 16 v1 "a record of 한글"
        7 epoch 2 kind 32786 v7 "\0�"
        Some(Closed), of "a test's journal", head 3cde711aa61c302a0f1ca0b422dd8645eb3b375bb8d0b49f3cc705b4da605efd
    "#]]
    .assert_eq(&text);
}
