//! Group D, velocity: does it come too fast, or too often? Nothing is queued, exits and withdrawals are never held up.
//! (Repeated executions and failures are counted by supervisors outside the gate.)

use qts_core::{Amount, Code, Ratio};

use super::{Found, Terms};
use crate::levels;
use crate::measure::{Measure, RiskCalculator, RiskContext};
use crate::policy::Nature;
use crate::verdict::Action;

pub(super) fn of_either(terms: &Terms<'_>, seen: &RiskContext<'_>, found: &mut Found) {
    if let Some(rate) = terms.controls.order_rate {
        let levels = Some(levels::block_at(Amount::Ratio(rate.burst)));
        let measure = OrdersOfLate { per_second: rate.per_second }.measure(seen);
        found.add(Code::OrderRate, Action::Increase, levels, measure);
    }
    if let Some(count) = &terms.controls.message_limit {
        let levels = levels::of_count(count, Nature::Plausibility);
        found.add(Code::MessageLimit, Action::Increase, levels, MessagesOfSession.measure(seen));
    }
}

/// D1 `order_rate`: how full is the bucket of orders with this one?
///
/// Every order sent adds one to it, and it empties at a steady rate: a token bucket, seen from its empty side. What is
/// blocked adds nothing; exits add, and pass. Withdrawals have no part in it.
///
/// - *formula*: max(0, level when it was last added to − `per_second` · seconds since) + this cycle's orders so far + 1
/// - *unit*: orders
/// - *scope*: strategy (its own orders) and account (all orders sent)
/// - *levels*: above `burst` only the reducing part is left
/// - *exits*: pass, and add to it
/// - *conservative*: a strategy 1/s, the account 5/s; burst 20 each, since on bars all orders of a slice come at once
/// - *source*: D1
/// - *write*: `order_rate = { per_second = "1", burst = "20" }`
#[derive(Debug, Clone, Copy)]
pub struct OrdersOfLate {
    /// How many orders it loses in a second.
    pub per_second: Ratio,
}

impl RiskCalculator for OrdersOfLate {
    fn measure(&self, seen: &RiskContext<'_>) -> Measure {
        let orders = i32::try_from(seen.own.cycle_orders.saturating_add(1)).ok().map(Ratio::whole);
        let level = orders.and_then(|orders| orders.checked_add(seen.pace.orders_of_late(self.per_second, seen.now)));
        level.map_or(Measure::Unknown, |level| Measure::Fixed(Amount::Ratio(level)))
    }
}

/// D2 `message_limit`: how many messages would have been sent in this session?
///
/// - *formula*: new orders and withdrawals sent since the session began + this cycle's so far + 1
/// - *unit*: count
/// - *scope*: strategy (its own) and account (all)
/// - *levels*: above `warn` a warning; above `block` only the reducing part is left
/// - *exits*: pass, and count; so do withdrawals
/// - *conservative*: 2000 each
/// - *source*: D2; RTS 6 Art. 15
/// - *write*: `message_limit = { warn = 1500, block = 2000 }`
#[derive(Debug, Clone, Copy)]
pub struct MessagesOfSession;

impl RiskCalculator for MessagesOfSession {
    fn measure(&self, seen: &RiskContext<'_>) -> Measure {
        let own = seen.own;
        let now = own.cycle_orders.saturating_add(own.cycle_cancels).saturating_add(1);
        Measure::Fixed(Amount::Count(seen.pace.messages.saturating_add(now)))
    }
}
