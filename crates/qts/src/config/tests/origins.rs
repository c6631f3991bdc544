//! Where controls come from: through `extends`, per instrument, removed ones included.

use expect_test::{Expect, expect};

use super::sound;

/// `policy control` or `policy instrument control`, a line each.
fn check_origins(snippet: &str, asked: &[&str], expect: Expect) {
    let config = sound(snippet);
    let told = asked.iter().map(|asked| {
        let words: Vec<&str> = asked.split(' ').collect();
        let (inst, control) = match words[1..] {
            [id, control] => (Some(config.registry.find(id).expect("an instrument")), control),
            [control] => (None, control),
            _ => panic!("{asked}"),
        };
        let found = config.origin(words[0], inst, control);
        let text = found.as_ref().and_then(|origin| origin.written.as_ref()).map_or("", |written| &written.text);
        let origin = found.as_ref().map_or_else(|| "nobody".to_owned(), ToString::to_string);
        format!("{asked}: {origin} {text}").trim_end().to_owned() + "\n"
    });
    expect.assert_eq(&told.collect::<String>());
}

#[test]
fn a_control_is_followed_through_extends_to_the_policy_that_says_it() {
    check_origins(
        r#"[policy.base]
max_long = "100"
max_short = false
[policy.swing]
extends = "base"
max_order_qty = { warn = "80",
  limit = "100" }
"#,
        &[
            "swing max_order_qty",
            "swing max_long",
            "swing max_short",
            "swing price_collar",
            "swing max_net_exposure",
            "conservative max_long",
            "conservative max_net_exposure",
            "phase5 max_risk_score",
            "phase5 risk_score_exceeded",
            "swing off_tick",
            "nobody max_long",
        ],
        expect![[r#"
            swing max_order_qty: policy `swing` at folder/qts.toml:6 { warn = "80", limit = "100" }
            swing max_long: policy `base` at folder/qts.toml:2 "100"
            swing max_short: removed by policy `base` at folder/qts.toml:3 false
            swing price_collar: built-in policy `conservative`
            swing max_net_exposure: nobody
            conservative max_long: built-in policy `conservative`
            conservative max_net_exposure: nobody
            phase5 max_risk_score: built-in policy `phase5`
            phase5 risk_score_exceeded: built-in policy `phase5`
            swing off_tick: nobody
            nobody max_long: nobody
        "#]],
    );
}

#[test]
fn an_instruments_own_table_says_only_what_stands_in_it() {
    check_origins(
        r#"[policy.base]
max_long = "100"
[policy.base.instrument."BTC.X"]
max_long = "5"
max_order_qty = "2"
[policy.swing]
extends = "base"
max_order_qty = "7"
[policy.swing.instrument."005930.KRX"]
max_open_orders.limit = 9
"#,
        &[
            "base BTC.X max_long",
            "base 005930.KRX max_long",
            "swing BTC.X max_long",
            "swing BTC.X max_order_qty",
            "swing BTC.X max_open_orders",
            "swing 005930.KRX max_long",
            "swing 005930.KRX max_open_orders",
            "swing max_open_orders",
        ],
        expect![[r#"
            base BTC.X max_long: policy `base` at folder/qts.toml:4 "5"
            base 005930.KRX max_long: policy `base` at folder/qts.toml:2 "100"
            swing BTC.X max_long: policy `base` at folder/qts.toml:4 "5"
            swing BTC.X max_order_qty: policy `swing` at folder/qts.toml:8 "7"
            swing BTC.X max_open_orders: built-in policy `conservative`
            swing 005930.KRX max_long: policy `base` at folder/qts.toml:2 "100"
            swing 005930.KRX max_open_orders: policy `swing` at folder/qts.toml:10 9
            swing max_open_orders: built-in policy `conservative`
        "#]],
    );
}

#[test]
fn a_control_in_a_table_with_a_header_shows_what_it_means() {
    check_origins(
        "[policy.swing.max_long]\nlimit = 9\n[policy.swing]\nmax_open_orders.limit = 7\n",
        &["swing max_long", "swing max_open_orders"],
        expect![[r#"
            swing max_long: policy `swing` at folder/qts.toml:1 "9"
            swing max_open_orders: policy `swing` at folder/qts.toml:4 7
        "#]],
    );
}
