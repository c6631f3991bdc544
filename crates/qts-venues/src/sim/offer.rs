//! What one market event offers an order: a price, and room for so many shares. It decides nothing about lifetimes.

use qts_core::{Instrument, Kind, MarketEvent, Payload, Price, Qty, Ratio, SCALE, Side};

use super::{LimitFill, SimConfig};

/// An event and all that bears on the price at which it fills an order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Encounter<'a> {
    pub(super) event: &'a MarketEvent,
    pub(super) instrument: &'a Instrument,
    pub(super) config: SimConfig,
    pub(super) prev_close: Option<Price>,
}

impl Encounter<'_> {
    /// The price at which an order would trade; `None` if it would not. One that lives for a moment meets the first
    /// price of a bar and none of its later ones.
    pub(super) fn price(&self, side: Side, kind: Kind, is_momentary: bool) -> Option<Price> {
        let (first, best) = seen(&self.event.payload, side)?;
        let best = if is_momentary { first } else { best };
        match kind {
            Kind::Market => Some(self.slipped(side, first)),
            Kind::Limit(limit) => self.reaches(side, best, limit).then(|| match side {
                Side::Buy => limit.min(first),
                Side::Sell => limit.max(first),
            }),
        }
    }

    fn reaches(&self, side: Side, best: Price, limit: Price) -> bool {
        match (self.config.limit_fill, side) {
            (LimitFill::Through, Side::Buy) => best < limit,
            (LimitFill::Touch, Side::Buy) => best <= limit,
            (LimitFill::Through, Side::Sell) => best > limit,
            (LimitFill::Touch, Side::Sell) => best >= limit,
        }
    }

    /// `price` made worse by the slippage. Slippage alone goes neither beyond the day's limits nor below one tick.
    fn slipped(&self, side: Side, price: Price) -> Price {
        let tick = i128::from(self.instrument.ticks.on(self.event.day).at(price).units());
        let slip = tick * i128::from(self.config.slippage_ticks);
        let seen = i128::from(price.units());
        let limits = self.prev_close.and_then(|base| self.instrument.price_limits(base, self.event.day));
        let (lower, upper) = limits.map_or((tick, i128::MAX), |(lower, upper)| (wide(lower).max(tick), wide(upper)));
        let units = match side {
            Side::Buy => (seen + slip).min(upper).max(seen),
            Side::Sell => (seen - slip).max(lower).min(seen),
        };
        let slipped = i64::try_from(units).ok().and_then(Price::from_units);
        let Some(slipped) = slipped else { panic!("the slippage from {price} leaves the range of prices") };
        slipped
    }
}

fn wide(price: Price) -> i128 {
    price.units().into()
}

/// The first price that `side` could have had in an event, and the best; `None` where nobody trades.
fn seen(payload: &Payload, side: Side) -> Option<(Price, Price)> {
    let prices = match (payload, side) {
        (Payload::Bar(bar), _) if !bar.volume.is_positive() => return None,
        (Payload::Bar(bar), Side::Buy) => (bar.open, bar.low),
        (Payload::Bar(bar), Side::Sell) => (bar.open, bar.high),
        (Payload::Quote(quote), _) if quote.is_crossed() => return None,
        (Payload::Quote(quote), Side::Buy) if quote.is_one_sided() && quote.ask_size.is_zero() => return None,
        (Payload::Quote(quote), Side::Sell) if quote.is_one_sided() && quote.bid_size.is_zero() => return None,
        (Payload::Quote(quote), Side::Buy) => (quote.ask, quote.ask),
        (Payload::Quote(quote), Side::Sell) => (quote.bid, quote.bid),
        (Payload::Trade(trade), _) => (trade.price, trade.price),
    };
    prices.0.is_positive().then_some(prices)
}

/// How many shares of an event are left for our orders; `None`: as many as they want.
#[derive(Debug)]
pub(super) enum Room {
    /// Bars and trades: one volume for both sides.
    Common(Option<Qty>),
    /// Quotes: each side has its own.
    Sided { buy: Option<Qty>, sell: Option<Qty> },
}

impl Room {
    /// All that an event leaves to us.
    pub(super) fn of(payload: &Payload, share: Option<Ratio>, lot: Qty) -> Self {
        let part = |size: Qty| share.map(|share| part_of(size, share, lot));
        let shown = |size: Qty| if size.is_positive() { part(size) } else { None };
        match payload {
            Payload::Bar(bar) => Self::Common(part(bar.volume)),
            Payload::Trade(trade) => Self::Common(shown(trade.size)),
            Payload::Quote(quote) => Self::Sided { buy: shown(quote.ask_size), sell: shown(quote.bid_size) },
        }
    }

    /// How many of `wanted` shares there is room for.
    pub(super) fn fits(&mut self, side: Side, wanted: Qty) -> Qty {
        self.left(side).map_or(wanted, |left| left.min(wanted))
    }

    /// Uses up room that there is.
    pub(super) fn take(&mut self, side: Side, qty: Qty) {
        let left = self.left(side);
        *left = left.map(|left| left.checked_sub(qty).unwrap_or(Qty::ZERO));
    }

    const fn left(&mut self, side: Side) -> &mut Option<Qty> {
        match (self, side) {
            (Self::Common(left), _) | (Self::Sided { buy: left, .. }, Side::Buy) => left,
            (Self::Sided { sell: left, .. }, Side::Sell) => left,
        }
    }
}

/// A share of a size in whole lots. A share beyond the range of quantities bounds no order.
fn part_of(size: Qty, share: Ratio, lot: Qty) -> Qty {
    let units = i128::from(size.units()) * i128::from(share.units()) / i128::from(SCALE);
    i64::try_from(units).ok().and_then(Qty::from_units).unwrap_or(Qty::MAX).floor_to(lot)
}
