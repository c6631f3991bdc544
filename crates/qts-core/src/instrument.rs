//! What can be traded, and the rules of its market that do not depend on the moment.

use crate::{Inst, InstrumentId, Money, Price, Qty, Ratio};

/// Price steps by price band: `(from, tick)`, bands closed below and open above, ascending, the first from zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TickTable(Vec<(Price, Price)>);

/// A daily price limit: the base price plus and minus a share of it, cut to the base's tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DailyLimit(pub Ratio);

/// A tradable thing and the standing rules of its market.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instrument {
    /// Our name.
    pub id: InstrumentId,
    /// Price steps.
    pub ticks: TickTable,
    /// Orders are whole multiples of this.
    pub lot: Qty,
    /// Smallest unit in which it can be held or filled.
    pub quantity_step: Qty,
    /// Daily price limit, if its market has one.
    pub daily_limit: Option<DailyLimit>,
    /// Does its market forbid sales of shares one does not hold?
    pub short_ban: bool,
    /// Commission as a fraction of each fill's notional.
    pub commission: Ratio,
    /// Tax as a fraction of each sale's notional.
    pub sale_tax: Ratio,
    /// The currency's smallest unit, to which fees are rounded.
    pub minor_unit: Money,
}

/// All instruments, sorted by id, so that the order of [`Inst`] numbers is the order of ids.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Instruments(Vec<Instrument>);

impl TickTable {
    /// One step for every price.
    #[must_use]
    pub fn flat(tick: Price) -> Self {
        Self(vec![(Price::ZERO, tick)])
    }

    /// Steps by band; `None` unless the bands ascend from zero and every tick is above zero.
    #[must_use]
    pub fn banded(bands: &[(Price, Price)]) -> Option<Self> {
        let starts_at_zero = bands.first().is_some_and(|(from, _)| from.is_zero());
        let ascends = bands.windows(2).all(|pair| pair[0].0 < pair[1].0);
        let positive = bands.iter().all(|(_, tick)| tick.is_positive());
        (starts_at_zero && ascends && positive).then(|| Self(bands.to_vec()))
    }

    /// KRX shares since 2023-01-25 (`risk-reference.md` §5.1).
    #[must_use]
    pub fn krx_stock() -> Self {
        let won = Price::whole;
        let bands = [(0, 1), (2_000, 5), (5_000, 10), (20_000, 50), (50_000, 100), (200_000, 500), (500_000, 1_000)];
        Self(bands.map(|(from, tick)| (won(from), won(tick))).to_vec())
    }

    /// The step at `price`.
    #[must_use]
    pub fn at(&self, price: Price) -> Price {
        let above = self.0.partition_point(|(from, _)| *from <= price);
        self.0[above.saturating_sub(1)].1
    }

    /// Is `price` a multiple of its step?
    #[must_use]
    pub fn holds(&self, price: Price) -> bool {
        price.is_multiple_of(self.at(price))
    }

    /// The highest price on the grid that is not above `price`.
    #[must_use]
    pub fn floor(&self, price: Price) -> Price {
        price.floor_to(self.at(price))
    }
}

impl Instrument {
    /// The lowest and the highest price at which an order may be placed when the base price is `base`
    /// (`risk-reference.md` §5.2: the width is floored to the base's tick, the upper limit to its own).
    /// `None` if the market has no daily limit or the numbers leave their range.
    #[must_use]
    pub fn price_limits(&self, base: Price) -> Option<(Price, Price)> {
        let DailyLimit(share) = self.daily_limit?;
        let width = i128::from(base.units()) * i128::from(share.units()) / i128::from(crate::SCALE);
        let width = i64::try_from(width).ok().and_then(Price::from_units)?.floor_to(self.ticks.at(base));
        Some((base.checked_sub(width)?, self.ticks.floor(base.checked_add(width)?)))
    }
}

impl Instruments {
    /// Sorts by id; `Err` with the id that stands there twice.
    ///
    /// # Errors
    /// The duplicate id.
    pub fn new(mut list: Vec<Instrument>) -> Result<Self, InstrumentId> {
        list.sort_by(|a, b| a.id.cmp(&b.id));
        match list.windows(2).find(|pair| pair[0].id == pair[1].id) {
            Some(pair) => Err(pair[0].id.clone()),
            None => Ok(Self(list)),
        }
    }

    /// The instrument of that number.
    #[must_use]
    pub fn get(&self, inst: Inst) -> Option<&Instrument> {
        self.0.get(inst.0 as usize)
    }

    /// The number of the instrument of that id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<Inst> {
        let place = self.0.binary_search_by(|instrument| instrument.id.as_str().cmp(id)).ok()?;
        u32::try_from(place).ok().map(Inst)
    }

    /// The name of that number, or `?n` for a number that names nothing.
    #[must_use]
    pub fn name(&self, inst: Inst) -> String {
        self.get(inst).map_or_else(|| format!("?{}", inst.0), |instrument| instrument.id.to_string())
    }

    /// All with their numbers, by id.
    pub fn iter(&self) -> impl Iterator<Item = (Inst, &Instrument)> {
        (0..).map(Inst).zip(&self.0)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Are there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stock() -> Instrument {
        Instrument {
            id: InstrumentId::new("005930.KRX").expect("an id"),
            ticks: TickTable::krx_stock(),
            lot: Qty::whole(1),
            quantity_step: Qty::whole(1),
            daily_limit: "0.3".parse().ok().map(DailyLimit),
            short_ban: true,
            commission: Ratio::ZERO,
            sale_tax: Ratio::ZERO,
            minor_unit: Money::whole(1),
        }
    }

    #[test]
    fn krx_ticks_are_closed_below_and_open_above() {
        let tick = |price| stock().ticks.at(Price::whole(price));
        let seen = [1, 1_999, 2_000, 4_999, 5_000, 19_999, 20_000, 49_999, 50_000, 199_999, 200_000, 499_999, 500_000]
            .map(tick);
        let want = [1, 1, 5, 5, 10, 10, 50, 50, 100, 100, 500, 500, 1_000].map(Price::whole);
        assert_eq!(seen, want);
    }

    #[test]
    fn daily_limits_match_the_reference_table() {
        for (base, lower, upper) in
            [(9_940, 6_960, 12_920), (1_955, 1_369, 2_540), (19_990, 14_000, 25_950), (185_000, 129_500, 240_500)]
        {
            let limits = stock().price_limits(Price::whole(base));
            assert_eq!(limits, Some((Price::whole(lower), Price::whole(upper))), "base {base}");
        }
    }

    #[test]
    fn numbers_of_instruments_follow_their_ids() {
        let named = |id| Instrument { id: InstrumentId::new(id).expect("an id"), ..stock() };
        let all = Instruments::new(vec![named("B.X"), named("A.X")]).expect("distinct");
        assert_eq!((all.find("A.X"), all.find("B.X"), all.find("C.X")), (Some(Inst(0)), Some(Inst(1)), None));
        assert_eq!(Instruments::new(vec![named("A.X"), named("A.X")]).map_err(|id| id.to_string()), Err("A.X".into()));
    }
}
