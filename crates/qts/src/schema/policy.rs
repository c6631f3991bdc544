//! `[policy.*]` as JSON Schema: every control of the contract.

use qts_core::Code;
use qts_gate::RiskPolicy;
use serde_json::{Value, json};

use crate::config::{ALWAYS_ON, BUILT};

use super::forms::{
    about, age, decimal, decimal_or_percent, either, flag, length, list, percent, shares_or_lots, table, text, whole,
    word,
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
    let always = ALWAYS_ON
        .into_iter()
        .map(|name| (name, about(&format!("Always on. {}", meaning(name)), json!({"const": true}))));
    built.chain(always).collect()
}

/// What the reason of that name means.
fn meaning(name: &str) -> &'static str {
    Code::ALL.iter().find(|code| code.as_str() == name).map_or("", |code| code.meaning())
}

fn control(name: &str) -> Value {
    match name {
        "restricted" => restricted(),
        "outside_session" => about("No order that must trade while no session runs (ioc, fok)", flag()),
        "stale_data" => levels("How old the newest price may be, as a time or in intervals of its data", age()),
        "data_implausible" => data_implausible(),
        "duplicate_order" => {
            about("So long the same order is not sent again; false removes it", either(length(), off()))
        }
        "market_order" => about("No market order that adds risk; false removes it", either(word(&["block"]), off())),
        "max_participation" => max_participation(),
        "order_rate" => order_rate(),
        "message_limit" => levels("New orders and withdrawals of a session", whole()),
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

fn restricted() -> Value {
    about("Instruments that may not be traded; false removes the list", either(list(text()), off()))
}

fn data_implausible() -> Value {
    let mut same = levels("How far the price may jump at once, in %", percent());
    let apart = [
        ("within", levels("From one price of a session to the next, in %", percent())),
        ("between", levels("From one session to the first price of the next, in %", percent())),
    ];
    // Only the whole control is removed.
    let apart = apart.map(|(key, mut form)| {
        if let Some(forms) = form["anyOf"].as_array_mut() {
            forms.pop();
        }
        (key, form)
    });
    if let Some(forms) = same["anyOf"].as_array_mut() {
        forms.push(table(apart.to_vec(), &["within", "between"]));
    }
    same
}

fn max_participation() -> Value {
    let keys = vec![
        ("order", about("With one order, in % of the usual volume (adv20)", percent())),
        ("day", about("In a session, in % of the usual volume (adv20)", percent())),
        ("where_known", about("true: silent where the usual volume is not known; false: blocks there", flag())),
    ];
    let mut form = table(keys, &[]);
    form["anyOf"] = json!([{"required": ["order"]}, {"required": ["day"]}]);
    about("The share of the market's usual volume; false removes it", either(form, off()))
}

fn order_rate() -> Value {
    let keys = vec![
        ("per_second", about("So many orders a second in the long run", decimal())),
        ("burst", about("So many at once, 1 or more", decimal())),
    ];
    about("How fast orders may come; false removes it", either(table(keys, &["per_second", "burst"]), off()))
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
