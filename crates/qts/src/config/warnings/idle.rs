//! Policies that nobody uses, and controls that can do nothing where they stand.

use super::super::code::Code;
use super::super::controls::Works;
use super::super::error::ConfigError;
use super::super::origins::Said;
use super::super::source::Place;
use super::super::spec::{Config, DataSpec, Stamp, StrategySpec};

/// Who is judged by a policy or by one that extends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Users {
    strategies: bool,
    account: bool,
}

/// Policies of the file that judge nobody and are extended by none.
pub(super) fn unused(config: &Config) -> Vec<ConfigError> {
    let own = config.origins.iter().filter(|(_, origins)| origins.base.is_some());
    let unused = own.filter(|(name, _)| {
        let judges = judges(config, name);
        let is_base = config.origins.values().any(|other| other.base.as_deref() == Some(name.as_str()));
        !judges.strategies && !judges.account && !is_base
    });
    let warning = |name: &str, place: Place| {
        let help = format!("write `policy = \"{name}\"` in a `[[strategy]]` or in `[account]`, or delete the policy");
        config.warning(Code::UnusedPolicy, place, format!("nobody uses the policy `{name}`")).help(help)
    };
    unused.map(|(name, origins)| warning(name, origins.place)).collect()
}

/// Whom a policy judges, itself.
fn judges(config: &Config, name: &str) -> Users {
    Users {
        strategies: config.all_strategies().any(|spec| spec.policy == name),
        account: config.account.policy == name,
    }
}

/// Whom a policy judges, itself or through those that extend it.
fn users(config: &Config, name: &str) -> Users {
    let mut users = judges(config, name);
    for heir in config.origins.iter().filter(|(_, origins)| origins.base.as_deref() == Some(name)) {
        let of_heir = self::users(config, heir.0);
        users = Users { strategies: users.strategies || of_heir.strategies, account: users.account || of_heir.account };
    }
    users
}

/// Controls that the file sets where they cannot do anything.
pub(super) fn controls(config: &Config) -> Vec<ConfigError> {
    let own = config.origins.iter().filter(|(_, origins)| origins.base.is_some());
    let said = own.flat_map(|(name, origins)| origins.own(name));
    let set = said.filter(|(_, said)| !said.removes);
    set.filter_map(|(control, said)| idle(config, control, said)).collect()
}

fn idle(config: &Config, control: &'static str, said: &Said) -> Option<ConfigError> {
    let users = users(config, &said.policy);
    let (key, _) = said.places?;
    let policy = &said.policy;
    let warning = |message: String, help: &str| Some(config.warning(Code::IdleControl, key, message).help(help));
    match control {
        // The account's collar values market buys.
        "price_collar" => None,
        "short_not_allowed" if !config.instruments.iter().any(|spec| spec.instrument.short_ban) => warning(
            format!("`{control}` does nothing here: no instrument has a `short_ban`"),
            "write `max_short = \"0\"` to rule out short positions in every market",
        ),
        "daily_loss" if users.account && is_told_day_by_day(config) => warning(
            "`daily_loss` only warns here: each bar spans its session, so the day is over when its loss is known"
                .to_owned(),
            "limit the `drawdown`, which holds whatever the bars, or use bars shorter than a day",
        ),
        "fat_finger" if users.strategies && has_idle_multiple(config, policy) => warning(
            format!("`multiple` of `fat_finger` does nothing in `{policy}`: it has no limit to multiply"),
            "set `max_order_qty` or `max_order_notional`, or leave `multiple` out",
        ),
        _ => match Works::of(control) {
            Works::Strategy if users == (Users { strategies: false, account: true }) => warning(
                format!("`{control}` works on strategies, but only the account uses `{policy}`"),
                "move it to a policy of a strategy, or delete it",
            ),
            Works::Account if users == (Users { strategies: true, account: false }) => warning(
                format!("`{control}` works on the account, but only strategies use `{policy}`"),
                "move it to the account's policy, or delete it",
            ),
            _ => None,
        },
    }
}

/// Is all that is known of a day known when it is over?
fn is_told_day_by_day(config: &Config) -> bool {
    let spans_a_day = |data: &DataSpec| {
        data.stamp == Some(Stamp::Date) || data.interval.is_some_and(|interval| interval >= qts_core::Span::DAY)
    };
    !config.data.is_empty() && config.data.iter().all(spans_a_day)
}

/// Does every set of controls of this policy that has a `multiple` lack what it multiplies?
fn has_idle_multiple(config: &Config, policy: &str) -> bool {
    let Some(policy) = config.policies.get(policy) else { return false };
    let users: Vec<&StrategySpec> = config.all_strategies().filter(|spec| spec.policy == policy.id).collect();
    let sets = policy.instruments.values().map(|(strategy, _)| strategy).chain([&policy.strategy]);
    let multiplied: Vec<bool> = sets
        .filter(|set| set.fat_finger.is_some_and(|finger| finger.multiple.is_some()))
        .map(|set| {
            let qty = set.max_order_qty.is_some_and(|levels| levels.limit.or(levels.block).is_some());
            let worth = set.max_order_notional.is_some_and(|levels| levels.limit.or(levels.block).is_some());
            qty || worth
        })
        .collect();
    !users.is_empty() && !multiplied.is_empty() && !multiplied.contains(&true)
}
