//! Where the numbers of controls stand in a config, and what would have to stand there instead.

use std::collections::{BTreeMap, BTreeSet};

use qts_core::{Amount, Code, Inst, Money, Qty, SCALE, Scope, StrategyId};
use qts_gate::RiskPolicy;
use qts_gate::policy::Controls;

use crate::config::Config;

use super::level::{Level, Levels, percent_of};
use super::{Cut, Cutter, Need, units};

/// More tables than this nobody changes at once.
pub(super) const MOST: usize = 3;
/// What the account measures of an order is at least what its strategy did.
const NEXT_AT_THE_ACCOUNT: [Code; 5] =
    [Code::CycleNotional, Code::MaxOrderNotional, Code::MaxLong, Code::MaxShort, Code::MaxGrossExposure];
/// Where a number is of shares, not of money.
const IN_SHARES: [Code; 2] = [Code::MaxLong, Code::MaxShort];
/// These the account does not judge by.
const STRATEGY_ONLY: [Code; 2] = [Code::PriceCollar, Code::MaxOrderQty];

/// What to change, most concerned table first.
pub(super) struct Changes {
    tables: Vec<(Table, Change)>,
    left_out: usize,
}

/// A table of the config.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Table {
    /// Of a policy, or of an instrument in it.
    Policy { scope: Scope, policy: String, instrument: Option<Inst> },
    /// Of a strategy.
    Strategy(StrategyId),
}

/// What has to change in it, for how many decisions, of whom.
#[derive(Debug, Default)]
struct Change {
    decisions: u64,
    /// What each control would have to allow; `None` if that cannot be written.
    enough: BTreeMap<Code, Option<Level>>,
    owners: BTreeSet<StrategyId>,
}

impl Changes {
    /// So that what `code` cut passes it, and whatever cut it at the same time or surely would at the account.
    pub(super) fn new<'c>(cuts: impl Iterator<Item = (&'c Cutter, &'c Cut)>, code: Code, config: &Config) -> Self {
        let mut tables: BTreeMap<Table, Change> = BTreeMap::new();
        for (cutter, cut) in cuts {
            for ((scope, control), need) in &cut.needs {
                let decisions = if *control == code { cut.decisions } else { 0 };
                let mut add = |table, enough| {
                    let change = tables.entry(table).or_default();
                    change.add(*control, enough, decisions, &cutter.owner);
                };
                let enough = enough(*scope, *control, need, cutter, config);
                add(table(*scope, *control, cutter, config), enough);
                let next = enough.filter(|_| *scope == Scope::Strategy);
                let next = next.and_then(|enough| next_at_the_account(*control, need, enough, cutter, config));
                if let Some(enough) = next {
                    add(table(Scope::Account, *control, cutter, config), Some(enough));
                }
            }
        }
        let mut tables: Vec<(Table, Change)> = tables.into_iter().collect();
        tables.sort_by_key(|(_, change)| std::cmp::Reverse(change.decisions));
        let left_out = tables.len().saturating_sub(MOST);
        tables.truncate(MOST);
        Self { tables, left_out }
    }

    /// The controls whose numbers change.
    pub(super) fn controls(&self) -> impl Iterator<Item = Code> {
        self.tables.iter().flat_map(|(_, change)| change.enough.keys().copied())
    }

    /// So many further tables are concerned.
    pub(super) const fn left_out(&self) -> usize {
        self.left_out
    }

    /// What to write; `None` if something has no number that can be written.
    pub(super) fn toml(&self, config: &Config) -> Option<String> {
        let mut taken: Vec<String> = config.policies.keys().cloned().collect();
        let parts: Option<Vec<String>> =
            self.tables.iter().map(|(table, change)| change.toml(table, config, &mut taken)).collect();
        Some(parts?.join("\n"))
    }
}

/// The table that gives a control its number.
fn table(scope: Scope, control: Code, cutter: &Cutter, config: &Config) -> Table {
    if control == Code::Budget {
        return Table::Strategy(cutter.owner.clone());
    }
    let policy = policy_of(scope, &cutter.owner, config);
    let apart = config.policies.get(policy).is_some_and(|policy| policy.instruments.contains_key(&cutter.instrument));
    // Where one policy of one's own serves both scopes, there is one number for both.
    let scope = if is_shared(policy, config) { Scope::Strategy } else { scope };
    Table::Policy { scope, policy: policy.to_owned(), instrument: apart.then_some(cutter.instrument) }
}

/// The policy that judges an owner's decisions at a scope.
fn policy_of<'c>(scope: Scope, owner: &StrategyId, config: &'c Config) -> &'c str {
    let own = config.all_strategies().find(|spec| spec.id == *owner).map(|spec| spec.policy.as_str());
    own.filter(|_| scope == Scope::Strategy).unwrap_or(&config.account.policy)
}

/// Is it a policy of one's own that judges both strategies and the account?
fn is_shared(policy: &str, config: &Config) -> bool {
    let by_a_strategy = config.all_strategies().any(|spec| spec.policy == policy);
    by_a_strategy && config.account.policy == policy && !RiskPolicy::BUILT_IN.contains(&policy)
}

/// The controls of a scope.
fn controls(policy: &RiskPolicy, scope: Scope, instrument: Option<Inst>) -> &Controls {
    match (scope, instrument) {
        (Scope::Strategy, Some(inst)) => policy.strategy_controls(inst),
        (Scope::Strategy, None) => &policy.strategy,
        (_, Some(inst)) => policy.account_controls(inst),
        (_, None) => &policy.account,
    }
}

/// The levels of the control that cut.
fn levels_met(scope: Scope, control: Code, cutter: &Cutter, config: &Config) -> Option<Levels> {
    let policy = config.policies.get(policy_of(scope, &cutter.owner, config))?;
    Levels::of(control, controls(policy, scope, Some(cutter.instrument)), SCALE.into())
}

/// What the control would have to allow, in the form in which its policy writes it.
fn enough(scope: Scope, control: Code, need: &Need, cutter: &Cutter, config: &Config) -> Option<Level> {
    if control == Code::Budget {
        return Some(Level::Number(units(need.observed)));
    }
    let budget = budget(&cutter.owner, config).filter(|_| scope == Scope::Strategy);
    let base = budget.unwrap_or_else(|| equity_at_the_start(config));
    levels_met(scope, control, cutter, config)?.enough(need, base)
}

/// What the account's policy would have to allow next, where it allows less than what the strategy's would.
fn next_at_the_account(control: Code, need: &Need, enough: Level, cutter: &Cutter, config: &Config) -> Option<Level> {
    if !NEXT_AT_THE_ACCOUNT.contains(&control) {
        return None;
    }
    let levels = levels_met(Scope::Account, control, cutter, config)?;
    let next = match (levels.least()?, enough, need.observed) {
        (Level::Percent(_), Level::Percent(_), _) if budget(&cutter.owner, config).is_none() => enough,
        (Level::Percent(_), _, Amount::Money(money)) => percent_of(money.units(), equity_at_the_start(config))?,
        (Level::Number(_), Level::Number(_), _) => enough,
        (Level::Number(_), _, Amount::Money(money)) if !IN_SHARES.contains(&control) => Level::Number(money.units()),
        _ => return None,
    };
    (levels.least()?.or_more(next)? != levels.least()?).then_some(next)
}

fn budget(owner: &StrategyId, config: &Config) -> Option<Money> {
    config.all_strategies().find(|spec| spec.id == *owner).and_then(|spec| spec.budget)
}

/// Cash and opening positions.
fn equity_at_the_start(config: &Config) -> Money {
    let held = config.positions.iter().map(|position| Money::of(position.price, position.qty));
    held.fold(config.account.cash, |sum, worth| sum + worth)
}

impl Change {
    fn add(&mut self, control: Code, enough: Option<Level>, decisions: u64, owner: &StrategyId) {
        self.decisions += decisions;
        self.owners.insert(owner.clone());
        let more = |most: &mut Option<Level>| *most = most.zip(enough).and_then(|(most, enough)| most.or_more(enough));
        self.enough.entry(control).and_modify(more).or_insert(enough);
    }

    fn toml(&self, table: &Table, config: &Config, taken: &mut Vec<String>) -> Option<String> {
        let (scope, policy, instrument) = match table {
            Table::Strategy(id) => {
                let budget = self.enough.get(&Code::Budget).copied()??.written();
                return Some(format!("# in the [[strategy]] {}:\nbudget = {budget}\n", quoted(id.as_str())));
            }
            Table::Policy { scope, policy, instrument } => (*scope, policy, *instrument),
        };
        let lines = self.lines(policy, scope, instrument, config)?;
        if RiskPolicy::BUILT_IN.contains(&policy.as_str()) {
            return Some(self.own_policy(scope, policy, &lines, taken));
        }
        let of =
            instrument.map_or_else(String::new, |inst| format!(".instrument.{}", quoted(&config.registry.name(inst))));
        Some(format!("# in [policy.{}{of}], in place of the same keys:\n{lines}", key(policy)))
    }

    /// A line for each control.
    fn lines(&self, policy: &str, scope: Scope, instrument: Option<Inst>, config: &Config) -> Option<String> {
        let lot = instrument.map_or_else(|| self.largest_lot(policy, config), |inst| lot(inst, config));
        let rules = config.policies.get(policy)?;
        let line = |(control, enough): (&Code, &Option<Level>)| {
            let mut levels = Levels::of(*control, controls(rules, scope, instrument), lot)?;
            if is_shared(policy, config) && !STRATEGY_ONLY.contains(control) {
                let others = Levels::of(*control, controls(rules, Scope::Account, instrument), lot)?;
                levels = levels.at_least(others)?;
            }
            Some(format!("{control} = {}\n", levels.raised((*enough)?).written()))
        };
        self.enough.iter().map(line).collect()
    }

    /// The largest lot of those whom the change concerns: of all users of a policy, or of the owners who leave a
    /// built-in one.
    fn largest_lot(&self, policy: &str, config: &Config) -> i128 {
        let leave = RiskPolicy::BUILT_IN.contains(&policy);
        let concerned = config.all_strategies().filter(|spec| spec.policy == policy);
        let concerned = concerned.filter(|spec| !leave || self.owners.contains(&spec.id));
        let lots = concerned.flat_map(|spec| &spec.instruments).map(|inst| lot(*inst, config));
        lots.max().unwrap_or_default()
    }

    /// A built-in policy cannot change; one of one's own can extend it.
    fn own_policy(&self, scope: Scope, base: &str, lines: &str, taken: &mut Vec<String>) -> String {
        let name = free_name(if scope == Scope::Strategy { "mine" } else { "account" }, taken);
        let extends = if base == "conservative" { String::new() } else { format!("extends = \"{base}\"\n") };
        let owners: Vec<String> = self.owners.iter().map(|owner| quoted(owner.as_str())).collect();
        let users = match scope {
            Scope::Strategy => format!("the [[strategy]] {}", owners.join(", ")),
            _ => "[account]".to_owned(),
        };
        format!("[policy.{name}]\n{extends}{lines}# and in {users}:\n# policy = \"{name}\"\n")
    }
}

fn free_name(name: &str, taken: &mut Vec<String>) -> String {
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    let free = std::iter::once(name.to_owned()).chain(numbered).find(|name| !taken.contains(name));
    let free = free.unwrap_or_else(|| name.to_owned());
    taken.push(free.clone());
    free
}

/// Shares of a lot, in units.
fn lot(inst: Inst, config: &Config) -> i128 {
    config.registry.get(inst).map_or(Qty::ZERO, |instrument| instrument.lot).units().into()
}

/// A name as a key of TOML.
fn key(name: &str) -> String {
    let bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if bare { name.to_owned() } else { quoted(name) }
}

/// A text as TOML.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}
