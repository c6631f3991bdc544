//! Where a strategy puts what it wants.

use std::borrow::Cow;

use qts_core::{Ask, CancelIntent, Inst, Intent, Kind, OrderId, Qty, Side, Tif};

/// What one strategy wants in one cycle, in the order in which it said so. Beyond its capacity it only counts, so a
/// flood costs no memory.
#[derive(Debug, Default)]
pub struct Intents {
    asks: Vec<Ask>,
    capacity: usize,
    emitted: usize,
    hold: Option<Cow<'static, str>>,
}

impl Intents {
    /// Room for `capacity` asks; one more is one too many.
    #[must_use]
    pub const fn with_capacity(capacity: usize) -> Self {
        Self { asks: Vec::new(), capacity, emitted: 0, hold: None }
    }

    /// Asks for anything.
    pub fn ask(&mut self, ask: Ask) {
        self.emitted += 1;
        if self.emitted <= self.capacity {
            self.asks.push(ask);
        }
    }

    /// Asks for a trade spelled out in full.
    pub fn trade(&mut self, intent: Intent) {
        self.ask(Ask::Trade(intent));
    }

    /// Asks to buy at the market, for the day.
    pub fn buy(&mut self, instrument: Inst, qty: Qty, why: impl Into<Cow<'static, str>>) {
        self.market(instrument, Side::Buy, qty, why.into());
    }

    /// Asks to sell at the market, for the day.
    pub fn sell(&mut self, instrument: Inst, qty: Qty, why: impl Into<Cow<'static, str>>) {
        self.market(instrument, Side::Sell, qty, why.into());
    }

    fn market(&mut self, instrument: Inst, side: Side, qty: Qty, why: Cow<'static, str>) {
        self.trade(Intent { instrument, side, qty, kind: Kind::Market, tif: Tif::Day, why });
    }

    /// Asks to withdraw one of the strategy's own orders.
    pub fn cancel(&mut self, order: OrderId, why: impl Into<Cow<'static, str>>) {
        self.ask(Ask::Cancel(CancelIntent { order, why: why.into() }));
    }

    /// Says why nothing is asked for. The last word counts.
    pub fn hold(&mut self, why: impl Into<Cow<'static, str>>) {
        self.hold = Some(why.into());
    }

    /// How many asks there were, kept or not.
    #[must_use]
    pub const fn emitted(&self) -> usize {
        self.emitted
    }

    /// Were there more than there was room for?
    #[must_use]
    pub const fn is_flooded(&self) -> bool {
        self.emitted > self.capacity
    }

    /// Why nothing was asked for, if the strategy said so.
    #[must_use]
    pub fn held(&self) -> Option<&str> {
        self.hold.as_deref()
    }

    /// Takes out why nothing was asked for: the next event is another matter.
    pub fn take_held(&mut self) -> Option<Cow<'static, str>> {
        self.hold.take()
    }

    /// What was asked for, in order.
    #[must_use]
    pub fn asks(&self) -> &[Ask] {
        &self.asks
    }

    /// What was asked for, in order, by value.
    #[must_use]
    pub fn into_asks(self) -> Vec<Ask> {
        self.asks
    }
}
