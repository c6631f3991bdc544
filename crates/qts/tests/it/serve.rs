//! `qts serve`: a gate in front of bots and broker code that live elsewhere.

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use crate::serving::{Served, TWO_BOTS, brief};
use crate::support::{Folder, strategy};

fn served(name: &str, config: &str) -> Served {
    Served::start(&Folder::new(name).with("qts.toml", config))
}

/// What these lines are answered, in brief, each under its own first words.
fn check(served: &mut Served, lines: &[&str], expect: &Expect) {
    let told = lines.iter().map(|line| {
        let reply = brief(&served.say(line));
        let reply: String = reply.lines().map(|line| format!("    {line}\n")).collect();
        format!("{}\n{reply}", line.trim())
    });
    expect.assert_eq(&told.collect::<String>());
}

const PRICES: &str =
    r#"{"market": {"A.KRX": {"last": "50000", "at": "2026-01-05T10:00:00+09:00", "prev_close": "49500"}}}"#;

#[test]
fn two_bots_trade_through_one_gate() {
    let mut served = served("serve-story", TWO_BOTS);
    check(
        &mut served,
        &[
            PRICES,
            r#"{"intents": [{"strategy": "trend", "instrument": "A.KRX", "side": "buy", "qty": "60", "type": "limit", "limit": "50000"}]}"#,
            r#"{"intents": [{"strategy": "value", "instrument": "A.KRX", "side": "buy", "qty": "30", "limit": "50000"}], "judge": true}"#,
            r#"{"ack": {"order": "1"}}"#,
            r#"{"fill": {"order": "1", "qty": "40", "price": "49950", "fee": "300", "exec": "x-1"}}"#,
            r#"{"fill": {"order": "1", "qty": "40", "price": "49950", "fee": "300", "exec": "x-1"}}"#,
            r#"{"intents": [{"strategy": "trend", "instrument": "A.KRX", "side": "buy", "qty": "5"}, {"strategy": "value", "instrument": "A.KRX", "side": "sell", "qty": "10"}], "judge": true}"#,
            r#"{"intents": [{"strategy": "value", "cancel": "1", "reason": "enough"}], "judge": true}"#,
            r#"{"cancel_refused": {"order": "1"}, "fill": {"order": "1", "qty": "10", "price": "50000"}}"#,
            r#"{"intents": [{"strategy": "trend", "cancel": "1"}, {"strategy": "trend", "cancel": "7"}], "judge": true}"#,
            r#"{"canceled": {"order": "1"}}"#,
            r#"{"intents": [{"strategy": "value", "instrument": "A.KRX", "side": "sell", "qty": "10"}], "judge": true}"#,
            r#"{"reject": {"order": "2", "reason": "market closed"}}"#,
            r#"{"command": {"do": "disable", "strategy": "trend", "reason": "earnings"}}"#,
            r#"{"intents": [{"strategy": "trend", "instrument": "A.KRX", "side": "buy", "qty": "1"}], "judge": true}"#,
        ],
        &expect![[r#"
            {"market": {"A.KRX": {"last": "50000", "at": "2026-01-05T10:00:00+09:00", "prev_close": "49500"}}}
            {"intents": [{"strategy": "trend", "instrument": "A.KRX", "side": "buy", "qty": "60", "type": "limit", "limit": "50000"}]}
            {"intents": [{"strategy": "value", "instrument": "A.KRX", "side": "buy", "qty": "30", "limit": "50000"}], "judge": true}
                trend buy 60 A.KRX: reduce 50 max_order_qty merged
                value buy 30 A.KRX: pass 30 merged
                order 1: buy 80 A.KRX @50000 = trend 50 + value 30
            {"ack": {"order": "1"}}
            {"fill": {"order": "1", "qty": "40", "price": "49950", "fee": "300", "exec": "x-1"}}
                fill of 1: 40 at 49950 = trend 25 (188) + value 15 (112)
            {"fill": {"order": "1", "qty": "40", "price": "49950", "fee": "300", "exec": "x-1"}}
                refused 1: an execution told twice
            {"intents": [{"strategy": "trend", "instrument": "A.KRX", "side": "buy", "qty": "5"}, {"strategy": "value", "instrument": "A.KRX", "side": "sell", "qty": "10"}], "judge": true}
                trend buy 5 A.KRX: block 0 opposing_intent
                value sell 10 A.KRX: block 0 self_trade
                cancel 1 (self_trade of trend)
            {"intents": [{"strategy": "value", "cancel": "1", "reason": "enough"}], "judge": true}
                value buy 0 A.KRX: pass 0
            {"cancel_refused": {"order": "1"}, "fill": {"order": "1", "qty": "10", "price": "50000"}}
                fill of 1: 10 at 50000 = trend 6 (0) + value 4 (0)
                refused 1: nobody waits for its withdrawal; nothing to do
            {"intents": [{"strategy": "trend", "cancel": "1"}, {"strategy": "trend", "cancel": "7"}], "judge": true}
                trend buy 0 A.KRX: pass 0
                trend - 0 -: block 0 invalid_number
                cancel 1 ( of trend)
            {"canceled": {"order": "1"}}
                order 1 canceled
            {"intents": [{"strategy": "value", "instrument": "A.KRX", "side": "sell", "qty": "10"}], "judge": true}
                value sell 10 A.KRX: pass 10
                order 2: sell 10 A.KRX = value 10
            {"reject": {"order": "2", "reason": "market closed"}}
                order 2 rejected market closed
            {"command": {"do": "disable", "strategy": "trend", "reason": "earnings"}}
                command disable strategy `trend` (earnings): done
                modes {"trend":"disabled"}
            {"intents": [{"strategy": "trend", "instrument": "A.KRX", "side": "buy", "qty": "1"}], "judge": true}
                trend buy 1 A.KRX: block 0 strategy_disabled
                modes {"trend":"disabled"}
        "#]],
    );
    let state = served.state();
    let held = |name: &str| state["books"][name]["positions"]["A.KRX"].clone();
    assert_eq!((held("trend"), held("value")), (json!("31"), json!("39")));
    assert_eq!((&state["account"]["positions"]["A.KRX"], &state["orders"]), (&json!("70"), &json!([])));
    assert_eq!((&state["account"]["fees"], &state["cycle"]), (&json!("300"), &json!(6)));
    assert_eq!(served.end(), 0);
}

#[test]
fn a_lost_link_holds_everything_until_it_is_back_and_the_broker_agrees() {
    let mut served = served("serve-link", TWO_BOTS);
    check(
        &mut served,
        &[
            PRICES,
            r#"{"intents": [{"strategy": "trend", "instrument": "A.KRX", "side": "buy", "qty": "6", "limit": "49000"}], "judge": true}"#,
            r#"{"ack": {"order": "1"}, "link": "down"}"#,
            r#"{"intents": [{"strategy": "value", "instrument": "A.KRX", "side": "sell", "qty": "6"}], "judge": true}"#,
            r#"{"positions": {"A.KRX": "20"}}"#,
            r#"{"link": "up", "positions": {"A.KRX": "26"}}"#,
            r#"{"fill": {"order": "1", "qty": "6", "price": "49000"}}"#,
            r#"{"positions": {"A.KRX": "26"}}"#,
            r#"{"intents": [{"strategy": "value", "instrument": "A.KRX", "side": "sell", "qty": "6"}], "judge": true}"#,
        ],
        &expect![[r#"
            {"market": {"A.KRX": {"last": "50000", "at": "2026-01-05T10:00:00+09:00", "prev_close": "49500"}}}
            {"intents": [{"strategy": "trend", "instrument": "A.KRX", "side": "buy", "qty": "6", "limit": "49000"}], "judge": true}
                trend buy 6 A.KRX: pass 6
                order 1: buy 6 A.KRX @49000 = trend 6
            {"ack": {"order": "1"}, "link": "down"}
                modes {"account":"halted"}
            {"intents": [{"strategy": "value", "instrument": "A.KRX", "side": "sell", "qty": "6"}], "judge": true}
                value sell 6 A.KRX: block 0 unreconciled
                modes {"account":"halted"}
            {"positions": {"A.KRX": "20"}}
                modes {"account":"halted"}
            {"link": "up", "positions": {"A.KRX": "26"}}
                cancel 1 (unwanted of operator)
                modes {"A.KRX":"reduce_only","account":"halted"}
            {"fill": {"order": "1", "qty": "6", "price": "49000"}}
                fill of 1: 6 at 49000 = trend 6 (0)
                order 1 filled
            {"positions": {"A.KRX": "26"}}
            {"intents": [{"strategy": "value", "instrument": "A.KRX", "side": "sell", "qty": "6"}], "judge": true}
                value sell 6 A.KRX: pass 6
                order 2: sell 6 A.KRX = value 6
        "#]],
    );
    assert_eq!(served.end(), 0);
}

#[test]
fn a_kill_withdraws_what_works_at_once_and_what_is_not_acknowledged_as_soon_as_it_is() {
    let mut served = served("serve-kill", TWO_BOTS);
    check(
        &mut served,
        &[
            PRICES,
            r#"{"intents": [{"strategy": "trend", "instrument": "A.KRX", "side": "buy", "qty": "6", "limit": "49000"}, {"strategy": "trend", "instrument": "A.KRX", "side": "buy", "qty": "5", "limit": "48000"}], "judge": true}"#,
            r#"{"ack": {"order": "1"}}"#,
            r#"{"command": {"do": "kill", "reason": "smoke"}}"#,
            r#"{"ack": {"order": "2"}, "canceled": {"order": "1"}}"#,
            r#"{"intents": [{"strategy": "value", "instrument": "A.KRX", "side": "sell", "qty": "6"}], "judge": true}"#,
            r#"{"canceled": {"order": "2"}, "command": {"do": "flatten"}, "judge": true}"#,
            r#"{"command": {"do": "enable", "strategy": "nobody"}}"#,
            r#"{"command": {"do": "rearm"}}"#,
        ],
        &expect![[r#"
            {"market": {"A.KRX": {"last": "50000", "at": "2026-01-05T10:00:00+09:00", "prev_close": "49500"}}}
            {"intents": [{"strategy": "trend", "instrument": "A.KRX", "side": "buy", "qty": "6", "limit": "49000"}, {"strategy": "trend", "instrument": "A.KRX", "side": "buy", "qty": "5", "limit": "48000"}], "judge": true}
                trend buy 6 A.KRX: pass 6
                trend buy 5 A.KRX: pass 5
                order 2: buy 5 A.KRX @48000 = trend 5
                order 1: buy 6 A.KRX @49000 = trend 6
            {"ack": {"order": "1"}}
            {"command": {"do": "kill", "reason": "smoke"}}
                command kill the account (smoke): done
                cancel 1 (unwanted of operator)
                modes {"account":"killed"}
            {"ack": {"order": "2"}, "canceled": {"order": "1"}}
                order 1 canceled
                cancel 2 (unwanted of operator)
            {"intents": [{"strategy": "value", "instrument": "A.KRX", "side": "sell", "qty": "6"}], "judge": true}
                value sell 6 A.KRX: block 0 killed
                modes {"account":"killed"}
            {"canceled": {"order": "2"}, "command": {"do": "flatten"}, "judge": true}
                command flatten the account: done
                order 2 canceled
                operator sell 20 A.KRX: pass 20
                order 3: sell 20 A.KRX = value 20
                modes {"account":"killed"}
            {"command": {"do": "enable", "strategy": "nobody"}}
                bad_command at $.command: no strategy has the id `nobody` | strategies: trend, value
            {"command": {"do": "rearm"}}
                bad_command at $.command: the command must say why | add `reason = "…"`; it is recorded
        "#]],
    );
    assert_eq!(served.end(), 5, "halted at the end of the input");
}

#[test]
fn a_rearmed_account_ends_well() {
    let mut served = served("serve-rearm", TWO_BOTS);
    served.tell(r#"{"command": [{"do": "kill", "reason": "smoke"}, {"do": "rearm", "reason": "it was toast"}]}"#);
    assert_eq!(served.end(), 0);
}

/// Lines that are wrong, with what is waiting before and after them.
const GARBAGE: [&str; 50] = [
    "",
    "hello",
    "{",
    "[]",
    "7",
    "null",
    "{}",
    r#"{"id": 7}"#,
    r#"{"id": [7], "judge": true}"#,
    r#"{"marke": {}}"#,
    r#"{"judge": 1}"#,
    r#"{"judge": true, "judge": true}"#,
    r#"{"judge": true} {"judge": true}"#,
    r#"{"now": "10:00", "judge": true}"#,
    r#"{"now": "2026-01-05T09:59:59+09:00", "judge": true}"#,
    r#"{"market": []}"#,
    r#"{"market": {"C.KRX": {"last": "1"}}}"#,
    r#"{"market": {"A.KRX": {"last": "-1"}}}"#,
    r#"{"market": {"A.KRX": {"last": "1e400"}}}"#,
    r#"{"market": {"A.KRX": {"last": "50000", "at": "2026-01-05T09:59:00+09:00"}}}"#,
    r#"{"now": "2026-01-05T10:00:01+09:00", "market": {"A.KRX": {"last": "50000", "at": "2026-01-05T10:00:02+09:00"}}}"#,
    r#"{"market": {"A.KRX": {"last": "51000"}}, "intents": [{"strategy": "trend"}], "judge": true}"#,
    r#"{"market": {"A.KRX": {"last": "51000"}, "A.KRX": {"last": "51000"}}}"#,
    r#"{"intents": {}}"#,
    r#"{"intents": [{"strategy": "trend", "instrument": "A.KRX", "side": "buy", "qty": "1", "typ": "limit"}]}"#,
    r#"{"intents": [{"strategy": "trend", "instrument": "A.KRX", "side": "buy", "qty": "1", "limit": "1", "type": "market"}]}"#,
    r#"{"intents": [{"strategy": "trend", "cancel": "1", "qty": "1"}]}"#,
    r#"{"ack": {}}"#,
    r#"{"ack": {"order": "9"}}"#,
    r#"{"ack": {"order": "-1"}}"#,
    r#"{"ack": [{"order": "1"}, {"order": "9"}]}"#,
    r#"{"ack": {"order": "1", "qty": "1"}}"#,
    r#"{"fill": {"order": "1", "qty": "0", "price": "50000"}}"#,
    r#"{"fill": {"order": "1", "qty": "1"}}"#,
    r#"{"fill": {"order": "1", "qty": "90000000000", "price": "50000"}}"#,
    r#"{"fill": {"order": "1", "qty": "1", "price": "50000", "fee": "99999999999999"}}"#,
    r#"{"fill": {"order": "1", "qty": "1", "price": "50000", "fee": "-170141183460469231731687303715884105728"}}"#,
    r#"{"reject": {"order": "1", "reason": 7}}"#,
    r#"{"link": true}"#,
    r#"{"link": {"down": true}}"#,
    r#"{"link": "Down"}"#,
    r#"{"link": "down", "links": "up"}"#,
    r#"{"link": "down", "link": "up"}"#,
    r#"{"link": "down", "positions": {"C.KRX": "1"}}"#,
    r#"{"link": "up", "positions": {"A.KRX": "many"}}"#,
    r#"{"command": {"do": "explode"}}"#,
    r#"{"command": {"do": "kill"}}"#,
    r#"{"command": {"do": "disable", "strategy": "trend", "at": "2026-01-05T10:00:00+09:00"}}"#,
    r#"{"command": {"do": "disable", "strategy": null}}"#,
    r#"{"command": [{"do": "kill", "reason": "smoke"}, {"do": "kill", "reason": "smoke", "why": "\u0007 \" ' \\"}]}"#,
];

/// At work: prices, a waiting intent, an order that is not acknowledged.
fn at_work(name: &str) -> Served {
    let mut served = served(name, TWO_BOTS);
    served.tell(PRICES);
    served.tell(
        r#"{"intents": [{"strategy": "trend", "instrument": "A.KRX", "side": "buy", "qty": "6", "limit": "49000"}], "judge": true}"#,
    );
    served.tell(r#"{"intents": [{"strategy": "value", "instrument": "A.KRX", "side": "sell", "qty": "6"}]}"#);
    served
}

#[test]
fn a_bad_line_is_told_why_and_changes_nothing() {
    let mut served = at_work("serve-garbage");
    let before = served.state();
    assert!(before["state_hash"].is_string() && before["waiting"]["intents"] == 1, "{before}");
    let mut told = String::new();
    for line in GARBAGE {
        let reply = served.say(line);
        assert_eq!(served.state(), before, "{line}");
        told += &format!("{line}\n    {}\n", brief(&reply));
    }
    expect![[r#"

            not_json at $: this is not JSON: EOF while parsing a value | send one JSON object a line
        hello
            not_json at $: this is not JSON: expected value | send one JSON object a line
        {
            not_json at $: this is not JSON: EOF while parsing an object | send one JSON object a line
        []
            wrong_type at $: this must be an object, not `[]` | write { … }
        7
            wrong_type at $: this must be an object, not `7` | write { … }
        null
            wrong_type at $: this must be an object, not `null` | write { … }
        {}
            missing_key at $: the line asks for nothing | say `market`, a broker's report, `link`, `adjustment`, `positions`, `command`, `intents`, `judge` or `state`
        {"id": 7}
            missing_key at $: the line asks for nothing | say `market`, a broker's report, `link`, `adjustment`, `positions`, `command`, `intents`, `judge` or `state`
        {"id": [7], "judge": true}
            wrong_type at $.id: an `id` is a text or a number | write it in quotes
        {"marke": {}}
            unknown_key at $.marke: unknown key `marke` | did you mean `market`?
        {"judge": 1}
            wrong_type at $.judge: this must be true or false | write `true`
        {"judge": true, "judge": true}
            repeated at $.judge: `judge` stands here twice | keep one
        {"judge": true} {"judge": true}
            not_json at $: this is not JSON: trailing characters | send one JSON object a line
        {"now": "10:00", "judge": true}
            wrong_value at $.now: this must be a time with its offset, not `"10:00"` | write it as "2026-01-05T10:00:00+09:00"
        {"now": "2026-01-05T09:59:59+09:00", "judge": true}
            time_backwards at $.now: it was 2026-01-05T01:00:00Z before | send lines in the order of time
        {"market": []}
            wrong_type at $.market: this must be an object, not `[]` | write { … }
        {"market": {"C.KRX": {"last": "1"}}}
            unknown_instrument at $.market["C.KRX"]: no instrument has the id `C.KRX` | instruments here: A.KRX, B.KRX
        {"market": {"A.KRX": {"last": "-1"}}}
            wrong_value at $.market["A.KRX"].last: this must be above zero, not `"-1"` | write a decimal in quotes, such as "50000" or "0.05"
        {"market": {"A.KRX": {"last": "1e400"}}}
            wrong_value at $.market["A.KRX"].last: `"1e400"`: out of range (at most 9·10^10; money 9·10^19) | write a decimal in quotes, such as "50000" or "0.05"
        {"market": {"A.KRX": {"last": "50000", "at": "2026-01-05T09:59:00+09:00"}}}
            time_backwards at $.market["A.KRX"]: a price of 2026-01-05T01:00:00Z is known already | leave out prices that came late
        {"now": "2026-01-05T10:00:01+09:00", "market": {"A.KRX": {"last": "50000", "at": "2026-01-05T10:00:02+09:00"}}}
            wrong_value at $.market["A.KRX"]: `at` lies after `now` | give `now` the newest time of the line, or leave it out
        {"market": {"A.KRX": {"last": "51000"}}, "intents": [{"strategy": "trend"}], "judge": true}
            missing_key at $.intents[0]: `instrument` is missing | add `"instrument": …`
        {"market": {"A.KRX": {"last": "51000"}, "A.KRX": {"last": "51000"}}}
            repeated at $.market["A.KRX"]: `A.KRX` stands here twice | keep one
        {"intents": {}}
            wrong_type at $.intents: this must be an array, not `{}` | write [ … ]
        {"intents": [{"strategy": "trend", "instrument": "A.KRX", "side": "buy", "qty": "1", "typ": "limit"}]}
            unknown_key at $.intents[0].typ: unknown key `typ` | did you mean `type`?
        {"intents": [{"strategy": "trend", "instrument": "A.KRX", "side": "buy", "qty": "1", "limit": "1", "type": "market"}]}
            wrong_value at $.intents[0].limit: a market order has no limit | leave `limit` out, or write `"type": "limit"`
        {"intents": [{"strategy": "trend", "cancel": "1", "qty": "1"}]}
            wrong_value at $.intents[0].qty: a cancel says no more than which order | leave this out
        {"ack": {}}
            missing_key at $.ack: `order` is missing | add `"order": …`
        {"ack": {"order": "9"}}
            unknown_order at $.ack.order: no order has the number `9` | use the `order` of a reply; orders that were over long ago are forgotten
        {"ack": {"order": "-1"}}
            unknown_order at $.ack.order: no order has the number `-1` | use the `order` of a reply; orders that were over long ago are forgotten
        {"ack": [{"order": "1"}, {"order": "9"}]}
            unknown_order at $.ack[1].order: no order has the number `9` | use the `order` of a reply; orders that were over long ago are forgotten
        {"ack": {"order": "1", "qty": "1"}}
            unknown_key at $.ack.qty: unknown key `qty` | keys here: order, at
        {"fill": {"order": "1", "qty": "0", "price": "50000"}}
            wrong_value at $.fill.qty: this must be above zero, not `"0"` | write a decimal in quotes, such as "50000" or "0.05"
        {"fill": {"order": "1", "qty": "1"}}
            missing_key at $.fill: `price` is missing | add `"price": …`
        {"fill": {"order": "1", "qty": "90000000000", "price": "50000"}}
            out_of_range at $.fill.qty: a position would leave its range | correct the quantity: no more than 9·10^10 shares can be booked
        {"fill": {"order": "1", "qty": "1", "price": "50000", "fee": "99999999999999"}}
            out_of_range at $.fill.fee: a fee of more than 9·10^10 | correct it
        {"fill": {"order": "1", "qty": "1", "price": "50000", "fee": "-170141183460469231731687303715884105728"}}
            wrong_value at $.fill.fee: `"-170141183460469231731687303715884105728"`: out of range (at most 9·10^10; money 9·10^19) | write a decimal in quotes, such as "50000" or "0.05"
        {"reject": {"order": "1", "reason": 7}}
            wrong_type at $.reject.reason: this must be a text, not `7` | write it in quotes
        {"link": true}
            wrong_type at $.link: this must be a text, not `true` | write it in quotes
        {"link": {"down": true}}
            wrong_type at $.link: this must be a text, not `{"down": true}` | write it in quotes
        {"link": "Down"}
            wrong_value at $.link: `Down` is neither `down` nor `up` | say "down" when the link to the broker is lost, "up" when it is back
        {"link": "down", "links": "up"}
            unknown_key at $.links: unknown key `links` | did you mean `link`?
        {"link": "down", "link": "up"}
            repeated at $.link: `link` stands here twice | keep one
        {"link": "down", "positions": {"C.KRX": "1"}}
            unknown_instrument at $.positions["C.KRX"]: no instrument has the id `C.KRX` | instruments here: A.KRX, B.KRX
        {"link": "up", "positions": {"A.KRX": "many"}}
            wrong_value at $.positions["A.KRX"]: `"many"`: not a decimal number | write a decimal in quotes, such as "50000" or "0.05"
        {"command": {"do": "explode"}}
            bad_command at $.command: `do` cannot be `explode` | it can be: register, enable, disable, reduce_only, shadow, flatten, unregister, kill, rearm, set_policy
        {"command": {"do": "kill"}}
            bad_command at $.command: the command must say why | add `reason = "…"`; it is recorded
        {"command": {"do": "disable", "strategy": "trend", "at": "2026-01-05T10:00:00+09:00"}}
            unknown_key at $.command.at: unknown key `at` | leave it out: a command is given with its line
        {"command": {"do": "disable", "strategy": null}}
            wrong_type at $.command.strategy: `null` says nothing here | leave its key out
        {"command": [{"do": "kill", "reason": "smoke"}, {"do": "kill", "reason": "smoke", "why": "\u0007 \" ' \\"}]}
            bad_command at $.command[1]: unknown key `why` in [[command]] | known keys: at, cycle, do, strategy, instrument, reason
    "#]].assert_eq(&told);
    served.tell(r#"{"ack": {"order": "1"}}"#);
    assert_ne!(served.state(), before, "a good line does change it");
}

#[test]
fn lines_that_are_no_text_or_too_long_are_told_so_and_the_next_is_heard() {
    let mut served = at_work("serve-bytes");
    let before = served.state();
    let long = format!("{{\"id\": \"{}\"}}", "x".repeat(1024 * 1024));
    let bytes: [(&[u8], &str); 5] = [
        (b"{\"id\": \"\xff\"}", "not_utf8"),
        (b"\x00", "not_json"),
        (b"\xef\xbb\xbf{\"judge\": true}", "not_json"),
        (long.as_bytes(), "too_long"),
        (b"\r", "not_json"),
    ];
    for (line, code) in bytes {
        assert_eq!(served.say(line)["error"]["code"], code, "{:?}", &line[..line.len().min(20)]);
        assert_eq!(served.state(), before);
    }
    let deep = format!("{{\"intents\": {}1{}}}", "[".repeat(300_000), "]".repeat(300_000));
    assert!(served.say(deep)["error"].is_object(), "a deep line ends nobody");
    assert_eq!(served.state(), before);
}

#[test]
fn the_clients_name_of_a_line_comes_back_also_with_an_error() {
    let mut served = served("serve-ids", TWO_BOTS);
    for (line, id) in [
        (r#"{"id": "a-1", "judge": true}"#, json!("a-1")),
        (r#"{"judge": true, "id": 17}"#, json!(17)),
        (r#"{"id": "b\u00e9", "judge": 1}"#, json!("bé")),
        (r#"{"id": "twice", "judge": true, "judge": true}"#, json!("twice")),
        (r#"{"id": {}, "judge": true}"#, Value::Null),
        (r#"{"judge": true}"#, Value::Null),
    ] {
        assert_eq!(served.say(line)["id"], id, "{line}");
    }
}

#[test]
fn a_line_may_say_everything_at_once_and_each_broker_part_may_be_a_list() {
    let mut served = served("serve-all-at-once", TWO_BOTS);
    served.tell(PRICES);
    let limits =
        |limit: u32| json!({"strategy": "trend", "instrument": "A.KRX", "side": "buy", "qty": 3, "limit": limit});
    served.tell(&json!({"intents": [limits(49_000), limits(48_000), limits(47_000)], "judge": true}).to_string());
    let line = json!({
        "id": 1,
        "now": "2026-01-05T10:00:05+09:00",
        "market": {"A.KRX": {"last": 49_000}},
        "ack": [{"order": "1"}, {"order": 2}, {"order": "3"}],
        "fill": [{"order": "1", "qty": 1, "price": 49_000}, {"order": "1", "qty": 1, "price": 49_000}],
        "expired": {"order": "2", "at": "2026-01-05T10:00:04+09:00"},
        "command": {"do": "disable", "strategy": "trend"},
        "intents": [{"strategy": "value", "instrument": "A.KRX", "side": "sell", "qty": 4}],
        "judge": true,
        "state": true
    });
    let reply = served.tell(&line.to_string());
    expect![[r#"
        command disable strategy `trend`: done
        fill of 1: 1 at 49000 = trend 1 (0)
        fill of 1: 1 at 49000 = trend 1 (0)
        order 2 expired
        value sell 4 A.KRX: block 0 self_trade
        cancel 1 (unwanted of operator)
        cancel 3 (unwanted of operator)
        modes {"trend":"disabled"}"#]]
    .assert_eq(&brief(&reply));
    assert_eq!(reply["state"]["now"], "2026-01-05T01:00:05Z");
}

#[test]
fn strategies_inside_hear_what_is_told_and_speak_for_themselves() {
    let simple =
        strategy("inside", "simple", "buy_below = 49000, sell_above = 52000, qty = 2").replace("open", "sizes");
    let mut served = served("serve-inside", &format!("{TWO_BOTS}{simple}"));
    let prices = |at: &str, last: u32| json!({"market": {"A.KRX": {"last": last, "prev_close": 49_500, "at": format!("2026-01-05T{at}+09:00")}}});
    served.tell(&prices("10:00:00", 50_000).to_string());
    served.tell(&prices("10:00:01", 48_900).to_string());
    let reply = served.tell(
        r#"{"intents": [{"strategy": "trend", "instrument": "A.KRX", "side": "buy", "qty": "1"}], "judge": true}"#,
    );
    expect![[r#"
        trend buy 1 A.KRX: pass 1 merged
        inside buy 2 A.KRX: pass 2 merged
        order 1: buy 3 A.KRX = trend 1 + inside 2"#]]
    .assert_eq(&brief(&reply));
    let children = &reply["orders"][0]["children"];
    assert_eq!((&children[0]["intent"], &children[1]["intent"]), (&json!(0), &Value::Null));
    let refused =
        served.say(r#"{"intents": [{"strategy": "inside", "instrument": "A.KRX", "side": "buy", "qty": "1"}]}"#);
    expect!["inside_strategy at $.intents[0].strategy: `inside` has a `kind`: it speaks for itself | leave `kind` out of its [[strategy]] to speak for it, or use another id"].assert_eq(&brief(&refused));
}

#[test]
fn a_strategy_registered_on_the_way_may_ask_from_the_next_line_on() {
    let mut served = served("serve-register", TWO_BOTS);
    check(
        &mut served,
        &[
            PRICES,
            r#"{"command": {"do": "register", "strategy": {"id": "late", "policy": "sizes", "rank": 1}}}"#,
            r#"{"command": {"do": "register", "strategy": {"id": "late"}}}"#,
            r#"{"command": {"do": "register", "strategy": {"id": "x", "kind": "simple", "instruments": ["A.KRX"], "params": {"buy_below": 1}}}}"#,
            r#"{"command": {"do": "register", "strategy": {"id": "y", "kind": "simple", "instruments": ["A.KRX"], "params": {"buy_below": 60000, "sell_above": 70000, "qty": 1}}}}"#,
            r#"{"intents": [{"strategy": "late", "instrument": "A.KRX", "side": "buy", "qty": "1"}], "judge": true}"#,
            r#"{"intents": [{"strategy": "y", "instrument": "A.KRX", "side": "buy", "qty": "1"}], "judge": true}"#,
            r#"{"command": {"do": "unregister", "strategy": "late"}}"#,
            r#"{"command": {"do": "unregister", "strategy": "late", "to": "unassigned"}}"#,
            r#"{"intents": [{"strategy": "late", "instrument": "A.KRX", "side": "buy", "qty": "1"}], "judge": true}"#,
        ],
        &expect![[r#"
            {"market": {"A.KRX": {"last": "50000", "at": "2026-01-05T10:00:00+09:00", "prev_close": "49500"}}}
            {"command": {"do": "register", "strategy": {"id": "late", "policy": "sizes", "rank": 1}}}
                command register strategy `late`: done
            {"command": {"do": "register", "strategy": {"id": "late"}}}
                bad_command at $.command: the id `late` is taken by another strategy | give each its own id; it names a book and must never change
            {"command": {"do": "register", "strategy": {"id": "x", "kind": "simple", "instruments": ["A.KRX"], "params": {"buy_below": 1}}}}
                bad_command at $.command: strategy `x`: parameter `sell_above` is missing: give a price above zero | correct `sell_above` in `params` of this `simple`
            {"command": {"do": "register", "strategy": {"id": "y", "kind": "simple", "instruments": ["A.KRX"], "params": {"buy_below": 60000, "sell_above": 70000, "qty": 1}}}}
                command register strategy `y`: done
            {"intents": [{"strategy": "late", "instrument": "A.KRX", "side": "buy", "qty": "1"}], "judge": true}
                late buy 1 A.KRX: pass 1 merged
                y buy 1 A.KRX: pass 1 merged
                order 1: buy 2 A.KRX = late 1 + y 1
            {"intents": [{"strategy": "y", "instrument": "A.KRX", "side": "buy", "qty": "1"}], "judge": true}
                inside_strategy at $.intents[0].strategy: `y` has a `kind`: it speaks for itself | leave `kind` out of its [[strategy]] to speak for it, or use another id
            {"command": {"do": "unregister", "strategy": "late"}}
                command unregister strategy `late`: the book of `late` is not flat: flatten it first, or say to = "unassigned"
            {"command": {"do": "unregister", "strategy": "late", "to": "unassigned"}}
                command unregister strategy `late`: done
            {"intents": [{"strategy": "late", "instrument": "A.KRX", "side": "buy", "qty": "1"}], "judge": true}
                late buy 1 A.KRX: block 0 unknown_strategy
        "#]],
    );
}

#[test]
fn commands_of_the_config_are_given_when_they_are_due() {
    let due = "[[command]]\ncycle = 2\ndo = \"kill\"\nreason = \"planned\"\n";
    let mut served = served("serve-schedule", &format!("{TWO_BOTS}{due}"));
    assert_eq!(served.tell(r#"{"judge": true}"#)["modes"], json!({}));
    assert_eq!(served.tell(r#"{"judge": true}"#)["modes"], json!({"account": "killed"}));
    assert_eq!(served.end(), 5);
}

/// Percentages are of the equity when the day began; it moves with the first price of a new date in Seoul.
#[test]
fn the_day_turns_with_the_first_price_of_a_new_date_where_the_instrument_trades() {
    let mut served = served("serve-days", TWO_BOTS);
    let mut start = |at: &str, last: u32| {
        let line = json!({"market": {"A.KRX": {"last": last, "at": at}}, "judge": true, "state": true});
        served.tell(&line.to_string())["state"]["day_start_equity"].clone()
    };
    // Twenty shares and 100,000,000 in cash.
    assert_eq!(start("2026-01-05T10:00:00+09:00", 50_000), "101000000");
    assert_eq!(start("2026-01-05T15:00:00+09:00", 60_000), "101000000");
    assert_eq!(start("2026-01-05T14:59:59Z", 65_000), "101000000", "a second before midnight in Seoul");
    assert_eq!(start("2026-01-05T15:00:00Z", 70_000), "101300000", "midnight in Seoul: what it was worth before");
    // The last price of the day before is the previous close, within whose limits a limit must lie.
    let far = json!({"intents": [{"strategy": "trend", "instrument": "A.KRX", "side": "buy", "qty": 1, "limit": 84_600}], "judge": true});
    let reply = served.tell(&far.to_string());
    expect!["trend buy 1 A.KRX: block 0 outside_price_limit"].assert_eq(&brief(&reply));
}

#[test]
fn data_files_are_not_read_and_a_bad_config_is_told_as_ever() {
    let folder = Folder::new("serve-config").with(
        "qts.toml",
        format!("{TWO_BOTS}[[data]]\ninstrument = \"A.KRX\"\npath = \"gone.csv\"\nstamp = \"date\"\n"),
    );
    assert_eq!(Served::start(&folder).end(), 0);
    folder.write("qts.toml", TWO_BOTS.replace("rank = 10", "rnk = 10"));
    assert_eq!(Served::start(&folder).end(), 3);
    folder.write("qts.toml", TWO_BOTS.replace("\"trend\"", "\"account\""));
    let ended = folder.qts("serve qts.toml --stdio");
    assert_eq!((ended.code, ended.err.contains("stands for the account")), (3, true), "{}", ended.err);
    assert_eq!(folder.qts("serve qts.toml").code, 2, "--stdio must be said");
}

#[test]
fn intents_of_several_lines_are_counted_on_and_judged_together() {
    let mut served = served("serve-lines", TWO_BOTS);
    served.tell(PRICES);
    let intent = |strategy: &str, qty: &str, limit: u32| {
        json!({"intents": [{"strategy": strategy, "instrument": "A.KRX", "side": "buy", "qty": qty, "limit": limit}]})
            .to_string()
    };
    served.tell(&intent("trend", "1", 49_000));
    served.tell(&intent("value", "x", 49_000));
    served.tell(&intent("trend", "2", 48_000));
    assert_eq!(served.tell(&intent("value", "3", 49_000))["waiting"], json!({"events": 1, "intents": 4}));
    let reply = served.tell(r#"{"judge": true}"#);
    assert_eq!(reply.get("waiting"), None);
    let asked = |it: &Value| (it["intent"].clone(), it["strategy"].clone(), it["asked"].clone());
    let decisions: Vec<_> = reply["decisions"].as_array().expect("decisions").iter().map(asked).collect();
    let wanted = [(0, "trend", "1"), (1, "value", "x"), (2, "trend", "2"), (3, "value", "3")];
    assert_eq!(decisions, wanted.map(|(place, strategy, qty)| (json!(place), json!(strategy), json!(qty))));
    let children = |order: usize| reply["orders"][order]["children"].clone();
    assert_eq!(children(0), json!([{"intent": 2, "strategy": "trend", "qty": "2"}]));
    assert_eq!(
        children(1),
        json!([{"intent": 0, "strategy": "trend", "qty": "1"}, {"intent": 3, "strategy": "value", "qty": "3"}])
    );
}

#[test]
fn what_there_is_no_room_for_is_not_handed_over() {
    let position = |owner: &str| {
        format!("[[position]]\nstrategy = \"{owner}\"\ninstrument = \"B.KRX\"\nqty = \"60000000000\"\nprice = \"1\"\n")
    };
    let mut served = served("serve-room", &format!("{TWO_BOTS}{}{}", position("trend"), position("unassigned")));
    let before = served.state();
    let reply = served.tell(r#"{"command": {"do": "unregister", "strategy": "trend", "to": "unassigned"}}"#);
    let refused = reply["commands"][0]["refused"].as_str().expect("a refusal");
    assert!(refused.contains("no room"), "{refused}");
    assert_eq!(served.state()["books"], before["books"]);
}

#[test]
fn more_than_can_wait_is_refused_until_somebody_judges() {
    let mut served = served("serve-full", TWO_BOTS);
    served.tell(PRICES);
    let intent = json!({"strategy": "trend", "instrument": "A.KRX", "side": "buy", "qty": "0"});
    let many = json!({"intents": vec![intent.clone(); 8_192]}).to_string();
    for _ in 0..8 {
        served.tell(&many);
    }
    let one = json!({"intents": [intent]}).to_string();
    assert_eq!(served.say(&one)["error"]["code"], "too_much_waiting");
    let judged = served.tell(r#"{"judge": true}"#);
    assert_eq!(judged["decisions"].as_array().map(Vec::len), Some(65_536));
    served.tell(&one);
}

#[test]
fn a_fill_off_the_quantity_step_is_refused_and_one_beyond_the_order_is_booked_and_flagged() {
    let mut served = served("serve-over", TWO_BOTS);
    served.say(PRICES);
    served.say(
        r#"{"intents": [{"strategy": "trend", "instrument": "A.KRX", "side": "buy", "qty": "10"}], "judge": true}"#,
    );
    let half = served.say(r#"{"fill": {"order": "1", "qty": "0.5", "price": "50000"}}"#);
    assert_eq!(half["error"]["path"], "$.fill.qty");
    assert_eq!(half["error"]["message"], "0.5 is not a whole number of the instrument's `quantity_step` 1");
    let fills = served.say(
        r#"{"fill": [{"order": "1", "qty": "4", "price": "50000"}, {"order": "1", "qty": "31", "price": "50000"}]}"#,
    );
    assert_eq!((fills["fills"][0].get("over"), &fills["fills"][1]["over"]), (None, &json!("25")));
    let late = served.say(r#"{"fill": {"order": "1", "qty": "3", "price": "50000"}}"#);
    assert_eq!((&late["fills"][0]["late"], &late["fills"][0]["over"]), (&json!(true), &json!("3")));
    let state = served.state();
    let held = |name: &str| state["books"][name]["positions"]["A.KRX"].clone();
    assert_eq!((held("trend"), held("unassigned")), (json!("10"), json!("28")));
}

#[test]
fn what_an_order_cannot_do_is_refused_in_words_with_what_to_do() {
    let mut served = served("serve-out-of-turn", TWO_BOTS);
    served.say(PRICES);
    served.say(
        r#"{"intents": [{"strategy": "trend", "instrument": "A.KRX", "side": "buy", "qty": "10"}], "judge": true}"#,
    );
    check(
        &mut served,
        &[
            r#"{"canceled": {"order": "1"}}"#,
            r#"{"ack": {"order": "1"}}"#,
            r#"{"ack": {"order": "1"}, "reject": {"order": "1"}}"#,
            r#"{"cancel_refused": {"order": "1"}}"#,
            r#"{"expired": {"order": "1"}}"#,
            r#"{"canceled": {"order": "1"}}"#,
        ],
        &expect![[r#"
            {"canceled": {"order": "1"}}
                refused 1: the order was not acknowledged before; say that first
            {"ack": {"order": "1"}}
            {"ack": {"order": "1"}, "reject": {"order": "1"}}
                refused 1: the order was acknowledged already; nothing to do
                refused 1: the order was acknowledged before; if it is gone, say that it was canceled or expired
            {"cancel_refused": {"order": "1"}}
                refused 1: nobody waits for its withdrawal; nothing to do
            {"expired": {"order": "1"}}
                order 1 expired
            {"canceled": {"order": "1"}}
                refused 1: the order was over already; nothing to do
        "#]],
    );
}

#[test]
fn a_missing_price_is_named_and_a_byte_order_mark_is_taken() {
    let valued = TWO_BOTS.replace("max_long = \"100\"", "max_long = \"100\"\nmax_order_notional = \"9000000\"");
    let mut served = served("serve-missing", &valued);
    served.say("\u{feff}{\"market\": {\"A.KRX\": {\"last\": \"50000\"}}}");
    let reply = served.say(
        r#"{"intents": [{"strategy": "trend", "instrument": "A.KRX", "side": "buy", "qty": "1"}, {"strategy": "trend", "instrument": "A.KRX", "side": "buy", "qty": "1", "limit": "50000"}, {"strategy": "trend", "instrument": "A.KRX", "side": "sell", "qty": "1"}], "judge": true}"#,
    );
    let decisions = reply["decisions"].as_array().expect("decisions");
    let texts: Vec<&str> = decisions.iter().filter_map(|it| it["reasons"][0]["text"].as_str()).collect();
    expect![[r#"
        no_market_data: `prev_close` is missing: a market purchase is valued at the day's upper price limit. Give it with the prices; data files tell it from their second session on.
        no_market_data: `prev_close` is missing: the day's price limits, which a limit must keep, are reckoned from it. Give it with the prices; data files tell it from their second session on.
        short_not_allowed: 1 to sell, 0 to be had. Sell at most the holding.
    "#]].assert_eq(&(texts.join("\n") + "\n"));
}
