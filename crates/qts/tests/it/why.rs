//! `qts why`: what a strategy said about an instrument at a time, above all when nothing came of it.

use expect_test::{Expect, expect};
use serde_json::Value;

use crate::support::{Ended, Folder, SHARE, by_its_name, market, strategy};

fn why(folder: &Folder, strategy: &str, instrument: &str, at: &str) -> String {
    let args = format!("why qts.toml --strategy {strategy} --instrument {instrument} --at {at}");
    let ended = folder.qts(&args);
    assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{args}");
    assert_eq!(ended, folder.qts(&args), "a second run tells the same");
    by_its_name(&ended.out)
}

/// The answers at these times, one after the other.
fn told(folder: &Folder, strategy: &str, instrument: &str, times: &[&str], expected: Expect) {
    let told: Vec<String> = times.iter().map(|at| why(folder, strategy, instrument, at)).collect();
    expected.assert_eq(&told.join("\n"));
}

fn json(folder: &Folder, strategy: &str, instrument: &str, at: &str) -> Value {
    let ended =
        folder.qts(&format!("why qts.toml --strategy {strategy} --instrument {instrument} --at {at} --format json"));
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
    ended.json()
}

/// Minutes of a morning; a bar without volume fills nothing.
const MINUTES: &str = "\
ts,open,high,low,close,volume
2024-01-02T09:00:00+09:00,10000,10000,10000,10000,500
2024-01-02T09:01:00+09:00,10000,10000,9990,9990,500
2024-01-02T09:02:00+09:00,10000,10020,10000,10020,500
2024-01-02T09:03:00+09:00,10020,10020,10020,10020,0
2024-01-02T09:04:00+09:00,10020,10020,10020,10020,0
2024-01-02T09:05:00+09:00,10020,10030,10020,10030,500
2024-01-02T09:06:00+09:00,10030,10040,10030,10040,500
2024-01-02T09:07:00+09:00,10040,10040,10010,10010,500
2024-01-02T09:08:00+09:00,10010,10010,10000,10000,500
";

fn minutes(name: &str, strategies: &str) -> Folder {
    let share = SHARE.replace("stamp = \"date\"", "stamp = \"open\"\ninterval = \"1m\"");
    // The first trading day of a year begins an hour later, and nothing fills before it does.
    let share = share.replace("class = \"krx_stock\"", "class = \"krx_stock\"\nsession = \"09:00-15:30\"");
    Folder::new(name).with("qts.toml", share + strategies).with("bars.csv", MINUTES)
}

fn crossing() -> String {
    strategy("cross", "sma_cross", "fast = 1, slow = 2, qty = 3")
}

#[test]
fn every_way_of_a_rule_to_say_nothing_and_to_ask() {
    let minute = |minute: u32| format!("2024-01-02T09:{minute:02}:00+09:00");
    let times = [1, 2, 3, 5, 6, 8, 9].map(minute);
    let times = times.each_ref().map(String::as_str);
    told(
        &minutes("why-rule", &crossing()),
        "cross",
        "A.KRX",
        &times,
        expect![[r#"
        cross on A.KRX at 2024-01-02T09:01:00+09:00
        no order: it held, "warming up": its rule needs more events than it has seen
        said at 2024-01-02T09:01:00+09:00
        then    active · holds 0 · open orders: none · has seen 1 event of it

        cross on A.KRX at 2024-01-02T09:02:00+09:00
        no order: it held, "no signal": it holds nothing and its rule does not ask to enter
        said at 2024-01-02T09:02:00+09:00
        then    active · holds 0 · open orders: none · has seen 2 events of it
        before  no order: it held, "warming up": its rule needs more events than it has seen (once, 2024-01-02T09:01:00+09:00)

        cross on A.KRX at 2024-01-02T09:03:00+09:00
        pass: it asked to buy 3 (3:cross:0, "SMA 1 10020 > SMA 2 10005"), 3 admitted
        said at 2024-01-02T09:03:00+09:00
        more    qts explain qts.toml 3:cross:0
        then    active · holds 0 · open orders: order 1: buy 3 since 2024-01-02T09:03:00+09:00 · has seen 3 events of it
        before  no order: it held, "no signal": it holds nothing and its rule does not ask to enter (once, 2024-01-02T09:02:00+09:00)

        cross on A.KRX at 2024-01-02T09:05:00+09:00
        no order: it held, "open order": it waits for its own order
        the same 2 times: 2024-01-02T09:04:00+09:00 to 2024-01-02T09:05:00+09:00
        then    active · holds 0 · open orders: order 1: buy 3 since 2024-01-02T09:03:00+09:00 · has seen 5 events of it
        before  pass: it asked to buy 3 (3:cross:0, "SMA 1 10020 > SMA 2 10005"), 3 admitted (once, 2024-01-02T09:03:00+09:00)

        cross on A.KRX at 2024-01-02T09:06:00+09:00
        no order: it held, "holding": it holds shares and its rule does not ask to exit
        the same 2 times: 2024-01-02T09:06:00+09:00 to 2024-01-02T09:07:00+09:00
        then    active · holds 3 · open orders: none · has seen 6 events of it
        before  no order: it held, "open order": it waits for its own order (×2, 2024-01-02T09:04:00+09:00 to 2024-01-02T09:05:00+09:00)

        cross on A.KRX at 2024-01-02T09:08:00+09:00
        pass: it asked to sell 3 (8:cross:0, "SMA 1 10010 < SMA 2 10025"), 3 admitted
        said at 2024-01-02T09:08:00+09:00
        more    qts explain qts.toml 8:cross:0
        then    active · holds 3 · open orders: order 2: sell 3 since 2024-01-02T09:08:00+09:00 · has seen 8 events of it
        before  no order: it held, "holding": it holds shares and its rule does not ask to exit (×2, 2024-01-02T09:06:00+09:00 to 2024-01-02T09:07:00+09:00)

        cross on A.KRX at 2024-01-02T09:09:00+09:00
        no order: it held, "no signal": it holds nothing and its rule does not ask to enter
        said at 2024-01-02T09:09:00+09:00
        then    active · holds 0 · open orders: none · has seen 9 events of it
        before  pass: it asked to sell 3 (8:cross:0, "SMA 1 10010 < SMA 2 10025"), 3 admitted (once, 2024-01-02T09:08:00+09:00)
    "#]],
    );
}

/// A random walk of 40 days, asked about on every one of them: stretches follow each other without gap or overlap, and
/// each counts the days on which it is the answer.
#[test]
fn stretches_count_what_they_hold() {
    let folder = market("why-stretches", &strategy("s", "ema_cross", "fast = 2, slow = 5, qty = 3"), 40);
    let bars = folder.read("bars.csv");
    let days: Vec<&str> = bars.lines().skip(1).map(|line| &line[..10]).collect();
    let answers: Vec<Value> = days.iter().map(|day| json(&folder, "s", "A.KRX", day)["answer"].clone()).collect();
    let key = |answer: &Value| (answer["since"].clone(), answer["until"].clone(), answer["times"].clone());
    let mut told: Vec<(Value, usize)> = Vec::new();
    for answer in &answers {
        match told.last_mut().filter(|(last, _)| key(last) == key(answer)) {
            Some((_, count)) => *count += 1,
            None => told.push((answer.clone(), 1)),
        }
    }
    assert!(told.len() > 6, "{told:?}");
    for (answer, count) in &told {
        assert_eq!(answer["times"].as_u64(), u64::try_from(*count).ok(), "{answer}");
    }
    let kind = |answer: &Value| (answer["answer"].clone(), answer["reason"].clone(), answer["decisions"].clone());
    assert!(told.windows(2).all(|pair| kind(&pair[0].0) != kind(&pair[1].0)), "neighbours differ");
    for (day, answer) in days.iter().zip(&answers) {
        let [since, until] = ["since", "until"].map(|name| answer[name].as_str().expect("a time")[..10].to_owned());
        assert!(since.as_str() <= *day && *day <= until.as_str(), "{day}: {answer}");
    }
    let seen: Vec<u64> = answers.iter().filter_map(|answer| answer["standing"]["seen"].as_u64()).collect();
    assert_eq!(seen, (1..=40).collect::<Vec<_>>(), "events seen by then");
}

fn command(when: &str, verb: &str, more: &str) -> String {
    format!("[[command]]\nat = \"2024-01-{when}T15:30:00+09:00\"\ndo = \"{verb}\"\n{more}\n")
}

#[test]
fn a_strategy_put_to_sleep_by_command_and_woken_up() {
    let commands = command("04", "disable", "strategy = \"s\"\nreason = \"earnings\"")
        + &command("05", "flatten", "strategy = \"s\"\nreason = \"just in case\"")
        + &command("08", "enable", "strategy = \"s\"")
        + &command("12", "disable", "strategy = \"s\"")
        + &command("12", "enable", "strategy = \"s\"");
    let tables = strategy("s", "sma_cross", "fast = 1, slow = 3, qty = 3") + &commands;
    let days = ["2024-01-03", "2024-01-05", "2024-01-08", "2024-01-10", "2024-01-15"];
    told(
        &market("why-disabled", &tables, 12),
        "s",
        "A.KRX",
        &days,
        expect![[r#"
            s on A.KRX at 2024-01-03
            no order: it held, "warming up": its rule needs more events than it has seen
            the same 2 times: 2024-01-02T15:30:00+09:00 to 2024-01-03T15:30:00+09:00
            then    active · holds 0 · open orders: none · has seen 2 events of it

            s on A.KRX at 2024-01-05
            no order: it is disabled and sees nothing since 2024-01-04T15:30:00+09:00: command: disable strategy `s` (earnings); `enable` it by a command
            the same 2 times: 2024-01-04T15:30:00+09:00 to 2024-01-05T15:30:00+09:00
            then    disabled · holds 0 · open orders: none
            before  no order: it held, "warming up": its rule needs more events than it has seen (×2, 2024-01-02T15:30:00+09:00 to 2024-01-03T15:30:00+09:00)

            s on A.KRX at 2024-01-08
            no order: it held, "warming up": its rule needs more events than it has seen
            the same 2 times: 2024-01-08T15:30:00+09:00 to 2024-01-09T15:30:00+09:00
            then    active · holds 0 · open orders: none · has seen 1 event of it
            before  no order: it is disabled and sees nothing since 2024-01-04T15:30:00+09:00: command: disable strategy `s` (earnings); `enable` it by a command (×2, 2024-01-04T15:30:00+09:00 to 2024-01-05T15:30:00+09:00)

            s on A.KRX at 2024-01-10
            pass: it asked to buy 3 (7:s:0, "SMA 1 9760 > SMA 3 9653.33"), 3 admitted
            said at 2024-01-10T15:30:00+09:00
            more    qts explain qts.toml 7:s:0
            then    active · holds 0 · open orders: order 1: buy 3 since 2024-01-10T15:30:00+09:00 · has seen 3 events of it
            before  no order: it held, "warming up": its rule needs more events than it has seen (×2, 2024-01-08T15:30:00+09:00 to 2024-01-09T15:30:00+09:00)

            s on A.KRX at 2024-01-15
            no order: it held, "warming up": its rule needs more events than it has seen
            the same 2 times: 2024-01-12T15:30:00+09:00 to 2024-01-15T15:30:00+09:00
            then    active · holds 0 · open orders: none · has seen 2 events of it
            before  pass: it asked to sell 3 (8:s:0, "SMA 1 9590 < SMA 3 9640"), 3 admitted (once, 2024-01-11T15:30:00+09:00)
        "#]],
    );
}

#[test]
fn a_strategy_registered_and_let_go_by_command() {
    let register = "[command.strategy]\nid = \"late\"\nkind = \"simple\"\npolicy = \"open\"\n\
                    instruments = [\"A.KRX\"]\nparams = { buy_below = 1, sell_above = 99999, qty = 1 }";
    let tables = command("04", "register", register) + &command("08", "unregister", "strategy = \"late\"");
    let days = ["2024-01-03", "2024-01-05", "2024-01-08"];
    told(
        &market("why-registered", &tables, 12),
        "late",
        "A.KRX",
        &days,
        expect![[r#"
            late on A.KRX at 2024-01-03
            no order: it is not registered and sees nothing; the [[command]] at qts.toml:17 registers it at 2024-01-04T15:30:00+09:00
            the same 2 times: 2024-01-02T15:30:00+09:00 to 2024-01-03T15:30:00+09:00
            then    not registered · holds 0 · open orders: none

            late on A.KRX at 2024-01-05
            no order: it held, "no signal": it holds nothing and its rule does not ask to enter
            the same 2 times: 2024-01-04T15:30:00+09:00 to 2024-01-05T15:30:00+09:00
            then    active · holds 0 · open orders: none · has seen 2 events of it
            before  no order: it is not registered and sees nothing; the [[command]] at qts.toml:17 registers it at 2024-01-04T15:30:00+09:00 (×2, 2024-01-02T15:30:00+09:00 to 2024-01-03T15:30:00+09:00)

            late on A.KRX at 2024-01-08
            no order: it is not registered and sees nothing since 2024-01-08T15:30:00+09:00: command: unregister strategy `late`
            the same 8 times: 2024-01-08T15:30:00+09:00 to 2024-01-17T15:30:00+09:00
            then    not registered · holds 0 · open orders: none
            before  no order: it held, "no signal": it holds nothing and its rule does not ask to enter (×2, 2024-01-04T15:30:00+09:00 to 2024-01-05T15:30:00+09:00)
        "#]],
    );
}

#[test]
fn a_strategy_that_fails_until_it_is_put_away() {
    let days = ["2024-01-03", "2024-01-04", "2024-01-09", "2024-01-12", "2024-01-17"];
    let folder = market("why-failed", &strategy("bad", "chaos", "mode = \"error\", every = 3"), 15);
    told(
        &folder,
        "bad",
        "A.KRX",
        &days,
        expect![[r#"
            bad on A.KRX at 2024-01-03
            no order: it held, "behaving"
            the same 2 times: 2024-01-02T15:30:00+09:00 to 2024-01-03T15:30:00+09:00
            then    active · holds 0 · open orders: none · has seen 2 events of it

            bad on A.KRX at 2024-01-04
            no order: it failed, and what it asked for in this cycle is dropped: returned an error: chaos fails on purpose
            said at 2024-01-04T15:30:00+09:00
            then    active · holds 0 · open orders: none · has seen 3 events of it
            before  no order: it held, "behaving" (×2, 2024-01-02T15:30:00+09:00 to 2024-01-03T15:30:00+09:00)

            bad on A.KRX at 2024-01-09
            no order: it failed, and what it asked for in this cycle is dropped: returned an error: chaos fails on purpose
            said at 2024-01-09T15:30:00+09:00
            then    active · holds 0 · open orders: none · has seen 6 events of it
            before  no order: it held, "behaving" (×2, 2024-01-05T15:30:00+09:00 to 2024-01-08T15:30:00+09:00)

            bad on A.KRX at 2024-01-12
            no order: it failed, and what it asked for in this cycle is dropped: returned an error: chaos fails on purpose
            said at 2024-01-12T15:30:00+09:00
            then    quarantined · holds 0 · open orders: none · has seen 9 events of it
            before  no order: it held, "behaving" (×2, 2024-01-10T15:30:00+09:00 to 2024-01-11T15:30:00+09:00)

            bad on A.KRX at 2024-01-17
            no order: it is quarantined and sees nothing since 2024-01-12T15:30:00+09:00: returned an error: chaos fails on purpose; `enable` it by a command
            the same 6 times: 2024-01-15T15:30:00+09:00 to 2024-01-22T15:30:00+09:00
            then    quarantined · holds 0 · open orders: none
            before  no order: it failed, and what it asked for in this cycle is dropped: returned an error: chaos fails on purpose (once, 2024-01-12T15:30:00+09:00)
        "#]],
    );
    let folder = market("why-panicked", &strategy("bad", "chaos", "mode = \"panic\", every = 3"), 15);
    told(
        &folder,
        "bad",
        "A.KRX",
        &["2024-01-04", "2024-01-05"],
        expect![[r#"
            bad on A.KRX at 2024-01-04
            no order: it failed, and what it asked for in this cycle is dropped: panicked: chaos panics on purpose
            said at 2024-01-04T15:30:00+09:00
            then    quarantined · holds 0 · open orders: none · has seen 3 events of it
            before  no order: it held, "behaving" (×2, 2024-01-02T15:30:00+09:00 to 2024-01-03T15:30:00+09:00)

            bad on A.KRX at 2024-01-05
            no order: it is quarantined and sees nothing since 2024-01-04T15:30:00+09:00: panicked: chaos panics on purpose; `enable` it by a command
            the same 12 times: 2024-01-05T15:30:00+09:00 to 2024-01-22T15:30:00+09:00
            then    quarantined · holds 0 · open orders: none
            before  no order: it failed, and what it asked for in this cycle is dropped: panicked: chaos panics on purpose (once, 2024-01-04T15:30:00+09:00)
        "#]],
    );
}

/// [`SHARE`] with a second share, which trades in New York.
fn abroad(name: &str, tables: &str) -> Folder {
    let more = "[[instrument]]\nid = \"N.US\"\ntick = \"1\"\nlot = \"1\"\ncurrency = \"KRW\"\nsession = \"09:30-16:00\"\n\
                tz = \"America/New_York\"\n[[data]]\ninstrument = \"N.US\"\npath = \"n.csv\"\nstamp = \"date\"\n";
    let rows = "date,open,high,low,close,volume\n2024-01-03,500,500,500,500,9\n2024-01-04,510,510,510,510,9\n\
                2024-01-05,520,520,520,520,9\n";
    market(name, &format!("{more}{tables}"), 6).with("n.csv", rows)
}

fn both(kind: &str, params: &str) -> String {
    strategy("s", kind, params).replace("[\"A.KRX\"]", "[\"A.KRX\", \"N.US\"]")
}

/// The session of the 3rd in New York ends on the 4th in Seoul.
#[test]
fn a_date_is_one_on_the_clock_of_the_instrument() {
    let folder = abroad("why-abroad", &both("sma_cross", "fast = 1, slow = 2, qty = 3"));
    let times = ["2024-01-03", "2024-01-04T05:59:00+09:00", "2024-01-04T06:00:00+09:00", "2024-01-04"];
    told(
        &folder,
        "s",
        "N.US",
        &times,
        expect![[r#"
        s on N.US at 2024-01-03
        no order: it held, "warming up": its rule needs more events than it has seen
        said at 2024-01-03T16:00:00-05:00
        then    active · holds 0 · open orders: none · has seen 1 event of it

        s on N.US at 2024-01-03T15:59:00-05:00
        the data of the instrument begins at 2024-01-03T16:00:00-05:00, after the time asked about

        s on N.US at 2024-01-03T16:00:00-05:00
        no order: it held, "warming up": its rule needs more events than it has seen
        said at 2024-01-03T16:00:00-05:00
        then    active · holds 0 · open orders: none · has seen 1 event of it

        s on N.US at 2024-01-04
        pass: it asked to buy 3 (5:s:0, "SMA 1 510 > SMA 2 505"), 3 admitted
        said at 2024-01-04T16:00:00-05:00
        more    qts explain qts.toml 5:s:0
        then    active · holds 0 · open orders: order 3: buy 3 since 2024-01-04T16:00:00-05:00 · has seen 2 events of it
        before  no order: it held, "warming up": its rule needs more events than it has seen (once, 2024-01-03T16:00:00-05:00)
    "#]],
    );
    told(
        &folder,
        "s",
        "A.KRX",
        &["2024-01-04"],
        expect![[r#"
        s on A.KRX at 2024-01-04
        pass: it asked to sell 3 (4:s:0, "SMA 1 9970 < SMA 2 9990"), 3 admitted
        said at 2024-01-04T15:30:00+09:00
        more    qts explain qts.toml 4:s:0
        then    active · holds 3 · open orders: order 2: sell 3 since 2024-01-04T15:30:00+09:00 · has seen 3 events of it
        before  pass: it asked to buy 3 (2:s:0, "SMA 1 10010 > SMA 2 9940"), 3 admitted (once, 2024-01-03T15:30:00+09:00)
    "#]],
    );
}

#[test]
fn what_is_asked_about_something_else_is_told_so() {
    let steps = "steps = [{ cycle = 3, instrument = \"A.KRX\", side = \"buy\", qty = 5, limit = 9000, tif = \"gtc\" }, \
                 { cycle = 4, instrument = \"A.KRX\", side = \"buy\", qty = 2 }, { cycle = 6, cancel = \"1\" }]";
    let folder = abroad("why-elsewhere", &both("scripted", steps));
    let rows = folder.read("bars.csv");
    assert!(rows.contains("2024-01-03,A,"), "{rows}");
    told(
        &folder,
        "s",
        "N.US",
        &["2024-01-03", "2024-01-04", "2024-01-05"],
        expect![[r#"
        s on N.US at 2024-01-03
        no order for it: it asked to buy 5 A.KRX
        said at 2024-01-03T16:00:00-05:00
        then    active · holds 0 · open orders: none · has seen 1 event of it

        s on N.US at 2024-01-04
        no order: it held, "no step due"
        the same 2 times: 2024-01-04T16:00:00-05:00 to 2024-01-05T16:00:00-05:00
        then    active · holds 0 · open orders: none · has seen 2 events of it
        before  no order for it: it asked to buy 5 A.KRX (once, 2024-01-03T16:00:00-05:00)

        s on N.US at 2024-01-05
        no order: it held, "no step due"
        the same 2 times: 2024-01-04T16:00:00-05:00 to 2024-01-05T16:00:00-05:00
        then    active · holds 0 · open orders: none · has seen 3 events of it
        before  no order for it: it asked to buy 5 A.KRX (once, 2024-01-03T16:00:00-05:00)
    "#]],
    );
    told(
        &folder,
        "s",
        "A.KRX",
        &["2024-01-03", "2024-01-04", "2024-01-05", "2024-01-09"],
        expect![[r#"
        s on A.KRX at 2024-01-03
        no order: it held, "no step due"
        the same 2 times: 2024-01-02T15:30:00+09:00 to 2024-01-03T15:30:00+09:00
        then    active · holds 0 · open orders: none · has seen 2 events of it

        s on A.KRX at 2024-01-04
        pass: it asked to buy 2 (4:s:0, "scripted"), 2 admitted
        said at 2024-01-04T15:30:00+09:00
        more    qts explain qts.toml 4:s:0
        then    active · holds 0 · open orders: order 1: buy 5 since 2024-01-04T06:00:00+09:00, order 2: buy 2 since 2024-01-04T15:30:00+09:00 · has seen 3 events of it
        before  pass: it asked to buy 5 (3:s:0, "scripted"), 5 admitted (once, 2024-01-04T06:00:00+09:00)

        s on A.KRX at 2024-01-05
        no order for it: it asked to withdraw order 1
        said at 2024-01-05T15:30:00+09:00
        then    active · holds 2 · open orders: order 1: buy 5 since 2024-01-04T06:00:00+09:00 · has seen 4 events of it
        before  pass: it asked to buy 2 (4:s:0, "scripted"), 2 admitted (once, 2024-01-04T15:30:00+09:00)

        s on A.KRX at 2024-01-09
        no order: it held, "no step due"
        the same 2 times: 2024-01-08T15:30:00+09:00 to 2024-01-09T15:30:00+09:00
        then    active · holds 2 · open orders: none · has seen 6 events of it
        before  no order for it: it asked to withdraw order 1 (once, 2024-01-05T15:30:00+09:00)
    "#]],
    );
}

#[test]
fn what_the_operator_did_with_the_book_is_not_put_into_the_strategys_mouth() {
    let steps = "steps = [{ cycle = 1, instrument = \"A.KRX\", side = \"buy\", qty = 5 }]";
    let tables = strategy("s", "scripted", steps) + &command("05", "flatten", "strategy = \"s\"");
    let folder = market("why-operator", &tables, 8);
    told(
        &folder,
        "s",
        "A.KRX",
        &["2024-01-05", "2024-01-08"],
        expect![[r#"
        s on A.KRX at 2024-01-05
        pass: the operator asked for its book to sell 5 (4:operator:0, "flatten"), 5 admitted
        said at 2024-01-05T15:30:00+09:00
        more    qts explain qts.toml 4:operator:0
        then    active · holds 5 · open orders: order 2: sell 5 since 2024-01-05T15:30:00+09:00 · has seen 4 events of it
        before  no order: it held, "no step due" (×2, 2024-01-03T15:30:00+09:00 to 2024-01-04T15:30:00+09:00)

        s on A.KRX at 2024-01-08
        no order: it held, "no step due"
        the same 4 times: 2024-01-08T15:30:00+09:00 to 2024-01-11T15:30:00+09:00
        then    active · holds 0 · open orders: none · has seen 5 events of it
        before  pass: the operator asked for its book to sell 5 (4:operator:0, "flatten"), 5 admitted (once, 2024-01-05T15:30:00+09:00)
    "#]],
    );
}

#[test]
fn open_orders_are_told_with_what_is_still_open() {
    let steps =
        "steps = [{ cycle = 1, instrument = \"A.KRX\", side = \"buy\", qty = 250, limit = 12800, tif = \"gtc\" }]";
    let broker = "[broker]\nmax_volume_share = \"10%\"\n";
    let folder = market("why-open", &(strategy("s", "scripted", steps) + broker), 8);
    told(
        &folder,
        "s",
        "A.KRX",
        &["2024-01-02", "2024-01-03", "2024-01-05"],
        expect![[r#"
            s on A.KRX at 2024-01-02
            pass: it asked to buy 250 (1:s:0, "scripted"), 250 admitted
            said at 2024-01-02T15:30:00+09:00
            more    qts explain qts.toml 1:s:0
            then    active · holds 0 · open orders: order 1: buy 250 since 2024-01-02T15:30:00+09:00 · has seen 1 event of it

            s on A.KRX at 2024-01-03
            no order: it held, "no step due"
            the same 7 times: 2024-01-03T15:30:00+09:00 to 2024-01-11T15:30:00+09:00
            then    active · holds 100 · open orders: order 1: buy 150 since 2024-01-02T15:30:00+09:00 · has seen 2 events of it
            before  pass: it asked to buy 250 (1:s:0, "scripted"), 250 admitted (once, 2024-01-02T15:30:00+09:00)

            s on A.KRX at 2024-01-05
            no order: it held, "no step due"
            the same 7 times: 2024-01-03T15:30:00+09:00 to 2024-01-11T15:30:00+09:00
            then    active · holds 250 · open orders: none · has seen 4 events of it
            before  pass: it asked to buy 250 (1:s:0, "scripted"), 250 admitted (once, 2024-01-02T15:30:00+09:00)
        "#]],
    );
}

/// Two events of one instrument at one time are one answer: the last word counts, and both are seen.
#[test]
fn two_events_of_one_time_are_one_answer() {
    let trades = "[[data]]\ninstrument = \"A.KRX\"\npath = \"trades.csv\"\n";
    let tables = crossing() + trades;
    let rows = "ts,price,size\n2024-01-02T09:02:00+09:00,9000,5\n2024-01-02T09:03:00+09:00,9010,5\n";
    let folder = minutes("why-two", &tables).with("trades.csv", rows);
    let times = ["2024-01-02T09:01:00+09:00", "2024-01-02T09:02:00+09:00", "2024-01-02T09:03:00+09:00"];
    told(
        &folder,
        "cross",
        "A.KRX",
        &times,
        expect![[r#"
        cross on A.KRX at 2024-01-02T09:01:00+09:00
        no order: it held, "warming up": its rule needs more events than it has seen
        said at 2024-01-02T09:01:00+09:00
        then    active · holds 0 · open orders: none · has seen 1 event of it

        cross on A.KRX at 2024-01-02T09:02:00+09:00
        no order: it held, "no signal": it holds nothing and its rule does not ask to enter
        said at 2024-01-02T09:02:00+09:00
        then    active · holds 0 · open orders: none · has seen 3 events of it
        before  no order: it held, "warming up": its rule needs more events than it has seen (once, 2024-01-02T09:01:00+09:00)

        cross on A.KRX at 2024-01-02T09:03:00+09:00
        pass: it asked to buy 3 (3:cross:0, "SMA 1 10020 > SMA 2 9510"), 3 admitted
        said at 2024-01-02T09:03:00+09:00
        more    qts explain qts.toml 3:cross:0
        then    active · holds 0 · open orders: order 1: buy 3 since 2024-01-02T09:03:00+09:00 · has seen 5 events of it
        before  no order: it held, "no signal": it holds nothing and its rule does not ask to enter (once, 2024-01-02T09:02:00+09:00)
    "#]],
    );
}

#[test]
fn outside_the_data_that_is_said() {
    let folder = market("why-outside", &strategy("s", "sma_cross", "fast = 1, slow = 3, qty = 3"), 5);
    let times = ["2024-01-01", "2024-01-02T15:29:59+09:00", "2024-01-08", "2024-01-09"];
    told(
        &folder,
        "s",
        "A.KRX",
        &times,
        expect![[r#"
        s on A.KRX at 2024-01-01
        the data of the instrument begins at 2024-01-02T15:30:00+09:00, after the time asked about

        s on A.KRX at 2024-01-02T15:29:59+09:00
        the data of the instrument begins at 2024-01-02T15:30:00+09:00, after the time asked about

        s on A.KRX at 2024-01-08
        no order: it held, "no signal": it holds nothing and its rule does not ask to enter
        said at 2024-01-08T15:30:00+09:00
        then    active · holds 0 · open orders: none · has seen 5 events of it
        before  pass: it asked to sell 3 (4:s:0, "SMA 1 9870 < SMA 3 9950"), 3 admitted (once, 2024-01-05T15:30:00+09:00)

        s on A.KRX at 2024-01-09
        the data of the instrument ends at 2024-01-08T15:30:00+09:00: its last answer
        no order: it held, "no signal": it holds nothing and its rule does not ask to enter
        said at 2024-01-08T15:30:00+09:00
        then    active · holds 0 · open orders: none · has seen 5 events of it
        before  pass: it asked to sell 3 (4:s:0, "SMA 1 9870 < SMA 3 9950"), 3 admitted (once, 2024-01-05T15:30:00+09:00)
    "#]],
    );
}

/// What is not there is said: two days of the bars are missing, and a minute of the morning.
#[test]
fn in_a_gap_of_the_data_that_is_said() {
    let cross = strategy("s", "sma_cross", "fast = 1, slow = 3, qty = 3");
    let folder = market("why-gap", &cross, 8);
    let rows = folder.read("bars.csv");
    let is_there = |row: &&str| !row.starts_with("2024-01-08") && !row.starts_with("2024-01-09");
    folder.write("bars.csv", rows.lines().filter(is_there).map(|row| format!("{row}\n")).collect::<String>());
    told(
        &folder,
        "s",
        "A.KRX",
        &["2024-01-05", "2024-01-08", "2024-01-10T15:30:00+09:00"],
        expect![[r#"
        s on A.KRX at 2024-01-05
        pass: it asked to sell 3 (4:s:0, "SMA 1 9870 < SMA 3 9950"), 3 admitted
        said at 2024-01-05T15:30:00+09:00
        more    qts explain qts.toml 4:s:0
        then    active · holds 3 · open orders: order 2: sell 3 since 2024-01-05T15:30:00+09:00 · has seen 4 events of it
        before  pass: it asked to buy 3 (3:s:0, "SMA 1 9970 > SMA 3 9950"), 3 admitted (once, 2024-01-04T15:30:00+09:00)

        s on A.KRX at 2024-01-08
        no event of the instrument between 2024-01-05T15:30:00+09:00 and 2024-01-10T15:30:00+09:00: its last answer
        pass: it asked to sell 3 (4:s:0, "SMA 1 9870 < SMA 3 9950"), 3 admitted
        said at 2024-01-05T15:30:00+09:00
        more    qts explain qts.toml 4:s:0
        then    active · holds 3 · open orders: order 2: sell 3 since 2024-01-05T15:30:00+09:00 · has seen 4 events of it
        before  pass: it asked to buy 3 (3:s:0, "SMA 1 9970 > SMA 3 9950"), 3 admitted (once, 2024-01-04T15:30:00+09:00)

        s on A.KRX at 2024-01-10T15:30:00+09:00
        no order: it held, "no signal": it holds nothing and its rule does not ask to enter
        the same 2 times: 2024-01-10T15:30:00+09:00 to 2024-01-11T15:30:00+09:00
        then    active · holds 0 · open orders: none · has seen 5 events of it
        before  pass: it asked to sell 3 (4:s:0, "SMA 1 9870 < SMA 3 9950"), 3 admitted (once, 2024-01-05T15:30:00+09:00)
    "#]],
    );
    let folder = minutes("why-gap-minutes", &crossing());
    let times = ["2024-01-02T09:01:30+09:00", "2024-01-02T23:00:00+09:00"];
    told(
        &folder,
        "cross",
        "A.KRX",
        &times,
        expect![[r#"
        cross on A.KRX at 2024-01-02T09:01:30+09:00
        no event of the instrument between 2024-01-02T09:01:00+09:00 and 2024-01-02T09:02:00+09:00: its last answer
        no order: it held, "warming up": its rule needs more events than it has seen
        said at 2024-01-02T09:01:00+09:00
        then    active · holds 0 · open orders: none · has seen 1 event of it

        cross on A.KRX at 2024-01-02T23:00:00+09:00
        the data of the instrument ends at 2024-01-02T09:09:00+09:00: its last answer
        no order: it held, "no signal": it holds nothing and its rule does not ask to enter
        said at 2024-01-02T09:09:00+09:00
        then    active · holds 0 · open orders: none · has seen 9 events of it
        before  pass: it asked to sell 3 (8:cross:0, "SMA 1 10010 < SMA 2 10025"), 3 admitted (once, 2024-01-02T09:08:00+09:00)
    "#]],
    );
}

#[test]
fn the_command_that_it_prints_works_as_printed() {
    let folder = market("why-spaces", &strategy("s", "sma_cross", "fast = 1, slow = 3, qty = 3"), 5);
    let config = folder.read("qts.toml");
    let folder = folder.with("my config.toml", config);
    let ask = ["why", "my config.toml", "--strategy", "s", "--instrument", "A.KRX", "--at", "2024-01-05"];
    let ended: Ended = folder.command("").args(ask).output().expect("it starts").into();
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
    let printed = ended.out.lines().find_map(|line| line.strip_prefix("more    ")).expect("a command");
    assert!(printed.ends_with(" explain 'my config.toml' 4:s:0"), "{printed}");
}

#[test]
fn an_instrument_that_it_cannot_hear_of() {
    let folder = abroad("why-deaf", &strategy("s", "sma_cross", "fast = 1, slow = 3, qty = 3"));
    told(
        &folder,
        "s",
        "N.US",
        &["2024-01-05"],
        expect![[r#"
        s on N.US at 2024-01-05
        it does not subscribe to it: its `instruments` are A.KRX
    "#]],
    );
    let more = "[[instrument]]\nid = \"B.KRX\"\nclass = \"krx_stock\"\n".to_owned();
    let tables = more + &strategy("s", "sma_cross", "fast = 1, slow = 3, qty = 3").replace("A.KRX", "B.KRX");
    told(
        &market("why-no-data", &tables, 5),
        "s",
        "B.KRX",
        &["2024-01-05"],
        expect![[r#"
        s on B.KRX at 2024-01-05
        there is no `[[data]]` for the instrument: add its prices
    "#]],
    );
}

#[test]
fn unknown_names_and_times_are_refused_with_a_way_out() {
    let folder = abroad("why-unknown", &both("sma_cross", "fast = 1, slow = 3, qty = 3"));
    let refused = |strategy: &str, instrument: &str, at: &str| {
        let args = format!("why qts.toml --strategy {strategy} --instrument {instrument} --at {at}");
        let Ended { code, out, err } = folder.qts(&args);
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        err.lines().next().unwrap_or_default().to_owned() + "\n"
    };
    let said = [
        refused("S", "A.KRX", "2024-01-03"),
        refused("something", "A.KRX", "2024-01-03"),
        refused("s", "A.KR", "2024-01-03"),
        refused("s", "N", "2024-01-03"),
        refused("s", "A.KRX", "yesterday"),
        refused("s", "A.KRX", "2024-01-03T09:00:00"),
        refused("s", "A.KRX", "2024-02-30"),
    ];
    expect![[r#"
        qts: no strategy has the id `S`; did you mean `s`?
        qts: no strategy has the id `something`; there are: s
        qts: no instrument has the id `A.KR`; did you mean `A.KRX`?
        qts: no instrument has the id `N`; there are: A.KRX, N.US
        error: invalid value 'yesterday' for '--at <TS>': `yesterday` is neither a date (2018-06-30) nor a time with an offset (2018-06-30T15:30:00+09:00)
        error: invalid value '2024-01-03T09:00:00' for '--at <TS>': `2024-01-03T09:00:00` is neither a date (2018-06-30) nor a time with an offset (2018-06-30T15:30:00+09:00)
        error: invalid value '2024-02-30' for '--at <TS>': `2024-02-30` is neither a date (2018-06-30) nor a time with an offset (2018-06-30T15:30:00+09:00)
    "#]].assert_eq(&said.concat());
}

#[test]
fn the_form_for_programs() {
    let folder = minutes("why-json", &crossing());
    let told = json(&folder, "cross", "A.KRX", "2024-01-02T09:03:00+09:00");
    expect![[r#"
        {
          "answer": {
            "answer": "decided",
            "decisions": [
              {
                "admitted": "3",
                "asked": "3",
                "by": "cross",
                "codes": [],
                "decision": "3:cross:0",
                "reasons": [],
                "side": "buy",
                "verdict": "pass",
                "why": "SMA 1 10020 > SMA 2 10005"
              }
            ],
            "since": "2024-01-02T09:03:00+09:00",
            "standing": {
              "mode": "active",
              "open_orders": [
                "order 1: buy 3 since 2024-01-02T09:03:00+09:00"
              ],
              "position": "0",
              "seen": 3,
              "state": "active"
            },
            "times": 1,
            "until": "2024-01-02T09:03:00+09:00"
          },
          "at": "2024-01-02T09:03:00+09:00",
          "before": {
            "answer": "held",
            "reason": "no signal",
            "since": "2024-01-02T09:02:00+09:00",
            "standing": {
              "mode": "active",
              "open_orders": [],
              "position": "0",
              "seen": 2,
              "state": "active"
            },
            "times": 1,
            "until": "2024-01-02T09:02:00+09:00"
          },
          "instrument": "A.KRX",
          "note": null,
          "schema": 1,
          "strategy": "cross"
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&told).expect("JSON"));
}
