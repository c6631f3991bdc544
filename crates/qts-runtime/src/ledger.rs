//! Attribution: whose is how much of every order, and the booking of every fill to its owners.

use std::collections::{BTreeMap, VecDeque};

use qts_core::{Allocation, Books, Child, Cross, Instruments, Money, OrderId, Price, Qty, Side, StrategyId, Working};
use qts_gate::ArbitratedOrder;
use qts_strategy::OwnOrder;

/// How many orders that are over are remembered for late fills; the loop remembers as many.
const REMEMBERED: usize = 512;

/// One owner's share of a fill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Whose.
    pub owner: StrategyId,
    /// How many shares.
    pub qty: Qty,
    /// Of the fee.
    pub fee: Money,
}

/// Who owns which order.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// Orders the market holds, oldest first.
    working: Vec<Working>,
    sharing: BTreeMap<OrderId, Sharing>,
    over: VecDeque<OrderId>,
    own: BTreeMap<StrategyId, Vec<OwnOrder>>,
}

/// How an order's fills are shared out.
#[derive(Debug)]
struct Sharing {
    order: ArbitratedOrder,
    allocation: Allocation,
}

impl Ledger {
    /// Orders the market holds, oldest first.
    pub(crate) fn working(&self) -> &[Working] {
        &self.working
    }

    /// A strategy's own open orders.
    pub(crate) fn own_orders(&self, owner: &StrategyId) -> &[OwnOrder] {
        self.own.get(owner).map_or(&[], Vec::as_slice)
    }

    /// Working orders that a strategy sent itself, wholly or in part.
    pub(crate) fn orders_sent_by(&self, owner: &StrategyId) -> impl Iterator<Item = &Working> {
        let own = |child: &Child| child.owner == *owner && child.decision.strategy == *owner;
        self.working.iter().filter(move |order| order.children.iter().any(own))
    }

    /// The strategies that sent an order themselves, also when it is over, as long as it is remembered.
    pub(crate) fn senders(&self, id: OrderId) -> impl Iterator<Item = &StrategyId> {
        let children = self.sharing.get(&id).into_iter().flat_map(|sharing| &sharing.order.children);
        children.filter(|child| child.decision.strategy == child.owner).map(|child| &child.owner)
    }

    /// Is it an order that works, and not this strategy's?
    pub(crate) fn is_foreign(&self, id: OrderId, owner: &StrategyId) -> bool {
        let order = self.working.iter().find(|order| order.id == id);
        order.is_some_and(|order| order.children.iter().all(|child| child.owner != *owner))
    }

    /// An order left: every owner's share of it is open from now on.
    pub(crate) fn open(&mut self, id: OrderId, order: ArbitratedOrder, books: &mut Books, instruments: &Instruments) {
        let lot = instruments.get(order.instrument).map_or(Qty::whole(1), |instrument| instrument.lot);
        let targets: Vec<Qty> = order.children.iter().map(|child| child.qty).collect();
        for child in &order.children {
            books.book_mut(&child.owner).reserve(order.instrument, order.side, child.qty);
        }
        self.working.push(Working {
            id,
            instrument: order.instrument,
            side: order.side,
            kind: order.kind,
            open: order.qty,
            cancelling: false,
            children: order.children.clone(),
        });
        self.refresh(order.children.iter().map(|child| child.owner.clone()).collect());
        self.sharing.insert(id, Sharing { order, allocation: Allocation::new(&targets, lot) });
    }

    /// Notes whether an order's withdrawal has been asked for.
    pub(crate) fn set_cancelling(&mut self, id: OrderId, cancelling: bool) {
        if let Some(order) = self.working.iter_mut().find(|order| order.id == id) {
            order.cancelling = cancelling;
        }
    }

    /// Has an order's withdrawal been asked for, without an answer so far?
    pub(crate) fn is_cancelling(&self, id: OrderId) -> bool {
        self.working.iter().any(|order| order.id == id && order.cancelling)
    }

    /// Books a fill to the order's owners; what exceeds the order belongs to nobody.
    pub(crate) fn fill(
        &mut self,
        id: OrderId,
        (qty, price, fee): (Qty, Price, Money),
        books: &mut Books,
        instruments: &Instruments,
    ) -> Vec<Share> {
        let Some(sharing) = self.sharing.get_mut(&id) else { return Vec::new() };
        let (parts, surplus) = sharing.allocation.advance(qty);
        let (instrument, side) = (sharing.order.instrument, sharing.order.side);
        let owners = sharing.order.children.iter().map(|child| child.owner.clone());
        let nobody = surplus.is_positive().then(|| (StrategyId::unassigned(), surplus));
        let parts: Vec<(StrategyId, Qty)> =
            owners.zip(parts.iter().copied()).filter(|(_, part)| part.is_positive()).chain(nobody).collect();
        let minor = instruments.get(instrument).map_or(Money::from_units(1), |found| found.minor_unit);
        let fees = share_fee(fee, minor, &parts.iter().map(|(_, part)| *part).collect::<Vec<_>>());
        let mut booked = Qty::ZERO;
        let mut shares = Vec::with_capacity(parts.len());
        for ((owner, part), fee) in parts.into_iter().zip(fees) {
            let before = Money::of(price, booked);
            booked = booked.checked_add(part).unwrap_or(booked);
            let book = books.book_mut(&owner);
            book.trade(instrument, side, part, Money::of(price, booked) - before);
            book.fees += fee;
            shares.push(Share { owner, qty: part, fee });
        }
        self.settle_open(id, books);
        shares
    }

    /// Brings the open quantities of a working order and its owners in line with what is left to fill.
    fn settle_open(&mut self, id: OrderId, books: &mut Books) {
        let Some(sharing) = self.sharing.get(&id) else { return };
        let Some(order) = self.working.iter_mut().find(|order| order.id == id) else { return };
        for (child, left) in order.children.iter_mut().zip(sharing.allocation.remaining()) {
            let gone = child.qty.checked_sub(left).unwrap_or(Qty::ZERO);
            books.book_mut(&child.owner).release(order.instrument, order.side, gone);
            child.qty = left;
        }
        order.open = order.children.iter().fold(Qty::ZERO, |sum, c| sum.checked_add(c.qty).unwrap_or(Qty::MAX));
        let owners = order.children.iter().map(|child| child.owner.clone()).collect();
        self.refresh(owners);
    }

    /// The order is over: what is still open returns to its owners.
    pub(crate) fn close(&mut self, id: OrderId, books: &mut Books) {
        let Some(place) = self.working.iter().position(|order| order.id == id) else { return };
        let order = self.working.remove(place);
        for child in &order.children {
            books.book_mut(&child.owner).release(order.instrument, order.side, child.qty);
        }
        self.refresh(order.children.into_iter().map(|child| child.owner).collect());
        self.over.push_back(id);
        if self.over.len() > REMEMBERED
            && let Some(oldest) = self.over.pop_front()
        {
            self.sharing.remove(&oldest);
        }
    }

    /// Books a cross between two books: no fee, no order.
    pub(crate) fn cross(cross: &Cross, books: &mut Books) {
        let money = Money::of(cross.price, cross.qty);
        if cross.buyer.owner == cross.seller.owner {
            return;
        }
        books.book_mut(&cross.buyer.owner).trade(cross.instrument, Side::Buy, cross.qty, money);
        books.book_mut(&cross.seller.owner).trade(cross.instrument, Side::Sell, cross.qty, money);
    }

    /// Everything that was `owner`'s is nobody's from now on.
    pub(crate) fn disown(&mut self, owner: &StrategyId) {
        let rename = |child: &mut Child| {
            if child.owner == *owner {
                child.owner = StrategyId::unassigned();
            }
        };
        self.working.iter_mut().flat_map(|order| &mut order.children).for_each(rename);
        self.sharing.values_mut().flat_map(|sharing| &mut sharing.order.children).for_each(rename);
        self.refresh(vec![owner.clone(), StrategyId::unassigned()]);
    }

    /// Rebuilds these owners' lists of own orders, in one pass over all orders.
    fn refresh(&mut self, owners: Vec<StrategyId>) {
        let mut lists: BTreeMap<StrategyId, Vec<OwnOrder>> =
            owners.into_iter().map(|owner| (owner, Vec::new())).collect();
        for Working { id, instrument, side, kind, children, .. } in &self.working {
            for child in children.iter().filter(|child| child.qty.is_positive()) {
                let Some(list) = lists.get_mut(&child.owner) else { continue };
                match list.last_mut().filter(|own| own.id == *id) {
                    Some(own) => own.open = own.open.checked_add(child.qty).unwrap_or(Qty::MAX),
                    None => list.push(OwnOrder {
                        id: *id,
                        instrument: *instrument,
                        side: *side,
                        open: child.qty,
                        kind: *kind,
                    }),
                }
            }
        }
        for (owner, list) in lists {
            if list.is_empty() {
                self.own.remove(&owner);
            } else {
                self.own.insert(owner, list);
            }
        }
    }
}

/// Shares a fee by largest remainder on the shares of one fill (one price, so shares stand for notional), in minor
/// units; ties, and what is below a minor unit, go to the first.
fn share_fee(fee: Money, minor: Money, parts: &[Qty]) -> Vec<Money> {
    let total: i128 = parts.iter().map(|part| i128::from(part.units())).sum();
    if total == 0 {
        return vec![Money::ZERO; parts.len()];
    }
    let coins = fee.units().div_euclid(minor.units());
    // Whole rounds first, so that no product leaves its range; a rebate is below zero, its remainders are not.
    let (each, rest) = (coins.div_euclid(total), coins.rem_euclid(total));
    let floor = |part: i128| (each * part + rest * part / total, rest * part % total);
    let floors: Vec<(i128, i128)> = parts.iter().map(|part| floor(part.units().into())).collect();
    let missing = coins - floors.iter().map(|(floor, _)| floor).sum::<i128>();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|place| (-floors[*place].1, *place));
    let mut shares: Vec<i128> = floors.iter().map(|(floor, _)| floor * minor.units()).collect();
    for place in order.into_iter().take(usize::try_from(missing).unwrap_or(0)) {
        shares[place] += minor.units();
    }
    shares[0] += fee.units().rem_euclid(minor.units());
    shares.into_iter().map(Money::from_units).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fee_is_shared_by_largest_remainder_and_nothing_is_lost() {
        let won = Money::whole(1);
        let shared = |fee: i64, parts: &[i32]| {
            let parts: Vec<Qty> = parts.iter().map(|part| Qty::whole(*part)).collect();
            let shares = share_fee(Money::whole(fee), won, &parts);
            assert_eq!(shares.iter().copied().sum::<Money>(), Money::whole(fee));
            shares.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(shared(10, &[1, 1, 1]), "4 3 3");
        assert_eq!(shared(10, &[5, 2, 2]), "6 2 2");
        assert_eq!(shared(1, &[1, 2]), "0 1");
        assert_eq!(shared(-10, &[1, 1, 1]), "-3 -3 -4");
    }

    #[test]
    fn a_fee_of_any_size_is_shared() {
        let fee = Money::of(Price::MAX, Qty::MAX);
        let shares = share_fee(fee, Money::from_units(1), &[Qty::MAX, Qty::MAX]);
        assert_eq!(shares.into_iter().sum::<Money>(), fee);
    }
}
