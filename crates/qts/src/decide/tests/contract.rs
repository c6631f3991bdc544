//! The example of `contract.md`, word for word, and the forms it names.

use expect_test::expect;
use serde_json::Value;

use super::*;

pub(super) const INPUT: &str = r#"{"now": "2026-01-05T10:00:00+09:00",
 "account": {"cash": "50000000", "equity": "100000000", "day_start_equity": "100000000", "mode": "active"},
 "market": {"005930.KRX": {"last": "50000", "at": "2026-01-05T10:00:00+09:00", "bid": "49950", "ask": "50000", "prev_close": "49500", "adv20": "1000000", "day_volume": "50000"}},
 "books": {"a": {"005930.KRX": {"position": "100"}}, "b": {"005930.KRX": {"position": "5"}}},
 "open_orders": [{"strategy": "a", "instrument": "005930.KRX", "side": "sell", "qty": "20", "type": "limit", "limit": "51000"}],
 "intents": [{"strategy": "a", "instrument": "005930.KRX", "side": "buy", "qty": "10", "type": "market", "reason": "…"},
             {"strategy": "b", "instrument": "005930.KRX", "side": "sell", "qty": "5", "type": "limit", "limit": "49900", "tif": "day"}]}
"#;

const OUTPUT: &str = r#"{"schema": 1,
 "decisions": [{"intent": 0, "strategy": "a", "instrument": "005930.KRX", "side": "buy", "asked": "10", "admitted": "0", "sent": "0", "crossed": "0",
                "verdict": "block",
                "reasons": [{"code": "opposing_intent", "scope": "arbitration", "stage": "block", "observed": null, "limit": null, "text": "…"}]},
               {"intent": 1, "strategy": "b", "instrument": "005930.KRX", "side": "sell", "asked": "5", "admitted": "5", "sent": "5", "crossed": "0", "verdict": "pass", "reasons": []}],
 "crosses": [],
 "cancels": [],
 "orders": [{"instrument": "005930.KRX", "side": "sell", "qty": "5", "type": "limit", "limit": "49900", "tif": "day",
             "children": [{"intent": 1, "strategy": "b", "qty": "5"}]}]}
"#;

/// Keys and values without order, sentences left out.
fn without_texts(text: &str) -> Value {
    fn blank(value: &mut Value) {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    if key == "text" {
                        assert!(value.as_str().is_some_and(|text| text.contains(": ")), "{value}");
                        *value = "…".into();
                    }
                    blank(value);
                }
            }
            Value::Array(values) => values.iter_mut().for_each(blank),
            _ => {}
        }
    }
    let mut value: Value = serde_json::from_str(text).expect("JSON");
    blank(&mut value);
    value
}

#[test]
fn the_contracts_example_comes_out_as_it_says() {
    let (out, result) = decide(&config(CONFIG), Shape::Whole, INPUT.as_bytes(), Format::Json);
    result.expect("a sound input");
    let wanted: Value = serde_json::from_str(OUTPUT).expect("JSON");
    assert_eq!(without_texts(&out), wanted);
}

#[test]
fn keys_stand_in_the_order_of_the_contract() {
    let bare = |text: &str| text.split_whitespace().collect::<String>();
    let (out, _) = decide(&config(CONFIG), Shape::Whole, INPUT.as_bytes(), Format::Json);
    let sentence = out.split("\"text\":").nth(1).and_then(|rest| rest.split('}').next()).expect("a sentence");
    assert_eq!(bare(&out.replace(sentence, "\"…\"")), bare(OUTPUT));
}

#[test]
fn the_example_as_a_table() {
    check(
        CONFIG,
        INPUT,
        expect![[r#"
            cycle 1: 2 intents, 1 order
              0  a  buy 10  005930.KRX  block
                   opposing_intent: Another proposal of this cycle opposes it; in a conflict only exits go through. Ask again.
              1  b  sell 5  005930.KRX  pass   5 sent
              order sell 5 005930.KRX limit 49900 day for b 5
        "#]],
    );
}

#[test]
fn a_row_a_cross_a_cancel_and_a_market_order_in_json() {
    let config = format!("{CONFIG}[arbitration]\nrule = \"net\"\n");
    let input = format!(
        r#"{{{MARKET}, "open_orders": [{{"id": "x\"7", "strategy": "b", "instrument": "BTC.X", "side": "sell", "qty": 1, "limit": 90000000}}],
        "books": {{"b": {{"005930.KRX": {{"position": 5}}}}}},
        "intents": [{{"strategy": "a", "instrument": "005930.KRX", "side": "buy", "qty": "8"}},
                    {{"strategy": "b", "instrument": "005930.KRX", "side": "sell", "qty": "5"}},
                    {{"strategy": "b", "cancel": "x\"7", "reason": "tired"}}]}}"#
    );
    check_json(
        &config,
        &input,
        expect![[r#"
            {"schema":1,"decisions":[{"intent":0,"strategy":"a","instrument":"005930.KRX","side":"buy","asked":"8","admitted":"8","sent":"3","crossed":"5","verdict":"pass","reasons":[{"code":"crossed","scope":"arbitration","stage":"pass","observed":null,"limit":null,"text":"crossed: It was booked against an opposing proposal of another book; no order was needed."}]},{"intent":1,"strategy":"b","instrument":"005930.KRX","side":"sell","asked":"5","admitted":"5","sent":"0","crossed":"5","verdict":"pass","reasons":[{"code":"crossed","scope":"arbitration","stage":"pass","observed":null,"limit":null,"text":"crossed: It was booked against an opposing proposal of another book; no order was needed."}]},{"intent":2,"strategy":"b","instrument":"BTC.X","side":"sell","cancel":"x\"7","asked":"0","admitted":"0","sent":"0","crossed":"0","verdict":"pass","reasons":[]}],"crosses":[{"instrument":"005930.KRX","seller":"b","buyer":"a","qty":"5","price":"50000"}],"cancels":[{"order":"x\"7","strategy":"b","instrument":"BTC.X","reason":"tired"}],"orders":[{"instrument":"005930.KRX","side":"buy","qty":"3","type":"market","limit":null,"tif":"day","children":[{"intent":0,"strategy":"a","qty":"3"}]}]}
        "#]],
    );
}
