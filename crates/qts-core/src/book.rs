//! Books: one owner's positions, what is open, and the money that moved.
//!
//! Invariants, checked by tests after every event: `cash_flow + Σ cost = realized`, and the sum of all books is
//! the account.

use std::collections::BTreeMap;

use crate::scale::{self, Scale, Settled, Settling, Unsettled};
use crate::{Inst, Market, Money, Qty, Side, StrategyId};

/// One owner's state in one instrument.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Holding {
    /// Shares held; negative is short.
    pub position: Qty,
    /// What the position cost, with its sign (average cost).
    pub cost: Money,
    /// Shares in working buy orders.
    pub open_buy: Qty,
    /// Shares in working sell orders.
    pub open_sell: Qty,
}

/// One owner's positions and money.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Book {
    holdings: BTreeMap<Inst, Holding>,
    /// −Σ signed quantity · price, without fees.
    pub cash_flow: Money,
    /// Commission and taxes.
    pub fees: Money,
    /// Profit of what was closed, by average cost, fees apart.
    pub realized: Money,
}

/// All books of an account by owner, and its cash.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Books {
    books: BTreeMap<StrategyId, Book>,
    start_cash: Money,
}

/// What a new scale of shares made of one owner's position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjusted {
    /// Whose.
    pub owner: StrategyId,
    /// Shares held on the old scale.
    pub before: Qty,
    /// Shares held on the new scale.
    pub after: Qty,
    /// What it was paid for the fraction that it did not get.
    pub cash: Money,
}

impl Books {
    /// No books yet, and this much cash.
    #[must_use]
    pub const fn with_cash(start_cash: Money) -> Self {
        Self { books: BTreeMap::new(), start_cash }
    }

    /// Cash before anything was traded.
    #[must_use]
    pub const fn start_cash(&self) -> Money {
        self.start_cash
    }

    /// Cash now: what there was, what trades moved, less fees.
    #[must_use]
    pub fn cash(&self) -> Money {
        self.start_cash + self.books.values().map(|book| book.cash_flow - book.fees).sum()
    }

    /// Commission and taxes of all books.
    #[must_use]
    pub fn fees(&self) -> Money {
        self.books.values().map(|book| book.fees).sum()
    }

    /// An owner's book, if it ever had one.
    #[must_use]
    pub fn get(&self, owner: &StrategyId) -> Option<&Book> {
        self.books.get(owner)
    }

    /// An owner's book, opened if need be.
    pub fn book_mut(&mut self, owner: &StrategyId) -> &mut Book {
        self.books.entry(owner.clone()).or_default()
    }

    /// Takes an owner's book away.
    pub fn remove(&mut self, owner: &StrategyId) -> Option<Book> {
        self.books.remove(owner)
    }

    /// All books by owner.
    pub fn iter(&self) -> impl Iterator<Item = (&StrategyId, &Book)> {
        self.books.iter()
    }

    /// What the account holds in each instrument: the sum over all books; `None` beyond the range.
    #[must_use]
    pub fn positions(&self) -> Option<BTreeMap<Inst, Qty>> {
        let mut sums: BTreeMap<Inst, Qty> = BTreeMap::new();
        for (inst, holding) in self.books.values().flat_map(Book::holdings) {
            let sum = sums.entry(inst).or_default();
            *sum = sum.checked_add(holding.position)?;
        }
        sums.retain(|_, qty| !qty.is_zero());
        Some(sums)
    }

    /// Brings everything held in an instrument to a new scale, all or nothing: see [`settle`](crate::settle). Nothing is
    /// realized by that but on the fractions settled in money. Ties go to those who come first among `owners`, which
    /// are all who hold something. No order of the instrument may work.
    ///
    /// # Errors
    /// Nothing was changed: there is no price to settle fractions at, or a number would leave its range.
    pub fn adjust(
        &mut self,
        inst: Inst,
        scale: Scale,
        how: Settling,
        owners: &[StrategyId],
    ) -> Result<Vec<Adjusted>, Unsettled> {
        let held = |owner: &StrategyId| self.get(owner).map(|book| book.holding(inst)).unwrap_or_default();
        let held: Vec<Holding> = owners.iter().map(held).collect();
        let positions: Vec<Qty> = held.iter().map(|holding| holding.position).collect();
        let settled = scale::settle(&positions, scale, how)?;
        let cost = |(held, settled): (&Holding, &Settled)| scale::cost_on(scale, held.cost, held.position, *settled);
        let costs: Option<Vec<Money>> = held.iter().zip(&settled).map(cost).collect();
        let costs = costs.ok_or(Unsettled::OutOfRange)?;
        let mut adjusted = Vec::with_capacity(owners.len());
        for ((owner, before), (Settled { position: after, cash }, cost)) in
            owners.iter().zip(positions).zip(settled.into_iter().zip(costs))
        {
            self.book_mut(owner).rescale(inst, after, cost, cash);
            adjusted.push(Adjusted { owner: owner.clone(), before, after, cash });
        }
        Ok(adjusted)
    }

    /// Cash plus all positions at their marks; `None` if a held instrument has no price.
    #[must_use]
    pub fn equity(&self, market: &Market) -> Option<Money> {
        let positions = self.positions()?;
        let values = positions.iter().map(|(inst, qty)| Some(Money::of(market.mark(*inst)?, *qty)));
        Some(self.cash() + values.sum::<Option<Money>>()?)
    }
}

impl Holding {
    /// The part of an order that brings the position nearer to zero, working orders counted as filled.
    #[must_use]
    pub fn reducing_part(&self, side: Side, qty: Qty) -> Qty {
        let room = match side {
            Side::Sell => self.position.checked_sub(self.open_sell),
            Side::Buy => (-self.position).checked_sub(self.open_buy),
        };
        room.map_or(Qty::ZERO, |room| qty.min(room.max(Qty::ZERO)))
    }

    /// Worst case in shares: `max(|position + open buys|, |position − open sells|)`; `None` beyond the range.
    #[must_use]
    pub fn worst_case(&self) -> Option<Qty> {
        let long = self.position.checked_add(self.open_buy)?.abs();
        let short = self.position.checked_sub(self.open_sell)?.abs();
        Some(long.max(short))
    }

    fn is_idle(&self) -> bool {
        self.position.is_zero() && self.open_buy.is_zero() && self.open_sell.is_zero()
    }

    /// Books `qty` (signed) for `money` (`qty · price`, same sign); returns what closing it realized.
    fn trade(&mut self, qty: Qty, money: Money) -> Money {
        let before = self.position;
        let after = before.checked_add(qty);
        assert!(after.is_some(), "a position left its range: the gate admits no such order");
        let opposing = (before.units() < 0) != (qty.units() < 0) && !before.is_zero();
        self.position = after.unwrap_or(before);
        if !opposing {
            self.cost += money;
            return Money::ZERO;
        }
        let closing = before.abs().min(qty.abs());
        let cost_part = share(self.cost, closing, before.abs());
        let money_part = share(money, closing, qty.abs());
        self.cost = self.cost - cost_part + (money - money_part);
        -money_part - cost_part
    }
}

/// `whole · part / of`, towards zero, exact for the whole.
fn share(whole: Money, part: Qty, of: Qty) -> Money {
    if part == of {
        return whole;
    }
    let (part, of) = (i128::from(part.units()), i128::from(of.units()));
    let quotient = whole.units() / of;
    let rest = whole.units() % of;
    Money::from_units(quotient * part + rest * part / of)
}

impl Book {
    /// Its state in an instrument.
    #[must_use]
    pub fn holding(&self, inst: Inst) -> Holding {
        self.holdings.get(&inst).copied().unwrap_or_default()
    }

    /// All instruments in which it holds or awaits something, by number.
    pub fn holdings(&self) -> impl Iterator<Item = (Inst, &Holding)> {
        self.holdings.iter().map(|(inst, holding)| (*inst, holding))
    }

    /// Is nothing held and nothing working?
    #[must_use]
    pub fn is_flat(&self) -> bool {
        self.holdings.is_empty()
    }

    /// What the open positions cost, shorts by their proceeds.
    #[must_use]
    pub fn cost(&self) -> Money {
        self.holdings.values().map(|holding| holding.cost.abs()).sum()
    }

    /// Books a trade of `qty` (above zero) that moved `money` (above zero).
    pub fn trade(&mut self, inst: Inst, side: Side, qty: Qty, money: Money) {
        let signed = if side == Side::Buy { money } else { -money };
        let realized = self.change(inst, |holding| holding.trade(side.signed(qty), signed));
        self.cash_flow -= signed;
        self.realized += realized;
    }

    /// An opening position: held at a cost that this run did not pay.
    pub fn open_with(&mut self, inst: Inst, position: Qty, cost: Money) {
        self.change(inst, |holding| {
            holding.position = position;
            holding.cost = cost;
        });
    }

    /// The same holding on another scale, the fraction settled for `cash`.
    fn rescale(&mut self, inst: Inst, position: Qty, cost: Money, cash: Money) {
        let before = self.holding(inst).cost;
        self.open_with(inst, position, cost);
        self.cash_flow += cash;
        self.realized += cash + cost - before;
    }

    /// Counts `qty` as working.
    pub fn reserve(&mut self, inst: Inst, side: Side, qty: Qty) {
        self.open(inst, side, |open| open.checked_add(qty));
    }

    /// Counts `qty` as no longer working.
    pub fn release(&mut self, inst: Inst, side: Side, qty: Qty) {
        self.open(inst, side, |open| open.checked_sub(qty).filter(|left| *left >= Qty::ZERO));
    }

    fn open(&mut self, inst: Inst, side: Side, change: impl Fn(Qty) -> Option<Qty>) {
        self.change(inst, |holding| {
            let open = match side {
                Side::Buy => &mut holding.open_buy,
                Side::Sell => &mut holding.open_sell,
            };
            let changed = change(*open);
            assert!(changed.is_some(), "an open quantity left its range: reserved and released differ");
            *open = changed.unwrap_or(*open);
        });
    }

    fn change<T>(&mut self, inst: Inst, change: impl FnOnce(&mut Holding) -> T) -> T {
        let holding = self.holdings.entry(inst).or_default();
        let result = change(holding);
        if holding.is_idle() {
            self.holdings.remove(&inst);
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Price;
    use proptest::prelude::*;

    const A: Inst = Inst(0);

    fn trade(book: &mut Book, side: Side, qty: i32, price: i32) {
        let qty = Qty::whole(qty);
        book.trade(A, side, qty, Money::of(Price::whole(price), qty));
    }

    #[test]
    fn closing_a_long_realizes_proceeds_less_average_cost() {
        let mut book = Book::default();
        trade(&mut book, Side::Buy, 1, 100);
        trade(&mut book, Side::Buy, 1, 200);
        trade(&mut book, Side::Sell, 1, 180);
        assert_eq!(
            (book.realized, book.cost(), book.cash_flow),
            (Money::whole(30), Money::whole(150), Money::whole(-120))
        );
    }

    #[test]
    fn a_sale_beyond_the_holding_closes_the_long_and_opens_a_short() {
        let mut book = Book::default();
        trade(&mut book, Side::Buy, 2, 100);
        trade(&mut book, Side::Sell, 5, 110);
        assert_eq!(book.holding(A).position, Qty::whole(-3));
        assert_eq!((book.realized, book.holding(A).cost), (Money::whole(20), Money::whole(-330)));
        trade(&mut book, Side::Buy, 3, 100);
        assert_eq!((book.realized, book.is_flat()), (Money::whole(50), true));
    }

    #[test]
    fn reducing_parts_count_working_orders() {
        let holding = Holding { position: Qty::whole(100), open_sell: Qty::whole(30), ..Holding::default() };
        assert_eq!(holding.reducing_part(Side::Sell, Qty::whole(100)), Qty::whole(70));
        assert_eq!(holding.reducing_part(Side::Buy, Qty::whole(1)), Qty::ZERO);
        let short = Holding { position: Qty::whole(-10), open_buy: Qty::whole(4), ..Holding::default() };
        assert_eq!(short.reducing_part(Side::Buy, Qty::whole(8)), Qty::whole(6));
    }

    fn held(book: &Book) -> (String, String, String) {
        (book.holding(A).position.to_string(), book.cost().to_string(), book.realized.to_string())
    }

    #[test]
    fn a_new_scale_moves_the_cost_along_and_realizes_only_on_the_fraction() {
        let ids = ["a", "b", "c"].map(StrategyId::new);
        let mut books = Books::default();
        for (id, qty) in ids.iter().zip([17, 23, 9]) {
            trade(books.book_mut(id), Side::Buy, qty, 100);
        }
        let how = Settling { step: Qty::whole(1), price: Some(Price::whole(2_000)), minor: Money::whole(1) };
        let scale = "1/10".parse().expect("a ratio");
        books.adjust(A, scale, how, &ids).expect("in range");
        let seen = ids.each_ref().map(|id| held(books.get(id).expect("a book")));
        // 0.7 shares that cost 700 are paid with 1400; a tenth of a share that was got too much costs 200.
        let text = |position: &str, cost: &str, realized: &str| (position.into(), cost.into(), realized.into());
        assert_eq!(seen, [text("1", "1000", "700"), text("2", "2000", "300"), text("1", "1100", "0")]);
        assert_eq!(books.cash(), Money::whole(-4_900 + 1_400 + 600 - 200));
    }

    #[test]
    fn what_cannot_be_adjusted_is_left_as_it_is() {
        let (mut books, ids) = (Books::default(), ["a", "b"].map(StrategyId::new));
        trade(books.book_mut(&ids[0]), Side::Buy, 5, 100);
        books.book_mut(&ids[1]).open_with(A, Qty::MAX, Money::ZERO);
        let before = books.clone();
        let how = Settling { step: Qty::whole(1), price: None, minor: Money::whole(1) };
        let scale = |text: &str| text.parse().expect("a ratio");
        assert_eq!(books.adjust(A, scale("2"), how, &ids), Err(Unsettled::OutOfRange));
        assert_eq!(books.adjust(A, scale("1/2"), how, &ids), Err(Unsettled::NoPrice));
        assert_eq!(books, before);
    }

    proptest! {
        #[test]
        fn a_new_scale_keeps_what_was_realized_and_what_the_books_are_worth(
            trades in prop::collection::vec((0usize..3, any::<bool>(), 1i32..50, 1i32..1000), 1..30),
            (new, old, price) in (1u64..60, 1u64..60, 1i32..100_000),
        ) {
            let ids = ["a", "b", "c"].map(StrategyId::new);
            let mut books = Books::default();
            for (place, buy, qty, price) in trades {
                trade(books.book_mut(&ids[place]), if buy { Side::Buy } else { Side::Sell }, qty, price);
            }
            let scale = Scale::new(new, old).expect("sound");
            let (before, last) = (books.clone(), Price::whole(price));
            let Some(price) = scale.price(last) else { return Ok(()) };
            let how = Settling { step: Qty::whole(1), price: Some(price), minor: Money::from_units(1) };
            books.adjust(A, scale, how, &ids).expect("in range");
            let worth = |book: &Book, price: Price| book.cash_flow + Money::of(price, book.holding(A).position);
            for id in &ids {
                let (book, old_book) = (books.book_mut(id).clone(), before.get(id).cloned().unwrap_or_default());
                let cost: Money = book.holdings().map(|(_, holding)| holding.cost).sum();
                prop_assert_eq!(book.cash_flow + cost, book.realized);
                let (now, then) = (worth(&book, price), worth(&old_book, last));
                // The price is floored to 10⁻⁸: that much of each share.
                let shares = i128::from(book.holding(A).position.abs().units() / crate::SCALE);
                prop_assert!((now - then).abs() <= Money::from_units(shares + 3), "{} {}", now, then);
            }
        }

        #[test]
        fn cash_flow_plus_cost_is_always_what_was_realized(
            trades in prop::collection::vec((any::<bool>(), 1i32..50, 1i32..1000), 1..60)
        ) {
            let mut book = Book::default();
            for (buy, qty, price) in trades {
                trade(&mut book, if buy { Side::Buy } else { Side::Sell }, qty, price);
                let cost: Money = book.holdings().map(|(_, holding)| holding.cost).sum();
                prop_assert_eq!(book.cash_flow + cost, book.realized);
            }
        }
    }
}
