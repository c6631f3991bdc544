//! Which policy is tighter: a partial order, one scope at a time.
//!
//! Of one proposal and at one scope, a tighter policy never admits more (a property test holds this against the
//! gate). Over several proposals that is not so, and cannot be: a smaller first order leaves room for a second.
//! What does not compare (shares with percentages) counts as loosening; a reason settles it. So does a warning that comes
//! later or not at all, while warnings are counted (`warn_escalation`).

use std::collections::BTreeSet;

use qts_core::{Code, Inst, Qty, Ratio, Scope};

use crate::policy::{
    Age, Controls, FatFinger, Jump, Levels, Nature, OrderRate, OrderSize, Participation, RiskPolicy, Size, Thresholds,
    Worth,
};
use crate::supervision::{RepeatedExecution, Supervision, Within};

/// Does `new` admit nothing at this scope that `old` does not?
#[must_use]
pub fn is_tighter(scope: Scope, new: &RiskPolicy, old: &RiskPolicy) -> bool {
    loosened(scope, new, old).is_empty()
}

/// The controls by which `new` may admit more than `old` at this scope, in their fixed order. Arbitration has no
/// policy, so there nothing is ever loosened.
#[must_use]
pub fn loosened(scope: Scope, new: &RiskPolicy, old: &RiskPolicy) -> Vec<Code> {
    let mut found = BTreeSet::new();
    let own: BTreeSet<Inst> = new.instruments.keys().chain(old.instruments.keys()).copied().collect();
    match scope {
        Scope::Arbitration => {}
        Scope::Strategy => {
            let both = |new: &Controls, old: &Controls| {
                let measures_as_before = old.price_collar.is_none() || is_as_fresh(new, old);
                let collar = (!measures_as_before).then_some(Code::PriceCollar);
                controls(new, old).into_iter().chain(collar).collect::<Vec<Code>>()
            };
            found.extend(both(&new.strategy, &old.strategy));
            let each = |inst| both(new.strategy_controls(inst), old.strategy_controls(inst));
            found.extend(own.iter().copied().flat_map(each));
            found.extend(of_strategies(&new.supervision, &old.supervision));
            let warns = |inst| warns_as_early(new.strategy_controls(inst), old.strategy_controls(inst));
            let warns_everywhere = warns_as_early(&new.strategy, &old.strategy) && own.iter().copied().all(warns);
            found.extend(
                (old.supervision.warn_escalation.is_some() && !warns_everywhere).then_some(Code::WarnEscalation),
            );
        }
        Scope::Account => {
            let both = |new: &Controls, old: &Controls| {
                let crosses = is_as_fresh(new, old);
                controls(new, old).into_iter().chain((!crosses).then_some(Code::StaleData)).collect::<Vec<Code>>()
            };
            found.extend(both(&new.account, &old.account));
            let each = |inst| both(new.account_controls(inst), old.account_controls(inst));
            found.extend(own.iter().copied().flat_map(each));
            found.extend(of_accounts(&new.supervision, &old.supervision));
        }
    }
    found.into_iter().collect()
}

/// The controls of one set that are looser than in another. Warnings admit nothing and do not count here.
fn controls(new: &Controls, old: &Controls) -> Vec<Code> {
    // Taken apart so that a new control does not compile until it is compared here.
    let Controls {
        restricted,
        outside_session,
        stale_data,
        duplicate_order,
        short_not_allowed,
        price_collar,
        fat_finger,
        cycle_notional,
        data_implausible,
        market_order,
        max_order_qty,
        max_order_notional,
        max_long,
        max_short,
        max_gross_exposure,
        max_net_exposure,
        buying_power,
        max_participation,
        max_open_orders,
        order_rate,
        message_limit,
        max_risk_score,
    } = new;
    let (capacity, plausible) = (Nature::Capacity, Nature::Plausibility);
    let collar_is_tighter = levels(price_collar, &old.price_collar, plausible) && values_as_before(new, old);
    let score_is_tighter = at_most(*max_risk_score, old.max_risk_score) && leaves_scores_alone(new, old);
    let compared = [
        (Code::Restricted, restricted.is_superset(&old.restricted)),
        (Code::OutsideSession, *outside_session || !old.outside_session),
        (Code::StaleData, levels(stale_data, &old.stale_data, plausible)),
        (Code::DuplicateOrder, at_least(*duplicate_order, old.duplicate_order)),
        (Code::DataImplausible, jump(*data_implausible, old.data_implausible)),
        (Code::MarketOrder, *market_order || !old.market_order),
        (Code::MaxParticipation, participation(*max_participation, old.max_participation)),
        (Code::OrderRate, rate(*order_rate, old.order_rate)),
        (Code::MessageLimit, levels(message_limit, &old.message_limit, plausible)),
        (Code::ShortNotAllowed, *short_not_allowed || !old.short_not_allowed),
        (Code::PriceCollar, collar_is_tighter),
        (Code::FatFinger, finger(*fat_finger, old.fat_finger)),
        (Code::CycleNotional, levels(cycle_notional, &old.cycle_notional, plausible)),
        (Code::MaxOrderQty, levels(max_order_qty, &old.max_order_qty, capacity)),
        (Code::MaxOrderNotional, levels(max_order_notional, &old.max_order_notional, capacity)),
        (Code::MaxLong, levels(max_long, &old.max_long, capacity)),
        (Code::MaxShort, levels(max_short, &old.max_short, capacity)),
        (Code::MaxGrossExposure, levels(max_gross_exposure, &old.max_gross_exposure, capacity)),
        (Code::MaxNetExposure, levels(max_net_exposure, &old.max_net_exposure, capacity)),
        (Code::BuyingPower, at_least(*buying_power, old.buying_power)),
        (Code::MaxOpenOrders, levels(max_open_orders, &old.max_open_orders, capacity)),
        (Code::RiskScoreExceeded, score_is_tighter),
    ];
    compared.into_iter().filter(|(_, is_tighter)| !is_tighter).map(|(code, _)| code).collect()
}

/// Market buys are valued at the collar's block: under a narrower one each share counts for less, so that limits in
/// money make room. A budget is one, and no policy knows it: the collar's block must stay, or come where none was.
fn values_as_before(new: &Controls, old: &Controls) -> bool {
    old.collar().is_none() || new.collar() == old.collar()
}

/// The score is judged on what the caps leave: a smaller cap may save the rest from it.
fn leaves_scores_alone(new: &Controls, old: &Controls) -> bool {
    let without = |set: &Controls| Controls { max_risk_score: None, ..set.clone() };
    old.max_risk_score.is_none() || without(new) == without(old)
}

/// Is every level that cuts or blocks at most what it was?
fn levels<T: Comparable>(new: &Option<Thresholds<T>>, old: &Option<Thresholds<T>>, nature: Nature) -> bool {
    let Some(old) = old else { return true };
    let Levels { limit, block, .. } = old.resolve(nature);
    let now = new.map(|new| new.resolve(nature));
    let below = |now: Option<T>, before: Option<T>| match (now, before) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(now), Some(before)) => now.is_at_most(before),
    };
    below(now.and_then(|now| now.limit), limit) && below(now.and_then(|now| now.block), block)
}

fn finger(new: Option<FatFinger>, old: Option<FatFinger>) -> bool {
    let Some(old) = old else { return true };
    let part = |of: fn(FatFinger) -> Option<Ratio>| at_most(new.and_then(of), of(old));
    part(|finger| finger.multiple) && part(|finger| finger.median)
}

/// Not farther, neither within a session nor between two.
fn jump(new: Option<Jump>, old: Option<Jump>) -> bool {
    let part = |of: fn(Jump) -> Thresholds<Ratio>| levels(&new.map(of), &old.map(of), Nature::Plausibility);
    part(|jump| jump.within) && part(|jump| jump.between)
}

/// Not more of the usual volume, and silent without one only where it was before.
fn participation(new: Option<Participation>, old: Option<Participation>) -> bool {
    let (Some(new), Some(old)) = (new, old) else { return old.is_none() };
    at_most(new.order, old.order) && at_most(new.day, old.day) && (old.where_known || !new.where_known)
}

fn rate(new: Option<OrderRate>, old: Option<OrderRate>) -> bool {
    let part = |of: fn(OrderRate) -> Ratio| at_most(new.map(of), old.map(of));
    part(|rate| rate.per_second) && part(|rate| rate.burst)
}

/// Is no older price taken for fresh? Two own books trade at a fresh price, and the collar is measured from it alone; it
/// is not older than three intervals, if the policy says no other age.
fn is_as_fresh(new: &Controls, old: &Controls) -> bool {
    let usual = Thresholds::limit(Age::Intervals(3));
    let block = |ages: Option<Thresholds<Age>>| {
        let block = ages.and_then(|ages| ages.resolve(Nature::Plausibility).block);
        Some(block.map_or(usual, Thresholds::limit))
    };
    levels(&block(new.stale_data), &block(old.stale_data), Nature::Plausibility)
}

/// Does every control warn no later than before, or cut or block there? Who counts warnings would be blind otherwise.
fn warns_as_early(new: &Controls, old: &Controls) -> bool {
    let (capacity, plausible) = (Nature::Capacity, Nature::Plausibility);
    let jump = |of: fn(Jump) -> Thresholds<Ratio>| {
        warns(&new.data_implausible.map(of), &old.data_implausible.map(of), plausible)
    };
    [
        warns(&new.stale_data, &old.stale_data, plausible),
        warns(&new.price_collar, &old.price_collar, plausible),
        warns(&new.cycle_notional, &old.cycle_notional, plausible),
        jump(|jump| jump.within),
        jump(|jump| jump.between),
        warns(&new.message_limit, &old.message_limit, plausible),
        warns(&new.max_order_qty, &old.max_order_qty, capacity),
        warns(&new.max_order_notional, &old.max_order_notional, capacity),
        warns(&new.max_long, &old.max_long, capacity),
        warns(&new.max_short, &old.max_short, capacity),
        warns(&new.max_gross_exposure, &old.max_gross_exposure, capacity),
        warns(&new.max_net_exposure, &old.max_net_exposure, capacity),
        warns(&new.max_open_orders, &old.max_open_orders, capacity),
    ]
    .into_iter()
    .all(|is_as_early| is_as_early)
}

/// Is one of the levels at most where it warned before?
fn warns<T: Comparable>(new: &Option<Thresholds<T>>, old: &Option<Thresholds<T>>, nature: Nature) -> bool {
    let Some(before) = old.and_then(|old| old.resolve(nature).warn) else { return true };
    let Some(Levels { warn, limit, block }) = new.map(|new| new.resolve(nature)) else { return false };
    [warn, limit, block].into_iter().flatten().any(|level| level.is_at_most(before))
}

/// Supervisors of a strategy that are looser than before.
fn of_strategies(new: &Supervision, old: &Supervision) -> Vec<Code> {
    let part = |of: fn(RepeatedExecution) -> Option<u64>| {
        at_most(new.repeated_execution.and_then(of), old.repeated_execution.and_then(of))
    };
    let compared = [
        (Code::RepeatedExecution, part(|it| it.same) && part(|it| it.session)),
        (Code::FailureBreaker, within(new.failure_breaker, old.failure_breaker)),
        (Code::WarnEscalation, within(new.warn_escalation, old.warn_escalation)),
    ];
    compared.into_iter().filter(|(_, is_tighter)| !is_tighter).map(|(code, _)| code).collect()
}

/// Supervisors of an account that are looser than before.
fn of_accounts(new: &Supervision, old: &Supervision) -> Vec<Code> {
    let compared = [
        (Code::DailyLoss, levels(&new.daily_loss, &old.daily_loss, Nature::Plausibility)),
        (Code::Drawdown, levels(&new.drawdown, &old.drawdown, Nature::Plausibility)),
    ];
    compared.into_iter().filter(|(_, is_tighter)| !is_tighter).map(|(code, _)| code).collect()
}

/// Fewer in a longer window.
fn within(new: Option<Within>, old: Option<Within>) -> bool {
    old.is_none_or(|old| new.is_some_and(|new| new.count <= old.count && new.window >= old.window))
}

fn at_most<T: PartialOrd>(new: Option<T>, old: Option<T>) -> bool {
    old.is_none_or(|old| new.is_some_and(|new| new <= old))
}

fn at_least<T: PartialOrd>(new: Option<T>, old: Option<T>) -> bool {
    old.is_none_or(|old| new.is_some_and(|new| new >= old))
}

/// A level that compares with another of its kind, if both have one unit.
trait Comparable: Copy + PartialEq {
    fn is_at_most(self, other: Self) -> bool;
}

impl Comparable for u64 {
    fn is_at_most(self, other: Self) -> bool {
        self <= other
    }
}

impl Comparable for Ratio {
    fn is_at_most(self, other: Self) -> bool {
        self <= other
    }
}

impl Comparable for Age {
    fn is_at_most(self, other: Self) -> bool {
        match (self, other) {
            (Self::Span(one), Self::Span(other)) => one <= other,
            (Self::Intervals(one), Self::Intervals(other)) => one <= other,
            _ => false,
        }
    }
}

impl Comparable for OrderSize {
    fn is_at_most(self, other: Self) -> bool {
        match (self, other) {
            (Self::Shares(one), Self::Shares(other)) => one <= other,
            (Self::Lots(one), Self::Lots(other)) => one <= other,
            // Nothing is nothing in any unit.
            (Self::Shares(Qty::ZERO), Self::Lots(_)) | (Self::Lots(0), Self::Shares(_)) => true,
            _ => false,
        }
    }
}

impl Comparable for Size {
    fn is_at_most(self, other: Self) -> bool {
        match (self, other) {
            (Self::Shares(one), Self::Shares(other)) => one <= other,
            (Self::Fraction(one), Self::Fraction(other)) => one <= other,
            _ => false,
        }
    }
}

impl Comparable for Worth {
    fn is_at_most(self, other: Self) -> bool {
        match (self, other) {
            (Self::Money(one), Self::Money(other)) => one <= other,
            (Self::Fraction(one), Self::Fraction(other)) => one <= other,
            _ => false,
        }
    }
}
