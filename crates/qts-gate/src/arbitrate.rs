//! Arbitration: the proposals of one cycle on one instrument are settled before any order leaves.
//!
//! Two opposing proposals *conflict* if they could trade with each other. Of all pairs that could, the keenest buy
//! and the keenest sell are one, and every party could trade with one of the two: there is one conflict at most per
//! instrument, and whether a proposal is party to it is told by the keenest price of the other side alone.

use std::collections::{BTreeMap, BTreeSet};

use qts_core::{
    CancelRequest, Child, Code, Cross, Inst, Instrument, Kind, OrderId, Price, Qty, Side, Tif, Working, allocate,
};

use crate::party::Party;
use crate::policy::RiskPolicy;
use crate::situation::Situation;

/// How a conflict is settled. No rule blocks a reducing part in favour of an increasing one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ArbitrationRule {
    /// Only reducing parts go through; on both sides they first offset each other.
    #[default]
    ExitsOnly,
    /// First everything that a fair price allows is booked between the books, the rest as `exits_only`.
    Net,
    /// As `exits_only` if an exit takes part, else the side of the best-ranked proposal goes through.
    Rank,
}

impl ArbitrationRule {
    /// The word used in files and output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ExitsOnly => "exits_only",
            Self::Net => "net",
            Self::Rank => "rank",
        }
    }
}

/// What arbitration did besides shrinking proposals.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    pub(crate) crosses: Vec<Cross>,
    pub(crate) cancels: Vec<CancelRequest>,
    /// Instruments on which proposals conflicted.
    pub(crate) conflicts: u64,
    /// Places of the parties of each order to send, best rank first.
    pub(crate) orders: Vec<Vec<usize>>,
}

/// Settles all instruments.
pub(crate) fn settle(
    parties: &mut [Party],
    rule: ArbitrationRule,
    policy: &RiskPolicy,
    situation: &Situation<'_>,
) -> Settled {
    let mut settled = Settled::default();
    for (inst, places) in by_instrument(parties) {
        if let Some(instrument) = situation.instruments.get(inst) {
            let price = cross_price((inst, instrument), policy, situation);
            let mut table = Table { parties, places, inst, instrument, price };
            settled.conflicts += u64::from(!table.in_conflict().is_empty());
            table.settle(rule, &mut settled.crosses);
            table.avoid_self_trades(situation.working, &mut settled.cancels);
        }
    }
    settled.orders = merge(parties);
    settled
}

/// Places of live proposals by instrument, best rank first.
fn by_instrument(parties: &[Party]) -> BTreeMap<Inst, Vec<usize>> {
    let mut groups: BTreeMap<Inst, Vec<usize>> = BTreeMap::new();
    for (place, party) in parties.iter().enumerate().filter(|(_, party)| party.is_live()) {
        groups.entry(party.decision.instrument).or_default().push(place);
    }
    for places in groups.values_mut() {
        places.sort_by(|a, b| parties[*a].key.cmp(&parties[*b].key));
    }
    groups
}

/// The last trade if fresh, else the mid floored to the tick. What is fresh the account's policy says.
fn cross_price(
    (inst, instrument): (Inst, &Instrument),
    policy: &RiskPolicy,
    situation: &Situation<'_>,
) -> Option<Price> {
    let prices = situation.market.prices(inst)?;
    let (now, age) = (situation.now, policy.account_controls(inst).fresh_age(prices));
    let ticks = instrument.ticks.on(prices.trading_day(now));
    prices.fresh_last(now, age).or_else(|| prices.fair(now, age).map(|mid| ticks.floor(mid)))
}

/// One instrument's proposals, best rank first.
struct Table<'a> {
    parties: &'a mut [Party],
    places: Vec<usize>,
    inst: Inst,
    instrument: &'a Instrument,
    price: Option<Price>,
}

impl Table<'_> {
    fn settle(&mut self, rule: ArbitrationRule, crosses: &mut Vec<Cross>) {
        self.block_what_opposes_the_operator();
        match rule {
            ArbitrationRule::ExitsOnly => self.exits_only(crosses),
            ArbitrationRule::Net => {
                self.cross(crosses);
                self.exits_only(crosses);
            }
            ArbitrationRule::Rank if self.has_an_exit() => self.exits_only(crosses),
            ArbitrationRule::Rank => self.block_losing_side(Code::OpposingIntent),
        }
    }

    fn side(&self, place: usize) -> Side {
        self.parties[place].decision.side
    }

    fn kind(&self, place: usize) -> Kind {
        self.parties[place].decision.kind
    }

    fn live(&self) -> impl Iterator<Item = usize> {
        self.places.iter().copied().filter(|place| self.parties[*place].is_live())
    }

    /// The kind on `side`, among these, that would accept the worst price.
    fn keenest(&self, side: Side, among: impl Iterator<Item = usize>) -> Option<Kind> {
        let kinds = among.filter(|place| self.side(*place) == side).map(|place| self.kind(place));
        match side {
            Side::Buy => kinds.max_by_key(|kind| (*kind == Kind::Market, *kind)),
            Side::Sell => kinds.min(), // market sorts before every limit
        }
    }

    fn opposes(&self, place: usize, other: Option<Kind>) -> bool {
        other.is_some_and(|other| match self.side(place) {
            Side::Buy => self.kind(place).crosses(other),
            Side::Sell => other.crosses(self.kind(place)),
        })
    }

    /// Live proposals that could trade with a live one of the other side that `is` so, best rank first.
    fn opposed_by(&self, is: fn(&Party) -> bool) -> Vec<usize> {
        let among = || self.live().filter(|place| is(&self.parties[*place]));
        let (buy, sell) = (self.keenest(Side::Buy, among()), self.keenest(Side::Sell, among()));
        let other = |place: usize| if self.side(place) == Side::Buy { sell } else { buy };
        self.live().filter(|place| self.opposes(*place, other(*place))).collect()
    }

    fn in_conflict(&self) -> Vec<usize> {
        self.opposed_by(|_| true)
    }

    fn block_what_opposes_the_operator(&mut self) {
        for place in self.opposed_by(|party| party.key.is_operator()) {
            if !self.parties[place].key.is_operator() {
                self.parties[place].keep(Qty::ZERO, Code::OpposingIntent);
            }
        }
    }

    fn has_an_exit(&self) -> bool {
        self.in_conflict().iter().any(|place| self.parties[*place].reducing.is_positive())
    }

    fn exits_only(&mut self, crosses: &mut Vec<Cross>) {
        for place in self.in_conflict() {
            let party = &mut self.parties[place];
            if party.left > party.reducing {
                party.keep(party.reducing.floor_to(self.instrument.lot), Code::OpposingIntent);
            }
        }
        self.cross(crosses);
        self.block_losing_side(Code::NoCrossPrice);
    }

    /// The side of the best-ranked proposal still in conflict passes; the other's parties are blocked.
    fn block_losing_side(&mut self, code: Code) {
        let conflict = self.in_conflict();
        let Some(winner) = conflict.first().map(|place| self.side(*place)) else { return };
        for place in conflict {
            if self.side(place) != winner {
                self.parties[place].keep(Qty::ZERO, code);
            }
        }
    }

    /// Books min(Σbuy, Σsell) between the books, as far as limits accept the fair price. Who accepts it on both sides is
    /// in conflict: nobody else is touched.
    fn cross(&mut self, crosses: &mut Vec<Cross>) {
        let Some(price) = self.price else { return };
        let willing = |side: Side| -> Vec<usize> {
            let fits = |place: &usize| self.side(*place) == side && self.kind(*place).accepts(side, price);
            self.live().filter(fits).collect()
        };
        let (buyers, sellers) = (willing(Side::Buy), willing(Side::Sell));
        let matched = self.total(&buyers).min(self.total(&sellers));
        let (bought, sold) = (self.shares(&buyers, matched), self.shares(&sellers, matched));
        for (place, qty) in bought.iter().chain(&sold) {
            self.book(*place, *qty);
        }
        crosses.extend(self.pair(sold, bought, price));
    }

    /// Books `qty` of a party. Against the odd lot of another, a party of whole lots keeps whole lots.
    fn book(&mut self, place: usize, qty: Qty) {
        let lot = self.instrument.lot;
        let party = &mut self.parties[place];
        let was_whole = party.left.is_multiple_of(lot);
        party.cross(qty);
        if was_whole && !party.left.is_multiple_of(lot) {
            party.keep(party.left.floor_to(lot), Code::OffLot);
        }
    }

    fn total(&self, places: &[usize]) -> Qty {
        places.iter().fold(Qty::ZERO, |sum, place| sum.checked_add(self.parties[*place].left).unwrap_or(Qty::MAX))
    }

    fn shares(&self, places: &[usize], total: Qty) -> Vec<(usize, Qty)> {
        let targets: Vec<Qty> = places.iter().map(|place| self.parties[*place].left).collect();
        places.iter().copied().zip(allocate(&targets, total, self.instrument.lot)).collect()
    }

    /// Pairs sellers and buyers, walking both in rank order.
    fn pair(&self, sold: Vec<(usize, Qty)>, mut bought: Vec<(usize, Qty)>, price: Price) -> Vec<Cross> {
        let mut crosses = Vec::new();
        for (seller, mut left) in sold {
            for (buyer, wanted) in &mut bought {
                let qty = left.min(*wanted);
                if qty.is_positive() {
                    let (seller, buyer) = (self.child(seller, qty), self.child(*buyer, qty));
                    crosses.push(Cross { instrument: self.inst, seller, buyer, qty, price });
                }
                left = left.checked_sub(qty).unwrap_or(Qty::ZERO);
                *wanted = wanted.checked_sub(qty).unwrap_or(Qty::ZERO);
            }
        }
        crosses
    }

    fn child(&self, place: usize, qty: Qty) -> Child {
        child(&self.parties[place], qty)
    }

    /// A proposal that could trade against an own working order is blocked; if it has a reducing part, the limit
    /// orders it would meet are withdrawn, once each, so that it passes when asked again.
    fn avoid_self_trades(&mut self, working: &[Working], cancels: &mut Vec<CancelRequest>) {
        let here: Vec<&Working> = working.iter().filter(|order| order.instrument == self.inst).collect();
        let mut asked: BTreeSet<OrderId> = BTreeSet::new();
        for place in self.live().collect::<Vec<_>>() {
            let meets = |order: &&Working| order.side != self.side(place) && self.opposes(place, Some(order.kind));
            let met: Vec<&Working> = here.iter().copied().filter(meets).collect();
            if met.is_empty() {
                continue;
            }
            if self.parties[place].reducing.is_positive() {
                let resting = met.iter().filter(|order| order.kind != Kind::Market && !order.cancelling);
                cancels.extend(resting.filter(|order| asked.insert(order.id)).map(|order| withdraw(order)));
            }
            self.parties[place].keep(Qty::ZERO, Code::SelfTrade);
        }
    }
}

pub(crate) fn child(party: &Party, qty: Qty) -> Child {
    Child { decision: party.decision.id.clone(), owner: party.decision.owner.clone(), qty }
}

fn withdraw(order: &Working) -> CancelRequest {
    let strategy = order.children.first().map(|child| child.owner.clone());
    CancelRequest {
        order: order.id,
        strategy: strategy.unwrap_or_else(qts_core::StrategyId::unassigned),
        instrument: order.instrument,
        why: Code::SelfTrade.as_str().into(),
    }
}

/// Live proposals with equal instrument, side, kind and time in force become one order.
fn merge(parties: &mut [Party]) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<(Inst, Side, Kind, Tif), Vec<usize>> = BTreeMap::new();
    let mut live: Vec<usize> = (0..parties.len()).filter(|place| parties[*place].is_live()).collect();
    live.sort_by(|a, b| parties[*a].key.cmp(&parties[*b].key));
    for place in live {
        let decision = &parties[place].decision;
        let key = (decision.instrument, decision.side, decision.kind, decision.tif);
        groups.entry(key).or_default().push(place);
    }
    for places in groups.values_mut() {
        drop_what_overflows(parties, places);
    }
    groups.into_values().collect()
}

/// The sum of an order's children must stay in range; a child that would leave it is blocked.
fn drop_what_overflows(parties: &mut [Party], places: &mut Vec<usize>) {
    let mut sum = Qty::ZERO;
    places.retain(|place| match sum.checked_add(parties[*place].left) {
        Some(more) => {
            sum = more;
            true
        }
        None => {
            parties[*place].keep(Qty::ZERO, Code::Overflow);
            false
        }
    });
}
