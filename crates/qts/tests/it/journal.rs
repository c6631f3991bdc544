//! Runs that are kept: the journal tells them again, they go on after a kill, and nothing else passes for them.

use std::fs;
use std::process::Stdio;
use std::time::Duration;

use expect_test::expect;
use jiff::civil::Date;
use serde_json::Value;

use crate::support::{Ended, Folder, bars_of, strategy};

const ACCOUNT: &str = "[account]\ncurrency = \"KRW\"\ncash = \"100000000\"\n[[instrument]]\nid = \"A.KRX\"\n\
                       tick = 1\nsession = \"09:00-15:30\"\ntz = \"Asia/Seoul\"\n[[data]]\ninstrument = \"A.KRX\"\n\
                       path = \"bars.csv\"\nstamp = \"date\"\n[policy.open]\nextends = \"validity_only\"\n";

/// Five crosses and a kill switch on so many bars, kept in `run.qts`.
fn folder(name: &str, bars: usize, more: &str) -> Folder {
    let crosses = [(2, 5), (3, 8), (5, 20), (8, 13), (10, 30)].map(|(fast, slow)| {
        strategy(&format!("x-{fast}-{slow}"), "sma_cross", &format!("fast = {fast}, slow = {slow}, qty = \"3\""))
    });
    let halt = "[[command]]\ncycle = 60\ndo = \"disable\"\nstrategy = \"x-2-5\"\nreason = \"earnings\"\n\
                [[command]]\ncycle = 90\ndo = \"enable\"\nstrategy = \"x-2-5\"\nreason = \"back\"\n";
    let config = format!("{ACCOUNT}{}{halt}[journal]\npath = \"run.qts\"\n{more}", crosses.concat());
    Folder::new(name).with("qts.toml", config).with("bars.csv", bars_of("A", Date::constant(2001, 1, 1), bars))
}

fn hash(summary: &Value) -> String {
    summary["state_hash"].as_str().expect("a hash").to_owned()
}

fn replayed(folder: &Folder) -> Value {
    let ended = folder.qts("replay run.qts --verify --format json");
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
    ended.json()
}

#[test]
fn a_journal_tells_the_run_again() {
    let folder = folder("journal-again", 300, "");
    let summary = folder.summary("qts.toml");
    let told = replayed(&folder);
    assert_eq!(hash(&told), hash(&summary));
    assert_eq!((&told["decisions"], &told["end"]), (&summary["intents"], &"closed".into()));
    assert_eq!((&told["differences"], &told["first_difference"]), (&0.into(), &Value::Null));
    assert!(told["decisions"].as_u64() > Some(50), "{told}");
    // Keeping changes nothing.
    folder.write("plain.toml", folder.read("qts.toml").replace("[journal]\npath = \"run.qts\"\n", ""));
    assert_eq!(hash(&folder.summary("plain.toml")), hash(&summary));
}

#[test]
fn every_way_to_be_durable_keeps_the_same() {
    let hashes =
        ["", "sync = \"cycle\"\n", "sync = \"group\"\nevery = \"20ms\"\n", "sync = \"replayable\"\n"].map(|sync| {
            let folder = folder("journal-sync", 120, sync);
            let summary = folder.summary("qts.toml");
            assert_eq!(hash(&replayed(&folder)), hash(&summary), "{sync}");
            hash(&summary)
        });
    assert_eq!(hashes[1..], [hashes[0].clone(), hashes[0].clone(), hashes[0].clone()]);
}

/// Signals are decided by a file; the journal has it, so that neither it nor the data is needed any more.
#[test]
fn a_replay_needs_nothing_but_the_journal() {
    let folder =
        folder("journal-alone", 100, "").with("bots.csv", "ts,instrument,side,qty\n2001-02-01T12:00:00Z,A.KRX,buy,2\n");
    let bots = "[[strategy]]\nid = \"bots\"\nkind = \"signals\"\ninstruments = [\"A.KRX\"]\nparams = { path = \"bots.csv\" }\n";
    folder.write("qts.toml", format!("{bots}{}", folder.read("qts.toml")).replace(bots, "") + bots);
    let summary = folder.summary("qts.toml");
    for file in ["qts.toml", "bars.csv", "bots.csv"] {
        fs::remove_file(folder.path(file)).expect("a file");
    }
    assert_eq!(hash(&replayed(&folder)), hash(&summary));
}

#[test]
fn a_journal_is_never_written_over_and_goes_on_only_with_its_own_run() {
    let folder = folder("journal-own", 100, "");
    let refused = |args: &str| {
        let Ended { code, err, .. } = folder.qts(args);
        format!("{code} {err}")
    };
    expect![[r#"
        2 qts: there is no [journal] in the config: a run that nobody kept cannot be resumed
    "#]]
    .assert_eq(&{
        folder.write("plain.toml", folder.read("qts.toml").replace("[journal]\npath = \"run.qts\"\n", ""));
        refused("run plain.toml --resume")
    });
    // Who always restarts with it need not know whether there is a journal yet.
    let summary = folder.summary("qts.toml --resume");
    expect![[r#"
        1 qts: run.qts: there is a journal already; `--resume` goes on with it, another `path` in [journal] begins a new one
    "#]]
    .assert_eq(&refused("run qts.toml"));
    // The same run again changes nothing.
    assert_eq!(hash(&folder.summary("qts.toml --resume")), hash(&summary));
    assert_eq!(hash(&replayed(&folder)), hash(&summary));
    folder.write("other.toml", folder.read("qts.toml").replace("fast = 2,", "fast = 4,"));
    expect![[r#"
        6 qts: run.qts: this run is not the one that the journal is of: the config is another one now; put it back, or begin a new journal
    "#]]
    .assert_eq(&refused("run other.toml --resume"));
    let bars = folder.read("bars.csv");
    let line = bars.lines().nth(50).expect("a bar").to_owned();
    folder.write("bars.csv", bars.replace(&line, &format!("{line}0")));
    let told = refused("run qts.toml --resume");
    assert!(told.starts_with("6 qts: run.qts: entry ") && told.contains("\n  kept: Slice("), "{told}");
}

/// The process is killed at moments that nobody chose; what was begun goes on, and ends as if nothing had been.
#[test]
fn a_killed_run_goes_on_and_ends_the_same() {
    let whole = folder("journal-kill-whole", 4_000, "");
    let wanted = hash(&whole.summary("qts.toml"));
    for (number, sync) in ["", "sync = \"cycle\"\n", "sync = \"group\"\n"].into_iter().enumerate() {
        let folder = folder(&format!("journal-kill-{number}"), 4_000, sync);
        let mut kills = 0;
        for pause in [20, 45, 80, 130] {
            let mut command = folder.command("run qts.toml --resume --quiet");
            let mut run = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
            std::thread::sleep(Duration::from_millis(pause));
            kills += u32::from(run.try_wait().expect("a process").is_none());
            run.kill().expect("ours to kill");
            run.wait().expect("it ends");
        }
        assert!(kills > 0, "no run was killed: {sync}");
        let resumed = folder.summary("qts.toml --resume");
        assert_eq!(hash(&resumed), wanted, "{sync}");
        let told = replayed(&folder);
        assert_eq!((hash(&told), &told["end"]), (wanted.clone(), &"closed".into()));
    }
}

#[test]
fn a_damaged_journal_is_refused_and_can_be_repaired() {
    let folder = folder("journal-damaged", 1_000, "");
    folder.summary("qts.toml");
    let segment = folder.path("run.qts/0000000001.qtsj");
    let mut bytes = fs::read(&segment).expect("a segment");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&segment, bytes).expect("a segment");
    for command in ["replay run.qts", "run qts.toml --resume"] {
        let Ended { code, err, .. } = folder.qts(command);
        assert_eq!(code, 4, "{err}");
        assert!(err.contains("run.qts: the journal is damaged: ") && err.contains("qts journal repair"), "{err}");
    }
    let repaired = folder.qts("journal repair run.qts repaired.qts");
    assert_eq!(repaired.code, 0, "{}", repaired.err);
    assert!(repaired.out.contains("repaired.qts has the "), "{}", repaired.out);
    let told = folder.qts("replay repaired.qts --verify --format json");
    assert_eq!((told.code, told.err.as_str()), (0, ""));
    assert!(told.json()["inputs"].as_u64() > Some(100), "{}", told.out);
    assert_eq!(folder.qts("replay nothing.qts").code, 4);
}

/// Two programs must not send the same orders.
#[test]
fn a_second_instance_ends_at_once() {
    let folder = folder("journal-twice", 50, "");
    folder.summary("qts.toml");
    let lock = fs::File::open(folder.path("run.qts/lock")).expect("a lock");
    lock.lock().expect("ours");
    let Ended { code, err, .. } = folder.qts("run qts.toml --resume");
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("another instance is writing to the journal"), "{err}");
}

#[test]
fn serve_says_that_it_keeps_no_journal_yet() {
    let folder = folder("journal-serve", 5, "");
    let Ended { code, err, .. } = folder.qts("serve qts.toml --stdio");
    assert_eq!(code, 3, "{err}");
    assert!(err.contains("`qts serve` keeps no journal yet"), "{err}");
}
