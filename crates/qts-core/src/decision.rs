//! What the gate decided, as data.

use std::borrow::Cow;

use crate::{DecisionId, Inst, Kind, OrderId, Price, Qty, Reason, Side, StrategyId, Tif};

/// How a judgement ended, by severity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Untouched.
    #[default]
    Pass,
    /// Untouched, with a remark.
    Warn,
    /// Made smaller.
    Reduce,
    /// Nothing left.
    Block,
}

impl Stage {
    /// The word used in files and output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Reduce => "reduce",
            Self::Block => "block",
        }
    }
}

/// One proposal's way through the gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Which proposal.
    pub id: DecisionId,
    /// Whose book it would change.
    pub owner: StrategyId,
    /// What was to be traded.
    pub instrument: Inst,
    /// Which way.
    pub side: Side,
    /// At which price.
    pub kind: Kind,
    /// For how long.
    pub tif: Tif,
    /// How many shares were asked for.
    pub asked: Qty,
    /// How many go to the market.
    pub sent: Qty,
    /// How many were booked against another book.
    pub crossed: Qty,
    /// Everything that warned, cut or blocked, and what is worth knowing besides, in the fixed order.
    pub reasons: Vec<Reason>,
    /// The strategy's own words.
    pub why: Cow<'static, str>,
}

impl Decision {
    /// What is left after all scopes: sent plus crossed.
    #[must_use]
    pub fn admitted(&self) -> Qty {
        self.sent.checked_add(self.crossed).unwrap_or(Qty::MAX)
    }

    /// `block` if nothing is admitted, `reduce` if less than asked, `warn` if a reason warns, else `pass`.
    #[must_use]
    pub fn verdict(&self) -> Stage {
        let admitted = self.admitted();
        if !admitted.is_positive() {
            Stage::Block
        } else if admitted < self.asked {
            Stage::Reduce
        } else if self.reasons.iter().any(|reason| reason.stage == Stage::Warn) {
            Stage::Warn
        } else {
            Stage::Pass
        }
    }
}

/// A proposal's part in an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    /// The proposal.
    pub decision: DecisionId,
    /// Whose book its fills change.
    pub owner: StrategyId,
    /// Its share of the order.
    pub qty: Qty,
}

/// A booking between two books at a fair price; no order leaves for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cross {
    /// What changes hands.
    pub instrument: Inst,
    /// The proposal whose book gives the shares.
    pub seller: Child,
    /// The proposal whose book takes them.
    pub buyer: Child,
    /// How many shares.
    pub qty: Qty,
    /// At what price.
    pub price: Price,
}

/// An order of ours that the market still holds, as the gate needs to know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Working {
    /// Which order.
    pub id: OrderId,
    /// On what.
    pub instrument: Inst,
    /// Which way.
    pub side: Side,
    /// At which price.
    pub kind: Kind,
    /// What is still open of it.
    pub open: Qty,
    /// Has its withdrawal been asked for?
    pub cancelling: bool,
    /// Its owners with what is still open of their shares, best rank first.
    pub children: Vec<Child>,
}

/// A wish to withdraw a working order, and whose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelRequest {
    /// Which order.
    pub order: OrderId,
    /// Who wants it gone.
    pub strategy: StrategyId,
    /// On what.
    pub instrument: Inst,
    /// Why.
    pub why: Cow<'static, str>,
}
