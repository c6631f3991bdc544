//! An order's lifecycle: which states there are and which may follow which.

use qts_core::{ExecId, ExecReport, Inst, Kind, Money, OrderId, Outcome, Price, Qty, Side, Tif};

/// A request to the broker. Only the loop makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrder {
    id: OrderId,
    instrument: Inst,
    side: Side,
    kind: Kind,
    tif: Tif,
    qty: Qty,
}

impl NewOrder {
    pub(crate) const fn new(id: OrderId, instrument: Inst, side: Side, kind: Kind, tif: Tif, qty: Qty) -> Self {
        Self { id, instrument, side, kind, tif, qty }
    }

    /// Its number.
    #[must_use]
    pub const fn id(&self) -> OrderId {
        self.id
    }

    /// What to trade.
    #[must_use]
    pub const fn instrument(&self) -> Inst {
        self.instrument
    }

    /// Which way.
    #[must_use]
    pub const fn side(&self) -> Side {
        self.side
    }

    /// At which price.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// For how long.
    #[must_use]
    pub const fn tif(&self) -> Tif {
        self.tif
    }

    /// How many shares.
    #[must_use]
    pub const fn qty(&self) -> Qty {
        self.qty
    }
}

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OrderState {
    /// Made, not sent.
    Created,
    /// Sent; the broker took it and has not spoken yet.
    Submitted,
    /// The market holds it.
    Accepted,
    /// Some of it traded.
    PartiallyFilled,
    /// Its withdrawal was asked for.
    PendingCancel,
    /// Nobody knows.
    InDoubt,
    /// All of it traded.
    Filled,
    /// Refused.
    Rejected,
    /// Withdrawn.
    Canceled,
    /// Its time ended.
    Expired,
    /// It never reached the broker.
    NeverArrived,
    /// Over.
    Terminal,
}

impl OrderState {
    /// All states.
    pub const ALL: [Self; 12] = [
        Self::Created,
        Self::Submitted,
        Self::Accepted,
        Self::PartiallyFilled,
        Self::PendingCancel,
        Self::InDoubt,
        Self::Filled,
        Self::Rejected,
        Self::Canceled,
        Self::Expired,
        Self::NeverArrived,
        Self::Terminal,
    ];

    /// The whole table of transitions. What is not here is refused and recorded.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        use OrderState as S;
        match self {
            S::Created => matches!(next, S::Submitted),
            S::Submitted => matches!(next, S::Accepted | S::Rejected | S::InDoubt | S::PartiallyFilled | S::Filled),
            S::Accepted => matches!(
                next,
                S::PartiallyFilled | S::Filled | S::PendingCancel | S::Canceled | S::Expired | S::InDoubt
            ),
            S::PartiallyFilled => matches!(
                next,
                S::PartiallyFilled | S::Filled | S::PendingCancel | S::Canceled | S::Expired | S::InDoubt
            ),
            S::PendingCancel => {
                matches!(next, S::Canceled | S::PartiallyFilled | S::Filled | S::Accepted | S::InDoubt)
            }
            S::InDoubt => matches!(
                next,
                S::Accepted | S::PartiallyFilled | S::Filled | S::Rejected | S::Canceled | S::Expired | S::NeverArrived
            ),
            S::Filled | S::Rejected | S::Canceled | S::Expired | S::NeverArrived => matches!(next, S::Terminal),
            S::Terminal => false,
        }
    }

    /// Is it one of the ways an order ends, which lead to `TERMINAL` at once?
    #[must_use]
    pub const fn ends(self) -> bool {
        self.may_become(Self::Terminal)
    }
}

/// An order and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    request: NewOrder,
    state: OrderState,
    ended: Option<OrderState>,
    filled: Qty,
    cancel_asked: bool,
    executions: Vec<ExecId>,
}

/// What a broker's message did to an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Absorbed {
    /// The state moved.
    Moved(OrderState),
    /// Shares changed hands. `late`: the order was over before; its state stayed.
    Traded {
        /// How many.
        qty: Qty,
        /// At which price.
        price: Price,
        /// Commission and tax.
        fee: Money,
        /// Was the order over before?
        late: bool,
    },
    /// An execution number seen before; nothing changed.
    Repeat,
    /// The table has no such transition; nothing changed.
    Refused {
        /// Where the order stands.
        from: OrderState,
        /// Where the message would have moved it.
        to: OrderState,
    },
    /// No order of that number is known.
    Unknown,
}

impl Order {
    pub(crate) const fn new(request: NewOrder) -> Self {
        Self {
            request,
            state: OrderState::Created,
            ended: None,
            filled: Qty::ZERO,
            cancel_asked: false,
            executions: Vec::new(),
        }
    }

    /// The request it came from.
    #[must_use]
    pub const fn request(&self) -> &NewOrder {
        &self.request
    }

    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> OrderState {
        self.state
    }

    /// How it ended, once it is over.
    #[must_use]
    pub const fn ended(&self) -> Option<OrderState> {
        self.ended
    }

    /// How many shares traded so far.
    #[must_use]
    pub const fn filled(&self) -> Qty {
        self.filled
    }

    /// Has its withdrawal been asked for and not been refused?
    #[must_use]
    pub const fn cancel_asked(&self) -> bool {
        self.cancel_asked
    }

    /// Moves to `next` if the table allows it, and on to `TERMINAL` from every end.
    pub(crate) fn advance(&mut self, next: OrderState) -> bool {
        if !self.state.may_become(next) {
            return false;
        }
        self.cancel_asked |= next == OrderState::PendingCancel;
        self.state = next;
        if next.ends() {
            self.ended = Some(next);
            self.state = OrderState::Terminal;
        }
        true
    }

    pub(crate) fn absorb(&mut self, report: &ExecReport) -> Absorbed {
        let to = match report.outcome {
            Outcome::Filled { exec, qty, price, fee } => return self.trade(exec, qty, price, fee),
            Outcome::Accepted => OrderState::Accepted,
            Outcome::Rejected(_) => OrderState::Rejected,
            Outcome::Canceled => OrderState::Canceled,
            Outcome::CancelRefused => return self.keep_working(),
            Outcome::Expired => OrderState::Expired,
            Outcome::Timeout => OrderState::InDoubt,
            Outcome::NeverArrived => OrderState::NeverArrived,
        };
        self.move_to(to)
    }

    fn move_to(&mut self, to: OrderState) -> Absorbed {
        let from = self.state;
        if self.advance(to) { Absorbed::Moved(to) } else { Absorbed::Refused { from, to } }
    }

    fn keep_working(&mut self) -> Absorbed {
        let to = if self.filled.is_zero() { OrderState::Accepted } else { OrderState::PartiallyFilled };
        if self.state != OrderState::PendingCancel {
            return Absorbed::Refused { from: self.state, to };
        }
        self.cancel_asked = false;
        self.move_to(to)
    }

    fn trade(&mut self, exec: ExecId, qty: Qty, price: Price, fee: Money) -> Absorbed {
        if self.executions.contains(&exec) {
            return Absorbed::Repeat;
        }
        let late = self.state == OrderState::Terminal;
        let filled = self.filled.checked_add(qty).unwrap_or(Qty::MAX);
        let to = if filled >= self.request.qty { OrderState::Filled } else { OrderState::PartiallyFilled };
        let from = self.state;
        if !late && !self.advance(to) {
            return Absorbed::Refused { from, to };
        }
        self.executions.push(exec);
        self.filled = filled;
        Absorbed::Traded { qty, price, fee, late }
    }
}
