//! Limits that contradict each other: within a policy, and between a strategy's and the account's.

use std::collections::BTreeMap;

use qts_core::{Inst, Instrument, Money, Ratio, SCALE};
use qts_gate::RiskPolicy;
use qts_gate::policy::{Controls, Thresholds};

use super::super::code::Code;
use super::super::error::ConfigError;
use super::super::levels::Level;
use super::super::source::Place;
use super::super::spec::{Config, StrategySpec};
use super::super::written::{InForce, in_force, percentage};
use super::strategies;

/// What a control lets through at most, comparable with others of its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Most {
    unit: &'static str,
    amount: i128,
}

/// A set of controls in use, and where it belongs.
#[derive(Clone, Copy)]
struct Used<'c> {
    policy: &'c str,
    inst: Option<Inst>,
    set: &'c Controls,
    at_account: bool,
    /// The widest daily limit of an instrument: market buys are valued at the day's upper one.
    daily_limit: Option<Ratio>,
}

/// Pairs of controls of one policy: the first must not admit more than the second.
const PAIRS: [(&str, &str); 6] = [
    ("max_order_notional", "max_gross_exposure"),
    ("max_order_notional", "cycle_notional"),
    ("max_long", "max_gross_exposure"),
    ("max_short", "max_gross_exposure"),
    ("max_net_exposure", "max_gross_exposure"),
    ("max_order_qty", "max_long"),
];

/// Controls with levels.
const WITH_LEVELS: [&str; 12] = [
    "stale_data",
    "data_implausible",
    "price_collar",
    "cycle_notional",
    "max_order_qty",
    "max_order_notional",
    "max_long",
    "max_short",
    "max_gross_exposure",
    "max_net_exposure",
    "max_open_orders",
    "message_limit",
];

/// Contradictions within the policies in use.
pub(super) fn within(config: &Config) -> Vec<ConfigError> {
    let mut found = Vec::new();
    for used in in_use(config) {
        found.extend(WITH_LEVELS.iter().filter_map(|control| never_warns(config, &used, control)));
        found.extend(participates_twice(config, &used));
        found.extend(barred_shorts(config, &used));
        found.extend(wide_collar(config, &used));
        found.extend(ZEROES.iter().filter_map(|control| lets_nothing_pass(config, &used, control)));
        found.extend(PAIRS.iter().filter_map(|(small, large)| above(config, &used, small, large)));
    }
    found
}

/// Every set of controls that judges something.
fn in_use(config: &Config) -> Vec<Used<'_>> {
    let daily_limit = config
        .instruments
        .iter()
        .flat_map(|spec| spec.instrument.daily_limit.values().flatten())
        .map(|limit| limit.0)
        .max();
    let mut found = Vec::new();
    for (name, policy) in &config.policies {
        let strategies = config.all_strategies().any(|spec| spec.policy == *name);
        for (at_account, used) in [(false, strategies), (true, config.account.policy == *name)] {
            if !used {
                continue;
            }
            let whole = if at_account { &policy.account } else { &policy.strategy };
            found.push(Used { policy: name, inst: None, set: whole, at_account, daily_limit });
            let own = policy.instruments.iter().map(|(inst, sets)| (*inst, if at_account { &sets.1 } else { &sets.0 }));
            found.extend(own.map(|(inst, set)| Used { policy: name, inst: Some(inst), set, at_account, daily_limit }));
        }
    }
    found
}

/// Controls that let no entry pass where their level is zero.
const ZEROES: [&str; 6] =
    ["max_order_qty", "max_order_notional", "cycle_notional", "max_gross_exposure", "max_open_orders", "max_long"];

fn lets_nothing_pass(config: &Config, used: &Used<'_>, control: &str) -> Option<ConfigError> {
    let shorts_are_barred =
        || most(used.set, "max_short").is_some_and(|most| most.amount == 0) || bars_shorts(config, used);
    if control == "max_order_qty" && used.at_account || control == "max_long" && !shorts_are_barred() {
        return None;
    }
    let place = config.control_place(used.policy, used.inst, control)?;
    most(used.set, control).filter(|most| most.amount == 0)?;
    let policy = &config.said(used.policy, used.inst, control)?.policy;
    let warning =
        config.warning(Code::NothingPasses, place, format!("`{control}` of `{policy}` is 0: no entry passes"));
    Some(
        warning.help(format!(
            "raise `{control}`; to let a strategy only close what it holds, say `state = \"reduce_only\"`"
        )),
    )
}

/// The instruments that a set of controls judges.
fn judged<'c>(config: &'c Config, used: &Used<'_>) -> Vec<&'c Instrument> {
    let users = || config.all_strategies().filter(|spec| spec.policy == used.policy);
    let all = used.at_account || users().any(|spec| spec.instruments.is_empty());
    let own =
        |inst: Inst| config.policies.get(used.policy).is_some_and(|policy| policy.instruments.contains_key(&inst));
    let listed = |inst: Inst| all || users().any(|spec| spec.instruments.contains(&inst));
    let is_judged = |inst: Inst| used.inst.map_or_else(|| listed(inst) && !own(inst), |only| only == inst);
    config.registry.iter().filter(|(inst, _)| is_judged(*inst)).map(|(_, instrument)| instrument).collect()
}

/// Is selling short ruled out in every instrument?
fn bars_shorts(config: &Config, used: &Used<'_>) -> bool {
    let judged = judged(config, used);
    used.set.short_not_allowed && !judged.is_empty() && judged.iter().all(|instrument| instrument.short_ban)
}

/// A limit of short positions where none can come to be.
fn barred_shorts(config: &Config, used: &Used<'_>) -> Option<ConfigError> {
    let place = config.control_place(used.policy, used.inst, "max_short")?;
    most(used.set, "max_short").filter(|most| most.amount != 0 && !used.at_account && bars_shorts(config, used))?;
    let policy = &config.said(used.policy, used.inst, "max_short")?.policy;
    let message = format!("`max_short` of `{policy}` can never bind: every instrument here has a `short_ban`");
    let help = "leave it out: `short_not_allowed` blocks what a book does not hold";
    Some(config.warning(Code::NeverBinds, place, message).help(help))
}

/// A collar wider than a day's price limits let market and limit be apart: from the lower one to the upper one.
fn wide_collar(config: &Config, used: &Used<'_>) -> Option<ConfigError> {
    let place = config.control_place(used.policy, used.inst, "price_collar")?;
    let judged = judged(config, used);
    let limits = judged.iter().flat_map(|instrument| instrument.daily_limit.values());
    let limits: Option<Vec<i128>> = limits.map(|limit| Some(i128::from(limit.as_ref()?.0.units()))).collect();
    let (one, widest) = (i128::from(SCALE), limits?.into_iter().max()?);
    most(used.set, "price_collar").filter(|most| most.amount * (one - widest) >= 2 * widest * one)?;
    let policy = &config.said(used.policy, used.inst, "price_collar")?.policy;
    let message = format!("`price_collar` of `{policy}` can never bind: the day's price limits are narrower");
    Some(config.warning(Code::NeverBinds, place, message).help("lower it, or leave it out"))
}

/// A warning level that equals the level above it: what exceeds it is already cut or blocked.
fn never_warns(config: &Config, used: &Used<'_>, control: &str) -> Option<ConfigError> {
    if control == "max_order_qty" && used.at_account {
        return None;
    }
    let (warn, most) = warn_and_most(used.set, control)?;
    let place = config.control_place(used.policy, used.inst, control).filter(|_| warn == most)?;
    let policy = &config.said(used.policy, used.inst, control)?.policy;
    let message = format!("`{control}` of `{policy}` can never warn: its `warn` is its next level, too");
    let warning = config.warning(Code::NeverBinds, place, message);
    Some(warning.help("lower `warn`, or leave it out"))
}

/// What a day may take bounds every order of it.
fn participates_twice(config: &Config, used: &Used<'_>) -> Option<ConfigError> {
    let control = "max_participation";
    let share = used.set.max_participation.filter(|_| !used.at_account)?;
    let (order, day) = share.order.zip(share.day).filter(|(order, day)| order > day)?;
    let place = config.control_place(used.policy, used.inst, control)?;
    let policy = &config.said(used.policy, used.inst, control)?.policy;
    let [order, day] = [order, day].map(percentage);
    let message = format!("`order` of `{control}` of `{policy}` admits {order}, but `day` no more than {day}");
    Some(config.warning(Code::NeverBinds, place, message).help("lower `order`, raise `day`, or leave `order` out"))
}

/// The first control lets more through than the second admits at all.
fn above(config: &Config, used: &Used<'_>, small: &str, large: &str) -> Option<ConfigError> {
    if used.at_account && small == "max_order_qty" {
        return None;
    }
    let (one, all) = (most(used.set, small)?, most(used.set, large)?);
    if one.unit != all.unit || one.amount <= room(used, small, large, all)? {
        return None;
    }
    let said = |control| Some(config.said(used.policy, used.inst, control)?.policy.as_str());
    let [one, all] = [small, large].map(|control| level_text(used, control));
    let message = format!(
        "`{small}` of `{}` admits {}, but {} {}",
        said(small)?,
        one?,
        all_of(large, said(large)? == said(small)?, said(large)?),
        all?
    );
    // What a built-in policy admits is loose where the file is tight: that is no mistake of anybody's.
    let place = config.control_place(used.policy, used.inst, small)?;
    let warning = config.warning(Code::NeverBinds, place, message);
    let warning = match config.control_place(used.policy, used.inst, large) {
        Some(all) => warning.label("lies above …").also(all, "… what this admits"),
        None => warning,
    };
    Some(warning.help(format!("lower `{small}`, or raise `{large}`")))
}

fn all_of(control: &str, same: bool, policy: &str) -> String {
    if same { format!("`{control}` no more than") } else { format!("`{control}` (from `{policy}`) no more than") }
}

/// How large the first control's level may be before it certainly says more than the second's, which is `all`. An
/// order that turns a position round is as large as both sides together; market buys are valued above the market
/// where there are daily limits.
fn room(used: &Used<'_>, small: &str, large: &str, all: Most) -> Option<i128> {
    let no_shorts = || most(used.set, "max_short").is_some_and(|most| most.amount == 0);
    match (small, large) {
        ("max_order_qty", _) => {
            let short = most(used.set, "max_short").filter(|short| short.unit == all.unit || short.amount == 0)?;
            all.amount.checked_add(short.amount)
        }
        ("max_order_notional", "max_gross_exposure") => {
            let sides = if no_shorts() { 1 } else { 2 };
            raised(all.amount.checked_mul(sides)?, used.daily_limit)
        }
        _ => Some(all.amount),
    }
}

/// An amount at the market, valued at the day's upper limit while the market is at the lower one.
fn raised(amount: i128, daily_limit: Option<Ratio>) -> Option<i128> {
    let Some(limit) = daily_limit else { return Some(amount) };
    let (one, limit) = (i128::from(SCALE), i128::from(limit.units()));
    amount.checked_mul(one + limit)?.checked_div(one - limit).filter(|_| limit < one)
}

/// Strategies' limits above the account's, once for each policy, control and pair of levels.
pub(super) fn between(config: &Config) -> Vec<ConfigError> {
    let mut found: BTreeMap<(Place, String), Clash> = BTreeMap::new();
    for spec in config.all_strategies() {
        let listed: Vec<Option<Inst>> = spec.instruments.iter().copied().map(Some).collect();
        for inst in if listed.is_empty() { vec![None] } else { listed } {
            for (control, does) in SHARED {
                let Some(clash) = clash(config, spec, inst, control, does) else { continue };
                let known = found.entry((clash.place, clash.what.clone())).or_insert(clash);
                // An instrument later, it is the same strategy again.
                if known.strategies.last().is_none_or(|id| id != spec.id.as_str()) {
                    known.strategies.push(spec.id.to_string());
                }
            }
        }
    }
    found.into_values().map(|clash| clash.told(config)).collect()
}

/// A strategy's limit above the account's.
struct Clash {
    place: Place,
    account_place: Option<Place>,
    what: String,
    control: &'static str,
    strategies: Vec<String>,
}

/// Controls of which the account sees the sum of what strategies do, and what a strategy may do by them.
const SHARED: [(&str, &str); 8] = [
    ("max_order_notional", "may send orders worth {}"),
    ("max_long", "may hold {} long"),
    ("max_short", "may hold {} short"),
    ("max_gross_exposure", "may hold {} in all"),
    ("cycle_notional", "may ask for {} in one cycle"),
    ("max_open_orders", "may have {} working orders"),
    ("order_rate", "may send {} orders at once"),
    ("message_limit", "may send {} messages in a session"),
];

fn clash(config: &Config, spec: &StrategySpec, inst: Option<Inst>, control: &'static str, does: &str) -> Option<Clash> {
    let (policy, account) = (config.policies.get(&spec.policy)?, config.policies.get(&config.account.policy)?);
    let own = inst.map_or(&policy.strategy, |inst| policy.strategy_controls(inst));
    let mine = Used { policy: &spec.policy, inst, set: own, at_account: false, daily_limit: None };
    if control == "max_short" && bars_shorts(config, &mine) {
        return None;
    }
    let shared = inst.map_or(&account.account, |inst| account.account_controls(inst));
    let (may, admits) = (most(own, control)?.of_budget(spec.budget), most(shared, control)?);
    if may.unit != admits.unit || may.amount <= admits.amount {
        return None;
    }
    let used = |policy, set, at_account| Used { policy, inst, set, at_account, daily_limit: None };
    let of_budget = if most(own, control)? == may { "" } else { " of its budget" };
    let mine = level_text(&used(&spec.policy, own, false), control)? + of_budget;
    let theirs = level_text(&used(&config.account.policy, shared, true), control)?;
    // As within a policy: what is built in is not the file's mistake.
    let place = config.control_place(&spec.policy, inst, control)?;
    let account_place = config.control_place(&config.account.policy, inst, control);
    let from = if account_place.is_some() { "" } else { " (built in)" };
    let what = format!("{}, but the account admits only {theirs}{from}", does.replace("{}", &mine));
    Some(Clash { place, account_place, what, control, strategies: Vec::new() })
}

impl Clash {
    fn told(self, config: &Config) -> ConfigError {
        let message = format!("{} {}", strategies(self.strategies.iter().map(String::as_str)), self.what);
        let warning = config.warning(Code::AccountBindsFirst, self.place, message);
        let warning = match self.account_place {
            Some(place) => warning.label("the strategy's").also(place, "the account's"),
            None => warning,
        };
        let account = &config.account.policy;
        warning.help(format!("lower the strategy's `{}`, or {}", self.control, way_up(self.control, account)))
    }
}

impl Most {
    fn new<T: Level>(level: T) -> Self {
        Self { unit: level.unit(), amount: level.amount() }
    }

    /// A percentage is of the budget, where there is one.
    fn of_budget(self, budget: Option<Money>) -> Self {
        match budget {
            Some(budget) if self.unit == "a percentage" => {
                let amount = budget.units().checked_mul(self.amount).map(|product| product / i128::from(SCALE));
                amount.map_or(self, |amount| Self { unit: "money", amount })
            }
            _ => self,
        }
    }
}

/// What a control lets through at most.
fn most(set: &Controls, control: &str) -> Option<Most> {
    warn_and_most_of(set, control)?.1
}

/// The warning level as written, and the level that cuts or blocks.
fn warn_and_most(set: &Controls, control: &str) -> Option<(Most, Most)> {
    let (warn, most) = warn_and_most_of(set, control)?;
    warn.zip(most)
}

fn warn_and_most_of(set: &Controls, control: &str) -> Option<(Option<Most>, Option<Most>)> {
    fn of<T: Level>(levels: Option<Thresholds<T>>) -> Option<(Option<Most>, Option<Most>)> {
        let levels = levels?;
        Some((levels.warn.map(Most::new), levels.limit.or(levels.block).map(Most::new)))
    }
    match control {
        "price_collar" => of(set.price_collar),
        "cycle_notional" => of(set.cycle_notional),
        "max_order_qty" => of(set.max_order_qty),
        "max_order_notional" => of(set.max_order_notional),
        "max_long" => of(set.max_long),
        "max_short" => of(set.max_short),
        "max_gross_exposure" => of(set.max_gross_exposure),
        "max_net_exposure" => of(set.max_net_exposure),
        "max_open_orders" => of(set.max_open_orders),
        "stale_data" => of(set.stale_data),
        "data_implausible" => of(set.data_implausible?.at_all_times()),
        "message_limit" => of(set.message_limit),
        "order_rate" => {
            let most = Most { unit: "orders at once", amount: set.order_rate?.burst.units().into() };
            Some((None, Some(most)))
        }
        _ => None,
    }
}

/// The level that cuts or blocks, as it is shown.
fn level_text(used: &Used<'_>, control: &str) -> Option<String> {
    let InForce { limit, block, .. } = in_force(used.set, control, used.at_account)?;
    limit.or(block)
}

/// How the account's policy comes to admit more: a built-in one cannot be changed, but extended.
fn way_up(control: &str, account: &str) -> String {
    if RiskPolicy::BUILT_IN.contains(&account) {
        let own = format!("write `[policy.account]` that extends \"{account}\" with a higher `{control}`");
        return format!("{own}, and `policy = \"account\"` in [account]");
    }
    format!("raise it in the account's policy `{account}`")
}
