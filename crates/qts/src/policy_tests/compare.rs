//! What is expected beside what came: a table names the fields it cares about, a list must match whole, numbers are
//! compared as numbers.

use qts_core::Money;
use serde_json::Value;

use crate::config::cases::Expected;

/// A difference.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mismatch {
    /// Where in the reply.
    pub(super) path: String,
    /// What was expected.
    pub(super) expected: String,
    /// What came.
    pub(super) got: String,
}

/// All differences between expectations and a reply.
pub(super) fn compare(expected: &[(String, Expected)], reply: &Value) -> Vec<Mismatch> {
    let mut found = Vec::new();
    for (key, expected) in expected {
        match (key.as_str(), expected) {
            ("modes", Expected::Table(modes)) => {
                for (name, mode) in modes {
                    // Only what is not active is listed.
                    let got = reply["state"]["modes"].get(name).cloned().unwrap_or_else(|| "active".into());
                    look(&format!("modes.{name}"), mode, &got, &mut found);
                }
            }
            // What came to nothing is left out of a reply.
            (_, Expected::List(_)) => {
                look(key, expected, reply.get(key).unwrap_or(&Value::Array(Vec::new())), &mut found);
            }
            _ => look(key, expected, reply.get(key).unwrap_or(&Value::Null), &mut found),
        }
    }
    found
}

fn look(path: &str, expected: &Expected, got: &Value, found: &mut Vec<Mismatch>) {
    let alike = match (expected, got) {
        (Expected::Table(fields), Value::Object(object)) => {
            for (key, expected) in fields {
                look(&format!("{path}.{key}"), expected, object.get(key).unwrap_or(&Value::Null), found);
            }
            true
        }
        (Expected::List(elements), Value::Array(items)) if elements.len() == items.len() => {
            for (place, (expected, got)) in elements.iter().zip(items).enumerate() {
                look(&format!("{path}[{place}]"), expected, got, found);
            }
            true
        }
        (Expected::List(elements), Value::Array(items)) => {
            let expected = counted(elements.len(), &told_expected(expected));
            let got = counted(items.len(), &told(got));
            found.push(Mismatch { path: path.to_owned(), expected, got });
            true
        }
        (Expected::Text(text), Value::String(got)) => same(text, got),
        (Expected::Text(text), Value::Number(got)) => same(text, &got.to_string()),
        // A reason may be named by its code, a withdrawal by its order.
        (Expected::Text(text), Value::Object(object)) => {
            let name = object.get("code").or_else(|| object.get("order")).and_then(Value::as_str);
            name.is_some_and(|name| same(text, name))
        }
        (Expected::Flag(flag), Value::Bool(got)) => flag == got,
        _ => false,
    };
    if !alike {
        found.push(Mismatch { path: path.to_owned(), expected: told_expected(expected), got: told(got) });
    }
}

/// The same text, or the same number.
fn same(expected: &str, got: &str) -> bool {
    let number = |text: &str| text.parse::<Money>().ok();
    expected == got || number(expected).is_some_and(|expected| number(got) == Some(expected))
}

fn told_expected(expected: &Expected) -> String {
    match expected {
        Expected::Text(text) => text.clone(),
        Expected::Flag(flag) => flag.to_string(),
        Expected::List(elements) => list(elements.iter().map(told_expected)),
        Expected::Table(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(key, value)| format!("{key} = {}", told_expected(value))).collect();
            format!("{{ {} }}", fields.join(", "))
        }
    }
}

/// A list, after how many elements it has.
fn counted(count: usize, list: &str) -> String {
    if count == 0 { "none".to_owned() } else { format!("{count}: {list}") }
}

/// A value in few words: reasons by their code, decisions and orders by what they are about.
fn told(got: &Value) -> String {
    match got {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => list(items.iter().map(told)),
        Value::Object(object) => {
            let text = |key: &str| object.get(key).and_then(Value::as_str);
            match (text("code"), text("verdict"), text("side"), text("instrument")) {
                (Some(code), ..) => code.to_owned(),
                (_, Some(verdict), Some(side), Some(instrument)) => {
                    format!("{side} {} {instrument}: {verdict}", text("asked").unwrap_or("?"))
                }
                (_, None, Some(side), Some(instrument)) => {
                    format!("{side} {} {instrument}", text("qty").unwrap_or("?"))
                }
                _ => fields(object),
            }
        }
        other => other.to_string(),
    }
}

fn fields(object: &serde_json::Map<String, Value>) -> String {
    let known = object.iter().filter(|(_, value)| !value.is_null());
    let fields: Vec<String> = known.map(|(key, value)| format!("{key} = {}", told(value))).collect();
    format!("{{ {} }}", fields.join(", "))
}

fn list(elements: impl Iterator<Item = String>) -> String {
    format!("[{}]", elements.collect::<Vec<_>>().join(", "))
}
