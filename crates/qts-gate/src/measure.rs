//! Calculators: each computes one measure of one proposal or order and decides nothing.
//!
//! A calculator sees the owner's own context (its book, its budget, its counts), the market and the clock. It
//! cannot see a threshold, another strategy's book, the loop, the broker or the state of an order. What it cannot
//! compute is [`Measure::Unknown`], which blocks.

use qts_core::{Amount, Inst, Instrument, Kind, Money, Price, Prices, Qty, Ratio, Side, Ts};

/// What calculators look at: one proposal (or one order of the account), and its owner's own numbers.
#[derive(Debug, Clone, Copy)]
pub struct RiskContext<'a> {
    /// The number of the instrument.
    pub inst: Inst,
    /// The rules of its market.
    pub instrument: &'a Instrument,
    /// Its prices.
    pub prices: &'a Prices,
    /// The time of the slice.
    pub now: Ts,
    /// Which way.
    pub side: Side,
    /// At which price.
    pub kind: Kind,
    /// How many shares are asked for.
    pub asked: Qty,
    /// The part of them that reduces a position.
    pub reducing: Qty,
    /// What one share is valued at: see [`worth`].
    pub worth: Option<Price>,
    /// The owner's own numbers.
    pub own: &'a OwnNumbers,
}

/// The numbers of one owner (a strategy, or the account as the sum of all) with everything reserved so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnNumbers {
    /// Longest position in the instrument: shares held plus working buys.
    pub long: Option<Qty>,
    /// Shortest position in the instrument, as a magnitude: working sells less shares held.
    pub short: Option<Qty>,
    /// Does `long` and `short` already leave out what reduces? (The account sums books; a strategy has one.)
    pub summed: bool,
    /// Worst-case worth of all positions, longs plus shorts; `None` if one has no price.
    pub gross: Option<Money>,
    /// Worst-case worth of longs less shorts, working buys filled; `None` if one has no price.
    pub net_long: Option<Money>,
    /// Worst-case worth of shorts less longs, working sells filled; `None` if one has no price.
    pub net_short: Option<Money>,
    /// What is spent or promised of the budget or the cash.
    pub spent: Option<Money>,
    /// What a commission adds to a purchase.
    pub commission: Ratio,
    /// New exposure asked for in this cycle, this proposal included (strategy) or before this order (account).
    pub cycle_notional: Option<Money>,
    /// Working orders.
    pub open_orders: u64,
    /// Median size of own orders in the instrument, once there were enough.
    pub median_order: Option<Qty>,
}

/// What a calculator found. Measures grow with the quantity `q` that would be admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// `before + max(0, q − free)` shares.
    Shares {
        /// Without this order.
        before: Qty,
        /// The part of the order that adds nothing.
        free: Qty,
    },
    /// `before + max(0, q − free) · price`.
    Worth {
        /// Without this order.
        before: Money,
        /// What each further share adds.
        price: Price,
        /// The part of the order that adds nothing.
        free: Qty,
    },
    /// A number that does not depend on the quantity.
    Fixed(Amount),
    /// The control does not apply to this order.
    NotApplicable,
    /// It cannot be computed. That blocks.
    Unknown,
}

impl Measure {
    /// The measure if `qty` is admitted; `None` if it is unknown or out of range.
    #[must_use]
    pub fn at(&self, qty: Qty) -> Option<Amount> {
        let beyond = |free: Qty| qty.checked_sub(free).map(|q| q.max(Qty::ZERO));
        match *self {
            Self::Shares { before, free } => before.checked_add(beyond(free)?).map(Amount::Qty),
            Self::Worth { before, price, free } => Some(Amount::Money(before + Money::of_ceil(price, beyond(free)?))),
            Self::Fixed(amount) => Some(amount),
            Self::NotApplicable | Self::Unknown => None,
        }
    }

    /// The most that may be admitted so that the measure stays at or below `limit`; `None` if the quantity does not
    /// matter to it.
    #[must_use]
    pub fn most_within(&self, limit: Amount) -> Option<Qty> {
        match (*self, limit) {
            (Self::Shares { before, free }, Amount::Qty(limit)) => {
                let room = limit.checked_sub(before).map_or(Qty::ZERO, |room| room.max(Qty::ZERO));
                Some(room.checked_add(free).unwrap_or(Qty::MAX))
            }
            (Self::Worth { before, price, free }, Amount::Money(limit)) => {
                let room = (limit - before).shares_at(price);
                Some(room.checked_add(free).unwrap_or(Qty::MAX))
            }
            _ => None,
        }
    }
}

/// Computes one measure; decides nothing.
pub trait RiskCalculator {
    /// The measure of what is asked for.
    fn measure(&self, seen: &RiskContext<'_>) -> Measure;
}

/// What one share of an order is valued at: a limit buy at its limit; a market buy at the day's upper limit where
/// there is one, else at the higher of ask and last raised by the collar's block; a sale at the higher of its limit
/// and the reference price. `None` where a price is missing.
#[must_use]
pub fn worth(instrument: &Instrument, prices: &Prices, side: Side, kind: Kind, collar: Option<Ratio>) -> Option<Price> {
    match (side, kind) {
        (Side::Buy, Kind::Limit(limit)) => Some(limit),
        (Side::Buy, Kind::Market) if instrument.daily_limit.is_some() => {
            instrument.price_limits(prices.prev_close?).map(|(_, upper)| upper)
        }
        (Side::Buy, Kind::Market) => {
            let ask = prices.quote.map(|(_, ask, _)| ask);
            let last = prices.last.map(|(last, _)| last);
            let price = ask.max(last).or(prices.prev_close)?;
            price.raised(collar.unwrap_or(Ratio::ZERO))
        }
        (Side::Sell, kind) => prices.reference().map(|price| kind.limit().map_or(price, |limit| limit.max(price))),
    }
}

/// C1: shares of the order.
#[derive(Debug, Clone, Copy)]
pub struct OrderQty;

impl RiskCalculator for OrderQty {
    fn measure(&self, _: &RiskContext<'_>) -> Measure {
        Measure::Shares { before: Qty::ZERO, free: Qty::ZERO }
    }
}

/// C2: shares of the order times what one is valued at.
#[derive(Debug, Clone, Copy)]
pub struct OrderNotional;

impl RiskCalculator for OrderNotional {
    fn measure(&self, seen: &RiskContext<'_>) -> Measure {
        let worth = |price| Measure::Worth { before: Money::ZERO, price, free: Qty::ZERO };
        seen.worth.map_or(Measure::Unknown, worth)
    }
}

/// C3: the longest (for a buy) or shortest (for a sale) position, all working orders filled; in shares, or at the
/// mark where the limit is money.
#[derive(Debug, Clone, Copy)]
pub struct PositionSize {
    /// The side on which the position grows.
    pub grows_by: Side,
    /// Measured in money?
    pub in_money: bool,
}

impl RiskCalculator for PositionSize {
    fn measure(&self, seen: &RiskContext<'_>) -> Measure {
        if seen.side != self.grows_by {
            return Measure::NotApplicable;
        }
        let before = if self.grows_by == Side::Buy { seen.own.long } else { seen.own.short };
        let free = if seen.own.summed { seen.reducing } else { Qty::ZERO };
        match (before, seen.prices.reference()) {
            (Some(before), _) if !self.in_money => Measure::Shares { before, free },
            (Some(before), Some(price)) => Measure::Worth { before: Money::of(price, before), price, free },
            _ => Measure::Unknown,
        }
    }
}

/// C4: Σ max(|p + OB|, |p − OS|) · mark over everything held; what reduces adds nothing.
#[derive(Debug, Clone, Copy)]
pub struct GrossExposure;

impl RiskCalculator for GrossExposure {
    fn measure(&self, seen: &RiskContext<'_>) -> Measure {
        match (seen.own.gross, seen.prices.reference()) {
            (Some(before), Some(price)) => Measure::Worth { before, price, free: seen.reducing },
            _ => Measure::Unknown,
        }
    }
}

/// C4: longs less shorts (for a sale: shorts less longs), working orders of that side filled.
#[derive(Debug, Clone, Copy)]
pub struct NetExposure;

impl RiskCalculator for NetExposure {
    fn measure(&self, seen: &RiskContext<'_>) -> Measure {
        let before = if seen.side == Side::Buy { seen.own.net_long } else { seen.own.net_short };
        match (before, seen.prices.reference()) {
            (Some(before), Some(price)) => Measure::Worth { before, price, free: Qty::ZERO },
            _ => Measure::Unknown,
        }
    }
}

/// C5 for a strategy: cost of what its book holds and awaits; what reduces a position costs nothing.
#[derive(Debug, Clone, Copy)]
pub struct BudgetUse;

impl RiskCalculator for BudgetUse {
    fn measure(&self, seen: &RiskContext<'_>) -> Measure {
        let loaded = seen.worth.and_then(|price| price.raised(seen.own.commission));
        match (seen.own.spent, loaded) {
            (Some(before), Some(price)) => Measure::Worth { before, price, free: seen.reducing },
            _ => Measure::Unknown,
        }
    }
}

/// C5 for the account: what working buys and this cycle's may cost with commission. Sales free nothing.
#[derive(Debug, Clone, Copy)]
pub struct CashUse;

impl RiskCalculator for CashUse {
    fn measure(&self, seen: &RiskContext<'_>) -> Measure {
        if seen.side == Side::Sell {
            return Measure::NotApplicable;
        }
        let loaded = seen.worth.and_then(|price| price.raised(seen.own.commission));
        match (seen.own.spent, loaded) {
            (Some(before), Some(price)) => Measure::Worth { before, price, free: Qty::ZERO },
            _ => Measure::Unknown,
        }
    }
}

/// C7: working orders, this one included.
#[derive(Debug, Clone, Copy)]
pub struct OpenOrders;

impl RiskCalculator for OpenOrders {
    fn measure(&self, seen: &RiskContext<'_>) -> Measure {
        Measure::Fixed(Amount::Count(seen.own.open_orders.saturating_add(1)))
    }
}

/// B1: how far the limit lies on the losing side of the reference price (fresh last, else fresh mid, else previous
/// close), as a fraction of it. A market order has no limit to be off.
#[derive(Debug, Clone, Copy)]
pub struct AdverseDeviation;

impl RiskCalculator for AdverseDeviation {
    fn measure(&self, seen: &RiskContext<'_>) -> Measure {
        let Kind::Limit(limit) = seen.kind else { return Measure::NotApplicable };
        let fair = seen.prices.fair(seen.now, seen.prices.usual_age()).or(seen.prices.prev_close);
        let Some(reference) = fair else { return Measure::Unknown };
        let one = Qty::whole(1);
        let gap = match seen.side {
            Side::Buy => limit.checked_sub(reference),
            Side::Sell => reference.checked_sub(limit),
        };
        let ratio = gap.and_then(|gap| Ratio::of(Money::of(gap, one), Money::of(reference, one)));
        ratio.map_or(Measure::Unknown, |ratio| Measure::Fixed(Amount::Ratio(ratio)))
    }
}

/// B3 for a strategy: the new exposure that all its proposals of the cycle ask for together.
#[derive(Debug, Clone, Copy)]
pub struct CycleAsked;

impl RiskCalculator for CycleAsked {
    fn measure(&self, seen: &RiskContext<'_>) -> Measure {
        seen.own.cycle_notional.map_or(Measure::Unknown, |asked| Measure::Fixed(Amount::Money(asked)))
    }
}

/// B3 for the account: the new exposure of the cycle's orders so far.
#[derive(Debug, Clone, Copy)]
pub struct CycleSent;

impl RiskCalculator for CycleSent {
    fn measure(&self, seen: &RiskContext<'_>) -> Measure {
        match (seen.own.cycle_notional, seen.worth) {
            (Some(before), Some(price)) => Measure::Worth { before, price, free: seen.reducing },
            _ => Measure::Unknown,
        }
    }
}

/// A7: shares to be sold, where the market bans short sales.
#[derive(Debug, Clone, Copy)]
pub struct SharesSold;

impl RiskCalculator for SharesSold {
    fn measure(&self, seen: &RiskContext<'_>) -> Measure {
        if seen.side == Side::Sell && seen.instrument.short_ban {
            Measure::Shares { before: Qty::ZERO, free: Qty::ZERO }
        } else {
            Measure::NotApplicable
        }
    }
}
