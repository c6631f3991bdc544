//! `[[strategy]]` as JSON Schema, and the parameters of each kind.

use qts_strategies::KindSpec;
use serde_json::{Map, Value, json};

use crate::kinds::Kinds;

use super::forms::{about, decimal, rows, table, text, whole, word};

/// A strategy of one of these kinds.
pub(super) fn strategy(kinds: &Kinds) -> Value {
    let known: Vec<&KindSpec> = kinds.names().filter_map(|name| kinds.find(name)).collect();
    let names: Vec<&str> = known.iter().map(|kind| kind.name).collect();
    let abouts: Vec<String> = known.iter().map(|kind| format!("{}: {}", kind.name, kind.about)).collect();
    let kind = format!("What it does; left out where its intents come from outside. {}", abouts.join(" · "));
    let keys = vec![
        ("id", about("Its id: unique, stable, without white space", json!({"type": "string", "pattern": r"^\S+$"}))),
        ("name", about("Its name for people (default: its id)", text())),
        ("kind", about(&kind, word(&names))),
        ("instruments", about("The ids of the instruments that it subscribes to", rows(text()))),
        ("state", about("How it starts (default: active)", word(&["active", "reduce_only", "shadow", "disabled"]))),
        ("rank", about("Lower ranks first (default: 100); for the rule `rank`, and for ties", whole())),
        ("policy", about("The policy of its own scope (default: conservative)", text())),
        ("budget", about("What its book may hold at cost", decimal())),
        ("params", about("Parameters of its kind", all_params(&known))),
    ];
    let mut form = table(keys, &["id"]);
    form["allOf"] = known.iter().map(|kind| params_of(kind)).collect();
    form
}

/// The parameters of all kinds together.
fn all_params(kinds: &[&KindSpec]) -> Value {
    let mut properties: Map<String, Value> = Map::new();
    for kind in kinds {
        for name in params(kind) {
            let takers = kinds.iter().filter(|other| params(other).contains(name)).map(|other| other.name);
            let of = takers.collect::<Vec<_>>().join(", ");
            properties.insert((*name).to_owned(), param(name, &of));
        }
    }
    json!({"type": "object", "properties": properties, "additionalProperties": false})
}

/// Of this kind, no others than its own.
fn params_of(kind: &KindSpec) -> Value {
    let condition = json!({"properties": {"kind": {"const": kind.name}}, "required": ["kind"]});
    let names = json!({"propertyNames": {"enum": params(kind)}});
    json!({"if": condition, "then": {"properties": {"params": names}}})
}

/// What a config may give a kind; the rows of `signals` are read from its file.
fn params(kind: &KindSpec) -> &[&'static str] {
    if kind.name == "signals" { &["path"] } else { kind.params }
}

fn param(name: &str, of: &str) -> Value {
    let (what, form) = match name {
        "qty" => ("How many shares to ask for", decimal()),
        "fast" => ("Length of the fast average", whole()),
        "slow" => ("Length of the slow average", whole()),
        "period" => ("Length of the RSI", whole()),
        "low" => ("Enters below it", decimal()),
        "high" => ("Exits above it", decimal()),
        "lookback" => ("How many earlier bars count", whole()),
        "buy_below" => ("Buys at or below this price", decimal()),
        "sell_above" => ("Sells all at or above this price", decimal()),
        "path" => ("A csv or jsonl file of intents, relative to the config", text()),
        "every" => ("It misbehaves on every n-th call", whole()),
        "mode" => ("How it misbehaves", word(&MODES)),
        "steps" => ("Orders and cancels, each at a time or in a cycle", rows(step())),
        _ => ("A parameter", json!({})),
    };
    about(&format!("{what} ({of})"), form)
}

const MODES: [&str; 7] = ["panic", "error", "flood", "negative_qty", "unknown_instrument", "off_lot", "slow"];

/// A step of `scripted`.
fn step() -> Value {
    let keys = vec![
        ("at", about("When: a time with its offset", text())),
        ("cycle", about("When: in this cycle", whole())),
        ("instrument", about("The instrument's id", text())),
        ("side", about("Which way", word(&["buy", "sell"]))),
        ("qty", about("How many shares", decimal())),
        ("type", about("market, or limit (default where a limit is given)", word(&["market", "limit"]))),
        ("limit", about("The limit price", decimal())),
        ("tif", about("How long it stands (default: day)", word(&["day", "gtc", "ioc", "fok"]))),
        ("reason", about("Why, for the records", text())),
        (
            "cancel",
            about(
                "true: withdraws its open orders; or the number of one",
                json!({"type": ["boolean", "string", "integer"]}),
            ),
        ),
    ];
    table(keys, &[])
}
