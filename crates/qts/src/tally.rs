//! Counts what a run did, from its records. Every number of the summary comes from here.

use std::collections::BTreeMap;

use qts_core::{Code, Scope, Slice, Stage, StrategyId};
use qts_loop::OrderState;
use qts_runtime::{Effects, Record};
use serde::Serialize;

use crate::adjust::AllMade;
use crate::hint::Cuts;
use crate::order_words::{self, End};
use crate::trips::Trips;

/// Orders that are over; with those still open they are all that were sent.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Ended {
    pub(crate) filled: u64,
    pub(crate) canceled: u64,
    pub(crate) expired: u64,
    pub(crate) rejected: u64,
    pub(crate) never_arrived: u64,
}

impl Ended {
    const fn count(&mut self, how: OrderState) {
        match order_words::end(how) {
            Some(End::Filled) => self.filled += 1,
            Some(End::Canceled) => self.canceled += 1,
            Some(End::Expired) => self.expired += 1,
            Some(End::Rejected) => self.rejected += 1,
            Some(End::NeverArrived) => self.never_arrived += 1,
            // The runtime tells of an end only.
            None => {}
        }
    }

    pub(crate) const fn all(self) -> u64 {
        self.filled + self.canceled + self.expired + self.rejected + self.never_arrived
    }
}

/// The counts of a run.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Events of the cycles; the feed has read a little further when a run is stopped early.
    pub(crate) events: u64,
    pub(crate) cycles: u64,
    pub(crate) evaluations: u64,
    /// Proposals judged: the sum of the verdicts.
    pub(crate) intents: u64,
    /// By verdict: pass, warn, reduce, block.
    pub(crate) verdicts: [u64; 4],
    /// Decisions with that reason, once each.
    pub(crate) reasons: BTreeMap<Code, u64>,
    pub(crate) conflicts: u64,
    /// Orders with two or more children.
    pub(crate) merged: u64,
    pub(crate) crosses: u64,
    /// Decisions that arbitration cut to nothing.
    pub(crate) blocked: u64,
    pub(crate) orders: u64,
    /// Decisions that left in these orders.
    pub(crate) order_parts: u64,
    pub(crate) fills: u64,
    pub(crate) late_fills: u64,
    pub(crate) cancels: u64,
    /// Orders that are over, by how they ended.
    pub(crate) ended: Ended,
    pub(crate) not_sent: u64,
    pub(crate) failures: BTreeMap<StrategyId, u64>,
    pub(crate) last_failure: BTreeMap<StrategyId, String>,
    pub(crate) refused_commands: Vec<String>,
    pub(crate) by_strategy: BTreeMap<StrategyId, [u64; 4]>,
    pub(crate) cuts: Cuts,
    /// What supervisors did, and policies that were set.
    pub(crate) trips: Trips,
    /// What became of adjustments.
    pub(crate) adjusted: AllMade,
}

impl Tally {
    /// Orders that are still at the broker.
    pub(crate) const fn open_orders(&self) -> u64 {
        self.orders.saturating_sub(self.ended.all())
    }

    /// A slice is about to be taken in.
    pub(crate) const fn begin(&mut self, slice: &Slice) {
        self.cycles += 1;
        self.events += slice.events.len() as u64;
    }

    /// Takes in what one input made of the runtime.
    pub(crate) fn take_in(&mut self, effects: &Effects) {
        self.evaluations += effects.evaluations;
        self.conflicts += effects.conflicts;
        for record in &effects.records {
            self.count(record);
            self.trips.take_in(effects, record);
            self.adjusted.take_in(effects, record);
        }
    }

    fn count(&mut self, record: &Record) {
        match record {
            Record::Decision(decision) => self.count_decision(decision),
            Record::Cross(_) => self.crosses += 1,
            Record::Cancel(_) => self.cancels += 1,
            Record::Sent { children, .. } => {
                self.orders += 1;
                self.order_parts += children.len() as u64;
                self.merged += u64::from(children.len() > 1);
            }
            Record::Halted { children, .. } => self.not_sent += children.len() as u64,
            Record::Fill { late, .. } => {
                self.fills += 1;
                self.late_fills += u64::from(*late);
            }
            Record::Ended { how, .. } => self.ended.count(*how),
            Record::Failed { strategy, failure } => {
                *self.failures.entry(strategy.clone()).or_default() += 1;
                self.last_failure.insert(strategy.clone(), failure.to_string());
            }
            Record::Commanded { command, refused: Some(why), .. } => {
                self.refused_commands.push(format!("{command}: {why}"))
            }
            Record::Commanded { .. } | Record::Quarantined { .. } | Record::Refused { .. } | Record::Link { .. } => {}
            Record::Tripped { .. } | Record::Lifted { .. } | Record::PolicySet { .. } => {}
            Record::Rescaled { .. } | Record::Adjusted { .. } | Record::Unadjusted { .. } => {}
        }
    }

    fn count_decision(&mut self, decision: &qts_core::Decision) {
        self.cuts.take_in(decision);
        let verdict = decision.verdict() as usize;
        self.intents += 1;
        self.verdicts[verdict] += 1;
        self.by_strategy.entry(decision.id.strategy.clone()).or_default()[verdict] += 1;
        let mut codes: Vec<Code> = decision.reasons.iter().map(|reason| reason.code).collect();
        codes.sort_unstable();
        codes.dedup();
        for code in codes {
            *self.reasons.entry(code).or_default() += 1;
        }
        let ended_there =
            |reason: &qts_core::Reason| reason.scope == Scope::Arbitration && reason.stage == Stage::Block;
        self.blocked += u64::from(decision.reasons.iter().any(ended_there));
    }
}
