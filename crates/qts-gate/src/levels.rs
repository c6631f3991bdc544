//! Thresholds of a policy turned into amounts of the measure's own unit.

use qts_core::{Amount, Instrument, Money, Prices, Qty, Ratio, SCALE};

use crate::policy::{Age, Levels, Nature, OrderSize, Size, Thresholds, Worth};

/// All levels through one conversion; `None` if `limit` or `block` has no value. A warning without one is not given.
fn convert<T: Copy + PartialEq>(
    thresholds: &Thresholds<T>,
    nature: Nature,
    to: impl Fn(T) -> Option<Amount>,
) -> Option<Levels<Amount>> {
    let levels = thresholds.resolve(nature);
    let one = |level: Option<T>| match level {
        None => Some(None),
        Some(level) => to(level).map(Some),
    };
    Some(Levels { warn: levels.warn.and_then(&to), limit: one(levels.limit)?, block: one(levels.block)? })
}

/// Levels in money; percentages are of `base`.
pub(crate) fn of_worth(thresholds: &Thresholds<Worth>, nature: Nature, base: Option<Money>) -> Option<Levels<Amount>> {
    convert(thresholds, nature, |worth| match worth {
        Worth::Money(money) => Some(Amount::Money(money)),
        Worth::Fraction(ratio) => base?.checked_mul(ratio).map(Amount::Money),
    })
}

/// Levels of a position size, in shares or in money where a percentage of `base` is given, and which of the two. A
/// mixture has no value.
pub(crate) fn of_size(thresholds: &Thresholds<Size>, base: Option<Money>) -> (bool, Option<Levels<Amount>>) {
    let in_money = [thresholds.warn, thresholds.limit, thresholds.block]
        .iter()
        .any(|level| matches!(level, Some(Size::Fraction(_))));
    let levels = convert(thresholds, Nature::Capacity, |size| match size {
        Size::Shares(qty) => (!in_money).then_some(Amount::Qty(qty)),
        Size::Fraction(ratio) => base?.checked_mul(ratio).map(Amount::Money),
    });
    (in_money, levels)
}

/// Levels of an order's size in shares.
pub(crate) fn of_order_size(thresholds: &Thresholds<OrderSize>, instrument: &Instrument) -> Option<Levels<Amount>> {
    convert(thresholds, Nature::Capacity, |size| shares(size, instrument).map(Amount::Qty))
}

fn shares(size: OrderSize, instrument: &Instrument) -> Option<Qty> {
    match size {
        OrderSize::Shares(qty) => Some(qty),
        OrderSize::Lots(lots) => instrument.lot.units().checked_mul(lots.into()).and_then(Qty::from_units),
    }
}

/// Levels of a fraction.
pub(crate) fn of_ratio(thresholds: &Thresholds<Ratio>, nature: Nature) -> Option<Levels<Amount>> {
    convert(thresholds, nature, |ratio| Some(Amount::Ratio(ratio)))
}

/// Levels of a count.
pub(crate) fn of_count(thresholds: &Thresholds<u64>, nature: Nature) -> Option<Levels<Amount>> {
    convert(thresholds, nature, |count| Some(Amount::Count(count)))
}

/// Levels of an age of these prices.
pub(crate) fn of_age(thresholds: &Thresholds<Age>, nature: Nature, prices: &Prices) -> Option<Levels<Amount>> {
    convert(thresholds, nature, |age| Some(Amount::Span(age.of(prices))))
}

/// Only a block.
pub(crate) const fn block_at(amount: Amount) -> Levels<Amount> {
    Levels { warn: None, limit: None, block: Some(amount) }
}

/// Only a limit.
pub(crate) const fn limit_at(amount: Amount) -> Levels<Amount> {
    Levels { warn: None, limit: Some(amount), block: None }
}

/// `amount` times a plain factor; `None` beyond the range, or for an amount that has no multiple.
pub(crate) fn times(amount: Amount, factor: Ratio) -> Option<Amount> {
    match amount {
        Amount::Qty(qty) => {
            let product = i128::from(qty.units()) * i128::from(factor.units()) / i128::from(SCALE);
            Some(Amount::Qty(i64::try_from(product).ok().and_then(Qty::from_units).unwrap_or(Qty::MAX)))
        }
        Amount::Money(money) => money.checked_mul(factor).map(Amount::Money),
        _ => None,
    }
}
