//! Sound cycles: order of rows and orders, cancels, modes, states, numbers.

use expect_test::expect;

use super::*;

#[test]
fn orders_stand_by_instrument_side_type_limit_and_tif_and_children_by_rank() {
    check_intents(
        r#""books": {"b": {"005930.KRX": {"position": "9"}}}"#,
        r#"{"strategy": "b", "instrument": "BTC.X", "side": "buy", "qty": "0.5"},
           {"strategy": "b", "instrument": "005930.KRX", "side": "sell", "qty": "1", "limit": "50200"},
           {"strategy": "b", "instrument": "005930.KRX", "side": "sell", "qty": "1", "limit": "50100", "tif": "gtc"},
           {"strategy": "b", "instrument": "005930.KRX", "side": "sell", "qty": "1", "limit": "50100"},
           {"strategy": "b", "instrument": "005930.KRX", "side": "buy", "qty": "1", "limit": "49000", "tif": "ioc"},
           {"strategy": "b", "instrument": "005930.KRX", "side": "buy", "qty": "2", "limit": "49000", "tif": "fok"},
           {"strategy": "a", "instrument": "BTC.X", "side": "buy", "qty": "0.25"}"#,
        expect![[r#"
            cycle 1: 7 intents, 6 orders
              0  b  buy 0.5   BTC.X       pass  0.5 sent
                   merged: It was sent together with equal proposals as one order.
              1  b  sell 1    005930.KRX  pass  1 sent
              2  b  sell 1    005930.KRX  pass  1 sent
              3  b  sell 1    005930.KRX  pass  1 sent
              4  b  buy 1     005930.KRX  pass  1 sent
              5  b  buy 2     005930.KRX  pass  2 sent
              6  a  buy 0.25  BTC.X       pass  0.25 sent
                   merged: It was sent together with equal proposals as one order.
              order buy 1 005930.KRX limit 49000 ioc for b 1
              order buy 2 005930.KRX limit 49000 fok for b 2
              order sell 1 005930.KRX limit 50100 day for b 1
              order sell 1 005930.KRX limit 50100 gtc for b 1
              order sell 1 005930.KRX limit 50200 day for b 1
              order buy 0.75 BTC.X market day for a 0.25, b 0.5
        "#]],
    );
}

#[test]
fn an_intent_that_would_meet_an_own_order_withdraws_it_and_waits() {
    check_intents(
        r#""books": {"a": {"005930.KRX": {"position": "10"}}},
           "open_orders": [{"strategy": "b", "instrument": "005930.KRX", "side": "buy", "qty": "3", "limit": "50000"}]"#,
        r#"{"strategy": "a", "instrument": "005930.KRX", "side": "sell", "qty": "10"}"#,
        expect![[r#"
            cycle 1: 1 intent, 0 orders
              0  a  sell 10  005930.KRX  block
                   self_trade: It could trade against an own working order. Ask again once that is gone.
              cancel 0 of b on 005930.KRX self_trade
        "#]],
    );
}

#[test]
fn a_cancel_names_an_own_order_and_needs_nothing() {
    check_intents(
        r#""account": {"mode": "killed"}, "modes": {"a": "halted"},
           "open_orders": [{"strategy": "a", "instrument": "BTC.X", "side": "buy", "qty": "3", "limit": "5000"},
                           {"id": "mine", "strategy": "a", "instrument": "005930.KRX", "side": "sell", "qty": "3"}]"#,
        r#"{"strategy": "a", "cancel": "mine", "reason": "enough"}, {"strategy": "a", "cancel": "0"},
           {"strategy": "b", "cancel": "0"}, {"strategy": "a", "cancel": "1"}, {"strategy": "a", "cancel": "0"},
           {"strategy": "nobody", "cancel": "0"}, {"strategy": "operator", "cancel": "0"}"#,
        expect![[r#"
            cycle 1: 7 intents, 0 orders
              0  a         cancel mine  005930.KRX  pass
              1  a         cancel 0     BTC.X       pass
              2  b         cancel 0     -           block
                   invalid_number: no such own order
              3  a         cancel 1     -           block
                   invalid_number: no such own order
              4  a         cancel 0     BTC.X       pass
              5  nobody    cancel 0     -           block
                   unknown_strategy: The strategy is not registered. Add a [[strategy]] or correct the id.
              6  operator  cancel 0     -           block
                   unknown_strategy: The strategy is not registered. Add a [[strategy]] or correct the id.
              cancel 0 of a on BTC.X
              cancel mine of a on 005930.KRX enough
        "#]],
    );
}

#[test]
fn open_orders_are_working() {
    check_intents(
        r#""books": {"a": {"005930.KRX": {"position": "10"}}},
           "open_orders": [{"strategy": "a", "instrument": "005930.KRX", "side": "sell", "qty": "7", "limit": "60000"}],
           "modes": {"005930.KRX": "reduce_only"}"#,
        r#"{"strategy": "a", "instrument": "005930.KRX", "side": "sell", "qty": "10"},
           {"strategy": "b", "instrument": "005930.KRX", "side": "buy", "qty": "10", "limit": "49000"}"#,
        expect![[r#"
            cycle 1: 2 intents, 1 order
              0  a  sell 10  005930.KRX  reduce  3 sent
                   reduce_only: Only what reduces the position may go. Lift the mode by command.
              1  b  buy 10   005930.KRX  block
                   reduce_only: Only what reduces the position may go. Lift the mode by command.
              order sell 3 005930.KRX market day for a 3
        "#]],
    );
}

#[test]
fn the_severest_mode_counts() {
    let one = r#"{"strategy": "a", "instrument": "005930.KRX", "side": "buy", "qty": "1"}"#;
    check_intents(
        r#""account": {"mode": "halted"}, "modes": {"a": "active"}"#,
        one,
        expect![[r#"
        cycle 1: 1 intent, 0 orders
          0  a  buy 1  005930.KRX  block
               halted: Trading is halted. Lift the mode by command.
    "#]],
    );
    check_intents(
        r#""account": {"mode": "reduce_only"}, "modes": {"a": "killed"}"#,
        one,
        expect![[r#"
        cycle 1: 1 intent, 0 orders
          0  a  buy 1  005930.KRX  block
               killed: The kill switch is set. Re-arm it by command, with a reason.
    "#]],
    );
    check_intents(
        r#""modes": {"b": "killed", "BTC.X": "halted"}"#,
        one,
        expect![[r#"
        cycle 1: 1 intent, 1 order
          0  a  buy 1  005930.KRX  pass  1 sent
          order buy 1 005930.KRX market day for a 1
    "#]],
    );
}

#[test]
fn modes_of_one_cycle_are_gone_in_the_next() {
    let intents = r#""intents": [{"strategy": "a", "instrument": "BTC.X", "side": "buy", "qty": "1"}]"#;
    let market = MARKET.replace('\n', " ");
    let lines = format!(
        "{{{market}, \"modes\": {{\"a\": \"halted\", \"BTC.X\": \"killed\"}}, {intents}}}\n{{{market}, {intents}}}\n{{{intents}}}\n"
    );
    expect![[r#"
        cycle 1: 1 intent, 0 orders
          0  a  buy 1  BTC.X  block
               killed: The kill switch is set. Re-arm it by command, with a reason.
        cycle 2: 1 intent, 1 order
          0  a  buy 1  BTC.X  pass  1 sent
          order buy 1 BTC.X market day for a 1
        cycle 3: 1 intent, 0 orders
          0  a  buy 1  BTC.X  block
               no_market_data: There is no price to judge by. Wait for data.
    "#]]
    .assert_eq(&told(CONFIG, Shape::Lines, lines.as_bytes(), Format::Table));
}

#[test]
fn a_strategys_state_comes_from_the_config() {
    let config = ["disabled", "shadow", "reduce_only"]
        .iter()
        .map(|state| format!("[[strategy]]\nid = \"{state}\"\nstate = \"{state}\"\npolicy = \"wide\"\n"));
    let config = CONFIG.to_owned() + &config.collect::<String>();
    let intents = ["disabled", "shadow", "reduce_only"].map(|strategy| {
        format!(r#"{{"strategy": "{strategy}", "instrument": "005930.KRX", "side": "buy", "qty": "1"}}"#)
    });
    check(
        &config,
        &format!("{{{MARKET}, \"intents\": [{}]}}", intents.join(",")),
        expect![[r#"
        cycle 1: 3 intents, 0 orders
          0  disabled     buy 1  005930.KRX  block
               strategy_disabled: The strategy is disabled. Enable it by command.
          1  shadow       buy 1  005930.KRX  block
               shadow: The strategy runs in shadow: judged and recorded, nothing is admitted. Make it active to trade.
          2  reduce_only  buy 1  005930.KRX  block
               reduce_only: Only what reduces the position may go. Lift the mode by command.
    "#]],
    );
}

#[test]
fn numbers_may_be_json_numbers_and_keep_every_digit() {
    check_json(
        CONFIG,
        r#"{"now": "2026-01-05T01:00:00Z", "account": {"cash": 1e9, "equity": 123456789012345.12345678},
            "market": {"BTC.X": {"last": 90000000.00000001, "day_volume": 0}},
            "books": {"unassigned": {"BTC.X": {"position": -0.5, "price": 1e6}}},
            "intents": [{"strategy": "a", "instrument": "BTC.X", "side": "sell", "qty": 12345678.1234, "limit": 90000000000},
                        {"strategy": "a", "instrument": "BTC.X", "side": "buy", "qty": 1.50, "limit": 1.0e3}]}"#,
        expect![[r#"
            {"schema":1,"decisions":[{"intent":0,"strategy":"a","instrument":"BTC.X","side":"sell","asked":"12345678.1234","admitted":"12345678.1234","sent":"12345678.1234","crossed":"0","verdict":"pass","reasons":[]},{"intent":1,"strategy":"a","instrument":"BTC.X","side":"buy","asked":"1.5","admitted":"1.5","sent":"1.5","crossed":"0","verdict":"pass","reasons":[]}],"crosses":[],"cancels":[],"orders":[{"instrument":"BTC.X","side":"buy","qty":"1.5","type":"limit","limit":"1000","tif":"day","children":[{"intent":1,"strategy":"a","qty":"1.5"}]},{"instrument":"BTC.X","side":"sell","qty":"12345678.1234","type":"limit","limit":"90000000000","tif":"day","children":[{"intent":0,"strategy":"a","qty":"12345678.1234"}]}]}
        "#]],
    );
}

#[test]
fn ratios_are_fractions_in_json_and_percent_in_words() {
    let config = CONFIG.replace("extends = \"validity_only\"", "extends = \"validity_only\"\nprice_collar = \"2.5%\"");
    let input = format!(
        r#"{{{MARKET}, "intents": [{{"strategy": "a", "instrument": "005930.KRX", "side": "buy", "qty": "1", "limit": "53000"}}]}}"#
    );
    check_json(
        &config,
        &input,
        expect![[r#"
            {"schema":1,"decisions":[{"intent":0,"strategy":"a","instrument":"005930.KRX","side":"buy","asked":"1","admitted":"0","sent":"0","crossed":"0","verdict":"block","reasons":[{"code":"price_collar","scope":"strategy","stage":"block","observed":"0.06","limit":"0.025","text":"price_collar: the price is 6% on the losing side, above the limit 2.5%. Move it nearer."}]}],"crosses":[],"cancels":[],"orders":[]}
        "#]],
    );
}

#[test]
fn phase5_codes_are_told_with_the_score() {
    let config = CONFIG.replacen("policy = \"wide\"\nrank = 1", "policy = \"phase5\"", 1);
    let input = format!(
        r#"{{{MARKET}, "account": {{"cash": "1000000"}}, "intents": [
            {{"strategy": "a", "instrument": "005930.KRX", "side": "buy", "qty": "10"}},
            {{"strategy": "a", "instrument": "005930.KRX", "side": "buy", "qty": "19"}}]}}"#
    );
    check(
        &config,
        &input,
        expect![[r#"
            cycle 1: 2 intents, 1 order
              0  a  buy 10  005930.KRX  pass   10 sent
                   buy_affordability_check: the risk score is 50%
              1  a  buy 19  005930.KRX  block
                   buy_affordability_check: the risk score is 100%
                   qty_adjusted: Phase 5: the quantity was cut to what is possible.
                   risk_score_exceeded: the risk score 98.039216% is above the limit 70%. Raise max_risk_score or ask for less.
              order buy 10 005930.KRX market day for a 10
        "#]],
    );
}

#[test]
fn texts_with_escapes_are_what_they_mean_and_tables_show_no_control_characters() {
    check_intents(
        "",
        r#"{"str\u0061tegy": "\u0061", "instrument": "BTC\u002eX", "side": "b\u0075y", "qty": "\u0031"},
           {"strategy": "a\u001b[31m", "instrument": "005930.KRX", "side": "buy", "qty": "1"}"#,
        expect![[r#"
            cycle 1: 2 intents, 1 order
              0  a            buy 1  BTC.X       pass   1 sent
              1  a\u{1b}[31m  buy 1  005930.KRX  block
                   unknown_strategy: The strategy is not registered. Add a [[strategy]] or correct the id.
              order buy 1 BTC.X market day for a 1
        "#]],
    );
}
