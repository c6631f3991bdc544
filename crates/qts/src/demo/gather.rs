//! What a run did, gathered for a first look: where wishes ended, the reasons with an example each, whose they were.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use qts_core::{Code, Decision, DecisionId, Inst, Instruments, OrderId, Scope, Slice, Stage, StrategyId, Ts};
use qts_loop::OrderState;
use qts_runtime::{Call, Effects, Record, Runtime, Witness};
use serde::Serialize;

use crate::config::Config;
use crate::decide::sentence::sentence;
use crate::engine::Onlooker;
use crate::exit::Trouble;
use crate::local;
use crate::tally::Tally;

/// Everything about a run.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Gathered {
    pub(super) events: u64,
    pub(super) cycles: u64,
    pub(super) evaluations: u64,
    pub(super) funnel: Funnel,
    pub(super) reasons: Vec<Example>,
    pub(super) strategies: Vec<OfStrategy>,
    /// The first and the last day of the data, each on its instrument's own clock.
    pub(super) days: Option<[String; 2]>,
    /// The number of the first decision that was part of a conflict.
    #[serde(skip)]
    pub(super) conflict: Option<u64>,
    /// The number of a decision with much to tell that was sent and filled.
    #[serde(skip)]
    pub(super) story: Option<u64>,
    /// The last time that a strategy asked for nothing.
    #[serde(skip)]
    pub(super) silence: Option<Silence>,
    /// Do the books add up to the account?
    #[serde(skip)]
    pub(super) books_add_up: bool,
    pub(super) state_hash: String,
}

/// Where wishes ended. Each stage takes what the one before it left.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Funnel {
    pub(super) asked: u64,
    pub(super) blocked_by_own_policy: u64,
    pub(super) blocked_in_arbitration: u64,
    pub(super) blocked_by_account: u64,
    pub(super) pass: u64,
    pub(super) warn: u64,
    pub(super) reduce: u64,
    /// Booked between books, without an order.
    pub(super) crossed_whole: u64,
    /// Refused by the last check before sending.
    pub(super) not_sent: u64,
    pub(super) orders: u64,
    /// Orders for two or more decisions, and how many those are.
    pub(super) merged_orders: u64,
    pub(super) merged_decisions: u64,
    pub(super) filled: u64,
    pub(super) ended_otherwise: u64,
    pub(super) open: u64,
}

/// A reason: how often, and once as it was said.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Example {
    pub(super) code: &'static str,
    pub(super) times: u64,
    /// The number of a decision for which it was most severe.
    pub(super) decision: u64,
    pub(super) text: String,
    #[serde(skip)]
    stage: Stage,
}

/// A strategy's decisions.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct OfStrategy {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) policy: String,
    pub(super) verdicts: BTreeMap<&'static str, u64>,
    pub(super) positions: BTreeMap<String, String>,
}

/// A time at which a strategy asked for nothing.
#[derive(Debug, PartialEq)]
pub(super) struct Silence {
    pub(super) strategy: StrategyId,
    pub(super) instrument: Inst,
    pub(super) at: Ts,
}

/// Gathers.
#[derive(Default)]
pub(super) struct Gatherer {
    pub(super) tally: Tally,
    /// The first and the last event.
    ends: Option<[(Inst, Ts); 2]>,
    decisions: u64,
    blocked: BTreeMap<Scope, u64>,
    crossed_whole: u64,
    examples: BTreeMap<Code, Example>,
    conflict: Option<u64>,
    /// What open orders have to tell.
    stories: BTreeMap<OrderId, Story>,
    story: Option<Story>,
    silence: Option<Silence>,
}

/// How much there is to tell of a decision, and its number: the more the better, then the earlier.
type Story = (usize, Reverse<u64>);

impl Gatherer {
    /// A slice is about to be taken in.
    pub(super) fn begin(&mut self, slice: &Slice) {
        self.tally.begin(slice);
        if let Some(event) = slice.events.last() {
            let here = (event.instrument, slice.ts);
            let [first, _] = self.ends.unwrap_or([here; 2]);
            self.ends = Some([first, here]);
        }
    }

    /// Sent, for these decisions among those just made. One that was made smaller has something to tell, and so has one
    /// that went with others.
    fn sent(&mut self, order: OrderId, children: &[DecisionId], made: &BTreeMap<&DecisionId, (u64, bool)>) {
        let merged = usize::from(children.len() > 1);
        let known = children.iter().filter_map(|decision| made.get(decision));
        let best = known.map(|(number, reduced)| (merged + usize::from(*reduced), Reverse(*number))).max();
        self.stories.extend(best.map(|story| (order, story)));
    }

    fn ended(&mut self, order: OrderId, how: OrderState) {
        let story = self.stories.remove(&order).filter(|_| how == OrderState::Filled);
        self.story = self.story.max(story);
    }

    fn decided(&mut self, decision: &Decision) {
        self.decisions += 1;
        let number = self.decisions;
        let blocks = decision.reasons.iter().filter(|reason| reason.stage == Stage::Block).map(|reason| reason.scope);
        if let (Stage::Block, Some(scope)) = (decision.verdict(), blocks.max()) {
            *self.blocked.entry(scope).or_default() += 1;
        }
        self.crossed_whole += u64::from(decision.crossed.is_positive() && decision.sent.is_zero());
        for reason in &decision.reasons {
            let example = Example {
                code: reason.code.as_str(),
                times: 0,
                decision: number,
                text: sentence(reason),
                stage: reason.stage,
            };
            let known = self.examples.entry(reason.code).or_insert_with(|| example.clone());
            if example.stage > known.stage {
                *known = Example { times: known.times, ..example };
            }
            if [Code::OpposingIntent, Code::Crossed, Code::NoCrossPrice].contains(&reason.code) {
                self.conflict.get_or_insert(number);
            }
        }
    }

    /// Everything, once the run is over.
    pub(super) fn finish(self, config: &Config, runtime: &mut Runtime) -> Gathered {
        let mut reasons: Vec<Example> = self
            .examples
            .into_iter()
            .map(|(code, example)| Example { times: self.tally.reasons.get(&code).copied().unwrap_or(0), ..example })
            .collect();
        reasons.sort_by_key(|example| (Reverse(example.times), example.code));
        let day = |(inst, ts)| local::date(config, inst, ts);
        Gathered {
            events: self.tally.events,
            cycles: self.tally.cycles,
            evaluations: self.tally.evaluations,
            funnel: Funnel { crossed_whole: self.crossed_whole, ..Funnel::new(&self.tally, &self.blocked) },
            reasons,
            strategies: config.strategies.iter().map(|spec| of_strategy(spec, config, &self.tally, runtime)).collect(),
            days: self.ends.map(|ends| ends.map(day)),
            conflict: self.conflict,
            story: self.story.map(|(_, Reverse(number))| number),
            silence: self.silence,
            books_add_up: books_add_up(runtime),
            state_hash: runtime.state_hash(),
        }
    }
}

impl Funnel {
    fn new(tally: &Tally, blocked: &BTreeMap<Scope, u64>) -> Self {
        let [pass, warn, reduce, _] = tally.verdicts;
        let at = |scope| blocked.get(&scope).copied().unwrap_or(0);
        let alone = tally.orders - tally.merged;
        Self {
            asked: tally.intents,
            blocked_by_own_policy: at(Scope::Strategy),
            blocked_in_arbitration: at(Scope::Arbitration),
            blocked_by_account: at(Scope::Account),
            pass,
            warn,
            reduce,
            orders: tally.orders,
            merged_orders: tally.merged,
            merged_decisions: tally.order_parts - alone,
            filled: tally.ended.filled,
            ended_otherwise: tally.ended.all() - tally.ended.filled,
            open: tally.open_orders(),
            crossed_whole: 0,
            not_sent: tally.not_sent,
        }
    }

    /// What is not blocked goes.
    pub(super) const fn gone(&self) -> u64 {
        self.pass + self.warn + self.reduce
    }

    pub(super) const fn blocked(&self) -> u64 {
        self.blocked_by_own_policy + self.blocked_in_arbitration + self.blocked_by_account
    }

    /// Is everything accounted for?
    pub(super) const fn adds_up(&self) -> bool {
        let alone = self.orders - self.merged_orders;
        self.asked == self.blocked() + self.gone()
            && self.gone() == alone + self.merged_decisions + self.crossed_whole + self.not_sent
            && self.orders == self.filled + self.ended_otherwise + self.open
    }
}

fn of_strategy(spec: &crate::config::StrategySpec, config: &Config, tally: &Tally, runtime: &Runtime) -> OfStrategy {
    let book = runtime.books().get(&spec.id);
    let held = book.into_iter().flat_map(|book| book.holdings()).filter(|(_, held)| !held.position.is_zero());
    let stages = [Stage::Pass, Stage::Warn, Stage::Reduce, Stage::Block].map(Stage::as_str);
    let counts = tally.by_strategy.get(&spec.id).copied().unwrap_or_default();
    OfStrategy {
        id: spec.id.to_string(),
        name: spec.name.clone(),
        policy: spec.policy.clone(),
        verdicts: stages.into_iter().zip(counts).collect(),
        positions: held.map(|(inst, held)| (config.registry.name(inst), held.position.to_string())).collect(),
    }
}

/// Is the account's cash what it began with, plus all books' flows, less all fees?
fn books_add_up(runtime: &Runtime) -> bool {
    let books = runtime.books();
    let flows =
        books.iter().map(|(_, book)| book.cash_flow - book.fees).fold(qts_core::Money::ZERO, |sum, one| sum + one);
    books.cash() == books.start_cash() + flows
}

impl Witness for Gatherer {
    fn called(&mut self, call: Call<'_>) {
        if call.held.is_some() {
            let (strategy, instrument) = (call.strategy.clone(), call.event.instrument);
            self.silence = Some(Silence { strategy, instrument, at: call.event.ts });
        }
    }
}

impl Onlooker for Gatherer {
    fn take_in(&mut self, effects: &Effects, _: &Instruments) -> Result<(), Trouble> {
        self.tally.take_in(effects);
        let mut made = BTreeMap::new();
        for record in &effects.records {
            match record {
                Record::Decision(decision) => {
                    self.decided(decision);
                    made.insert(&decision.id, (self.decisions, decision.verdict() == Stage::Reduce));
                }
                Record::Sent { order, children, .. } => {
                    let children: Vec<DecisionId> = children.iter().map(|child| child.decision.clone()).collect();
                    self.sent(*order, &children, &made);
                }
                Record::Ended { order, how, .. } => self.ended(*order, *how),
                _ => {}
            }
        }
        Ok(())
    }

    fn witness(&mut self) -> Option<&mut dyn Witness> {
        Some(self)
    }
}

impl Silence {
    /// Its date on the instrument's own clock.
    pub(super) fn date(&self, config: &Config) -> String {
        local::date(config, self.instrument, self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tally::Ended;

    /// Seven wishes: one is blocked, one crossed whole, two are never sent, one goes alone and two together.
    fn tally() -> Tally {
        let ended = Ended { never_arrived: 1, ..Ended::default() };
        let verdicts = [3, 1, 2, 1];
        Tally { intents: 7, verdicts, orders: 2, merged: 1, order_parts: 3, not_sent: 2, ended, ..Tally::default() }
    }

    #[test]
    fn what_was_not_sent_after_all_is_accounted_for() {
        let blocked = BTreeMap::from([(Scope::Account, 1)]);
        let funnel = Funnel { crossed_whole: 1, ..Funnel::new(&tally(), &blocked) };
        assert!(funnel.adds_up(), "{funnel:?}");
        assert_eq!((funnel.not_sent, funnel.ended_otherwise, funnel.open), (2, 1, 1));
        assert!(!Funnel { not_sent: 1, ..funnel }.adds_up());
    }
}
