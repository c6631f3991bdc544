//! The real file system.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use qts_journal::{Disk, Error, Folder, Options, Policy, Writer};

use crate::support::{NOTE, NOW, read, small, texts};

/// A new folder for one test.
fn fresh(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("journal-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&path);
    path
}

fn open(path: &PathBuf, options: Options) -> Result<Writer<Folder>, Error> {
    let folder = Folder::create(path).expect("a folder");
    Writer::open(folder, options, |_| {}).map(|(writer, _)| writer)
}

#[test]
fn a_journal_on_files_is_written_dropped_opened_closed_and_read() {
    let path = fresh("files");
    for policy in [Policy::Cycle, Policy::Group(Duration::ZERO)] {
        let mut writer = open(&path, small(policy, 8192)).expect("a journal");
        for number in 0..30 {
            writer.append(NOTE, 1, format!("{policy:?} {number}").as_bytes()).expect("a record");
            writer.commit(NOW).expect("a commit");
        }
    }
    let mut writer = open(&path, small(Policy::Cycle, 8192)).expect("a journal");
    writer.save_snapshot(b"state").expect("a snapshot");
    writer.close().expect("a close");
    let folder = Folder::open(&path).expect("a folder");
    assert_eq!(texts(&folder).len(), 60);
    assert_eq!(read(&folder).expect("sound").0.last().map(|it| it.epoch), Some(3));
    assert!(qts_journal::newest_snapshot(&folder).expect("readable").snapshot.is_some());
    assert!(folder.list().expect("names").contains(&"lock".to_owned()));
    std::fs::remove_dir_all(path).expect("removed");
}

#[test]
fn a_second_instance_is_refused_at_once() {
    let path = fresh("second");
    let first = open(&path, small(Policy::Cycle, 8192)).expect("a journal");
    let start = Instant::now();
    assert!(matches!(open(&path, small(Policy::Cycle, 8192)), Err(Error::Locked)));
    assert!(start.elapsed() < Duration::from_secs(1));
    drop(first);
    open(&path, small(Policy::Cycle, 8192)).expect("free again");
    std::fs::remove_dir_all(path).expect("removed");
}

#[test]
fn a_folder_that_is_not_there_or_is_a_file_is_an_error() {
    let path = fresh("none");
    assert!(Folder::open(&path).is_err());
    std::fs::write(&path, b"").expect("a file");
    assert!(Folder::open(&path).is_err() && Folder::create(&path).is_err());
    std::fs::remove_file(path).expect("removed");
}
