//! E1 `daily_loss`: how much did the account lose today?
//!
//! Money paid in or out would not count; there is none in this system yet. A level that was reached stays reached for
//! the day: a recovery does not lift it, the next day does, or a person who re-arms the account; then the loss is
//! measured from what it is worth at that moment. A bar that spans its whole session ends its day, and what it triggers
//! is sent on the next: its loss is told as a warning, whatever its size. While a session goes on of which shorter bars,
//! quotes or trades were seen, the day is that session's: such a bar of another market neither ends nor begins it, and
//! its loss holds the account back like any other.
//!
//! - *formula*: (equity when the day began − equity now) / equity when the day began
//! - *unit*: percent of that equity
//! - *scope*: account
//! - *levels*: above `warn` it is told; above `limit` the account only reduces; above `block` it is halted
//! - *unknown*: while something held has no price, the account only reduces (`no_market_data`)
//! - *exits*: pass above `limit`; above `block` only the operator's flatten does
//! - *conservative*: warn 1 %, limit 2 %, block 3 %
//! - *source*: E1
//! - *write*: `daily_loss = { warn = "1%", limit = "2%", block = "3%" }`

use qts_core::{Money, Ratio};
use qts_gate::Cause;
use qts_gate::policy::Thresholds;

use super::losses::{self, Reached};
use crate::command::Target;
use crate::pipeline::Runtime;
use crate::record::{Effects, Lifting};

/// What is known of the day's loss.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct DailyLoss {
    reached: Reached,
    /// What it is measured from since a person re-armed it; else the day's opening equity.
    rearmed_at: Option<Money>,
}

impl DailyLoss {
    /// Measured from now on from what the account is worth now.
    pub(super) const fn start_anew(&mut self, worth: Option<Money>) {
        *self = Self { reached: Reached::Nothing, rearmed_at: worth };
    }
}

impl Runtime {
    pub(super) fn measure_daily_loss(
        &mut self,
        levels: Option<Thresholds<Ratio>>,
        worth: Money,
        day_ends: bool,
        out: &mut Effects,
    ) {
        let opening = self.supervisors.daily_loss.rearmed_at.or(self.day_start_equity);
        let (Some(levels), Some(opening)) = (levels, opening) else { return };
        let loss = losses::measure(levels, opening, worth);
        if self.supervisors.daily_loss.reached.rise(&loss) {
            let loss = if day_ends { loss.into_warning() } else { loss };
            self.reach(Cause::DailyLoss, &loss, out);
        }
    }

    /// A new day: the loss starts anew.
    pub(crate) fn begin_day(&mut self, out: &mut Effects) {
        self.supervisors.daily_loss = DailyLoss::default();
        self.release(&Target::Account, Cause::DailyLoss, Lifting::Session, out);
    }
}
