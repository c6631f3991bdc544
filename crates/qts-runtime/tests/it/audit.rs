//! A second set of books, kept from the records alone and compared with the runtime's after every input.
//!
//! It shares no code with the ledger: fills are shared out lot by lot as the quota method is defined. A violation
//! panics, so whatever a test does on a floor is audited.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use qts_core::{
    Adjusted, Books, Child, Cross, Decision, DecisionId, Inst, Instruments, Kind, Money, OrderId, Price, Qty, Scale,
    Side, StrategyId,
};
use qts_loop::OrderState;
use qts_runtime::{Action, Effects, Input, Record, Runtime, Share, Target};

type Positions = BTreeMap<(StrategyId, Inst), i64>;

/// An order as the auditor knows it.
struct Known {
    instrument: Inst,
    side: Side,
    kind: Kind,
    qty: i64,
    children: Vec<Child>,
    /// Per child, so far.
    given: Vec<i64>,
    filled: i64,
    over: bool,
}

/// Books kept from the records.
pub(crate) struct Audit {
    instruments: Arc<Instruments>,
    positions: Positions,
    cash: Money,
    fees: BTreeMap<StrategyId, Money>,
    /// `cash_flow + Σ cost − realized` of each book never changes.
    constants: BTreeMap<StrategyId, Money>,
    orders: BTreeMap<OrderId, Known>,
}

fn constants(books: &Books) -> BTreeMap<StrategyId, Money> {
    let of = |book: &qts_core::Book| {
        book.cash_flow + book.holdings().map(|(_, held)| held.cost).sum::<Money>() - book.realized
    };
    let all = books.iter().map(|(owner, book)| (owner.clone(), of(book)));
    all.filter(|(_, constant)| *constant != Money::ZERO).collect()
}

fn positions(books: &Books) -> Positions {
    let all = books.iter().flat_map(|(owner, book)| book.holdings().map(move |(inst, held)| ((owner, inst), held)));
    let held = all.map(|((owner, inst), held)| ((owner.clone(), inst), held.position.units()));
    held.filter(|(_, qty)| *qty != 0).collect()
}

impl Audit {
    pub(crate) fn new(books: &Books, instruments: Arc<Instruments>) -> Self {
        Self {
            instruments,
            positions: positions(books),
            cash: books.cash(),
            fees: BTreeMap::new(),
            constants: constants(books),
            orders: BTreeMap::new(),
        }
    }

    /// Takes in what an input did and compares.
    pub(crate) fn check(&mut self, input: &Input, effects: &Effects, runtime: &Runtime) {
        self.disown(input, &effects.records);
        check_decisions(&effects.records);
        self.check_new_orders(&effects.records);
        check_effects(effects);
        for record in &effects.records {
            self.take_in(record);
        }
        self.compare(runtime);
    }

    /// An unregistered strategy's positions and orders are nobody's.
    fn disown(&mut self, input: &Input, records: &[Record]) {
        let Input::Command(command) = input else { return };
        let (Action::Unregister { .. }, Target::Strategy(id)) = (&command.action, &command.target) else { return };
        if !matches!(records.first(), Some(Record::Commanded { refused: None, .. })) {
            return;
        }
        for ((_, inst), qty) in self.positions.extract_if(.., |(owner, _), _| owner == id).collect::<Vec<_>>() {
            self.book(&StrategyId::unassigned(), inst, qty);
        }
        for child in self.orders.values_mut().flat_map(|order| &mut order.children).filter(|child| child.owner == *id) {
            child.owner = StrategyId::unassigned();
        }
    }

    fn take_in(&mut self, record: &Record) {
        match record {
            Record::Sent { order, instrument, side, kind, qty, children, .. } => {
                assert_eq!(
                    children.iter().map(|child| child.qty.units()).sum::<i64>(),
                    qty.units(),
                    "children of {order:?}"
                );
                let known = Known {
                    instrument: *instrument,
                    side: *side,
                    kind: *kind,
                    qty: qty.units(),
                    children: children.clone(),
                    given: vec![0; children.len()],
                    filled: 0,
                    over: false,
                };
                assert!(self.orders.insert(*order, known).is_none(), "{order:?} sent twice");
            }
            Record::Fill { order, qty, price, fee, shares, .. } => self.fill(*order, (*qty, *price, *fee), shares),
            Record::Ended { order, .. } => {
                let known = self.orders.get_mut(order).expect("an order that was sent");
                assert!(!std::mem::replace(&mut known.over, true), "{order:?} ended twice");
            }
            Record::Cross(cross) => self.cross(cross),
            Record::Adjusted { instrument, scale, price, parts } => self.adjust(*instrument, *scale, *price, parts),
            _ => {}
        }
    }

    /// Whole shares for all, within one of what each is entitled to, never on the other side; the rest in money, within
    /// one won of its worth for each, and half up for all.
    fn adjust(&mut self, inst: Inst, scale: Scale, price: Option<Price>, parts: &[Adjusted]) {
        assert!(!self.orders.values().any(|order| order.instrument == inst && !order.over), "an order works");
        let (new, old) = (i128::from(scale.new_shares()), i128::from(scale.old_shares()));
        let known = self.instruments.get(inst).expect("an instrument");
        let (step, coin) = (i128::from(known.quantity_step.units()), known.minor_unit.units());
        let price = price.map_or(0, |price| i128::from(price.units()));
        let (mut entitled, mut held, mut worth, mut paid) = (0, 0, 0, Money::ZERO);
        for Adjusted { owner, before, after, cash } in parts {
            let was = self.positions.remove(&(owner.clone(), inst)).expect("a position");
            assert_eq!(was, before.units(), "{owner}");
            let off = i128::from(was) * new - i128::from(after.units()) * old;
            assert!(off.abs() < step * old && i128::from(after.units()) % step == 0, "{owner}: {after}");
            assert!(was.signum() * after.units().signum() >= 0, "{owner}: {was} {after}");
            let due = off * price - cash.units() * old * i128::from(qts_core::SCALE);
            assert!(due.abs() < coin * old * i128::from(qts_core::SCALE), "{owner}: {cash}");
            (entitled, held) = (entitled + i128::from(was) * new, held + i128::from(after.units()));
            (worth, paid) = (worth + off * price, paid + *cash);
            self.book(owner, inst, after.units());
        }
        assert!(
            !self.positions.keys().any(|(owner, of)| *of == inst && !parts.iter().any(|part| part.owner == *owner))
        );
        assert_eq!(held, entitled / (old * step) * step, "the account's shares");
        let one = coin * old * i128::from(qts_core::SCALE);
        assert_eq!(paid.units(), (2 * worth + one).div_euclid(2 * one) * coin, "the account's money");
        self.cash += paid;
    }

    fn cross(&mut self, cross: &Cross) {
        assert!(cross.qty.is_positive() && cross.buyer.qty == cross.qty && cross.seller.qty == cross.qty);
        self.book(&cross.buyer.owner, cross.instrument, cross.qty.units());
        self.book(&cross.seller.owner, cross.instrument, -cross.qty.units());
    }

    fn book(&mut self, owner: &StrategyId, inst: Inst, qty: i64) {
        *self.positions.entry((owner.clone(), inst)).or_default() += qty;
        self.positions.retain(|_, qty| *qty != 0);
    }

    fn fill(&mut self, id: OrderId, (qty, price, fee): (Qty, Price, Money), shares: &[Share]) {
        let known = self.orders.get_mut(&id).expect("an order that was sent");
        known.filled += qty.units();
        let lot = self.instruments.get(known.instrument).expect("an instrument").lot.units();
        let targets: Vec<i64> = known.children.iter().map(|child| child.qty.units()).collect();
        let now = quota(&targets, lot, known.filled.min(known.qty));
        let mut due: BTreeMap<StrategyId, i64> = BTreeMap::new();
        for ((child, now), then) in known.children.iter().zip(&now).zip(&known.given) {
            assert!(then <= now && *now <= child.qty.units(), "{id:?}: {then} then, {now} now of {}", child.qty);
            *due.entry(child.owner.clone()).or_default() += now - then;
        }
        let surplus = qty.units() - due.values().sum::<i64>();
        *due.entry(StrategyId::unassigned()).or_default() += surplus;
        due.retain(|_, qty| *qty != 0);
        known.given = now;
        let mut told: BTreeMap<StrategyId, i64> = BTreeMap::new();
        for share in shares {
            *told.entry(share.owner.clone()).or_default() += share.qty.units();
            *self.fees.entry(share.owner.clone()).or_default() += share.fee;
        }
        assert_eq!(told, due, "shares of {id:?} after {qty} more");
        assert_eq!(shares.iter().map(|share| share.fee).sum::<Money>(), fee, "fees of {id:?}");
        let (instrument, side) = (known.instrument, known.side);
        self.cash -= Money::of(price, side.signed(qty)) + fee;
        for (owner, qty) in due {
            self.book(&owner, instrument, if side == Side::Buy { qty } else { -qty });
        }
    }

    fn compare(&self, runtime: &Runtime) {
        let books = runtime.books();
        assert_eq!(positions(books), self.positions, "positions");
        assert_eq!(books.cash(), self.cash, "cash");
        let flows: Money = books.iter().map(|(_, book)| book.cash_flow).sum();
        assert_eq!(books.start_cash() + flows - self.fees.values().copied().sum(), self.cash, "the sum of the books");
        for (owner, book) in books.iter() {
            assert_eq!(book.fees, self.fees.get(owner).copied().unwrap_or_default(), "fees of {owner}");
        }
        assert_eq!(constants(books), self.constants, "cash flow, cost and profit");
        self.compare_open(runtime);
    }

    fn compare_open(&self, runtime: &Runtime) {
        let mut open: BTreeMap<(StrategyId, Inst, Side), i64> = BTreeMap::new();
        for order in self.orders.values().filter(|order| !order.over) {
            for (child, given) in order.children.iter().zip(&order.given) {
                *open.entry((child.owner.clone(), order.instrument, order.side)).or_default() +=
                    child.qty.units() - given;
            }
        }
        open.retain(|_, qty| *qty != 0);
        let mut told = BTreeMap::new();
        for (owner, book) in runtime.books().iter() {
            for (inst, held) in book.holdings() {
                told.insert((owner.clone(), inst, Side::Buy), held.open_buy.units());
                told.insert((owner.clone(), inst, Side::Sell), held.open_sell.units());
            }
        }
        told.retain(|_, qty| *qty != 0);
        assert_eq!(told, open, "open quantities");
        let alive = runtime.execution().orders().filter(|order| order.state() != OrderState::Terminal);
        let alive: Vec<_> = alive.map(|order| (order.request().id(), order.filled().units())).collect();
        let known = self.orders.iter().filter(|(_, order)| !order.over).map(|(id, order)| (*id, order.filled));
        assert_eq!(alive, known.collect::<Vec<_>>(), "orders at work");
    }

    /// No order that leaves could trade with another of ours, old or new.
    fn check_new_orders(&self, records: &[Record]) {
        let old = self.orders.values().filter(|order| !order.over);
        let mut all: Vec<(Inst, Side, Kind)> = old.map(|order| (order.instrument, order.side, order.kind)).collect();
        for record in records {
            if let Record::Sent { instrument, side, kind, .. } = record {
                for (other, other_side, other_kind) in &all {
                    let (buy, sell) = if *side == Side::Buy { (kind, other_kind) } else { (other_kind, kind) };
                    let meet = other == instrument && other_side != side && buy.crosses(*sell);
                    assert!(!meet, "{side} {kind:?} could trade with own {other_side} {other_kind:?}");
                }
                all.push((*instrument, *side, *kind));
            }
        }
    }
}

/// Decisions against what became of them: nothing is lost, nothing invented.
fn check_decisions(records: &[Record]) {
    let mut sent: BTreeMap<DecisionId, i64> = BTreeMap::new();
    let mut crossed: BTreeMap<DecisionId, i64> = BTreeMap::new();
    let mut decisions: BTreeMap<&DecisionId, &Decision> = BTreeMap::new();
    for record in records {
        match record {
            Record::Decision(decision) => {
                assert!(decisions.insert(&decision.id, decision).is_none(), "{} decided twice", decision.id);
            }
            Record::Sent { children, .. } | Record::Halted { children, .. } => {
                let add = |child: &Child| *sent.entry(child.decision.clone()).or_default() += child.qty.units();
                children.iter().for_each(add);
            }
            Record::Cross(cross) => {
                for child in [&cross.buyer, &cross.seller] {
                    *crossed.entry(child.decision.clone()).or_default() += child.qty.units();
                }
            }
            _ => {}
        }
        if let Record::Sent { instrument, side, kind, tif, children, .. } = record {
            for child in children {
                let decision = decisions.get(&child.decision).expect("decided before it is sent");
                assert_eq!(
                    (decision.instrument, decision.side, decision.kind, decision.tif, &decision.owner),
                    (*instrument, *side, *kind, *tif, &child.owner)
                );
            }
        }
    }
    for (id, decision) in decisions {
        assert_eq!(decision.sent.units(), sent.remove(id).unwrap_or(0), "sent of {id}");
        assert_eq!(decision.crossed.units(), crossed.remove(id).unwrap_or(0), "crossed of {id}");
        assert!(Qty::ZERO <= decision.admitted() && decision.admitted() <= decision.asked, "{id} admits too much");
    }
    assert!(sent.is_empty() && crossed.is_empty(), "without a decision: {sent:?} {crossed:?}");
}

/// What goes out is what was recorded, in that order; a withdrawal once.
fn check_effects(effects: &Effects) {
    let told = effects.records.iter().filter_map(|record| match record {
        Record::Sent { order, instrument, side, kind, tif, qty, .. } => {
            Some((*order, *instrument, *side, *kind, *tif, *qty))
        }
        _ => None,
    });
    let placed = effects.placed.iter().map(|it| (it.id(), it.instrument(), it.side(), it.kind(), it.tif(), it.qty()));
    assert_eq!(placed.collect::<Vec<_>>(), told.collect::<Vec<_>>(), "placed as recorded");
    let asked = effects.records.iter().filter_map(|record| match record {
        Record::Cancel(cancel) => Some(cancel.order),
        _ => None,
    });
    let asked: BTreeSet<OrderId> = asked.collect();
    let withdrawn: BTreeSet<OrderId> = effects.cancels.iter().copied().collect();
    assert!(withdrawn.is_subset(&asked) && withdrawn.len() == effects.cancels.len(), "{:?}", effects.cancels);
}

/// Who has what of `filled`: lot after lot to the owner with the most claim among those below their quota.
pub(crate) fn quota(targets: &[i64], lot: i64, filled: i64) -> Vec<i64> {
    let weights: Vec<i128> = targets.iter().map(|target| i128::from((target + lot - 1) / lot)).collect();
    let total: i128 = weights.iter().sum();
    let (mut lots, mut given, mut left) = (vec![0_i128; targets.len()], vec![0; targets.len()], filled);
    for step in 1..=total {
        if left == 0 {
            break;
        }
        let below = (0..targets.len()).filter(|owner| lots[*owner] * total < weights[*owner] * step);
        let claim = |a: usize, b: usize| weights[a] * (lots[b] + 1) >= weights[b] * (lots[a] + 1);
        let next = below.reduce(|best, owner| if claim(best, owner) { best } else { owner }).expect("somebody lacks");
        lots[next] += 1;
        let piece = lot.min(targets[next] - given[next]).min(left);
        given[next] += piece;
        left -= piece;
    }
    given
}
