//! Controls written back as text: what is shown can be pasted, and means the same.

use qts_core::Inst;

use super::super::{BUILT, Config, supervisor, written};
use super::sound;

/// Forms of a control that mean something.
fn forms(control: &str) -> &'static [&'static str] {
    match control {
        "restricted" => &["[\"005930.KRX\"]", "[\"005930.KRX\", \"BTC.X\"]"],
        "outside_session" | "short_not_allowed" => &["true"],
        "stale_data" => &["\"3s\"", "\"250ms\"", "{ warn = \"1 interval\", block = \"3 intervals\" }", "\"2h\""],
        "data_implausible" => &[
            "\"10%\"",
            "{ warn = \"5%\", block = \"10%\" }",
            "{ within = \"10%\", between = \"50%\" }",
            "{ within = { warn = \"5%\", block = \"10%\" }, between = { warn = \"20%\" } }",
        ],
        "duplicate_order" => &["\"10s\"", "\"1500ms\"", "\"90s\"", "\"2m\"", "\"7d\""],
        "market_order" => &["\"block\""],
        "max_participation" => {
            &["{ order = \"0.5%\", day = \"2%\" }", "{ order = \"1%\" }", "{ day = \"2%\", where_known = true }"]
        }
        "order_rate" => &["{ per_second = \"0.5\", burst = \"3\" }"],
        "message_limit" => &["2000", "{ warn = 1500, block = 2000 }"],
        "price_collar" => &["{ warn = \"1.5%\", block = \"2.5%\" }", "\"0.000001%\"", "{ block = \"3%\" }"],
        "fat_finger" => &["{ multiple = \"5\", median = \"10\" }", "{ median = \"2.5\" }"],
        "cycle_notional" | "max_order_notional" | "max_gross_exposure" | "max_net_exposure" => {
            &["\"1000000.5\"", "\"12.5%\"", "{ warn = \"1\", limit = \"2\", block = \"2\" }"]
        }
        "max_order_qty" => &["\"0.5\"", "\"1 lot\"", "{ warn = \"1 lot\", limit = \"3 lots\" }", "{ block = \"9\" }"],
        "max_long" | "max_short" => &["\"100\"", "\"5%\"", "{ warn = \"0\", block = \"7.25\" }"],
        "buying_power" => &["true", "{ buffer = \"2%\" }"],
        "max_open_orders" => &["3", "{ warn = 2, limit = 3 }"],
        "max_risk_score" => &["\"0.7\""],
        "repeated_execution" => &["{ same = \"5\", session = \"30\" }", "{ same = \"2\" }"],
        "failure_breaker" => &["{ count = \"5\", window = \"60s\" }"],
        "warn_escalation" => &["{ same = \"10\", window = \"60s\" }"],
        "daily_loss" | "drawdown" => &["\"2%\"", "{ warn = \"1%\", limit = \"2%\", block = \"3%\" }"],
        other => panic!("give forms of `{other}` here"),
    }
}

/// The control of policy `p`, at whichever scope has it.
fn found(config: &Config, control: &str) -> Option<String> {
    let policy = &config.policies["p"];
    let (strategy, account) = (policy.strategy_controls(Inst(0)), policy.account_controls(Inst(0)));
    let of = |set| written(set, control, &config.registry);
    of(strategy).or_else(|| of(account)).or_else(|| supervisor(&policy.supervision, control))
}

#[test]
fn every_control_is_written_as_it_was_read() {
    for control in BUILT {
        for form in forms(control) {
            let snippet = format!("[policy.p]\nextends = \"validity_only\"\n{control} = {form}\n");
            let config = sound(&snippet);
            assert_eq!(found(&config, control).as_deref(), Some(*form), "{control}");
        }
        let config = sound(&format!("[policy.p]\n{control} = false\n"));
        assert_eq!(found(&config, control), None, "{control}");
    }
}

#[test]
fn the_conservative_policy_written_out_is_the_conservative_policy() {
    let config = sound("");
    let conservative = &config.policies["conservative"];
    let mut text = "[policy.p]\nextends = \"validity_only\"\n".to_owned();
    for control in BUILT {
        let of = |set| written(set, control, &config.registry);
        let (strategy, account) = (of(&conservative.strategy), of(&conservative.account));
        let supervisor = supervisor(&conservative.supervision, control);
        text += &strategy.or(supervisor).map(|value| format!("{control} = {value}\n")).unwrap_or_default();
        if control == "buying_power" {
            text += &account.map(|value| format!("{control} = {value}\n")).unwrap_or_default();
        }
    }
    let pasted = &sound(&text).policies["p"];
    assert_eq!(pasted.strategy, conservative.strategy, "{text}");
    assert_eq!(pasted.supervision, conservative.supervision, "{text}");
    assert_eq!(pasted.account.buying_power, conservative.account.buying_power, "{text}");
}
