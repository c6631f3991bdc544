//! Hears every answer of one strategy to the events of one instrument.

use std::collections::BTreeMap;

use qts_core::{Ask, Decision, Inst, Instruments, OrderId, Qty, StrategyId, Ts};
use qts_gate::StrategyState;
use qts_runtime::{Call, Effects, Record, Runtime, Target, Verb, Witness};
use serde::Serialize;

use crate::config::{Action, CommandSpec, Config, When};
use crate::decide::sentence::sentence;
use crate::engine::Onlooker;
use crate::exit::Trouble;
use crate::explain;
use crate::local;

/// What a strategy said to an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub(super) enum Answer {
    /// It asked for something, or the operator did for its book.
    Decided {
        /// What became of it.
        decisions: Vec<Decided>,
    },
    /// It asked for something, but not for a trade in this instrument.
    Elsewhere {
        /// For what.
        asked: Vec<String>,
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
        /// The command that registers it later, and when.
        #[serde(skip_serializing_if = "Option::is_none")]
        later: Option<String>,
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
    /// Who asked: the strategy, or the operator.
    pub(super) by: String,
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
        let wish = |one: &Self| (one.by.clone(), one.side, one.asked.clone());
        let fate = |one: &Self| (one.admitted.clone(), one.verdict, one.codes.clone());
        wish(self) == wish(other) && fate(self) == fate(other)
    }
}

impl Eq for Decided {}

/// Equal answers in a row, one for each slice with an event of the instrument or a decision on it.
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
    /// The time of the slice at hand; commands that are due before it are told with it.
    now: Ts,
    stretch: Option<Stretch>,
    cycle: Heard,
    /// Of all cycles so far.
    open_orders: BTreeMap<OrderId, OpenOrder>,
    seen: u64,
    /// Was it put to sleep? An instance that wakes up has seen nothing.
    slept: bool,
    cause: Option<String>,
}

/// What was heard in the cycle at hand.
#[derive(Debug, Default)]
struct Heard {
    /// Was it called with an event of the instrument, and what did it last say for asking nothing?
    called: Option<Option<String>>,
    /// What it asked for besides trades in the instrument.
    elsewhere: Vec<String>,
    decisions: Vec<Decided>,
    failure: Option<String>,
}

/// An order that works, in part or wholly the strategy's.
#[derive(Debug)]
struct OpenOrder {
    side: &'static str,
    /// What is still open of the strategy's part.
    open: Qty,
    since: String,
}

impl<'c> Lookout<'c> {
    /// For one strategy's answers about one instrument.
    pub(super) const fn new(config: &'c Config, strategy: &'c StrategyId, inst: Inst) -> Self {
        Self {
            config,
            strategy,
            inst,
            now: Ts(0),
            stretch: None,
            cycle: Heard { called: None, elsewhere: Vec::new(), decisions: Vec::new(), failure: None },
            open_orders: BTreeMap::new(),
            seen: 0,
            slept: false,
            cause: None,
        }
    }

    /// A slice of this time is about to come.
    pub(super) const fn begin(&mut self, now: Ts) {
        self.now = now;
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

    /// The answer in the cycle that has just ended; none if it brought neither an event of the instrument nor a
    /// decision on it.
    pub(super) fn answer(&mut self, has_event: bool, runtime: &mut Runtime) -> Option<Answer> {
        let Heard { called, elsewhere, decisions, failure } = std::mem::take(&mut self.cycle);
        match (failure, called) {
            (Some(failure), _) if has_event => Some(Answer::Failed { failure }),
            _ if !decisions.is_empty() => Some(Answer::Decided { decisions }),
            _ if !has_event => None,
            (_, Some(_)) if !elsewhere.is_empty() => Some(Answer::Elsewhere { asked: elsewhere }),
            (_, Some(reason)) => Some(Answer::Held { reason }),
            (_, None) => {
                self.seen = 0;
                let state = self.state(runtime);
                let later = (state == NOT_REGISTERED).then(|| self.registered_later(runtime)).flatten();
                Some(Answer::Asleep { state, cause: self.cause.clone(), later })
            }
        }
    }

    /// The first `[[command]]` that is still to come and registers it.
    fn registered_later(&self, runtime: &Runtime) -> Option<String> {
        let registers = |command: &&CommandSpec| match &command.action {
            Action::Register(spec) => spec.id == *self.strategy,
            _ => false,
        };
        let is_to_come = |command: &&CommandSpec| match command.when {
            When::At(at) => at > self.now,
            When::Cycle(cycle) => cycle > runtime.cycle_number(),
        };
        let command = self.config.commands.iter().filter(registers).find(is_to_come)?;
        let when = match command.when {
            When::At(at) => format!("at {}", local::time(self.config, self.inst, at)),
            When::Cycle(cycle) => format!("before cycle {}", cycle.0),
        };
        let (file, line) = (self.config.source.name(), self.config.source.position(command.place.start).0);
        Some(format!("the [[command]] at {file}:{line} registers it {when}"))
    }

    fn state(&self, runtime: &mut Runtime) -> &'static str {
        let standing = runtime.registry().standings().get(self.strategy);
        standing.map_or(NOT_REGISTERED, |standing| standing.state.as_str())
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
            open_orders: self.open_orders.iter().map(|(id, order)| order.told(*id)).collect(),
            seen: self.seen,
        }
    }

    fn follow(&mut self, happened: &Record) {
        match happened {
            Record::Decision(decision) if decision.owner == *self.strategy && decision.instrument == self.inst => {
                self.cycle.decisions.push(decided(decision));
            }
            Record::Sent { order, instrument, side, children, .. } if *instrument == self.inst => {
                let own = children.iter().filter(|child| child.owner == *self.strategy).map(|child| child.qty);
                let open = sum(own);
                if open.is_positive() {
                    let since = local::time(self.config, self.inst, self.now);
                    self.open_orders.insert(*order, OpenOrder { side: side.as_str(), open, since });
                }
            }
            Record::Fill { order, shares, .. } => {
                let own = shares.iter().filter(|share| share.owner == *self.strategy).map(|share| share.qty);
                if let Some(order) = self.open_orders.get_mut(order) {
                    order.open = order.open.checked_sub(sum(own)).unwrap_or(Qty::ZERO);
                }
            }
            Record::Ended { order, .. } => {
                self.open_orders.remove(order);
            }
            Record::Failed { strategy, failure } if strategy == self.strategy => {
                self.cycle.failure = Some(failure.to_string());
            }
            Record::Rescaled { restarted, .. } if restarted.contains(self.strategy) => self.seen = 0,
            Record::Quarantined { strategy } if strategy == self.strategy => {
                let what = self.cycle.failure.clone().unwrap_or_else(|| "it failed too often".to_owned());
                self.fall_asleep(&what);
            }
            Record::Commanded { command, verb, target, refused: None } if self.puts_to_sleep(*verb, target) => {
                self.fall_asleep(&format!("command: {command}"));
            }
            _ => {}
        }
    }

    /// What is asked for, unless it is a trade in the instrument.
    fn besides(&self, ask: &Ask) -> Option<String> {
        match ask {
            Ask::Trade(intent) if intent.instrument == self.inst => None,
            Ask::Trade(intent) => {
                let name = self.config.registry.name(intent.instrument);
                Some(format!("to {} {} {name}", intent.side.as_str(), intent.qty))
            }
            Ask::Cancel(cancel) => Some(format!("to withdraw order {}", cancel.order.0)),
        }
    }

    /// Notes why it may see nothing from now on.
    fn fall_asleep(&mut self, what: &str) {
        self.cause = Some(format!("{}: {what}", local::time(self.config, self.inst, self.now)));
        self.slept = true;
    }

    /// Does it see nothing after that command?
    fn puts_to_sleep(&self, verb: Verb, target: &Target) -> bool {
        let is_meant = matches!(target, Target::Strategy(id) if id == self.strategy);
        is_meant && matches!(verb, Verb::Disable | Verb::Unregister)
    }
}

/// The state of a strategy that is not there.
const NOT_REGISTERED: &str = "not registered";

impl OpenOrder {
    fn told(&self, id: OrderId) -> String {
        format!("order {}: {} {} since {}", id.0, self.side, self.open, self.since)
    }
}

fn sum(quantities: impl Iterator<Item = Qty>) -> Qty {
    quantities.fold(Qty::ZERO, |sum, qty| sum.checked_add(qty).unwrap_or(Qty::MAX))
}

fn decided(decision: &Decision) -> Decided {
    let mut codes: Vec<&str> = decision.reasons.iter().map(|reason| reason.code.as_str()).collect();
    codes.dedup();
    Decided {
        decision: explain::id(&decision.id),
        by: decision.id.strategy.to_string(),
        side: decision.side.as_str(),
        asked: decision.asked.to_string(),
        admitted: decision.admitted().to_string(),
        verdict: decision.verdict().as_str(),
        codes,
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
            self.seen = if std::mem::take(&mut self.slept) { 1 } else { self.seen + 1 };
            self.cycle.called = Some(call.held.map(|reason| reason.into_owned()));
            let besides: Vec<String> = call.asked.iter().filter_map(|ask| self.besides(ask)).collect();
            self.cycle.elsewhere.extend(besides);
        }
    }
}

impl Onlooker for Lookout<'_> {
    fn take_in(&mut self, effects: &Effects, _: &Instruments) -> Result<(), Trouble> {
        effects.records.iter().for_each(|happened| self.follow(happened));
        Ok(())
    }

    fn witness(&mut self) -> Option<&mut dyn Witness> {
        Some(self)
    }
}
