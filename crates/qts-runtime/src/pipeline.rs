//! The whole system in one function.

use std::collections::BTreeMap;
use std::sync::Arc;

use qts_core::{
    Ask, Books, Cycle, Decision, DecisionId, Epoch, ExecReport, Instruments, Market, Mode, Money, OrderId, Proposal,
    Qty, Slice, StrategyId,
};
use qts_gate::{Situation, StagedRiskGate, Standing};
use qts_loop::{Absorbed, Broker, ExecutionLoop, NewOrder, NoHooks, OrderState, Response, StopPolicy};
use qts_strategy::{Intents, OwnOrder, Strategy, View};

/// What can happen to the runtime.
#[derive(Debug)]
pub enum Input {
    /// The market moved.
    Slice(Slice),
    /// The broker said something.
    Report(ExecReport),
}

/// What the runtime wants done, in order.
#[derive(Debug, Default)]
pub struct Effects {
    /// Decisions, recorded before anything is sent.
    pub decisions: Vec<Decision>,
    /// Orders to send.
    pub placed: Vec<NewOrder>,
    /// Orders to withdraw.
    pub cancels: Vec<OrderId>,
    /// Fills booked.
    pub fills: u64,
}

impl Broker for Effects {
    fn place(&mut self, order: &NewOrder) -> Response {
        self.placed.push(order.clone());
        Response::Taken
    }

    fn cancel(&mut self, order: OrderId) -> Response {
        self.cancels.push(order);
        Response::Taken
    }
}

/// One strategy, one account.
pub struct Runtime {
    instruments: Arc<Instruments>,
    id: StrategyId,
    strategy: Box<dyn Strategy>,
    standings: BTreeMap<StrategyId, Standing>,
    market: Market,
    books: Books,
    gate: StagedRiskGate,
    execution: ExecutionLoop,
    cycle: Cycle,
}

impl Runtime {
    /// A runtime for one strategy on an account with this much cash.
    #[must_use]
    pub fn new(
        instruments: Arc<Instruments>,
        cash: Money,
        id: StrategyId,
        strategy: Box<dyn Strategy>,
        standing: Standing,
    ) -> Self {
        let market = Market::new(instruments.len());
        Self {
            market,
            instruments,
            standings: BTreeMap::from([(id.clone(), standing)]),
            id,
            strategy,
            books: Books::with_cash(cash),
            gate: StagedRiskGate,
            execution: ExecutionLoop::new(StopPolicy::default()),
            cycle: Cycle(0),
        }
    }

    /// The account's books.
    #[must_use]
    pub const fn books(&self) -> &Books {
        &self.books
    }

    /// One input, and what follows from it.
    pub fn step(&mut self, input: &Input, out: &mut Effects) {
        match input {
            Input::Report(report) => self.absorb(report, out),
            Input::Slice(slice) => self.cycle(slice, out),
        }
    }

    fn absorb(&mut self, report: &ExecReport, out: &mut Effects) {
        let absorbed = self.execution.absorb(report);
        let Some(order) = self.execution.order(report.order) else { return };
        let (inst, side) = (order.request().instrument(), order.request().side());
        let book = self.books.book_mut(&self.id);
        match absorbed {
            Absorbed::Traded { qty, price, fee, .. } => {
                book.release(inst, side, qty);
                book.trade(inst, side, qty, Money::of(price, qty));
                book.fees += fee;
                out.fills += 1;
            }
            Absorbed::Moved(state) if state.ends() && state != OrderState::Filled => {
                let open = order.request().qty().checked_sub(order.filled()).unwrap_or(Qty::ZERO);
                book.release(inst, side, open);
            }
            _ => {}
        }
    }

    fn cycle(&mut self, slice: &Slice, out: &mut Effects) {
        self.cycle = Cycle(self.cycle.0 + 1);
        self.market.absorb(slice);
        let proposals = self.react(slice);
        let situation = Situation {
            cycle: self.cycle,
            epoch: Epoch(0),
            now: slice.ts,
            instruments: &self.instruments,
            market: &self.market,
            books: &self.books,
            working: &[],
            mode: Mode::Active,
            day_start_equity: None,
            instrument_modes: &BTreeMap::new(),
            standings: &self.standings,
        };
        let judged = self.gate.judge(proposals, &situation);
        out.decisions.extend(judged.decisions);
        for admitted in judged.admitted {
            let iteration = self.execution.execute(admitted, (self.cycle, Epoch(0)), &mut NoHooks, out);
            if let Some(order) = iteration.order.and_then(|id| self.execution.order(id)) {
                let request = order.request();
                self.books.book_mut(&self.id).reserve(request.instrument(), request.side(), request.qty());
            }
        }
    }

    fn react(&mut self, slice: &Slice) -> Vec<Proposal> {
        let empty = qts_core::Book::default();
        let orders: Vec<OwnOrder> = self.own_orders();
        let mut out = Intents::with_capacity(64);
        for event in &slice.events {
            let book = self.books.get(&self.id).unwrap_or(&empty);
            let view = View::new(slice.ts, self.cycle, &self.instruments, book, &orders);
            if self.strategy.on_event(&view, event, &mut out).is_err() {
                return Vec::new();
            }
        }
        let stamp = |(emission, ask)| match ask {
            Ask::Trade(intent) => Some(Proposal {
                id: DecisionId { cycle: self.cycle, strategy: self.id.clone(), emission },
                owner: self.id.clone(),
                intent,
            }),
            Ask::Cancel(_) => None,
        };
        (0..).zip(out.into_asks()).filter_map(stamp).collect()
    }

    fn own_orders(&self) -> Vec<OwnOrder> {
        let open = |order: &qts_loop::Order| order.request().qty().checked_sub(order.filled());
        let own = |order: &qts_loop::Order| OwnOrder {
            id: order.request().id(),
            instrument: order.request().instrument(),
            side: order.request().side(),
            open: open(order).unwrap_or(Qty::ZERO),
            kind: order.request().kind(),
        };
        self.execution.orders().filter(|order| order.state() != OrderState::Terminal).map(own).collect()
    }
}
