//! The loop itself: it spends permissions and keeps the table of orders.

use std::collections::{BTreeMap, VecDeque};

use qts_core::{Cycle, Epoch, ExecReport, OrderId};
use qts_gate::{Admitted, ArbitratedOrder, Permit};

use crate::order::{Absorbed, NewOrder, Order, OrderState};

/// How many orders that are over are remembered for what the broker may still say about them.
const REMEMBERED: usize = 512;

/// The port to a broker. It answers at once, *taken* or *refused*; everything else it has to say comes later.
pub trait Broker {
    /// Takes an order.
    fn place(&mut self, order: &NewOrder) -> Response;
    /// Takes the wish to withdraw an order.
    fn cancel(&mut self, order: OrderId) -> Response;
}

/// A broker's answer at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Response {
    /// It has the request.
    Taken,
    /// It has not.
    Refused,
}

/// Three places at which somebody may say no. A no leaves the state as it was and marks the iteration blocked.
pub trait Hooks {
    /// Before anything is done with a permission.
    fn before_intent(&mut self, _admitted: &Admitted) -> bool {
        true
    }
    /// Before a new order goes to the broker.
    fn before_route(&mut self, _order: &NewOrder) -> bool {
        true
    }
    /// After the broker's answer.
    fn after_response(&mut self, _order: &NewOrder, _response: Response) -> bool {
        true
    }
}

/// Nobody says no.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoHooks;

impl Hooks for NoHooks {}

/// When the loop stops by itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StopPolicy {
    /// After this many iterations; `None`: never.
    pub max_iterations: Option<u64>,
}

/// How far an iteration came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The order is at the broker, or its withdrawal was asked for.
    Sent,
    /// The broker refused at once.
    Refused,
    /// A hook said no before anything was sent.
    Blocked,
    /// A hook said no after the broker had answered.
    BlockedAfterResponse,
    /// The permission was of another cycle or from before a kill.
    Void,
    /// The order to withdraw is not in a state to be withdrawn.
    NotCancelable,
    /// The stop policy ended the loop before.
    Stopped,
}

/// What became of one permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Iteration {
    /// The order it made or touched, if it came that far.
    pub order: Option<OrderId>,
    /// How far it came.
    pub step: Step,
}

/// The loop and its table of orders.
#[derive(Debug, Default)]
pub struct ExecutionLoop {
    orders: BTreeMap<OrderId, Order>,
    over: VecDeque<OrderId>,
    created: u64,
    iterations: u64,
    stop: StopPolicy,
}

impl ExecutionLoop {
    /// An empty loop that stops by this policy.
    #[must_use]
    pub fn new(stop: StopPolicy) -> Self {
        Self { stop, ..Self::default() }
    }

    /// An order that is working, or was until lately.
    #[must_use]
    pub fn order(&self, id: OrderId) -> Option<&Order> {
        self.orders.get(&id)
    }

    /// All orders that are working, or were until lately, oldest first.
    pub fn orders(&self) -> impl Iterator<Item = &Order> {
        self.orders.values()
    }

    /// How many orders it made so far.
    #[must_use]
    pub const fn created(&self) -> u64 {
        self.created
    }

    /// Spends one permission.
    pub fn execute(
        &mut self,
        admitted: Admitted,
        (cycle, epoch): (Cycle, Epoch),
        hooks: &mut impl Hooks,
        broker: &mut impl Broker,
    ) -> Iteration {
        let not_sent = |step| Iteration { order: None, step };
        if self.stop.max_iterations.is_some_and(|most| self.iterations >= most) {
            return not_sent(Step::Stopped);
        }
        self.iterations += 1;
        if !admitted.is_valid(cycle, epoch) {
            return not_sent(Step::Void);
        }
        if !hooks.before_intent(&admitted) {
            return not_sent(Step::Blocked);
        }
        match admitted.spend() {
            Permit::Place(order) => self.place(&order, hooks, broker),
            Permit::Cancel(id) => self.cancel(id, broker),
        }
    }

    fn place(&mut self, order: &ArbitratedOrder, hooks: &mut impl Hooks, broker: &mut impl Broker) -> Iteration {
        self.created += 1;
        let id = OrderId(self.created);
        let request = NewOrder::new(id, order.instrument, order.side, order.kind, order.tif, order.qty);
        let mut entry = Order::new(request.clone());
        if !hooks.before_route(&request) {
            return Iteration { order: Some(id), step: Step::Blocked };
        }
        entry.advance(OrderState::Submitted);
        let response = broker.place(&request);
        let allowed = hooks.after_response(&request, response);
        if allowed && response == Response::Refused {
            entry.advance(OrderState::Rejected);
        }
        self.orders.insert(id, entry);
        self.forget(id);
        let step = match (allowed, response) {
            (false, _) => Step::BlockedAfterResponse,
            (true, Response::Taken) => Step::Sent,
            (true, Response::Refused) => Step::Refused,
        };
        Iteration { order: Some(id), step }
    }

    fn cancel(&mut self, id: OrderId, broker: &mut impl Broker) -> Iteration {
        let moved = self.orders.get_mut(&id).is_some_and(|order| order.advance(OrderState::PendingCancel));
        let step = match moved {
            false => Step::NotCancelable,
            true if broker.cancel(id) == Response::Taken => Step::Sent,
            true => Step::Refused,
        };
        Iteration { order: Some(id), step }
    }

    /// Takes in what the broker said.
    pub fn absorb(&mut self, report: &ExecReport) -> Absorbed {
        let Some(order) = self.orders.get_mut(&report.order) else { return Absorbed::Unknown };
        let absorbed = order.absorb(report);
        self.forget(report.order);
        absorbed
    }

    /// Remembers an order that is over for a while, and forgets the one that was over longest ago.
    fn forget(&mut self, id: OrderId) {
        let over = self.orders.get(&id).is_some_and(|order| order.state() == OrderState::Terminal);
        if over && !self.over.contains(&id) {
            self.over.push_back(id);
        }
        if self.over.len() > REMEMBERED
            && let Some(oldest) = self.over.pop_front()
        {
            self.orders.remove(&oldest);
        }
    }
}
