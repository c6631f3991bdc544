//! E2, drawdown: how far the account has fallen from the most that it was ever worth, as a share of that. Latched until
//! a person re-arms it; then the mark starts from what the account is worth at that moment.

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
