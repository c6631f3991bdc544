//! What calculators are: each computes one measure of one proposal or order and decides nothing. They themselves are
//! in `controls`, a file for each group.
//!
//! A calculator sees the owner's own context (its book, its budget, its counts, its pace), the market and the clock. It
//! cannot see a threshold, another strategy's book, the loop, the broker or the state of an order. What it cannot
//! compute is [`Measure::Unknown`], which blocks.

use qts_core::{Amount, Day, Inst, Instrument, Kind, Money, Price, Prices, Qty, Ratio, Side, Tif, Ts};

use crate::pace::Pace;

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
    /// For how long.
    pub tif: Tif,
    /// How many shares are asked for.
    pub asked: Qty,
    /// The part of them that reduces a position.
    pub reducing: Qty,
    /// What one share is valued at: see [`worth`].
    pub worth: Option<Price>,
    /// The owner's own numbers.
    pub own: &'a OwnNumbers,
    /// What the owner did lately, before this cycle.
    pub pace: &'a Pace,
}

impl RiskContext<'_> {
    /// The date on which the order would first trade.
    #[must_use]
    pub fn trading_day(&self) -> Day {
        self.prices.trading_day(self.now)
    }

    /// The most shares that the market takes in one order: at its limit, a market order at the price to judge by.
    /// `None` if the market has no such rule, or nobody knows what it comes to.
    #[must_use]
    pub fn most_at_once(&self) -> Option<Qty> {
        let price = self.kind.limit().or_else(|| self.prices.reference())?;
        self.instrument.most_at_once(price, self.trading_day())
    }
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
    /// What commission and fees add to a purchase.
    pub commission: Ratio,
    /// New exposure asked for in this cycle, this proposal included (strategy) or before this order (account).
    pub cycle_notional: Option<Money>,
    /// Working orders.
    pub open_orders: u64,
    /// Shares of own working orders in the instrument, both sides.
    pub open_qty: Option<Qty>,
    /// Orders of this cycle so far.
    pub cycle_orders: u64,
    /// Those of them that ask for the very same.
    pub cycle_same: u64,
    /// Withdrawals of this cycle.
    pub cycle_cancels: u64,
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
    /// Something that has no levels: if it is so, that is above all of them.
    IsSo(bool),
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
            Self::IsSo(_) | Self::NotApplicable | Self::Unknown => None,
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
pub fn worth(
    (instrument, prices, now): (&Instrument, &Prices, Ts),
    side: Side,
    kind: Kind,
    collar: Option<Ratio>,
) -> Option<Price> {
    let day = prices.trading_day(now);
    match (side, kind) {
        (Side::Buy, Kind::Limit(limit)) => Some(limit),
        (Side::Buy, Kind::Market) if instrument.is_limited(day) => {
            instrument.price_limits(prices.limit_base(now)?, day).map(|(_, upper)| upper)
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
