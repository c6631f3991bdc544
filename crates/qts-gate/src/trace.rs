//! Everything that was looked at in a judgement, for people who ask why.
//!
//! Looking on changes nothing: what is judged with a trace comes out as without one.

use qts_core::{Amount, Code, DecisionId, Qty, Scope, Stage};

use crate::measure::Measure;
use crate::party::Party;
use crate::policy::Levels;

/// One control as it was applied to a proposal or to an order, whether it bound or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The proposals concerned: one at strategy scope, all children of the order at account scope.
    pub about: Vec<DecisionId>,
    /// Whose policy it belongs to.
    pub scope: Scope,
    /// Its name.
    pub code: Code,
    /// What the calculator found.
    pub measure: Measure,
    /// The measure of what was asked for; `None` if it is unknown.
    pub observed: Option<Amount>,
    /// Its levels in the measure's unit; `None` if it has none or they could not be computed.
    pub levels: Option<Levels<Amount>>,
    /// What it alone made of it.
    pub stage: Stage,
}

/// What the first two stages left of a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leg {
    /// Which proposal.
    pub decision: DecisionId,
    /// What its own policy admitted.
    pub after_strategy: Qty,
    /// The part of that which reduces a position.
    pub reducing: Qty,
    /// What arbitration left to be sent.
    pub after_arbitration: Qty,
}

/// A judgement's trace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    /// Every control that was applied, in the order in which they were.
    pub findings: Vec<Finding>,
    /// Every proposal's way, in the order in which they came.
    pub legs: Vec<Leg>,
}

impl Trace {
    pub(crate) fn after_strategy(&mut self, parties: &[Party]) {
        let leg = |party: &Party| Leg {
            decision: party.decision.id.clone(),
            after_strategy: party.left,
            reducing: party.reducing,
            after_arbitration: Qty::ZERO,
        };
        self.legs = parties.iter().map(leg).collect();
    }

    pub(crate) fn after_arbitration(&mut self, parties: &[Party]) {
        for (leg, party) in self.legs.iter_mut().zip(parties) {
            leg.after_arbitration = party.left;
        }
    }

    pub(crate) fn add(&mut self, about: &[DecisionId], findings: Vec<Finding>) {
        self.findings.extend(findings.into_iter().map(|finding| Finding { about: about.to_vec(), ..finding }));
    }
}
