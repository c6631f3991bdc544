//! Ctrl-C and SIGTERM: a command ends in good order, with whole rows and code 130.

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::spawn;

use rustix::fs::{CWD, FileType, Mode, mknodat};
use rustix::process::{Pid, Signal, kill_process};

use crate::funnel;
use crate::support::{Ended, Folder, four, market, rows};

/// A market whose bars come through a pipe in the file system.
pub(crate) fn piped(name: &str, tables: &str) -> (Folder, PathBuf) {
    let folder = market(name, tables, 0);
    let path = folder.path("bars.csv");
    std::fs::remove_file(&path).expect("removed");
    mknodat(CWD, &path, FileType::Fifo, Mode::from_raw_mode(0o600), 0).expect("a pipe");
    (folder, path)
}

/// Writes bars into a pipe for as long as somebody reads them and wants more.
pub(crate) fn write_bars(path: &Path, mut more: impl FnMut() -> bool) {
    let mut pipe = OpenOptions::new().write(true).open(path).expect("a reader");
    let mut written = pipe.write_all(b"ts,open,high,low,close,volume\n");
    // The days of 300 years are more than any test needs.
    let (mut day, mut number) = (jiff::civil::Date::constant(1900, 1, 1), 0);
    while written.is_ok() && more() {
        let price = 10_000 + 10 * (number % 40 - 20_i64).abs();
        written = writeln!(pipe, "{day},{price},{price},{price},{price},1000");
        (day, number) = (day.tomorrow().expect("a day"), number + 1);
    }
}

fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).expect("a process");
}

/// Waits until the program has written a decision, so that it surely is at work.
fn until_it_decides(child: &mut Child, folder: &Folder, file: &str) {
    while std::fs::metadata(folder.path(file)).map_or(0, |meta| meta.len()) < 20_000 {
        assert_eq!(child.try_wait().expect("a child"), None, "it is at work");
        std::thread::yield_now();
    }
}

/// Enough bars for some decisions, and no more before the signal: however slow this test, no run ends before it.
fn enough_until(signalled: &AtomicBool) -> impl FnMut() -> bool {
    let mut bars = 0;
    move || {
        bars += 1;
        while bars > 20_000 && !signalled.load(Ordering::Relaxed) {
            std::thread::yield_now();
        }
        true
    }
}

fn interrupted(name: &str, format: &str, file: &str, by: Signal) -> (Folder, Ended) {
    let (folder, path) = piped(name, &four());
    let signalled = Arc::new(AtomicBool::new(false));
    let heard = Arc::clone(&signalled);
    let writer = spawn(move || write_bars(&path, enough_until(&heard)));
    let mut command = folder.command(&format!("run qts.toml --format {format} --decisions {file}"));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    until_it_decides(&mut child, &folder, file);
    signal(&child, by);
    signalled.store(true, Ordering::Relaxed);
    let ended = child.wait_with_output().expect("an end").into();
    writer.join().expect("no panic");
    (folder, ended)
}

#[test]
fn an_interrupted_run_tells_what_it_did_and_every_row_is_whole() {
    let (folder, ended) = interrupted("interrupt-json", "json", "decisions.csv", Signal::INT);
    assert_eq!((ended.code, ended.err.as_str()), (130, ""));
    let summary = ended.json();
    assert_eq!(summary["interrupted"], true);
    let csv = folder.read("decisions.csv");
    assert!(csv.ends_with('\n'));
    funnel::agrees(&summary, &rows(&csv));
    funnel::adds_up(&summary, "100000000");
}

#[test]
fn so_does_one_that_is_told_to_terminate() {
    let (folder, ended) = interrupted("interrupt-table", "table", "decisions.jsonl", Signal::TERM);
    assert_eq!((ended.code, ended.err.as_str()), (130, ""));
    let mut lines = ended.out.lines();
    assert_eq!(lines.next(), Some("interrupted: this is what was done by then"));
    assert!(lines.nth(1).is_some_and(|line| line.contains(" events · ")), "{}", ended.out);
    let text = folder.read("decisions.jsonl");
    assert!(text.ends_with('\n'));
    for line in text.lines() {
        serde_json::from_str::<serde_json::Value>(line).expect("a whole row");
    }
}

#[test]
fn a_run_that_ends_by_itself_was_not_interrupted() {
    let summary = market("interrupt-not", &four(), 30).summary("qts.toml");
    assert_eq!(summary.get("interrupted"), None);
}

/// A run that can get no further, as nothing more comes through its pipe.
#[test]
fn a_second_signal_ends_a_run_at_once() {
    let (folder, path) = piped("interrupt-twice", &four());
    let mut child = folder.command("run qts.toml").stdout(Stdio::piped()).spawn().expect("it starts");
    // To open it takes a reader at the other end, which listens by then.
    let pipe = OpenOptions::new().write(true).open(path).expect("a reader");
    signal(&child, Signal::INT);
    while child.try_wait().expect("a child").is_none() {
        signal(&child, Signal::INT);
        std::thread::yield_now();
    }
    drop(pipe);
    let mut out = String::new();
    child.stdout.take().expect("a pipe").read_to_string(&mut out).expect("UTF-8");
    assert_eq!((child.wait().expect("an end").code(), out.as_str()), (Some(130), ""));
}

fn reading(folder: &Folder, args: &str, first: &[u8]) -> (Child, ChildStdin) {
    let mut command = folder.command(args);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(first).expect("written");
    (child, stdin)
}

#[test]
fn decide_does_not_wait_for_input_any_more() {
    let folder = market("interrupt-decide", &four(), 0);
    let (mut child, stdin) = reading(&folder, "decide qts.toml --input -", b"{}\n{}\n{\"intents\": [");
    let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut first = String::new();
    out.read_line(&mut first).expect("an answer before the input is over");
    signal(&child, Signal::INT);
    let mut rest = String::new();
    out.read_to_string(&mut rest).expect("UTF-8");
    drop(stdin);
    let ended = child.wait_with_output().expect("an end");
    assert_eq!((ended.status.code(), String::from_utf8_lossy(&ended.stderr).as_ref()), (Some(130), ""));
    assert_eq!(rest, first, "the second cycle is answered, the half of a third is not");
}

#[test]
fn serve_does_not_wait_for_a_line_any_more() {
    let folder = market("interrupt-serve", &four(), 0);
    let (mut child, stdin) = reading(&folder, "serve qts.toml --stdio", b"{\"state\": true}\n{\"state\": ");
    let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut first = String::new();
    out.read_line(&mut first).expect("a reply");
    signal(&child, Signal::INT);
    let mut rest = String::new();
    out.read_to_string(&mut rest).expect("UTF-8");
    drop(stdin);
    let ended = child.wait_with_output().expect("an end");
    assert_eq!((ended.status.code(), String::from_utf8_lossy(&ended.stderr).as_ref()), (Some(130), ""));
    assert_eq!(rest, "", "the half of a line is not answered");
}

/// The code with which a command ends that is interrupted while it waits for its data, which would last for long.
fn code_of(name: &str, args: &str, tables: &str) -> (Option<i32>, String) {
    let (folder, path) = piped(name, tables);
    let mut command = folder.command(args);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    // To open it takes a reader at the other end, which listens by then.
    let pipe = OpenOptions::new().write(true).open(&path).expect("a reader");
    signal(&child, Signal::INT);
    write_bars(&path, || true);
    drop(pipe);
    let ended: Ended = child.wait_with_output().expect("an end").into();
    (Some(ended.code), ended.out + &ended.err)
}

#[test]
fn a_command_that_runs_a_config_again_or_reads_its_data_ends_too() {
    for (name, args) in [
        ("explain", "explain qts.toml 99999999"),
        ("why", "why qts.toml --strategy sma --instrument A.KRX --at 2190-01-01"),
        ("check", "check qts.toml"),
        ("demo", "demo --dir ."),
    ] {
        let ended = code_of(&format!("interrupt-{name}"), args, &four());
        assert_eq!(ended, (Some(130), String::new()), "{name}");
    }
}

/// The second file comes through a pipe, so that the signal surely comes before the first case is played.
#[test]
fn so_do_policy_tests() {
    let folder = market("interrupt-test", &four(), 0);
    let case =
        "config = \"qts.toml\"\n[[case]]\nname = \"one\"\n[[case.step]]\nintents = []\nexpect = { decisions = [] }\n";
    let folder = folder.with("one.toml", case);
    assert_eq!(folder.qts("test one.toml").code, 0);
    let path = folder.path("two.toml");
    mknodat(CWD, &path, FileType::Fifo, Mode::from_raw_mode(0o600), 0).expect("a pipe");
    for more in ["", "--ablate"] {
        let mut command = folder.command(&format!("test one.toml two.toml {more}"));
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let mut pipe = OpenOptions::new().write(true).open(&path).expect("a reader");
        signal(&child, Signal::INT);
        pipe.write_all(case.as_bytes()).expect("written");
        drop(pipe);
        let ended: Ended = child.wait_with_output().expect("an end").into();
        assert_eq!((ended.code, ended.out + &ended.err), (130, String::new()));
    }
}
