//! What came of a cycle: a row for every intent, and what the gate ordered, booked and withdrew.

use std::borrow::Cow;
use std::collections::BTreeMap;

use qts_core::{CancelRequest, Child, Cross, Decision, Inst, Kind, OrderId, Qty, Reason, Side, Stage, StrategyId, Tif};
use qts_gate::{ArbitratedOrder, Judged, Permit};

use super::sentence::{Scene, sentence, sentence_of, sentence_of_decision};
use super::wants::{Fate, Want};

/// The outcome of a cycle.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    /// One per intent, in the order of the input.
    pub(crate) rows: Vec<Row<'a>>,
    /// By instrument, side, type, limit and time in force.
    pub(crate) orders: Vec<Going>,
    /// Bookings between books.
    pub(crate) crosses: Vec<Cross>,
    /// Orders to withdraw, in the order of the input.
    pub(crate) cancels: Vec<CancelRequest>,
    emitted: BTreeMap<StrategyId, Vec<usize>>,
}

/// An order that leaves.
#[derive(Debug)]
pub(crate) struct Going {
    /// Its number, where it got one.
    pub(crate) id: Option<OrderId>,
    /// What to trade.
    pub(crate) instrument: Inst,
    /// Which way.
    pub(crate) side: Side,
    /// At which price.
    pub(crate) kind: Kind,
    /// For how long.
    pub(crate) tif: Tif,
    /// How many shares.
    pub(crate) qty: Qty,
    /// Whose.
    pub(crate) children: Vec<Child>,
}

/// The outcome of an intent.
#[derive(Debug)]
pub(crate) struct Row<'a> {
    /// Its place in the input; `None` if it did not come from there.
    pub(crate) intent: Option<usize>,
    /// Who asked.
    pub(crate) strategy: Cow<'a, str>,
    /// Whose book it would change, where that is not the sender's.
    pub(crate) owner: Option<Cow<'a, str>>,
    /// For what.
    pub(crate) instrument: Option<Cow<'a, str>>,
    /// Which way.
    pub(crate) side: Option<Cow<'a, str>>,
    /// Which order to cancel.
    pub(crate) cancel: Option<Cow<'a, str>>,
    /// How much.
    pub(crate) asked: Cow<'a, str>,
    /// What goes to the market.
    pub(crate) sent: Qty,
    /// What was booked against another book.
    pub(crate) crossed: Qty,
    /// Both.
    pub(crate) admitted: Qty,
    /// How it ended.
    pub(crate) verdict: Stage,
    /// Why, each with a sentence.
    pub(crate) reasons: Vec<(Reason, String)>,
}

impl<'a> Answer<'a> {
    /// Puts the gate's decisions beside what was asked for.
    pub(crate) fn new(
        each: Vec<Want<'a>>,
        emitted: BTreeMap<StrategyId, Vec<usize>>,
        judged: Judged,
        scene: Scene<'_>,
    ) -> Self {
        let orders = judged.admitted.into_iter().filter_map(|admitted| placed(admitted.spend())).collect();
        let (decisions, crosses, cancels) = (judged.decisions, judged.crosses, judged.cancels);
        Self { crosses, cancels, ..Self::of(each, emitted, decisions.into_iter(), orders, scene) }
    }

    /// Decisions, which come in the order of what was asked for, and orders. Decisions on more than that stand last.
    pub(crate) fn of(
        each: Vec<Want<'a>>,
        emitted: BTreeMap<StrategyId, Vec<usize>>,
        mut decisions: impl Iterator<Item = Decision>,
        mut orders: Vec<Going>,
        scene: Scene<'_>,
    ) -> Self {
        let rows = (0..).zip(each).map(|(place, want)| Row::new(place, want, &mut decisions, scene)).collect();
        orders.sort_by_key(|order| (order.instrument, order.side, order.kind, order.tif));
        Self { rows, orders, crosses: Vec::new(), cancels: Vec::new(), emitted }
    }

    /// The place in the input of the intent that a share of an order stands for.
    pub(crate) fn intent_of(&self, child: &Child) -> Option<usize> {
        self.emitted.get(&child.decision.strategy)?.get(child.decision.emission as usize).copied()
    }
}

fn placed(permit: Permit) -> Option<Going> {
    let Permit::Place(ArbitratedOrder { instrument, side, kind, tif, qty, children }) = permit else { return None };
    Some(Going { id: None, instrument, side, kind, tif, qty, children })
}

impl<'a> Row<'a> {
    fn new(place: usize, want: Want<'a>, decisions: &mut impl Iterator<Item = Decision>, scene: Scene<'_>) -> Self {
        let Want { strategy, instrument, side, cancel, asked, fate } = want;
        let mut row = Self {
            intent: Some(place),
            strategy,
            owner: None,
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
                    row.take(decision, scene);
                }
            }
        }
        row
    }

    /// The outcome of something that no intent of the input asked for.
    pub(crate) fn beside(decision: Decision, scene: Scene<'_>) -> Row<'static> {
        let is_own = decision.owner == decision.id.strategy;
        let mut row = Row {
            intent: None,
            strategy: Cow::Owned(decision.id.strategy.to_string()),
            owner: (!is_own).then(|| Cow::Owned(decision.owner.to_string())),
            instrument: Some(Cow::Owned(scene.instruments.name(decision.instrument))),
            side: Some(Cow::Borrowed(decision.side.as_str())),
            cancel: None,
            asked: Cow::Owned(decision.asked.to_string()),
            sent: Qty::ZERO,
            crossed: Qty::ZERO,
            admitted: Qty::ZERO,
            verdict: Stage::Block,
            reasons: Vec::new(),
        };
        row.take(decision, scene);
        row
    }

    fn take(&mut self, decision: Decision, scene: Scene<'_>) {
        (self.sent, self.crossed, self.admitted) = (decision.sent, decision.crossed, decision.admitted());
        self.verdict = decision.verdict();
        let told = |reason: &Reason| (*reason, sentence_of_decision(reason, &decision, scene));
        self.reasons = decision.reasons.iter().map(told).collect();
    }
}
