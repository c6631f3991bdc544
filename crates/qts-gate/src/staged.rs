//! The gate at phase 5: one strategy, one policy, the calculated gate.

use qts_core::{Child, Code, Decision, Market, Proposal, Qty, Reason, Scope, Stage, StrategyId};

use crate::admitted::{Admitted, ArbitratedOrder, Permit};
use crate::phase5::{CalculatedRiskGate, SimpleRiskInput};
use crate::situation::Situation;

/// The single door to the loop.
#[derive(Debug, Default)]
pub struct StagedRiskGate;

/// What came of a judgement.
#[derive(Debug, Default)]
pub struct Judged {
    /// One per proposal, in the order they came.
    pub decisions: Vec<Decision>,
    /// The permissions, in the order in which they are to be spent.
    pub admitted: Vec<Admitted>,
}

impl StagedRiskGate {
    /// Judges all proposals of a cycle.
    pub fn judge(&self, proposals: Vec<Proposal>, situation: &Situation<'_>) -> Judged {
        let mut judged = Judged::default();
        for proposal in proposals {
            let decision = self.decide(proposal, situation);
            if decision.sent.is_positive() {
                judged.admitted.push(admit(&decision, situation));
            }
            judged.decisions.push(decision);
        }
        judged
    }

    fn decide(&self, proposal: Proposal, situation: &Situation<'_>) -> Decision {
        let Proposal { id, owner, intent } = proposal;
        let (sent, reasons) = match (simple_input(&owner, &intent, situation), max_risk_score(&owner, situation)) {
            (Some(input), Some(gate)) => {
                let ruling = gate.decide(&input);
                let stage = if ruling.qty.is_zero() {
                    Stage::Block
                } else if ruling.qty < intent.qty {
                    Stage::Reduce
                } else {
                    Stage::Pass
                };
                let reason = |code| Reason { scope: Scope::Strategy, code, stage, observed: None, limit: None };
                (ruling.qty, ruling.codes.into_iter().map(reason).collect())
            }
            _ => (Qty::ZERO, vec![blocked(Code::NoMarketData)]),
        };
        Decision {
            id,
            owner,
            instrument: intent.instrument,
            side: intent.side,
            kind: intent.kind,
            tif: intent.tif,
            asked: intent.qty,
            sent,
            crossed: Qty::ZERO,
            reasons,
            why: intent.why,
        }
    }
}

fn blocked(code: Code) -> Reason {
    Reason { scope: Scope::Strategy, code, stage: Stage::Block, observed: None, limit: None }
}

fn max_risk_score(owner: &StrategyId, situation: &Situation<'_>) -> Option<CalculatedRiskGate> {
    let standing = situation.standings.get(owner)?;
    standing.policy.strategy.max_risk_score.map(|max_risk_score| CalculatedRiskGate { max_risk_score })
}

fn simple_input(owner: &StrategyId, intent: &qts_core::Intent, situation: &Situation<'_>) -> Option<SimpleRiskInput> {
    let price = Market::mark(situation.market, intent.instrument)?;
    let holding = situation.books.get(owner).map(|book| book.holding(intent.instrument)).unwrap_or_default();
    let free = holding.position.checked_sub(holding.open_sell)?;
    Some(SimpleRiskInput { side: intent.side, qty: intent.qty, price, holding: free, cash: situation.books.cash() })
}

fn admit(decision: &Decision, situation: &Situation<'_>) -> Admitted {
    let child = Child { decision: decision.id.clone(), owner: decision.owner.clone(), qty: decision.sent };
    let order = ArbitratedOrder {
        instrument: decision.instrument,
        side: decision.side,
        kind: decision.kind,
        tif: decision.tif,
        qty: decision.sent,
        children: vec![child],
    };
    Admitted::new(Permit::Place(order), situation.cycle, situation.epoch)
}
