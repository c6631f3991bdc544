//! The whole system in one function: [`Runtime::step`].
//!
//! Pure: no I/O, no clock, no chance, no hash order. The same inputs give the same effects, byte for byte; what is to
//! be done outside comes out as [`Effects`].

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::sync::Arc;

use qts_core::{
    Books, Child, Cycle, Day, Decision, Epoch, ExecReport, Holding, Inst, Instruments, Market, Mode, Money, OrderId,
    Outcome, Payload, Proposal, Qty, Scale, Side, Slice, Span, StrategyId, Ts,
};
use qts_gate::{
    ArbitrationRule, CancelAsk, Causes, Pace, Permit, RiskPolicy, Situation, StagedRiskGate, StrategyState,
};
use qts_loop::{Absorbed, ExecutionLoop, NoHooks, OrderState, Step, StopPolicy};

use crate::adjust::Adjustment;
use crate::command::Command;
use crate::digest::Digest;
use crate::host::Failure;
use crate::inbox::Outside;
use crate::ledger::Ledger;
use crate::mux::{Reaction, Scene, StrategyMultiplexer};
use crate::record::{Effects, Record};
use crate::registry::{QuarantineRule, StrategyRegistry};
use crate::supervise::{PositionReport, Supervisors};
use crate::velocity::SessionTurn;
use crate::witness::{Hearing, Onlooker, Witness};

/// What can happen to the runtime.
#[derive(Debug)]
pub enum Input {
    /// The market moved.
    Slice(Slice),
    /// What the inbox holds: market events, perhaps none, and what strategies outside ask for.
    Inbox(Slice, Outside),
    /// The broker said something.
    Report(ExecReport),
    /// The operator said something.
    Command(Command),
    /// Time passed without a market event.
    Timer(Ts),
    /// The broker told what it holds.
    Positions(PositionReport),
    /// The link to the broker went down, or came up.
    Link {
        /// When.
        ts: Ts,
        /// Which of the two.
        is_up: bool,
    },
    /// The shares of an instrument have a new scale.
    Adjustment(Adjustment),
}

/// What a runtime starts from.
pub struct Setup {
    /// The markets' rules.
    pub instruments: Arc<Instruments>,
    /// Usual distances of events, where they come at regular ones.
    pub intervals: Vec<(Inst, Span)>,
    /// The account's cash and opening positions.
    pub books: Books,
    /// The account's policy.
    pub account_policy: Arc<RiskPolicy>,
    /// How conflicts are settled.
    pub rule: ArbitrationRule,
    /// When failures lead to quarantine.
    pub quarantine: QuarantineRule,
    /// When the loop stops by itself.
    pub stop: StopPolicy,
}

/// So many rejections in a row, and a flatten asks no more.
const MOST_REFUSED_FLATTENS: u32 = 5;

/// Many strategies, one account, one gate, one loop.
pub struct Runtime {
    pub(crate) instruments: Arc<Instruments>,
    pub(crate) registry: StrategyRegistry,
    mux: StrategyMultiplexer,
    pub(crate) gate: StagedRiskGate,
    pub(crate) execution: ExecutionLoop,
    pub(crate) market: Market,
    pub(crate) books: Books,
    pub(crate) ledger: Ledger,
    pub(crate) mode: Mode,
    pub(crate) instrument_modes: BTreeMap<Inst, Mode>,
    /// Why the modes are what they are.
    pub(crate) causes: Causes,
    pub(crate) supervisors: Supervisors,
    /// Instruments whose books are not on the new scale of their shares yet.
    pub(crate) unadjusted: BTreeMap<Inst, Scale>,
    pub(crate) epoch: Epoch,
    /// Orders to be withdrawn as soon as their state allows it.
    pub(crate) unwanted: BTreeSet<OrderId>,
    /// Positions to be closed for the operator, asked again until they are gone, and how many of the orders for it were
    /// rejected in a row.
    pub(crate) flattening: BTreeMap<(StrategyId, Inst), u32>,
    quarantine: QuarantineRule,
    cycle: Cycle,
    pub(crate) now: Ts,
    /// What the account did lately.
    pub(crate) pace: Pace,
    pub(crate) turn: SessionTurn,
    day: Option<Day>,
    session_end: Ts,
    /// Until when a session goes on of which something was seen in its course.
    open_until: Option<Ts>,
    pub(crate) day_start_equity: Option<Money>,
    /// What the account was worth before the first trade after its session's end, if there was one.
    overnight_equity: Option<Option<Money>>,
    digest: Digest,
}

impl Runtime {
    /// A runtime without strategies.
    #[must_use]
    pub fn new(setup: Setup) -> Self {
        let mut market = Market::new(setup.instruments.len());
        for (inst, interval) in setup.intervals {
            if let Some(prices) = market.prices_mut(inst) {
                prices.interval = Some(interval);
            }
        }
        Self {
            registry: StrategyRegistry::default(),
            mux: StrategyMultiplexer::default(),
            gate: StagedRiskGate::new(setup.account_policy, setup.rule),
            execution: ExecutionLoop::new(setup.stop),
            market,
            books: setup.books,
            ledger: Ledger::default(),
            mode: Mode::Active,
            instrument_modes: BTreeMap::new(),
            causes: Causes::default(),
            supervisors: Supervisors::default(),
            unadjusted: BTreeMap::new(),
            epoch: Epoch(0),
            unwanted: BTreeSet::new(),
            flattening: BTreeMap::new(),
            quarantine: setup.quarantine,
            cycle: Cycle(0),
            now: Ts(0),
            pace: Pace::new(),
            turn: SessionTurn::default(),
            day: None,
            session_end: Ts(i64::MAX),
            open_until: None,
            day_start_equity: None,
            overnight_equity: None,
            digest: Digest::default(),
            instruments: setup.instruments,
        }
    }

    /// One input, and what follows from it.
    pub fn step(&mut self, input: &Input, out: &mut Effects) {
        self.step_before(None, input, out);
    }

    /// The same with somebody who looks on.
    pub fn step_watched(&mut self, input: &Input, out: &mut Effects, witness: &mut dyn Witness) {
        self.step_before(Some(witness), input, out);
    }

    fn step_before(&mut self, witness: Onlooker<'_, '_>, input: &Input, out: &mut Effects) {
        let told = out.records.len();
        match input {
            Input::Slice(slice) => self.cycle(slice, &Outside::default(), out, witness),
            Input::Inbox(slice, outside) => self.cycle(slice, outside, out, witness),
            Input::Report(report) => self.absorb(report, out),
            Input::Command(command) => self.command(command, out),
            Input::Timer(now) => self.wait(*now, out),
            Input::Positions(report) => self.reconcile(report, out),
            Input::Link { ts, is_up } => self.note_link(*ts, *is_up, out),
            Input::Adjustment(new) => self.adjust(new, out),
        }
        self.resume_adjustments(out);
        self.supervise(input, told, out);
        (out.cycle, out.now) = (self.cycle, self.now);
        self.digest.take_in(self.cycle, &out.records[told..]);
    }

    /// One cycle: market → strategies → gate → records → loop.
    fn cycle(&mut self, slice: &Slice, outside: &Outside, out: &mut Effects, mut witness: Onlooker<'_, '_>) {
        self.cycle = Cycle(self.cycle.0 + 1);
        self.take(slice, outside, out);
        let mut reaction = self.react(slice, witness.as_deref_mut());
        outside.stamp(self.cycle, &mut reaction);
        let Reaction { mut proposals, mut cancels, failures, evaluations } = reaction;
        out.evaluations += evaluations;
        for (strategy, failure) in failures {
            self.note_failure(strategy, failure, out);
        }
        proposals.extend(self.flatten_proposals());
        if self.supervisors.link_is_down {
            // They would be lost; what works is wanted withdrawn anyway.
            cancels.clear();
        }
        cancels.extend(self.unwanted_orders());
        self.judge(proposals, &cancels, out, witness);
    }

    /// Prices, and the roll of the day: the day's equity is what the account was worth when it began. A bar that
    /// spans its session is judged as sent at the start of the next one, so the day ends with it, unless a session
    /// still goes on of which something was seen in its course: then the day is that session's.
    fn take(&mut self, slice: &Slice, outside: &Outside, out: &mut Effects) {
        self.now = slice.ts;
        let goes_on = self.day_goes_on(slice);
        let newest = slice.events.iter().map(|event| event.day).max().filter(|_| !goes_on);
        let overnight = self.overnight_equity.take();
        self.count_sessions(slice, newest > self.day);
        if newest > self.day {
            self.day = newest;
            self.day_start_equity = overnight.unwrap_or_else(|| self.equity());
            self.begin_day(out);
        }
        self.session_end = slice.events.iter().map(|event| event.session_end).max().unwrap_or(self.session_end);
        self.market.absorb(slice);
        outside.tell(&mut self.market);
        if self.day_start_equity.is_none() {
            self.day_start_equity = self.equity();
        }
        let day_ends = self.day_ends(slice);
        self.measure_losses(day_ends, out);
        if day_ends {
            self.day_start_equity = self.equity();
            self.begin_day(out);
        }
    }

    /// Is it only told of whole sessions while another still goes on? Then no day begins with it.
    fn day_goes_on(&self, slice: &Slice) -> bool {
        let is_open = self.open_until.is_some_and(|end| slice.ts < end);
        is_open && slice.events.iter().all(|event| spans_session(&event.payload))
    }

    /// Does a bar end its session, and no other session go on?
    fn day_ends(&mut self, slice: &Slice) -> bool {
        let seen_in_course = slice.events.iter().filter(|event| !spans_session(&event.payload));
        self.open_until = self.open_until.max(seen_in_course.map(|event| event.session_end).max());
        let ends_session = slice.events.iter().any(|event| spans_session(&event.payload));
        ends_session && self.open_until.is_none_or(|end| slice.ts >= end)
    }

    /// Time passes; what could not be withdrawn before is asked for again.
    fn wait(&mut self, now: Ts, out: &mut Effects) {
        self.now = self.now.max(now);
        let cancels = self.unwanted_orders();
        self.judge(Vec::new(), &cancels, out, None);
    }

    fn react(&mut self, slice: &Slice, witness: Onlooker<'_, '_>) -> Reaction {
        let scene = Scene {
            cycle: self.cycle,
            instruments: &self.instruments,
            market: &self.market,
            books: &self.books,
            ledger: &self.ledger,
            max_intents: self.quarantine.max_intents_per_cycle,
        };
        self.mux.react(slice, &mut self.registry, scene, witness)
    }

    /// Strategy scope → arbitration → account scope; recorded, then executed.
    pub(crate) fn judge(
        &mut self,
        proposals: Vec<Proposal>,
        cancels: &[CancelAsk],
        out: &mut Effects,
        witness: Onlooker<'_, '_>,
    ) {
        if proposals.is_empty() && cancels.is_empty() {
            return;
        }
        let situation = Situation {
            cycle: self.cycle,
            epoch: self.epoch,
            now: self.now,
            instruments: &self.instruments,
            market: &self.market,
            books: &self.books,
            working: self.ledger.working(),
            mode: self.mode,
            day_start_equity: self.day_start_equity,
            instrument_modes: &self.instrument_modes,
            pace: &self.pace,
            causes: &self.causes,
            standings: self.registry.standings(),
        };
        if let Some(witness) = witness {
            witness.judging(&Hearing { gate: &self.gate, proposals: &proposals, cancels, situation: &situation });
        }
        let judged = self.gate.judge(proposals, cancels, &situation);
        let told = out.records.len();
        out.conflicts += judged.conflicts;
        out.records.extend(judged.decisions.into_iter().map(|decision: Decision| Record::Decision(Box::new(decision))));
        for cross in judged.crosses {
            Ledger::cross(&cross, &mut self.books);
            out.record(Record::Cross(cross));
        }
        out.records.extend(judged.cancels.into_iter().map(Record::Cancel));
        for admitted in judged.admitted {
            self.execute(admitted, cancels, out);
        }
        self.count_admitted(&out.records[told..]);
    }

    /// Spends one permission; what the loop does not send stays nobody's.
    fn execute(&mut self, admitted: qts_gate::Admitted, cancels: &[CancelAsk], out: &mut Effects) {
        let permit = admitted.permit().clone();
        let iteration = self.execution.execute(admitted, (self.cycle, self.epoch), &mut NoHooks, out);
        match (permit, iteration.order, iteration.step) {
            // A hook that says no after the response comes too late: the order is at the broker.
            (Permit::Place(order), Some(id), Step::Sent | Step::BlockedAfterResponse) => {
                self.count_order(&order);
                out.record(Record::Sent {
                    order: id,
                    instrument: order.instrument,
                    side: order.side,
                    kind: order.kind,
                    tif: order.tif,
                    qty: order.qty,
                    children: order.children.clone(),
                });
                self.ledger.open(id, order, &mut self.books, &self.instruments);
            }
            (Permit::Place(order), _, step) => out.record(Record::Halted { children: order.children, step }),
            (Permit::Cancel(id), _, Step::Sent) => {
                self.count_cancel(id, cancels);
                self.ledger.set_cancelling(id, true);
            }
            (Permit::Cancel(id), _, step) => {
                self.unwanted.insert(id);
                out.record(Record::Refused { order: id, what: why_not_withdrawn(step).to_owned() });
            }
        }
    }

    /// What the broker said: order states, books.
    fn absorb(&mut self, report: &ExecReport, out: &mut Effects) {
        self.now = self.now.max(report.ts);
        let absorbed = self.execution.absorb(report);
        match absorbed {
            Absorbed::Moved(state) if state.ends() => self.end(report, state, out),
            // Refused, or not heard of any more: the withdrawal may be asked for again.
            Absorbed::Moved(_) => self.ledger.set_cancelling(report.order, false),
            Absorbed::Traded { qty, price, fee, late } => self.trade(report.order, (qty, price, fee), late, out),
            Absorbed::Repeat => self.refuse(report, "an execution told twice", out),
            Absorbed::Unknown => self.adopt(report, out),
            Absorbed::Refused { from, .. } => {
                if report.outcome == Outcome::CancelRefused {
                    self.ledger.set_cancelling(report.order, false);
                }
                self.refuse(report, out_of_turn(&report.outcome, from), out);
            }
        }
    }

    fn trade(&mut self, id: OrderId, fill: (Qty, qts_core::Price, Money), late: bool, out: &mut Effects) {
        let Some(order) = self.execution.order(id) else { return };
        let (instrument, side) = (order.request().instrument(), order.request().side());
        let over = order.state() == OrderState::Terminal;
        if self.now > self.session_end && self.overnight_equity.is_none() {
            let worth = self.equity();
            self.overnight_equity = Some(worth);
        }
        let shares = self.ledger.fill(id, fill, &mut self.books, &self.instruments);
        self.count_fill(instrument, &shares);
        for share in &shares {
            self.flattening.entry((share.owner.clone(), instrument)).and_modify(|refused| *refused = 0);
        }
        let (qty, price, fee) = fill;
        out.record(Record::Fill { order: id, instrument, side, qty, price, fee, shares, late });
        if over && !late {
            self.close(id, OrderState::Filled, None, out);
        }
    }

    fn end(&mut self, report: &ExecReport, how: OrderState, out: &mut Effects) {
        let why = match &report.outcome {
            Outcome::Rejected(why) => Some(why.clone()),
            _ => None,
        };
        if how == OrderState::Rejected {
            self.count_refused_flatten(report.order, out);
        }
        self.close(report.order, how, why, out);
    }

    /// An order to flatten that is rejected again and again is not sent for ever: somebody has to look.
    fn count_refused_flatten(&mut self, id: OrderId, out: &mut Effects) {
        let Some(order) = self.ledger.working().iter().find(|order| order.id == id) else { return };
        let of_operator = |child: &&Child| child.decision.strategy.as_str() == StrategyId::OPERATOR;
        let concerned: Vec<_> =
            order.children.iter().filter(of_operator).map(|child| (child.owner.clone(), order.instrument)).collect();
        for key in concerned {
            let Some(count) = self.flattening.get_mut(&key) else { continue };
            *count += 1;
            if *count == MOST_REFUSED_FLATTENS {
                self.flattening.remove(&key);
                let (owner, instrument) = (key.0, self.instruments.name(key.1));
                let what = format!(
                    "the broker rejected {MOST_REFUSED_FLATTENS} orders in a row to close {instrument} of `{owner}`: no \
                     more are sent; look why, then flatten again"
                );
                out.record(Record::Refused { order: id, what });
            }
        }
    }

    fn close(&mut self, order: OrderId, how: OrderState, why: Option<String>, out: &mut Effects) {
        self.ledger.close(order, &mut self.books);
        self.unwanted.remove(&order);
        out.record(Record::Ended { order, how, why });
    }

    fn refuse(&self, report: &ExecReport, what: &str, out: &mut Effects) {
        out.record(Record::Refused { order: report.order, what: what.to_owned() });
    }

    /// A message about an order that nobody knows: nothing to book it to without its instrument, so it is shown.
    fn adopt(&self, report: &ExecReport, out: &mut Effects) {
        self.refuse(report, &format!("nobody knows this order: {}", in_words(&report.outcome)), out);
    }

    fn note_failure(&mut self, strategy: StrategyId, failure: Failure, out: &mut Effects) {
        let panicked = matches!(failure, Failure::Panic(_));
        let too_many = self.registry.count_failure(&strategy, self.cycle, &self.quarantine);
        out.record(Record::Failed { strategy: strategy.clone(), failure });
        if panicked || too_many {
            // The strategy has just been called, so it is registered.
            let _ = self.registry.set_state(&strategy, StrategyState::Quarantined);
            self.withdraw_orders_of(&strategy);
            out.record(Record::Quarantined { strategy });
        }
    }

    pub(crate) fn withdraw_orders_of(&mut self, owner: &StrategyId) {
        self.unwanted.extend(self.ledger.own_orders(owner).iter().map(|order| order.id));
    }

    /// The operator's wish to withdraw what is unwanted and can be withdrawn by now.
    pub(crate) fn unwanted_orders(&self) -> Vec<CancelAsk> {
        if self.supervisors.link_is_down {
            return Vec::new();
        }
        let can = |id: &&OrderId| {
            let order = self.execution.order(**id);
            let free = order.is_some_and(|order| order.state().may_become(OrderState::PendingCancel));
            free && !self.ledger.is_cancelling(**id)
        };
        let ask = |id: &OrderId| CancelAsk { strategy: StrategyId::operator(), order: *id, why: "unwanted".into() };
        self.unwanted.iter().filter(can).map(ask).collect()
    }

    /// The operator's market orders for what is to be closed and not being closed yet. Orders that the owner has there
    /// are unwanted, however often it sends new ones.
    fn flatten_proposals(&mut self) -> Vec<Proposal> {
        let mut proposals = Vec::new();
        // While the link is down they could not be sent.
        let wanted = self.flattening.keys().filter(|_| !self.supervisors.link_is_down);
        let wanted: Vec<(StrategyId, Inst)> = wanted.cloned().collect();
        for (emission, (owner, inst)) in (0..).zip(wanted) {
            let holding = self.books.get(&owner).map(|book| book.holding(inst)).unwrap_or_default();
            let own = self.ledger.orders_sent_by(&owner).filter(|order| order.instrument == inst);
            self.unwanted.extend(own.map(|order| order.id));
            let side = if holding.position < Qty::ZERO { Side::Buy } else { Side::Sell };
            let qty = holding.reducing_part(side, holding.position.abs()).min(self.most_at_once(inst));
            if holding == Holding::default() {
                self.flattening.remove(&(owner, inst));
            } else if qty.is_positive() {
                proposals.push(self.flatten_proposal(emission, owner, (inst, side, qty)));
            }
        }
        proposals
    }

    /// The most that its market takes in one market order: a larger holding is closed in parts.
    fn most_at_once(&self, inst: Inst) -> Qty {
        let known = self.instruments.get(inst).zip(self.market.prices(inst));
        let most = known.and_then(|(instrument, prices)| {
            instrument.most_at_once(prices.reference()?, prices.trading_day(self.now))
        });
        most.unwrap_or(Qty::MAX)
    }

    fn flatten_proposal(&self, emission: u32, owner: StrategyId, (inst, side, qty): (Inst, Side, Qty)) -> Proposal {
        let intent = qts_core::Intent {
            instrument: inst,
            side,
            qty,
            kind: qts_core::Kind::Market,
            tif: qts_core::Tif::Day,
            why: "flatten".into(),
        };
        let id = qts_core::DecisionId { cycle: self.cycle, strategy: StrategyId::operator(), emission };
        Proposal { id, owner, intent }
    }

    /// The account's books.
    #[must_use]
    pub const fn books(&self) -> &Books {
        &self.books
    }

    /// Prices as known now.
    #[must_use]
    pub const fn market(&self) -> &Market {
        &self.market
    }

    /// The strategies, to register more before a run.
    pub const fn registry(&mut self) -> &mut StrategyRegistry {
        &mut self.registry
    }

    /// The account's mode.
    #[must_use]
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// The time as known.
    #[must_use]
    pub const fn now(&self) -> Ts {
        self.now
    }

    /// The account's equity when the day began, if it is known.
    #[must_use]
    pub const fn day_start_equity(&self) -> Option<Money> {
        self.day_start_equity
    }

    /// Own orders at the market, oldest first.
    #[must_use]
    pub fn working(&self) -> &[qts_core::Working] {
        self.ledger.working()
    }

    /// How every strategy stands with the gate.
    #[must_use]
    pub const fn standings(&self) -> &BTreeMap<StrategyId, qts_gate::Standing> {
        self.registry.standings()
    }

    /// The modes of instruments; absent is active.
    #[must_use]
    pub const fn instrument_modes(&self) -> &BTreeMap<Inst, Mode> {
        &self.instrument_modes
    }

    /// The cycle at hand.
    #[must_use]
    pub const fn cycle_number(&self) -> Cycle {
        self.cycle
    }

    /// The loop's table of orders.
    #[must_use]
    pub const fn execution(&self) -> &ExecutionLoop {
        &self.execution
    }

    /// A hash of everything that happened, and of the books, working orders, modes and paces: equal inputs, equal
    /// hashes. A pace that does not matter any more is none.
    #[must_use]
    pub fn state_hash(&self) -> String {
        self.state_digest().iter().fold(String::new(), |mut text, byte| {
            // Writing to a text cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// The same as bytes.
    #[must_use]
    pub fn state_digest(&self) -> [u8; 32] {
        let state = (&self.books, &self.ledger, &self.instrument_modes, self.mode, self.day_start_equity);
        // What nobody uses leaves no trace.
        let watched = (!self.supervisors.is_idle()).then_some(&self.supervisors as &dyn std::fmt::Debug);
        let held = self.causes.has_supervisors().then_some(&self.causes as &dyn std::fmt::Debug);
        let paces = self.paces();
        let paced = (!paces.is_empty()).then_some(&paces as &dyn std::fmt::Debug);
        let unadjusted = (!self.unadjusted.is_empty()).then_some(&self.unadjusted as &dyn std::fmt::Debug);
        self.digest.with_state(&state, [watched, held, paced, unadjusted]).into()
    }
}

/// Is it a bar of a whole session?
const fn spans_session(payload: &Payload) -> bool {
    matches!(payload, Payload::Bar(bar) if bar.whole_session)
}

/// Why a report cannot be: what the order was by then, and what to do about it.
fn out_of_turn(outcome: &Outcome, from: OrderState) -> &'static str {
    match outcome {
        _ if from == OrderState::Terminal => "the order was over already; nothing to do",
        Outcome::Accepted => "the order was acknowledged already; nothing to do",
        Outcome::Rejected(_) => "the order was acknowledged before; if it is gone, say that it was canceled or expired",
        Outcome::CancelRefused => "nobody waits for its withdrawal; nothing to do",
        Outcome::Canceled | Outcome::Expired if from == OrderState::Submitted => {
            "the order was not acknowledged before; say that first"
        }
        Outcome::Expired if from == OrderState::PendingCancel => {
            "its withdrawal was asked for; say that it was canceled"
        }
        _ => "the order is not in a state for that; compare it with what the broker has",
    }
}

/// Why an order was not withdrawn at once; it is asked for again.
const fn why_not_withdrawn(step: Step) -> &'static str {
    match step {
        Step::NotCancelable => "cannot be withdrawn yet: the broker has not acknowledged it",
        Step::Sent | Step::Refused | Step::Blocked | Step::BlockedAfterResponse | Step::Void | Step::Stopped => {
            "cannot be withdrawn yet: the withdrawal was not sent"
        }
    }
}

/// What a broker said, as people say it.
fn in_words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Accepted => "it was accepted".to_owned(),
        Outcome::Rejected(why) => format!("it was rejected, {why}"),
        Outcome::Filled { qty, price, .. } => format!("it was filled, {qty} at {price}"),
        Outcome::Canceled => "it was canceled".to_owned(),
        Outcome::CancelRefused => "its withdrawal was refused".to_owned(),
        Outcome::Expired => "it expired".to_owned(),
        Outcome::Timeout => "no answer came in time".to_owned(),
        Outcome::NeverArrived => "it never arrived".to_owned(),
    }
}
