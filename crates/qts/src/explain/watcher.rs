//! Looks on while the config runs again, and picks the wanted decisions out.

use std::collections::BTreeMap;

use qts_core::{CancelRequest, Code, Decision, Inst, Instruments, Mode, Qty, Side, Stage, StrategyId, Ts};
use qts_loop::OrderState;
use qts_runtime::{Effects, Hearing, Record as Happened, Target, Verb, Witness};

use super::case::{Case, Ended, Fill, Repeats, Sent, Withdrawal};
use super::record::{self, Record};
use super::wanted::Wanted;
use crate::config::Config;
use crate::decimal::Decimal;
use crate::engine::Onlooker;
use crate::exit::Trouble;
use crate::local;
use crate::{call, order_words};

/// Waits for the wanted decisions, then for what becomes of their orders.
pub(super) struct Watcher<'c> {
    config: &'c Config,
    wanted: &'c [Wanted],
    /// Found, by place in `wanted`.
    cases: BTreeMap<usize, Case>,
    /// Decisions so far.
    decisions: u64,
    /// What was last decided for every strategy on every instrument, and how often in a row.
    latest: BTreeMap<Place, (Outcome, Repeats)>,
    /// For what orders are withdrawn, and whose: the newest comes last.
    grounds: Vec<(Target, String)>,
}

/// Who asks, for which book, on what.
type Place = (StrategyId, StrategyId, Inst);

/// What two decisions must have in common to count as the same.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    side: Side,
    asked: Qty,
    verdict: Stage,
    codes: Vec<Code>,
}

impl<'c> Watcher<'c> {
    /// Waits for these decisions.
    pub(super) const fn new(config: &'c Config, wanted: &'c [Wanted]) -> Self {
        Self { config, wanted, cases: BTreeMap::new(), decisions: 0, latest: BTreeMap::new(), grounds: Vec::new() }
    }

    /// Is everything known?
    pub(super) fn is_done(&self) -> bool {
        let settled = |case: &Case| case.decision.sent.0.is_zero() || case.ended.is_some();
        self.cases.len() == self.wanted.len() && self.cases.values().all(settled)
    }

    /// The cases, in the order of the wanted ones.
    ///
    /// # Errors
    /// One is missing.
    pub(super) fn finish(self) -> Result<Vec<Case>, Trouble> {
        let missing = self.wanted.iter().enumerate().find(|(place, _)| !self.cases.contains_key(place));
        match missing {
            None => Ok(self.cases.into_values().collect()),
            Some((_, wanted)) => Err(Trouble::Usage(format!(
                "there is no decision {wanted}: this run makes {}; `{} run {} --decisions decisions.csv` lists them",
                self.decisions,
                call::name(),
                call::quoted(self.config.source.name()),
            ))),
        }
    }

    fn repeats(&self, decision: &Decision) -> Option<Repeats> {
        let (outcome, repeats) = self.latest.get(&place(decision))?;
        (*outcome == Outcome::of(decision)).then(|| repeats.clone())
    }

    fn remember(&mut self, decision: &Decision, effects: &Effects) {
        self.decisions += 1;
        let repeats = self.repeats(decision);
        for case in self.cases.values_mut().filter(|case| case.id == decision.id) {
            case.repeats.clone_from(&repeats);
        }
        let outcome = Outcome::of(decision);
        match self.latest.get_mut(&place(decision)) {
            Some((latest, repeats)) if *latest == outcome => repeats.times += 1,
            _ => {
                let since = local::time(self.config, decision.instrument, effects.now);
                let repeats = Repeats { times: 1, first: record::id(&decision.id), since };
                self.latest.insert(place(decision), (outcome, repeats));
            }
        }
    }

    /// The cases of an order.
    fn of_order(&mut self, order: qts_core::OrderId) -> impl Iterator<Item = &mut Case> {
        self.cases.values_mut().filter(move |case| {
            let sent = case.order.as_ref().and_then(|sent| sent.order);
            sent == Some(order.0)
        })
    }

    /// Notes what lets the operator withdraw orders.
    fn note_ground(&mut self, happened: &Happened) {
        let ground = match happened {
            Happened::Commanded { command, verb, target, refused: None } if withdraws(*verb, target) => {
                Some((target.clone(), command.clone()))
            }
            Happened::Quarantined { strategy } => {
                Some((Target::Strategy(strategy.clone()), format!("`{strategy}` is quarantined")))
            }
            Happened::Tripped { target, code, mode, .. } if *mode > Mode::Active => {
                Some((target.clone(), format!("{code}: {}", mode.as_str())))
            }
            _ => None,
        };
        self.grounds.extend(ground);
    }

    fn withdraw(&mut self, cancel: &CancelRequest, now: Ts) {
        let (config, grounds) = (self.config, std::mem::take(&mut self.grounds));
        for case in self.of_order(cancel.order) {
            let is_ground = |(target, _): &&(Target, String)| concerns(target, case);
            let by_operator = cancel.strategy.as_str() == StrategyId::OPERATOR;
            let after = grounds.iter().rev().find(is_ground).filter(|_| by_operator).map(|(_, what)| what.clone());
            let (by, why) = (cancel.strategy.to_string(), cancel.why.to_string());
            let ts = local::time(config, cancel.instrument, now);
            case.withdrawal = Some(Withdrawal { ts, by, why, after });
        }
        self.grounds = grounds;
    }

    /// The broker withdraws what works on the old scale just before the new one is told.
    fn leave_the_old_scale(&mut self, instrument: Inst, now: Ts) {
        let ts = local::time(self.config, instrument, now);
        let cases = self.cases.values_mut().filter(|case| case.inst == instrument && case.withdrawal.is_none());
        for ended in cases.filter_map(|case| case.ended.as_mut()) {
            if ended.how == order_words::state(OrderState::Canceled) && ended.ts == ts && ended.why.is_none() {
                ended.why = Some("withdrawn: the shares have a new scale".to_owned());
            }
        }
    }

    fn follow(&mut self, happened: &Happened, effects: &Effects) {
        let config = self.config;
        self.note_ground(happened);
        match happened {
            Happened::Cancel(cancel) => self.withdraw(cancel, effects.now),
            Happened::Decision(decision) => self.remember(decision, effects),
            Happened::Sent { order, side, qty, kind, children, .. } => {
                let is_in = |case: &Case| children.iter().any(|child| child.decision == case.id);
                for case in self.cases.values_mut().filter(|case| case.order.is_none() && is_in(case)) {
                    case.order = Some(Sent {
                        order: Some(order.0),
                        side: side.as_str(),
                        qty: Decimal(*qty),
                        limit: kind.limit().map(Decimal),
                        children: record::parts(children),
                    });
                }
            }
            Happened::Fill { order, instrument, qty, price, fee, shares, .. } => {
                for case in self.of_order(*order) {
                    case.fills.push(Fill {
                        ts: local::time(config, *instrument, effects.now),
                        qty: Decimal(*qty),
                        price: Decimal(*price),
                        fee: Decimal(*fee),
                        shares: record::shares(shares),
                    });
                }
            }
            Happened::Ended { order, how, why } => {
                for case in self.of_order(*order) {
                    let ts = local::time(config, case.inst, effects.now);
                    case.ended = Some(Ended { ts, how: order_words::state(*how).to_owned(), why: why.clone() });
                }
            }
            Happened::Rescaled { instrument, .. } => self.leave_the_old_scale(*instrument, effects.now),
            Happened::Halted { children, step } => {
                let is_in = |case: &Case| children.iter().any(|child| child.decision == case.id);
                for case in self.cases.values_mut().filter(|case| is_in(case)) {
                    let how = format!("not sent: {}", order_words::step(*step));
                    case.ended = Some(Ended { ts: case.decision.ts.clone(), how, why: None });
                }
            }
            _ => {}
        }
    }
}

impl Outcome {
    fn of(decision: &Decision) -> Self {
        let codes = decision.reasons.iter().map(|reason| reason.code).collect();
        Self { side: decision.side, asked: decision.asked, verdict: decision.verdict(), codes }
    }
}

/// Does the operator withdraw orders after that command?
fn withdraws(verb: Verb, target: &Target) -> bool {
    match verb {
        Verb::Disable => matches!(target, Target::Strategy(_)),
        Verb::Unregister | Verb::Flatten | Verb::Kill => true,
        Verb::Register | Verb::Enable | Verb::ReduceOnly | Verb::Shadow | Verb::Rearm | Verb::SetPolicy => false,
    }
}

/// Is the order of a case among those of a target?
fn concerns(target: &Target, case: &Case) -> bool {
    let parts = case.order.iter().flat_map(|order| &order.children);
    match target {
        Target::Account => true,
        Target::Instrument(inst) => case.inst == *inst,
        Target::Strategy(id) => parts.into_iter().any(|part| part.strategy == id.as_str()),
    }
}

fn place(decision: &Decision) -> Place {
    (decision.id.strategy.clone(), decision.owner.clone(), decision.instrument)
}

impl Witness for Watcher<'_> {
    fn judging(&mut self, hearing: &Hearing<'_>) {
        let numbered = || (self.decisions + 1..).zip(hearing.proposals);
        let is_wanted = |(place, wanted): &(usize, &Wanted)| {
            !self.cases.contains_key(place) && numbered().any(|(number, asked)| wanted.is(number, &asked.id))
        };
        let here: Vec<(usize, &Wanted)> = self.wanted.iter().enumerate().filter(is_wanted).collect();
        if here.is_empty() {
            return;
        }
        let (judged, trace) = hearing.gate.explain(hearing.proposals.to_vec(), hearing.cancels, hearing.situation);
        let record = Record { config: self.config, hearing, judged: &judged, trace: &trace };
        for (place, wanted) in here {
            // A decision has the number of the proposal with its id, wherever it stands among the judged.
            let found = numbered().find(|(number, asked)| wanted.is(*number, &asked.id));
            let decided = found.and_then(|(number, asked)| {
                let decision = judged.decisions.iter().find(|decision| decision.id == asked.id)?;
                Some(record.case(number, decision))
            });
            if let Some(case) = decided {
                self.cases.insert(place, case);
            }
        }
    }
}

impl Onlooker for Watcher<'_> {
    fn take_in(&mut self, effects: &Effects, _: &Instruments) -> Result<(), Trouble> {
        effects.records.iter().for_each(|happened| self.follow(happened, effects));
        Ok(())
    }

    fn witness(&mut self) -> Option<&mut dyn Witness> {
        Some(self)
    }
}
