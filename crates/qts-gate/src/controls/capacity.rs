//! Group C, capacity: how much of it is there room for? A smaller order is still the intended one, so these reduce.

use qts_core::{Amount, Code, Money, Qty, Ratio, Side};

use super::{Found, Terms};
use crate::levels;
use crate::measure::{Measure, RiskCalculator, RiskContext};
use crate::policy::{Levels, Nature, Participation};
use crate::verdict::Action;

pub(super) fn of_strategy(terms: &Terms<'_>, seen: &RiskContext<'_>, found: &mut Found) {
    let controls = terms.controls;
    if let Some(qty) = &controls.max_order_qty {
        let levels = levels::of_order_size(qty, seen.instrument);
        found.add(Code::MaxOrderQty, Action::OrderSize, levels, OrderQty.measure(seen));
    }
    order_notional(terms, Action::OrderSize, seen, found);
    open_orders(terms, seen, found);
    positions(terms, seen, found);
    if let Some(budget) = terms.budget {
        let levels = Some(levels::limit_at(Amount::Money(budget)));
        found.add(Code::Budget, Action::Capacity, levels, BudgetUse.measure(seen));
    }
    if let Some(participation) = &controls.max_participation {
        shares_of_volume(participation, seen, found);
    }
}

pub(super) fn of_account(terms: &Terms<'_>, seen: &RiskContext<'_>, found: &mut Found) {
    order_notional(terms, Action::OrderSizeReduceOnly, seen, found);
    open_orders(terms, seen, found);
    positions(terms, seen, found);
    if let Some((buffer, cash)) = terms.controls.buying_power.zip(terms.cash) {
        let kept = cash.abs().checked_mul(buffer);
        let levels = kept.map(|kept| levels::limit_at(Amount::Money(cash - kept)));
        found.add(Code::BuyingPower, Action::Capacity, levels, CashUse.measure(seen));
    }
}

fn order_notional(terms: &Terms<'_>, action: Action, seen: &RiskContext<'_>, found: &mut Found) {
    if let Some(worth) = &terms.controls.max_order_notional {
        let levels = levels::of_worth(worth, Nature::Capacity, terms.base);
        found.add(Code::MaxOrderNotional, action, levels, OrderNotional.measure(seen));
    }
}

fn open_orders(terms: &Terms<'_>, seen: &RiskContext<'_>, found: &mut Found) {
    if let Some(count) = &terms.controls.max_open_orders {
        let levels = levels::of_count(count, Nature::Capacity);
        found.add(Code::MaxOpenOrders, Action::Increase, levels, OpenOrders.measure(seen));
    }
}

fn positions(terms: &Terms<'_>, seen: &RiskContext<'_>, found: &mut Found) {
    let controls = terms.controls;
    let mut add = |code, levels, measure| found.add(code, Action::Capacity, levels, measure);
    for (code, thresholds, grows_by) in
        [(Code::MaxLong, &controls.max_long, Side::Buy), (Code::MaxShort, &controls.max_short, Side::Sell)]
    {
        if let Some(thresholds) = thresholds {
            let (in_money, levels) = levels::of_size(thresholds, terms.base);
            add(code, levels, PositionSize { grows_by, in_money }.measure(seen));
        }
    }
    if let Some(gross) = &controls.max_gross_exposure {
        let levels = levels::of_worth(gross, Nature::Capacity, terms.base);
        add(Code::MaxGrossExposure, levels, GrossExposure.measure(seen));
    }
    if let Some(net) = &controls.max_net_exposure {
        let levels = levels::of_worth(net, Nature::Capacity, terms.base);
        add(Code::MaxNetExposure, levels, NetExposure.measure(seen));
    }
}

/// C6 `max_participation` of one order, in whole lots of a share of the usual volume; of the day: [`SharesOfDay`].
fn shares_of_volume(participation: &Participation, seen: &RiskContext<'_>, found: &mut Found) {
    let adv = seen.prices.adv20;
    if adv.is_none() {
        if !participation.where_known {
            found.add(Code::MaxParticipation, Action::Capacity, None, Measure::Unknown);
        }
        return;
    }
    let lot = seen.instrument.lot;
    let levels = |share: Ratio| -> Option<Levels<Amount>> {
        let Some(Amount::Qty(most)) = levels::times(Amount::Qty(adv?), share) else { return None };
        Some(levels::limit_at(Amount::Qty(most.floor_to(lot))))
    };
    if let Some(order) = participation.order {
        found.add(Code::MaxParticipation, Action::Capacity, levels(order), OrderQty.measure(seen));
    }
    if let Some(day) = participation.day {
        found.add(Code::MaxParticipation, Action::Capacity, levels(day), SharesOfDay.measure(seen));
    }
}

/// C1 `max_order_qty`: how many shares is the order for?
///
/// - *formula*: q, the shares asked for
/// - *unit*: shares, or lots as in `"1 lot"`
/// - *scope*: strategy
/// - *levels*: above `warn` a warning; above `limit` reduced to it; above `block` refused whole
/// - *exits*: sliced to `limit`, a lot at the least, never refused
/// - *conservative*: limit of one lot
/// - *source*: C1; RTS 6 Art. 15
/// - *write*: `max_order_qty = { warn = "40", limit = "50", block = "500" }`
#[derive(Debug, Clone, Copy)]
pub struct OrderQty;

impl RiskCalculator for OrderQty {
    fn measure(&self, _: &RiskContext<'_>) -> Measure {
        Measure::Shares { before: Qty::ZERO, free: Qty::ZERO }
    }
}

/// C2 `max_order_notional`: what is the order worth?
///
/// - *formula*: q · worth of a share: for a sale the higher of limit and last price, for a limit buy its limit, for a
///   market buy the most that it could cost
/// - *unit*: money, or percent of the budget or the day's equity
/// - *scope*: strategy and account
/// - *levels*: above `warn` a warning; above `limit` reduced to it; above `block` refused whole (at account scope it
///   only reduces)
/// - *unknown*: what cannot be valued is refused (`no_market_data`), an exit, too
/// - *exits*: sliced to `limit`, a lot at the least, never refused
/// - *conservative*: limit of 5 %
/// - *source*: C2; RTS 6 Art. 15
/// - *write*: `max_order_notional = { limit = "5%", block = "25%" }`
#[derive(Debug, Clone, Copy)]
pub struct OrderNotional;

impl RiskCalculator for OrderNotional {
    fn measure(&self, seen: &RiskContext<'_>) -> Measure {
        let worth = |price| Measure::Worth { before: Money::ZERO, price, free: Qty::ZERO };
        seen.worth.map_or(Measure::Unknown, worth)
    }
}

/// C3 `max_long` and `max_short`: how long or short would the position be, all working orders filled?
///
/// - *formula*: for a buy p + OB + q, for a sale OS − p + q (p: the position, OB and OS: working buys and sales); the
///   account sums its books' longs and its books' shorts
/// - *unit*: shares; or money at the mark, as percent of the budget or the day's equity
/// - *scope*: strategy and account
/// - *levels*: above `warn` a warning; above `limit` reduced to the room that is left; above `block`, where there is
///   one, to the reducing part
/// - *exits*: never cut
/// - *conservative*: long 5 % of equity for a strategy, 10 % for the account; short 0
/// - *source*: C3; SEC 15c3-5(c)(1)(i)
/// - *write*: `max_long = { warn = "800", limit = "1000" }`
/// - *write*: `max_short = "0"`
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

/// C4 `max_gross_exposure`: what is everything held worth, longs plus shorts, in the worst case?
///
/// - *formula*: Σ max(|p + OB|, |p − OS|) · mark; what reduces adds nothing
/// - *unit*: money, or percent of the budget or the day's equity
/// - *scope*: strategy and account
/// - *levels*: above `warn` a warning; above `limit` reduced to the room that is left; above `block`, where there is
///   one, to the reducing part
/// - *unknown*: where something held has no price, only the reducing part is left
/// - *exits*: never cut
/// - *conservative*: 30 % for a strategy, 95 % for the account
/// - *source*: C4; SEC 15c3-5(c)(1)(i)
/// - *write*: `max_gross_exposure = { warn = "25%", limit = "30%" }`
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

/// C4 `max_net_exposure`: what are the longs less the shorts worth (for a sale the shorts less the longs)?
///
/// - *formula*: Σ (p + OB) · mark, for a sale Σ (OS − p) · mark
/// - *unit*: money, or percent of the budget or the day's equity
/// - *scope*: strategy and account
/// - *levels*: above `warn` a warning; above `limit` reduced to the room that is left; above `block`, where there is
///   one, to the reducing part
/// - *unknown*: where something held has no price, only the reducing part is left
/// - *exits*: never cut
/// - *conservative*: off
/// - *source*: C4
/// - *write*: `max_net_exposure = "20%"`
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

/// C5 `budget`: what would the strategy's book have cost?
///
/// - *formula*: cost of what is held and of what working orders add, plus worth · (1 + commission) of each further
///   share; what reduces a position costs nothing
/// - *unit*: money
/// - *scope*: strategy, where it has a budget
/// - *levels*: the budget is the limit; reduced to the room that is left
/// - *exits*: never cut
/// - *conservative*: no policy says it: each strategy has its own, or none
/// - *source*: C5
/// - *write*: `budget = "20000000"`
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

/// C5 `buying_power`: what may working buys and this cycle's cost? Sales free nothing before they fill.
///
/// - *formula*: Σ worth · (1 + commission) of open buys and of this cycle's so far, plus this one's
/// - *unit*: money
/// - *scope*: account
/// - *levels*: the cash less the buffer is the limit; reduced to the room that is left
/// - *exits*: never cut; a sale needs no cash
/// - *conservative*: buffer of 2 %
/// - *source*: C5; SEC 15c3-5(c)(1)(i)
/// - *write*: `buying_power = { buffer = "2%" }`
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

/// C6 `max_participation.day`: how many shares would the strategy have asked of the market today?
///
/// - *formula*: traded in this session (both sides, internal crosses apart) + working + q, against ⌊`day` · ADV20⌋; the
///   order alone (q) against ⌊`order` · ADV20⌋, both in whole lots. ADV20 is the mean volume of the twenty sessions
///   before today
/// - *unit*: shares; the levels are percent of ADV20
/// - *scope*: strategy
/// - *levels*: two limits; reduced to the room that is left
/// - *unknown*: without ADV20 only the reducing part is left; with `where_known = true` it is silent until then
/// - *exits*: never cut
/// - *conservative*: order 0.5 %, day 2 %, where ADV20 is known
/// - *source*: C6
/// - *write*: `max_participation = { order = "0.5%", day = "2%" }`
#[derive(Debug, Clone, Copy)]
pub struct SharesOfDay;

impl RiskCalculator for SharesOfDay {
    fn measure(&self, seen: &RiskContext<'_>) -> Measure {
        let done = seen.pace.traded(seen.inst);
        let before = seen.own.open_qty.and_then(|open| open.checked_add(done));
        before.map_or(Measure::Unknown, |before| Measure::Shares { before, free: Qty::ZERO })
    }
}

/// C7 `max_open_orders`: how many orders would be working?
///
/// - *formula*: working orders + this cycle's so far + 1
/// - *unit*: count
/// - *scope*: strategy (its own in the instrument) and account (all)
/// - *levels*: above `warn` a warning; above `limit` only the reducing part is left
/// - *exits*: never cut
/// - *conservative*: 3 for a strategy in an instrument, 20 for the account
/// - *source*: C7
/// - *write*: `max_open_orders = { warn = 2, limit = 3 }`
#[derive(Debug, Clone, Copy)]
pub struct OpenOrders;

impl RiskCalculator for OpenOrders {
    fn measure(&self, seen: &RiskContext<'_>) -> Measure {
        Measure::Fixed(Amount::Count(seen.own.open_orders.saturating_add(1)))
    }
}
