//! Bad data: exit 4, and for each file what is wrong where; rows that are skipped are counted and listed.

use std::fs;

use expect_test::{Expect, expect};
use serde_json::json;

use crate::support::{Folder, SHARE, bars, count, market, strategy};
use crate::the_example::root;

const HEADER: &str = "ts,symbol,open,high,low,close,volume";

/// What a run says of a file of that name and content, which must be bad.
fn said(folder: &Folder, name: &str, content: &[u8]) -> String {
    let simple = strategy("s", "simple", "buy_below = 9900, sell_above = 10100, qty = 1");
    folder.write("qts.toml", format!("{SHARE}{simple}").replace("bars.csv", name));
    folder.write(name, content);
    let ended = folder.qts("run qts.toml");
    assert_eq!((ended.code, ended.out.as_str()), (4, ""), "{name}: {}", ended.err);
    assert_eq!(ended.err.lines().count(), 1, "{}", ended.err);
    ended.err
}

/// Rows below a good header and a good first row.
fn check_rows(name: &str, rows: &[&str], expect: Expect) {
    let folder = Folder::new(name);
    let file = |row: &str| format!("{HEADER}\n2024-01-02,A,100,110,90,105,7\n{row}\n");
    let told: String = rows.iter().map(|row| said(&folder, "a.csv", file(row).as_bytes())).collect();
    expect.assert_eq(&told);
}

#[test]
fn a_bad_row_is_named_with_file_line_column_and_value() {
    check_rows(
        "data-rows",
        &[
            "2024-01-03,A,100,110,90,nan,7",
            "2024-01-03,A,100,110,90,abc,7",
            "2024-01-03,A,1e300,110,90,105,7",
            "2024-01-03,A,0,110,90,105,7",
            "2024-01-03,A,-100,110,90,105,7",
            "2024-01-03,A,100,110,90,105,-7",
            "2024-01-03,A,100,110,90,105,",
            "2024-01-03,A,100,104,90,105,7",
            "2024-01-03,A,100,110,101,105,7",
            "2024-01-03,A,100,110,90,105",
            "2024-01-03,A,100,110,90,105,7,8",
            "2024-01-03,A,\"1,000\",1100,900,1050,7",
            "2024-01-01,A,100,110,90,105,7",
            "2024-01-02,A,100,110,90,105,7",
            "2024-02-30,A,100,110,90,105,7",
            "yesterday,A,100,110,90,105,7",
            ",A,100,110,90,105,7",
            "2024-01-03,,100,110,90,105,7",
        ],
        expect![[r#"
            qts: QTS0254: failed to read a.csv line 3: column `close` is `nan`: not a decimal number; correct the row, or set on_bad_row = "skip" to leave out and count such rows
            qts: QTS0254: failed to read a.csv line 3: column `close` is `abc`: not a decimal number; correct the row, or set on_bad_row = "skip" to leave out and count such rows
            qts: QTS0254: failed to read a.csv line 3: column `open` is `1e300`: out of range (at most 9·10^10; money 9·10^19); correct the row, or set on_bad_row = "skip" to leave out and count such rows
            qts: QTS0255: failed to read a.csv line 3: column `open` is `0`: a price must be above zero; correct the row, or set on_bad_row = "skip" to leave out and count such rows
            qts: QTS0255: failed to read a.csv line 3: column `open` is `-100`: a price must be above zero; correct the row, or set on_bad_row = "skip" to leave out and count such rows
            qts: QTS0256: failed to read a.csv line 3: column `volume` is `-7`: it must not be negative; correct the row, or set on_bad_row = "skip" to leave out and count such rows
            qts: QTS0252: failed to read a.csv line 3: column `volume` is empty; correct the row, or set on_bad_row = "skip" to leave out and count such rows
            qts: QTS0257: failed to read a.csv line 3: column `high` is `104`, but column `close` is `105`: high and low must enclose open and close; correct the row, or set on_bad_row = "skip" to leave out and count such rows
            qts: QTS0257: failed to read a.csv line 3: column `low` is `101`, but column `open` is `100`: high and low must enclose open and close; correct the row, or set on_bad_row = "skip" to leave out and count such rows
            qts: QTS0251: failed to read a.csv line 3: 6 cells where the header has 7; correct the row, or set on_bad_row = "skip" to leave out and count such rows
            qts: QTS0251: failed to read a.csv line 3: 8 cells where the header has 7; correct the row, or set on_bad_row = "skip" to leave out and count such rows
            qts: QTS0254: failed to read a.csv line 3: column `open` is `1,000`: not a decimal number; correct the row, or set on_bad_row = "skip" to leave out and count such rows
            qts: QTS0258: failed to read a.csv line 3: column `ts` is `2024-01-01`: time goes backwards; sort the file by time; correct the row, or set on_bad_row = "skip" to leave out and count such rows
            qts: QTS0259: failed to read a.csv line 3: column `ts` is `2024-01-02`: a bar of this time was already there; correct the row, or set on_bad_row = "skip" to leave out and count such rows
            qts: QTS0253: failed to read a.csv line 3: column `ts` is `2024-02-30`: no such date or time of day; correct the row, or set on_bad_row = "skip" to leave out and count such rows
            qts: QTS0253: failed to read a.csv line 3: column `ts` is `yesterday`: not a time we read: RFC 3339, `2024-01-02 09:00:00`, `2024-01-02`, or an epoch number; correct the row, or set on_bad_row = "skip" to leave out and count such rows
            qts: QTS0252: failed to read a.csv line 3: column `ts` is empty; correct the row, or set on_bad_row = "skip" to leave out and count such rows
            qts: QTS0252: failed to read a.csv line 3: column `symbol` is empty; correct the row, or set on_bad_row = "skip" to leave out and count such rows
        "#]],
    );
}

#[test]
fn a_file_that_is_none() {
    let folder = Folder::new("data-files");
    let gz = fs::read(root().join("crates/qts/tests/data/aapl-2006.csv.gz")).expect("a file");
    let files: [(&str, &[u8]); 20] = [
        ("a.csv", b""),
        ("a.csv", b"\n\n\n"),
        ("a.csv", b"ts,open,high,low,close,volume\n"),
        ("a.csv", b"ts,open,high,low,close\n2024-01-02,1,1,1,1\n"),
        ("a.csv", b"open,high,low,close,volume\n1,1,1,1,1\n"),
        ("a.csv", b"ts;open;high;low;close;volume\n2024-01-02;1;1;1;1;1\n"),
        ("a.csv", b"2024-01-02,1,1,1,1,1\n2024-01-03,1,1,1,1,1\n"),
        ("a.csv", b"date,time,open,high,low,close,volume\n2024-01-02,15:30,1,1,1,1,1\n"),
        ("a.csv", b"ts,symbol,open,high,low,close,volume\n2024-01-02,B,1,1,1,1,1\n"),
        ("a.csv", b"\xff\xfet\0s\0"),
        ("a.csv", b"PK\x03\x04\x14\0\x08\0\xff\xff"),
        ("a.csv", b"<!DOCTYPE html>\n<html><body>404 Not Found</body></html>\n"),
        ("a.csv.gz", b""),
        ("a.csv.gz", b"ts,open,high,low,close,volume\n2024-01-02,1,1,1,1,1\n"),
        ("a.csv.gz", &gz[..gz.len() / 2]),
        ("a.csv.zst", b"\x28\xb5\x2f\xfdgarbage"),
        ("a.csv.zst", b""),
        ("a.parquet", b""),
        ("a.parquet", b"PAR1 and then nothing of the kind PAR1"),
        ("a.xlsx", b"whatever"),
    ];
    let told: String = files.iter().map(|(name, content)| said(&folder, name, content)).collect();
    expect![[r#"
        qts: QTS0210: failed to read a.csv: the file is empty; its first line must name the columns, as in `ts,open,high,low,close,volume`
        qts: QTS0210: failed to read a.csv: the file is empty; its first line must name the columns, as in `ts,open,high,low,close,volume`
        qts: QTS0211: failed to read a.csv: the file has a header but no rows; remove its [[data]] entry or fill it
        qts: QTS0214: failed to read a.csv: bars need a column `volume`; the header is `ts,open,high,low,close`
        qts: QTS0214: failed to read a.csv: bars need a column `ts`; the header is `open,high,low,close,volume`
        qts: QTS0212: failed to read a.csv: the first line must name the columns of bars (open,high,low,close,volume), quotes (bid,ask,bid_size,ask_size), trades (price,size) or bars of bid and ask (bid_close,ask_close,bid_size,ask_size), separated by commas; it is `ts;open;high;low;close;volume`
        qts: QTS0212: failed to read a.csv: the first line must name the columns of bars (open,high,low,close,volume), quotes (bid,ask,bid_size,ask_size), trades (price,size) or bars of bid and ask (bid_close,ask_close,bid_size,ask_size), separated by commas; it is `2024-01-02,1,1,1,1,1`
        qts: QTS0215: failed to read a.csv: the columns date,time could each be the `ts` of bars; name the right one `ts` (a date and a time of day: join them)
        qts: QTS0218: failed to read a.csv: no row is of the symbol `A`, the symbols are B; correct the instrument's id (SYMBOL.VENUE) or `path`
        qts: QTS0209: failed to read a.csv line 1: the header is not UTF-8; convert the file, as with `iconv -f EUC-KR -t UTF-8`
        qts: QTS0209: failed to read a.csv line 1: the header is not UTF-8; convert the file, as with `iconv -f EUC-KR -t UTF-8`
        qts: QTS0212: failed to read a.csv: the first line must name the columns of bars (open,high,low,close,volume), quotes (bid,ask,bid_size,ask_size), trades (price,size) or bars of bid and ask (bid_close,ask_close,bid_size,ask_size), separated by commas; it is `<!DOCTYPE html>`
        qts: QTS0204: failed to read a.csv.gz line 1: the file is cut short; fetch or write it again
        qts: QTS0205: failed to read a.csv.gz line 1: invalid gzip header; the file is damaged, or its name does not tell its format: fetch or write it again
        qts: QTS0204: failed to read a.csv.gz line 125: the file is cut short; fetch or write it again
        qts: QTS0205: failed to read a.csv.zst line 1: Dictionary mismatch; the file is damaged, or its name does not tell its format: fetch or write it again
        qts: QTS0204: failed to read a.csv.zst line 1: the file is cut short; fetch or write it again
        qts: QTS0210: failed to read a.parquet: the file is empty; its first line must name the columns, as in `ts,open,high,low,close,volume`
        qts: QTS0204: failed to read a.parquet row 1: the file is cut short; fetch or write it again
        qts: QTS0207: failed to read a.xlsx: its name tells no format that we read; use .csv, .csv.gz, .csv.zst or .parquet
    "#]].assert_eq(&told);
}

#[test]
fn a_file_that_is_not_there() {
    let folder = market("data-missing", &strategy("s", "simple", "buy_below = 1, sell_above = 2, qty = 1"), 3);
    fs::remove_file(folder.path("bars.csv")).expect("removed");
    let ended = folder.qts("run qts.toml");
    let missing = "qts: QTS0201: failed to open bars.csv: No such file or directory (os error 2); check `path` (it is relative to \
                   the config file) and its permissions\n";
    assert_eq!((ended.code, ended.err.as_str()), (4, missing));
    let checked = folder.qts("check qts.toml --format json");
    assert!(checked.code == 4 && checked.err.ends_with(missing), "{}", checked.err);
    assert_eq!(checked.json()["data_errors"].as_array().map(Vec::len), Some(1));
}

#[test]
fn check_names_every_bad_file() {
    let more = "[[data]]\ninstrument = \"A.KRX\"\npath = \"b.csv\"\nstamp = \"date\"\n\
                [[data]]\ninstrument = \"A.KRX\"\npath = \"c.csv\"\nstamp = \"date\"\n";
    let folder = market("data-several", more, 3).with("b.csv", "");
    let ended = folder.qts("check qts.toml");
    assert_eq!((ended.code, ended.out.as_str()), (4, ""));
    let files =
        |line: &str| ["bars.csv", "b.csv", "c.csv"].into_iter().find(|name| line.contains(&format!(" {name}:")));
    assert_eq!(ended.err.lines().filter_map(files).collect::<Vec<_>>(), ["b.csv", "c.csv"]);
}

#[test]
fn what_the_config_must_say_about_bars_is_asked_for() {
    let folder = market("data-stamp", &strategy("s", "simple", "buy_below = 1, sell_above = 2, qty = 1"), 3);
    let config = folder.read("qts.toml");
    let mut told = String::new();
    for stamp in ["", "stamp = \"open\"\n", "stamp = \"open\"\ninterval = \"1m\"\n", "stamp = \"close\"\n"] {
        folder.write("qts.toml", config.replace("stamp = \"date\"\n", stamp));
        let ended = folder.qts("run qts.toml");
        assert_eq!(ended.code, 4, "{stamp}");
        told += &ended.err;
    }
    expect![[r#"
        qts: QTS0216: failed to read bars.csv: bars need `stamp`: "open" if the time is the bar's start (with `interval`), "close" if its end, "date" if it is only the session's date (required for date-only stamps)
        qts: QTS0216: failed to read bars.csv: stamp = "open" needs `interval`: a bar is known only at its end
        qts: QTS0253: failed to read bars.csv line 2: column `ts` is `2024-01-02`: a date without a time of day; bars by date need stamp = "date"
        qts: QTS0253: failed to read bars.csv line 2: column `ts` is `2024-01-02`: a date without a time of day; bars by date need stamp = "date"
    "#]].assert_eq(&told);
}

#[test]
fn skipped_rows_are_counted_and_listed() {
    let mut lines: Vec<String> = bars(60).lines().map(str::to_owned).collect();
    lines[5] = "2024-01-08,A,x,1,1,1,1".to_owned();
    lines[9] = "2024-01-12,A,1,1,1".to_owned();
    lines[20].push_str(",more");
    let file = lines.join("\n");
    let folder = market("data-skip", &strategy("s", "simple", "buy_below = 10000, sell_above = 10100, qty = 1"), 0);
    folder.write("qts.toml", folder.read("qts.toml").replace("stamp =", "on_bad_row = \"skip\"\nstamp ="));
    folder.write("bars.csv", file);
    let ended = folder.qts("run qts.toml --format json");
    let summary = ended.json();
    let list = json!([
        "bars.csv:6: column `open` is `x`: not a decimal number",
        "bars.csv:10: 5 cells where the header has 7",
        "bars.csv:21: 8 cells where the header has 7"
    ]);
    assert_eq!((ended.code, count(&summary["events"]), count(&summary["bad_rows"])), (0, 57, 3));
    assert_eq!(summary["bad_row_list"], list);
    let listed: Vec<&str> = list.as_array().expect("a list").iter().filter_map(|row| row.as_str()).collect();
    let told = format!("qts: 3 bad rows left out (on_bad_row = \"skip\"):\n  {}\n", listed.join("\n  "));
    assert_eq!(ended.err, told);
}

#[test]
fn a_long_list_is_cut_on_the_screen_and_at_a_hundred_in_json() {
    let bad: String = (0..250).map(|number| format!("2024-03-{number:02},A,x,1,1,1,1\n")).collect();
    let folder = market("data-many", &strategy("s", "simple", "buy_below = 1, sell_above = 2, qty = 1"), 9);
    folder.write("qts.toml", folder.read("qts.toml").replace("stamp =", "on_bad_row = \"skip\"\nstamp ="));
    folder.write("bars.csv", bars(9) + &bad);
    let ended = folder.qts("run qts.toml --format json");
    assert_eq!(count(&ended.json()["bad_rows"]), 250);
    assert_eq!(ended.json()["bad_row_list"].as_array().map(Vec::len), Some(100));
    assert_eq!((ended.code, ended.err.lines().count()), (0, 12));
    assert!(ended.err.ends_with("  … and 240 more; `--format json` lists up to a hundred per file\n"), "{}", ended.err);
}

#[test]
fn skipping_every_row_is_an_error() {
    let folder = market("data-all", &strategy("s", "simple", "buy_below = 1, sell_above = 2, qty = 1"), 0);
    folder.write("qts.toml", folder.read("qts.toml").replace("stamp =", "on_bad_row = \"skip\"\nstamp ="));
    folder.write("bars.csv", format!("{HEADER}\n2024-01-02,A,x,1,1,1,1\n2024-01-03,A,1,1,1,1\n"));
    let ended = folder.qts("run qts.toml");
    expect![[r#"
        qts: QTS0217: failed to read bars.csv: all 2 rows are bad, the first at 2: column `open` is `x`: not a decimal number; correct the file or its [[data]] entry
    "#]].assert_eq(&ended.err);
    assert_eq!(ended.code, 4);
}

/// A row is judged only when it is reached: what happened before it has been written.
#[test]
fn a_bad_row_late_in_a_file_ends_a_run_that_had_begun() {
    let folder = market("data-late", &strategy("s", "simple", "buy_below = 10100, sell_above = 99999, qty = 1"), 600);
    folder.write("bars.csv", bars(600) + "2027-01-04,A,1,1\n");
    let ended = folder.qts("run qts.toml --decisions decisions.csv");
    assert_eq!((ended.code, ended.out.as_str()), (4, ""));
    assert_eq!(
        ended.err,
        "qts: QTS0251: failed to read bars.csv line 602: 4 cells where the header has 7; correct the row, or set on_bad_row = \
         \"skip\" to leave out and count such rows\n"
    );
}

/// Signals that somebody's bots wrote.
fn check_signals(name: &str, file: &str, contents: &[&str], expect: Expect) {
    let folder = market(name, &strategy("mine", "signals", &format!("path = \"{file}\"")), 20);
    let mut told = String::new();
    for content in contents {
        folder.write(file, content);
        let ended = folder.qts("run qts.toml");
        assert_eq!((ended.code, ended.out.as_str()), (4, ""), "{content}: {}", ended.err);
        told += &ended.err;
    }
    expect.assert_eq(&told);
}

#[test]
fn a_bad_signal_is_named_with_file_and_line() {
    let row = |row: &str| {
        format!("ts,instrument,side,qty,type,limit,tif,reason\n2024-01-03T15:30:00+09:00,A.KRX,buy,1,,,,ok\n{row}\n")
    };
    let rows = [
        "2024-01-04T15:30:00+09:00,A.KRX,bui,1,,,,x",
        "2024-01-04T15:30:00,A.KRX,buy,1,,,,x",
        "2024-01-04T15:30:00+09:00,B.KRX,buy,1,,,,x",
        "2024-01-04T15:30:00+09:00,A.KRX,buy,-1,,,,x",
        "2024-01-04T15:30:00+09:00,A.KRX,buy,,,,,x",
        "2024-01-04T15:30:00+09:00,A.KRX,buy,1,limit,,,x",
        "2024-01-04T15:30:00+09:00,A.KRX,buy,1,market,9000,,x",
        "2024-01-04T15:30:00+09:00,A.KRX,buy,1,,9000,dya,x",
        "2024-01-04T15:30:00+09:00,A.KRX,buy,1,,,x",
        "2024-01-02T15:30:00+09:00,A.KRX,buy,1,,,,x",
    ];
    let mut contents: Vec<String> = rows.into_iter().map(row).collect();
    contents.push(String::new());
    contents.push("ts,instrument,side\n".to_owned());
    contents.push("ts,instrument,side,qty,limt\n2024-01-03T15:30:00+09:00,A.KRX,buy,1,9000\n".to_owned());
    let contents: Vec<&str> = contents.iter().map(String::as_str).collect();
    check_signals(
        "signals-csv",
        "bots.csv",
        &contents,
        expect![[r#"
        qts: failed to read bots.csv:3: `side` must be buy or sell, not `bui`; correct the row
        qts: failed to read bots.csv:3: `ts` must be a time with offset, such as 2018-01-15T15:30:00+09:00, not `2024-01-04T15:30:00`; correct the row
        qts: failed to read bots.csv:3: `instrument` must be a configured one, not `B.KRX`; correct the row
        qts: failed to read bots.csv:3: `qty` must be a quantity above zero, not `-1`; correct the row
        qts: failed to read bots.csv:3: `qty` is missing: give a quantity above zero; correct the row
        qts: failed to read bots.csv:3: `limit` is missing: give a price above zero; correct the row
        qts: failed to read bots.csv:3: `limit` cannot be given with type `market`; correct the row
        qts: failed to read bots.csv:3: `tif` must be day, gtc, ioc or fok, not `dya`; correct the row
        qts: failed to read bots.csv:3: 7 cells where the header has 8; correct the row
        qts: failed to read bots.csv:3: `ts` is earlier than that of the row before; sort the rows by time
        qts: failed to read bots.csv:1: there is no column `ts`; the first line must name the columns
        qts: failed to read bots.csv:1: there is no column `qty`; the first line must name the columns
        qts: failed to read bots.csv:1: there is no column `limt`; did you mean `limit`?
    "#]],
    );
}

#[test]
fn a_bad_line_of_json_signals_is_named_too() {
    let good = r#"{"ts":"2024-01-03T15:30:00+09:00","instrument":"A.KRX","side":"buy","qty":1}"#;
    let lines = [
        r#"{"ts":"2024-01-04T15:30:00+09:00","instrument":"A.KRX","side":"buy" "qty":1}"#,
        r#"{"ts":"2024-01-04T15:30:00+09:00","instrument":"A.KRX","side":"buy","qty":[1]}"#,
        r#"{"ts":"2024-01-04T15:30:00+09:00","instrument":"A.KRX","side":"buy","qty":1,"limt":"9000"}"#,
        r#"{"ts":"2024-01-04T15:30:00+09:00","instrument":"A.KRX","side":"buy"}"#,
        r#"["2024-01-04T15:30:00+09:00","A.KRX","buy",1]"#,
    ];
    let contents: Vec<String> = lines.into_iter().map(|line| format!("{good}\n\n{line}\n")).collect();
    let contents: Vec<&str> = contents.iter().map(String::as_str).collect();
    check_signals(
        "signals-jsonl",
        "bots.jsonl",
        &contents,
        expect![[r#"
            qts: failed to read bots.jsonl:3: column 69: expected `,` or `}`; write one JSON object a line
            qts: failed to read bots.jsonl:3: `qty` is [1]; give a text or a number
            qts: failed to read bots.jsonl:3: there is no column `limt`; did you mean `limit`?
            qts: failed to read bots.jsonl:3: `qty` is missing: give a quantity above zero; correct the row
            qts: failed to read bots.jsonl:3: column 0: invalid type: sequence, expected a map; write one JSON object a line
        "#]],
    );
}

#[test]
fn signals_that_nobody_reads_are_not_lost_in_silence() {
    let text = "ts,instrument,side,qty,strategy\n2024-01-03T15:30:00+09:00,A.KRX,buy,1,mine\n\
                2024-01-04T15:30:00+09:00,A.KRX,buy,1,mien\n2024-01-05T15:30:00+09:00,A.KRX,buy,1,mien\n";
    let folder =
        market("signals-nobody", &strategy("mine", "signals", "path = \"bots.csv\""), 20).with("bots.csv", text);
    let ended = folder.qts("run qts.toml");
    let note =
        "qts: bots.csv: rows left out because no strategy of that id reads the file: 2, first `mien` in line 3\n";
    assert_eq!((ended.code, ended.err.as_str()), (0, note));
}

#[test]
fn a_missing_signals_file_is_missing_data() {
    let folder = market("signals-missing", &strategy("mine", "signals", "path = \"bots.csv\""), 20);
    let ended = folder.qts("run qts.toml");
    let told = "qts: failed to read bots.csv: No such file or directory (os error 2); check `path` of `mine`\n";
    assert_eq!((ended.code, ended.err.as_str()), (4, told));
}
