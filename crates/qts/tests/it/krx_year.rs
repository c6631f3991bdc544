//! Calendar years of real Korean daily bars, if they are there (see `shared_data.rs`): eleven names, eight strategies
//! under `conservative`. `scripts/recompute_books.py`, which shares no code with the program, recomputes orders, fills,
//! fees, taxes and books to the won, and `scripts/recompute.py` what `explain` tells.

use std::fs;
use std::path::Path;
use std::process::Command;

use expect_test::{Expect, expect};
use serde_json::Value;

use crate::funnel;
use crate::shared_data::{EIGHT, ELEVEN, data};
use crate::support::{Ended, Folder, Row, amount, rows, units};
use crate::the_example::root;

const BILLION: &str = "1000000000";

/// A year of the eleven; the sizes of the strategies, further keys of each, of the account, and further tables.
struct Year {
    year: &'static str,
    rule: &'static str,
    sizes: [&'static str; 8],
    keys: &'static str,
    account: &'static str,
    tables: &'static str,
}

impl Year {
    /// Under `conservative`, a share each.
    const fn of(year: &'static str, rule: &'static str) -> Self {
        Self { year, rule, sizes: ["1"; 8], keys: "", account: "", tables: "" }
    }

    fn config(&self) -> String {
        let ids = ELEVEN.map(|symbol| format!("\"{symbol}.KRX\"")).join(", ");
        let mut text = format!("[account]\ncurrency = \"KRW\"\ncash = \"{BILLION}\"\n{}", self.account);
        for symbol in ELEVEN {
            text += &format!("[[instrument]]\nid = \"{symbol}.KRX\"\nclass = \"krx_stock\"\n");
            text += &format!("[[data]]\ninstrument = \"{symbol}.KRX\"\npath = \"{symbol}.csv\"\n");
            text += "stamp = \"date\"\ninterval = \"1d\"\n";
        }
        for (rank, ((id, kind, params), size)) in EIGHT.iter().zip(self.sizes).enumerate() {
            text += &format!("[[strategy]]\nid = \"{id}\"\nkind = \"{kind}\"\nrank = {rank}\ninstruments = [{ids}]\n");
            text += &format!("params = {{ {params}, qty = \"{size}\" }}\n{}", self.keys);
        }
        text += &format!("[arbitration]\nrule = \"{}\"\n{}", self.rule, self.tables);
        text + "[broker]\ncommission = \"0.015%\"\n"
    }

    /// A folder with the config and the bars of that year, run; the summary adds up.
    fn run(&self, name: &str, data: &Path) -> Folder {
        let folder = Folder::new(name).with("qts.toml", self.config());
        cut(data, self.year, &folder, "");
        run(&folder, "qts.toml", BILLION);
        folder
    }
}

/// The bars of the eleven in that year, a file each.
pub(crate) fn cut(data: &Path, year: &str, folder: &Folder, inside: &str) {
    for symbol in ELEVEN {
        let text = fs::read_to_string(data.join("krx/1d").join(format!("{symbol}.csv"))).expect("its bars");
        let mut lines = text.lines();
        let header = lines.next().expect("a header");
        let of_year: Vec<&str> = lines.filter(|line| line.starts_with(year)).collect();
        assert!(of_year.len() > 200, "{symbol}");
        folder.write(&format!("{inside}{symbol}.csv"), format!("{header}\n{}\n", of_year.join("\n")));
    }
}

/// Runs the config with its decisions and its summary written down.
pub(crate) fn run(folder: &Folder, config: &str, cash: &str) {
    let ended = folder.qts(&format!("run {config} --decisions decisions.csv --format json"));
    assert_eq!(ended.code, 0, "{}", ended.err);
    funnel::adds_up(&ended.json(), cash);
    funnel::agrees(&ended.json(), &rows(&folder.read("decisions.csv")));
    folder.write("summary.json", ended.out);
}

/// What the script finds of the run in the folder.
pub(crate) fn recompute(folder: &Folder, config: &str) -> Ended {
    let mut python = Command::new("python3");
    python.arg(root().join("scripts/recompute_books.py")).args([config, "decisions.csv", "summary.json"]);
    let output = python.current_dir(folder.path("")).output();
    output.expect("python3 (3.11 or later) is needed for this test: install it, or put it on the PATH").into()
}

/// Nothing differs, and the figures are these.
pub(crate) fn agrees(folder: &Folder, config: &str, figures: &Expect) {
    let ended = recompute(folder, config);
    assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{}", ended.out);
    figures.assert_eq(&ended.out);
}

#[test]
fn a_year_under_conservative_is_recomputed_to_the_won() {
    let Some(data) = data() else { return };
    agrees(
        &Year::of("2017", "exits_only").run("krx-2017", &data),
        "qts.toml",
        &expect![[r#"
        540 decisions, 375 orders (93 for several), 375 fills, 0 expired, 0 crosses
        bought for 86183750, sold for 76932200, fees 255278, of which tax 230796.6 before rounding
        98 numbers recomputed, 0 differ
    "#]],
    );
    agrees(
        &Year::of("2017", "net").run("krx-2017-net", &data),
        "qts.toml",
        &expect![[r#"
        505 decisions, 334 orders (81 for several), 334 fills, 0 expired, 38 crosses
        bought for 76343000, sold for 67360750, fees 223652, of which tax 202082.25 before rounding
        100 numbers recomputed, 0 differ
    "#]],
    );
}

/// Larger sizes, and an account that lets little through at once: exits that are sent together go in parts, fees are
/// shared unequally, costs do not divide.
#[test]
fn so_is_one_in_which_positions_are_left_in_parts() {
    let Some(data) = data() else { return };
    let in_parts = |rule| Year {
        sizes: ["7", "3", "11", "13", "5", "17", "9", "8"],
        keys: "policy = \"wide\"\n",
        account: "policy = \"narrow\"\n",
        tables: "[policy.wide]\nextends = \"conservative\"\nmax_order_qty = \"20\"\nmax_long = \"20\"\n\
                 [policy.narrow]\nextends = \"conservative\"\nmax_order_notional = \"0.2%\"\n",
        ..Year::of("2017", rule)
    };
    agrees(
        &in_parts("exits_only").run("krx-parts", &data),
        "qts.toml",
        &expect![[r#"
            1237 decisions, 359 orders (88 for several), 359 fills, 0 expired, 0 crosses
            bought for 154074800, sold for 131585650, fees 437618, of which tax 394756.95 before rounding
            94 numbers recomputed, 0 differ
        "#]],
    );
    agrees(
        &in_parts("net").run("krx-parts-net", &data),
        "qts.toml",
        &expect![[r#"
            1205 decisions, 342 orders (82 for several), 342 fills, 0 expired, 59 crosses
            bought for 149422000, sold for 121792300, fees 406071, of which tax 365376.9 before rounding
            98 numbers recomputed, 0 differ
        "#]],
    );
}

/// 035420 was halted for a month of 2013: what was sent to it expired, day by day.
#[test]
fn so_is_one_with_a_halt() {
    let Some(data) = data() else { return };
    agrees(
        &Year::of("2013", "exits_only").run("krx-2013", &data),
        "qts.toml",
        &expect![[r#"
        589 decisions, 378 orders (107 for several), 354 fills, 20 expired, 0 crosses
        bought for 72425740, sold for 61369797, fees 204179, of which tax 184109.391 before rounding
        99 numbers recomputed, 0 differ
    "#]],
    );
}

/// The session ended at 15:00 in Seoul until July 2016, at 15:30 from August on, and an hour later on the day of the
/// entrance exam.
#[test]
fn bars_are_known_when_the_session_of_their_day_has_ended() {
    let Some(data) = data() else { return };
    let folder = Year::of("2016", "exits_only").run("krx-2016", &data);
    agrees(
        &folder,
        "qts.toml",
        &expect![[r#"
        496 decisions, 353 orders (83 for several), 350 fills, 0 expired, 0 crosses
        bought for 72411050, sold for 57718300, fees 192689, of which tax 173154.9 before rounding
        107 numbers recomputed, 0 differ
    "#]],
    );
    let decisions = rows(&folder.read("decisions.csv"));
    let known = |row: &Row| {
        let (day, time) = row["ts"].split_once('T').expect("a time");
        (day.to_owned(), time.to_owned())
    };
    let known: Vec<(String, String)> = decisions.iter().map(known).collect();
    let of = |time: &str| known.iter().filter(|(_, known)| known == time).map(|(day, _)| day.as_str()).collect();
    let [early, late, exam]: [Vec<&str>; 3] = ["06:00:00Z", "06:30:00Z", "07:30:00Z"].map(of);
    assert_eq!(early.len() + late.len() + exam.len(), known.len());
    assert_eq!((early.last(), late.first()), (Some(&"2016-07-29"), Some(&"2016-08-02")));
    assert_eq!((exam.first(), exam.last()), (Some(&"2016-11-17"), Some(&"2016-11-17")));
}

/// A market buy counts at the upper limit of the day on which it trades: 15 % over the close until 2015-06-12, 30 % from
/// 2015-06-15 on, which is the next session.
#[test]
fn daily_limits_are_those_of_the_day_on_which_an_order_trades() {
    let Some(data) = data() else { return };
    let folder = Folder::new("krx-limits");
    cut(&data, "2015", &folder, "");
    let bars = folder.read("005930.csv");
    let closes: Vec<(usize, &str, i128)> = (1..)
        .zip(bars.lines().skip(1))
        .map(|(cycle, line)| (cycle, &line[..10], line.split(',').nth(5).expect("a close").parse().expect("a price")))
        .filter(|(_, day, _)| ("2015-06-10"..="2015-06-16").contains(day))
        .collect();
    let step = |(cycle, ..): &(usize, &str, i128)| {
        format!("{{ cycle = {cycle}, instrument = \"005930.KRX\", side = \"buy\", qty = \"1\" }}")
    };
    let steps = closes.iter().map(step).collect::<Vec<_>>().join(", ");
    let instrument = "[[instrument]]\nid = \"005930.KRX\"\nclass = \"krx_stock\"\n";
    let files = "[[data]]\ninstrument = \"005930.KRX\"\npath = \"005930.csv\"\nstamp = \"date\"\n";
    let strategy = "[[strategy]]\nid = \"a\"\nkind = \"scripted\"\ninstruments = [\"005930.KRX\"]\n";
    let account = format!("[account]\ncurrency = \"KRW\"\ncash = \"{BILLION}\"\n");
    folder.write("qts.toml", format!("{account}{instrument}{files}{strategy}params = {{ steps = [{steps}] }}\n"));
    let ended = folder.qts("explain qts.toml 1 2 3 4 5 --format json");
    assert_eq!(ended.code, 0, "{}", ended.err);
    let cases: Vec<Value> = ended.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!((cases.len(), closes.len()), (5, 5));
    for (case, (_, day, close)) in cases.iter().zip(closes) {
        let controls = case["strategy_scope"]["controls"].as_array().expect("controls");
        let worth = controls.iter().find(|control| control["code"] == "max_order_notional").expect("the control");
        let percent = if day < "2015-06-12" { 15 } else { 30 };
        // Its ticks are of 1,000 won.
        let limit = close + close * percent / 100 / 1_000 * 1_000;
        assert_eq!(amount(&worth["observed"]), units(&limit.to_string()), "{day}");
    }
}

/// What `explain` tells of such years: limits, bans of short sales, halts, taxes.
#[test]
fn what_explain_tells_of_a_year_is_recomputed() {
    let Some(data) = data() else { return };
    for (year, rule) in [("2015", "exits_only"), ("2013", "net")] {
        let folder = Year::of(year, rule).run(&format!("krx-explained-{year}"), &data);
        let mut python = Command::new("python3");
        python.arg(root().join("scripts/recompute.py")).args(["qts.toml", "--qts", env!("CARGO_BIN_EXE_qts")]);
        let output = python.args(["--seed", "20150615", "--count", "60"]).current_dir(folder.path("")).output();
        let ended: Ended = output.expect("python3 is needed for this test").into();
        assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{}", ended.out);
        assert_eq!(ended.out.lines().filter(|line| line.ends_with(", 0 differ")).count(), 3, "{}", ended.out);
    }
}

#[test]
fn a_decision_that_was_tampered_with_is_found() {
    let Some(data) = data() else { return };
    let folder = Year::of("2017", "net").run("krx-tampered", &data);
    let honest = folder.read("decisions.csv");
    let lines: Vec<&str> = honest.lines().collect();
    let tampered = |change: &dyn Fn(usize, &str) -> Option<String>| {
        let kept: Vec<String> = lines.iter().enumerate().filter_map(|(number, line)| change(number, line)).collect();
        folder.write("decisions.csv", kept.join("\n") + "\n");
        let ended = recompute(&folder, "qts.toml");
        assert_ne!(ended.code, 0, "{}", ended.out);
        ended.out + &ended.err
    };
    let find = |cells: &str| lines.iter().position(|line| line.contains(cells)).expect("such a decision");
    // asked, admitted, sent, crossed
    let (sent, crossed) = (find(",buy,market,,day,1,1,1,0,"), find(",sell,market,,day,1,1,0,1,"));
    let replaced = |at: usize, from: &'static str, to: &'static str| {
        move |number: usize, line: &str| {
            let is_it = number == at;
            Some(if is_it { line.replace(from, to) } else { line.to_owned() })
        }
    };
    let told = [
        (replaced(sent, ",1,1,1,0,", ",1,1,2,0,"), "account.cash: recomputed "),
        (replaced(sent, ",buy,", ",sell,"), "does not know a short position"),
        (replaced(crossed, ",1,1,0,1,", ",1,1,1,0,"), " sold in crosses, 1 bought"),
        (replaced(sent, "T06:30:00Z", "T06:00:00Z"), "cycle and time are "),
    ];
    for (change, told) in told {
        let out = tampered(&change);
        assert!(out.contains(told), "{out}");
    }
    let exit = find(",sell,market,,day,1,1,1,0,");
    let without = tampered(&|number, line| (number != exit).then(|| line.to_owned()));
    assert!(without.contains("intents: recomputed 504, told 505"), "{without}");
}

/// One share that pays a hundredth of a percent less.
#[test]
fn a_tax_that_is_wrong_is_found() {
    let Some(data) = data() else { return };
    let folder = Folder::new("krx-taxed");
    cut(&data, "2017", &folder, "");
    let right = Year::of("2017", "exits_only").config();
    let id = "id = \"005930.KRX\"\n";
    folder.write("qts.toml", right.replace(id, &format!("{id}sale_tax = \"0.29%\"\n")));
    run(&folder, "qts.toml", BILLION);
    assert_eq!(recompute(&folder, "qts.toml").code, 0, "as it is spelled out");
    folder.write("qts.toml", right);
    let ended = recompute(&folder, "qts.toml");
    assert_eq!((ended.code, ended.err.as_str()), (1, ""), "{}", ended.out);
    assert!(ended.out.contains("account.fees: recomputed "), "{}", ended.out);
}

/// What the script does not know it says, instead of telling that all is well.
#[test]
fn what_the_script_cannot_recompute_it_refuses() {
    let known = Year::of("2017", "net").config();
    let with = |table: &str| format!("{known}{table}");
    let folder = Folder::new("krx-unknown").with("decisions.csv", "cycle\n").with("summary.json", "{}");
    for (config, unknown) in [
        (with("slippage_ticks = \"1\"\n"), "slippage_ticks = 1 in [broker]"),
        (with("[[position]]\ninstrument = \"005930.KRX\"\nqty = 1\nprice = 1\n"), "[[position]]"),
        (with("[[command]]\ncycle = 1\nkill = true\n"), "[[command]]"),
        (with("[[adjustment]]\ninstrument = \"005930.KRX\"\ndate = 2018-05-04\nratio = \"50\"\n"), "[[adjustment]]"),
        (with("[[calendar]]\nmarket = \"krx\"\npath = \"days.toml\"\n"), "[[calendar]]"),
        (known.replace("005930.KRX", "005930.NXT"), "the hours of 005930.NXT"),
        (known.replacen("class = \"krx_stock\"", "class = \"krx_stock\"\nhours = \"nxt\"", 1), "hours = nxt in"),
        (known.replacen("class = \"krx_stock\"", "class = \"krx_stock\"\nsession = \"09:00-12:00\"", 1), "session = "),
    ] {
        folder.write("qts.toml", &config);
        let ended = recompute(&folder, "qts.toml");
        assert_eq!((ended.code, ended.out.as_str()), (2, ""), "{unknown}");
        assert!(ended.err.contains(&format!("does not know {unknown}")), "{}", ended.err);
    }
}
