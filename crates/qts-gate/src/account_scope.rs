//! Account scope: the arbitrated orders in canonical order, by the account's policy, on the account's real numbers,
//! reserving as it goes.
//!
//! The account's positions are the sum of the books' longs and the sum of their shorts, never netted between books,
//! so *reducing* means the same here as at strategy scope and no exit can push the account over a limit.

use std::collections::BTreeMap;

use qts_core::{
    Amount, Code, Cross, DecisionId, Holding, Inst, Kind, Money, Price, Qty, Ratio, Reason, Scope, Side, Stage,
    StrategyId, allocate,
};

use crate::controls::{self, Terms};
use crate::measure::{OwnNumbers, RiskContext, worth};
use crate::party::Party;
use crate::policy::RiskPolicy;
use crate::situation::Situation;
use crate::trace::Trace;
use crate::verdict::Verdict;

/// What arbitration has settled by now.
pub(crate) struct Sent<'a> {
    /// Bookings between own books.
    pub(crate) crosses: &'a [Cross],
    /// How many orders are withdrawn in this cycle.
    pub(crate) cancels: usize,
}

/// Judges the orders in canonical order, cutting their parties; returns them in that order.
pub(crate) fn judge(
    orders: Vec<Vec<usize>>,
    parties: &mut [Party],
    policy: &RiskPolicy,
    sent: &Sent<'_>,
    situation: &Situation<'_>,
    mut trace: Option<&mut Trace>,
) -> Vec<Vec<usize>> {
    let holdings = holdings_after(sent.crosses, situation);
    if !sent.crosses.is_empty() {
        bound_reducing_parts(parties, &holdings);
    }
    let ordered = canonical(orders, parties);
    let mut account = AccountDesk::open(policy, holdings, situation);
    account.cycle_cancels = u64::try_from(sent.cancels).unwrap_or(u64::MAX);
    for places in &ordered {
        account.judge(places, parties, trace.as_deref_mut());
    }
    ordered
}

/// What every owner holds once this cycle's crosses are booked.
type Holdings = BTreeMap<(StrategyId, Inst), Holding>;

fn holdings_after(crosses: &[Cross], situation: &Situation<'_>) -> Holdings {
    let mut after = Holdings::new();
    for (owner, book) in situation.books.iter() {
        after.extend(book.holdings().map(|(inst, held)| ((owner.clone(), inst), *held)));
    }
    for cross in crosses {
        for (child, qty) in [(&cross.buyer, cross.qty), (&cross.seller, -cross.qty)] {
            let holding = after.entry((child.owner.clone(), cross.instrument)).or_default();
            holding.position = holding.position.checked_add(qty).unwrap_or(holding.position);
        }
    }
    after
}

/// Where a cross took more of a proposal than its reducing part, less of the position is left for the owner's other
/// proposals to reduce.
fn bound_reducing_parts(parties: &mut [Party], holdings: &Holdings) {
    let mut live: Vec<&mut Party> = parties.iter_mut().filter(|party| party.is_live()).collect();
    live.sort_by(|a, b| a.key.cmp(&b.key));
    let mut used: BTreeMap<(StrategyId, Inst, Side), Qty> = BTreeMap::new();
    for party in live {
        let (owner, inst, side) = (&party.decision.owner, party.decision.instrument, party.decision.side);
        let room = holdings.get(&(owner.clone(), inst)).copied().unwrap_or_default().reducing_part(side, Qty::MAX);
        let used = used.entry((owner.clone(), inst, side)).or_default();
        party.reducing = party.reducing.min(room.checked_sub(*used).unwrap_or(Qty::ZERO));
        *used = used.checked_add(party.reducing).unwrap_or(Qty::MAX);
    }
}

/// Orders with a reducing child first, then the best child's rank and strategy id, instrument, side, its emission.
fn canonical(mut orders: Vec<Vec<usize>>, parties: &[Party]) -> Vec<Vec<usize>> {
    orders.sort_by_cached_key(|places| {
        let reduces = places.iter().any(|place| parties[*place].reducing.is_positive());
        let Party { key, decision, .. } = &parties[places[0]];
        (!reduces, key.without_emission(), decision.instrument, decision.side, key.emission())
    });
    orders
}

/// The account's numbers with everything reserved so far.
struct AccountDesk<'a> {
    policy: &'a RiskPolicy,
    situation: &'a Situation<'a>,
    holdings: Holdings,
    longs: BTreeMap<Inst, Option<Qty>>,
    shorts: BTreeMap<Inst, Option<Qty>>,
    gross: Option<Money>,
    net_long: Option<Money>,
    net_short: Option<Money>,
    spent: Option<Money>,
    cycle_notional: Option<Money>,
    open_orders: u64,
    cycle_orders: u64,
    cycle_cancels: u64,
    cash: Money,
}

impl<'a> AccountDesk<'a> {
    fn open(policy: &'a RiskPolicy, holdings: Holdings, situation: &'a Situation<'a>) -> Self {
        let mut desk = Self {
            policy,
            situation,
            holdings: BTreeMap::new(),
            longs: BTreeMap::new(),
            shorts: BTreeMap::new(),
            gross: Some(Money::ZERO),
            net_long: Some(Money::ZERO),
            net_short: Some(Money::ZERO),
            spent: Some(Money::ZERO),
            cycle_notional: Some(Money::ZERO),
            open_orders: u64::try_from(situation.working.len()).unwrap_or(u64::MAX),
            cycle_orders: 0,
            cycle_cancels: 0,
            cash: situation.books.cash(),
        };
        for ((_, inst), held) in &holdings {
            desk.count(*inst, held);
        }
        desk.holdings = holdings;
        desk.count_working();
        desk
    }

    /// Adds a book's worst case.
    fn count(&mut self, inst: Inst, held: &Holding) {
        let long = held.position.checked_add(held.open_buy);
        let short = held.open_sell.checked_sub(held.position);
        add_positive(self.longs.entry(inst).or_insert(Some(Qty::ZERO)), long);
        add_positive(self.shorts.entry(inst).or_insert(Some(Qty::ZERO)), short);
        let mark = self.situation.market.mark(inst);
        let value = |qty: Option<Qty>| mark.zip(qty).map(|(mark, qty)| Money::of(mark, qty));
        add(&mut self.gross, value(held.worst_case()));
        add(&mut self.net_long, value(long));
        add(&mut self.net_short, value(short));
    }

    fn count_working(&mut self) {
        for order in self.situation.working.iter().filter(|order| order.side == Side::Buy) {
            let cost = self.loaded_worth(order.instrument, Side::Buy, order.kind);
            add(&mut self.spent, cost.map(|price| Money::of_ceil(price, order.open)));
        }
    }

    fn worth(&self, inst: Inst, side: Side, kind: Kind) -> Option<Price> {
        let collar = self.policy.account_controls(inst).collar();
        let (instruments, market, now) = (self.situation.instruments, self.situation.market, self.situation.now);
        worth((instruments.get(inst)?, market.prices(inst)?, now), side, kind, collar)
    }

    fn loaded_worth(&self, inst: Inst, side: Side, kind: Kind) -> Option<Price> {
        let instrument = self.situation.instruments.get(inst)?;
        let day = self.situation.market.prices(inst)?.trading_day(self.situation.now);
        self.worth(inst, side, kind)?.raised(instrument.cost_rate(Side::Buy, day)?)
    }

    /// Judges one order and cuts its parties.
    fn judge(&mut self, places: &[usize], parties: &mut [Party], trace: Option<&mut Trace>) {
        let first = &parties[places[0]].decision;
        let (inst, side, kind, tif) = (first.instrument, first.side, first.kind, first.tif);
        let found = self.situation.instruments.get(inst).zip(self.situation.market.prices(inst));
        let Some((instrument, prices)) = found else { return };
        let by_operator = places.iter().all(|place| parties[*place].key.is_operator());
        let rate = instrument.cost_rate(Side::Buy, prices.trading_day(self.situation.now)).unwrap_or(Ratio::MAX);
        let own = self.numbers(inst, rate);
        let seen = RiskContext {
            inst,
            instrument,
            prices,
            now: self.situation.now,
            side,
            kind,
            tif,
            asked: sum(places, parties, |party| party.left),
            reducing: sum(places, parties, |party| party.reducing),
            worth: self.worth(inst, side, kind),
            own: &own,
            pace: self.situation.pace,
        };
        let slices = |party: &Party| if party.is_exit() { party.left.min(instrument.lot) } else { Qty::ZERO };
        let mut verdict = Verdict::new(Scope::Account, &seen, sum(places, parties, slices)).watched(trace.is_some());
        if let Some(most) = seen.most_at_once() {
            verdict.cap(Code::OrderLimit, most, Some(Amount::Qty(seen.asked)), Some(Amount::Qty(most)));
        }
        if !by_operator {
            self.check_policy(&mut verdict, &seen);
        }
        if let Some(trace) = trace {
            let about: Vec<DecisionId> = places.iter().map(|place| parties[*place].decision.id.clone()).collect();
            trace.add(&about, verdict.take_findings());
        }
        let admitted = verdict.admitted();
        cut(
            places,
            parties,
            seen.asked.checked_sub(admitted).unwrap_or(Qty::ZERO),
            instrument.lot,
            &verdict.into_reasons(),
        );
        self.reserve(inst, side, kind, places, parties);
    }

    fn numbers(&self, inst: Inst, commission: qts_core::Ratio) -> OwnNumbers {
        OwnNumbers {
            long: self.longs.get(&inst).copied().unwrap_or(Some(Qty::ZERO)),
            short: self.shorts.get(&inst).copied().unwrap_or(Some(Qty::ZERO)),
            summed: true,
            gross: self.gross,
            net_long: self.net_long,
            net_short: self.net_short,
            spent: self.spent,
            commission,
            cycle_notional: self.cycle_notional,
            open_orders: self.open_orders,
            open_qty: None,
            cycle_orders: self.cycle_orders,
            cycle_same: 0,
            cycle_cancels: self.cycle_cancels,
            median_order: None,
        }
    }

    /// Every control of the account's policy; a price that they need and nobody knows is the only reason then.
    fn check_policy(&self, verdict: &mut Verdict, seen: &RiskContext<'_>) {
        let controls = self.policy.account_controls(seen.inst);
        if seen.worth.is_none() && controls.value_orders() {
            return verdict.block(Code::NoMarketData, None, None);
        }
        let (base, cash) = (self.situation.day_start_equity, Some(self.cash));
        let terms = Terms { controls, base, budget: None, cash };
        for (control, measure) in controls::of_account(&terms, seen) {
            verdict.apply(&control, measure);
        }
    }

    /// Counts what is left of an order as working.
    fn reserve(&mut self, inst: Inst, side: Side, kind: Kind, places: &[usize], parties: &[Party]) {
        let qty = sum(places, parties, |party| party.left);
        if !qty.is_positive() {
            return;
        }
        let increasing = qty.checked_sub(sum(places, parties, |party| party.reducing));
        let mark = self.situation.market.mark(inst);
        let value =
            |price: Option<Price>, qty: Option<Qty>| price.zip(qty).map(|(price, qty)| Money::of_ceil(price, qty));
        let (worth, loaded) = (self.worth(inst, side, kind), self.loaded_worth(inst, side, kind));
        add(&mut self.cycle_notional, value(worth, increasing));
        self.reserve_gross(inst, side, places, parties);
        self.open_orders += 1;
        self.cycle_orders += 1;
        if side == Side::Buy {
            add_positive(self.longs.entry(inst).or_insert(Some(Qty::ZERO)), increasing);
            add(&mut self.net_long, value(mark, Some(qty)));
            add(&mut self.spent, value(loaded, Some(qty)));
        } else {
            add_positive(self.shorts.entry(inst).or_insert(Some(Qty::ZERO)), increasing);
            add(&mut self.net_short, value(mark, Some(qty)));
        }
    }
}

impl AccountDesk<'_> {
    /// Counts the parties' shares as working in their owners' books: the worst case of each moves.
    fn reserve_gross(&mut self, inst: Inst, side: Side, places: &[usize], parties: &[Party]) {
        let mark = self.situation.market.mark(inst);
        for party in places.iter().map(|place| &parties[*place]) {
            let held = self.holdings.entry((party.decision.owner.clone(), inst)).or_default();
            let before = held.worst_case();
            let open = if side == Side::Buy { &mut held.open_buy } else { &mut held.open_sell };
            *open = open.checked_add(party.left).unwrap_or(Qty::MAX);
            let more = before.zip(held.worst_case()).and_then(|(before, after)| after.checked_sub(before));
            add(&mut self.gross, mark.zip(more).map(|(mark, more)| Money::of_ceil(mark, more)));
        }
    }
}

fn add(sum: &mut Option<Money>, more: Option<Money>) {
    *sum = sum.zip(more).map(|(sum, more)| sum + more);
}

fn add_positive(sum: &mut Option<Qty>, more: Option<Qty>) {
    *sum = sum.zip(more).and_then(|(sum, more)| sum.checked_add(more.max(Qty::ZERO)));
}

fn sum(places: &[usize], parties: &[Party], of: impl Fn(&Party) -> Qty) -> Qty {
    places.iter().fold(Qty::ZERO, |sum, place| sum.checked_add(of(&parties[*place])).unwrap_or(Qty::MAX))
}

/// Takes `cut` from the parties' increasing parts first, then from their reducing parts, each by the allocation
/// rule; what cut is a reason only of those it cut, a warning is everybody's.
fn cut(places: &[usize], parties: &mut [Party], cut: Qty, lot: Qty, reasons: &[Reason]) {
    let kept = kept_after(places, parties, cut, lot);
    for (place, (increasing, reducing)) in places.iter().zip(kept) {
        let party = &mut parties[*place];
        let left = whole_lots(party.left, increasing.checked_add(reducing).unwrap_or(Qty::ZERO), lot);
        let is_cut = left < party.left;
        party.left = left;
        party.reducing = reducing.min(left);
        let stage = party.stage_of_a_cut();
        let concern = reasons.iter().filter(|reason| reason.stage <= Stage::Warn || is_cut);
        let told = concern.map(|reason| if reason.stage > Stage::Warn { Reason { stage, ..*reason } } else { *reason });
        party.decision.reasons.extend(told);
    }
}

/// What is left of each party's increasing and reducing part.
fn kept_after(places: &[usize], parties: &[Party], cut: Qty, lot: Qty) -> Vec<(Qty, Qty)> {
    let minus = |a: Qty, b: Qty| a.checked_sub(b).unwrap_or(Qty::ZERO).max(Qty::ZERO);
    let reducing: Vec<Qty> = places.iter().map(|place| parties[*place].reducing).collect();
    let increasing: Vec<Qty> = places.iter().map(|p| minus(parties[*p].left, parties[*p].reducing)).collect();
    let room = increasing.iter().fold(Qty::ZERO, |sum, part| sum.checked_add(*part).unwrap_or(Qty::MAX));
    let from_increasing = allocate(&increasing, cut.min(room), lot);
    let from_reducing = allocate(&reducing, minus(cut, room), lot);
    let of_increasing = increasing.iter().zip(&from_increasing).map(|(part, taken)| minus(*part, *taken));
    let mut of_reducing: Vec<Qty> =
        reducing.iter().zip(&from_reducing).map(|(part, taken)| minus(*part, *taken)).collect();
    spare_exits(places, parties, &mut of_reducing, lot);
    of_increasing.zip(of_reducing).collect()
}

/// While anything is left of an order, no exit in it is blocked: one that lost everything gets a lot back from the
/// party that can spare most.
fn spare_exits(places: &[usize], parties: &[Party], kept: &mut [Qty], lot: Qty) {
    let slice = |place: usize| {
        let party = &parties[places[place]];
        if party.is_exit() { party.left.min(lot) } else { Qty::ZERO }
    };
    for needy in (0..kept.len()).filter(|place| slice(*place).is_positive()) {
        if kept[needy].is_positive() {
            continue;
        }
        let spare = |place: usize| kept[place].checked_sub(slice(place)).unwrap_or(Qty::ZERO);
        let Some(richest) = (0..kept.len()).rev().max_by_key(|place| spare(*place)) else { return };
        let given = spare(richest).max(Qty::ZERO).min(slice(needy));
        kept[richest] = kept[richest].checked_sub(given).unwrap_or(Qty::ZERO);
        kept[needy] = given;
    }
}

/// What is left of a quantity of whole lots is whole lots.
fn whole_lots(before: Qty, left: Qty, lot: Qty) -> Qty {
    if before.is_multiple_of(lot) { left.floor_to(lot) } else { left }
}
