//! D3 `repeated_execution`: how often did the strategy send the same trade in this session?
//!
//! Counted are orders that left with the strategy's own proposal in them, each once, however many of its proposals were
//! merged in it. What the operator sends for it does not count. A new session counts anew; what was latched stays.
//!
//! - *formula*: its orders in one instrument and on one side (`same`), and all its orders (`session`)
//! - *unit*: count
//! - *scope*: strategy
//! - *levels*: at either count the strategy only reduces until a person re-arms it, with a reason
//! - *exits*: pass, and count
//! - *conservative*: 5 of the same, 30 in all
//! - *source*: D3; RTS 6 Art. 15
//! - *write*: `repeated_execution = { same = 5, session = 30 }`

use std::collections::{BTreeMap, BTreeSet};

use qts_core::{Inst, Mode, Side, StrategyId};
use qts_gate::Cause;
use qts_gate::supervision::RepeatedExecution;

use super::modes::at_count;
use crate::command::Target;
use crate::pipeline::Runtime;
use crate::record::{Effects, Record};

/// The parent orders of one strategy in this session.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Executions {
    same: BTreeMap<(Inst, bool), u64>,
    session: u64,
}

impl Runtime {
    pub(super) fn count_execution(&mut self, record: &Record, out: &mut Effects) {
        let Record::Sent { instrument, side, children, .. } = record else { return };
        let own = children.iter().filter(|child| child.decision.strategy == child.owner);
        let senders: BTreeSet<&StrategyId> = own.map(|child| &child.owner).collect();
        for sender in senders {
            self.count_parent_order(sender, (*instrument, *side), out);
        }
    }

    fn count_parent_order(&mut self, id: &StrategyId, (inst, side): (Inst, Side), out: &mut Effects) {
        let Some(limits) = self.supervision_of(id).and_then(|watched| watched.repeated_execution) else { return };
        let executions = self.supervisors.executions.entry(id.clone()).or_default();
        *executions.same.entry((inst, side == Side::Buy)).or_default() += 1;
        executions.session += 1;
        self.limit_executions(id, limits, out);
    }

    /// A policy was set at run time: what was counted is held against it at once.
    pub(super) fn look_at_executions(&mut self, record: &Record, out: &mut Effects) {
        let Record::PolicySet { target: Target::Strategy(id), .. } = record else { return };
        if let Some(limits) = self.supervision_of(id).and_then(|watched| watched.repeated_execution) {
            self.limit_executions(id, limits, out);
        }
    }

    fn limit_executions(&mut self, id: &StrategyId, limits: RepeatedExecution, out: &mut Effects) {
        let Some(executions) = self.supervisors.executions.get(id) else { return };
        let same = executions.same.values().copied().max().unwrap_or_default();
        let reached =
            |count: u64, limit: Option<u64>| limit.filter(|limit| count >= *limit).map(|limit| (count, limit));
        let reached = reached(same, limits.same).or_else(|| reached(executions.session, limits.session));
        if let Some((count, limit)) = reached {
            let restraint = at_count(Mode::ReduceOnly, count, limit);
            self.trip(&Target::Strategy(id.clone()), Cause::RepeatedExecution, restraint, out);
        }
    }

    /// A new session counts anew.
    pub(crate) fn forget_executions(&mut self) {
        self.supervisors.executions.clear();
    }
}
