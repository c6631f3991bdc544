//! A second, naive telling of arbitration and allocation, to hold the gate against.
//!
//! Written only from `decision-cycle.md`, `contract.md` (`qts decide`) and `risk-reference.md` §3, by someone who
//! has not read the gate. That is its whole worth: where it and the gate differ, one of them has misread the pages.
//! Nothing here may be taken from the gate, call it, or share a type with it; a test translates between the two.
//!
//! It enumerates where the gate may calculate: shares are handed out one by one, conflicts are looked for in all
//! pairs, over and over until none is left, crosses are booked share by share. It is meant for a handful of
//! proposals and some dozens of shares.
//!
//! One call settles one instrument in one cycle, from what the strategy scope admitted to the merged orders.
//! Prices and quantities are bare integers; the unit is the caller's. Three kinds of thing live here:
//! * the model: [`arbitrate`], [`quota_naive`], [`hand_out`], [`cut_children`], [`cut_children_in_lots`];
//! * the checks: what must hold of *any* result, whoever made it: [`check_all`], its parts, and
//!   [`check_permutations`], [`check_allocation`];
//! * the cases: [`random_case`], small inputs in which conflicts are frequent.
//!
//! Readings it takes where the pages leave room (the first seven were given with the task):
//! 1. The operator's step comes first. What could trade with an operator's proposal is Blocked whole; what is merely
//!    on the other side is left alone. Two operator's proposals against each other are settled by the rule.
//! 2. A party to the conflict is a proposal with quantity left that could trade with an opposing one with quantity
//!    left. (There is never more than one conflict on an instrument: a test below shows why.)
//! 3. `exits_only`: first every increasing part of every party goes, at once. What is left of a party is an "exit"
//!    from then on, also where the proposal was only partly reducing.
//! 4. `net`: the cross takes whole quantities, entries and exits alike; the rest is settled as `exits_only`.
//! 5. `rank`: as `exits_only` if a party has a reducing part; parties only, bystanders pass.
//! 6. Own working orders: after the rule. "Has a reducing part" means: of what is left of it. A working order that
//!    is being cancelled still blocks, and is not cancelled again.
//! 7. Merging is last and does not ask who the owner is; the operator's proposals merge like any others.
//! 8. `min(Σbuy, Σsell)` is not floored to the lot. With everything in whole lots it never needs to be. A target
//!    that is not whole lots (the exit of an odd position) has one last, smaller lot of its own.
//! 9. A code is recorded where something was really taken: an exit that loses nothing has no `opposing_intent`.
//! 10. The proposals of the input are what is decided; a duplicate (strategy, emission) is a mistake of the test.

use std::collections::BTreeSet;

/// Which way a proposal or an order goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    /// Buy; sorts first.
    Buy,
    /// Sell.
    Sell,
}

impl Side {
    /// The other side.
    pub(crate) fn opposite(self) -> Side {
        match self {
            Side::Buy => Side::Sell,
            Side::Sell => Side::Buy,
        }
    }
}

/// What to do in a conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Only reducing parts go through.
    ExitsOnly,
    /// Cross what can be crossed, then as [`Rule::ExitsOnly`].
    Net,
    /// The best-ranked side passes, if no exit takes part.
    Rank,
}

/// What a decision can be told by arbitration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Code {
    /// Blocked for an opposing proposal.
    OpposingIntent,
    /// An exit Blocked for an opposing exit, for want of a price to cross them at.
    NoCrossPrice,
    /// Blocked for an own working order.
    SelfTrade,
    /// Booked between two strategies.
    Crossed,
    /// Sent in one order with others.
    Merged,
}

impl Code {
    /// The name in the contract.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Code::OpposingIntent => "opposing_intent",
            Code::NoCrossPrice => "no_cross_price",
            Code::SelfTrade => "self_trade",
            Code::Crossed => "crossed",
            Code::Merged => "merged",
        }
    }
}

/// A proposal as the strategy scope left it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proposal {
    /// Whose it is.
    pub(crate) strategy: String,
    /// The strategy's rank; lower is better.
    pub(crate) rank: i64,
    /// Its place among the strategy's intents of this cycle.
    pub(crate) emission: u32,
    /// Whether it is the operator's.
    pub(crate) operator: bool,
    /// Its side.
    pub(crate) side: Side,
    /// Its limit; `None` is a market order.
    pub(crate) limit: Option<i64>,
    /// Its time in force: only ever compared.
    pub(crate) tif: u8,
    /// What the strategy scope admitted, 0 if Blocked there.
    pub(crate) qty: i64,
    /// The part of `qty` that reduces the strategy's position.
    pub(crate) reducing: i64,
}

/// An own order that rests with the broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Working {
    /// Its id.
    pub(crate) id: u64,
    /// Its side.
    pub(crate) side: Side,
    /// Its limit; `None` is a market order.
    pub(crate) limit: Option<i64>,
    /// Whether a cancel is already on its way.
    pub(crate) pending_cancel: bool,
}

/// One instrument in one cycle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Input {
    /// The rule of the config.
    pub(crate) rule: Rule,
    /// The lot, at least 1.
    pub(crate) lot: i64,
    /// The price for internal crosses, if there is one.
    pub(crate) cross_price: Option<i64>,
    /// The proposals, in any order.
    pub(crate) proposals: Vec<Proposal>,
    /// Own working orders of all strategies, in any order.
    pub(crate) working: Vec<Working>,
}

/// What became of one proposal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// What goes to market.
    pub(crate) remaining: i64,
    /// The reducing part of that.
    pub(crate) remaining_reducing: i64,
    /// What was crossed.
    pub(crate) crossed: i64,
    /// What it is told.
    pub(crate) codes: BTreeSet<Code>,
}

/// A booking between two proposals, by their index in the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cross {
    /// The selling proposal.
    pub(crate) seller: usize,
    /// The buying proposal.
    pub(crate) buyer: usize,
    /// Shares.
    pub(crate) qty: i64,
    /// At what price.
    pub(crate) price: i64,
}

/// A merged order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Order {
    /// Its side.
    pub(crate) side: Side,
    /// Its limit; `None` is a market order.
    pub(crate) limit: Option<i64>,
    /// Its time in force.
    pub(crate) tif: u8,
    /// Proposal and quantity, in rank order.
    pub(crate) children: Vec<(usize, i64)>,
}

/// What arbitration says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Output {
    /// One per proposal, in the order of the input.
    pub(crate) outcomes: Vec<Outcome>,
    /// In the order of the walk: sellers by rank, and for each its buyers by rank.
    pub(crate) crosses: Vec<Cross>,
    /// Working orders to cancel, by id.
    pub(crate) cancels: Vec<u64>,
    /// Buys first, then market first, then by limit, then by time in force.
    pub(crate) orders: Vec<Order>,
}

/// Whether two orders could trade with each other: opposite sides, and buy limit ≥ sell limit or one has any price.
pub(crate) fn could_trade(a: (Side, Option<i64>), b: (Side, Option<i64>)) -> bool {
    let (buy, sell) = match (a.0, b.0) {
        (Side::Buy, Side::Sell) => (a.1, b.1),
        (Side::Sell, Side::Buy) => (b.1, a.1),
        _ => return false,
    };
    match (buy, sell) {
        (Some(buy), Some(sell)) => buy >= sell,
        _ => true,
    }
}

/// Settles one instrument's proposals of one cycle.
pub(crate) fn arbitrate(input: &Input) -> Output {
    assert_sound(input);
    let mut desk = Desk::open(input);
    desk.put_the_operator_first();
    match input.rule {
        Rule::ExitsOnly => desk.exits_only(),
        Rule::Net => {
            desk.cross();
            desk.exits_only();
        }
        Rule::Rank => desk.rank(),
    }
    assert!(desk.conflicts().is_empty(), "the rule left a conflict");
    desk.keep_off_working_orders();
    desk.close()
}

/// The Balinski–Young quota method, share by share: who has what of the first `f` shares.
///
/// The order of the targets breaks ties, so give them in rank order. After Σ targets it begins anew.
pub(crate) fn quota_naive(targets: &[u128], f: u128) -> Vec<u128> {
    let mut got = vec![0; targets.len()];
    for _ in 0..f {
        let Some(next) = next_share(targets, &got) else { break };
        got[next] += 1;
    }
    got
}

/// Who gets the next share: of those whose quota allows one more, the one with the largest target per share.
fn next_share(targets: &[u128], got: &[u128]) -> Option<usize> {
    let all: u128 = targets.iter().sum();
    let k = got.iter().sum::<u128>() + 1;
    let mut best: Option<usize> = None;
    for i in 0..targets.len() {
        if got[i] * all >= targets[i] * k {
            continue;
        }
        let beats = |b: usize| targets[i] * (got[b] + 1) > targets[b] * (got[i] + 1);
        if best.is_none_or(beats) {
            best = Some(i);
        }
    }
    best
}

/// Hands `f` shares out to `targets` in whole lots, at most all of them.
///
/// Lots go by the quota method; a share below a lot goes to the child that gets the next lot. A target that is not
/// whole lots counts its odd rest as one more lot, the last it gets, and a smaller one.
pub(crate) fn hand_out(targets: &[i64], f: i64, lot: i64) -> Vec<i64> {
    let lots: Vec<u128> =
        targets.iter().map(|&w| u128::from((w / lot + i64::from(w % lot > 0)).unsigned_abs())).collect();
    let mut begun = vec![0; targets.len()];
    let mut got = vec![0; targets.len()];
    let mut holder = None;
    for _ in 0..f.min(targets.iter().sum()) {
        let full = |&i: &usize| got[i] == targets[i] || got[i] % lot == 0;
        if holder.as_ref().is_none_or(full) {
            holder = next_share(&lots, &begun);
            if let Some(next) = holder {
                begun[next] += 1;
            }
        }
        if let Some(i) = holder {
            got[i] += 1;
        }
    }
    got
}

/// What an account-scope cut of `cut` shares takes from each child: (of its increasing part, of its reducing part).
///
/// Children in rank order. Increasing parts are used up before a reducing part is touched.
pub(crate) fn cut_children(increasing: &[i64], reducing: &[i64], cut: i64) -> (Vec<i64>, Vec<i64>) {
    cut_children_in_lots(increasing, reducing, cut, 1)
}

/// As [`cut_children`], in whole lots.
pub(crate) fn cut_children_in_lots(increasing: &[i64], reducing: &[i64], cut: i64, lot: i64) -> (Vec<i64>, Vec<i64>) {
    let of_increasing = hand_out(increasing, cut, lot);
    let rest = cut - of_increasing.iter().sum::<i64>();
    (of_increasing, hand_out(reducing, rest, lot))
}

/// A test that breaks one of these tests nothing.
fn assert_sound(input: &Input) {
    assert!(input.lot >= 1, "a lot is at least one share");
    let mut seen = BTreeSet::new();
    for p in &input.proposals {
        assert!(0 <= p.reducing && p.reducing <= p.qty, "a reducing part is part of its proposal: {p:?}");
        assert!(seen.insert((&p.strategy, p.emission)), "a decision has one id: {p:?}");
    }
    let ids: BTreeSet<u64> = input.working.iter().map(|w| w.id).collect();
    assert_eq!(ids.len(), input.working.len(), "a working order has an id of its own");
}

/// The operator first, then rank, strategy id, emission.
fn rank_order(proposals: &[Proposal]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..proposals.len()).collect();
    order.sort_by_key(|&i| {
        let p = &proposals[i];
        (!p.operator, p.rank, p.strategy.as_str(), p.emission)
    });
    order
}

fn terms(p: &Proposal) -> (Side, Option<i64>) {
    (p.side, p.limit)
}

fn price_allows(p: &Proposal, price: i64) -> bool {
    match (p.side, p.limit) {
        (_, None) => true,
        (Side::Buy, Some(limit)) => limit >= price,
        (Side::Sell, Some(limit)) => limit <= price,
    }
}

/// What is left of one proposal while it is being settled.
#[derive(Clone, Debug, Default)]
struct Left {
    increasing: i64,
    reducing: i64,
    crossed: i64,
    codes: BTreeSet<Code>,
}

impl Left {
    fn all(&self) -> i64 {
        self.increasing + self.reducing
    }

    fn block_increasing(&mut self, code: Code) {
        if self.increasing > 0 {
            self.increasing = 0;
            self.codes.insert(code);
        }
    }

    fn block(&mut self, code: Code) {
        if self.all() > 0 {
            self.increasing = 0;
            self.reducing = 0;
            self.codes.insert(code);
        }
    }

    /// The reducing part goes first.
    fn cross_one_share(&mut self) {
        let part = if self.reducing > 0 { &mut self.reducing } else { &mut self.increasing };
        *part -= 1;
        self.crossed += 1;
        self.codes.insert(Code::Crossed);
    }
}

/// The proposals being settled.
struct Desk<'a> {
    input: &'a Input,
    by_rank: Vec<usize>,
    left: Vec<Left>,
    crosses: Vec<Cross>,
    cancels: BTreeSet<u64>,
}

impl<'a> Desk<'a> {
    fn open(input: &'a Input) -> Self {
        let whole = |p: &Proposal| Left { increasing: p.qty - p.reducing, reducing: p.reducing, ..Left::default() };
        Desk {
            input,
            by_rank: rank_order(&input.proposals),
            left: input.proposals.iter().map(whole).collect(),
            crosses: Vec::new(),
            cancels: BTreeSet::new(),
        }
    }

    /// All pairs with quantity left that could trade with each other, each pair once, the better-ranked first.
    fn conflicts(&self) -> Vec<(usize, usize)> {
        let mut pairs = Vec::new();
        for (place, &i) in self.by_rank.iter().enumerate() {
            for &j in &self.by_rank[place + 1..] {
                let alive = self.left[i].all() > 0 && self.left[j].all() > 0;
                if alive && could_trade(terms(&self.input.proposals[i]), terms(&self.input.proposals[j])) {
                    pairs.push((i, j));
                }
            }
        }
        pairs
    }

    /// The proposals of those pairs, in rank order.
    fn parties(&self) -> Vec<usize> {
        let pairs = self.conflicts();
        let is_party = |i: &usize| pairs.iter().any(|&(a, b)| a == *i || b == *i);
        self.by_rank.iter().copied().filter(is_party).collect()
    }

    fn put_the_operator_first(&mut self) {
        for (i, j) in self.conflicts() {
            match (self.input.proposals[i].operator, self.input.proposals[j].operator) {
                (true, false) => self.left[j].block(Code::OpposingIntent),
                (false, true) => self.left[i].block(Code::OpposingIntent),
                _ => {}
            }
        }
    }

    fn exits_only(&mut self) {
        for i in self.parties() {
            self.left[i].block_increasing(Code::OpposingIntent);
        }
        self.cross();
        self.best_side_passes(Code::NoCrossPrice);
    }

    fn rank(&mut self) {
        if self.parties().iter().any(|&i| self.left[i].reducing > 0) {
            self.exits_only();
        } else {
            self.best_side_passes(Code::OpposingIntent);
        }
    }

    /// The side of the best-ranked party passes, the parties on the other side are Blocked.
    fn best_side_passes(&mut self, code: Code) {
        while let Some(&best) = self.parties().first() {
            let losing = self.input.proposals[best].side.opposite();
            for i in self.parties() {
                if self.input.proposals[i].side == losing {
                    self.left[i].block(code);
                }
            }
        }
    }

    /// Crosses as much of what the parties have left as the cross price allows.
    fn cross(&mut self) {
        let Some(price) = self.input.cross_price else { return };
        let allowed: Vec<usize> =
            self.parties().into_iter().filter(|&i| price_allows(&self.input.proposals[i], price)).collect();
        let of = |side| -> Vec<usize> {
            allowed.iter().copied().filter(|&i| self.input.proposals[i].side == side).collect()
        };
        let (sellers, buyers) = (of(Side::Sell), of(Side::Buy));
        let quantities = |who: &[usize]| -> Vec<i64> { who.iter().map(|&i| self.left[i].all()).collect() };
        let (selling, buying) = (quantities(&sellers), quantities(&buyers));
        let qty = selling.iter().sum::<i64>().min(buying.iter().sum());
        let mut sold = hand_out(&selling, qty, self.input.lot);
        let mut bought = hand_out(&buying, qty, self.input.lot);
        for _ in 0..qty {
            if let (Some(s), Some(b)) = (take_one(&mut sold), take_one(&mut bought)) {
                self.book_one_share(sellers[s], buyers[b], price);
            }
        }
    }

    fn book_one_share(&mut self, seller: usize, buyer: usize, price: i64) {
        self.left[seller].cross_one_share();
        self.left[buyer].cross_one_share();
        match self.crosses.last_mut() {
            Some(last) if last.seller == seller && last.buyer == buyer => last.qty += 1,
            _ => self.crosses.push(Cross { seller, buyer, qty: 1, price }),
        }
    }

    fn keep_off_working_orders(&mut self) {
        for (i, p) in self.input.proposals.iter().enumerate() {
            if self.left[i].all() == 0 {
                continue;
            }
            for w in self.input.working.iter().filter(|w| could_trade(terms(p), (w.side, w.limit))) {
                if self.left[i].reducing > 0 && w.limit.is_some() && !w.pending_cancel {
                    self.cancels.insert(w.id);
                }
            }
            if self.input.working.iter().any(|w| could_trade(terms(p), (w.side, w.limit))) {
                self.left[i].block(Code::SelfTrade);
            }
        }
    }

    fn close(mut self) -> Output {
        let orders = self.merge();
        for order in orders.iter().filter(|o| o.children.len() >= 2) {
            for &(child, _) in &order.children {
                self.left[child].codes.insert(Code::Merged);
            }
        }
        let outcome = |left: Left| Outcome {
            remaining: left.all(),
            remaining_reducing: left.reducing,
            crossed: left.crossed,
            codes: left.codes,
        };
        Output {
            outcomes: self.left.into_iter().map(outcome).collect(),
            crosses: self.crosses,
            cancels: self.cancels.into_iter().collect(),
            orders,
        }
    }

    fn merge(&self) -> Vec<Order> {
        let mut orders: Vec<Order> = Vec::new();
        for &i in self.by_rank.iter().filter(|&&i| self.left[i].all() > 0) {
            let p = &self.input.proposals[i];
            let child = (i, self.left[i].all());
            match orders.iter_mut().find(|o| (o.side, o.limit, o.tif) == (p.side, p.limit, p.tif)) {
                Some(order) => order.children.push(child),
                None => orders.push(Order { side: p.side, limit: p.limit, tif: p.tif, children: vec![child] }),
            }
        }
        orders.sort_by_key(place_of);
        orders
    }
}

/// Buys first, market (`None`) before any limit.
fn place_of(o: &Order) -> (Side, Option<i64>, u8) {
    (o.side, o.limit, o.tif)
}

/// Takes a share of the first that still has one.
fn take_one(shares: &mut [i64]) -> Option<usize> {
    let first = shares.iter().position(|&n| n > 0)?;
    shares[first] -= 1;
    Some(first)
}

/// What a check says: nothing, or what is wrong.
pub(crate) type Checked = Result<(), String>;

/// Every check below that needs one result only.
pub(crate) fn check_all(input: &Input, output: &Output) -> Checked {
    check_nothing_invented_or_lost(input, output)?;
    check_crosses(input, output)?;
    check_orders(input, output)?;
    check_no_two_orders_could_trade(output)?;
    check_none_could_trade_with_a_working_order(input, output)?;
    check_cancels(input, output)?;
    check_what_has_no_conflict_is_untouched(input, output)?;
    check_operator_comes_first(input, output)?;
    check_exits_only_sends_no_increasing_part(input, output)?;
    check_no_exit_blocked_for_an_entry(input, output)?;
    check_whole_lots(input, output)
}

fn must(holds: bool, what: impl FnOnce() -> String) -> Checked {
    if holds { Ok(()) } else { Err(what()) }
}

/// No proposal grows, and what it loses it is told about.
pub(crate) fn check_nothing_invented_or_lost(input: &Input, output: &Output) -> Checked {
    must(input.proposals.len() == output.outcomes.len(), || "one outcome per proposal".into())?;
    for (i, (p, o)) in input.proposals.iter().zip(&output.outcomes).enumerate() {
        must(o.remaining >= 0 && o.crossed >= 0, || format!("{i}: a negative quantity"))?;
        must(o.remaining + o.crossed <= p.qty, || format!("{i}: more than was admitted"))?;
        must((0..=o.remaining).contains(&o.remaining_reducing), || format!("{i}: reducing part of nothing"))?;
        let reducing_used = o.remaining_reducing + reducing_crossed(p, o);
        must(reducing_used <= p.reducing, || format!("{i}: a larger reducing part than it had"))?;
        let lost = o.remaining + o.crossed < p.qty;
        let told = [Code::OpposingIntent, Code::NoCrossPrice, Code::SelfTrade].iter().any(|c| o.codes.contains(c));
        must(lost == told, || format!("{i}: lost something {lost}, was told so {told}"))?;
        let crossed = o.codes.contains(&Code::Crossed);
        must(crossed == (o.crossed > 0), || format!("{i}: crossed {}, was told so {crossed}", o.crossed))?;
    }
    Ok(())
}

/// A cross takes the reducing part first.
fn reducing_crossed(p: &Proposal, o: &Outcome) -> i64 {
    o.crossed.min(p.reducing)
}

/// Every cross is a buy and a sell at the cross price, within both limits, and adds up to what was crossed.
pub(crate) fn check_crosses(input: &Input, output: &Output) -> Checked {
    let mut sums = vec![0; input.proposals.len()];
    for c in &output.crosses {
        let (seller, buyer) = (&input.proposals[c.seller], &input.proposals[c.buyer]);
        must(c.qty > 0, || format!("{c:?}: an empty cross"))?;
        must(seller.side == Side::Sell && buyer.side == Side::Buy, || format!("{c:?}: wrong sides"))?;
        must(input.cross_price == Some(c.price), || format!("{c:?}: not the cross price"))?;
        let within = price_allows(seller, c.price) && price_allows(buyer, c.price);
        must(within, || format!("{c:?}: outside a limit"))?;
        sums[c.seller] += c.qty;
        sums[c.buyer] += c.qty;
    }
    let crossed: Vec<i64> = output.outcomes.iter().map(|o| o.crossed).collect();
    must(sums == crossed, || format!("crosses add up to {sums:?}, not {crossed:?}"))?;
    check_walk(input, output)
}

/// Neither walk ever goes back to a better-ranked proposal, and no pair is listed twice.
fn check_walk(input: &Input, output: &Output) -> Checked {
    let by_rank = rank_order(&input.proposals);
    let place = |i: usize| by_rank.iter().position(|&j| j == i);
    for pair in output.crosses.windows(2) {
        let (now, next) = (&pair[0], &pair[1]);
        let sellers_forward = place(now.seller) <= place(next.seller);
        let buyers_forward = place(now.buyer) <= place(next.buyer);
        let same_pair = now.seller == next.seller && now.buyer == next.buyer;
        must(sellers_forward && buyers_forward && !same_pair, || format!("{pair:?}: not a walk in rank order"))?;
    }
    Ok(())
}

/// Every share that goes to market is in one order with its own side, limit and time in force; equal orders are one.
pub(crate) fn check_orders(input: &Input, output: &Output) -> Checked {
    let by_rank = rank_order(&input.proposals);
    let mut sent = vec![0; input.proposals.len()];
    for o in &output.orders {
        must(!o.children.is_empty(), || format!("{o:?}: nobody's order"))?;
        for &(child, qty) in &o.children {
            let p = &input.proposals[child];
            must(qty > 0 && sent[child] == 0, || format!("{o:?}: child {child} twice or empty"))?;
            must((p.side, p.limit, p.tif) == place_of(o), || format!("{o:?}: not what {child} asked"))?;
            sent[child] = qty;
            let told = output.outcomes[child].codes.contains(&Code::Merged);
            must(told == (o.children.len() >= 2), || format!("{o:?}: child {child} told merged: {told}"))?;
        }
        let in_rank = o.children.is_sorted_by_key(|c| by_rank.iter().position(|&j| j == c.0));
        must(in_rank, || format!("{o:?}: children not in rank order"))?;
    }
    let remaining: Vec<i64> = output.outcomes.iter().map(|o| o.remaining).collect();
    must(sent == remaining, || format!("orders add up to {sent:?}, not {remaining:?}"))?;
    let ascending = output.orders.windows(2).all(|w| place_of(&w[0]) < place_of(&w[1]));
    must(ascending, || "orders not sorted, or two that should be one".into())
}

/// No two orders of the result could trade with each other.
pub(crate) fn check_no_two_orders_could_trade(output: &Output) -> Checked {
    for a in &output.orders {
        for b in &output.orders {
            must(!could_trade((a.side, a.limit), (b.side, b.limit)), || format!("{a:?} could trade with {b:?}"))?;
        }
    }
    Ok(())
}

/// No order of the result could trade with a working one, not even one that is being cancelled.
pub(crate) fn check_none_could_trade_with_a_working_order(input: &Input, output: &Output) -> Checked {
    for o in &output.orders {
        for w in &input.working {
            must(!could_trade((o.side, o.limit), (w.side, w.limit)), || format!("{o:?} could trade with {w:?}"))?;
        }
    }
    Ok(())
}

/// The cancels are the resting limit orders in the way of an exit, each once, none that is already on its way.
pub(crate) fn check_cancels(input: &Input, output: &Output) -> Checked {
    let mut wanted = BTreeSet::new();
    for (i, (p, o)) in input.proposals.iter().zip(&output.outcomes).enumerate() {
        if !o.codes.contains(&Code::SelfTrade) {
            continue;
        }
        let met: Vec<&Working> = input.working.iter().filter(|w| could_trade(terms(p), (w.side, w.limit))).collect();
        must(!met.is_empty(), || format!("{i}: self_trade with nothing"))?;
        must(o.remaining == 0, || format!("{i}: self_trade is for the whole of it"))?;
        // No rule takes a share of a reducing part: what got as far as the working orders has all but the crossed.
        if p.reducing > o.crossed {
            wanted.extend(met.iter().filter(|w| w.limit.is_some() && !w.pending_cancel).map(|w| w.id));
        }
    }
    let wanted: Vec<u64> = wanted.into_iter().collect();
    must(wanted == output.cancels, || format!("cancels {:?}, wanted {wanted:?}", output.cancels))
}

/// What could trade with nothing passes whole.
pub(crate) fn check_what_has_no_conflict_is_untouched(input: &Input, output: &Output) -> Checked {
    for (i, p) in input.proposals.iter().enumerate() {
        let opposed = input.proposals.iter().any(|q| q.qty > 0 && could_trade(terms(p), terms(q)));
        let meets = input.working.iter().any(|w| could_trade(terms(p), (w.side, w.limit)));
        let o = &output.outcomes[i];
        let whole = o.remaining == p.qty && o.remaining_reducing == p.reducing;
        must(opposed || meets || whole, || format!("{i}: touched without a conflict"))?;
    }
    Ok(())
}

/// What could trade with an operator's proposal is Blocked whole, crosses included, exits included.
pub(crate) fn check_operator_comes_first(input: &Input, output: &Output) -> Checked {
    for (i, p) in input.proposals.iter().enumerate() {
        if p.qty > 0 && against_the_operator(input, p) {
            let o = &output.outcomes[i];
            let blocked = o.remaining == 0 && o.crossed == 0 && o.codes == BTreeSet::from([Code::OpposingIntent]);
            must(blocked, || format!("{i}: against the operator, yet {o:?}"))?;
        }
    }
    Ok(())
}

fn against_the_operator(input: &Input, p: &Proposal) -> bool {
    !p.operator && input.proposals.iter().any(|q| q.operator && q.qty > 0 && could_trade(terms(p), terms(q)))
}

/// Under `exits_only` no party to the conflict sends or crosses more than its reducing part; under the other rules
/// nothing is asked.
pub(crate) fn check_exits_only_sends_no_increasing_part(input: &Input, output: &Output) -> Checked {
    if input.rule != Rule::ExitsOnly {
        return Ok(());
    }
    for i in parties_to_the_rule(input) {
        let o = &output.outcomes[i];
        let only_exits = o.remaining == o.remaining_reducing && o.remaining + o.crossed <= input.proposals[i].reducing;
        must(only_exits, || format!("{i}: a party, and grows its position: {o:?}"))?;
    }
    Ok(())
}

/// Who is party to a conflict once the operator has had its way.
pub(crate) fn parties_to_the_rule(input: &Input) -> Vec<usize> {
    let ps = &input.proposals;
    let alive: Vec<usize> = (0..ps.len()).filter(|&i| ps[i].qty > 0 && !against_the_operator(input, &ps[i])).collect();
    let is_party = |&i: &usize| alive.iter().any(|&j| could_trade(terms(&ps[i]), terms(&ps[j])));
    alive.iter().copied().filter(is_party).collect()
}

/// An exit that a rule Blocks is Blocked for another exit, and nothing that it could trade with sends an entry.
pub(crate) fn check_no_exit_blocked_for_an_entry(input: &Input, output: &Output) -> Checked {
    for (i, (p, o)) in input.proposals.iter().zip(&output.outcomes).enumerate() {
        let kept = o.remaining_reducing + reducing_crossed(p, o);
        if kept == p.reducing || o.codes.contains(&Code::SelfTrade) || against_the_operator(input, p) {
            continue;
        }
        let rivals: Vec<usize> = (0..input.proposals.len())
            .filter(|&j| input.proposals[j].qty > 0 && could_trade(terms(p), terms(&input.proposals[j])))
            .collect();
        must(o.codes.contains(&Code::NoCrossPrice), || format!("{i}: an exit lost without a reason of its own"))?;
        must(rivals.iter().any(|&j| input.proposals[j].reducing > 0), || format!("{i}: an exit lost to no exit"))?;
        let sends_entry = |&j: &usize| output.outcomes[j].remaining > output.outcomes[j].remaining_reducing;
        must(!rivals.iter().any(sends_entry), || format!("{i}: an exit lost to an entry"))?;
    }
    Ok(())
}

/// Whole lots in, whole lots out.
pub(crate) fn check_whole_lots(input: &Input, output: &Output) -> Checked {
    let whole = |n: i64| n % input.lot == 0;
    if !input.proposals.iter().all(|p| whole(p.qty) && whole(p.reducing)) {
        return Ok(());
    }
    for (i, o) in output.outcomes.iter().enumerate() {
        let all = whole(o.remaining) && whole(o.remaining_reducing) && whole(o.crossed);
        must(all, || format!("{i}: not in whole lots: {o:?}"))?;
    }
    Ok(())
}

/// The order in which proposals and working orders arrive changes nothing.
///
/// Tries every order of up to five proposals; of more, every rotation, every exchange of two, and the reverse.
pub(crate) fn check_permutations(input: &Input, run: impl Fn(&Input) -> Output) -> Checked {
    let straight = run(input);
    for order in orders_to_try(input.proposals.len()) {
        let mut shuffled = input.clone();
        shuffled.proposals = order.iter().map(|&i| input.proposals[i].clone()).collect();
        shuffled.working.reverse();
        let back = put_back(&run(&shuffled), &order);
        must(back == straight, || format!("in the order {order:?}: {back:?}\ninstead of {straight:?}"))?;
    }
    Ok(())
}

/// Rewrites a result on shuffled proposals in terms of the original ones; `order[k]` is the original of the k-th.
fn put_back(output: &Output, order: &[usize]) -> Output {
    let mut outcomes = vec![Outcome::default(); order.len()];
    for (k, o) in output.outcomes.iter().enumerate() {
        outcomes[order[k]] = o.clone();
    }
    let cross = |c: &Cross| Cross { seller: order[c.seller], buyer: order[c.buyer], ..c.clone() };
    let merged = |o: &Order| Order { children: o.children.iter().map(|&(k, q)| (order[k], q)).collect(), ..o.clone() };
    Output {
        outcomes,
        crosses: output.crosses.iter().map(cross).collect(),
        cancels: output.cancels.clone(),
        orders: output.orders.iter().map(merged).collect(),
    }
}

fn orders_to_try(n: usize) -> Vec<Vec<usize>> {
    if n <= 5 {
        return all_orders(n);
    }
    let straight: Vec<usize> = (0..n).collect();
    let mut orders = vec![straight.iter().rev().copied().collect()];
    for i in 0..n {
        let mut rotated = straight.clone();
        rotated.rotate_left(i);
        orders.push(rotated);
        for j in 0..i {
            let mut exchanged = straight.clone();
            exchanged.swap(i, j);
            orders.push(exchanged);
        }
    }
    orders
}

fn all_orders(n: usize) -> Vec<Vec<usize>> {
    let Some(last) = n.checked_sub(1) else { return vec![Vec::new()] };
    let mut orders = Vec::new();
    for shorter in all_orders(last) {
        for at in 0..n {
            let mut longer = shorter.clone();
            longer.insert(at, last);
            orders.push(longer);
        }
    }
    orders
}

/// What §3.5 promises of an allocation method, for every `f` up to Σ targets: the sum is right, everyone is within
/// quota and target, no share is taken back, the last state is the targets.
pub(crate) fn check_allocation(targets: &[u128], method: impl Fn(&[u128], u128) -> Vec<u128>) -> Checked {
    let all: u128 = targets.iter().sum();
    let mut before = vec![0; targets.len()];
    for f in 0..=all {
        let got = method(targets, f);
        must(got.len() == targets.len(), || format!("{targets:?}, {f}: {got:?}"))?;
        must(got.iter().sum::<u128>() == f, || format!("{targets:?}, {f}: the sum of {got:?}"))?;
        for i in 0..targets.len() {
            let (floor, ceiling) = ((targets[i] * f) / all.max(1), (targets[i] * f).div_ceil(all.max(1)));
            let fair = (floor..=ceiling).contains(&got[i]) && got[i] <= targets[i];
            must(fair, || format!("{targets:?}, {f}: {got:?} is outside the quota of {i}"))?;
            must(got[i] >= before[i], || format!("{targets:?}, {f}: {got:?} takes a share of {i} back"))?;
        }
        before = got;
    }
    must(before == targets, || format!("{targets:?}: {before:?} at completion"))
}

/// A made-up input, and the positions behind its reducing parts.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// The input, everything in whole lots.
    pub(crate) input: Input,
    /// Strategy and position before the cycle, negative if short. Working orders do not count against it: give them
    /// to a strategy of their own.
    pub(crate) positions: Vec<(String, i64)>,
}

/// The `seed`-th made-up case: up to seven proposals, up to three working orders, conflicts frequent.
///
/// Reducing parts are what the positions say, in emission order; every proposal is taken as admitted whole.
pub(crate) fn random_case(seed: u64) -> Case {
    let mut dice = Dice(seed);
    let lot = [1, 1, 5, 10][dice.below(4)];
    let strategies = ["a", "b", "c", "d", "operator"];
    let ranks: Vec<i64> = strategies.iter().map(|_| dice.number(1, 3)).collect();
    let positions: Vec<i64> = strategies.iter().map(|_| lot * dice.number(-3, 3)).collect();
    let mut reserved = vec![(0, 0); strategies.len()];
    let mut proposals = Vec::new();
    for emission in 0..dice.number(0, 7) {
        let s = if dice.below(8) == 0 { 4 } else { dice.below(4) };
        let side = if dice.below(2) == 0 { Side::Buy } else { Side::Sell };
        let qty = lot * dice.number(0, 60 / lot.max(10));
        let open: &mut i64 = if side == Side::Buy { &mut reserved[s].0 } else { &mut reserved[s].1 };
        let against = if side == Side::Buy { -positions[s] } else { positions[s] };
        let reducing = qty.min((against - *open).max(0));
        *open += qty;
        proposals.push(Proposal {
            strategy: strategies[s].to_owned(),
            rank: ranks[s],
            emission: u32::try_from(emission).unwrap_or(0),
            operator: s == 4,
            side,
            limit: dice.limit(),
            tif: u8::from(dice.below(5) == 0),
            qty,
            reducing,
        });
    }
    let working = (0..dice.below(8).saturating_sub(4)).map(|id| dice.working(id as u64)).collect();
    let input = Input {
        rule: [Rule::ExitsOnly, Rule::Net, Rule::Rank][dice.below(3)],
        lot,
        cross_price: if dice.below(4) == 0 { None } else { Some(dice.number(98, 102)) },
        proposals,
        working,
    };
    let positions = strategies.iter().map(|s| (*s).to_owned()).zip(positions).collect();
    Case { input, positions }
}

/// `SplitMix64`: the same numbers for the same seed, everywhere.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn number(&mut self, low: i64, high: i64) -> i64 {
        low + (self.next() % (high - low + 1).unsigned_abs()) as i64
    }

    fn limit(&mut self) -> Option<i64> {
        if self.below(3) == 0 { None } else { Some(self.number(98, 102)) }
    }

    fn working(&mut self, id: u64) -> Working {
        let side = if self.below(2) == 0 { Side::Buy } else { Side::Sell };
        // Mostly away from the market, or nothing would ever pass.
        let away = if side == Side::Buy { self.number(95, 99) } else { self.number(101, 105) };
        let limit = if self.below(6) == 0 { None } else { Some(away) };
        Working { id, side, limit, pending_cancel: self.below(4) == 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRICE: Option<i64> = Some(100);
    const MARKET: Option<i64> = None;

    /// Strategy `name`, rank 100, first emission, time in force 0.
    fn proposal(name: &str, side: Side, limit: Option<i64>, qty: i64, reducing: i64) -> Proposal {
        let operator = name.starts_with("operator");
        Proposal { strategy: name.into(), rank: 100, emission: 0, operator, side, limit, tif: 0, qty, reducing }
    }

    fn buy(name: &str, limit: Option<i64>, qty: i64, reducing: i64) -> Proposal {
        proposal(name, Side::Buy, limit, qty, reducing)
    }

    fn sell(name: &str, limit: Option<i64>, qty: i64, reducing: i64) -> Proposal {
        proposal(name, Side::Sell, limit, qty, reducing)
    }

    fn ranked(rank: i64, p: Proposal) -> Proposal {
        Proposal { rank, ..p }
    }

    fn resting(id: u64, side: Side, limit: Option<i64>) -> Working {
        Working { id, side, limit, pending_cancel: false }
    }

    /// Settles, and holds the result against every check.
    fn settle(rule: Rule, cross_price: Option<i64>, proposals: Vec<Proposal>, working: Vec<Working>) -> Output {
        let input = Input { rule, lot: 1, cross_price, proposals, working };
        let output = arbitrate(&input);
        assert_eq!(check_all(&input, &output), Ok(()));
        assert_eq!(check_permutations(&input, arbitrate), Ok(()));
        output
    }

    /// `remaining+crossed codes` per proposal.
    fn told(output: &Output) -> Vec<String> {
        let line = |o: &Outcome| {
            let codes: Vec<&str> = o.codes.iter().map(|c| c.name()).collect();
            format!("{}+{} {}", o.remaining, o.crossed, codes.join(" ")).trim_end().to_owned()
        };
        output.outcomes.iter().map(line).collect()
    }

    fn crosses(output: &Output) -> Vec<(usize, usize, i64, i64)> {
        output.crosses.iter().map(|c| (c.seller, c.buyer, c.qty, c.price)).collect()
    }

    // Allocation.

    #[test]
    fn the_quota_method_never_takes_a_share_back_where_largest_remainder_does() {
        assert_eq!(quota_naive(&[3, 3, 1], 3), [2, 1, 0]);
        assert_eq!(quota_naive(&[3, 3, 1], 4), [2, 2, 0]);
        assert_eq!(quota_naive(&[3, 3, 1], 5), [3, 2, 0]);
        assert_eq!(quota_naive(&[3, 3, 1], 6), [3, 3, 0]);
        assert_eq!(quota_naive(&[3, 3, 1], 7), [3, 3, 1]);
    }

    #[test]
    fn five_hundred_of_a_thousand_and_five_hundred_are_shared_two_to_one() {
        // 333⅓ to 166⅔. Every second share of a period of three is a tie (2/2 = 1/1), and 500 ends on a tie: so the
        // rank decides between the fair (333, 167) of §3.5 and (334, 166). Both are within quota.
        assert_eq!(quota_naive(&[1000, 500], 500), [334, 166]);
        assert_eq!(quota_naive(&[500, 1000], 500), [167, 333]);
    }

    #[test]
    fn equal_targets_are_served_in_order() {
        assert_eq!(quota_naive(&[2, 2, 2], 4), [2, 1, 1]);
    }

    #[test]
    fn nobody_with_a_target_of_zero_gets_anything() {
        assert_eq!(quota_naive(&[0, 2, 0], 2), [0, 2, 0]);
        assert_eq!(quota_naive(&[0, 0], 3), [0, 0]);
        assert!(quota_naive(&[], 3).is_empty());
    }

    #[test]
    fn the_quota_method_keeps_its_promises_for_all_small_targets() {
        for code in 0..7_u128.pow(4) {
            let targets = [code % 7, code / 7 % 7, code / 49 % 7, code / 343];
            assert_eq!(check_allocation(&targets, quota_naive), Ok(()));
        }
    }

    #[test]
    fn the_quota_method_is_periodic_as_the_decision_cycle_says() {
        for targets in [vec![6, 4, 2], vec![3, 3, 1], vec![10, 5], vec![12, 0, 18]] {
            let all: u128 = targets.iter().sum();
            let g = (1..=all).filter(|d| targets.iter().all(|w| w % d == 0)).max().unwrap_or(1);
            for f in 0..=2 * all {
                let rest = quota_naive(&targets, f % (all / g));
                let by_formula: Vec<u128> =
                    targets.iter().zip(rest).map(|(w, r)| (f * g / all) * (w / g) + r).collect();
                assert_eq!(quota_naive(&targets, f), by_formula, "{targets:?} {f}");
            }
        }
    }

    #[test]
    fn the_check_of_an_allocation_notices_largest_remainder() {
        let largest_remainder = |w: &[u128], f: u128| {
            let all: u128 = w.iter().sum();
            let mut got: Vec<u128> = w.iter().map(|w| w * f / all).collect();
            let mut by_remainder: Vec<usize> = (0..w.len()).collect();
            by_remainder.sort_by_key(|&i| std::cmp::Reverse(w[i] * f % all));
            let missing = f - got.iter().sum::<u128>();
            for &i in by_remainder.iter().take(usize::try_from(missing).unwrap_or(0)) {
                got[i] += 1;
            }
            got
        };
        assert!(check_allocation(&[3, 3, 1], largest_remainder).is_err_and(|e| e.contains("back")));
    }

    #[test]
    fn shares_below_a_lot_go_to_the_child_that_gets_the_next_lot() {
        // Lots go second, first (a tie), second; 25 of 30 is two lots and half of the third.
        assert_eq!(hand_out(&[10, 20], 4, 10), [0, 4]);
        assert_eq!(hand_out(&[10, 20], 10, 10), [0, 10]);
        assert_eq!(hand_out(&[10, 20], 14, 10), [4, 10]);
        assert_eq!(hand_out(&[10, 20], 20, 10), [10, 10]);
        assert_eq!(hand_out(&[10, 20], 25, 10), [10, 15]);
        assert_eq!(hand_out(&[10, 20], 30, 10), [10, 20]);
        // With the larger target in front it wins the tie: first, first, second.
        assert_eq!(hand_out(&[20, 10], 25, 10), [20, 5]);
    }

    #[test]
    fn an_odd_target_has_one_last_smaller_lot_and_is_never_exceeded() {
        // 15 and 20 are two lots each: first, second, first (only 5), second.
        assert_eq!(hand_out(&[15, 20], 20, 10), [10, 10]);
        assert_eq!(hand_out(&[15, 20], 25, 10), [15, 10]);
        assert_eq!(hand_out(&[15, 20], 27, 10), [15, 12]);
        assert_eq!(hand_out(&[15, 20], 35, 10), [15, 20]);
        assert_eq!(hand_out(&[15, 20], 99, 10), [15, 20]);
    }

    #[test]
    fn one_share_at_a_time_a_lot_of_one_is_the_quota_method() {
        for f in 0..=14 {
            let got: Vec<u128> = hand_out(&[7, 2, 5], f, 1).iter().map(|n| u128::from(n.unsigned_abs())).collect();
            assert_eq!(got, quota_naive(&[7, 2, 5], u128::from(f.unsigned_abs())));
        }
    }

    #[test]
    fn a_cut_uses_up_the_increasing_parts_before_it_touches_an_exit() {
        assert_eq!(cut_children(&[10, 0, 5], &[0, 20, 5], 6), (vec![4, 0, 2], vec![0, 0, 0]));
        assert_eq!(cut_children(&[10, 0, 5], &[0, 20, 5], 15), (vec![10, 0, 5], vec![0, 0, 0]));
        assert_eq!(cut_children(&[10, 0, 5], &[0, 20, 5], 20), (vec![10, 0, 5], vec![0, 4, 1]));
        assert_eq!(cut_children(&[10, 0, 5], &[0, 20, 5], 40), (vec![10, 0, 5], vec![0, 20, 5]));
    }

    #[test]
    fn a_cut_is_taken_in_whole_lots() {
        assert_eq!(cut_children_in_lots(&[20, 20], &[10, 0], 30, 10), (vec![20, 10], vec![0, 0]));
        assert_eq!(cut_children_in_lots(&[20, 20], &[10, 0], 50, 10), (vec![20, 20], vec![10, 0]));
    }

    // Conflicts.

    #[test]
    fn orders_could_trade_if_the_buyer_pays_what_the_seller_asks() {
        assert!(could_trade((Side::Buy, Some(100)), (Side::Sell, Some(100))));
        assert!(!could_trade((Side::Buy, Some(99)), (Side::Sell, Some(100))));
        assert!(could_trade((Side::Sell, Some(100)), (Side::Buy, MARKET)));
        assert!(could_trade((Side::Sell, MARKET), (Side::Buy, MARKET)));
        assert!(!could_trade((Side::Buy, MARKET), (Side::Buy, MARKET)));
    }

    #[test]
    fn an_instrument_has_at_most_one_conflict() {
        // Of any two pairs that could trade, the buyer of one could also trade with the seller of the other. So "the
        // side of the best-ranked party" is one side for all parties.
        let limits = [MARKET, Some(99), Some(100), Some(101)];
        let trades = |b, s| could_trade((Side::Buy, b), (Side::Sell, s));
        for (b1, s1) in limits.iter().flat_map(|&b| limits.map(|s| (b, s))).filter(|&(b, s)| trades(b, s)) {
            for (b2, s2) in limits.iter().flat_map(|&b| limits.map(|s| (b, s))).filter(|&(b, s)| trades(b, s)) {
                assert!(trades(b1, s2) || trades(b2, s1));
            }
        }
    }

    #[test]
    fn without_a_conflict_everything_passes_untouched() {
        for rule in [Rule::ExitsOnly, Rule::Net, Rule::Rank] {
            let apart = vec![buy("a", Some(99), 10, 0), sell("b", Some(100), 10, 0), sell("c", Some(101), 5, 5)];
            let output = settle(rule, PRICE, apart, vec![]);
            assert_eq!(told(&output), ["10+0", "10+0", "5+0"]);
            assert!(output.crosses.is_empty());
        }
    }

    #[test]
    fn what_the_strategy_scope_blocked_is_no_party() {
        let output = settle(Rule::ExitsOnly, PRICE, vec![buy("a", MARKET, 0, 0), sell("b", MARKET, 9, 0)], vec![]);
        assert_eq!(told(&output), ["0+0", "9+0"]);
    }

    #[test]
    fn a_strategy_conflicts_with_itself_too() {
        let second = Proposal { emission: 1, ..sell("a", MARKET, 4, 4) };
        let output = settle(Rule::ExitsOnly, PRICE, vec![buy("a", MARKET, 10, 0), second], vec![]);
        assert_eq!(told(&output), ["0+0 opposing_intent", "4+0"]);
    }

    // exits_only.

    #[test]
    fn the_exit_of_the_contract_goes_and_the_entry_does_not() {
        let output =
            settle(Rule::ExitsOnly, Some(50_000), vec![buy("a", MARKET, 10, 0), sell("b", Some(49_900), 5, 5)], vec![]);
        assert_eq!(told(&output), ["0+0 opposing_intent", "5+0"]);
        let order = Order { side: Side::Sell, limit: Some(49_900), tif: 0, children: vec![(1, 5)] };
        assert_eq!(output.orders, [order]);
    }

    #[test]
    fn two_opposing_entries_block_each_other() {
        let output = settle(Rule::ExitsOnly, PRICE, vec![buy("a", MARKET, 10, 0), sell("b", MARKET, 5, 0)], vec![]);
        assert_eq!(told(&output), ["0+0 opposing_intent", "0+0 opposing_intent"]);
    }

    #[test]
    fn of_a_half_reducing_party_the_reducing_half_goes() {
        let output = settle(Rule::ExitsOnly, PRICE, vec![buy("a", MARKET, 10, 0), sell("b", MARKET, 20, 8)], vec![]);
        assert_eq!(told(&output), ["0+0 opposing_intent", "8+0 opposing_intent"]);
    }

    #[test]
    fn a_bystander_is_no_party_to_the_conflict() {
        // The buy at 98 could trade with nobody.
        let proposals = vec![buy("a", Some(101), 10, 0), sell("b", Some(100), 5, 0), buy("c", Some(98), 7, 0)];
        let output = settle(Rule::ExitsOnly, PRICE, proposals, vec![]);
        assert_eq!(told(&output), ["0+0 opposing_intent", "0+0 opposing_intent", "7+0"]);
    }

    #[test]
    fn exits_of_both_sides_offset_each_other_first() {
        // 6 of buys against 9 of sells: the buyers are done; of the sellers 6:3 share 6 crossed as 4:2.
        let proposals =
            vec![sell("a", MARKET, 6, 6), sell("b", Some(99), 3, 3), buy("c", MARKET, 2, 2), buy("d", Some(100), 4, 4)];
        let output = settle(Rule::ExitsOnly, PRICE, proposals, vec![]);
        assert_eq!(told(&output), ["2+4 crossed", "1+2 crossed", "0+2 crossed", "0+4 crossed"]);
        assert_eq!(crosses(&output), [(0, 2, 2, 100), (0, 3, 2, 100), (1, 3, 2, 100)]);
    }

    #[test]
    fn without_a_price_the_side_of_the_best_ranked_exit_passes() {
        let proposals = vec![
            ranked(2, sell("a", MARKET, 6, 6)),
            ranked(1, buy("b", MARKET, 4, 4)),
            ranked(3, buy("c", Some(90), 5, 5)),
        ];
        let output = settle(Rule::ExitsOnly, None, proposals, vec![]);
        assert_eq!(told(&output), ["0+0 no_cross_price", "4+0", "5+0"]);
    }

    #[test]
    fn a_limit_the_price_does_not_satisfy_is_not_crossed() {
        // At 100 the buyer at 99 is left out: the seller crosses 4 with c; its last 2 still conflict with b's exit.
        let proposals = vec![
            ranked(2, sell("a", Some(98), 6, 6)),
            ranked(1, buy("b", Some(99), 5, 5)),
            ranked(3, buy("c", MARKET, 4, 4)),
        ];
        let output = settle(Rule::ExitsOnly, PRICE, proposals, vec![]);
        assert_eq!(told(&output), ["0+4 no_cross_price crossed", "5+0", "0+4 crossed"]);
    }

    #[test]
    fn an_entry_between_two_exits_that_do_not_meet_lets_both_pass() {
        let proposals = vec![sell("a", Some(110), 6, 6), buy("b", Some(90), 5, 5), buy("c", MARKET, 4, 0)];
        let output = settle(Rule::ExitsOnly, PRICE, proposals, vec![]);
        assert_eq!(told(&output), ["6+0", "5+0", "0+0 opposing_intent"]);
    }

    #[test]
    fn ties_of_rank_go_to_the_strategy_id_and_then_to_the_emission() {
        let proposals = vec![
            Proposal { emission: 2, ..sell("b", MARKET, 2, 2) },
            Proposal { emission: 1, ..sell("b", MARKET, 2, 2) },
            sell("a", MARKET, 2, 2),
            buy("c", MARKET, 2, 2),
        ];
        let output = settle(Rule::ExitsOnly, PRICE, proposals, vec![]);
        assert_eq!(crosses(&output), [(2, 3, 1, 100), (1, 3, 1, 100)]);
    }

    // net.

    #[test]
    fn sixty_and_a_hundred_net_to_forty_on_the_larger_side() {
        let proposals = vec![buy("a", Some(100), 100, 0), sell("b", Some(100), 60, 60)];
        let output = settle(Rule::Net, PRICE, proposals.clone(), vec![]);
        assert_eq!(told(&output), ["40+60 crossed", "0+60 crossed"]);
        let output = settle(Rule::ExitsOnly, PRICE, proposals, vec![]);
        assert_eq!(told(&output), ["0+0 opposing_intent", "60+0"]);
    }

    #[test]
    fn net_without_a_price_is_exits_only() {
        let proposals = vec![buy("a", MARKET, 10, 0), sell("b", MARKET, 6, 4)];
        let output = settle(Rule::Net, None, proposals, vec![]);
        assert_eq!(told(&output), ["0+0 opposing_intent", "4+0 opposing_intent"]);
    }

    #[test]
    fn a_cross_takes_the_reducing_part_first() {
        // b crosses 5 of which 4 reduce: the 5 left all increase, and conflict with the buyer at 99.
        let proposals = vec![buy("a", MARKET, 5, 0), sell("b", Some(99), 10, 4), buy("c", Some(99), 3, 0)];
        let output = settle(Rule::Net, PRICE, proposals, vec![]);
        let expected = ["0+5 crossed", "0+5 opposing_intent crossed", "0+0 opposing_intent"];
        assert_eq!(told(&output), expected);
    }

    #[test]
    fn net_shares_a_cross_by_what_each_has_left() {
        // 4 crossed over buyers of 6 and 3 (fair: 2⅔ and 1⅓) go a, a, b, a.
        let proposals = vec![buy("a", MARKET, 6, 0), buy("b", MARKET, 3, 0), sell("c", MARKET, 4, 0)];
        let output = settle(Rule::Net, PRICE, proposals, vec![]);
        assert_eq!(told(&output), ["3+3 crossed merged", "2+1 crossed merged", "0+4 crossed"]);
        assert_eq!(output.orders[0].children, [(0, 3), (1, 2)]);
    }

    #[test]
    fn a_cross_with_itself_is_listed() {
        let second = Proposal { emission: 1, ..sell("a", MARKET, 4, 0) };
        let output = settle(Rule::Net, PRICE, vec![buy("a", MARKET, 10, 0), second], vec![]);
        assert_eq!(told(&output), ["6+4 crossed", "0+4 crossed"]);
        assert_eq!(crosses(&output), [(1, 0, 4, 100)]);
    }

    // rank.

    #[test]
    fn rank_lets_the_side_of_the_best_ranked_entry_pass() {
        let proposals = vec![
            ranked(3, buy("a", MARKET, 5, 0)),
            ranked(2, sell("b", MARKET, 6, 0)),
            ranked(1, buy("c", Some(100), 7, 0)),
            ranked(0, buy("d", MARKET, 0, 0)),
        ];
        let output = settle(Rule::Rank, PRICE, proposals, vec![]);
        assert_eq!(told(&output), ["5+0", "0+0 opposing_intent", "7+0", "0+0"]);
        assert!(output.crosses.is_empty());
    }

    #[test]
    fn rank_turns_to_exits_only_if_an_exit_takes_part() {
        let proposals = vec![ranked(1, buy("a", MARKET, 5, 0)), ranked(2, sell("b", MARKET, 6, 1))];
        let output = settle(Rule::Rank, PRICE, proposals, vec![]);
        assert_eq!(told(&output), ["0+0 opposing_intent", "1+0 opposing_intent"]);
    }

    #[test]
    fn an_exit_that_takes_no_part_does_not_change_the_rank_rule() {
        let proposals =
            vec![ranked(1, buy("a", Some(100), 5, 0)), ranked(2, sell("b", MARKET, 6, 0)), sell("c", Some(105), 2, 2)];
        let output = settle(Rule::Rank, PRICE, proposals, vec![]);
        assert_eq!(told(&output), ["5+0", "0+0 opposing_intent", "2+0"]);
    }

    // The operator.

    #[test]
    fn what_could_trade_with_the_operator_is_blocked_whatever_the_rule_exits_included() {
        for rule in [Rule::ExitsOnly, Rule::Net, Rule::Rank] {
            let proposals = vec![
                ranked(1, sell("a", MARKET, 5, 5)),
                ranked(9, buy("operator", Some(100), 10, 0)),
                sell("b", Some(101), 3, 0),
            ];
            let output = settle(rule, PRICE, proposals, vec![]);
            assert_eq!(told(&output), ["0+0 opposing_intent", "10+0", "3+0"]);
        }
    }

    #[test]
    fn what_the_operator_blocked_is_no_party_any_more() {
        // The sell at market is gone before the buy of b could be in conflict with it.
        let proposals = vec![sell("a", MARKET, 5, 5), buy("operator", Some(100), 10, 0), buy("b", Some(99), 3, 0)];
        let output = settle(Rule::ExitsOnly, PRICE, proposals, vec![]);
        assert_eq!(told(&output), ["0+0 opposing_intent", "10+0", "3+0"]);
    }

    #[test]
    fn two_proposals_of_the_operator_are_settled_by_the_rule() {
        let second = Proposal { emission: 1, ..sell("operator", MARKET, 4, 4) };
        let proposals = vec![buy("operator", MARKET, 10, 0), second];
        let output = settle(Rule::Net, PRICE, proposals.clone(), vec![]);
        assert_eq!(told(&output), ["6+4 crossed", "0+4 crossed"]);
        let output = settle(Rule::ExitsOnly, PRICE, proposals, vec![]);
        assert_eq!(told(&output), ["0+0 opposing_intent", "4+0"]);
    }

    #[test]
    fn the_operator_is_the_first_child_whatever_its_rank() {
        let proposals = vec![ranked(1, buy("a", Some(99), 5, 0)), ranked(900, buy("operator", Some(99), 10, 0))];
        let output = settle(Rule::ExitsOnly, PRICE, proposals, vec![]);
        assert_eq!(output.orders[0].children, [(1, 10), (0, 5)]);
    }

    // Own working orders.

    #[test]
    fn an_entry_that_meets_a_working_order_is_blocked_and_cancels_nothing() {
        let working = vec![resting(7, Side::Sell, Some(101))];
        let output = settle(Rule::ExitsOnly, PRICE, vec![buy("a", Some(101), 5, 0)], working);
        assert_eq!(told(&output), ["0+0 self_trade"]);
        assert!(output.cancels.is_empty());
    }

    #[test]
    fn an_exit_cancels_the_resting_limit_orders_in_its_way_once_each() {
        let working = vec![
            resting(9, Side::Buy, Some(99)),
            resting(3, Side::Buy, Some(100)),
            resting(4, Side::Buy, MARKET),
            resting(5, Side::Sell, Some(99)),
            Working { pending_cancel: true, ..resting(6, Side::Buy, Some(101)) },
        ];
        let proposals = vec![sell("a", MARKET, 5, 1), sell("b", Some(100), 5, 5), sell("c", Some(102), 5, 0)];
        let output = settle(Rule::ExitsOnly, PRICE, proposals, working);
        // Even c, at 102, could trade with the working market order.
        assert_eq!(told(&output), ["0+0 self_trade", "0+0 self_trade", "0+0 self_trade"]);
        assert_eq!(output.cancels, [3, 9]);
    }

    #[test]
    fn an_order_that_is_being_cancelled_still_blocks() {
        let working = vec![Working { pending_cancel: true, ..resting(6, Side::Buy, Some(101)) }];
        let output = settle(Rule::ExitsOnly, PRICE, vec![sell("a", MARKET, 5, 5)], working);
        assert_eq!(told(&output), ["0+0 self_trade"]);
        assert!(output.cancels.is_empty());
    }

    #[test]
    fn a_cross_stands_when_the_rest_meets_a_working_order() {
        // 4 of the exit are crossed, the last 2 increase: nothing left that would be worth a cancel.
        let working = vec![resting(1, Side::Buy, Some(98))];
        let proposals = vec![sell("a", MARKET, 6, 4), buy("b", Some(100), 4, 0)];
        let output = settle(Rule::Net, PRICE, proposals, working);
        assert_eq!(told(&output), ["0+4 self_trade crossed", "0+4 crossed"]);
        assert!(output.cancels.is_empty());
    }

    #[test]
    fn what_a_later_blocked_exit_had_displaced_is_not_revived() {
        // The exit blocks the entry by the rule and is then blocked itself. Nothing is queued; both ask again.
        let working = vec![resting(1, Side::Buy, Some(98))];
        let output = settle(Rule::ExitsOnly, PRICE, vec![buy("a", MARKET, 5, 0), sell("b", MARKET, 5, 5)], working);
        assert_eq!(told(&output), ["0+0 opposing_intent", "0+0 self_trade"]);
        assert_eq!(output.cancels, [1]);
    }

    // Merging.

    #[test]
    fn equal_proposals_merge_and_orders_are_sorted() {
        let proposals = vec![
            sell("a", Some(105), 1, 0),
            buy("b", Some(99), 2, 0),
            ranked(1, buy("c", Some(99), 3, 3)),
            Proposal { tif: 1, ..buy("d", Some(99), 4, 0) },
            buy("e", Some(98), 5, 0),
        ];
        let output = settle(Rule::ExitsOnly, PRICE, proposals, vec![]);
        let lines: Vec<String> =
            output.orders.iter().map(|o| format!("{:?} {:?} {} {:?}", o.side, o.limit, o.tif, o.children)).collect();
        let expected = [
            "Buy Some(98) 0 [(4, 5)]",
            "Buy Some(99) 0 [(2, 3), (1, 2)]",
            "Buy Some(99) 1 [(3, 4)]",
            "Sell Some(105) 0 [(0, 1)]",
        ];
        assert_eq!(lines, expected);
        assert_eq!(told(&output), ["1+0", "2+0 merged", "3+0 merged", "4+0", "5+0"]);
    }

    #[test]
    fn a_market_order_sorts_before_any_limit() {
        let output = settle(Rule::ExitsOnly, PRICE, vec![buy("a", Some(1), 1, 0), buy("b", MARKET, 2, 0)], vec![]);
        assert_eq!(output.orders[0].limit, MARKET);
    }

    // The checks themselves.

    #[test]
    fn every_random_case_holds_every_property() {
        let mut seen = BTreeSet::new();
        for seed in 0..20_000 {
            let case = random_case(seed);
            let output = arbitrate(&case.input);
            assert_eq!(check_all(&case.input, &output), Ok(()), "seed {seed}: {case:?}\n{output:?}");
            seen.extend(output.outcomes.iter().flat_map(|o| o.codes.iter().copied()));
            if seed % 20 == 0 {
                assert_eq!(check_permutations(&case.input, arbitrate), Ok(()), "seed {seed}");
            }
        }
        assert_eq!(seen.len(), 5, "the cases reach every code");
    }

    #[test]
    fn the_reducing_parts_of_a_random_case_fit_its_positions() {
        for seed in 0..500 {
            let case = random_case(seed);
            for (strategy, position) in &case.positions {
                let reducing = |side| -> i64 {
                    let own = case.input.proposals.iter().filter(|p| &p.strategy == strategy && p.side == side);
                    own.map(|p| p.reducing).sum()
                };
                assert!(reducing(Side::Sell) <= (*position).max(0) && reducing(Side::Buy) <= (-*position).max(0));
            }
        }
    }

    /// A result of two orders against each other, as a gate without arbitration would give.
    fn unarbitrated() -> (Input, Output) {
        let proposals = vec![buy("a", MARKET, 5, 0), sell("b", MARKET, 6, 6)];
        let input = Input { rule: Rule::ExitsOnly, lot: 1, cross_price: PRICE, proposals, working: vec![] };
        let passed = |n, reducing| Outcome { remaining: n, remaining_reducing: reducing, ..Outcome::default() };
        let order = |side, child| Order { side, limit: MARKET, tif: 0, children: vec![child] };
        let orders = vec![order(Side::Buy, (0, 5)), order(Side::Sell, (1, 6))];
        let output = Output { outcomes: vec![passed(5, 0), passed(6, 6)], crosses: vec![], cancels: vec![], orders };
        (input, output)
    }

    #[test]
    fn the_checks_notice_what_a_gate_without_arbitration_would_do() {
        let (mut input, output) = unarbitrated();
        assert_eq!(check_nothing_invented_or_lost(&input, &output), Ok(()));
        assert_eq!(check_orders(&input, &output), Ok(()));
        assert!(check_no_two_orders_could_trade(&output).is_err());
        assert_eq!(parties_to_the_rule(&input), [0, 1]);
        assert!(check_exits_only_sends_no_increasing_part(&input, &output).is_err());
        input.proposals[0].operator = true;
        assert!(check_operator_comes_first(&input, &output).is_err());
        input.working.push(resting(1, Side::Sell, Some(105)));
        assert!(check_none_could_trade_with_a_working_order(&input, &output).is_err());
    }

    #[test]
    fn the_checks_notice_an_exit_blocked_for_an_entry() {
        let (input, mut output) = unarbitrated();
        output.outcomes[1] = Outcome { codes: BTreeSet::from([Code::NoCrossPrice]), ..Outcome::default() };
        output.orders.pop();
        assert_eq!(check_nothing_invented_or_lost(&input, &output), Ok(()));
        assert!(check_no_exit_blocked_for_an_entry(&input, &output).is_err());
    }

    #[test]
    fn the_checks_notice_shares_that_appear_or_vanish() {
        let (input, good) = unarbitrated();
        for (remaining, says) in [(7, "more than"), (5, "lost something")] {
            let mut output = good.clone();
            output.outcomes[1].remaining = remaining;
            output.outcomes[1].remaining_reducing = 5;
            assert!(check_nothing_invented_or_lost(&input, &output).is_err_and(|e| e.contains(says)));
            assert!(check_orders(&input, &output).is_err());
        }
    }

    #[test]
    fn the_checks_notice_a_cross_that_is_not_one() {
        let (input, mut output) = unarbitrated();
        output.crosses.push(Cross { seller: 1, buyer: 0, qty: 1, price: 100 });
        assert!(check_crosses(&input, &output).is_err_and(|e| e.contains("add up")));
        output.crosses[0].price = 99;
        assert!(check_crosses(&input, &output).is_err_and(|e| e.contains("cross price")));
        output.crosses[0] = Cross { seller: 0, buyer: 1, qty: 1, price: 100 };
        assert!(check_crosses(&input, &output).is_err_and(|e| e.contains("sides")));
    }

    #[test]
    fn the_checks_notice_a_bystander_that_is_touched_and_a_needless_cancel() {
        let (mut input, mut output) = unarbitrated();
        input.proposals[0].limit = Some(99);
        input.proposals[1].limit = Some(100);
        output.outcomes[0].remaining = 4;
        assert!(check_what_has_no_conflict_is_untouched(&input, &output).is_err());
        output.cancels.push(1);
        assert!(check_cancels(&input, &output).is_err());
    }

    #[test]
    fn the_checks_notice_odd_shares_and_an_order_of_arrival_that_matters() {
        let (mut input, output) = unarbitrated();
        input.lot = 5;
        assert_eq!(check_whole_lots(&input, &output), Ok(()), "what comes in odd may go out odd");
        input.proposals[1].qty = 10;
        input.proposals[1].reducing = 10;
        assert!(check_whole_lots(&input, &output).is_err());
        let first_come = |input: &Input| {
            let mut output = arbitrate(input);
            output.outcomes[0].crossed += 1;
            output
        };
        assert!(check_permutations(&input, first_come).is_err());
    }
}
