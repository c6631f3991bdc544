//! Forms of values as JSON Schema: what the config's reader takes, as far as a schema can say it.

use serde_json::{Value, json};

/// A decimal as the reader takes it, without its sign for percentages.
const DECIMAL: &str = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?";

/// A value with what it means.
pub(super) fn about(text: &str, mut form: Value) -> Value {
    form["description"] = text.into();
    form
}

/// A table with exactly these keys.
pub(super) fn table(keys: Vec<(&str, Value)>, required: &[&str]) -> Value {
    let properties: serde_json::Map<String, Value> =
        keys.into_iter().map(|(key, form)| (key.to_owned(), form)).collect();
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

/// A list.
pub(super) fn list(item: Value) -> Value {
    json!({"type": "array", "items": item})
}

/// Tables in a row, `[[…]]`.
pub(super) fn rows(row: Value) -> Value {
    json!({"type": "array", "items": row})
}

/// A text that is not empty.
pub(super) fn text() -> Value {
    json!({"type": "string", "pattern": r"\S"})
}

/// One of some words.
pub(super) fn word(words: &[&str]) -> Value {
    json!({"type": "string", "enum": words})
}

/// `true` or `false`.
pub(super) fn flag() -> Value {
    json!({"type": "boolean"})
}

/// An exact decimal, best in quotes.
pub(super) fn decimal() -> Value {
    json!({"anyOf": [{"type": "string", "pattern": format!("^{DECIMAL}$")}, {"type": "number"}]})
}

/// A whole number.
pub(super) fn whole() -> Value {
    json!({"anyOf": [{"type": "integer"}, {"type": "string", "pattern": "^[+-]?[0-9]+$"}]})
}

/// A date.
pub(super) fn date() -> Value {
    json!({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"})
}

/// A percentage in quotes, or a bare zero.
pub(super) fn percent() -> Value {
    json!({"anyOf": [{"type": "string", "pattern": percent_pattern()}, {"const": 0}]})
}

/// A decimal or a percentage.
pub(super) fn decimal_or_percent() -> Value {
    let pattern = format!(r"^{DECIMAL}(\s*%)?$");
    json!({"anyOf": [{"type": "string", "pattern": pattern}, {"type": "number"}]})
}

/// A quantity in shares, or in lots.
pub(super) fn shares_or_lots() -> Value {
    let pattern = format!("^({DECIMAL}|[0-9]+ lots?)$");
    json!({"anyOf": [{"type": "string", "pattern": pattern}, {"type": "number"}]})
}

fn percent_pattern() -> String {
    format!(r"^({DECIMAL}\s*%|[+-]?0+\.?0*([eE][+-]?[0-9]+)?|[+-]?\.0+([eE][+-]?[0-9]+)?)$")
}

/// A length of time.
pub(super) fn length() -> Value {
    json!({"type": "string", "pattern": r"^[0-9]+\s*(ms|[smhd])$"})
}

/// A length of time, or a number of intervals of an instrument's data.
pub(super) fn age() -> Value {
    json!({"type": "string", "pattern": r"^[0-9]+\s*(ms|[smhd]|intervals?)$"})
}

/// A session of one day: one window or several.
pub(super) fn session() -> Value {
    let clock = r"\s*[0-9]{2}:[0-9]{2}(:[0-9]{2})?\s*";
    json!({"type": "string", "pattern": format!("^{clock}-{clock}(,{clock}-{clock})*$")})
}

/// What the first takes, or the second.
pub(super) fn either(one: Value, other: Value) -> Value {
    json!({"anyOf": [one, other]})
}
