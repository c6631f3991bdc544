//! What can be traded, and the rules of its market that do not depend on the moment.

use crate::{Dated, Day, Inst, InstrumentId, Money, Price, Qty, Ratio, Side};

/// Price steps by price band: `(from, tick)`, bands closed below and open above, ascending, the first from zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TickTable(Vec<(Price, Price)>);

/// A daily price limit: the base price plus and minus a share of it, cut to the base's tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DailyLimit(pub Ratio);

/// The largest order that a market takes (`risk-reference.md` §5.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderLimit {
    /// The largest part of all listed shares.
    pub share: Ratio,
    /// The same for a company whose listed shares are worth less than `small`.
    pub share_of_small: Ratio,
    /// See there.
    pub small: Money,
    /// The largest worth of an order.
    pub worth: Money,
    /// An order worth no more than this is always taken.
    pub always: Money,
}

/// A tradable thing and the rules of its market, each by the day on which an order trades.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instrument {
    /// Our name.
    pub id: InstrumentId,
    /// Price steps.
    pub ticks: Dated<TickTable>,
    /// Orders are whole multiples of this.
    pub lot: Qty,
    /// Smallest unit in which it can be held or filled.
    pub quantity_step: Qty,
    /// Daily price limit, if its market has one.
    pub daily_limit: Dated<Option<DailyLimit>>,
    /// The largest order, if its market has one and the number of listed shares is known.
    pub order_limit: Dated<Option<OrderLimit>>,
    /// How many shares are listed, where known.
    pub listed_shares: Option<Qty>,
    /// Does its market forbid sales of shares one does not hold?
    pub short_ban: bool,
    /// Commission as a fraction of each fill's notional.
    pub commission: Ratio,
    /// The exchange's own fee as a fraction of each fill's notional, beside the commission.
    pub exchange_fee: Dated<Ratio>,
    /// Tax as a fraction of each sale's notional.
    pub sale_tax: Dated<Ratio>,
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

    /// From which price on which step holds.
    #[must_use]
    pub fn bands(&self) -> &[(Price, Price)] {
        &self.0
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
    /// The lowest and the highest price at which an order may be placed on a day whose base price is `base`
    /// (`risk-reference.md` §5.2: the width is floored to the base's tick, the upper limit to its own).
    /// `None` if the market has no daily limit or the numbers leave their range.
    #[must_use]
    pub fn price_limits(&self, base: Price, day: Day) -> Option<(Price, Price)> {
        let DailyLimit(share) = (*self.daily_limit.on(day))?;
        let ticks = self.ticks.on(day);
        let width = i128::from(base.units()) * i128::from(share.units()) / i128::from(crate::SCALE);
        let width = i64::try_from(width).ok().and_then(Price::from_units)?.floor_to(ticks.at(base));
        Some((base.checked_sub(width)?, ticks.floor(base.checked_add(width)?)))
    }

    /// Between which prices a price of that day is no error: the limits, and beyond each a tick and 0.3 % of the base.
    /// Prices that a vendor adjusted miss the limit of their day by rounding: of the base, of the price, of the limit.
    /// `None` as for the limits.
    #[must_use]
    pub fn plausible_prices(&self, base: Price, day: Day) -> Option<(Price, Price)> {
        let (lower, upper) = self.price_limits(base, day)?;
        let ticks = self.ticks.on(day);
        let rounding = Price::from_units(base.units() / 1_000 * 3)?;
        let lower = lower.checked_sub(ticks.at(lower))?.checked_sub(rounding)?;
        Some((lower, upper.checked_add(ticks.at(upper))?.checked_add(rounding)?))
    }

    /// Has its market a daily limit on that day?
    #[must_use]
    pub fn is_limited(&self, day: Day) -> bool {
        self.daily_limit.on(day).is_some()
    }

    /// What a fill on that day costs, as a fraction of its notional: commission, the exchange's fee, and on a sale the
    /// tax. `None` if the sum leaves its range.
    #[must_use]
    pub fn cost_rate(&self, side: Side, day: Day) -> Option<Ratio> {
        let both = self.commission.checked_add(*self.exchange_fee.on(day))?;
        match side {
            Side::Buy => Some(both),
            Side::Sell => both.checked_add(*self.sale_tax.on(day)),
        }
    }

    /// The most shares that its market takes in one order at `price` on that day; `None` if it has no such rule or the
    /// number of listed shares is not known.
    #[must_use]
    pub fn most_at_once(&self, price: Price, day: Day) -> Option<Qty> {
        let limit = (*self.order_limit.on(day))?;
        let listed = self.listed_shares?;
        let is_small = Money::of(price, listed) < limit.small;
        let share = if is_small { limit.share_of_small } else { limit.share };
        let of_listed = i128::from(listed.units()) * i128::from(share.units()) / i128::from(crate::SCALE);
        let of_listed = i64::try_from(of_listed).ok().and_then(Qty::from_units).unwrap_or(Qty::MAX);
        let most = of_listed.min(limit.worth.shares_at(price));
        Some(most.max(limit.always.shares_at(price)).floor_to(self.lot))
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
            ticks: Dated::always(krx()),
            lot: Qty::whole(1),
            quantity_step: Qty::whole(1),
            daily_limit: Dated::always("0.3".parse().ok().map(DailyLimit)),
            order_limit: Dated::always(None),
            listed_shares: None,
            short_ban: true,
            commission: Ratio::ZERO,
            exchange_fee: Dated::always(Ratio::ZERO),
            sale_tax: Dated::always(Ratio::ZERO),
            minor_unit: Money::whole(1),
        }
    }

    fn krx() -> TickTable {
        let won = Price::whole;
        let bands = [(0, 1), (2_000, 5), (5_000, 10), (20_000, 50), (50_000, 100), (200_000, 500), (500_000, 1_000)];
        TickTable::banded(&bands.map(|(from, tick)| (won(from), won(tick)))).expect("a table")
    }

    #[test]
    fn bands_of_ticks_are_closed_below_and_open_above() {
        let tick = |price| krx().at(Price::whole(price));
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
            let limits = stock().price_limits(Price::whole(base), Day(0));
            assert_eq!(limits, Some((Price::whole(lower), Price::whole(upper))), "base {base}");
        }
    }

    #[test]
    fn a_tick_and_three_thousandths_of_the_base_beyond_a_limit_are_rounding() {
        let (lower, upper) = stock().plausible_prices(Price::whole(9_940), Day(0)).expect("limits");
        assert_eq!((lower.to_string(), upper.to_string()), ("6920.18".to_owned(), "12959.82".to_owned()));
        let free = Instrument { daily_limit: Dated::always(None), ..stock() };
        assert_eq!(free.plausible_prices(Price::whole(9_940), Day(0)), None);
    }

    #[test]
    fn the_largest_order_is_a_part_of_the_listed_shares_and_a_worth_and_small_ones_always_pass() {
        let ratio = |text: &str| text.parse().expect("a ratio");
        let bn = |count| Money::of(Price::whole(1_000_000_000), Qty::whole(count));
        let limit = OrderLimit {
            share: ratio("0.01"),
            share_of_small: ratio("0.05"),
            small: bn(20),
            worth: bn(100),
            always: bn(1),
        };
        let most = |listed: i64, price: i32| {
            let listed_shares = Qty::from_units(listed * crate::SCALE);
            let stock = Instrument { order_limit: Dated::always(Some(limit)), listed_shares, ..stock() };
            stock.most_at_once(Price::whole(price), Day(0)).map(|qty| qty.units() / crate::SCALE)
        };
        assert_eq!(most(10_000_000, 50_000), Some(100_000), "one hundredth");
        assert_eq!(most(5_969_782_550, 50_000), Some(2_000_000), "100 billion won");
        assert_eq!(most(1_000_000, 19_999), Some(50_002), "a small company: a twentieth, but 1 billion won pass");
        assert_eq!(most(1_000_000, 20_000), Some(50_000), "no small company: 1 billion won pass");
        assert_eq!(stock().most_at_once(Price::whole(50_000), Day(0)), None);
    }

    #[test]
    fn a_fill_costs_by_its_side_and_its_day() {
        let ratio = |text: &str| text.parse::<Ratio>().expect("a ratio");
        let sale_tax = Dated::new(ratio("0.0015"), vec![(Day(10), ratio("0.002"))]).expect("ascending");
        let exchange_fee = Dated::always(ratio("0.000023"));
        let stock = Instrument { commission: ratio("0.00015"), exchange_fee, sale_tax, ..stock() };
        let rate = |side, day| stock.cost_rate(side, Day(day)).map(|rate| rate.to_string());
        assert_eq!(rate(Side::Buy, 9).as_deref(), Some("0.000173"));
        assert_eq!(rate(Side::Sell, 9).as_deref(), Some("0.001673"));
        assert_eq!(rate(Side::Sell, 10).as_deref(), Some("0.002173"));
    }

    #[test]
    fn numbers_of_instruments_follow_their_ids() {
        let named = |id| Instrument { id: InstrumentId::new(id).expect("an id"), ..stock() };
        let all = Instruments::new(vec![named("B.X"), named("A.X")]).expect("distinct");
        assert_eq!((all.find("A.X"), all.find("B.X"), all.find("C.X")), (Some(Inst(0)), Some(Inst(1)), None));
        assert_eq!(Instruments::new(vec![named("A.X"), named("A.X")]).map_err(|id| id.to_string()), Err("A.X".into()));
    }
}
