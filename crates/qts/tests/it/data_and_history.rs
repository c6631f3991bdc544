//! The controls that look at the age, the jumps and the volume of data, and at what was sent before: as policies say
//! them, as decisions tell them.

use expect_test::expect;

use crate::support::{Folder, SHARE, strategy, told};

const CYCLES: &str = r#"
[account]
currency = "KRW"
cash = "100000000"
policy = "open"
[[instrument]]
id = "A.KRX"
class = "krx_stock"
[[instrument]]
id = "B.KRX"
class = "krx_stock"
[[strategy]]
id = "s"
policy = "strict"
[policy.open]
extends = "validity_only"
[policy.strict]
extends = "validity_only"
restricted = ["B.KRX"]
outside_session = true
stale_data = { warn = "1s", block = "3s" }
data_implausible = "10%"
duplicate_order = "10s"
max_participation = { order = "1%", day = "2%" }
order_rate = { per_second = "1", burst = "3" }
message_limit = { warn = "2", block = "2000" }
"#;

/// One cycle of `s` in A.KRX, as a table.
fn decided(folder: &Folder, now: &str, market: &str, intents: &[&str]) -> String {
    let intent = |terms: &&str| {
        let instrument = if terms.contains("instrument") { "" } else { "\"instrument\": \"A.KRX\", " };
        format!("{{\"strategy\": \"s\", {instrument}{terms}}}")
    };
    let intents = intents.iter().map(intent).collect::<Vec<_>>().join(", ");
    let at = "2026-01-05T10:00:00+09:00";
    let close = if market.contains("prev_close") { "" } else { ", \"prev_close\": \"10000\"" };
    let prices = format!("\"last\": \"10000\", \"at\": \"{at}\"");
    let cycle = format!(
        r#"{{"now": "2026-01-05T{now}+09:00", "market": {{"A.KRX": {{{prices}{close}{market}}}, "B.KRX": {{{prices}, "prev_close": "10000"}}}},
            "books": {{"s": {{"A.KRX": {{"position": "5"}}}}}}, "intents": [{intents}]}}"#
    );
    folder.write("cycle.json", cycle);
    let ended = folder.qts("decide qts.toml --input cycle.json --format table");
    assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{}", ended.out);
    ended.out
}

#[test]
fn decide_judges_data_volume_and_what_the_cycle_asks_for() {
    let folder = Folder::new("history-decide").with("qts.toml", CYCLES);
    let known = ", \"adv20\": \"1000\"";
    let buy = r#""side": "buy", "qty": "8", "limit": "9900""#;
    expect![[r#"
        cycle 1: 7 intents, 4 orders
          0  s  buy 8   A.KRX  pass    8 sent
          1  s  buy 8   A.KRX  block
               duplicate_order: the same was admitted once just now. Wait until duplicate_order is over, or change the order if it is meant.
          2  s  buy 15  A.KRX  reduce  10 sent
               max_participation: 15 is above the limit 10. Raise max_participation or ask for less.
               max_participation: 23 is above the limit 20. Raise max_participation or ask for less.
          3  s  buy 2   A.KRX  warn    2 sent
               message_limit: 3 is above the warning level 2. Wait for the next session, or raise message_limit.
          4  s  buy 1   A.KRX  block
               max_participation: 21 is above the limit 20. Raise max_participation or ask for less.
               order_rate: 4 is above the limit 3. Ask again later, or raise order_rate.
               message_limit: 4 is above the warning level 2. Wait for the next session, or raise message_limit.
          5  s  sell 5  A.KRX  warn    5 sent
               message_limit: 4 is above the warning level 2. Wait for the next session, or raise message_limit.
          6  s  buy 1   B.KRX  block
               restricted: The policy's restricted list has the instrument. Take it off the list or trade another.
               max_participation: the usual volume (adv20) is not known
               order_rate: 5 is above the limit 3. Ask again later, or raise order_rate.
               message_limit: 5 is above the warning level 2. Wait for the next session, or raise message_limit.
          order buy 2 A.KRX limit 9700 day for s 2
          order buy 10 A.KRX limit 9800 day for s 10
          order buy 8 A.KRX limit 9900 day for s 8
          order sell 5 A.KRX limit 10100 day for s 5
    "#]].assert_eq(&decided(
        &folder,
        "10:00:00",
        known,
        &[
            buy,
            buy,
            r#""side": "buy", "qty": "15", "limit": "9800""#,
            r#""side": "buy", "qty": "2", "limit": "9700""#,
            r#""side": "buy", "qty": "1", "limit": "9600""#,
            r#""side": "sell", "qty": "5", "limit": "10100""#,
            r#""instrument": "B.KRX", "side": "buy", "qty": "1""#,
        ],
    ));
    expect![[r#"
        cycle 1: 1 intent, 1 order
          0  s  buy 8  A.KRX  warn  8 sent
               stale_data: the newest price is 3s old, above the warning level 1s. Wait for data.
          order buy 8 A.KRX limit 9900 day for s 8
    "#]]
    .assert_eq(&decided(&folder, "10:00:03", known, &[buy]));
    expect![[r#"
        cycle 1: 2 intents, 1 order
          0  s  buy 8   A.KRX  block
               stale_data: the newest price is 4s old, above the limit 3s. Wait for data.
          1  s  sell 5  A.KRX  pass   5 sent
          order sell 5 A.KRX market day for s 5
    "#]]
    .assert_eq(&decided(&folder, "10:00:04", known, &[buy, r#""side": "sell", "qty": "5""#]));
    expect![[r#"
        cycle 1: 1 intent, 0 orders
          0  s  buy 8  A.KRX  block
               max_participation: the usual volume (adv20) is not known
    "#]]
    .assert_eq(&decided(&folder, "10:00:00", "", &[buy]));
}

#[test]
fn decide_knows_sessions_and_jumps() {
    let folder = Folder::new("history-sessions").with("qts.toml", CYCLES.replace("stale_data", "stale_data = false #"));
    let at_once = r#""side": "buy", "qty": "1", "limit": "9900", "tif": "ioc""#;
    let can_wait = r#""side": "buy", "qty": "1", "limit": "9900""#;
    let known = ", \"adv20\": \"1000\"";
    expect![[r#"
        cycle 1: 2 intents, 1 order
          0  s  buy 1  A.KRX  block
               outside_session: The order would reach the market outside its session. Send what can wait (day, gtc), or send it while a session runs.
          1  s  buy 1  A.KRX  pass   1 sent
          order buy 1 A.KRX limit 9900 day for s 1
        cycle 1: 2 intents, 1 order
          0  s  buy 1  A.KRX  pass   1 sent
          1  s  buy 1  A.KRX  block
               duplicate_order: the same was admitted once just now. Wait until duplicate_order is over, or change the order if it is meant.
          order buy 1 A.KRX limit 9900 ioc for s 1
        cycle 1: 2 intents, 1 order
          0  s  buy 1  A.KRX  pass   1 sent
          1  s  buy 1  A.KRX  block
               duplicate_order: the same was admitted once just now. Wait until duplicate_order is over, or change the order if it is meant.
          order buy 1 A.KRX limit 9900 ioc for s 1
        cycle 1: 2 intents, 1 order
          0  s  buy 1  A.KRX  block
               outside_session: The order would reach the market outside its session. Send what can wait (day, gtc), or send it while a session runs.
          1  s  buy 1  A.KRX  pass   1 sent
          order buy 1 A.KRX limit 9900 day for s 1
    "#]].assert_eq(
        &["08:59:59", "09:00:00", "15:29:59", "15:30:00"]
            .map(|now| decided(&folder, now, known, &[at_once, can_wait]))
            .concat(),
    );
    // From a close of 9000 it is a jump, from 9091 it is none; from 7000 it is beyond the day's limit, too.
    let jump =
        |close: &str| decided(&folder, "10:00:00", &format!("{known}, \"prev_close\": \"{close}\""), &[can_wait]);
    expect![[r#"
        cycle 1: 1 intent, 0 orders
          0  s  buy 1  A.KRX  block
               data_implausible: the price jumped by 11.111112%, above the limit 10%. Check the data; if the shares were split, add an [[adjustment]].
        cycle 1: 1 intent, 1 order
          0  s  buy 1  A.KRX  pass  1 sent
          order buy 1 A.KRX limit 9900 day for s 1
        cycle 1: 1 intent, 0 orders
          0  s  buy 1  A.KRX  block
               outside_price_limit: 9900 lies beyond the day's price limit 9100. Move it inside.
               data_implausible: The last price moved implausibly far or lies outside its day's limits. Check the data; if the shares were split, add an [[adjustment]].
               data_implausible: the price jumped by 42.857143%, above the limit 10%. Check the data; if the shares were split, add an [[adjustment]].
    "#]]
    .assert_eq(&["9000", "9091", "7000"].map(jump).concat());
}

#[test]
fn a_run_remembers_what_was_sent() {
    // Two shares a day of a usual volume of 100, known from the twentieth day on; a price that jumps on the 23rd.
    let row = |day: u32, price: u32| {
        format!("2024-{:02}-{:02},A,{price},{price},{price},{price},100\n", day / 28 + 1, day % 28 + 1)
    };
    let bars: String = (0..26).map(|day| row(day, if day < 22 { 10_000 } else { 12_500 })).collect();
    let steps = [19, 20, 21, 22, 23, 24].map(|cycle| {
        format!("{{ cycle = {cycle}, instrument = \"A.KRX\", side = \"buy\", qty = 3, reason = \"day {cycle}\" }}")
    });
    let policy =
        "max_participation = { order = \"2%\", day = \"2%\" }\ndata_implausible = \"10%\"\nduplicate_order = \"1d\"\n";
    let config = format!("{SHARE}{policy}{}", strategy("s", "scripted", &format!("steps = [{}]", steps.join(", "))));
    let folder = Folder::new("history-run")
        .with("qts.toml", config)
        .with("bars.csv", "ts,symbol,open,high,low,close,volume\n".to_owned() + &bars);
    let decisions = folder.decisions("qts.toml");
    expect![[r#"
        19 0 block strategy:max_participation:block
        20 2 reduce strategy:max_participation:reduce
        21 0 block strategy:duplicate_order:block strategy:max_participation:reduce
        22 2 reduce strategy:max_participation:reduce
        23 0 block strategy:data_implausible:block strategy:duplicate_order:block strategy:max_participation:reduce
        24 2 reduce strategy:max_participation:reduce
    "#]]
    .assert_eq(&told(&decisions, "cycle sent verdict reasons"));
}
