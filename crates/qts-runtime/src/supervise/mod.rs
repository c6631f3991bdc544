//! Supervisors: they look at what happened and set modes, `reduce_only` or `halted`, never `disabled`. They stand
//! outside the gate, which sees the mode alone, and act between judgements: what is judged in one cycle is judged
//! under the modes that stood at its beginning.
//!
//! Each counts what one strategy did under that strategy's own policy, or what the account is worth. Driven by the
//! time of the inputs; the same inputs trip the same supervisors. Their state is part of the state hash.

mod daily_loss;
mod drawdown;
mod failure_breaker;
mod link;
mod losses;
mod modes;
mod policies;
mod reconciliation;
mod repeated_execution;
mod warn_escalation;
mod window;

use std::collections::BTreeMap;

use qts_core::{Code, Inst, OrderId, StrategyId};
use qts_gate::Cause;

use crate::pipeline::{Input, Runtime};
use crate::record::Effects;
use daily_loss::DailyLoss;
use drawdown::Drawdown;
use policies::Version;
use reconciliation::Reconciliation;
use repeated_execution::Executions;
use window::Window;

pub use reconciliation::PositionReport;

/// What the supervisors remember.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Supervisors {
    executions: BTreeMap<StrategyId, Executions>,
    failures: BTreeMap<StrategyId, Window>,
    warnings: BTreeMap<StrategyId, BTreeMap<Code, Window>>,
    daily_loss: DailyLoss,
    drawdown: Drawdown,
    reconciliation: Reconciliation,
    /// Orders of which nobody knows what became of them.
    in_doubt: BTreeMap<OrderId, Inst>,
    /// Is the link to the broker down?
    pub(crate) link_is_down: bool,
    /// Policies set at run time: the account's, and those of strategies.
    account_policy: Option<Version>,
    strategy_policies: BTreeMap<StrategyId, Version>,
}

impl Supervisors {
    /// Is there nothing to remember? Then it adds nothing to the state hash.
    pub(crate) fn is_idle(&self) -> bool {
        *self == Self::default()
    }

    /// What was counted for a cause starts anew.
    fn forget(&mut self, id: &StrategyId, cause: Cause) {
        match cause {
            Cause::RepeatedExecution => {
                self.executions.remove(id);
            }
            Cause::FailureBreaker => {
                self.failures.remove(id);
            }
            Cause::WarnEscalation => {
                self.warnings.remove(id);
            }
            _ => {}
        }
    }
}

impl Runtime {
    /// Looks at what one input made of the runtime: records from `told` on.
    pub(crate) fn supervise(&mut self, input: &Input, told: usize, out: &mut Effects) {
        let records = std::mem::take(&mut out.records);
        for record in &records[told..] {
            self.count_execution(record, out);
            self.look_at_executions(record, out);
            self.count_failure(record, out);
            self.count_warnings(record, out);
        }
        let tripped = std::mem::replace(&mut out.records, records);
        out.records.extend(tripped);
        if let Input::Report(report) = input {
            self.watch_for_doubt(report.order, out);
        }
    }
}
