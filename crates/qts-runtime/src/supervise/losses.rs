//! What the two supervisors of the account's worth share: a loss as a share of what it is measured from, and how far
//! up its levels it came. They ratchet: a recovery never takes a level back.
//!
//! Unknown equity (something held has no price yet) trips nothing and lifts nothing. While a loss is limited and
//! cannot be measured, the account only reduces (`no_market_data`): what is not known never admits more.

use qts_core::{Amount, Mode, Money, Ratio};
use qts_gate::policy::{Levels, Nature, Thresholds};
use qts_gate::{Cause, Restraint, Supervision};

use crate::command::Target;
use crate::pipeline::Runtime;
use crate::record::{Effects, Lifting, Record};

/// How far up its levels a loss came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reached {
    /// Nothing to speak of.
    #[default]
    Nothing,
    /// Above `warn`.
    Warn,
    /// Above `limit`: reduce-only.
    Limit,
    /// Above `block`: halted.
    Block,
}

/// A loss above a level.
pub(super) struct Loss {
    reached: Reached,
    restraint: Restraint,
}

impl Loss {
    /// The same, which holds nobody back.
    pub(super) fn into_warning(self) -> Self {
        Self { restraint: Restraint { mode: Mode::Active, ..self.restraint }, ..self }
    }
}

impl Reached {
    const fn mode(self) -> Mode {
        match self {
            Self::Nothing | Self::Warn => Mode::Active,
            Self::Limit => Mode::ReduceOnly,
            Self::Block => Mode::Halted,
        }
    }

    /// Goes up to this level; not down. Did it go up?
    pub(super) fn rise(&mut self, loss: &Loss) -> bool {
        let rises = loss.reached > *self;
        *self = loss.reached.max(*self);
        rises
    }
}

/// The loss from `base` to `worth` against its levels. A base that is not above zero leaves no share to lose: as bad
/// as it gets.
pub(super) fn measure(levels: Thresholds<Ratio>, base: Money, worth: Money) -> Loss {
    let Levels { warn, limit, block } = levels.resolve(Nature::Plausibility);
    let lost = (base - worth).max(Money::ZERO);
    let loss = if lost == Money::ZERO { Some(Ratio::ZERO) } else { Ratio::of(lost, base) };
    let is_above = |level: &Option<Ratio>| level.is_some_and(|level| loss.is_none_or(|loss| loss > level));
    let levels = [(Reached::Block, block), (Reached::Limit, limit), (Reached::Warn, warn)];
    let (reached, level) = levels.into_iter().find(|(_, level)| is_above(level)).unwrap_or_default();
    let restraint =
        Restraint { mode: reached.mode(), observed: loss.map(Amount::Ratio), limit: level.map(Amount::Ratio) };
    Loss { reached, restraint }
}

impl Runtime {
    /// Measures the account against its opening and against its highest equity, at the prices of this slice.
    pub(crate) fn measure_losses(&mut self, day_ends: bool, out: &mut Effects) {
        let watched = self.gate.account_policy().supervision;
        if watched.daily_loss.is_none() && watched.drawdown.is_none() {
            return;
        }
        match self.equity() {
            None if limits(&watched) => {
                let restraint = Restraint { mode: Mode::ReduceOnly, observed: None, limit: None };
                self.trip(&Target::Account, Cause::UnknownEquity, restraint, out);
            }
            None => {}
            Some(worth) => {
                self.release(&Target::Account, Cause::UnknownEquity, Lifting::Resolved, out);
                self.measure_daily_loss(watched.daily_loss, worth, day_ends, out);
                self.measure_drawdown(watched.drawdown, worth, out);
            }
        }
    }

    /// A level was reached: told, and above a warning the account is held back.
    pub(super) fn reach(&mut self, cause: Cause, loss: &Loss, out: &mut Effects) {
        let restraint = loss.restraint;
        if restraint.mode > Mode::Active {
            return self.trip(&Target::Account, cause, restraint, out);
        }
        let Restraint { mode, observed, limit } = restraint;
        out.record(Record::Tripped { target: Target::Account, code: cause.code(mode), mode, observed, limit });
    }
}

/// Does it do more than warn?
fn limits(watched: &Supervision) -> bool {
    let acts = |levels: Thresholds<Ratio>| levels.limit.or(levels.block).is_some();
    watched.daily_loss.into_iter().chain(watched.drawdown).any(acts)
}
