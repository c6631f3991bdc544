//! What the pages say of exits is what becomes of them: each control is made to hold back an entry, and then meets an
//! exit of the same size.

use serde_json::{Value, json};

use super::program::Program;
use super::{PAGES, sections, texts};
use crate::support::Folder;

const ID: &str = "005930.KRX";

/// A control that holds back the second of two entries.
struct Case {
    /// Its name.
    code: &'static str,
    /// What the policy says.
    line: &'static str,
    /// The side of the entries; exits are of the other.
    entry: &'static str,
    /// What else the orders say, and the market.
    more: fn(side: &str, cycle: &mut Value),
}

const fn buying(code: &'static str, line: &'static str) -> Case {
    Case { code, line, entry: "buy", more: |_, _| {} }
}

const fn selling(code: &'static str, line: &'static str) -> Case {
    Case { code, line, entry: "sell", more: |_, _| {} }
}

const CASES: [Case; 23] = [
    buying("restricted", "restricted = [\"005930.KRX\"]"),
    Case { more: |_, cycle| at_night(cycle), ..buying("outside_session", "outside_session = true") },
    Case {
        more: |_, cycle| cycle["market"][ID]["at"] = "2026-01-05T09:30:00+09:00".into(),
        ..buying("stale_data", "stale_data = \"1s\"")
    },
    buying("duplicate_order", "duplicate_order = \"10s\""),
    selling("short_not_allowed", "short_not_allowed = true"),
    Case {
        more: |_, cycle| cycle["market"][ID]["prev_close"] = "40000".into(),
        ..buying("data_implausible", "data_implausible = \"10%\"")
    },
    Case { more: far_away, ..buying("price_collar", "price_collar = \"2%\"") },
    buying("fat_finger", "fat_finger = { multiple = \"2\" }\nmax_order_qty = \"24\""),
    buying("cycle_notional", "cycle_notional = \"1\""),
    buying("market_order", "market_order = \"block\""),
    buying("max_order_qty", "max_order_qty = { limit = \"10\", block = \"20\" }"),
    buying("max_order_notional", "max_order_notional = { limit = \"600000\", block = \"1000000\" }"),
    buying("max_long", "max_long = \"60\""),
    selling("max_short", "max_short = \"60\""),
    buying("max_gross_exposure", "max_gross_exposure = \"1\""),
    buying("max_net_exposure", "max_net_exposure = \"1\""),
    buying("buying_power", "buying_power = true"),
    buying("budget", "budget = \"3000000\""),
    buying("max_participation", "max_participation = { order = \"0.5%\" }"),
    buying("max_open_orders", "max_open_orders = 1"),
    buying("order_rate", "order_rate = { per_second = \"1\", burst = \"1\" }"),
    buying("message_limit", "message_limit = 1"),
    buying("max_risk_score", "max_risk_score = \"0.01\""),
];

fn at_night(cycle: &mut Value) {
    cycle["now"] = "2026-01-05T20:00:00+09:00".into();
    for intent in cycle["intents"].as_array_mut().expect("intents") {
        intent["tif"] = "ioc".into();
    }
}

fn far_away(side: &str, cycle: &mut Value) {
    for intent in cycle["intents"].as_array_mut().expect("intents") {
        intent["type"] = "limit".into();
        intent["limit"] = if side == "buy" { "52000" } else { "48000" }.into();
    }
}

#[test]
fn exits_fare_as_the_pages_say() {
    let program = Program::ask("control-exits");
    let notes: Vec<_> = PAGES.iter().flat_map(|page| sections(page, &program)).flat_map(|it| it.notes).collect();
    for case in &CASES {
        let note = notes.iter().find(|note| note.codes.iter().any(|code| code == case.code)).expect("a note");
        let said = note.point("exits").expect("what exits may");
        let word = said.split([',', ';', ' ']).next().unwrap_or_default();
        let wanted = match word {
            "pass" | "never" => "pass",
            "sliced" => "reduce",
            _ => "block",
        };
        let [entry, exit] = decided(case);
        assert_ne!(entry, "pass", "{}: the entry", case.code);
        // Size limits are part of the fat finger's case: they slice what it lets pass.
        let sliced = case.code == "fat_finger" && exit == "reduce";
        assert!(exit == wanted || sliced, "{}: the page says `{said}`, the exit came out as {exit}", case.code);
    }
    let missing = program.controls().into_iter().filter(|name| !CASES.iter().any(|case| case.code == name));
    let supervisors = ["daily_loss", "drawdown", "failure_breaker", "repeated_execution", "warn_escalation"];
    assert_eq!(missing.collect::<Vec<_>>(), supervisors, "a control without a case");
}

/// What becomes of the second of two entries, and of the second of two exits.
fn decided(case: &Case) -> [String; 2] {
    let folder = Folder::new(&format!("exits-{}", case.code)).with("qts.toml", config(case));
    let other = if case.entry == "buy" { "sell" } else { "buy" };
    let held = if case.entry == "buy" { "100" } else { "-100" };
    [(case.entry, "0"), (other, held)].map(|(side, held)| {
        folder.write("cycle.json", cycle(case, side, held).to_string());
        let ended = folder.qts("decide qts.toml --input cycle.json --format json");
        assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{}", case.code);
        ended.json()["decisions"][1]["verdict"].as_str().expect("a verdict").to_owned()
    })
}

fn config(case: &Case) -> String {
    let around = match case.code {
        "budget" => texts::AROUND.replace("id = \"trend\"", &format!("id = \"trend\"\n{}", case.line)),
        "data_implausible" => texts::AROUND.replace("lot = \"1\"", "lot = \"1\"\ndaily_limit = \"10%\""),
        _ => texts::AROUND.to_owned(),
    };
    let line = if case.code == "budget" { "" } else { case.line };
    format!("{around}[policy.mine]\nextends = \"validity_only\"\n{line}\n")
}

fn cycle(case: &Case, side: &str, held: &str) -> Value {
    let now = "2026-01-05T10:00:00+09:00";
    let intent = json!({"strategy": "trend", "instrument": ID, "side": side, "qty": "50", "type": "market"});
    let mut cycle = json!({
        "now": now,
        "account": {"cash": "4000000", "equity": "100000000"},
        "market": {ID: {"last": "50000", "at": now, "prev_close": "50000", "adv20": "1000"}},
        "books": {"trend": {ID: {"position": held}}},
        "intents": [intent.clone(), intent],
    });
    (case.more)(side, &mut cycle);
    cycle
}
