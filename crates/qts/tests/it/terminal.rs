//! What only a terminal gets: colour, tables that fit its width, and a line of progress.

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::spawn;
use std::time::{Duration, Instant};

use expect_test::expect;
use jiff::civil::Date;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::interrupt::{piped, write_bars};
use crate::support::{Folder, bars_of, four, market};

/// A terminal of that many columns: the program's end, and ours.
fn terminal(columns: u16) -> (File, OwnedFd) {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&ours).expect("ours");
    unlockpt(&ours).expect("unlocked");
    let name = ptsname(&ours, Vec::new()).expect("a name").into_string().expect("UTF-8");
    let theirs = OpenOptions::new().read(true).write(true).open(name).expect("the other end");
    tcsetwinsize(&theirs, Winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }).expect("a size");
    (theirs, ours)
}

/// All that a terminal is given until nobody writes any more, which is told as an error.
fn all_of(ours: OwnedFd) -> String {
    let (mut ours, mut all) = (File::from(ours), Vec::new());
    let _ = ours.read_to_end(&mut all);
    String::from_utf8(all).expect("UTF-8").replace("\r\n", "\n")
}

/// The program as somebody at a terminal has it.
fn command(folder: &Folder, args: &str) -> Command {
    let mut command = folder.command(args);
    for name in ["NO_COLOR", "COLUMNS", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(name);
    }
    command.env("TERM", "xterm");
    command
}

/// What standard output shows on a terminal.
fn shown(mut command: Command, columns: u16) -> String {
    let (theirs, ours) = terminal(columns);
    let child = command.stdout(theirs).stderr(Stdio::piped()).spawn().expect("it starts");
    drop(command);
    let shown = all_of(ours);
    let output = child.wait_with_output().expect("an end");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
    shown
}

fn small(name: &str) -> Folder {
    let cycle = r#"{"market": {"A.KRX": {"last": "10000", "prev_close": "10000", "at": "2024-01-03T10:00:00+09:00"}},
        "intents": [{"strategy": "sma", "instrument": "A.KRX", "side": "buy", "qty": "3"},
                    {"strategy": "sma", "instrument": "A.KRX", "side": "buy", "qty": "0"}]}"#;
    market(name, &four(), 30).with("cycle.json", cycle)
}

/// Without the last line, which holds times.
fn lasting(text: &str) -> &str {
    text.trim_end().rsplit_once('\n').expect("lines").0
}

#[test]
fn verdicts_are_coloured_on_a_terminal_alone() {
    let folder = small("terminal-colour");
    let decide = "decide qts.toml --input cycle.json --format table";
    let plain = folder.qts(decide).out;
    let coloured = shown(command(&folder, decide), 80);
    expect![[r#"
        cycle 1: 2 intents, 1 order
          0  sma  buy 3  A.KRX  \u{1b}[32mpass\u{1b}[0m   3 sent
          1  sma  buy 0  A.KRX  \u{1b}[31mblock\u{1b}[0m
               invalid_number: A quantity or price is not a positive number. Send one.
          order buy 3 A.KRX market day for sma 3
    "#]]
    .assert_eq(&coloured.escape_debug().to_string().replace("\\n", "\n"));
    let bare = |text: &str| {
        ["\u{1b}[0m", "\u{1b}[31m", "\u{1b}[32m", "\u{1b}[33m", "\u{1b}[35m"]
            .iter()
            .fold(text.to_owned(), |text, colour| text.replace(colour, ""))
    };
    assert_eq!(bare(&coloured), plain, "colour says nothing that words do not");
    let run = shown(command(&folder, "run qts.toml"), 120);
    assert!(run.contains("\u{1b}[32mpass\u{1b}[0m"), "{run:?}");
    assert_eq!(bare(lasting(&run)), lasting(&folder.qts("run qts.toml").out));
}

#[test]
fn no_color_and_the_flag_are_honoured_and_the_flag_wins() {
    let folder = small("terminal-flag");
    let decide = |more: &str| command(&folder, &format!("decide qts.toml --input cycle.json --format table {more}"));
    let no_color = |mut command: Command, value: &str| {
        command.env("NO_COLOR", value);
        command
    };
    let coloured = |text: &str| text.contains('\u{1b}');
    assert!(!coloured(&shown(no_color(decide(""), "1"), 80)));
    assert!(coloured(&shown(no_color(decide(""), ""), 80)), "an empty value is none");
    assert!(!coloured(&shown(decide("--color never"), 80)));
    assert!(coloured(&shown(no_color(decide("--color always"), "1"), 80)));
    let piped = |more: &str| String::from_utf8(decide(more).output().expect("it starts").stdout).expect("UTF-8");
    assert!(!coloured(&piped("")) && !coloured(&piped("--color auto")));
    assert!(coloured(&piped("--color always")));
    let json = command(&folder, "decide qts.toml --input cycle.json --color always").output().expect("it starts");
    assert!(!json.stdout.contains(&0x1b), "data is never coloured");
    let wrong = |more: &str| {
        let output = command(&folder, &format!("check missing.toml {more}")).output().expect("it starts");
        coloured(&String::from_utf8(output.stderr).expect("UTF-8"))
    };
    assert!(!wrong("") && wrong("--color always"), "errors follow it, too");
}

#[test]
fn tables_fit_the_terminal_and_what_is_piped_stays_on_its_line() {
    let more = |id: &str| format!("[[instrument]]\nid = \"{id}.KRX\"\nclass = \"krx_stock\"\n");
    let held = |id: &str| {
        format!("[[position]]\nstrategy = \"sma\"\ninstrument = \"{id}.KRX\"\nqty = 1234\nprice = \"1000\"\n")
    };
    let ids = ["BBBBBB", "CCCCCC", "DDDDDD"];
    let tables = four() + &ids.map(more).concat() + &ids.map(held).concat();
    let folder = market("terminal-width", &tables, 30);
    let line = |text: &str| {
        let begun = text.lines().skip_while(|line| !line.starts_with("sma ")).map(str::to_owned);
        begun.take_while(|line| !line.starts_with("unassigned")).collect::<Vec<_>>().join("\n")
    };
    let run = |columns: u16| line(&shown(command(&folder, "run qts.toml --color never"), columns));
    expect![[r#"
        sma            2     0       0      1  1234 BBBBBB.KRX,
                                               1234 CCCCCC.KRX,
                                               1234 DDDDDD.KRX
        sma              2       0       0       1  1234 BBBBBB.KRX,
                                                    1234 CCCCCC.KRX,
                                                    1234 DDDDDD.KRX
        sma              2       0       0       1  1234 BBBBBB.KRX, 1234 CCCCCC.KRX, 1234 DDDDDD.KRX"#]]
    .assert_eq(&[run(50), run(70), run(200)].join("\n"));
    let piped = line(&folder.qts("run qts.toml").out);
    assert_eq!(piped, run(200));
    let mut narrow = command(&folder, "run qts.toml --color never");
    narrow.env("COLUMNS", "50");
    assert_eq!(line(&shown(narrow, 200)), run(50), "COLUMNS overrides");
    let mut none = command(&folder, "run qts.toml --color never");
    none.env("COLUMNS", "0");
    assert_eq!(line(&shown(none, 50)), run(50), "but not with nothing");
    let mut piped_narrow = folder.command("run qts.toml");
    let output = piped_narrow.env("COLUMNS", "50").output().expect("it starts");
    assert_eq!(line(&String::from_utf8(output.stdout).expect("UTF-8")), piped, "but not for a pipe");
}

/// A run whose data ends as soon as a line of progress was seen: its code, and what standard output and the terminal
/// were given.
fn watched(mut command: Command, pipe: PathBuf) -> (Option<i32>, String, String) {
    let (theirs, ours) = terminal(80);
    let child = command.stdout(Stdio::piped()).stderr(theirs).spawn().expect("it starts");
    drop(command);
    let seen = Arc::new(AtomicBool::new(false));
    let unseen = Arc::clone(&seen);
    let writer = spawn(move || write_bars(&pipe, || !unseen.load(Ordering::Relaxed)));
    let (mut err, mut ours, mut bytes) = (Vec::new(), File::from(ours), [0; 4096]);
    while let Ok(read @ 1..) = ours.read(&mut bytes) {
        err.extend_from_slice(&bytes[..read]);
        seen.fetch_or(err.ends_with(b" left"), Ordering::Relaxed);
    }
    let output = child.wait_with_output().expect("an end");
    writer.join().expect("no panic");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code(), text(output.stdout), text(err))
}

/// Two instruments, of one of which all prices are there, so that the share of what was read is known.
fn two_instruments(name: &str) -> (Folder, PathBuf) {
    let more = "[[instrument]]\nid = \"B.KRX\"\nclass = \"krx_stock\"\n\
                [[data]]\ninstrument = \"B.KRX\"\npath = \"b.csv\"\nstamp = \"date\"\n";
    let (folder, pipe) = piped(name, &(four() + more));
    folder.write("b.csv", bars_of("B", Date::constant(1900, 1, 1), 2000));
    (folder, pipe)
}

#[test]
fn a_long_run_shows_how_far_it_is_on_a_terminal_and_clears_the_line() {
    let (folder, pipe) = two_instruments("terminal-progress");
    let (code, out, err) = watched(command(&folder, "run qts.toml"), pipe);
    assert_eq!(code, Some(0));
    assert!(out.contains(" events · ") && !out.contains('\u{1b}'), "{out}");
    let lines: Vec<&str> = err.split("\r\u{1b}[K").collect();
    assert_eq!((lines.first(), lines.last()), (Some(&""), Some(&"")), "{err:?}");
    let share = |line: &&str| line.split_once("% · ").map_or(u32::MAX, |(share, _)| share.trim().parse().expect("%"));
    let shares: Vec<u32> = lines[1..lines.len() - 1].iter().map(share).collect();
    assert!(!shares.is_empty() && shares.is_sorted() && shares.iter().all(|share| *share <= 100), "{err:?}");
    assert!(lines[1].contains(" decisions · ") && lines[1].ends_with(" left"), "{err:?}");
}

#[test]
fn so_does_what_runs_a_config_again() {
    let why = "why qts.toml --strategy sma --instrument A.KRX --at 2190-01-01";
    for (name, args, code) in [("why", why, 0), ("explain", "explain qts.toml 99999999", 2)] {
        let (folder, pipe) = two_instruments(&format!("terminal-progress-{name}"));
        let (ended, out, err) = watched(command(&folder, args), pipe);
        let (lines, after) = err.rsplit_once("\r\u{1b}[K").expect("a line");
        assert_eq!((ended, out.is_empty()), (Some(code), code != 0), "{name}: {err:?}");
        assert!(lines.contains(" decisions · ") && lines.ends_with(" left"), "{name}: {err:?}");
        assert!(!after.contains(" left"), "{name}: {err:?}");
    }
}

#[test]
fn who_wants_quiet_gets_none() {
    for quiet in ["run qts.toml --quiet", "run -q qts.toml"] {
        let (folder, pipe) = piped("terminal-quiet", &four());
        let (theirs, ours) = terminal(80);
        let mut command = command(&folder, quiet);
        let child = command.stdout(Stdio::piped()).stderr(theirs).spawn().expect("it starts");
        drop(command);
        let started = Instant::now();
        write_bars(&pipe, || started.elapsed() < Duration::from_millis(600));
        assert_eq!(child.wait_with_output().expect("an end").status.code(), Some(0));
        assert_eq!(all_of(ours), "");
    }
}
