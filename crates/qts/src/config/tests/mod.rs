//! Text in, config or errors out: one line per error, with its number, line, column and way out.

mod adjustments;
mod bad;
mod bad_policy;
mod bad_value;
mod classes;
mod fuzz;
mod good;
mod origins;
mod report;
mod supervisors;
mod written;

use expect_test::Expect;

use super::{Config, ConfigErrors, parse};

/// The contract's example, less what is not built yet.
const EXAMPLE: &str = include_str!("example.toml");

/// What the snippets of [`check`] build on; it comes after them, so that their lines count from 1.
const BASE: &str = r#"
[account]
currency = "KRW"
cash = "100000000"
[[instrument]]
id = "005930.KRX"
class = "krx_stock"
[[instrument]]
id = "BTC.X"
tick = "1000"
lot = "0.0001"
[[strategy]]
id = "ema"
kind = "ema_cross"
instruments = ["005930.KRX"]
"#;

fn parsed(text: &str) -> Result<Config, ConfigErrors> {
    let result = parse("folder/qts.toml", text);
    crate::schema::tests::agrees(text, &result);
    result
}

/// The config of a snippet on top of [`BASE`], which must be sound.
fn sound(snippet: &str) -> Config {
    parsed(&format!("{snippet}{BASE}")).unwrap_or_else(|errors| panic!("{errors}"))
}

fn lines(result: Result<Config, ConfigErrors>) -> String {
    let Err(errors) = result else { return "sound\n".to_owned() };
    let line = |error: &super::ConfigError| {
        let also = error.positions().split_off(1);
        let also: String = also.iter().map(|(line, column)| format!(" | also {line}:{column}")).collect();
        error.compact() + &also + "\n"
    };
    errors.iter().map(line).collect()
}

/// A snippet on top of [`BASE`].
fn check(snippet: &str, expect: Expect) {
    check_whole(&format!("{snippet}{BASE}"), expect);
}

/// A whole config.
fn check_whole(text: &str, expect: Expect) {
    expect.assert_eq(&lines(parsed(text)));
}
