//! The last known prices and their times.

use crate::{Day, Inst, MarketEvent, Payload, Price, Qty, Slice, Span, Ts};

/// What is known about one instrument's prices.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Prices {
    /// Last trade (or bar close) and when it was known.
    pub last: Option<(Price, Ts)>,
    /// Best bid and ask and when they were known.
    pub quote: Option<(Price, Price, Ts)>,
    /// Last price of the session before the one in which an order sent now would trade.
    pub prev_close: Option<Price>,
    /// Mean daily volume of twenty sessions, where known.
    pub adv20: Option<Qty>,
    /// Shares traded in this session, where known.
    pub day_volume: Option<Qty>,
    /// Usual distance of two events; absent for quotes and trades.
    pub interval: Option<Span>,
    day: Option<Day>,
}

/// Prices of all instruments, by number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Market(Vec<Prices>);

impl Prices {
    /// The price to judge by: last trade, else mid, else previous close.
    #[must_use]
    pub fn reference(&self) -> Option<Price> {
        let mid = || self.quote.map(|(bid, ask, _)| bid.mid(ask));
        self.last.map(|(price, _)| price).or_else(mid).or(self.prev_close)
    }

    /// The last trade, if it is no older than `max_age`; one from the future cannot be known yet.
    #[must_use]
    pub fn fresh_last(&self, now: Ts, max_age: Span) -> Option<Price> {
        self.last.filter(|(_, at)| is_fresh(*at, now, max_age)).map(|(price, _)| price)
    }

    /// The price at which two own books may trade: the last trade if fresh, else the mid if fresh.
    #[must_use]
    pub fn fair(&self, now: Ts, max_age: Span) -> Option<Price> {
        let quote = self.quote.filter(|(_, _, at)| is_fresh(*at, now, max_age));
        self.fresh_last(now, max_age).or_else(|| quote.map(|(bid, ask, _)| bid.mid(ask)))
    }

    /// How old a price may be to count as fresh where no policy says so: three intervals, or 3 s.
    #[must_use]
    pub fn usual_age(&self) -> Span {
        self.interval.map_or(Span::SECOND.times(3), |interval| interval.times(3))
    }

    fn absorb(&mut self, event: &MarketEvent) {
        if self.day.is_some_and(|day| day < event.day) {
            self.prev_close = self.last.map(|(price, _)| price);
            self.day_volume = None;
        }
        self.day = Some(event.day);
        match event.payload {
            Payload::Bar(bar) => {
                self.last = Some((bar.close, event.ts));
                self.count(bar.volume);
                if bar.whole_session {
                    self.prev_close = Some(bar.close);
                    self.day_volume = None;
                }
            }
            Payload::Trade(trade) => {
                self.last = Some((trade.price, event.ts));
                self.count(trade.size);
            }
            Payload::Quote(quote) => self.quote = Some((quote.bid, quote.ask, event.ts)),
        }
    }

    fn count(&mut self, volume: Qty) {
        self.day_volume = self.day_volume.unwrap_or(Qty::ZERO).checked_add(volume);
    }
}

fn is_fresh(at: Ts, now: Ts, max_age: Span) -> bool {
    at <= now && now.since(at) <= max_age
}

impl Market {
    /// Nothing known yet about `count` instruments.
    #[must_use]
    pub fn new(count: usize) -> Self {
        Self(vec![Prices::default(); count])
    }

    /// What is known about an instrument.
    #[must_use]
    pub fn prices(&self, inst: Inst) -> Option<&Prices> {
        self.0.get(inst.0 as usize)
    }

    /// As [`Self::prices`], to fill in.
    pub fn prices_mut(&mut self, inst: Inst) -> Option<&mut Prices> {
        self.0.get_mut(inst.0 as usize)
    }

    /// The price to value a holding at.
    #[must_use]
    pub fn mark(&self, inst: Inst) -> Option<Price> {
        self.prices(inst)?.reference()
    }

    /// Takes in a slice.
    pub fn absorb(&mut self, slice: &Slice) {
        for event in &slice.events {
            if let Some(prices) = self.prices_mut(event.instrument) {
                prices.absorb(event);
            }
        }
    }
}
