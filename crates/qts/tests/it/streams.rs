//! Bars, quotes and trades of one instrument in one run: odd quotes, bursts of equal times, clocks that differ.

use std::fmt::Write as _;

use serde_json::Value;

use crate::funnel;
use crate::serving::Served;
use crate::support::{Folder, Row, count, told};

const COIN: &str = r#"
[account]
currency = "USDT"
cash = "1000000"
policy = "open"
[[instrument]]
id = "C.X"
tick = "1"
[[instrument]]
id = "D.X"
tick = "1"
[policy.open]
extends = "validity_only"
"#;

/// [`COIN`] with these files and tables.
fn coin(name: &str, files: &[(&str, &str)], tables: &str) -> Folder {
    let mut config = COIN.to_owned();
    let folder = Folder::new(name);
    for (file, text) in files {
        folder.write(file, text);
        let instrument = if file.starts_with('d') { "D.X" } else { "C.X" };
        let _ = writeln!(config, "[[data]]\ninstrument = \"{instrument}\"\npath = \"{file}\"");
        if file.contains("bars") {
            config += "stamp = \"open\"\ninterval = \"1m\"\n";
        }
    }
    folder.with("qts.toml", config + tables)
}

/// A strategy that says so much at each of these times.
fn scripted(policy: &str, steps: &[(&str, &str)]) -> String {
    let steps: Vec<String> =
        steps.iter().map(|(at, what)| format!("{{ at = \"2024-01-02T{at}Z\", {what} }}")).collect();
    let on = "kind = \"scripted\"\ninstruments = [\"C.X\", \"D.X\"]";
    format!("[[strategy]]\nid = \"s\"\n{on}\npolicy = \"{policy}\"\nparams = {{ steps = [{}] }}\n", steps.join(", "))
}

fn buy(qty: u32) -> String {
    format!("instrument = \"C.X\", side = \"buy\", qty = {qty}")
}

fn quotes(rows: &[&str]) -> String {
    rows.iter().fold("ts,bid,bid_size,ask,ask_size\n".to_owned(), |text, row| text + "2024-01-02T" + row + "\n")
}

fn trades(rows: &[&str]) -> String {
    rows.iter().fold("ts,price,size\n".to_owned(), |text, row| text + "2024-01-02T" + row + "\n")
}

fn data(summary: &Value, what: &str) -> u64 {
    count(&summary["data"][what])
}

/// What a book's position cost it, without fees.
fn cost(summary: &Value) -> String {
    summary["books"]["s"]["cash_flow"].as_str().expect("a text").to_owned()
}

#[test]
fn an_order_meets_the_next_event_whatever_its_kind() {
    let bars = "ts,open,high,low,close,volume\n2024-01-02T00:01:00Z,500,500,500,500,9\n2024-01-02T00:05:00Z,600,600,600,600,9\n";
    let quotes = quotes(&["00:00:10Z,99,5,101,5", "00:04:00Z,199,5,201,5"]);
    let trades = trades(&["00:00:20Z,110,5", "00:04:10Z,210,5"]);
    let files = [("bars.csv", bars), ("quotes.csv", quotes.as_str()), ("trades.csv", trades.as_str())];
    let one = buy(1);
    let cost_at = |at: &str| {
        let folder = coin(&format!("streams-next-{}", at.replace(':', "")), &files, &scripted("open", &[(at, &one)]));
        let summary = folder.summary("qts.toml");
        funnel::adds_up(&summary, "1000000");
        assert_eq!((count(&summary["events"]), count(&summary["evaluations"])), (6, 6), "each is an event for all");
        cost(&summary)
    };
    assert_eq!(cost_at("00:00:10"), "-110", "after the quote comes a trade");
    assert_eq!(cost_at("00:00:20"), "-500", "after the trade a bar that begins later");
    assert_eq!(cost_at("00:02:00"), "-201", "after the bar a quote: its ask");
    assert_eq!(cost_at("00:04:10"), "-600");
}

#[test]
fn a_bar_that_tells_again_what_ticks_told_fills_nothing() {
    // Of 50 asked, 20 % of each event's size: 2 at the quote, then the bar of that minute, then the trade after it.
    let bars = "ts,open,high,low,close,volume\n2024-01-02T00:01:00Z,50,300,50,100,1000\n";
    let quotes = quotes(&["00:00:30Z,99,10,101,10", "00:01:10Z,99,10,101,10"]);
    let trades = trades(&["00:02:30Z,120,240"]);
    let files = [("bars.csv", bars), ("quotes.csv", quotes.as_str()), ("trades.csv", trades.as_str())];
    let broker = "[broker]\nmax_volume_share = \"20%\"\n";
    let fifty = buy(50);
    let folder = coin("streams-again", &files, &(scripted("open", &[("00:00:30", &fifty)]) + broker));
    let summary = folder.summary("qts.toml");
    assert_eq!((count(&summary["fills"]), cost(&summary)), (2, "-5962".to_owned()), "2 at 101, 48 at 120");
}

#[test]
fn a_crossed_quote_neither_fills_nor_values_nor_is_silent() {
    let crossed = quotes(&["00:00:01Z,99,5,101,5", "00:00:02Z,150,5,50,5", "00:00:03Z,99,5,103,5"]);
    let one = buy(1);
    let folder = coin("streams-crossed", &[("quotes.csv", &crossed)], &scripted("open", &[("00:00:01", &one)]));
    let summary = folder.summary("qts.toml");
    assert_eq!((count(&summary["events"]), data(&summary, "rows"), data(&summary, "crossed_quotes")), (2, 3, 1));
    assert_eq!((cost(&summary).as_str(), &summary["account"]["equity"]), ("-103", &"999998".into()), "marked at 101");
    let shown = folder.qts("run qts.toml");
    assert!(shown.out.contains("\ndata     1 crossed quote left out\naccount  cash"), "{}", shown.out);
    let checked = folder.qts("check qts.toml");
    assert!(checked.err.contains("quotes.csv: 1 crossed quote left out: no market\n"), "{}", checked.err);
    let counts = &folder.qts("check qts.toml --format json").json()["data_counts"];
    assert_eq!((count(&counts["crossed_quotes"]), count(&counts["one_sided_quotes"])), (1, 0));
}

/// Only crossed quotes for ten seconds; another instrument's trades let the strategy ask meanwhile.
#[test]
fn the_last_good_quote_before_crossed_ones_grows_old() {
    let crossed =
        quotes(&["00:00:01Z,99,5,101,5", "00:00:05Z,150,5,50,5", "00:00:11Z,150,5,50,5", "00:00:12Z,100,5,101,5"]);
    let others = trades(&["00:00:02Z,10,5", "00:00:11.5Z,10,5", "00:00:12.5Z,10,5"]);
    let one = buy(1);
    let steps = [("00:00:02", one.as_str()), ("00:00:11.5", &one), ("00:00:12.5", &one)];
    let policy = "[policy.fresh]\nextends = \"validity_only\"\nstale_data = { block = \"3s\" }\n";
    let tables = scripted("fresh", &steps) + policy;
    let folder = coin("streams-old", &[("quotes.csv", &crossed), ("d-trades.csv", &others)], &tables);
    let rows: Vec<Row> = folder.decisions("qts.toml");
    let want = "2024-01-02T00:00:02Z pass \n2024-01-02T00:00:11.5Z block strategy:stale_data:block\n2024-01-02T00:00:12.5Z pass \n";
    assert_eq!(told(&rows, "ts verdict reasons"), want);
}

#[test]
fn locked_quotes_fill_and_an_empty_side_does_not() {
    let rows = quotes(&["00:00:01Z,99,5,101,5", "00:00:02Z,99,5,101,0", "00:00:03Z,100,5,100,5"]);
    let one = buy(1);
    let folder = coin("streams-locked", &[("quotes.csv", &rows)], &scripted("open", &[("00:00:01", &one)]));
    let summary = folder.summary("qts.toml");
    assert_eq!((cost(&summary).as_str(), data(&summary, "one_sided_quotes")), ("-100", 1));
}

#[test]
fn an_empty_price_is_a_bad_row_with_a_way_out() {
    let rows = quotes(&["00:00:01Z,99,5,101,5", "00:00:02Z,,5,101,5", "00:00:03Z,100,5,0,5"]);
    let folder = coin("streams-empty", &[("quotes.csv", &rows)], &scripted("open", &[]));
    let ended = folder.qts("run qts.toml");
    assert_eq!(ended.code, 4);
    assert!(
        ended.err.contains("quotes.csv line 3: column `bid` is empty; correct the row, or set on_bad_row = \"skip\"")
    );
    let lenient =
        folder.read("qts.toml").replace("path = \"quotes.csv\"", "path = \"quotes.csv\"\non_bad_row = \"skip\"");
    folder.write("qts.toml", lenient);
    assert_eq!(count(&folder.summary("qts.toml")["bad_rows"]), 2);
}

/// A strategy that trades at every chance it has.
const BUSY: &str = "[[strategy]]\nid = \"busy\"\nkind = \"breakout\"\npolicy = \"open\"\ninstruments = [\"C.X\"]\nparams = { lookback = 2, qty = 1 }\n";

/// So many trades at each of so many seconds.
fn bursts(seconds: u32, each: u32) -> String {
    let mut text = "ts,price,size\n".to_owned();
    for second in 0..seconds {
        for number in 0..each {
            let _ = writeln!(text, "{},{},1", 1_704_153_600 + second, 100 + (second * 7 + number * 3) % 11);
        }
    }
    text
}

#[test]
fn a_burst_of_equal_times_is_one_slice_and_a_call_for_each_event() {
    let burst = bursts(3, 20_000);
    let folder = coin("streams-burst", &[("trades.csv", &burst)], BUSY);
    let summary = folder.summary("qts.toml");
    assert_eq!([&summary["events"], &summary["cycles"], &summary["evaluations"]].map(count), [60_000, 3, 60_000]);
    assert!(count(&summary["intents"]) > 0, "{summary}");
    funnel::adds_up(&summary, "1000000");
    let seconds = summary["engine_cpu_s"].as_f64().expect("a number");
    assert!(seconds < 20.0, "{seconds} s for 60,000 events");
}

#[test]
fn memory_grows_with_the_longest_burst_and_not_with_their_number() {
    let peak = |bursts_of: u32| {
        let text = bursts(bursts_of, 2_000);
        let folder = coin(&format!("streams-memory-{bursts_of}"), &[("trades.csv", &text)], BUSY);
        count(&folder.summary("qts.toml")["peak_rss_bytes"])
    };
    let [few, many] = [4, 60].map(peak);
    if few == 0 {
        return eprintln!("not compared: this system does not tell the memory of a process");
    }
    // All sixty at once are twelve million bytes more.
    assert!(many < few + 3_000_000, "{few} bytes for 4 bursts, {many} for 60");
}

#[test]
fn fills_within_a_burst_go_by_the_order_of_the_file() {
    let rows = trades(&["00:00:01Z,100,5", "00:00:02Z,110,2", "00:00:02Z,90,2", "00:00:02Z,120,50"]);
    let broker = "[broker]\nmax_volume_share = \"100%\"\n";
    let five = buy(5);
    let folder = coin("streams-order", &[("trades.csv", &rows)], &(scripted("open", &[("00:00:01", &five)]) + broker));
    let summary = folder.summary("qts.toml");
    assert_eq!((count(&summary["fills"]), cost(&summary)), (3, "-520".to_owned()), "2 · 110 + 2 · 90 + 120");
}

/// The quotes' recorder is 1.25 s behind the trades' exchange: each event counts at its own `ts`.
#[test]
fn clocks_that_differ_never_turn_time_back() {
    let quotes = "ts,bid,bid_size,ask,ask_size,ts_exch\n2024-01-02T00:00:00Z,99,5,101,5,\n2024-01-02T00:00:01Z,109,5,111,5,\n2024-01-02T00:00:02Z,119,5,121,5,\n";
    let trades = "ts,price,size,ts_exch\n2024-01-02T00:00:00.5Z,100,1,2024-01-02T00:00:01.75Z\n2024-01-02T00:00:01.5Z,110,1,2024-01-02T00:00:00Z\n";
    let every = ["00:00:00", "00:00:00.5", "00:00:01", "00:00:01.5", "00:00:02"];
    let step = "instrument = \"C.X\", side = \"buy\", qty = 1";
    let steps: Vec<(&str, &str)> = every.iter().map(|at| (*at, step)).collect();
    let folder = coin("streams-skew", &[("trades.csv", trades), ("quotes.csv", quotes)], &scripted("open", &steps));
    let times: Vec<String> = folder.decisions("qts.toml").iter().map(|row| row["ts"].clone()).collect();
    let want: Vec<String> = every.iter().map(|at| format!("2024-01-02T{at}Z")).collect();
    assert_eq!(times, want);
}

#[test]
fn a_row_earlier_than_the_one_before_is_a_bad_row_with_a_way_out() {
    let rows = trades(&["00:00:01Z,100,5", "00:00:03Z,100,2", "00:00:02Z,100,2", "00:00:03Z,100,2"]);
    let folder = coin("streams-back", &[("trades.csv", &rows)], &scripted("open", &[]));
    let ended = folder.qts("run qts.toml");
    let said = "trades.csv line 4: column `ts` is `2024-01-02T00:00:02Z`: time goes backwards; sort the file by time; \
                correct the row, or set on_bad_row = \"skip\" to leave out and count such rows";
    assert!(ended.code == 4 && ended.err.contains(said), "{}", ended.err);
    let lenient =
        folder.read("qts.toml").replace("path = \"trades.csv\"", "path = \"trades.csv\"\non_bad_row = \"skip\"");
    folder.write("qts.toml", lenient);
    let summary = folder.summary("qts.toml");
    assert_eq!([&summary["events"], &summary["bad_rows"]].map(count), [3, 1]);
}

const GATE: &str = "[account]\ncurrency = \"KRW\"\ncash = \"1000000\"\npolicy = \"open\"\n[[instrument]]\nid = \"C.X\"\ntick = \"1\"\n[[strategy]]\nid = \"s\"\npolicy = \"open\"\n[policy.open]\nextends = \"validity_only\"\n";

#[test]
fn decide_leaves_a_crossed_quote_out_and_says_so() {
    let intent = r#""intents": [{"strategy": "s", "instrument": "C.X", "side": "buy", "qty": "1"}]"#;
    let cycle =
        |last: &str| format!("{{\"market\": {{\"C.X\": {{{last}\"bid\": \"101\", \"ask\": \"99\"}}}}, {intent}}}");
    let folder = Folder::new("streams-decide").with("qts.toml", GATE);
    folder.write("both.jsonl", cycle("\"last\": \"100\", ") + "\n" + &cycle("") + "\n");
    let ended = folder.qts("decide qts.toml --input both.jsonl --format json");
    let answers: Vec<Value> = ended.out.lines().map(|line| serde_json::from_str(line).expect("an object")).collect();
    for (answer, verdict) in answers.iter().zip(["pass", "block"]) {
        assert_eq!(answer["crossed_quotes"], serde_json::json!(["C.X"]));
        assert_eq!(answer["decisions"][0]["verdict"], verdict, "{answer}");
    }
    assert_eq!(answers[1]["decisions"][0]["reasons"][0]["code"], "no_market_data");
    let table = folder.qts("decide qts.toml --input both.jsonl --format table").out;
    assert!(table.contains("  the quote of C.X is left out: its bid is above its ask\n"), "{table}");
}

#[test]
fn serve_leaves_a_crossed_quote_out_and_keeps_the_last_good_one() {
    let stale = GATE.to_owned() + "stale_data = { block = \"3s\" }\n";
    let folder = Folder::new("streams-serve").with("qts.toml", stale);
    let line = |second: u32, bid: u32, ask: u32| {
        format!(
            "{{\"market\": {{\"C.X\": {{\"bid\": \"{bid}\", \"ask\": \"{ask}\", \"at\": \"2024-01-02T00:00:0{second}Z\"}}}}, \
             \"intents\": [{{\"strategy\": \"s\", \"instrument\": \"C.X\", \"side\": \"buy\", \"qty\": \"{}\"}}], \"judge\": true}}\n",
            second + 1
        )
    };
    let said = line(0, 99, 101) + &line(2, 101, 99) + &line(5, 101, 99) + &line(6, 100, 100);
    let mut served = Served::start(&folder);
    let replies: Vec<Value> = said.lines().map(|line| served.say(line)).collect();
    let verdicts: Vec<&str> = replies.iter().map(|r| r["decisions"][0]["verdict"].as_str().expect("a text")).collect();
    assert_eq!(verdicts, ["pass", "pass", "block", "pass"], "{replies:?}");
    let named: Vec<bool> = replies.iter().map(|reply| reply.get("crossed_quotes").is_some()).collect();
    assert_eq!(named, [false, true, true, false]);
    assert_eq!(replies[2]["decisions"][0]["reasons"][0]["code"], "stale_data");
}
