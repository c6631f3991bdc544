//! What tests stand on: small accounts, and permissions that went through the real gate.

use std::collections::BTreeMap;
use std::sync::Arc;

use qts_core::{
    Bar, Book, Books, Cycle, Dated, Day, Decision, DecisionId, Epoch, ExecReport, Inst, Instrument, InstrumentId,
    Instruments, Intent, Kind, Market, MarketEvent, Mode, Money, OrderId, Outcome, Payload, Price, Proposal, Qty,
    Ratio, Side, Slice, StrategyId, TickTable, Tif, Ts,
};
use qts_gate::{
    Admitted, ArbitrationRule, Causes, Pace, RiskPolicy, Situation, StagedRiskGate, Standing, StrategyState,
};
use qts_loop::{Absorbed, Broker, ExecutionLoop, Hooks, NewOrder, NoHooks, OrderState, Response, Step, StopPolicy};
use qts_runtime::{Effects, Input, QuarantineRule, Record, Registration, Runtime, Setup};
use qts_strategy::{Ask, Intents, Param, Params, Strategy, View};

/// The one instrument of these tests.
pub(crate) const A: Inst = Inst(0);

/// A price, what one strategy holds, and the cash.
#[derive(Clone, Copy)]
pub(crate) struct Account {
    pub(crate) price: i32,
    pub(crate) holding: i32,
    pub(crate) cash: i64,
}

pub(crate) fn instruments() -> Instruments {
    let stock = Instrument {
        id: InstrumentId::new("A.X").expect("an id"),
        ticks: Dated::always(TickTable::flat(Price::whole(1))),
        lot: Qty::whole(1),
        quantity_step: Qty::whole(1),
        daily_limit: Dated::always(None),
        order_limit: Dated::always(None),
        listed_shares: None,
        short_ban: false,
        commission: Ratio::ZERO,
        exchange_fee: Dated::always(Ratio::ZERO),
        sale_tax: Dated::always(Ratio::ZERO),
        minor_unit: Money::whole(1),
    };
    Instruments::new(vec![stock]).expect("distinct")
}

pub(crate) fn bar(ts: i64, price: i32) -> MarketEvent {
    let price = Price::whole(price);
    let bar = Bar {
        from: Ts(ts - 1),
        open: price,
        high: price,
        low: price,
        close: price,
        volume: Qty::whole(1_000),
        whole_session: false,
    };
    MarketEvent {
        instrument: A,
        ts: Ts(ts),
        day: Day(0),
        session_end: Ts(i64::MAX),
        next_day: Day(1),
        payload: Payload::Bar(bar),
    }
}

fn slice(ts: i64, price: i32) -> Slice {
    Slice { ts: Ts(ts), events: vec![bar(ts, price)] }
}

fn simple(buy_below: &str, sell_above: &str, qty: &str) -> Box<dyn Strategy> {
    let text = |key: &str, value: &str| (key.to_owned(), Param::Text(value.to_owned()));
    let params: Params =
        [text("buy_below", buy_below), text("sell_above", sell_above), text("qty", qty)].into_iter().collect();
    let kind = qts_strategies::kind("simple").expect("a kind");
    (kind.build)(params, &instruments()).expect("sound parameters")()
}

fn id() -> StrategyId {
    StrategyId::new("s")
}

fn books(account: Account) -> Books {
    let mut books = Books::with_cash(Money::whole(account.cash));
    let cost = Money::of(Price::whole(account.price), Qty::whole(account.holding));
    books.book_mut(&id()).open_with(A, Qty::whole(account.holding), cost);
    books
}

/// What `simple` wants on this account: side, quantity, its words.
pub(crate) fn simple_strategy(
    buy_below: &str,
    sell_above: &str,
    qty: &str,
    account: Account,
) -> Vec<(Side, Qty, String)> {
    let (instruments, books) = (instruments(), books(account));
    let empty = Book::default();
    let view = View::new(Ts(1), Cycle(1), &instruments, books.get(&id()).unwrap_or(&empty), &[]);
    let mut out = Intents::with_capacity(8);
    simple(buy_below, sell_above, qty).on_event(&view, &bar(1, account.price), &mut out).expect("no failure");
    let wanted = |ask| match ask {
        Ask::Trade(intent) => Some((intent.side, intent.qty, intent.why.into_owned())),
        Ask::Cancel(_) => None,
    };
    out.into_asks().into_iter().filter_map(wanted).collect()
}

fn phase5(max_score: &str) -> RiskPolicy {
    let mut policy = RiskPolicy::built_in("phase5").expect("built in");
    policy.strategy.max_risk_score = max_score.parse().ok();
    policy
}

fn standing(policy: RiskPolicy) -> Standing {
    Standing {
        rank: 100,
        state: StrategyState::Active,
        mode: Mode::Active,
        policy: Arc::new(policy),
        budget: None,
        median_order: BTreeMap::new(),
        pace: Pace::new(),
    }
}

fn proposal(emission: u32, side: Side, qty: i32) -> Proposal {
    let intent =
        Intent { instrument: A, side, qty: Qty::whole(qty), kind: Kind::Market, tif: Tif::Day, why: "test".into() };
    Proposal { id: DecisionId { cycle: Cycle(1), strategy: id(), emission }, owner: id(), intent }
}

/// Takes proposals through the real gate under this policy.
fn through_the_gate(proposals: Vec<Proposal>, account: Account, policy: RiskPolicy) -> (Vec<Decision>, Vec<Admitted>) {
    let (instruments, books) = (instruments(), books(account));
    let mut market = Market::new(1);
    market.absorb(&slice(1, account.price));
    let situation = Situation {
        cycle: Cycle(1),
        epoch: Epoch(0),
        now: Ts(1),
        instruments: &instruments,
        market: &market,
        books: &books,
        working: &[],
        mode: Mode::Active,
        day_start_equity: books.equity(&market),
        instrument_modes: &BTreeMap::new(),
        pace: &Pace::new(),
        causes: Causes::NONE,
        standings: &BTreeMap::from([(id(), standing(policy))]),
    };
    let judged = gate().judge(proposals, &[], &situation);
    (judged.decisions, judged.admitted)
}

fn gate() -> StagedRiskGate {
    let open = RiskPolicy::built_in("validity_only").expect("built in");
    StagedRiskGate::new(Arc::new(open), ArbitrationRule::ExitsOnly)
}

/// What the staged gate decides on one proposal under `phase5` with this score limit.
pub(crate) fn judge(side: Side, qty: i32, account: Account, max_score: &str) -> Decision {
    let (mut decisions, _) = through_the_gate(vec![proposal(0, side, qty)], account, phase5(max_score));
    decisions.remove(0)
}

/// Permissions for buys of one share each, at different limits so that they are different orders.
pub(crate) fn admitted(count: u32) -> Vec<Admitted> {
    let apart = |emission: u32| {
        let mut proposal = proposal(emission, Side::Buy, 1);
        proposal.intent.kind = Kind::Limit(Price::whole(100 + i32::try_from(emission).expect("small")));
        proposal
    };
    let account = Account { price: 100, holding: 0, cash: 1_000_000 };
    through_the_gate((0..count).map(apart).collect(), account, phase5("1")).1
}

/// What one cycle of the whole runtime did.
pub(crate) struct Run {
    pub(crate) intents: usize,
    pub(crate) placed: Vec<(Side, Qty)>,
}

/// One slice through a runtime with the strategy `simple` under `phase5`.
pub(crate) fn run_once(buy_below: &str, sell_above: &str, qty: &str, account: Account, max_score: &str) -> Run {
    let text = |key: &str, value: &str| (key.to_owned(), Param::Text(value.to_owned()));
    let params = [text("buy_below", buy_below), text("sell_above", sell_above), text("qty", qty)].into_iter().collect();
    let factory = (qts_strategies::kind("simple").expect("a kind").build)(params, &instruments());
    let mut runtime = Runtime::new(Setup {
        instruments: Arc::new(instruments()),
        intervals: Vec::new(),
        books: books(account),
        account_policy: Arc::new(RiskPolicy::built_in("validity_only").expect("built in")),
        rule: ArbitrationRule::ExitsOnly,
        quarantine: QuarantineRule::default(),
        stop: StopPolicy::default(),
    });
    let registration = Registration {
        id: id(),
        name: "simple".into(),
        instruments: vec![A],
        rank: 100,
        state: StrategyState::Active,
        policy: Arc::new(phase5(max_score)),
        budget: None,
        factory: factory.expect("sound parameters"),
    };
    runtime.registry().register(registration).expect("a free id");
    let mut effects = Effects::default();
    runtime.step(&Input::Slice(slice(1, account.price)), &mut effects);
    Run {
        intents: effects.records.iter().filter(|record| matches!(record, Record::Decision(_))).count(),
        placed: effects.placed.iter().map(|order| (order.side(), order.qty())).collect(),
    }
}

/// A broker's port that always answers the same.
pub(crate) struct Port {
    pub(crate) answer: Response,
    pub(crate) placed: u32,
}

impl Broker for Port {
    fn place(&mut self, _: &NewOrder) -> Response {
        self.placed += 1;
        self.answer
    }

    fn cancel(&mut self, _: OrderId) -> Response {
        self.answer
    }
}

/// The loop on its own with a port.
pub(crate) struct Bench {
    execution: ExecutionLoop,
    pub(crate) port: Port,
}

impl Bench {
    pub(crate) fn new(stop: StopPolicy) -> Self {
        Self { execution: ExecutionLoop::new(stop), port: Port { answer: Response::Taken, placed: 0 } }
    }

    pub(crate) fn execute(&mut self, count: u32) -> Vec<Step> {
        self.execute_with(count, &mut NoHooks)
    }

    pub(crate) fn execute_with(&mut self, count: u32, hooks: &mut impl Hooks) -> Vec<Step> {
        let now = (Cycle(1), Epoch(0));
        let permissions = admitted(count);
        permissions.into_iter().map(|a| self.execution.execute(a, now, hooks, &mut self.port).step).collect()
    }

    pub(crate) fn report(&mut self, order: u64, outcome: Outcome) -> Absorbed {
        self.execution.absorb(&ExecReport { order: OrderId(order), ts: Ts(2), outcome })
    }

    pub(crate) fn states(&self) -> Vec<OrderState> {
        self.execution.orders().map(qts_loop::Order::state).collect()
    }

    pub(crate) fn ended(&self, order: u64) -> Option<OrderState> {
        self.execution.order(OrderId(order)).and_then(qts_loop::Order::ended)
    }
}
