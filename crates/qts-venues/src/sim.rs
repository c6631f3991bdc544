//! The simulated broker: deterministic, no clock, no chance, integers only.
//!
//! It takes orders at once and says everything else at the next [`SimBroker::on_slice`], in this order: first its
//! answers to orders and cancels, in the order in which they came; then what the slice's events do to working orders,
//! event by event and in order-id order within one; then expiries, by order id. An order placed in cycle *k* so meets
//! the market in *k+1* at the earliest, and a cancel is answered before the market moves again.
//!
//! An event fills orders at what it offers: a bar at its open, a quote at its other side, a trade at its price. A bar
//! that tells again what quotes, trades or shorter bars told before fills none, nor does a quote whose bid is above its
//! ask, nor one that has shares on one side only on its other, nor anything outside the hours of its market.
//!
//! It must not know strategies, policies or books. What a strategy could not have done at a real broker it refuses;
//! it does not ask whether an order is wise.

mod fee;
mod lane;
mod offer;
mod order;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use qts_core::{
    ExecId, ExecReport, Inst, Instruments, MarketEvent, OrderId, Outcome, Payload, Qty, Ratio, Scale, Slice, Ts,
};
use qts_loop::NewOrder;

use crate::calendar::SessionClock;

use lane::Lane;
use offer::{Encounter, Room};
use order::{Ticket, Working};

/// When a limit order fills.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LimitFill {
    /// When the market trades through its limit.
    #[default]
    Through,
    /// When the market touches its limit.
    Touch,
}

/// How the simulated market treats us. The default: no slippage, no cap on volume, limits filled when traded through.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SimConfig {
    /// By how many ticks market orders fill worse than the event's price.
    pub slippage_ticks: u32,
    /// Which share of an event's volume our orders may take together, in whole lots; `None`: as much as they want.
    pub max_volume_share: Option<Ratio>,
    /// When limit orders fill.
    pub limit_fill: LimitFill,
}

/// A broker and its market, made of market data.
#[derive(Debug)]
pub struct SimBroker {
    config: SimConfig,
    instruments: Arc<Instruments>,
    lanes: Vec<Lane>,
    /// What the account holds, by instrument.
    held: Vec<Qty>,
    /// When instruments trade, by number; where it is not told, always.
    clocks: Vec<SessionClock>,
    orders: BTreeMap<Key, Working>,
    requests: Vec<Request>,
    executions: ExecId,
}

/// Orders lie by instrument, so that an event finds its own at once.
type Key = (Inst, OrderId);

/// What came in since the last slice and wants an answer.
#[derive(Debug)]
enum Request {
    Place(OrderId, Result<(), String>),
    Cancel(OrderId),
}

impl SimBroker {
    /// A broker without orders that has seen no market yet; the account holds nothing.
    #[must_use]
    pub fn new(config: SimConfig, instruments: Arc<Instruments>) -> Self {
        let lanes = vec![Lane::default(); instruments.len()];
        let held = vec![Qty::ZERO; instruments.len()];
        let (orders, requests) = (BTreeMap::new(), Vec::new());
        Self { config, instruments, lanes, held, clocks: Vec::new(), orders, requests, executions: ExecId(0) }
    }

    /// The same with what the account holds already.
    #[must_use]
    pub fn holding(mut self, positions: impl IntoIterator<Item = (Inst, Qty)>) -> Self {
        for (inst, qty) in positions {
            if let Some(held) = self.held.get_mut(inst.0 as usize) {
                *held = plus(*held, qty);
            }
        }
        self
    }

    /// The same in markets that trade at these hours, by instrument number: orders meet no event outside of them.
    #[must_use]
    pub fn with_hours(self, clocks: Vec<SessionClock>) -> Self {
        Self { clocks, ..self }
    }

    /// Takes an order; whether it is accepted is said at the next slice.
    pub fn place(&mut self, order: &NewOrder, now: Ts) {
        self.place_ticket(Ticket::from(order), now);
    }

    /// Takes the wish to withdraw an order; answered at the next slice, before the market moves.
    pub fn cancel(&mut self, order: OrderId) {
        self.requests.push(Request::Cancel(order));
    }

    /// Adds to `out` all that the broker has to say once it has seen `slice`.
    pub fn on_slice(&mut self, slice: &Slice, out: &mut Vec<ExecReport>) {
        self.answer(slice.ts, out);
        for event in &slice.events {
            self.meet(event, slice.ts, out);
        }
        self.expire(slice.ts, out);
    }

    /// The shares of an instrument have a new scale. What is asked of the broker is answered, then every order of that
    /// instrument is withdrawn: none of the old scale meets the market on the new one.
    pub fn adjust(&mut self, inst: Inst, scale: Scale, ts: Ts, out: &mut Vec<ExecReport>) {
        self.answer(ts, out);
        let withdrawn = self.orders.extract_if(orders_on(inst), |_, _| true);
        out.extend(withdrawn.map(|((_, order), _)| ExecReport { order, ts, outcome: Outcome::Canceled }));
        if let Some(lane) = self.lanes.get_mut(inst.0 as usize) {
            lane.rescale(scale);
        }
        if let Some((held, known)) = self.held.get_mut(inst.0 as usize).zip(self.instruments.get(inst)) {
            *held = scale.whole_steps(*held, known.quantity_step);
        }
    }

    /// How many orders are working; one that waits for its acceptance counts, a refused one does not.
    #[must_use]
    pub fn working(&self) -> usize {
        self.orders.len()
    }

    fn place_ticket(&mut self, ticket: Ticket, now: Ts) {
        let lane = self.lanes.get(ticket.instrument.0 as usize).copied().unwrap_or_default();
        let known = (lane.last(), self.sellable(ticket.instrument));
        let verdict = ticket.check(&self.instruments, lane.trading_day(now), known);
        if verdict.is_ok() {
            let session = lane.session_at(now);
            let before = self.orders.insert((ticket.instrument, ticket.id), Working::new(ticket, now, session));
            assert!(before.is_none(), "the loop never uses an order number twice");
        }
        self.requests.push(Request::Place(ticket.id, verdict));
    }

    /// What the account holds and does not yet offer for sale.
    fn sellable(&self, inst: Inst) -> Qty {
        let held = self.held.get(inst.0 as usize).copied().unwrap_or_default();
        let offered = self.orders.range(orders_on(inst)).map(|(_, order)| order.offered());
        offered.fold(held, |left, offered| plus(left, -offered))
    }

    fn answer(&mut self, ts: Ts, out: &mut Vec<ExecReport>) {
        let mut requests = std::mem::take(&mut self.requests);
        for request in requests.drain(..) {
            let (order, outcome) = match request {
                Request::Place(order, Ok(())) => (order, Outcome::Accepted),
                Request::Place(order, Err(why)) => (order, Outcome::Rejected(why)),
                Request::Cancel(order) => (order, self.withdraw(order)),
            };
            out.push(ExecReport { order, ts, outcome });
        }
        self.requests = requests;
    }

    fn withdraw(&mut self, order: OrderId) -> Outcome {
        let key = self.orders.keys().find(|(_, id)| *id == order).copied();
        match key.and_then(|key| self.orders.remove(&key)) {
            Some(_) => Outcome::Canceled,
            None => Outcome::CancelRefused,
        }
    }

    fn meet(&mut self, event: &MarketEvent, ts: Ts, out: &mut Vec<ExecReport>) {
        let is_closed = !self.trades_at(event);
        let Some(instrument) = self.instruments.get(event.instrument) else { return };
        let place = event.instrument.0 as usize;
        let Some((lane, held)) = self.lanes.get_mut(place).zip(self.held.get_mut(place)) else { return };
        lane.open(event);
        if is_closed || lane.was_told(event) {
            lane.absorb(event);
            return;
        }
        let encounter = Encounter { event, instrument, config: self.config, prev_close: lane.prev_close() };
        let mut room = Room::of(&event.payload, self.config.max_volume_share, instrument.lot);
        let executions = &mut self.executions;
        let over = |(_, id): &Key, order: &mut Working| {
            let met = order.meet(&encounter, &mut room, executions);
            *held = met.iter().flatten().fold(*held, |held, outcome| plus(held, order.signed(outcome)));
            out.extend(met.into_iter().flatten().map(|outcome| ExecReport { order: *id, ts, outcome }));
            order.is_over()
        };
        self.orders.extract_if(orders_on(event.instrument), over).for_each(drop);
        lane.absorb(event);
    }

    /// Does its market trade at the time of an event? A bar needs but a part of its time there. Nobody asks where no
    /// order waits.
    fn trades_at(&mut self, event: &MarketEvent) -> bool {
        if self.orders.range(orders_on(event.instrument)).next().is_none() {
            return true;
        }
        let (from, to) = match event.payload {
            // Its very ends touch the hours before and after it.
            Payload::Bar(bar) => (Ts(bar.from.0.saturating_add(1)), Ts(event.ts.0.saturating_sub(1))),
            // What comes with the very end is still of it.
            Payload::Quote(_) | Payload::Trade(_) => (Ts(event.ts.0.saturating_sub(1)), event.ts),
        };
        self.clocks.get_mut(event.instrument.0 as usize).is_none_or(|clock| clock.trades_on(event.day, from, to))
    }

    fn expire(&mut self, ts: Ts, out: &mut Vec<ExecReport>) {
        let lanes = &self.lanes;
        let ended = |(inst, _): &Key, order: &mut Working| {
            lanes.get(inst.0 as usize).is_some_and(|lane| order.has_outlived_its_session(ts, lane))
        };
        let first = out.len();
        let expired = self.orders.extract_if(.., ended);
        out.extend(expired.map(|((_, order), _)| ExecReport { order, ts, outcome: Outcome::Expired }));
        out[first..].sort_unstable_by_key(|report| report.order);
    }
}

/// The sum, which ends at the end of its range: no more was ever held.
fn plus(held: Qty, more: Qty) -> Qty {
    held.checked_add(more).unwrap_or(if more < Qty::ZERO { -Qty::MAX } else { Qty::MAX })
}

/// The keys of all orders on one instrument.
const fn orders_on(inst: Inst) -> RangeInclusive<Key> {
    (inst, OrderId(0))..=(inst, OrderId(u64::MAX))
}
