//! The real file system, and processes that are really killed.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
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

/// Where the child is to write; no child without it.
const CHILD: &str = "QTS_JOURNAL_CHILD";

/// Not a test by itself: the process that [`no_record_that_was_reported_durable_is_lost_by_a_kill`] kills. Each line it
/// prints is a number that is durable.
#[test]
fn a_child_writes_until_it_is_killed() {
    let Some(path) = std::env::var_os(CHILD).map(PathBuf::from) else { return };
    let mut writer = open(&path, small(Policy::Cycle, 8192)).expect("a journal");
    let mut out = std::io::stdout();
    loop {
        let next = writer.last_seq() + 1;
        writer.append(NOTE, 1, next.to_string().as_bytes()).expect("a record");
        let durable = writer.commit(NOW).expect("a commit");
        writeln!(out, "durable {durable}").expect("a parent");
    }
}

#[test]
fn no_record_that_was_reported_durable_is_lost_by_a_kill() {
    let path = fresh("killed");
    let mut reported = 0;
    for lines in [1, 7, 2, 30, 5, 3, 16, 9] {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.args(["--exact", "folder::a_child_writes_until_it_is_killed", "--nocapture", "--test-threads=1"]);
        let mut child = command.env(CHILD, &path).stdout(Stdio::piped()).spawn().expect("a child");
        let mut printed = BufReader::new(child.stdout.take().expect("its output")).lines().map_while(Result::ok);
        let durable = |line: String| line.rsplit_once("durable ").and_then(|it| it.1.parse::<u64>().ok());
        reported = printed.by_ref().filter_map(durable).nth(lines).expect("lines");
        assert!(matches!(open(&path, small(Policy::Cycle, 8192)), Err(Error::Locked)), "it has the journal");
        child.kill().expect("killed");
        child.wait().expect("gone");
        reported = printed.filter_map(durable).last().unwrap_or(reported);
        let (records, _) = read(&Folder::open(&path).expect("a folder")).expect("no kill damages a journal");
        assert!(records.len() as u64 >= reported, "{} records of {reported}", records.len());
        for record in records.iter().filter(|it| it.kind == NOTE) {
            assert_eq!(String::from_utf8_lossy(&record.body), record.seq.to_string());
        }
    }
    assert!(reported > 70, "each process went on where the last one was killed");
    std::fs::remove_dir_all(path).expect("removed");
}
