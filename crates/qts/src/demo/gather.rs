//! What a run did, gathered for a first look: where wishes ended, the reasons with an example each, whose they were.

use std::collections::BTreeMap;

use qts_core::{Code, Decision, Inst, Instruments, Scope, Stage, StrategyId, Ts};
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
    /// The number of the first decision that was part of a conflict.
    #[serde(skip)]
    pub(super) conflict: Option<u64>,
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
    /// Pass, warn, reduce, block.
    pub(super) verdicts: [u64; 4],
    pub(super) holds: Vec<String>,
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
    decisions: u64,
    blocked: BTreeMap<Scope, u64>,
    crossed_whole: u64,
    examples: BTreeMap<Code, Example>,
    conflict: Option<u64>,
    silence: Option<Silence>,
}

impl Gatherer {
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
        reasons.sort_by_key(|example| (std::cmp::Reverse(example.times), example.code));
        Gathered {
            events: self.tally.events,
            cycles: self.tally.cycles,
            evaluations: self.tally.evaluations,
            funnel: Funnel { crossed_whole: self.crossed_whole, ..Funnel::new(&self.tally, &self.blocked) },
            reasons,
            strategies: config.strategies.iter().map(|spec| of_strategy(spec, config, &self.tally, runtime)).collect(),
            conflict: self.conflict,
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
            && self.gone() == alone + self.merged_decisions + self.crossed_whole
            && self.orders == self.filled + self.ended_otherwise + self.open
    }
}

fn of_strategy(spec: &crate::config::StrategySpec, config: &Config, tally: &Tally, runtime: &Runtime) -> OfStrategy {
    let book = runtime.books().get(&spec.id);
    let held = book.into_iter().flat_map(|book| book.holdings()).filter(|(_, held)| !held.position.is_zero());
    OfStrategy {
        id: spec.id.to_string(),
        name: spec.name.clone(),
        policy: spec.policy.clone(),
        verdicts: tally.by_strategy.get(&spec.id).copied().unwrap_or_default(),
        holds: held.map(|(inst, held)| format!("{} {}", held.position, config.registry.name(inst))).collect(),
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
        for record in &effects.records {
            if let Record::Decision(decision) = record {
                self.decided(decision);
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
        local::time(config, self.instrument, self.at).chars().take(10).collect()
    }
}
