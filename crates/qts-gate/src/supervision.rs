//! What supervisors outside the gate watch under a policy: thresholds only. The gate itself never looks at them; a
//! supervisor that trips sets a mode, and the mode is what the gate sees.

use qts_core::{Ratio, Span};

use crate::policy::Thresholds;

/// D3: how often a strategy may send before a person has to look. At the count it goes reduce-only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RepeatedExecution {
    /// Parent orders in one instrument and on one side, per session.
    pub same: Option<u64>,
    /// Parent orders in all, per session.
    pub session: Option<u64>,
}

/// So many of something, none longer ago than the window: at the count the supervisor trips.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Within {
    /// How many.
    pub count: u64,
    /// How long back.
    pub window: Span,
}

/// The supervisors of a policy; `None` is one that the policy does not have. The first three watch a strategy, the
/// last two the account: a policy has both parts and is used for either.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Supervision {
    /// D3: the same trade over and over.
    pub repeated_execution: Option<RepeatedExecution>,
    /// D4: refusals that the strategy caused; it is halted.
    pub failure_breaker: Option<Within>,
    /// The same warning again and again; the strategy goes reduce-only.
    pub warn_escalation: Option<Within>,
    /// E1: loss since the session opened, as a share of the equity then. Above `limit` reduce-only, above `block`
    /// halted, for the rest of the day.
    pub daily_loss: Option<Thresholds<Ratio>>,
    /// E2: fall from the highest equity, as a share of it. Levels as above, until a person re-arms.
    pub drawdown: Option<Thresholds<Ratio>>,
}

impl Supervision {
    /// The defaults of `risk-reference.md` §2.
    #[must_use]
    pub(crate) const fn conservative() -> Self {
        let minute = Span(60 * Span::SECOND.0);
        Self {
            repeated_execution: Some(RepeatedExecution { same: Some(5), session: Some(30) }),
            failure_breaker: Some(Within { count: 5, window: minute }),
            warn_escalation: Some(Within { count: 10, window: minute }),
            daily_loss: Some(percent(1, 2, 3)),
            drawdown: Some(percent(5, 8, 10)),
        }
    }
}

const fn percent(warn: i64, limit: i64, block: i64) -> Thresholds<Ratio> {
    const fn of(number: i64) -> Option<Ratio> {
        Ratio::from_units(number * 1_000_000)
    }
    Thresholds { warn: of(warn), limit: of(limit), block: of(block) }
}
