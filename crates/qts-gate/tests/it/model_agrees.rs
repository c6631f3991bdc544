//! The gate's arbitration and the independent model of it (`model.rs`) say the same of every made-up case.
//!
//! Every policy is `validity_only`, so that what strategies ask reaches arbitration whole and what arbitration leaves
//! is sent: what is compared is arbitration, allocation and merging, through the public door. (Of the controls only the
//! account's `stale_data` has a say in arbitration: which price is fresh enough to cross at. `check/data.rs` shows it.)
//!
//! That it is a test was tried by hand: each of these was changed alone, and each was seen to disagree, at the latest
//! at seed 115. In `arbitrate.rs`: buy limit ≥ sell limit without the "="; the same of a limit and the cross price;
//! the larger for the smaller sum of a cross; the keenest buy as the lowest, the keenest sell as the highest limit, a
//! market buy as the weakest; no precedence for the operator, and precedence against itself; under `exits_only`
//! increasing parts left standing, reducing parts cut with them, exits not crossed, what still conflicts let through;
//! the losing side for the winning, the last for the best-ranked of the conflict; `rank` always or never as
//! `exits_only`, or for the exit of a bystander; `net` without its second stage; shares handed out below the lot; a
//! stale trade as cross price, a mid not floored; sellers paired from the last; working orders not looked at, those of
//! the same side too, only increasing parts blocked for them; an entry's cancels, cancels of a market order, of one
//! that is being cancelled, of one order twice; orders merged whatever their time in force, children in order of
//! arrival. In `party.rs`: rank reversed, emission ignored, the increasing part crossed first. (Crossing whoever accepts
//! the price, party or not, made no difference, and need not: two who accept it on both sides are in conflict.)

use std::collections::BTreeSet;

use qts_core::{Code, Decision, DecisionId, Inst, Kind, Price, Qty, Scope, Span, StrategyId, Tif, Ts};
use qts_gate::{ArbitratedOrder, ArbitrationRule, Judged, Permit};

use crate::model::{self, Case, Input, Output, Rule};
use crate::world::{self, NOW, World};

const A: Inst = Inst(0);
const RULES: [Rule; 3] = [Rule::ExitsOnly, Rule::Net, Rule::Rank];

#[test]
fn the_gate_and_the_model_agree_on_every_made_up_case() {
    let mut seen = BTreeSet::new();
    for seed in 0..30_000 {
        let mut case = model::random_case(seed);
        for rule in RULES {
            case.input.rule = rule;
            let gates = by_the_gate(&case, seed);
            let models = model::arbitrate(&case.input);
            assert_eq!(gates, models, "seed {seed}: {case:?}");
            assert_eq!(model::check_all(&case.input, &gates), Ok(()), "seed {seed}: {case:?}");
            seen.extend(gates.outcomes.into_iter().flat_map(|outcome| outcome.codes).map(|code| (rule as u8, code)));
        }
    }
    // All five codes under each rule.
    assert_eq!(seen.len(), 15);
}

#[test]
fn in_the_gate_too_the_order_of_arrival_changes_nothing() {
    for seed in 0..400 {
        let case = model::random_case(seed);
        let run = |input: &Input| by_the_gate(&Case { input: input.clone(), ..case.clone() }, seed);
        assert_eq!(model::check_permutations(&case.input, run), Ok(()), "seed {seed}: {case:?}");
    }
}

fn by_the_gate(case: &Case, seed: u64) -> Output {
    let (world, proposals) = told_to_the_gate(case, seed);
    let judged = world.judge(proposals, &[]);
    let any_pair = |ps: &[model::Proposal]| {
        let live: Vec<_> = ps.iter().filter(|p| p.qty > 0).map(|p| (p.side, p.limit)).collect();
        live.iter().any(|a| live.iter().any(|b| model::could_trade(*a, *b)))
    };
    assert_eq!(judged.conflicts, u64::from(any_pair(&case.input.proposals)), "{case:?}");
    told_by_the_gate(&judged, &case.input)
}

/// The case as an account: the positions are the case's, working orders belong to a strategy of their own.
fn told_to_the_gate(case: &Case, seed: u64) -> (World, Vec<qts_core::Proposal>) {
    let Case { input, positions } = case;
    let mut stock = world::stock("A.X");
    stock.lot = qty(input.lot);
    let mut world = World::new(vec![stock], qts_core::Money::ZERO);
    world.rule = match input.rule {
        Rule::ExitsOnly => ArbitrationRule::ExitsOnly,
        Rule::Net => ArbitrationRule::Net,
        Rule::Rank => ArbitrationRule::Rank,
    };
    quote(&mut world, input.cross_price, seed);
    for (owner, position) in positions {
        world.hold(owner, A, qty(*position));
    }
    for p in input.proposals.iter().filter(|p| !p.operator) {
        world.standing(&p.strategy).rank = p.rank;
    }
    for w in &input.working {
        let order = world::resting(w.id, A, side(w.side), kind(w.limit), qty(input.lot));
        world.rest("unused", qts_core::Working { cancelling: w.pending_cancel, ..order });
    }
    let proposals = input.proposals.iter().map(|p| {
        let mut proposal = world::proposal(&p.strategy, p.emission, A, side(p.side), qty(p.qty), kind(p.limit));
        proposal.intent.tif = if p.tif == 0 { Tif::Day } else { Tif::Gtc };
        proposal
    });
    let proposals = proposals.collect();
    (world, proposals)
}

/// A market in which the cross price is that one, told in one of the ways in which a market may tell it.
fn quote(world: &mut World, cross_price: Option<i64>, seed: u64) {
    let (fresh, just_fresh, stale) =
        (NOW, Ts(NOW.0 - Span::SECOND.times(3).0), Ts(NOW.0 - Span::SECOND.times(3).0 - 1));
    let other = price(77);
    let prices = world.market.prices_mut(A).expect("an instrument");
    (prices.last, prices.quote, prices.prev_close) = match (cross_price.map(price), seed % 4) {
        (Some(x), 0) => (Some((x, fresh)), None, Some(other)),
        (Some(x), 1) => (Some((x, just_fresh)), Some((other, other, fresh)), None),
        (Some(x), 2) => (None, Some((x, x, just_fresh)), None),
        // The mid lies half a tick above and is floored, also where the stale trade was at the very mid.
        (Some(x), _) => {
            let (bid, ask) = (x.checked_sub(price(3)), x.checked_add(price(4)));
            let (bid, ask) = bid.zip(ask).expect("small");
            (Some((bid.mid(ask), stale)), Some((bid, ask, just_fresh)), None)
        }
        (None, 0) => (None, None, Some(other)),
        (None, 1) => (Some((price(100), stale)), None, Some(other)),
        (None, 2) => (None, Some((price(99), price(101), stale)), None),
        (None, _) => (Some((price(100), stale)), Some((price(99), price(101), stale)), None),
    };
}

fn told_by_the_gate(judged: &Judged, input: &Input) -> Output {
    let place = |id: &DecisionId| {
        let of = |p: &&model::Proposal| p.strategy == id.strategy.as_str() && p.emission == id.emission;
        input.proposals.iter().position(|p| of(&p)).expect("a proposal of the case")
    };
    let cross = |cross: &qts_core::Cross| model::Cross {
        seller: place(&cross.seller.decision),
        buyer: place(&cross.buyer.decision),
        qty: whole(cross.qty),
        price: whole_price(cross.price),
    };
    let mut orders: Vec<model::Order> = orders(judged).map(|order| order_of(order, place)).collect();
    orders.sort_by_key(|order| (order.side, order.limit, order.tif));
    let mut cancels: Vec<u64> = judged.cancels.iter().map(|cancel| cancel.order.0).collect();
    cancels.sort_unstable();
    Output {
        outcomes: judged.decisions.iter().zip(&input.proposals).map(|(d, p)| outcome(d, p)).collect(),
        crosses: judged.crosses.iter().map(cross).collect(),
        cancels,
        orders,
    }
}

fn orders(judged: &Judged) -> impl Iterator<Item = &ArbitratedOrder> {
    judged.admitted.iter().filter_map(|admitted| match admitted.permit() {
        Permit::Place(order) => Some(order),
        Permit::Cancel(_) => None,
    })
}

fn order_of(order: &ArbitratedOrder, place: impl Fn(&DecisionId) -> usize) -> model::Order {
    let children = order.children.iter().map(|child| (place(&child.decision), whole(child.qty)));
    let whole_sum = whole(order.qty);
    let order = model::Order {
        side: if order.side == qts_core::Side::Buy { model::Side::Buy } else { model::Side::Sell },
        limit: order.kind.limit().map(whole_price),
        tif: u8::from(order.tif != Tif::Day),
        children: children.collect(),
    };
    assert_eq!(whole_sum, order.children.iter().map(|(_, qty)| qty).sum::<i64>());
    order
}

/// What became of a proposal. The gate does not tell which part of what it sends reduces: a cut takes that part last,
/// a cross first.
fn outcome(decision: &Decision, proposal: &model::Proposal) -> model::Outcome {
    assert_eq!(decision.owner, StrategyId::new(&proposal.strategy));
    let (remaining, crossed) = (whole(decision.sent), whole(decision.crossed));
    let of_arbitration = decision.reasons.iter().filter(|reason| reason.scope == Scope::Arbitration);
    model::Outcome {
        remaining,
        remaining_reducing: remaining.min(proposal.reducing - crossed.min(proposal.reducing)),
        crossed,
        codes: of_arbitration.map(|reason| code(reason.code)).collect(),
    }
}

fn code(code: Code) -> model::Code {
    match code {
        Code::OpposingIntent => model::Code::OpposingIntent,
        Code::NoCrossPrice => model::Code::NoCrossPrice,
        Code::SelfTrade => model::Code::SelfTrade,
        Code::Crossed => model::Code::Crossed,
        Code::Merged => model::Code::Merged,
        other => panic!("arbitration says {other}"),
    }
}

fn side(side: model::Side) -> qts_core::Side {
    if side == model::Side::Buy { qts_core::Side::Buy } else { qts_core::Side::Sell }
}

fn kind(limit: Option<i64>) -> Kind {
    limit.map_or(Kind::Market, |limit| Kind::Limit(price(limit)))
}

fn qty(number: i64) -> Qty {
    Qty::whole(i32::try_from(number).expect("small"))
}

fn price(number: i64) -> Price {
    Price::whole(i32::try_from(number).expect("small"))
}

fn whole(qty: Qty) -> i64 {
    assert!(qty.is_multiple_of(Qty::whole(1)));
    qty.units() / qts_core::SCALE
}

fn whole_price(price: Price) -> i64 {
    assert!(price.is_multiple_of(Price::whole(1)));
    price.units() / qts_core::SCALE
}
