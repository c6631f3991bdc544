//! Takes a hearing apart: everything about one of its decisions as a [`Case`].

use qts_core::{
    Amount, Child, Code, Cross, Decision, DecisionId, Holding, Inst, Mode, Prices, Qty, Reason, Scope, Side, Span,
    Stage, StrategyId,
};
use qts_gate::policy::Levels;
use qts_gate::{ArbitratedOrder, ArbitrationRule, Finding, Judged, Leg, Measure, Trace};
use qts_runtime::{Hearing, Share};

use super::case::{
    Arbitration, Behind, Case, Control, Crossing, Decided, Fact, Held, Instead, Market, Part, Party, SCHEMA, Scoped,
    Sent, Told,
};
use super::instead;
use crate::config::{Config, DataSpec, Place, Stamp};
use crate::decide::sentence::{Scene, sentence_of_decision};
use crate::decimal::Decimal;
use crate::local;

/// A hearing taken apart: what the one who looks on can see of it.
pub(super) struct Record<'a, 'h> {
    pub(super) config: &'a Config,
    pub(super) hearing: &'a Hearing<'h>,
    pub(super) judged: &'a Judged,
    pub(super) trace: &'a Trace,
}

impl Record<'_, '_> {
    /// Everything about one of the decisions; what follows from it comes later.
    pub(super) fn case(&self, number: u64, decision: &Decision) -> Case {
        let situation = self.hearing.situation;
        let inst = decision.instrument;
        let holding = situation.books.get(&decision.owner).map(|book| book.holding(inst)).unwrap_or_default();
        let is_whole = decision.admitted() == decision.asked;
        let nearest = (!is_whole).then(|| instead::nearest_size(self.hearing, decision)).flatten();
        let has_none = !is_whole && nearest.is_none();
        Case {
            schema: SCHEMA,
            number,
            id: decision.id.clone(),
            inst,
            decision: self.decided(decision),
            repeats: None,
            market: self.market(inst, situation.market.prices(inst)),
            holding: held(&holding),
            day_start_equity: situation.day_start_equity.map(Decimal),
            strategy_scope: self.strategy_scope(decision),
            arbitration: self.arbitration(decision),
            account_scope: self.account_scope(decision),
            nearest: nearest.map(Decimal),
            stopped: has_none.then(|| instead::stopped(self.hearing, decision)).flatten(),
            instead: self.instead(decision),
            order: None,
            fills: Vec::new(),
            withdrawal: None,
            ended: None,
            in_bars: self.is_in_bars(inst),
        }
    }

    /// Are bars all that is told of the instrument? Quotes and trades have neither stamp nor length.
    fn is_in_bars(&self, inst: Inst) -> bool {
        let mut data = self.data_of(inst).map(|data| data.stamp.is_some() || data.interval.is_some()).peekable();
        data.peek().is_some() && data.all(|is_bars| is_bars)
    }

    fn decided(&self, decision: &Decision) -> Decided {
        let DecisionId { cycle, strategy, emission } = &decision.id;
        Decided {
            id: id(&decision.id),
            cycle: cycle.0,
            ts: local::time(self.config, decision.instrument, self.hearing.situation.now),
            strategy: strategy.to_string(),
            emission: *emission,
            book: decision.owner.to_string(),
            instrument: self.config.registry.name(decision.instrument),
            side: decision.side.as_str(),
            r#type: decision.kind.as_str(),
            limit: decision.kind.limit().map(Decimal),
            tif: decision.tif.as_str(),
            asked: Decimal(decision.asked),
            why: decision.why.to_string(),
            verdict: decision.verdict(),
            admitted: Decimal(decision.admitted()),
            sent: Decimal(decision.sent),
            crossed: Decimal(decision.crossed),
            reasons: decision.reasons.iter().map(|reason| self.told(reason, decision)).collect(),
        }
    }

    fn told(&self, reason: &Reason, decision: &Decision) -> Told {
        let situation = self.hearing.situation;
        let scene = Scene { instruments: situation.instruments, market: situation.market };
        let met_itself = (reason.code == Code::Crossed).then(|| self.met_itself(decision)).flatten();
        Told {
            code: reason.code,
            scope: reason.scope.as_str(),
            stage: reason.stage,
            observed: reason.observed.map(Decimal),
            limit: reason.limit.map(Decimal),
            text: met_itself.unwrap_or_else(|| sentence_of_decision(reason, decision, scene)),
        }
    }

    /// A cross in which its owner is on both sides is not one with another book.
    fn met_itself(&self, decision: &Decision) -> Option<String> {
        let is_in = |cross: &&Cross| [&cross.seller, &cross.buyer].iter().any(|child| child.decision == decision.id);
        let is_own = |cross: &Cross| cross.seller.owner == cross.buyer.owner;
        let (own, others): (Vec<&Cross>, Vec<&Cross>) =
            self.judged.crosses.iter().filter(is_in).partition(|cross| is_own(cross));
        let met = match (own.is_empty(), others.is_empty()) {
            (true, _) => return None,
            (false, true) => "an opposing proposal of its own",
            (false, false) => "opposing proposals of other books and of its own",
        };
        Some(format!("{}: It was booked against {met}; no order was needed.", Code::Crossed))
    }

    fn data_of(&self, inst: Inst) -> impl Iterator<Item = &DataSpec> {
        self.config.data.iter().filter(move |data| data.instrument == inst)
    }

    fn market(&self, inst: Inst, prices: Option<&Prices>) -> Market {
        let last = prices.and_then(|prices| prices.last);
        let quote = prices.and_then(|prices| prices.quote);
        Market {
            last: last.map(|(price, _)| Decimal(price)),
            at: last.map(|(_, at)| local::time(self.config, inst, at)),
            bid: quote.map(|(bid, ..)| Decimal(bid)),
            ask: quote.map(|(_, ask, _)| Decimal(ask)),
            prev_close: prices.and_then(|prices| prices.prev_close).map(Decimal),
            session_is_over: last.is_some_and(|(price, _)| {
                let is_close = prices.and_then(|prices| prices.prev_close) == Some(price);
                is_close && self.data_of(inst).any(spans_sessions)
            }),
        }
    }

    fn strategy_scope(&self, decision: &Decision) -> Scoped {
        let situation = self.hearing.situation;
        let standing = situation.standings.get(&decision.owner);
        let policy = standing.filter(|_| !is_operators(&decision.id)).map(|standing| standing.policy.id.clone());
        let leg = self.trace.legs.iter().find(|leg| leg.decision == decision.id);
        let mode = standing.map_or(Mode::Active, |standing| standing.mode).max(situation.mode);
        let mode = mode.max(situation.instrument_modes.get(&decision.instrument).copied().unwrap_or_default());
        let state = standing.map(|standing| standing.state).unwrap_or_default();
        Scoped {
            given: Decimal(decision.asked),
            reducing: Decimal(self.reducing_part(decision)),
            left: Decimal(leg.map_or(Qty::ZERO, |leg| leg.after_strategy)),
            standing: if mode > Mode::Active { mode.as_str() } else { state.as_str() },
            controls: self.controls(decision, Scope::Strategy, policy.as_deref().unwrap_or_default()),
            policy,
        }
    }

    /// The part of what was asked for that reduces the book's position, after what was admitted before it in the cycle.
    fn reducing_part(&self, decision: &Decision) -> Qty {
        self.holding_before(decision).reducing_part(decision.side, decision.asked)
    }

    /// What the book holds, with what was admitted before the decision in the cycle as working.
    fn holding_before(&self, decision: &Decision) -> Holding {
        let book = self.hearing.situation.books.get(&decision.owner);
        let mut holding = book.map(|book| book.holding(decision.instrument)).unwrap_or_default();
        let place = |id: &DecisionId| (!is_operators(id), id.emission);
        for (leg, other) in self.trace.legs.iter().zip(&self.judged.decisions) {
            let is_alike = same_book(other, decision) && other.side == decision.side;
            if is_alike && place(&other.id) < place(&decision.id) {
                let open = if other.side == Side::Buy { &mut holding.open_buy } else { &mut holding.open_sell };
                *open = open.checked_add(leg.after_strategy).unwrap_or(Qty::MAX);
            }
        }
        holding
    }

    /// The books out of which the shares come: its own, or those of all who are in the order.
    fn behind(&self, decision: &Decision, scope: Scope) -> Vec<Behind> {
        let told = |one: &Decision, qty: Qty, holding: Holding, position: Qty| Behind {
            strategy: one.owner.to_string(),
            qty: Decimal(qty),
            position: Decimal(position),
            open_sell: Decimal(holding.open_sell),
        };
        if scope == Scope::Strategy {
            let holding = self.holding_before(decision);
            return vec![told(decision, decision.asked, holding, holding.position)];
        }
        let sold = |(leg, one): &(&Leg, &Decision)| {
            let book = self.hearing.situation.books.get(&one.owner);
            let holding = book.map(|book| book.holding(one.instrument)).unwrap_or_default();
            told(one, leg.after_arbitration, holding, self.after_crosses(one, holding.position))
        };
        self.sent_together(decision).iter().map(sold).collect()
    }

    /// A book's position when the cycle's crosses are booked.
    fn after_crosses(&self, decision: &Decision, position: Qty) -> Qty {
        let here = self.judged.crosses.iter().filter(|cross| cross.instrument == decision.instrument);
        here.fold(position, |position, cross| {
            let bought = if cross.buyer.owner == decision.owner { cross.qty } else { Qty::ZERO };
            let sold = if cross.seller.owner == decision.owner { cross.qty } else { Qty::ZERO };
            position.checked_add(bought).and_then(|position| position.checked_sub(sold)).unwrap_or(position)
        })
    }

    fn account_scope(&self, decision: &Decision) -> Scoped {
        let together = self.sent_together(decision);
        let by_operator = is_operators(&decision.id) && together.iter().all(|(_, other)| is_operators(&other.id));
        let policy = (!by_operator).then(|| self.hearing.gate.account_policy().id.clone());
        let sum = |of: fn(&Leg, &Decision) -> Qty| {
            let add = |sum: Qty, (leg, other): &(&Leg, &Decision)| sum.checked_add(of(leg, other)).unwrap_or(Qty::MAX);
            Decimal(together.iter().fold(Qty::ZERO, add))
        };
        Scoped {
            given: sum(|leg, _| leg.after_arbitration),
            reducing: sum(|leg, other| {
                let uncrossed = leg.reducing.checked_sub(other.crossed).unwrap_or(Qty::ZERO);
                uncrossed.max(Qty::ZERO).min(leg.after_arbitration)
            }),
            left: Decimal(decision.sent),
            standing: self.hearing.situation.mode.as_str(),
            controls: self.controls(decision, Scope::Account, policy.as_deref().unwrap_or_default()),
            policy,
        }
    }

    /// The proposals that arbitration made one order of, with this one.
    fn sent_together(&self, decision: &Decision) -> Vec<(&Leg, &Decision)> {
        let terms = |one: &Decision| (one.instrument, one.side, one.kind, one.tif);
        let is_in =
            |leg: &Leg, other: &Decision| leg.after_arbitration.is_positive() && terms(other) == terms(decision);
        let all = self.trace.legs.iter().zip(&self.judged.decisions);
        let together: Vec<_> = all.filter(|(leg, other)| is_in(leg, other)).collect();
        if together.iter().any(|(_, other)| other.id == decision.id) { together } else { Vec::new() }
    }

    fn controls(&self, decision: &Decision, scope: Scope, policy: &str) -> Vec<Control> {
        let found = self.trace.findings.iter().filter(|found| is_about(found, decision, scope)).cloned();
        let score = self.risk_score(decision).filter(|_| scope == Scope::Strategy);
        let mut controls: Vec<Finding> = found.chain(score).collect();
        controls.sort_by_key(|found| found.code);
        controls.iter().map(|found| self.control(found, decision, policy)).collect()
    }

    /// The check of phase 5, which its own gate makes: the trace of ours does not hold it, the reasons do.
    fn risk_score(&self, decision: &Decision) -> Option<Finding> {
        let standing = self.hearing.situation.standings.get(&decision.owner)?;
        let most = Amount::Ratio(standing.policy.strategy_controls(decision.instrument).max_risk_score?);
        let scored = |reason: &&Reason| match reason.code {
            Code::RiskScoreExceeded => true,
            Code::BuyAffordabilityCheck | Code::SellPositionCheck => reason.stage == Stage::Pass,
            _ => false,
        };
        // The score that was too high comes last: it is that of what all caps left.
        let last = decision.reasons.iter().rfind(scored)?;
        let measure = last.observed.map_or(Measure::Unknown, Measure::Fixed);
        let levels = Some(Levels { warn: None, limit: None, block: Some(most) });
        let (about, observed) = (vec![decision.id.clone()], last.observed);
        let scope = Scope::Strategy;
        Some(Finding { about, scope, code: Code::RiskScoreExceeded, measure, observed, levels, stage: last.stage })
    }

    fn control(&self, found: &Finding, decision: &Decision, policy: &str) -> Control {
        let origin = self.config.origin(policy, Some(decision.instrument), found.code.as_str());
        let of_policy = origin.as_ref().and_then(|origin| origin.written.clone());
        let budget = (found.code == Code::Budget).then(|| self.budget_of(&decision.owner)).flatten();
        let written = of_policy.or_else(|| budget.map(|place| self.config.written_at(place)));
        let sells_shares = found.code == Code::ShortNotAllowed;
        let levels = found.levels.unwrap_or(Levels { warn: None, limit: None, block: None });
        Control {
            code: found.code,
            observed: found.observed.map(Decimal),
            fact: fact(found),
            warn: levels.warn.map(Decimal),
            limit: levels.limit.map(Decimal),
            block: levels.block.map(Decimal),
            stage: found.stage,
            said_by: origin.map(|origin| origin.policy),
            at: written.as_ref().map(|written| format!("{}:{}", written.file, written.line)),
            written: written.map(|written| written.text),
            behind: if sells_shares { self.behind(decision, found.scope) } else { Vec::new() },
        }
    }

    /// Where the strategy's budget stands.
    fn budget_of(&self, owner: &StrategyId) -> Option<Place> {
        self.config.all_strategies().find(|spec| spec.id == *owner)?.places.budget
    }

    fn arbitration(&self, decision: &Decision) -> Arbitration {
        let here = |other: &&Decision| other.instrument == decision.instrument;
        let parties: Vec<Party> =
            self.judged.decisions.iter().filter(here).filter_map(|other| self.party(other, decision)).collect();
        let sides = |side: &str| parties.iter().any(|party| party.side == side && party.brought.0.is_positive());
        let settled = |code: &Code| [Code::OpposingIntent, Code::Crossed, Code::NoCrossPrice].contains(code);
        let conflict = sides("buy") && sides("sell") && parties.iter().any(|party| party.reasons.iter().any(settled));
        let leg = self.trace.legs.iter().find(|leg| leg.decision == decision.id);
        Arbitration {
            rule: self.hearing.gate.rule().as_str(),
            conflict,
            left: Decimal(leg.map_or(Qty::ZERO, |leg| leg.after_arbitration)),
            parties,
            crosses: crossings(&self.judged.crosses, decision.instrument),
        }
    }

    fn party(&self, other: &Decision, this: &Decision) -> Option<Party> {
        let leg = self.trace.legs.iter().find(|leg| leg.decision == other.id)?;
        let reasons = other.reasons.iter().filter(|reason| reason.stage != Stage::Warn);
        let mut codes: Vec<Code> = reasons.map(|reason| reason.code).collect();
        codes.dedup();
        Some(Party {
            decision: id(&other.id),
            strategy: other.id.strategy.to_string(),
            side: other.side.as_str(),
            limit: other.kind.limit().map(Decimal),
            asked: Decimal(other.asked),
            brought: Decimal(leg.after_strategy),
            reducing: Decimal(leg.reducing),
            left: Decimal(leg.after_arbitration),
            crossed: Decimal(other.crossed),
            verdict: other.verdict(),
            reasons: codes,
            why: other.why.to_string(),
            is_this: other.id == this.id,
        })
    }

    fn instead(&self, decision: &Decision) -> Vec<Instead> {
        let outcome = |judged: &Judged| -> Vec<(Qty, Qty)> {
            let here = judged.decisions.iter().filter(|other| other.instrument == decision.instrument);
            here.map(|other| (other.sent, other.crossed)).collect()
        };
        let actual = outcome(self.judged);
        let told = |(rule, judged): (ArbitrationRule, Judged)| {
            let this = judged.decisions.iter().find(|other| other.id == decision.id)?;
            Some(Instead {
                rule: rule.as_str(),
                differs: outcome(&judged) != actual,
                verdict: this.verdict(),
                sent: Decimal(this.sent),
                crossed: Decimal(this.crossed),
                orders: instead::orders_on(&judged, decision.instrument).map(sent).collect(),
                crosses: crossings(&judged.crosses, decision.instrument),
            })
        };
        instead::other_rules(self.hearing).into_iter().filter_map(told).collect()
    }
}

/// Controls that ask whether something is so, and no number.
const FACTS: [Code; 4] = [Code::Restricted, Code::OutsideSession, Code::DataImplausible, Code::MarketOrder];

fn fact(found: &Finding) -> Option<Fact> {
    match found.measure {
        Measure::IsSo(true) => Some(Fact::Yes),
        Measure::IsSo(false) => Some(Fact::No),
        Measure::Unknown if found.levels.is_none() && FACTS.contains(&found.code) => Some(Fact::Unknown),
        _ => None,
    }
}

fn is_operators(id: &DecisionId) -> bool {
    id.strategy.as_str() == StrategyId::OPERATOR
}

fn same_book(one: &Decision, other: &Decision) -> bool {
    (&one.owner, one.instrument) == (&other.owner, other.instrument)
}

/// A decision's id as people write it.
pub(crate) fn id(id: &DecisionId) -> String {
    format!("{}:{}:{}", id.cycle.0, id.strategy, id.emission)
}

fn is_about(found: &Finding, decision: &Decision, scope: Scope) -> bool {
    found.scope == scope && found.about.contains(&decision.id)
}

/// Does a bar of these data last for a whole session?
fn spans_sessions(data: &DataSpec) -> bool {
    data.stamp == Some(Stamp::Date) || data.interval.is_some_and(|interval| interval >= Span::DAY)
}

const fn held(holding: &Holding) -> Held {
    Held {
        position: Decimal(holding.position),
        cost: Decimal(holding.cost),
        open_buy: Decimal(holding.open_buy),
        open_sell: Decimal(holding.open_sell),
    }
}

fn crossings(crosses: &[Cross], inst: Inst) -> Vec<Crossing> {
    let crossing = |cross: &Cross| Crossing {
        seller: cross.seller.owner.to_string(),
        buyer: cross.buyer.owner.to_string(),
        qty: Decimal(cross.qty),
        price: Decimal(cross.price),
    };
    crosses.iter().filter(|cross| cross.instrument == inst).map(crossing).collect()
}

fn sent(order: &ArbitratedOrder) -> Sent {
    let limit = order.kind.limit().map(Decimal);
    let children = parts(&order.children);
    Sent { order: None, side: order.side.as_str(), qty: Decimal(order.qty), limit, children }
}

/// The owners of an order's parts.
pub(super) fn parts(children: &[Child]) -> Vec<Part> {
    let part = |owner: &StrategyId, qty| Part { strategy: owner.to_string(), qty: Decimal(qty), fee: None };
    children.iter().map(|child| part(&child.owner, child.qty)).collect()
}

/// The owners of a fill's shares.
pub(super) fn shares(shares: &[Share]) -> Vec<Part> {
    let part = |share: &Share| Part {
        strategy: share.owner.to_string(),
        qty: Decimal(share.qty),
        fee: Some(Decimal(share.fee)),
    };
    shares.iter().map(part).collect()
}
