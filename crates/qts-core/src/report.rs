//! What a broker says about an order, some time after it was placed.

use crate::{ExecId, Money, OrderId, Price, Qty, Ts};

/// One message of the broker about one order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecReport {
    /// Which order.
    pub order: OrderId,
    /// When the broker said it.
    pub ts: Ts,
    /// What it said.
    pub outcome: Outcome,
}

/// What can happen to an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The market holds it.
    Accepted,
    /// The broker or the market refused it.
    Rejected(String),
    /// Some or all of it traded.
    Filled {
        /// The broker's number of this execution.
        exec: ExecId,
        /// Shares.
        qty: Qty,
        /// At this price.
        price: Price,
        /// Commission and tax on it, rounded to the currency's smallest unit.
        fee: Money,
    },
    /// It was withdrawn.
    Canceled,
    /// The withdrawal was refused; the order works on.
    CancelRefused,
    /// Its time ended.
    Expired,
    /// No answer in time: nobody knows.
    Timeout,
    /// It is established that the order never reached the broker.
    NeverArrived,
}
