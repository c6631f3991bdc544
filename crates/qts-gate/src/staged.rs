//! The single door: strategy scope → arbitration → account scope → [`Admitted`].

use std::sync::Arc;

use qts_core::{CancelRequest, Cross, Decision, OrderId, Proposal, Qty, StrategyId};

use crate::account_scope::{self, Sent};
use crate::admitted::{Admitted, ArbitratedOrder, Permit};
use crate::arbitrate::{self, ArbitrationRule, child};
use crate::party::Party;
use crate::policy::RiskPolicy;
use crate::situation::Situation;
use crate::strategy_scope;
use crate::trace::Trace;

/// The single entry to the loop, for every strategy and for the operator.
#[derive(Debug, Clone)]
pub struct StagedRiskGate {
    account_policy: Arc<RiskPolicy>,
    rule: ArbitrationRule,
}

/// Somebody's wish to withdraw a working order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelAsk {
    /// Who asks.
    pub strategy: StrategyId,
    /// Which order.
    pub order: OrderId,
    /// Why.
    pub why: std::borrow::Cow<'static, str>,
}

/// What came of a judgement.
#[derive(Debug, Default)]
pub struct Judged {
    /// One per proposal, in the order they came.
    pub decisions: Vec<Decision>,
    /// Bookings between own books.
    pub crosses: Vec<Cross>,
    /// Orders to withdraw, each once.
    pub cancels: Vec<CancelRequest>,
    /// The permissions, in the order in which they are to be spent: withdrawals first.
    pub admitted: Vec<Admitted>,
    /// Instruments on which proposals conflicted.
    pub conflicts: u64,
}

impl StagedRiskGate {
    /// A gate with this policy for the account and this rule for conflicts.
    #[must_use]
    pub const fn new(account_policy: Arc<RiskPolicy>, rule: ArbitrationRule) -> Self {
        Self { account_policy, rule }
    }

    /// Judges everything that was asked for in one cycle. A pure function of its arguments; the order of
    /// `proposals` among strategies has no influence.
    pub fn judge(&self, proposals: Vec<Proposal>, cancels: &[CancelAsk], situation: &Situation<'_>) -> Judged {
        self.judge_with(proposals, cancels, situation, None)
    }

    /// The same judgement with everything that was looked at.
    pub fn explain(
        &self,
        proposals: Vec<Proposal>,
        cancels: &[CancelAsk],
        situation: &Situation<'_>,
    ) -> (Judged, Trace) {
        let mut trace = Trace::default();
        let judged = self.judge_with(proposals, cancels, situation, Some(&mut trace));
        (judged, trace)
    }

    /// The same gate with another rule for conflicts.
    #[must_use]
    pub fn with_rule(&self, rule: ArbitrationRule) -> Self {
        Self { rule, ..self.clone() }
    }

    /// How it settles conflicts.
    #[must_use]
    pub const fn rule(&self) -> ArbitrationRule {
        self.rule
    }

    /// The account's policy.
    #[must_use]
    pub fn account_policy(&self) -> &RiskPolicy {
        &self.account_policy
    }

    /// The same gate with another policy for the account.
    #[must_use]
    pub fn with_account_policy(&self, account_policy: Arc<RiskPolicy>) -> Self {
        Self { account_policy, rule: self.rule }
    }

    fn judge_with(
        &self,
        proposals: Vec<Proposal>,
        cancels: &[CancelAsk],
        situation: &Situation<'_>,
        trace: Option<&mut Trace>,
    ) -> Judged {
        let mut judged = Judged { cancels: own_cancels(cancels, situation), ..Judged::default() };
        let orders = match proposals.is_empty() {
            true => Vec::new(),
            false => self.settle(proposals, situation, &mut judged, trace),
        };
        let withdrawals = judged.cancels.iter().map(|cancel| Permit::Cancel(cancel.order));
        let permits = withdrawals.chain(orders.into_iter().map(Permit::Place));
        judged.admitted = permits.map(|permit| Admitted::new(permit, situation.cycle, situation.epoch)).collect();
        judged
    }

    /// The three stages; returns the orders that are left, in canonical order.
    fn settle(
        &self,
        proposals: Vec<Proposal>,
        situation: &Situation<'_>,
        judged: &mut Judged,
        mut trace: Option<&mut Trace>,
    ) -> Vec<ArbitratedOrder> {
        let mut parties = strategy_scope::judge(proposals, &judged.cancels, situation, trace.as_deref_mut());
        if let Some(trace) = trace.as_deref_mut() {
            trace.after_strategy(&parties);
        }
        let settled = arbitrate::settle(&mut parties, self.rule, &self.account_policy, situation);
        if let Some(trace) = trace.as_deref_mut() {
            trace.after_arbitration(&parties);
        }
        let known: Vec<OrderId> = judged.cancels.iter().map(|cancel| cancel.order).collect();
        judged.cancels.extend(settled.cancels.into_iter().filter(|cancel| !known.contains(&cancel.order)));
        let sent = Sent { crosses: &settled.crosses, cancels: judged.cancels.len() };
        let groups = account_scope::judge(settled.orders, &mut parties, &self.account_policy, &sent, situation, trace);
        let orders = groups.iter().filter_map(|places| order_of(places, &mut parties)).collect();
        judged.crosses = settled.crosses;
        judged.conflicts = settled.conflicts;
        judged.decisions = parties.into_iter().map(Party::finish).collect();
        orders
    }
}

/// Who may withdraw what: a strategy its own orders, the operator any; once each, by number.
fn own_cancels(asks: &[CancelAsk], situation: &Situation<'_>) -> Vec<CancelRequest> {
    let request = |ask: &CancelAsk| {
        let owns = |owner: &StrategyId| *owner == ask.strategy || ask.strategy.as_str() == StrategyId::OPERATOR;
        let order = situation.working.iter().find(|order| order.id == ask.order && !order.cancelling)?;
        order.children.iter().any(|child| owns(&child.owner)).then(|| CancelRequest {
            order: ask.order,
            strategy: ask.strategy.clone(),
            instrument: order.instrument,
            why: ask.why.clone(),
        })
    };
    let mut found: Vec<CancelRequest> = asks.iter().filter_map(request).collect();
    found.sort_by(|a, b| (a.order, &a.strategy).cmp(&(b.order, &b.strategy)));
    found.dedup_by_key(|cancel| cancel.order);
    found
}

/// The order that these parties make together, if anything is left of them.
fn order_of(places: &[usize], parties: &mut [Party]) -> Option<ArbitratedOrder> {
    let live: Vec<usize> = places.iter().copied().filter(|place| parties[*place].is_live()).collect();
    if live.len() > 1 {
        for place in &live {
            parties[*place].note(qts_core::Code::Merged);
        }
    }
    let first = &parties[*live.first()?].decision;
    let children: Vec<_> = live.iter().map(|place| child(&parties[*place], parties[*place].left)).collect();
    let qty = children.iter().try_fold(Qty::ZERO, |sum, child| sum.checked_add(child.qty))?;
    let (instrument, side, kind, tif) = (first.instrument, first.side, first.kind, first.tif);
    Some(ArbitratedOrder { instrument, side, kind, tif, qty, children })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_with_another_rule_or_policy_keeps_the_other_one() {
        let policy = |id| Arc::new(RiskPolicy::built_in(id).expect("built in"));
        let gate = StagedRiskGate::new(policy("conservative"), ArbitrationRule::Rank);
        let of = |gate: &StagedRiskGate| (gate.account_policy().id.clone(), gate.rule());
        assert_eq!(of(&gate.with_rule(ArbitrationRule::Net)), ("conservative".to_owned(), ArbitrationRule::Net));
        let other = gate.with_account_policy(policy("phase5"));
        assert_eq!(of(&other), ("phase5".to_owned(), ArbitrationRule::Rank));
    }
}
