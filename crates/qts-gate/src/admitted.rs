//! The permission to trade.
//!
//! Only this crate makes an [`Admitted`]: its fields are private and it has no `From`, `Default`, `Clone` or `Copy`.
//! The loop spends it, once, by value. It is bound to the cycle in which it was judged and to the kill epoch.

use qts_core::{Child, Cycle, Epoch, Inst, Kind, OrderId, Qty, Side, Tif};

/// Permission to do one thing at the broker. Only the gate makes one; the loop spends it, once.
#[must_use]
#[derive(Debug)] // and nothing else, ever
pub struct Admitted {
    permit: Permit,
    cycle: Cycle,
    epoch: Epoch,
}

/// What is permitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Permit {
    /// To send this order.
    Place(ArbitratedOrder),
    /// To ask for the withdrawal of this order.
    Cancel(OrderId),
}

/// An order after arbitration and both scopes: who owns how much of it is settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArbitratedOrder {
    /// What to trade.
    pub instrument: Inst,
    /// Which way.
    pub side: Side,
    /// At which price.
    pub kind: Kind,
    /// For how long.
    pub tif: Tif,
    /// How many shares: the sum of the children's.
    pub qty: Qty,
    /// The proposals it stands for, best rank first.
    pub children: Vec<Child>,
}

impl Admitted {
    pub(crate) const fn new(permit: Permit, cycle: Cycle, epoch: Epoch) -> Self {
        Self { permit, cycle, epoch }
    }

    /// What is permitted.
    #[must_use]
    pub const fn permit(&self) -> &Permit {
        &self.permit
    }

    /// Is it a permission of this cycle, given after the last kill?
    #[must_use]
    pub fn is_valid(&self, cycle: Cycle, epoch: Epoch) -> bool {
        self.cycle == cycle && self.epoch == epoch
    }

    /// Spends it.
    #[must_use]
    pub fn spend(self) -> Permit {
        self.permit
    }
}
