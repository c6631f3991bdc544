//! Config and cycles in, decisions or the error out.

mod bad;
mod contract;
mod defaults;
mod frames;
mod fuzz;
mod good;
mod lenient;

use expect_test::Expect;

use super::frames::Shape;
use super::{DecideError, Format, Telling, run_on};
use crate::config::{Config, parse};
use crate::look::Look;

/// Two strategies under a policy that admits these sizes, two instruments.
const CONFIG: &str = r#"
[account]
currency = "KRW"
cash = "100000000"
policy = "wide"
[[instrument]]
id = "005930.KRX"
class = "krx_stock"
[[instrument]]
id = "BTC.X"
tick = "1000"
lot = "0.0001"
currency = "KRW"
[[strategy]]
id = "a"
policy = "wide"
rank = 1
[[strategy]]
id = "b"
policy = "wide"
[policy.wide]
extends = "validity_only"
"#;

/// Beginning of a cycle in which prices are known.
const MARKET: &str = r#""now": "2026-01-05T10:00:00+09:00", "market": {
  "005930.KRX": {"last": "50000", "bid": "49950", "ask": "50000", "prev_close": "49500"}, "BTC.X": {"last": "90000000"}}"#;

fn config(text: &str) -> Config {
    parse("qts.toml", text).unwrap_or_else(|errors| panic!("{errors}"))
}

/// What is written, and how it ends.
fn decide(config: &Config, shape: Shape, input: &[u8], format: Format) -> (String, Result<(), DecideError>) {
    let mut out = Vec::new();
    let telling = Telling { format, look: Look::default(), at_once: false };
    let result = run_on(config, "in.json", shape, input, telling, &mut out);
    (String::from_utf8(out).expect("UTF-8 comes out"), result)
}

/// What is written, and below it the error with its exit code.
fn told(config_text: &str, shape: Shape, input: &[u8], format: Format) -> String {
    match decide(&config(config_text), shape, input, format) {
        (out, Ok(())) => out,
        (out, Err(error)) => format!("{out}exit {}: {error}\n", error.exit_code()),
    }
}

/// One cycle, as a table.
fn check(config: &str, input: &str, expect: Expect) {
    expect.assert_eq(&told(config, Shape::Whole, input.as_bytes(), Format::Table));
}

/// Intents of one cycle with [`MARKET`] under [`CONFIG`], as a table; `more` are further parts of the cycle.
fn check_intents(more: &str, intents: &str, expect: Expect) {
    let comma = if more.is_empty() { "" } else { "," };
    check(CONFIG, &format!("{{{MARKET}{comma} {more}, \"intents\": [{intents}]}}").replace(" , ", ", "), expect);
}

/// One cycle, as JSON.
fn check_json(config: &str, input: &str, expect: Expect) {
    expect.assert_eq(&told(config, Shape::Whole, input.as_bytes(), Format::Json));
}
