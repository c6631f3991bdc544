//! What the operator may tell the runtime, and when a scheduled command is due.

use std::sync::Arc;

use qts_core::{Cycle, Inst, Instruments, StrategyId, Ts};
use qts_gate::RiskPolicy;

use crate::registry::Registration;

/// What a command is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The whole account.
    Account,
    /// One strategy.
    Strategy(StrategyId),
    /// One instrument.
    Instrument(Inst),
}

/// What is to be done.
#[derive(Clone)]
pub enum Action {
    /// Take a strategy in.
    Register(Box<Registration>),
    /// Let a strategy go; its positions go to the unassigned book if so told, else it must be flat.
    Unregister {
        /// Hand its positions and orders to nobody in particular?
        to_unassigned: bool,
    },
    /// Trade (again). A strategy that slept starts anew and warms up.
    Enable,
    /// Strategy: see nothing, orders withdrawn, position stays. Account or instrument: halted.
    Disable,
    /// Only reducing parts pass.
    ReduceOnly,
    /// Judged and recorded, nothing admitted.
    Shadow,
    /// Close all positions at the market and withdraw orders, asked again until nothing is left.
    Flatten,
    /// Block everything new, withdraw what works, latch.
    Kill,
    /// Lift a kill or a latched mode, with a reason.
    Rearm,
    /// Judge a strategy, or the account, by another policy from now on; one that admits more needs a reason.
    SetPolicy(Arc<RiskPolicy>),
}

/// What is to be done, without its particulars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// See [`Action::Register`].
    Register,
    /// See [`Action::Unregister`].
    Unregister,
    /// See [`Action::Enable`].
    Enable,
    /// See [`Action::Disable`].
    Disable,
    /// See [`Action::ReduceOnly`].
    ReduceOnly,
    /// See [`Action::Shadow`].
    Shadow,
    /// See [`Action::Flatten`].
    Flatten,
    /// See [`Action::Kill`].
    Kill,
    /// See [`Action::Rearm`].
    Rearm,
    /// See [`Action::SetPolicy`].
    SetPolicy,
}

/// A command of the operator.
#[derive(Clone)]
pub struct Command {
    /// What is to be done.
    pub action: Action,
    /// About what.
    pub target: Target,
    /// Why.
    pub reason: String,
}

impl Action {
    /// What it is without its particulars.
    #[must_use]
    pub const fn verb(&self) -> Verb {
        match self {
            Self::Register(_) => Verb::Register,
            Self::Unregister { .. } => Verb::Unregister,
            Self::Enable => Verb::Enable,
            Self::Disable => Verb::Disable,
            Self::ReduceOnly => Verb::ReduceOnly,
            Self::Shadow => Verb::Shadow,
            Self::Flatten => Verb::Flatten,
            Self::Kill => Verb::Kill,
            Self::Rearm => Verb::Rearm,
            Self::SetPolicy(_) => Verb::SetPolicy,
        }
    }

    /// The word used in files and output.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        self.verb().as_str()
    }
}

impl Verb {
    /// The word used in files and output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Unregister => "unregister",
            Self::Enable => "enable",
            Self::Disable => "disable",
            Self::ReduceOnly => "reduce_only",
            Self::Shadow => "shadow",
            Self::Flatten => "flatten",
            Self::Kill => "kill",
            Self::Rearm => "rearm",
            Self::SetPolicy => "set_policy",
        }
    }
}

impl Target {
    /// As people say it.
    #[must_use]
    pub fn describe(&self, instruments: &Instruments) -> String {
        match self {
            Self::Account => "the account".to_owned(),
            Self::Strategy(id) => format!("strategy `{id}`"),
            Self::Instrument(inst) => format!("instrument `{}`", instruments.name(*inst)),
        }
    }
}

impl Command {
    /// What it is about; a strategy that is to be registered is named by what registers it.
    #[must_use]
    pub fn concerns(&self) -> Target {
        match &self.action {
            Action::Register(new) => Target::Strategy(new.id.clone()),
            _ => self.target.clone(),
        }
    }

    /// As people say it: what, about what, why.
    #[must_use]
    pub fn describe(&self, instruments: &Instruments) -> String {
        let target = self.concerns().describe(instruments);
        let target = match &self.action {
            Action::SetPolicy(policy) => format!("{target} to `{}`", policy.id),
            _ => target,
        };
        let why = if self.reason.is_empty() { String::new() } else { format!(" ({})", self.reason) };
        format!("{} {target}{why}", self.action.as_str())
    }
}

impl std::fmt::Debug for Command {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?} ({})", self.action.as_str(), self.target, self.reason)
    }
}

/// When a scheduled command is due: before the first cycle that reaches it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Before the first slice at or after this time.
    At(Ts),
    /// Before this cycle.
    Cycle(Cycle),
}

/// Commands to be given during a run, each once, those due together in the order in which they were written.
#[derive(Debug, Default)]
pub struct Schedule(Vec<(u32, When, Command)>);

impl Schedule {
    /// These commands at these times.
    #[must_use]
    pub fn new(commands: Vec<(When, Command)>) -> Self {
        let numbered = (0..).zip(commands).map(|(number, (when, command))| (number, when, command));
        Self(numbered.collect())
    }

    /// Takes out what is due before the cycle `next` that takes a slice of time `ts`, each with its number, from 0 in
    /// the order in which they were written.
    pub fn due(&mut self, next: Cycle, ts: Ts) -> Vec<(u32, Command)> {
        let is_due = |when: &When| match when {
            When::At(at) => *at <= ts,
            When::Cycle(cycle) => *cycle <= next,
        };
        let (due, later) = std::mem::take(&mut self.0).into_iter().partition(|(_, when, _)| is_due(when));
        self.0 = later;
        due.into_iter().map(|(number, _, command): (u32, When, Command)| (number, command)).collect()
    }

    /// All that are still to come, in the order in which they were written.
    #[must_use]
    pub fn into_commands(self) -> Vec<Command> {
        self.0.into_iter().map(|(_, _, command)| command).collect()
    }

    /// How many are still to come.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Is nothing to come?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
