//! Times of the last few occurrences of something, for *so many within such a time*.

use std::collections::VecDeque;

use qts_core::Ts;
use qts_gate::supervision::Within;

/// The last occurrences, oldest first.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Window(VecDeque<Ts>);

impl Window {
    /// One more at this time; are there so many, none longer ago than the window?
    pub(super) fn count(&mut self, now: Ts, within: Within) -> bool {
        self.0.push_back(now);
        self.0.retain(|at| now.since(*at) <= within.window);
        while u64::try_from(self.0.len()).unwrap_or(u64::MAX) > within.count {
            self.0.pop_front();
        }
        u64::try_from(self.0.len()).unwrap_or(u64::MAX) >= within.count
    }
}
