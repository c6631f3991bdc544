//! Strategy scope: each proposal by its own policy, on its own book, frozen at the start of the judgement.
//!
//! An owner's proposals go in emission order (the operator's on its behalf first), each reserving what it was
//! admitted as if it were working; nothing is freed within the cycle, and other strategies are invisible.

use std::collections::BTreeMap;

use qts_core::{
    Amount, Book, CancelRequest, Code, Holding, Inst, Instrument, Intent, Kind, Mode, Money, Price, Prices, Proposal,
    Qty, Ratio, Reason, Scope, Side, Stage, StrategyId,
};

use crate::causes::{self, Restraints};
use crate::controls::{self, Terms};
use crate::measure::{Measure, OwnNumbers, RiskContext, worth};
use crate::pace::{Pace, Wish};
use crate::party::{Party, RankKey};
use crate::phase5::{CalculatedRiskGate, SimpleRiskCalculator, SimpleRiskInput};
use crate::policy::Controls;
use crate::situation::{Situation, Standing, StrategyState};
use crate::trace::Trace;
use crate::verdict::{Control, Verdict};

/// Judges every proposal at strategy scope; parties come back in the order of the proposals.
pub(crate) fn judge(
    proposals: Vec<Proposal>,
    cancels: &[CancelRequest],
    situation: &Situation<'_>,
    mut trace: Option<&mut Trace>,
) -> Vec<Party> {
    let mut by_owner: BTreeMap<&StrategyId, Vec<usize>> = BTreeMap::new();
    for (place, proposal) in proposals.iter().enumerate() {
        by_owner.entry(&proposal.owner).or_default().push(place);
    }
    let mut rulings: Vec<Option<(Qty, Qty, Vec<Reason>)>> = vec![None; proposals.len()];
    for (owner, mut places) in by_owner {
        places.sort_by_key(|place| RankKey::new(&proposals[*place], 0));
        let mut desk = Desk::open(owner, situation);
        desk.cycle_cancels = cancels.iter().filter(|cancel| cancel.strategy == *owner).map(|_| 1).sum();
        desk.count_cycle(places.iter().map(|place| &proposals[*place]));
        for place in places {
            rulings[place] = Some(desk.judge(&proposals[place], trace.as_deref_mut()));
        }
    }
    let parties = proposals.into_iter().zip(rulings).map(|(proposal, verdict)| {
        let rank = situation.standings.get(&proposal.owner).map_or(0, |standing| standing.rank);
        let (admitted, reducing, reasons) = verdict.unwrap_or((Qty::ZERO, Qty::ZERO, Vec::new()));
        Party::new(proposal, rank, admitted, reducing, reasons)
    });
    parties.collect()
}

/// One owner's desk: its book with everything reserved so far in this cycle.
struct Desk<'a> {
    situation: &'a Situation<'a>,
    standing: Option<&'a Standing>,
    /// Why the owner is held back, where that is known.
    causes: Option<&'a Restraints>,
    /// The book's holdings with what was admitted so far as working.
    holdings: BTreeMap<Inst, Holding>,
    open_orders: BTreeMap<Inst, u64>,
    /// Cash that can still be spent; `None` if a working order cannot be valued. So the next two.
    own_cash: Option<Money>,
    /// Cost of what is held and of what working orders may add to it.
    spent: Option<Money>,
    cycle_notional: Option<Money>,
    /// What its own proposals of this cycle asked for, of which something was admitted, and how often.
    admitted: BTreeMap<Wish, u64>,
    cycle_orders: u64,
    cycle_cancels: u64,
}

/// What a proposal is about, once that is known to be sound.
#[derive(Clone, Copy)]
struct Subject<'a> {
    instrument: &'a Instrument,
    prices: &'a Prices,
    holding: Holding,
    reducing: Qty,
    /// What a purchase costs beside its price.
    rate: Ratio,
}

impl<'a> Desk<'a> {
    fn open(owner: &StrategyId, situation: &'a Situation<'a>) -> Self {
        let book = situation.books.get(owner);
        let standing = situation.standings.get(owner);
        let start = standing.and_then(|s| s.budget).unwrap_or_else(|| situation.books.start_cash());
        let mut desk = Self {
            situation,
            standing,
            causes: situation.causes.strategies.get(owner),
            holdings: book.map(|book| book.holdings().map(|(inst, held)| (inst, *held)).collect()).unwrap_or_default(),
            open_orders: BTreeMap::new(),
            own_cash: Some(start + book.map_or(Money::ZERO, |book| book.cash_flow - book.fees)),
            spent: Some(book.map_or(Money::ZERO, Book::cost)),
            cycle_notional: Some(Money::ZERO),
            admitted: BTreeMap::new(),
            cycle_orders: 0,
            cycle_cancels: 0,
        };
        desk.count_working(owner);
        desk
    }

    fn count_working(&mut self, owner: &StrategyId) {
        let mut before: BTreeMap<Inst, Holding> = BTreeMap::new();
        for order in self.situation.working {
            let mine = order.children.iter().filter(|child| child.owner == *owner);
            let open = mine.fold(Qty::ZERO, |sum, child| sum.checked_add(child.qty).unwrap_or(Qty::MAX));
            if open.is_positive() {
                let position = self.holdings.get(&order.instrument).map_or(Qty::ZERO, |held| held.position);
                let held = before.entry(order.instrument).or_insert(Holding { position, ..Holding::default() });
                let reducing = held.reducing_part(order.side, open);
                reserve(held, order.side, open);
                self.promise(order.instrument, order.side, order.kind, open, reducing);
            }
        }
    }

    /// Counts an order as working: what reduces a position adds nothing to what the book may come to hold.
    fn promise(&mut self, inst: Inst, side: Side, kind: Kind, qty: Qty, reducing: Qty) {
        *self.open_orders.entry(inst).or_default() += 1;
        let price = self.loaded_worth(inst, side, kind);
        let cost = |qty| price.map(|price| Money::of_ceil(price, qty));
        let increasing = qty.checked_sub(reducing).unwrap_or(qty);
        self.spent = self.spent.zip(cost(increasing)).map(|(spent, cost)| spent + cost);
        if side == Side::Buy {
            self.own_cash = self.own_cash.zip(cost(qty)).map(|(cash, cost)| cash - cost);
        }
    }

    fn controls(&self, inst: Inst) -> Option<&'a Controls> {
        self.standing.map(|standing| standing.policy.strategy_controls(inst))
    }

    fn worth(&self, inst: Inst, side: Side, kind: Kind) -> Option<Price> {
        let collar = self.controls(inst).and_then(Controls::collar);
        let (instruments, market, now) = (self.situation.instruments, self.situation.market, self.situation.now);
        worth((instruments.get(inst)?, market.prices(inst)?, now), side, kind, collar)
    }

    fn loaded_worth(&self, inst: Inst, side: Side, kind: Kind) -> Option<Price> {
        let instrument = self.situation.instruments.get(inst)?;
        let day = self.situation.market.prices(inst)?.trading_day(self.situation.now);
        self.worth(inst, side, kind)?.raised(instrument.cost_rate(Side::Buy, day)?)
    }

    /// Adds up the new exposure that the owner itself asks for in this cycle, before any control.
    fn count_cycle<'p>(&mut self, proposals: impl Iterator<Item = &'p Proposal>) {
        let mut asked = self.holdings.clone();
        for proposal in proposals {
            let intent = &proposal.intent;
            if self.situation.instruments.get(intent.instrument).is_none() || !has_sound_numbers(intent) {
                continue;
            }
            let holding = asked.entry(intent.instrument).or_default();
            let increasing = intent.qty.checked_sub(holding.reducing_part(intent.side, intent.qty));
            reserve(holding, intent.side, intent.qty);
            if !is_operators(proposal) {
                let price = self.worth(intent.instrument, intent.side, intent.kind);
                let notional = price.zip(increasing).map(|(price, qty)| Money::of_ceil(price, qty));
                self.cycle_notional = self.cycle_notional.zip(notional).map(|(sum, more)| sum + more);
            }
        }
    }

    /// What is admitted of a proposal, the reducing part of what was asked, and why.
    fn judge(&mut self, proposal: &Proposal, trace: Option<&mut Trace>) -> (Qty, Qty, Vec<Reason>) {
        let subject = match self.subject(proposal) {
            Ok(subject) => subject,
            Err(code) => return (Qty::ZERO, Qty::ZERO, vec![only(code)]),
        };
        let intent = &proposal.intent;
        let own = self.numbers(intent, &subject);
        let nothing = Pace::new();
        let seen = RiskContext {
            inst: intent.instrument,
            instrument: subject.instrument,
            prices: subject.prices,
            now: self.situation.now,
            side: intent.side,
            kind: intent.kind,
            tif: intent.tif,
            asked: intent.qty,
            reducing: subject.reducing,
            worth: self.worth(intent.instrument, intent.side, intent.kind),
            own: &own,
            pace: self.standing.map_or(&nothing, |standing| &standing.pace),
        };
        let is_exit = subject.reducing == intent.qty;
        let slice = if is_exit { intent.qty.min(subject.instrument.lot) } else { Qty::ZERO };
        let mut verdict = Verdict::new(Scope::Strategy, &seen, slice).watched(trace.is_some());
        check_market_rules(&mut verdict, &seen, &subject);
        self.check_mode(&mut verdict, &seen, is_operators(proposal));
        if !is_operators(proposal) {
            self.check_state(&mut verdict);
            if self.lacks_a_price(&seen) {
                return (Qty::ZERO, Qty::ZERO, vec![only(Code::NoMarketData)]);
            }
            self.check_policy(&mut verdict, &seen, &subject);
        }
        if let Some(trace) = trace {
            trace.add(std::slice::from_ref(&proposal.id), verdict.take_findings());
        }
        let admitted = verdict.admitted();
        self.reserve(proposal, admitted, subject.reducing);
        (admitted, subject.reducing, verdict.into_reasons())
    }

    /// What the proposal is about, or the one reason why nothing more can be said of it.
    fn subject(&self, proposal: &Proposal) -> Result<Subject<'a>, Code> {
        let intent = &proposal.intent;
        if self.standing.is_none() && !is_operators(proposal) {
            return Err(Code::UnknownStrategy);
        }
        let found =
            self.situation.instruments.get(intent.instrument).zip(self.situation.market.prices(intent.instrument));
        let (instrument, prices) = found.ok_or(Code::UnknownInstrument)?;
        if !has_sound_numbers(intent) {
            return Err(Code::InvalidNumber);
        }
        let reference = prices.reference().ok_or(Code::NoMarketData)?;
        let day = prices.trading_day(self.situation.now);
        if instrument.is_limited(day) {
            match prices.limit_base(self.situation.now).map(|base| instrument.price_limits(base, day)) {
                Some(None) => return Err(Code::Overflow),
                None if intent.kind != Kind::Market => return Err(Code::NoMarketData),
                _ => {}
            }
        }
        let holding = self.holdings.get(&intent.instrument).copied().unwrap_or_default();
        let rate = instrument.cost_rate(Side::Buy, day).ok_or(Code::Overflow)?;
        if !stays_in_range(&holding, intent.side, intent.qty) || reference.raised(rate).is_none() {
            return Err(Code::Overflow);
        }
        let reducing = holding.reducing_part(intent.side, intent.qty);
        Ok(Subject { instrument, prices, holding, reducing, rate })
    }

    /// Does a control need to value the order, and is a price missing for that?
    fn lacks_a_price(&self, seen: &RiskContext<'_>) -> bool {
        let budget = self.standing.is_some_and(|standing| standing.budget.is_some());
        seen.worth.is_none() && (budget || self.controls(seen.inst).is_some_and(Controls::value_orders))
    }

    fn numbers(&self, intent: &Intent, subject: &Subject<'_>) -> OwnNumbers {
        let (inst, wish) = (intent.instrument, wish_of(intent));
        let controls = self.controls(inst);
        let held = &subject.holding;
        let gross = controls.and_then(|controls| controls.max_gross_exposure);
        let net = controls.and_then(|controls| controls.max_net_exposure);
        OwnNumbers {
            long: held.position.checked_add(held.open_buy),
            short: held.open_sell.checked_sub(held.position),
            summed: false,
            gross: gross.and_then(|_| self.exposure(Holding::worst_case)),
            net_long: net.and_then(|_| self.exposure(|held| held.position.checked_add(held.open_buy))),
            net_short: net.and_then(|_| self.exposure(|held| held.open_sell.checked_sub(held.position))),
            spent: self.spent,
            commission: subject.rate,
            cycle_notional: self.cycle_notional,
            open_orders: self.open_orders.get(&inst).copied().unwrap_or(0),
            open_qty: held.open_buy.checked_add(held.open_sell),
            cycle_orders: self.cycle_orders,
            cycle_same: self.admitted.get(&wish).copied().unwrap_or(0),
            cycle_cancels: self.cycle_cancels,
            median_order: self.standing.and_then(|standing| standing.median_order.get(&inst).copied()),
        }
    }

    /// Σ of a worst case at the marks, what was admitted so far counted as working; `None` if something held has no
    /// price.
    fn exposure(&self, of: fn(&Holding) -> Option<Qty>) -> Option<Money> {
        let worth = |(inst, held): (&Inst, &Holding)| Some(Money::of(self.situation.market.mark(*inst)?, of(held)?));
        self.holdings.iter().map(worth).sum()
    }

    fn check_state(&self, verdict: &mut Verdict) {
        match self.standing.map(|standing| standing.state).unwrap_or_default() {
            StrategyState::Disabled => verdict.block(Code::StrategyDisabled, None, None),
            StrategyState::Quarantined => verdict.block(Code::StrategyQuarantined, None, None),
            StrategyState::Shadow => verdict.block(Code::Shadow, None, None),
            StrategyState::Active | StrategyState::ReduceOnly => {}
        }
    }

    /// The severest mode of account, strategy and instrument. Through all of them the operator may flatten.
    fn check_mode(&self, verdict: &mut Verdict, seen: &RiskContext<'_>, by_operator: bool) {
        let modes = self.modes(seen.inst);
        let severest = modes.iter().map(|(mode, _)| *mode).max().unwrap_or_default();
        let lets_exits_pass = match severest {
            Mode::Active => return,
            Mode::ReduceOnly => true,
            Mode::Halted | Mode::Killed => by_operator,
        };
        for (code, (observed, limit)) in why(severest, &modes) {
            if lets_exits_pass {
                verdict.cap(code, seen.reducing, observed, limit);
            } else {
                verdict.block(code, observed, limit);
            }
        }
    }

    /// Every mode that a proposal in an instrument obeys, with its causes.
    fn modes(&self, inst: Inst) -> [(Mode, Option<&'a Restraints>); 4] {
        let Situation { mode, instrument_modes, causes, .. } = self.situation;
        let of_state = match self.standing.map(|standing| standing.state) {
            Some(StrategyState::ReduceOnly) => Mode::ReduceOnly,
            _ => Mode::Active,
        };
        [
            (*mode, Some(&causes.account)),
            (of_state, None),
            (self.standing.map_or(Mode::Active, |standing| standing.mode), self.causes),
            (instrument_modes.get(&inst).copied().unwrap_or_default(), causes.instruments.get(&inst)),
        ]
    }

    fn check_policy(&self, verdict: &mut Verdict, seen: &RiskContext<'_>, subject: &Subject<'_>) {
        let Some(controls) = self.controls(seen.inst) else { return };
        let budget = self.standing.and_then(|standing| standing.budget);
        let calculator = StrategyRiskCalculator { controls, budget, equity: self.situation.day_start_equity };
        for (control, measure) in calculator.measures(seen) {
            verdict.apply(&control, measure);
        }
        if let Some(max_risk_score) = controls.max_risk_score {
            self.apply_phase5(verdict, seen, subject, CalculatedRiskGate { max_risk_score });
        }
    }

    fn apply_phase5(
        &self,
        verdict: &mut Verdict,
        seen: &RiskContext<'_>,
        subject: &Subject<'_>,
        gate: CalculatedRiskGate,
    ) {
        let Some(price) = seen.prices.reference() else { return verdict.block(Code::NoMarketData, None, None) };
        let cash = self.own_cash.unwrap_or(Money::ZERO);
        let holding = subject.holding.position.checked_sub(subject.holding.open_sell).unwrap_or(Qty::ZERO);
        let input = SimpleRiskInput { side: seen.side, qty: seen.asked, price, holding, cash };
        let risk = SimpleRiskCalculator.compute(&input);
        if !risk.allowed {
            return verdict.block(risk.code, Some(Amount::Ratio(risk.score)), None);
        }
        verdict.note(risk.code, Stage::Pass, Some(Amount::Ratio(risk.score)), None);
        let code = if verdict.usable(risk.max).is_zero() { Code::QtyAdjustedToZero } else { Code::QtyAdjusted };
        verdict.cap(code, risk.max, None, None);
        // The score is a check: of what all caps together leave.
        let ruling = gate.decide(&SimpleRiskInput { qty: verdict.capped(), ..input });
        if ruling.codes.contains(&Code::RiskScoreExceeded) {
            let (score, limit) = (Amount::Ratio(ruling.score), Amount::Ratio(gate.max_risk_score));
            verdict.block(Code::RiskScoreExceeded, Some(score), Some(limit));
        }
    }

    fn reserve(&mut self, proposal: &Proposal, admitted: Qty, reducing: Qty) {
        if !admitted.is_positive() {
            return;
        }
        let intent = &proposal.intent;
        let reducing = reducing.min(admitted);
        reserve(self.holdings.entry(intent.instrument).or_default(), intent.side, admitted);
        if !is_operators(proposal) {
            *self.admitted.entry(wish_of(intent)).or_default() += 1;
            self.cycle_orders += 1;
        }
        self.promise(intent.instrument, intent.side, intent.kind, admitted, reducing);
    }
}

/// The measures of a strategy's proposal under its policy: computes, decides nothing.
#[derive(Debug, Clone, Copy)]
pub struct StrategyRiskCalculator<'a> {
    /// The policy's controls for the instrument.
    pub controls: &'a Controls,
    /// What the strategy's book may hold at cost.
    pub budget: Option<Money>,
    /// What percentages are of where there is no budget.
    pub equity: Option<Money>,
}

impl StrategyRiskCalculator<'_> {
    /// Every control of the policy with what it measured.
    #[must_use]
    pub fn measures(&self, seen: &RiskContext<'_>) -> Vec<(Control, Measure)> {
        let base = self.budget.or(self.equity);
        controls::of_strategy(&Terms { controls: self.controls, base, budget: self.budget, cash: None }, seen)
    }
}

/// Validity on the market's own rules: tick, lot, largest order, daily limits. These hold for exits, too.
fn check_market_rules(verdict: &mut Verdict, seen: &RiskContext<'_>, subject: &Subject<'_>) {
    let instrument = seen.instrument;
    let closes_all = seen.asked == subject.holding.position.abs() && seen.asked == subject.reducing;
    let in_steps = seen.asked.is_multiple_of(instrument.quantity_step);
    if !in_steps || !(seen.asked.is_multiple_of(instrument.lot) || closes_all) {
        verdict.block(Code::OffLot, Some(Amount::Qty(seen.asked)), Some(Amount::Qty(instrument.lot)));
    }
    if let Some(most) = seen.most_at_once().filter(|most| seen.asked > *most) {
        verdict.block(Code::OrderLimit, Some(Amount::Qty(seen.asked)), Some(Amount::Qty(most)));
    }
    let Some(limit) = seen.kind.limit() else { return };
    let day = seen.trading_day();
    let ticks = instrument.ticks.on(day);
    if !ticks.holds(limit) {
        let tick = ticks.at(limit);
        verdict.block(Code::OffTick, Some(Amount::Price(limit)), Some(Amount::Price(tick)));
    }
    if let Some((lower, upper)) = seen.prices.limit_base(seen.now).and_then(|base| instrument.price_limits(base, day)) {
        if limit > upper {
            verdict.block(Code::OutsidePriceLimit, Some(Amount::Price(limit)), Some(Amount::Price(upper)));
        } else if limit < lower {
            verdict.block(Code::OutsidePriceLimit, Some(Amount::Price(limit)), Some(Amount::Price(lower)));
        }
    }
}

fn is_operators(proposal: &Proposal) -> bool {
    proposal.id.strategy.as_str() == StrategyId::OPERATOR
}

/// What was observed, and the level.
type Measured = (Option<Amount>, Option<Amount>);

/// The reasons for the severest mode: its causes, or the bare word where nobody told one.
fn why(severest: Mode, modes: &[(Mode, Option<&Restraints>)]) -> BTreeMap<Code, Measured> {
    let mut found = BTreeMap::new();
    for (_, restraints) in modes.iter().filter(|(mode, _)| *mode == severest) {
        let causes = restraints.iter().flat_map(|all| all.iter()).filter(|(_, it)| it.mode == severest);
        let mut told = causes.map(|(cause, it)| (cause.code(severest), (it.observed, it.limit))).peekable();
        if told.peek().is_none() {
            found.insert(causes::bare(severest), (None, None));
        }
        found.extend(told);
    }
    found
}

const fn wish_of(intent: &Intent) -> Wish {
    (intent.instrument, intent.side, intent.qty, intent.kind)
}

fn has_sound_numbers(intent: &Intent) -> bool {
    intent.qty.is_positive() && intent.kind.limit().is_none_or(Price::is_positive)
}

const fn only(code: Code) -> Reason {
    Reason { scope: Scope::Strategy, code, stage: Stage::Block, observed: None, limit: None }
}

fn reserve(holding: &mut Holding, side: Side, qty: Qty) {
    let open = match side {
        Side::Buy => &mut holding.open_buy,
        Side::Sell => &mut holding.open_sell,
    };
    *open = open.checked_add(qty).unwrap_or(Qty::MAX);
}

/// Can the order fill on top of everything working without a position leaving its range?
fn stays_in_range(holding: &Holding, side: Side, qty: Qty) -> bool {
    let worst = match side {
        Side::Buy => holding.open_buy.checked_add(qty).and_then(|open| holding.position.checked_add(open)),
        Side::Sell => holding.open_sell.checked_add(qty).and_then(|open| holding.position.checked_sub(open)),
    };
    worst.is_some()
}
