//! What comes in beside market events: wishes of strategies that live outside, and facts that are no events.
//!
//! Strategies outside have no instance here; their wishes are stamped with cycle, name and number like any other and
//! meet those of the strategies inside in the same judgement. Who may speak for whom is the shell's business.

use qts_core::{Ask, Cycle, DecisionId, Inst, Market, Price, Proposal, Qty, Session, StrategyId, Ts};
use qts_gate::CancelAsk;

use crate::mux::Reaction;

/// What a cycle takes in beside its market events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outside {
    /// What is known of instruments besides their events.
    pub facts: Vec<(Inst, Facts)>,
    /// What strategies outside ask for, each strategy's in the order in which it asked.
    pub asks: Vec<OutsideAsk>,
}

/// What may be known of an instrument without being an event; what is absent stays as it was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Facts {
    /// Best bid and ask, and when they were known.
    pub quote: Option<(Price, Price, Ts)>,
    /// Last price of the session before.
    pub prev_close: Option<Price>,
    /// Mean daily volume of twenty sessions.
    pub adv20: Option<Qty>,
    /// Shares traded in this session.
    pub day_volume: Option<Qty>,
    /// The session in which an order sent now would first trade.
    pub session: Option<Session>,
}

/// A wish of a strategy that lives outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutsideAsk {
    /// Whose.
    pub strategy: StrategyId,
    /// Which of its wishes in this cycle, from 0; numbers may be left out, for wishes that cannot be judged.
    pub emission: u32,
    /// What it wants.
    pub ask: Ask,
}

impl Outside {
    /// Writes the facts into the market. The close of the session before is also the base of the day's limits, and what
    /// the first price of the session comes after.
    pub(crate) fn tell(&self, market: &mut Market) {
        for (inst, facts) in &self.facts {
            let Some(prices) = market.prices_mut(*inst) else { continue };
            prices.quote = facts.quote.or(prices.quote);
            prices.prev_close = facts.prev_close.or(prices.prev_close);
            prices.base = facts.prev_close.or(prices.base);
            prices.is_base_told |= facts.prev_close.is_some();
            if prices.is_first {
                prices.before = facts.prev_close.or(prices.before);
            }
            prices.adv20 = facts.adv20.or(prices.adv20);
            prices.day_volume = facts.day_volume.or(prices.day_volume);
            prices.session = facts.session.or(prices.session);
        }
    }

    /// Stamps the wishes and adds them to those of the strategies inside.
    pub(crate) fn stamp(&self, cycle: Cycle, reaction: &mut Reaction) {
        for OutsideAsk { strategy, emission, ask } in self.asks.iter().cloned() {
            match ask {
                Ask::Trade(intent) => {
                    let id = DecisionId { cycle, strategy: strategy.clone(), emission };
                    reaction.proposals.push(Proposal { id, owner: strategy, intent });
                }
                Ask::Cancel(cancel) => {
                    reaction.cancels.push(CancelAsk { strategy, order: cancel.order, why: cancel.why });
                }
            }
        }
    }
}
