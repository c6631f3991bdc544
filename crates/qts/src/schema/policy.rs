//! `[policy.*]` as JSON Schema: every control of the contract, built or not.

use qts_core::Code;
use qts_gate::RiskPolicy;
use serde_json::{Value, json};

use crate::config::{ALWAYS_ON, BUILT, NOT_BUILT};

use super::forms::{
    about, decimal, decimal_or_percent, either, flag, length, percent, shares_or_lots, table, text, whole,
};

/// All policies, by name.
pub(super) fn policies() -> Value {
    let own = table(controls(), &[]);
    let mut keys = controls();
    keys.push(("extends", about("The policy that this one starts as (default: conservative)", text())));
    let of_instruments = json!({"type": "object", "additionalProperties": own});
    keys.push(("instrument", about("Controls for single instruments, by id in quotes", of_instruments)));
    let built_in = json!({"not": {"enum": RiskPolicy::BUILT_IN}});
    json!({"type": "object", "propertyNames": built_in, "additionalProperties": table(keys, &[])})
}

fn controls() -> Vec<(&'static str, Value)> {
    let built = BUILT.into_iter().map(|name| (name, control(name)));
    let later = NOT_BUILT
        .into_iter()
        .map(|name| (name, about(&format!("Not built yet. {}", meaning(name)), json!({"const": false}))));
    let always = ALWAYS_ON
        .into_iter()
        .map(|name| (name, about(&format!("Always on. {}", meaning(name)), json!({"const": true}))));
    built.chain(later).chain(always).collect()
}

/// What the reason of that name means.
fn meaning(name: &str) -> &'static str {
    Code::ALL.iter().find(|code| code.as_str() == name).map_or("", |code| code.meaning())
}

fn control(name: &str) -> Value {
    match name {
        "short_not_allowed" => about("Where the market bans short sales: sell only what the book holds", flag()),
        "price_collar" => levels("How far a limit may lie on the losing side of the market, in %", percent()),
        "fat_finger" => fat_finger(),
        "cycle_notional" => {
            levels("New exposure asked for in one cycle, as money or % of equity", decimal_or_percent())
        }
        "max_order_qty" => levels("Shares per order, or lots as in \"1 lot\"", shares_or_lots()),
        "max_order_notional" => levels("Worth of one order, as money or % of equity", decimal_or_percent()),
        "max_long" => levels("The longest position, in shares or % of equity", decimal_or_percent()),
        "max_short" => levels("The shortest position, in shares or % of equity", decimal_or_percent()),
        "max_gross_exposure" => levels("Longs plus shorts, as money or % of equity", decimal_or_percent()),
        "max_net_exposure" => levels("Longs less shorts, as money or % of equity", decimal_or_percent()),
        "buying_power" => buying_power(),
        "max_open_orders" => levels("Working orders", whole()),
        "repeated_execution" => counts(
            "Supervisor: so many orders of one strategy, then it only reduces until re-armed",
            [("same", "Of the same instrument and side in a session"), ("session", "Of any in a session")],
        ),
        "failure_breaker" => within("Supervisor: orders that fail, then the strategy halts until re-armed", "count"),
        "warn_escalation" => {
            within("Supervisor: the same warning, then the strategy only reduces until re-armed", "same")
        }
        "daily_loss" => supervisor("Supervisor: what the account lost since the day began, in %"),
        "drawdown" => supervisor("Supervisor: how far the account fell from its highest, in %"),
        "max_risk_score" => {
            about("The Phase 5 score above which it blocks, from 0 to 1; false removes it", either(decimal(), off()))
        }
        _ => Value::Bool(true),
    }
}

fn off() -> Value {
    json!({"const": false})
}

/// A single limit, or up to three levels, or `false`.
fn levels(what: &str, level: Value) -> Value {
    let keys = vec![
        ("warn", about("Above it: warn", level.clone())),
        ("limit", about("Above it: reduce to it (or block, where nothing can be reduced)", level.clone())),
        ("block", about("Above it: block", level.clone())),
    ];
    let mut staged = table(keys, &[]);
    staged["minProperties"] = 1.into();
    about(
        &format!("{what}: a limit, or {{ warn, limit, block }}; false removes it"),
        json!({"anyOf": [level, staged, off()]}),
    )
}

/// Levels that set a mode.
fn supervisor(what: &str) -> Value {
    let keys = vec![
        ("warn", about("Above it: told", percent())),
        ("limit", about("Above it: only reduce", percent())),
        ("block", about("Above it: halt", percent())),
    ];
    let mut staged = table(keys, &[]);
    staged["minProperties"] = 1.into();
    about(&format!("{what}: {{ warn, limit, block }}; false removes it"), json!({"anyOf": [percent(), staged, off()]}))
}

/// So many within a time.
fn within(what: &str, count: &'static str) -> Value {
    let keys = vec![(count, about("So many …", whole())), ("window", about("… within this time", length()))];
    about(&format!("{what}; false removes it"), either(table(keys, &[count, "window"]), off()))
}

fn counts(what: &str, keys: [(&'static str, &str); 2]) -> Value {
    let mut form = table(keys.map(|(key, of)| (key, about(of, whole()))).to_vec(), &[]);
    form["minProperties"] = 1.into();
    about(&format!("{what}; false removes it"), either(form, off()))
}

fn fat_finger() -> Value {
    let keys = vec![
        ("multiple", about("Blocks above this many times max_order_qty or max_order_notional", decimal())),
        ("median", about("Blocks above this many times the median of the strategy's own orders", decimal())),
    ];
    let mut form = table(keys, &[]);
    form["minProperties"] = 1.into();
    about("Orders far larger than usual; false removes it", either(form, off()))
}

fn buying_power() -> Value {
    let buffer =
        table(vec![("buffer", about("The share of the cash that is kept back, in %", percent()))], &["buffer"]);
    about("Buys must be covered by cash; false removes it", either(flag(), buffer))
}
