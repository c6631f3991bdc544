//! Which strategies there are, what each may do, and how often it failed.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use qts_core::{Cycle, Inst, Mode, Money, Qty, Scale, StrategyId, Ts};
use qts_gate::{Pace, RiskPolicy, Standing, StrategyState, Wish};
use qts_strategy::{Factory, Strategy};

use crate::host;

/// How many of a strategy's own orders in an instrument there must be before their median means something.
const ENOUGH_ORDERS: usize = 20;
/// How many of them are remembered.
const REMEMBERED_ORDERS: usize = 100;

/// When failures lead to quarantine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuarantineRule {
    /// So many failures …
    pub failures: usize,
    /// … within so many cycles of the runtime, the current one included.
    pub within_cycles: u64,
    /// One more intent than this in a cycle is a failure.
    pub max_intents_per_cycle: usize,
}

impl Default for QuarantineRule {
    fn default() -> Self {
        Self { failures: 3, within_cycles: 1000, max_intents_per_cycle: 64 }
    }
}

/// Everything it takes to run a strategy.
#[derive(Clone)]
pub struct Registration {
    /// Its stable, unique id.
    pub id: StrategyId,
    /// What people call it.
    pub name: String,
    /// What it subscribes to.
    pub instruments: Vec<Inst>,
    /// Lower ranks first.
    pub rank: i64,
    /// What it is at to begin with.
    pub state: StrategyState,
    /// The policy its proposals are judged by.
    pub policy: Arc<RiskPolicy>,
    /// What its book may hold at cost.
    pub budget: Option<Money>,
    /// Makes fresh instances.
    pub factory: Factory,
}

/// Why a strategy cannot be registered or found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// There is one of that id already. Choose another id.
    #[error("strategy `{0}` is registered already: ids are unique, choose another")]
    Duplicate(StrategyId),
    /// The id names something else. Choose another id.
    #[error("`{0}` is reserved: choose another id")]
    Reserved(StrategyId),
    /// There is none of that id.
    #[error("no strategy `{0}` is registered")]
    Unknown(StrategyId),
    /// It panicked when an instance of it was made. Mend it.
    #[error("strategy `{0}` panicked when it was made: mend it")]
    Panicked(StrategyId),
}

/// A registered strategy: its instance while it is awake, and its failures.
pub(crate) struct Entry {
    pub(crate) id: StrategyId,
    pub(crate) name: String,
    /// Sorted, each once.
    pub(crate) instruments: Vec<Inst>,
    factory: Factory,
    pub(crate) instance: Option<Box<dyn Strategy>>,
    recent_failures: VecDeque<Cycle>,
    pub(crate) failures: u64,
    recent_orders: BTreeMap<Inst, VecDeque<Qty>>,
}

/// All registered strategies, by id.
#[derive(Default)]
pub struct StrategyRegistry {
    entries: Vec<Entry>,
    standings: BTreeMap<StrategyId, Standing>,
    /// Under which policy those stood that were let go.
    pub(crate) left_under: BTreeMap<StrategyId, Arc<RiskPolicy>>,
    /// Places in `entries` of those that subscribe, by instrument.
    subscribers: BTreeMap<Inst, Vec<usize>>,
    /// Was anything counted since the counters by session began again?
    has_counted: bool,
}

impl StrategyRegistry {
    /// Takes a strategy in.
    ///
    /// # Errors
    /// Its id is taken or reserved, or it panics.
    pub fn register(&mut self, new: Registration) -> Result<(), RegistryError> {
        if new.id.is_reserved() {
            return Err(RegistryError::Reserved(new.id));
        }
        let Err(place) = self.find(&new.id) else { return Err(RegistryError::Duplicate(new.id)) };
        let standing = Standing {
            rank: new.rank,
            state: new.state,
            mode: Mode::Active,
            policy: new.policy,
            budget: new.budget,
            median_order: BTreeMap::new(),
            pace: Pace::new(),
        };
        let mut instruments = new.instruments;
        instruments.sort_unstable();
        instruments.dedup();
        let instance = if new.state.is_awake() { Some(fresh(&new.id, &new.factory)?) } else { None };
        self.standings.insert(new.id.clone(), standing);
        let entry = Entry {
            id: new.id,
            name: new.name,
            instruments,
            factory: new.factory,
            instance,
            recent_failures: VecDeque::new(),
            failures: 0,
            recent_orders: BTreeMap::new(),
        };
        self.entries.insert(place, entry);
        self.index();
        Ok(())
    }

    /// Lets a strategy go. Its book is the runtime's business.
    ///
    /// # Errors
    /// There is none of that id.
    pub fn unregister(&mut self, id: &StrategyId) -> Result<(), RegistryError> {
        let place = self.find(id).map_err(|_| RegistryError::Unknown(id.clone()))?;
        host::discard(self.entries.remove(place).instance);
        self.standings.remove(id);
        self.index();
        Ok(())
    }

    /// How every strategy stands with the gate.
    #[must_use]
    pub const fn standings(&self) -> &BTreeMap<StrategyId, Standing> {
        &self.standings
    }

    /// How many strategies there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Are there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Ids, names and failures so far, by id.
    pub fn iter(&self) -> impl Iterator<Item = (&StrategyId, &str, u64)> {
        self.entries.iter().map(|entry| (&entry.id, entry.name.as_str(), entry.failures))
    }

    /// Moves a strategy to another state: a sleeping one that wakes starts as a fresh instance and warms up again.
    ///
    /// # Errors
    /// There is none of that id, or it panics.
    pub fn set_state(&mut self, id: &StrategyId, state: StrategyState) -> Result<(), RegistryError> {
        let place = self.find(id).map_err(|_| RegistryError::Unknown(id.clone()))?;
        let entry = &mut self.entries[place];
        if !state.is_awake() {
            host::discard(entry.instance.take());
        } else if entry.instance.is_none() {
            entry.instance = Some(fresh(id, &entry.factory)?);
            entry.recent_failures.clear();
        }
        if let Some(standing) = self.standings.get_mut(id) {
            standing.state = state;
        }
        Ok(())
    }

    /// The shares of an instrument have a new scale. The usual sizes of orders are forgotten, and strategies that are
    /// awake and subscribe start anew, unless they remember neither prices nor shares. Those that did, and those that
    /// could not.
    pub(crate) fn rescale(&mut self, inst: Inst, scale: Scale) -> (Vec<StrategyId>, Vec<StrategyId>) {
        for standing in self.standings.values_mut() {
            standing.median_order.remove(&inst);
            standing.pace.rescale(inst, scale);
        }
        let (mut restarted, mut torn) = (Vec::new(), Vec::new());
        for entry in &mut self.entries {
            entry.recent_orders.remove(&inst);
            if entry.instruments.binary_search(&inst).is_err() {
                continue;
            }
            match entry.start_anew() {
                None => {}
                Some(Ok(())) => restarted.push(entry.id.clone()),
                Some(Err(_)) => torn.push(entry.id.clone()),
            }
        }
        (restarted, torn)
    }

    /// Sets what supervisors or the operator let a strategy do.
    ///
    /// # Errors
    /// There is none of that id.
    pub(crate) fn set_mode(&mut self, id: &StrategyId, mode: Mode) -> Result<(), RegistryError> {
        let standing = self.standings.get_mut(id).ok_or_else(|| RegistryError::Unknown(id.clone()))?;
        standing.mode = mode;
        Ok(())
    }

    /// Sets the policy that a strategy's proposals are judged by.
    ///
    /// # Errors
    /// There is none of that id.
    pub(crate) fn set_policy(&mut self, id: &StrategyId, policy: Arc<RiskPolicy>) -> Result<(), RegistryError> {
        let standing = self.standings.get_mut(id).ok_or_else(|| RegistryError::Unknown(id.clone()))?;
        standing.policy = policy;
        Ok(())
    }

    /// Counts a failure; is it one too many?
    pub(crate) fn count_failure(&mut self, id: &StrategyId, cycle: Cycle, rule: &QuarantineRule) -> bool {
        let Ok(place) = self.find(id) else { return false };
        let entry = &mut self.entries[place];
        entry.failures += 1;
        entry.recent_failures.push_back(cycle);
        entry.recent_failures.retain(|at| cycle.0.saturating_sub(at.0) < rule.within_cycles);
        entry.recent_failures.len() >= rule.failures
    }

    /// Remembers that an order was sent.
    pub(crate) fn remember_order(&mut self, id: &StrategyId, now: Ts) {
        if let Some(Standing { policy, pace, .. }) = self.standings.get_mut(id) {
            pace.sent_order(now, policy.strategy_sets());
            self.has_counted = true;
        }
    }

    /// Remembers how large an order was asked for of which something was sent: that is what counts as usual, whatever a
    /// policy made of it.
    pub(crate) fn remember_size(&mut self, id: &StrategyId, inst: Inst, asked: Qty) {
        let Ok(place) = self.find(id) else { return };
        let recent = self.entries[place].recent_orders.entry(inst).or_default();
        recent.push_back(asked);
        if recent.len() > REMEMBERED_ORDERS {
            recent.pop_front();
        }
        if recent.len() >= ENOUGH_ORDERS {
            let mut sorted: Vec<Qty> = recent.iter().copied().collect();
            sorted.sort_unstable();
            let median = sorted[(sorted.len() - 1) / 2];
            if let Some(standing) = self.standings.get_mut(id) {
                standing.median_order.insert(inst, median);
            }
        }
    }

    /// Remembers a withdrawal that was sent.
    pub(crate) fn remember_cancel(&mut self, id: &StrategyId) {
        if let Some(Standing { policy, pace, .. }) = self.standings.get_mut(id) {
            pace.sent_cancel(policy.strategy_sets());
            self.has_counted = true;
        }
    }

    /// Remembers an intent of which something was sent or crossed.
    pub(crate) fn remember_admitted(&mut self, id: &StrategyId, wish: Wish, now: Ts) {
        if let Some(Standing { policy, pace, .. }) = self.standings.get_mut(id) {
            pace.admitted(now, wish, policy.strategy_sets());
        }
    }

    /// Remembers what the market traded with a strategy.
    pub(crate) fn remember_fill(&mut self, id: &StrategyId, inst: Inst, qty: Qty) {
        if let Some(Standing { policy, pace, .. }) = self.standings.get_mut(id) {
            pace.filled(inst, qty, policy.strategy_sets());
            self.has_counted = true;
        }
    }

    /// A session is over.
    pub(crate) fn turn_paces(&mut self) {
        if std::mem::take(&mut self.has_counted) {
            self.standings.values_mut().for_each(|standing| standing.pace.turn());
        }
    }

    /// The paces that still matter, by strategy.
    pub(crate) fn paces(&self, now: Ts) -> impl Iterator<Item = (String, Pace)> {
        let alive = move |(id, standing): (&StrategyId, &Standing)| {
            Some((id.to_string(), standing.pace.alive(now, standing.policy.strategy_sets())?))
        };
        self.standings.iter().filter_map(alive)
    }

    pub(crate) fn subscribers(&self, inst: Inst) -> &[usize] {
        self.subscribers.get(&inst).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn entry_mut(&mut self, place: usize) -> &mut Entry {
        &mut self.entries[place]
    }

    fn find(&self, id: &StrategyId) -> Result<usize, usize> {
        self.entries.binary_search_by(|entry| entry.id.cmp(id))
    }

    fn index(&mut self) {
        self.subscribers.clear();
        for (place, entry) in self.entries.iter().enumerate() {
            for inst in &entry.instruments {
                self.subscribers.entry(*inst).or_default().push(place);
            }
        }
    }
}

impl Entry {
    /// A fresh instance in place of one that is awake and needs it.
    fn start_anew(&mut self) -> Option<Result<(), RegistryError>> {
        let old = self.instance.take_if(|instance| !host::is_scale_free(instance.as_ref()))?;
        host::discard(Some(old));
        let new = fresh(&self.id, &self.factory);
        Some(new.map(|instance| self.instance = Some(instance)))
    }
}

fn fresh(id: &StrategyId, factory: &Factory) -> Result<Box<dyn Strategy>, RegistryError> {
    host::make(factory).ok_or_else(|| RegistryError::Panicked(id.clone()))
}
