//! What the gate looks at: a frozen picture of the account at the start of a judgement.

use std::collections::BTreeMap;
use std::sync::Arc;

use qts_core::{Books, Cycle, Epoch, Inst, Instruments, Market, Mode, Money, Qty, StrategyId, Ts, Working};

use crate::causes::Causes;
use crate::pace::Pace;
use crate::policy::RiskPolicy;

/// Everything a judgement depends on. Nothing of it changes while it is judged.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// The cycle.
    pub cycle: Cycle,
    /// How many kills there have been.
    pub epoch: Epoch,
    /// The time of the slice.
    pub now: Ts,
    /// The rules of the markets.
    pub instruments: &'a Instruments,
    /// The prices.
    pub market: &'a Market,
    /// Every owner's book.
    pub books: &'a Books,
    /// Every own order that may still trade.
    pub working: &'a [Working],
    /// The account's mode.
    pub mode: Mode,
    /// The account's equity when the session's day began; `None` if a held instrument had no price.
    pub day_start_equity: Option<Money>,
    /// Modes of instruments; absent is active.
    pub instrument_modes: &'a BTreeMap<Inst, Mode>,
    /// What the account did lately.
    pub pace: &'a Pace,
    /// Why the modes are what they are, where that is known.
    pub causes: &'a Causes,
    /// Every registered strategy.
    pub standings: &'a BTreeMap<StrategyId, Standing>,
}

/// How a strategy stands with the gate.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Lower ranks first.
    pub rank: i64,
    /// What it may do at all.
    pub state: StrategyState,
    /// What supervisors or the operator let it do.
    pub mode: Mode,
    /// The policy its proposals are judged by.
    pub policy: Arc<RiskPolicy>,
    /// What its book may hold at cost.
    pub budget: Option<Money>,
    /// The median size of its own orders by instrument, once there were enough.
    pub median_order: BTreeMap<Inst, Qty>,
    /// What it did lately.
    pub pace: Pace,
}

/// What a strategy is at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StrategyState {
    /// Sees events, trades.
    #[default]
    Active,
    /// Sees events; only reducing parts pass.
    ReduceOnly,
    /// Sees events, is judged and recorded; nothing is admitted.
    Shadow,
    /// Sees nothing; its position stays.
    Disabled,
    /// As disabled, set by the runtime after failures.
    Quarantined,
}

impl StrategyState {
    /// The word used in files and output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::ReduceOnly => "reduce_only",
            Self::Shadow => "shadow",
            Self::Disabled => "disabled",
            Self::Quarantined => "quarantined",
        }
    }

    /// Does it see events?
    #[must_use]
    pub const fn is_awake(self) -> bool {
        matches!(self, Self::Active | Self::ReduceOnly | Self::Shadow)
    }
}
