//! Hears every answer of one strategy to the events of one instrument.

use std::collections::BTreeMap;

use qts_core::{Decision, Inst, Instruments, OrderId, Qty, StrategyId, Ts};
use qts_gate::StrategyState;
use qts_runtime::{Call, Effects, Record, Runtime, Witness};
use serde::Serialize;

use crate::config::Config;
use crate::decide::sentence::sentence;
use crate::engine::Onlooker;
use crate::exit::Trouble;
use crate::explain;
use crate::local;

/// What a strategy said to an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub(super) enum Answer {
    /// It asked for something.
    Decided {
        /// What became of it.
        decisions: Vec<Decided>,
    },
    /// It asked for nothing.
    Held {
        /// Why, if it said so.
        reason: Option<String>,
    },
    /// It was not asked.
    Asleep {
        /// Disabled, quarantined, or not registered.
        state: &'static str,
        /// What brought it there, if it happened in the run.
        cause: Option<String>,
    },
    /// It failed, and everything it asked for was dropped.
    Failed {
        /// How.
        failure: String,
    },
}

/// A decision in short.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Decided {
    pub(super) decision: String,
    pub(super) side: &'static str,
    pub(super) asked: String,
    pub(super) admitted: String,
    pub(super) verdict: &'static str,
    pub(super) codes: Vec<&'static str>,
    pub(super) reasons: Vec<String>,
    pub(super) why: String,
}

/// Two decisions are the same answer if they ask the same and fare the same for the same codes; numbers may differ.
impl PartialEq for Decided {
    fn eq(&self, other: &Self) -> bool {
        let key = |one: &Self| (one.side, one.asked.clone(), one.admitted.clone(), one.verdict, one.codes.clone());
        key(self) == key(other)
    }
}

impl Eq for Decided {}

/// Equal answers in a row.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Stretch {
    /// The last of them until the time asked about.
    #[serde(flatten)]
    pub(super) answer: Answer,
    pub(super) times: u64,
    pub(super) since: String,
    pub(super) until: String,
    /// The strategy after that one.
    pub(super) standing: Standing,
}

/// How the strategy stood after its answer.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Standing {
    pub(super) state: &'static str,
    pub(super) mode: &'static str,
    pub(super) position: String,
    pub(super) open_orders: Vec<String>,
    /// Events of the instrument that its instance had seen by then.
    pub(super) seen: u64,
}

/// Hears.
pub(super) struct Lookout<'c> {
    config: &'c Config,
    strategy: &'c StrategyId,
    inst: Inst,
    stretch: Option<Stretch>,
    /// Of the cycle at hand.
    called: Option<Option<String>>,
    decisions: Vec<Decided>,
    failure: Option<String>,
    /// Of all cycles so far.
    open_orders: BTreeMap<OrderId, String>,
    seen: u64,
    cause: Option<String>,
}

impl<'c> Lookout<'c> {
    /// For one strategy's answers about one instrument.
    pub(super) const fn new(config: &'c Config, strategy: &'c StrategyId, inst: Inst) -> Self {
        Self {
            config,
            strategy,
            inst,
            stretch: None,
            called: None,
            decisions: Vec::new(),
            failure: None,
            open_orders: BTreeMap::new(),
            seen: 0,
            cause: None,
        }
    }

    /// The stretch under way.
    pub(super) const fn stretch(&self) -> Option<&Stretch> {
        self.stretch.as_ref()
    }

    /// Ends the stretch under way.
    pub(super) const fn take(&mut self) -> Option<Stretch> {
        self.stretch.take()
    }

    /// Is this answer another than that of the stretch under way?
    pub(super) fn differs(&self, answer: &Answer) -> bool {
        self.stretch.as_ref().is_some_and(|stretch| stretch.answer != *answer)
    }

    /// The answer in the cycle that has just ended.
    pub(super) fn answer(&mut self, runtime: &mut Runtime) -> Answer {
        let called = self.called.take();
        let decisions = std::mem::take(&mut self.decisions);
        if let Some(failure) = self.failure.take() {
            return Answer::Failed { failure };
        }
        if !decisions.is_empty() {
            return Answer::Decided { decisions };
        }
        match called {
            Some(reason) => Answer::Held { reason },
            None => {
                self.seen = 0;
                Answer::Asleep { state: self.state(runtime), cause: self.cause.clone() }
            }
        }
    }

    fn state(&self, runtime: &mut Runtime) -> &'static str {
        let standing = runtime.registry().standings().get(self.strategy);
        standing.map_or("not registered", |standing| standing.state.as_str())
    }

    /// Adds an answer to the stretch under way, or begins one with it. What comes after the time asked about only makes
    /// it longer.
    pub(super) fn extend(&mut self, answer: Answer, ts: Ts, at: Ts, runtime: &mut Runtime) {
        let now = local::time(self.config, self.inst, ts);
        self.stretch = Some(match self.stretch.take() {
            Some(stretch) if ts > at => Stretch { times: stretch.times + 1, until: now, ..stretch },
            Some(Stretch { times, since, .. }) => {
                Stretch { answer, times: times + 1, since, until: now, standing: self.standing(runtime) }
            }
            None => Stretch { answer, times: 1, since: now.clone(), until: now, standing: self.standing(runtime) },
        });
    }

    fn standing(&self, runtime: &mut Runtime) -> Standing {
        let mode = runtime.registry().standings().get(self.strategy).map(|standing| standing.mode);
        let mode = mode.unwrap_or_default().max(runtime.mode());
        let held = runtime.books().get(self.strategy).map(|book| book.holding(self.inst).position);
        Standing {
            state: self.state(runtime),
            mode: mode.as_str(),
            position: held.unwrap_or(Qty::ZERO).to_string(),
            open_orders: self.open_orders.values().cloned().collect(),
            seen: self.seen,
        }
    }

    fn follow(&mut self, happened: &Record, now: Ts) {
        match happened {
            Record::Decision(decision) if decision.owner == *self.strategy && decision.instrument == self.inst => {
                self.decisions.push(decided(decision));
            }
            Record::Sent { order, instrument, side, children, .. } if *instrument == self.inst => {
                let own = children.iter().find(|child| child.owner == *self.strategy);
                if let Some(own) = own {
                    let since = local::time(self.config, self.inst, now);
                    let text = format!("order {}: {} {} since {since}", order.0, side.as_str(), own.qty);
                    self.open_orders.insert(*order, text);
                }
            }
            Record::Ended { order, .. } => {
                self.open_orders.remove(order);
            }
            Record::Failed { strategy, failure } if strategy == self.strategy => {
                self.failure = Some(failure.to_string());
            }
            Record::Quarantined { strategy } if strategy == self.strategy => {
                let at = local::time(self.config, self.inst, now);
                let what = self.failure.as_deref().unwrap_or("it failed too often");
                self.cause = Some(format!("{at}: {what}"));
            }
            Record::Commanded { command, refused: None } if command.contains(&format!("`{}`", self.strategy)) => {
                let at = local::time(self.config, self.inst, now);
                self.cause = Some(format!("{at}: command: {command}"));
            }
            _ => {}
        }
    }
}

fn decided(decision: &Decision) -> Decided {
    Decided {
        decision: explain::id(&decision.id),
        side: decision.side.as_str(),
        asked: decision.asked.to_string(),
        admitted: decision.admitted().to_string(),
        verdict: decision.verdict().as_str(),
        codes: decision.reasons.iter().map(|reason| reason.code.as_str()).collect(),
        reasons: decision.reasons.iter().map(sentence).collect(),
        why: decision.why.to_string(),
    }
}

impl Answer {
    /// May the strategy be asked at all in this state?
    pub(super) fn sleeps(state: &str) -> bool {
        [StrategyState::Disabled, StrategyState::Quarantined].iter().any(|asleep| asleep.as_str() == state)
    }
}

impl Witness for Lookout<'_> {
    fn called(&mut self, call: Call<'_>) {
        if call.strategy == self.strategy && call.event.instrument == self.inst {
            self.seen += 1;
            self.called = Some(call.held.map(|reason| reason.into_owned()));
        }
    }
}

impl Onlooker for Lookout<'_> {
    fn take_in(&mut self, effects: &Effects, _: &Instruments) -> Result<(), Trouble> {
        effects.records.iter().for_each(|happened| self.follow(happened, effects.now));
        Ok(())
    }

    fn witness(&mut self) -> Option<&mut dyn Witness> {
        Some(self)
    }
}
