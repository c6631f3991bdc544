//! `qts test`: cases of users, their diffs, and what they would not notice.

use expect_test::expect;
use serde_json::json;

use crate::support::{Ended, Folder};

/// A config in the test file itself; the cases follow.
const INLINE: &str = r#"[config.account]
currency = "KRW"
cash = "100000000"
policy = "account"
[[config.instrument]]
id = "A.KRX"
class = "krx_stock"
[[config.strategy]]
id = "trend"
policy = "swing"
[[config.strategy]]
id = "value"
policy = "swing"
[[config.position]]
strategy = "value"
instrument = "A.KRX"
qty = 5
price = 49000
[config.policy.swing]
extends = "validity_only"
max_order_qty = { warn = "80", limit = "100", block = "500" }
max_long = 150
[config.policy.account]
extends = "validity_only"
buying_power = true

"#;

/// Bought, filled, and no room for more.
const FULL: &str = r#"[[case]]
name = "an entry above the limit is reduced"
controls = ["max_order_qty"]
[[case.step]]
now = 2026-01-05T10:00:00+09:00
market."A.KRX" = { last = 50_000, prev_close = "49500" }
intents = [{ strategy = "trend", instrument = "A.KRX", side = "buy", qty = 120, reason = "cheap" }]
expect.decisions = [{ verdict = "reduce", admitted = 100.0, reasons = ["max_order_qty"] }]
expect.orders = [{ order = 1, qty = "100", children = [{ strategy = "trend" }] }]
[[case.step]]
note = "two fills make it whole"
ack = { order = 1 }
fill = [{ order = 1, qty = 40, price = 50_000 }, { order = 1, qty = 60, price = 50_000, exec = "b" }]
expect.fills = [{ qty = 40 }, { shares = [{ strategy = "trend", qty = 60 }] }]
expect.state.books.trend.positions = { "A.KRX" = 100 }
expect.cancels = []

[[case]]
name = "there is room for 150"
controls = ["max_long"]
[[case.step]]
market."A.KRX" = { last = 50_000, prev_close = "49500" }
intents = [{ strategy = "trend", instrument = "A.KRX", side = "buy", qty = 80 }]
[[case.step]]
intents = [{ strategy = "trend", instrument = "A.KRX", side = "buy", qty = 80 }]
expect.decisions = [{ admitted = 70 }]

"#;

const ARBITRATION: &str = r#"[[case]]
name = "an exit goes before an entry"
controls = []
[[case.step]]
market."A.KRX" = { last = 50_000, prev_close = "49500" }
intents = [
  { strategy = "trend", instrument = "A.KRX", side = "buy", qty = 9 },
  { strategy = "value", instrument = "A.KRX", side = "sell", qty = 5 },
]
expect.decisions = [{ verdict = "block", reasons = ["opposing_intent"] }, { verdict = "pass" }]

[[case]]
name = "a kill withdraws what works"
controls = []
[[case.step]]
market."A.KRX" = { last = 50_000, prev_close = "49500" }
intents = [{ strategy = "trend", instrument = "A.KRX", side = "buy", qty = 9, limit = 49_000 }]
expect.orders = [{ limit = 49_000, type = "limit" }]
[[case.step]]
ack = { order = 1 }
command = { do = "kill", reason = "smoke" }
expect = { cancels = ["1"], commands = [{ refused = "" }], modes = { account = "killed", trend = "active" } }
"#;

fn folder(name: &str, cases: &str) -> Folder {
    Folder::new(name).with("policy.toml", format!("{INLINE}{cases}"))
}

fn test(name: &str, cases: &str, flags: &str) -> Ended {
    folder(name, cases).qts(&format!("test policy.toml {flags}"))
}

#[test]
fn cases_that_hold_are_a_line_each() {
    let cases = format!("{FULL}{}", ARBITRATION.replace("commands = [{ refused = \"\" }], ", ""));
    let ended = test("tests-hold", &cases, "");
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
    expect![[r#"
        policy.toml
          ok   an entry above the limit is reduced
          ok   there is room for 150
          ok   an exit goes before an entry
          ok   a kill withdraws what works
        4 cases: 4 ok, 0 failed
    "#]]
    .assert_eq(&ended.out);
}

/// Every kind of difference: a field, a list's length, an element, a number, a mode, what is not there.
#[test]
fn a_case_that_fails_shows_what_was_expected_what_came_and_why() {
    let cases = FULL
        .replace("verdict = \"reduce\", admitted = 100.0", "verdict = \"warn\", admitted = 100.5, sen = 1")
        .replace("admitted = 70", "admitted = 80")
        + &ARBITRATION
            .replace("{ verdict = \"pass\" }]", "{ verdict = \"pass\" }, { verdict = \"pass\" }]")
            .replace("account = \"killed\", trend = \"active\"", "account = \"halted\", trend = \"reduce_only\"")
            .replace("cancels = [\"1\"]", "cancels = [\"2\"]");
    let ended = test("tests-fail", &cases, "");
    assert_eq!((ended.code, ended.err.as_str()), (1, ""));
    expect![[r#"
        policy.toml
          FAIL an entry above the limit is reduced
               step 1, policy.toml:30
                 decisions[0].admitted: expected 100.5, got 100
                 decisions[0].sen: expected 1, got nothing
                 decisions[0].verdict: expected warn, got reduce
                 decisions[0] was: trend buy 120 A.KRX: reduce, 100 sent
                   max_order_qty: 120 is above the limit 100. Raise max_order_qty or ask for less.
          FAIL there is room for 150
               step 2, policy.toml:50
                 decisions[0].admitted: expected 80, got 70
                 decisions[0] was: trend buy 80 A.KRX: reduce, 70 sent
                   max_long: 160 is above the limit 150. Raise max_long or ask for less.
          FAIL an exit goes before an entry
               step 1, policy.toml:57
                 decisions: expected 3: [{ reasons = [opposing_intent], verdict = block }, { verdict = pass }, { verdict = pass }], got 2: [buy 9 A.KRX: block, sell 5 A.KRX: pass]
                 decisions[0] was: trend buy 9 A.KRX: block, 0 sent
                   opposing_intent: Another proposal of this cycle opposes it; in a conflict only exits go through. Ask again.
                 decisions[1] was: value sell 5 A.KRX: pass, 5 sent
          FAIL a kill withdraws what works
               step 2, policy.toml:72
                 cancels[0]: expected 2, got { instrument = A.KRX, order = 1, reason = unwanted, strategy = operator }
                 modes.account: expected halted, got killed
                 modes.trend: expected reduce_only, got active
                 commands[0].refused: expected , got nothing
        4 cases: 0 ok, 4 failed
    "#]].assert_eq(&ended.out);
}

#[test]
fn the_same_as_json() {
    let folder = folder("tests-json", &FULL.replace("admitted = 70", "admitted = 80"));
    let ended = folder.qts("test policy.toml --format json");
    assert_eq!(ended.code, 1);
    let told = ended.json();
    assert_eq!((&told["schema"], &told["cases"], &told["failed"]), (&json!(1), &json!(2), &json!(1)));
    let cases = &told["files"][0]["cases"];
    assert_eq!(cases[0], json!({"name": "an entry above the limit is reduced", "line": 28, "ok": true}));
    let failure = &cases[1]["failure"];
    assert_eq!((&failure["step"], &failure["line"]), (&json!(2), &json!(50)));
    assert_eq!(failure["differences"], json!([{"path": "decisions[0].admitted", "expected": "80", "got": "70"}]));
    assert_eq!(failure["decided"].as_array().map(Vec::len), Some(2), "{failure}");
}

#[test]
fn a_removed_control_must_be_missed() {
    let asleep = FULL.replace("[{ admitted = 70 }]", "[{ strategy = \"trend\" }]")
        + "[[case]]\nname = \"nothing at all\"\n[[case.step]]\nintents = []\nexpect.decisions = []\n";
    let held = test(
        "tests-ablate",
        &(FULL.to_owned() + &ARBITRATION.replace("commands = [{ refused = \"\" }], ", "")),
        "--ablate",
    );
    let slept = test("tests-asleep", &asleep, "--ablate");
    assert_eq!((held.code, slept.code), (0, 1), "{} {}", held.err, slept.err);
    expect![[r#"
        policy.toml
          ok   an entry above the limit is reduced
               notices the loss of max_order_qty
          ok   there is room for 150
               notices the loss of max_long
          ok   an exit goes before an entry
          ok   a kill withdraws what works
        no case notices the loss of buying_power
        4 cases: 4 ok, 0 failed
        ---
        policy.toml
          ok   an entry above the limit is reduced
               notices the loss of max_order_qty
          FAIL there is room for 150
               policy.toml:45: tests nothing: it still passes without max_long
          FAIL nothing at all
               policy.toml:55: tests nothing: it still passes without any of the controls
               (about something else, such as arbitration? write `controls = []`)
        no case notices the loss of buying_power, max_long
        3 cases: 1 ok, 2 failed
    "#]]
    .assert_eq(&(held.out + "---\n" + &slept.out));
    let told = folder("tests-asleep-json", &asleep).qts("test policy.toml --ablate --format json").json();
    assert_eq!(told["unnoticed"], json!(["buying_power", "max_long"]));
    assert_eq!(
        told["files"][0]["cases"][1]["ablation"],
        json!({"notices": [], "misses": ["max_long"], "tests_something": true})
    );
}

/// Controls that look at the data, and at what was sent before; where nothing is known of the volume, none limits it.
const STRICT: &str = r#"
[config.account]
currency = "KRW"
cash = "100000000"
policy = "open"
[[config.instrument]]
id = "A.KRX"
class = "krx_stock"
[[config.instrument]]
id = "B.KRX"
class = "krx_stock"
[[config.strategy]]
id = "s"
policy = "strict"
[config.policy.open]
extends = "validity_only"
[config.policy.strict]
extends = "validity_only"
restricted = ["B.KRX"]
outside_session = true
stale_data = "3s"
data_implausible = "10%"
duplicate_order = "10s"
market_order = "block"
max_participation = { order = "1%", where_known = true }
order_rate = { per_second = "0.1", burst = "2" }
message_limit = 3
"#;

/// A step at so many seconds past ten (or at another hour): prices, intents, and the verdict on the last of them.
fn step(now: &str, quoted: &str, intents: &[&str], verdict: &str) -> String {
    let more = |intent: &&str| format!("{{ strategy = \"s\", {intent} }}");
    let intents: Vec<String> = intents.iter().map(more).collect();
    let passed = "{ verdict = \"pass\" }, ".repeat(intents.len() - 1);
    format!(
        "[[case.step]]\nnow = 2026-01-05T{now}+09:00\nmarket.\"A.KRX\" = {{ last = 10000{quoted} }}\n\
         market.\"B.KRX\" = {{ last = 10000, prev_close = 10000 }}\n\
         intents = [{}]\nexpect.decisions = [{passed}{{ verdict = \"{verdict}\" }}]\n",
        intents.join(", ")
    )
}

/// A case for each, and each notices the loss of its own control and of no other.
#[test]
fn every_control_of_data_and_pace_is_missed_when_it_is_gone() {
    let buy = |qty: u32| format!("instrument = \"A.KRX\", side = \"buy\", qty = {qty}, limit = 9900");
    let (one, two, three, many) = (buy(1), buy(2), buy(3), buy(15));
    let close = ", prev_close = 10000";
    let at_ten = |intents: &[&str], verdict| step("10:00:00", close, intents, verdict);
    let messages =
        [("10:01:00", 1, "pass"), ("10:02:00", 1, "pass"), ("10:03:00", 1, "pass"), ("10:04:00", 1, "block")];
    let messages = messages.map(|(now, qty, verdict)| step(now, close, &[&buy(qty)], verdict)).concat();
    let cases = [
        ("restricted", at_ten(&[&one.replace("A.KRX", "B.KRX")], "block")),
        ("outside_session", step("16:00:00", close, &[&format!("{one}, tif = \"ioc\"")], "block")),
        ("stale_data", step("10:00:04", ", prev_close = 10000, at = 2026-01-05T10:00:00+09:00", &[&one], "block")),
        ("data_implausible", step("10:00:00", ", prev_close = 8900", &[&one], "block")),
        ("duplicate_order", at_ten(&[&one], "pass") + &step("10:00:10", close, &[&one], "block")),
        ("market_order", at_ten(&["instrument = \"A.KRX\", side = \"buy\", qty = 1"], "block")),
        ("max_participation", step("10:00:00", ", prev_close = 10000, adv20 = 1000", &[&many], "reduce")),
        ("order_rate", at_ten(&[&one, &two, &three], "block")),
        ("message_limit", messages),
    ];
    let case = |(control, steps): &(&str, String)| {
        format!("[[case]]\nname = \"{control}\"\ncontrols = [\"{control}\"]\n{steps}")
    };
    let text: String = cases.iter().map(case).collect();
    let ended = Folder::new("tests-data-pace").with("policy.toml", STRICT.to_owned() + &text);
    let told = ended.qts("test policy.toml --ablate --format json").json();
    for ((control, _), case) in cases.iter().zip(told["files"][0]["cases"].as_array().expect("cases")) {
        assert_eq!(case["ablation"]["notices"], json!([control]), "{case}");
    }
    assert_eq!(told["unnoticed"], json!([]), "{told}");
}

/// Removal reaches every policy, both scopes and the tables of single instruments.
#[test]
fn a_control_is_removed_wherever_it_is_set() {
    let case = "[[case]]\nname = \"tight\"\ncontrols = [\"max_long\"]\n[[case.step]]\nmarket.\"A.KRX\" = { last = 50_000, prev_close = 49500 }\n\
                intents = [{ strategy = \"trend\", instrument = \"A.KRX\", side = \"buy\", qty = 50 }]\nexpect.decisions = [{ admitted = 9 }]\n";
    for policies in [
        "[config.policy.swing]\nextends = \"validity_only\"\n[config.policy.swing.instrument.\"A.KRX\"]\nmax_long = 9\n[config.policy.account]\nextends = \"validity_only\"\n",
        "[config.policy.swing]\nextends = \"validity_only\"\n[config.policy.account]\nextends = \"validity_only\"\nmax_long = 14\n",
        "[config.policy.base]\nextends = \"validity_only\"\nmax_long = 9\n[config.policy.swing]\nextends = \"base\"\n[config.policy.account]\nextends = \"base\"\nmax_long = 20\n",
    ] {
        let (before, _) = INLINE.split_once("[config.policy").expect("policies");
        let folder = Folder::new("tests-everywhere").with("policy.toml", format!("{before}{policies}{case}"));
        let ended = folder.qts("test policy.toml --ablate");
        assert_eq!(
            (ended.code, ended.out.contains("notices the loss of max_long")),
            (0, true),
            "{} {}",
            ended.out,
            ended.err
        );
    }
}

#[test]
fn cases_are_chosen_by_a_part_of_their_name() {
    let some = test("tests-some", FULL, "--case room");
    assert_eq!((some.code, some.out.lines().count(), some.out.contains("room for 150")), (0, 3, true), "{}", some.out);
    let none = test("tests-none", FULL, "--case nobody");
    assert_eq!((none.code, none.out.as_str()), (1, ""));
    assert!(none.err.contains("no case is called `nobody`"), "{}", none.err);
}

#[test]
fn a_config_may_be_a_file_beside_the_test_file_and_several_files_are_played() {
    let config = INLINE.replace("config.", "");
    let cases = format!("config = \"qts.toml\"\n{FULL}");
    let folder = folder("tests-files", ARBITRATION).with("qts.toml", config);
    std::fs::create_dir(folder.path("tests")).expect("a folder");
    folder.write("tests/more.toml", cases.replace("qts.toml", "../qts.toml"));
    let ended = folder.qts("test policy.toml tests/more.toml --case room");
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
    let ended = folder.qts("test tests/more.toml");
    assert_eq!((ended.code, ended.out.lines().next()), (0, Some("tests/more.toml")));
    folder.write("qts.toml", "[account]\n");
    assert_eq!(folder.qts("test tests/more.toml").code, 3, "the config is wrong");
}

/// The first line of the report that names the place, and the exit code.
fn wrong(cases: &str) -> String {
    let ended = test("tests-wrong", cases, "");
    assert_eq!(ended.out, "");
    let place = ended.err.lines().find_map(|line| line.split_once("policy.toml")).map_or("", |(_, place)| place);
    let what = ended.err.lines().find(|line| line.contains('×')).unwrap_or(&ended.err).trim();
    let help = ended.err.lines().find(|line| line.contains("help:")).unwrap_or_default().trim();
    format!("{} {what} {} | {help}\n", ended.code, place.trim_matches([':', ']', '`']))
}

#[test]
fn what_is_wrong_with_a_test_file_is_told_with_its_line() {
    let in_step = |text: &str| wrong(&format!("[[case]]\nname = \"a\"\n[[case.step]]\nexpect.orders = []\n{text}\n"));
    let told = [
        wrong(""),
        wrong("[[case]]\n"),
        wrong("[[case]]\nname = \"a\"\n[[case.step]]\nintents = []\n"),
        wrong(&FULL.replace("controls = [\"max_long\"]", "controls = [\"max_lng\"]")),
        wrong(&FULL.replace("expect.fills", "expect.fils")),
        wrong("case = 1\n"),
        in_step("markt.\"A.KRX\" = { last = 1 }"),
        in_step("market.\"B.KRX\" = { last = 1 }"),
        in_step("market.\"A.KRX\" = { last = \"x\" }"),
        in_step(
            "intents = [\n  { strategy = \"trend\", instrument = \"A.KRX\", side = \"buy\", qty = 1 },\n  { strategy = \"trend\", instrument = \"A.KRX\", sid = \"buy\" },\n]",
        ),
        in_step("command = { do = \"kill\" }"),
        in_step("fill = { order = 3, qty = 1, price = 1 }"),
        in_step("now = 2026-01-05"),
        in_step("expect = {"),
    ];
    expect![[r#"
        4 × there is no `[[case]]` 1:1 | help: add `[[case]]` with a `name` and one or more `[[case.step]]`
        4 × [[case]] has no `name` 27:1 | help: add `name = "an entry above the limit is reduced"`
        4 × the case expects nothing 27:1 | help: add `expect = { decisions = [{ verdict = "reduce" }] }` to a step
        4 × no control is called `max_lng` 46:13 | help: did you mean `max_long`?
        4 × unknown key `fils` in `expect` 40:8 | help: did you mean `fills`?
        4 × there is no `[[case]]` 1:1 | help: add `[[case]]` with a `name` and one or more `[[case.step]]`
        4 × unknown key `markt` in [[step]] 31:1 | help: did you mean `market`?
        4 × no instrument has the id `B.KRX` 31:8 | help: instruments here: A.KRX
        4 × `"x"`: not a decimal number 31:20 | help: write a decimal in quotes, such as "50000" or "0.05"
        4 × unknown key `sid` 33:47 | help: did you mean `side`?
        4 × the command must say why 31:1 | help: add `reason = "…"`; it is recorded
        4 × no order has the number `3` 31:10 | help: use the `order` of a reply; orders that were over long ago are forgotten
        4 × this must be a time with its offset, not `"2026-01-05"` 31:1 | help: write it as "2026-01-05T10:00:00+09:00"
        4 × not TOML: duplicate key 31:1 | help: keep one of the two
    "#]].assert_eq(&told.concat());
    let folder = Folder::new("tests-gone");
    let gone = folder.qts("test gone.toml");
    assert_eq!((gone.code, gone.err.contains("gone.toml")), (4, true), "{}", gone.err);
    assert_eq!(folder.qts("test").code, 2);
    folder.write("policy.toml", FULL);
    assert_eq!(folder.qts("test policy.toml").code, 4, "there is no config");
}

#[test]
fn the_config_of_a_run_can_be_tested_as_it_is_and_the_steps_speak_for_its_strategies() {
    let test = r#"config = "qts.toml"
[[case]]
name = "one lot"
controls = ["max_order_qty"]
[[case.step]]
market."A.KRX" = { last = 100, prev_close = 100 }
intents = [{ strategy = "s", instrument = "A.KRX", side = "buy", qty = 3 }]
expect.decisions = [{ verdict = "reduce", admitted = 1, reasons = ["max_order_qty"] }]
"#;
    let strategies = crate::support::strategy("s", "simple", "buy_below = 99999, sell_above = 999999, qty = 7");
    let strategies = strategies.replace("policy = \"open\"\n", "");
    let folder = crate::support::market("policy-tests-run", &strategies, 3).with("test.toml", test);
    assert!(folder.summary("qts.toml")["intents"].as_u64() > Some(0), "it asks by itself in a run");
    let ended = folder.qts("test test.toml --ablate");
    assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{}", ended.out);
}

/// A case that only the budget of `trend` decides.
const SPENT: &str = r#"[[case]]
name = "no more than its budget"
controls = ["budget"]
[[case.step]]
now = 2026-01-05T10:00:00+09:00
market."A.KRX" = { last = 50_000, prev_close = "49500" }
intents = [{ strategy = "trend", instrument = "A.KRX", side = "buy", qty = 30, limit = 50000 }]
expect.decisions = [{ verdict = "reduce", admitted = 20 }]
"#;

#[test]
fn a_budget_is_ablated_like_a_control() {
    let config = INLINE.replace("id = \"trend\"\n", "id = \"trend\"\nbudget = \"1000000\"\n");
    for case in [SPENT.to_owned(), SPENT.replace("controls = [\"budget\"]\n", "")] {
        let folder = Folder::new("tests-budget").with("policy.toml", config.clone() + &case);
        let ended = folder.qts("test policy.toml --ablate");
        assert_eq!(ended.code, 0, "{}{}", ended.out, ended.err);
        assert!(ended.out.contains("notices the loss of budget\n"), "{}", ended.out);
        assert!(
            ended.out.contains("no case notices the loss of buying_power, max_long, max_order_qty\n"),
            "{}",
            ended.out
        );
    }
}

#[test]
fn what_no_case_notices_is_told_only_where_all_were_played_and_hold() {
    let failing = FULL.replace("admitted = 100.0", "admitted = 99");
    for (name, cases, flags) in [("fails", failing.as_str(), "--ablate"), ("hidden", FULL, "--ablate --case 150")] {
        let ended = test(&format!("tests-unnoticed-{name}"), cases, flags);
        assert!(!ended.out.contains("no case notices"), "{}", ended.out);
    }
}

#[test]
fn names_of_cases_are_their_own_and_the_file_is_utf_8() {
    let twice = test("tests-twice", &(FULL.to_owned() + FULL), "");
    assert_eq!(twice.code, 4);
    assert!(twice.err.contains("two cases are called `there is room for 150`"), "{}", twice.err);
    let folder = Folder::new("tests-latin").with("policy.toml", b"config = \"qts.toml\"\n# \xe9\n");
    let ended = folder.qts("test policy.toml");
    assert_eq!(ended.code, 4);
    for part in ["QTS0101", "policy.toml:2:3", "save it as UTF-8"] {
        assert!(ended.err.contains(part), "{part}: {}", ended.err);
    }
}
