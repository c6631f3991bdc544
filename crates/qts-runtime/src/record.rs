//! What happened, as data: everything the runtime decided, booked or refused, in order.

use qts_core::{
    Adjusted, Amount, CancelRequest, Child, Code, Cross, Cycle, Decision, Inst, Kind, Mode, Money, OrderId, Price, Qty,
    Scale, Side, StrategyId, Tif, Ts,
};
use qts_loop::{NewOrder, OrderState, Step};

use crate::adjust::Awaits;
use crate::command::{Target, Verb};
use crate::host::Failure;
use crate::ledger::Share;

/// One thing that happened.
#[derive(Debug, Clone)]
pub enum Record {
    /// A proposal was judged.
    Decision(Box<Decision>),
    /// Shares changed hands between two own books.
    Cross(Cross),
    /// Somebody wants a working order withdrawn, and it was admitted.
    Cancel(CancelRequest),
    /// An order left.
    Sent {
        /// Its number.
        order: OrderId,
        /// What to trade.
        instrument: Inst,
        /// Which way.
        side: Side,
        /// At which price.
        kind: Kind,
        /// For how long.
        tif: Tif,
        /// How many shares.
        qty: Qty,
        /// Whose.
        children: Vec<Child>,
    },
    /// A permission was not used: the loop did not send the order, and nothing stays reserved for it.
    Halted {
        /// Whose.
        children: Vec<Child>,
        /// How far it came.
        step: Step,
    },
    /// The broker reported a trade.
    Fill {
        /// Of which order; several reports may tell of one order.
        order: OrderId,
        /// What was traded.
        instrument: Inst,
        /// Which way.
        side: Side,
        /// How many shares.
        qty: Qty,
        /// At which price.
        price: Price,
        /// Commission and tax.
        fee: Money,
        /// Whose.
        shares: Vec<Share>,
        /// Was the order over before?
        late: bool,
    },
    /// An order is over.
    Ended {
        /// Which one.
        order: OrderId,
        /// How.
        how: OrderState,
        /// What the broker said, if it refused.
        why: Option<String>,
    },
    /// A broker's message that the table of states does not allow, or about an order nobody knows.
    Refused {
        /// Which order.
        order: OrderId,
        /// What was wrong with it.
        what: String,
    },
    /// A strategy failed; everything it asked for in this cycle is dropped.
    Failed {
        /// Which one.
        strategy: StrategyId,
        /// How.
        failure: Failure,
    },
    /// A strategy failed too often, or panicked: it sees nothing until enabled by command.
    Quarantined {
        /// Which one.
        strategy: StrategyId,
    },
    /// The operator gave a command.
    Commanded {
        /// What was told, as people say it.
        command: String,
        /// What is to be done.
        verb: Verb,
        /// About what.
        target: Target,
        /// Why it was not done, if it was not.
        refused: Option<String>,
    },
    /// A supervisor tripped, or (with mode `active`) warns that it is about to.
    Tripped {
        /// Whom it holds back.
        target: Target,
        /// What about.
        code: Code,
        /// What is left to do.
        mode: Mode,
        /// What was observed.
        observed: Option<Amount>,
        /// The level above which (of counts: at which) it trips.
        limit: Option<Amount>,
    },
    /// A latch, or what a supervisor held back, was lifted; other causes may hold the target back still.
    Lifted {
        /// Who was held back.
        target: Target,
        /// What about.
        code: Code,
        /// What was left to do.
        mode: Mode,
        /// Why it was lifted.
        by: Lifting,
        /// What losses are measured from now on.
        baseline: Option<Money>,
    },
    /// A target is judged by another policy from now on.
    PolicySet {
        /// Whose.
        target: Target,
        /// Its name.
        policy: String,
        /// Its number for this target; the configured one is number one.
        version: u64,
        /// The hash of all its controls.
        hash: String,
        /// The controls by which it may admit more than the one before.
        loosened: Vec<Code>,
    },
    /// The link to the broker went down, or came up.
    Link {
        /// Which of the two.
        is_up: bool,
    },
    /// The shares of an instrument have a new scale: prices and volumes are known on that one from now on.
    Rescaled {
        /// Whose shares.
        instrument: Inst,
        /// New shares for old ones.
        scale: Scale,
        /// What for, if it was said.
        reason: String,
        /// Strategies that start anew.
        restarted: Vec<StrategyId>,
    },
    /// The books are on the new scale.
    Adjusted {
        /// Whose shares.
        instrument: Inst,
        /// New shares for old ones.
        scale: Scale,
        /// The price at which fractions were settled, where one is known.
        price: Option<Price>,
        /// What became of every position.
        parts: Vec<Adjusted>,
    },
    /// The books cannot be brought to the new scale, or not yet.
    Unadjusted {
        /// Whose shares.
        instrument: Inst,
        /// New shares for old ones.
        scale: Scale,
        /// Why.
        awaits: Awaits,
    },
}

/// Why something was lifted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifting {
    /// A person re-armed it.
    Command,
    /// A new day began.
    Session,
    /// Its ground is gone: the books match, a price is known, an order is no longer in doubt.
    Resolved,
}

/// What one input made of the runtime: records first, then what is to be done outside.
#[derive(Debug, Default)]
pub struct Effects {
    /// Which cycle it was, and its time.
    pub cycle: Cycle,
    /// The time of the slice.
    pub now: Ts,
    /// What happened, in order.
    pub records: Vec<Record>,
    /// Orders to send, in order.
    pub placed: Vec<NewOrder>,
    /// Orders to withdraw, in order.
    pub cancels: Vec<OrderId>,
    /// How many calls of strategies there were.
    pub evaluations: u64,
    /// Instruments on which proposals conflicted.
    pub conflicts: u64,
}

impl Effects {
    /// Empties it for the next input; memory stays.
    pub fn clear(&mut self) {
        self.records.clear();
        self.placed.clear();
        self.cancels.clear();
        self.evaluations = 0;
        self.conflicts = 0;
    }

    pub(crate) fn record(&mut self, record: Record) {
        self.records.push(record);
    }
}

impl qts_loop::Broker for Effects {
    fn place(&mut self, order: &NewOrder) -> qts_loop::Response {
        self.placed.push(order.clone());
        qts_loop::Response::Taken
    }

    fn cancel(&mut self, order: OrderId) -> qts_loop::Response {
        self.cancels.push(order);
        qts_loop::Response::Taken
    }
}
