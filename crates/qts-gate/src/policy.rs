//! Risk policies: named sets of controls with their thresholds, per scope. Data only; nothing here decides.

use std::collections::{BTreeMap, BTreeSet};

use qts_core::{Inst, Money, Prices, Qty, Ratio, Span};

use crate::supervision::Supervision;

/// Up to three levels of one measure. What is missing is filled in by [`Thresholds::resolve`]; no number is ever
/// derived from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds<T> {
    /// Above it: Warn.
    pub warn: Option<T>,
    /// Above it: Reduce to it (plausibility controls have no Reduce).
    pub limit: Option<T>,
    /// Above it: Block.
    pub block: Option<T>,
}

/// The three levels in force; `None` is no level (∞).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Levels<T> {
    /// Value ≤ warn: Pass.
    pub warn: Option<T>,
    /// Value ≤ limit: Warn.
    pub limit: Option<T>,
    /// Value ≤ block: Reduce to limit. Above: Block.
    pub block: Option<T>,
}

/// What a control is for, which decides what a missing `block` means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// A smaller order is still the intended one: a missing `block` is ∞.
    Capacity,
    /// A wrong order is wrong at any size: a missing `block` equals `limit`.
    Plausibility,
}

impl<T> Levels<T> {
    /// No level at all.
    pub(crate) const NONE: Self = Self { warn: None, limit: None, block: None };
}

impl<T: Copy + PartialEq> Thresholds<T> {
    /// Only a `limit`: what a bare number in a policy means.
    pub const fn limit(limit: T) -> Self {
        Self { warn: None, limit: Some(limit), block: None }
    }

    /// The levels in force: a missing `warn` equals `limit`, a missing `limit` equals `block`, a missing `block` is
    /// ∞ for capacity and equals `limit` otherwise; `warn` alone only warns.
    pub fn resolve(&self, nature: Nature) -> Levels<T> {
        let limit = self.limit.or(self.block);
        let block = match nature {
            Nature::Capacity => self.block,
            Nature::Plausibility => self.block.or(limit),
        };
        Levels { warn: self.warn.or(limit), limit, block }
    }

    pub(crate) fn only_warns(&self) -> bool {
        self.limit.is_none() && self.block.is_none()
    }
}

/// A quantity in shares, or in lots of the instrument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderSize {
    /// Shares.
    Shares(Qty),
    /// Lots of the instrument.
    Lots(u32),
}

/// A position size in shares, or worth a share of the equity (strategy scope: of the budget, where there is one).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// Shares.
    Shares(Qty),
    /// Worth this fraction of `day_start_equity` or of the budget.
    Fraction(Ratio),
}

/// An amount of money, or a share of the equity (strategy scope: of the budget, where there is one).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worth {
    /// Money.
    Money(Money),
    /// This fraction of `day_start_equity` or of the budget.
    Fraction(Ratio),
}

/// When an order counts as a slip of the finger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FatFinger {
    /// More than this many times `max_order_qty` or `max_order_notional`.
    pub multiple: Option<Ratio>,
    /// More than this many times the median of the strategy's own orders (at least twenty) in the instrument.
    pub median: Option<Ratio>,
}

/// How old a price may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// So long.
    Span(Span),
    /// So many intervals of the instrument's data; a second stands for one where they come at no regular one.
    Intervals(u32),
}

impl Age {
    /// How long that is for these prices.
    #[must_use]
    pub fn of(self, prices: &Prices) -> Span {
        match self {
            Self::Span(span) => span,
            Self::Intervals(count) => prices.intervals(count),
        }
    }
}

/// How far a price may jump at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Jump {
    /// From one price of a session to the next.
    pub within: Thresholds<Ratio>,
    /// From one session to the first price of the next, or from bar to bar where each is a whole session.
    pub between: Thresholds<Ratio>,
}

impl Jump {
    /// As far at all times.
    #[must_use]
    pub const fn any(levels: Thresholds<Ratio>) -> Self {
        Self { within: levels, between: levels }
    }

    /// The levels, if they are the same at all times.
    #[must_use]
    pub fn at_all_times(self) -> Option<Thresholds<Ratio>> {
        (self.within == self.between).then_some(self.within)
    }
}

/// How much of the usual volume one may ask for; at least one of the two is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Participation {
    /// With one order.
    pub order: Option<Ratio>,
    /// In a session.
    pub day: Option<Ratio>,
    /// Silent where the usual volume is not known? Else only the reducing part is left there.
    pub where_known: bool,
}

/// How fast orders may come: a bucket that each fills by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderRate {
    /// So many it loses in a second.
    pub per_second: Ratio,
    /// So many it holds.
    pub burst: Ratio,
}

/// The controls of one scope; `None` (or `false`) is a control that the policy does not have. Validity controls are
/// not listed: they are always on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Controls {
    /// A3: instruments that may not be traded; empty restricts nothing. Strategy scope only.
    pub restricted: BTreeSet<Inst>,
    /// A4: no order that must trade between sessions. Strategy scope only.
    pub outside_session: bool,
    /// A5: how old the newest price may be. At account scope: how fresh, for two own books to trade at it.
    pub stale_data: Option<Thresholds<Age>>,
    /// A6: the same again within this time. Strategy scope only.
    pub duplicate_order: Option<Span>,
    /// A7: where the market bans short sales, sell only what the book holds.
    pub short_not_allowed: bool,
    /// B1: how far a limit may lie on the losing side of the reference price. Strategy scope only.
    pub price_collar: Option<Thresholds<Ratio>>,
    /// B2: orders far larger than usual. Strategy scope only.
    pub fat_finger: Option<FatFinger>,
    /// B3: new exposure asked for in one cycle.
    pub cycle_notional: Option<Thresholds<Worth>>,
    /// B4: how far the price may jump at once; with it, that it lies inside the day's limits. Strategy scope only.
    pub data_implausible: Option<Jump>,
    /// B5: no market order that adds risk. Strategy scope only.
    pub market_order: bool,
    /// C1: shares per order. Strategy scope only.
    pub max_order_qty: Option<Thresholds<OrderSize>>,
    /// C2: worth of an order.
    pub max_order_notional: Option<Thresholds<Worth>>,
    /// C3: the longest position, working buys counted as filled.
    pub max_long: Option<Thresholds<Size>>,
    /// C3: the shortest position, working sells counted as filled; a magnitude.
    pub max_short: Option<Thresholds<Size>>,
    /// C4: longs plus shorts, worst case.
    pub max_gross_exposure: Option<Thresholds<Worth>>,
    /// C4: the magnitude of longs less shorts, worst case.
    pub max_net_exposure: Option<Thresholds<Worth>>,
    /// C5: cash must cover buys, less this share of it kept back. Account scope only.
    pub buying_power: Option<Ratio>,
    /// C6: share of the usual volume. Strategy scope only.
    pub max_participation: Option<Participation>,
    /// C7: working orders (strategy scope: of the strategy in the instrument).
    pub max_open_orders: Option<Thresholds<u64>>,
    /// D1: how fast orders may come.
    pub order_rate: Option<OrderRate>,
    /// D2: new orders and withdrawals of a session.
    pub message_limit: Option<Thresholds<u64>>,
    /// Phase 5: the simple calculator, and the score above which its gate blocks. Strategy scope only.
    pub max_risk_score: Option<Ratio>,
}

/// A named set of controls: one set for each scope it may be used at, and sets of their own for some instruments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RiskPolicy {
    /// Its name.
    pub id: String,
    /// When it judges a strategy's proposals.
    pub strategy: Controls,
    /// When it judges the account's orders.
    pub account: Controls,
    /// Whole replacements for some instruments: (strategy scope, account scope).
    pub instruments: BTreeMap<Inst, (Controls, Controls)>,
    /// What supervisors outside the gate watch, at either scope.
    pub supervision: Supervision,
}

impl RiskPolicy {
    /// Names of the built-in policies.
    pub const BUILT_IN: [&'static str; 3] = ["conservative", "validity_only", "phase5"];

    /// The built-in policy of that name.
    #[must_use]
    pub fn built_in(id: &str) -> Option<Self> {
        let named = |strategy, account| Self { id: id.to_owned(), strategy, account, ..Self::default() };
        let watched = |policy| Self { supervision: Supervision::conservative(), ..policy };
        match id {
            "conservative" => Some(watched(named(Controls::conservative_strategy(), Controls::conservative_account()))),
            "validity_only" => Some(named(Controls::default(), Controls::default())),
            "phase5" => Some(named(Controls::phase5(), Controls::default())),
            _ => None,
        }
    }

    /// The controls for a strategy's proposal in `inst`.
    #[must_use]
    pub fn strategy_controls(&self, inst: Inst) -> &Controls {
        self.instruments.get(&inst).map_or(&self.strategy, |(strategy, _)| strategy)
    }

    /// The controls for an order of the account in `inst`.
    #[must_use]
    pub fn account_controls(&self, inst: Inst) -> &Controls {
        self.instruments.get(&inst).map_or(&self.account, |(_, account)| account)
    }

    /// Every set of controls that a strategy's proposals may meet.
    pub fn strategy_sets(&self) -> impl Iterator<Item = &Controls> {
        std::iter::once(&self.strategy).chain(self.instruments.values().map(|(strategy, _)| strategy))
    }

    /// Every set of controls that the account's orders may meet.
    pub fn account_sets(&self) -> impl Iterator<Item = &Controls> {
        std::iter::once(&self.account).chain(self.instruments.values().map(|(_, account)| account))
    }
}

/// A percentage as a fraction, for the built-in policies.
const fn percent_tenths(tenths: i64) -> Ratio {
    match Ratio::from_units(tenths * 100_000) {
        Some(ratio) => ratio,
        None => Ratio::MAX,
    }
}

impl Controls {
    const CONSERVATIVE_AGE: Thresholds<Age> =
        Thresholds { warn: Some(Age::Intervals(1)), limit: None, block: Some(Age::Intervals(3)) };

    /// On bars all orders of a slice come at once, so that a strategy of many instruments needs a wide burst.
    const fn conservative_rate(per_second: i32) -> OrderRate {
        OrderRate { per_second: Ratio::whole(per_second), burst: Ratio::whole(20) }
    }

    /// What the collar adds to the value of a market buy: its block.
    pub(crate) fn collar(&self) -> Option<Ratio> {
        self.price_collar.and_then(|collar| collar.resolve(Nature::Plausibility).block)
    }

    /// How old a price may be to count as fresh, for two own books to trade at it and for the collar to be measured from
    /// it: the block of `stale_data`, by default three intervals.
    #[must_use]
    pub fn fresh_age(&self, prices: &Prices) -> Span {
        let block = self.stale_data.and_then(|ages| ages.resolve(Nature::Plausibility).block);
        block.map_or(prices.usual_age(), |age| age.of(prices))
    }

    /// Does a control that may block need to know what an order is worth?
    pub(crate) fn value_orders(&self) -> bool {
        let limits = |worth: Option<Thresholds<Worth>>| worth.is_some_and(|worth| !worth.only_warns());
        limits(self.cycle_notional) || limits(self.max_order_notional) || self.buying_power.is_some()
    }

    /// Tight where nothing is said: one lot per order, small positions, no shorts (`risk-reference.md` §2).
    fn conservative_strategy() -> Self {
        let part = |tenths| Thresholds::limit(Worth::Fraction(percent_tenths(tenths)));
        Self {
            outside_session: true,
            stale_data: Some(Self::CONSERVATIVE_AGE),
            duplicate_order: Some(Span::SECOND.times(10)),
            short_not_allowed: true,
            price_collar: Some(Thresholds {
                warn: Some(percent_tenths(15)),
                limit: None,
                block: Some(percent_tenths(25)),
            }),
            // From day to day a tenth is news as often as it is an error; a half is hardly ever news.
            data_implausible: Some(Jump {
                within: Thresholds::limit(percent_tenths(100)),
                between: Thresholds::limit(percent_tenths(500)),
            }),
            fat_finger: Some(FatFinger { multiple: None, median: Some(Ratio::whole(10)) }),
            cycle_notional: Some(part(200)),
            max_order_qty: Some(Thresholds::limit(OrderSize::Lots(1))),
            max_order_notional: Some(part(50)),
            max_long: Some(Thresholds::limit(Size::Fraction(percent_tenths(50)))),
            max_short: Some(Thresholds::limit(Size::Shares(Qty::ZERO))),
            max_gross_exposure: Some(part(300)),
            max_participation: Some(Participation {
                order: Some(percent_tenths(5)),
                day: Some(percent_tenths(20)),
                where_known: true,
            }),
            max_open_orders: Some(Thresholds::limit(3)),
            order_rate: Some(Self::conservative_rate(1)),
            message_limit: Some(Thresholds::limit(2_000)),
            ..Self::default()
        }
    }

    fn conservative_account() -> Self {
        let part = |tenths| Thresholds::limit(Worth::Fraction(percent_tenths(tenths)));
        Self {
            stale_data: Some(Self::CONSERVATIVE_AGE),
            short_not_allowed: true,
            price_collar: Some(Thresholds {
                warn: Some(percent_tenths(15)),
                limit: None,
                block: Some(percent_tenths(25)),
            }),
            cycle_notional: Some(part(300)),
            max_order_notional: Some(part(50)),
            max_long: Some(Thresholds::limit(Size::Fraction(percent_tenths(100)))),
            max_short: Some(Thresholds::limit(Size::Shares(Qty::ZERO))),
            max_gross_exposure: Some(part(950)),
            buying_power: Some(percent_tenths(20)),
            max_open_orders: Some(Thresholds::limit(20)),
            order_rate: Some(Self::conservative_rate(5)),
            message_limit: Some(Thresholds::limit(2_000)),
            ..Self::default()
        }
    }

    fn phase5() -> Self {
        Self { max_risk_score: Some(percent_tenths(700)), ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jump_has_levels_of_all_times_if_both_are_one() {
        let (near, far) = (Thresholds::limit(percent_tenths(1)), Thresholds::limit(percent_tenths(2)));
        assert_eq!(Jump::any(near).at_all_times(), Some(near));
        assert_eq!(Jump { within: near, between: far }.at_all_times(), None);
    }

    #[test]
    fn missing_levels_are_filled_in_as_the_pages_say() {
        let resolve = |warn, limit, block| {
            let given = Thresholds { warn, limit, block };
            [Nature::Capacity, Nature::Plausibility].map(|nature| {
                let Levels { warn, limit, block } = given.resolve(nature);
                (warn, limit, block)
            })
        };
        let (w, l, b) = (Some(1), Some(2), Some(3));
        assert_eq!(resolve(w, l, b), [(w, l, b); 2]);
        assert_eq!(resolve(None, l, b), [(l, l, b); 2]);
        assert_eq!(resolve(None, None, b), [(b, b, b); 2]);
        assert_eq!(resolve(w, None, b), [(w, b, b); 2]);
        assert_eq!(resolve(None, l, None), [(l, l, None), (l, l, l)]);
        assert_eq!(resolve(w, l, None), [(w, l, None), (w, l, l)]);
        assert_eq!(resolve(w, None, None), [(w, None, None); 2]);
    }

    #[test]
    fn built_in_policies_are_found_by_name_and_no_other_is() {
        for id in RiskPolicy::BUILT_IN {
            assert_eq!(RiskPolicy::built_in(id).map(|policy| policy.id).as_deref(), Some(id));
        }
        assert_eq!(RiskPolicy::built_in("lenient"), None);
        let open = RiskPolicy::built_in("validity_only").map(|policy| (policy.strategy, policy.account));
        assert_eq!(open, Some((Controls::default(), Controls::default())));
    }
}
