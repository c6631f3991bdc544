//! Why an account, a strategy or an instrument may not do everything: each cause with the mode it asks for. The
//! severest counts; lifting one leaves the others.

use std::collections::BTreeMap;

use qts_core::{Amount, Code, Inst, Mode, StrategyId};

/// Who set a mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// A command to reduce only, or to halt; a later one takes its place.
    Command,
    /// The kill switch.
    Kill,
    /// D3: the same trade over and over.
    RepeatedExecution,
    /// D4: refusals that a strategy caused.
    FailureBreaker,
    /// The same warning again and again.
    WarnEscalation,
    /// E1: the day's loss.
    DailyLoss,
    /// E2: the fall from the highest equity.
    Drawdown,
    /// A loss is limited, and something held has no price to measure it by.
    UnknownEquity,
    /// A9: the broker holds something else than the books.
    Positions,
    /// The shares have a new scale, and the books could not be brought to it yet.
    Adjustment,
    /// D4: nobody knows what became of an order.
    OrderInDoubt,
    /// E5: the link to the broker was down, and the books have not been found to match since.
    Link,
}

/// What a cause asks for, and what was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restraint {
    /// The mode.
    pub mode: Mode,
    /// What was observed.
    pub observed: Option<Amount>,
    /// The level above which (of counts: at which) it trips.
    pub limit: Option<Amount>,
}

/// All causes that hold one target back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Restraints(BTreeMap<Cause, Restraint>);

/// All causes that hold anything back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Causes {
    /// Of the account.
    pub account: Restraints,
    /// Of strategies.
    pub strategies: BTreeMap<StrategyId, Restraints>,
    /// Of instruments.
    pub instruments: BTreeMap<Inst, Restraints>,
}

impl Cause {
    /// The reason that a decision carries for it.
    #[must_use]
    pub const fn code(self, mode: Mode) -> Code {
        match self {
            Self::Command => bare(mode),
            Self::Kill => Code::Killed,
            Self::RepeatedExecution => Code::RepeatedExecution,
            Self::FailureBreaker => Code::FailureBreaker,
            Self::WarnEscalation => Code::WarnEscalation,
            Self::DailyLoss => Code::DailyLoss,
            Self::Drawdown => Code::Drawdown,
            Self::UnknownEquity => Code::NoMarketData,
            Self::Positions | Self::Adjustment | Self::OrderInDoubt | Self::Link => Code::Unreconciled,
        }
    }

    /// Does it stay until a command with a reason lifts it? The day's loss is also lifted by the next session. What
    /// does not latch goes when its ground goes: a later command, a known price, a report that matches.
    #[must_use]
    pub const fn latches(self) -> bool {
        match self {
            Self::Kill
            | Self::RepeatedExecution
            | Self::FailureBreaker
            | Self::WarnEscalation
            | Self::DailyLoss
            | Self::Drawdown => true,
            Self::Command
            | Self::UnknownEquity
            | Self::Positions
            | Self::Adjustment
            | Self::OrderInDoubt
            | Self::Link => false,
        }
    }
}

/// The reason for a mode whose cause nobody told.
pub(crate) const fn bare(mode: Mode) -> Code {
    match mode {
        Mode::Active | Mode::ReduceOnly => Code::ReduceOnly,
        Mode::Halted => Code::Halted,
        Mode::Killed => Code::Killed,
    }
}

impl Restraints {
    /// Adds a cause, or changes what it asks for.
    pub fn set(&mut self, cause: Cause, restraint: Restraint) {
        self.0.insert(cause, restraint);
    }

    /// Takes a cause away; the others stay.
    pub fn lift(&mut self, cause: Cause) -> Option<Restraint> {
        self.0.remove(&cause)
    }

    /// What a cause asks for, if it is there.
    #[must_use]
    pub fn get(&self, cause: Cause) -> Option<&Restraint> {
        self.0.get(&cause)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (Cause, &Restraint)> {
        self.0.iter().map(|(cause, restraint)| (*cause, restraint))
    }

    /// The severest.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.0.values().map(|restraint| restraint.mode).max().unwrap_or_default()
    }

    /// Is there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Causes {
    /// Nothing is held back.
    pub const NONE: &'static Self =
        &Self { account: Restraints(BTreeMap::new()), strategies: BTreeMap::new(), instruments: BTreeMap::new() };

    /// Is any of them a supervisor's? Those that are not follow from commands alone.
    #[must_use]
    pub fn has_supervisors(&self) -> bool {
        let all = self.strategies.values().chain(self.instruments.values()).chain([&self.account]);
        let mut causes = all.flat_map(Restraints::iter).map(|(cause, _)| cause);
        causes.any(|cause| !matches!(cause, Cause::Command | Cause::Kill))
    }
}
