//! Somebody who looks on while a cycle runs, and changes nothing: what `explain` and `why` see.

use std::borrow::Cow;

use qts_core::{Ask, MarketEvent, Proposal, StrategyId};
use qts_gate::{CancelAsk, Situation, StagedRiskGate};

/// Looks on. What it is shown is borrowed; it can judge the same again under other conditions, since the gate is a
/// pure function, but nothing that it does reaches the loop.
pub trait Witness {
    /// A strategy was called with an event.
    fn called(&mut self, call: Call<'_>) {
        let _ = call;
    }

    /// Everything that was asked for is about to be judged.
    fn judging(&mut self, hearing: &Hearing<'_>) {
        let _ = hearing;
    }
}

/// One call of a strategy.
#[derive(Debug)]
pub struct Call<'a> {
    /// Which one.
    pub strategy: &'a StrategyId,
    /// With what.
    pub event: &'a MarketEvent,
    /// What it asked for in answer to this event.
    pub asked: &'a [Ask],
    /// Why it asked for nothing, if it said so.
    pub held: Option<Cow<'static, str>>,
}

/// What is about to be judged, and by whom.
#[derive(Debug)]
pub struct Hearing<'a> {
    /// The judge.
    pub gate: &'a StagedRiskGate,
    /// What is asked for.
    pub proposals: &'a [Proposal],
    /// What is to be withdrawn.
    pub cancels: &'a [CancelAsk],
    /// What it is judged on.
    pub situation: &'a Situation<'a>,
}

/// Somebody looks on, or nobody.
pub(crate) type Onlooker<'a, 'w> = Option<&'a mut (dyn Witness + 'w)>;
