//! What strategies want, before anybody has judged it.

use std::borrow::Cow;
use std::fmt;

use crate::{DecisionId, Inst, OrderId, Price, Qty, StrategyId};

/// Buy or sell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// More shares.
    Buy,
    /// Fewer shares.
    Sell,
}

impl Side {
    /// The other one.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Buy => Self::Sell,
            Self::Sell => Self::Buy,
        }
    }

    /// `qty` with the sign it has for a position.
    #[must_use]
    pub fn signed(self, qty: Qty) -> Qty {
        match self {
            Self::Buy => qty,
            Self::Sell => -qty,
        }
    }

    /// The word used in files and output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Buy => "buy",
            Self::Sell => "sell",
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Market or limit; a market order has any price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// At whatever price.
    Market,
    /// At this price or better.
    Limit(Price),
}

impl Kind {
    /// The limit, if there is one.
    #[must_use]
    pub const fn limit(self) -> Option<Price> {
        match self {
            Self::Market => None,
            Self::Limit(price) => Some(price),
        }
    }

    /// The word used in files and output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Market => "market",
            Self::Limit(_) => "limit",
        }
    }

    /// Could an order of this kind on `side` trade at `price`?
    #[must_use]
    pub fn accepts(self, side: Side, price: Price) -> bool {
        match (self, side) {
            (Self::Market, _) => true,
            (Self::Limit(limit), Side::Buy) => limit >= price,
            (Self::Limit(limit), Side::Sell) => limit <= price,
        }
    }

    /// Could a buy of this kind and a sell of kind `sell` trade with each other?
    #[must_use]
    pub fn crosses(self, sell: Self) -> bool {
        match (self, sell) {
            (Self::Limit(buy), Self::Limit(sell)) => buy >= sell,
            _ => true,
        }
    }
}

/// How long an order lives.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tif {
    /// Until its session ends.
    #[default]
    Day,
    /// Until cancelled.
    Gtc,
    /// What fills at once; the rest is cancelled.
    Ioc,
    /// All at once or nothing.
    Fok,
}

impl Tif {
    /// The word used in files and output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Gtc => "gtc",
            Self::Ioc => "ioc",
            Self::Fok => "fok",
        }
    }
}

/// A wish to trade. It names no owner: the host stamps that on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// What to trade.
    pub instrument: Inst,
    /// Which way.
    pub side: Side,
    /// How many shares; anything but a positive whole number of lots is invalid.
    pub qty: Qty,
    /// At which price.
    pub kind: Kind,
    /// For how long.
    pub tif: Tif,
    /// Why, in the strategy's own words.
    pub why: Cow<'static, str>,
}

/// A wish to withdraw one of one's own orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelIntent {
    /// The order.
    pub order: OrderId,
    /// Why.
    pub why: Cow<'static, str>,
}

/// What a strategy may ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// A trade.
    Trade(Intent),
    /// The withdrawal of an own order.
    Cancel(CancelIntent),
}

/// An intent with its sender's name on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Who asked, when, as which.
    pub id: DecisionId,
    /// Whose book it would change: the sender's, or for the operator's proposals the strategy's they act for.
    pub owner: StrategyId,
    /// What is asked.
    pub intent: Intent,
}
