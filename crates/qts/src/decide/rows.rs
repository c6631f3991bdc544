//! What came of a cycle: a row for every intent, and what the gate ordered, booked and withdrew.

use std::borrow::Cow;
use std::collections::BTreeMap;

use qts_core::{CancelRequest, Child, Cross, Decision, Qty, Reason, Stage, StrategyId};
use qts_gate::{ArbitratedOrder, Judged, Permit};

use super::sentence::{sentence, sentence_of};
use super::wants::{Fate, Want};

/// The outcome of a cycle.
#[derive(Debug)]
pub(super) struct Answer<'a> {
    /// One per intent, in the order of the input.
    pub(super) rows: Vec<Row<'a>>,
    /// By instrument, side, type, limit and time in force.
    pub(super) orders: Vec<ArbitratedOrder>,
    /// Bookings between books.
    pub(super) crosses: Vec<Cross>,
    /// Orders to withdraw, in the order of the input.
    pub(super) cancels: Vec<CancelRequest>,
    emitted: BTreeMap<StrategyId, Vec<usize>>,
}

/// The outcome of an intent.
#[derive(Debug)]
pub(super) struct Row<'a> {
    /// Who asked.
    pub(super) strategy: Cow<'a, str>,
    /// For what.
    pub(super) instrument: Option<Cow<'a, str>>,
    /// Which way.
    pub(super) side: Option<Cow<'a, str>>,
    /// Which order to cancel.
    pub(super) cancel: Option<Cow<'a, str>>,
    /// How much.
    pub(super) asked: Cow<'a, str>,
    /// What goes to the market.
    pub(super) sent: Qty,
    /// What was booked against another book.
    pub(super) crossed: Qty,
    /// Both.
    pub(super) admitted: Qty,
    /// How it ended.
    pub(super) verdict: Stage,
    /// Why, each with a sentence.
    pub(super) reasons: Vec<(Reason, String)>,
}

impl<'a> Answer<'a> {
    /// Puts the gate's decisions beside what was asked for.
    pub(super) fn new(each: Vec<Want<'a>>, emitted: BTreeMap<StrategyId, Vec<usize>>, judged: Judged) -> Self {
        let mut decisions = judged.decisions.into_iter();
        let rows = each.into_iter().map(|want| Row::new(want, &mut decisions)).collect();
        let mut orders: Vec<ArbitratedOrder> =
            judged.admitted.into_iter().filter_map(|admitted| placed(admitted.spend())).collect();
        orders.sort_by_key(|order| (order.instrument, order.side, order.kind, order.tif));
        let mut cancels = judged.cancels;
        cancels.sort_by_key(|cancel| cancel.order);
        Self { rows, orders, crosses: judged.crosses, cancels, emitted }
    }

    /// The place in the input of the intent that a share of an order stands for.
    pub(super) fn intent_of(&self, child: &Child) -> Option<usize> {
        self.emitted.get(&child.decision.strategy)?.get(child.decision.emission as usize).copied()
    }
}

fn placed(permit: Permit) -> Option<ArbitratedOrder> {
    match permit {
        Permit::Place(order) => Some(order),
        Permit::Cancel(_) => None,
    }
}

impl<'a> Row<'a> {
    fn new(want: Want<'a>, decisions: &mut impl Iterator<Item = Decision>) -> Self {
        let Want { strategy, instrument, side, cancel, asked, fate } = want;
        let mut row = Self {
            strategy,
            instrument,
            side,
            cancel,
            asked,
            sent: Qty::ZERO,
            crossed: Qty::ZERO,
            admitted: Qty::ZERO,
            verdict: Stage::Block,
            reasons: Vec::new(),
        };
        match fate {
            Fate::Cancelled => row.verdict = Stage::Pass,
            Fate::Refused(flaw) => {
                let reason = flaw.reason();
                let text = flaw.detail.map_or_else(|| sentence(&reason), |detail| sentence_of(flaw.code, &detail));
                row.reasons.push((reason, text));
            }
            Fate::Judged => {
                if let Some(decision) = decisions.next() {
                    row.take(decision);
                }
            }
        }
        row
    }

    fn take(&mut self, decision: Decision) {
        (self.sent, self.crossed, self.admitted) = (decision.sent, decision.crossed, decision.admitted());
        self.verdict = decision.verdict();
        self.reasons = decision.reasons.into_iter().map(|reason| (reason, sentence(&reason))).collect();
    }
}
