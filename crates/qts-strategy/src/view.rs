//! What a strategy may look at: its own book, its own orders, the clock.

use qts_core::{Book, Cycle, Inst, Instrument, Instruments, Kind, Money, OrderId, Qty, Side, Ts};

/// One of the strategy's own open orders. Where it was merged with others', only its own share shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnOrder {
    /// Its number, to withdraw it by.
    pub id: OrderId,
    /// On what.
    pub instrument: Inst,
    /// Which way.
    pub side: Side,
    /// What is still open of the strategy's share.
    pub open: Qty,
    /// At which price.
    pub kind: Kind,
}

/// A read-only look at the strategy's own affairs at the time of an event.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    now: Ts,
    cycle: Cycle,
    instruments: &'a Instruments,
    book: &'a Book,
    orders: &'a [OwnOrder],
}

impl<'a> View<'a> {
    /// A look at these affairs; the host makes one per call, a test makes its own.
    #[must_use]
    pub const fn new(
        now: Ts,
        cycle: Cycle,
        instruments: &'a Instruments,
        book: &'a Book,
        orders: &'a [OwnOrder],
    ) -> Self {
        Self { now, cycle, instruments, book, orders }
    }

    /// The time of the slice.
    #[must_use]
    pub const fn now(&self) -> Ts {
        self.now
    }

    /// The number of the cycle.
    #[must_use]
    pub const fn cycle(&self) -> Cycle {
        self.cycle
    }

    /// The rules of an instrument's market.
    #[must_use]
    pub fn instrument(&self, inst: Inst) -> Option<&'a Instrument> {
        self.instruments.get(inst)
    }

    /// Shares of it in the strategy's own book; negative is short.
    #[must_use]
    pub fn position(&self, inst: Inst) -> Qty {
        self.book.holding(inst).position
    }

    /// What the open positions of the strategy's own book cost.
    #[must_use]
    pub fn cost(&self) -> Money {
        self.book.cost()
    }

    /// The strategy's own open orders, oldest first.
    #[must_use]
    pub const fn orders(&self) -> &'a [OwnOrder] {
        self.orders
    }

    /// Has the strategy an open order on it?
    #[must_use]
    pub fn is_waiting(&self, inst: Inst) -> bool {
        self.orders.iter().any(|order| order.instrument == inst)
    }
}
