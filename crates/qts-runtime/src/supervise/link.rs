//! E5, loss of the link to the broker: the account is halted for new orders, and everything that works is wanted
//! withdrawn, as soon as it can be. The link coming back lifts nothing by itself: a complete report of positions must
//! match the books first. No command lifts it either.
//!
//! While the link is down no withdrawal is tried: it would be lost, and the state table has no second one. Orders that
//! were good for the day die with it even if nobody can withdraw them; an order good till cancelled does not, which is
//! the choice of whoever sent it.

use qts_core::{Mode, Ts};
use qts_gate::{Cause, Restraint};

use crate::command::Target;
use crate::pipeline::Runtime;
use crate::record::{Effects, Record};

impl Runtime {
    /// The link to the broker went down, or came up.
    pub(crate) fn note_link(&mut self, ts: Ts, is_up: bool, out: &mut Effects) {
        self.now = self.now.max(ts);
        out.record(Record::Link { is_up });
        self.supervisors.link_is_down = !is_up;
        if is_up {
            let cancels = self.unwanted_orders();
            return self.judge(Vec::new(), &cancels, out, None);
        }
        let restraint = Restraint { mode: Mode::Halted, observed: None, limit: None };
        self.trip(&Target::Account, Cause::Link, restraint, out);
        self.withdraw(&Target::Account);
    }
}
