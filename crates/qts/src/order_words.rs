//! What becomes of an order: the closed lists of words, and of ends, that output is made of.

use qts_loop::{OrderState, Step};

/// How an order ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Filled,
    Canceled,
    Expired,
    Rejected,
    NeverArrived,
}

/// The end that a state is; none while the order is open, and none that says how in what is over.
pub(crate) const fn end(state: OrderState) -> Option<End> {
    match state {
        OrderState::Filled => Some(End::Filled),
        OrderState::Canceled => Some(End::Canceled),
        OrderState::Expired => Some(End::Expired),
        OrderState::Rejected => Some(End::Rejected),
        OrderState::NeverArrived => Some(End::NeverArrived),
        OrderState::Created | OrderState::Submitted | OrderState::Accepted | OrderState::PartiallyFilled => None,
        OrderState::PendingCancel | OrderState::InDoubt | OrderState::Terminal => None,
    }
}

/// An order's state in a word.
pub(crate) const fn state(state: OrderState) -> &'static str {
    match state {
        OrderState::Created => "created",
        OrderState::Submitted => "submitted",
        OrderState::Accepted => "accepted",
        OrderState::PartiallyFilled => "partially_filled",
        OrderState::PendingCancel => "pending_cancel",
        OrderState::InDoubt => "in_doubt",
        OrderState::Filled => "filled",
        OrderState::Rejected => "rejected",
        OrderState::Canceled => "canceled",
        OrderState::Expired => "expired",
        OrderState::NeverArrived => "never_arrived",
        OrderState::Terminal => "over",
    }
}

/// Where a permission ended in the loop, in a word.
pub(crate) const fn step(step: Step) -> &'static str {
    match step {
        Step::Sent => "sent",
        Step::Refused => "refused",
        Step::Blocked => "blocked",
        Step::BlockedAfterResponse => "blocked_after_response",
        Step::Void => "void",
        Step::NotCancelable => "not_cancelable",
        Step::Stopped => "stopped",
    }
}
