//! D4 `failure_breaker`: how often was the strategy refused lately, through its own fault?
//!
//! Counted are decisions blocked at strategy scope by a control of validity or plausibility that the strategy's own
//! order failed, and orders with its proposal in them that the broker rejected (what is merged is equal in all but
//! size, so a rejection is about each). Not counted is what others are the cause of: no or old data, a control that
//! could not be computed (`observed` is null), hours that nobody knows, a mode, a disabled or shadowed state,
//! arbitration, the account's limits.
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

use qts_core::{Code, Decision, Inst, Mode, OrderId, Reason, Scope, Stage, StrategyId};
use qts_gate::Cause;
use qts_loop::OrderState;

use super::modes::at_count;
use crate::command::Target;
use crate::pipeline::Runtime;
use crate::record::{Effects, Lifting, Record};

impl Runtime {
    pub(super) fn count_failure(&mut self, record: &Record, out: &mut Effects) {
        match record {
            Record::Decision(decision) if is_own_failure(decision, self.knows_hours(decision.instrument)) => {
                self.count_refusal(&decision.owner, out);
            }
            Record::Ended { order, how: OrderState::Rejected, .. } => {
                let senders: BTreeSet<StrategyId> = self.ledger.senders(*order).cloned().collect();
                senders.iter().for_each(|sender| self.count_refusal(sender, out));
            }
            _ => {}
        }
    }

    /// Does anybody know the hours of the instrument?
    fn knows_hours(&self, inst: Inst) -> bool {
        self.market.prices(inst).is_some_and(|prices| prices.session.is_some())
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

/// What a control says of a strategy that it blocks.
enum Blame {
    /// Nothing: others are the cause.
    Never,
    /// That it was wrong, whether or not there was something to measure.
    Always,
    /// That it was wrong, if it was measured: what could not be computed is the fault of missing data.
    Measured,
    /// That it came at the wrong time, if anybody knows the hours.
    KnownHours,
}

/// Was it blocked for what the strategy itself asked for?
fn is_own_failure(decision: &Decision, are_hours_known: bool) -> bool {
    let is_its_own = decision.id.strategy == decision.owner;
    let is_blamed = |reason: &Reason| match blame(reason.code) {
        Blame::Never => false,
        Blame::Always => true,
        Blame::Measured => reason.observed.is_some(),
        Blame::KnownHours => are_hours_known,
    };
    let fails = |reason: &Reason| reason.scope == Scope::Strategy && reason.stage == Stage::Block && is_blamed(reason);
    is_its_own && decision.verdict() == Stage::Block && decision.reasons.iter().any(fails)
}

const fn blame(code: Code) -> Blame {
    match code {
        Code::InvalidNumber | Code::Overflow | Code::UnknownInstrument | Code::Restricted | Code::MarketOrder => {
            Blame::Always
        }
        Code::OffTick
        | Code::OffLot
        | Code::OutsidePriceLimit
        | Code::OrderLimit
        | Code::ShortNotAllowed
        | Code::DuplicateOrder
        | Code::PriceCollar
        | Code::FatFinger
        | Code::CycleNotional => Blame::Measured,
        Code::OutsideSession => Blame::KnownHours,
        _ => Blame::Never,
    }
}
