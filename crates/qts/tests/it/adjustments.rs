//! Splits: prices that jump are told with what to add, and with that books, limits and prices go on as if nothing were.

use expect_test::expect;
use serde_json::Value;

use crate::serving::{Served, TWO_BOTS};
use crate::support::{Folder, amount, count, told};

const DAYS: &str = "\
date,open,high,low,close,volume
2018-04-26,2480000,2500000,2470000,2490000,1000
2018-04-27,2490000,2510000,2480000,2500000,1000
2018-04-30,2500000,2530000,2490000,2510000,1000
2018-05-02,2510000,2530000,2500000,2515000,1000
2018-05-03,2515000,2530000,2500000,2520000,1000
2018-05-04,50400,51000,50000,50500,50000
2018-05-08,50500,51500,50300,51000,50000
2018-05-09,51000,51500,50300,51200,50000
";

const CONFIG: &str = r#"[account]
currency = "KRW"
cash = "100000000"
policy = "open"

[[instrument]]
id = "A.KRX"
class = "krx_stock"

[[data]]
instrument = "A.KRX"
path = "bars.csv"
stamp = "date"

[[strategy]]
id = "steps"
kind = "scripted"
instruments = ["A.KRX"]
policy = "swing"

[strategy.params]
steps = [
  { at = "2018-05-02T15:30:00+09:00", instrument = "A.KRX", side = "buy", qty = "1", limit = "2400000", tif = "gtc" },
  { at = "2018-05-03T15:30:00+09:00", instrument = "A.KRX", side = "buy", qty = "2" },
  { at = "2018-05-04T15:30:00+09:00", instrument = "A.KRX", side = "buy", qty = "3", limit = "51500" },
  { at = "2018-05-08T15:30:00+09:00", instrument = "A.KRX", side = "sell", qty = "4" },
]

[[strategy]]
id = "cross"
kind = "sma_cross"
instruments = ["A.KRX"]
policy = "swing"
params = { fast = 1, slow = 2, qty = "1" }

[[position]]
strategy = "steps"
instrument = "A.KRX"
qty = "7"
price = "2000000"

[[position]]
strategy = "unassigned"
instrument = "A.KRX"
qty = "3"
price = "2000000"

[policy.swing]
extends = "conservative"
max_order_qty = false
max_order_notional = false
max_long = false

[policy.open]
extends = "validity_only"
"#;

const SPLIT: &str =
    "\n[[adjustment]]\ninstrument = \"A.KRX\"\ndate = \"2018-05-04\"\nratio = \"50\"\nreason = \"split\"\n";

fn folder(name: &str, config: &str) -> Folder {
    Folder::new(name).with("qts.toml", config).with("bars.csv", DAYS)
}

const COLUMNS: &str = "ts strategy side asked verdict reasons";

#[test]
fn a_split_that_nobody_told_of_is_a_jump_and_nothing_is_added_on_its_day() {
    let folder = folder("adjust-without", CONFIG);
    let summary = folder.summary("qts.toml");
    expect![[r#"
        {
          "bars_without_volume": 0,
          "crossed_quotes": 0,
          "gaps": 0,
          "jumps": [
            {
              "after": "50500",
              "before": "2520000",
              "date": "2018-05-04",
              "file": "bars.csv",
              "guess": "50",
              "halted_sessions": 0,
              "instrument": "A.KRX",
              "is_adjusted": false,
              "limits": [
                "1764000",
                "3276000"
              ],
              "toml": "[[adjustment]]\ninstrument = \"A.KRX\"\ndate = \"2018-05-04\"\nratio = \"50\"\n"
            }
          ],
          "one_sided_quotes": 0,
          "rows": 8
        }"#]]
    .assert_eq(&format!("{:#}", summary["data"]));
    expect![[r#"
        2018-04-27T06:30:00Z cross buy 1 pass 
        2018-05-02T06:30:00Z steps buy 1 pass 
        2018-05-03T06:30:00Z steps buy 2 pass 
        2018-05-04T06:30:00Z cross sell 1 pass 
        2018-05-04T06:30:00Z steps buy 3 block strategy:data_implausible:block strategy:price_collar:warn
        2018-05-08T06:30:00Z cross buy 1 block arbitration:opposing_intent:block
        2018-05-08T06:30:00Z steps sell 4 pass 
        2018-05-09T06:30:00Z cross buy 1 pass 
    "#]]
    .assert_eq(&told(&folder.decisions("qts.toml"), COLUMNS));
    let table = folder.qts("run qts.toml").out;
    let (_, jumps) = table.split_once("unassigned").expect("a table");
    expect![[r#"
               0       0       0       0  3 A.KRX

        1 price jump between sessions:
          bars.csv: A.KRX 2018-05-04: 2520000 → 50500, beyond the daily limit (1764000 to 3276000); a split? ratio = "50" is a guess
        for each that is a split, add this with the true ratio (new shares for one old one):
          [[adjustment]]
          instrument = "A.KRX"
          date = "2018-05-04"
          ratio = "50"
    "#]].assert_eq(jumps.split("\naccount").next().expect("a part"));
    let explained = folder.qts("explain qts.toml 6:steps:0");
    assert!(explained.out.contains("add an [[adjustment]]"), "{}", explained.out);
    let checked = folder.qts("check qts.toml");
    assert_eq!(checked.code, 0);
    assert!(checked.err.contains("2520000 → 50500, beyond the daily limit (1764000 to 3276000)"), "{}", checked.err);
    assert_eq!(folder.qts("check qts.toml --format json").json()["jumps"], summary["data"]["jumps"]);
}

#[test]
fn what_is_pasted_from_the_report_mends_it() {
    let folder = folder("adjust-pasted", CONFIG);
    let toml = folder.summary("qts.toml")["data"]["jumps"][0]["toml"].clone();
    folder.write("mended.toml", format!("{CONFIG}{}", toml.as_str().expect("a text")));
    let summary = folder.summary("mended.toml");
    assert_eq!(summary["data"]["jumps"], serde_json::json!([]));
    assert_eq!((count(&summary["verdicts"]["block"]), &summary["adjustments"][0]["ratio"]), (0, &"50".into()));
    assert!(!folder.qts("check mended.toml").err.contains("jump"));
}

#[test]
fn with_an_adjustment_nothing_is_blocked_and_nothing_is_earned() {
    let folder = folder("adjust-with", &format!("{CONFIG}{SPLIT}"));
    let summary = folder.summary("qts.toml");
    assert_eq!((&summary["data"]["jumps"], count(&summary["unused_adjustments"])), (&serde_json::json!([]), 0));
    expect![[r#"
        [
          {
            "at": "2018-05-04T06:30:00Z",
            "books": {
              "cross": {
                "after": "50",
                "before": "1",
                "cash": "0"
              },
              "steps": {
                "after": "350",
                "before": "7",
                "cash": "0"
              },
              "unassigned": {
                "after": "150",
                "before": "3",
                "cash": "0"
              }
            },
            "instrument": "A.KRX",
            "price": "50400",
            "ratio": "50",
            "reason": "split",
            "restarted": [
              "cross"
            ]
          }
        ]"#]]
    .assert_eq(&format!("{:#}", summary["adjustments"]));
    expect![[r#"
        2018-04-27T06:30:00Z cross buy 1 pass 
        2018-05-02T06:30:00Z steps buy 1 pass 
        2018-05-03T06:30:00Z steps buy 2 pass 
        2018-05-04T06:30:00Z steps buy 3 warn strategy:price_collar:warn
        2018-05-08T06:30:00Z steps sell 4 pass 
    "#]]
    .assert_eq(&told(&folder.decisions("qts.toml"), COLUMNS));
    // What works over the day, and what waited for it, is withdrawn.
    assert_eq!(count(&summary["ended"]["canceled"]), 2);
    let at = |day: &str| folder.summary(&format!("qts.toml --until {day}T15:30:00+09:00"));
    let (before, after) = (at("2018-05-03"), at("2018-05-04"));
    let equity = |summary: &Value| amount(&summary["account"]["equity"]);
    assert_eq!(after["account"]["positions"]["A.KRX"], "550");
    assert_eq!(equity(&after) - equity(&before), 550 * (50_500 - 50_400) * 100_000_000, "the day's own move");
    assert_eq!(after["books"]["steps"]["realized"], "0");
    assert_eq!(folder.summary("qts.toml")["state_hash"], summary["state_hash"]);
    let table = folder.qts("run qts.toml").out;
    assert!(
        table.contains("\nA.KRX 50 for 1 from 2018-05-04 on: cross 1 → 50, steps 7 → 350, unassigned 3 → 150\n"),
        "{table}"
    );
}

#[test]
fn explain_and_why_see_the_day_on_the_new_scale() {
    let folder = folder("adjust-explain", &format!("{CONFIG}{SPLIT}"));
    expect![[r##"
        #4  6:steps:0  2018-05-04T15:30:00+09:00
        steps asked to buy 3 A.KRX at 51500 or better, day: "scripted"
        warn: 3 of 3 admitted
          warn [strategy] price_collar: the price is 1.980199% on the losing side, above the warning level 1.5%. Move it nearer.

        market  last 50500 at 2018-05-04T15:30:00+09:00 · previous close 50500 (that session is over: judged for the next one)
        book    steps holds 350 · working buys 0, sells 0 · equity at the day's start 125275000

        1 strategy  policy swing: 3 in, 3 left
            outside_session            no  blocks between sessions         pass  built-in conservative
            stale_data                 0s  warn 1d block 3d                pass  built-in conservative
            data_implausible    0.198413%  block 50%                       pass  built-in conservative
            data_implausible           no  blocks beyond the day's limits  pass  built-in conservative
            duplicate_order             0  block 0                         pass  built-in conservative
            price_collar        1.980199%  warn 1.5% block 2.5%            warn  built-in conservative
            cycle_notional         154500  block 25055000                  pass  built-in conservative
            max_gross_exposure   17826500  limit 37582500                  pass  built-in conservative
            max_open_orders             1  limit 3                         pass  built-in conservative
            order_rate                  1  block 20                        pass  built-in conservative
            message_limit               1  block 2000                      pass  built-in conservative

        2 arbitration  rule exits_only: nobody else asked for it, 3 left

        3 account  policy open: 3 in, 3 left
            no control was asked: the policy has none for it

        sent    order 4: buy 3 limit 51500 for steps 3
        filled  3 at 50500 in the bar that ends 2018-05-08T15:30:00+09:00: steps 3
    "##]].assert_eq(&folder.qts("explain qts.toml 6:steps:0").out);
    for order in ["4:steps:0", "5:steps:0"] {
        let explained = folder.qts(&format!("explain qts.toml {order}"));
        assert!(explained.out.contains(": withdrawn: the shares have a new scale\n"), "{}", explained.out);
    }
    let why = folder.qts("why qts.toml --strategy cross --instrument A.KRX --at 2018-05-04T15:30:00+09:00");
    expect![[r#"
        cross on A.KRX at 2018-05-04T15:30:00+09:00
        no order: it held, "warming up": its rule needs more events than it has seen
        said at 2018-05-04T15:30:00+09:00
        then    active · holds 50 · open orders: none · has seen 1 event of it
        before  no order: it held, "holding": it holds shares and its rule does not ask to exit (×3, 2018-04-30T15:30:00+09:00 to 2018-05-03T15:30:00+09:00)
    "#]].assert_eq(&why.out);
}

#[test]
fn an_adjustment_that_is_never_reached_is_told() {
    let late = SPLIT.replace("2018-05-04", "2019-05-04");
    let early = SPLIT.replace("2018-05-04", "2018-04-26");
    let folder = folder("adjust-unused", &format!("{CONFIG}{late}{early}"));
    let summary = folder.summary("qts.toml");
    assert_eq!((count(&summary["unused_adjustments"]), &summary["adjustments"]), (2, &serde_json::json!([])));
    assert_eq!(count(&summary["cycles"]), 8);
    let table = folder.qts("run qts.toml").out;
    assert!(table.contains("2 adjustments were not used"), "{table}");
}

#[test]
fn a_halt_before_a_jump_is_said_and_where_no_limit_is_known_a_jump_is_far() {
    let bars = "date,open,high,low,close,volume\n2018-04-26,1000,1000,1000,1000,5\n2018-04-27,1000,1000,1000,1000,0\n\
                2018-04-30,1000,1000,1000,1000,0\n2018-05-02,10000,10000,10000,10000,5\n2018-05-03,5700,5700,5700,5700,5\n\
                2018-05-04,3100,3100,3100,3100,5\n";
    let free = CONFIG.replace("class = \"krx_stock\"", "class = \"krx_stock\"\ndaily_limit = false");
    let folder = Folder::new("adjust-halt").with("qts.toml", CONFIG).with("free.toml", free).with("bars.csv", bars);
    let jumps = |config: &str| {
        let checked = folder.qts(&format!("check {config}")).err;
        checked
            .lines()
            .take_while(|line| !line.starts_with("for each"))
            .map(|line| format!("{line}\n"))
            .collect::<String>()
    };
    expect![[r#"
        3 price jumps between sessions:
          bars.csv: A.KRX 2018-05-02: 1000 → 10000, beyond the daily limit (700 to 1300), after a halt of 2 sessions; a split? ratio = "1/10" is a guess
          bars.csv: A.KRX 2018-05-03: 10000 → 5700, beyond the daily limit (7000 to 13000)
          bars.csv: A.KRX 2018-05-04: 5700 → 3100, beyond the daily limit (3990 to 7410)
    "#]].assert_eq(&jumps("qts.toml"));
    expect![[r#"
        2 price jumps between sessions:
          bars.csv: A.KRX 2018-05-02: 1000 → 10000, after a halt of 2 sessions; a split? ratio = "1/10" is a guess
          bars.csv: A.KRX 2018-05-04: 5700 → 3100
    "#]]
    .assert_eq(&jumps("free.toml"));
}

#[test]
fn many_jumps_are_counted_and_twenty_listed() {
    let mut bars = "date,open,high,low,close,volume\n".to_owned();
    for day in 1..=28 {
        let price = if day % 2 == 0 { 1_000 } else { 5_000 };
        bars += &format!("2018-02-{day:02},{price},{price},{price},{price},5\n");
    }
    let folder = Folder::new("adjust-many").with("qts.toml", CONFIG).with("bars.csv", bars);
    let checked = folder.qts("check qts.toml").err;
    assert!(checked.contains("27 price jumps between sessions:\n"), "{checked}");
    assert!(checked.contains("\n  … and 7 more; `--format json` lists all\n"), "{checked}");
    assert_eq!(checked.matches("[[adjustment]]").count(), 20);
    assert_eq!(folder.qts("check qts.toml --format json").json()["jumps"].as_array().map(Vec::len), Some(27));
}

#[test]
fn a_service_is_told_of_a_split_between_two_judgements() {
    let folder = Folder::new("adjust-serve").with("qts.toml", TWO_BOTS);
    let mut served = Served::start(&folder);
    let at = |day: u32| format!("2026-01-{day:02}T10:00:00+09:00");
    let market = |day: u32, price: &str| {
        format!(
            "{{\"market\": {{\"A.KRX\": {{\"last\": \"{price}\", \"at\": \"{}\", \"prev_close\": \"{price}\"}}}}, \"judge\": true",
            at(day)
        )
    };
    let bid = r#""intents": [{"strategy": "trend", "instrument": "A.KRX", "side": "buy", "qty": "5", "limit": "48000", "tif": "gtc"}]"#;
    served.say(format!("{}, {bid}}}", market(5, "50000")));
    served.say(r#"{"ack": {"order": "1"}}"#);
    served.say(r#"{"market": {"A.KRX": {"last": "50000", "at": "2026-01-06T10:00:00+09:00"}}}"#);
    let early = served.say(r#"{"adjustment": {"instrument": "A.KRX", "ratio": "50"}}"#);
    expect![[r#"{"code":"old_scale_waits","help":"send `{\"judge\": true}` before the adjustment, and prices of the new scale with it or after it","message":"prices or intents of the old scale wait to be judged","path":"$.adjustment.instrument"}"#]].assert_eq(&early["error"].to_string());
    served.say(r#"{"judge": true}"#);
    let bad = [
        r#"{"adjustment": {"instrument": "A.KRX"}}"#,
        r#"{"adjustment": {"instrument": "A.KRX", "ratio": "1"}}"#,
        r#"{"adjustment": {"instrument": "A.KRX", "ratio": "0"}}"#,
        r#"{"adjustment": {"instrument": "Z.KRX", "ratio": "2"}}"#,
        r#"{"adjustment": {"instrument": "A.KRX", "ratio": "2", "at": "2027-01-06T10:00:00+09:00"}, "now": "2026-01-07T10:00:00+09:00"}"#,
    ];
    let errors: Vec<String> = bad.iter().map(|line| served.say(line)["error"].to_string()).collect();
    expect![[r#"
        {"code":"missing_key","help":"add `\"ratio\": …`","message":"`ratio` is missing","path":"$.adjustment"}
        {"code":"wrong_value","help":"write new shares for one old one, such as \"50\", \"1/10\" or \"3/2\"","message":"`1`: it changes nothing","path":"$.adjustment.ratio"}
        {"code":"wrong_value","help":"write new shares for one old one, such as \"50\", \"1/10\" or \"3/2\"","message":"`0`: it is not above zero","path":"$.adjustment.ratio"}
        {"code":"unknown_instrument","help":"instruments here: A.KRX, B.KRX","message":"no instrument has the id `Z.KRX`","path":"$.adjustment.instrument"}
        {"code":"wrong_value","help":"give `now` the newest time of the line, or leave it out","message":"an adjustment's `at` lies after `now`","path":"$"}"#]].assert_eq(&errors.join("\n"));
    let waits = served.say(r#"{"adjustment": {"instrument": "A.KRX", "ratio": "50", "at": "2026-01-07T08:30:00+09:00", "reason": "split"}}"#);
    expect![[r#"{"adjustments":[{"at":"2026-01-06T23:30:00Z","awaits":"orders of before work; it goes on when they are over","books":{},"instrument":"A.KRX","price":null,"ratio":"50","reason":"split","restarted":[]}],"cancels":[{"instrument":"A.KRX","order":"1","reason":"unwanted","strategy":"operator"}],"line":11,"modes":{"A.KRX":"halted"}}"#]].assert_eq(&waits.to_string());
    let done = served.say(r#"{"canceled": {"order": "1"}, "state": true}"#);
    expect![[r#"[{"at":"2026-01-06T23:30:00Z","books":{"value":{"after":"1000","before":"20","cash":"0"}},"instrument":"A.KRX","price":"1000","ratio":"50","reason":null,"restarted":[]}]"#]].assert_eq(&done["adjustments"].to_string());
    assert_eq!(done["state"]["account"]["positions"]["A.KRX"], "1000");
    let buy = r#""intents": [{"strategy": "trend", "instrument": "A.KRX", "side": "buy", "qty": "5"}]"#;
    let judged = served.say(format!("{}, {buy}, \"state\": true}}", market(7, "1000")));
    assert_eq!((&judged["decisions"][0]["verdict"], &judged["modes"]), (&"pass".into(), &serde_json::json!({})));
    assert_eq!(judged["state"]["account"]["equity"], "101000000");
}

#[test]
fn a_service_applies_what_its_config_says_when_the_day_comes() {
    let config = format!("{TWO_BOTS}[[adjustment]]\ninstrument = \"A.KRX\"\ndate = \"2026-01-06\"\nratio = \"1/10\"\n");
    let folder = Folder::new("adjust-serve-config").with("qts.toml", config);
    let mut served = Served::start(&folder);
    let say = |served: &mut Served, day: u32, price: &str| {
        served.say(format!(
            "{{\"market\": {{\"A.KRX\": {{\"last\": \"{price}\", \"at\": \"2026-01-{day:02}T10:00:00+09:00\"}}}}, \"judge\": true}}"
        ))
    };
    assert_eq!(say(&mut served, 5, "50000")["adjustments"], Value::Null);
    assert_eq!(say(&mut served, 6, "500000")["adjustments"][0]["books"]["value"]["after"], "2");
    assert_eq!(say(&mut served, 7, "500000")["adjustments"], Value::Null);
}

#[test]
fn a_policy_test_can_split_shares() {
    let suite = r#"config = "qts.toml"
[[case]]
name = "after a split a holding is sold in new shares"
[[case.step]]
now = "2026-01-06T08:30:00+09:00"
adjustment = { instrument = "A.KRX", ratio = "5" }
expect.adjustments = [{ ratio = "5", books = { value = { after = 100 } } }]
[[case.step]]
now = "2026-01-06T10:00:00+09:00"
market."A.KRX" = { last = 10000 }
intents = [{ strategy = "value", instrument = "A.KRX", side = "sell", qty = 40 }]
expect.decisions = [{ verdict = "pass", sent = 40 }]
"#;
    let folder = Folder::new("adjust-policy-test").with("qts.toml", TWO_BOTS).with("tests.toml", suite);
    let ended = folder.qts("test tests.toml");
    assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
}
