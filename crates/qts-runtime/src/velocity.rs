//! What was sent lately, for the controls that look back: kept here, by the clock of the slices, and handed to the gate.
//!
//! Only what left the gate and was really sent, crossed or filled counts. Counters by session begin again once in each
//! session: with the first slice at the end of the last session of a day, else with the first of a later day, so that
//! what is sent after the close counts for the session in which it can trade.

use std::collections::BTreeSet;

use qts_core::{Decision, DecisionId, Inst, OrderId, Side, Slice, Ts};
use qts_gate::{ArbitratedOrder, CancelAsk, Pace};

use crate::ledger::Share;
use crate::pipeline::Runtime;
use crate::record::Record;

/// Where the counters stand in the day's sessions.
#[derive(Debug, Default)]
pub(crate) struct SessionTurn {
    /// When the last session of the day ends.
    end: Option<Ts>,
    /// Have they begun again since the day began?
    is_over: bool,
}

impl Runtime {
    /// A slice comes, perhaps the first of its day.
    pub(crate) fn count_sessions(&mut self, slice: &Slice, is_new_day: bool) {
        if is_new_day {
            if !self.turn.is_over {
                self.count_again();
            }
            self.turn = SessionTurn::default();
        }
        let end = slice.events.iter().map(|event| event.session_end).max();
        self.turn.end = self.turn.end.max(end);
        if !self.turn.is_over && self.turn.end.is_some_and(|end| slice.ts >= end) {
            self.turn.is_over = true;
            self.count_again();
        }
    }

    fn count_again(&mut self) {
        self.pace.turn();
        self.registry.turn_paces();
        self.forget_executions();
    }

    /// An order was sent.
    pub(crate) fn count_order(&mut self, order: &ArbitratedOrder) {
        self.pace.sent_order(self.now, self.gate.account_policy().account_sets());
        for child in order.children.iter().filter(|child| child.decision.strategy == child.owner) {
            self.registry.remember_order(&child.owner, self.now);
        }
    }

    /// A withdrawal was sent: the account's message, and that of the strategy that asked for it.
    pub(crate) fn count_cancel(&mut self, order: OrderId, asks: &[CancelAsk]) {
        self.pace.sent_cancel(self.gate.account_policy().account_sets());
        if let Some(ask) = asks.iter().find(|ask| ask.order == order) {
            self.registry.remember_cancel(&ask.strategy);
        }
    }

    /// Intents of which something was sent or crossed, told by the records of their judgement.
    pub(crate) fn count_admitted(&mut self, records: &[Record]) {
        let halted = records.iter().filter_map(|record| match record {
            Record::Halted { children, .. } => Some(children.iter().map(|child| &child.decision)),
            _ => None,
        });
        let halted: BTreeSet<&DecisionId> = halted.flatten().collect();
        for record in records {
            let Record::Decision(decision) = record else { continue };
            let is_sent = decision.sent.is_positive() && !halted.contains(&decision.id);
            if decision.id.strategy == decision.owner && is_sent && !self.closes(decision) {
                self.registry.remember_size(&decision.owner, decision.instrument, decision.asked);
            }
            if decision.id.strategy == decision.owner && (is_sent || decision.crossed.is_positive()) {
                let wish = (decision.instrument, decision.side, decision.asked, decision.kind);
                self.registry.remember_admitted(&decision.owner, wish, self.now);
            }
        }
    }

    /// Does it only close what its owner holds? Such an order is as large as what is held, not as what is usual.
    fn closes(&self, decision: &Decision) -> bool {
        let held = self.books.get(&decision.owner).map(|book| book.holding(decision.instrument)).unwrap_or_default();
        match decision.side {
            Side::Sell => held.position >= decision.asked,
            Side::Buy => -held.position >= decision.asked,
        }
    }

    /// The market traded with these owners. What trades after the session's end belongs to the next.
    pub(crate) fn count_fill(&mut self, inst: Inst, shares: &[Share]) {
        if !self.turn.is_over && self.turn.end.is_some_and(|end| self.now > end) {
            self.turn.is_over = true;
            self.count_again();
        }
        for share in shares {
            self.registry.remember_fill(&share.owner, inst, share.qty);
        }
    }

    /// All paces that still matter, by owner; the account's comes first and has no name.
    pub(crate) fn paces(&self) -> Vec<(String, Pace)> {
        let account = self.pace.alive(self.now, self.gate.account_policy().account_sets());
        let account = account.map(|pace| (String::new(), pace));
        account.into_iter().chain(self.registry.paces(self.now)).collect()
    }
}
