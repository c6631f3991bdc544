//! What a config gives to every cycle: instruments, strategies as they stand, policies and the rule.
//!
//! Its data files, opening positions, broker and commands are left aside: a cycle brings its own market and books.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use qts_core::{Inst, Instruments, Mode, Money, Session, Span, StrategyId, Ts};
use qts_gate::{Pace, RiskPolicy, StagedRiskGate, Standing};

use qts_venues::calendar::SessionClock;

use crate::config::{Config, InstrumentSpec};
use crate::wire;

use super::error::{DecideError, Fault, Problem, shown};
use super::node::Node;

/// What every cycle is judged with.
pub(crate) struct Setup<'c> {
    /// The gate.
    pub(crate) gate: StagedRiskGate,
    /// The instruments.
    pub(crate) instruments: &'c Instruments,
    /// The strategies as the config has them.
    pub(crate) standings: BTreeMap<StrategyId, Standing>,
    /// The account's cash unless a cycle says otherwise.
    pub(crate) cash: Money,
    /// The strategies' ids by their texts, and the unassigned book's.
    owners: BTreeMap<&'c str, StrategyId>,
    intervals: BTreeMap<Inst, Span>,
    /// The sessions of instruments.
    clocks: BTreeMap<Inst, SessionClock>,
}

impl<'c> Setup<'c> {
    /// From a config.
    ///
    /// # Errors
    /// A policy is named that there is not; loading a config has ruled that out.
    pub(crate) fn new(config: &'c Config) -> Result<Self, DecideError> {
        let policies: BTreeMap<&str, Arc<RiskPolicy>> =
            config.policies.iter().map(|(name, policy)| (name.as_str(), Arc::new(policy.clone()))).collect();
        let policy = |name: &str| policies.get(name).cloned().ok_or_else(|| DecideError::NoPolicy(name.to_owned()));
        let mut standings = BTreeMap::new();
        for spec in &config.strategies {
            let standing = Standing {
                rank: spec.rank,
                state: spec.state,
                mode: Mode::Active,
                policy: policy(&spec.policy)?,
                budget: spec.budget,
                median_order: BTreeMap::new(),
                pace: Pace::new(),
            };
            standings.insert(spec.id.clone(), standing);
        }
        let mut owners: BTreeMap<&str, StrategyId> =
            config.strategies.iter().map(|spec| (spec.id.as_str(), spec.id.clone())).collect();
        owners.insert(StrategyId::UNASSIGNED, StrategyId::unassigned());
        Ok(Self {
            gate: StagedRiskGate::new(policy(&config.account.policy)?, config.rule),
            instruments: &config.registry,
            standings,
            cash: config.account.cash,
            owners,
            intervals: wire::intervals(&config.data).into_iter().collect(),
            clocks: config.instruments.iter().filter_map(|spec| clock(config, spec)).collect(),
        })
    }

    /// The session in which an order sent at `now` would first trade.
    pub(crate) fn session(&self, inst: Inst, now: Ts) -> Option<Session> {
        let mut clock = self.clocks.get(&inst)?.clone();
        Some(wire::session(&mut clock, self.interval(inst), now))
    }

    /// The usual distance of an instrument's prices: the shortest of its data files.
    pub(crate) fn interval(&self, inst: Inst) -> Option<Span> {
        self.intervals.get(&inst).copied()
    }

    /// A strategy by its id.
    pub(crate) fn strategy(&self, id: &str) -> Option<&StrategyId> {
        self.owners.get(id).filter(|owner| self.standings.contains_key(owner))
    }

    /// The owner of a book that a key or a value names.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn owner(&self, node: Node<'_>) -> Result<&StrategyId, Problem> {
        let id = node.text()?;
        self.owners.get(&*id).ok_or_else(|| {
            let problem = format!("no strategy has the id `{}`", shown(&id));
            let help = format!("book owners here: {}", list(self.owners.keys().copied()));
            node.problem(problem, help).of(Fault::UnknownStrategy)
        })
    }

    /// The instrument that a key or a value names.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn instrument(&self, node: Node<'_>) -> Result<Inst, Problem> {
        instrument(self.instruments, node)
    }

    /// A name of an instrument, for output.
    pub(crate) fn name(&self, inst: Inst) -> Cow<'_, str> {
        name(self.instruments, inst)
    }
}

/// The instrument that a key or a value names.
///
/// # Errors
/// There is none.
pub(crate) fn instrument(instruments: &Instruments, node: Node<'_>) -> Result<Inst, Problem> {
    let id = node.text()?;
    instruments.find(&id).ok_or_else(|| {
        let ids = instruments.iter().map(|(_, instrument)| instrument.id.as_str());
        let help = format!("instruments here: {}", list(ids));
        node.problem(format!("no instrument has the id `{}`", shown(&id)), help).of(Fault::UnknownInstrument)
    })
}

/// A name of an instrument, for output.
pub(crate) fn name(instruments: &Instruments, inst: Inst) -> Cow<'_, str> {
    let known = instruments.get(inst).map(|instrument| Cow::Borrowed(instrument.id.as_str()));
    known.unwrap_or_else(|| Cow::Owned(instruments.name(inst)))
}

/// The sessions of a configured instrument.
fn clock(config: &Config, spec: &InstrumentSpec) -> Option<(Inst, SessionClock)> {
    Some((config.registry.find(spec.id.as_str())?, SessionClock::of(Arc::clone(&spec.hours)).ok()?))
}

/// The first few of these names.
fn list<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let mut few: Vec<&str> = names.take(9).collect();
    if few.len() == 9 {
        few[8] = "…";
    }
    few.join(", ")
}
