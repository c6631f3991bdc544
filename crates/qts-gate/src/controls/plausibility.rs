//! Group B, plausibility: can this be what was meant? What is implausible is wrong at any size, so nothing here reduces
//! to a limit.

use qts_core::{Amount, Code, Kind, Money, Price, Qty, Ratio, Side, Span};

use super::capacity::{OrderNotional, OrderQty};
use super::{Found, Terms};
use crate::levels;
use crate::measure::{Measure, RiskCalculator, RiskContext};
use crate::policy::{Levels, Nature};
use crate::verdict::Action;

pub(super) fn of_strategy(terms: &Terms<'_>, seen: &RiskContext<'_>, found: &mut Found) {
    let controls = terms.controls;
    if let Some(collar) = &controls.price_collar {
        let levels = levels::of_ratio(collar, Nature::Plausibility);
        let deviation = AdverseDeviation { fresh: controls.fresh_age(seen.prices) };
        found.add(Code::PriceCollar, Action::Plausible, levels, deviation.measure(seen));
    }
    if let Some(cycle) = &controls.cycle_notional {
        let levels = levels::of_worth(cycle, Nature::Plausibility, terms.base);
        found.add(Code::CycleNotional, Action::Increase, levels, CycleAsked.measure(seen));
    }
    fat_finger(terms, seen, found);
    if let Some(jump) = &controls.data_implausible {
        let jump = if seen.prices.is_first { &jump.between } else { &jump.within };
        let levels = levels::of_ratio(jump, Nature::Plausibility);
        found.add(Code::DataImplausible, Action::Increase, levels, LastJump.measure(seen));
        if !jump.only_warns() {
            found.add_fact(Code::DataImplausible, Action::Increase, BeyondDailyLimits.measure(seen));
        }
    }
    if controls.market_order {
        found.add_fact(Code::MarketOrder, Action::Increase, WithoutLimit.measure(seen));
    }
}

pub(super) fn of_account(terms: &Terms<'_>, seen: &RiskContext<'_>, found: &mut Found) {
    if let Some(cycle) = &terms.controls.cycle_notional {
        let levels = levels::of_worth(cycle, Nature::Plausibility, terms.base);
        // Plausibility at strategy scope; here it is shared room, reduced to what is left.
        let levels = levels.map(|levels| Levels { block: None, ..levels });
        found.add(Code::CycleNotional, Action::Capacity, levels, CycleSent.measure(seen));
    }
}

/// B2 `fat_finger`: is it a multiple of the order-size limits, or of the usual order?
///
/// - *formula*: shares > `multiple` · `max_order_qty.limit`; worth > `multiple` · `max_order_notional.limit`; shares >
///   `median` · the median of at least twenty own orders in the instrument, as they were asked for, exits left out
/// - *unit*: shares, money
/// - *scope*: strategy
/// - *levels*: the multiples; above one of them refused whole, whatever the limits would leave
/// - *exits*: pass
/// - *conservative*: ten times the median
/// - *source*: B2; SEC 15c3-5(c)(1)(ii)
/// - *write*: `fat_finger = { multiple = "5", median = "10" }`
fn fat_finger(terms: &Terms<'_>, seen: &RiskContext<'_>, found: &mut Found) {
    let Some(fat_finger) = terms.controls.fat_finger else { return };
    let mut add = |levels, measure| found.add(Code::FatFinger, Action::PlausibleSize, levels, measure);
    if let Some(multiple) = fat_finger.multiple {
        let of = |levels: Option<Levels<Amount>>| {
            levels.map(|levels| levels.limit.and_then(|limit| levels::times(limit, multiple)))
        };
        if let Some(qty) = &terms.controls.max_order_qty {
            let limit = of(levels::of_order_size(qty, seen.instrument));
            bounded(limit).into_iter().for_each(|levels| add(levels, OrderQty.measure(seen)));
        }
        if let Some(worth) = &terms.controls.max_order_notional {
            let limit = of(levels::of_worth(worth, Nature::Capacity, terms.base));
            bounded(limit).into_iter().for_each(|levels| add(levels, OrderNotional.measure(seen)));
        }
    }
    if let Some((multiple, median)) = fat_finger.median.zip(seen.own.median_order) {
        add(levels::times(Amount::Qty(median), multiple).map(levels::block_at), OrderQty.measure(seen));
    }
}

/// A multiple of a limit as a block: no limit, no multiple; a limit without a value blocks.
fn bounded(limit: Option<Option<Amount>>) -> Option<Option<Levels<Amount>>> {
    match limit {
        None => Some(None),
        Some(None) => None,
        Some(Some(limit)) => Some(Some(levels::block_at(limit))),
    }
}

/// B1 `price_collar`: how far does the limit lie on the losing side?
///
/// - *formula*: for a buy (limit − reference) / reference, for a sale (reference − limit) / reference; the reference is
///   the last trade if fresh, else the fresh mid, else whichever of previous close, last trade and mid makes it the most.
///   Fresh is what is not older than the block of the same policy's `stale_data`, by default three intervals of the data,
///   3 s for quotes and trades
/// - *unit*: a fraction of the reference
/// - *scope*: strategy; at account scope its `block` adds to what a market buy is valued at
/// - *levels*: above `warn` a warning; above `block` refused whole; a market order has no limit to be off
/// - *unknown*: without a fresh price and without a previous close it is refused
/// - *exits*: refused above `block`, too: mispriced is mispriced
/// - *conservative*: warn 1.5 %, block 2.5 %
/// - *source*: B1; RTS 6 Art. 15
/// - *write*: `price_collar = { warn = "1.5%", block = "2.5%" }`
#[derive(Debug, Clone, Copy)]
pub struct AdverseDeviation {
    /// How old a price may be to be measured from alone.
    pub fresh: Span,
}

impl RiskCalculator for AdverseDeviation {
    fn measure(&self, seen: &RiskContext<'_>) -> Measure {
        let Kind::Limit(limit) = seen.kind else { return Measure::NotApplicable };
        let prices = seen.prices;
        if let Some(fair) = prices.fair(seen.now, self.fresh) {
            return adverse(seen.side, limit, fair).map_or(Measure::Unknown, Measure::Fixed);
        }
        let Some(close) = prices.prev_close else { return Measure::Unknown };
        let last = prices.last.map(|(price, _)| price);
        let mid = prices.quote.map(|(bid, ask, _)| bid.mid(ask));
        let deviations = [Some(close), last, mid].into_iter().flatten().map(|from| adverse(seen.side, limit, from));
        let worst = deviations.collect::<Option<Vec<Amount>>>().and_then(|all| all.into_iter().max());
        worst.map_or(Measure::Unknown, Measure::Fixed)
    }
}

/// How far a limit lies on the losing side of a price, as a fraction of it.
fn adverse(side: Side, limit: Price, from: Price) -> Option<Amount> {
    let gap = match side {
        Side::Buy => limit.checked_sub(from),
        Side::Sell => from.checked_sub(limit),
    };
    ratio(gap, from)
}

fn ratio(gap: Option<Price>, of: Price) -> Option<Amount> {
    let one = Qty::whole(1);
    gap.and_then(|gap| Ratio::of(Money::of(gap, one), Money::of(of, one))).map(Amount::Ratio)
}

fn fraction(gap: Option<Price>, of: Price) -> Measure {
    ratio(gap, of).map_or(Measure::Unknown, Measure::Fixed)
}

/// B3 `cycle_notional` for a strategy: how much new exposure do all its proposals of the cycle ask for together?
///
/// - *formula*: Σ increasing part · worth of a share, over what it asks in the cycle, before any other control
/// - *unit*: money, or percent of the budget or the day's equity
/// - *scope*: strategy
/// - *levels*: above `warn` a warning; above `block` every one of its intents of the cycle is cut to its reducing part
/// - *unknown*: where one of its intents cannot be valued, only the reducing parts of all are left
/// - *exits*: pass
/// - *conservative*: 20 %
/// - *source*: B3; SEC 15c3-5(c)(1)(ii)
/// - *write*: `cycle_notional = { warn = "15%", block = "20%" }`
#[derive(Debug, Clone, Copy)]
pub struct CycleAsked;

impl RiskCalculator for CycleAsked {
    fn measure(&self, seen: &RiskContext<'_>) -> Measure {
        seen.own.cycle_notional.map_or(Measure::Unknown, |asked| Measure::Fixed(Amount::Money(asked)))
    }
}

/// B3 `cycle_notional` for the account: how much new exposure do the cycle's orders so far add up to?
///
/// - *formula*: Σ increasing part · worth of a share, over the orders before this one, and this one
/// - *unit*: money, or percent of the day's equity
/// - *scope*: account
/// - *levels*: above `warn` a warning; above `limit` (or `block`, which is read as the same) reduced to the room that
///   is left
/// - *exits*: never cut
/// - *conservative*: 30 %
/// - *source*: B3
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

/// B4 `data_implausible`: how far did the price jump?
///
/// - *formula*: |price − price before it| / price before it; the price is the last trade, or the mid where there is
///   none. The first price of all has none before it to jump from
/// - *unit*: a fraction of the price before
/// - *scope*: strategy
/// - *levels*: above `warn` a warning; above `block` only the reducing part is left. `between` holds for the first
///   price of a session, and so for bars of a whole session, `within` for all others; a single value holds for both
/// - *exits*: pass
/// - *conservative*: 10 % within a session, 50 % from one to the next
/// - *source*: B4
/// - *write*: `data_implausible = { within = "10%", between = "30%" }`
#[derive(Debug, Clone, Copy)]
pub struct LastJump;

impl RiskCalculator for LastJump {
    fn measure(&self, seen: &RiskContext<'_>) -> Measure {
        let Some((price, before)) = seen.prices.reference().zip(seen.prices.before) else {
            return Measure::NotApplicable;
        };
        fraction(price.checked_sub(before).map(Price::abs), before)
    }
}

/// B4 `data_implausible`: does the price lie outside its day's limits?
///
/// - *formula*: price < lower limit − r ∨ price > upper limit + r, of the session of the last trade; the price is that
///   of the jump; r is a tick and 0.3 % of the previous close: adjusted prices miss the limit of their day by rounding
/// - *unit*: none
/// - *scope*: strategy
/// - *levels*: none; only the reducing part is left. Where the jump may only warn, this is left out
/// - *unknown*: where the market has limits and no previous close is known, only the reducing part is left
/// - *exits*: pass
/// - *conservative*: with the jump
/// - *source*: B4
#[derive(Debug, Clone, Copy)]
pub struct BeyondDailyLimits;

impl RiskCalculator for BeyondDailyLimits {
    fn measure(&self, seen: &RiskContext<'_>) -> Measure {
        let day = seen.prices.price_day();
        let Some(price) = seen.prices.reference().filter(|_| seen.instrument.is_limited(day)) else {
            return Measure::NotApplicable;
        };
        let base = seen.prices.base.or(seen.prices.prev_close);
        let possible = base.and_then(|base| seen.instrument.plausible_prices(base, day));
        possible.map_or(Measure::Unknown, |(lower, upper)| Measure::IsSo(price < lower || price > upper))
    }
}

/// B5 `market_order`: does the order have no limit?
///
/// - *formula*: it is a market order
/// - *unit*: none
/// - *scope*: strategy
/// - *levels*: none; only the reducing part is left; orders are never converted
/// - *exits*: pass
/// - *conservative*: off (a market order is valued at its worst price)
/// - *source*: B5
/// - *write*: `market_order = "block"`
#[derive(Debug, Clone, Copy)]
pub struct WithoutLimit;

impl RiskCalculator for WithoutLimit {
    fn measure(&self, seen: &RiskContext<'_>) -> Measure {
        Measure::IsSo(seen.kind == Kind::Market)
    }
}
