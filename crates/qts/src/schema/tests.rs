//! The schema and the reader, held against each other.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::Value;

use super::schema;
use crate::config::{self, Code, Config, ConfigErrors};
use crate::kinds::Kinds;

static VALIDATOR: LazyLock<Validator> =
    LazyLock::new(|| jsonschema::validator_for(&schema(&Kinds::built_in())).expect("a sound schema"));

/// TOML as the JSON that editors check.
fn json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(flag) => flag.into(),
        toml::Value::Datetime(time) => time.to_string().into(),
        toml::Value::Array(list) => list.into_iter().map(json).collect(),
        toml::Value::Table(table) => table.into_iter().map(|(key, value)| (key, json(value))).collect(),
    }
}

/// What the schema says of a config's text; nothing of what is no TOML.
fn complaint(text: &str) -> Option<String> {
    of_value(&read(text)?)
}

fn read(text: &str) -> Option<Value> {
    let table: toml::Table = text.trim_start_matches('\u{feff}').parse().ok()?;
    Some(json(toml::Value::Table(table)))
}

fn of_value(value: &Value) -> Option<String> {
    if VALIDATOR.is_valid(value) {
        return None;
    }
    VALIDATOR.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).next()
}

/// The reader and the schema must agree on a text: what is sound is valid, and what has an unknown key or a wrong
/// type is not. Called on every config that the reader's own tests read.
pub(crate) fn agrees(text: &str, result: &Result<Config, ConfigErrors>) {
    let seen = [
        Code::UnknownKey,
        Code::WrongType,
        Code::UnknownWord,
        Code::UnknownControl,
        Code::AlwaysOn,
        Code::NotBuilt,
        Code::NoLevel,
        Code::UnknownKind,
        Code::UnknownClass,
        Code::EmptyText,
        Code::NotALength,
        Code::NotAPercentage,
        Code::BadCurrency,
        Code::BuiltInPolicy,
        Code::BadStrategyId,
    ];
    match result {
        Ok(_) => assert_eq!(complaint_but_params(text), None, "the schema refuses what the reader takes:\n{text}"),
        Err(errors) if errors.iter().any(|error| error.code() == Code::Syntax) => {}
        Err(errors) => {
            let found = errors.iter().find(|error| seen.contains(&error.code()));
            let Some(error) = found else { return };
            assert!(complaint_but_params(text).is_some(), "the schema takes what the reader refuses:\n{error}\n{text}");
        }
    }
}

/// The same without what only the kinds of strategies judge.
fn complaint_but_params(text: &str) -> Option<String> {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                fields.remove("params");
                fields.values_mut().for_each(strip);
            }
            Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut value = read(text)?;
    strip(&mut value);
    of_value(&value)
}

/// The keys that the reader lists where it meets one that nobody knows.
fn known_to_reader(text: &str) -> BTreeSet<String> {
    let errors = config::parse("x.toml", text).expect_err("an unknown key");
    let help = errors.iter().find(|error| error.message().contains("zzzzzzzzzz")).map(|error| error.help_text());
    let help = help.unwrap_or_else(|| panic!("no complaint about the key\n{errors}"));
    let (_, list) = help.split_once(": ").unwrap_or_else(|| panic!("no list: {help}"));
    list.split(", ").map(str::to_owned).collect()
}

/// The keys of the schema's table at a path.
fn in_schema(path: &str) -> BTreeSet<String> {
    let schema = schema(&Kinds::built_in());
    let found = schema.pointer(path).unwrap_or_else(|| panic!("no {path}"));
    assert_eq!(found["additionalProperties"], false, "{path}");
    found["properties"].as_object().expect("properties").keys().cloned().collect()
}

const BASE: &str = "[account]\ncurrency = \"KRW\"\ncash = \"1\"\n[[instrument]]\nid = \"A.X\"\ntick = 1\n";

fn check(path: &str, tables: &[&str]) {
    let known: BTreeSet<String> =
        tables.iter().flat_map(|table| known_to_reader(&format!("{BASE}{table}zzzzzzzzzz = 1\n"))).collect();
    assert_eq!(in_schema(path), known, "{path}");
}

#[test]
fn every_key_of_every_table_is_known_to_both() {
    let root = known_to_reader(&format!("zzzzzzzzzz = 1\n{BASE}"));
    assert_eq!(in_schema(""), root);
    check("/properties/instrument/items", &[""]);
    check("/properties/data/items", &["[[data]]\n"]);
    check("/properties/position/items", &["[[position]]\n"]);
    check("/properties/adjustment/items", &["[[adjustment]]\n"]);
    check("/properties/strategy/items", &["[[strategy]]\n"]);
    check("/properties/arbitration", &["[arbitration]\n"]);
    check("/properties/broker", &["[broker]\n"]);
    check("/properties/quarantine", &["[quarantine]\n"]);
    let commands = ["disable", "register", "flatten", "unregister", "set_policy"]
        .map(|verb| format!("[[command]]\ncycle = 1\ndo = \"{verb}\"\n[command.strategy]\nid = \"x\"\n[command.more]\n[[command]]\ncycle = 1\ndo = \"{verb}\"\n"));
    let commands: Vec<&str> = commands.iter().map(String::as_str).collect();
    check("/properties/command/items", &commands);
    check(
        "/properties/command/items/properties/strategy/anyOf/1",
        &["[[command]]\ncycle = 1\ndo = \"register\"\n[command.strategy]\n"],
    );
    let account = "[account]\ncurrency = \"KRW\"\ncash = \"1\"\nzzzzzzzzzz = 1\n";
    assert_eq!(in_schema("/properties/account"), known_to_reader(account));
}

#[test]
fn every_control_of_a_policy_is_known_to_both() {
    let policy = "/properties/policy/additionalProperties";
    let mut known = known_to_reader(&format!("{BASE}[policy.p]\nzzzzzzzzzz = 1\n"));
    known.extend(config::ALWAYS_ON.map(str::to_owned));
    known.extend(["extends", "instrument"].map(str::to_owned));
    assert_eq!(in_schema(policy), known);
    let of_instruments = in_schema(&format!("{policy}/properties/instrument/additionalProperties"));
    known.remove("extends");
    known.remove("instrument");
    assert_eq!(of_instruments, known);
    for control in config::BUILT {
        let form = schema(&Kinds::built_in());
        let form = form.pointer(&format!("{policy}/properties/{control}")).cloned().expect("a control");
        assert!(form.is_object(), "give a form of `{control}` in the schema");
    }
}

#[test]
fn inner_tables_have_the_readers_keys() {
    let policy = "/properties/policy/additionalProperties/properties";
    for (control, place) in [("max_long", "anyOf/1"), ("fat_finger", "anyOf/0"), ("buying_power", "anyOf/1")] {
        let text = format!("{BASE}[policy.p.{control}]\nzzzzzzzzzz = 1\n");
        assert_eq!(in_schema(&format!("{policy}/{control}/{place}")), known_to_reader(&text), "{control}");
    }
}

#[test]
fn every_key_says_what_it_is() {
    fn walk(value: &Value, path: &str) {
        if let Some(keys) = value.get("properties").and_then(Value::as_object).filter(|_| value.get("type").is_some()) {
            for (key, form) in keys {
                assert!(form["description"].as_str().is_some_and(|text| text.len() > 3), "{path}/{key}");
            }
        }
        match value {
            Value::Object(fields) => fields.iter().for_each(|(key, value)| walk(value, &format!("{path}/{key}"))),
            Value::Array(items) => items.iter().for_each(|value| walk(value, path)),
            _ => {}
        }
    }
    walk(&schema(&Kinds::built_in()), "");
}

#[test]
fn parameters_are_those_of_their_kind() {
    let strategy = |kind: &str, params: &str| {
        format!("{BASE}[[strategy]]\nid = \"s\"\nkind = \"{kind}\"\ninstruments = [\"A.X\"]\nparams = {{ {params} }}\n")
    };
    assert_eq!(complaint(&strategy("ema_cross", "fast = 1, slow = 2, qty = \"3\"")), None);
    assert_eq!(complaint(&strategy("scripted", "steps = [{ cycle = 1, cancel = true }]")), None);
    assert_eq!(complaint(&strategy("signals", "path = \"x.csv\"")), None);
    for (kind, params) in [
        ("ema_cross", "fst = 1"),
        ("ema_cross", "lookback = 1"),
        ("signals", "rows = []"),
        ("scripted", "steps = [{ cycl = 1 }]"),
        ("chaos", "mode = \"panik\""),
        ("simple", "qty = true"),
    ] {
        assert!(complaint(&strategy(kind, params)).is_some(), "{kind} {params}");
    }
}

#[test]
fn the_example_and_the_contracts_config_are_valid() {
    let example = include_str!("../../../../examples/us-daily/qts.toml");
    let contract = include_str!("../../tests/data/contract.toml");
    assert_eq!([complaint(example), complaint(contract)], [None, None]);
}
