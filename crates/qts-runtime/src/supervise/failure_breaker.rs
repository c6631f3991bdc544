//! D4 `failure_breaker`: how often was the strategy refused lately, through its own fault?
//!
//! Counted are decisions blocked at strategy scope by a control of validity or plausibility that the strategy's own
//! order failed, and orders with its proposal in them that the broker rejected (what is merged is equal in all but
//! size, so a rejection is about each). Not counted is what others are the cause of: no or old data, a mode, a disabled
//! or shadowed state, arbitration, the account's limits.
//!
//! Beside it, and always on: an order of which nobody knows what became of it halts its instrument (`unreconciled`)
//! until that is known.
//!
//! - *formula*: refusals that it caused, none longer ago than `window`
//! - *unit*: count
//! - *scope*: strategy
//! - *levels*: at `count` the strategy is halted until a person re-arms it, with a reason
//! - *exits*: refused while it is halted; the operator's flatten passes
//! - *conservative*: 5 within 60 s
//! - *source*: D4
//! - *write*: `failure_breaker = { count = 5, window = "60s" }`

use std::collections::BTreeSet;

use qts_core::{Code, Decision, Mode, OrderId, Scope, Stage, StrategyId};
use qts_gate::Cause;
use qts_loop::OrderState;

use super::modes::at_count;
use crate::command::Target;
use crate::pipeline::Runtime;
use crate::record::{Effects, Lifting, Record};

impl Runtime {
    pub(super) fn count_failure(&mut self, record: &Record, out: &mut Effects) {
        match record {
            Record::Decision(decision) if is_own_failure(decision) => self.count_refusal(&decision.owner, out),
            Record::Ended { order, how: OrderState::Rejected, .. } => {
                let senders: BTreeSet<StrategyId> = self.ledger.senders(*order).cloned().collect();
                senders.iter().for_each(|sender| self.count_refusal(sender, out));
            }
            _ => {}
        }
    }

    fn count_refusal(&mut self, id: &StrategyId, out: &mut Effects) {
        let Some(within) = self.supervision_of(id).and_then(|watched| watched.failure_breaker) else { return };
        let now = self.now;
        if self.supervisors.failures.entry(id.clone()).or_default().count(now, within) {
            let restraint = at_count(Mode::Halted, within.count, within.count);
            self.trip(&Target::Strategy(id.clone()), Cause::FailureBreaker, restraint, out);
        }
    }

    /// Freezes the instrument of an order in doubt, and thaws it when nothing in it is in doubt any more.
    pub(super) fn watch_for_doubt(&mut self, id: OrderId, out: &mut Effects) {
        let order = self.execution.order(id);
        let doubted = order.filter(|order| order.state() == OrderState::InDoubt);
        let before = self.supervisors.in_doubt.remove(&id);
        let Some(inst) = doubted.map(|order| order.request().instrument()).or(before) else { return };
        let target = Target::Instrument(inst);
        if doubted.is_some() {
            self.supervisors.in_doubt.insert(id, inst);
            let restraint = qts_gate::Restraint { mode: Mode::Halted, observed: None, limit: None };
            self.trip(&target, Cause::OrderInDoubt, restraint, out);
        } else if !self.supervisors.in_doubt.values().any(|of| *of == inst) {
            self.release(&target, Cause::OrderInDoubt, Lifting::Resolved, out);
        }
    }
}

/// Was it blocked for what the strategy itself asked for?
fn is_own_failure(decision: &Decision) -> bool {
    let is_its_own = decision.id.strategy == decision.owner;
    let fails = |reason: &qts_core::Reason| {
        reason.scope == Scope::Strategy && reason.stage == Stage::Block && is_caused_by_strategy(reason.code)
    };
    is_its_own && decision.verdict() == Stage::Block && decision.reasons.iter().any(fails)
}

const fn is_caused_by_strategy(code: Code) -> bool {
    matches!(
        code,
        Code::InvalidNumber
            | Code::Overflow
            | Code::UnknownInstrument
            | Code::OffTick
            | Code::OffLot
            | Code::OutsidePriceLimit
            | Code::OrderLimit
            | Code::Restricted
            | Code::OutsideSession
            | Code::DuplicateOrder
            | Code::ShortNotAllowed
            | Code::PriceCollar
            | Code::FatFinger
            | Code::CycleNotional
            | Code::MarketOrder
    )
}
