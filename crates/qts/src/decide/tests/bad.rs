//! Everything else that is wrong ends it, with line, column and path.

use expect_test::expect;

use super::*;

/// One cycle each, of which only the error is shown.
fn check_all(inputs: &[&str], expect: Expect) {
    let shown: String = inputs
        .iter()
        .map(|input| told(CONFIG, Shape::Whole, input.as_bytes(), Format::Json))
        .map(|told| told.replace("exit 4: in.json:", ""))
        .collect();
    expect.assert_eq(&shown);
}

#[test]
fn texts_that_are_not_json() {
    check_all(
        &[
            "{\n \"now\": nope}",
            "{\"intents\": [{\"qty\": NaN}]}",
            "{\"intents\": [{\"qty\": 01}]}",
            "{\"a\": 1,}",
            "{\"a\": \"\t\"}",
            "{\"intents\": [",
            "{} {}",
            "{\"books\": {\"a\" 1}}",
            "hello",
        ],
        expect![[r#"
            2:10: $.now: this is not JSON: expected ident | help: correct it; a cycle is one JSON object
            1:22: $.intents[0].qty: this is not JSON: expected value | help: correct it; a cycle is one JSON object
            1:23: $.intents[0].qty: this is not JSON: invalid number | help: correct it; a cycle is one JSON object
            1:9: $: this is not JSON: key must be a string | help: correct it; a cycle is one JSON object
            1:7: $.a: this is not JSON: control character (\u0000-\u001F) found while parsing a string | help: correct it; a cycle is one JSON object
            1:13: $.intents: this is not JSON: EOF while parsing a list | help: correct it; a cycle is one JSON object
            1:4: $: this is not JSON: trailing characters | help: correct it; a cycle is one JSON object
            1:16: $.books.a: this is not JSON: expected `:` | help: correct it; a cycle is one JSON object
            1:1: $: this is not JSON: expected value | help: correct it; a cycle is one JSON object
        "#]],
    );
}

#[test]
fn shapes_that_are_not_a_cycles() {
    check_all(
        &[
            "[]",
            "7",
            "{\"intents\": {}}",
            "{\"intents\": [7]}",
            "{\"market\": []}",
            "{\"market\": {\"BTC.X\": null}}",
            "{\"books\": {\"a\": 1}}",
            "{\"books\": {\"a\": {\"BTC.X\": \"100\"}}}",
            "{\"open_orders\": null}",
            "{\"account\": \"main\"}",
        ],
        expect![[r#"
            1:1: $: this must be an object, not `[]` | help: write { … }
            1:1: $: this must be an object, not `7` | help: write { … }
            1:13: $.intents: this must be an array, not `{}` | help: write [ … ]
            1:14: $.intents[0]: this must be an object, not `7` | help: write { … }
            1:12: $.market: this must be an object, not `[]` | help: write { … }
            1:22: $.market["BTC.X"]: this must be an object, not `null` | help: write { … }
            1:17: $.books.a: this must be an object, not `1` | help: write { … }
            1:27: $.books.a["BTC.X"]: this must be an object, not `"100"` | help: write { … }
            1:17: $.open_orders: this must be an array, not `null` | help: write [ … ]
            1:13: $.account: this must be an object, not `"main"` | help: write { … }
        "#]],
    );
}

#[test]
fn unknown_and_repeated_keys() {
    check_all(
        &[
            "{\"intent\": []}",
            "{\n\"account\": {\n\"csah\": \"1\"}}",
            "{\"market\": {\"BTC.X\": {\"at\": \"2026-01-05T10:00:00+09:00\",\n \"volume\": 1}}}",
            "{\"books\": {\"a\": {\"BTC.X\": {\"position\": \"1\", \"qty\": \"1\"}}}}",
            "{\"open_orders\": [{\"strategy\": \"a\", \"leaves\": \"1\"}]}",
            "{\"intents\": [{},\n {\"strategy\": \"a\", \"sied\": \"buy\"}]}",
            "{\"intents\": [{\"strategy\": \"a\", \"na\\nme\\u0007\": \"buy\"}]}",
            "{\"intents\": [], \"intents\": []}",
            "{\"intents\": [{\"qty\": \"1\", \"strategy\": \"a\", \"qty\": \"100\"}]}",
            "{\"now\": \"2026-01-05T10:00:00Z\", \"market\": {\"BTC.X\": {}, \"BTC.X\": {}}}",
            "{\"books\": {\"a\": {\"BTC.X\": {\"position\": 0}, \"BTC\\u002eX\": {\"position\": 0}}}}",
            "{\"books\": {\"a\": {}, \"a\": {}}}",
            "{\"modes\": {\"a\": \"active\", \"a\": \"halted\"}}",
        ],
        expect![[r#"
            1:2: $.intent: unknown key `intent` | help: did you mean `intents`?
            3:1: $.account.csah: unknown key `csah` | help: did you mean `cash`?
            2:2: $.market["BTC.X"].volume: unknown key `volume` | help: did you mean `day_volume`?
            1:45: $.books.a["BTC.X"].qty: unknown key `qty` | help: keys here: position, price
            1:36: $.open_orders[0].leaves: unknown key `leaves` | help: keys here: id, strategy, instrument, side, qty, type, limit, tif
            1:14: $.intents[0]: `strategy` is missing | help: add `"strategy": …`
            1:32: $.intents[0]["na\nme\u0007"]: unknown key `na\nme\u{7}` | help: keys here: strategy, instrument, side, qty, type, limit, tif, reason, cancel
            1:17: $.intents: `intents` stands here twice | help: keep one
            1:44: $.intents[0].qty: `qty` stands here twice | help: keep one
            1:57: $.market["BTC.X"]: `BTC.X` stands here twice | help: keep one
            1:44: $.books.a["BTC\u002eX"]: `BTC.X` stands here twice | help: keep one
            1:21: $.books.a: `a` stands here twice | help: keep one
            1:27: $.modes.a: `a` stands here twice | help: keep one
        "#]],
    );
}

#[test]
fn names_that_there_are_not() {
    check_all(
        &[
            "{\"market\": {\"BTC.Y\": {}}}",
            "{\"books\": {\"c\": {}}}",
            "{\"books\": {\"operator\": {}}}",
            "{\"books\": {\"a\": {\"BTC\": {\"position\": \"1\"}}}}",
            "{\"modes\": {\"unassigned\": \"halted\"}}",
            "{\"modes\": {\"a\": \"off\"}}",
            "{\"account\": {\"mode\": \"Active\"}}",
            "{\"open_orders\": [{\"strategy\": \"c\", \"instrument\": \"BTC.X\", \"side\": \"buy\", \"qty\": 1}]}",
            "{\"open_orders\": [{\"strategy\": \"a\", \"instrument\": \"X\", \"side\": \"buy\", \"qty\": 1}]}",
        ],
        expect![[r#"
            1:13: $.market["BTC.Y"]: no instrument has the id `BTC.Y` | help: instruments here: 005930.KRX, BTC.X
            1:12: $.books.c: no strategy has the id `c` | help: book owners here: a, b, unassigned
            1:12: $.books.operator: no strategy has the id `operator` | help: book owners here: a, b, unassigned
            1:18: $.books.a.BTC: no instrument has the id `BTC` | help: instruments here: 005930.KRX, BTC.X
            1:12: $.modes.unassigned: `unassigned` is neither a strategy nor an instrument | help: use an id of the config; the account's mode is `account.mode`
            1:17: $.modes.a: this must be one of active, reduce_only, halted, killed, not `"off"` | help: write one of active, reduce_only, halted, killed
            1:22: $.account.mode: this must be one of active, reduce_only, halted, killed, not `"Active"` | help: write one of active, reduce_only, halted, killed
            1:31: $.open_orders[0].strategy: no strategy has the id `c` | help: book owners here: a, b, unassigned
            1:50: $.open_orders[0].instrument: no instrument has the id `X` | help: instruments here: 005930.KRX, BTC.X
        "#]],
    );
}

#[test]
fn numbers_and_times_outside_of_intents() {
    check_all(
        &[
            "{\"account\": {\"cash\": \"much\"}}",
            "{\"account\": {\"equity\": null}}",
            "{\"account\": {\"peak_equity\": \"1e400\"}}",
            "{\"market\": {\"BTC.X\": {\"last\": \"0\"}}}",
            "{\"market\": {\"BTC.X\": {\"bid\": -1}}}",
            "{\"market\": {\"BTC.X\": {\"adv20\": \"-1\"}}}",
            "{\"now\": \"2026-01-05 10:00\"}",
            "{\"now\": 1767574800}",
            "{\"now\": \"9999-01-05T10:00:00Z\"}",
            "{\"market\": {\"BTC.X\": {\"at\": \"yesterday\"}}}",
            "{\"books\": {\"a\": {\"BTC.X\": {\"position\": \"NaN\"}}}}",
            "{\"books\": {\"a\": {\"BTC.X\": {\"position\": \"90000000001\"}}}}",
            "{\"books\": {\"a\": {\"BTC.X\": {\"position\": \"1\", \"price\": \"0\"}}}}",
            "{\"books\": {\"a\": {\"BTC.X\": {}}}}",
        ],
        expect![[r#"
            1:22: $.account.cash: `"much"`: not a decimal number | help: write a decimal in quotes, such as "50000" or "0.05"
            1:24: $.account.equity: `null`: not a decimal number | help: write a decimal in quotes, such as "50000" or "0.05"
            1:29: $.account.peak_equity: `"1e400"`: out of range (at most 9·10^10; money 9·10^19) | help: write a decimal in quotes, such as "50000" or "0.05"
            1:31: $.market["BTC.X"].last: this must be above zero, not `"0"` | help: write a decimal in quotes, such as "50000" or "0.05"
            1:30: $.market["BTC.X"].bid: this must be above zero, not `-1` | help: write a decimal in quotes, such as "50000" or "0.05"
            1:32: $.market["BTC.X"].adv20: this must be zero or more, not `"-1"` | help: write a decimal in quotes, such as "50000" or "0.05"
            1:9: $.now: this must be a time with its offset, not `"2026-01-05 10:00"` | help: write it as "2026-01-05T10:00:00+09:00"
            1:9: $.now: this must be a text, not `1767574800` | help: write it in quotes
            1:9: $.now: this must be a time with its offset, not `"9999-01-05T10:00:00Z"` | help: write it as "2026-01-05T10:00:00+09:00"
            1:29: $.market["BTC.X"].at: this must be a time with its offset, not `"yesterday"` | help: write it as "2026-01-05T10:00:00+09:00"
            1:40: $.books.a["BTC.X"].position: `"NaN"`: not a decimal number | help: write a decimal in quotes, such as "50000" or "0.05"
            1:40: $.books.a["BTC.X"].position: `"90000000001"`: out of range (at most 9·10^10; money 9·10^19) | help: write a decimal in quotes, such as "50000" or "0.05"
            1:54: $.books.a["BTC.X"].price: this must be above zero, not `"0"` | help: write a decimal in quotes, such as "50000" or "0.05"
            1:27: $.books.a["BTC.X"]: `position` is missing | help: add `"position": …`
        "#]],
    );
}

#[test]
fn open_orders_that_cannot_be() {
    let order =
        |parts: &str| format!("{{\"open_orders\": [{{\"strategy\": \"a\", \"instrument\": \"BTC.X\", {parts}}}]}}");
    let twice = |parts: &str| {
        order(parts).replace("]}", &format!(", {{\"strategy\": \"a\", \"instrument\": \"BTC.X\", {parts}}}]}}"))
    };
    let inputs = [
        order("\"side\": \"hold\", \"qty\": 1"),
        order("\"side\": \"buy\", \"qty\": 0"),
        order("\"side\": \"buy\", \"qty\": 1, \"type\": \"limit\""),
        order("\"side\": \"buy\", \"qty\": 1, \"limit\": null"),
        order("\"side\": \"buy\", \"qty\": 1, \"type\": \"market\", \"limit\": 1"),
        order("\"side\": \"buy\", \"qty\": 1, \"id\": 5"),
        order("\"side\": \"buy\""),
        twice("\"side\": \"buy\", \"qty\": 1, \"id\": \"x\""),
        twice("\"side\": \"buy\", \"qty\": \"9e10\""),
    ];
    check_all(
        &inputs.each_ref().map(String::as_str),
        expect![[r#"
        1:67: $.open_orders[0].side: this must be one of buy, sell, not `"hold"` | help: write one of buy, sell
        1:81: $.open_orders[0].qty: this must be above zero, not `0` | help: write a decimal in quotes, such as "50000" or "0.05"
        1:18: $.open_orders[0]: `limit` is missing | help: add `"limit": …`
        1:93: $.open_orders[0].limit: `null`: not a decimal number | help: write a decimal in quotes, such as "50000" or "0.05"
        1:111: $.open_orders[0].limit: a market order has no limit | help: leave `limit` out, or write `"type": "limit"`
        1:90: $.open_orders[0].id: this must be a text, not `5` | help: write it in quotes
        1:18: $.open_orders[0]: `qty` is missing | help: add `"qty": …`
        1:96: $.open_orders[1]: another open order has the id `x` | help: give each its own; without `id` it is its index
        1:90: $.open_orders[1]: open quantities add up to more than 9·10^10 | help: correct their quantities
    "#]],
    );
}

#[test]
fn intents_of_a_wrong_form() {
    let intent = |parts: &str| {
        let known = "\"strategy\": \"a\", \"instrument\": \"BTC.X\", \"side\": \"buy\", \"qty\": 1";
        format!("{{\"intents\": [{{{known}, {parts}}}]}}")
    };
    let inputs = [
        "{\"intents\": [{\"instrument\": \"BTC.X\", \"side\": \"buy\", \"qty\": 1}]}".to_owned(),
        "{\"intents\": [{\"strategy\": \"a\", \"side\": \"buy\", \"qty\": 1}]}".to_owned(),
        "{\"intents\": [{\"strategy\": \"a\", \"instrument\": \"BTC.X\", \"qty\": 1}]}".to_owned(),
        "{\"intents\": [{\"strategy\": \"a\", \"instrument\": \"BTC.X\", \"side\": \"buy\"}]}".to_owned(),
        intent("\"type\": \"stop\""),
        intent("\"type\": \"limit\""),
        intent("\"type\": \"market\", \"limit\": \"5\""),
        intent("\"tif\": \"DAY\""),
        intent("\"tif\": null"),
        intent("\"reason\": 7"),
        intent("\"reason\": \"\\ud800\""),
        intent("\"cancel\": \"0\""),
        "{\"intents\": [{\"strategy\": \"a\", \"cancel\": 0}]}".to_owned(),
        "{\"intents\": [{\"cancel\": \"0\"}]}".to_owned(),
    ];
    check_all(
        &inputs.each_ref().map(String::as_str),
        expect![[r#"
        1:14: $.intents[0]: `strategy` is missing | help: add `"strategy": …`
        1:14: $.intents[0]: `instrument` is missing | help: add `"instrument": …`
        1:14: $.intents[0]: `side` is missing | help: add `"side": …`
        1:14: $.intents[0]: `qty` is missing | help: add `"qty": …`
        1:88: $.intents[0].type: this must be one of market, limit, not `"stop"` | help: write one of market, limit
        1:14: $.intents[0]: `limit` is missing | help: add `"limit": …`
        1:107: $.intents[0].limit: a market order has no limit | help: leave `limit` out, or write `"type": "limit"`
        1:87: $.intents[0].tif: this must be one of day, gtc, ioc, fok, not `"DAY"` | help: write one of day, gtc, ioc, fok
        1:87: $.intents[0].tif: this must be a text, not `null` | help: write it in quotes
        1:90: $.intents[0].reason: this must be a text, not `7` | help: write it in quotes
        1:90: $.intents[0].reason: this must be a text, not `"\ud800"` | help: correct its `\u` escapes: one of them is only half of a character
        1:46: $.intents[0].instrument: a cancel says no more than which order | help: leave this out
        1:42: $.intents[0].cancel: this must be a text, not `0` | help: write it in quotes
        1:14: $.intents[0]: `strategy` is missing | help: add `"strategy": …`
    "#]],
    );
}

#[test]
fn a_holding_of_unknown_cost_beside_a_budget() {
    let config = CONFIG.replacen("rank = 1", "budget = \"1000\"", 1);
    check(
        &config,
        r#"{"books": {"a": {"BTC.X": {"position": "1"}}}}"#,
        expect![[r#"
        exit 4: in.json:1:27: $.books.a["BTC.X"]: what this cost counts against the budget of `a`, and no price is known | help: add its average cost as `price`, or `last` to its market
    "#]],
    );
}

#[test]
fn very_deep_nesting() {
    let deep = "[".repeat(200_000) + &"]".repeat(200_000);
    check_all(
        &[
            &deep,
            &deep[..200_000],
            &format!("{{\"account\": {deep}}}"),
            &format!("{{\"intents\": [{{\"x\": {deep}}}]}}"),
        ],
        expect![[r#"
            1:1: $: this must be an object, not `[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[…` | help: write { … }
            1:200000: $[0][0][0][0][0][0][0][0][0][0][0][0]…: this is not JSON: EOF while parsing a list | help: correct it; a cycle is one JSON object
            1:13: $.account: this must be an object, not `[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[…` | help: write { … }
            1:15: $.intents[0].x: unknown key `x` | help: keys here: strategy, instrument, side, qty, type, limit, tif, reason, cancel
        "#]],
    );
}
