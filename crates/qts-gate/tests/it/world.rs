//! A small account to judge in: everything a [`Situation`] borrows, owned in one place.

use std::collections::BTreeMap;
use std::sync::Arc;

use qts_core::{
    Books, Child, Cycle, Dated, DecisionId, Epoch, Inst, Instrument, InstrumentId, Instruments, Intent, Kind, Market,
    Mode, Money, OrderId, Price, Proposal, Qty, Ratio, Side, StrategyId, TickTable, Tif, Ts, Working,
};
use qts_gate::{
    ArbitrationRule, CancelAsk, Causes, Judged, Pace, RiskPolicy, Situation, StagedRiskGate, Standing, StrategyState,
    Trace,
};

/// The time of every judgement.
pub(crate) const NOW: Ts = Ts(1_000_000_000_000);
/// The cycle of every judgement.
pub(crate) const CYCLE: Cycle = Cycle(1);

/// An account, its strategies and its market, before a cycle.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) rule: ArbitrationRule,
    pub(crate) instruments: Instruments,
    pub(crate) market: Market,
    pub(crate) books: Books,
    pub(crate) working: Vec<Working>,
    pub(crate) mode: Mode,
    pub(crate) instrument_modes: BTreeMap<Inst, Mode>,
    pub(crate) causes: Causes,
    pub(crate) equity: Option<Money>,
    pub(crate) account_policy: RiskPolicy,
    pub(crate) pace: Pace,
    pub(crate) standings: BTreeMap<StrategyId, Standing>,
}

impl World {
    /// No strategy, no price, no money; every policy is `validity_only`.
    pub(crate) fn new(instruments: Vec<Instrument>, cash: Money) -> Self {
        let instruments = Instruments::new(instruments).expect("distinct ids");
        Self {
            rule: ArbitrationRule::default(),
            market: Market::new(instruments.len()),
            instruments,
            books: Books::with_cash(cash),
            working: Vec::new(),
            mode: Mode::Active,
            instrument_modes: BTreeMap::new(),
            causes: Causes::default(),
            equity: None,
            account_policy: validity_only(),
            pace: Pace::new(),
            standings: BTreeMap::new(),
        }
    }

    /// Judges everything that is asked in one cycle.
    pub(crate) fn judge(&self, proposals: Vec<Proposal>, cancels: &[CancelAsk]) -> Judged {
        self.before(|gate, situation| gate.judge(proposals, cancels, situation))
    }

    /// The same with everything that was looked at.
    pub(crate) fn explain(&self, proposals: Vec<Proposal>, cancels: &[CancelAsk]) -> (Judged, Trace) {
        self.before(|gate, situation| gate.explain(proposals, cancels, situation))
    }

    fn before<T>(&self, hear: impl FnOnce(&StagedRiskGate, &Situation<'_>) -> T) -> T {
        let situation = Situation {
            cycle: CYCLE,
            epoch: Epoch(0),
            now: NOW,
            instruments: &self.instruments,
            market: &self.market,
            books: &self.books,
            working: &self.working,
            mode: self.mode,
            day_start_equity: self.equity,
            instrument_modes: &self.instrument_modes,
            pace: &self.pace,
            causes: &self.causes,
            standings: &self.standings,
        };
        hear(&StagedRiskGate::new(Arc::new(self.account_policy.clone()), self.rule), &situation)
    }

    /// The strategy's standing, active under `validity_only` at rank 100 if it is new.
    pub(crate) fn standing(&mut self, id: &str) -> &mut Standing {
        self.standings.entry(StrategyId::new(id)).or_insert_with(|| Standing {
            rank: 100,
            state: StrategyState::Active,
            mode: Mode::Active,
            policy: Arc::new(validity_only()),
            budget: None,
            median_order: BTreeMap::new(),
            pace: Pace::new(),
        })
    }

    /// Opens a position at its mark, zero where there is none.
    pub(crate) fn hold(&mut self, owner: &str, inst: Inst, position: Qty) {
        self.hold_at(owner, inst, position, self.market.mark(inst).unwrap_or(Price::ZERO));
    }

    /// Opens a position that cost `price` a share.
    pub(crate) fn hold_at(&mut self, owner: &str, inst: Inst, position: Qty, price: Price) {
        let cost = Money::of(price, position);
        if !position.is_zero() {
            self.books.book_mut(&StrategyId::new(owner)).open_with(inst, position, cost);
        }
    }

    /// Lets an order of one strategy work.
    pub(crate) fn rest(&mut self, owner: &str, order: Working) {
        let owner = StrategyId::new(owner);
        self.books.book_mut(&owner).reserve(order.instrument, order.side, order.open);
        let decision = DecisionId { cycle: Cycle(0), strategy: owner.clone(), emission: 0 };
        self.working.push(Working { children: vec![Child { decision, owner, qty: order.open }], ..order });
    }
}

pub(crate) fn validity_only() -> RiskPolicy {
    RiskPolicy::built_in("validity_only").expect("built in")
}

/// A stock with tick 1, lot 1, no daily limit, no ban on short sales and no commission.
pub(crate) fn stock(id: &str) -> Instrument {
    Instrument {
        id: InstrumentId::new(id).expect("SYMBOL.VENUE"),
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
    }
}

/// What `owner` asks as its `emission`-th intent.
pub(crate) fn proposal(owner: &str, emission: u32, inst: Inst, side: Side, qty: Qty, kind: Kind) -> Proposal {
    let owner = StrategyId::new(owner);
    let intent = Intent { instrument: inst, side, qty, kind, tif: Tif::Day, why: "test".into() };
    Proposal { id: DecisionId { cycle: CYCLE, strategy: owner.clone(), emission }, owner, intent }
}

/// An order to let work; [`World::rest`] fills in whose it is.
pub(crate) fn resting(id: u64, instrument: Inst, side: Side, kind: Kind, open: Qty) -> Working {
    Working { id: OrderId(id), instrument, side, kind, open, cancelling: false, children: Vec::new() }
}
