//! What is held and what is working: the books of a cycle and its open orders.

use std::borrow::Cow;
use std::collections::BTreeSet;

use qts_core::{
    Book, Books, Child, Cycle, DecisionId, Inst, Kind, Market, Money, OrderId, Price, Qty, Side, StrategyId, Working,
};

use super::error::{Problem, shown};
use super::node::{Least, Node};
use super::setup::Setup;
use super::terms::{SIDES, Terms};

/// The books, with this much cash. An owner without one is flat.
///
/// # Errors
/// The first thing that is wrong.
pub(super) fn read_books(
    setup: &Setup<'_>,
    market: &Market,
    cash: Money,
    node: Option<Node<'_>>,
) -> Result<Books, Problem> {
    let mut books = Books::with_cash(cash);
    for (key, node) in node.map(Node::entries).transpose()?.unwrap_or_default() {
        let owner = setup.owner(key)?;
        if books.get(owner).is_some() {
            return Err(key.twice(owner.as_str()));
        }
        read_book(setup, market, owner, books.book_mut(owner), node)?;
    }
    Ok(books)
}

fn read_book(
    setup: &Setup<'_>,
    market: &Market,
    owner: &StrategyId,
    book: &mut Book,
    node: Node<'_>,
) -> Result<(), Problem> {
    let mut seen: BTreeSet<Inst> = BTreeSet::new();
    for (key, node) in node.entries()? {
        let inst = setup.instrument(key)?;
        if !seen.insert(inst) {
            return Err(key.twice(&key.text()?));
        }
        let [position, price] = node.fields(["position", "price"])?;
        let position: Qty = position.ok_or_else(|| node.lacks("position"))?.number()?;
        let price: Option<Price> = price.map(|node| node.number_from(Least::AboveZero)).transpose()?;
        let cost = price.or_else(|| market.mark(inst)).map(|price| Money::of(price, position));
        if cost.is_none() && !position.is_zero() && has_budget(setup, owner) {
            let problem = format!("what this cost counts against the budget of `{owner}`, and no price is known");
            return Err(node.problem(problem, "add its average cost as `price`, or `last` to its market"));
        }
        book.open_with(inst, position, cost.unwrap_or(Money::ZERO));
    }
    Ok(())
}

fn has_budget(setup: &Setup<'_>, owner: &StrategyId) -> bool {
    setup.standings.get(owner).is_some_and(|standing| standing.budget.is_some())
}

/// The orders at the market and their ids; each is reserved in its owner's book.
///
/// # Errors
/// The first thing that is wrong.
pub(super) fn read_open_orders<'a>(
    setup: &Setup<'_>,
    books: &mut Books,
    node: Option<Node<'a>>,
) -> Result<(Vec<Working>, Vec<Cow<'a, str>>), Problem> {
    let (mut working, mut ids) = (Vec::new(), Vec::new());
    let Some(node) = node else { return Ok((working, ids)) };
    let mut taken: BTreeSet<Cow<'a, str>> = BTreeSet::new();
    for (place, node) in (0..).zip(node.items()?) {
        let (order, id) = read_open_order(setup, node, place)?;
        if !taken.insert(id.clone()) {
            let problem = format!("another open order has the id `{}`", shown(&id));
            return Err(node.problem(problem, "give each its own; without `id` it is its index"));
        }
        reserve(books, &order, node)?;
        working.push(order);
        ids.push(id);
    }
    Ok((working, ids))
}

fn read_open_order<'a>(setup: &Setup<'_>, node: Node<'a>, place: u32) -> Result<(Working, Cow<'a, str>), Problem> {
    let keys = ["id", "strategy", "instrument", "side", "qty", "type", "limit", "tif"];
    let [id, strategy, instrument, side, qty, kind, limit, tif] = node.fields(keys)?;
    let id = id.map(Node::text).transpose()?.unwrap_or_else(|| Cow::Owned(place.to_string()));
    let owner = setup.owner(strategy.ok_or_else(|| node.lacks("strategy"))?)?;
    let instrument = setup.instrument(instrument.ok_or_else(|| node.lacks("instrument"))?)?;
    let side = side.ok_or_else(|| node.lacks("side"))?.word(SIDES)?;
    let open: Qty = qty.ok_or_else(|| node.lacks("qty"))?.number_from(Least::AboveZero)?;
    let limit = Terms::read(node, kind, limit, tif)?.limit;
    let limit: Option<Price> = limit.map(|node| node.number_from(Least::AboveZero)).transpose()?;
    let decision = DecisionId { cycle: Cycle::default(), strategy: owner.clone(), emission: place };
    let order = Working {
        id: order_id(place as usize),
        instrument,
        side,
        kind: limit.map_or(Kind::Market, Kind::Limit),
        open,
        cancelling: false,
        children: vec![Child { decision, owner: owner.clone(), qty: open }],
    };
    Ok((order, id))
}

/// The number of the order at this place.
pub(super) const fn order_id(place: usize) -> OrderId {
    OrderId(place as u64 + 1)
}

/// Counts an order as working in its owner's book.
fn reserve(books: &mut Books, order: &Working, node: Node<'_>) -> Result<(), Problem> {
    for child in &order.children {
        let book = books.book_mut(&child.owner);
        let held = book.holding(order.instrument);
        let open = if order.side == Side::Buy { held.open_buy } else { held.open_sell };
        if open.checked_add(child.qty).is_none() {
            return Err(node.problem("open quantities add up to more than 9·10^10", "correct their quantities"));
        }
        book.reserve(order.instrument, order.side, child.qty);
    }
    Ok(())
}
