//! Policies that leave open how much may be held, how large an order may be, or at what price it may stand.

use qts_core::Inst;
use qts_gate::policy::{Controls, Thresholds};

use super::super::code::Code;
use super::super::error::ConfigError;
use super::super::source::Place;
use super::super::spec::{Config, StrategySpec};

/// Kinds that never send a limit order.
const MARKET_ONLY: [&str; 6] = ["simple", "sma_cross", "ema_cross", "rsi_reversion", "breakout", "chaos"];

/// Every policy in use that leaves something open, once.
pub(super) fn open(config: &Config) -> Vec<ConfigError> {
    let strategies = config.policies.keys().filter_map(|name| of_strategies(config, name));
    strategies.chain(of_account(config)).collect()
}

fn of_strategies(config: &Config, name: &str) -> Option<ConfigError> {
    let users: Vec<&StrategySpec> = config.all_strategies().filter(|spec| spec.policy == name).collect();
    let mut open: Vec<&str> = users.iter().flat_map(|spec| left_open(config, spec)).collect();
    open.sort_unstable();
    open.dedup();
    let first = users.first().filter(|_| !open.is_empty())?;
    let message = format!("the policy `{name}` leaves open {}", open.join(", "));
    let help = "extend `conservative`, or set these controls; `qts policy show` says what a policy comes down to";
    Some(config.warning(Code::LeftOpen, place(config, name, first), message).help(help))
}

/// Where the policy's name stands, or, of a built-in one, where the strategy names it.
fn place(config: &Config, name: &str, user: &StrategySpec) -> Place {
    own_place(config, name).or(user.places.policy).unwrap_or(user.place)
}

/// Where the name of a policy of the file stands.
fn own_place(config: &Config, name: &str) -> Option<Place> {
    config.origins.get(name).filter(|origins| origins.base.is_some()).map(|origins| origins.place)
}

/// What nothing limits for this strategy, in one of its instruments at least.
fn left_open(config: &Config, spec: &StrategySpec) -> Vec<&'static str> {
    let Some(policy) = config.policies.get(&spec.policy) else { return Vec::new() };
    let mut sets: Vec<(Option<Inst>, &Controls)> =
        spec.instruments.iter().map(|inst| (Some(*inst), policy.strategy_controls(*inst))).collect();
    if sets.is_empty() {
        sets.push((None, &policy.strategy));
    }
    let mut open = Vec::new();
    // A budget, and the Phase 5 calculator, limit what is held and with it every order.
    for (inst, set) in sets {
        let bounded = spec.budget.is_some() || set.max_risk_score.is_some();
        if !bounded && (!limits_longs(set) || !limits_shorts(config, inst, set)) {
            open.push("how large a position may become (`max_long`, `max_short`)");
        }
        if !bounded && !limits(&set.max_order_qty) && !limits(&set.max_order_notional) {
            open.push("how large an order may be (`max_order_qty`, `max_order_notional`)");
        }
        if !limits(&set.price_collar) && sends_limit_orders(spec) {
            open.push("at what price a limit order may stand (`price_collar`)");
        }
    }
    open
}

fn sends_limit_orders(spec: &StrategySpec) -> bool {
    spec.kind.as_deref().is_none_or(|kind| !MARKET_ONLY.contains(&kind))
}

fn limits_longs(set: &Controls) -> bool {
    limits(&set.max_long) || limits(&set.max_gross_exposure) || limits(&set.max_net_exposure)
}

fn limits_shorts(config: &Config, inst: Option<Inst>, set: &Controls) -> bool {
    let banned = inst.and_then(|inst| config.registry.get(inst)).is_some_and(|instrument| instrument.short_ban);
    let no_shorts = banned && set.short_not_allowed;
    no_shorts || limits(&set.max_short) || limits(&set.max_gross_exposure) || limits(&set.max_net_exposure)
}

fn limits<T>(levels: &Option<Thresholds<T>>) -> bool {
    levels.as_ref().is_some_and(|levels| levels.limit.is_some() || levels.block.is_some())
}

/// The account's policy, if nothing in it limits what all strategies together hold, or do at all.
fn of_account(config: &Config) -> Option<ConfigError> {
    let name = &config.account.policy;
    let set = &config.policies.get(name)?.account;
    if set.buying_power.is_some() || limits_longs(set) {
        return None;
    }
    let bounds_orders = limits(&set.max_order_notional) || limits(&set.cycle_notional);
    let open = if bounds_orders { "neither cash nor long positions" } else { "neither cash nor orders nor positions" };
    let place = own_place(config, name).or(config.account.policy_place)?;
    let message = format!("the account's policy `{name}` limits {open}");
    let warning = config.warning(Code::LeftOpen, place, message);
    Some(warning.help("extend `conservative`, or set `buying_power`, `max_gross_exposure` and `max_order_notional`"))
}
