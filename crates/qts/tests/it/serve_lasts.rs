//! `qts serve` for a long time: one reply a line, nothing lost, memory flat. With `QTS_SERVE_LINES=1000000` for longer.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;
use std::time::Instant;

use serde_json::Value;

use crate::serving::TWO_BOTS;
use crate::support::Folder;

/// Every tenth line is one of these.
const BAD: [&[u8]; 8] = [
    b"hello",
    b"",
    b"{\"judge\": tru",
    b"\xff\xfe",
    b"{\"ack\": {\"order\": \"0\"}}",
    b"{\"now\": \"1999-01-01T00:00:00Z\"}",
    b"{\"intents\": [{\"strategy\": \"trend\"}], \"judge\": true}",
    b"{\"fill\": {\"order\": \"1\", \"qty\": \"-1\", \"price\": \"1\"}}",
];

/// The ten lines of a round: a share is bought and sold again, with all that belongs to it; the last asks for the state.
fn round(number: i64, last: bool) -> [Vec<u8>; 10] {
    let at = jiff::Timestamp::from_second(1_767_571_200 + number).expect("a time");
    let (buy, sell) = (2 * number + 1, 2 * number + 2);
    let intents = |strategy: &str, side: &str, qty: &str| {
        format!(
            r#"{{"intents": [{{"strategy": "{strategy}", "instrument": "A.KRX", "side": "{side}", "qty": "{qty}"}}], "judge": true}}"#
        )
    };
    let fill = |order: i64| {
        format!(r#"{{"id": {order}, "fill": {{"order": "{order}", "qty": "1", "price": "50000", "fee": "7"}}}}"#)
    };
    let lines = [
        format!(r#"{{"market": {{"A.KRX": {{"last": "50000", "at": "{at}", "prev_close": "50000"}}}}}}"#),
        intents("trend", "buy", "1"),
        format!(r#"{{"ack": {{"order": "{buy}"}}}}"#),
        fill(buy),
        intents("trend", "sell", "1"),
        format!(r#"{{"ack": {{"order": "{sell}"}}}}"#),
        fill(sell),
        intents("value", "buy", "many"),
        format!(r#"{{"intents": [{{"strategy": "value", "cancel": "{buy}"}}], "judge": true, "state": {last}}}"#),
    ];
    let bad = BAD[usize::try_from(number).expect("small") % BAD.len()].to_vec();
    let mut all = lines.into_iter().map(String::into_bytes).chain([bad]);
    std::array::from_fn(|_| all.next().expect("ten lines"))
}

/// What came of so many rounds: seconds, and the most memory in kilobytes by half of them and by the end.
struct Lasted {
    seconds: f64,
    half: u64,
    end: u64,
}

fn last(name: &str, rounds: i64) -> Lasted {
    let folder = Folder::new(name).with("qts.toml", TWO_BOTS);
    let mut command = folder.command("serve qts.toml --stdio");
    let started = Instant::now();
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut input = child.stdin.take().expect("a pipe");
    // It writes on while replies are read; a pipe holds only so much, so neither side runs away.
    let writer = std::thread::spawn(move || {
        for line in (0..rounds).flat_map(|number| round(number, number + 1 == rounds)) {
            input.write_all(&line).and_then(|()| input.write_all(b"\n")).expect("it listens");
        }
        input
    });
    let mut replies = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let (mut half, mut newest) = (0, String::new());
    for number in 1..=10 * rounds {
        let reply = replies.next().expect("one reply a line").expect("text");
        let rest = reply.strip_prefix(&format!("{{\"line\":{number}")).unwrap_or_default();
        assert!(rest.starts_with([',', '}']), "line {number}: {reply}");
        assert_eq!(reply.contains("\"error\""), number % 10 == 0, "{reply}");
        match number % 10 {
            9 => newest = reply,
            _ if number == 5 * rounds => half = peak_kilobytes(child.id()),
            _ => {}
        }
    }
    let (end, seconds) = (peak_kilobytes(child.id()), started.elapsed().as_secs_f64());
    drop(writer.join().expect("all written"));
    assert!(replies.next().is_none(), "no line, no reply");
    assert_eq!(child.wait().expect("an end").code(), Some(0));
    adds_up(&newest, rounds);
    Lasted { seconds, half, end }
}

/// Nothing is lost: every share that was bought was sold, and every fee was paid.
fn adds_up(reply: &str, rounds: i64) {
    let state = &serde_json::from_str::<Value>(reply).expect("JSON")["state"];
    assert_eq!((&state["orders"], &state["cycle"]), (&Value::Array(Vec::new()), &Value::from(4 * rounds)));
    assert_eq!(state["account"]["fees"], (14 * rounds).to_string());
    assert_eq!(state["account"]["cash"], (100_000_000 - 14 * rounds).to_string());
    assert_eq!(state["account"]["positions"]["A.KRX"], "20", "what `value` began with");
}

/// The most memory that a process ever held, where the system tells (Linux); 0 elsewhere.
fn peak_kilobytes(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse().ok()).unwrap_or(0)
}

#[test]
fn very_many_lines_with_every_tenth_malformed_get_one_reply_each_and_memory_stays_flat() {
    let lines: i64 = std::env::var("QTS_SERVE_LINES").map_or(200_000, |lines| lines.parse().expect("a number"));
    let Lasted { seconds, half, end } = last("serve-lasts", lines / 10);
    eprintln!("{lines} lines in {seconds:.1} s; at most {half} kB by half of them, {end} kB by the end");
    assert!(end * 10 <= half * 11, "memory grew from {half} kB to {end} kB");
}
