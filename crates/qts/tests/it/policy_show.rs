//! `qts policy show`: whole tables, and what the machine-readable form adds.

use expect_test::{Expect, expect};
use serde_json::json;

use crate::support::{Folder, SHARE};
use crate::the_example::root;

const POLICIES: &str = r#"[[strategy]]
id = "a"
policy = "swing"
[policy.base]
max_long = { warn = "80", limit = "100" }
max_short = false
buying_power = false
[policy.swing]
extends = "base"
max_order_qty = { warn = "8", limit = "10", block = "50" }
max_order_notional = { limit = "5%", block = "25%" }
[policy.swing.instrument."A.KRX"]
max_open_orders = { warn = 1, limit = 2, block = 5 }
max_long = "40"
"#;

fn folder(name: &str) -> Folder {
    Folder::new(name).with("qts.toml", format!("{SHARE}{POLICIES}"))
}

fn check(folder: &Folder, args: &str, expect: Expect) {
    let ended = folder.qts(&format!("policy show {args}"));
    assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{args}");
    expect.assert_eq(&ended.out);
}

#[test]
fn the_built_in_policies_need_no_config() {
    let folder = Folder::new("policy-built-in");
    check(
        &folder,
        "",
        expect![[r#"
        policy         extends
        conservative   (built in)
        phase5         (built in)
        validity_only  (built in)
    "#]],
    );
    check(
        &folder,
        "conservative",
        expect![[r#"
            conservative · built in

            strategy scope
            control             value                                               warn        limit  block        from
            restricted          not set                                             -           -      -
            outside_session     true                                                -           -      -            conservative (built in)
            stale_data          { warn = "1 interval", block = "3 intervals" }      1 interval  -      3 intervals  conservative (built in)
            data_implausible    { within = "10%", between = "50%" }                 -           -      -            conservative (built in)
            duplicate_order     "10s"                                               -           -      -            conservative (built in)
            short_not_allowed   true                                                -           -      -            conservative (built in)
            price_collar        { warn = "1.5%", block = "2.5%" }                   1.5%        -      2.5%         conservative (built in)
            fat_finger          { median = "10" }                                   -           -      -            conservative (built in)
            cycle_notional      "20%"                                               -           -      20%          conservative (built in)
            market_order        not set                                             -           -      -
            max_order_qty       "1 lot"                                             -           1 lot  -            conservative (built in)
            max_order_notional  "5%"                                                -           5%     -            conservative (built in)
            max_long            "5%"                                                -           5%     -            conservative (built in)
            max_short           "0"                                                 -           0      -            conservative (built in)
            max_gross_exposure  "30%"                                               -           30%    -            conservative (built in)
            max_net_exposure    not set                                             -           -      -
            max_participation   { order = "0.5%", day = "2%", where_known = true }  -           -      -            conservative (built in)
            max_open_orders     3                                                   -           -      3            conservative (built in)
            order_rate          { per_second = "1", burst = "20" }                  -           -      20           conservative (built in)
            message_limit       2000                                                -           -      2000         conservative (built in)
            max_risk_score      not set                                             -           -      -
            repeated_execution  { same = "5", session = "30" }                      -           -      -            conservative (built in)
            failure_breaker     { count = "5", window = "60s" }                     -           -      -            conservative (built in)
            warn_escalation     { same = "10", window = "60s" }                     -           -      -            conservative (built in)

            account scope
            control             value                                           warn  limit  block        from
            stale_data          { warn = "1 interval", block = "3 intervals" }  -     -      3 intervals  conservative (built in)
            short_not_allowed   true                                            -     -      -            conservative (built in)
            cycle_notional      "30%"                                           -     30%    -            conservative (built in)
            max_order_notional  "5%"                                            -     5%     -            conservative (built in)
            max_long            "10%"                                           -     10%    -            conservative (built in)
            max_short           "0"                                             -     0      -            conservative (built in)
            max_gross_exposure  "95%"                                           -     95%    -            conservative (built in)
            max_net_exposure    not set                                         -     -      -
            buying_power        { buffer = "2%" }                               -     -      -            conservative (built in)
            max_open_orders     20                                              -     -      20           conservative (built in)
            order_rate          { per_second = "5", burst = "20" }              -     -      20           conservative (built in)
            message_limit       2000                                            -     -      2000         conservative (built in)
            daily_loss          { warn = "1%", limit = "2%", block = "3%" }     1%    2%     3%           conservative (built in)
            drawdown            { warn = "5%", limit = "8%", block = "10%" }    5%    8%     10%          conservative (built in)

            always on: invalid_number, overflow, unknown_instrument, unknown_strategy, strategy_disabled, strategy_quarantined, off_tick, off_lot, outside_price_limit, order_limit, no_market_data, self_trade, unreconciled
        "#]],
    );
    check(
        &folder,
        "validity_only",
        expect![[r#"
            validity_only · built in

            strategy scope
            control             value    warn  limit  block  from
            restricted          not set  -     -      -
            outside_session     not set  -     -      -
            stale_data          not set  -     -      -
            data_implausible    not set  -     -      -
            duplicate_order     not set  -     -      -
            short_not_allowed   not set  -     -      -
            price_collar        not set  -     -      -
            fat_finger          not set  -     -      -
            cycle_notional      not set  -     -      -
            market_order        not set  -     -      -
            max_order_qty       not set  -     -      -
            max_order_notional  not set  -     -      -
            max_long            not set  -     -      -
            max_short           not set  -     -      -
            max_gross_exposure  not set  -     -      -
            max_net_exposure    not set  -     -      -
            max_participation   not set  -     -      -
            max_open_orders     not set  -     -      -
            order_rate          not set  -     -      -
            message_limit       not set  -     -      -
            max_risk_score      not set  -     -      -
            repeated_execution  not set  -     -      -
            failure_breaker     not set  -     -      -
            warn_escalation     not set  -     -      -

            account scope
            control             value    warn  limit  block  from
            stale_data          not set  -     -      -
            short_not_allowed   not set  -     -      -
            cycle_notional      not set  -     -      -
            max_order_notional  not set  -     -      -
            max_long            not set  -     -      -
            max_short           not set  -     -      -
            max_gross_exposure  not set  -     -      -
            max_net_exposure    not set  -     -      -
            buying_power        not set  -     -      -
            max_open_orders     not set  -     -      -
            order_rate          not set  -     -      -
            message_limit       not set  -     -      -
            daily_loss          not set  -     -      -
            drawdown            not set  -     -      -

            always on: invalid_number, overflow, unknown_instrument, unknown_strategy, strategy_disabled, strategy_quarantined, off_tick, off_lot, outside_price_limit, order_limit, no_market_data, self_trade, unreconciled
        "#]],
    );
}

#[test]
fn a_policy_shows_levels_in_force_and_the_place_that_says_them() {
    let folder = folder("policy-of-a-config");
    check(
        &folder,
        "--config qts.toml",
        expect![[r#"
        policy         extends        used by
        base           conservative   nobody
        conservative   (built in)     nobody
        open           validity_only  the account
        phase5         (built in)     nobody
        swing          base           a
        validity_only  (built in)     nobody
    "#]],
    );
    check(
        &folder,
        "swing --config qts.toml",
        expect![[r#"
            swing · extends base · used by a

            strategy scope
            control             value                                               warn        limit  block        from
            restricted          not set                                             -           -      -
            outside_session     true                                                -           -      -            conservative (built in)
            stale_data          { warn = "1 interval", block = "3 intervals" }      1 interval  -      3 intervals  conservative (built in)
            data_implausible    { within = "10%", between = "50%" }                 -           -      -            conservative (built in)
            duplicate_order     "10s"                                               -           -      -            conservative (built in)
            short_not_allowed   true                                                -           -      -            conservative (built in)
            price_collar        { warn = "1.5%", block = "2.5%" }                   1.5%        -      2.5%         conservative (built in)
            fat_finger          { median = "10" }                                   -           -      -            conservative (built in)
            cycle_notional      "20%"                                               -           -      20%          conservative (built in)
            market_order        not set                                             -           -      -
            max_order_qty       { warn = "8", limit = "10", block = "50" }          8           10     50           swing qts.toml:24
            max_order_notional  { limit = "5%", block = "25%" }                     -           5%     25%          swing qts.toml:25
            max_long            { warn = "80", limit = "100" }                      80          100    -            base qts.toml:19
            max_short           removed                                             -           -      -            base qts.toml:20
            max_gross_exposure  "30%"                                               -           30%    -            conservative (built in)
            max_net_exposure    not set                                             -           -      -
            max_participation   { order = "0.5%", day = "2%", where_known = true }  -           -      -            conservative (built in)
            max_open_orders     3                                                   -           -      3            conservative (built in)
            order_rate          { per_second = "1", burst = "20" }                  -           -      20           conservative (built in)
            message_limit       2000                                                -           -      2000         conservative (built in)
            max_risk_score      not set                                             -           -      -
            repeated_execution  { same = "5", session = "30" }                      -           -      -            conservative (built in)
            failure_breaker     { count = "5", window = "60s" }                     -           -      -            conservative (built in)
            warn_escalation     { same = "10", window = "60s" }                     -           -      -            conservative (built in)

            account scope (not used there)
            control             value                                           warn  limit  block        from
            stale_data          { warn = "1 interval", block = "3 intervals" }  -     -      3 intervals  conservative (built in)
            short_not_allowed   true                                            -     -      -            conservative (built in)
            cycle_notional      "30%"                                           -     30%    -            conservative (built in)
            max_order_notional  { limit = "5%", block = "25%" }                 -     5%     -            swing qts.toml:25
            max_long            { warn = "80", limit = "100" }                  80    100    -            base qts.toml:19
            max_short           removed                                         -     -      -            base qts.toml:20
            max_gross_exposure  "95%"                                           -     95%    -            conservative (built in)
            max_net_exposure    not set                                         -     -      -
            buying_power        removed                                         -     -      -            base qts.toml:21
            max_open_orders     20                                              -     -      20           conservative (built in)
            order_rate          { per_second = "5", burst = "20" }              -     -      20           conservative (built in)
            message_limit       2000                                            -     -      2000         conservative (built in)
            daily_loss          { warn = "1%", limit = "2%", block = "3%" }     1%    2%     3%           conservative (built in)
            drawdown            { warn = "5%", limit = "8%", block = "10%" }    5%    8%     10%          conservative (built in)

            strategy scope, A.KRX (what differs)
            control          value                               warn  limit  block  from
            max_long         "40"                                -     40     -      swing qts.toml:28
            max_open_orders  { warn = 1, limit = 2, block = 5 }  1     -      2      swing qts.toml:27

            account scope, A.KRX (what differs)
            control          value                               warn  limit  block  from
            max_long         "40"                                -     40     -      swing qts.toml:28
            max_open_orders  { warn = 1, limit = 2, block = 5 }  1     -      2      swing qts.toml:27

            always on: invalid_number, overflow, unknown_instrument, unknown_strategy, strategy_disabled, strategy_quarantined, off_tick, off_lot, outside_price_limit, order_limit, no_market_data, self_trade, unreconciled
        "#]],
    );
}

#[test]
fn programs_get_every_control_of_every_scope() {
    let shown = folder("policy-json").qts("policy show swing --config qts.toml --format json").json();
    assert_eq!(shown["extends"], "base");
    assert_eq!(shown["used_by"], json!({"account": false, "strategies": ["a"]}));
    let find = |control: &str, scope: &str, instrument: Option<&str>| {
        let rows = shown["controls"].as_array().expect("controls").iter();
        let wanted = |row: &&serde_json::Value| {
            row["control"] == control && row["scope"] == scope && row["instrument"].as_str() == instrument
        };
        rows.clone().find(wanted).cloned()
    };
    assert_eq!(
        find("max_order_notional", "strategy", None),
        Some(json!({"control": "max_order_notional", "scope": "strategy", "instrument": null, "state": "set",
            "value": "{ limit = \"5%\", block = \"25%\" }", "warn": "5%", "limit": "5%", "block": "25%",
            "from": {"policy": "swing", "file": "qts.toml", "line": 25}}))
    );
    let removed = find("max_short", "account", None).expect("a row");
    assert_eq!((&removed["state"], &removed["value"]), (&"removed".into(), &serde_json::Value::Null));
    assert_eq!(find("max_long", "account", Some("A.KRX")).expect("its own")["value"], "\"40\"");
    assert_eq!(find("max_short", "account", Some("A.KRX")), None, "as everywhere");
    assert_eq!(find("max_order_qty", "account", None), None, "it works at strategy scope only");
    assert!(shown["always_on"].as_array().expect("a list").contains(&"off_tick".into()));
    let listed = Folder::new("policy-json-list").qts("policy show --format json").json();
    assert_eq!(listed["policies"].as_array().expect("a list").len(), 3);
}

#[test]
fn a_policy_that_is_not_there_is_a_slip_of_the_command_line() {
    let folder = folder("policy-missing");
    for (args, told) in [
        ("swng --config qts.toml", "qts: no policy is called `swng`; did you mean `swing`?\n"),
        (
            "zzz",
            "qts: no policy is called `zzz`; there are conservative, phase5, validity_only (policies of a config need --config)\n",
        ),
    ] {
        let ended = folder.qts(&format!("policy show {args}"));
        assert_eq!((ended.code, ended.out.as_str(), ended.err.as_str()), (2, "", told));
    }
    assert_eq!(folder.qts("policy show --config nowhere.toml").code, 3);
}

#[test]
fn the_examples_policies_can_be_shown() {
    let folder = Folder::new("policy-example");
    for id in ["swing", "reversion", "cautious", "account"] {
        let mut command = folder.command(&format!("policy show {id} --config examples/us-daily/qts.toml"));
        let output = command.current_dir(root()).output().expect("it starts");
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(
            output.status.success() && text.starts_with(&format!("{id} · extends conservative · used by")),
            "{text}"
        );
    }
}
