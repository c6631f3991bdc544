//! E2 `drawdown`: how far has the account fallen from the most that it was ever worth?
//!
//! A level that was reached stays reached until a person re-arms the account, with a reason; then the mark starts from
//! what it is worth at that moment.
//!
//! - *formula*: (highest equity so far − equity now) / highest equity so far
//! - *unit*: percent of that equity
//! - *scope*: account
//! - *levels*: above `warn` it is told; above `limit` the account only reduces; above `block` it is halted
//! - *unknown*: while something held has no price, the account only reduces (`no_market_data`)
//! - *exits*: pass above `limit`; above `block` only the operator's flatten does
//! - *conservative*: warn 5 %, limit 8 %, block 10 %
//! - *source*: E2
//! - *write*: `drawdown = { warn = "5%", limit = "8%", block = "10%" }`

use qts_core::{Money, Ratio};
use qts_gate::Cause;
use qts_gate::policy::Thresholds;

use super::losses::{self, Reached};
use crate::pipeline::Runtime;
use crate::record::Effects;

/// What is known of the fall.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Drawdown {
    reached: Reached,
    /// The most that the account was worth since it was watched, or since a person re-armed it.
    mark: Option<Money>,
}

impl Drawdown {
    /// Measured from now on from what the account is worth now.
    pub(super) const fn start_anew(&mut self, worth: Option<Money>) {
        *self = Self { reached: Reached::Nothing, mark: worth };
    }
}

impl Runtime {
    pub(super) fn measure_drawdown(&mut self, levels: Option<Thresholds<Ratio>>, worth: Money, out: &mut Effects) {
        let Some(levels) = levels else { return };
        // Before anything was marked, the day's opening counts.
        let before = self.supervisors.drawdown.mark.or(self.day_start_equity).unwrap_or(worth);
        let mark = before.max(worth);
        self.supervisors.drawdown.mark = Some(mark);
        let loss = losses::measure(levels, mark, worth);
        if self.supervisors.drawdown.reached.rise(&loss) {
            self.reach(Cause::Drawdown, &loss, out);
        }
    }
}
