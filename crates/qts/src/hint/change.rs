//! Where the numbers of controls stand in a config, and what would have to stand there instead.

use std::collections::{BTreeMap, BTreeSet};

use qts_core::{Amount, Code, Inst, Money, SCALE, Scope, StrategyId};
use qts_gate::RiskPolicy;
use qts_gate::policy::{Controls, OrderSize, Size, Thresholds, Worth};

use crate::config::Config;

use super::{Cut, Cutter, Need, Needs, raise, rounded_up, units};

/// More tables than this nobody changes at once.
pub(super) const MOST: usize = 3;
/// Where money cannot be written: shares, or a percentage.
const IN_SHARES: [Code; 2] = [Code::MaxLong, Code::MaxShort];
/// A hundredth of a percent.
const STEP: i128 = SCALE as i128 / 10_000;

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
    needs: Needs,
    owners: BTreeSet<StrategyId>,
}

/// A number of a policy in the form in which it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Number(i128),
    Percent(i128),
    Count(i128),
}

/// The levels of a control: warn, limit, block.
type Levels = [Option<Level>; 3];

impl Changes {
    /// So that what `code` cut passes it, and whatever cut it at the same time.
    pub(super) fn new<'c>(cuts: impl Iterator<Item = (&'c Cutter, &'c Cut)>, code: Code, config: &Config) -> Self {
        let mut tables: BTreeMap<Table, Change> = BTreeMap::new();
        for (cutter, cut) in cuts {
            for (control, need) in &cut.needs {
                let change = tables.entry(table(*control, cutter, config)).or_default();
                change.decisions += if *control == code { cut.decisions } else { 0 };
                change.owners.insert(cutter.owner.clone());
                raise(&mut change.needs, *control, *need);
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
        self.tables.iter().flat_map(|(_, change)| change.needs.keys().copied())
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
fn table(control: Code, cutter: &Cutter, config: &Config) -> Table {
    if control == Code::Budget {
        return Table::Strategy(cutter.owner.clone());
    }
    let own = config.all_strategies().find(|spec| spec.id == cutter.owner).map(|spec| &spec.policy);
    let policy = match cutter.scope {
        Scope::Strategy => own.unwrap_or(&config.account.policy),
        _ => &config.account.policy,
    };
    let apart = config.policies.get(policy).is_some_and(|policy| policy.instruments.contains_key(&cutter.instrument));
    Table::Policy { scope: cutter.scope, policy: policy.clone(), instrument: apart.then_some(cutter.instrument) }
}

impl Change {
    fn toml(&self, table: &Table, config: &Config, taken: &mut Vec<String>) -> Option<String> {
        let (scope, policy, instrument) = match table {
            Table::Strategy(id) => {
                let budget = self.needs.get(&Code::Budget).map(|need| written(Level::Number(units(need.observed))))?;
                return Some(format!("# in the [[strategy]] {}:\nbudget = {budget}\n", quoted(id.as_str())));
            }
            Table::Policy { scope, policy, instrument } => (*scope, policy, *instrument),
        };
        let lines = self.lines(config.policies.get(policy)?, scope, instrument)?;
        if RiskPolicy::BUILT_IN.contains(&policy.as_str()) {
            return Some(self.own_policy(scope, policy, &lines, taken));
        }
        let of =
            instrument.map_or_else(String::new, |inst| format!(".instrument.{}", quoted(&config.registry.name(inst))));
        Some(format!("# in [policy.{}{of}], in place of the same keys:\n{lines}", key(policy)))
    }

    /// A line for each control.
    fn lines(&self, policy: &RiskPolicy, scope: Scope, instrument: Option<Inst>) -> Option<String> {
        let controls = match (scope, instrument) {
            (Scope::Strategy, Some(inst)) => policy.strategy_controls(inst),
            (Scope::Strategy, None) => &policy.strategy,
            (_, Some(inst)) => policy.account_controls(inst),
            (_, None) => &policy.account,
        };
        let line = |(control, need): (&Code, &Need)| {
            let levels = raised(*control, levels(*control, controls)?, *need)?;
            Some(format!("{control} = {}\n", all_written(levels)))
        };
        self.needs.iter().map(line).collect()
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

/// The levels of a control as they are.
fn levels(control: Code, controls: &Controls) -> Option<Levels> {
    let count = |count: u64| Level::Count(count.into());
    match control {
        Code::PriceCollar => controls.price_collar.map(|it| each(it, |ratio| Level::Percent(ratio.units().into()))),
        Code::CycleNotional => controls.cycle_notional.map(|it| each(it, worth)),
        // A lot is a number of shares that differs from instrument to instrument: what is written is in shares.
        Code::MaxOrderQty => controls.max_order_qty.map(|it| match (it.warn, it.limit, it.block) {
            (_, Some(OrderSize::Lots(_)), _) => [None, Some(Level::Number(0)), None],
            _ => each(it, order_size),
        }),
        Code::MaxOrderNotional => controls.max_order_notional.map(|it| each(it, worth)),
        Code::MaxLong => controls.max_long.map(|it| each(it, size)),
        Code::MaxShort => controls.max_short.map(|it| each(it, size)),
        Code::MaxGrossExposure => controls.max_gross_exposure.map(|it| each(it, worth)),
        Code::MaxNetExposure => controls.max_net_exposure.map(|it| each(it, worth)),
        Code::MaxOpenOrders => controls.max_open_orders.map(|it| each(it, count)),
        _ => None,
    }
}

fn each<T>(thresholds: Thresholds<T>, level: impl Fn(T) -> Level) -> Levels {
    [thresholds.warn, thresholds.limit, thresholds.block].map(|given| given.map(&level))
}

fn worth(worth: Worth) -> Level {
    match worth {
        Worth::Money(money) => Level::Number(money.units()),
        Worth::Fraction(ratio) => Level::Percent(ratio.units().into()),
    }
}

fn size(size: Size) -> Level {
    match size {
        Size::Shares(qty) => Level::Number(qty.units().into()),
        Size::Fraction(ratio) => Level::Percent(ratio.units().into()),
    }
}

fn order_size(size: OrderSize) -> Level {
    match size {
        OrderSize::Shares(qty) => Level::Number(qty.units().into()),
        OrderSize::Lots(lots) => Level::Number(i128::from(lots) * i128::from(SCALE)),
    }
}

/// The same levels with a limit, and if there is one a block, that allow what is needed. A warning stays, unless what
/// was a percentage becomes money, which alone is exact: the equity differs from run to run.
fn raised(control: Code, [warn, limit, block]: Levels, need: Need) -> Option<Levels> {
    let most = block.or(limit)?;
    let observed = units(need.observed);
    let enough = match (most, need.observed) {
        (Level::Number(_), _) => Level::Number(observed),
        (Level::Count(_), _) => Level::Count(observed),
        (Level::Percent(_), Amount::Ratio(_)) => Level::Percent(observed),
        (Level::Percent(percent), _) if IN_SHARES.contains(&control) => {
            // Which of two percentages of an unknown amount was met, nobody knows any more.
            let percent = Some(percent).filter(|_| limit.is_none_or(|limit| limit == most))?;
            let enough = rounded_up(percent.checked_mul(need.times?)?, SCALE.into());
            Level::Percent(rounded_up(enough, STEP) * STEP)
        }
        (Level::Percent(_), _) => {
            let enough = Some(Level::Number(observed));
            return Some([None, limit.and(enough), block.and(enough)]);
        }
    };
    let block = block.map(|block| if amount(block) > amount(enough) { block } else { enough });
    Some([warn, limit.map(|_| enough), block])
}

const fn amount(level: Level) -> i128 {
    match level {
        Level::Number(units) | Level::Percent(units) | Level::Count(units) => units,
    }
}

/// A bare limit, or a table.
fn all_written(levels: Levels) -> String {
    if let [None, Some(limit), None] = levels {
        return written(limit);
    }
    let named = ["warn", "limit", "block"].into_iter().zip(levels);
    let given: Vec<String> = named.filter_map(|(name, level)| Some(format!("{name} = {}", written(level?)))).collect();
    format!("{{ {} }}", given.join(", "))
}

fn written(level: Level) -> String {
    match level {
        Level::Number(units) => format!("\"{}\"", Money::from_units(units)),
        Level::Percent(units) => format!("\"{}%\"", Money::from_units(units * 100)),
        Level::Count(count) => count.to_string(),
    }
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
