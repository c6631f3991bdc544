//! Inside an intent a bad number, side, strategy or instrument blocks that intent alone.

use expect_test::expect;

use super::*;

fn with(key: &str, value: &str) -> String {
    let mut parts =
        vec![("strategy", "\"a\""), ("instrument", "\"005930.KRX\""), ("side", "\"buy\""), ("qty", "\"1\"")];
    match parts.iter_mut().find(|part| part.0 == key) {
        Some(part) => part.1 = value,
        None => parts.push((key, value)),
    }
    let parts: Vec<String> = parts.iter().map(|(key, value)| format!("\"{key}\": {value}")).collect();
    format!("{{{}}}", parts.join(", "))
}

fn check_each(key: &str, values: &[&str], expect: Expect) {
    let intents: Vec<String> = values.iter().map(|value| with(key, value)).collect();
    check_intents("", &intents.join(", "), expect);
}

#[test]
fn quantities_that_are_no_numbers() {
    check_each(
        "qty",
        &[
            "\"NaN\"",
            "\"ten\"",
            "\"\"",
            "null",
            "true",
            "[1]",
            "{\"a\": 1}",
            "\"0.123456789\"",
            "\"1,000\"",
            "\" 1\"",
            "\"inf\"",
        ],
        expect![[r#"
            cycle 1: 11 intents, 0 orders
              0   a  buy NaN          005930.KRX  block
                   invalid_number: the quantity `NaN`: not a decimal number
              1   a  buy ten          005930.KRX  block
                   invalid_number: the quantity `ten`: not a decimal number
              2   a  buy              005930.KRX  block
                   invalid_number: the quantity ``: not a decimal number
              3   a  buy null         005930.KRX  block
                   invalid_number: the quantity `null`: not a decimal number
              4   a  buy true         005930.KRX  block
                   invalid_number: the quantity `true`: not a decimal number
              5   a  buy [1]          005930.KRX  block
                   invalid_number: the quantity `[1]`: not a decimal number
              6   a  buy {"a": 1}     005930.KRX  block
                   invalid_number: the quantity `{"a": 1}`: not a decimal number
              7   a  buy 0.123456789  005930.KRX  block
                   invalid_number: the quantity `0.123456789`: more than eight decimals
              8   a  buy 1,000        005930.KRX  block
                   invalid_number: the quantity `1,000`: not a decimal number
              9   a  buy  1           005930.KRX  block
                   invalid_number: the quantity ` 1`: not a decimal number
              10  a  buy inf          005930.KRX  block
                   invalid_number: the quantity `inf`: not a decimal number
        "#]],
    );
}

#[test]
fn quantities_out_of_range_or_not_above_zero() {
    let huge = "123456789".repeat(9);
    check_each(
        "qty",
        &["1e400", "\"90000000001\"", &huge, "-1e30", "1e99999999", "90000000000", "0", "\"-5\"", "-0"],
        expect![[r#"
            cycle 1: 9 intents, 1 order
              0  a  buy 1e400                                                          005930.KRX  block
                   overflow: the quantity `1e400`: out of range (at most 9·10^10; money 9·10^19)
              1  a  buy 90000000001                                                    005930.KRX  block
                   overflow: the quantity `90000000001`: out of range (at most 9·10^10; money 9·10^19)
              2  a  buy 123456789123456789123456789123456789123456789123456789123456…  005930.KRX  block
                   overflow: the quantity `123456789123456789123456789123456789123456789123456789123456…`: out of range (at most 9·10^10; money 9·10^19)
              3  a  buy -1e30                                                          005930.KRX  block
                   overflow: the quantity `-1e30`: out of range (at most 9·10^10; money 9·10^19)
              4  a  buy 1e99999999                                                     005930.KRX  block
                   overflow: the quantity `1e99999999`: out of range (at most 9·10^10; money 9·10^19)
              5  a  buy 90000000000                                                    005930.KRX  pass   90000000000 sent
              6  a  buy 0                                                              005930.KRX  block
                   invalid_number: A quantity or price is not a positive number. Send one.
              7  a  buy -5                                                             005930.KRX  block
                   invalid_number: A quantity or price is not a positive number. Send one.
              8  a  buy 0                                                              005930.KRX  block
                   invalid_number: A quantity or price is not a positive number. Send one.
              order buy 90000000000 005930.KRX market day for a 90000000000
        "#]],
    );
}

#[test]
fn limits_that_are_no_numbers() {
    check_each(
        "limit",
        &["\"NaN\"", "null", "1e400", "\"0\"", "-1", "\"49901\"", "[[]]"],
        expect![[r#"
            cycle 1: 7 intents, 0 orders
              0  a  buy 1  005930.KRX  block
                   invalid_number: the limit `NaN`: not a decimal number
              1  a  buy 1  005930.KRX  block
                   invalid_number: the limit `null`: not a decimal number
              2  a  buy 1  005930.KRX  block
                   overflow: the limit `1e400`: out of range (at most 9·10^10; money 9·10^19)
              3  a  buy 1  005930.KRX  block
                   invalid_number: A quantity or price is not a positive number. Send one.
              4  a  buy 1  005930.KRX  block
                   invalid_number: A quantity or price is not a positive number. Send one.
              5  a  buy 1  005930.KRX  block
                   off_tick: 49901 is not a multiple of the tick 50. Round it to the tick.
              6  a  buy 1  005930.KRX  block
                   invalid_number: the limit `[[]]`: not a decimal number
        "#]],
    );
}

#[test]
fn a_limit_of_null_is_none_only_beside_the_type_market() {
    let market = with("limit", "null").replace("\"limit\"", "\"type\": \"market\", \"limit\"");
    let limit = with("limit", "null").replace("\"limit\"", "\"type\": \"limit\", \"limit\"");
    check_intents(
        "",
        &format!("{market}, {limit}"),
        expect![[r#"
        cycle 1: 2 intents, 1 order
          0  a  buy 1  005930.KRX  pass   1 sent
          1  a  buy 1  005930.KRX  block
               invalid_number: the limit `null`: not a decimal number
          order buy 1 005930.KRX market day for a 1
    "#]],
    );
}

#[test]
fn unknown_sides_strategies_and_instruments_are_echoed() {
    check_each(
        "side",
        &["\"hold\"", "\"Buy\"", "1", "null"],
        expect![[r#"
        cycle 1: 4 intents, 0 orders
          0  a  hold 1  005930.KRX  block
               invalid_number: the side `hold` is neither buy nor sell
          1  a  Buy 1   005930.KRX  block
               invalid_number: the side `Buy` is neither buy nor sell
          2  a  1 1     005930.KRX  block
               invalid_number: the side `1` is neither buy nor sell
          3  a  null 1  005930.KRX  block
               invalid_number: the side `null` is neither buy nor sell
    "#]],
    );
    check_each(
        "strategy",
        &["\"c\"", "\"operator\"", "\"unassigned\"", "7", "null"],
        expect![[r#"
        cycle 1: 5 intents, 0 orders
          0  c           buy 1  005930.KRX  block
               unknown_strategy: The strategy is not registered. Add a [[strategy]] or correct the id.
          1  operator    buy 1  005930.KRX  block
               unknown_strategy: The strategy is not registered. Add a [[strategy]] or correct the id.
          2  unassigned  buy 1  005930.KRX  block
               unknown_strategy: The strategy is not registered. Add a [[strategy]] or correct the id.
          3  7           buy 1  005930.KRX  block
               unknown_strategy: The strategy is not registered. Add a [[strategy]] or correct the id.
          4  null        buy 1  005930.KRX  block
               unknown_strategy: The strategy is not registered. Add a [[strategy]] or correct the id.
    "#]],
    );
    check_each(
        "instrument",
        &["\"005930\"", "\"\"", "5930.0", "{}"],
        expect![[r#"
        cycle 1: 4 intents, 0 orders
          0  a  buy 1  005930  block
               unknown_instrument: The instrument is not configured. Add an [[instrument]] or correct the id.
          1  a  buy 1          block
               unknown_instrument: The instrument is not configured. Add an [[instrument]] or correct the id.
          2  a  buy 1  5930.0  block
               unknown_instrument: The instrument is not configured. Add an [[instrument]] or correct the id.
          3  a  buy 1  {}      block
               unknown_instrument: The instrument is not configured. Add an [[instrument]] or correct the id.
    "#]],
    );
}

#[test]
fn who_comes_before_what_and_how() {
    check_intents(
        "",
        r#"{"strategy": "c", "instrument": "D.X", "side": "up", "qty": "x"},
           {"strategy": "a", "instrument": "D.X", "side": "up", "qty": "x"},
           {"strategy": "a", "instrument": "BTC.X", "side": "up", "qty": "x"},
           {"strategy": "c", "instrument": "BTC.X", "side": "buy", "qty": "1.50"}"#,
        expect![[r#"
            cycle 1: 4 intents, 0 orders
              0  c  up x     D.X    block
                   unknown_strategy: The strategy is not registered. Add a [[strategy]] or correct the id.
              1  a  up x     D.X    block
                   unknown_instrument: The instrument is not configured. Add an [[instrument]] or correct the id.
              2  a  up x     BTC.X  block
                   invalid_number: the side `up` is neither buy nor sell
              3  c  buy 1.5  BTC.X  block
                   unknown_strategy: The strategy is not registered. Add a [[strategy]] or correct the id.
        "#]],
    );
}

#[test]
fn a_refused_intent_is_echoed_in_json_and_leaves_the_others_alone() {
    check_json(
        CONFIG,
        &format!("{{{MARKET}, \"intents\": [{}, {}]}}", with("qty", "\"1e400\""), with("qty", "\"2\"")),
        expect![[r#"
            {"schema":1,"decisions":[{"intent":0,"strategy":"a","instrument":"005930.KRX","side":"buy","asked":"1e400","admitted":"0","sent":"0","crossed":"0","verdict":"block","reasons":[{"code":"overflow","scope":"strategy","stage":"block","observed":null,"limit":null,"text":"overflow: the quantity `1e400`: out of range (at most 9·10^10; money 9·10^19)"}]},{"intent":1,"strategy":"a","instrument":"005930.KRX","side":"buy","asked":"2","admitted":"2","sent":"2","crossed":"0","verdict":"pass","reasons":[]}],"crosses":[],"cancels":[],"orders":[{"instrument":"005930.KRX","side":"buy","qty":"2","type":"market","limit":null,"tif":"day","children":[{"intent":1,"strategy":"a","qty":"2"}]}]}
        "#]],
    );
}
