//! What is sound but probably not meant: only what is certainly so, each with its place and a way out. Errors are not
//! looked for here.

mod idle;
mod known_days;
mod limits;
mod nextrade;
mod open;

use std::collections::{BTreeMap, BTreeSet};

use qts_core::{Day, Inst, Money};

use crate::local;

use super::code::Code;
use super::error::{ConfigError, ConfigErrors};
use super::source::Place;
use super::spec::{AdjustmentSpec, Config, StrategySpec, Target};

pub(crate) use known_days::DataDays;

/// So many strategies are named in one warning.
const SHOWN: usize = 3;

/// Strategies in words: all of a few, the first of many.
fn strategies<'i>(ids: impl IntoIterator<Item = &'i str>) -> String {
    let ids: Vec<String> = ids.into_iter().map(|id| format!("`{id}`")).collect();
    let noun = if ids.len() == 1 { "strategy" } else { "strategies" };
    let shown = ids[..ids.len().min(SHOWN)].join(", ");
    let more = ids.len().saturating_sub(SHOWN);
    if more == 0 { format!("{noun} {shown}") } else { format!("{noun} {shown} and {more} more") }
}

impl Config {
    /// The warnings, by place; `None` if there are none. `days` are those of which each `[[data]]` tells, as far as it
    /// was read.
    pub(crate) fn warnings(&self, days: &[DataDays]) -> Option<ConfigErrors> {
        let mut found = Vec::new();
        found.extend(known_days::of_data(self, days));
        found.extend(self.own_policies());
        found.extend(self.blind());
        found.extend(self.unwatched());
        found.extend(self.budgets());
        found.extend(self.names());
        found.extend(known_days::idle_calendars(self));
        found.extend(nextrade::limit_bases(self));
        found.extend(nextrade::two_lines(self));
        found.extend(idle::unused(self));
        found.extend(idle::controls(self));
        found.extend(limits::within(self));
        found.extend(limits::between(self));
        found.extend(open::open(self));
        if found.is_empty() { None } else { Some(ConfigErrors::new(found)) }
    }

    /// Adjustments that the data has no use for, by the first and the last day of each instrument's data. A config
    /// without data is for `serve`, whose prices come from outside.
    pub(crate) fn idle_adjustments(&self, days: &BTreeMap<Inst, (Day, Day)>) -> Vec<ConfigError> {
        let idle = |spec: &AdjustmentSpec| {
            let (id, date) = (self.registry.name(spec.instrument), spec.date);
            let warning = |message: String, help: &str| {
                Some(self.warning(Code::IdleAdjustment, spec.place, message).help(help.to_owned()))
            };
            if !self.data.iter().any(|data| data.instrument == spec.instrument) {
                let message = format!("there is no `[[data]]` for `{id}`, so nothing of it is adjusted");
                return warning(message, "add `[[data]]`, or delete the adjustment");
            }
            let (first, last) = *days.get(&spec.instrument)?;
            match local::day_of(date) {
                day if day > last => {
                    let message = format!("the data of `{id}` ends on {}, before {date}", local::date_of(last));
                    warning(message, "correct the date, or delete the adjustment")
                }
                day if day <= first => {
                    let message = format!("the data of `{id}` begins on {}, on the new scale", local::date_of(first));
                    warning(
                        message,
                        "delete it: nothing of the old scale is in the data; positions are taken as written",
                    )
                }
                _ => None,
            }
        };
        self.adjustments.iter().filter(|_| !self.data.is_empty()).filter_map(idle).collect()
    }

    fn warning(&self, code: Code, place: Place, message: String) -> ConfigError {
        ConfigError::new(&self.source, code, place, message)
    }

    /// Where a policy's control stands, key and value; `None` where a built-in policy says it.
    fn control_place(&self, policy: &str, inst: Option<Inst>, control: &str) -> Option<Place> {
        let (key, value) = self.said(policy, inst, control)?.places?;
        Some(if value.start >= key.end { Place { start: key.start, end: value.end } } else { key })
    }

    /// Strategies that get the tight policy because they name none.
    fn own_policies(&self) -> Option<ConfigError> {
        let without: Vec<&StrategySpec> = self.all_strategies().filter(|spec| spec.places.policy.is_none()).collect();
        let first = without.first()?;
        let verb = if without.len() == 1 { "names" } else { "name" };
        let who = strategies(without.iter().map(|spec| spec.id.as_str()));
        let message = format!("{who} {verb} no policy, so `conservative` judges: one lot per order");
        let help = "add `policy = \"…\"`; `qts policy show conservative` says what that one admits";
        let warning = self.warning(Code::DefaultPolicy, first.place, message);
        let others = without.iter().skip(1).take(SHOWN - 1);
        Some(others.fold(warning, |warning, spec| warning.also(spec.place, "nor does this")).help(help))
    }

    /// Subscriptions to what no data tells of. A config without data is for `decide`, which brings its own.
    fn blind(&self) -> Vec<ConfigError> {
        let fed: BTreeSet<Inst> = self.data.iter().map(|data| data.instrument).collect();
        let mut unfed: BTreeMap<Inst, (Place, Vec<&str>)> = BTreeMap::new();
        for spec in self.all_strategies().filter(|_| !fed.is_empty()) {
            let listed = spec.instruments.iter().zip(&spec.places.instruments);
            for (inst, place) in listed.filter(|(inst, _)| !fed.contains(inst)) {
                unfed.entry(*inst).or_insert_with(|| (*place, Vec::new())).1.push(spec.id.as_str());
            }
        }
        let told = unfed.into_iter().map(|(inst, (place, ids))| {
            let id = self.registry.name(inst);
            let verb = if ids.len() == 1 { "sees" } else { "see" };
            let message = format!("there is no `[[data]]` for `{id}`: {} {verb} nothing of it", strategies(ids));
            let help = format!("add `[[data]]` with `instrument = \"{id}\"`, or take it off the list");
            self.warning(Code::NoData, place, message).help(help)
        });
        told.collect()
    }

    /// Instruments and data that play no part. Where intents come from outside, any instrument may be meant.
    fn unwatched(&self) -> Vec<ConfigError> {
        if self.strategies.is_empty() || self.all_strategies().any(|spec| spec.kind.is_none()) {
            return Vec::new();
        }
        let watched = self.watched();
        let idle = self.instruments.iter().filter_map(|spec| {
            let inst = self.registry.find(spec.id.as_str()).filter(|inst| !watched.contains(inst))?;
            let message = format!("no strategy subscribes to `{}`", spec.id);
            let mut warning = self.warning(Code::Unwatched, spec.place, message).label("not listed by any strategy");
            for data in self.data.iter().filter(|data| data.instrument == inst) {
                warning = warning.also(data.place, "read in vain");
            }
            Some(warning.help("add it to the `instruments` of a strategy, or delete it with its data"))
        });
        idle.collect()
    }

    /// The instruments that a strategy subscribes to, or that a position or a command means.
    fn watched(&self) -> BTreeSet<Inst> {
        let listed = self.all_strategies().flat_map(|spec| spec.instruments.iter().copied());
        let held = self.positions.iter().map(|position| position.instrument);
        let meant = self.commands.iter().filter_map(|command| match &command.target {
            Target::Instrument(inst) => Some(*inst),
            _ => None,
        });
        listed.chain(held).chain(meant).collect()
    }

    /// Budgets beyond what the account starts with: its cash, and what it holds at cost.
    fn budgets(&self) -> impl Iterator<Item = ConfigError> {
        let held: Money = self.positions.iter().map(|position| Money::of(position.price, position.qty).abs()).sum();
        let start = self.account.cash + held;
        let over = self.all_strategies().filter_map(move |spec| {
            let (budget, place) = spec.budget.zip(spec.places.budget)?;
            (budget > start).then_some((spec, budget, place))
        });
        over.map(move |(spec, budget, place)| {
            let has = if self.positions.is_empty() { "cash" } else { "cash and positions" };
            let message = format!("the budget of `{}` is {budget}, the account starts with {start} in {has}", spec.id);
            let warning = self.warning(Code::BudgetOverCash, place, message).label("this budget");
            warning.also(self.account.cash_place, "the account's cash").help(format!("give it at most {start}"))
        })
    }

    /// Names of one sort that differ only in case.
    fn names(&self) -> Vec<ConfigError> {
        let of_strategy = |spec: &StrategySpec| (spec.id.to_string(), spec.place);
        let strategies = self.all_strategies().map(of_strategy).collect();
        let instruments = self.instruments.iter().map(|spec| (spec.id.as_str().to_owned(), spec.place)).collect();
        let own = self.origins.iter().filter(|(_, origins)| origins.base.is_some());
        let policies = own.map(|(name, origins)| (name.clone(), origins.place)).collect();
        [("strategies", strategies), ("instruments", instruments), ("policies", policies)]
            .into_iter()
            .flat_map(|(what, names)| self.alike(what, names))
            .collect()
    }

    fn alike(&self, what: &str, mut names: Vec<(String, Place)>) -> Vec<ConfigError> {
        names.sort_by_key(|(_, place)| *place);
        let mut seen: BTreeMap<String, (String, Place)> = BTreeMap::new();
        let mut found = Vec::new();
        for (name, place) in names {
            let first = seen.entry(name.to_lowercase()).or_insert_with(|| (name.clone(), place));
            if first.0 != name {
                let message = format!("the {what} `{}` and `{name}` differ only in case", first.0);
                let warning = self.warning(Code::NearlySameName, place, message).label("this one");
                found.push(
                    warning.also(first.1, "and this one").help("give them names that are told apart at a glance"),
                );
            }
        }
        found
    }
}
