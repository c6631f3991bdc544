//! The numbers of a control in the form in which a policy writes them: read, raised and written again.
//!
//! What is raised never admits less than it did: a percentage stays one, and a number in place of lots covers the
//! largest lot. So nobody else who uses the policy is cut by the change.

use std::collections::BTreeMap;

use qts_core::{Amount, Code, Money, SCALE};
use qts_gate::policy::{Controls, OrderSize, Size, Thresholds, Worth};

use super::{Need, rounded_up, units};

/// A hundredth of a percent.
const STEP: i128 = SCALE as i128 / 10_000;

/// A number of a policy in the form in which it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// Shares or money.
    Number(i128),
    /// A fraction in units of 10⁻⁸.
    Percent(i128),
    /// A plain count.
    Count(i128),
}

/// The levels of a control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Levels {
    warn: Option<Level>,
    limit: Option<Level>,
    block: Option<Level>,
}

impl Level {
    /// Its number, whatever it is of.
    const fn amount(self) -> i128 {
        match self {
            Self::Number(units) | Self::Percent(units) | Self::Count(units) => units,
        }
    }

    /// The larger of two of one form.
    pub(super) fn or_more(self, other: Self) -> Option<Self> {
        let same = std::mem::discriminant(&self) == std::mem::discriminant(&other);
        same.then_some(if other.amount() > self.amount() { other } else { self })
    }

    /// As TOML.
    pub(super) fn written(self) -> String {
        match self {
            Self::Number(units) => format!("\"{}\"", Money::from_units(units)),
            Self::Percent(units) => format!("\"{}%\"", Money::from_units(units * 100)),
            Self::Count(count) => count.to_string(),
        }
    }
}

impl Levels {
    /// The levels of a control as they are; a lot has so many shares (in units) at most.
    pub(super) fn of(control: Code, controls: &Controls, lot: i128) -> Option<Self> {
        let count = |count: u64| Level::Count(count.into());
        let order_size = |size| match size {
            OrderSize::Shares(qty) => Level::Number(qty.units().into()),
            OrderSize::Lots(lots) => Level::Number(i128::from(lots) * lot),
        };
        match control {
            Code::PriceCollar => controls.price_collar.map(|it| each(it, |ratio| Level::Percent(ratio.units().into()))),
            Code::CycleNotional => controls.cycle_notional.map(|it| each(it, worth)),
            Code::MaxOrderQty => controls.max_order_qty.map(|it| each(it, order_size)),
            Code::MaxOrderNotional => controls.max_order_notional.map(|it| each(it, worth)),
            Code::MaxLong => controls.max_long.map(|it| each(it, size)),
            Code::MaxShort => controls.max_short.map(|it| each(it, size)),
            Code::MaxGrossExposure => controls.max_gross_exposure.map(|it| each(it, worth)),
            Code::MaxNetExposure => controls.max_net_exposure.map(|it| each(it, worth)),
            Code::MaxOpenOrders => controls.max_open_orders.map(|it| each(it, count)),
            _ => None,
        }
    }

    /// The level above which nothing goes through whole.
    pub(super) fn least(&self) -> Option<Level> {
        self.limit.or(self.block)
    }

    /// The level that would allow what is needed; `base` is what percentages are of, as far as is known.
    pub(super) fn enough(&self, need: &Need, base: Money) -> Option<Level> {
        let observed = units(need.observed);
        match (self.block.or(self.limit)?, need.observed) {
            (Level::Number(_), _) => Some(Level::Number(observed)),
            (Level::Count(_), _) => Some(Level::Count(observed)),
            (Level::Percent(_), Amount::Ratio(_)) => Some(Level::Percent(observed)),
            // Nothing of an unknown amount is nothing: money cannot be less.
            (Level::Percent(0), Amount::Money(_)) => Some(Level::Number(observed)),
            (Level::Percent(_), _) => self.percent(need.times.as_ref()?, base),
        }
    }

    /// So many times the percentage that was met; which of two it was, the size of the amount tells.
    fn percent(&self, times: &BTreeMap<u32, i128>, base: Money) -> Option<Level> {
        let of_each = times.iter().map(|(bits, times)| {
            let off = |percent: i128| {
                let expected = base.units().checked_mul(percent).map_or(0, |product| product / i128::from(SCALE));
                size_in_bits(expected).abs_diff(*bits)
            };
            let limit = self.least()?.amount();
            let block = self.block.or(self.limit)?.amount();
            let met = if off(limit) < off(block) { limit } else { block };
            Some(rounded_up(rounded_up(met.checked_mul(*times)?, SCALE.into()), STEP) * STEP)
        });
        let of_each: Option<Vec<i128>> = of_each.collect();
        of_each?.into_iter().max().map(Level::Percent)
    }

    /// The same levels with a limit, and if there is one a block, that allow this much, and no less than before. A
    /// warning stays, unless a percentage of nothing becomes money.
    pub(super) fn raised(self, enough: Level) -> Self {
        let to_enough = |level: Level| level.or_more(enough).unwrap_or(enough);
        let warn = self.warn.filter(|warn| warn.or_more(enough).is_some());
        Self { warn, limit: self.limit.map(to_enough), block: self.block.map(to_enough) }
    }

    /// These levels, if they admit nowhere less than others do, or those others where they admit more; `None` where
    /// that cannot be said.
    pub(super) fn at_least(self, others: Self) -> Option<Self> {
        let more = |one: Option<Level>, other: Option<Level>| match (one, other) {
            (Some(one), Some(other)) => one.or_more(other).map(Some),
            (None, None) => Some(None),
            _ => None,
        };
        let (limit, block) = (more(self.limit, others.limit)?, more(self.block, others.block)?);
        Some(Self { warn: self.warn, limit, block })
    }

    /// A bare limit, or a table.
    pub(super) fn written(&self) -> String {
        if let Self { warn: None, limit: Some(limit), block: None } = self {
            return limit.written();
        }
        let named = [("warn", self.warn), ("limit", self.limit), ("block", self.block)];
        let given = named.into_iter().filter_map(|(name, level)| Some(format!("{name} = {}", level?.written())));
        format!("{{ {} }}", given.collect::<Vec<String>>().join(", "))
    }
}

/// An amount of this many money units, as a fraction of `base`, rounded up as it is written.
pub(super) fn percent_of(units: i128, base: Money) -> Option<Level> {
    let base = Some(base.units()).filter(|base| *base > 0)?;
    let fraction = rounded_up(units.checked_mul(SCALE.into())?, base);
    Some(Level::Percent(rounded_up(fraction, STEP) * STEP))
}

/// How many binary digits a number has: amounts of one percentage have about as many.
pub(super) const fn size_in_bits(number: i128) -> u32 {
    i128::BITS - number.leading_zeros()
}

fn each<T>(thresholds: Thresholds<T>, level: impl Fn(T) -> Level) -> Levels {
    let Thresholds { warn, limit, block } = thresholds;
    Levels { warn: warn.map(&level), limit: limit.map(&level), block: block.map(&level) }
}

fn worth(worth: Worth) -> Level {
    match worth {
        Worth::Money(money) => Level::Number(money.units()),
        Worth::Fraction(ratio) => Level::Percent(ratio.units().into()),
    }
}

fn size(size: Size) -> Level {
    match size {
        Size::Shares(qty) => Level::Number(qty.units().into()),
        Size::Fraction(ratio) => Level::Percent(ratio.units().into()),
    }
}
