//! A proposal on its way through the gate: what is left of it, and why.

use qts_core::{Code, Decision, Proposal, Qty, Reason, Scope, Stage, StrategyId};

/// Who comes first wherever there is a choice: the operator, then the lowest rank, then the strategy's id, then its
/// own order of emission. Never registration or arrival.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RankKey {
    after_operator: bool,
    rank: i64,
    strategy: StrategyId,
    emission: u32,
}

/// A proposal and what is left of it.
#[derive(Debug, Clone)]
pub(crate) struct Party {
    pub(crate) key: RankKey,
    /// The decision in the making; `sent` is filled in at the end.
    pub(crate) decision: Decision,
    /// What may still go to the market.
    pub(crate) left: Qty,
    /// The part of `left` that reduces a position.
    pub(crate) reducing: Qty,
}

impl RankKey {
    pub(crate) fn new(proposal: &Proposal, rank: i64) -> Self {
        Self {
            after_operator: proposal.id.strategy.as_str() != StrategyId::OPERATOR,
            rank,
            strategy: proposal.id.strategy.clone(),
            emission: proposal.id.emission,
        }
    }

    /// For the canonical order of the account scope: rank and strategy id without the emission.
    pub(crate) fn without_emission(&self) -> (bool, i64, &StrategyId) {
        (self.after_operator, self.rank, &self.strategy)
    }

    pub(crate) const fn emission(&self) -> u32 {
        self.emission
    }

    pub(crate) const fn is_operator(&self) -> bool {
        !self.after_operator
    }
}

impl Party {
    pub(crate) fn new(proposal: Proposal, rank: i64, admitted: Qty, reducing: Qty, reasons: Vec<Reason>) -> Self {
        let key = RankKey::new(&proposal, rank);
        let Proposal { id, owner, intent } = proposal;
        let decision = Decision {
            id,
            owner,
            instrument: intent.instrument,
            side: intent.side,
            kind: intent.kind,
            tif: intent.tif,
            asked: intent.qty,
            sent: Qty::ZERO,
            crossed: Qty::ZERO,
            reasons,
            why: intent.why,
        };
        Self { key, decision, left: admitted, reducing: reducing.min(admitted) }
    }

    pub(crate) fn is_live(&self) -> bool {
        self.left.is_positive()
    }

    /// Is what is left of it all reducing part?
    pub(crate) fn is_exit(&self) -> bool {
        self.is_live() && self.left == self.reducing
    }

    /// Adds a reason without effect.
    pub(crate) fn note(&mut self, code: Code) {
        self.reason(Scope::Arbitration, code, Stage::Pass);
    }

    /// Keeps at most `qty` of what is left, the reducing part first, and says why.
    pub(crate) fn keep(&mut self, qty: Qty, code: Code) {
        self.left = self.left.min(qty);
        self.reducing = self.reducing.min(self.left);
        let stage = self.stage_of_a_cut();
        self.reason(Scope::Arbitration, code, stage);
    }

    /// `block` if nothing at all is admitted any more, else `reduce`.
    pub(crate) fn stage_of_a_cut(&self) -> Stage {
        let any = self.left.is_positive() || self.decision.crossed.is_positive();
        if any { Stage::Reduce } else { Stage::Block }
    }

    /// Books `qty` of it against the other side, its reducing part first.
    pub(crate) fn cross(&mut self, qty: Qty) {
        if qty.is_zero() {
            return;
        }
        self.left = self.left.checked_sub(qty).unwrap_or(Qty::ZERO);
        self.reducing = self.reducing.checked_sub(qty).unwrap_or(Qty::ZERO).max(Qty::ZERO);
        self.decision.crossed = self.decision.crossed.checked_add(qty).unwrap_or(Qty::MAX);
        self.note(Code::Crossed);
    }

    fn reason(&mut self, scope: Scope, code: Code, stage: Stage) {
        let reason = Reason { scope, code, stage, observed: None, limit: None };
        if !self.decision.reasons.contains(&reason) {
            self.decision.reasons.push(reason);
        }
    }

    /// The finished decision: what is left is sent, reasons stand in their fixed order.
    pub(crate) fn finish(mut self) -> Decision {
        self.decision.sent = self.left;
        self.decision.reasons.sort_unstable();
        self.decision
    }
}
